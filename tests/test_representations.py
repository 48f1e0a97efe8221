"""What a console or a notebook shows of an object is one short line."""

import numpy as np
import pytest

from clearprop import Network, Penalty, Trainer, attribute, explain

X, Y = np.array([[0.5, -1.0], [1.0, 2.0], [-0.3, 0.4]]), np.array([0, 1, 1])


@pytest.fixture
def network():
    return Network([2, 3, 2], "tanh", loss="cross_entropy", rng=0)


def test_passes(network):
    trace = network.forward(X)
    assert repr(trace) == "<Trace of 3 rows through 2-3-2 units>"
    assert repr(network.forward(X[:1])) == "<Trace of 1 row through 2-3-2 units>"
    gradients = network.backward(trace, Y)
    length = np.sqrt((gradients.flat**2).sum())
    assert repr(gradients) == f"<Gradients of 17 parameters over 3 rows, length {length:.4g}>"
    check = network.check_gradients(X, Y)
    assert repr(check) == f"<GradientCheck: {check}>"


def test_a_training(network):
    trainer = Trainer(network, learning_rate=0.01, batch_size=2, epochs=3, rng=0)
    assert repr(trainer) == f"<Trainer of {network!r}: adam at 0.01 (constant), batches of 2, at most 3 epochs>"
    training = trainer.start(X, Y)
    assert repr(training) == "<Training on 3 rows: 0 of 3 epochs>"
    training.run_batch()
    assert repr(training) == "<Training on 3 rows: 0 of 3 epochs and 1 of 2 batches>"
    assert repr(training.snapshot()) == "<Snapshot after 0 epochs and 1 steps: 17 parameters, 2 slots>"
    training.run()
    loss = training.history[-1].loss
    assert repr(training) == f"<Training on 3 rows: 3 of 3 epochs, loss {loss:.4g}; ended: all 3 epochs done>"
    assert "lbfgs, at most 200 epochs" in repr(Trainer(network, optimizer="lbfgs"))


def test_explanations(network):
    explanation = explain(network, X, Y, "W2[3,1]", optimizer="sgd", learning_rate=0.5, penalty=Penalty(l2=0.1))
    shown = f"<Explanation of W2[3,1]: gradient {explanation.value:.6g} over 3 rows; print() or to_html() shows it>"
    assert repr(explanation) == shown
    step = explanation.step
    assert repr(step) == f"<OptimizerStep 1 of sgd at rate 0.5: {step.old:.6g} -> {step.new:.6g}>"
    attribution = attribute(network, X[0])
    shown = f"{attribution.output} = {attribution.value:.6g} to 2 inputs, by integrated_gradients"
    assert repr(attribution) == f"<Attribution of {shown}>"
