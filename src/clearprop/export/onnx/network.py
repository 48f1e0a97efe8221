"""A network as standard operators: its inputs, then layer by layer z = a W + b and a = f(z)."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from clearprop.export.onnx.activations import add_activation
from clearprop.export.onnx.graph import Graph
from clearprop.inputs import Input, Lookup, Periodic, Plain, Scale
from clearprop.network.network import Network

Array = npt.NDArray[Any]
Adder = Callable[[Graph, str, Any, Sequence[Array]], str]


def add_network(graph: Graph, x: str, network: Network, *, logits: bool = False, prefix: str = "") -> str:
    """Add a network that reads the matrix x; the name of its outputs, or of the last layer's sums.

    Parameters
    ----------
    prefix : str
        What stands in front of the names of its layers, such as "member 2, ".
    """
    dtype, a = network.dtype, _add_front(graph, x, network)
    layers = zip(network.weights, network.biases, network.activations, network.shares, strict=True)
    for number, (W, b, activation, share) in enumerate(layers, start=1):
        product = graph.add("MatMul", a, graph.constant(W, f"{prefix}W{number}"))
        z = graph.add("Add", product, graph.constant(b, f"{prefix}b{number}"), name=f"{prefix}z{number}")
        if logits and number == len(network.weights):
            return z
        a = add_activation(graph, z, dtype, activation)
        if share is not None:
            part = graph.add("Mul", graph.add("Sub", a, z), graph.constant(share, f"{prefix}p{number}"))
            a = graph.add("Add", z, part)
    return a


def _add_front(graph: Graph, x: str, network: Network) -> str:
    """Add what makes features of the columns x; the name of its output."""
    front = network.front
    if front.is_plain:
        return x
    features = []
    for one, columns, spans in zip(front.inputs, front.columns, front.spans, strict=True):
        whole = columns == slice(0, front.n_columns)
        own = x if whole else graph.add("Slice", x, *(np.array([end]) for end in (columns.start, columns.stop, 1)))
        features.append(INPUTS[type(one)](graph, own, one, network.spans[spans]))
    return graph.side_by_side(features, name="features")


def _plain(graph: Graph, x: str, one: Plain, parameters: Sequence[Array]) -> str:
    return x


def _scale(graph: Graph, x: str, one: Scale, parameters: Sequence[Array]) -> str:
    return graph.add("Mul", x, graph.constant(parameters[0], "s"))


def _lookup(graph: Graph, x: str, one: Lookup, parameters: Sequence[Array]) -> str:
    # The last row, which -1 means, is that of a category which is not known.
    table = np.vstack([parameters[0], np.zeros(one.size, parameters[0].dtype)])
    codes = graph.add("Max", graph.cast(graph.add("Squeeze", x, np.array([1])), np.int64), np.array(-1))
    return graph.add("Gather", graph.constant(table, "E"), codes, axis=0)


def _periodic(graph: Graph, x: str, one: Periodic, parameters: Sequence[Array]) -> str:
    c, phi, V, v = parameters
    kind = c.dtype.type
    by_column = graph.add("Unsqueeze", x, np.array([2]))
    # A cosine is a sine a quarter of a turn before; ONNX Runtime has no cosine of float64.
    turned = graph.constant((phi.astype(np.float64) + math.pi / 2).astype(kind), "phi")
    angles = graph.add("Add", graph.add("Mul", by_column, graph.constant(c * kind(2 * math.pi), "c")), turned)
    waves = graph.add("Transpose", graph.add("Sin", angles), perm=[1, 0, 2])
    mixed = graph.add("Add", graph.add("MatMul", waves, graph.constant(V, "V")), graph.constant(v[:, np.newaxis], "v"))
    both = graph.add("Concat", by_column, graph.add("Transpose", mixed, perm=[1, 0, 2]), axis=2)
    return graph.add("Reshape", both, np.array([0, one.features]))


INPUTS: dict[type[Input], Adder] = {Plain: _plain, Scale: _scale, Lookup: _lookup, Periodic: _periodic}
