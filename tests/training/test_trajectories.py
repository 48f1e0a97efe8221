"""Whole trainings against a naive trainer, setting by setting, and one epoch by hand."""

import math

import numpy as np
import pytest

from clearprop import ACTIVATIONS, LOSSES, OPTIMIZERS, Network, Trainer

from .helpers import KINDS, rows, state_of
from .oracle import naive_fit

PLANS = {
    "plain": {},
    "no shuffling": {"shuffle": False},
    "one row a batch": {"batch_size": 1},
    "all rows a batch": {"batch_size": 23},
    "weights": {"weighted": True},
    "l1": {"l1": 0.3},
    "l2": {"l2": 0.8},
    "decoupled decay": {"decay": 0.5},
    "clipping": {"clip_norm": 0.05},
    "dropout": {"dropout": (0.5, 0.25)},
    "dropout of one layer": {"dropout": (0.0, 0.4)},
    "schedule": {"schedule": "one_cycle"},
    "all at once": {
        "weighted": True, "l1": 0.1, "l2": 0.2, "decay": 0.1, "clip_norm": 0.3, "dropout": (0.2, 0.1),
        "schedule": "cosine", "batch_size": 7,
    },
}  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("plan", PLANS)
def test_every_setting_is_that_of_the_naive_trainer(plan, kind, engine):
    plan = {"batch_size": 5, **PLANS[plan]}
    X, y = rows("cross_entropy")
    weight = np.random.default_rng(3).uniform(0.1, 2, size=len(X)) if plan.pop("weighted", False) else None
    dropout = plan.pop("dropout", ())
    network = Network([3, 6, 4, 2], ["tanh", "relu"], loss="cross_entropy", rng=1)
    twin, rng = network.copy(), KINDS[kind](7)
    losses, norms = naive_fit(
        twin,
        X,
        y,
        rng,
        optimizer=OPTIMIZERS.resolve("adam"),
        rate=0.02,
        epochs=4,
        weight=weight,
        dropout=dropout,
        **plan,
    )
    renamed = {"decoupled_decay" if key == "decay" else key: value for key, value in plan.items()}
    trainer = Trainer(
        network, learning_rate=0.02, epochs=4, dropout=dropout or 0.0, patience=None, rng=KINDS[kind](7), engine=engine,
        **renamed,
    )  # fmt: skip
    history = trainer.fit(X, y, weight)
    np.testing.assert_allclose(network.parameters, twin.parameters, rtol=1e-10, atol=1e-12)
    assert history.loss == pytest.approx(losses, rel=1e-12)
    assert history.gradient_norm == pytest.approx(norms, rel=1e-12)
    assert state_of(trainer.rng) == state_of(rng)


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_every_optimizer_is_that_of_the_naive_trainer(name, engine):
    X, y = rows()
    network = Network([3, 5, 2], "silu", rng=2)
    twin = network.copy()
    decay = OPTIMIZERS[name].decoupled_decay
    naive_fit(
        twin,
        X,
        y,
        np.random.default_rng(1),
        optimizer=OPTIMIZERS[name](),
        rate=0.01,
        batch_size=6,
        epochs=5,
        decay=decay,
    )
    Trainer(network, optimizer=name, learning_rate=0.01, batch_size=6, epochs=5, rng=1, engine=engine).fit(X, y)
    np.testing.assert_allclose(network.parameters, twin.parameters, rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize("loss", LOSSES)
def test_every_loss_is_trained_as_by_the_naive_trainer(loss, engine):
    X, y = rows(loss)
    network = Network([3, 5, 2], "gelu", loss=loss, rng=2)
    twin = network.copy()
    losses, _ = naive_fit(
        twin, X, y, np.random.default_rng(1), optimizer=OPTIMIZERS.resolve("sgd"), rate=0.05, batch_size=6, epochs=8
    )
    history = Trainer(network, optimizer="sgd", learning_rate=0.05, batch_size=6, epochs=8, rng=1, engine=engine).fit(
        X, y
    )
    np.testing.assert_allclose(network.parameters, twin.parameters, rtol=1e-10, atol=1e-12)
    assert history.loss == pytest.approx(losses, rel=1e-11)
    assert history.loss[-1] < history.loss[0]


@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.filterwarnings("ignore::clearprop.errors.CannotLearnWarning")  # of the step
def test_every_activation_is_trained_as_by_the_naive_trainer(activation, engine):
    X, y = rows()
    network = Network([3, 5, 4, 2], activation, rng=2)
    network.parameters *= 0.5  # exponential on exponential
    twin = network.copy()
    naive_fit(
        twin, X, y, np.random.default_rng(1), optimizer=OPTIMIZERS.resolve("sgd"), rate=0.01, batch_size=6, epochs=3
    )
    Trainer(network, optimizer="sgd", learning_rate=0.01, batch_size=6, epochs=3, rng=1, engine=engine).fit(X, y)
    np.testing.assert_allclose(network.parameters, twin.parameters, rtol=1e-10, atol=1e-12)


def test_one_epoch_of_gradient_descent_by_hand(engine):
    """y = w x + b on three rows, two a batch, with l2 and sample weights: each number worked out in floats."""
    network = Network([1, 1], initializer="zeros")
    network.weights[0], network.biases[0] = [[0.5]], [0.25]
    x, y, s = [1.0, -2.0, 3.0], [1.0, 0.5, -1.0], [1.0, 3.0, 0.5]
    trainer = Trainer(
        network, optimizer="sgd", learning_rate=0.1, batch_size=2, epochs=1, shuffle=False, l2=0.2, engine=engine, rng=0
    )
    history = trainer.fit(np.array(x)[:, None], y, s)
    w, b, losses, norms, penalties = 0.5, 0.25, [], [], []
    for batch in ([0, 1], [2]):
        total = sum(s[i] for i in batch)
        error = [w * x[i] + b - y[i] for i in batch]
        losses.append((sum(s[i] * e * e / 2 for i, e in zip(batch, error, strict=True)) + 0.1 * w * w) / total)
        penalties.append(0.1 * w * w / total)
        dw = (sum(s[i] * e * x[i] for i, e in zip(batch, error, strict=True)) + 0.2 * w) / total
        db = sum(s[i] * e for i, e in zip(batch, error, strict=True)) / total
        norms.append(math.hypot(dw, db))
        w, b = w - 0.1 * dw, b - 0.1 * db
    assert network.parameters.tolist() == pytest.approx([w, b], rel=1e-14)
    assert history.to_columns() == {
        "epoch": [1],
        "loss": [pytest.approx((2 * losses[0] + losses[1]) / 3, rel=1e-14)],
        "validation_loss": [None],
        "metric": [None],
        "gradient_norm": [pytest.approx((2 * norms[0] + norms[1]) / 3, rel=1e-14)],
        "rate": [0.1],
        "penalty": [pytest.approx((2 * penalties[0] + penalties[1]) / 3, rel=1e-14)],
    }
    assert trainer.stop_reason == "all 1 epochs done"
