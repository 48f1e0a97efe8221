"""One row alone: each of its numbers as a symbol, and the slopes and deltas of its own loss."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from clearprop.explanation.notation import Name
from clearprop.explanation.writing.expressions import Symbol
from clearprop.network.network import Network

Array = npt.NDArray[Any]


class Row:
    """One row's numbers, as symbols and as arrays.

    Attributes
    ----------
    network : Network
    x, y : arrays, shapes (inputs,) and (outputs,); y (0,) where there are no targets
    z, a : lists of arrays, shape (units,)
    loss_letter : str
        ℓ where the row's own loss is not the whole loss, which is L.

    Parameters
    ----------
    loss, deltas : callables
        What give the row's loss and its slopes by each z, an array a layer; called at most once, when first needed.
    """

    def __init__(
        self,
        network: Network,
        x: Array,
        y: Array,
        z: Sequence[Array],
        a: Sequence[Array],
        loss_letter: str,
        loss: Callable[[], float],
        deltas: Callable[[], list[Array]],
    ) -> None:
        self.network, self.loss_letter = network, loss_letter
        self.x, self.y, self.z, self.a = x, y, z, a
        self._loss, self._deltas = loss, deltas

    @property
    def layers(self) -> int:
        """How many layers there are."""
        return len(self.z)

    def width(self, layer: int) -> int:
        """How many units a layer has; layer 0 is the inputs."""
        return self.network.layer_sizes[layer]

    # -- symbols, places from 1 ----------------------------------------------------------------------------------

    def W(self, layer: int, start: int, end: int) -> Symbol:
        """The weight from a neuron of the layer below to one of this layer."""
        value = float(self.network.weights[layer - 1][start - 1, end - 1])
        return Symbol("W", (str(start), str(end)), str(layer), value)

    def b(self, layer: int, unit: int) -> Symbol:
        """The bias of a neuron."""
        return Symbol("b", (str(unit),), str(layer), float(self.network.biases[layer - 1][unit - 1]))

    def z_symbol(self, layer: int, unit: int) -> Symbol:
        """The weighted sum of a neuron."""
        return Symbol("z", (str(unit),), str(layer), float(self.z[layer - 1][unit - 1]))

    def a_symbol(self, layer: int, unit: int) -> Symbol:
        """The activation of a neuron; of layer 0, an input."""
        if layer == 0:
            return Symbol("x", (str(unit),), "", float(self.x[unit - 1]))
        return Symbol("a", (str(unit),), str(layer), float(self.a[layer - 1][unit - 1]))

    def y_symbol(self, unit: int) -> Symbol:
        """The target of an output."""
        return Symbol("y", (str(unit),), "", float(self.y[unit - 1]))

    def delta(self, layer: int, unit: int) -> Symbol:
        """dl/dz of a neuron, l being the row's own loss."""
        return Symbol("δ", (str(unit),), str(layer), float(self.deltas[layer - 1][unit - 1]))

    @cached_property
    def loss(self) -> Symbol:
        """The row's own loss."""
        return Symbol(self.loss_letter, value=self._loss())

    # -- slopes --------------------------------------------------------------------------------------------------

    @cached_property
    def deltas(self) -> list[Array]:
        """dl/dz of the row's own loss by layer, shape (units,)."""
        return self._deltas()

    @cached_property
    def input_gradient(self) -> Array:
        """dl/dx of the row's own loss, shape (inputs,)."""
        return self.deltas[0] @ self.network.weights[0].T

    @cached_property
    def slopes(self) -> list[Array]:
        """da/dz by layer: (units,), or for softmax the matrix da_j/dz_k."""
        rows = zip(self.network.activations, self.z, self.a, strict=True)
        return [np.asarray(f.slope(z[np.newaxis], a[np.newaxis])[0], dtype=np.float64) for f, z, a in rows]

    def mixes(self, layer: int) -> bool:
        """Whether each a of the layer depends on every z of it, as with softmax."""
        return self.slopes[layer - 1].ndim == 2

    def slope(self, layer: int, of: int, by: int) -> float:
        """da[of]/dz[by] of a layer."""
        slope = self.slopes[layer - 1]
        return float(slope[of - 1, by - 1] if slope.ndim == 2 else slope[of - 1])

    @cached_property
    def output_gradient(self) -> Array:
        """dl/da of the outputs, shape (outputs,)."""
        return self.network.loss_function.gradient(self.a[-1][np.newaxis], self.y[np.newaxis])[0]

    # -- numbers by their names --------------------------------------------------------------------------------------

    def symbol_of(self, name: Name) -> Symbol:
        """The number itself, as a symbol."""
        match name.kind:
            case "W":
                return self.W(name.layer, *name.places)
            case "b":
                return self.b(name.layer, *name.places)
            case "z" | "delta":
                return self.z_symbol(name.layer, *name.places)
        return self.a_symbol(name.layer, *name.places)

    def gradient_of(self, name: Name) -> float:
        """The gradient of the row's own loss with respect to a weight, bias, input, a or delta."""
        layer, places = name.layer, name.places
        match name.kind:
            case "W":
                source = self.x if layer == 1 else self.a[layer - 2]
                return float(source[places[0] - 1]) * float(self.deltas[layer - 1][places[1] - 1])
            case "b" | "delta":
                return float(self.deltas[layer - 1][places[0] - 1])
            case "x":
                return float(self.input_gradient[places[0] - 1])
            case "a" if layer == self.layers:
                return float(self.output_gradient[places[0] - 1])
        return float(self.network.weights[layer][places[0] - 1] @ self.deltas[layer])
