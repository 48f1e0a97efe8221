"""One neuron as one object: a bias, a list of weights, and what it does with a row."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from clearprop.article import checks
from clearprop.article.activations import ACTIVATIONS


class Neuron:
    """A neuron that sums its weighted inputs and passes the sum through its activation.

    Parameters
    ----------
    num_inputs : int
        How many numbers it reads.
    activation : {"sigmoid", "step"}
        What turns z into a.
    bias_weights : sequence of 1 + num_inputs floats, optional
        The bias first, then the weights; None draws them in that order, each from [0, 1).
    rng : numpy.random.RandomState, optional
        Draws them; None takes a fresh one.

    Attributes
    ----------
    bias : float
    weights : list of num_inputs floats

    Raises
    ------
    ValueError
        If a parameter breaks its rule.

    Notes
    -----
    z = b + sum_j x_j W_j, equation 9; a = activation(z), equation 1.

    Examples
    --------
    >>> neuron = Neuron(2, bias_weights=[0.5, 1.0, -1.0])
    >>> neuron.weighted_sum([2.0, 2.5])
    0.0
    >>> neuron.activate(0.0)
    0.5
    """

    def __init__(
        self,
        num_inputs: int,
        activation: str = "sigmoid",
        bias_weights: Sequence[float] | None = None,
        rng: np.random.RandomState | None = None,
    ) -> None:
        self.num_inputs = checks.whole_number("num_inputs", num_inputs, minimum=1)
        self.activation = ACTIVATIONS[checks.choice("activation", activation, ACTIVATIONS)]
        if bias_weights is None:
            rng = checks.random_state(rng)
            # One draw a number, as in the article.
            values = [float(rng.random(1)[0]) for _ in range(1 + self.num_inputs)]
        else:
            values = checks.numbers("bias_weights", bias_weights, 1 + self.num_inputs)
        self.bias = values[0]
        self.weights = values[1:]

    def weighted_sum(self, row: Sequence[float]) -> float:
        """Give z for a row: the bias, and each input times its weight added from left to right (equation 9).

        Raises
        ------
        ValueError
            If the row has not num_inputs numbers.

        Examples
        --------
        >>> Neuron(1, bias_weights=[0.5, 2.0]).weighted_sum([3.0])
        6.5
        """
        if len(row) != self.num_inputs:
            raise ValueError(
                f"row has {len(row)} numbers where {self.num_inputs} are needed: pass exactly {self.num_inputs}"
            )
        z = self.bias
        for i, weight in enumerate(self.weights):
            z += row[i] * weight
        return z

    def activate(self, z: float) -> float:
        """Give a for a weighted sum (equation 1).

        Examples
        --------
        >>> Neuron(1, "step", bias_weights=[0.5, 2.0]).activate(6.5)
        1.0
        """
        return float(self.activation(z))

    def adjust_weights(self, eta: float, inputs: Sequence[float], delta: float) -> None:
        """Move each weight by -eta times input times delta (equations 4, 18, 20 and 36).

        Examples
        --------
        >>> neuron = Neuron(1, bias_weights=[0.5, 2.0])
        >>> neuron.adjust_weights(0.5, [3.0], 1.0)
        >>> neuron.weights
        [0.5]
        """
        for i in range(self.num_inputs):
            # eta times input first: (eta * x) * delta rounds otherwise than eta * (x * delta).
            self.weights[i] -= eta * inputs[i] * delta

    def adjust_bias(self, eta: float, delta: float) -> None:
        """Move the bias by -eta times delta (equations 13, 19, 28 and 40).

        Examples
        --------
        >>> neuron = Neuron(1, bias_weights=[0.5, 2.0])
        >>> neuron.adjust_bias(0.5, 1.0)
        >>> neuron.bias
        0.0
        """
        self.bias -= eta * delta

    def describe(self) -> str:
        """Give what `info` prints.

        Examples
        --------
        >>> Neuron(1, bias_weights=[0.5, 2.0]).describe().splitlines()[-1]
        'Bias: 0.5 , Weights: [2.0]'
        """
        return "\n".join(
            (
                "--- [ Neuron ] ---",
                f"No. of Inputs: {self.num_inputs}",
                f"Bias: {self.bias} , Weights: {self.weights}",
            )
        )

    def info(self) -> None:
        """Print the number of inputs, the bias and the weights in the article's layout.

        Examples
        --------
        >>> Neuron(2, bias_weights=[0.5, 2.0, 3.0]).info()
        --- [ Neuron ] ---
        No. of Inputs: 2
        Bias: 0.5 , Weights: [2.0, 3.0]
        """
        print(self.describe())  # noqa: T201
