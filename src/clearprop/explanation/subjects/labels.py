"""What `fit` takes as y, labels above all, as the targets of a network."""

from numbers import Real
from typing import Any

import numpy as np
import numpy.typing as npt

from clearprop.errors import InputError
from clearprop.foundation.arguments import as_array
from clearprop.foundation.sparse import canonical, is_sparse
from clearprop.foundation.table_cells import quoted
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
    if classes is not None and network.layer_sizes[-1] > 1 and np.isin(answers, (0, 1)).all():
        return network.loss_function.targets(answers == 1)
    return answers


def _encoded(network: Network, labels: Array, classes: Array) -> Array:
    """Class labels as the network's targets: one output for two classes, else one each."""
    unknown = ~np.isin(labels, classes)
    if unknown.any():
        held, known = labels[unknown].tolist()[0], ", ".join(map(repr, classes[:10].tolist()))
        raise InputError(f"y holds {quoted(held)}, which is no class of this model. There are: {known}")
    alone = network.layer_sizes[-1] == 1
    return network.loss_function.targets(labels[:, np.newaxis] == (classes[-1:] if alone else classes))
