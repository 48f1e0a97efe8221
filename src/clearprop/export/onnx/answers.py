"""What becomes of the networks' outputs, as standard operators."""

from __future__ import annotations

import numpy as np

from clearprop.export.answers import Classes, Labels, Quantities
from clearprop.export.model import Model
from clearprop.export.onnx.graph import Graph
from clearprop.export.onnx.network import add_network


def add_answer(graph: Graph, x: str, model: Model) -> dict[str, str]:
    """Add all networks, which read the matrix x, and what is made of their outputs.

    Returns
    -------
    dict of str to str
        What is answered: "label" with "probabilities" or "scores", or "prediction"; and the name of each.
    """
    several = len(model.networks) > 1
    outputs = [
        add_network(graph, x, network, logits=model.uses_logits, prefix=f"member {number}, " if several else "")
        for number, network in enumerate(model.networks, start=1)
    ]
    if isinstance(model.answer, Quantities):
        return {"prediction": _prediction(graph, outputs, model, model.answer)}
    if isinstance(model.answer, Labels):
        return _labels(graph, outputs, model, model.answer)
    return _classes(graph, outputs, model, model.answer)


def _prediction(graph: Graph, outputs: list[str], model: Model, answer: Quantities) -> str:
    if (answer.scale, answer.mean, answer.limits) == (1.0, 0.0, None) and model.preparation is None:
        return _mean(graph, outputs, model.first.dtype)
    members = [
        graph.add("Add", graph.add("Mul", graph.cast(a, np.float64), np.float64(answer.scale)), np.float64(answer.mean))
        for a in outputs
    ]
    mean = _mean(graph, members, np.dtype(np.float64))
    if answer.limits is None:
        return mean
    low, high = answer.limits
    return graph.add("Min", graph.add("Max", mean, np.float64(low)), np.float64(high))


def _labels(graph: Graph, outputs: list[str], model: Model, answer: Labels) -> dict[str, str]:
    a = _mean(graph, outputs, model.first.dtype)
    label = graph.cast(graph.add("Greater", a, model.first.dtype.type(answer.threshold)), np.int64)
    return {"label": label, "probabilities" if answer.probable else "scores": a}


def _classes(graph: Graph, outputs: list[str], model: Model, answer: Classes) -> dict[str, str]:
    dtype = model.first.dtype
    single = model.first.layer_sizes[-1] == 1
    if answer.given == "logits":
        members = [_softmax(graph, z, answer.temperature, single) for z in outputs]
        numbers = deciding = _mean(graph, members, np.dtype(np.float64))
    else:
        numbers = deciding = _mean(graph, outputs, dtype)
        if single:
            whole = 1 if answer.probable or answer.threshold is None else 2 * answer.threshold
            numbers = graph.side_by_side([graph.add("Sub", dtype.type(whole), numbers), numbers])
        elif answer.given == "shares":
            numbers = _shares(graph, numbers, dtype, len(answer.labels))
    if single and answer.threshold is not None:
        above = graph.add("Greater", deciding, dtype.type(answer.threshold))
        place = graph.cast(graph.add("Squeeze", above, np.array([1])), np.int64)
    else:
        place = graph.add("ArgMax", numbers if single else deciding, axis=1, keepdims=0)
    label = graph.add("Gather", graph.constant(answer.labels, "classes"), place, axis=0)
    return {"label": label, "probabilities" if answer.probable else "scores": numbers}


def _softmax(graph: Graph, z: str, temperature: float, single: bool) -> str:
    """The softmax of z over the temperature, in float64; of a single z that of 0 and z."""
    cooled = graph.add("Div", graph.cast(z, np.float64), np.float64(temperature))
    if single:
        return graph.side_by_side([graph.add("Sigmoid", graph.add("Neg", cooled)), graph.add("Sigmoid", cooled)])
    return graph.add("Softmax", cooled, axis=-1)


def _shares(graph: Graph, a: str, dtype: np.dtype, classes: int) -> str:
    """The outputs over their sum; all alike where that is 0."""
    total = graph.add("ReduceSum", a, np.array([1]), keepdims=1)
    some = graph.add("Greater", total, dtype.type(0))
    share = graph.add("Div", a, graph.add("Where", some, total, dtype.type(1)))
    return graph.add("Where", some, share, dtype.type(1 / classes))


def _mean(graph: Graph, values: list[str], dtype: np.dtype) -> str:
    if len(values) == 1:
        return values[0]
    return graph.add("Div", graph.add("Sum", *values), dtype.type(len(values)))
