"""Save a model, load a model: one function each, whatever kind of model it is."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, TypeAlias, Union

from clearprop.errors import InputError
from clearprop.files.container import Container, read_container
from clearprop.files.model_file import ModelFile
from clearprop.files.model_kinds import BARE, CHECKPOINT, CLASSIFIER, ENSEMBLE, PERCEPTRON, REGRESSOR, TABLE
from clearprop.foundation.near_names import says_near_keywords
from clearprop.foundation.table_cells import quoted
from clearprop.network.ensemble import Ensemble
from clearprop.network.network import Network

if TYPE_CHECKING:
    from clearprop.estimators import MLPClassifier, MLPRegressor, Perceptron
    from clearprop.tables.classifier import TableClassifier
    from clearprop.tables.regressor import TableRegressor

Model: TypeAlias = Union[
    Network, Ensemble, "MLPClassifier", "MLPRegressor", "Perceptron", "TableClassifier", "TableRegressor"
]


@says_near_keywords
def save(model: Model, path: str | os.PathLike[str]) -> None:
    """Write a model to one file, whole or not at all; it holds numbers and text only, nothing that is run.

    It is a `Network`, an `Ensemble`, or a fitted `MLPClassifier`, `MLPRegressor`, `Perceptron`, `TableClassifier` or
    `TableRegressor`. A stream, such as /dev/stdout, is written to where it stands, after what it has.

    Raises
    ------
    TypeError
        It is nothing of these.
    InputError
        The file cannot be written.
    ValueError
        The estimator is not fitted; or there is an activation, loss or input of the user's own that is not registered;
        or an ensemble has more than 10,000 members.
    """
    if isinstance(model, Network):
        ModelFile(model).write(path)
    elif isinstance(model, Ensemble):
        ModelFile(model, ENSEMBLE).write(path)
    elif _is_estimator(model):
        model.save(path)
    else:
        raise TypeError(
            "save takes a Network, an Ensemble or a fitted estimator of clearprop, got "
            f"{type(model).__name__}: give one of those, or keep it by pickle"
        )


def _is_estimator(model: object) -> bool:
    return any(one.__module__.startswith("clearprop.") and "save" in vars(one) for one in type(model).__mro__)


@says_near_keywords
def load(path: str | os.PathLike[str]) -> Model:
    """The model in a file that `save` or `clearprop train` wrote, equal to it bit for bit.

    Nothing in the file is run, no name in it is imported, and all of it is checked before anything is made of it.

    Raises
    ------
    InputError
        There is no such file, or it is not one of clearprop's, or it is damaged.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> network = Network([2, 3, 1], rng=0)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     save(network, Path(folder) / "model")
    ...     same = load(Path(folder) / "model")
    >>> bool((same.parameters == network.parameters).all())
    True
    """
    return model_of(path, read_container(path))


def model_of(path: str | os.PathLike[str], container: Container) -> Model:
    """The model in a container that was read from this path; see `load`."""
    kind = container.kind
    if kind == PERCEPTRON:
        return _perceptron(path, container)
    if kind not in (*BARE, TABLE, CLASSIFIER, REGRESSOR):
        if kind == CHECKPOINT:
            raise InputError(f"{path}: a checkpoint, which is no model: go on with its training, or load its model")
        raise InputError(f"{path}: a model of the unknown kind {quoted(kind)}: use the clearprop that wrote it")
    file = ModelFile.of(path, container)
    if kind == TABLE:
        return _table_estimator(path, file)
    return file.model if kind in BARE else _network_estimator(path, file)


def _table_estimator(path: str | os.PathLike[str], file: ModelFile) -> TableClassifier | TableRegressor:
    from clearprop.tables.classifier import TableClassifier
    from clearprop.tables.model_files import load_table_estimator
    from clearprop.tables.predictor import TablePredictor
    from clearprop.tables.regressor import TableRegressor

    predictor = TablePredictor.from_file(path, file)
    cls = TableClassifier if predictor.target.task == "classification" else TableRegressor
    return load_table_estimator(cls, path, file, predictor)


def _network_estimator(path: str | os.PathLike[str], file: ModelFile) -> MLPClassifier | MLPRegressor:
    from clearprop.estimators import MLPClassifier, MLPRegressor
    from clearprop.estimators.model_files import load_network_estimator

    return load_network_estimator(MLPClassifier if file.kind == CLASSIFIER else MLPRegressor, path, file)


def _perceptron(path: str | os.PathLike[str], container: Container) -> Perceptron:
    from clearprop.estimators import Perceptron
    from clearprop.estimators.perceptron_file import load_perceptron

    return load_perceptron(Perceptron, path, container)
