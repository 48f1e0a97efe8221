"""The loss by epoch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from clearprop.plots.figures import BLUE, GREY, ORANGE, fitted, shown_figure
from clearprop.training.history import History


@dataclass(repr=False)
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
        return cls.from_history(fitted(estimator).history_).plot(ax, **lines)

    def plot(self, ax: Any = None, **lines: Any) -> LossCurveDisplay:
        """Draw into the axes, or into those of a new figure (`figure_`, `ax_`).

        Parameters
        ----------
        ax : Matplotlib axes, optional
        **lines
            For Matplotlib's `Axes.plot`, of both curves.
        """
        self.ax_ = shown_figure().add_subplot() if ax is None else ax
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

    def __repr__(self) -> str:
        return f"<LossCurveDisplay of {len(self.epochs):,} epochs: plot() draws it>"
