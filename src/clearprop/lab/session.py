"""A session: what a page asks, answered from one training that goes on, back, and wherever it is sent."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt

from clearprop.lab import protocol as ask
from clearprop.lab.asides import derive, diagnose, draw, race, take
from clearprop.lab.catalogue import catalogue
from clearprop.lab.data import DataSet
from clearprop.lab.formulas import FUNCTIONS
from clearprop.lab.infos import data_info, network_info
from clearprop.lab.lessons import all_lessons, lesson
from clearprop.lab.links import settings_of
from clearprop.lab.live import Live
from clearprop.lab.networks import build
from clearprop.lab.pasted import read_table
from clearprop.lab.protocol import AnyReply, AnyRequest, ArrayInfo, Lesson, Opened, Refused, Settings, View
from clearprop.lab.quiet import quiet
from clearprop.lab.recording import MOST_SECONDS
from clearprop.lab.refusals import Refusal, blaming
from clearprop.lab.runs import Run, live_of_run
from clearprop.lab.watched import Watched

Array = npt.NDArray[Any]
Arrays = dict[str, Array]


class Session:
    """One network that is watched, and all that can be asked of it.

    Parameters
    ----------
    given : DataSet, optional
        The rows that `Given` stands for.
    settings : Settings, optional
        What it begins with.
    run : Run, optional
        A training that it begins with instead: it goes on from where that stands, on its rows, and leaves it there.
    most_seconds : float
        How long, in NumPy's seconds, training may be repeated to go back to where it has been.

    Raises
    ------
    Refusal
        What it should begin with cannot be.

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

    def __init__(
        self,
        given: DataSet | None = None,
        settings: Settings | None = None,
        run: Run | None = None,
        most_seconds: float = MOST_SECONDS,
    ) -> None:
        with quiet():
            live = build(settings or Settings(), given) if run is None else live_of_run(run)
            self._watched = Watched(live, most_seconds)
        self._given, self._run, self._begun_with = live.data if run is not None else given, run, live.settings
        self._lesson: Lesson | None = None

    def anew(self) -> Session:
        """Another session, at the start of what is chosen here, which may go back for however long that takes."""
        if self._run is not None and self.state.settings is self._begun_with:
            return Session(run=self._run, most_seconds=math.inf)
        return Session(self._given, self.state.settings, most_seconds=math.inf)

    @property
    def state(self) -> Live:
        """What is under way."""
        return self._watched.live

    @property
    def first_epoch(self) -> int:
        """Where it has begun: 0, or where a run stood that it was given."""
        return self._watched.recording.first.epoch

    def answer(self, request: AnyRequest) -> tuple[AnyReply, list[Array]]:
        """The reply to a request, and the arrays that it announces."""
        reply: AnyReply
        try:
            with quiet(), blaming(""):
                reply, arrays = self._answer(request)
        except Refusal as refusal:
            reply, arrays = Refused(message=refusal.message, field=refusal.field), {}
        reply.id = request.id
        reply.arrays = [_info(name, array) for name, array in arrays.items()]
        return reply, [np.ascontiguousarray(array) for array in arrays.values()]

    def _answer(self, request: AnyRequest) -> tuple[AnyReply, Arrays]:
        match request:
            case ask.Open():
                if request.link:
                    with blaming("link"):
                        self._watched = Watched(build(settings_of(request.link), self._given))
                    self._lesson = None
                opened, arrays = self._opened(request.view)
                opened.catalogue = catalogue(all_lessons(), FUNCTIONS)
                return opened, arrays
            case ask.TakeLesson(name=""):
                self._lesson = None
                return self._opened(request.view)
            case ask.TakeLesson():
                found, settings = lesson(request.name)
                self._watched, self._lesson = Watched(build(settings)), found
                return self._opened(request.view)
            case ask.Configure():
                self._watched = Watched(build(request.settings, self._given))
                return self._opened(request.view)
            case ask.Look():
                return self._watched.frame(request.view)
            case ask.Tick():
                speed = self._watched.tick(request)
                frame, arrays = self._watched.frame(request.view)
                frame.speed = speed
                return frame, arrays
            case ask.Step():
                self._watched.step(request)
                return self._watched.frame(request.view)
            case ask.Seek():
                self._watched.seek(request.epoch, request.batch)
                return self._watched.frame(request.view)
            case ask.SetNumber():
                self._watched.set_number(request)
                return self._watched.frame(request.view)
            case ask.Explain():
                return derive(self.state, request), {}
            case ask.Diagnose():
                return diagnose(self._watched), {}
            case ask.Surface():
                return draw(self._watched, request)
            case ask.Race():
                return race(self._watched, request)
            case ask.TakeAway():
                return take(self._watched, request), {}
            case ask.ReadTable():
                return read_table(request.text), {}
        raise Refusal(f"this lab does not answer {type(request).__name__} yet")

    def _opened(self, view: View) -> tuple[Opened, Arrays]:
        live = self.state
        frame, arrays = self._watched.frame(view)
        opened = Opened(
            settings=live.settings,
            network=network_info(live),
            data=data_info(live),
            frame=frame,
            lesson=self._lesson,
            can=[str(request.__struct_config__.tag) for request in ANSWERED],
        )
        return opened, self._watched.rows(view) | arrays


ANSWERED = (
    ask.Open,
    ask.Configure,
    ask.Look,
    ask.Tick,
    ask.Step,
    ask.Seek,
    ask.SetNumber,
    ask.Explain,
    ask.Diagnose,
    ask.Surface,
    ask.Race,
    ask.TakeAway,
    ask.ReadTable,
    ask.TakeLesson,
)


def _info(name: str, array: Array) -> ArrayInfo:
    return ArrayInfo(name=name, dtype=str(array.dtype), shape=list(array.shape))  # type: ignore[arg-type]
