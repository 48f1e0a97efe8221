"""Classes and labels as targets: which there are, whether they may come, and the truth values that stand for them.

Whole numbers in a flat array are compared with the classes directly, and so are outputs; of all else scikit-learn's
binarizer, which looks for long at what it is given, says what it is.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.preprocessing import LabelBinarizer
from sklearn.utils.multiclass import unique_labels

from clearprop.estimators.checks import is_plain_answer
from clearprop.estimators.error_messages import in_own_words
from clearprop.foundation.memory import check_memory

Array = npt.NDArray[Any]


def classes_in(y: Array) -> Array:
    """The classes that there are in checked answers, in their order, as scikit-learn finds them."""
    with in_own_words(y=y, with_X=False):
        classes: Array = np.unique(y) if is_plain_answer(y) else unique_labels(y)
    return classes


def check_known(found: Array, known: Array, warm_start: bool) -> None:
    """Raise ValueError if there are classes that are not known; or, for a warm start, fewer than those."""
    if warm_start:
        if set(found) != set(known):
            raise ValueError(
                "warm_start can only be used where `y` has the same classes as in the previous call to fit. "
                f"Previously got {known}, `y` has {found}: set warm_start=False to begin anew"
            )
    elif len(np.setdiff1d(found, known, assume_unique=True)):
        raise ValueError(f"`y` has classes not in `self.classes_`. `self.classes_` has {known}. 'y' has {found}.")


def fitted_binarizer(y: Any) -> LabelBinarizer:
    """scikit-learn's binarizer, which keeps the kind of the answers and their classes."""
    if not is_plain_answer(y):
        with in_own_words(y=y, with_X=False):
            return LabelBinarizer().fit(y)
    binarizer, classes = LabelBinarizer(), np.unique(y)
    binarizer.classes_, binarizer.sparse_input_ = classes, False
    binarizer.y_type_ = "multiclass" if len(classes) > 2 else "binary"
    return binarizer


def known_truth_values(y: Array, binarizer: LabelBinarizer) -> Array:
    """`as_truth_values` of answers that may be of other classes.

    Raises
    ------
    ValueError
        There are classes that are not known.
    """
    classes, kind = binarizer.classes_, binarizer.y_type_
    if is_plain_answer(y) and kind in ("binary", "multiclass") and len(classes) > 1:
        truth = as_truth_values(y, binarizer)
        of_first = 0 if kind == "multiclass" else np.count_nonzero(np.equal(y, classes[0]))
        if np.count_nonzero(truth) + of_first == len(y):
            return truth
    check_known(classes_in(y), classes, warm_start=False)
    return as_truth_values(y, binarizer)


def as_truth_values(y: Array, binarizer: LabelBinarizer) -> Array:
    """For each row which classes or labels it has, shape (n, outputs): one output for two classes, else one each.

    Parameters
    ----------
    y : array, shape (n,) or (n, labels)
        Checked answers, of classes that the binarizer knows.

    Raises
    ------
    ValueError
        There is no memory for these rows in these classes.

    Examples
    --------
    >>> y = np.array([3, 5, 3, 4])
    >>> as_truth_values(y, fitted_binarizer(y)).astype(int).tolist()
    [[1, 0, 0], [0, 0, 1], [1, 0, 0], [0, 1, 0]]
    """
    classes, kind = binarizer.classes_, binarizer.y_type_
    count = len(classes) if kind == "multiclass" else 1
    check_memory(
        9 * y.shape[0] * count,  # the binarizer's whole numbers, and what becomes of them
        f"the targets of {y.shape[0]:,} rows in {count:,} classes",
        "merge rare classes, give fewer rows, or, if y holds quantities, take MLPRegressor",
    )
    if is_plain_answer(y) and kind in ("binary", "multiclass"):
        if len(classes) == 1:
            return np.zeros((len(y), 1), dtype=bool)
        return np.equal(y[:, np.newaxis], classes if kind == "multiclass" else classes[1:])
    targets: Array = binarizer.transform(y).astype(bool)
    return targets.reshape(len(targets), -1)


def classes_of(outputs: Array, binarizer: LabelBinarizer, threshold: float) -> Array:
    """The class of each row, shape (n,): that of the greatest output, or of two the second where it is above threshold.

    Of several labels it is the indicator matrix of those above it.

    Examples
    --------
    >>> binarizer = fitted_binarizer(np.array([3, 5]))
    >>> classes_of(np.array([[0.2], [0.7]]), binarizer, 0.5).tolist()
    [3, 5]
    """
    classes: Array = binarizer.classes_
    if binarizer.y_type_ == "multiclass":
        return classes[outputs.argmax(axis=1)]
    if binarizer.y_type_ == "binary":
        return classes[(outputs[:, 0] > threshold).astype(np.intp) if len(classes) > 1 else np.zeros(len(outputs), int)]
    labels: Array = binarizer.inverse_transform(outputs, threshold=threshold)
    return labels
