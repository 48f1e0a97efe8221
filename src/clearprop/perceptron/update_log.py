"""The log of a perceptron's corrections: each update of its weights, in the order in which they happened."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple, overload

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]


class Update(NamedTuple):
    """One correction: in which epoch (from 1), by which row (from 0), for which output; its score and the step.

    The weights changed by `step` times the row.
    """

    epoch: int
    row: int
    output: int
    score: float
    step: float


class Updates(Sequence[Update]):
    """A log of updates, in the order in which they happened; kept as arrays, shown as one `Update` each.

    Examples
    --------
    >>> log = Updates.of([Update(1, 0, 0, -0.5, 1.0)])
    >>> len(log), log[0].row
    (1, 0)
    """

    FIELDS = np.dtype([("epoch", "i8"), ("row", "i8"), ("output", "i8"), ("score", "f8"), ("step", "f8")])

    def __init__(self, *parts: Array) -> None:
        self._parts = [part for part in parts if len(part)]

    @property
    def array(self) -> Array:
        """All of them, of dtype `FIELDS`; the parts are joined when they are first asked for."""
        if len(self._parts) != 1:
            self._parts = [np.concatenate([np.empty(0, self.FIELDS), *self._parts])]
        return self._parts[0]

    @classmethod
    def of(cls, updates: Sequence[Update]) -> Updates:
        """A log of updates that were made one by one."""
        return cls(np.array([tuple(update) for update in updates], dtype=cls.FIELDS))

    def moved(self, epochs: int, places: Array | None) -> Updates:
        """The same with `epochs` added to their epochs, their rows those that stand at these places."""
        if epochs == 0 and places is None:
            return self
        array = self.array.copy()
        array["epoch"] += epochs
        if places is not None:
            array["row"] = places[array["row"]]
        return Updates(array)

    def __add__(self, other: Updates) -> Updates:
        # Parts are joined where the last is no longer than what comes: so there are few, however often a little is
        # added, and each update is copied a few times.
        parts, last = self._parts.copy(), other.array
        while parts and len(parts[-1]) <= len(last):
            last = np.concatenate([parts.pop(), last])
        return Updates(*parts, last)

    @overload
    def __getitem__(self, index: int) -> Update: ...
    @overload
    def __getitem__(self, index: slice) -> Updates: ...
    def __getitem__(self, index: int | slice) -> Update | Updates:
        return Updates(self.array[index]) if isinstance(index, slice) else Update(*self.array[index].item())

    def __len__(self) -> int:
        return sum(map(len, self._parts))

    def __iter__(self) -> Iterator[Update]:
        return map(Update._make, self.array.tolist())

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and list(self) == list(other)

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return f"<{len(self)} updates>"
