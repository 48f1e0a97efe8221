"""How activations are spread."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from clearprop.plots.figures import BLUE, fitted, literal, shown_figure

Array = npt.NDArray[Any]


@dataclass(repr=False)
class ActivationHistogramDisplay:
    """How each layer's activations are spread over rows and units; peaks at the ends are saturated or dead units.

    Examples
    --------
    >>> from clearprop import Network
    >>> trace = Network([2, 3, 1], "tanh", rng=0).forward([[0.0, 1.0], [1.0, 0.0]])
    >>> display = ActivationHistogramDisplay.from_trace(trace, ["tanh", "identity"]).plot()
    >>> [axes.get_title() for axes in display.axes_]
    ['layer 1: tanh', 'layer 2: identity']
    """

    activations: Sequence[Array]
    names: Sequence[str]

    @classmethod
    def from_trace(cls, trace: Any, names: Sequence[str]) -> ActivationHistogramDisplay:
        """The activations of a forward pass, and the functions' names by layer."""
        return cls([a.ravel() for a in trace.a], names)

    @classmethod
    def from_estimator(cls, estimator: Any, X: Any, *, ax: Any = None, **bars: Any) -> ActivationHistogramDisplay:
        """The activations of a fitted `MLPClassifier` or `MLPRegressor` at rows X of shape (n, features), drawn."""
        names = [activation.name for activation in fitted(estimator).network_.activations]
        return cls.from_trace(estimator.trace(X), names).plot(ax, **bars)

    def plot(self, ax: Any = None, bins: int = 40, **bars: Any) -> ActivationHistogramDisplay:
        """Draw a histogram a layer; into the axes, one a layer, or into those of a new figure (`figure_`, `axes_`).

        Parameters
        ----------
        ax : sequence of Matplotlib axes, optional
        bins : int
        **bars
            For Matplotlib's `Axes.hist`.
        """
        count = len(self.activations)
        given = shown_figure(3.2 * count, 3.0).subplots(1, count, squeeze=False)[0] if ax is None else ax
        self.axes_ = list(np.atleast_1d(np.asarray(given, dtype=object)))
        if len(self.axes_) != count:
            raise ValueError(f"ax must be {count} axes, one for each layer, got {len(self.axes_)}")
        self.figure_ = self.axes_[0].figure
        for layer, (axes, a, name) in enumerate(zip(self.axes_, self.activations, self.names, strict=True), start=1):
            axes.hist(a, bins=bins, **{"color": BLUE, **bars})
            axes.set(title=literal(f"layer {layer}: {name}"), xlabel="activation", ylabel="rows × units")
        return self

    def __repr__(self) -> str:
        return f"<ActivationHistogramDisplay of {len(self.activations)} layers: plot() draws it>"
