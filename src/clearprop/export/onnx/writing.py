"""A model as ONNX: standard operators alone, all numbers in the one file."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from clearprop import __version__
from clearprop.errors import MissingExtraError
from clearprop.export.answers import Classes, Labels
from clearprop.export.model import Model, model_of
from clearprop.export.onnx.answers import add_answer
from clearprop.export.onnx.columns import add_columns, given_column
from clearprop.export.onnx.graph import INT64, ML, Graph, tensor_type
from clearprop.tables.preparation.categories import CategoryPart
from clearprop.tables.preparation.dates import DatePart

if TYPE_CHECKING:
    from onnx import ModelProto

# Of 2022 and 2021: what reads ONNX at all reads these.
OPSET, ML_OPSET, IR_VERSION = 17, 3, 8
MATRIX = "X"
ROWS = "rows"


def to_onnx(model: Any, dtype: npt.DTypeLike | None = None) -> ModelProto:
    """A model as an ONNX graph, which any runtime of ONNX computes.

    A network, an ensemble or an `MLPClassifier`, `MLPRegressor` or `Perceptron` has one input, `X` of shape (rows,
    columns). A `TableClassifier` or `TableRegressor` has an input of shape (rows, 1) for each column that it uses,
    under the column's name: numbers as float64, NaN where missing; booleans likewise, as 1 and 0; categories as texts,
    empty where missing; dates as seconds since 1970. Classes are answered as `label` (rows,) and `probabilities` (rows,
    classes), or `scores` where the outputs are no probabilities; quantities as `prediction` (rows, outputs). What it
    is, how each column is given and which classes there are stands in the metadata.

    Parameters
    ----------
    model : Network, Ensemble, or a fitted estimator
    dtype : {"float32", "float64"}, optional
        In which the networks are computed, and matrices given; the model's own where not given.

    Returns
    -------
    onnx.ModelProto
        Which `onnx.save(..., path)` writes.

    Raises
    ------
    MissingExtraError
        onnx is not installed.
    InputError
        The model is not fitted, or has an activation or input of the user's own.
    TypeError
        It is no model that can be exported.

    Examples
    --------
    >>> from clearprop import Network
    >>> exported = to_onnx(Network([2, 3, 2], loss="cross_entropy", dtype="float32", rng=0))
    >>> [node.op_type for node in exported.graph.node]
    ['MatMul', 'Add', 'Sigmoid', 'MatMul', 'Add', 'Softmax', 'ArgMax', 'Gather']
    """
    try:
        import onnx
    except ImportError as error:
        raise MissingExtraError("onnx", "onnx", "exporting ONNX") from error
    from onnx import helper, numpy_helper

    exported = model_of(model, dtype)
    inputs = _inputs(exported)
    graph = Graph({*(name for name, _, _ in inputs), *_outputs(exported)})
    x = MATRIX
    if exported.preparation is not None:
        by_column = {part.name: name for part, (name, _, _) in zip(exported.preparation.parts, inputs, strict=True)}
        x = add_columns(graph, exported.preparation, by_column, exported.first.dtype)
    answered = add_answer(graph, x, exported)
    called = {name: output for output, name in answered.items()}
    nodes = [
        helper.make_node(
            node.operator,
            [called.get(name, name) for name in node.inputs],
            [called.get(node.output, node.output)],
            node.output,
            domain=node.domain,
            **node.attributes,
        )
        for node in graph.nodes
    ]
    written = helper.make_model(
        helper.make_graph(
            nodes,
            exported.predicted or "clearprop",
            [helper.make_tensor_value_info(name, kind, [ROWS, columns]) for name, kind, columns in inputs],
            [helper.make_tensor_value_info(name, kind, shape) for name, (kind, shape) in _outputs(exported).items()],
            [numpy_helper.from_array(np.array(value), name) for name, value in graph.constants.items()],
        ),
        opset_imports=[helper.make_opsetid("", OPSET), helper.make_opsetid(ML, ML_OPSET)],
        ir_version=IR_VERSION,
        producer_name="clearprop",
        producer_version=__version__,
        doc_string=f"Predicts {exported.predicted}.",
    )
    helper.set_model_props(written, _metadata(exported, inputs))
    onnx.checker.check_model(written, full_check=True)
    return written


def _inputs(model: Model) -> list[tuple[str, int, int]]:
    """Name, type and columns of each input."""
    if model.preparation is None:
        return [(MATRIX, tensor_type(model.first.dtype), model.first.n_columns)]
    taken, inputs = {"", *_outputs(model)}, []
    for number, part in enumerate(model.preparation.parts, start=1):
        name = part.name
        while name in taken:
            name = f"column {number}" if not name else f"{name} (column)"
        taken.add(name)
        inputs.append((name, given_column(part).type, 1))
    return inputs


def _outputs(model: Model) -> dict[str, tuple[int, list[str | int]]]:
    """Type and shape of each output, by its name."""
    own, double = tensor_type(model.first.dtype), tensor_type(np.float64)
    columns: list[str | int] = [ROWS, model.answers]
    if isinstance(model.answer, Classes):
        numbers = double if model.answer.given == "logits" else own
        label: tuple[int, list[str | int]] = tensor_type(model.answer.labels.dtype), [ROWS]
        return {"label": label, "probabilities" if model.answer.probable else "scores": (numbers, columns)}
    if isinstance(model.answer, Labels):
        return {"label": (INT64, columns), "probabilities" if model.answer.probable else "scores": (own, columns)}
    return {"prediction": (own if model.preparation is None else double, columns)}


def _metadata(model: Model, inputs: list[tuple[str, int, int]]) -> dict[str, str]:
    """What the file says of itself, each a text, or JSON where it is a list."""
    said: dict[str, Any] = {"clearprop.version": __version__, "clearprop.predicts": model.predicted}
    if isinstance(model.answer, Classes | Labels):
        said["clearprop.classes"] = json.dumps(model.answer.labels.tolist(), ensure_ascii=False)
    if model.preparation is not None:
        columns = [
            {"input": name, "column": part.name, "kind": part.kind, "given": given_column(part).words, **_details(part)}
            for part, (name, _, _) in zip(model.preparation.parts, inputs, strict=True)
        ]
        said["clearprop.columns"] = json.dumps(columns, ensure_ascii=False)
    elif model.inputs:
        said["clearprop.columns"] = json.dumps(model.inputs, ensure_ascii=False)
    return said


def _details(part: Any) -> dict[str, Any]:
    if isinstance(part, CategoryPart):
        return {"categories": list(part.categories)}
    return {"zone": part.zone} if isinstance(part, DatePart) else {}
