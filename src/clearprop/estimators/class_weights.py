"""`class_weight`: what rows count by their classes, checked against the classes that there are."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from clearprop.arguments import not_negative

Array = npt.NDArray[Any]


def weights_of_classes(class_weight: Any, classes: Array, name: str = "class_weight") -> Array:
    """The weight of each class, in their order; 1 of one that is not named, as in scikit-learn.

    A dict may name classes that do not occur, as those of a whole table do in a part of it, if it names all that do.

    Raises
    ------
    ValueError, TypeError
        It is no dict; it names classes that there are not in the place of some that there are; or a weight is no
        finite number >= 0.

    Examples
    --------
    >>> weights_of_classes({"yes": 5.0}, np.array(["no", "yes"]))
    array([1., 5.])
    """
    labels = classes.tolist()
    if not isinstance(class_weight, Mapping):
        example = dict(zip(labels[:2], (1, 5), strict=False))
        raise ValueError(f"{name} must be a dict such as {example}, or 'balanced', got {class_weight!r}")
    for label, weight in class_weight.items():
        not_negative(f"{name} of class {label!r}", weight)
    keys = [_key(label, class_weight) for label in labels]
    missing = [label for label, key in zip(labels, keys, strict=True) if key not in class_weight]
    unknown = [label for label in class_weight if label not in keys]
    if missing and unknown:
        raise ValueError(
            f"The classes, {missing}, are not in {name}, which names {unknown}, and y has no such class: name classes "
            "as y does"
        )
    return np.array([class_weight.get(key, 1.0) for key in keys], dtype=np.float64)


def weights_by_labels(class_weight: Any, targets: Array) -> Array:
    """What each row of yes-or-no labels counts: the product of what its labels do.

    Parameters
    ----------
    class_weight : list of dicts
        For each label what 0 and 1 count in it.
    targets : array of bool, shape (n, labels)

    Raises
    ------
    ValueError, TypeError
        It is no list with a dict for each label, or one names something else than 0 and 1.

    Examples
    --------
    >>> weights_by_labels([{0: 1, 1: 5}, {1: 3}], np.array([[True, True], [False, True]]))
    array([15.,  3.])
    """
    labels = targets.shape[1]
    if not isinstance(class_weight, Sequence) or len(class_weight) != labels:
        got = len(class_weight) if isinstance(class_weight, Sequence) else class_weight
        raise ValueError(
            f"class_weight of {labels} labels must be a list of {labels} dicts, one for each column of y and such as "
            f"{{0: 1, 1: 5}}, or 'balanced', got {got!r}"
        )
    parts = []
    for place, one in enumerate(class_weight):
        name = f"class_weight[{place}]"
        no, yes = weights_of_classes(one, np.array([0, 1]), name)
        unknown = [label for label in one if label not in (0, 1)]
        if unknown:
            raise ValueError(f"{name} names {unknown}: the classes of a label are 0 and 1")
        parts.append(np.where(targets[:, place], yes, no))
    weights: Array = np.prod(parts, axis=0)
    return weights


def _key(label: Any, class_weight: Mapping[Any, Any]) -> Any:
    """Under what a class stands: its label, or the number that scikit-learn reads in a text."""
    if label not in class_weight and isinstance(label, str) and label.isdecimal() and int(label) in class_weight:
        return int(label)
    return label
