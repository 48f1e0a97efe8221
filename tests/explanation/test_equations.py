"""Every form of every equation is computed from its own tree and compared with the engine's number."""

import math

import numpy as np
import pytest

from clearprop import Network
from clearprop.explanation import explain
from clearprop.explanation.selection import Shown
from clearprop.explanation.writing.evaluation import evaluate

from ..extent import seeds
from .cases import random_case


def assert_equations_hold(equations, case):
    assert equations
    for equation in equations:
        values = [evaluate(form) for form in equation.forms]
        scale = max(1e-3, *(abs(value) for value in values if math.isfinite(value)))
        assert all(abs(value - values[-1]) <= 1e-9 * scale for value in values), f"{case}: {values} {equation.left}"


def name_for(network, rng):
    layer = int(rng.integers(1, len(network.weights) + 1))
    unit = int(rng.integers(1, network.layer_sizes[layer] + 1))
    return [f"delta{layer}[{unit}]", f"dL/da{layer}[{unit}]", f"z{layer}[{unit}]", f"a{layer}[{unit}]", "x[1]", "loss"]


@pytest.mark.parametrize("seed", seeds(100))
def test_equations(seed):
    network, X, y, weight, trainer = random_case(seed)
    rng = np.random.default_rng(seed)
    for index in rng.choice(network.parameters.size, size=min(3, network.parameters.size), replace=False):
        name = network.parameter_name(int(index))
        explanation = explain(network, X, y, name, sample_weight=weight, trainer=trainer)
        for shown in (Shown(None, None), Shown(1, 1)):
            assert_equations_hold(explanation.equations(shown), f"{seed} {name}")
        assert_equations_hold(explanation.step.lines, f"{seed} {name}")
        assert_equations_hold([explanation.document().headline], f"{seed} {name}")
        for term in explanation.terms[:3]:
            for factor in term.factors:
                filled = evaluate(factor.numbers)
                assert abs(filled - factor.value) <= 1e-9 * max(1e-3, abs(factor.value)), (
                    seed,
                    name,
                    str(factor.formula),
                )
    for name in name_for(network, rng):
        explanation = explain(network, X, y, name, row=0)
        assert_equations_hold(explanation.equations(Shown(None, None)), f"{seed} {name}")
        scale = max(abs(explanation.value), sum(abs(term.value) for term in explanation.terms))
        if explanation.kind == "gradient":
            assert abs(explanation.sum - explanation.value) <= 1e-12 * scale
            check = explanation.check
            assert check.at_kinks or check.worst_relative_error <= 1e-6, f"{seed} {name}: {check}"
        elif name != "loss" and name[0] == "z":
            assert abs(explanation.sum - explanation.value) <= 1e-12 * scale


@pytest.mark.parametrize("seed", seeds(50))
def test_the_loss_is_the_sum_of_its_terms(seed):
    network, X, y, weight, trainer = random_case(seed)
    explanation = explain(network, X, y, "loss", sample_weight=weight, penalty=trainer.penalty)
    assert explanation.value == network.loss(X, y, weight, trainer.penalty)
    assert explanation.sum == pytest.approx(explanation.value, rel=1e-12)


def test_paths_of_a_small_network_by_hand():
    """Two paths, multiplied out here without the library."""
    network = Network([1, 2, 1], "tanh", rng=3)
    W1, W2, b1, b2 = network.weights[0][0], network.weights[1][:, 0], network.biases[0], network.biases[1]
    network.biases[0] = [0.1, -0.2]
    a = np.tanh(0.7 * W1 + b1)
    error = a @ W2 + b2[0] - 0.3
    explanation = explain(network, [0.7], [0.3], "x[1]")
    expected = sorted(W1 * (1 - a**2) * W2 * error, key=lambda value: -abs(value))
    assert [term.value for term in explanation.terms] == pytest.approx(expected, rel=1e-13)
    assert explanation.paths == 2


def test_levels_open_until_nothing_is_bundled():
    network = Network([3, 200, 150, 2], "tanh", rng=0)
    explanation = explain(network, [0.1, 0.2, 0.3], [1.0, 0.0], "W1[1,7]")
    assert explanation.paths == 150 * 2
    assert len(explanation.terms) == 150
    opened = explanation.open(explanation.terms[0].opens)
    assert opened.name == explanation.terms[0].opens
    assert len(opened.terms) == 2
    assert opened.value == pytest.approx(explanation.terms[0].factors[-1].value, rel=1e-13)
    assert not opened.terms[0].opens
    assert opened.trace is explanation.trace


def test_deep_networks_have_their_paths_counted_not_listed():
    network = Network([4] + [50] * 8 + [3], "relu", rng=0)
    explanation = explain(network, np.ones(4), [1.0, 0.0, 0.0], "W1[1,1]")
    assert explanation.paths == 50**7 * 3
    assert len(explanation.terms) == 50
    assert f"{50**7 * 3:,} paths" in explanation.to_text()


def test_float32_networks_are_explained_in_their_own_numbers():
    network = Network([3, 4, 2], "tanh", dtype="float32", rng=0)
    X, y = np.ones((2, 3), np.float32), np.zeros((2, 2), np.float32)
    gradient = network.backward(network.forward(X), y).weights[0][1, 2]
    explanation = explain(network, X, y, "W1[2,3]")
    assert explanation.value == gradient
    assert explanation.sum == pytest.approx(float(gradient), rel=1e-6)
