"""L-BFGS: the minimum, the iterations, the ends, and what it does not use."""

import numpy as np
import pytest

from clearprop import ACTIVATIONS, LOSSES, Callback, DivergenceError, LBfgs, Network, Penalty, Trainer
from clearprop.engines.whole_batch import WholeBatch
from clearprop.network.rows import Rows

from ..training.helpers import StopAt
from ..training.scikit_learn import PROBLEMS, network_of, problem, quiet_fit, same_parameters


@pytest.mark.parametrize("name", PROBLEMS)
def test_lbfgs_reaches_scikit_learns_minimum(name):
    model_class, loss, _ = PROBLEMS[name]
    X, y = problem(name)
    common = {"hidden_layer_sizes": (4,), "activation": "tanh", "alpha": 1.0, "random_state": 3}
    if name == "counts":
        common["loss"] = "poisson"
    model = quiet_fit(model_class(**common, solver="lbfgs", max_iter=500, tol=1e-6), X, y)
    network = network_of(model_class, X, y, loss, **common)
    trainer = Trainer(network, optimizer="lbfgs", epochs=500, tolerance=1e-6, patience=None, l2=1.0, rng=0)
    history = trainer.fit(X, y)
    assert history.loss[-1] == pytest.approx(model.loss_, rel=1e-8)
    assert network.loss(X, y, penalty=Penalty(l2=1.0)) == pytest.approx(model.loss_, rel=1e-8)
    assert np.abs(network.backward(network.forward(X), y, penalty=Penalty(l2=1.0)).flat).max() < 1e-4
    assert (np.diff(history.loss) < 0).all()
    # the very same iterations, as long as rounding allows
    assert len(history) == pytest.approx(model.n_iter_, abs=0.1 * model.n_iter_)
    same_parameters(network, model, rtol=1e-2)
    assert trainer.stop_reason.startswith("Convergence")


def test_lbfgs_finds_the_exact_least_squares():
    rng = np.random.default_rng(0)
    X, weight = rng.normal(size=(40, 3)), rng.uniform(0.5, 2, size=40)
    y = X @ [1.0, -2.0, 0.5] + 0.25 + 0.1 * rng.normal(size=40)
    network = Network([3, 1], rng=0)
    history = Trainer(network, optimizer=LBfgs(), tolerance=1e-12, patience=None, rng=0).fit(X, y, weight)
    root = np.sqrt(weight)[:, None]
    exact, *_ = np.linalg.lstsq(np.column_stack([X, np.ones(40)]) * root, y * root[:, 0], rcond=None)
    np.testing.assert_allclose(network.parameters, exact, rtol=1e-5)  # SciPy also stops where the loss falls too little
    assert [record.epoch for record in history] == list(range(1, len(history) + 1))
    assert history.gradient_norm[-1] < 1e-5 < history.gradient_norm[0]


def test_lbfgs_stops_at_epochs_evaluations_patience_and_by_callback():
    X, y = problem("a number")

    def trained(optimizer="lbfgs", **settings):
        trainer = Trainer(Network([4, 5, 1], "tanh", rng=0), optimizer=optimizer, rng=0, **settings)
        trainer.fit(X, y)
        return trainer

    trainer = trained(epochs=7)
    assert len(trainer.history) == 7
    assert trainer.stop_reason == "all 7 epochs done"
    trainer = trained(LBfgs(max_evaluations=5), epochs=100)
    assert len(trainer.history) <= 5
    assert "evaluations" in trainer.stop_reason.lower()
    trainer = trained(tolerance=0.05, patience=1)
    assert trainer.stop_reason == "no gain of 0.05 or more in loss over 2 epochs"
    assert LBfgs(memory=3) != LBfgs()
    assert trained(LBfgs(memory=1), epochs=30).history.loss[-1] != trained(epochs=30).history.loss[-1]

    trainer = trained(callbacks=[StopAt("epoch", 3)])
    assert (len(trainer.history), trainer.stop_reason) == (3, "enough")
    trainer = trained(callbacks=[StopAt("start")])
    assert (len(trainer.history), trainer.stop_reason) == (0, "enough")


def test_lbfgs_leaves_the_network_at_its_last_iterate():
    X, y = problem("a number")
    network = Network([4, 5, 1], "tanh", rng=0)
    seen = []

    class Look(Callback):
        def on_epoch_end(self, trainer):
            seen.append(trainer.network.loss(X, y, penalty=Penalty(l2=0.1)))

    history = Trainer(network, optimizer="lbfgs", epochs=9, l2=0.1, callbacks=[Look()], rng=0).fit(X, y)
    assert seen == pytest.approx(history.loss, rel=1e-14)
    assert network.loss(X, y, penalty=Penalty(l2=0.1)) == seen[-1]


@pytest.mark.parametrize("evaluations", range(2, 16))
def test_lbfgs_leaves_no_trial_step_behind(evaluations):
    """Where the evaluations run out within a line search, the network is at the last iterate all the same."""
    X, y = problem("a number")
    network = Network([4, 5, 1], "tanh", initializer="uniform", rng=0)
    history = Trainer(network, optimizer=LBfgs(evaluations), tolerance=0.0, patience=None, rng=0).fit(X, y)
    assert network.loss(X, y) == pytest.approx(history.loss[-1], rel=1e-13)


@pytest.mark.parametrize("stop_after", [None, 40])
def test_lbfgs_keeps_the_best_by_validation(stop_after):
    X, y = problem("a number")
    network = Network([4, 20, 1], "tanh", rng=0)
    callbacks = [StopAt("epoch", stop_after)] if stop_after else []
    trainer = Trainer(network, optimizer="lbfgs", epochs=60, patience=None, callbacks=callbacks, rng=0)
    history = trainer.fit(X[:25], y[:25], validation=(X[25:], y[25:]))
    assert len(history) == (stop_after or 60)
    best = int(np.argmin(history.validation_loss))
    assert best < len(history) - 1
    assert network.loss(X[25:], y[25:]) == pytest.approx(history.validation_loss[best], rel=1e-12)


def test_lbfgs_stays_float32():
    X, y = problem("a number")
    network = Network([4, 5, 1], "tanh", dtype="float32", rng=0)
    history = Trainer(network, optimizer="lbfgs", epochs=20, rng=0).fit(X, y)
    assert network.parameters.dtype == np.float32
    assert history.loss[-1] < 0.5 * history.loss[0]
    assert network.loss(X, y) == pytest.approx(history.loss[-1], rel=1e-5)


def test_lbfgs_cannot_be_advanced_from_outside():
    X, y = problem("a number")
    trainer = Trainer(Network([4, 1], rng=0), optimizer="lbfgs", rng=0)
    trainer.start(X, y)
    for advance in (trainer.run_epoch, trainer.run_batch):
        with pytest.raises(TypeError, match="lbfgs decides its steps itself and cannot be advanced from outside"):
            advance()
    trainer.run()
    assert trainer.history.loss[-1] < trainer.history.loss[0]


def test_lbfgs_divergence():
    network = Network([1, 2, 1], ["exponential"], rng=0)
    network.weights[0] = 1.0
    before = network.parameters.copy()
    trainer = Trainer(network, optimizer="lbfgs", rng=0)
    with pytest.raises(DivergenceError, match=r"epoch 1, .*the activations a of layer 1 .*") as caught:
        trainer.fit([[800.0], [1.0]], [0.0, 1.0])
    assert (caught.value.epoch, caught.value.layer) == (1, 1)
    np.testing.assert_array_equal(network.parameters, before)
    assert trainer.stop_reason == "diverged in epoch 1"
    assert str(caught.value).endswith(
        "The network keeps its last finite parameters. Try a higher l2 than 0 or another optimizer or scaled inputs"
    )


def test_lbfgs_divergence_where_inputs_are_small():
    network = Network([1, 1, 1], "identity", initializer="zeros")
    network.parameters = [1e200, 0, 1e200, 0]
    with pytest.raises(
        DivergenceError, match=r"the weighted sums z of layer 2 .*Try a higher l2 than 0 or another optimizer$"
    ):
        Trainer(network, optimizer="lbfgs", rng=0).fit([[1.0]], [0.0])


# -- what it does not use ----------------------------------------------------------------------------------------------

UNUSED = {
    "learning_rate": 0.1, "schedule": "cosine", "batch_size": 10, "decoupled_decay": 0.0, "dropout": [0.0, 0.5],
    "clip_norm": 1.0,
}  # fmt: skip


@pytest.mark.parametrize("names", [[name] for name in UNUSED] + [list(UNUSED)])
def test_lbfgs_warns_of_settings_that_it_does_not_use(names):
    X, y = problem("a number")
    one, other = (Network([4, 5, 3, 1], "tanh", rng=0) for _ in range(2))
    Trainer(one, optimizer="lbfgs", epochs=5, rng=0).fit(X, y)
    message = "lbfgs takes all rows at once and finds its steps itself: it does not use " + ", ".join(names)
    with pytest.warns(UserWarning, match=f"^{message}$") as caught:
        trainer = Trainer(other, optimizer=LBfgs(), epochs=5, rng=0, **{name: UNUSED[name] for name in names})
    assert [warning.filename for warning in caught] == [__file__]
    trainer.fit(X, y)
    np.testing.assert_array_equal(one.parameters, other.parameters)


def test_lbfgs_does_not_warn_of_settings_that_it_uses_or_that_say_nothing():
    Trainer(
        Network([4, 5, 3, 1], rng=0), optimizer="lbfgs", epochs=5, l1=0.1, l2=0.1, tolerance=0.0, patience=2,
        monitor="metric", keep_best=True, metric="r2", shuffle=False, dropout=[0.0, 0.0], schedule="constant", rng=0,
    )  # fmt: skip


def test_settings_that_lbfgs_does_not_use_are_checked_all_the_same():
    with pytest.raises(ValueError, match="batch_size must be a whole number >= 1, got 0"):
        Trainer(Network([4, 1], rng=0), optimizer="lbfgs", batch_size=0, rng=0)


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("activation", sorted(set(ACTIVATIONS) - {"softmax"}))
@pytest.mark.parametrize("weighted", [False, True])
def test_the_whole_batch_is_the_networks_loss_and_gradient(loss, activation, weighted):
    """In scikit-learn's order of operations, which changes the last digits and no more."""
    rng = np.random.default_rng(0)
    network = Network([3, 4, 2], activation, loss=loss, rng=0)
    X, y = rng.normal(size=(20, 3)), np.eye(2)[rng.integers(2, size=20)]
    y = 2 * y - 1 if loss in ("hinge", "perceptron") else y
    weight = rng.random(20) if weighted else None
    penalty = Penalty(l1=0.3, l2=0.7)
    batch = WholeBatch(network, Rows(X, y, weight), penalty)
    batch.evaluate()
    assert batch.loss == pytest.approx(network.loss(X, y, weight, penalty), rel=1e-13)
    expected = network.backward(network.forward(X), y, weight, penalty).flat
    np.testing.assert_allclose(batch.gradients.flat, expected, rtol=1e-11, atol=1e-14)
    np.testing.assert_allclose(
        network.parameters[batch.order],
        np.concatenate([part.ravel() for part in (*network.weights, *network.biases)]),
    )
