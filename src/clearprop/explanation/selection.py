"""How much of a large network is listed, and which: the largest of a sum, the layers at both ends."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from clearprop.explanation.writing.document import Element, Equation, Paragraph

Array = npt.NDArray[Any]


@dataclass(frozen=True)
class Shown:
    """How much of a large network is listed: summands of a sum, deltas of a layer, layers at each end; None for all.

    Where it is brief, slopes are not written out.
    """

    summands: int | None = None
    deltas: int | None = None
    layers: int | None = None
    brief: bool = False


def rest_of(values: Array, listed: list[int]) -> float:
    """What the values at other places (from 1) than these come to."""
    return float(np.delete(values, [place - 1 for place in listed]).sum())


def largest(values: Array, most: int | None) -> list[int]:
    """The places (from 1) of the largest; of a sum that is listed whole, all in their order."""
    if most is None or len(values) <= most:
        return list(range(1, len(values) + 1))
    return [int(place) + 1 for place in np.argsort(-np.abs(values), kind="stable")[:most]]


def both_ends(layers: dict[int, list[Equation]], most: int | None) -> tuple[Element, ...]:
    """The equations of the first and the last layers, and between them in words which are left out."""
    numbers = list(layers)
    if most is None or len(numbers) <= 2 * most + 1:
        return tuple(equation for equations in layers.values() for equation in equations)
    between = numbers[most:-most]
    left_out = Paragraph(f"… layers {min(between)} to {max(between)} in the same way …")
    ends = (numbers[:most], numbers[-most:])
    first, last = (tuple(equation for at in part for equation in layers[at]) for part in ends)
    return (*first, left_out, *last)
