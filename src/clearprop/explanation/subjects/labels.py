"""What `fit` takes as y, labels above all, as the targets of a network."""

from numbers import Real
from typing import Any

import numpy as np
import numpy.typing as npt

from clearprop.errors import InputError
from clearprop.foundation.arguments import as_array
from clearprop.foundation.sparse import canonical, is_sparse
from clearprop.losses import SIGNED
from clearprop.network.network import Network

Array = npt.NDArray[Any]


def targets_of(network: Network, y: Any, classes: Any) -> Array:
    """What `fit` takes as y as the network's targets: labels encoded, columns of labels and of numbers alike."""
    try:
        answers = as_array("y", canonical(y).toarray() if is_sparse(y) else y)
    except ValueError as error:
        raise InputError(str(error)) from None
    if classes is None and answers.dtype == object and all(isinstance(number, Real) for number in answers.flat):
        answers = answers.astype(np.float64)
    if answers.ndim == 2 and answers.shape[1] == 1:
        answers = answers[:, 0]
    if classes is not None and answers.ndim == 1:
        return _encoded(network, answers, np.asarray(classes))
    if (
        classes is not None
        and network.layer_sizes[-1] > 1
        and level_of_no(network) < 0
        and np.isin(answers, (0, 1)).all()
    ):
        return np.where(answers == 1, 1.0, -1.0)
    return answers


def level_of_no(network: Network) -> float:
    """The target that says that a label is not there: -1 for the losses of margins, 0 for the others."""
    return -1.0 if network.loss_function.name in SIGNED else 0.0


def _encoded(network: Network, labels: Array, classes: Array) -> Array:
    """Class labels as the network's targets: one output for two classes, else one each."""
    unknown = ~np.isin(labels, classes)
    if unknown.any():
        held, known = labels[unknown].tolist()[0], ", ".join(map(repr, classes[:10].tolist()))
        raise InputError(f"y holds {held!r}, which is no class of this model. There are: {known}")
    low = level_of_no(network)
    if network.layer_sizes[-1] == 1:
        return np.where(labels == classes[-1], 1.0, low)[:, np.newaxis]
    return np.where(labels[:, np.newaxis] == classes[np.newaxis, :], 1.0, low)
