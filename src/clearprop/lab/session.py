"""A session: what a page asks, answered from one training that goes on, back, and wherever it is sent."""

from __future__ import annotations

import warnings
from time import perf_counter
from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt

from clearprop.lab import protocol as ask
from clearprop.lab.catalogue import catalogue
from clearprop.lab.data import DataSet, read_table
from clearprop.lab.formulas import FUNCTIONS
from clearprop.lab.frames import draw_frame
from clearprop.lab.infos import data_info, network_info
from clearprop.lab.moments import resting
from clearprop.lab.networks import Live, build
from clearprop.lab.planes import Planes
from clearprop.lab.protocol import AnyReply, AnyRequest, ArrayInfo, Frame, Opened, Place, Refused, Settings, View
from clearprop.lab.recording import Recording
from clearprop.lab.refusals import Refusal, blaming

Array = npt.NDArray[Any]
Arrays = dict[str, Array]


class Session:
    """One network that is watched.

    Examples
    --------
    >>> session = Session()
    >>> opened, arrays = session.answer(ask.Open())
    >>> opened.network.sizes, opened.frame.place.epoch
    ([2, 4, 2, 1], 0)
    >>> frame, arrays = session.answer(ask.Tick(budget=1000, most=2))
    >>> frame.place.epoch
    2
    """

    def __init__(self) -> None:
        self._given: DataSet | None = None
        self._begin(build(Settings()))

    @property
    def state(self) -> Live:
        """What is under way."""
        return self._live

    def answer(self, request: AnyRequest) -> tuple[AnyReply, list[Array]]:
        """The reply to a request, and the arrays that it announces."""
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # the doctor says what they would
                with blaming(""):
                    reply, arrays = self._answer(request)
        except Refusal as refusal:
            reply, arrays = Refused(message=refusal.message, field=refusal.field), {}
        reply.id = request.id
        reply.arrays = [_info(name, array) for name, array in arrays.items()]
        return reply, [np.ascontiguousarray(array) for array in arrays.values()]

    def _answer(self, request: AnyRequest) -> tuple[AnyReply, Arrays]:
        match request:
            case ask.Open():
                opened, arrays = self._opened(request.view)
                opened.catalogue = catalogue([], FUNCTIONS)
                return opened, arrays
            case ask.Configure():
                self._begin(build(request.settings, self._given))
                return self._opened(request.view)
            case ask.Look():
                return self._frame(request.view)
            case ask.Tick():
                return self._tick(request)
            case ask.Step():
                return self._step(request)
            case ask.Seek():
                self._recording.seek(request.epoch, request.batch)
                return self._frame(request.view)
            case ask.ReadTable():
                return read_table(request.text), {}
        raise Refusal(f"this lab does not answer {type(request).__name__} yet")

    # -- what is under way ---------------------------------------------------------------------------------------

    def _begin(self, live: Live) -> None:
        self._live, self._recording, self._planes = live, Recording(live), Planes(live)

    def _opened(self, view: View) -> tuple[Opened, Arrays]:
        frame, arrays = self._frame(view)
        info, data = data_info(self._live)
        opened = Opened(
            version=ask.VERSION,
            settings=self._live.settings,
            network=network_info(self._live),
            data=info,
            frame=frame,
            can=[str(request.__struct_config__.tag) for request in ANSWERED],
        )
        return opened, data | arrays

    def _frame(self, view: View) -> tuple[Frame, Arrays]:
        live, recording = self._live, self._recording
        columns = live.data.columns.shape[1]
        axes = (min(view.axes[0], columns - 1), min(view.axes[1], columns - 1))
        view = msgspec.structs.replace(view, axes=axes)
        live.row = min(view.row, len(live.data) - 1)
        return draw_frame(
            live, recording, self._planes, view, resting(live, live.row), self._place(), [], self._alert()
        )

    def _place(self) -> Place:
        recording = self._recording
        epoch, batch = recording.spot
        return Place(
            epoch=epoch,
            batch=batch,
            sample=0,
            samples=0,
            done=0,
            total=0,
            operation=None,
            furthest=(recording.furthest.epoch, recording.furthest.batch),
        )

    def _alert(self) -> str:
        recording = self._recording
        return str(recording.end) if recording.end is not None and recording.at_end else ""

    # -- moving --------------------------------------------------------------------------------------------------

    def _tick(self, request: ask.Tick) -> tuple[Frame, Arrays]:
        began = perf_counter()
        epochs = self._recording.run_for(request.budget / 1000, request.grain, request.most)
        speed = epochs / (perf_counter() - began)
        frame, arrays = self._frame(request.view)
        frame.speed = speed
        return frame, arrays

    def _step(self, request: ask.Step) -> tuple[Frame, Arrays]:
        recording = self._recording
        epoch, batch = recording.spot
        match request.grain, request.direction:
            case "batch", 1:
                recording.advance(recording.after(1))
            case "batch", _:
                recording.back(1)
            case "epoch", 1:
                recording.advance(type(recording.spot)(epoch + 1, 0))
            case "epoch", _:
                recording.seek(epoch if batch else max(0, epoch - 1))
            case _:
                raise Refusal(f"steps by {request.grain} are not there yet")
        return self._frame(request.view)


ANSWERED = (ask.Open, ask.Configure, ask.Look, ask.Tick, ask.Step, ask.Seek, ask.ReadTable)


def _info(name: str, array: Array) -> ArrayInfo:
    return ArrayInfo(name=name, dtype=str(array.dtype), shape=list(array.shape))  # type: ignore[arg-type]
