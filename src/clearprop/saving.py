"""Save a model, load a model: one function each, whatever kind of model it is."""

import os

from clearprop.errors import InputError
from clearprop.files.model_file import ModelFile
from clearprop.foundation.near_names import says_near_keywords
from clearprop.network.ensemble import Ensemble
from clearprop.network.network import Network
from clearprop.tables.model import TableModel


@says_near_keywords
def save(model: Network | Ensemble | TableModel, path: str | os.PathLike[str]) -> None:
    """Write a model to one file, whole or not at all; it holds numbers and text only, nothing that is run.

    A stream, such as /dev/stdout, is written to where it stands, after what it has.

    Of a scikit-learn estimator it takes the network: `save(estimator.network_, path)`.

    Raises
    ------
    TypeError
        It is no `Network`, `Ensemble` or `TableModel`.
    InputError
        The file cannot be written.
    ValueError
        The network has an activation or loss of the user's own that is not registered; or an ensemble has more than
        10,000 members.
    """
    if isinstance(model, TableModel):
        model.save(path)
    elif isinstance(model, Network):
        ModelFile(model).write(path)
    elif isinstance(model, Ensemble):
        ModelFile.of_ensemble(model).write(path)
    else:
        raise TypeError(
            f"save takes a Network, Ensemble or TableModel, got {type(model).__name__}: of an estimator save the "
            "network, as in save(model.network_, path), or all of it by pickle"
        )


@says_near_keywords
def load(path: str | os.PathLike[str]) -> Network | Ensemble | TableModel:
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
    if isinstance(file.model, Ensemble):
        return file.model
    if file.kind == "table":
        return TableModel.from_file(path, file)
    raise InputError(f"{path}: a model of the unknown kind {file.kind!r}: use the clearprop that wrote it")
