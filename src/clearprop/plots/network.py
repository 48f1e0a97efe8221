"""A network's units and weights."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np
import numpy.typing as npt

from clearprop.plots.figures import BLUE, GREY, ORANGE, fitted, literal, shown_figure

Array = npt.NDArray[Any]


@dataclass(repr=False)
class NetworkDisplay:
    """A network's units and weights: lines blue where positive, orange where negative, as wide as they are large.

    Examples
    --------
    >>> from clearprop import Network
    >>> display = NetworkDisplay.from_network(Network([2, 3, 1], rng=0), ["height", "weight"]).plot()
    >>> len(display.ax_.lines), [text.get_text() for text in display.ax_.texts]
    (9, ['2 units', '3 units', '1 unit', 'height', 'weight'])
    """

    weights: Sequence[Array]
    input_names: Sequence[str]

    @classmethod
    def from_network(cls, network: Any, input_names: Sequence[str] | None = None) -> NetworkDisplay:
        """The network's weights; inputs are called x1, x2 and so on, features a0[1], where they have no names."""
        given = "x{}" if network.front.is_plain else "a0[{}]"
        usual = [given.format(number + 1) for number in range(network.layer_sizes[0])]
        names = usual if input_names is None else input_names
        return cls([W.copy() for W in network.weights], list(names))

    @classmethod
    def from_estimator(cls, estimator: Any, *, ax: Any = None, **lines: Any) -> NetworkDisplay:
        """The network of a fitted estimator, drawn, with the features' names where they are known; see `plot`."""
        names = getattr(estimator, "feature_names_in_", None)
        return cls.from_network(fitted(estimator).network_, names).plot(ax, **lines)

    def plot(self, ax: Any = None, most_units: int = 16, **lines: Any) -> NetworkDisplay:
        """Draw into the axes, or into those of a new figure (`figure_`, `ax_`).

        Parameters
        ----------
        most_units : int
            How many units of a layer are drawn, the first ones, where it has more.
        **lines
            For Matplotlib's `Axes.plot`, of the weights.
        """
        sizes = [self.weights[0].shape[0], *(W.shape[1] for W in self.weights)]
        self.ax_ = shown_figure(max(6.4, 1.5 * len(sizes))).add_subplot() if ax is None else ax
        self.figure_ = self.ax_.figure
        heights = [np.linspace(0.5, -0.5, min(size, most_units) + 2)[1:-1] for size in sizes]
        for layer, W in enumerate(self.weights):
            greatest = float(np.abs(W).max()) or 1.0
            for (i, low), (j, high) in product(enumerate(heights[layer]), enumerate(heights[layer + 1])):
                share = abs(float(W[i, j])) / greatest
                colour = BLUE if W[i, j] > 0 else ORANGE
                looks = {"color": colour, "linewidth": 0.2 + 2.3 * share, "alpha": 0.2 + 0.8 * share, "zorder": 1}
                self.ax_.plot([layer, layer + 1], [low, high], **{**looks, **lines})
        for layer, (column, size) in enumerate(zip(heights, sizes, strict=True)):
            self.ax_.scatter([layer] * len(column), column, s=60, facecolor="white", edgecolor=GREY, zorder=2)
            more = f"\n{len(column)} shown" if len(column) < size else ""
            self.ax_.text(layer, 0.53, f"{size:,} unit{'' if size == 1 else 's'}{more}", ha="center", va="bottom")
        for name, height in zip(self.input_names, heights[0], strict=False):
            self.ax_.text(-0.08, height, literal(name), ha="right", va="center")
        self.ax_.set_ylim(-0.52, 0.64)
        self.ax_.set_xlim(-0.5, len(sizes) - 0.5)
        self.ax_.set_axis_off()
        return self

    def __repr__(self) -> str:
        sizes = [self.weights[0].shape[0], *(W.shape[1] for W in self.weights)]
        return f"<NetworkDisplay of {'-'.join(map(str, sizes))} units: plot() draws it>"
