"""Validation rows, metrics and the history."""

import numpy as np
import pytest
from sklearn.metrics import accuracy_score, mean_squared_error, r2_score

from clearprop import LOSSES, Callback, EpochRecord, History, Network, Trainer
from clearprop.metrics import METRICS, resolve_metric

from ..strategies import targets_for
from .helpers import rows


def test_validation_loss_and_metric_are_those_of_the_network_after_the_epoch(engine):
    X, y = rows("cross_entropy", k=3)
    X_held, y_held = rows("cross_entropy", seed=1, n=11, k=3)
    weight = np.random.default_rng(1).uniform(size=11)
    network = Network([3, 5, 3], loss="cross_entropy", rng=0)
    seen = []

    class Look(Callback):
        def on_epoch_end(self, trainer):
            outputs = trainer.network.predict(X_held)
            right = outputs.argmax(axis=1) == y_held.argmax(axis=1)
            seen.append((trainer.network.loss(X_held, y_held, weight), np.average(right, weights=weight)))

    trainer = Trainer(
        network, optimizer="sgd", learning_rate=0.5, epochs=5, l2=3.0, dropout=0.5, callbacks=[Look()], patience=None,
        engine=engine, rng=0,
    )  # fmt: skip
    history = trainer.fit(X, y, validation=(X_held, y_held, weight))
    # without penalty, without dropout
    assert history.validation_loss == pytest.approx([loss for loss, _ in seen], rel=1e-13)
    assert history.metric == pytest.approx([score for _, score in seen], rel=1e-13)
    best = int(np.argmin(history.validation_loss))
    assert network.loss(X_held, y_held, weight) == pytest.approx(history.validation_loss[best], rel=1e-13)


def test_many_validation_rows_are_judged_in_parts_to_the_same_numbers():
    rng = np.random.default_rng(0)
    X_held, y_held, weight = rng.normal(size=(20_001, 2)), rng.normal(size=20_001), rng.uniform(size=20_001)
    weight[8192:16384] = 0  # a whole part that counts for nothing
    for w in (None, weight):
        network = Network([2, 3, 1], "tanh", rng=0)
        trainer = Trainer(network, epochs=1, rng=0)
        history = trainer.fit(
            X_held[:10], y_held[:10], validation=(X_held, y_held) if w is None else (X_held, y_held, w)
        )
        assert history.validation_loss[0] == pytest.approx(network.loss(X_held, y_held, w), rel=1e-11)
        expected = r2_score(y_held, network.predict(X_held), sample_weight=w)
        assert history.metric[0] == pytest.approx(expected, rel=1e-11)


def test_validation_changes_nothing_of_the_steps(engine):
    X, y = rows()
    settings = {"epochs": 6, "keep_best": False, "patience": None, "engine": engine, "dropout": 0.2}
    one, other = (Network([3, 5, 2], rng=0) for _ in range(2))
    first = Trainer(one, **settings, rng=3).fit(X, y)
    second = Trainer(other, **settings, rng=3).fit(X, y, validation=rows(seed=4))
    np.testing.assert_array_equal(one.parameters, other.parameters)
    assert first.loss == second.loss


METRIC_CASES = {
    "accuracy": [
        ("cross_entropy", 3, lambda y, a, w: accuracy_score(y.argmax(axis=1), a.argmax(axis=1), sample_weight=w)),
        ("binary_cross_entropy", 1, lambda y, a, w: accuracy_score(y > 0.5, a > 0.5, sample_weight=w)),
        ("binary_cross_entropy", 3, lambda y, a, w: accuracy_score(y > 0.5, a > 0.5, sample_weight=w)),
        ("hinge", 1, lambda y, a, w: accuracy_score(y > 0, a > 0, sample_weight=w)),
    ],
    "r2": [
        ("squared_error", 1, lambda y, a, w: r2_score(y, a, sample_weight=w)),
        ("squared_error", 3, lambda y, a, w: r2_score(y, a, sample_weight=w)),
        ("poisson", 2, lambda y, a, w: r2_score(y, a, sample_weight=w)),
    ],
    "brier": [
        ("cross_entropy", 3, lambda y, a, w: -3 * mean_squared_error(y, a, sample_weight=w)),
        ("binary_cross_entropy", 1, lambda y, a, w: -mean_squared_error(y, a, sample_weight=w)),
    ],
}


@pytest.mark.parametrize("name", METRICS)
def test_metrics_are_scikit_learns(name):
    assert set(METRIC_CASES) == set(METRICS)
    rng = np.random.default_rng(6)
    for loss, k, judge in METRIC_CASES[name]:
        y = targets_for(loss, rng, 50, k)
        outputs = rng.dirichlet(np.ones(k), size=50) if loss == "cross_entropy" else rng.normal(0.4, 1, size=(50, k))
        for weight in (None, rng.uniform(size=50)):
            value = METRICS[name](LOSSES.resolve(loss), y, outputs, weight)
            assert type(value) is float
            assert value == pytest.approx(judge(y, outputs, weight), rel=1e-12)


def test_metrics_by_name_by_loss_or_as_a_function():
    for name in METRICS:
        assert resolve_metric(name, LOSSES.resolve("hinge")) is METRICS[name]
    for loss in LOSSES.values():
        assert resolve_metric(None, loss()) is METRICS["accuracy" if loss.classification else "r2"]
    assert resolve_metric(max, LOSSES.resolve("hinge")) is max
    with pytest.raises(
        ValueError, match=r"unknown metric 'f1': .*\. There are: accuracy, r2, brier; or give a function"
    ):
        resolve_metric("f1", LOSSES.resolve("hinge"))
    # constant targets: scikit-learn says 1 where they are met; here nothing is explained, so 0
    y = np.ones((5, 1))
    assert METRICS["r2"](LOSSES.resolve("squared_error"), y, y, None) == 0


def test_a_metric_of_ones_own_is_given_what_it_needs():
    calls = []

    def metric(loss, y, outputs, sample_weight):
        calls.append((loss, y, outputs, sample_weight))
        return 0.25

    X, y = rows()
    network = Network([3, 2], rng=0)
    history = Trainer(network, metric=metric, epochs=2, rng=0).fit(X, y, np.ones(23))
    assert history.metric == [0.25, 0.25]
    loss, targets, outputs, weight = calls[-1]
    assert loss is network.loss_function
    np.testing.assert_array_equal(targets, y)
    np.testing.assert_array_equal(outputs, network.predict(X))
    np.testing.assert_array_equal(weight, np.ones(23))


def test_history_is_a_sequence_of_records():
    records = [EpochRecord(e, 1 / e, None, 0.5, 2.0 * e, 0.1) for e in (1, 2, 3)]
    history = History(records)
    assert len(history) == 3
    assert list(history) == records
    assert history[1] == history[-2] == records[1]
    assert isinstance(history[1:], History)
    assert list(history[1:]) == records[1:]
    assert history.loss == [1, 1 / 2, 1 / 3]
    assert history.validation_loss == [None] * 3
    assert history.metric == [0.5] * 3
    assert history.gradient_norm == [2, 4, 6]
    assert history.rate == [0.1] * 3
    columns = history.to_columns()
    assert list(columns) == ["epoch", "loss", "validation_loss", "metric", "gradient_norm", "rate", "penalty"]
    assert columns["epoch"] == [1, 2, 3]
    assert columns["loss"] == history.loss
    assert repr(history) == "<History: 3 epochs, loss 1 -> 0.3333>"
    assert repr(History()) == "<History: no epochs>"
    assert History().to_columns()["loss"] == []
    with pytest.raises(IndexError):
        history[3]


def test_history_holds_plain_numbers_and_cannot_be_changed_from_outside():
    X, y = rows()
    trainer = Trainer(Network([3, 2], dtype="float32", rng=0), epochs=3, rng=0)
    history = trainer.fit(X, y, validation=(X, y))
    for record in history:
        assert type(record.epoch) is int
        assert {type(value) for name, value in record._asdict().items() if name != "epoch"} == {float}
    history.records.clear()
    assert len(trainer.history) == 3
    with pytest.raises(AttributeError):
        trainer.history[0].loss = 0
