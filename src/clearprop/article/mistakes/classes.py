"""Mistake 2: the program numbers the classes the other way round, and mistake 1 hides it."""

from collections.abc import Sequence
from typing import NamedTuple

from clearprop.article.mistakes.record import Column, Mistake, Table
from clearprop.article.network import NeuralNetwork
from clearprop.article.reproduction import ROWS, TARGETS, TEST_ROWS, TEST_TARGETS, new_network


class _Checkpoint(NamedTuple):
    gradient: str
    encoding: str
    epochs: int
    loss: float
    accuracy: float


def reversed_classes(checkpoints: Sequence[int] = (100, 1_000, 10_000)) -> Mistake:
    """Show mistake 2: accuracy with either gradient and either encoding; 10,000 epochs take some seconds.

    Parameters
    ----------
    checkpoints : sequence of int
        After how many epochs loss and accuracy are looked at. From 1,000 on, the true gradient has learned.

    Examples
    --------
    >>> reversed_classes(checkpoints=(1_000,)).shown
    True
    """
    rows = [
        checkpoint
        for gradient in ("article", "exact")
        for encoding in ("article", "prose")
        for checkpoint in _learning(gradient, encoding, checkpoints)
    ]
    learned = {
        encoding: {row.accuracy for row in rows if row[:2] == ("exact", encoding) and row.epochs >= 1_000}
        for encoding in ("article", "prose")
    }
    fitted = new_network()
    fitted.fit(ROWS, TARGETS)
    predictions = (
        ("output 6's three rows", _digits(fitted.predict(TEST_ROWS)), _digits(TEST_TARGETS)),
        ("the ten rows of fit", _digits(fitted.predict(ROWS)), _digits(TARGETS)),
    )
    blindness = tuple(
        (
            gradient,
            _distance(gradient, {"encoding": "prose"}, TARGETS),
            _distance(gradient, {}, sorted(TARGETS)),
        )
        for gradient in ("article", "exact")
    )
    return Mistake(
        2,
        "The classes are encoded in reverse",
        "The prose gives class 0 the larger first number, [0.95, 0.05]. The program gives it [0.05, "
        "0.95], yet predict takes the index of the larger output for the class.",
        "Descending the true gradient, the program's encoding teaches the classes exactly inverted: "
        "accuracy 0. The prose's encoding teaches them right. Output 6 comes out right only because error "
        "1 hides this one: five rows of each class make the same sum in both encodings, so the article's "
        "step cannot tell which row is which. It learns the same network from either encoding, and from "
        "shuffled classes too; 8 of its own ten rows come out right by the draw of its weights.",
        (
            Table(
                "Output 4's network on the article's ten rows",
                (
                    Column("gradient"),
                    Column("encoding"),
                    Column("epochs", ",d"),
                    Column("loss in the last epoch", ".5f"),
                    Column("accuracy", ".1f"),
                ),
                tuple(rows),
            ),
            Table(
                "Output 5's network, fitted as in the article",
                (Column("rows"), Column("predicted"), Column("actual")),
                predictions,
            ),
            Table(
                "How far a parameter is, after 100 epochs, from where it would be",
                (
                    Column("gradient"),
                    Column("with the other encoding", ".1e"),
                    Column("with the classes shuffled", ".1e"),
                ),
                blindness,
            ),
        ),
        learned == {"article": {0.0}, "prose": {1.0}}
        and predictions[0][1] == predictions[0][2]
        and max(blindness[0][1:]) < 1e-10 < 1e-3 < min(blindness[1][1:]),
    )


def _learning(gradient: str, encoding: str, checkpoints: Sequence[int]) -> list[_Checkpoint]:
    """Train one network on; at each checkpoint note the loss that its last epoch began with, and the accuracy."""
    network = new_network(gradient=gradient, encoding=encoding)
    results = []
    done = 0
    for epochs in checkpoints:
        network.epochs = epochs - 1 - done
        network.fit(ROWS, TARGETS)
        loss = network.loss(ROWS, TARGETS)
        network.epochs = 1
        network.fit(ROWS, TARGETS)
        done = epochs
        right = sum(ours == actual for ours, actual in zip(network.predict(ROWS), TARGETS, strict=True))
        results.append(_Checkpoint(gradient, encoding, epochs, loss, right / len(ROWS)))
    return results


def _distance(gradient: str, settings: dict[str, str], targets: Sequence[int]) -> float:
    """Give the largest difference that other settings or targets make to a parameter after 100 epochs."""
    usual = new_network(gradient=gradient)
    usual.fit(ROWS, TARGETS)
    other = new_network(gradient=gradient, **settings)
    other.fit(ROWS, targets)
    return max(abs(first - second) for first, second in zip(_flat(usual), _flat(other), strict=True))


def _flat(network: NeuralNetwork) -> list[float]:
    return [number for layer in network.parameters for neuron in layer for number in neuron]


def _digits(classes: Sequence[int]) -> str:
    return " ".join(str(label) for label in classes)
