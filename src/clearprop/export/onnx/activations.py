"""Activations as standard operators, of float32 and float64 alike.

Where the standard has an operator of its own that ONNX Runtime knows for one of the two types only (Elu, LeakyRelu,
Selu, Softplus, Cos, Erf), simpler ones are put together.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from clearprop.activations import Activation, Elu, LeakyRelu, Selu
from clearprop.export.onnx.graph import Graph

Dtype = np.dtype[Any]
Adder = Callable[[Graph, str, Dtype, Any], str]


def add_activation(graph: Graph, z: str, dtype: npt.DTypeLike, activation: Activation) -> str:
    """Add what makes activations of the sums z; the name of its output."""
    return ADDERS[activation.name](graph, z, np.dtype(dtype), activation)


def _operator(name: str, **attributes: Any) -> Adder:
    return lambda graph, z, dtype, activation: graph.add(name, z, **attributes)


def _step(graph: Graph, z: str, dtype: Dtype, activation: Activation) -> str:
    return graph.cast(graph.add("Greater", z, dtype.type(0)), dtype)


def _leaky_relu(graph: Graph, z: str, dtype: Dtype, activation: LeakyRelu) -> str:
    falling = graph.add("Mul", _negative(graph, z, dtype), dtype.type(activation.negative_slope))
    return graph.add("Add", graph.add("Relu", z), falling)


def _elu(graph: Graph, z: str, dtype: Dtype, activation: Elu) -> str:
    return _exponential_below(graph, z, dtype, 1.0, activation.alpha)


def _selu(graph: Graph, z: str, dtype: Dtype, activation: Selu) -> str:
    return _exponential_below(graph, z, dtype, activation.scale, activation.scale * activation.alpha)


def _exponential_below(graph: Graph, z: str, dtype: Dtype, slope: float, height: float) -> str:
    """Slope * max(z, 0) + height * (exp(min(z, 0)) - 1)."""
    rising = graph.add("Relu", z)
    if slope != 1:
        rising = graph.add("Mul", rising, dtype.type(slope))
    below = graph.add("Sub", graph.add("Exp", _negative(graph, z, dtype)), dtype.type(1))
    return graph.add("Add", rising, graph.add("Mul", below, dtype.type(height)))


def _negative(graph: Graph, z: str, dtype: Dtype) -> str:
    """min(z, 0)."""
    return graph.add("Min", z, dtype.type(0))


def _gelu(graph: Graph, z: str, dtype: Dtype, activation: Activation) -> str:
    root = graph.cast(graph.add("Mul", z, dtype.type(math.sqrt(0.5))), np.float32)
    erf = graph.cast(graph.add("Erf", root), dtype)
    distribution = graph.add("Mul", graph.add("Add", erf, dtype.type(1)), dtype.type(0.5))
    return graph.add("Mul", z, distribution)


def _silu(graph: Graph, z: str, dtype: Dtype, activation: Activation) -> str:
    return graph.add("Mul", z, graph.add("Sigmoid", z))


def _mish(graph: Graph, z: str, dtype: Dtype, activation: Activation) -> str:
    return graph.add("Mul", z, graph.add("Tanh", _softplus(graph, z, dtype, activation)))


def _softplus(graph: Graph, z: str, dtype: Dtype, activation: Activation) -> str:
    power = graph.add("Exp", graph.add("Neg", graph.add("Abs", z)))
    return graph.add("Add", graph.add("Relu", z), graph.add("Log", graph.add("Add", power, dtype.type(1))))


def _softsign(graph: Graph, z: str, dtype: Dtype, activation: Activation) -> str:
    return graph.add("Div", z, graph.add("Add", graph.add("Abs", z), dtype.type(1)))


def _hard_sigmoid(graph: Graph, z: str, dtype: Dtype, activation: Activation) -> str:
    line = graph.add("Add", graph.add("Div", z, dtype.type(6)), dtype.type(0.5))
    return graph.add("Min", graph.add("Relu", line), dtype.type(1))


ADDERS: dict[str, Adder] = {
    "identity": lambda graph, z, dtype, activation: z,
    "step": _step,
    "sigmoid": _operator("Sigmoid"),
    "tanh": _operator("Tanh"),
    "relu": _operator("Relu"),
    "leaky_relu": _leaky_relu,
    "elu": _elu,
    "selu": _selu,
    "gelu": _gelu,
    "silu": _silu,
    "mish": _mish,
    "softplus": _softplus,
    "softsign": _softsign,
    "hard_sigmoid": _hard_sigmoid,
    "exponential": _operator("Exp"),
    "softmax": _operator("Softmax", axis=-1),
}
