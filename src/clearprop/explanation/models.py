"""What can be explained: a Network, an estimator, a table's model, a network of the article; brought to one form."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from clearprop.errors import InputError
from clearprop.network import Network
from clearprop.penalties import Penalty

Array = npt.NDArray[Any]


@dataclass(frozen=True)
class Subject:
    """A model in the form that is explained.

    Attributes
    ----------
    network : Network
    x, y : arrays or array-likes
        In the network's own terms; y None where there is none.
    feature_names, class_names : sequences of str, or None
    notes : sequence of str
        What a reader should know about how it was brought to this form.
    penalty : Penalty
        What it is trained with, as far as it says.
    """

    network: Network
    x: npt.ArrayLike
    y: npt.ArrayLike | None
    feature_names: Sequence[str] | None = None
    class_names: Sequence[str] | None = None
    notes: Sequence[str] = ()
    penalty: Penalty = field(default_factory=Penalty)


def subject_of(model: Any, x: Any, y: Any) -> Subject:
    """Take a model apart into its network and what the rows are in its terms.

    Raises
    ------
    InputError
        It is not fitted, or no model that can be explained.
    """
    if isinstance(model, Network):
        return Subject(model, x, y)
    if hasattr(model, "preprocessor") and hasattr(model, "network"):
        return _table_subject(model, x, y)
    if hasattr(model, "hidden_layers") and hasattr(model, "output_layer"):
        return _article_subject(model, x, y)
    if hasattr(model, "network_"):
        return _estimator_subject(model, x, y)
    if hasattr(model, "fit"):
        raise InputError(f"this {type(model).__name__} is not fitted, so it has no network yet: call fit(X, y) first")
    raise InputError(
        f"{type(model).__name__} cannot be explained: give a Network, a fitted estimator of clearprop's, a loaded "
        "model or a NeuralNetwork of the article"
    )


def _table_subject(model: Any, x: Any, y: Any) -> Subject:
    """A table's columns become features; its target column, where it is there, becomes y."""
    target = model.target
    classes = getattr(target, "classes", None)
    if hasattr(x, "column") and hasattr(x, "names"):
        if y is None and target.name in x.names:
            y = target.encode(x.column(target.name))
        used = x.drop([target.name]) if target.name in x.names else x
        x = model.preprocessor.transform(used)
    names = [str(name) for name in model.preprocessor.feature_names]
    notes = ["x is each column as the network is fed it: scaled, a category as 0 or 1."]
    scale = getattr(target, "scale", None)
    if scale is not None and (target.mean, scale) != (0.0, 1.0):
        notes.append(f"y is {target.name} less its mean {target.mean:.6g}, over its deviation {scale:.6g}.")
    return Subject(model.network, x, y, names, None if classes is None else [str(label) for label in classes], notes)


def _article_subject(model: Any, x: Any, y: Any) -> Subject:
    layers = model.parameters
    sizes = [model.num_inputs, *(len(layer) for layer in layers)]
    network = Network(sizes, "sigmoid", "sigmoid", "squared_error", "zeros")
    for index, layer in enumerate(layers):
        neurons = np.array(layer, dtype=np.float64)
        network.biases[index], network.weights[index] = neurons[:, 0], neurons[:, 1:].T
    notes = []
    if y is not None:
        labels = np.asarray(y)
        # One class a row, rather than the outputs' targets.
        if labels.ndim == np.ndim(x) - 1 and np.isin(labels, (0, 1)).all():
            wanted = np.array([model.wanted_outputs(int(label)) for label in np.atleast_1d(labels)])
            y = wanted[:, : sizes[-1]]
            notes.append(f"Classes were taken as targets by the network's encoding, {model.encoding!r}.")
        if np.ndim(x) == 2 and len(x) > 1:
            notes.append(f"The article sums over rows; this mean times {len(x)} is its gradient.")
    return Subject(network, x, y, notes=notes)


def _estimator_subject(model: Any, x: Any, y: Any) -> Subject:
    names = getattr(model, "feature_names_in_", None)
    if names is None and hasattr(x, "columns"):
        names = list(x.columns)
    if hasattr(x, "to_numpy"):
        x = x.to_numpy()
    classes = getattr(model, "classes_", None)
    if y is not None and classes is not None and not _is_encoded(model.network_, x, y):
        y = _encoded(model.network_, np.atleast_1d(np.asarray(y)), np.asarray(classes))
    return Subject(
        model.network_,
        x,
        y,
        None if names is None else [str(name) for name in names],
        None if classes is None else [str(label) for label in classes],
        penalty=_penalty_of(model),
    )


def _penalty_of(model: Any) -> Penalty:
    """What a multilayer estimator is trained with; a perceptron's penalty is another and is left out."""
    if not (hasattr(model, "alpha") and hasattr(model, "l1")):
        return Penalty()
    return Penalty(float(model.l1), float(model.alpha))


def _is_encoded(network: Network, x: Any, y: Any) -> bool:
    outputs = network.layer_sizes[-1]
    return np.ndim(y) == 2 or (np.ndim(x) == 1 and outputs > 1 and np.shape(y) == (outputs,))


def _encoded(network: Network, labels: Array, classes: Array) -> Array:
    """Class labels as the network's targets: one output for two classes, else one each."""
    unknown = ~np.isin(labels, classes)
    if unknown.any():
        shown = ", ".join(str(label) for label in classes[:10])
        raise InputError(f"y holds {str(labels[unknown][0])!r}, which is no class of this model. There are: {shown}")
    low = -1.0 if network.loss_function.name in ("hinge", "perceptron") else 0.0
    if network.layer_sizes[-1] == 1:
        return np.where(labels == classes[-1], 1.0, low)[:, np.newaxis]
    return np.where(labels[:, np.newaxis] == classes[np.newaxis, :], 1.0, low)
