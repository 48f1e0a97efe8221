"""Save a model, load a model: one function each, whatever kind of model it is."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from clearprop.errors import InputError
from clearprop.files.model_file import ModelFile
from clearprop.foundation.near_names import says_near_keywords
from clearprop.network.ensemble import Ensemble
from clearprop.network.network import Network
from clearprop.tables.predictor import TablePredictor

if TYPE_CHECKING:
    from clearprop.tables.classifier import TableClassifier
    from clearprop.tables.regressor import TableRegressor


@says_near_keywords
def save(model: Network | Ensemble | TableClassifier | TableRegressor, path: str | os.PathLike[str]) -> None:
    """Write a model to one file, whole or not at all; it holds numbers and text only, nothing that is run.

    A stream, such as /dev/stdout, is written to where it stands, after what it has.

    Of other estimators it takes the network: `save(estimator.network_, path)`.

    Raises
    ------
    TypeError
        It is no `Network`, `Ensemble`, `TableClassifier` or `TableRegressor`, or none that is fitted.
    InputError
        The file cannot be written.
    ValueError
        The network has an activation or loss of the user's own that is not registered; or an ensemble has more than
        10,000 members.
    """
    predictor = getattr(model, "predictor_", None)
    if isinstance(predictor, TablePredictor):
        predictor.save(path)
    elif isinstance(model, Network):
        ModelFile(model).write(path)
    elif isinstance(model, Ensemble):
        ModelFile.of_ensemble(model).write(path)
    else:
        raise TypeError(
            f"save takes a Network, an Ensemble or a fitted TableClassifier or TableRegressor, got "
            f"{type(model).__name__}: of an estimator save the network, as in save(model.network_, path), or all of it "
            "by pickle"
        )


@says_near_keywords
def load(path: str | os.PathLike[str]) -> Network | Ensemble | TableClassifier | TableRegressor:
    """The model in a file that `save` or `clearprop train` wrote, equal to it bit for bit.

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
    file = ModelFile.read(path)
    if file.kind == "network":
        return file.network
    if file.kind == "table":
        return _estimator(TablePredictor.from_file(path, file))
    if isinstance(file.model, Ensemble):
        return file.model
    raise InputError(f"{path}: a model of the unknown kind {file.kind!r}: use the clearprop that wrote it")


def _estimator(predictor: TablePredictor) -> TableClassifier | TableRegressor:
    """The estimator that a table's model was saved of, fitted."""
    from clearprop.tables.classifier import TableClassifier
    from clearprop.tables.regressor import TableRegressor

    kind = TableClassifier if predictor.target.task == "classification" else TableRegressor
    return kind.from_predictor(predictor)
