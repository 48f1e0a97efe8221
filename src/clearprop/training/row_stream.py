"""Training on rows that are read while others are trained on: memory holds a few windows of them, and no more."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from hashlib import blake2b
from typing import Any

import numpy as np
import numpy.typing as npt

from clearprop.engines import Engine, Job, Stretch
from clearprop.errors import InputError
from clearprop.foundation.pieces import nothing
from clearprop.foundation.randomness import Rng, seeds
from clearprop.foundation.sparse import is_sparse
from clearprop.metrics import Metric
from clearprop.network.network import Network
from clearprop.network.rows import Rows
from clearprop.training.read_ahead import ReadAhead
from clearprop.training.row_source import RowSource
from clearprop.training.settings import TrainingSettings
from clearprop.training.shards import Shards, joined
from clearprop.training.stream_order import Window, windows

Array = npt.NDArray[Any]

# A window's rows take about so much memory; up to four windows are there at a time: one being filled, one waiting, one
# trained on, and the rest of the one before.
WINDOW_BYTES = 2**24
AHEAD = 1


class RowStream(RowSource):
    """The rows of shards, in a new order in each epoch (see `stream_order`), read by a thread while others are used.

    What training comes to follows from the shards, the seed and the settings, whatever the timing.

    Parameters
    ----------
    shards : Shards
    sample : Rows
        Some of the rows, which are kept: those that say whether anything was learned, and by which training is judged
        where there are no validation rows.
    runs : sequence of range, optional
        Which shards are cheap to read one after the other; each by itself where not given.
    window_rows : int, optional
        How many rows are mixed at a time, at least; as many as `WINDOW_BYTES` hold where not given.

    Examples
    --------
    >>> from clearprop import Network, Trainer
    >>> from clearprop.training.shards import ArrayShards
    >>> shards = ArrayShards([[0.0], [1.0], [2.0], [3.0]], [1.0, 3.0, 5.0, 7.0], count=2)
    >>> trainer = Trainer(Network([1, 1], rng=0), batch_size=2, epochs=2, rng=0)
    >>> trainer.start(RowStream(shards, sample=shards.rows(0))).run()
    <History: 2 epochs, loss ...>
    """

    def __init__(
        self, shards: Shards, sample: Rows, runs: Sequence[range] | None = None, window_rows: int | None = None
    ) -> None:
        self.sample, self.shards = sample, shards
        runs = [range(number, number + 1) for number in range(len(shards))] if runs is None else runs
        self._windows = _Windows(shards, runs, window_rows or max(1, WINDOW_BYTES // _bytes_a_row(sample)))
        self._reader: ReadAhead[Rows] | None = None
        self._at: tuple[int | None, int] = (None, -1)
        self._pending: list[Rows] = []

    def __len__(self) -> int:
        return self._windows.n_rows

    def check_fits(self, network: Network, *, which: str = "") -> None:
        """By the rows that are kept; see `Rows.check_fits`."""
        self.sample.check_fits(network, which=which)

    def rows_a_step(self, settings: TrainingSettings) -> int:
        """The batch size; about a window's rows, in whole batches, are a look.

        Raises
        ------
        ValueError
            The optimiser takes all rows at once.
        """
        if settings.finds_steps_itself:
            raise ValueError(
                f"{settings.optimizer.name} takes all rows at once, and these are read bit by bit: take another "
                "optimizer, such as adam"
            )
        size = settings.rows_a_step(len(self))
        self.batches_a_look = max(1, self._windows.least // size)
        return size

    def next_order(self, order: Array | None, rng: Rng) -> Array:
        """The seed of an epoch's order, shape (1,)."""
        return np.array(seeds(rng, 1), dtype=np.intp)

    def run(self, engine: Engine, job: Job, stretch: Stretch) -> None:
        """Take a step for each batch of the stretch, which is of one epoch."""
        seed = None if stretch.orders is None else int(stretch.orders[0, 0])
        rows = self._take(seed, stretch.start, stretch.stop)
        part = Stretch(
            None,
            0,
            len(rows),
            stretch.rates,
            stretch.progress,
            stretch.on_piece,
            stretch.is_kept,
            stretch.dropouts,
            stretch.decays,
        )
        engine.run(job, rows, part)

    def evaluate(self, network: Network, metric: Metric, on_piece: Callable[[], None] = nothing) -> tuple[float, float]:
        """Loss and metric of the sample."""
        return self.sample.evaluate(network, metric, on_piece)

    @property
    def fingerprint(self) -> str:
        """What is another where a training on these rows could not be gone on with: names, numbers, contents."""
        return self._windows.fingerprint

    def close(self) -> None:
        """End the reading ahead; what is asked for later is read anew."""
        if self._reader is not None:
            self._reader.close()
        self._reader, self._pending, self._at = None, [], (None, -1)

    def _take(self, seed: int | None, start: int, stop: int) -> Rows:
        """The rows from one place of an epoch to another."""
        if self._reader is None or self._at != (seed, start):
            self.close()
            self._reader = ReadAhead(self._windows.from_place(seed, start), AHEAD)
        pieces, wanted = self._pending, stop - start
        while (there := sum(map(len, pieces))) < wanted:
            pieces.append(next(self._reader))
        last, left = pieces[-1], there - wanted
        cut = len(last) - left
        rows = joined([*pieces[:-1], last.take(slice(0, cut)) if left else last])
        self._pending, self._at = [last.take(slice(cut, None))] if left else [], (seed, stop)
        if stop == len(self):  # the thread has come to the end, and the next epoch has another order
            self.close()
        return rows


class _Windows:
    """What the reading thread has: shards, their numbers of rows, and what they were when training began."""

    def __init__(self, shards: Shards, runs: Sequence[range], least: int) -> None:
        self._shards, self._runs, self.least = shards, runs, least
        self._counts = [shards.n_rows(number) for number in range(len(shards))]
        for number, count in enumerate(self._counts):
            if count == 0:
                raise InputError(f"{shards.name(number)}: there are no rows to train on: leave it out")
        self._fingerprints = [shards.fingerprint(number) for number in range(len(shards))]
        self.n_rows = sum(self._counts)

    @property
    def fingerprint(self) -> str:
        """Of all shards as they were when training began."""
        shards = [self._shards.name(number) for number in range(len(self._shards))]
        told = repr((shards, self._counts, self._fingerprints, self.least))
        return blake2b(told.encode(), digest_size=16).hexdigest()

    def from_place(self, seed: int | None, place: int) -> Iterator[Rows]:
        """The rows of an epoch from a place on, window by window."""
        for window in windows(self._counts, self._runs, self.least, seed):
            if window.stop > place:
                rows = self._read(window)
                yield rows.take(slice(place - window.start, None)) if window.start < place else rows
                del rows

    def _read(self, window: Window) -> Rows:
        rows, order = joined([self._rows(number) for number in window.shards]), window.order()
        if order is None:
            return rows
        # By np.take, which takes a fifth of the time that indexing does, and lets other threads run meanwhile.
        weight = None if rows.sample_weight is None else np.take(rows.sample_weight, order)
        X = rows.X[order] if is_sparse(rows.X) else np.take(rows.X, order, axis=0)
        return Rows(X, np.take(rows.y, order, axis=0), weight)

    def _rows(self, number: int) -> Rows:
        shards = self._shards
        if shards.fingerprint(number) != self._fingerprints[number]:
            raise InputError(
                f"{shards.name(number)}: it has changed since training began: leave it alone while it is trained on, "
                "and begin anew"
            )
        rows = shards.rows(number)
        if len(rows) != self._counts[number]:
            raise InputError(
                f"{shards.name(number)}: it has {len(rows):,} rows, and had {self._counts[number]:,} before: begin anew"
            )
        return rows


def _bytes_a_row(rows: Rows) -> int:
    X = 2 * rows.X.data.nbytes if is_sparse(rows.X) else rows.X.nbytes
    return max(1, (X + rows.y.nbytes) // max(1, len(rows)))
