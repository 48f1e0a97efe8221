"""How good a model is on rows whose answers are known: the numbers that people ask for, by scikit-learn's metrics."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]


@dataclass(frozen=True)
class Evaluation:
    """The scores of a model on rows whose answers are known.

    Attributes
    ----------
    task : {"classification", "regression"}
    n_rows : int
    scores : dict of str to float
        Classification: accuracy, baseline (the share of the most frequent class), log loss, ROC AUC (left out where a
        class does not occur). Regression: R2, MAE, RMSE.
    classes : tuple of str
        The classes' names; empty for regression.
    confusion : array of int, shape (classes, classes)
        Rows of the true class, columns of the predicted one.
    notes : list of str
        What was left out and why.
    """

    task: str
    n_rows: int
    scores: dict[str, float]
    classes: tuple[str, ...] = ()
    confusion: Array = field(default_factory=lambda: np.zeros((0, 0), dtype=int))
    notes: list[str] = field(default_factory=list)

    def to_json(self) -> dict[str, Any]:
        """The scores as dictionaries, lists, texts and numbers, which JSON has."""
        return {
            "task": self.task,
            "rows": self.n_rows,
            "scores": self.scores,
            "classes": list(self.classes),
            "confusion": self.confusion.tolist(),
            "notes": self.notes,
        }


def evaluate_classes(y: Array, probabilities: Array, classes: Sequence[str]) -> Evaluation:
    """Judge probabilities of shape (n, classes) by the true class numbers y of shape (n,)."""
    from sklearn.metrics import accuracy_score, confusion_matrix, log_loss, roc_auc_score

    numbers = np.arange(len(classes))
    predicted = probabilities.argmax(axis=1)
    most_frequent = int(np.bincount(y, minlength=len(classes)).argmax())
    scores = {
        "accuracy": float(accuracy_score(y, predicted)),
        "baseline": float(np.bincount(y, minlength=len(classes)).max() / len(y)),
        "log loss": float(log_loss(y, probabilities, labels=numbers)),
    }
    notes = []
    if scores["accuracy"] <= scores["baseline"]:
        notes.append(f"no better than always answering {classes[most_frequent]}")
    absent = [name for number, name in enumerate(classes) if number not in y]
    if absent:
        notes.append(f"no ROC AUC, since no row is of class {', '.join(absent[:5])}")
    elif len(classes) == 2:
        scores["ROC AUC"] = float(roc_auc_score(y, probabilities[:, 1]))
    else:
        scores["ROC AUC"] = float(roc_auc_score(y, probabilities, multi_class="ovr", labels=numbers))
    confusion = confusion_matrix(y, predicted, labels=numbers)
    return Evaluation("classification", len(y), scores, tuple(classes), confusion, notes)


def evaluate_numbers(y: Array, predicted: Array) -> Evaluation:
    """Judge predicted quantities by the true ones, both of shape (n,)."""
    from sklearn.metrics import mean_absolute_error, r2_score, root_mean_squared_error

    scores, notes = {}, []
    if len(y) > 1 and np.ptp(y) > 0:
        scores["R2"] = float(r2_score(y, predicted))
    else:
        notes.append("no R2, since the target does not vary in these rows")
    scores["MAE"] = float(mean_absolute_error(y, predicted))
    scores["RMSE"] = float(root_mean_squared_error(y, predicted))
    return Evaluation("regression", len(y), scores, notes=notes)
