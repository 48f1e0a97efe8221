"""A model as it is exported: networks, what is in front of them, and what becomes of their outputs.

Whatever is exported is brought to this form first; those who write it know no other.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from clearprop.activations import ACTIVATIONS
from clearprop.errors import InputError
from clearprop.export.answers import Answer, Classes, Labels, Quantities, plain_labels
from clearprop.foundation.arguments import checked_dtype
from clearprop.foundation.registry import Named, Registry
from clearprop.foundation.table_cells import quoted
from clearprop.inputs import INPUTS
from clearprop.network.ensemble import Ensemble
from clearprop.network.network import Network
from clearprop.tables.cell_notation import CellNotation
from clearprop.tables.predictor import TablePredictor
from clearprop.tables.preparation.preparation import Preparation
from clearprop.tables.targets import ClassTarget, NumberTarget


@dataclass(frozen=True)
class Model:
    """Networks whose answers are averaged, between what they are given and what they say.

    Attributes
    ----------
    networks : tuple of Network
        One or more, of the same layers, activations and dtype.
    answer : Quantities, Classes or Labels
    preparation : Preparation or None
        What makes the networks' columns of a table's; None where rows of numbers are given.
    inputs : tuple of str
        What the networks' columns are called; empty where they have no names.
    target : str
        What the column is called that is predicted; empty where it has no name.
    notation : CellNotation
        How the cells of the table's file are written, as far as it was said.
    """

    networks: tuple[Network, ...]
    answer: Answer
    preparation: Preparation | None = None
    inputs: tuple[str, ...] = ()
    target: str = ""
    notation: CellNotation = field(default_factory=CellNotation)

    @property
    def first(self) -> Network:
        """The first member, which has all but the parameters in common with the others."""
        return self.networks[0]

    @property
    def uses_logits(self) -> bool:
        """Whether the last layer's sums are asked for, and not its activations."""
        return isinstance(self.answer, Classes) and self.answer.given == "logits"

    @property
    def answers(self) -> int:
        """How many numbers are answered."""
        outputs = self.first.layer_sizes[-1]
        return 2 if outputs == 1 and isinstance(self.answer, Classes) else outputs

    @property
    def predicted(self) -> str:
        """What is predicted, in words."""
        if self.target:
            return self.target
        return {Classes: "a class", Labels: "labels"}.get(
            type(self.answer), "a quantity" if self.answers == 1 else "quantities"
        )


def model_of(model: Any, dtype: npt.DTypeLike | None = None) -> Model:
    """What there is to export of a model.

    Parameters
    ----------
    model : Network, Ensemble, TablePredictor, or a fitted estimator
    dtype : {"float32", "float64"}, optional
        To which the parameters are rounded, and in which it is to be computed; the model's own where not given.

    Raises
    ------
    InputError
        It is not fitted, or has an activation or input of the user's own.
    TypeError
        It is no model that can be exported.

    Examples
    --------
    >>> model_of(Network([2, 3, 1], loss="binary_cross_entropy", rng=0)).answer
    Classes(labels=array([0, 1]), given='outputs', temperature=1.0, threshold=0.5)
    """
    described = _described(model)
    for activation in described.first.activations:
        _check_own(ACTIVATIONS, activation)
    for one in described.first.inputs:
        _check_own(INPUTS, one)
    if dtype is None or described.first.dtype == checked_dtype(dtype):
        return described
    with np.errstate(over="ignore"):
        networks = tuple(network.copy(dtype) for network in described.networks)
    for network in networks:
        if not np.isfinite(network.parameters).all():
            raise InputError("the model has parameters that float32 does not hold: export it as float64")
    return replace(described, networks=networks)


def _described(model: Any) -> Model:
    if isinstance(model, Network):
        return Model((model,), _answer_of_networks(model))
    if isinstance(model, Ensemble):
        return Model(model.members, _answer_of_networks(model.members[0]))
    predictor = model if isinstance(model, TablePredictor) else getattr(model, "predictor_", None)
    if isinstance(predictor, TablePredictor):
        return _of_table(predictor)
    return _of_estimator(model)


def _check_own(registry: Registry[Any], item: Named) -> None:
    """Refuse what is not one of the library's own, for which there is no text in another language."""
    if registry.get(item.name) is not type(item) or not type(item).__module__.startswith("clearprop."):
        kind, names = (
            ("activation", ", ".join(ACTIVATIONS)) if registry is ACTIVATIONS else ("input", ", ".join(INPUTS))
        )
        raise InputError(
            f"{kind} {type(item).__name__} is not one of clearprop's own, and only Python knows what it does: train "
            f"with one of {names}"
        )


def _answer_of_networks(network: Network) -> Answer:
    """Classes by their numbers, where a network's outputs are probabilities of such; else the outputs themselves."""
    low, high = network.activations[-1].output_range
    outputs, loss = network.layer_sizes[-1], network.loss_function.name
    if low >= 0 and high <= 1:
        if loss == "binary_cross_entropy" and outputs == 1:
            return Classes(np.arange(2), "outputs", threshold=0.5)
        if loss == "cross_entropy" and outputs > 1:
            return Classes(np.arange(outputs), "outputs")
    return Quantities()


def _of_table(predictor: TablePredictor) -> Model:
    target = predictor.target
    answer: Answer
    if isinstance(target, NumberTarget):
        answer = Quantities(target.scale, target.mean, predictor.limits)
    else:
        assert isinstance(target, ClassTarget)
        labels, temperature = plain_labels(target.labels), predictor.temperature
        answer = Classes(labels, "outputs") if temperature is None else Classes(labels, "logits", temperature)
    names = predictor.preparation.feature_names
    return Model(tuple(predictor.networks), answer, predictor.preparation, names, target.name, predictor.notation)


def _of_estimator(model: Any) -> Model:
    from clearprop.estimators import MLPClassifier, MLPRegressor, Perceptron
    from clearprop.tables.estimator import TableEstimator

    if isinstance(model, MLPClassifier | MLPRegressor | Perceptron | TableEstimator):
        network = getattr(model, "network_", None)
        if network is None:
            raise InputError(f"{type(model).__name__} is not fitted: call fit first")
        answer = Quantities() if isinstance(model, MLPRegressor) else _answer_of_classifier(model, network)
        names = tuple(map(str, getattr(model, "feature_names_in_", ())))
        return Model((network,), answer, inputs=names)
    raise TypeError(
        f"what can be exported is a Network, an Ensemble, a fitted MLPClassifier, MLPRegressor, Perceptron, "
        f"TableClassifier or TableRegressor, got {type(model).__name__}: of a pipeline export the last step, or all of "
        "it by skl2onnx.to_onnx after clearprop.export.onnx.register_converters()"
    )


def _answer_of_classifier(model: Any, network: Network) -> Answer:
    labels = plain_labels(model.classes_)
    probable = hasattr(model, "predict_proba")
    threshold = sum(network.loss_function.levels) / 2
    kind = model._label_binarizer.y_type_ if hasattr(model, "_label_binarizer") else "multiclass"
    if kind.startswith("multilabel"):
        return Labels(labels, threshold, probable)
    if len(labels) < 2:
        raise InputError(
            f"{type(model).__name__} knows a single class, {quoted(labels.tolist()[0])}: give it rows of another"
        )
    if network.layer_sizes[-1] == 1:
        return Classes(labels, "outputs" if probable else "scores", threshold=threshold)
    normal = network.activations[-1].name == "softmax"
    return Classes(labels, ("outputs" if normal else "shares") if probable else "scores")
