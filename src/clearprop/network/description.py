"""A network described: as text for a terminal, as an HTML table for a notebook or a report."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator, Sequence
from html import escape
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from clearprop.activations import Activation
from clearprop.foundation.sparse import is_sparse
from clearprop.losses import Loss
from clearprop.network.front import Front
from clearprop.network.trace import Gradients, Trace, Views

if TYPE_CHECKING:
    from clearprop.network.drawing import Drawing, RowNumbers

Array = npt.NDArray[Any]

# A layer with more numbers than this is summed up instead of printed.
MOST_PRINTED = 64


class Description:
    """What has layers with weights, biases and activations, and can be printed, drawn and shown in a notebook."""

    layer_sizes: tuple[int, ...]
    dtype: np.dtype[Any]
    activations: list[Activation]
    loss_function: Loss
    front: Front
    shares: list[Array | None]
    spans: list[Array]

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
        print(self._text())  # noqa: T201

    def _text(self) -> str:
        """The title, what the inputs are, then layer by layer."""
        title = "\n".join([repr(self), *(f"{told}{numbers}" for told, numbers in self._inputs())])
        return network_text(title, self._functions(), self.weights, self.biases, self.shares)

    def _inputs(self) -> Iterator[tuple[str, str]]:
        """What each input is, and the ranges of its numbers; none where the columns stay as they are."""
        front = self.front
        for number, one in enumerate(() if front.is_plain else front.inputs):
            columns, features, spans = front.columns[number], front.features[number], front.spans[number]
            arrays = [
                f"\n  {_summary(f'{kind}{number + 1}', array)}"
                for (kind, _), array in zip(one.parts, self.spans[spans], strict=True)
            ]
            count = sum(array.size for array in self.spans[spans])
            told = f"Input {number + 1}: {one.name}, column {_run(columns)} of X -> feature {_run(features)}"
            yield f"{told}, {count:,} parameters", "".join(arrays)

    def draw(
        self,
        input_names: Sequence[str] | None = None,
        output_names: Sequence[str] | None = None,
        *,
        trace: Trace | None = None,
        gradients: Gradients | None = None,
        row: int = 0,
        path: Sequence[str] = (),
    ) -> Drawing:
        """A diagram in SVG: units, biases, and weights by sign and size; shown by notebooks, saved by `.save(path)`.

        Parameters
        ----------
        input_names, output_names : sequences of str, optional
            A name a feature, which without other inputs is a column, and a name an output.
        trace, gradients : Trace and Gradients, optional
            Of a forward and a backward pass: what one row made of every unit is written beside it.
        row : int
            Which, from 0.
        path : sequence of str
            Weights and units, such as W2[3,1] and z1[3], that stand out: as in `explanation.path`.

        Raises
        ------
        ValueError
            Names, trace, gradients, row or path are not such as this network has.
        """
        from clearprop.network.drawing import draw_network  # when first used

        numbers = None if trace is None else self._row_numbers(trace, gradients, row)
        slopes = None if gradients is None else gradients.weights
        given = "x[{}]" if self.front.is_plain else "a0[{}]"
        return draw_network(
            self.weights, self.biases, self._functions(), input_names, output_names, numbers, slopes, path, given
        )

    def _row_numbers(self, trace: Trace, gradients: Gradients | None, row: int) -> RowNumbers:
        from clearprop.network.drawing import RowNumbers

        trace.check(self.layer_sizes)
        if not 0 <= row < trace.n_rows:
            raise ValueError(f"row must be one of the trace's, 0 to {trace.n_rows - 1}, got {row}")
        if gradients is not None and [delta.shape for delta in gradients.deltas] != [z.shape for z in trace.z]:
            raise ValueError("the gradients are not of this trace: give those that backward(trace, y) made of it")
        deltas = None if gradients is None else [delta[row] for delta in gradients.deltas]
        inputs: Any = trace.layer_input(0)[[row]]
        inputs = inputs.toarray() if is_sparse(inputs) else inputs
        return RowNumbers(inputs[0], [z[row] for z in trace.z], [a[row] for a in trace.a], deltas)

    def _functions(self) -> list[str]:
        return [activation.name for activation in self.activations]

    def _repr_html_(self) -> str:
        told = "".join(f"<p>{escape(line)}</p>" for line, _ in self._inputs())
        table = network_html(repr(self), self._functions(), self.weights, self.biases)
        return table + told + self.draw()._repr_html_()

    def __repr__(self) -> str:
        sizes, functions = "-".join(map(str, self.layer_sizes)), ", ".join(self._functions())
        loss, count = self.loss_function.name, f"{self.parameters.size:,}"
        kinds = "" if self.front.is_plain else ", ".join(one.name for one in self.front.inputs)
        inputs = f"{kinds} of {self.front.n_columns} columns; " if kinds else ""
        share = ", with a trainable share" if any(share is not None for share in self.shares) else ""
        return f"<Network {sizes}: {inputs}{functions}{share}; {loss}; {count} parameters, {self.dtype}>"


def network_text(
    title: str,
    functions: Sequence[str],
    weights: Sequence[Array],
    biases: Sequence[Array],
    shares: Sequence[Array | None] | None = None,
) -> str:
    """The title, then each layer: every neuron's bias and weights, or their ranges where the layer is large."""
    lines = [title]
    shares = [None] * len(weights) if shares is None else shares
    for layer, (function, W, b, p) in enumerate(zip(functions, weights, biases, shares, strict=True), start=1):
        count, of_share = (W.size + b.size, "") if p is None else (W.size + b.size + p.size, " by a share")
        lines.append(f"Layer {layer}: {W.shape[0]} -> {W.shape[1]}, {function}{of_share}, {count} parameters")
        if p is not None:
            lines.append(f"  {_summary('shares', p)}")
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


def _run(places: slice) -> str:
    """Places from 1, such as 2-4 or 2."""
    return f"{places.start + 1}" if places.stop - places.start == 1 else f"{places.start + 1}-{places.stop}"


def _summary(name: str, values: Array) -> str:
    spread = f"{np.min(values):.3g} to {np.max(values):.3g}"
    return f"{name} {spread}, mean {np.mean(values):.3g}, deviation {np.std(values):.3g}".strip()
