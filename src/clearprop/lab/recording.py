"""The recording of a training: it goes on, back to anywhere, and on again to the same numbers.

Keyframes are snapshots of the training. Where it is to stand between two of them, the earlier is restored and the
batches after it are trained once more, which comes to the same numbers, bit for bit. How far keyframes lie apart is
counted in the time that NumPy would take by the sizes alone (`engines.numpy_seconds`), and doubles when they would take
more memory than they may: then every other one is dropped.

A number that was changed by hand begins another future: what had been trained beyond is forgotten, and a keyframe that
is never dropped stands there with the change in it, so that replaying takes it up again.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from operator import attrgetter
from time import perf_counter
from typing import Any, Literal, NamedTuple

import numpy as np
import numpy.typing as npt

from clearprop.engines import numpy_seconds
from clearprop.errors import DivergenceError, InputError
from clearprop.lab.curve import LossCurve, finite
from clearprop.lab.live import Live, Numbers
from clearprop.lab.way import Way
from clearprop.training.history import EpochRecord
from clearprop.training.snapshots import Snapshot

Array = npt.NDArray[Any]

# How far keyframes lie apart at first, in seconds of NumPy's, and how much memory all of them may take.
APART, MOST_BYTES = 0.02, 64 * 2**20
# How long, in NumPy's seconds, training may be repeated to stand where it has been.
MOST_SECONDS = 20.0
# What a snapshot takes beside its arrays: some thirty Python objects.
OBJECTS = 4_096
# So many epochs' records are kept, the last ones all, of those before ever fewer.
MOST_RECORDS, LAST_RECORDS = 3_000, 300


class Spot(NamedTuple):
    """So many epochs, and batches of the next, have passed."""

    epoch: int
    batch: int


@dataclass(frozen=True, eq=False)
class Keyframe:
    """The training at a spot: its snapshot, what the last step changed, and the rows."""

    spot: Spot
    snapshot: Snapshot
    update: Array
    numbers: Numbers
    by_hand: bool = False

    @property
    def bytes(self) -> int:
        """What it takes of memory; rows are shared unless one was changed."""
        arrays = [self.snapshot.parameters, self.snapshot.slots, self.update]
        if self.snapshot.state.order is not None:
            arrays.append(self.snapshot.state.order)
        if self.by_hand:
            arrays += [self.numbers.inputs, self.numbers.targets]
        return sum(array.nbytes for array in arrays) + OBJECTS


class Recording:
    """A training that can stand anywhere between where it began and where it has been.

    Parameters
    ----------
    live : Live
    most_bytes : int
        What keyframes may take of memory; the first one, and those with changes by hand, stay in any case.
    most_seconds : float
        How long, in NumPy's seconds, training may be repeated to stand where it has been.

    Attributes
    ----------
    first, furthest : Spot
        The earliest spot and the furthest so far.
    batches : int
        How many an epoch has.
    update : array, shape (parameters,)
        What the last step changed; 0 at the first spot.
    end : DivergenceError or None
        Why nothing follows on the furthest spot.
    curve : LossCurve
        Up to the furthest.
    first_loss : float
        Of the rows that are trained on, at the first spot.
    """

    def __init__(self, live: Live, most_bytes: int = MOST_BYTES, most_seconds: float = MOST_SECONDS) -> None:
        self.live, self._most_bytes, self._most_seconds = live, most_bytes, most_seconds
        training = live.training
        self.batches = -(-training.n_rows // training.batch_size)
        seconds = numpy_seconds(live.network, training.batch_size)
        self._apart = max(1, round(APART / seconds))  # in batches
        self._seconds = seconds  # that a batch takes NumPy
        self._pace = seconds  # what it takes, as it was measured last
        self.update = np.zeros_like(live.network.parameters)
        self.end: DivergenceError | None = None
        self.curve, self._way = LossCurve(), Way(live.network.parameters, training.state.epoch)
        self.first_loss, _ = live.rows.evaluate(live.network, training.metric)
        self.first = self.furthest = self.spot
        self._keyframes = [self._keyframe()]
        self._changes: list[Spot] = []  # where keyframes by hand stand
        self._records = training.history.records
        self._bytes = self._keyframes[0].bytes
        self._add_point()

    @property
    def spot(self) -> Spot:
        """Where the training stands."""
        training = self.live.training
        return Spot(training.state.epoch, -(-training.state.cursor // training.batch_size))

    @property
    def at_end(self) -> bool:
        """Whether nothing follows: training has ended, or what follows is not finite."""
        return self.live.training.stop_reason is not None or (self.end is not None and self.spot == self.furthest)

    @property
    def edited(self) -> bool:
        """Whether a number was changed by hand up to this spot."""
        return bool(self._changes) and self._changes[0] <= self.spot

    @property
    def bytes(self) -> int:
        """What keyframes take of memory."""
        return self._bytes

    @property
    def way(self) -> Array:
        """The parameters after the epochs so far, thinned, and those at this spot: shape (n, parameters)."""
        now = self.live.network.parameters
        way = self._way.up_to(self.spot.epoch)
        return way if len(way) and np.array_equal(way[-1], now) else np.concatenate([way, now[np.newaxis]])

    @property
    def beginning(self) -> Keyframe:
        """From where the present numbers follow without a hand in between: the last change up to here, or the first."""
        earlier = [spot for spot in self._changes if spot <= self.spot]
        return self._keyframes[self._after(earlier[-1]) - 1] if earlier else self._keyframes[0]

    # -- going on ------------------------------------------------------------------------------------------------

    def advance(self, spot: Spot) -> bool:
        """Go on to a spot, or to where nothing follows; whether anything was left to do."""
        moved = False
        while self.spot < spot and not self.at_end:
            here, training = self.spot, self.live.training
            end = min(spot, Spot(here.epoch + 1, 0), *self._changes[bisect_right(self._changes, here) :][:1])
            count = min(self._distance(here, end), self._apart)
            began = perf_counter()
            try:
                if count > 1:
                    training.run_batches(count - 1)
                before = training.network.parameters.copy()
                training.run_batches(1)
            except DivergenceError as error:
                self._stand_before(error)
                return moved or self.spot != here
            np.subtract(training.network.parameters, before, out=self.update)
            self._pace = (perf_counter() - began) / count
            moved = True
            self._arrive()
        return moved

    def run_for(self, seconds: float, grain: Literal["batch", "epoch"], most: int) -> float:
        """Go on for about so long, by so many batches or epochs at most; how many epochs that were.

        Epochs are run whole, but for such as take longer than that.
        """
        start, deadline = self.spot, perf_counter() + seconds
        unit = 1 if grain == "batch" else self.batches
        last = self._after_batches(start, most * unit - (start.batch if grain == "epoch" else 0))
        while self.spot < last and not self.at_end:
            left, here = deadline - perf_counter(), self.spot
            to_go = self.batches - here.batch if grain == "epoch" else 1
            if to_go * self._pace > left and here != start and unit * self._pace <= seconds:
                break
            fitting = max(1, int(left / self._pace))
            self.advance(min(last, self._after_batches(here, min(fitting, to_go) if grain == "epoch" else fitting)))
            if perf_counter() >= deadline:
                break
        return self._distance(start, self.spot) / self.batches

    def _arrive(self) -> None:
        """Take up a change by hand that stands here; keep what is new."""
        here, training = self.spot, self.live.training
        if here in self._changes:
            self._restore(self._keyframes[self._after(here) - 1])
        if here.batch == 0 and len(training.history) > MOST_RECORDS:
            training.restore(replace(training.snapshot(), records=thinned(training.history.records)))
        if here > self.furthest:
            self.furthest = here
            if here.batch == 0:
                self._records.append(training.history[-1])
                if len(self._records) > MOST_RECORDS:
                    self._records = list(thinned(self._records))
                self._add_point()
                self._way.add(self.live.network.parameters, here.epoch)
            if self._distance(self._keyframes[-1].spot, here) >= self._apart:
                self._keep(self._keyframe())

    def _stand_before(self, error: DivergenceError) -> None:
        """Stand before the batch that leaves the finite numbers, of which the error tells."""
        assert error.batch is not None
        end = Spot(error.epoch - 1, error.batch - 1)
        self._restore(self._keyframes[self._after(end) - 1])
        self.advance(end)
        self.end = error

    def next_step(self) -> tuple[Array | None, DivergenceError | None]:
        """The parameters after the next step, which is not taken; or why there is none."""
        training = self.live.training
        before = training.snapshot()
        try:
            training.run_batches(1)
            return training.network.parameters.copy(), None
        except DivergenceError as error:
            self.end = error
            return None, error
        finally:
            training.restore(before)

    # -- going back ----------------------------------------------------------------------------------------------

    def seek(self, epoch: int, batch: int = 0) -> None:
        """Stand at this spot, or at the nearest where training has been.

        Raises
        ------
        InputError
            So much would have to be trained once more that it takes too long.
        """
        epoch, batch = epoch + batch // self.batches, batch % self.batches
        spot = min(max(Spot(epoch, batch), self.first), self.furthest)
        nearest = self._keyframes[self._after(spot) - 1]
        is_on_the_way = nearest.spot <= self.spot <= spot
        seconds = self._seconds * self._distance(self.spot if is_on_the_way else nearest.spot, spot)
        if seconds > self._most_seconds:
            raise InputError(
                f"of so large a network few moments are kept, and to stand after {spot.epoch:,} epochs would take "
                f"about {seconds:.0f} seconds: rewind to the start, which is kept, or take a smaller network"
            )
        if not is_on_the_way:
            self._restore(nearest)
        self.advance(spot)

    def back(self, batches: int = 1) -> None:
        """Stand so many batches before this spot."""
        at = max(0, self.spot.epoch * self.batches + self.spot.batch - batches)
        self.seek(*divmod(at, self.batches))

    def change(self, change: Callable[[], None]) -> None:
        """Change the network's parameters or the rows, by hand, here: what had been trained beyond is forgotten.

        Raises
        ------
        InputError
            The changes before, all of which are kept, take as much memory as there is for keyframes.
        """
        here = self.spot
        if sum(frame.bytes for frame in self._keyframes if frame.by_hand and frame.spot < here) > self._most_bytes:
            raise InputError(
                f"{len(self._changes):,} changes by hand fill the memory that there is for them: rewind to before some "
                "of them, or begin anew"
            )
        change()
        self._keyframes = [frame for frame in self._keyframes if frame.spot < here]
        self._changes = [*(spot for spot in self._changes if spot < here), here]
        self.furthest, self.end = here, None
        kept = here.epoch if here.batch == 0 else here.epoch + 1
        self._records = self._records[: bisect_right(self._records, here.epoch, key=attrgetter("epoch"))]
        self.curve.cut(kept)
        self._way.cut(kept)
        if here.batch == 0:
            self._add_point()
            self._way.add(self.live.network.parameters, here.epoch)
        self._bytes = sum(frame.bytes for frame in self._keyframes)
        self._keep(replace(self._keyframe(), by_hand=True))

    # -- keyframes -----------------------------------------------------------------------------------------------

    def _keyframe(self) -> Keyframe:
        training = self.live.training
        snapshot = replace(training.snapshot(), records=())
        if snapshot.state.order is not None:
            snapshot.state.order = snapshot.state.order.astype(np.uint16 if training.n_rows < 2**16 else np.uint32)
        return Keyframe(self.spot, snapshot, self.update.copy(), self.live.numbers)

    def _keep(self, keyframe: Keyframe) -> None:
        """Keep it; where that is too much, every other one is dropped, and they lie twice as far apart from then on."""
        self._keyframes.append(keyframe)
        self._bytes += keyframe.bytes
        while self._bytes > self._most_bytes:
            kept = [frame for at, frame in enumerate(self._keyframes) if at % 2 == 0 or frame.by_hand]
            self._apart *= 2
            if len(kept) == len(self._keyframes):
                break
            self._keyframes, self._bytes = kept, sum(frame.bytes for frame in kept)

    def _restore(self, keyframe: Keyframe) -> None:
        training = self.live.training
        if keyframe.numbers.inputs is not self.live.inputs or keyframe.numbers.targets is not self.live.targets:
            self.live.take_numbers(keyframe.numbers)
        records = self._records[: bisect_right(self._records, keyframe.spot.epoch, key=attrgetter("epoch"))]
        training.restore(replace(keyframe.snapshot, records=tuple(records)))
        if training.state.order is not None:
            training.state.order = training.state.order.astype(np.intp)
        self.update[:] = keyframe.update

    def _after(self, spot: Spot) -> int:
        """How many keyframes stand at a spot or before it."""
        return bisect_right(self._keyframes, spot, key=attrgetter("spot"))

    # -- distances, and the curve --------------------------------------------------------------------------------

    def _distance(self, start: Spot, end: Spot) -> int:
        """In batches."""
        return (end.epoch - start.epoch) * self.batches + end.batch - start.batch

    def after(self, count: int) -> Spot:
        """The spot so many batches from here."""
        return self._after_batches(self.spot, count)

    def _after_batches(self, spot: Spot, count: int) -> Spot:
        return Spot(*divmod(spot.epoch * self.batches + spot.batch + count, self.batches))

    def _add_point(self) -> None:
        """The present epoch's point of the curve."""
        live = self.live
        training = live.training
        loss, metric = live.rows.evaluate(live.network, training.metric)
        held_out = None
        if live.validation is not None:
            held_out, metric = live.validation.evaluate(live.network, training.metric)
        self.curve.add(self.spot.epoch, finite(loss), finite(held_out), finite(metric), training.next_rate)


def thinned(records: Sequence[EpochRecord]) -> tuple[EpochRecord, ...]:
    """Every other record, but of the last all.

    Examples
    --------
    >>> records = [EpochRecord(epoch, 0.0, None, None, 0.0, 0.0) for epoch in range(1, MOST_RECORDS + 2)]
    >>> [record.epoch for record in thinned(records)][:3], len(thinned(records))
    ([1, 3, 5], 1651)
    """
    return (*records[:-LAST_RECORDS:2], *records[-LAST_RECORDS:])
