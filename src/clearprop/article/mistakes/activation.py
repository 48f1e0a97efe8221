"""Mistakes 6, 7 and 8: an exponential that overflows, a step that cannot learn, and weights that saturate."""

import math
from statistics import fmean, pstdev

from clearprop.article.activations import sigmoid, slope
from clearprop.article.layer import Layer
from clearprop.article.mistakes.record import Cell, Column, Mistake, Table
from clearprop.article.network import NeuralNetwork
from clearprop.article.reproduction import ROWS, TARGETS, new_network

MOST_NEGATIVE = -math.log(1.7976931348623157e308)
"""About -709.78: exp of minus anything below is more than a float holds."""


def exponential_overflows() -> Mistake:
    """Show mistake 6: call math.exp on the way down, and evaluate the sigmoid without importing math.

    Examples
    --------
    >>> exponential_overflows().shown
    True
    """
    rows = tuple(
        (z, _outcome("1 / (1 + math.exp(-z))", z, math=math), sigmoid(z))
        for z in (-700.0, -709.0, -710.0, -745.0, -1000.0)
    )
    without_import = _outcome("1 / (1 + math.exp(-z))", 0.0)
    return Mistake(
        6,
        "The sigmoid overflows, and math is never imported",
        "The sigmoid is 1 / (1 + math.exp(-z)) for every z, in a listing that imports NumPy only.",
        "Below z = -709.78 exp(-z) is more than a float can hold, and Python raises OverflowError. The "
        "equal form exp(z)/(1+exp(z)) serves there; everywhere else equation 1 keeps its digits. "
        "Without import math the very first call fails.",
        (
            Table("On the way down", (Column("z"), Column("as written", ".4g"), Column("here", ".4g")), rows),
            Table("Without import math", (Column("z"), Column("as written")), ((0.0, without_import),)),
        ),
        without_import == "NameError"
        and all((outcome == "OverflowError") == (z < MOST_NEGATIVE) for z, outcome, _ in rows)
        and all(0.0 <= here < 1e-300 for *_, here in rows),
    )


def step_never_learns() -> Mistake:
    """Show mistake 7: train a network with two hidden step neurons, and the same with sigmoids.

    Examples
    --------
    >>> step_never_learns().shown
    True
    """
    rows = []
    for activation in ("step", "sigmoid"):
        network = new_network(gradient="exact")
        network.hidden_layers[0] = Layer(1, 2, 2, weights=_HALF_ON, activation=activation)
        before = network.parameters
        network.fit(ROWS, TARGETS)
        values = [a for row in ROWS for a in _hidden_values(network, row)]
        hidden, output = (_largest_move(old, new) for old, new in zip(before, network.parameters, strict=True))
        rows.append((activation, min(values), max(values), max(slope(a) for a in values), hidden, output))
    step, smooth = rows
    return Mistake(
        7,
        "A hidden step neuron never learns",
        "A neuron may have the step as its activation, but the slope stays a(1-a), the sigmoid's.",
        "A step gives 0 or 1, and both make a(1-a) zero: no delta passes, and no hidden parameter ever "
        "moves, whatever the loss. (The true slope of a step is 0 as well, so a step in a hidden layer is "
        "no use with gradients at all.)",
        (
            Table(
                "100 epochs of the true gradient",
                (
                    Column("hidden"),
                    Column("least a", ".4f"),
                    Column("greatest a", ".4f"),
                    Column("greatest slope", ".4f"),
                    Column("hidden moved", ".6f"),
                    Column("output moved", ".6f"),
                ),
                tuple(rows),
            ),
        ),
        step[1:4] == (0.0, 1.0, 0.0) and step[4] == 0.0 and step[5] > 0.0 and smooth[4] > 0.0,
    )


def positive_draws_saturate() -> Mistake:
    """Show mistake 8: hidden activations and slopes with the article's draws, and with centred ones.

    Examples
    --------
    >>> positive_draws_saturate().shown
    True
    """
    network = new_network()
    by_row = []
    for number, row in enumerate(ROWS, start=1):
        a = _hidden_values(network, row)[0]
        by_row.append((number, *row, network.hidden_layers[0].z_values[0], a, slope(a)))

    fitted = new_network()
    fitted.fit(ROWS, TARGETS)
    after = fitted.hidden_layers[0]
    last_row = ("10, fitted", *ROWS[-1], after.z_values[0], after.a_values[0], slope(after.a_values[0]))

    centred = [[[2 * number - 1 for number in neuron] for neuron in layer] for layer in network.parameters]
    settings = (
        ("as in the article", network, ROWS),
        ("draws from [-1, 1)", NeuralNetwork(2, [2], 2, hidden_weights=centred[:-1], output_weights=centred[-1]), ROWS),
        (
            "draws from [-1, 1), inputs standardised",
            NeuralNetwork(2, [2], 2, hidden_weights=centred[:-1], output_weights=centred[-1]),
            _standardised(),
        ),
    )
    remedies: list[tuple[Cell, ...]] = []
    for name, tried, rows in settings:
        slopes = [slope(a) for row in rows for a in _hidden_values(tried, row)]
        remedies.append((name, fmean(slopes), min(slopes)))
    drawn = [number for layer in network.parameters for neuron in layer for number in neuron]
    return Mistake(
        8,
        "All-positive weights saturate the hidden layer",
        "Every weight and bias is drawn from [0, 1), and the inputs are positive too.",
        "A sum of positive numbers is large and positive, so the sigmoid sits at its upper end, where its "
        "slope is next to nothing: after the article's fit a1[1] is 0.9998 for the last row. Draws on "
        "both sides of 0, and inputs brought to mean 0 and deviation 1, keep the slopes near their "
        "greatest value, 0.25.",
        (
            Table(
                "Hidden neuron 1 of the new network, and after Output 5's fit",
                (
                    Column("row"),
                    Column("x1"),
                    Column("x2"),
                    Column("z1[1]", ".4f"),
                    Column("a1[1]", ".6f"),
                    Column("slope", ".6f"),
                ),
                (*by_row, last_row),
            ),
            Table(
                "Slopes over ten rows and both hidden neurons",
                (Column("setting"), Column("mean slope", ".6f"), Column("least slope", ".6f")),
                tuple(remedies),
            ),
        ),
        min(drawn) >= 0.0
        and f"{last_row[4]:.4f}" == "0.9998"
        and fmean(last for *_, last in by_row) < 0.02
        and float(remedies[-1][1]) > 10 * float(remedies[0][1]),
    )


#: Two hidden neurons that are on for the article's larger rows only, so that a step gives both 0 and 1.
_HALF_ON = [[-9.0, 1.0, 1.0], [-6.0, 1.0, 0.0]]


def _outcome(formula: str, z: float, **names: object) -> float | str:
    """Evaluate a formula of z that knows only the given names; give its value, or the name of the error it raises."""
    try:
        return float(eval(formula, {"z": z, **names}))
    except (OverflowError, NameError) as error:
        return type(error).__name__


def _hidden_values(network: NeuralNetwork, row: tuple[float, float]) -> list[float]:
    network.feed_forward(row)
    return network.hidden_layers[0].a_values


def _largest_move(before: list[list[float]], after: list[list[float]]) -> float:
    return max(
        abs(new - old)
        for old_neuron, new_neuron in zip(before, after, strict=True)
        for old, new in zip(old_neuron, new_neuron, strict=True)
    )


def _standardised() -> tuple[tuple[float, float], ...]:
    """The article's rows, each column brought to mean 0 and deviation 1."""
    first, second = zip(*ROWS, strict=True)
    return tuple(((x1 - fmean(first)) / pstdev(first), (x2 - fmean(second)) / pstdev(second)) for x1, x2 in ROWS)
