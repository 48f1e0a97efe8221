"""Converters by which skl2onnx takes scikit-learn's pipelines, searches and ensembles of clearprop's estimators."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from clearprop.errors import MissingExtraError
from clearprop.export.answers import Classes, Labels, plain_labels
from clearprop.export.model import Model, model_of
from clearprop.export.onnx.answers import add_answer
from clearprop.export.onnx.graph import Graph, tensor_type
from clearprop.export.onnx.network import add_network

# Since this version of the standard all operators have stood as they are used here.
OPSET, ML_OPSET = 13, 2
# What skl2onnx offers of its own classifiers: probabilities as a list of dictionaries, labels as a third output, the
# classes' numbers in the place of the classes, and what `decision_function` gives in the place of probabilities, as
# those ask who have the classifier within them.
OPTIONS = {
    "zipmap": [True, False, "columns"],
    "output_class_labels": [False, True],
    "nocl": [True, False],
    "raw_scores": [True, False],
}


def register_converters() -> None:
    """Make `skl2onnx.to_onnx` take `MLPClassifier`, `MLPRegressor` and `Perceptron`, alone or within something else.

    They are computed in the type of what they are given, float32 or float64. Labels are int64, or texts; those of a
    `Perceptron`, and of a classifier without probabilities, stand beside scores. As for scikit-learn's own classifiers,
    probabilities are a list of dictionaries unless `options={"zipmap": False}` is given.

    Raises
    ------
    MissingExtraError
        skl2onnx is not installed.

    Examples
    --------
    >>> from clearprop import MLPClassifier
    >>> from sklearn.pipeline import make_pipeline
    >>> from sklearn.preprocessing import StandardScaler
    >>> import numpy as np, skl2onnx
    >>> X, y = np.array([[0.0, 1.0], [2.0, 3.0], [4.0, 5.0], [6.0, 7.0]], np.float32), ["no", "no", "yes", "yes"]
    >>> pipeline = make_pipeline(StandardScaler(), MLPClassifier((4,), solver="lbfgs", random_state=0)).fit(X, y)
    >>> register_converters()
    >>> exported = skl2onnx.to_onnx(pipeline, X[:1], options={"zipmap": False})
    >>> [output.name for output in exported.graph.output]
    ['label', 'probabilities']
    """
    try:
        from skl2onnx import update_registered_converter
    except ImportError as error:
        raise MissingExtraError("skl2onnx", "onnx", "exporting pipelines as ONNX") from error
    from clearprop.estimators import MLPClassifier, MLPRegressor, Perceptron

    for kind in (MLPClassifier, MLPRegressor, Perceptron):
        options = None if kind is MLPRegressor else OPTIONS
        update_registered_converter(kind, f"Clearprop{kind.__name__}", _shape, _convert, options=options)


def _shape(operator: Any) -> None:
    """Say what types and shapes the outputs have."""
    from skl2onnx.common.data_types import DoubleTensorType, FloatTensorType, Int64TensorType, StringTensorType

    rows, model = operator.inputs[0].get_first_dimension(), _model(operator, operator.scope_inst)
    number = DoubleTensorType if isinstance(operator.inputs[0].type, DoubleTensorType) else FloatTensorType
    *label, numbers = operator.outputs
    numbers.set_type(number([rows, model.answers]))
    if isinstance(model.answer, Labels):
        label[0].set_type(Int64TensorType([rows, model.answers]))
    elif isinstance(model.answer, Classes):
        kind = StringTensorType if model.answer.labels.dtype.kind == "U" else Int64TensorType
        label[0].set_type(kind([rows]))


def _convert(scope: Any, operator: Any, container: Any) -> None:
    """Add the model's nodes to those of the whole."""
    model, graph = _model(operator, scope), Graph()
    x = graph.cast("x", model.first.dtype)
    answered = list(add_answer(graph, x, model).values())
    options = container.get_options(operator.raw_operator, {"raw_scores": False}, fail=False)
    if isinstance(model.answer, Classes) and options["raw_scores"]:
        answered[-1] = _decisions(graph, x, model)
    given = operator.inputs[0].full_name
    names = {"x": given, **dict(zip(answered, (output.full_name for output in operator.outputs), strict=True))}
    for name, value in graph.constants.items():
        names[name] = scope.get_unique_variable_name(name)
        numbers = [text.encode() for text in value] if value.dtype.kind == "U" else value.ravel()
        container.add_initializer(names[name], tensor_type(value.dtype), value.shape, numbers)
    for node in graph.nodes:
        if node.output not in names:
            names[node.output] = scope.get_unique_variable_name(node.output)
        container.add_node(
            node.operator,
            [names[name] for name in node.inputs],
            [names[node.output]],
            op_domain=node.domain,
            op_version=ML_OPSET if node.domain else OPSET,
            name=scope.get_unique_operator_name(node.operator),
            **node.attributes,
        )


def _decisions(graph: Graph, x: str, model: Model) -> str:
    """The sums of the last layer; of a single one, what speaks against it too."""
    z = add_network(graph, x, model.first, logits=True)
    return graph.side_by_side([graph.add("Neg", z), z]) if model.first.layer_sizes[-1] == 1 else z


def _model(operator: Any, scope: Any) -> Model:
    """The estimator, in the type of what it is given, with labels such as skl2onnx has."""
    from skl2onnx.common.data_types import DoubleTensorType
    from skl2onnx.common.utils_classifier import get_label_classes

    estimator = operator.raw_operator
    dtype = np.float64 if isinstance(operator.inputs[0].type, DoubleTensorType) else np.float32
    model = model_of(estimator, dtype)
    if not isinstance(model.answer, Classes):
        return model
    labels = plain_labels(get_label_classes(scope, estimator))
    # Booleans, and whole numbers in floating point, which are all that scikit-learn takes for classes.
    whole = labels.astype(np.int64) if labels.dtype.kind in "bf" else labels
    return replace(model, answer=replace(model.answer, labels=whole))
