"""Races: each runner's losses are those of a training of its own from that very start."""

import msgspec
import numpy as np
import pytest

from clearprop.errors import InputError
from clearprop.lab.networks import build
from clearprop.lab.protocol import LayerChoice, Preset, Race, Settings
from clearprop.lab.races import run_race
from clearprop.optimizers import OPTIMIZERS
from clearprop.training.run import Training

SETTINGS = Settings(data=Preset(name="xor", rows=60), layers=[LayerChoice(units=4)], held_out=0.0)


def begin(optimizer: str, rate: float) -> Training:
    return build(msgspec.structs.replace(SETTINGS, optimizer=optimizer, learning_rate=rate)).training


def test_all_optimisers_run_from_the_same_start_as_the_trainer_has_them() -> None:
    names = list(OPTIMIZERS)
    raced, arrays = run_race(begin, Race(optimizers=names, epochs=4, across="W1[1,1]", up="b2[1]"))
    assert [runner.name for runner in raced.runners] == names
    assert len({runner.losses[0] for runner in raced.runners}) == 1
    for runner in raced.runners:
        assert runner.rate == OPTIMIZERS[runner.name].learning_rate
        live = build(msgspec.structs.replace(SETTINGS, optimizer=runner.name, learning_rate=runner.rate))
        losses, way = [], []
        for epoch in range(5):
            losses.append(live.network.loss(live.rows.X, live.rows.y))
            way.append([live.network.weights[0][0, 0], live.network.biases[1][0]])
            if epoch < 4:
                live.training.run_epoch()
        assert runner.losses == pytest.approx(losses, rel=1e-14)
        assert arrays[f"path.{runner.name}"].tolist() == way
        assert runner.ended == ""


def test_one_that_diverges_says_so_and_the_others_run_on() -> None:
    settings = msgspec.structs.replace(SETTINGS, loss="squared_error", output_activation="identity")

    def wild(optimizer: str, rate: float) -> Training:
        layers = [LayerChoice(units=4, activation="relu")]
        return build(msgspec.structs.replace(settings, optimizer=optimizer, learning_rate=rate, layers=layers)).training

    raced, arrays = run_race(
        wild, Race(optimizers=["sgd", "adam"], rates=[1e5, 0.01], epochs=12, across="W1[1,1]", up="b2[1]")
    )
    lost, other = raced.runners
    assert lost.ended.startswith("diverged in epoch ")
    assert len(lost.losses) == len(other.losses) == 13
    assert lost.losses[-1] is None
    assert other.ended == ""
    assert None not in other.losses
    assert np.isnan(arrays["path.sgd"][-1]).all()
    assert np.isfinite(arrays["path.adam"]).all()


def test_one_optimiser_at_several_rates() -> None:
    raced, arrays = run_race(begin, Race(optimizers=["sgd", "sgd", "adam"], rates=[0.01, 0.5, 0.1], epochs=2))
    assert [runner.name for runner in raced.runners] == ["sgd 0.01", "sgd 0.5", "adam"]
    assert arrays == {}


@pytest.mark.parametrize(
    ("race", "says"),
    [
        (Race(optimizers=["sgdd"]), "unknown optimizer 'sgdd'"),
        (Race(optimizers=["lbfgs"]), "cannot be used here"),
        (Race(optimizers=["sgd"], rates=[0.1, 0.2]), "2 rates are given for 1 optimisers"),
        (Race(optimizers=["sgd"], rates=[-1.0]), "must be a finite number > 0, got -1"),
        (Race(optimizers=["sgd", "sgd"]), "the same optimiser at the same rate"),
        (
            Race(optimizers=list(OPTIMIZERS), epochs=10_000, rates=[]),
            r"would take too long: take [\d,]+ epochs or fewer",
        ),
        (Race(optimizers=["sgd"], across="W9[1,1]", up="b1[1]"), "names nothing"),
    ],
)
def test_what_cannot_be_run_is_refused(race: Race, says: str) -> None:
    with pytest.raises((InputError, ValueError), match=says):
        run_race(begin, race)


def test_what_takes_longer_than_anybody_waits_is_stopped_all_at_the_same_epoch(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = iter([0.0, 1.0, 29.0, 31.0])
    monkeypatch.setattr("clearprop.lab.races.perf_counter", lambda: next(clock))
    raced, arrays = run_race(begin, Race(optimizers=["sgd", "adam"], epochs=5, across="W1[1,1]", up="b2[1]"))
    for runner in raced.runners:
        assert runner.ended == "stopped after 2 epochs, when 30 seconds had passed"
        assert [loss is None for loss in runner.losses] == [False, False, False, True, True, True]
        assert np.isnan(arrays[f"path.{runner.name}"]).any(axis=1).tolist() == [False] * 3 + [True] * 3
