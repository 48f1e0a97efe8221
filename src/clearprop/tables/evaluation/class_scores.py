"""The scores of probabilities of classes: values by scikit-learn, intervals by what each row adds."""

from __future__ import annotations

import contextlib
import warnings
from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt

from clearprop.tables.evaluation.scores import Score
from clearprop.tables.evaluation.uncertainty import (
    area_influence,
    area_interval,
    effective_rows,
    mean_influence,
    mean_share_interval,
    positive_interval,
    share_interval,
    standard_error,
)

Array = npt.NDArray[Any]


def accuracy(truth: Array, answers: Array, weights: Array, same: int) -> Score:
    """The share of right answers; the baseline is that of always answering the class `same`."""
    from sklearn.metrics import accuracy_score

    value = float(accuracy_score(truth, answers, sample_weight=weights))
    baseline = float(np.average(truth == same, weights=weights))
    return Score("accuracy", value, share_interval(value, effective_rows(weights)), baseline, True)


def balanced_accuracy(truth: Array, answers: Array, weights: Array, same: int) -> Score:
    """The mean of the classes' recalls, over those that occur."""
    from sklearn.metrics import recall_score

    present = np.unique(truth[weights > 0])
    recalls = recall_score(truth, answers, labels=present, average=None, zero_division=0.0, sample_weight=weights)
    interval = mean_share_interval(recalls.tolist(), [effective_rows(weights[truth == k]) for k in present])
    return Score("balanced accuracy", float(recalls.mean()), interval, float(same in present) / len(present), True)


@contextlib.contextmanager
def _taking_many_classes() -> Iterator[None]:
    """Older versions of scikit-learn take the list of many classes for a column of answers, and warn of it."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "The number of unique classes")
        yield


def log_loss(truth: Array, p: Array, weights: Array, shares: Array) -> Score:
    """The mean of -log of the true class's probability; the baseline is that of always answering the shares."""
    from sklearn import metrics

    def value(q: Array) -> float:
        with _taking_many_classes():
            return float(metrics.log_loss(truth, q, labels=np.arange(p.shape[1]), sample_weight=weights))

    each = -np.log(np.maximum(p[np.arange(len(truth)), truth], np.finfo(float).eps))
    interval = positive_interval(value(p), standard_error(mean_influence(each, weights), weights))
    return Score("log loss", value(p), interval, value(np.tile(shares, (len(truth), 1))), False)


def brier(truth: Array, p: Array, weights: Array, shares: Array) -> Score:
    """The mean squared distance of the probabilities from 1 for the true class and 0 for the others.

    Of two classes it counts once, as (p - y)², of more over all classes, as scikit-learn has it.
    """
    from sklearn.metrics import brier_score_loss

    count = p.shape[1]

    def value(q: Array) -> float:
        with _taking_many_classes():
            return float(brier_score_loss(truth, q, labels=np.arange(count), sample_weight=weights))

    each = np.square(p - np.eye(count)[truth]).sum(axis=1) / (2 if count == 2 else 1)
    interval = positive_interval(value(p), standard_error(mean_influence(each, weights), weights))
    return Score("Brier", value(p), interval, value(np.tile(shares, (len(truth), 1))), False)


def roc_auc(truth: Array, p: Array, weights: Array) -> Score | None:
    """The area under the ROC curve, of several classes the mean of each against the others; None if one has no rows."""
    from sklearn.metrics import roc_auc_score

    count = p.shape[1]
    judged = [1] if count == 2 else list(range(count))
    if np.bincount(truth, weights=weights, minlength=count).min() == 0:
        return None
    area = float(np.mean([roc_auc_score(truth == k, p[:, k], sample_weight=weights) for k in judged]))
    influence = np.mean([area_influence(truth == k, p[:, k], weights) for k in judged], axis=0)
    return Score("ROC AUC", area, area_interval(area, standard_error(influence, weights)), 0.5, True)
