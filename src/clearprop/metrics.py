"""Metrics: how good outputs are, in a number that people read; the greater, the better.

These two are what training shows as it goes; scikit-learn's serve for everything else.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from clearprop.losses import Loss
from clearprop.near_names import did_you_mean, near

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


METRICS: dict[str, Metric] = {"accuracy": accuracy, "r2": r2}
# What they are called elsewhere.
KNOWN_AS = {"accuracy": ("acc", "accuracy_score", "categorical_accuracy"), "r2": ("r2_score", "r_squared", "R²")}


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
            hint = did_you_mean(near(metric, METRICS, KNOWN_AS)) or "."
            raise ValueError(f"unknown metric {metric!r}{hint} There are: {', '.join(METRICS)}; or give a function")
        return METRICS[metric]
    if not callable(metric):
        raise TypeError(f"metric must be one of {', '.join(METRICS)}, or a function, got {metric!r}")
    return metric
