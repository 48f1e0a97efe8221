"""The report's pictures: Matplotlib's SVG, its colours turned into those of the page, light or dark."""

from __future__ import annotations

import io
import os
import re
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np
import numpy.typing as npt

from clearprop import plots
from clearprop.foundation.atomic import write_atomically
from clearprop.plots.figures import BLUE, GREY, ORANGE
from clearprop.tables.evaluation import Calibration, Curve, Errors
from clearprop.training.history import History

Array = npt.NDArray[Any]

WIDTH, HEIGHT = 4.3, 3.2  # inches, so that it stands in a narrow page in its own size
MOST_EPOCHS, MOST_DOTS = 400, 800  # that a line, and a cloud, is drawn of
INK, LINE = "#1b1f24", "#d0d7de"
# Lines for classes, told apart by colour and dash; after Okabe and Ito.
SERIES = (BLUE, ORANGE, "#007a5a", "#a6478a", "#8a6100", "#3d4a5c")
DASHES = ("solid", (0, (6, 2)), (0, (2, 1.5)), (0, (7, 2, 1.5, 2)), (0, (4, 1.5, 1.5, 1.5, 1.5, 1.5)), (0, (1, 1)))
# The page's names for the colours that pictures are drawn in.
PAGE_COLOURS = {INK: "ink", GREY.lower(): "soft", LINE: "line"} | {
    colour.lower(): f"series{at}" for at, colour in enumerate(SERIES, start=1)
}
_COLOURS = re.compile("|".join(PAGE_COLOURS), re.IGNORECASE)


def loss_figure(histories: Sequence[History]) -> Any:
    """The loss by epoch of one training, or of several, as a Matplotlib figure."""
    ax = plots.new_figure().add_subplot()
    if len(histories) == 1:
        return plots.LossCurveDisplay.from_history(histories[0]).plot(ax).figure_
    _courses(ax, histories)
    ax.set(title="Loss by epoch")
    return ax.figure


def save_figure(figure: Any, path: str | os.PathLike[str]) -> None:
    """Write a figure as PNG where the path ends in .png, else as SVG, whole or not at all."""
    write_atomically(path, _image(figure, "png" if str(path).lower().endswith(".png") else "svg"))


def course(histories: Sequence[History], best_epochs: Sequence[int | None]) -> str:
    """Training's course: losses by epoch, and the epochs that were kept."""
    with _axes() as ax:
        _courses(ax, histories)
        marked = [
            (
                best,
                history[best - 1].validation_loss
                if history[best - 1].validation_loss is not None
                else history[best - 1].loss,
            )
            for best, history in zip(best_epochs, histories, strict=True)
            if best is not None
        ]
        if marked:
            ax.plot(*zip(*marked, strict=True), "o", color=INK, markersize=4, zorder=3)
        return _themed(ax)


def roc(curves: Sequence[Curve], lit: Sequence[int]) -> str:
    """ROC curves, those of some classes lit."""
    with _axes() as ax:
        ax.plot([0, 1], [0, 1], color=GREY, linewidth=0.8, linestyle=":")
        _curves(ax, curves, lit)
        ax.set(xlabel="false positive rate", ylabel="true positive rate", aspect="equal")
        return _themed(ax)


def precision_recall(curves: Sequence[Curve], lit: Sequence[int]) -> str:
    """Precision by recall, the curves of some classes lit."""
    with _axes() as ax:
        if len(curves) == 1:
            ax.axhline(curves[0].share, color=GREY, linewidth=0.8, linestyle=":")
        _curves(ax, curves, lit)
        ax.set(xlabel="recall", ylabel="precision", aspect="equal")
        return _themed(ax)


def calibration(bins: Calibration, xlabel: str, ylabel: str, ends: tuple[float, float] | None) -> str:
    """What was found by what was predicted, with intervals."""
    with _axes() as ax:
        low, high = ends or (
            float(min(bins.predicted.min(), bins.low.min())),
            float(max(bins.predicted.max(), bins.high.max())),
        )
        ax.plot([low, high], [low, high], color=GREY, linewidth=0.8, linestyle=":")
        around = np.maximum([bins.observed - bins.low, bins.high - bins.observed], 0)
        ax.errorbar(
            *(bins.predicted, bins.observed, around), fmt="o-", color=BLUE, markersize=4, linewidth=1.2, elinewidth=1
        )
        ax.set(xlabel=xlabel, ylabel=ylabel)
        if ends is not None:
            ax.set(xlim=_wider(ends), ylim=_wider(ends), aspect="equal")
        return _themed(ax)


def true_by_predicted(truth: Array, predicted: Array) -> str:
    """Each row by its prediction, across, and its truth, up."""
    truth, predicted = _fewer(truth, predicted)
    with _axes() as ax:
        ends = (float(min(truth.min(), predicted.min())), float(max(truth.max(), predicted.max())))
        ax.plot(ends, ends, color=GREY, linewidth=0.8, linestyle=":")
        ax.plot(predicted, truth, "o", color=BLUE, markersize=3, alpha=0.5, markeredgewidth=0)
        ax.set(xlabel="predicted", ylabel="true", xlim=_wider(ends), ylim=_wider(ends), aspect="equal")
        return _themed(ax)


def error_by_predicted(truth: Array, predicted: Array) -> str:
    """Each row by its prediction, across, and its error, up."""
    truth, predicted = _fewer(truth, predicted)
    with _axes() as ax:
        ax.axhline(0, color=GREY, linewidth=0.8, linestyle=":")
        ax.plot(predicted, truth - predicted, "o", color=BLUE, markersize=3, alpha=0.5, markeredgewidth=0)
        ax.set(xlabel="predicted", ylabel="error (true − predicted)")
        return _themed(ax)


def error_histogram(errors: Errors) -> str:
    """How many rows have which error."""
    with _axes() as ax:
        widths = np.diff(errors.edges)
        ax.bar(errors.edges[:-1], errors.counts, widths, align="edge", color=BLUE, linewidth=0)
        ax.axvline(0, color=INK, linewidth=0.8, linestyle=":")
        ax.set(xlabel="error (true − predicted)", ylabel="rows")
        return _themed(ax)


def plane(display: plots.DecisionBoundaryDisplay) -> str:
    """What is answered over a plane, on light paper in dark pages too, as its colours are mixed for that."""
    return _svg(display.plot(plots.new_figure(6.4, 4.8).add_subplot()).figure_)


def _courses(ax: Any, histories: Sequence[History]) -> None:
    alpha = 1.0 if len(histories) == 1 else max(0.25, 1 / len(histories) ** 0.5)
    losses: list[float] = []
    for history in histories:
        chosen = np.unique(np.linspace(0, len(history) - 1, MOST_EPOCHS).round().astype(int))
        epochs = chosen + 1
        marker = {"marker": "o", "markersize": 3} if len(history) == 1 else {}
        ax.plot(epochs, np.asarray(history.loss)[chosen], color=BLUE, linewidth=1.2, alpha=alpha, **marker)
        losses += history.loss
        if None not in history.validation_loss:
            validation = np.asarray(history.validation_loss, dtype=float)
            ax.plot(epochs, validation[chosen], color=ORANGE, linewidth=1.2, linestyle="--", alpha=alpha, **marker)
            losses += validation.tolist()
    if min(losses) > 0 and max(losses) > 20 * min(losses):
        ax.set_yscale("log")
    ax.set(xlabel="epoch", ylabel="loss")


def _curves(ax: Any, curves: Sequence[Curve], lit: Sequence[int]) -> None:
    for place, curve in enumerate(curves):
        if place not in lit:
            ax.plot(curve.x, curve.y, color=GREY, linewidth=0.6, alpha=0.35)
    for at, place in enumerate(lit):
        ax.plot(curves[place].x, curves[place].y, color=SERIES[at], linestyle=DASHES[at], linewidth=1.6)
    ax.set(xlim=_wider((0, 1)), ylim=_wider((0, 1)))


def _fewer(truth: Array, predicted: Array) -> tuple[Array, Array]:
    shown = np.unique(np.linspace(0, len(truth) - 1, MOST_DOTS).round().astype(int))
    return truth[shown], predicted[shown]


def _wider(ends: tuple[float, float]) -> tuple[float, float]:
    margin = 0.03 * (ends[1] - ends[0]) or 1.0
    return ends[0] - margin, ends[1] + margin


@contextmanager
def _axes() -> Iterator[Any]:
    from matplotlib import rc_context

    looks: Any = dict.fromkeys(("text.color", "axes.edgecolor", "axes.labelcolor", "xtick.color", "ytick.color"), INK)
    looks |= dict.fromkeys(("axes.facecolor", "figure.facecolor", "savefig.facecolor"), "none")
    looks |= {"font.size": 9, "axes.grid": True, "grid.color": LINE, "grid.linewidth": 0.6, "axes.axisbelow": True}
    with rc_context(looks):
        ax = plots.new_figure(WIDTH, HEIGHT).add_subplot()
        ax.spines[["top", "right"]].set_visible(False)
        yield ax


def _themed(ax: Any) -> str:
    """The picture with the page's names in place of its colours."""
    return _COLOURS.sub(lambda found: f"var(--{PAGE_COLOURS[found[0].lower()]})", _svg(ax.figure))


def _svg(figure: Any) -> str:
    """The figure as SVG to stand inside HTML, its texts as such, in the page's letters."""
    from matplotlib import rc_context

    with rc_context({"svg.fonttype": "none"}), warnings.catch_warnings():
        # Matplotlib's own letters lack many; the page's have them.
        warnings.filterwarnings("ignore", message="Glyph .* missing from font")
        text = _image(figure, "svg").decode()
    return text[text.index("<svg") :]


def _image(figure: Any, ending: str) -> bytes:
    from matplotlib import rc_context

    content = io.BytesIO()
    # The same figure is the same file: no metadata, by which an SVG would name an address too, and no random names.
    metadata = dict.fromkeys(("Creator", "Date", "Format", "Type")) if ending == "svg" else None
    with rc_context({"svg.hashsalt": "clearprop"}):
        figure.savefig(content, format=ending, dpi=144, metadata=metadata)
    return content.getvalue()
