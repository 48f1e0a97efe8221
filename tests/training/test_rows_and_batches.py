"""Sample weights, the order of rows, batches, and arrays of every layout and dtype."""

import numpy as np
import pytest

from clearprop import OPTIMIZERS, Network, Trainer
from clearprop.network.rows import Rows

from .helpers import by_batches, rows


def test_weights_of_1_are_none_and_weights_of_0_take_rows_away(engine):
    X, y = rows()
    settings = {"epochs": 5, "shuffle": False, "l2": 0.3, "patience": None, "engine": engine, "rng": 0}

    def trained(X, y, weight=None):
        network = Network([3, 4, 2], rng=0)
        return Trainer(network, **settings).fit(X, y, weight).loss, network.parameters

    loss, parameters = trained(X, y)
    loss_ones, parameters_ones = trained(X, y, np.ones(23))
    assert loss_ones == pytest.approx(loss, rel=1e-12)
    np.testing.assert_allclose(parameters_ones, parameters, rtol=1e-8)
    weight = np.ones(23)
    weight[[3, 8, 22]] = 0
    loss_zeros, parameters_zeros = trained(X, y, weight)
    loss_fewer, parameters_fewer = trained(X[weight > 0], y[weight > 0])
    assert loss_zeros == pytest.approx(loss_fewer, rel=1e-12)
    np.testing.assert_allclose(parameters_zeros, parameters_fewer, rtol=1e-8)


def test_a_batch_whose_weights_are_all_0_teaches_nothing(engine):
    X, y = rows(n=6)
    network = Network([3, 2], rng=0)
    trainer = Trainer(network, optimizer="sgd", batch_size=3, epochs=1, shuffle=False, engine=engine, rng=0)
    trainer.start(X, y, [0, 0, 0, 1, 1, 1])
    before = network.parameters.copy()
    trainer.run_batch()
    np.testing.assert_array_equal(network.parameters, before)
    trainer.run_batch()
    assert (network.parameters != before).any()


def test_every_row_is_met_once_an_epoch_in_another_order(engine):
    """Linear in the rows met: each row's own weight changes by exactly its share."""
    n = 12
    network = Network([n, 1], initializer="zeros")
    trainer = Trainer(
        network, optimizer="sgd", learning_rate=1.0, batch_size=5, epochs=3, patience=None, engine=engine, rng=0
    )
    trainer.start(np.eye(n), np.zeros(n))
    network.biases[0] = 0.0
    orders = []
    for _ in range(3):
        order = []
        while True:
            network.parameters[:] = 0
            network.biases[0] = 1.0  # each row's error is 1
            ended = trainer.run_batch()
            order.append(np.flatnonzero(network.weights[0][:, 0]).tolist())
            if ended:
                break
        assert [len(batch) for batch in order] == [5, 5, 2]
        assert sorted(sum(order, [])) == list(range(n))  # noqa: RUF017
        orders.append(order)
    assert orders[0] != orders[1] != orders[2] != orders[0]


def test_rows_of_every_layout_and_type(engine):
    X, y = rows()
    whole = np.zeros((46, 6))
    whole[::2, ::2] = X
    results = []
    for same in (X, np.asfortranarray(X), whole[::2, ::2], X.tolist(), X[::-1].copy()[::-1]):
        network = Network([3, 4, 2], rng=0)
        Trainer(network, epochs=3, batch_size=5, engine=engine, rng=0).fit(same, y)
        results.append(network.parameters)
    for parameters in results[1:]:
        np.testing.assert_allclose(parameters, results[0], rtol=1e-11)
    before = X.copy(), y.copy()
    Trainer(Network([3, 4, 2], rng=0), epochs=3, engine=engine, rng=0).fit(X, y)
    np.testing.assert_array_equal(X, before[0])
    np.testing.assert_array_equal(y, before[1])


def test_one_row_one_epoch_and_batches_larger_than_all(engine):
    network = Network([1, 1], initializer="zeros")
    trainer = Trainer(network, optimizer="sgd", learning_rate=0.5, batch_size=1000, epochs=1, engine=engine, rng=0)
    trainer.fit([[2.0]], [3.0])
    np.testing.assert_allclose(network.parameters, [3.0, 1.5], rtol=1e-15)


def test_batches_are_200_rows_unless_there_are_fewer(engine):
    rng = np.random.default_rng(0)
    for n, batches in ((150, 1), (200, 1), (450, 3)):
        trainer = Trainer(Network([2, 1], rng=0), engine=engine, rng=0)
        trainer.start(rng.normal(size=(n, 2)), rng.normal(size=n))
        assert by_batches(trainer, batches) == batches
        assert len(trainer.history) == 1


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_float32_stays_float32_in_all_that_is_kept(name, engine):
    X, y = rows("cross_entropy")
    network = Network([3, 5, 4, 2], ["gelu", "elu"], loss="cross_entropy", dtype="float32", rng=1)
    trainer = Trainer(
        network, optimizer=name, learning_rate=0.01, batch_size=7, epochs=3, l1=0.01, l2=0.01, decoupled_decay=0.01,
        dropout=0.2, clip_norm=0.5, schedule="cosine", engine=engine, rng=0,
    )  # fmt: skip
    trainer.start(X, y, np.linspace(0.5, 1, 23), validation=(X, y))
    while trainer.stop_reason is None:
        trainer.run_epoch()
        snapshot = trainer.snapshot()
        assert network.parameters.dtype == snapshot.parameters.dtype == snapshot.slots.dtype == np.float32
        assert snapshot.slots.shape == (len(OPTIMIZERS[name].slots), network.parameters.size)
        assert snapshot.state.patience.best_parameters.dtype == np.float32
    assert {array.dtype for array in [*network.weights, *network.biases]} == {np.dtype("float32")}
    # near to what float64 gives
    double = Network([3, 5, 4, 2], ["gelu", "elu"], loss="cross_entropy", rng=1)
    exact = Trainer(double, optimizer="sgd", learning_rate=0.01, batch_size=7, epochs=3, engine=engine, rng=0).fit(X, y)
    single = Network([3, 5, 4, 2], ["gelu", "elu"], loss="cross_entropy", dtype="float32", rng=1)
    near = Trainer(single, optimizer="sgd", learning_rate=0.01, batch_size=7, epochs=3, engine=engine, rng=0).fit(X, y)
    assert near.loss == pytest.approx(exact.loss, rel=1e-5)


def test_rows_that_are_checked_are_taken_as_they_are():
    X, y = rows()
    weight = np.linspace(0.5, 2, len(X))
    networks = [Network([3, 4, 2], rng=0) for _ in range(2)]
    trainers = [Trainer(network, epochs=4, metric="r2", rng=0) for network in networks]
    trainers[0].start(X[:15], y[:15], weight[:15], validation=(X[15:], y[15:], weight[15:]))
    given = Rows.checked(networks[1], X, y, weight)
    taught, judged = given.part(np.arange(15)), given.part(np.arange(15, len(X)))
    trainers[1].start(taught, validation=judged)
    assert trainers[1].rows.X is taught.X
    assert trainers[0].run().loss == trainers[1].run().loss
    np.testing.assert_array_equal(networks[0].parameters, networks[1].parameters)
    assert trainers[0].history[-1].validation_loss == trainers[1].history[-1].validation_loss > 0


def test_a_part_of_the_rows_that_weighs_nothing_is_refused():
    X, y = rows(n=4)
    given = Rows.checked(Network([3, 2], rng=0), X, y, [1, 0, 0, 1])
    assert given.part(np.array([2, 3])).sample_weight.tolist() == [0, 1]
    with pytest.raises(ValueError, match=r"^validation sample_weight must be >= 0 and not all 0, its least is 0"):
        given.part(np.array([1, 2]), which="validation ")


def test_inputs_without_targets_are_refused():
    with pytest.raises(TypeError, match="y must be numbers, got None: give a number a row"):
        Trainer(Network([3, 2], rng=0)).start(rows()[0])
