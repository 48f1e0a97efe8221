"""Dropout: how many units, how they are scaled, in both passes, anew in each batch."""

import math

import numpy as np
import pytest

from clearprop import Callback, Network, Penalty, Trainer


@pytest.mark.parametrize("share", [0.2, 0.5, 0.75])
def test_dropout_leaves_out_the_share_and_scales_the_rest_in_both_passes(share, engine):
    """One row, one step of rate 1: each weight's change tells whether its unit was there, and how it was scaled."""
    units = 4000
    network = Network([1, units, 1], "identity", initializer="zeros")
    network.weights[0], network.weights[1] = 1.0, 1 / units
    before_1, before_2 = network.weights[0].copy(), network.weights[1].copy()
    trainer = Trainer(network, optimizer="sgd", learning_rate=1.0, dropout=share, epochs=1, engine=engine, rng=9)
    trainer.fit([[1.0]], [0.0])
    change_1, change_2 = (before_1 - network.weights[0])[0], (before_2 - network.weights[1])[:, 0]
    stays = change_2 != 0
    np.testing.assert_array_equal(change_1 != 0, stays)  # the same units in backward as in forward
    assert abs(stays.mean() - (1 - share)) < 5 * math.sqrt(share * (1 - share) / units)
    scale = 1 / (1 - share)
    output = stays.sum() / units * scale  # and that is dL/da of the output
    np.testing.assert_allclose(change_2[stays], output * scale, rtol=1e-12)
    np.testing.assert_allclose(change_1[stays], output * scale / units, rtol=1e-9)


def test_dropout_keeps_the_expectation_and_is_off_when_predicting(engine):
    network = Network([2, 50, 1], "tanh", rng=0)
    X = np.array([[0.3, -0.8]])
    expected = network.predict(X)[0, 0]
    masks, rng = 4000, np.random.default_rng(1)
    outputs = [network.forward(X, [(rng.random((1, 50)) >= 0.3) / 0.7, None]).outputs[0, 0] for _ in range(masks)]
    assert abs(np.mean(outputs) - expected) < 5 * np.std(outputs) / math.sqrt(masks)
    trainer = Trainer(network, dropout=0.9, epochs=1, engine=engine, rng=0)
    trainer.fit(X, [0.0])
    assert (
        network.predict(X)[0, 0] == network.forward(X).outputs[0, 0] == network.forward(X, [None, None]).outputs[0, 0]
    )


def test_every_batch_and_layer_has_masks_of_its_own(engine):
    network = Network([1, 30, 30, 1], "identity", initializer="zeros", rng=0)
    for W in network.weights:
        W[...] = 1 / 30
    seen = []

    class Look(Callback):
        def on_batch_end(self, trainer):
            seen.append((trainer.network.weights[0] != before[0], trainer.network.weights[2] != before[2]))
            for W, b in zip(trainer.network.weights, before, strict=True):
                W[...] = b

    before = [W.copy() for W in network.weights]
    trainer = Trainer(
        network, optimizer="sgd", learning_rate=1e-3, dropout=[0.5, 0.5], epochs=4, batch_size=1, callbacks=[Look()],
        patience=None, engine=engine, rng=0,
    )  # fmt: skip
    trainer.start([[1.0], [1.0]], [0.0, 0.0])
    while trainer.stop_reason is None:
        trainer.run_batch()
    masks = [mask.ravel().tolist() for pair in seen for mask in pair]
    assert len(masks) == 16
    assert len({tuple(mask) for mask in masks}) == 16


def test_gradient_under_fixed_masks_is_that_of_the_loss():
    rng = np.random.default_rng(4)
    network = Network([3, 6, 5, 2], ["tanh", "silu"], loss="cross_entropy", rng=rng)
    X, y = rng.normal(size=(4, 3)), rng.integers(2, size=4)
    masks = [(rng.random((4, 6)) >= 0.5) / 0.5, (rng.random((1, 5)) >= 0.2) / 0.8, None]  # the second is broadcast
    gradient = network.backward(network.forward(X, masks), y, penalty=Penalty(l2=0.1)).flat
    for index in range(network.parameters.size):
        centre, losses = network.parameters[index], []
        for step in (-2e-3, -1e-3, 1e-3, 2e-3):
            network.parameters[index] = centre + step
            losses.append(network.loss_of(network.forward(X, masks), y, penalty=Penalty(l2=0.1)))
        network.parameters[index] = centre
        difference = (8 * (losses[2] - losses[1]) - (losses[3] - losses[0])) / 12e-3
        assert gradient[index] == pytest.approx(difference, rel=1e-7, abs=1e-10), network.parameter_name(index)
