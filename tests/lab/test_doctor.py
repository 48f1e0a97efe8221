"""The doctor: each illness has its badge and its finding, and the remedy, taken as settings, cures it."""

import warnings
from collections.abc import Iterator
from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt
import pytest

from clearprop import Network, Trainer
from clearprop.lab.badges import MOST_BADGES, MOST_ROWS, badges, looked_at
from clearprop.lab.doctor import _overfitting, advice
from clearprop.lab.protocol import Advice, LayerChoice, Settings
from clearprop.training.history import EpochRecord, History
from clearprop.training.run import Training

Array = npt.NDArray[Any]
RNG = np.random.default_rng(0)
X = RNG.normal(size=(120, 2))
XOR = (X[:, :1] * X[:, 1:] > 0) * 1.0


@pytest.fixture(autouse=True)
def _ill_on_purpose() -> Iterator[None]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def trained(
    settings: Settings, epochs: int, columns: Array = X, y: Array = XOR, **more: Any
) -> tuple[Training, float, str]:
    """A training by these settings, the loss before it and why it ended."""
    sizes = [columns.shape[1], *(layer.units for layer in settings.layers), 1]
    functions = [layer.activation for layer in settings.layers]
    output = settings.output_activation or None
    network = Network(
        sizes,
        functions,
        output,
        settings.loss or "binary_cross_entropy",
        settings.initializer or None,
        rng=settings.seed,
    )
    if settings.standardized:
        columns = (columns - columns.mean(axis=0)) / columns.std(axis=0)
    trainer = Trainer(
        network,
        optimizer=settings.optimizer,
        learning_rate=settings.learning_rate,
        batch_size=settings.batch_size,
        l2=settings.l2,
        l1=settings.l1,
        epochs=settings.epochs,
        patience=None,
        keep_best=False,
        engine="numpy",
        rng=settings.seed,
    )
    first = network.loss(columns, y)
    training = trainer.start(columns, y, **more)
    try:
        for _ in range(epochs):
            training.run_epoch()
    except ArithmeticError as error:
        return training, first, f"diverged in epoch {error.epoch}"  # type: ignore[attr-defined]
    return training, first, ""


def found_in(settings: Settings, epochs: int, *given: Array) -> list[Advice]:
    training, first, ended = trained(settings, epochs, *given)
    return advice(training, settings, first_loss=first, ended=ended)


EIGHT = [LayerChoice(units=8)]
ILL = {
    "rate too high": (Settings(layers=EIGHT, optimizer="sgd", learning_rate=300.0), 20),
    "rate too low": (Settings(layers=EIGHT, optimizer="sgd", learning_rate=1e-6), 30),
    "l2 too high": (Settings(layers=EIGHT, l2=100.0), 40),
    "l1 too high": (Settings(layers=EIGHT, l1=100.0), 40),
    "no gradient": (Settings(layers=[LayerChoice(units=8, activation="step")]), 10),
    "closed layers": (Settings(layers=EIGHT, initializer="zeros"), 10),
    "no line can separate": (Settings(layers=[]), 15),
    "unscaled features": (Settings(layers=EIGHT), 15, 1000 * X),
}


@pytest.mark.parametrize("name", ILL)
def test_an_illness_is_found_and_its_remedy_cures_it(name: str) -> None:
    settings, epochs, *given = ILL[name]
    found = found_in(settings, epochs, *given)
    assert found[0].name == name
    for _ in range(6):  # a rate is changed tenfold at a time
        assert found[0].change
        healed = msgspec.convert(msgspec.to_builtins(settings) | found[0].change, Settings)
        assert healed != settings
        settings = healed
        found = found_in(settings, epochs, *given)
        if name not in [one.name for one in found]:
            return
    pytest.fail(f"still {found[0]}")


def test_what_follows_from_something_graver_has_its_remedy() -> None:
    settings, epochs, *given = ILL["unscaled features"]
    found = found_in(settings, epochs, *given)
    assert {one.name for one in found} >= {"unscaled features", "saturated units"}
    assert all(one.change == {"standardized": True} for one in found)


def test_changes_of_the_rate_are_tenfold_and_said() -> None:
    settings, epochs = ILL["rate too high"]
    high = found_in(settings, epochs)[0]
    assert high.change == {"learning_rate": 30.0}
    assert high.remedy == "Lower the learning rate to 30, or clip gradients to a length of 1."
    settings, epochs = ILL["rate too low"]
    assert found_in(settings, epochs)[0].change == {"learning_rate": 1e-05}


def test_divergence_that_only_the_recording_knows_of() -> None:
    settings = Settings(layers=EIGHT)
    training, first, _ = trained(settings, 3)
    found = advice(training, settings, first_loss=first, ended="diverged in epoch 4")
    assert found[0].name == "rate too high"
    assert found[0].evidence == "Training diverged in epoch 4: numbers left the finite range."


def test_a_healthy_training_under_way_has_no_findings() -> None:
    settings = Settings(layers=EIGHT, learning_rate=0.03)
    for epochs in (0, 1, 2, 60):
        assert found_in(settings, epochs) == []


def test_one_that_has_ended_early_is_told_to_go_on() -> None:
    settings = Settings(layers=EIGHT, epochs=2)
    found = found_in(settings, 2)
    assert (found[0].name, found[0].change) == ("too few epochs", {"epochs": 20})


def test_overfitting_is_told_by_the_rows_held_out() -> None:
    rng = np.random.default_rng(1)
    columns = rng.normal(size=(40, 2))
    noise = rng.integers(0, 2, size=(40, 1)).astype(float)
    settings = Settings(layers=[LayerChoice(units=30)], learning_rate=0.05)
    training, first, _ = trained(settings, 80, columns[:20], noise[:20], validation=(columns[20:], noise[20:]))
    history = training.history
    found = {one.name: one for one in advice(training, settings, first_loss=first)}
    least = int(np.argmin(history.validation_loss))  # type: ignore[arg-type]
    assert (
        f"least after epoch {least + 1}, {history.validation_loss[least]:.4g}, and is" in found["overfitting"].evidence
    )
    assert found["overfitting"].change == {"l2": 0.1}


def told(held_out: list[float], losses: list[float]) -> list[str]:
    """What is found of a training of which only these losses are known."""
    records = [
        EpochRecord(epoch, loss, held, None, 0.0, 0.1)
        for epoch, (loss, held) in enumerate(zip(losses, held_out, strict=True), start=1)
    ]
    return [finding.name for finding in _overfitting(History(records))]


def test_overfitting_is_not_told_of_a_loss_that_jumps_about() -> None:
    falling = list(np.linspace(1.0, 0.1, 40))
    turned = [*np.linspace(1.0, 0.5, 25), *np.linspace(0.51, 0.9, 15)]
    assert told(turned, falling) == ["overfitting"]
    assert told([*falling[:-1], 0.9], falling) == []  # one epoch
    assert told([*turned[:-1], 0.5], falling) == []  # it came back
    assert told(turned, [*falling[:25], *np.linspace(0.5, 0.9, 15)]) == []  # so does the other
    assert told([*np.linspace(1.0, 0.5, 35), *np.linspace(0.6, 0.9, 5)], falling) == []  # not yet


# -- badges ------------------------------------------------------------------------------------------------------------


def kinds(network: Network, columns: Array = X) -> dict[str, str]:
    return {badge.unit: badge.kind for badge in badges(network, network.propagate(columns))}


def test_a_healthy_network_wears_no_badge() -> None:
    assert kinds(Network([2, 8, 8, 1], "tanh", rng=0)) == {}


def test_each_illness_of_a_unit_has_its_badge() -> None:
    network = Network([2, 5, 1], "relu", loss="squared_error", rng=0)
    network.weights[0] = [[0.0, 1.0, 0.0, 1.0, 1.0], [0.0, 0.0, 1e4, 1.0, 1.0]]
    network.biases[0] = [-1.0, -50.0, 0.0, 0.0, 0.5]
    assert kinds(network) == {"a1[1]": "dead", "a1[2]": "dead", "a1[3]": "exploding", "a2[1]": "exploding"}
    network = Network([2, 3, 1], "sigmoid", loss="squared_error", rng=0)
    network.weights[0] = [[0.01, 0.0, 1.0], [0.0, 0.0, 1.0]]
    network.biases[0] = [9.0, 0.5, 0.0]
    trace = network.propagate(X)
    found = {badge.unit: badge for badge in badges(network, trace)}
    assert {unit: badge.kind for unit, badge in found.items()} == {"a1[1]": "saturated", "a1[2]": "constant"}
    slope = float((trace.a[0][:, 0] * (1 - trace.a[0][:, 0])).mean())
    assert f"its slope is {slope:.2g} on average, where 0.25 is the steepest" in found["a1[1]"].says
    assert f"a1[2] is {trace.a[0][0, 1]:.4g} at every row" in found["a1[2]"].says


def test_an_output_that_is_sure_is_not_saturated() -> None:
    network = Network([2, 1], loss="binary_cross_entropy")
    network.parameters[:] = [90.0, 0.0, 0.0]
    assert kinds(network) == {}


@pytest.mark.parametrize(("value", "what"), [(np.nan, "not a number"), (np.inf, "infinite")])
def test_the_first_number_that_is_not_finite_is_named(value: float, what: str) -> None:
    network = Network([2, 3, 2, 1], "tanh", rng=0)
    network.biases[1][1] = value
    with np.errstate(all="ignore"):
        trace = network.propagate(X)
    first = badges(network, trace)[0]
    assert (first.unit, first.kind) == ("z2[2]", "not finite")
    assert first.says == f"z2[2] is {what}, and so is all that follows from it."


def test_of_many_ill_units_some_are_told_of() -> None:
    network = Network([2, 300, 1], "relu", rng=0)
    network.biases[0] = np.full(300, -99.0)
    assert len(badges(network, network.propagate(X))) == MOST_BADGES


def test_rows_are_few_enough() -> None:
    for rows, widest in ((10, 8), (5_000, 8), (5_000, 1_024), (501, 3)):
        count = len(range(rows)[looked_at(rows, widest)])
        assert 1 <= count <= MOST_ROWS
        assert count * widest <= 210_000
        assert count == rows or count > rows / (2 * -(-rows // MOST_ROWS)) or widest > 400
