"""One row alone: each of its numbers as a symbol, and the slopes and deltas of its own loss."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from clearprop.activations import Activation
from clearprop.explanation.notation import Name
from clearprop.explanation.writing.expressions import Symbol
from clearprop.network.layout import SHARE
from clearprop.network.network import Network

Array = npt.NDArray[Any]


class Row:
    """One row's numbers, as symbols and as arrays.

    Attributes
    ----------
    network : Network
    x, y : arrays, shapes (columns,) and (outputs,)
        With smoothed labels, where the loss has them; y (0,) where there are no targets.
    features : array, shape (features,)
        What the inputs make of x; x itself where all are plain.
    loss_function : Loss
        Of the labels as y has them.
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
        features: Array | None = None,
    ) -> None:
        self.network, self.loss_letter = network, loss_letter
        self.loss_function = network.loss_function.unsmoothed()
        self.y = network.loss_function.smoothed(y) if len(y) else y
        self.x, self.z, self.a = x, z, a
        self.features = x if features is None else features
        self._loss, self._deltas = loss, deltas

    @property
    def layers(self) -> int:
        """How many layers there are."""
        return len(self.z)

    def width(self, layer: int) -> int:
        """How many units a layer has; layer 0 is the features."""
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
        """The activation of a neuron; of layer 0 a feature, which may be an input as it is."""
        if layer == 0:
            column = self.column_itself(unit)
            if column is not None:
                return self.x_symbol(column)
            return Symbol("a", (str(unit),), "0", float(self.features[unit - 1]))
        return Symbol("a", (str(unit),), str(layer), float(self.a[layer - 1][unit - 1]))

    def x_symbol(self, column: int) -> Symbol:
        """An input."""
        return Symbol("x", (str(column),), "", float(self.x[column - 1]))

    def column_itself(self, feature: int) -> int | None:
        """The column that a feature is, as it is; None where it is another number."""
        front = self.network.front
        if front.is_plain:
            return feature
        of_input = front.input_of(feature - 1)
        own = self.x[front.columns[of_input]]
        text, _ = front.inputs[of_input].written(feature - 1 - front.features[of_input].start, own)
        return front.column_of(feature - 1) + 1 if text == "x" else None

    def parameter(self, kind: str, layer: int, places: Sequence[int | str], number: int | None = None) -> Symbol:
        """A parameter of any kind; of an input by its place, from 1. Without its number where a place is a word."""
        span = self.network.layout.span(f"{kind}{layer if number is None else number}")
        known = [place for place in places if isinstance(place, int)]
        value = float(self.network.parameters[span.index(known)]) if len(known) == len(places) else None
        letter = "φ" if kind == "phi" else kind
        return Symbol(letter, tuple(map(str, places)), span.name.removeprefix(kind), value)

    def share(self, layer: int, unit: int) -> Symbol | None:
        """The share of a neuron's activation, where it is trainable."""
        return None if self.network.shares[layer - 1] is None else self.parameter(SHARE, layer, (unit,))

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
    def feature_gradient(self) -> Array:
        """dl/da_0 of the row's own loss, shape (features,)."""
        return self.deltas[0] @ self.network.weights[0].T

    @cached_property
    def input_gradient(self) -> Array:
        """dl/dx of the row's own loss, shape (columns,)."""
        network = self.network
        return network.front.gradient(self.x[np.newaxis], network.spans, self.feature_gradient[np.newaxis])[0]

    @cached_property
    def _gradient_of_inputs(self) -> Array:
        """dl/dp of the row's own loss for the parameters of inputs, which are the first of the layout."""
        network = self.network
        flat = np.zeros_like(network.parameters)
        out = network.layout.views(flat)
        network.front.gradient(self.x[np.newaxis], network.spans, self.feature_gradient[np.newaxis], out)
        return flat

    @cached_property
    def slopes(self) -> list[Array]:
        """da/dz by layer: (units,), or for softmax the matrix da_j/dz_k."""
        rows = zip(self.network.activations, self.z, self.a, self.network.shares, strict=True)
        return [_slopes(activation, z, a, share) for activation, z, a, share in rows]

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
        return self.loss_function.gradient(self.a[-1][np.newaxis], self.y[np.newaxis])[0]

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
            case "x":
                return self.x_symbol(*name.places)
            case "a":
                return self.a_symbol(name.layer, *name.places)
        return self.parameter(name.kind, name.layer, name.places, name.number)

    def gradient_of(self, name: Name) -> float:
        """The gradient of the row's own loss with respect to a parameter, an input, an a or a delta."""
        layer, places = name.layer, name.places
        match name.kind:
            case "W":
                source = self.features if layer == 1 else self.a[layer - 2]
                return float(source[places[0] - 1]) * float(self.deltas[layer - 1][places[1] - 1])
            case "b" | "delta":
                return float(self.deltas[layer - 1][places[0] - 1])
            case "x":
                return float(self.input_gradient[places[0] - 1])
            case "a" if layer == self.layers:
                return float(self.output_gradient[places[0] - 1])
            case "a":
                return self._gradient_of_a(layer, places[0])
            case "p":
                return self._gradient_of_a(layer, places[0]) * self.from_linear(layer, places[0])
        index = self.network.layout.index(str(name))
        return float(self._gradient_of_inputs[index])

    def _gradient_of_a(self, layer: int, unit: int) -> float:
        return float(self.network.weights[layer][unit - 1] @ self.deltas[layer])

    def from_linear(self, layer: int, unit: int) -> float:
        """f(z) - z of a neuron: how much its activation makes of the sum."""
        z = self.z[layer - 1][np.newaxis]
        return float((self.network.activations[layer - 1].value(z) - z)[0, unit - 1])


def _slopes(activation: Activation, z: Array, a: Array, share: Array | None) -> Array:
    """da/dz of a layer in one row: a mixture of the activation's and of 1 where a share is trained."""
    f = a if share is None else activation.value(z[np.newaxis])[0]
    slope = np.asarray(activation.slope(z[np.newaxis], f[np.newaxis])[0], dtype=np.float64)
    if share is None:
        return slope
    linear = np.eye(len(z)) if slope.ndim == 2 else np.ones(len(z))
    return linear + (share[:, np.newaxis] if slope.ndim == 2 else share) * (slope - linear)
