"""Models of every kind, brought to the form that is explained."""

from __future__ import annotations

from typing import Any

import numpy as np

from clearprop.explanation.original_inputs import table_cells
from clearprop.explanation.subjects.estimators import estimator_subject
from clearprop.explanation.subjects.kinds import ArticleNetwork, ModelOfTables, TableOfCells
from clearprop.explanation.subjects.subject import Subject
from clearprop.network.network import Network


def subject_of(model: Any, x: Any, y: Any) -> Subject:
    """Take a model apart into its network and what the rows are in its terms.

    Raises
    ------
    InputError
        It is not fitted, or no model that can be explained.
    """
    if isinstance(model, Network):
        return Subject(model, x, y)
    if isinstance(model, ModelOfTables):
        return _table_subject(model, x, y)
    if isinstance(model, ArticleNetwork):
        return _article_subject(model, x, y)
    return estimator_subject(model, x, y)


def _table_subject(model: ModelOfTables, x: Any, y: Any) -> Subject:
    """A table's columns become features; its target column, where it is there, becomes y."""
    target = model.target
    classes, original = getattr(target, "classes", None), None
    if isinstance(x, TableOfCells):
        if y is None and target.name in x.names:
            y = target.encode(x.column(target.name))
        used = x.drop([target.name]) if target.name in x.names else x
        x, original = model.preprocessor.transform(used), table_cells(model.preprocessor, used)
    names = [str(name) for name in model.preprocessor.feature_names]
    notes = ["x is each column as the network is fed it: scaled, a category as 0 or 1."]
    scale = getattr(target, "scale", None)
    if scale is not None and (target.mean, scale) != (0.0, 1.0):
        notes.append(
            f"y is {target.name} minus its mean {target.mean:.6g}, divided by its standard deviation {scale:.6g}."
        )
    labels = None if classes is None else [str(label) for label in classes]
    return Subject(model.network, x, y, names, labels, notes, original=original)


def _article_subject(model: ArticleNetwork, x: Any, y: Any) -> Subject:
    """The article's neurons as a network of this library; classes become targets by the encoding that it has."""
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
