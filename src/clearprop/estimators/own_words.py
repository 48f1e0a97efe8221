"""What is wrong with rows and answers that scikit-learn refuses, by the name that they were given by and the place."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

from clearprop.arguments import as_array, as_numbers
from clearprop.sparse import is_sparse


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
    except (TypeError, ValueError, OverflowError) as error:
        if with_X and not is_sparse(X):
            _in_place_of(error, as_numbers, "X", X, np.float64)
        if y is not None and not is_sparse(y):
            if of_numbers:
                _in_place_of(error, as_numbers, "y", y, np.float64)
            else:
                _in_place_of(error, _check_classes, "y", y)
        raise


def _in_place_of(error: Exception, check: Any, *given: Any) -> None:
    try:
        check(*given)
    except (TypeError, ValueError) as own:
        raise own from error


@contextmanager
def of_validation() -> Iterator[None]:
    """Call X, y and sample_weight in errors by the names that they have as validation rows."""
    try:
        yield
    except (TypeError, ValueError) as error:
        message = re.sub(r"\b(X|y|sample_weight)\b", r"\1_val", str(error))
        kind = ValueError if isinstance(error, ValueError) else TypeError
        raise kind(message if message != str(error) else f"X_val and y_val: {message}") from error


def _check_classes(name: str, y: Any) -> None:
    """Raise ValueError if some rows have no class, or text and numbers are mixed, so that they have no order."""
    labels = as_array(name, y)
    if labels.dtype.kind != "O" or labels.ndim == 0:
        return
    missing = [place for place, label in enumerate(labels.ravel()) if label is None or label != label]
    if missing:
        raise ValueError(
            f"{name} holds {labels.ravel()[missing[0]]} at row {missing[0] // max(1, labels[0:1].size)}: give each row "
            "a class, or leave it out"
        )
    texts = [isinstance(label, str) for label in labels.ravel()]
    if any(texts) and not all(texts):
        raise ValueError(f"{name} mixes text and other values: write all classes alike")
