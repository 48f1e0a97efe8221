"""Is a gradient true? Central differences of the loss itself, with the kinks of activations and losses kept off."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
import numpy.typing as npt

from clearprop.foundation.sparse import greatest
from clearprop.network.passes import shares
from clearprop.network.trace import Trace
from clearprop.penalties import Penalty

if TYPE_CHECKING:
    from clearprop.network.network import Network

Array = npt.NDArray[Any]
Value = TypeVar("Value")

# How far a weighted sum moves, at most; tried from the first on until the network stays on one smooth piece within it.
STEPS = (1e-3, 1e-4, 1e-5, 1e-6)
# How many roundings of the numbers that a loss is made of are taken to come together in one difference.
ROUNDINGS = 10
# Up to this relative error a gradient and a difference agree.
AGREE = 1e-6
# How many names a sentence lists.
LISTED = 8


@dataclass(frozen=True, repr=False)
class GradientCheck:
    """The comparison of a gradient with finite differences, parameter by parameter.

    A difference of the loss is off by what rounding leaves in the loss, over the step. Gradient and difference agree
    where they are equal to six digits, or as far as that rounding lets them be compared; where both are so small that
    it hides them, their sign included, nothing can be said.

    Attributes
    ----------
    worst_relative_error : float
        |gradient - difference| over the greater of the two, or over the smallest slope that the difference can
        resolve to six digits if both are below it; 0 where nothing could be compared.
    parameter : str
        Where it is, in the notation `W2[3,1]`: from neuron 3 of layer 1 to neuron 1 of layer 2.
    gradient, difference : float
        The two numbers there; difference None where none was compared.
    checked : int
        How many parameters have a difference.
    at_kinks : tuple of str
        Those that have none, since even the smallest step crosses a kink.
    too_small : tuple of str
        Those that have one, but are too small to measure.
    rounding : float
        What rounding may leave in `difference`.
    """

    worst_relative_error: float
    parameter: str
    gradient: float
    difference: float | None
    checked: int
    at_kinks: tuple[str, ...] = ()
    too_small: tuple[str, ...] = ()
    rounding: float = 0.0

    @property
    def passed(self) -> bool | None:
        """Whether the worst relative error is at most 1e-6; None where all lie at kinks or are too small to measure."""
        return None if self.checked == len(self.too_small) else self.worst_relative_error <= AGREE

    def __repr__(self) -> str:
        return f"<GradientCheck: {self}>"

    def __str__(self) -> str:
        if self.passed is not None:
            verdict = "agrees with" if self.passed else "DIFFERS FROM"
            text = (
                f"the gradient {verdict} finite differences at {self.checked - len(self.too_small)} parameters: worst "
                f"relative error {self.worst_relative_error:.2g} at {self.parameter} "
                f"({self.gradient:.10g}, {self.difference:.10g})"
            )
            text += f"; too small to measure: {_some(self.too_small)}" if self.too_small else ""
            return text + (f"; not compared, at kinks: {', '.join(self.at_kinks)}" if self.at_kinks else "")
        if self.difference is None:
            return f"no gradient could be compared with finite differences: at kinks: {', '.join(self.at_kinks)}"
        text = (
            f"no gradient could be compared with finite differences: too small to measure: {_some(self.too_small)} "
            f"(at {self.parameter} {self.gradient:.2g} and {self.difference:.2g}, where rounding leaves up to "
            f"{self.rounding:.2g})"
        )
        return text + (f"; at kinks: {', '.join(self.at_kinks)}" if self.at_kinks else "")


def _some(names: tuple[str, ...]) -> str:
    more = f" and {len(names) - LISTED:,} more" if len(names) > LISTED else ""
    return ", ".join(names[:LISTED]) + more


@dataclass(frozen=True)
class _Measured:
    """A gradient beside its difference, and what rounding may leave in that."""

    gradient: float
    difference: float
    rounding: float

    @property
    def distance(self) -> float:
        return abs(self.difference - self.gradient)

    @property
    def greater(self) -> float:
        return max(abs(self.difference), abs(self.gradient))

    @property
    def relative_error(self) -> float:
        """Over the greater of the two, or over the smallest slope that can be resolved to six digits."""
        return self.distance / max(self.greater, self.rounding / AGREE, float(np.finfo(np.float64).tiny))

    @property
    def too_small(self) -> bool:
        """Whether rounding hides both of them, and they are not equal all the same."""
        return self.greater <= self.rounding and self.distance > AGREE * self.greater


def check_gradient(
    evaluate: Callable[[], tuple[float, Array]],
    parameters: Array,
    gradient: Array,
    indices: Array,
    name: Callable[[int], str],
    size: Callable[[], float] = lambda: 0.0,
    reach: Array | None = None,
) -> GradientCheck:
    """Compare a gradient with (8 (f(p+h) - f(p-h)) - (f(p+2h) - f(p-2h))) / 12h for each parameter p.

    Parameters
    ----------
    evaluate : callable
        The loss at the present parameters, and on which smooth pieces it was computed (any integer array).
    parameters : array
        The float64 vector that `evaluate` reads; changed while this runs, and put back.
    gradient : array
        What is to be checked.
    indices : array of int
        Which parameters to compare.
    name : callable
        A parameter's name from its index.
    size : callable
        How large the numbers are that the loss is computed from at the present parameters, where they are larger than
        itself: its rounding grows with them.
    reach : array, optional
        How far a weighted sum moves with each parameter, such as the greatest input that a weight multiplies: where it
        is more than 1, the steps are divided by it.
    """
    worst: tuple[float, int, _Measured | None] = (-1.0, 0, None)
    at_kinks, too_small = [], []
    for index in indices.tolist():
        far = 1.0 if reach is None or not np.isfinite(reach[index]) else float(reach[index])
        steps = [step / max(far, 1.0) for step in STEPS]
        measured = _measured(evaluate, parameters, index, float(gradient[index]), size, steps)
        if measured is None:
            at_kinks.append(name(index))
            continue
        error = measured.relative_error
        if measured.too_small:
            too_small.append(name(index))
            error = 0.0
        # Also where the error is NaN; and what could be measured comes before what could not.
        if not error <= worst[0] or (worst[2] is not None and worst[2].too_small and not measured.too_small):
            worst = (error, index, measured)
    checked = len(indices) - len(at_kinks)
    error, index, measured = worst
    if measured is None:
        first = int(indices[0]) if len(indices) else None
        place, slope = ("none", 0.0) if first is None else (name(first), float(gradient[first]))
        return GradientCheck(0.0, place, slope, None, 0, tuple(at_kinks))
    return GradientCheck(
        error,
        name(index),
        measured.gradient,
        measured.difference,
        checked,
        tuple(at_kinks),
        tuple(too_small),
        measured.rounding,
    )


def _measured(
    evaluate: Callable[[], tuple[float, Array]],
    parameters: Array,
    index: int,
    gradient: float,
    size: Callable[[], float],
    steps: Sequence[float],
) -> _Measured | None:
    """The difference with the greatest step that crosses no kink and in which the loss does not bend too much.

    A smaller step takes its place only where it comes nearer, as it does where the bend is to blame: what is
    wrong stays as wrong, and would be hidden by the rounding, which grows as the step gets smaller.
    """
    best = None
    for step in steps:
        difference, values = _difference(evaluate, parameters, index, step)
        if difference is None:
            continue
        measured = _Measured(gradient, difference, 0.0)
        if measured.relative_error <= AGREE:
            return measured
        if best is not None and not measured.distance < 0.5 * best.distance:
            return best
        # At the ends, where the slopes may be greater by far; and only now, since it takes backward passes.
        sizes = [_shifted(size, parameters, index, offset * step) for offset in (-2, 2)]
        # The step itself is rounded, too, where it is added to a large number.
        moved = abs(float(parameters[index]) * difference)
        unit = ROUNDINGS * float(np.finfo(np.float64).eps) / step
        best = _Measured(gradient, difference, unit * (max(*sizes, *map(abs, values)) + moved))
        if best.relative_error <= AGREE:
            return best
    return best


def _difference(
    evaluate: Callable[[], tuple[float, Array]], parameters: Array, index: int, step: float
) -> tuple[float | None, list[float]]:
    """The four-point difference with this step, None where it crosses a kink; and the four losses."""
    values, pieces = zip(*(_shifted(evaluate, parameters, index, k * step) for k in (-2, -1, 1, 2)), strict=True)
    if not all(np.array_equal(piece, pieces[0]) for piece in pieces[1:]):
        return None, [*values]
    far_below, below, above, far_above = values
    return (8 * (above - below) - (far_above - far_below)) / (12 * step), [*values]


def _shifted(function: Callable[[], Value], parameters: Array, index: int, shift: float) -> Value:
    """A function of the parameters where one of them is shifted."""
    centre = parameters[index]
    parameters[index] = centre + shift
    try:
        return function()
    finally:
        parameters[index] = centre


def check_network(
    network: Network, rows: Array, y: Array, sample_weight: Array | None, penalty: Penalty | None, indices: Array
) -> GradientCheck:
    """Compare the gradient of a network's loss with differences of it, at these of its parameters.

    Parameters
    ----------
    network : Network
        In float64; its parameters are changed while this runs, and put back.
    rows, y, sample_weight : arrays
        Checked.
    """

    def evaluate() -> tuple[float, Array]:
        trace = network.propagate(rows)
        pieces = [f.piece(z).ravel() for f, z in zip(network.activations, trace.z, strict=True)]
        pieces.append(network.loss_function.piece(trace.outputs, y).ravel())
        return network.mean_loss(trace, y, sample_weight, penalty), np.concatenate(pieces)

    def size() -> float:
        of_penalty = network.penalty_share(len(y), sample_weight, penalty) if penalty else 0.0
        return loss_size(network, network.propagate(rows), y, sample_weight) + of_penalty

    trace = network.propagate(rows)
    gradient = network.propagate_back(trace, y, sample_weight, penalty).flat
    reach = np.ones_like(gradient)
    for index, of_weights in enumerate(network._views(reach)[1]):
        of_weights[:] = greatest(trace.layer_input(index))[:, np.newaxis]
    if not network.front.is_plain:
        # About how far the features move: as in a row of the greatest numbers of all.
        most, ones = greatest(rows)[np.newaxis], np.ones((1, network.layer_sizes[0]))
        network.front.gradient(most, network.spans, ones, network._views(reach)[0])
        np.abs(reach, out=reach)
    return check_gradient(evaluate, network.parameters, gradient, indices, network.parameter_name, size, reach)


def loss_size(network: Network, trace: Trace, y: Array, sample_weight: Array | None = None, first: int = 0) -> float:
    """How large the numbers are that the loss, without penalty, is computed from, by the layers from `first` on.

    With them grows what rounding leaves in it, and so what a finite difference of it cannot resolve. They are those
    that each row's loss is made of, and the summands of all weighted sums, each counted by what its sum does to the
    loss: the sum of |delta| (|a| |W| + |b|) over rows, layers and units.
    """
    z, a, loss = trace.z[-1], trace.a[-1], network.loss_function
    of_rows = loss.size_from_logits(z, a, y) if network.from_logits else loss.size(a, y)
    size = float((of_rows * np.ravel(shares(sample_weight, len(y))[0])).sum())
    deltas = network.propagate_back(trace, y, sample_weight).deltas
    of_sums = [
        float(np.sum(np.abs(deltas[layer]) * (abs(trace.layer_input(layer)) @ np.abs(W) + np.abs(b))))
        for layer, (W, b) in enumerate(zip(network.weights, network.biases, strict=True))
        if layer >= first
    ]
    return size + sum(of_sums)
