"""The network: its parameters, the forward pass and the backward pass.

Layers are counted from 1 in names and messages, layer 0 being the inputs, as in the article. Every list by layer
(weights, biases, z, a, deltas) has one entry a layer, so that layer l's stand at index l - 1: the weight W2[3,1], from
neuron 3 of layer 1 to neuron 1 of layer 2, is `weights[1][2, 0]`.
"""

import warnings
from collections.abc import Mapping, Sequence
from itertools import pairwise
from math import prod
from typing import Any

import numpy as np
import numpy.typing as npt

from clearprop.activations import ACTIVATIONS, Activation
from clearprop.arguments import checked_dtype, checked_sizes, whole
from clearprop.description import network_html, network_text
from clearprop.drawing import Drawing, draw_network
from clearprop.finite_differences import GradientCheck, check_gradient
from clearprop.initializers import INITIALIZERS, Initializer
from clearprop.losses import LOSSES, Loss
from clearprop.memory import check_memory
from clearprop.penalties import Penalty
from clearprop.randomness import Seed, as_generator
from clearprop.sparse import as_rows, product
from clearprop.trace import Gradients, Trace, Views

Array = npt.NDArray[Any]

# Where a trace is not kept, so many rows are computed at a time, which bounds the memory that it takes.
ROWS_AT_ONCE = 1024


def checked_count(sizes: Sequence[int], dtype: np.dtype[Any]) -> int:
    """How many parameters layers of these sizes have; ValueError if there is no memory for them.

    Examples
    --------
    >>> checked_count([2, 3, 1], np.dtype("float64"))
    13
    """
    by_layer = [(m + 1) * n for m, n in pairwise(sizes)]
    drawn = 8 * max(by_layer)  # a layer's first weights, in float64
    check_memory(
        dtype.itemsize * sum(by_layer) + drawn,
        f"the {sum(by_layer):,} parameters that layer_sizes {list(sizes)} make",
        "choose smaller layers",
    )
    return sum(by_layer)


class Network:
    """A feed-forward network whose every number can be had.

    Parameters
    ----------
    layer_sizes : sequence of int
        Units of each layer, from the inputs to the outputs.
    activation : str, Activation, or a list of them
        The hidden layers', one for all or one each.
    output_activation : str or Activation, optional
        The output layer's; where not given, the loss's natural one (identity, sigmoid, softmax or exponential).
    loss : str or Loss
        What training makes small.
    initializer : str, Initializer, or a list of them, optional
        The layers', one for all or one each; where not given, the one that suits each layer's activation.
    dtype : {"float64", "float32"}
        Of the parameters and of all that is computed.
    rng : int, Generator, RandomState, optional
        What the first parameters are drawn from.

    Attributes
    ----------
    parameters : array, shape (parameters,)
        All weights and biases: for each layer its weights row by row, then its biases.
    weights, biases : list of arrays, shapes (fan_in, fan_out) and (fan_out,)
        Views into `parameters`.
    activations : list of Activation
        By layer.
    loss_function : Loss

    Raises
    ------
    ValueError, TypeError
        A size, name or length that cannot be.

    Examples
    --------
    >>> network = Network([2, 3, 1], activation="tanh", rng=0)
    >>> trace = network.forward([[0.5, -1.0], [1.0, 2.0]])
    >>> [z.shape for z in trace.z]
    [(2, 3), (2, 1)]
    >>> gradients = network.backward(trace, [[1.0], [0.0]])
    >>> gradients.weights[0].shape, gradients.deltas[1].shape
    ((2, 3), (2, 1))
    >>> network.check_gradients([[0.5, -1.0], [1.0, 2.0]], [[1.0], [0.0]]).passed
    True

    Notes
    -----
    z_l = a_(l-1) W_l + b_l and a_l = f_l(z_l) (the article's equation 9); delta_l = f_l'(z_l) * (delta_(l+1) W_(l+1)^T)
    sums over all paths (its equations 17, 33 and 44 name one each); dL/dW_l = a_(l-1)^T delta_l (equation 18).
    """

    def __init__(
        self,
        layer_sizes: Sequence[int],
        activation: str | Activation | Sequence[str | Activation] = "sigmoid",
        output_activation: str | Activation | None = None,
        loss: str | Loss = "squared_error",
        initializer: str | Initializer | Sequence[str | Initializer] | None = None,
        dtype: npt.DTypeLike = "float64",
        rng: Seed = None,
    ) -> None:
        self.layer_sizes = checked_sizes(layer_sizes)
        self.dtype = checked_dtype(dtype)
        n_layers = len(self.layer_sizes) - 1
        self.loss_function = LOSSES.resolve(loss)
        natural = ACTIVATIONS.resolve(self.loss_function.output_activation)
        output = natural if output_activation is None else ACTIVATIONS.resolve(output_activation)
        hidden = ACTIVATIONS.resolve_each(activation, n_layers - 1, "hidden layers")
        self.activations: list[Activation] = [*hidden, output]
        self.from_logits = output == natural
        self._warn_of_clipped_outputs(output)

        self._parameters = np.empty(checked_count(self.layer_sizes, self.dtype), dtype=self.dtype)
        self._weights, self._biases = self._views(self._parameters)
        if initializer is None:
            initializer = [activation.initializer for activation in self.activations]
        self.initialize(INITIALIZERS.resolve_each(initializer, n_layers, "layers"), rng)

    def initialize(self, initializers: Sequence[Initializer], rng: Seed = None) -> None:
        """Draw all parameters anew, layer by layer."""
        generator = as_generator(rng)
        for index, (initializer, (fan_in, fan_out)) in enumerate(zip(initializers, self._shapes(), strict=True)):
            self.weights[index], self.biases[index] = initializer.draw(generator, fan_in, fan_out)

    @property
    def parameters(self) -> Array:
        """All weights and biases as one vector; assigning writes the numbers into it."""
        return self._parameters

    @parameters.setter
    def parameters(self, values: npt.ArrayLike) -> None:
        self._parameters[:] = values

    @property
    def weights(self) -> Views:
        """The layers' weights, views into `parameters`; assigning writes the numbers into it."""
        return self._weights

    @weights.setter
    def weights(self, values: Sequence[npt.ArrayLike]) -> None:
        self._weights.write(values, "weights")

    @property
    def biases(self) -> Views:
        """The layers' biases, views into `parameters`; assigning writes the numbers into it."""
        return self._biases

    @biases.setter
    def biases(self, values: Sequence[npt.ArrayLike]) -> None:
        self._biases.write(values, "biases")

    # -- the two passes ------------------------------------------------------------------------------------------

    def forward(self, X: npt.ArrayLike, masks: Sequence[Array | None] | None = None, out: Trace | None = None) -> Trace:
        """Compute every z and a.

        Parameters
        ----------
        X : array-like or SciPy sparse matrix, shape (n, inputs)
        masks : sequence of (array or None), optional
            Dropout by layer, broadcast against its activations; the output layer's must be None.
        out : Trace, optional
            Whose arrays are to be filled instead of new ones.

        Raises
        ------
        ValueError
            X has not the shape (n, inputs).
        """
        a = self.checked_rows(X)
        if out is None:
            size = 2 * self.dtype.itemsize * a.shape[0] * sum(self.layer_sizes[1:])
            check_memory(size, "every z and a of these rows", "give fewer rows at once, or call predict")
        trace = out or Trace(a, *([None] * len(self.weights) for _ in range(3)))  # type: ignore[arg-type]
        trace.inputs, trace.masks = a, list(masks or [None] * len(self.weights))
        for index, activation in enumerate(self.activations):
            z = product(trace.layer_input(index), self.weights[index], out=trace.z[index])
            z += self.biases[index]
            trace.z[index] = z
            trace.a[index] = activation.value(z, out=trace.a[index])
        return trace

    def backward(
        self,
        trace: Trace,
        y: npt.ArrayLike,
        sample_weight: npt.ArrayLike | None = None,
        penalty: Penalty | None = None,
        out: Gradients | None = None,
    ) -> Gradients:
        """Compute every delta and gradient of the loss L of the batch (its formula stands in `losses`).

        Parameters
        ----------
        trace : Trace
            What `forward` returned.
        y : array-like, shape (n, outputs)
            Targets; (n,) where there is one output, and class numbers of shape (n,) for cross_entropy.
        sample_weight : array-like, shape (n,), optional
            What each row counts.
        penalty : Penalty, optional
            L1 and L2.
        out : Gradients, optional
            Whose arrays are to be filled; dL/dX is then not computed.

        Raises
        ------
        ValueError
            Shapes that do not belong together.
        """
        self._check_trace(trace)
        y = self.targets(y, trace.n_rows)
        share, total = self._shares(sample_weight, len(y))
        gradients = out or self.empty_gradients([np.empty_like(z) for z in trace.z])

        z, a = trace.z[-1], trace.a[-1]
        if self.from_logits:
            delta = self.loss_function.delta_from_logits(z, a, y)
        else:
            delta = self.activations[-1].delta(z, a, self.loss_function.gradient(a, y))
        delta = np.multiply(delta, share, out=gradients.deltas[-1])
        for index in reversed(range(len(self.weights))):
            product(trace.layer_input(index).T, delta, out=gradients.weights[index])
            np.sum(delta, axis=0, out=gradients.biases[index])
            if index > 0:
                below = np.matmul(delta, self.weights[index].T, out=gradients.deltas[index - 1])
                mask = trace.masks[index - 1]
                if mask is not None:
                    below *= mask
                delta = self.activations[index - 1].delta(trace.z[index - 1], trace.a[index - 1], below, out=below)
                gradients.deltas[index - 1] = delta
        if penalty:
            penalty.add_gradient(gradients.weights, self.weights, total)
        gradients.inputs = None if out else delta @ self.weights[0].T
        return gradients

    def jacobian(self, trace: Trace, of: str = "outputs") -> Array:
        """How each output of each row changes with each input: da/dx, shape (n, outputs, inputs).

        Parameters
        ----------
        trace : Trace
            What `forward` returned.
        of : {"outputs", "logits"}
            Whether of the activations a of the last layer, or of its weighted sums z.

        Examples
        --------
        >>> network = Network([2, 1], output_activation="identity", initializer="zeros")
        >>> network.weights[0] = [[3.0], [-1.0]]
        >>> network.jacobian(network.forward([[0.5, 0.5]])).tolist()
        [[[3.0, -1.0]]]
        """
        z, a = trace.z[-1], trace.a[-1]
        if of not in ("outputs", "logits"):
            raise ValueError(f"of must be 'outputs' or 'logits', got {of!r}")
        shape = (trace.n_rows, z.shape[1], self.layer_sizes[0])
        check_memory(self.dtype.itemsize * prod(shape), f"a jacobian of shape {shape}", "give fewer rows at once")
        jacobian = np.empty(shape, self.dtype)
        for output in range(z.shape[1]):
            delta = np.zeros_like(z)
            delta[:, output] = 1
            if of == "outputs":
                delta = self.activations[-1].delta(z, a, delta)
            for index in range(len(self.weights) - 1, 0, -1):
                below = delta @ self.weights[index].T
                mask = trace.masks[index - 1]
                below = below if mask is None else below * mask
                delta = self.activations[index - 1].delta(trace.z[index - 1], trace.a[index - 1], below)
            jacobian[:, output] = delta @ self.weights[0].T
        return jacobian

    def empty_gradients(self, deltas: list[Array]) -> Gradients:
        """Arrays for `backward` to fill, with the given ones for the deltas."""
        flat = np.empty_like(self.parameters)
        return Gradients(flat, *self._views(flat), deltas, None)

    # -- what the passes give ------------------------------------------------------------------------------------

    def predict(self, X: npt.ArrayLike) -> Array:
        """The outputs of all rows, shape (n, outputs)."""
        rows = self.checked_rows(X)
        check_memory(self.output_bytes(rows.shape[0]), "the outputs of these rows", "give fewer rows at once")
        starts = range(0, max(rows.shape[0], 1), ROWS_AT_ONCE)
        parts = [self._outputs(rows[start : start + ROWS_AT_ONCE]) for start in starts]
        return parts[0] if len(parts) == 1 else np.concatenate(parts)

    def output_bytes(self, n_rows: int) -> int:
        """How much memory the outputs of so many rows take, and as much their targets."""
        return self.dtype.itemsize * n_rows * self.layer_sizes[-1]

    def _outputs(self, a: Array) -> Array:
        """The outputs that `forward` has, without the trace: activations take the place of their weighted sums."""
        for W, b, activation in zip(self.weights, self.biases, self.activations, strict=True):
            z = product(a, W)
            z += b
            # Ours read each z before they write there; of others' that is not known.
            in_place = type(activation).__module__ == Activation.__module__
            a = activation.value(z, out=z if in_place else None)
        return a

    def loss(
        self,
        X: npt.ArrayLike,
        y: npt.ArrayLike,
        sample_weight: npt.ArrayLike | None = None,
        penalty: Penalty | None = None,
    ) -> float:
        """The loss L: the weighted mean over the rows of the sum over the outputs, plus the penalty's share.

        Raises
        ------
        ValueError
            A shape does not fit, or a target is none that the loss can take.
        """
        trace = self.forward(X)
        targets = self.targets(y, trace.n_rows)
        self.loss_function.check_targets(targets)
        return self.loss_of(trace, targets, sample_weight, penalty)

    def loss_of(
        self,
        trace: Trace,
        y: npt.ArrayLike,
        sample_weight: npt.ArrayLike | None = None,
        penalty: Penalty | None = None,
    ) -> float:
        """The loss L of a forward pass."""
        self._check_trace(trace)
        y = self.targets(y, trace.n_rows)
        share, total = self._shares(sample_weight, len(y))
        if self.from_logits:
            values = self.loss_function.value_from_logits(trace.z[-1], y)
        else:
            values = self.loss_function.value(trace.a[-1], y)
        value = float(values.sum() * share) if isinstance(share, float) else float(values @ share[:, 0])
        return value + (penalty.value(self.weights) / total if penalty else 0.0)

    def penalty_share(self, n_rows: int, sample_weight: npt.ArrayLike | None, penalty: Penalty) -> float:
        """The penalty's part of `loss_of` for so many rows."""
        return penalty.value(self.weights) / self._shares(sample_weight, n_rows)[1] if penalty else 0.0

    def check_gradients(
        self,
        X: npt.ArrayLike,
        y: npt.ArrayLike,
        sample_weight: npt.ArrayLike | None = None,
        penalty: Penalty | None = None,
        sample: int | None = None,
        rng: Seed = 0,
    ) -> GradientCheck:
        """Compare the gradient with central finite differences, in float64, kinks kept off.

        Parameters
        ----------
        sample : int, optional
            How many parameters to compare, drawn at random by `rng`, in a network too large for all.
        """
        network = self.copy("float64")
        X = network.checked_rows(X)
        targets = network.targets(y, X.shape[0])
        self.loss_function.check_targets(targets)
        indices = np.arange(network.parameters.size)
        if sample is not None and whole("sample", sample, 1) < len(indices):
            indices = np.sort(as_generator(rng).permutation(len(indices))[:sample])

        def evaluate() -> tuple[float, Array]:
            trace = network.forward(X)
            pieces = [f.piece(z).ravel() for f, z in zip(network.activations, trace.z, strict=True)]
            pieces.append(network.loss_function.piece(trace.outputs, targets).ravel())
            return network.loss_of(trace, targets, sample_weight, penalty), np.concatenate(pieces)

        gradient = network.backward(network.forward(X), targets, sample_weight, penalty).flat
        return check_gradient(evaluate, network.parameters, gradient, indices, self.parameter_name)

    def targets(self, y: npt.ArrayLike, n_rows: int) -> Array:
        """Targets as an array of shape (n, outputs) and the network's dtype.

        Raises
        ------
        ValueError
            The shape does not fit, or a class number is none.
        """
        outputs = self.layer_sizes[-1]
        y = np.asarray(y)
        if y.dtype.kind not in "biuf":
            raise TypeError(
                f"y must be numbers, got {y.dtype} such as {y.flat[0] if y.size else 'nothing'!r}: number the classes, "
                "as in  labels, y = np.unique(y, return_inverse=True)"
            )
        if y.ndim == 1 and len(y) == n_rows and outputs == 1:
            y = y[:, np.newaxis]
        elif y.ndim == 1 and len(y) == n_rows and self.loss_function.name == "cross_entropy":
            if not np.isin(y, np.arange(outputs)).all():
                raise ValueError(f"class numbers must be from 0 to {outputs - 1}, got {y.min()} to {y.max()}")
            self._check_room_for_targets(n_rows)
            classes, y = y.astype(np.intp), np.zeros((n_rows, outputs), self.dtype)
            y[np.arange(n_rows), classes] = 1
        if y.shape != (n_rows, outputs):
            raise ValueError(
                f"y must have shape ({n_rows}, {outputs}), a row for each of X and a column an output, got {y.shape}"
            )
        if y.dtype == self.dtype:
            return y
        self._check_room_for_targets(n_rows)
        with np.errstate(over="ignore"):  # what float32 cannot hold is infinite, which the trainer refuses
            return y.astype(self.dtype)

    def _check_room_for_targets(self, n_rows: int) -> None:
        check_memory(
            self.output_bytes(n_rows),
            f"the targets of {n_rows:,} rows at {self.layer_sizes[-1]:,} outputs",
            "merge rare classes, or give fewer rows",
        )

    # -- looking at it -------------------------------------------------------------------------------------------

    def parameter_name(self, index: int) -> str:
        """The name of an entry of `parameters`, such as W2[3,1] or b1[2]."""
        if not 0 <= index < self.parameters.size:
            raise IndexError(f"parameters are counted from 0 to {self.parameters.size - 1}, got {index}")
        for layer, (fan_in, fan_out) in enumerate(self._shapes(), start=1):
            if index < fan_in * fan_out:
                return f"W{layer}[{index // fan_out + 1},{index % fan_out + 1}]"
            index -= fan_in * fan_out
            if index < fan_out:
                return f"b{layer}[{index + 1}]"
            index -= fan_out
        raise AssertionError

    def info(self) -> None:
        """Print layers, activations and biases and weights: each where a layer is small, their ranges where not."""
        print(network_text(repr(self), self._functions(), self.weights, self.biases))  # noqa: T201

    def draw(self, input_names: Sequence[str] | None = None, output_names: Sequence[str] | None = None) -> Drawing:
        """A diagram in SVG: units, biases, and weights by sign and size; shown by notebooks, saved by `.save(path)`."""
        return draw_network(self.weights, self.biases, self._functions(), input_names, output_names)

    def _functions(self) -> list[str]:
        return [activation.name for activation in self.activations]

    def _repr_html_(self) -> str:
        return network_html(repr(self), self._functions(), self.weights, self.biases) + self.draw()

    def __repr__(self) -> str:
        sizes, functions = "-".join(map(str, self.layer_sizes)), ", ".join(self._functions())
        loss, count = self.loss_function.name, f"{self.parameters.size:,}"
        return f"<Network {sizes}: {functions}; {loss}; {count} parameters, {self.dtype}>"

    # -- copies and files ----------------------------------------------------------------------------------------

    def copy(self, dtype: npt.DTypeLike | None = None) -> "Network":
        """A network of its own with the same parameters, of another dtype where one is given."""
        parameters = self.parameters.astype(self.dtype if dtype is None else checked_dtype(dtype))
        copy = Network.__new__(Network)
        copy.__setstate__({**self.__getstate__(), "_parameters": parameters, "activations": list(self.activations)})
        return copy

    def __getstate__(self) -> dict[str, Any]:
        """What pickling and `copy.deepcopy` take: the parameters once, without the views into them."""
        return {name: value for name, value in vars(self).items() if name not in ("_weights", "_biases")}

    def __setstate__(self, state: dict[str, Any]) -> None:
        vars(self).update(state)
        self.dtype = self.parameters.dtype
        self._weights, self._biases = self._views(self._parameters)

    def to_config(self) -> dict[str, Any]:
        """All but the parameters, as plain values.

        Raises
        ------
        ValueError
            An activation or loss of the user's own is not registered.
        """
        return {
            "layer_sizes": list(self.layer_sizes),
            "activations": [ACTIVATIONS.to_config(activation) for activation in self.activations],
            "loss": LOSSES.to_config(self.loss_function),
            "dtype": self.dtype.name,
        }

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> "Network":
        """The network that `to_config` described, all its parameters 0."""
        *hidden, output = [ACTIVATIONS.from_config(item) for item in config["activations"]]
        loss = LOSSES.from_config(config["loss"])
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # whoever made the network first was warned
            return cls(config["layer_sizes"], hidden, output, loss, "zeros", config["dtype"])

    # -- shapes --------------------------------------------------------------------------------------------------

    def _shapes(self) -> list[tuple[int, int]]:
        return list(pairwise(self.layer_sizes))

    def _views(self, flat: Array) -> tuple[Views, Views]:
        weights, biases, start = Views(), Views(), 0
        for fan_in, fan_out in self._shapes():
            middle, end = start + fan_in * fan_out, start + (fan_in + 1) * fan_out
            weights.append(flat[start:middle].reshape(fan_in, fan_out))
            biases.append(flat[middle:end])
            start = end
        return weights, biases

    def checked_rows(self, X: npt.ArrayLike) -> Array:
        """X, dense or CSR, in the network's dtype; ValueError if it has not the shape (n, inputs)."""
        rows: Array = as_rows(X, self.dtype)
        if rows.ndim != 2 or rows.shape[1] != self.layer_sizes[0]:
            hint = "; for a single row write [row]" if rows.ndim == 1 else ""
            raise ValueError(f"X must have shape (n, {self.layer_sizes[0]}), got {rows.shape}{hint}")
        return rows

    def _check_trace(self, trace: Trace) -> None:
        sizes = (trace.inputs.shape[1], *(a.shape[1] for a in trace.a))
        if sizes != self.layer_sizes:
            raise ValueError(
                f"the trace is not of this network, whose layers have {self.layer_sizes[1:]} units on "
                f"{self.layer_sizes[0]} inputs, but of one of {sizes}"
            )

    def _shares(self, sample_weight: npt.ArrayLike | None, n_rows: int) -> tuple[float | Array, float]:
        """Each row's share of the loss, one number or a column, and the sum of the sample weights."""
        if sample_weight is None:
            return 1 / max(n_rows, 1), float(n_rows)
        weight = np.asarray(sample_weight, dtype=self.dtype)
        if weight.shape != (n_rows,):
            raise ValueError(f"sample_weight must have shape ({n_rows},), a number a row, got {weight.shape}")
        total = float(weight.sum())
        return weight[:, np.newaxis] / weight.dtype.type(total or 1), total or 1.0

    def _warn_of_clipped_outputs(self, output: Activation) -> None:
        low, high = self.loss_function.output_domain
        if output.output_range[0] < low or output.output_range[1] > high:
            warnings.warn(
                f"{self.loss_function.name} needs outputs between {low:g} and {high:g}, which {output.name} can leave; "
                f"such outputs teach nothing. Its natural output is {self.loss_function.output_activation}: "
                "leave output_activation out to have it",
                stacklevel=3,
            )
