"""The article's network: layers of neuron objects, trained by its own rule or by the true gradient."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from clearprop.article import checks
from clearprop.article.encoding import ENCODINGS, class_targets
from clearprop.article.layer import Layer

LayerNumbers = list[list[float]]
"""A layer as plain numbers: an entry a neuron, its bias first, then its weights."""


class NeuralNetwork:
    """A classifier of two classes: sigmoid neurons in any number of hidden layers, and an output layer.

    Parameters
    ----------
    num_inputs : int
        Numbers in a row.
    hidden_layer_sizes : sequence of int
        Neurons of each hidden layer; may be empty.
    num_outputs : int
        Neurons of the output layer. The encoding has two numbers, so more than 2 cannot be trained; a single output
        is trained towards the first of them, and `predict`, the index of the largest output, is then always 0.
    eta : float
        Learning rate, above 0.
    epochs : int
        How many steps `fit` takes.
    hidden_weights : list a layer of a list a neuron of 1 + fan-in floats, optional
        Bias first; None draws them.
    output_weights : list a neuron of 1 + fan-in floats, optional
        Bias first; None draws them, after those of the hidden layers.
    rng : numpy.random.RandomState, optional
        Draws what is not given, each number from [0, 1); None takes a fresh one.
    gradient : {"article", "exact"}
        "article" takes its steps, bit for bit: errors summed over all rows, then one back-propagation with what the
        layers remember of the last row, hidden deltas from output weights that have already changed.
        "exact" descends the true gradient of the loss: products summed row by row, and nothing changed before all
        are there.
    encoding : {"article", "prose"}
        What a class is trained towards; see `clearprop.article.encoding`.

    Attributes
    ----------
    hidden_layers : list of Layer
    output_layer : Layer

    Raises
    ------
    ValueError
        If a parameter breaks its rule or given weights have the wrong shape.

    Notes
    -----
    L = sum over rows and outputs of (a - y)^2 / 2, equation 6 with 2 in place of n; equations 4 to 46, with the sums of
    figure 2. Rows are read as Python floats. Outputs 4 to 6 of the article come from this class.

    Examples
    --------
    >>> network = NeuralNetwork(2, [2], 2, rng=np.random.RandomState(101))
    >>> network.fit([[1.2, 1.6], [7.6, 6.8]], [0, 1])
    >>> network.predict([[1.0, 1.0]])
    [0]
    """

    def __init__(
        self,
        num_inputs: int,
        hidden_layer_sizes: Sequence[int],
        num_outputs: int,
        eta: float = 0.05,
        epochs: int = 100,
        hidden_weights: Sequence[Sequence[Sequence[float]]] | None = None,
        output_weights: Sequence[Sequence[float]] | None = None,
        rng: np.random.RandomState | None = None,
        *,
        gradient: str = "article",
        encoding: str = "article",
    ) -> None:
        self.num_inputs = checks.whole_number("num_inputs", num_inputs, minimum=1)
        self.hidden_layer_sizes = [
            checks.whole_number("each of hidden_layer_sizes", size, minimum=1)
            for size in checks.sequence("hidden_layer_sizes", hidden_layer_sizes)
        ]
        self.num_outputs = checks.whole_number("num_outputs", num_outputs, minimum=1)
        self.eta = checks.positive_number("eta", eta)
        self.epochs = checks.whole_number("epochs", epochs, minimum=0, maximum=checks.MOST_EPOCHS)
        self.gradient = checks.choice("gradient", gradient, ("article", "exact"))
        self.encoding = checks.choice("encoding", encoding, ENCODINGS)
        rng = checks.random_state(rng)
        checks.weights_in_all([self.num_inputs, *self.hidden_layer_sizes, self.num_outputs])

        count = len(self.hidden_layer_sizes)
        given: list[Sequence[Sequence[float]] | None] = [None] * count
        if hidden_weights is not None:
            given = checks.nested_weights("hidden_weights", hidden_weights, count)
        sizes = [self.num_inputs, *self.hidden_layer_sizes]
        self.hidden_layers = [Layer(i + 1, sizes[i], sizes[i + 1], weights, rng) for i, weights in enumerate(given)]
        self.output_layer = Layer(count + 1, sizes[-1], self.num_outputs, output_weights, rng)

    @property
    def layers(self) -> list[Layer]:
        """The hidden layers, then the output layer."""
        return [*self.hidden_layers, self.output_layer]

    @property
    def parameters(self) -> list[LayerNumbers]:
        """A copy of every bias and weight, as the constructor takes them; the last entry is the output layer's.

        Examples
        --------
        >>> NeuralNetwork(1, [], 1, output_weights=[[0.5, 2.0]]).parameters
        [[[0.5, 2.0]]]
        """
        return [[[neuron.bias, *neuron.weights] for neuron in layer.neurons] for layer in self.layers]

    def feed_forward(self, row: Sequence[float]) -> list[float]:
        """Pass a row through all layers, which remember their numbers, and give the outputs.

        Examples
        --------
        >>> NeuralNetwork(1, [], 1, output_weights=[[0.5, 2.0]]).feed_forward([-0.25])
        [0.5]
        """
        values = row
        for layer in self.layers:
            values = layer.feed_forward(values)
        return self.output_layer.a_values

    def back_propagate(self, output_slopes: Sequence[float]) -> None:
        """Take one step of the article's rule from dL/da of the outputs and what the layers remember.

        The output layer changes first; the hidden deltas are computed from its new weights.

        Parameters
        ----------
        output_slopes : sequence of num_outputs floats
            dL/da, which `fit` has summed over all rows.

        Notes
        -----
        Equations 4, 13, 20, 28, 36 and 40.

        Examples
        --------
        >>> network = NeuralNetwork(1, [], 1, eta=1.0, output_weights=[[0.5, 2.0]])
        >>> _ = network.feed_forward([-0.25])
        >>> network.back_propagate([1.0])
        >>> network.parameters
        [[[0.25, 2.0625]]]
        """
        self._compute_output_deltas(output_slopes)
        self.output_layer.adjust(self.eta)
        self._compute_hidden_deltas()
        for layer in self.hidden_layers:
            layer.adjust(self.eta)

    def _compute_output_deltas(self, output_slopes: Sequence[float]) -> None:
        """delta = da/dz dL/da (equation 17)."""
        layer = self.output_layer
        layer.compute_slopes()
        layer.delta_values = [da_dz * dl_da for da_dz, dl_da in zip(layer.da_dz_values, output_slopes, strict=True)]

    def _compute_hidden_deltas(self) -> None:
        """delta_j = sum over k of da_j/dz_j W[j,k] delta_k (equations 33 and 44, summed over all paths)."""
        following = self.output_layer
        for layer in reversed(self.hidden_layers):
            layer.compute_slopes()
            layer.delta_values = [0.0] * layer.num_neurons
            for j, da_dz in enumerate(layer.da_dz_values):
                for neuron, delta in zip(following.neurons, following.delta_values, strict=True):
                    layer.delta_values[j] += da_dz * neuron.weights[j] * delta
            following = layer

    def loss(self, rows: checks.Rows, targets: checks.Labels) -> float:
        """Give the loss: half the squared errors, summed over rows and outputs.

        Parameters
        ----------
        rows : array-like of shape (n_samples, num_inputs)
        targets : array-like of shape (n_samples,)
            Classes 0 and 1.

        Raises
        ------
        ValueError
            As `fit`.

        Examples
        --------
        >>> network = NeuralNetwork(1, [], 1, output_weights=[[0.5, 2.0]])
        >>> round(network.loss([[-0.25]], [1]), 5)
        0.10125
        """
        return sum(sum(self.output_layer.losses(wanted)) for wanted in self._each_sample(*self._data(rows, targets)))

    def loss_gradient(self, rows: checks.Rows, targets: checks.Labels) -> list[LayerNumbers]:
        """Give the true gradient of `loss`, in the shape of `parameters`.

        Parameters
        ----------
        rows : array-like of shape (n_samples, num_inputs)
        targets : array-like of shape (n_samples,)
            Classes 0 and 1.

        Raises
        ------
        ValueError
            As `fit`.

        Notes
        -----
        dL/db = sum over rows of delta, dL/dW = sum over rows of input times delta: equations 18 and 19, with the sum
        of equation 12 around the whole product.

        Examples
        --------
        >>> network = NeuralNetwork(1, [], 1, output_weights=[[0.5, 2.0]])
        >>> [[[bias, weight]]] = network.loss_gradient([[-0.25]], [1])
        >>> print(f"{bias:.4f} {weight:.6f}")
        -0.1125 0.028125
        """
        return self._gradient_and_losses(*self._data(rows, targets))[0]

    def fit(self, rows: checks.Rows, targets: checks.Labels, debug: bool = False) -> None:
        """Take `epochs` steps, going on from the present weights.

        Parameters
        ----------
        rows : array-like of shape (n_samples, num_inputs)
        targets : array-like of shape (n_samples,)
            Classes 0 and 1.
        debug : bool
            Print the losses of each iteration, output by output: the sum over the rows, and the average.

        Raises
        ------
        ValueError
            If there are no rows, a row is not num_inputs finite numbers, a target is neither 0 nor 1, there is not one
            target a row, or the network has more than 2 outputs.

        Examples
        --------
        >>> network = NeuralNetwork(1, [], 1, epochs=2, output_weights=[[0.5, 2.0]])
        >>> network.fit([[-0.25], [-0.25]], [1, 1], debug=True)
        *** Iteration: 1 , Summed Loss: [0.202...] , Average Loss: [0.101...]
        *** Iteration: 2 , Summed Loss: [0.199...] , Average Loss: [0.099...]
        """
        samples, labels = self._data(rows, targets)
        take_step = self._article_step if self.gradient == "article" else self._exact_step
        for epoch in range(self.epochs):
            losses = take_step(samples, labels)
            if debug:
                average = [value / len(samples) for value in losses]
                print(f"*** Iteration: {epoch + 1} , Summed Loss: {losses} , Average Loss: {average}")  # noqa: T201

    def predict(self, rows: checks.Rows) -> list[int]:
        """Give the class of each row: the index of its largest output.

        Parameters
        ----------
        rows : array-like of shape (n_samples, num_inputs)

        Returns
        -------
        list of n_samples ints

        Raises
        ------
        ValueError
            If a row is not num_inputs finite numbers.

        Examples
        --------
        >>> NeuralNetwork(1, [], 2, output_weights=[[0.0, 1.0], [0.0, -1.0]]).predict([[2.0], [-2.0]])
        [0, 1]
        """
        outputs = [self.feed_forward(row) for row in checks.table(rows, self.num_inputs)]
        return [values.index(max(values)) for values in outputs]

    def describe(self) -> str:
        """Give what `info` prints.

        Examples
        --------
        >>> NeuralNetwork(2, [2], 2).describe().splitlines()[3]
        'Hidden Layer Sizes: [2]'
        """
        return "\n".join(
            (
                "========= [ Neural Network ] =========",
                f"Learning Rate (eta): {self.eta}",
                f"Maximum Iterations (epoch): {self.epochs}",
                f"Hidden Layer Sizes: {self.hidden_layer_sizes}",
                *(layer.describe() for layer in self.layers),
                "======================================",
            )
        )

    def wanted_outputs(self, label: int) -> list[float]:
        """Give the two values that the outputs are trained towards for a class, by the network's encoding.

        Examples
        --------
        >>> NeuralNetwork(2, [2], 2, encoding="prose").wanted_outputs(0)
        [0.95, 0.05]
        """
        return class_targets(label, self.encoding)

    def info(self) -> None:
        """Print the settings and every layer in the article's layout.

        Examples
        --------
        >>> NeuralNetwork(1, [], 1, output_weights=[[0.5, 2.0]]).info()
        ========= [ Neural Network ] =========
        Learning Rate (eta): 0.05
        Maximum Iterations (epoch): 100
        Hidden Layer Sizes: []
        ~~~~~~ [ Layer - 1 ] ~~~~~~
        ...
        ======================================
        """
        print(self.describe())  # noqa: T201

    def _data(self, rows: checks.Rows, targets: checks.Labels) -> tuple[list[list[float]], list[int]]:
        """Return rows and targets as checked lists."""
        if self.num_outputs > 2:
            raise ValueError(
                f"num_outputs={self.num_outputs} cannot be trained, as the encoding has values for 2 outputs: "
                "make the network with num_outputs=2, or take clearprop.MLPClassifier for more classes"
            )
        samples = checks.table(rows, self.num_inputs)
        return samples, checks.two_classes(targets, len(samples))

    def _each_sample(self, samples: list[list[float]], labels: list[int]) -> Iterator[list[float]]:
        """Feed each sample forward, then yield what its outputs should have been."""
        for row, label in zip(samples, labels, strict=True):
            self.feed_forward(row)
            yield self.wanted_outputs(label)

    def _article_step(self, samples: list[list[float]], labels: list[int]) -> list[float]:
        """Take one step of the article's rule; give the losses before it."""
        losses = [0.0] * self.num_outputs
        slopes = [0.0] * self.num_outputs
        for wanted in self._each_sample(samples, labels):
            _add(losses, self.output_layer.losses(wanted))
            _add(slopes, self.output_layer.loss_slopes(wanted))
        self.back_propagate(slopes)
        return losses

    def _exact_step(self, samples: list[list[float]], labels: list[int]) -> list[float]:
        """Take one step down the true gradient; give the losses before it."""
        gradient, losses = self._gradient_and_losses(samples, labels)
        for layer, layer_gradient in zip(self.layers, gradient, strict=True):
            for neuron, (bias_slope, *weight_slopes) in zip(layer.neurons, layer_gradient, strict=True):
                neuron.adjust_bias(self.eta, bias_slope)
                neuron.adjust_weights(self.eta, weight_slopes, 1.0)
        return losses

    def _gradient_and_losses(
        self, samples: list[list[float]], labels: list[int]
    ) -> tuple[list[LayerNumbers], list[float]]:
        """Sum over the rows: the gradient in the shape of `parameters`, and the loss of each output."""
        losses = [0.0] * self.num_outputs
        gradient = [[[0.0] * (1 + layer.num_inputs) for _ in layer.neurons] for layer in self.layers]
        for wanted in self._each_sample(samples, labels):
            _add(losses, self.output_layer.losses(wanted))
            self._compute_output_deltas(self.output_layer.loss_slopes(wanted))
            self._compute_hidden_deltas()
            for layer, layer_gradient in zip(self.layers, gradient, strict=True):
                for j, delta in enumerate(layer.delta_values):
                    _add(layer_gradient[j], [delta, *(value * delta for value in layer.input_values)])
        return gradient, losses


def _add(totals: list[float], values: list[float]) -> None:
    """Add values to totals, place by place."""
    for i, value in enumerate(values):
        totals[i] += value
