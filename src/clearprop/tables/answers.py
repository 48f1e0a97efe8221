"""A model's answers as the columns of a table: what `clearprop predict` writes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from clearprop.tables.predictor import Predictions


def answer_columns(
    predictions: Predictions, target: str, classes: Sequence[Any] | None = None
) -> list[tuple[str, list[Any]]]:
    """The name and the cells of each column; None where a row was left without an answer.

    Parameters
    ----------
    predictions : Predictions
    target : str
        What is predicted; several quantities are numbered from 1.
    classes : sequence of labels, optional
        Those that there are probabilities of.

    Examples
    --------
    >>> answers = Predictions(np.array(["no", "yes"]), np.array([[0.75, 0.25], [0.5, 0.5]]))
    >>> for name, cells in answer_columns(answers, "kind", ["no", "yes"]):
    ...     print(name, cells)
    predicted kind ['no', 'yes']
    probability no [0.75, 0.5]
    probability yes [0.25, 0.5]
    """
    values = np.asarray(predictions.values)
    named = [(f"predicted {target}", values)]
    if values.ndim == 2:
        named = [(f"predicted {target} {place}", column) for place, column in enumerate(values.T, start=1)]
    if predictions.probabilities is not None:
        assert classes is not None
        named += [(f"probability {label}", p) for label, p in zip(classes, predictions.probabilities.T, strict=True)]
    return [(name, emptied(column, predictions.left_empty)) for name, column in named]


def emptied(values: Any, empty: Any) -> list[Any]:
    """Values (n, ...) as Python's own, None in rows that were left without an answer."""
    plain: list[Any] = np.asarray(values).tolist()
    if empty is None or not empty.any():
        return plain
    return [None if gone else value for value, gone in zip(plain, empty.tolist(), strict=True)]
