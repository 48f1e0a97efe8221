"""What training was like, epoch by epoch."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice, repeat
from typing import NamedTuple, overload


class EpochRecord(NamedTuple):
    """One epoch.

    Attributes
    ----------
    epoch : int
        Its number, from 1.
    loss : float
        Of the training rows, penalty included: the mean over the batches as they were met.
    validation_loss, metric : float or None
        Of the validation rows after the epoch, without penalty; None where there were none. A metric that was asked
        for without validation rows is that of the training rows.
    gradient_norm : float
        The mean length of the batches' gradients, before clipping.
    rate : float
        The learning rate of the epoch's last step.
    penalty : float
        The part of `loss` that is the penalty on the weights.
    """

    epoch: int
    loss: float
    validation_loss: float | None
    metric: float | None
    gradient_norm: float
    rate: float
    penalty: float = 0.0

    @classmethod
    def of_columns(cls, *columns: Iterable[float | None]) -> "list[EpochRecord]":
        """The epochs whose quantities are given one by one, in the order of the fields, each over all epochs."""
        # By the tuple's own constructor, in a third of the time: of a short training that was a tenth.
        return list(map(tuple.__new__, repeat(cls), zip(*columns, strict=True)))


class History(Sequence[EpochRecord]):
    """The epochs so far; each quantity can be had as a list over them, as in `history.loss`.

    Parameters
    ----------
    records : sequence of EpochRecord
    epochs : int, optional
        Of a list that only grows, the first so many: it is not copied, and what is added to it later is not shown.

    Examples
    --------
    >>> history = History([EpochRecord(1, 0.7, 0.6, 0.5, 1.0, 0.1), EpochRecord(2, 0.4, 0.5, 0.8, 0.9, 0.1)])
    >>> history.loss, history[-1].metric
    ([0.7, 0.4], 0.8)
    """

    def __init__(self, records: Sequence[EpochRecord] = (), epochs: int | None = None) -> None:
        self._records = list(records) if epochs is None else records
        self._epochs = len(records) if epochs is None else epochs

    @property
    def records(self) -> list[EpochRecord]:
        """The epochs as a list of its own."""
        return list(self)

    @property
    def loss(self) -> list[float]:
        """Training loss by epoch."""
        return [record.loss for record in self]

    @property
    def validation_loss(self) -> list[float | None]:
        """Validation loss by epoch."""
        return [record.validation_loss for record in self]

    @property
    def metric(self) -> list[float | None]:
        """Metric by epoch."""
        return [record.metric for record in self]

    @property
    def gradient_norm(self) -> list[float]:
        """Length of the gradient by epoch."""
        return [record.gradient_norm for record in self]

    @property
    def rate(self) -> list[float]:
        """Learning rate by epoch."""
        return [record.rate for record in self]

    def to_columns(self) -> dict[str, list[float | None]]:
        """Name of each quantity to its values: what plots, tables and files take."""
        return {name: [getattr(record, name) for record in self] for name in EpochRecord._fields}

    @overload
    def __getitem__(self, index: int) -> EpochRecord: ...
    @overload
    def __getitem__(self, index: slice) -> "History": ...
    def __getitem__(self, index: int | slice) -> "EpochRecord | History":
        places = range(self._epochs)[index]
        return self._records[places] if isinstance(places, int) else History([self._records[at] for at in places])

    def __iter__(self) -> Iterator[EpochRecord]:
        return islice(self._records, self._epochs)

    def __len__(self) -> int:
        return self._epochs

    def __repr__(self) -> str:
        if not self._epochs:
            return "<History: no epochs>"
        return f"<History: {len(self)} epochs, loss {self[0].loss:.4g} -> {self[-1].loss:.4g}>"
