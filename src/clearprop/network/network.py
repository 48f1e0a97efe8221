"""The network: its parameters, the forward pass and the backward pass.

Layers are counted from 1 in names and messages, layer 0 being the inputs, as in the article. Every list by layer
(weights, biases, z, a, deltas) has one entry a layer, so that layer l's stand at index l - 1: the weight W2[3,1], from
neuron 3 of layer 1 to neuron 1 of layer 2, is `weights[1][2, 0]`.
"""

from __future__ import annotations

import copy
import os
import warnings
from collections.abc import Mapping, Sequence
from math import prod
from typing import TYPE_CHECKING, Any, NoReturn

import numpy as np
import numpy.typing as npt

from clearprop.activations import ACTIVATIONS, Activation
from clearprop.foundation.arguments import (
    checked_dtype,
    checked_sizes,
    truth,
    whole,
)
from clearprop.foundation.memory import check_memory, many
from clearprop.foundation.near_names import SaysNearKeywords, no_attribute
from clearprop.foundation.randomness import Seed, as_generator
from clearprop.foundation.table_cells import quoted
from clearprop.initializers import INITIALIZERS, Initializer
from clearprop.inputs import INPUTS, Input
from clearprop.losses import LOSSES, Loss
from clearprop.network.attribute_hints import INSTEAD
from clearprop.network.checks import Checks
from clearprop.network.description import Description
from clearprop.network.front import checked_front
from clearprop.network.layout import BIAS, SHARE, WEIGHT
from clearprop.network.passes import Passes
from clearprop.network.trace import Gradients, Trace, Views, write_numbers
from clearprop.penalties import Penalty

if TYPE_CHECKING:
    from clearprop.network.gradient_check import GradientCheck

Array = npt.NDArray[Any]


class Network(Passes, Checks, Description, SaysNearKeywords):
    """A feed-forward network whose every number can be had.

    Parameters
    ----------
    layer_sizes : sequence of int
        Units of each layer, from the inputs to the outputs. With `inputs`, the first is the number of their features.
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
    inputs : list of (str or Input), optional
        What is made of X before the first layer: inputs one behind the other, each of which reads its own columns and
        gives its own features; see `clearprop.inputs`. Where not given, the columns themselves.
    trainable_share : bool
        Whether the hidden layers' activations f have a trainable share: a = z + p (f(z) - z), a p for each unit.

    Attributes
    ----------
    parameters : array, shape (parameters,)
        What the inputs have; then for each layer its weights row by row, its biases, and its shares if it has some.
    weights, biases : list of arrays, shapes (fan_in, fan_out) and (fan_out,)
        Views into `parameters`.
    shares : list of (array or None), shape (fan_out,)
        Of the layers' activations, views into `parameters`; None where an activation has none.
    spans : list of arrays
        `parameters` once more, a view for each span of the layout.
    activations : list of Activation
        By layer.
    loss_function : Loss
    inputs : tuple of Input
    n_columns : int
        How many columns X has.

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
    z_l = a_(l-1) W_l + b_l and a_l = f_l(z_l) (the article's equation 9), a_0 being the features; delta_l = f_l'(z_l) *
    (delta_(l+1) W_(l+1)^T) sums over all paths (its equations 17, 33 and 44 name one each); dL/dW_l = a_(l-1)^T delta_l
    (equation 18).
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
        inputs: Sequence[str | Input] | None = None,
        trainable_share: bool = False,
    ) -> None:
        self.layer_sizes = checked_sizes(layer_sizes)
        self.front = checked_front(inputs, self.layer_sizes[0])
        self.dtype = checked_dtype(dtype)
        n_layers = len(self.layer_sizes) - 1
        self.loss_function = LOSSES.resolve(loss)
        natural = ACTIVATIONS.resolve(self.loss_function.output_activation)
        output = natural if output_activation is None else ACTIVATIONS.resolve(output_activation, "output_activation")
        hidden = ACTIVATIONS.resolve_each(activation, n_layers - 1, "hidden layers")
        self.activations: list[Activation] = [*hidden, output]
        self.from_logits = output == natural
        self._warn_of_clipped_outputs(output)

        has_shares = truth("trainable_share", trainable_share)
        self.layout = self.front.layout(self.layer_sizes, (True,) * (n_layers - 1) if has_shares else ())
        drawn = 8 * self.layout.most_of_a_layer  # in float64
        check_memory(
            self.dtype.itemsize * self.layout.size + drawn,
            f"the {many(self.layout.size)} parameters that layer_sizes {quoted(list(self.layer_sizes))} make",
            "choose smaller layers",
        )
        self.hold(np.empty(self.layout.size, dtype=self.dtype))
        if initializer is None:
            initializer = [activation.initializer for activation in self.activations]
        self.initialize(INITIALIZERS.resolve_each(initializer, n_layers, "layers"), rng)

    def hold(self, parameters: Array) -> None:
        """Have this vector itself as the parameters, and views into it."""
        self._parameters, self.dtype = parameters, parameters.dtype
        self.spans, self._weights, self._biases, self.shares = self._views(parameters)

    def initialize(self, initializers: Sequence[Initializer], rng: Seed = None) -> None:
        """Draw all parameters anew, the inputs' first, then layer by layer; shares are 1."""
        generator = as_generator(rng)
        if not self.front.is_plain:
            self.front.start(self.spans, generator)
        for share in self.shares:
            if share is not None:
                share[...] = 1
        for index, (initializer, W) in enumerate(zip(initializers, self.weights, strict=True)):
            self.weights[index], self.biases[index] = initializer.draw(generator, *W.shape)

    def initialize_from(self, X: npt.ArrayLike, rng: Seed = None) -> None:
        """Draw the hidden layers anew so that they suit the rows that are to be trained on.

        Weights are normal, each unit's divided by the deviation that its sum z has over the rows, so that all sums have
        deviation 1, whatever the columns' sizes. Biases put each unit's z = 0, where most activations have their kink
        or bend, on a mean of five rows, drawn with their weights: units then differ where there are data. Inputs and
        the output layer stay as they are. Of more than 4,096 rows as many are drawn.

        Parameters
        ----------
        X : array-like or SciPy sparse matrix, shape (n, columns)
        rng : int, Generator, RandomState, optional

        Raises
        ------
        ValueError, TypeError
            See `forward`; or there are no rows.

        Examples
        --------
        >>> X = np.random.default_rng(0).normal([5.0, 0.0], [0.1, 40.0], (1000, 2))
        >>> network = Network([2, 3, 1], "relu", rng=0)
        >>> network.initialize_from(X, rng=0)
        >>> network.forward(X).z[0].std(axis=0).round(3).tolist()
        [1.0, 1.0, 1.0]

        Notes
        -----
        As RealMLP does it (Holzmüller and others, 2024), whose biases are those of Steinwart, 2019.
        """
        rows = self._finite_rows(X)
        if not rows.shape[0]:
            raise ValueError("X must have one row or more, by which the first weights are drawn")
        from clearprop.network.data_start import start_from_rows  # when first used

        start_from_rows(self, rows, as_generator(rng))

    @property
    def inputs(self) -> tuple[Input, ...]:
        """What is made of the columns of X, one behind the other."""
        return self.front.inputs

    @property
    def n_columns(self) -> int:
        """How many columns X has: as many as features, where nothing else is made of them."""
        return self.front.n_columns

    @property
    def trainable_share(self) -> bool:
        """Whether the hidden layers' activations have a trainable share."""
        return SHARE in self.layout.kinds

    @property
    def parameters(self) -> Array:
        """All parameters as one vector; assigning writes the numbers into it."""
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
        X : array-like or SciPy sparse matrix, shape (n, columns)
        masks : sequence of (array or None), optional
            Dropout by layer, broadcast against its activations; the output layer's must be None.
        out : Trace, optional
            Whose arrays are to be filled instead of new ones.

        Raises
        ------
        ValueError, TypeError
            X has not the shape (n, columns), something in it is no finite number, or no code where one is looked up.
        """
        rows = self._finite_rows(X)
        if out is None:
            size = 2 * self.dtype.itemsize * rows.shape[0] * sum(self.layer_sizes[1:])
            check_memory(size, "every z and a of these rows", "give fewer rows at once, or call predict")
        return self.propagate(rows, masks, out)

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
            Whose arrays are to be filled; dL/dX is then computed only where inputs have parameters.

        Raises
        ------
        ValueError, TypeError
            Shapes that do not belong together, something that is no finite number, or rows in the place of a trace.
        """
        self._check_trace(trace, "backward")
        return self.propagate_back(trace, *self._finite_answers(y, sample_weight, trace.n_rows), penalty, out)

    def jacobian(self, trace: Trace, of: str = "outputs") -> Array:
        """How each output of each row changes with each column of X: da/dx, shape (n, outputs, columns).

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
        if of not in ("outputs", "logits"):
            raise ValueError(f"of must be 'outputs' or 'logits', got {quoted(of)}")
        z, a = trace.z[-1], trace.a[-1]
        shape = (trace.n_rows, z.shape[1], self.n_columns)
        check_memory(self.dtype.itemsize * prod(shape), f"a jacobian of shape {shape}", "give fewer rows at once")
        jacobian = np.empty(shape, self.dtype)
        for output in range(z.shape[1]):
            delta = np.zeros_like(z)
            delta[:, output] = 1
            if of == "outputs":
                delta = self.activations[-1].delta(z, a, delta)
            jacobian[:, output] = self.input_slopes(trace, len(self.weights), delta)
        return jacobian

    def empty_gradients(self, deltas: list[Array]) -> Gradients:
        """Arrays for `backward` to fill, with the given ones for the deltas."""
        flat = np.empty_like(self.parameters)
        spans, weights, biases, shares = self._views(flat)
        return Gradients(flat, weights, biases, deltas, None, spans, shares)

    # -- what the passes give ------------------------------------------------------------------------------------

    def predict(self, X: npt.ArrayLike) -> Array:
        """The outputs of all rows, shape (n, outputs).

        Raises
        ------
        ValueError, TypeError
            See `forward`; or the outputs would take more memory than there is.
        """
        return self.outputs(self._finite_rows(X))

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
        from clearprop.network.gradient_check import check_network  # when first used

        return check_network(network, rows, targets, weight, penalty, indices)

    def parameter_name(self, index: int) -> str:
        """The name of an entry of `parameters`, such as W2[3,1] or b1[2]."""
        return self.layout.name(index)

    # -- copies and files ----------------------------------------------------------------------------------------

    def copy(self, dtype: npt.DTypeLike | None = None) -> Network:
        """A network of its own with the same parameters, of another dtype where one is given."""
        return self.over(self.parameters.astype(self.dtype if dtype is None else checked_dtype(dtype)))

    def over(self, parameters: Array) -> Network:
        """A network of the same layers whose parameters are this vector itself, no copy of it."""
        twin = copy.copy(self)
        twin.activations = list(self.activations)
        twin.hold(parameters)
        return twin

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
        """What pickling and `copy` take: the parameters once, without the views into them.

        `copy.copy` has the same parameters, `copy.deepcopy` and `Network.copy` have their own.
        """
        return {
            name: value for name, value in vars(self).items() if name not in ("spans", "_weights", "_biases", "shares")
        }

    def __setstate__(self, state: dict[str, Any]) -> None:
        vars(self).update(state)
        self.hold(self._parameters)

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the network to one file, whole or not at all; see `clearprop.save`."""
        import clearprop

        clearprop.save(self, path)

    def to_config(self) -> dict[str, Any]:
        """All but the parameters, as plain values.

        Raises
        ------
        ValueError
            An activation, loss or input of the user's own is not registered.
        """
        config = {
            "layer_sizes": list(self.layer_sizes),
            "activations": [ACTIVATIONS.to_config(activation) for activation in self.activations],
            "loss": LOSSES.to_config(self.loss_function),
            "dtype": self.dtype.name,
        }
        if not self.front.is_plain:  # what has neither is written as it always was
            config["inputs"] = [INPUTS.to_config(one) for one in self.inputs]
        if self.trainable_share:
            config["trainable_share"] = True
        return config

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> Network:
        """The network that `to_config` described, all its parameters 0."""
        *hidden, output = [ACTIVATIONS.from_config(item) for item in config["activations"]]
        loss = LOSSES.from_config(config["loss"])
        inputs = [INPUTS.from_config(item) for item in config["inputs"]] if "inputs" in config else None
        share = bool(config.get("trainable_share", False))
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # whoever made the network first was warned
            network = cls(config["layer_sizes"], hidden, output, loss, "zeros", config["dtype"], None, inputs, share)
        network.parameters[:] = 0
        return network

    # -- shapes --------------------------------------------------------------------------------------------------

    def _views(self, flat: Array) -> tuple[list[Array], Views, Views, list[Array | None]]:
        """A flat vector's spans, and of them the weights, the biases and the shares by layer."""
        spans = self.layout.views(flat)
        weights, biases = (self.layout.of_kind(kind, spans) for kind in (WEIGHT, BIAS))
        shares = self.layout.by_layer(SHARE, spans, len(weights))
        return spans, Views(weights, "weights"), Views(biases, "biases"), shares
