"""What is wrong with rows and answers that scikit-learn refuses, by the name that they were given by and the place."""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from numbers import Number
from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.utils.multiclass import type_of_target

from clearprop.foundation.arguments import as_array, as_numbers, check_finite
from clearprop.foundation.callers import warn_caller
from clearprop.foundation.sparse import is_sparse
from clearprop.foundation.table_cells import quoted

Array = npt.NDArray[Any]

# Of more columns the names are not compared with each other.
MOST_COMPARED = 2_000


@contextmanager
def in_own_words(X: Any = None, y: Any = None, *, with_X: bool = True, of_numbers: bool = False) -> Iterator[None]:
    """Where what follows is refused, look whether rows or answers are none, and say that instead.

    All other errors are scikit-learn's, and those of ours have its words in them where programs look for them.

    Parameters
    ----------
    X, y
        What was given.
    with_X : bool
        Whether there are rows.
    of_numbers : bool
        Whether answers are numbers, rather than classes.
    """
    try:
        yield
    except (TypeError, ValueError, OverflowError, IndexError) as error:
        if with_X and not is_sparse(X):
            _check_names(X)
            _in_place_of(error, as_numbers, "X", X, np.float64)
        if y is not None and not is_sparse(y):
            if of_numbers:
                _in_place_of(error, as_numbers, "y", y, np.float64)
            else:
                _in_place_of(error, check_classes, "y", y)
        if str(error).startswith("Input contains"):  # where scikit-learn does not know what it was given
            _in_place_of(error, check_finite, "y", np.asarray(y, dtype=np.float64), "a classifier")
        raise


@contextmanager
def scoring(y: Any, sample_weight: Any = None, *, of_numbers: bool = False) -> Iterator[None]:
    """Let a metric compare predictions with answers, or say of these or their weights by name why it cannot."""
    if y is None:
        raise ValueError("y must be the answers that predictions are compared with, got None")
    if sample_weight is not None:
        weight = as_numbers("sample_weight", sample_weight, np.float64)
        check_finite("sample_weight", weight, "a score")
        if not weight.size:
            raise ValueError("sample_weight must have a number for each row, got none: leave it out, or give them")
        if (weight < 0).any() or not weight.any():
            raise ValueError(f"sample_weight must be >= 0 and not all 0, its least is {weight.min()}")
    with in_own_words(y=y, with_X=False, of_numbers=of_numbers):
        if not is_sparse(y):
            answers = as_numbers("y", y, np.float64) if of_numbers else as_array("y", y)
            if answers.dtype.kind == "f":
                check_finite("y", answers, "a score")
        yield


def _check_names(X: Any) -> None:
    """Raise ValueError for no columns, or columns of one name, which some releases of scikit-learn do not take."""
    if hasattr(X, "columns") and getattr(X, "shape", (1, 1))[1:] == (0,):
        raise ValueError(f"X has 0 feature(s) (shape={X.shape}) while a minimum of 1 is required: give a column")
    names = list(getattr(X, "columns", ()))
    twice = next((name for name in names if names.count(name) > 1), None) if len(names) < MOST_COMPARED else None
    if twice is not None:
        remedy = "give each column a name of its own, as by X.set_axis(range(X.shape[1]), axis=1)"
        raise ValueError(f"X has {names.count(twice)} columns with the name {quoted(twice)}: {remedy}")


def _in_place_of(error: Exception, check: Any, *given: Any) -> None:
    try:
        check(*given)
    except (TypeError, ValueError) as own:
        raise own from None


@contextmanager
def of_validation() -> Iterator[None]:
    """Call X, y and sample_weight in errors and warnings by the names that they have as validation rows."""
    try:
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            yield
    except (TypeError, ValueError) as error:
        message = _as_validation(str(error))
        kind = ValueError if isinstance(error, ValueError) else TypeError
        raise kind(message if message != str(error) else f"X_val and y_val: {message}") from None
    for warning in caught:
        warn_caller(_as_validation(str(warning.message)), warning.category)


def _as_validation(message: str) -> str:
    return re.sub(r"\b(X|y|sample_weight)\b", r"\1_val", message)


def check_given_classes(classes: Any) -> None:
    """Raise an error if what `partial_fit` is told beforehand are no classes."""
    check_classes("classes", classes)
    labels = as_array("classes", classes)
    if labels.dtype.kind == "f":
        check_finite("classes", labels, "a classifier")


def check_classes(name: str, y: Any) -> None:
    """Raise an error if answers are no classes: rows without one, quantities, or kinds that cannot be told apart."""
    labels = as_array(name, y)
    if labels.ndim == 0:
        raise TypeError(f"{name} must be an array of classes, got a {type(y).__name__}")
    if labels.dtype.kind == "c":
        raise ValueError(f"Complex data not supported: {name} must hold classes, got {labels.dtype}: {labels.flat[0]}")
    if labels.dtype.kind == "O":
        _check_objects(name, labels)
    if labels.dtype.kind in "ST":
        shown = quoted(labels.flat[0].item() if labels.dtype.kind == "S" else labels.flat[0])
        raise TypeError(
            f"{name} holds {labels.dtype} such as {shown}: make it text, as by np.array({name}).astype(str)"
        )
    looks = labels.dtype.kind in "iufb" and labels.ndim <= 2 and np.isfinite(labels).all()
    kind = type_of_target(labels) if looks else ""
    if kind.startswith("continuous"):
        fraction = next(iter(labels[labels != np.rint(labels)]), None)
        if fraction is None:  # they are whole, and beyond what whole numbers of 64 bits hold
            greatest = abs(labels).max()
            raise ValueError(f"{name} holds numbers up to {greatest:.3g}, which are no classes: number the classes")
        raise ValueError(
            f"Unknown label type: {kind}. {name} holds numbers with fractions, such as {fraction:g}, which are no "
            "classes: take MLPRegressor or TableRegressor for quantities"
        )
    if kind == "multiclass-multioutput":
        raise ValueError(
            f"Multioutput target data is not supported: {name} has {labels.shape[1]} columns, which must hold 0 or 1, "
            "one for each label; for columns of several classes wrap the model in a MultiOutputClassifier"
        )


def _is_missing(label: Any) -> bool:
    try:
        return label is None or bool(label != label)
    except TypeError:  # pandas' NA compares to nothing
        return True


def _check_objects(name: str, labels: Array) -> None:
    values = labels.ravel()
    missing = [place for place, label in enumerate(values) if _is_missing(label)]
    if missing:
        row = missing[0] // labels[:1].size
        raise ValueError(f"{name} holds {values[missing[0]]} at row {row}: give each row a class, or leave it out")
    texts = [isinstance(label, str) for label in values]
    if any(texts) and not all(texts):
        raise ValueError(f"{name} mixes text and other values: write all classes alike")
    if labels.size and not any(texts):
        is_number = isinstance(values[0], Number | np.generic)
        remedy = f"np.array({name}.tolist())" if is_number else f"np.array({name}).astype(str)"
        raise ValueError(
            f"Unknown label type: {name} holds objects such as {quoted(values[0])}: make it an array of numbers or "
            f"text, as by {remedy}"
        )
