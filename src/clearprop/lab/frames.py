"""Frames: all numbers that the page draws of one moment."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from clearprop.lab.curve import finite
from clearprop.lab.live import Accuracy, Live, plane_of
from clearprop.lab.moments import Moment
from clearprop.lab.planes import Planes
from clearprop.lab.protocol import Badge, Frame, Place, View
from clearprop.lab.recording import Recording

Array = npt.NDArray[Any]


def draw_frame(
    live: Live,
    recording: Recording,
    planes: Planes,
    view: View,
    moment: Moment,
    place: Place,
    badges: list[Badge],
    alert: str,
) -> tuple[Frame, dict[str, Array]]:
    """The frame of a moment, and its arrays by name."""
    network, training = live.network, live.training
    if moment.parameters is not network.parameters:  # within an update
        network = network.over(moment.parameters)
    loss, metric = live.rows.evaluate(network, training.metric)
    held_out = (None, None) if live.validation is None else live.validation.evaluate(network, training.metric)
    frame = Frame(
        place=place,
        row=moment.row,
        loss=finite(loss),
        validation_loss=finite(held_out[0]),
        metric=finite(metric),
        validation_metric=finite(held_out[1]),
        metric_name="accuracy" if live.data.task == "classification" else "R²",
        rate=training.next_rate,
        curve=recording.curve.points(view.curve),
        badges=badges,
        alert=alert,
        stopped=training.stop_reason or "",
        edited=recording.edited,
        span=plane_of(live, view.axes),
    )
    arrays = {
        "parameters": moment.parameters,
        "gradient": moment.gradient,
        "update": recording.update,
        **{name: getattr(moment, name) for name in ("x", "y", "z", "a", "delta")},
        "row_loss": np.array([moment.loss]),
    }
    arrays = {name: array.astype(np.float64) for name, array in arrays.items()}
    if view.plane > 1:
        arrays["plane"] = planes.boundary(network, view.plane, view.axes, moment.row)
    if view.maps > 1:
        arrays["maps"] = planes.maps(network, view.maps, view.axes, moment.row)
    with np.errstate(all="ignore"):
        outputs = network.outputs(live.inputs)
    predicted = Accuracy(live.middle).classes(outputs) if live.data.task == "classification" else outputs[:, 0]
    arrays["predicted"] = predicted.astype(np.float32)
    return frame, arrays
