"""A schedule that has ended while training goes on is told of, once, with its numbers."""

import warnings
from dataclasses import dataclass

import numpy as np
import pytest

from clearprop import MLPClassifier, MLPRegressor, Network, Trainer
from clearprop.schedules import SCHEDULES, Cosine, Schedule

X = np.random.default_rng(0).normal(size=(20, 2))
Y = X[:, 0] - X[:, 1]


@dataclass(frozen=True)
class Falling(Schedule):
    """A user's own: a line down to 0."""

    name = "falling"

    def rate(self, base, at):
        return base * max(0.0, 1 - at.step / at.total_steps)


def schedules():
    return [*((name, name) for name in SCHEDULES), ("falling", Falling()), ("cosine to a tenth", Cosine(least=0.1))]


def depends_on_the_plan(schedule):
    """Whether the rate of the seventh step differs for another number of planned epochs."""
    rates = []
    for epochs in (4, 40):
        trainer = Trainer(Network([2, 1], rng=0), schedule=schedule, epochs=epochs, batch_size=10, patience=None)
        trainer.start(X, Y)
        for _ in range(6):
            trainer.run_batch()
        rates.append(trainer.next_rate)
    return rates[0] != rates[1]


def ended(caught):
    return [str(one.message) for one in caught if "was planned for" in str(one.message)]


@pytest.mark.parametrize(("name", "schedule"), schedules(), ids=[name for name, _ in schedules()])
@pytest.mark.parametrize("cls", [MLPRegressor, MLPClassifier])
def test_partial_fit_after_the_schedule_s_end(cls, name, schedule):
    model = cls(
        hidden_layer_sizes=(3,), solver="sgd", learning_rate=schedule, learning_rate_init=0.01, max_iter=4,
        batch_size=10, random_state=0,
    )  # fmt: skip
    y, first = (Y, {}) if cls is MLPRegressor else (Y > 0, {"classes": [False, True]})
    told = []
    for call in range(8):
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            model.partial_fit(X, y, **(first if call == 0 else {}))
        told.append(ended(caught))
    ends = {"cosine": "0", "one_cycle": "4e-08", "coslog4": "0", "flat_cosine": "0", "falling": "0"}
    ends["cosine to a tenth"] = "0.001"
    finite = name in ends
    assert finite == depends_on_the_plan(schedule)
    assert [len(messages) for messages in told] == [0, 0, 0, 0, int(finite), 0, 0, 0]
    if finite:
        rate = ends[name]
        assert "planned for 8 steps, and this is step 9" in told[4][0]
        assert f"at a rate of {rate}, where the base is 0.01. To go on learning, raise max_iter (4)" in told[4][0]


def test_a_new_plan_is_told_of_anew():
    model = MLPRegressor(hidden_layer_sizes=(), solver="sgd", learning_rate="cosine", max_iter=2, random_state=0)
    counts = []
    for max_iter in (2, 2, 2, 2, 6, 6, 6, 6):
        model.set_params(max_iter=max_iter)
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            model.partial_fit(X, Y)
        counts.append(len(ended(caught)))
    assert counts == [0, 0, 1, 0, 0, 0, 1, 0]
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        model.fit(X, Y)
    assert not ended(caught)


def test_after_fit_too():
    model = MLPRegressor(hidden_layer_sizes=(), learning_rate="one_cycle", max_iter=3, random_state=0)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model.fit(X, Y)
    with pytest.warns(UserWarning, match="'one_cycle' was planned for 3 steps, and this is step 4") as caught:
        model.partial_fit(X, Y)
    assert [one.filename for one in caught] == [__file__]


@pytest.mark.parametrize("how", ["run_epoch", "run_batch"])
def test_a_trainer_that_is_resumed(how):
    network = Network([2, 3, 1], "tanh", rng=0)
    first = Trainer(network, schedule="cosine", epochs=3, patience=None, rng=0)
    first.fit(X, Y)
    second = Trainer(network, schedule="cosine", epochs=3, patience=None, rng=0)
    second.start(X, Y)
    second.resume(first.snapshot())
    with pytest.warns(UserWarning, match=r"at a rate of 0, .*plan for more than epochs=3"):
        getattr(second, how)()
    longer = Trainer(network, schedule="cosine", epochs=6, patience=None, rng=0)
    longer.start(X, Y)
    longer.resume(first.snapshot())
    longer.run()
    assert len(longer.history) == 6
