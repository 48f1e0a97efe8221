"""One row of a computation alone: each of its numbers as a symbol, and the deltas of its own loss."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from clearprop.explanation.names import Name
from clearprop.explanation.writing.expressions import Symbol
from clearprop.network.trace import Trace

if TYPE_CHECKING:
    from clearprop.explanation.computation import Computation

Array = npt.NDArray[Any]


class Row:
    """One row's numbers, as symbols and as arrays.

    Attributes
    ----------
    x, y : arrays, shapes (inputs,) and (outputs,)
    z, a : lists of arrays, shape (units,)
    """

    def __init__(self, computation: Computation, index: int) -> None:
        self.computation = computation
        self.network = computation.network
        self.index = index
        trace = computation.trace
        self.x = trace.inputs[index]
        self.z = [z[index] for z in trace.z]
        self.a = [a[index] for a in trace.a]
        self.loss_letter = "ℓ" if computation.n_rows > 1 or computation.penalty else "L"

    @property
    def y(self) -> Array:
        """The row's targets."""
        return self.computation.targets[self.index]

    @property
    def layers(self) -> int:
        """How many layers there are."""
        return len(self.z)

    def width(self, layer: int) -> int:
        """Units of a layer; layer 0 is the inputs."""
        return self.network.layer_sizes[layer]

    # -- symbols, places from 1 ----------------------------------------------------------------------------------

    def W(self, layer: int, start: int, end: int) -> Symbol:
        """A weight."""
        value = float(self.network.weights[layer - 1][start - 1, end - 1])
        return Symbol("W", (str(start), str(end)), str(layer), value)

    def b(self, layer: int, unit: int) -> Symbol:
        """A bias."""
        return Symbol("b", (str(unit),), str(layer), float(self.network.biases[layer - 1][unit - 1]))

    def z_symbol(self, layer: int, unit: int) -> Symbol:
        """A weighted sum."""
        return Symbol("z", (str(unit),), str(layer), float(self.z[layer - 1][unit - 1]))

    def a_symbol(self, layer: int, unit: int) -> Symbol:
        """An activation; of layer 0, an input."""
        if layer == 0:
            return Symbol("x", (str(unit),), "", float(self.x[unit - 1]))
        return Symbol("a", (str(unit),), str(layer), float(self.a[layer - 1][unit - 1]))

    def y_symbol(self, unit: int) -> Symbol:
        """A target."""
        return Symbol("y", (str(unit),), "", float(self.y[unit - 1]))

    def delta(self, layer: int, unit: int) -> Symbol:
        """A delta of the row's own loss."""
        return Symbol("δ", (str(unit),), str(layer), float(self.deltas[layer - 1][unit - 1]))

    @property
    def loss(self) -> Symbol:
        """The row's loss."""
        return Symbol(self.loss_letter, value=float(self.computation.row_losses[self.index]))

    # -- slopes --------------------------------------------------------------------------------------------------

    @cached_property
    def deltas(self) -> list[Array]:
        """dl/dz of the row's own loss by layer, shape (units,)."""
        if self.computation.n_rows == 1 and not self.computation.penalty:
            return [delta[0] for delta in self.computation.gradients.deltas]
        return [delta[0] for delta in self.network.backward(self._alone, self.y[np.newaxis]).deltas]

    @cached_property
    def input_gradient(self) -> Array:
        """dl/dx of the row's own loss, shape (inputs,)."""
        return self.deltas[0] @ self.network.weights[0].T

    @property
    def _alone(self) -> Trace:
        z, a = ([part[np.newaxis] for part in parts] for parts in (self.z, self.a))
        return Trace(self.x[np.newaxis], z, a, [None] * self.layers)

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
