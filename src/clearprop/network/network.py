"""The network: its parameters, the forward pass and the backward pass.

Layers are counted from 1 in names and messages, layer 0 being the inputs, as in the article. Every list by layer
(weights, biases, z, a, deltas) has one entry a layer, so that layer l's stand at index l - 1: the weight W2[3,1], from
neuron 3 of layer 1 to neuron 1 of layer 2, is `weights[1][2, 0]`.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from math import prod
from typing import TYPE_CHECKING, Any, NoReturn

import numpy as np
import numpy.typing as npt

from clearprop.activations import ACTIVATIONS, Activation
from clearprop.errors import CannotLearnWarning
from clearprop.foundation.arguments import (
    as_array,
    as_rows,
    check_finite,
    checked_dtype,
    checked_sizes,
    row_weights,
    whole,
)
from clearprop.foundation.callers import warn_caller
from clearprop.foundation.memory import check_memory
from clearprop.foundation.near_names import SaysNearKeywords, no_attribute
from clearprop.foundation.randomness import Seed, as_generator
from clearprop.foundation.sparse import greatest, product
from clearprop.initializers import INITIALIZERS, Initializer
from clearprop.losses import LOSSES, Loss
from clearprop.network.description import network_html, network_text
from clearprop.network.drawing import Drawing, draw_network
from clearprop.network.gradient_check import GradientCheck, check_gradient, size_of_sums
from clearprop.network.layout import BIAS, WEIGHT, Layout
from clearprop.network.trace import Gradients, Trace, Views, write_numbers
from clearprop.penalties import Penalty

Array = npt.NDArray[Any]

# Where a trace is not kept, so many rows are computed at a time, which bounds the memory that it takes.
ROWS_AT_ONCE = 1024
# What is often tried on a network, and what to write instead.
INSTEAD = {
    "fit": "a Trainer trains it, as in Trainer(network).fit(X, y)",
    "train": "a Trainer trains it, as in Trainer(network).fit(X, y)",
    "compile": "the loss is given to Network(...), the optimizer to Trainer(network, optimizer=...)",
    "summary": "write network.info()",
    "predict_proba": "write network.predict(X), whose outputs are probabilities where the loss is cross_entropy",
    "evaluate": "write network.loss(X, y)",
    "loss_": "write network.loss(X, y)",
    "layers": "see network.weights, network.biases and network.activations, lists with an entry a layer",
    "coefs_": "write network.weights",
    "intercepts_": "write network.biases",
    "state_dict": "write network.parameters.copy()",
    "load_state_dict": "write network.parameters = values",
    "get_weights": "write network.weights",
    "set_weights": "write network.weights = values",
    "save": "write clearprop.save(network, path)",
    "score": "write network.loss(X, y), or give network.predict(X) to a metric such as sklearn.metrics.r2_score",
    "zero_grad": "backward gives new gradients at each call",
}


class Network(SaysNearKeywords):
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
    layout : Layout
        The order of the parameters: their names, and where they stand.
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

        self.layout = Layout.dense(self.layer_sizes)
        drawn = 8 * self.layout.most_of_a_layer  # in float64
        check_memory(
            self.dtype.itemsize * self.layout.size + drawn,
            f"the {self.layout.size:,} parameters that layer_sizes {list(self.layer_sizes)} make",
            "choose smaller layers",
        )
        self._parameters = np.empty(self.layout.size, dtype=self.dtype)
        self._spans, self._weights, self._biases = self._views(self._parameters)
        if initializer is None:
            initializer = [activation.initializer for activation in self.activations]
        self.initialize(INITIALIZERS.resolve_each(initializer, n_layers, "layers"), rng)

    def initialize(self, initializers: Sequence[Initializer], rng: Seed = None) -> None:
        """Draw all parameters anew, layer by layer."""
        generator = as_generator(rng)
        for index, (initializer, W) in enumerate(zip(initializers, self.weights, strict=True)):
            self.weights[index], self.biases[index] = initializer.draw(generator, *W.shape)

    @property
    def parameters(self) -> Array:
        """All weights and biases as one vector; assigning writes the numbers into it."""
        return self._parameters

    @parameters.setter
    def parameters(self, values: npt.ArrayLike) -> None:
        write_numbers("parameters", self._parameters, values)

    @property
    def weights(self) -> Views:
        """The layers' weights, views into `parameters`; assigning writes the numbers into it."""
        return self._weights

    @weights.setter
    def weights(self, values: Sequence[npt.ArrayLike]) -> None:
        self._weights.write(values)

    @property
    def biases(self) -> Views:
        """The layers' biases, views into `parameters`; assigning writes the numbers into it."""
        return self._biases

    @biases.setter
    def biases(self, values: Sequence[npt.ArrayLike]) -> None:
        self._biases.write(values)

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
        ValueError, TypeError
            X has not the shape (n, inputs), or something in it is no finite number.
        """
        rows = self._finite_rows(X)
        if out is None:
            size = 2 * self.dtype.itemsize * rows.shape[0] * sum(self.layer_sizes[1:])
            check_memory(size, "every z and a of these rows", "give fewer rows at once, or call predict")
        return self.propagate(rows, masks, out)

    def propagate(self, rows: Array, masks: Sequence[Array | None] | None = None, out: Trace | None = None) -> Trace:
        """The forward pass of rows that have been checked, as engines take it batch by batch; see `forward`."""
        a = rows
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
        ValueError, TypeError
            Shapes that do not belong together, something that is no finite number, or rows in the place of a trace.
        """
        self._check_trace(trace, "backward")
        return self.propagate_back(trace, *self._finite_answers(y, sample_weight, trace.n_rows), penalty, out)

    def propagate_back(
        self,
        trace: Trace,
        y: Array,
        sample_weight: Array | None = None,
        penalty: Penalty | None = None,
        out: Gradients | None = None,
    ) -> Gradients:
        """The backward pass for targets and weights that have been checked; see `backward`."""
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
            factors = self.layout.decay_factors(penalty.decays)
            penalty.add_gradient(gradients.spans, self._spans, total, factors)
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
        self._check_trace(trace, "jacobian")
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
        spans, weights, biases = self._views(flat)
        return Gradients(flat, weights, biases, deltas, None, spans)

    # -- what the passes give ------------------------------------------------------------------------------------

    def predict(self, X: npt.ArrayLike) -> Array:
        """The outputs of all rows, shape (n, outputs).

        Raises
        ------
        ValueError, TypeError
            See `forward`; or the outputs would take more memory than there is.
        """
        return self.outputs(self._finite_rows(X))

    def outputs(self, rows: Array) -> Array:
        """The outputs of rows that have been checked; see `predict`."""
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
        ValueError, TypeError
            A shape does not fit, something is no finite number, or a target is none that the loss can take.
        """
        trace = self.forward(X)
        targets, weight = self._finite_answers(y, sample_weight, trace.n_rows)
        self.loss_function.check_targets(targets)
        return self.mean_loss(trace, targets, weight, penalty)

    def loss_of(
        self,
        trace: Trace,
        y: npt.ArrayLike,
        sample_weight: npt.ArrayLike | None = None,
        penalty: Penalty | None = None,
    ) -> float:
        """The loss L of a forward pass.

        Raises
        ------
        ValueError, TypeError
            See `backward`.
        """
        self._check_trace(trace, "loss_of")
        return self.mean_loss(trace, *self._finite_answers(y, sample_weight, trace.n_rows), penalty)

    def mean_loss(
        self, trace: Trace, y: Array, sample_weight: Array | None = None, penalty: Penalty | None = None
    ) -> float:
        """The loss L of a forward pass, for targets and weights that have been checked."""
        share, total = self._shares(sample_weight, len(y))
        if self.from_logits:
            values = self.loss_function.value_from_logits(trace.z[-1], y)
        else:
            values = self.loss_function.value(trace.a[-1], y)
        value = float(values.sum() * share) if isinstance(share, float) else float(values @ share[:, 0])
        return value + (self._penalty(penalty) / total if penalty else 0.0)

    def penalty_share(self, n_rows: int, sample_weight: Array | None, penalty: Penalty) -> float:
        """The penalty's part of `loss_of` for so many rows."""
        return self._penalty(penalty) / self._shares(sample_weight, n_rows)[1] if penalty else 0.0

    def _penalty(self, penalty: Penalty) -> float:
        return penalty.value(self._spans, self.layout.decay_factors(penalty.decays))

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

        Raises
        ------
        ValueError, TypeError
            See `loss`.
        """
        network = self.copy("float64")
        rows = network._finite_rows(X)
        targets, weight = network._finite_answers(y, sample_weight, rows.shape[0])
        self.loss_function.check_targets(targets)
        indices = np.arange(network.parameters.size)
        if sample is not None and whole("sample", sample, 1) < len(indices):
            indices = np.sort(as_generator(rng).permutation(len(indices))[:sample])

        def evaluate() -> tuple[float, Array]:
            trace = network.propagate(rows)
            pieces = [f.piece(z).ravel() for f, z in zip(network.activations, trace.z, strict=True)]
            pieces.append(network.loss_function.piece(trace.outputs, targets).ravel())
            return network.mean_loss(trace, targets, weight, penalty), np.concatenate(pieces)

        def size() -> float:
            trace = network.propagate(rows)
            of_penalty = network.penalty_share(len(targets), weight, penalty) if penalty else 0.0
            return network.loss_size(trace, targets, weight) + of_penalty

        trace = network.propagate(rows)
        gradient = network.propagate_back(trace, targets, weight, penalty).flat
        reach = np.ones_like(gradient)
        for index, of_weights in enumerate(network._views(reach)[1]):
            of_weights[:] = greatest(trace.layer_input(index))[:, np.newaxis]
        return check_gradient(evaluate, network.parameters, gradient, indices, self.parameter_name, size, reach)

    def loss_size(self, trace: Trace, y: Array, sample_weight: Array | None = None, first: int = 0) -> float:
        """How large the numbers are that the loss, without penalty, is computed from, by the layers from `first` on.

        With them grows what rounding leaves in it, and so what a finite difference of it cannot resolve.
        """
        z, a, loss = trace.z[-1], trace.a[-1], self.loss_function
        of_rows = loss.size_from_logits(z, a, y) if self.from_logits else loss.size(a, y)
        share = np.ravel(self._shares(sample_weight, len(y))[0])
        deltas = self.propagate_back(trace, y, sample_weight).deltas[first:]
        fed = [trace.layer_input(index) for index in range(first, len(self.weights))]
        return float((of_rows * share).sum()) + size_of_sums(fed, self.weights[first:], self.biases[first:], deltas)

    def targets(self, y: npt.ArrayLike, n_rows: int, name: str = "y") -> Array:
        """Targets as an array of shape (n, outputs) and the network's dtype; messages call them `name`.

        Raises
        ------
        ValueError, TypeError
            The shape does not fit, a class number is none, or something is no number.
        """
        outputs = self.layer_sizes[-1]
        y = as_array(name, y)
        if y.dtype.kind not in "biuf":
            raise TypeError(f"{name} must be numbers, got {_shown(y)}: {_remedy(y)}")
        if y.ndim == 1 and len(y) == n_rows and outputs == 1:
            y = y[:, np.newaxis]
        elif y.ndim == 1 and len(y) == n_rows and self.loss_function.name == "cross_entropy":
            check_finite(name, y, "a loss")
            if (y != np.rint(y)).any():
                raise ValueError(f"class numbers must be whole, got {y[y != np.rint(y)][0]} in {name}")
            if y.min(initial=0) < 0 or y.max(initial=0) >= outputs:
                raise ValueError(f"class numbers must be from 0 to {outputs - 1}, got {y.min()} to {y.max()}")
            self._check_room_for_targets(n_rows)
            classes, y = y.astype(np.intp), np.zeros((n_rows, outputs), self.dtype)
            y[np.arange(n_rows), classes] = 1
        if y.shape != (n_rows, outputs):
            raise ValueError(
                f"{name} must have shape ({n_rows}, {outputs}), a row for each of X and a column an output, "
                f"got {y.shape}"
            )
        if y.dtype == self.dtype:
            return y
        self._check_room_for_targets(n_rows)
        with np.errstate(over="ignore"):  # what float32 cannot hold is infinite, which is refused
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
        return self.layout.name(index)

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

    def copy(self, dtype: npt.DTypeLike | None = None) -> Network:
        """A network of its own with the same parameters, of another dtype where one is given."""
        parameters = self.parameters.astype(self.dtype if dtype is None else checked_dtype(dtype))
        copy = Network.__new__(Network)
        copy.__setstate__({**self.__getstate__(), "_parameters": parameters, "activations": list(self.activations)})
        return copy

    if not TYPE_CHECKING:  # to whom a name that is not there is an error by itself

        def __getattr__(self, name: str) -> NoReturn:
            raise no_attribute(self, name, INSTEAD)

        def __call__(self, *args: Any, **keywords: Any) -> NoReturn:
            """There is no calling a network: `forward` and `predict` are its functions."""
            raise TypeError(
                "a network is not called: write network.predict(X) for its outputs, or network.forward(X) for every "
                "sum and activation"
            )

    def __getstate__(self) -> dict[str, Any]:
        """What pickling and `copy.deepcopy` take: the parameters once, without the views into them."""
        return {name: value for name, value in vars(self).items() if name not in ("_spans", "_weights", "_biases")}

    def __setstate__(self, state: dict[str, Any]) -> None:
        vars(self).update(state)
        self.dtype = self.parameters.dtype
        self._spans, self._weights, self._biases = self._views(self._parameters)

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
    def from_config(cls, config: Mapping[str, Any]) -> Network:
        """The network that `to_config` described, all its parameters 0."""
        *hidden, output = [ACTIVATIONS.from_config(item) for item in config["activations"]]
        loss = LOSSES.from_config(config["loss"])
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # whoever made the network first was warned
            return cls(config["layer_sizes"], hidden, output, loss, "zeros", config["dtype"])

    # -- shapes --------------------------------------------------------------------------------------------------

    def _views(self, flat: Array) -> tuple[list[Array], Views, Views]:
        """A flat vector's spans, and of them the weights and the biases by layer."""
        spans = self.layout.views(flat)
        weights, biases = (self.layout.of_kind(kind, spans) for kind in (WEIGHT, BIAS))
        return spans, Views(weights, "weights"), Views(biases, "biases")

    def checked_rows(self, X: npt.ArrayLike) -> Array:
        """X, dense or CSR, in the network's dtype; an error if it has not the shape (n, inputs) or holds no numbers."""
        rows: Array = as_rows("X", X, self.dtype)
        if rows.ndim != 2 or rows.shape[1] != self.layer_sizes[0]:
            hint = "; for a single row write [row]" if rows.ndim == 1 else ""
            raise ValueError(f"X must have shape (n, {self.layer_sizes[0]}), got {rows.shape}{hint}")
        return rows

    def _finite_rows(self, X: npt.ArrayLike) -> Array:
        rows = self.checked_rows(X)
        check_finite("X", rows, "a network")
        return rows

    def _finite_answers(
        self, y: npt.ArrayLike, sample_weight: npt.ArrayLike | None, n_rows: int
    ) -> tuple[Array, Array | None]:
        """Targets and weights, all of them finite."""
        targets = self.targets(y, n_rows)
        check_finite("y", targets, "a loss")
        if sample_weight is None:
            return targets, None
        return targets, row_weights("sample_weight", sample_weight, n_rows, self.dtype)

    def _check_trace(self, trace: Trace, function: str) -> None:
        if not isinstance(trace, Trace):
            rest = ", y" if function != "jacobian" else ""
            raise TypeError(
                f"{function} takes a trace, as forward returns it, got {_kind(trace)}: write "
                f"network.{function}(network.forward(X){rest})"
            )
        sizes = (trace.inputs.shape[1], *(a.shape[1] for a in trace.a))
        if sizes != self.layer_sizes:
            raise ValueError(
                f"the trace is not of this network, whose layers have {self.layer_sizes[1:]} units on "
                f"{self.layer_sizes[0]} inputs, but of one of {sizes}"
            )

    def _shares(self, sample_weight: Array | None, n_rows: int) -> tuple[float | Array, float]:
        """Each row's share of the loss, one number or a column, and the sum of the sample weights."""
        if sample_weight is None:
            return 1 / max(n_rows, 1), float(n_rows)
        weight = sample_weight
        total = float(weight.sum())
        return weight[:, np.newaxis] / weight.dtype.type(total or 1), total or 1.0

    def _warn_of_clipped_outputs(self, output: Activation) -> None:
        low, high = self.loss_function.output_domain
        if output.output_range[0] < low or output.output_range[1] > high:
            warn_caller(
                f"{self.loss_function.name} needs outputs between {low:g} and {high:g}, which {output.name} can leave; "
                f"such outputs teach nothing. Its natural output is {self.loss_function.output_activation}: "
                "leave output_activation out to have it",
                CannotLearnWarning,
            )


def _kind(thing: object) -> str:
    if isinstance(thing, np.ndarray):
        return f"an array of shape {thing.shape}"
    return "None" if thing is None else f"a {type(thing).__name__}"


def _shown(y: Array) -> str:
    """What targets that are no numbers are."""
    if y.ndim == 0 and y.dtype.kind == "O":
        return _kind(y.item())
    first = "nothing" if not y.size else y.flat[0].item() if y.dtype.kind in "US" else y.flat[0]
    return f"{y.dtype} such as {first!r}"


def _remedy(y: Array) -> str:
    """How targets that are no numbers become some."""
    if y.dtype.kind == "O" and y.ndim == 0:
        return "give a number a row, or a row of them"
    if y.dtype.kind in "OUS":
        try:
            y.astype(np.float64)
            return "convert them, as in  y = np.asarray(y, dtype=float)"
        except (TypeError, ValueError, OverflowError):
            return "number the classes, as in  labels, y = np.unique(y, return_inverse=True)"
    return "take real numbers that stand for them"
