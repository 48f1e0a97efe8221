"""Mistake 4: equations that follow one path where all count, and slips in what is written down."""

import math

from clearprop.article.activations import sigmoid, slope
from clearprop.article.encoding import class_targets
from clearprop.article.mistakes.differences import close, difference, network_differences
from clearprop.article.mistakes.record import Column, Mistake, Table
from clearprop.article.network import NeuralNetwork

#: One row, its class, and small weights of both signs (bias first) for a network 2-2-2-2; any others show the same.
ROW = (1.5, -1.0)
TARGET = 1
HIDDEN_WEIGHTS = (((0.1, 0.4, -0.6), (-0.2, 0.7, 0.5)), ((0.3, -0.5, 0.8), (0.0, 0.6, -0.4)))
OUTPUT_WEIGHTS = ((-0.1, 0.9, -0.7), (0.2, 0.3, 0.5))


def single_paths() -> Mistake:
    """Show mistake 4 on figure 1's network, 2-2-2-2, and on a chain of single neurons.

    Examples
    --------
    >>> single_paths().shown
    True
    """
    paths, exponents, chain = _paths(), _exponents(), _chain()
    return Mistake(
        4,
        "Equations follow one path, and carry slips",
        "Equations 33 to 35 and 44 to 46 follow the path through the upper neurons only. Equations 37 and "
        "41 end in dL/da2 (so does 21), equation 45 has a1 in front where 39 has x1, and the two lines "
        "before equation 3 have (1+exp(-x))^-1 in their denominators.",
        "With several neurons in the next layer a delta is the sum over all of them, as the article says "
        "beside figure 2 and its program computes. The factor dL/da2 counts the path behind a2 twice: "
        "dL/da3 is meant. The weight W1[1,1] multiplies x1. The denominators are 1 + exp(-x), without the "
        "exponent.",
        (
            Table(
                "Figure 1's network (2-2-2-2), one row: one path, all paths",
                (
                    Column("slope"),
                    Column("equation"),
                    Column("one path", ".8f"),
                    Column("all paths", ".8f"),
                    Column("finite difference", ".8f"),
                ),
                paths,
            ),
            Table(
                "A chain 1-1-1-1, where one path is all there is",
                (
                    Column("slope"),
                    Column("equation"),
                    Column("as written", ".8f"),
                    Column("as meant", ".8f"),
                    Column("finite difference", ".8f"),
                ),
                chain,
            ),
            Table(
                "The slope of the sigmoid before equation 3",
                (
                    Column("x"),
                    Column('"In other words"', ".6f"),
                    Column('"Rewriting"', ".6f"),
                    Column("equation 3", ".6f"),
                    Column("finite difference", ".6f"),
                ),
                exponents,
            ),
        ),
        all(close(judge, right) and not close(written, judge) for _, _, written, right, judge in (*paths, *chain))
        and all(
            close(judge, right) and not close(first, judge) and not close(second, judge)
            for _, first, second, right, judge in exponents
        ),
    )


def _paths() -> tuple[tuple[str, str, float, float, float], ...]:
    """For slopes of figure 1's network: name, equation, by one path, by all, by finite differences."""
    network = NeuralNetwork(2, [2, 2], 2, hidden_weights=HIDDEN_WEIGHTS, output_weights=OUTPUT_WEIGHTS)
    exact = network.loss_gradient([ROW], [TARGET])
    judge = network_differences(network, [ROW], [TARGET])
    first, second, third = network.layers
    # Equations 33 and 44 define delta_1^2 and delta_1^1 as mere factors; delta_1^3 (17) is a slope of the loss.
    delta3 = third.delta_values[0]
    factor2 = slope(second.a_values[0]) * third.neurons[0].weights[0]
    factor1 = slope(first.a_values[0]) * second.neurons[0].weights[0]
    return (
        ("dL/db2[1]", "33, 35", factor2 * delta3, exact[1][0][0], judge[1][0][0]),
        ("dL/dW2[1,1]", "33, 34", first.a_values[0] * factor2 * delta3, exact[1][0][1], judge[1][0][1]),
        ("dL/db1[1]", "44, 46", factor1 * factor2 * delta3, exact[0][0][0], judge[0][0][0]),
        ("dL/dW1[1,1]", "44, 39", ROW[0] * factor1 * factor2 * delta3, exact[0][0][1], judge[0][0][1]),
    )


def _chain() -> tuple[tuple[str, str, float, float, float], ...]:
    """For slopes of a chain: name, equation, as written, as meant, by finite differences."""
    x = ROW[0]
    network = NeuralNetwork(
        1,
        [1, 1],
        1,
        hidden_weights=[[layer[0][:2]] for layer in HIDDEN_WEIGHTS],
        output_weights=[OUTPUT_WEIGHTS[0][:2]],
    )
    judge = network_differences(network, [[x]], [TARGET])
    network.feed_forward([x])
    a1, a2, a3 = (layer.a_values[0] for layer in network.layers)
    _, w2, w3 = (layer.neurons[0].weights[0] for layer in network.layers)
    dl_da3 = a3 - class_targets(TARGET)[0]
    dl_da2 = w3 * slope(a3) * dl_da3
    before_a2 = slope(a2) * w3 * slope(a3)
    before_a1 = slope(a1) * w2 * before_a2
    return (
        ("dL/dW2[1,1]", "21", a1 * before_a2 * dl_da2, a1 * before_a2 * dl_da3, judge[1][0][1]),
        ("dL/dW1[1,1]", "37", x * before_a1 * dl_da2, x * before_a1 * dl_da3, judge[0][0][1]),
        ("dL/db1[1]", "41", before_a1 * dl_da2, before_a1 * dl_da3, judge[0][0][0]),
        ("dL/dW1[1,1]", "45", a1 * before_a1 * dl_da3, x * before_a1 * dl_da3, judge[0][0][1]),
    )


def _exponents() -> tuple[tuple[float, float, float, float, float], ...]:
    """For some x: the two lines as written, equation 3, and a finite difference."""
    rows = []
    for x in (-2.0, -1.0, 0.0, 1.0, 2.0):
        inverse = (1 + math.exp(-x)) ** -1
        in_other_words = 1 / inverse * (1 + math.exp(-x) - 1) / inverse
        rewriting = 1 / inverse * (1 - 1 / inverse)
        rows.append((x, in_other_words, rewriting, slope(sigmoid(x)), difference(sigmoid, x)))
    return tuple(rows)
