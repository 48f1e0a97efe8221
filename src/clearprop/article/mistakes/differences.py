"""Slopes by finite differences: the judge that knows nothing of back-propagation."""

import copy
from collections.abc import Callable
from functools import partial
from typing import Any

from clearprop.article.network import LayerNumbers, NeuralNetwork

STEP = 1e-5
"""Half-width of the central difference; its error is about STEP^2 from the curve and 1e-16 / STEP from rounding."""


def difference(function: Callable[[float], float], at: float) -> float:
    """Give the slope of a function of one number.

    Notes
    -----
    (f(x + h) - f(x - h)) / 2h.

    Examples
    --------
    >>> round(difference(lambda x: x * x, 3.0), 6)
    6.0
    """
    return (function(at + STEP) - function(at - STEP)) / (2 * STEP)


def network_differences(network: NeuralNetwork, rows: Any, targets: Any) -> list[LayerNumbers]:
    """Give the slope of a network's loss along each of its parameters, in the shape of `parameters`.

    Examples
    --------
    >>> network = NeuralNetwork(1, [], 1, output_weights=[[0.5, 2.0]])
    >>> [[[bias, weight]]] = network_differences(network, [[-0.25]], [1])
    >>> print(f"{bias:.4f} {weight:.6f}")
    -0.1125 0.028125
    """
    start = network.parameters

    def loss_along(value: float, layer: int, neuron: int, place: int) -> float:
        parameters = copy.deepcopy(start)
        parameters[layer][neuron][place] = value
        moved = NeuralNetwork(
            network.num_inputs,
            network.hidden_layer_sizes,
            network.num_outputs,
            hidden_weights=parameters[:-1],
            output_weights=parameters[-1],
            encoding=network.encoding,
        )
        return moved.loss(rows, targets)

    return [
        [
            [
                difference(partial(loss_along, layer=layer, neuron=neuron, place=place), number)
                for place, number in enumerate(numbers)
            ]
            for neuron, numbers in enumerate(layer_numbers)
        ]
        for layer, layer_numbers in enumerate(start)
    ]


def close(first: float, second: float) -> bool:
    """Say whether a finite difference agrees with the slope that it judges.

    Examples
    --------
    >>> close(0.25, 0.25000000001), close(0.25, 0.26)
    (True, False)
    """
    return abs(first - second) <= 1e-6 * abs(second) + 1e-9
