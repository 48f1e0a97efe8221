"""What is asked beside the frames, and moves nothing: why, what is wrong, the landscape, a race, something to keep."""

from __future__ import annotations

from typing import Any

import msgspec
import numpy.typing as npt

from clearprop.explanation.explanation import Explanation
from clearprop.lab.derivations import explain_number, explanation_of
from clearprop.lab.doctor import advice
from clearprop.lab.links import fragment_of
from clearprop.lab.live import Live
from clearprop.lab.networks import new_trainer, started
from clearprop.lab.programs import Begin
from clearprop.lab.protocol import (
    Derivation,
    Diagnosed,
    Explain,
    Race,
    Raced,
    Surface,
    SurfaceDrawn,
    TakeAway,
    TakenAway,
)
from clearprop.lab.races import run_race
from clearprop.lab.recording import Recording
from clearprop.lab.refusals import Refusal
from clearprop.lab.surfaces import draw_surface
from clearprop.lab.take_away import take_explanation, take_latex, take_link, take_python, take_svg
from clearprop.lab.watched import Watched
from clearprop.training.run import Training

Array = npt.NDArray[Any]
Arrays = dict[str, Array]


def derive(live: Live, request: Explain) -> Derivation:
    """Why a number is what it is."""
    what = _what(live, request.row)
    return explain_number(live.training, name=request.name, scope=request.scope, digits=request.digits, **what)


def diagnose(watched: Watched) -> Diagnosed:
    """What the doctor finds, where numbers left the finite ones first."""
    recording = watched.recording
    ended = f"diverged in epoch {recording.end.epoch}" if recording.end is not None and recording.at_end else ""
    findings = advice(watched.live.training, watched.live.settings, first_loss=recording.first_loss, ended=ended)
    return Diagnosed(findings=findings, badges=watched.badges)


def draw(watched: Watched, request: Surface) -> tuple[SurfaceDrawn, Arrays]:
    """The loss over two parameters, with the way over it up to here."""
    live = watched.live
    return draw_surface(live.network, live.rows, request, watched.recording.way)


def race(watched: Watched, request: Race) -> tuple[Raced, Arrays]:
    """Several optimisers from where the settings begin; or where a number was changed by hand last, with its change."""
    live, start = watched.live, watched.recording.beginning

    def begin(optimizer: str, rate: float) -> Training:
        settings = msgspec.structs.replace(live.settings, optimizer=optimizer, learning_rate=rate)
        network, numbers = live.network.copy(), start.numbers
        network.parameters[:] = start.snapshot.parameters
        trainer = new_trainer(settings, network, numbers.data, live.levels)
        return started(trainer, numbers.inputs, numbers.targets, live.trained, live.held_out)

    return run_race(begin, request)


def take(watched: Watched, request: TakeAway) -> TakenAway:
    """The present state in another form."""
    live = watched.live
    match request.form:
        case "python":
            return take_python(live.training, _begin(live, watched.recording), live.input_names)
        case "svg":
            outputs = list(live.data.class_names or live.data.target_names)[-live.network.layer_sizes[-1] :]
            return take_svg(live.network, live.input_names, outputs)
        case "link":
            settings = msgspec.structs.replace(live.settings, hidden=request.hidden)
            return take_link(fragment_of(settings, live.network.parameters.tolist()))
        case "latex":
            return take_latex(_explanation(live, request))
        case "explanation":
            return take_explanation(_explanation(live, request))
    raise Refusal(f"this lab cannot be taken away as {request.form}")


def _begin(live: Live, recording: Recording) -> Begin:
    keyframe = recording.beginning
    return Begin(keyframe.snapshot, keyframe.by_hand, live.settings.seed)


def _explanation(live: Live, request: TakeAway) -> Explanation:
    """Of the row that is looked at, or of the batch that comes."""
    if not request.name:
        raise Refusal("nothing is selected: click a weight or a neuron first")
    what = _what(live, live.row if request.view is None else request.view.row)
    return explanation_of(live.training, name=request.name, scope=request.scope, **what)


def _what(live: Live, row: int) -> dict[str, Any]:
    """A row's numbers, or the last one's where there are not so many, and what rows, inputs and classes are called."""
    row = min(row, len(live.data) - 1)
    return {
        "x": live.inputs[row],
        "y": live.targets[row],
        "row": row,
        "row_numbers": live.trained.tolist(),
        "feature_names": live.input_names,
        "class_names": list(live.data.class_names) or None,
    }
