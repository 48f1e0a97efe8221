"""`class_weight`: what rows count by their classes, checked against the classes that there are.

It is learned from the rows of `fit`, and the same wherever rows are judged after it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.utils.class_weight import compute_class_weight

from clearprop.foundation.arguments import not_negative
from clearprop.foundation.table_cells import quoted

Array = npt.NDArray[Any]


def weights_of_classes(class_weight: Any, classes: Array, targets: Array, multilabel: bool = False) -> Array:
    """What each class counts.

    Parameters
    ----------
    class_weight : dict, list of dicts or "balanced"
        For several labels at once a list with a dict for each: what 0 and 1 count in it.
    classes : array, shape (classes,)
    targets : array of bool, shape (n, outputs)
        One output for two classes, else one for each class or label.
    multilabel : bool
        Whether several labels may be there at once.

    Returns
    -------
    array, shape (classes,), or (labels, 2) for several labels at once: where a label is not there, and where it is

    Raises
    ------
    ValueError, TypeError
        It is no dict, or no list of dicts where that is wanted; it names classes that there are not in the place of
        some that there are; or a weight is no finite number >= 0.

    Examples
    --------
    >>> weights_of_classes("balanced", np.array(["no", "yes"]), np.array([[True], [False], [False], [False]]))
    array([0.66666667, 2.        ])
    >>> weights_of_classes([{0: 1, 1: 5}, {1: 3}], np.array([0, 1]), np.array([[True, False]]), multilabel=True)
    array([[1., 5.],
           [1., 3.]])
    """
    balanced = isinstance(class_weight, str) and class_weight == "balanced"
    if multilabel:
        if balanced:
            return np.array([balanced_weights(2, label.astype(np.intp)) for label in targets.T])
        return _of_labels(class_weight, targets.shape[1])
    if not balanced:
        return named_weights(class_weight, classes, or_else=", or 'balanced'")
    labels = targets[:, 0].astype(np.intp) if targets.shape[1] == 1 else targets.argmax(axis=1)
    return balanced_weights(len(classes), labels)


def named_weights(class_weight: Any, classes: Array, name: str = "class_weight", or_else: str = "") -> Array:
    """The weight of each class, in their order; 1 of one that is not named, as in scikit-learn.

    A dict may name classes that do not occur, as those of a whole table do in a part of it, if it names all that do.

    Parameters
    ----------
    class_weight : dict
    classes : array, shape (classes,)
    name : str
        What it is called in messages.
    or_else : str
        What else it may be in its place, for the end of "must be a dict".

    Raises
    ------
    ValueError, TypeError
        See `weights_of_classes`.

    Examples
    --------
    >>> named_weights({"yes": 5.0}, np.array(["no", "yes"]))
    array([1., 5.])
    """
    labels = classes.tolist()
    if not isinstance(class_weight, Mapping):
        example = dict(zip(labels[:2], (1, 5), strict=False))
        raise ValueError(f"{name} must be a dict such as {example}{or_else}, got {quoted(class_weight)}")
    for label, weight in class_weight.items():
        not_negative(f"{name} of class {quoted(label)}", weight)
    keys = [_key(label, class_weight) for label in labels]
    missing = [label for label, key in zip(labels, keys, strict=True) if key not in class_weight]
    unknown = [label for label in class_weight if label not in keys]
    if missing and unknown:
        raise ValueError(
            f"The classes, {missing}, are not in {name}, which names {unknown}, and y has no such class: name classes "
            "as y does"
        )
    return np.array([class_weight.get(key, 1.0) for key in keys], dtype=np.float64)


def _of_labels(class_weight: Any, labels: int) -> Array:
    if not isinstance(class_weight, Sequence) or len(class_weight) != labels:
        got = len(class_weight) if isinstance(class_weight, Sequence) else class_weight
        raise ValueError(
            f"class_weight of {labels} labels must be a list of {labels} dicts, one for each column of y and such as "
            f"{{0: 1, 1: 5}}, or 'balanced', got {quoted(got)}"
        )
    rows = []
    for place, one in enumerate(class_weight):
        name = f"class_weight[{place}]"
        rows.append(named_weights(one, np.array([0, 1]), name))
        unknown = [label for label in one if label not in (0, 1)]
        if unknown:
            raise ValueError(f"{name} names {unknown}: the classes of a label are 0 and 1")
    return np.array(rows)


def balanced_weights(count: int, labels: Array) -> Array:
    """The inverse of how often each label from 0 to `count` - 1 is there, 1 on average; 0 for what is not there."""
    present = np.unique(labels)
    weights = np.zeros(count)
    weights[present] = compute_class_weight("balanced", classes=present, y=labels)
    return weights


def _key(label: Any, class_weight: Mapping[Any, Any]) -> Any:
    """Under what a class stands: its label, or the number that scikit-learn reads in a text."""
    if label not in class_weight and isinstance(label, str) and label.isdecimal() and int(label) in class_weight:
        return int(label)
    return label


def weights_of_rows(weights: Array, targets: Array) -> Array:
    """What each row counts, shape (n,), by its targets from 0 to 1 of shape (n, outputs).

    Examples
    --------
    >>> weights_of_rows(np.array([1.0, 3.0]), np.array([[True], [False]]))
    array([3., 1.])
    """
    shares = targets.astype(np.float64)
    if weights.ndim == 2:
        products: Array = np.prod(weights[:, 0] * (1 - shares) + weights[:, 1] * shares, axis=1)
        return products
    if shares.shape[1] == 1:
        return weights[0] * (1 - shares[:, 0]) + weights[-1] * shares[:, 0]
    return shares @ weights
