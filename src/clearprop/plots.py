"""Pictures in the style of scikit-learn's display classes: made from numbers, drawn by `plot`, into any axes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import import_module
from itertools import product
from typing import Any

import numpy as np
import numpy.typing as npt

from clearprop.errors import MissingExtraError
from clearprop.printable import printable
from clearprop.training.history import History

Array = npt.NDArray[Any]

# From the palette of Okabe and Ito, which colour-blind people can tell apart.
BLUE, ORANGE, GREEN, GREY = "#0072B2", "#D55E00", "#009E73", "#666666"


def check_extra() -> None:
    """Raise MissingExtraError if what the extra `plots` brings is not installed."""
    for module, package in (("matplotlib.figure", "Matplotlib"), ("jinja2", "Jinja2")):
        try:
            import_module(module)
        except ImportError as error:
            raise MissingExtraError(package, "plots", "drawing pictures and reports") from error


def _fitted(estimator: Any) -> Any:
    """The estimator, or scikit-learn's NotFittedError."""
    from sklearn.utils.validation import check_is_fitted

    check_is_fitted(estimator)
    return estimator


def new_figure(width: float = 6.4, height: float = 4.0) -> Any:
    """A Matplotlib figure that belongs to no window.

    Raises
    ------
    MissingExtraError
        Matplotlib is not installed.
    """
    check_extra()
    from matplotlib.figure import Figure

    return Figure(figsize=(width, height), layout="constrained")


@dataclass
class LossCurveDisplay:
    """Training loss by epoch, and validation loss where there is one.

    Examples
    --------
    >>> from clearprop import EpochRecord, History
    >>> history = History([EpochRecord(1, 0.7, 0.6, None, 1.0, 0.1), EpochRecord(2, 0.4, 0.5, None, 0.9, 0.1)])
    >>> display = LossCurveDisplay.from_history(history).plot()
    >>> [line.get_label() for line in display.ax_.lines]
    ['training', 'validation', 'best epoch, 2']
    """

    epochs: Sequence[int]
    loss: Sequence[float]
    validation_loss: Sequence[float | None]

    @classmethod
    def from_history(cls, history: History) -> LossCurveDisplay:
        """The losses of a training, by epoch."""
        return cls([record.epoch for record in history], history.loss, history.validation_loss)

    @classmethod
    def from_estimator(cls, estimator: Any, *, ax: Any = None, **lines: Any) -> LossCurveDisplay:
        """The last training of a fitted `MLPClassifier` or `MLPRegressor`, drawn; see `plot`.

        Examples
        --------
        >>> from clearprop import MLPRegressor
        >>> model = MLPRegressor(hidden_layer_sizes=(3,), max_iter=500, random_state=0, tol=0.01)
        >>> display = LossCurveDisplay.from_estimator(model.fit([[0.0], [1.0]], [0.0, 1.0]))
        >>> display.loss == model.loss_curve_
        True
        """
        return cls.from_history(_fitted(estimator).history_).plot(ax, **lines)

    def plot(self, ax: Any = None, **lines: Any) -> LossCurveDisplay:
        """Draw into the axes, or into those of a new figure (`figure_`, `ax_`).

        Parameters
        ----------
        ax : Matplotlib axes, optional
        **lines
            For Matplotlib's `Axes.plot`, of both curves.
        """
        self.ax_ = new_figure().add_subplot() if ax is None else ax
        self.figure_ = self.ax_.figure
        looks = {"marker": "o"} if len(self.epochs) == 1 else {}
        self.ax_.plot(self.epochs, self.loss, **{"color": BLUE, "label": "training", **looks, **lines})
        if None not in self.validation_loss:
            losses = np.asarray(self.validation_loss, dtype=float)
            best = int(np.argmin(losses))
            looks |= {"color": ORANGE, "linestyle": "--", "label": "validation"}
            self.ax_.plot(self.epochs, losses, **{**looks, **lines})
            self.ax_.axvline(
                self.epochs[best], color=GREY, linewidth=0.8, linestyle=":", label=f"best epoch, {self.epochs[best]}"
            )
        everything = [*self.loss, *(loss for loss in self.validation_loss if loss is not None)]
        if min(everything) > 0 and max(everything) > 20 * min(everything):
            self.ax_.set_yscale("log")
        self.ax_.set(xlabel="epoch", ylabel="loss", title="Loss by epoch")
        self.ax_.legend(frameon=False)
        self.ax_.spines[["top", "right"]].set_visible(False)
        return self


@dataclass
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
        """The network's weights; inputs are called x1, x2 and so on where they have no names."""
        names = [f"x{number + 1}" for number in range(network.layer_sizes[0])] if input_names is None else input_names
        return cls([W.copy() for W in network.weights], list(names))

    @classmethod
    def from_estimator(cls, estimator: Any, *, ax: Any = None, **lines: Any) -> NetworkDisplay:
        """The network of a fitted estimator, drawn, with the features' names where they are known; see `plot`."""
        names = getattr(estimator, "feature_names_in_", None)
        return cls.from_network(_fitted(estimator).network_, names).plot(ax, **lines)

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
        self.ax_ = new_figure(max(6.4, 1.5 * len(sizes))).add_subplot() if ax is None else ax
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
            self.ax_.text(-0.08, height, _literal(name), ha="right", va="center")
        self.ax_.set_ylim(-0.52, 0.64)
        self.ax_.set_xlim(-0.5, len(sizes) - 0.5)
        self.ax_.set_axis_off()
        return self


@dataclass
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
        names = [activation.name for activation in _fitted(estimator).network_.activations]
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
        given = new_figure(3.2 * count, 3.0).subplots(1, count, squeeze=False)[0] if ax is None else ax
        self.axes_ = list(np.atleast_1d(np.asarray(given, dtype=object)))
        if len(self.axes_) != count:
            raise ValueError(f"ax must be {count} axes, one for each layer, got {len(self.axes_)}")
        self.figure_ = self.axes_[0].figure
        for layer, (axes, a, name) in enumerate(zip(self.axes_, self.activations, self.names, strict=True), start=1):
            axes.hist(a, bins=bins, **{"color": BLUE, **bars})
            axes.set(title=_literal(f"layer {layer}: {name}"), xlabel="activation", ylabel="rows × units")
        return self


def draw_decision_boundary(
    predict: Callable[[Array], Array],
    points: Array,
    targets: Array,
    names: tuple[str, str],
    labels: Sequence[str] | None,
    title: str,
    ax: Any = None,
) -> Any:
    """What a model answers all over the plane of its two features, and the rows on top; returns the axes.

    Parameters
    ----------
    predict : callable
        From points (n, 2) to class numbers, or to quantities, (n,).
    points, targets : arrays of shape (n, 2) and (n,)
        The rows to draw, and their class numbers or quantities.
    names : pair of str
        The features.
    labels : sequence of str or None
        The classes' names; None for quantities.
    """
    ax = new_figure(6.4, 4.8).add_subplot() if ax is None else ax
    margin = 0.08 * np.ptp(points, axis=0) + 1e-12
    low, high = points.min(axis=0) - margin, points.max(axis=0) + margin
    across, up = np.meshgrid(np.linspace(low[0], high[0], 400), np.linspace(low[1], high[1], 400))
    response = predict(np.column_stack([across.ravel(), up.ravel()])).reshape(across.shape)
    if labels is None:
        surface = ax.contourf(across, up, response, levels=20, cmap="viridis", alpha=0.8)
        ax.figure.colorbar(surface, ax=ax)
        ax.scatter(*points.T, c=targets, cmap="viridis", edgecolors="black", linewidths=0.5, s=18, norm=surface.norm)
    else:
        from matplotlib import colormaps

        palette = colormaps["tab20" if len(labels) > 10 else "tab10"]
        shown = [palette(number % palette.N) for number in range(len(labels))]
        ax.imshow(
            np.array(shown)[response.astype(int)],
            extent=(low[0], high[0], low[1], high[1]),
            origin="lower",
            aspect="auto",
            alpha=0.25,
        )
        for number in np.unique(response):
            # Each class against all others: a border that leaps over a number is one line too.
            ax.contour(across, up, response == number, levels=[0.5], colors="black", linewidths=0.6)
        markers = "os^Dvp*hXP"
        for number, label in enumerate(labels):
            of_class = points[targets == number]
            ax.scatter(
                *of_class.T,
                color=shown[number],
                marker=markers[number % len(markers)],
                edgecolors="black",
                linewidths=0.5,
                s=22,
                label=_literal(label),
            )
        beside = {"loc": "upper left", "bbox_to_anchor": (1.01, 1)} if len(labels) > 4 else {}
        ax.legend(frameon=True, framealpha=0.9, **beside)
    ax.set(xlabel=_literal(names[0]), ylabel=_literal(names[1]), title=_literal(title))
    return ax


def _literal(text: object) -> str:
    """The text as it can be shown, its dollar signs meant as such, not as the ends of a formula."""
    return printable(text).replace("$", r"\$")
