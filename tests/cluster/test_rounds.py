"""Training over shards by this process, against oracles that share nothing of it."""

import numpy as np
import pytest

from clearprop import LOSSES, OPTIMIZERS, Network, Trainer
from clearprop.cluster import Cluster, Inline
from clearprop.errors import DivergenceError, InputError
from clearprop.network.rows import Rows
from clearprop.training import Callback
from clearprop.training.shards import ArrayShards

from .helpers import FolderShards, data, trainer


def here(mode, **settings):
    return Cluster(Inline(), mode, **settings)


@pytest.mark.parametrize("optimizer", list(OPTIMIZERS))
def test_exact_is_the_training_by_all_rows_at_once(optimizer):
    X, y = data()
    weight = np.random.default_rng(5).uniform(0, 2, len(X))
    settings = {"optimizer": optimizer, "l1": 0.1, "l2": 0.3, "decoupled_decay": 0.1, "rates": {"b": 2.0, "W1": 0.0}}
    settings |= {"epochs": 12, "schedule": "cosine", "clip_norm": 0.5}
    alone, spread = trainer(**settings, batch_size=len(X)), trainer(**settings)
    expected = alone.fit(X, y, weight)
    history = spread.fit(ArrayShards(X, y, weight, count=7), cluster=here("exact"))
    assert np.allclose(spread.network.parameters, alone.network.parameters, rtol=1e-10, atol=1e-12)
    for name in ("loss", "gradient_norm", "rate", "penalty"):
        assert np.allclose(getattr(history, name, None) or history.to_columns()[name], expected.to_columns()[name])


@pytest.mark.parametrize("loss", list(LOSSES))
def test_the_gradient_of_each_loss_is_that_of_all_rows(loss):
    rng = np.random.default_rng(2)
    X, classes = rng.normal(size=(50, 3)), LOSSES.resolve(loss).classification
    y = np.eye(2)[rng.integers(0, 2, 50)] if classes else rng.integers(0, 5, (50, 2)).astype(float)
    y = np.sign(y - 0.5) if LOSSES.resolve(loss).name in ("hinge", "squared_hinge") else y
    try:
        networks = [Network([3, 4, 2], "tanh", loss=loss, rng=0) for _ in range(2)]
        LOSSES.resolve(loss).check_targets(y)
    except ValueError:
        pytest.skip("targets of another kind")
    before = networks[0].copy()
    Trainer(networks[0], optimizer="sgd", learning_rate=1e-3, epochs=1, rng=0).fit(
        ArrayShards(X, y, count=4), cluster=here("exact")
    )
    gradient = before.backward(before.forward(X), y).flat
    assert np.allclose(networks[0].parameters, before.parameters - 1e-3 * gradient, rtol=1e-12, atol=1e-15)


class Batches(Callback):
    """Tells after which batches it was told, and takes a snapshot after one of them."""

    def __init__(self, wanted=None):
        self.told, self.wanted, self.snapshot = [], wanted, None

    def on_batch_end(self, training):
        self.told.append((training.state.epoch, training.state.cursor))
        if len(self.told) == self.wanted:
            self.snapshot = training.snapshot()


def test_large_batches_take_each_row_once_an_epoch():
    X, y = np.eye(60), np.ones((60, 1))
    network = Network([60, 1], initializer="zeros", rng=0)
    told = Batches()
    training = Trainer(network, optimizer="sgd", learning_rate=0.5, batch_size=20, epochs=1, rng=0, callbacks=[told])
    training.fit(ArrayShards(X, y, count=5), cluster=here("exact"))
    # Each row has a weight of its own, which its one step makes 0.5/20 (1 - bias); the bias is another at each step.
    assert told.told == [(0, 20), (0, 40), (0, 60)]
    assert (network.weights[0] != 0).all()
    assert sorted(np.unique(network.weights[0].round(9), return_counts=True)[1].tolist()) == [20, 20, 20]


def test_local_steps_are_averaged_by_their_rows():
    X, y = data(30)
    shards = ArrayShards(X, y, count=4)  # of 8, 7, 8 and 7 rows
    spread = trainer(optimizer="sgd", learning_rate=0.1, batch_size=4, epochs=1, shuffle=False)
    spread.fit(shards, cluster=here("local", steps=2))
    total = 0
    for number in range(4):
        rows = shards.rows(number)
        alone = trainer(optimizer="sgd", learning_rate=0.1, batch_size=4, epochs=1, shuffle=False)
        alone.fit(rows.X, rows.y)
        total = total + len(rows) * alone.network.parameters
    assert np.allclose(spread.network.parameters, total / 30, rtol=1e-12)


def test_outer_momentum_goes_on_in_the_direction_of_the_means():
    X, y = data(40)
    plain, velocity = trainer(optimizer="sgd", batch_size=10, epochs=1, shuffle=False), 0.0
    steady = trainer(optimizer="sgd", batch_size=10, epochs=3, shuffle=False)
    steady.fit(ArrayShards(X, y, count=2), cluster=here("local", steps=2, outer_momentum=0.5))
    for _ in range(3):
        before = plain.network.parameters.copy()
        plain.fit(ArrayShards(X, y, count=2), cluster=here("local", steps=2))
        velocity = 0.5 * velocity + (plain.network.parameters - before)
        plain.network.parameters[:] = before + velocity
    assert np.allclose(steady.network.parameters, plain.network.parameters, rtol=1e-12)


@pytest.mark.parametrize("mode", ["exact", "local"])
@pytest.mark.parametrize("shuffle", [True, False])
def test_it_goes_on_from_a_snapshot_within_an_epoch(mode, shuffle):
    X, y = data()
    settings = {"batch_size": 40 if mode == "exact" else 5, "dropout": 0.2, "epochs": 3, "shuffle": shuffle}
    told = Batches(wanted=4)
    whole = trainer(**settings, callbacks=[told])
    expected = whole.fit(ArrayShards(X, y, count=3), cluster=here(mode, steps=2))
    assert told.snapshot.state.cursor > 0
    again = trainer(**settings, callbacks=[Restore(told.snapshot)])
    history = again.fit(ArrayShards(X, y, count=3), cluster=here(mode, steps=2))
    assert again.network.parameters.tobytes() == whole.network.parameters.tobytes()
    assert history.records == expected.records


class Restore(Callback):
    """Puts a training where a snapshot was taken, before its first round."""

    def __init__(self, snapshot):
        self.snapshot = snapshot

    def on_start(self, training):
        self.snapshot.restore_into(training.job)
        training.state, training._records = self.snapshot.state.copy(), list(self.snapshot.records)


@pytest.mark.parametrize("mode", ["exact", "local"])
def test_early_stopping_keeps_the_best_by_validation_rows(mode):
    X, y = data()
    training = trainer(epochs=200, patience=3, learning_rate=0.1, batch_size=40 if mode == "exact" else 5)
    history = training.fit(ArrayShards(X[:90], y[:90], count=3), validation=(X[90:], y[90:]), cluster=here(mode))
    assert len(history) < 200
    least = min(history.validation_loss)
    assert training.best_epoch == history.validation_loss.index(least) + 1
    assert np.isclose(training.network.loss(X[90:], y[90:]), least, rtol=1e-12)


def test_validation_may_be_shards_and_a_metric_is_of_all_of_them():
    from clearprop.training.sharded_rows import ShardedRows

    X, y = data()
    weight = np.random.default_rng(0).uniform(size=30)
    judges = ShardedRows(ArrayShards(X[90:], y[90:], weight, count=4), Inline())
    histories = [
        trainer(metric="r2").fit(ArrayShards(X[:90], y[:90], count=3), validation=validation, cluster=here("exact"))
        for validation in (judges, (X[90:], y[90:], weight))
    ]
    for name in ("validation_loss", "metric"):
        assert np.allclose(histories[0].to_columns()[name], histories[1].to_columns()[name], rtol=1e-12)


def test_what_leaves_the_finite_numbers_names_its_shard():
    X, y = data()
    y[100] = 1e200
    for mode, batch in (("exact", 1), ("local", 3)):
        training = trainer(batch_size=None if mode == "exact" else 10, shuffle=False)
        with pytest.raises(DivergenceError, match=rf"epoch 1, batch {batch}: in shard 3 of 3 \(rows 80 to 119"):
            training.fit(ArrayShards(X, y, count=3), cluster=here(mode))
        assert np.isfinite(training.network.parameters).all()


def test_faults_in_data_name_their_shard(tmp_path):
    X, y = data()

    def refused(*said):
        with pytest.raises(InputError) as error:
            trainer().fit(FolderShards(tmp_path, 3), cluster=here("exact"))
        for what in ("part 1.npy", *said):
            assert what in str(error.value)

    shards = FolderShards.write(tmp_path, X, y, 3)
    table = np.load(tmp_path / "1.npy")
    np.save(tmp_path / "1.npy", np.where(np.arange(len(table))[:, None] == 4, np.nan, table))
    refused("NaN in a row")
    np.save(tmp_path / "1.npy", table[:0])
    refused("has no rows: leave it out")
    np.save(tmp_path / "1.npy", table[:, 1:])
    refused("2 inputs and 1 targets in float64, and the network has 3 inputs")
    np.save(tmp_path / "1.npy", table.astype("f4"))
    refused("float32")
    (tmp_path / "1.npy").write_bytes(b"")
    with pytest.raises((InputError, EOFError, ValueError)):
        trainer().fit(shards, cluster=here("exact"))


class Shortens(Callback):
    """Makes a shard's file another after the first round."""

    def __init__(self, path):
        self.path = path

    def on_batch_end(self, training):
        np.save(self.path, np.load(self.path)[:-1])


def test_a_file_that_is_changed_under_way_is_found(tmp_path, monkeypatch):
    monkeypatch.setattr("clearprop.training.sharded_rows.KEPT_SHARE", 0.0)  # so that it is read in each round
    shards = FolderShards.write(tmp_path, *data(), 3)
    with pytest.raises(InputError, match=r"part 2\.npy: it has changed since training began"):
        trainer(callbacks=[Shortens(tmp_path / "2.npy")]).fit(shards, cluster=here("exact"))


@pytest.mark.parametrize("mode", ["exact", "local"])
def test_rows_that_are_read_anew_in_each_round_come_to_the_same(tmp_path, monkeypatch, mode):
    X, y = data()
    shards, results = FolderShards.write(tmp_path, X, y, 5), []
    for kept in (0.0, 0.4):
        monkeypatch.setattr("clearprop.training.sharded_rows.KEPT_SHARE", kept)
        results.append(trainer(batch_size=30))
        results[-1].fit(shards, cluster=here(mode))
    results.append(trainer(batch_size=30))
    results[-1].fit(ArrayShards(*data(), count=5), cluster=here(mode))
    first, *others = [one.network.parameters.tobytes() for one in results]
    assert others == [first, first]


def test_lbfgs_is_refused():
    with pytest.raises(InputError, match="lbfgs does not train on a cluster: choose another optimizer"):
        trainer(optimizer="lbfgs", learning_rate=None).fit(*data(), cluster=here("exact"))


def test_a_fit_of_rows_is_that_of_as_many_shards():
    X, y = data()
    one, other = trainer(), trainer()
    one.fit(X, y, cluster=here("exact", shards=5))
    other.fit(ArrayShards(X, y, count=5), cluster=here("exact"))
    assert one.network.parameters.tobytes() == other.network.parameters.tobytes()
    rows = Rows.checked(one.network, X[:3], y[:3])
    trainer().fit(rows.X, rows.y, cluster=here("exact"))  # fewer rows than shards
