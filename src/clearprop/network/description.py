"""A network described: as text for a terminal, as an HTML table for a notebook or a report."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from html import escape
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from clearprop.activations import Activation
from clearprop.losses import Loss
from clearprop.network.trace import Views

if TYPE_CHECKING:
    from clearprop.network.drawing import Drawing

Array = npt.NDArray[Any]

# A layer with more numbers than this is summed up instead of printed.
MOST_PRINTED = 64


class Description:
    """What has layers with weights, biases and activations, and can be printed, drawn and shown in a notebook."""

    layer_sizes: tuple[int, ...]
    dtype: np.dtype[Any]
    activations: list[Activation]
    loss_function: Loss

    @property
    @abstractmethod
    def parameters(self) -> Array:
        """All weights and biases."""

    @property
    @abstractmethod
    def weights(self) -> Views:
        """By layer, shape (fan_in, fan_out)."""

    @property
    @abstractmethod
    def biases(self) -> Views:
        """By layer, shape (fan_out,)."""

    def info(self) -> None:
        """Print layers, activations and biases and weights: each where a layer is small, their ranges where not."""
        print(network_text(repr(self), self._functions(), self.weights, self.biases))  # noqa: T201

    def draw(self, input_names: Sequence[str] | None = None, output_names: Sequence[str] | None = None) -> Drawing:
        """A diagram in SVG: units, biases, and weights by sign and size; shown by notebooks, saved by `.save(path)`."""
        from clearprop.network.drawing import draw_network  # when first used

        return draw_network(self.weights, self.biases, self._functions(), input_names, output_names)

    def _functions(self) -> list[str]:
        return [activation.name for activation in self.activations]

    def _repr_html_(self) -> str:
        return network_html(repr(self), self._functions(), self.weights, self.biases) + self.draw()

    def __repr__(self) -> str:
        sizes, functions = "-".join(map(str, self.layer_sizes)), ", ".join(self._functions())
        loss, count = self.loss_function.name, f"{self.parameters.size:,}"
        return f"<Network {sizes}: {functions}; {loss}; {count} parameters, {self.dtype}>"


def network_text(title: str, functions: Sequence[str], weights: Sequence[Array], biases: Sequence[Array]) -> str:
    """The title, then each layer: every neuron's bias and weights, or their ranges where the layer is large."""
    lines = [title]
    for layer, (function, W, b) in enumerate(zip(functions, weights, biases, strict=True), start=1):
        lines.append(f"Layer {layer}: {W.shape[0]} -> {W.shape[1]}, {function}, {W.size + b.size} parameters")
        if W.size + b.size <= MOST_PRINTED:
            for neuron, (bias, into) in enumerate(zip(b, W.T, strict=True), start=1):
                numbers = ", ".join(f"{weight:.8g}" for weight in into)
                lines.append(f"  neuron {neuron}: bias {bias:.8g}, weights [{numbers}]")
        else:
            lines += [f"  {_summary('weights', W)}", f"  {_summary('biases', b)}"]
    return "\n".join(lines)


def network_html(title: str, functions: Sequence[str], weights: Sequence[Array], biases: Sequence[Array]) -> str:
    """The title and a table with a row a layer."""
    rows = "".join(
        f"<tr><td>{layer}</td><td>{W.shape[0]} → {W.shape[1]}</td><td>{escape(function)}</td>"
        f"<td>{W.size + b.size:,}</td><td>{_summary('', W)}</td><td>{_summary('', b)}</td></tr>"
        for layer, (function, W, b) in enumerate(zip(functions, weights, biases, strict=True), start=1)
    )
    return (
        f"<p><code>{escape(title)}</code></p><table><thead><tr><th>layer</th><th>units</th><th>activation</th>"
        f"<th>parameters</th><th>weights</th><th>biases</th></tr></thead><tbody>{rows}</tbody></table>"
    )


def _summary(name: str, values: Array) -> str:
    spread = f"{np.min(values):.3g} to {np.max(values):.3g}"
    return f"{name} {spread}, mean {np.mean(values):.3g}, deviation {np.std(values):.3g}".strip()
