"""Models of every kind, brought to the form that is explained."""

from __future__ import annotations

from typing import Any

import numpy as np

from clearprop.explanation.subjects.estimators import estimator_subject
from clearprop.explanation.subjects.kinds import ArticleNetwork, ModelOfTables
from clearprop.explanation.subjects.subject import Subject
from clearprop.explanation.subjects.tables import table_subject
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
        return table_subject(model, x, y)
    if isinstance(model, ArticleNetwork):
        return _article_subject(model, x, y)
    return estimator_subject(model, x, y)


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
