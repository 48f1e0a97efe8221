"""The perceptrons of an estimator's outputs, one after the other: where they begin, and what is said of them."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.sparse import issparse

from clearprop.engines.perceptron import RULES
from clearprop.errors import DivergenceError, TrainingWarning
from clearprop.estimators.fit_warnings import NotSeparableWarning
from clearprop.estimators.held_out import Accuracy, held_out_by_class
from clearprop.estimators.shuffle_seeds import shuffle_seeds
from clearprop.foundation.callers import warn_caller
from clearprop.foundation.memory import check_memory
from clearprop.perceptron.one_vs_rest import OneAgainstRest
from clearprop.perceptron.rule import OnlineRows, RuleSettings, TrainedOutput, train

Array = npt.NDArray[Any]

# More products of features and weights in an epoch take minutes, at about a thousand million a second.
LONG_EPOCH = 10**11


def first_weights(X: Any, outputs: int, coef_init: Any, intercept_init: Any) -> tuple[Array, Array]:
    """Where training begins: at 0, or at the weights and biases that are given.

    Returns
    -------
    arrays, shape (outputs, features) and (outputs,)

    Raises
    ------
    ValueError
        They are of other shapes, or there is no memory for weights of this shape.
    """
    shape = (outputs, X.shape[1])
    check_memory(
        X.dtype.itemsize * shape[0] * shape[1],
        f"the weights of {outputs:,} classes at {X.shape[1]:,} features",
        "merge rare classes, or leave out columns",
    )
    coef = np.zeros(shape, X.dtype) if coef_init is None else np.array(coef_init, dtype=X.dtype)
    bias = np.zeros(outputs, X.dtype) if intercept_init is None else np.array(intercept_init, dtype=X.dtype)
    if coef.shape != shape and not (outputs == 1 and coef.size == X.shape[1]):
        raise ValueError(f"Provided coef_init does not match dataset: it must have shape {shape}, got {coef.shape}")
    if bias.size != outputs:
        raise ValueError(
            f"Provided intercept_init does not match dataset: it must have shape ({outputs},), got {bias.shape}"
        )
    return coef.reshape(shape), bias.reshape(outputs)


def train_outputs(estimator: Any, X: Any, rows: OneAgainstRest, epochs: int) -> list[TrainedOutput]:
    """What each output learns, from the estimator's weights on.

    Parameters
    ----------
    estimator : Perceptron
    X : array or CSR matrix, shape (n, features)
        Checked.
    epochs : int
        The most.

    Raises
    ------
    DivergenceError
        Numbers left the finite range.
    """
    _warn_of_long_epochs(X, rows.outputs)
    online, settings, held_out = OnlineRows(X), _rule_settings(estimator, epochs), None
    if estimator.early_stopping:
        held_out = held_out_by_class(rows.labels, rows.weight, estimator.validation_fraction, estimator.random_state)
    learned = []
    for output, seed in enumerate(shuffle_seeds(estimator.random_state, rows.outputs)):
        signs = rows.signs(output)
        try:
            learned.append(
                train(
                    online,
                    signs,
                    estimator.coef_[output].astype(X.dtype),
                    float(estimator.intercept_[output]),
                    settings,
                    sample_weight=rows.weight,
                    class_weight=rows.class_counts(output),
                    learned_from=None if held_out is None else ~held_out,
                    seed=seed,
                    output=output,
                    validate=None if held_out is None else Accuracy(X, signs, rows.weight, held_out),
                    tell=print if estimator.verbose else None,
                    engine=RULES[estimator.engine](),
                )
            )
        except DivergenceError as error:
            opening = f"Floating-point under-/overflow occurred at epoch #{error.epoch}. Scaling input data with "
            opening += "StandardScaler or MinMaxScaler might help. In detail: "
            kept = "The perceptron is as it was before"
            raise error.worded({"rate": "eta0"}, opening=opening, kept=kept) from None
    return learned


def _rule_settings(estimator: Any, epochs: int) -> RuleSettings:
    return RuleSettings(
        rate=estimator.eta0,
        alpha=0.0 if estimator.penalty is None else estimator.alpha,
        l1_ratio={"l1": 1.0, "elasticnet": estimator.l1_ratio}.get(str(estimator.penalty), 0.0),
        fit_intercept=estimator.fit_intercept,
        epochs=epochs,
        tolerance=estimator.tol,
        patience=estimator.n_iter_no_change,
        shuffle=estimator.shuffle,
    )


def _warn_of_long_epochs(X: Any, outputs: int) -> None:
    products = outputs * (X.nnz if issparse(X) else X.size)
    if products > LONG_EPOCH:
        warn_caller(
            f"each epoch shows {X.shape[0]:,} rows to the perceptrons of {outputs:,} classes: {products:.1g} "
            "products, which take minutes or hours. Merge rare classes, give fewer rows or columns, or take "
            "MLPClassifier, which shows each row to all classes at once",
            TrainingWarning,
        )


def warn_of_inseparable(classes: Array, separable: list[bool | None]) -> None:
    """Warn of the classes that no hyperplane separates from the rest, by what is known of each output."""
    which = [classes[i if len(separable) > 1 else 1] for i, is_ in enumerate(separable) if is_ is False]
    if which:
        warn_caller(
            f"no hyperplane separates class {', '.join(map(str, which))} from the rest, so that the updates would "
            "never end: the weights are those of the moment when training stopped. Use MLPClassifier, which has "
            "hidden layers, or add columns",
            NotSeparableWarning,
        )
