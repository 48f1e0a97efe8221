"""Metrics: how good outputs are, in a number that people read; the greater, the better.

These are what training shows as it goes; scikit-learn's serve for everything else.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from clearprop.foundation.near_names import did_you_mean, near
from clearprop.foundation.table_cells import quoted
from clearprop.losses import Loss

Array = npt.NDArray[Any]

Metric: TypeAlias = Callable[[Loss, Array, Array, Array | None], float]


def accuracy(loss: Loss, y: Array, outputs: Array, sample_weight: Array | None = None) -> float:
    """The weighted share of rows for which all decisions are those of the targets."""
    right = (loss.decisions(y) == loss.decisions(outputs)).all(axis=1)
    return float(np.average(right, weights=sample_weight))


def r2(loss: Loss, y: Array, outputs: Array, sample_weight: Array | None = None) -> float:
    """1 - squared error / squared deviation from the mean, averaged over the outputs; 0 where a target is constant."""
    residual = np.average((y - outputs) ** 2, axis=0, weights=sample_weight)
    total = np.average((y - np.average(y, axis=0, weights=sample_weight)) ** 2, axis=0, weights=sample_weight)
    return float(np.mean(np.where(total > 0, 1 - residual / np.where(total > 0, total, 1), 0.0)))


def brier(loss: Loss, y: Array, outputs: Array, sample_weight: Array | None = None) -> float:
    """Minus the Brier score: the squared distances of the outputs from the targets, a row's summed, their mean.

    It tells good probabilities from bad ones, as log loss does, and a single row cannot decide, as in accuracy.

    References
    ----------
    Brier, Verification of forecasts expressed in terms of probability, 1950.
    """
    return -float(np.average(np.sum((y - outputs) ** 2, axis=1), weights=sample_weight))


METRICS: dict[str, Metric] = {"accuracy": accuracy, "r2": r2, "brier": brier}
# What they are called elsewhere.
KNOWN_AS: dict[str, tuple[str, ...]] = {
    "accuracy": ("acc", "accuracy_score", "categorical_accuracy"),
    "r2": ("r2_score", "r_squared", "R²"),
    "brier": ("brier_score", "brier_score_loss", "neg_brier_score"),
}
# What people ask for that is none of them: scikit-learn's function, its other names, and a metric made of it.
FUNCTIONS = {
    "mean_squared_error": (("mse",), "-mean_squared_error(y, outputs, sample_weight=weight)"),
    "root_mean_squared_error": (("rmse",), "-root_mean_squared_error(y, outputs, sample_weight=weight)"),
    "mean_absolute_error": (("mae",), "-mean_absolute_error(y, outputs, sample_weight=weight)"),
    "mean_absolute_percentage_error": (
        ("mape",),
        "-mean_absolute_percentage_error(y, outputs, sample_weight=weight)",
    ),
    "f1_score": (
        ("f1", "fscore"),
        "f1_score(loss.decisions(y), loss.decisions(outputs), average='macro', sample_weight=weight)",
    ),
    "roc_auc_score": (("auc", "roc_auc", "auroc"), "roc_auc_score(y, outputs, sample_weight=weight)"),
}


def resolve_metric(metric: str | Metric | None, loss: Loss) -> Metric:
    """The metric of a name; None stands for accuracy where the loss is one of classes, for r2 elsewhere.

    Raises
    ------
    ValueError, TypeError
        The name is not known, or it is no function.
    """
    if metric is None:
        return accuracy if loss.classification else r2
    if isinstance(metric, str):
        if metric not in METRICS:
            raise ValueError(
                f"unknown metric {quoted(metric)}{_hint(metric)} There are: {', '.join(METRICS)}; or give a function"
            )
        return METRICS[metric]
    if not callable(metric):
        raise TypeError(f"metric must be one of {', '.join(METRICS)}, or a function, got {quoted(metric)}")
    return metric


def _hint(metric: str) -> str:
    """The near metric, or how one is made of scikit-learn's function of the name."""
    others = {f"neg_{function}": function for function in FUNCTIONS}
    known_as = {function: names for function, (names, _) in FUNCTIONS.items()}
    found = near(others.get(metric, metric), [*METRICS, *FUNCTIONS], KNOWN_AS | known_as)
    if found and found[0] in FUNCTIONS:
        made = f"metric=lambda loss, y, outputs, weight: {FUNCTIONS[found[0]][1]}"
        return f": it can be had from sklearn.metrics, as {made}, the greater the better."
    return did_you_mean(found) or "."
