"""The check: the slope of the loss itself, from four shifted copies of the one number that is explained."""

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from clearprop.explanation.computation import Computation
from clearprop.explanation.names import Name
from clearprop.finite_differences import GradientCheck, check_gradient

Array = npt.NDArray[Any]


def check_by_differences(computation: Computation, name: Name, gradient: float) -> GradientCheck:
    """Compare a gradient with the four-point difference (8 (L(p+h) - L(p-h)) - (L(p+2h) - L(p-2h))) / 12h.

    Only what lies above the number is computed again, in float64, with the greatest step that crosses no kink.
    """
    point = np.array([_start(computation, name)])
    shifted = _shifter(computation, name)
    penalised = _penalty_along(computation, name)

    def evaluate() -> tuple[float, Array]:
        value = float(point[0])
        loss, pieces = shifted(value)
        penalty, side = penalised(value)
        return loss + penalty, np.append(pieces, side)

    return check_gradient(evaluate, point, np.array([gradient]), np.array([0]), lambda _: str(name))


def _start(computation: Computation, name: Name) -> float:
    network, trace, places = computation.network64, computation.trace64, name.places
    at = name.layer - 1
    match name.kind:
        case "W":
            value = network.weights[at][places[0] - 1, places[1] - 1]
        case "b":
            value = network.biases[at][places[0] - 1]
        case "delta":
            value = trace.z[at][0, places[0] - 1]
        case "a":
            value = trace.a[at][0, places[0] - 1]
        case _:
            value = trace.inputs[0, places[0] - 1]
    return float(value)


def _shifter(computation: Computation, name: Name) -> Callable[[float], tuple[float, Array]]:
    """The loss without penalty, and the smooth pieces, at a value of the number."""
    trace, centre = computation.trace64, _start(computation, name)
    at, unit = name.layer - 1, name.places[-1] - 1

    def at_value(value: float) -> tuple[float, Array]:
        if name.kind == "x":
            rows = trace.inputs.copy()
            rows[:, unit] = value
            return _loss_above(computation, None, rows, 0)
        if name.kind == "a":
            a = trace.a[at].copy()
            a[:, unit] = value
            return _loss_above(computation, None, a, name.layer)
        z = trace.z[at].copy()
        slope = trace.layer_input(at)[:, name.places[0] - 1] if name.kind == "W" else 1.0
        z[:, unit] += slope * (value - centre)
        return _loss_above(computation, z, None, at)

    return at_value


def _loss_above(computation: Computation, z: Array | None, a: Array | None, at: int) -> tuple[float, Array]:
    """Go on from the z of the layer at this index, or from what that layer is fed."""
    network, y = computation.network64, np.asarray(computation.targets, dtype=np.float64)
    pieces: list[Array] = []
    for index in range(at, len(network.weights)):
        if z is None:
            assert a is not None
            z = a @ network.weights[index] + network.biases[index]
        a = network.activations[index].value(z)
        pieces.append(network.activations[index].piece(z).ravel())
        last, z = z, None
    assert a is not None
    loss = network.loss_function
    pieces.append(loss.piece(a, y).ravel())
    logits = computation.from_logits and at < len(network.weights)
    values = loss.value_from_logits(last, y) if logits else loss.value(a, y)
    return float(values @ computation.shares), np.concatenate(pieces)


def _penalty_along(computation: Computation, name: Name) -> Callable[[float], tuple[float, float]]:
    """The weight's own part of the penalty, and on which side of 0 the weight is, where L1 has its kink."""
    penalty, total = computation.penalty, computation.total_weight
    if name.kind != "W" or not penalty:
        return lambda value: (0.0, 0.0)
    return lambda value: (
        (penalty.l1 * abs(value) + 0.5 * penalty.l2 * value * value) / total,
        float(np.sign(value)) if penalty.l1 else 0.0,
    )
