"""Pictures in the style of scikit-learn's display classes: made from numbers, drawn by `plot`, into any axes."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import import_module
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
