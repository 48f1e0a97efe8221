"""Is a gradient true? Central differences of the loss itself, with the kinks of activations and losses kept off."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]

# Tried from the first on until the network stays on one smooth piece within the stencil.
STEPS = (1e-3, 1e-4, 1e-5, 1e-6)


@dataclass(frozen=True)
class GradientCheck:
    """The comparison of a gradient with finite differences, parameter by parameter.

    Attributes
    ----------
    worst_relative_error : float
        |gradient - difference| over the greater of the two, or over the smallest slope that the difference can
        resolve to six digits if both are below it.
    parameter : str
        Where it is, in the notation `W2[3,1]`: from neuron 3 of layer 1 to neuron 1 of layer 2.
    gradient, difference : float
        The two numbers there; difference None where none was compared.
    checked : int
        How many parameters were compared.
    at_kinks : tuple of str
        Those that were not, since even the smallest step crosses a kink.
    """

    worst_relative_error: float
    parameter: str
    gradient: float
    difference: float | None
    checked: int
    at_kinks: tuple[str, ...] = ()

    @property
    def passed(self) -> bool | None:
        """Whether the worst relative error is at most 1e-6; None where all lie at kinks, so that none was compared."""
        return None if not self.checked else self.worst_relative_error <= 1e-6

    def __str__(self) -> str:
        if self.difference is None:
            return f"no gradient could be compared with finite differences: at kinks: {', '.join(self.at_kinks)}"
        verdict = "agrees with" if self.passed else "DIFFERS FROM"
        text = (
            f"the gradient {verdict} finite differences at {self.checked} parameters: worst relative error "
            f"{self.worst_relative_error:.2g} at {self.parameter} ({self.gradient:.10g}, {self.difference:.10g})"
        )
        return text + (f"; not compared, at kinks: {', '.join(self.at_kinks)}" if self.at_kinks else "")


def check_gradient(
    evaluate: Callable[[], tuple[float, Array]],
    parameters: Array,
    gradient: Array,
    indices: Array,
    name: Callable[[int], str],
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
    """
    magnitude = abs(evaluate()[0])
    worst, at_kinks = (-1.0, 0, 0.0), []
    for index in indices.tolist():
        measured = _difference(evaluate, parameters, index)
        if measured is None:
            at_kinks.append(name(index))
            continue
        numeric, step = measured
        resolution = 1e7 * np.finfo(np.float64).eps * magnitude / step
        scale = max(abs(numeric), abs(gradient[index]), resolution, np.finfo(np.float64).tiny)
        error = abs(numeric - gradient[index]) / scale
        if not error <= worst[0]:  # also where the error is NaN
            worst = (float(error), index, numeric)
    checked = len(indices) - len(at_kinks)
    if not checked:
        first = int(indices[0]) if len(indices) else None
        place, slope = ("none", 0.0) if first is None else (name(first), float(gradient[first]))
        return GradientCheck(0.0, place, slope, None, 0, tuple(at_kinks))
    error, index, numeric = worst
    return GradientCheck(error, name(index), float(gradient[index]), numeric, checked, tuple(at_kinks))


def _difference(
    evaluate: Callable[[], tuple[float, Array]], parameters: Array, index: int
) -> tuple[float, float] | None:
    """The four-point difference with the greatest step that crosses no kink, and that step."""
    centre = parameters[index]
    try:
        for step in STEPS:
            values, pieces = [], []
            for offset in (-2, -1, 1, 2):
                parameters[index] = centre + offset * step
                value, piece = evaluate()
                values.append(value)
                pieces.append(piece)
            if all(np.array_equal(piece, pieces[0]) for piece in pieces[1:]):
                far_below, below, above, far_above = values
                return (8 * (above - below) - (far_above - far_below)) / (12 * step), step
    finally:
        parameters[index] = centre
    return None
