"""`MLPClassifier` and `MLPRegressor` in model files: all that answers, and what is told of training.

What is not kept is what the next step of `partial_fit` would go on with: the solver's memory and the place in its
schedule, which are a checkpoint's, and all that would have to be run.
"""

from __future__ import annotations

import os
from typing import Any

import numpy as np
from sklearn.preprocessing import LabelBinarizer
from sklearn.utils.validation import check_is_fitted

from clearprop.estimators.epoch_report import reported, reported_outputs
from clearprop.estimators.kept_parameters import estimator_of, parameters_to_plain
from clearprop.estimators.labels import labels_of_plain, labels_to_plain
from clearprop.estimators.plain_values import from_plain, to_plain
from clearprop.estimators.settings import OUTPUT_NAMES
from clearprop.files.arrays import is_array
from clearprop.files.histories import history_of, history_tensors
from clearprop.files.model_file import ModelFile
from clearprop.files.model_kinds import CLASSIFIER
from clearprop.foundation.table_cells import quoted
from clearprop.network.network import Network
from clearprop.training.history import History

# The attributes that are numbers or texts, and of which kind; None where there is none.
FITTED: dict[str, tuple[type[Any], ...]] = {
    "n_iter_": (int,),
    "t_": (int,),
    "loss_": (float, int),
    "best_loss_": (float, int, type(None)),
    "best_validation_score_": (float, int, type(None)),
    "learning_rate_": (float, int),
    "_first_loss": (float, int, type(None)),
    "_stop_reason": (str,),
}
# Those without which nothing can go on.
NEEDED = ("n_iter_", "t_", "_first_loss", "_stop_reason")
# The attributes that have a number an epoch, and where they stand; None where there is nothing that they could tell.
CURVES = {
    "loss_curve_": "curve/loss",
    "validation_loss_curve_": "curve/validation_loss",
    "validation_scores_": "curve/validation_score",
}
HISTORY, CLASS_WEIGHT = "history/1", "class_weight/1"


def save_network_estimator(estimator: Any, path: str | os.PathLike[str]) -> None:
    """Write a fitted `MLPClassifier` or `MLPRegressor` to a file.

    Raises
    ------
    InputError
        The file cannot be written.
    ValueError, TypeError
        It is not fitted; it is of a class of the user's own; a parameter is none that `fit` would take; or it has an
        activation, a loss or labels that no file holds.
    """
    check_is_fitted(estimator)
    check_own_class(estimator)
    estimator._validate_params()
    own = vars(estimator)
    fitted = {name: to_plain(own[name]) for name in FITTED if name in own}
    tensors = history_tensors(HISTORY, own["_trained"])
    for name, place in CURVES.items():
        if own.get(name) is not None:
            tensors[place] = np.array(own[name], dtype=np.float64)
        elif name in own:
            fitted[name] = None
    extra = {"parameters": parameters_to_plain(estimator), **columns_to_plain(estimator), "fitted": fitted}
    if "classes_" in own:
        extra |= {"classes": labels_to_plain(own["classes_"]), "targets": own["_label_binarizer"].y_type_}
        if own["class_weight_"] is not None:
            tensors[CLASS_WEIGHT] = np.asarray(own["class_weight_"], dtype=np.float64)
    ModelFile(own["network_"], type(estimator).__name__, extra, tensors).write(path)


def check_own_class(estimator: Any) -> None:
    """Raise TypeError for a class that whoever reads a file does not know."""
    if not type(estimator).__module__.startswith("clearprop."):
        raise TypeError(
            f"a model file holds clearprop's own estimators, and {type(estimator).__name__} is a class of yours: save "
            "its network, as in save(model.network_, path), or keep all of it by pickle"
        )


def columns_to_plain(estimator: Any) -> dict[str, Any]:
    """How many columns an estimator has learned from, and their names, if they have some."""
    names = vars(estimator).get("feature_names_in_")
    return {"columns": int(estimator.n_features_in_), "names": None if names is None else [str(name) for name in names]}


def set_columns(estimator: Any, columns: int, names: list[str] | None) -> None:
    """Have these columns.

    Raises
    ------
    ValueError
        There are more names or fewer than columns.
    """
    estimator.n_features_in_ = columns
    if names is not None:
        if len(names) != columns:
            raise ValueError(f"{len(names):,} names of {columns:,} columns")
        estimator.feature_names_in_ = np.array(names, dtype=object)


def load_network_estimator(cls: Any, path: str | os.PathLike[str], file: ModelFile) -> Any:
    """The fitted estimator of this class in a file that has been read.

    Raises
    ------
    InputError
        The file's parts do not belong together, or one cannot be.
    """
    from clearprop.files.frame import damaged

    try:
        return _loaded(cls, file)
    except (TypeError, ValueError) as error:
        raise damaged(path, error) from error


def _loaded(cls: Any, file: ModelFile) -> Any:
    from clearprop.estimators.model_configs import NetworkEstimatorConfig
    from clearprop.foundation.configs import checked

    said, network, tensors = checked(file.extra, NetworkEstimatorConfig, "estimator"), file.network, dict(file.tensors)
    if not network.front.is_plain or network.trainable_share or network.n_columns != said.columns:
        raise ValueError(f"a network that is not one of {cls.__name__} with {said.columns:,} columns")
    estimator = estimator_of(cls, said.parameters)
    set_columns(estimator, said.columns, said.names)
    _set_fitted(estimator, dict(said.fitted))
    _set_network(estimator, network)
    estimator._trained = history_of(HISTORY, tensors)
    n_outputs = reported_outputs(network)
    estimator.history_ = History([reported(record, n_outputs) for record in estimator._trained])
    used = {HISTORY, f"{HISTORY}/known"}
    for name, place in CURVES.items():
        if place in tensors:
            setattr(estimator, name, _curve(place, tensors[place]))
            used.add(place)
        elif name in said.fitted:
            setattr(estimator, name, None)
    if (said.classes is None) != (said.targets is None) or (said.classes is None) == (file.kind == CLASSIFIER):
        raise ValueError("classes in a model of quantities, or none in one of classes")
    if said.targets is not None:
        _set_classes(estimator, said.classes, said.targets, tensors.get(CLASS_WEIGHT))
        used.add(CLASS_WEIGHT)
    check_all_used(tensors, used)
    return estimator


def check_all_used(tensors: dict[str, Any], used: set[str]) -> None:
    """Raise ValueError for an array that nobody asked for."""
    if unknown := sorted(set(tensors) - used):
        raise ValueError(f"the array {quoted(unknown[0])}, which such a model has not")


def _set_fitted(estimator: Any, fitted: dict[str, Any]) -> None:
    for name, value in fitted.items():
        if name in CURVES and value is None:
            continue
        plain = from_plain(value)
        if name not in FITTED or type(plain) not in FITTED[name]:
            raise ValueError(f"fitted, {quoted(name)[1:-1]}: {quoted(value)} is none of its values")
        if isinstance(plain, int) and plain < 0 and float not in FITTED[name]:
            raise ValueError(f"fitted, {name}: {plain} is not a count")
        setattr(estimator, name, plain)
    if missing := [name for name in NEEDED if name not in fitted]:
        raise ValueError(f"fitted: there is no entry {quoted(missing[0])}")


def _set_network(estimator: Any, network: Network) -> None:
    estimator.network_ = network
    estimator.n_layers_, estimator.n_outputs_ = len(network.layer_sizes), network.layer_sizes[-1]
    output = network.activations[-1].name
    estimator.out_activation_ = OUTPUT_NAMES.get(output, output)


def _curve(name: str, numbers: Any) -> list[float]:
    if not is_array(numbers, "float64", (numbers.size,)):
        raise ValueError(f"{name} is no curve")
    values: list[float] = numbers.tolist()
    return values


def _set_classes(estimator: Any, classes: Any, targets: str, weight: Any) -> None:
    """The labels, and what turns them into targets and back."""
    labels = checked_labels(classes)
    several = len(labels) if targets != "binary" else 1
    least = 3 if targets == "multiclass" else 1
    most = 2 if targets == "binary" else len(labels)
    if estimator.n_outputs_ != several or not least <= len(labels) <= most:
        raise ValueError(f"{len(labels):,} classes ({targets}) of a network with {estimator.n_outputs_:,} outputs")
    binarizer = LabelBinarizer()
    binarizer.classes_, binarizer.y_type_, binarizer.sparse_input_ = labels, targets, False
    estimator.classes_, estimator._label_binarizer = labels, binarizer
    if weight is not None:
        shape = (len(labels), 2) if targets.startswith("multilabel") else (len(labels),)
        check_weight(weight, shape)
    estimator.class_weight_ = weight


def checked_labels(classes: Any) -> Any:
    """Labels from a file, each once and in their order."""
    from clearprop.estimators.model_configs import LabelsConfig
    from clearprop.foundation.configs import checked

    said = checked(classes, LabelsConfig, "classes")
    labels = labels_of_plain(said.dtype, said.labels)
    try:
        in_order = np.array_equal(np.unique(labels), labels)
    except TypeError:  # of labels of different types there is no order
        in_order = False
    if not in_order:
        raise ValueError("classes that do not stand there in their order, each once")
    return labels


def check_weight(weight: Any, shape: tuple[int, ...]) -> None:
    """Raise ValueError for what cannot be the weights of classes."""
    if not is_array(weight, "float64", shape) or not (np.isfinite(weight) & (weight >= 0)).all():
        raise ValueError("class_weight holds what cannot be weights of classes")
