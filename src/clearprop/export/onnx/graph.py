"""A graph of standard operators, as plain values: what ONNX's own objects, or a pipeline's converter, are made from."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]

# The standard's numbers of types of tensors.
FLOAT, INT64, STRING, BOOL, DOUBLE = 1, 7, 8, 9, 11
TYPE_OF_KIND = {"f4": FLOAT, "f8": DOUBLE, "i8": INT64, "b1": BOOL}
# Operators for texts and categories stand in a part of the standard of its own.
ML = "ai.onnx.ml"


def tensor_type(dtype: npt.DTypeLike) -> int:
    """The standard's number for arrays of a dtype."""
    kind = np.dtype(dtype)
    return STRING if kind.kind in "UO" else TYPE_OF_KIND[kind.str[1:]]


@dataclass(frozen=True)
class Node:
    """An operator with its inputs, by their names, and its only output.

    Attributes
    ----------
    operator : str
    inputs : tuple of str
    output : str
    attributes : dict
    domain : str
        Empty, or "ai.onnx.ml".
    """

    operator: str
    inputs: tuple[str, ...]
    output: str
    attributes: dict[str, Any]
    domain: str = ""


@dataclass
class Graph:
    """Nodes, each behind those that it reads, and the constants that they read.

    Parameters
    ----------
    taken : collection of str
        Names of inputs and outputs, which nothing within may have.

    Examples
    --------
    >>> graph = Graph(taken={"x"})
    >>> graph.add("Mul", "x", np.float32(2), name="x")
    'x_2'
    >>> graph.nodes[0].inputs, graph.constants["Mul_1"]
    (('x', 'Mul_1'), array(2., dtype=float32))
    """

    taken: Collection[str] = ()
    nodes: list[Node] = field(default_factory=list)
    constants: dict[str, Array] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._names = set(self.taken)

    def add(
        self, operator: str, *inputs: str | Array | np.generic, name: str = "", domain: str = "", **attributes: Any
    ) -> str:
        """Add an operator; the name of its output.

        Parameters
        ----------
        operator : str
        *inputs : str or array
            Names of what it reads, or constants.
        name : str
            What its output is to be called; a number is put behind it where it is taken.
        domain : str
        **attributes
        """
        read = tuple(
            one if isinstance(one, str) else self.constant(one, f"{operator}_{place}")
            for place, one in enumerate(inputs)
        )
        output = self._unused(name or operator)
        self.nodes.append(Node(operator, read, output, attributes, domain))
        return output

    def constant(self, value: Array | np.generic, name: str) -> str:
        """Add a constant; its name."""
        called = self._unused(name)
        self.constants[called] = np.asarray(value)
        return called

    def cast(self, value: str, dtype: npt.DTypeLike, name: str = "") -> str:
        """Add a change of type; the name of its output."""
        return self.add("Cast", value, name=name, to=tensor_type(dtype))

    def side_by_side(self, columns: list[str], name: str = "") -> str:
        """Add the columns of several matrices side by side; the name of the matrix."""
        return columns[0] if len(columns) == 1 else self.add("Concat", *columns, axis=1, name=name)

    def _unused(self, name: str) -> str:
        chosen, count = name, 1
        while chosen in self._names:
            count += 1
            chosen = f"{name}_{count}"
        self._names.add(chosen)
        return chosen
