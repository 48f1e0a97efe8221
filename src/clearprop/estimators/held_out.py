"""Validation rows: a share of the training rows, drawn as scikit-learn draws it."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.metrics import accuracy_score
from sklearn.model_selection import StratifiedShuffleSplit, train_test_split

Array = npt.NDArray[Any]


def hold_out(targets: Array, share: float, random: np.random.RandomState, stratify: bool) -> tuple[Array, Array]:
    """The places of the rows that are trained on, and of a share of them that is held out for validation.

    Parameters
    ----------
    targets : array, shape (n, outputs)
    stratify : bool
        Whether each class is to have its share in both parts; scikit-learn does so for two classes.

    Raises
    ------
    ValueError
        Fewer than 2 rows would be held out, or a class is too small to be split.
    """
    trained_on, held_out = train_test_split(
        np.arange(len(targets)), random_state=random, test_size=share, stratify=targets if stratify else None
    )
    if len(held_out) < 2:
        raise ValueError(
            f"The validation set is too small: {len(held_out)} of {len(targets)} rows. "
            "Increase 'validation_fraction' or the size of your dataset."
        )
    return trained_on, held_out


def held_out_by_class(labels: Array, weight: Array, share: float, random_state: Any) -> Array:
    """Which rows the perceptron does not learn from, each class giving its share of them.

    Raises
    ------
    ValueError
        They all have a weight of 0.
    """
    splitter = StratifiedShuffleSplit(test_size=share, random_state=random_state)
    _, chosen = next(splitter.split(np.zeros((len(labels), 1)), labels))
    if not weight[chosen].any():
        raise ValueError("The sample weights for validation set are all zero, consider using a different random state.")
    held_out = np.zeros(len(labels), dtype=bool)
    held_out[chosen] = True
    return held_out


class Accuracy:
    """What a perceptron's training is judged by with early stopping."""

    def __init__(self, X: Any, signs: Array, weight: Array, held_out: Array) -> None:
        self.X, self.positive, self.weight = X[held_out], signs[held_out] > 0, weight[held_out]

    def __call__(self, weights: Array, bias: float) -> float:
        """The share of the rows held out that weights and bias are right about."""
        scores = self.X @ weights + bias
        return float(accuracy_score(self.positive, scores > 0, sample_weight=self.weight))
