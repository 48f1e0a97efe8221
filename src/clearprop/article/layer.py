"""A layer: neurons side by side, and what they saw and gave last."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from clearprop.article import checks
from clearprop.article.activations import slope
from clearprop.article.neuron import Neuron


class Layer:
    """Neurons that read the same inputs, with the numbers of the last row they were given.

    Parameters
    ----------
    layer_id : int
        Its number, from 1 for the first hidden layer.
    num_inputs, num_neurons : int
        Its shape.
    weights : sequence of num_neurons sequences of 1 + num_inputs floats, optional
        Bias first in each; None draws them, neuron by neuron.
    rng : numpy.random.RandomState, optional
        Draws them; None takes a fresh one.
    activation : {"sigmoid", "step"}
        Of all its neurons. The article's layers are always sigmoid.

    Attributes
    ----------
    neurons : list of Neuron
    input_values : list of num_inputs floats
        The row it read last.
    z_values, a_values, da_dz_values, delta_values : lists of num_neurons floats
        Weighted sums, activations, slopes a (1 - a), and dL/dz; 0.0 until first computed.

    Raises
    ------
    ValueError
        If a parameter breaks its rule.

    Notes
    -----
    Source: the article's code of a layer; equations 6 to 9.

    Examples
    --------
    >>> layer = Layer(1, 2, 1, weights=[[0.5, 1.0, -1.0]])
    >>> layer.feed_forward([2.0, 2.5])
    [0.5]
    """

    def __init__(
        self,
        layer_id: int,
        num_inputs: int,
        num_neurons: int,
        weights: Sequence[Sequence[float]] | None = None,
        rng: np.random.RandomState | None = None,
        *,
        activation: str = "sigmoid",
    ) -> None:
        self.layer_id = layer_id
        self.num_inputs = checks.whole_number("num_inputs", num_inputs, minimum=1)
        self.num_neurons = checks.whole_number("num_neurons", num_neurons, minimum=1)
        if weights is None:
            rng = checks.random_state(rng)
            self.neurons = [Neuron(num_inputs, activation, rng=rng) for _ in range(num_neurons)]
        else:
            given = checks.nested_weights(f"weights of layer {layer_id}", weights, num_neurons)
            self.neurons = [Neuron(num_inputs, activation, bias_weights=entry) for entry in given]
        self.input_values = [0.0] * num_inputs
        self.z_values = [0.0] * num_neurons
        self.a_values = [0.0] * num_neurons
        self.da_dz_values = [0.0] * num_neurons
        self.delta_values = [0.0] * num_neurons

    def feed_forward(self, row: Sequence[float]) -> list[float]:
        """Compute and remember z and a of every neuron for a row (equations 9 and 1), and give the a.

        Examples
        --------
        >>> layer = Layer(1, 1, 2, weights=[[0.0, 1.0], [1.0, -1.0]])
        >>> layer.feed_forward([0.0])
        [0.5, 0.7310585786300049]
        >>> layer.z_values
        [0.0, 1.0]
        """
        self.input_values = list(row)
        # New lists each time, so that those handed out before keep their numbers.
        self.z_values, self.a_values = [], []
        for neuron in self.neurons:
            z = neuron.weighted_sum(row)
            self.z_values.append(z)
            self.a_values.append(neuron.activate(z))
        return self.a_values

    def compute_slopes(self) -> None:
        """Remember da/dz = a (1 - a) of every neuron (equations 8 and 24).

        Examples
        --------
        >>> layer = Layer(1, 1, 1, weights=[[0.0, 1.0]])
        >>> _ = layer.feed_forward([0.0])
        >>> layer.compute_slopes()
        >>> layer.da_dz_values
        [0.25]
        """
        self.da_dz_values = [slope(a) for a in self.a_values]

    def losses(self, wanted: Sequence[float]) -> list[float]:
        """Give half the squared error of each output (equation 6 with 2 in place of n).

        Examples
        --------
        >>> layer = Layer(1, 1, 1, weights=[[0.0, 1.0]])
        >>> _ = layer.feed_forward([0.0])
        >>> layer.losses([1.0])
        [0.125]
        """
        # Not strict: a single output is trained towards the first of the two wanted values, as in the article.
        return [(a - y) ** 2 / 2.0 for a, y in zip(self.a_values, wanted, strict=False)]

    def loss_slopes(self, wanted: Sequence[float]) -> list[float]:
        """Give dL/da = a - y of each output (equation 7 with 2 in place of n).

        Examples
        --------
        >>> layer = Layer(1, 1, 1, weights=[[0.0, 1.0]])
        >>> _ = layer.feed_forward([0.0])
        >>> layer.loss_slopes([1.0])
        [-0.5]
        """
        # The article computes 2.0 * (a - y) / 2.0: both factors of 2 are exact, so leaving them out changes no bit.
        return [a - y for a, y in zip(self.a_values, wanted, strict=False)]

    def adjust(self, eta: float) -> None:
        """Move the parameters of every neuron by its remembered delta and the remembered inputs.

        Examples
        --------
        >>> layer = Layer(1, 1, 1, weights=[[0.0, 1.0]])
        >>> layer.input_values, layer.delta_values = [2.0], [0.5]
        >>> layer.adjust(0.1)
        >>> layer.neurons[0].bias, layer.neurons[0].weights
        (-0.05, [0.9])
        """
        for neuron, delta in zip(self.neurons, self.delta_values, strict=True):
            neuron.adjust_weights(eta, self.input_values, delta)
            neuron.adjust_bias(eta, delta)

    def describe(self) -> str:
        """Give what `info` prints.

        Examples
        --------
        >>> Layer(3, 1, 1, weights=[[0.0, 1.0]]).describe().splitlines()[0]
        '~~~~~~ [ Layer - 3 ] ~~~~~~'
        """
        return "\n".join(
            (
                f"~~~~~~ [ Layer - {self.layer_id} ] ~~~~~~",
                f"No. of Neurons: {self.num_neurons}",
                f"Input: {self.input_values}",
                f"Z Values: {self.z_values}",
                f"A Values: {self.a_values}",
                *(neuron.describe() for neuron in self.neurons),
            )
        )

    def info(self) -> None:
        """Print the remembered numbers and every neuron in the article's layout.

        Examples
        --------
        >>> Layer(1, 1, 1, weights=[[0.5, 1.0]]).info()
        ~~~~~~ [ Layer - 1 ] ~~~~~~
        No. of Neurons: 1
        Input: [0.0]
        Z Values: [0.0]
        A Values: [0.0]
        --- [ Neuron ] ---
        No. of Inputs: 1
        Bias: 0.5 , Weights: [1.0]
        """
        print(self.describe())  # noqa: T201
