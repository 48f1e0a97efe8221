"""Remarks say in plain words what made a gradient large or small."""

import numpy as np
import pytest

from clearprop import Network, Penalty, Trainer, explain


def remarks(*args, **kwargs):
    return " ".join(explain(*args, **kwargs).remarks)


def network(sizes, hidden="sigmoid", parameters=None, **settings):
    made = Network(sizes, hidden, rng=0, **settings)
    if parameters is not None:
        made.parameters[:] = parameters
    return made


def test_saturation():
    said = remarks(network([1, 1, 1], parameters=[8.0, 0.5, 1.0, 0.0]), [1.0], [0.0], "W1[1,1]")
    assert "Saturated: z1[1] = 8.5" in said
    assert "% through" in said


def test_saturation_of_the_layer_above():
    said = remarks(network([1, 1, 1, 1], parameters=[1, 0, 9, 0, 1, 0]), [1.0], [0.0], "W1[1,1]")
    assert "All of layer 2 is saturated" in said


def test_a_relu_that_is_off():
    said = remarks(network([1, 1, 1], "relu", [-1.0, 0.0, 1.0, 0.0]), [1.0], [1.0], "W1[1,1]")
    assert "relu of z1[1] is off" in said
    assert "exactly 0" in said


def test_a_dead_relu():
    made = network([1, 1, 1], "relu", [-1.0, 0.0, 1.0, 0.0])
    assert "off in all 3 rows" in remarks(made, [[1.0], [2.0], [3.0]], [1.0, 1.0, 1.0], "W1[1,1]")
    assert "off in all" not in remarks(made, [[-1.0], [2.0], [3.0]], [1.0, 1.0, 1.0], "W1[1,1]")


@pytest.mark.parametrize(("value", "words"), [(0.0, "is 0"), (0.001, "tiny"), (5000.0, "large")])
def test_inputs(value, words):
    assert words in remarks(network([2, 1]), [value, 1.0], [9.0], "W1[1,1]")
    assert words not in remarks(network([2, 1]), [value, 1.0], [9.0], "W1[2,1]")


def test_cancelling_paths():
    said = remarks(network([1, 2, 1], "identity", [1, 1, 0, 0, 5, -4.9, 0]), [1.0], [3.0], "x[1]")
    assert "The paths cancel" in said


def test_cancelling_rows():
    assert "The rows cancel" in remarks(network([1, 1], parameters=[0.0, 0.0]), [[1.0], [1.0]], [1.0, -0.95], "W1[1,1]")


def test_one_row_stands_out():
    said = remarks(network([1, 1], parameters=[0.0, 0.0]), [[1.0]] * 4, [0.1, 0.1, 50.0, 0.1], "b1[1]")
    assert "Row 2 alone makes" in said


def test_little_is_left_to_correct():
    made = network([1, 1], parameters=[1.0, 0.0])
    assert "within 0.001 of the target" in remarks(made, [1.0], [0.999], "W1[1,1]")
    assert "exactly the target" in remarks(made, [1.0], [1.0], "W1[1,1]")


def test_a_wide_margin():
    made = network([1, 1], parameters=[5.0, 0.0], loss="hinge")
    assert "Every margin is wide enough" in remarks(made, [1.0], [1.0], "W1[1,1]")


def test_step_activations():
    assert "step activation" in remarks(network([1, 2, 1], "step"), [1.0], [1.0], "W1[1,1]")


def test_penalties():
    made = network([1, 1], parameters=[3.0, 0.0])
    assert "penalty outweighs" in remarks(made, [1.0], [2.9], "W1[1,1]", penalty=Penalty(l2=1.0))


def test_kinks():
    explanation = explain(network([1, 1, 1], "relu", [1.0, 0.0, 1.0, 0.0]), [0.0], [1.0], "b1[1]")
    assert explanation.check.at_kinks
    assert "kink" in " ".join(explanation.remarks)


def test_a_plain_gradient_needs_no_remark():
    assert explain(network([2, 2, 1], "tanh"), [1.0, -0.5], [2.0], "W1[1,2]").remarks == ()


def test_lbfgs_and_dropout_are_said():
    made = network([2, 3, 1], "tanh")
    X, y = np.ones((4, 2)), np.zeros(4)
    trainer = Trainer(made, optimizer="lbfgs")
    explanation = explain(made, X, y, "W1[1,1]", trainer=trainer)
    assert explanation.step is None
    assert "L-BFGS" in explanation.remarks[0]
    trainer = Trainer(made, dropout=0.5)
    trainer.start(X, y)
    assert "dropout" in explain(made, X, y, "W1[1,1]", trainer=trainer).remarks[0]


def test_predictions():
    made = network([2, 3], loss="cross_entropy", parameters=[1.0, 0, 0, 0, 0, 0, 3.0, 0, 0])
    said = " ".join(explain(made, [1.0, 1.0], class_names=["a", "b", "c"]).remarks)
    assert "output 1 (a)" in said
    assert "alone makes 75 %" in said
