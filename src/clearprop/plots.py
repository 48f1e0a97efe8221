"""Pictures in the style of scikit-learn's display classes: made from numbers, drawn by `plot`, into any axes."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import import_module
from itertools import product
from typing import Any

import numpy as np
import numpy.typing as npt

from clearprop.errors import MissingExtraError
from clearprop.history import History

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
    def from_history(cls, history: History) -> "LossCurveDisplay":
        """What the history tells."""
        return cls([record.epoch for record in history], history.loss, history.validation_loss)

    @classmethod
    def from_estimator(cls, estimator: Any, *, ax: Any = None) -> "LossCurveDisplay":
        """The last training of a fitted `MLPClassifier` or `MLPRegressor`, drawn.

        Examples
        --------
        >>> from clearprop import MLPRegressor
        >>> model = MLPRegressor(hidden_layer_sizes=(3,), max_iter=500, random_state=0, tol=0.01)
        >>> display = LossCurveDisplay.from_estimator(model.fit([[0.0], [1.0]], [0.0, 1.0]))
        >>> display.loss == model.loss_curve_
        True
        """
        return cls.from_history(estimator.history_).plot(ax)

    def plot(self, ax: Any = None) -> "LossCurveDisplay":
        """Draw into the axes, or into those of a new figure (`figure_`, `ax_`)."""
        self.ax_ = new_figure().add_subplot() if ax is None else ax
        self.figure_ = self.ax_.figure
        marker = "o" if len(self.epochs) == 1 else None
        self.ax_.plot(self.epochs, self.loss, color=BLUE, label="training", marker=marker)
        if None not in self.validation_loss:
            losses = np.asarray(self.validation_loss, dtype=float)
            best = int(np.argmin(losses))
            self.ax_.plot(self.epochs, losses, color=ORANGE, linestyle="--", label="validation", marker=marker)
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
    >>> len(display.ax_.lines), len(display.ax_.patches)
    (9, 6)
    """

    weights: Sequence[Array]
    input_names: Sequence[str]

    @classmethod
    def from_network(cls, network: Any, input_names: Sequence[str] | None = None) -> "NetworkDisplay":
        """The network's weights; inputs are called x1, x2 and so on where they have no names."""
        names = [f"x{number + 1}" for number in range(network.layer_sizes[0])] if input_names is None else input_names
        return cls([W.copy() for W in network.weights], list(names))

    @classmethod
    def from_estimator(cls, estimator: Any, *, ax: Any = None) -> "NetworkDisplay":
        """The network of a fitted estimator, drawn, with the features' names where they are known."""
        return cls.from_network(estimator.network_, getattr(estimator, "feature_names_in_", None)).plot(ax)

    def plot(self, ax: Any = None, most_units: int = 16) -> "NetworkDisplay":
        """Draw into the axes, or into those of a new figure (`figure_`, `ax_`).

        Parameters
        ----------
        most_units : int
            Of larger layers the first so many units are drawn.
        """
        self.ax_ = new_figure().add_subplot() if ax is None else ax
        from matplotlib.patches import Circle

        self.figure_ = self.ax_.figure
        sizes = [self.weights[0].shape[0], *(W.shape[1] for W in self.weights)]
        heights = [np.linspace(0.5, -0.5, min(size, most_units) + 2)[1:-1] for size in sizes]
        for layer, W in enumerate(self.weights):
            greatest = float(np.abs(W).max()) or 1.0
            for (i, low), (j, high) in product(enumerate(heights[layer]), enumerate(heights[layer + 1])):
                share = abs(float(W[i, j])) / greatest
                colour = BLUE if W[i, j] > 0 else ORANGE
                self.ax_.plot([layer, layer + 1], [low, high], color=colour, linewidth=0.2 + 2.3 * share, zorder=1)
        for layer, column in enumerate(heights):
            for height in column:
                self.ax_.add_patch(Circle((layer, height), 0.02, facecolor="white", edgecolor=GREY, zorder=2))
            more = f" ({len(column)} shown)" if len(column) < sizes[layer] else ""
            self.ax_.text(layer, 0.55, f"{sizes[layer]} units{more}", ha="center")
        for name, height in zip(self.input_names, heights[0], strict=False):
            self.ax_.text(-0.05, height, _literal(str(name)), ha="right", va="center")
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
    def from_trace(cls, trace: Any, names: Sequence[str]) -> "ActivationHistogramDisplay":
        """The activations of a forward pass, and the functions' names by layer."""
        return cls([a.ravel() for a in trace.a], names)

    @classmethod
    def from_estimator(cls, estimator: Any, X: Any, *, ax: Any = None) -> "ActivationHistogramDisplay":
        """The activations of a fitted `MLPClassifier` or `MLPRegressor` at rows X of shape (n, features), drawn."""
        names = [activation.name for activation in estimator.network_.activations]
        return cls.from_trace(estimator.trace(X), names).plot(ax)

    def plot(self, ax: Any = None, bins: int = 40) -> "ActivationHistogramDisplay":
        """Draw a histogram a layer; into the axes, one a layer, or into those of a new figure (`figure_`, `axes_`)."""
        count = len(self.activations)
        given = new_figure(3.2 * count, 3.0).subplots(1, count, squeeze=False)[0] if ax is None else ax
        self.axes_ = list(np.atleast_1d(np.asarray(given, dtype=object)))
        if len(self.axes_) != count:
            raise ValueError(f"ax must be {count} axes, one for each layer, got {len(self.axes_)}")
        self.figure_ = self.axes_[0].figure
        for layer, (axes, a, name) in enumerate(zip(self.axes_, self.activations, self.names, strict=True), start=1):
            axes.hist(a, bins=bins, color=BLUE)
            axes.set(title=f"layer {layer}: {name}", xlabel="activation", ylabel="rows × units")
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


def _literal(text: str) -> str:
    """The text with its dollar signs meant as such, not as the ends of a formula."""
    return text.replace("$", r"\$")
