"""Training that had ended goes on, with the same rows or others; and what training is monitored by."""

import math

import numpy as np
import pytest

from clearprop import Network, Trainer
from clearprop.losses import BinaryCrossEntropy, CrossEntropy

rng = np.random.default_rng(0)
X, y = rng.normal(size=(30, 3)), rng.normal(size=(30, 1))


def trainer(network, rng, **more):
    return Trainer(network, **({"epochs": 6, "batch_size": 8, "rng": rng, "patience": None} | more))


def test_going_on_is_as_if_training_had_not_ended():
    whole, parts, random = Network([3, 4, 1], rng=0), Network([3, 4, 1], rng=0), np.random.default_rng(1)
    history = trainer(whole, np.random.default_rng(1)).fit(X, y)
    first = trainer(parts, random, epochs=2)
    first.fit(X, y)
    second = trainer(parts, random)
    second.start(X, y)
    second.resume(first.snapshot())
    assert second.stop_reason is None
    assert second.run().loss == history.loss
    assert np.array_equal(parts.parameters, whole.parameters)


def test_other_rows_begin_an_order_of_their_own():
    network = Network([3, 4, 1], rng=0)
    first = trainer(network, np.random.default_rng(1), epochs=1)
    first.fit(X, y)
    second = trainer(network, np.random.default_rng(2))
    second.start(X[:13], y[:13])
    second.resume(first.snapshot())
    second.run_epoch()
    assert len(second.history) == 2
    assert second.n_rows == 13
    assert np.array_equal(second.rows.X, X[:13])


@pytest.mark.parametrize("shuffle", [True, False])
@pytest.mark.parametrize("n", [1, 13, 40])
def test_an_epoch_under_way_is_begun_anew_with_other_rows(engine, shuffle, n):
    """What comes is the epoch of a training that has just begun: with sgd, nothing else is remembered."""
    many, targets = np.vstack([X, X]), np.vstack([y, y])
    settings = {"optimizer": "sgd", "shuffle": shuffle, "engine": engine}
    first = trainer(Network([3, 4, 1], rng=0), np.random.default_rng(1), **settings)
    first.start(X, y)
    for _ in range(3):
        first.run_batch()
    resumed, fresh = (trainer(Network([3, 4, 1], rng=5), np.random.default_rng(2), **settings) for _ in range(2))
    for one in (resumed, fresh):
        one.start(many[:n], targets[:n])
    resumed.resume(first.snapshot())
    assert resumed.run_epoch().loss == fresh.run_epoch().loss
    assert np.array_equal(resumed.network.parameters, fresh.network.parameters)


@pytest.mark.parametrize("optimizer", ["sgd", "amsgrad", "lbfgs"])
def test_another_optimizers_slots_are_not_resumed_with(optimizer):
    """Momentum's single slot would else be taken for each of amsgrad's three."""
    first = trainer(Network([3, 4, 1], rng=0), 1, optimizer="momentum")
    first.start(X, y)
    first.run_batch()
    second = Trainer(Network([3, 4, 1], rng=0), optimizer=optimizer)
    second.start(X, y)
    before = second.snapshot()
    with pytest.raises(ValueError, match="the snapshot is of 21 float64 parameters and 1 slots, this training of 21"):
        second.resume(first.snapshot())
    assert np.array_equal(second.snapshot().slots, before.slots)
    assert second.training.job.step == 0


def test_samples_seen_before_count_in_schedules():
    later = trainer(Network([3, 1], rng=0), 0, schedule="invscaling", learning_rate=1e-3)
    later.start(X, y, samples=70)
    assert later.next_rate == 1e-3
    later.run_epoch()
    assert later.next_rate == pytest.approx(1e-3 / math.sqrt(101))


def test_a_function_is_monitored():
    seen = []

    def rises(record):
        seen.append(record)
        return float(record.epoch)

    made = trainer(Network([3, 1], rng=0), 0, monitor=rises, patience=2, epochs=50)
    made.fit(X, y)
    assert made.stop_reason == "no gain of 0.0001 or more in the monitored number over 3 epochs"
    assert made.epochs_without_gain == 3
    assert [record.epoch for record in seen] == [1, 2, 3, 4]


def test_the_penalty_is_a_part_of_the_loss():
    network = Network([3, 4, 1], rng=0)
    expected = 0.5 * 3.0 * sum(float((W**2).sum()) for W in network.weights) / 30
    history = trainer(network, 0, l2=3.0, batch_size=30, epochs=1).fit(X, y)
    assert history[0].penalty == pytest.approx(expected, rel=1e-12)
    assert history[0].loss > history[0].penalty > 0


@pytest.mark.parametrize(("loss", "target"), [(BinaryCrossEntropy, [[0.0]]), (CrossEntropy, [[0.0, 1.0]])])
def test_a_floor_changes_the_value_of_sure_outputs_alone(loss, target):
    sure, unsure = np.array([[80.0, 0.0]])[:, : len(target[0])], np.array([[1.5, 0.5]])[:, : len(target[0])]
    exact, floored, target = loss(), loss(2.0**-52), np.array(target)
    assert floored.value_from_logits(unsure, target) == pytest.approx(
        exact.value_from_logits(unsure, target), rel=1e-12
    )
    assert exact.value_from_logits(sure, target) == pytest.approx(80.0)
    assert floored.value_from_logits(sure, target) == pytest.approx(52 * math.log(2))
