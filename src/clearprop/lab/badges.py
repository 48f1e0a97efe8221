"""Badges on units that are ill, by what some rows make of them: cheap enough for every frame."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt

from clearprop.activations import Activation
from clearprop.lab.protocol import Badge
from clearprop.network.network import Network
from clearprop.network.trace import Trace
from clearprop.training.diagnosis.diagnosis import FAR, FLAT

Array = npt.NDArray[Any]

# More rows than these show nothing new about units, nor do more numbers a layer.
MOST_ROWS, MOST_NUMBERS = 500, 200_000
MOST_BADGES = 100
# A sum as large as this, where a few are usual, makes steps of any size unsafe.
HUGE = 1e3
# What varies by less than this share of its size, over the rows, is taken as always the same.
ALIKE = 1e-6


def looked_at(n_rows: int, widest: int) -> slice:
    """Rows, evenly spread, that are enough to judge units by."""
    most = max(20, min(MOST_ROWS, MOST_NUMBERS // widest))
    return slice(None, None, -(-n_rows // most))


def badges(network: Network, trace: Trace) -> list[Badge]:
    """What is wrong with units, by what rows make of them; of a unit the gravest.

    Parameters
    ----------
    trace : Trace
        Of some rows, such as `network.propagate(X[looked_at(len(X), max(network.layer_sizes))])`.

    Examples
    --------
    >>> network = Network([1, 2, 1], "relu", initializer="zeros")
    >>> network.weights[0], network.biases[0] = [[1.0, 1.0]], [0.0, -9.0]
    >>> [(badge.unit, badge.kind) for badge in badges(network, network.forward([[0.5], [2.0]]))]
    [('a1[2]', 'dead'), ('a2[1]', 'constant')]
    """
    found: list[Badge] = []
    for layer, (activation, z, a) in enumerate(zip(network.activations, trace.z, trace.a, strict=True), start=1):
        if not np.isfinite(z).all() or not np.isfinite(a).all():
            return [_not_finite(layer, z, a), *found][:MOST_BADGES]
        found += _of_layer(layer, activation, z, a, hidden=layer < len(trace.z))
        if len(found) > MOST_BADGES:
            break
    return found[:MOST_BADGES]


def _not_finite(layer: int, z: Array, a: Array) -> Badge:
    """The first number, in the order of computing, that left the finite ones; all that follow from it are no better."""
    letter, values = ("a", a) if np.isfinite(z).all() else ("z", z)
    row, unit = np.argwhere(~np.isfinite(values))[0]
    what = "not a number" if np.isnan(values[row, unit]) else "infinite"
    says = f"{letter}{layer}[{unit + 1}] is {what}, and so is all that follows from it."
    return Badge(unit=f"{letter}{layer}[{unit + 1}]", kind="not finite", says=says)


def _of_layer(layer: int, activation: Activation, z: Array, a: Array, hidden: bool) -> Iterator[Badge]:
    size = np.abs(z).max(axis=0)
    least, greatest = a.min(axis=0), a.max(axis=0)
    exploding = size > HUGE
    constant = greatest - least <= ALIKE * np.maximum(np.abs(least), np.abs(greatest))
    constant &= len(a) > 1
    dead = saturated = np.zeros(len(size), dtype=bool)
    mean, steepest = size, 1.0
    if hidden and activation.name != "softmax":
        steepest, has_end = _ends(activation)
        slope = np.abs(activation.slope(z, a), dtype=z.dtype)
        mean = slope.mean(axis=0)
        dead = mean == 0
        saturated = (mean < FLAT * steepest) & has_end
    for unit in np.flatnonzero(dead | exploding | saturated | constant):
        name = f"a{layer}[{unit + 1}]"
        if dead[unit] and has_end:
            says = f"{name} has slope 0 at every row: no gradient comes back through it, so it no longer learns."
            yield Badge(unit=name, kind="dead", says=says)
        elif exploding[unit]:
            says = f"The sum z{layer}[{unit + 1}] reaches {size[unit]:.3g} in size, where a few are usual."
            yield Badge(unit=name, kind="exploding", says=says)
        elif saturated[unit]:
            says = (
                f"{name} is at a flat end of {activation.name} at nearly every row: its slope is {mean[unit]:.2g} on "
                f"average, where {steepest:.2g} is the steepest, so it hardly learns."
            )
            yield Badge(unit=name, kind="saturated", says=says)
        elif constant[unit]:
            says = f"{name} is {greatest[unit]:.4g} at every row: it tells the rows apart in nothing."
            yield Badge(unit=name, kind="constant", says=says)


@lru_cache(maxsize=256)
def _ends(activation: Activation) -> tuple[float, bool]:
    """The steepest slope of an activation, and whether it is flat somewhere far out, though not everywhere."""

    def slope_at(z: Any) -> float:
        points = np.atleast_1d(np.asarray(z, dtype=np.float64))
        return float(np.abs(activation.slope(points, activation.value(points)), dtype=np.float64).max())

    with np.errstate(all="ignore"):
        steepest = slope_at(np.linspace(-3, 3, 601))
        return steepest, steepest > 0 and min(slope_at(-FAR), slope_at(FAR)) < FLAT * steepest
