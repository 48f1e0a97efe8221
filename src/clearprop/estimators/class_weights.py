"""What rows count by their classes: learned from the rows of `fit`, and the same wherever rows are judged after it."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.utils.class_weight import compute_class_weight

Array = npt.NDArray[Any]


def weights_of_classes(class_weight: Any, classes: Array, targets: Array, multilabel: bool = False) -> Array:
    """What each class counts.

    Parameters
    ----------
    class_weight : dict or "balanced"
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
    ValueError
        A weight below 0, or of a class that there is not; a dict for several labels.

    Examples
    --------
    >>> weights_of_classes("balanced", np.array(["no", "yes"]), np.array([[True], [False], [False], [False]]))
    array([0.66666667, 2.        ])
    >>> weights_of_classes({"yes": 3.0}, np.array(["no", "yes"]), np.array([[True], [False]]))
    array([1., 3.])
    """
    check_class_weight(class_weight)
    if multilabel:
        if isinstance(class_weight, Mapping):
            raise ValueError(
                f"class_weight must be 'balanced' or None for several labels at once, got {class_weight}: give "
                "sample_weight instead"
            )
        return np.array([_balanced(2, label.astype(np.intp)) for label in targets.T])
    if isinstance(class_weight, Mapping):
        weights: Array = compute_class_weight(class_weight, classes=classes, y=classes)
        return weights
    return _balanced(len(classes), targets[:, 0].astype(np.intp) if targets.shape[1] == 1 else targets.argmax(axis=1))


def _balanced(count: int, labels: Array) -> Array:
    """The inverse of how often each is there, 1 on average; 0 for what is not there."""
    present = np.unique(labels)
    weights = np.zeros(count)
    weights[present] = compute_class_weight("balanced", classes=present, y=labels)
    return weights


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


def check_class_weight(class_weight: Any) -> None:
    """Raise ValueError if a class is given a weight below 0."""
    for label, weight in class_weight.items() if isinstance(class_weight, Mapping) else ():
        if weight < 0:
            raise ValueError(f"class_weight must be >= 0, got {weight} for class {label!r}")
