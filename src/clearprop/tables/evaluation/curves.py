"""The curves of a threshold that is moved: ROC, and precision against recall."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]

MOST_POINTS = 200


@dataclass(frozen=True, eq=False)
class Curve:
    """One class against all others, over all thresholds.

    Attributes
    ----------
    name : str
        The class.
    x, y : arrays of shape (points,)
        False and true positive rates; or recall and precision.
    area : float
        ROC AUC; or average precision.
    share : float
        The share of the rows that are of the class: average precision of answers by chance.
    """

    name: str
    x: Array
    y: Array
    area: float
    share: float

    def to_json(self) -> dict[str, Any]:
        """The curve as JSON has it."""
        return {"class": self.name, "x": self.x.tolist(), "y": self.y.tolist(), "area": self.area, "share": self.share}


def roc(name: str, positive: Array, scores: Array, weights: Array) -> Curve:
    """False positive rate and true positive rate, by scikit-learn."""
    from sklearn.metrics import roc_auc_score, roc_curve

    x, y, _ = roc_curve(positive, scores, sample_weight=weights)
    area = float(roc_auc_score(positive, scores, sample_weight=weights))
    return Curve(name, *_thinned(x, y), area, _share(positive, weights))


def precision_recall(name: str, positive: Array, scores: Array, weights: Array) -> Curve:
    """Recall and precision, by scikit-learn."""
    from sklearn.metrics import average_precision_score, precision_recall_curve

    precision, recall, _ = precision_recall_curve(positive, scores, sample_weight=weights, drop_intermediate=True)
    area = float(average_precision_score(positive, scores, sample_weight=weights))
    return Curve(name, *_thinned(recall[::-1], precision[::-1]), area, _share(positive, weights))


def _share(positive: Array, weights: Array) -> float:
    return float(weights[positive].sum() / weights.sum())


def _thinned(x: Array, y: Array) -> tuple[Array, Array]:
    """At most so many of the points, evenly along the way that the curve goes, its ends among them."""
    if len(x) <= MOST_POINTS:
        return x, y
    way = np.r_[0.0, np.cumsum(np.abs(np.diff(x)) + np.abs(np.diff(y)))]
    chosen = np.unique(np.searchsorted(way, np.linspace(0, way[-1], MOST_POINTS)))
    chosen = np.union1d(chosen, [0, len(x) - 1])
    return x[chosen], y[chosen]
