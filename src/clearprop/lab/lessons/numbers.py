"""Numbers within a lesson's sentences: taken from the engine and written as LaTeX, so that none can be wrong."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from clearprop.explanation.writing.latex import number_latex
from clearprop.lab.live import Live
from clearprop.lab.networks import build
from clearprop.lab.protocol import Settings
from clearprop.lab.quiet import quiet


def started(settings: Settings) -> Live:
    """The network and its training as a lesson begins with them."""
    with quiet():  # some lessons are about what cannot learn
        return build(settings)


def tex(value: float, digits: int = 4) -> str:
    """A number between dollars.

    Examples
    --------
    >>> tex(-0.123456), tex(2e-7)
    ('$-0.1235$', '$2 \\\\times 10^{-7}$')
    """
    return f"${number_latex(float(value), digits)}$"


def pair(values: Iterable[Any], digits: int = 4) -> str:
    """Some numbers in brackets, between dollars.

    Examples
    --------
    >>> pair([0.5, -1.0])
    '$(0.5, -1)$'
    """
    return f"$({', '.join(number_latex(float(value), digits) for value in values)})$"


def loss_after(settings: Settings, epochs: int) -> float:
    """The loss of the rows that are trained on after so many epochs of a training by these settings."""
    live = started(settings)
    with np.errstate(all="ignore"):
        for _ in range(epochs):
            live.training.run_epoch()
        return live.network.loss(live.rows.X, live.rows.y)
