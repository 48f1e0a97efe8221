"""A session: what a page asks, answered from one training that goes on, back, and wherever it is sent."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import numpy.typing as npt

from clearprop.lab import protocol as ask
from clearprop.lab.catalogue import catalogue
from clearprop.lab.data import DataSet, read_table
from clearprop.lab.derivations import explain_number
from clearprop.lab.formulas import FUNCTIONS
from clearprop.lab.infos import data_arrays, data_info, network_info
from clearprop.lab.networks import Live, build
from clearprop.lab.protocol import AnyReply, AnyRequest, ArrayInfo, Opened, Refused, Settings, View
from clearprop.lab.refusals import Refusal, blaming
from clearprop.lab.watched import Watched

Array = npt.NDArray[Any]
Arrays = dict[str, Array]


class Session:
    """One network that is watched, and all that can be asked of it.

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
        self._watched = Watched(build(Settings()))

    @property
    def state(self) -> Live:
        """What is under way."""
        return self._watched.live

    def answer(self, request: AnyRequest) -> tuple[AnyReply, list[Array]]:
        """The reply to a request, and the arrays that it announces."""
        reply: AnyReply
        try:
            with warnings.catch_warnings(), blaming(""):
                warnings.simplefilter("ignore")  # the doctor says what they would
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
                return self._explained(request), {}
            case ask.ReadTable():
                return read_table(request.text), {}
        raise Refusal(f"this lab does not answer {type(request).__name__} yet")

    def _opened(self, view: View) -> tuple[Opened, Arrays]:
        live = self.state
        frame, arrays = self._watched.frame(view)
        opened = Opened(
            version=ask.VERSION,
            settings=live.settings,
            network=network_info(live),
            data=data_info(live),
            frame=frame,
            can=[str(request.__struct_config__.tag) for request in ANSWERED],
        )
        return opened, data_arrays(live) | arrays

    def _explained(self, request: ask.Explain) -> ask.Derivation:
        live = self.state
        row = min(request.row, len(live.data) - 1)
        return explain_number(
            live.training,
            live.inputs[row],
            live.targets[row],
            request.name,
            request.scope,
            row=row,
            row_numbers=live.trained.tolist(),
            digits=request.digits,
            feature_names=live.input_names,
            class_names=list(live.data.class_names) or None,
        )


ANSWERED = (
    ask.Open,
    ask.Configure,
    ask.Look,
    ask.Tick,
    ask.Step,
    ask.Seek,
    ask.SetNumber,
    ask.Explain,
    ask.ReadTable,
)


def _info(name: str, array: Array) -> ArrayInfo:
    return ArrayInfo(name=name, dtype=str(array.dtype), shape=list(array.shape))  # type: ignore[arg-type]
