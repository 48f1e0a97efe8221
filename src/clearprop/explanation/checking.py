"""The check: the slope of the loss itself, from four shifted copies of the one number that is explained."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from clearprop.explanation.computation import Computation
from clearprop.explanation.entries import feature_slopes, has_entries
from clearprop.explanation.notation import Name
from clearprop.foundation.sparse import greatest
from clearprop.network.gradient_check import GradientCheck, check_gradient, loss_size
from clearprop.network.network import Network
from clearprop.network.passes import shared_value
from clearprop.network.trace import Trace

Array = npt.NDArray[Any]


def check_by_differences(computation: Computation, name: Name, gradient: float) -> GradientCheck:
    """Compare a gradient with the four-point difference (8 (L(p+h) - L(p-h)) - (L(p+2h) - L(p-2h))) / 12h.

    Only what lies above the number is computed again, with the greatest step that crosses no kink. All is float64.
    """
    network, y, point = computation.network, computation.targets, np.array([_start(computation, name)])
    shifted, penalised = _shifter(computation, name), _penalty_along(computation, name)
    # Of an output itself, no layer is computed again.
    first = name.enters - 1
    from_a = first == len(network.weights)
    loss = network.loss_function

    def evaluate() -> tuple[float, Array]:
        value = float(point[0])
        trace = shifted(value)
        z, a = trace.z[-1], trace.outputs
        values = loss.value_from_logits(z, y) if network.from_logits and not from_a else loss.value(a, y)
        penalty, side = penalised(value)
        pieces = [network.activations[index].piece(trace.z[index]).ravel() for index in range(first, len(trace.z))]
        return float(values @ computation.shares) + penalty, np.concatenate([*pieces, loss.piece(a, y).ravel(), [side]])

    def size() -> float:
        trace, penalty = shifted(float(point[0])), penalised(float(point[0]))[0]
        if from_a:
            return float(loss.size(trace.outputs, y) @ computation.shares)
        return loss_size(network, trace, y, computation.sample_weight, first) + penalty

    return check_gradient(
        evaluate, point, np.array([gradient]), np.array([0]), lambda _: str(name), size, _reach(computation, name)
    )


def _reach(computation: Computation, name: Name) -> Array:
    """How far the sums move with the number that it goes into."""
    network, at = computation.network, name.layer - 1
    match name.kind:
        case "W":
            return greatest(computation.trace.layer_input(at))[name.places[0] - 1 : name.places[0]]
        case _ if has_entries(network, name):
            return _reach_by_entries(computation, name)
        case "x" | "a" if name.layer < len(network.weights):
            return greatest(network.weights[name.layer][name.places[0] - 1][:, np.newaxis])
    return np.ones(1)


def _reach_by_entries(computation: Computation, name: Name) -> Array:
    """The greatest slope of a that the number goes into, times the greatest weight that leads on from there."""
    network, z = computation.network, computation.trace.z
    if name.kind == "p":
        at, unit = name.layer - 1, name.places[0] - 1
        slopes = np.abs(network.activations[at].value(z[at]) - z[at])[:, unit : unit + 1]
        weights = network.weights[name.layer][unit : unit + 1]
    else:
        slopes, weights = np.abs(feature_slopes(network, computation.X, name)), network.weights[0]
    return np.array([float(np.max(slopes.max(axis=0) @ np.abs(weights)))])


def _start(computation: Computation, name: Name) -> float:
    network, trace, places = computation.network, computation.trace, name.places
    at = name.layer - 1
    match name.kind:
        case _ if name.is_parameter:
            value = network.parameters[network.layout.index(str(name))]
        case "delta":
            value = trace.z[at][0, places[0] - 1]
        case "a":
            value = (
                trace.layer_input(name.layer)[0, places[0] - 1] if name.layer == 0 else trace.a[at][0, places[0] - 1]
            )
        case _:
            value = trace.inputs[0, places[0] - 1]
    return float(value)


def _shifter(computation: Computation, name: Name) -> Callable[[float], Trace]:
    """The trace at a value of the number; what lies below it stays as it was."""
    network, trace, centre = computation.network, computation.trace, _start(computation, name)
    at, unit = name.layer - 1, name.places[-1] - 1

    def at_value(value: float) -> Trace:
        shifted = _below(trace, name.layer)
        if name.layer == 0:
            _shift_in_front(network, shifted, name, value)
        elif name.kind == "p":
            share = np.array(network.shares[at])
            share[unit] = value
            shifted.a[at] = shared_value(network.activations[at], trace.z[at], share)
        elif name.kind == "a":
            shifted.a[at] = trace.a[at].copy()
            shifted.a[at][:, unit] = value
        else:
            slope = trace.layer_input(at)[:, name.places[0] - 1] if name.kind == "W" else 1.0
            shifted.z[at] = trace.z[at].copy()
            shifted.z[at][:, unit] += slope * (value - centre)
            shifted.a[at] = shared_value(network.activations[at], shifted.z[at], network.shares[at])
        return network.propagate_from(shifted, name.layer)

    return at_value


def _shift_in_front(network: Network, shifted: Trace, name: Name, value: float) -> None:
    """Give a trace other features, as another feature, column or parameter of an input makes them."""
    spans, unit = network.spans, name.places[-1] - 1
    if name.kind == "a":
        shifted.features = shifted.layer_input(0).copy()
        shifted.features[:, unit] = value
        return
    if name.kind == "x":
        shifted.inputs = shifted.inputs.copy()
        shifted.inputs[:, unit] = value
    else:
        parameters = network.parameters.copy()
        parameters[network.layout.index(str(name))] = value
        spans = network.layout.views(parameters)
    shifted.features = network.front.value(shifted.inputs, spans)


def _below(trace: Trace, first: int) -> Trace:
    """The trace as far as the layers below this index go, with room for the others."""
    room: list[Any] = [None] * (len(trace.z) - first)
    fed = trace.layer_input(0)
    return Trace(trace.inputs, [*trace.z[:first], *room], [*trace.a[:first], *room], trace.masks, fed)


def _penalty_along(computation: Computation, name: Name) -> Callable[[float], tuple[float, float]]:
    """The parameter's own part of the penalty, and on which side of 0 it is, where L1 has its kink."""
    penalty, total, factor = computation.penalty, computation.total_weight, computation.decay_factor(name)
    if not factor or not penalty:
        return lambda value: (0.0, 0.0)
    return lambda value: (
        factor * (penalty.l1 * abs(value) + 0.5 * penalty.l2 * value * value) / total,
        float(np.sign(value)) if penalty.l1 else 0.0,
    )
