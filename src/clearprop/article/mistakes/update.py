"""Mistakes 1, 3 and 5: what the article's update adds up, in which order, and what it prints about it."""

from collections.abc import Iterator

from clearprop.article.activations import slope
from clearprop.article.encoding import class_targets
from clearprop.article.mistakes.differences import close, network_differences
from clearprop.article.mistakes.record import Column, Mistake, Table
from clearprop.article.network import LayerNumbers, NeuralNetwork
from clearprop.article.reproduction import ROWS, TARGETS, new_network


def not_the_gradient() -> Mistake:
    """Show mistake 1: the first step of Output 5's fit beside the true gradient and finite differences.

    Examples
    --------
    >>> not_the_gradient().shown
    True
    """
    exact = new_network().loss_gradient(ROWS, TARGETS)
    differences = network_differences(new_network(), ROWS, TARGETS)
    stepped = new_network(epochs=1)
    stepped.fit(ROWS, TARGETS)

    rows = tuple(
        (name, difference, true, step, true / step)
        for (name, difference), (_, true), (_, step) in zip(
            named(differences), named(exact), named(steps_taken(stepped)), strict=True
        )
    )
    hidden_weight_ratios = [ratio for name, *_, ratio in rows if name.startswith("W1")]
    hidden_bias_ratios = [ratio for name, *_, ratio in rows if name.startswith("b1")]
    shares = _shares_of_first_weight()
    return Mistake(
        1,
        "The update is not the gradient of the loss",
        "fit adds up dL/da over all rows and then propagates that sum back once, through the inputs, "
        "activations and slopes that the layers happen to remember: those of the last row. Equation 12 "
        "already takes the other factors out of the sum.",
        "The gradient of a sum is the sum of each row's whole product. Finite differences agree with that "
        "sum. The article's step is 28 to 50 times too small for the hidden weights, and over 100 times "
        "for their biases: the last row saturates the hidden neurons, and its tiny slope stands in for "
        "the larger slopes of the others.",
        (
            Table(
                "dL/d(parameter) at the first epoch of Output 4's network",
                (
                    Column("parameter"),
                    Column("finite difference", ".8f"),
                    Column("true gradient", ".8f"),
                    Column("article's", ".8f"),
                    Column("true / article's", ".2f"),
                ),
                rows,
            ),
            Table(
                "What each row adds to dL/dW1[1,1]",
                (Column("row"), Column("x1", ".1f"), Column("slope of a1[1]", ".8f"), Column("x1 delta1[1]", ".8f")),
                (*shares, ("sum", "", "", sum(share for *_, share in shares))),
            ),
        ),
        all(close(row[1], row[2]) for row in rows)
        and all(28 < ratio < 51 for ratio in hidden_weight_ratios)
        and min(hidden_bias_ratios) > 100,
    )


def deltas_too_late() -> Mistake:
    """Show mistake 3 by itself: with a single row, mistake 1 cannot occur.

    Examples
    --------
    >>> deltas_too_late().shown
    True
    """
    rows = []
    for eta in (0.05, 1.0):
        network = new_network(eta=eta, epochs=1)
        differences = network_differences(network, ROWS[:1], TARGETS[:1])
        exact = network.loss_gradient(ROWS[:1], TARGETS[:1])
        network.fit(ROWS[:1], TARGETS[:1])
        late = network.hidden_layers[0].delta_values
        for neuron in range(2):
            true = exact[0][neuron][0]
            rows.append((eta, f"delta1[{neuron + 1}]", differences[0][neuron][0], true, late[neuron]))
    return Mistake(
        3,
        "Hidden deltas come from weights that have already changed",
        "Back-propagation changes the output layer's weights first, and computes the hidden deltas from "
        "the changed ones.",
        "All deltas belong to one point: they must be computed before anything moves. With a single row "
        "error 1 cannot interfere, and what is left is this one; it grows with the learning rate.",
        (
            Table(
                "Hidden deltas for the first row alone",
                (
                    Column("eta"),
                    Column("delta"),
                    Column("finite difference", ".8f"),
                    Column("old weights", ".8f"),
                    Column("changed weights", ".8f"),
                ),
                tuple(rows),
            ),
        ),
        all(close(difference, true) and not close(late, true) for _, _, difference, true, late in rows),
    )


def sum_called_average() -> Mistake:
    """Show mistake 5: give every row twice, and the "average" doubles.

    Examples
    --------
    >>> sum_called_average().shown
    True
    """
    cases = (("ten rows", ROWS, TARGETS), ("each twice", ROWS * 2, TARGETS * 2))
    rows = []
    for name, data, targets in cases:
        first, second = _summed_losses(new_network(), data, targets)
        rows.append((name, first, second, first / len(data), second / len(data)))
    (_, *once), (_, *twice) = rows
    return Mistake(
        5,
        'The "average loss" is a sum',
        "fit(debug=True) prints the squared errors, halved and added over all rows, as the average loss. "
        "Equation 6 divides by n; the program divides by 2.0 instead and never by n.",
        "An average does not change when every row is given twice. The printed number doubles. Dividing "
        "it by the number of rows gives the average. The program's gradient is that of the sum, so a step "
        "grows with the rows too.",
        (
            Table(
                "Losses of the two outputs in the first iteration",
                (
                    Column("data"),
                    Column("printed, 1", ".6f"),
                    Column("printed, 2", ".6f"),
                    Column("average, 1", ".6f"),
                    Column("average, 2", ".6f"),
                ),
                tuple(rows),
            ),
        ),
        all(abs(twice[i] / once[i] - 2) < 1e-12 for i in (0, 1))
        and all(abs(twice[i] / once[i] - 1) < 1e-12 for i in (2, 3)),
    )


def named(numbers: list[LayerNumbers]) -> Iterator[tuple[str, float]]:
    """Yield each number in the shape of `parameters` with its name: b1[1], W1[1,1], and so on.

    Examples
    --------
    >>> list(named([[[0.5, 2.0]]]))
    [('b1[1]', 0.5), ('W1[1,1]', 2.0)]
    """
    for layer, layer_numbers in enumerate(numbers, start=1):
        for neuron, (bias, *weights) in enumerate(layer_numbers, start=1):
            yield f"b{layer}[{neuron}]", bias
            for source, weight in enumerate(weights, start=1):
                yield f"W{layer}[{source},{neuron}]", weight


def steps_taken(network: NeuralNetwork) -> list[LayerNumbers]:
    """Give what the article's last update took for the gradient: remembered delta, and input times delta.

    Examples
    --------
    >>> network = NeuralNetwork(1, [], 1, eta=1.0, epochs=1, output_weights=[[0.0, 0.0]])
    >>> network.fit([[2.0]], [0])
    >>> steps_taken(network)
    [[[0.1125, 0.225]]]
    """
    return [
        [[delta, *(value * delta for value in layer.input_values)] for delta in layer.delta_values]
        for layer in network.layers
    ]


def _shares_of_first_weight() -> list[tuple[int, float, float, float]]:
    """For each row: its number, x1, the slope of hidden neuron 1, and its share of dL/dW1[1,1]."""
    shares = []
    for number, (row, target) in enumerate(zip(ROWS, TARGETS, strict=True), start=1):
        network = new_network()
        share = network.loss_gradient([row], [target])[0][0][1]
        shares.append((number, row[0], slope(network.hidden_layers[0].a_values[0]), share))
    return shares


def _summed_losses(
    network: NeuralNetwork, rows: tuple[tuple[float, float], ...], targets: tuple[int, ...]
) -> list[float]:
    """Give each output's loss summed over the rows, as the article's debug line prints it."""
    totals = [0.0] * network.num_outputs
    for row, target in zip(rows, targets, strict=True):
        network.loss([row], [target])
        from_row = network.output_layer.losses(class_targets(target, network.encoding))
        totals = [total + loss for total, loss in zip(totals, from_row, strict=True)]
    return totals
