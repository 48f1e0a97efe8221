"""A training that is watched: where it stands, to the operation, and every way to move it."""

from __future__ import annotations

from time import perf_counter
from typing import Any

import msgspec
import numpy.typing as npt

from clearprop.lab.badges import badges, looked_at
from clearprop.lab.edits import change_of
from clearprop.lab.frames import draw_frame
from clearprop.lab.infos import data_arrays
from clearprop.lab.live import Live
from clearprop.lab.moments import Moment, resting
from clearprop.lab.planes import Planes
from clearprop.lab.protocol import Badge, Frame, Grain, Place, SetNumber, Step, Tick, View
from clearprop.lab.recording import MOST_SECONDS, Recording, Spot
from clearprop.lab.sweeps import Sweep

Array = npt.NDArray[Any]
Arrays = dict[str, Array]


class Watched:
    """A training, its recording, and the batch that is gone through operation by operation, if one is.

    Parameters
    ----------
    most_seconds : float
        See `Recording`.

    Attributes
    ----------
    live : Live
    recording : Recording
    sweep : Sweep or None
    """

    def __init__(self, live: Live, most_seconds: float = MOST_SECONDS) -> None:
        self.live, self.recording = live, Recording(live, most_seconds=most_seconds)
        self._planes = Planes(live)
        self._widest = max(live.network.layer_sizes)
        self.sweep: Sweep | None = None
        # The rows that the last frame showed, and by which axes: None at first.
        self._shown_rows: tuple[Array, Array] | None = None
        self._shown_axes = (0, 1)

    @property
    def alert(self) -> str:
        """Why training cannot go on; empty where it can, or has not come there yet."""
        sweep = self.sweep
        return f"{sweep.badge.says} {sweep.error}" if sweep is not None and sweep.faulty else ""

    @property
    def badges(self) -> list[Badge]:
        """What is wrong with units; before all else the first number that is not finite, if it was just made."""
        fault = [self.sweep.badge] if self.sweep is not None and self.sweep.faulty else []
        network, X = self.live.network, self.live.rows.X
        return [*fault, *badges(network, network.propagate(X[looked_at(len(X), self._widest)]))]

    def moment(self, row: int) -> Moment:
        """The numbers of the sample that is under way, or of a row between batches."""
        return resting(self.live, row) if self.sweep is None else self.sweep.moment

    def frame(self, view: View) -> tuple[Frame, Arrays]:
        """All that is to be drawn, and its arrays by name."""
        live = self.live
        view = msgspec.structs.replace(view, axes=self._axes(view))
        moment = self.moment(min(view.row, len(live.data) - 1))
        live.row = moment.row
        place, worn = self._place(), self.badges
        frame, arrays = draw_frame(live, self.recording, self._planes, view, moment, place, worn, self.alert)
        if self._rows_are_new(view.axes):
            arrays = self.rows(view) | arrays
        return frame, arrays

    def rows(self, view: View) -> Arrays:
        """The rows as they are drawn, and what each input is over the plane."""
        axes, arrays = self._axes(view), {}
        if view.maps > 1 and self.live.data.columns.shape[1] <= 2:  # of more, the others are one row's, which changes
            arrays["data.features"] = self._planes.features(view.maps, axes)
        return data_arrays(self.live, axes) | arrays

    def _axes(self, view: View) -> tuple[int, int]:
        """The columns that span the plane: the first two where one is asked for that is not there."""
        columns = self.live.data.columns.shape[1]
        return view.axes if max(view.axes) < columns else (0, min(1, columns - 1))

    def _rows_are_new(self, axes: tuple[int, int]) -> bool:
        """Whether the page has not seen these rows, or not by these axes."""
        rows, before = (self.live.data.columns, self.live.targets), self._shown_rows
        same = before is not None and all(a is b for a, b in zip(rows, before, strict=True))
        new = not same or axes != self._shown_axes
        self._shown_rows, self._shown_axes = rows, axes
        return new

    def _place(self) -> Place:
        recording, sweep = self.recording, self.sweep
        (epoch, batch), furthest = recording.spot, recording.furthest
        sample, done, total = (0, 0, 0) if sweep is None else sweep.place
        return Place(
            epoch=epoch,
            batch=batch,
            sample=sample,
            samples=0 if sweep is None else sweep.samples,
            done=done,
            total=total,
            operation=None if sweep is None else sweep.operation,
            furthest=(furthest.epoch, furthest.batch),
        )

    # -- moving --------------------------------------------------------------------------------------------------

    def tick(self, request: Tick) -> float:
        """Go on for about so long; how many epochs a second that were."""
        began = perf_counter()
        epochs = self.recording.run_for(request.budget / 1000, request.grain, request.most)
        speed = epochs / (perf_counter() - began)
        self._rest()
        return speed

    def seek(self, epoch: int, batch: int) -> None:
        """Stand there, between two batches."""
        self.recording.seek(epoch, batch)
        self.sweep = None

    def step(self, request: Step) -> None:
        """Go on or back by one piece of this grain."""
        if request.grain in ("batch", "epoch"):
            self._step_batches(request.grain, request.direction)
        else:
            self._step_within(request.grain, request.direction)

    def set_number(self, request: SetNumber) -> None:
        """Change a number by hand; within a batch as many operations stay done, now with it."""
        row = self.sweep.row if self.sweep is not None else min(request.view.row, len(self.live.data) - 1)
        self.recording.change(change_of(self.live, row, request.name, request.value))
        if self.sweep is not None:
            self._enter(self.sweep.at)

    def _step_batches(self, grain: Grain, direction: int) -> None:
        recording, was_within = self.recording, self.sweep is not None
        epoch, batch = recording.spot
        if direction > 0:
            recording.advance(recording.after(1) if grain == "batch" else Spot(epoch + 1, 0))
            self._rest()
            return
        if grain == "epoch":
            recording.seek(epoch if batch or was_within else max(0, epoch - 1))
        elif not was_within:
            recording.back()
        self.sweep = None

    def _step_within(self, grain: Grain, direction: int) -> None:
        recording, sweep = self.recording, self.sweep
        if sweep is not None and sweep.move(grain, direction):
            self.sweep = None if sweep.at == 0 else sweep
        elif direction > 0:
            if sweep is not None:
                recording.advance(recording.after(1))
            self._enter(0)
            if self.sweep is not None:
                self.sweep.move(grain, 1)
        elif recording.spot > recording.first:
            recording.back()
            self._enter(None)
            if self.sweep is not None:
                self.sweep.move(grain, -1)

    def _enter(self, at: int | None) -> None:
        """Stand in the batch that comes next, so many operations done, or all; between batches where none comes."""
        self.sweep = None
        if self.live.training.stop_reason is None:
            self.sweep = sweep = Sweep(self.live, *self.recording.next_step())
            sweep.at = sweep.last if at is None else min(at, sweep.last)

    def _rest(self) -> None:
        """Stand between batches; or behind the operation whose result is not finite, where nothing else follows."""
        self.sweep = None
        if self.recording.end is not None and self.recording.at_end:
            self._enter(None)
