"""`Perceptron` in a model file: its weights, and each of its updates."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array, issparse
from sklearn.utils.validation import check_is_fitted

from clearprop.estimators.kept_parameters import estimator_of, parameters_to_plain
from clearprop.estimators.labels import labels_to_plain
from clearprop.estimators.model_files import (
    check_all_used,
    check_own_class,
    check_weight,
    checked_labels,
    columns_to_plain,
    set_columns,
)
from clearprop.files.arrays import is_array
from clearprop.files.model_kinds import PERCEPTRON
from clearprop.perceptron.update_log import Updates

if TYPE_CHECKING:
    from clearprop.files.container import Container

Array = npt.NDArray[Any]

COEF, INTERCEPT, MISTAKE_BOUND, CLASS_WEIGHT = "coef", "intercept", "mistake_bound", "class_weight"
UPDATES = "updates/{}"


def save_perceptron(estimator: Any, path: str | os.PathLike[str]) -> None:
    """Write a fitted `Perceptron` to a file.

    Raises
    ------
    InputError
        The file cannot be written.
    ValueError, TypeError
        It is not fitted; it is of a class of the user's own; or it has labels that no file holds.
    """
    from clearprop.files.container import Container, write_container

    check_is_fitted(estimator)
    check_own_class(estimator)
    estimator._validate_params()
    own = vars(estimator)
    sparse = issparse(own["coef_"])
    tensors = {
        COEF: own["coef_"].toarray() if sparse else own["coef_"],
        INTERCEPT: own["intercept_"],
        MISTAKE_BOUND: np.asarray(own["mistake_bound_"], dtype=np.float64),
        **{UPDATES.format(field): own["updates_"].array[field] for field in Updates.FIELDS.names or ()},
    }
    if own["class_weight_"] is not None:
        tensors[CLASS_WEIGHT] = np.asarray(own["class_weight_"], dtype=np.float64)
    config = {
        "parameters": parameters_to_plain(estimator),
        **columns_to_plain(estimator),
        "classes": labels_to_plain(own["classes_"]),
        "n_iter": int(own["n_iter_"]),
        "epochs": int(own["_epochs"]),
        "t": float(own["t_"]),
        "separable": [None if one is None else bool(one) for one in own["separable_"]],
        "sparse": sparse,
    }
    write_container(path, Container(PERCEPTRON, config, tensors))


def load_perceptron(cls: Any, path: str | os.PathLike[str], container: Container) -> Any:
    """The fitted estimator in a file that has been read.

    Raises
    ------
    InputError
        The file's parts do not belong together, or one cannot be.
    """
    from clearprop.files.frame import damaged

    try:
        return _loaded(cls, container)
    except (TypeError, ValueError) as error:
        raise damaged(path, error) from error


def _loaded(cls: Any, container: Container) -> Any:
    from clearprop.estimators.model_configs import PerceptronConfig
    from clearprop.foundation.configs import checked

    said, tensors = checked(container.config, PerceptronConfig, "estimator"), container.tensors
    estimator = estimator_of(cls, said.parameters)
    set_columns(estimator, said.columns, said.names)
    estimator.classes_ = checked_labels(said.classes)
    classes = len(estimator.classes_)
    outputs = 1 if classes == 2 else classes
    if classes < 2 or len(said.separable) != outputs:
        raise ValueError(f"{len(said.separable):,} outputs of {classes:,} classes")
    estimator.coef_ = _numbers(tensors, COEF, (outputs, said.columns))
    estimator.intercept_ = _numbers(tensors, INTERCEPT, (outputs,))
    if said.sparse:
        estimator.coef_ = csr_array(estimator.coef_)
    bound = tensors.get(MISTAKE_BOUND)
    if not is_array(bound, "float64", (outputs,)) or np.isnan(bound).any():
        raise ValueError(f"{MISTAKE_BOUND} is no array of {outputs} bounds")
    weight = tensors.get(CLASS_WEIGHT)
    if weight is not None:
        check_weight(weight, (classes,))
    estimator.mistake_bound_, estimator.class_weight_, estimator.separable_ = bound, weight, list(said.separable)
    estimator.n_iter_, estimator.t_, estimator._epochs = said.n_iter, said.t, said.epochs
    estimator.updates_ = _updates(tensors)
    names = [UPDATES.format(field) for field in Updates.FIELDS.names or ()]
    check_all_used(tensors, {COEF, INTERCEPT, MISTAKE_BOUND, CLASS_WEIGHT, *names})
    return estimator


def _numbers(tensors: dict[str, Array], name: str, shape: tuple[int, ...]) -> Array:
    array = tensors.get(name)
    if not is_array(array, "float64", shape) and not is_array(array, "float32", shape):
        raise ValueError(f"{name} is no array of shape {shape}")
    assert array is not None
    if not np.isfinite(array).all():
        raise ValueError(f"{name} holds numbers that are not finite")
    return array


def _updates(tensors: dict[str, Array]) -> Updates:
    columns = {field: tensors.get(UPDATES.format(field)) for field in Updates.FIELDS.names or ()}
    count = 0 if columns["epoch"] is None else len(columns["epoch"])
    log = np.empty(count, dtype=Updates.FIELDS)
    for field, column in columns.items():
        if not is_array(column, Updates.FIELDS[field], (count,)):
            raise ValueError(f"{UPDATES.format(field)} is no column of the updates")
        log[field] = column
    return Updates(log)
