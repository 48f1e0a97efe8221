"""How good the probabilities of classes are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from clearprop.tables.evaluation import class_scores
from clearprop.tables.evaluation.calibration import Calibration, calibration
from clearprop.tables.evaluation.curves import Curve, precision_recall, roc
from clearprop.tables.evaluation.scores import NO_BETTER, Evaluation, Score, checked_finite, checked_weights

Array = npt.NDArray[Any]

MOST_CURVES = 50  # of more classes, those with the most rows


@dataclass(frozen=True, eq=False)
class ClassScores:
    """How well each class is found, arrays of shape (classes,).

    Attributes
    ----------
    precision, recall, f1 : arrays
        0 where a class was never predicted, or does not occur.
    support : array
        How many rows are of the class, or their weights.
    """

    precision: Array
    recall: Array
    f1: Array
    support: Array


@dataclass(frozen=True, eq=False, kw_only=True, repr=False)
class ClassEvaluation(Evaluation):
    """How good the probabilities of classes are on rows whose class is known.

    Attributes
    ----------
    scores : dict of str to Score
        Accuracy, balanced accuracy, log loss, ROC AUC (of several classes the mean of each against the others) and
        Brier score (of two classes the mean of (p - y)², of more the sum over the classes).
    classes : tuple of str
    constant : str
        What the baseline always answers.
    confusion : array, shape (classes, classes)
        Rows of the true class, columns of the predicted one: how many rows, or their weights.
    by_class : ClassScores
    roc, precision_recall : tuple of Curve
        Of two classes that of the second; otherwise of each class that occurs, against all others.
    calibration : Calibration
        Of two classes by the probability of the second; otherwise by that of the class predicted.
    """

    classes: tuple[str, ...]
    constant: str
    confusion: Array
    by_class: ClassScores
    roc: tuple[Curve, ...]
    precision_recall: tuple[Curve, ...]
    calibration: Calibration

    @property
    def task(self) -> str:
        """Classification."""
        return "classification"

    def _details(self) -> dict[str, Any]:
        columns = (getattr(self.by_class, name).tolist() for name in ("precision", "recall", "f1", "support"))
        by_class = [
            dict(zip(("class", "precision", "recall", "f1", "support"), row, strict=True))
            for row in zip(self.classes, *columns, strict=True)
        ]
        return {
            "classes": list(self.classes),
            "constant": self.constant,
            "confusion": self.confusion.tolist(),
            "by class": by_class,
            "ROC": [curve.to_json() for curve in self.roc],
            "precision-recall": [curve.to_json() for curve in self.precision_recall],
            "calibration": self.calibration.to_json(),
        }


def evaluate_classes(
    y: npt.ArrayLike,
    probabilities: npt.ArrayLike,
    classes: Sequence[str],
    *,
    sample_weight: npt.ArrayLike | None = None,
    baseline: npt.ArrayLike | None = None,
    predicted: npt.ArrayLike | None = None,
) -> ClassEvaluation:
    """Judge probabilities by the true classes.

    Parameters
    ----------
    y : array-like of int, shape (n,)
        The true classes' numbers.
    probabilities : array-like, shape (n, classes)
        Rows add up to 1.
    classes : sequence of str
    sample_weight : array-like, shape (n,), optional
    baseline : array-like, shape (classes,), optional
        The classes' shares among the rows trained on: the probabilities of always giving the same answer. Without
        them those among these rows.
    predicted : array-like of int, shape (n,), optional
        The classes predicted, where they are not the most probable ones.

    Raises
    ------
    ValueError
        There are no rows, lengths differ, a number is not finite, or a class's number is not one.

    Examples
    --------
    >>> evaluation = evaluate_classes([0, 0, 1, 1], [[0.9, 0.1], [0.6, 0.4], [0.7, 0.3], [0.2, 0.8]], ["no", "yes"])
    >>> score = evaluation.scores["accuracy"]
    >>> score.value, score.baseline, evaluation.scores["ROC AUC"].value
    (0.75, 0.5, 0.75)
    >>> evaluation.confusion.tolist()
    [[2, 0], [1, 1]]
    """
    truth = _checked_classes("y", y, None, len(classes))
    weights = checked_weights(sample_weight, len(truth))
    p = checked_finite("probabilities", probabilities, (len(truth), len(classes)))
    p = p / p.sum(axis=1, keepdims=True)  # as exactly as scikit-learn asks
    answers = p.argmax(axis=1) if predicted is None else _checked_classes("predicted", predicted, truth, len(classes))
    mass = np.bincount(truth, weights=weights, minlength=len(classes))
    shares = mass if baseline is None else checked_finite("baseline", baseline, (len(classes),))
    shares = shares / shares.sum()
    scores = _scores(truth, p, answers, weights, shares)
    names = tuple(map(str, classes))
    same = names[int(shares.argmax())]
    curved = _curved(mass)
    sure = (p[:, 1], truth == 1) if len(classes) == 2 else (p.max(axis=1), truth == p.argmax(axis=1))
    return ClassEvaluation(
        n_rows=len(truth),
        scores=scores,
        weighted=sample_weight is not None,
        notes=_notes(scores, names, mass, same),
        classes=names,
        constant=same,
        confusion=_confusion(truth, answers, None if sample_weight is None else weights, len(classes)),
        by_class=_by_class(truth, answers, weights, len(classes)),
        roc=tuple(roc(names[k], truth == k, p[:, k], weights) for k in curved),
        precision_recall=tuple(precision_recall(names[k], truth == k, p[:, k], weights) for k in curved),
        calibration=calibration(*sure, weights, shares=True),
    )


def _scores(truth: Array, p: Array, answers: Array, weights: Array, shares: Array) -> dict[str, Score]:
    same = int(shares.argmax())
    found = [
        class_scores.accuracy(truth, answers, weights, same),
        class_scores.balanced_accuracy(truth, answers, weights, same),
        class_scores.log_loss(truth, p, weights, shares),
        class_scores.roc_auc(truth, p, weights),
        class_scores.brier(truth, p, weights, shares),
    ]
    return {score.name: score for score in found if score is not None}


def _notes(scores: dict[str, Score], classes: Sequence[str], mass: Array, same: str) -> tuple[str, ...]:
    notes = [] if scores["accuracy"].beats_baseline else [f"{NO_BETTER} {same}"]
    absent = [name for name, count in zip(classes, mass, strict=True) if count == 0]
    if absent:
        more = f" and {len(absent) - 5:,} more" if len(absent) > 5 else ""
        notes.append(f"no ROC AUC, since no row is of class {', '.join(absent[:5])}{more}")
    return tuple(notes)


def _curved(mass: Array) -> list[int]:
    """The classes whose curves are drawn: some rows are of them, and some are not."""
    if len(mass) == 2:
        return [1] if mass.min() > 0 else []
    there = np.flatnonzero((mass > 0) & (mass < mass.sum()))
    most = there[np.argsort(-mass[there], kind="stable")[:MOST_CURVES]]
    return sorted(most.tolist())


def _confusion(truth: Array, answers: Array, weights: Array | None, count: int) -> Array:
    from sklearn.metrics import confusion_matrix

    return confusion_matrix(truth, answers, labels=np.arange(count), sample_weight=weights)


def _by_class(truth: Array, answers: Array, weights: Array, count: int) -> ClassScores:
    from sklearn.metrics import precision_recall_fscore_support

    found = precision_recall_fscore_support(
        truth, answers, labels=np.arange(count), zero_division=0.0, sample_weight=weights
    )
    return ClassScores(*found)


def _checked_classes(name: str, values: npt.ArrayLike, like: Array | None, count: int) -> Array:
    numbers = np.asarray(values)
    if numbers.ndim != 1 or (like is not None and numbers.shape != like.shape):
        raise ValueError(f"{name} must be one class's number a row, got shape {numbers.shape}")
    if count < 2:
        raise ValueError(f"classes must be two or more, got {count}")
    if len(numbers) and (numbers.min() < 0 or numbers.max() >= count or (numbers != numbers.astype(int)).any()):
        raise ValueError(f"{name} must be whole numbers from 0 to {count - 1}")
    return numbers.astype(np.intp)
