"""Dropout and decay that go by a schedule: the numbers of each step, stretches, snapshots, and what is refused."""

import math

import numpy as np
import pytest

from clearprop import Network, Trainer
from clearprop.engines.contract import Progress, Stretch
from clearprop.engines.dropout import draw_masks
from clearprop.schedules import Exponential, FlatCosine


def rows(n=24):
    rng = np.random.default_rng(0)
    return rng.normal(size=(n, 3)), rng.normal(size=(n, 2))


def network_of():
    return Network([3, 6, 2], "tanh", rng=1)


def trainer_of(network, **settings):
    given = {"batch_size": 8, "epochs": 4, "shuffle": False, "patience": None, "engine": "numpy", "rng": 0}
    return Trainer(network, **{**given, **settings})


def test_decay_by_a_schedule_is_the_formula_step_by_step():
    network, (X, y) = network_of(), rows()
    named = {name: array.copy() for name, array in network.layout.named_views(network.parameters).items()}
    for step in range(12):
        batch = slice(step % 3 * 8, step % 3 * 8 + 8)
        twin = network_of()
        for name, array in named.items():
            twin.layout.named_views(twin.parameters)[name][...] = array
        gradients = twin.layout.named_views(twin.backward(twin.forward(X[batch]), y[batch]).flat)
        factor = 1 if step <= 6 else 0.5 * (1 + math.cos(math.pi * (step / 12 - 0.5) / 0.5))
        for name, array in named.items():
            kept = 1 - 0.05 * 0.7 * factor if name[0] == "W" else 1
            named[name] = array * kept - 0.05 * gradients[name]
    settings = {"optimizer": "sgd", "learning_rate": 0.05, "decoupled_decay": 0.7}
    trainer_of(network, decay_schedule="flat_cosine", **settings).fit(X, y)
    for name, array in network.layout.named_views(network.parameters).items():
        np.testing.assert_allclose(array, named[name], rtol=1e-12, atol=1e-14)


def test_dropout_by_a_schedule_leaves_out_its_share_and_draws_as_many_numbers():
    network, (X, y) = network_of(), rows(8)
    training = trainer_of(network, dropout=0.5, dropout_schedule="flat_cosine").start(X, y)
    job = training.job
    for factor, least, most in [(1.0, 0.45, 0.55), (0.5, 0.2, 0.3), (0.0, 0.0, 0.0)]:
        before = job.rng.bit_generator.state if hasattr(job.rng, "bit_generator") else job.rng.get_state()
        mask, none = draw_masks(job, 4000, factor)
        assert none is None
        left_out = (mask == 0).mean()
        assert least <= left_out <= most
        np.testing.assert_allclose(np.unique(mask[mask > 0]), [1 / (1 - 0.5 * factor)])
        if hasattr(job.rng, "bit_generator"):
            job.rng.bit_generator.state = before
        else:
            job.rng.set_state(before)
        again = job.rng.random((4000, 6)) >= 0.5 * factor
        np.testing.assert_array_equal(mask > 0, again)


def test_the_last_steps_of_a_flat_cosine_leave_hardly_any_out():
    factors = []

    class Seen:
        name = "seen"

        def run(self, job, rows_, stretch):
            from clearprop.engines.numpy_engine import NumpyEngine

            factors.extend(stretch.factors(batch) for batch in range(stretch.n_batches))
            NumpyEngine().run(job, rows_, stretch)

        def predict(self, network, X):
            return network.predict(X)

    network, (X, y) = network_of(), rows()
    settings = {"dropout": 0.3, "decoupled_decay": 0.1, "engine": Seen()}
    trainer_of(network, dropout_schedule="flat_cosine", decay_schedule="coslog4", **settings).fit(X, y)
    dropouts, decays = np.array(factors).T
    at = np.arange(12) / 12
    np.testing.assert_allclose(dropouts, np.where(at < 0.5, 1, 0.5 * (1 + np.cos(np.pi * (at - 0.5) / 0.5))))
    np.testing.assert_allclose(decays, 0.5 * (1 - np.cos(2 * np.pi * np.log2(1 + 15 * at))), atol=1e-15)


def test_stretches_are_cut_with_their_factors():
    rng = np.random.default_rng(0)
    stretch = Stretch(
        None, 0, 30, rng.random((3, 4)), Progress.none(3), dropouts=rng.random((3, 4)), decays=rng.random((3, 4))
    )
    cut = [
        (*part.factors(batch), part.rates.flat[batch])
        for first, last in [(0, 3), (3, 9), (9, 12)]
        for part in stretch.between(first, last, 8)
        for batch in range(part.n_batches)
    ]
    whole = list(zip(stretch.dropouts.flat, stretch.decays.flat, stretch.rates.flat, strict=True))
    assert cut == whole
    assert Stretch(None, 0, 8, np.ones((1, 1)), Progress.none()).factors(0) == (1.0, 1.0)


@pytest.mark.parametrize("cut_after", [1, 4, 7])
def test_a_snapshot_goes_on_bit_for_bit(cut_after):
    (X, y), settings = rows(), {"dropout": [0.4], "decoupled_decay": 0.2, "optimizer": "adamw", "shuffle": True}
    settings |= {"dropout_schedule": FlatCosine(0.25), "decay_schedule": "coslog4", "schedule": "coslog4"}
    whole = network_of()
    trainer_of(whole, **settings).fit(X, y)
    network = network_of()
    trainer = trainer_of(network, **settings)
    trainer.start(X, y)
    for _ in range(cut_after):
        trainer.run_batch()
    snapshot = trainer.snapshot()
    trainer.run()
    np.testing.assert_array_equal(network.parameters, whole.parameters)
    trainer.restore(snapshot)
    trainer.run()
    np.testing.assert_array_equal(network.parameters, whole.parameters)
    other = network_of()
    second = trainer_of(other, **settings)
    second.start(X, y)
    second.restore(snapshot)
    second.run()
    np.testing.assert_array_equal(other.parameters, whole.parameters)


def test_constant_schedules_are_as_none_to_the_bit():
    (X, y), settings = rows(), {"dropout": 0.4, "decoupled_decay": 0.2}
    one, two = network_of(), network_of()
    trainer_of(one, **settings).fit(X, y)
    trainer_of(two, dropout_schedule="constant", decay_schedule="constant", **settings).fit(X, y)
    np.testing.assert_array_equal(one.parameters, two.parameters)


def test_what_cannot_be_is_refused_in_words():
    network, (X, y) = network_of(), rows()
    with pytest.raises(ValueError, match=r"multiplies 0.6 by 2: choose less dropout, or a schedule that does not go"):
        trainer_of(network, dropout=0.6, dropout_schedule=Exponential(2.0)).fit(X, y)
    with pytest.raises(ValueError, match="unknown schedule 'flat'"):
        trainer_of(network, decay_schedule="flat")
    with pytest.warns(UserWarning, match="it does not use dropout_schedule, decay_schedule"):
        Trainer(network, optimizer="lbfgs", dropout_schedule="coslog4", decay_schedule="coslog4")
