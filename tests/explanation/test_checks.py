"""The check of an explanation: a gradient agrees with the finite difference, does not, or is too small to measure."""

import json
from dataclasses import dataclass

import jsonschema
import numpy as np
import pytest

from clearprop import LOSSES, Activation, Network, explain
from clearprop.explanation import SCHEMA
from clearprop.explanation.checking import check_by_differences

from ..strategies import targets_for

FORMS = ("to_text", "to_latex", "to_markdown", "to_html")
NAMES = ("W1[2,1]", "b1[3]", "W2[1,2]", "b2[1]", "x[2]", "delta1[2]", "delta2[1]", "dL/da1[3]", "dL/da2[2]")


def plain(text):
    return " ".join(text.replace("\\par", " ").split())


def sure(z=32.0):
    network = Network([1, 1], loss="binary_cross_entropy", initializer="zeros")
    network.parameters[:] = [z, 0.0]
    return network


@pytest.mark.parametrize("name", ["W1[1,1]", "b1[1]", "delta1[1]"])
def test_what_rounding_hides_is_too_small_to_measure_in_every_form(name):
    explanation = explain(sure(), [1.0], [1.0], name)
    assert explanation.check.passed is None
    assert explanation.check.too_small == (name,)
    for form in FORMS:
        said = plain(getattr(explanation, form)())
        assert "too small to measure" in said, form
        assert "does NOT agree" not in said, form
        assert "does not agree" not in said, form
    content = json.loads(explanation.to_json())
    jsonschema.validate(content, SCHEMA)
    check = content["check"]
    assert (check["passed"], check["too_small"], check["at_kink"], check["relative_error"]) == (None, True, False, None)
    assert max(abs(check["gradient"]), abs(check["difference"])) <= check["rounding"] < 1e-9


def test_an_input_beside_far_greater_ones():
    """Its gradient is 1e-14 of the others', which a loss near 1 cannot show."""
    network = Network([2, 1], loss="squared_error", initializer="zeros")
    explanation = explain(network, [1.0, 1e-14], [1.0], "W1[2,1]")
    assert "too small to measure" in plain(explanation.to_text())


def test_what_rounding_hides_in_part_agrees_within_it():
    network = Network([2, 1], loss="squared_error", initializer="zeros")
    explanation = explain(network, [1.0, 1e-10], [1.0], "W1[2,1]")
    assert explanation.check.passed
    assert "it agrees within the" in plain(explanation.to_text())
    assert "that rounding may leave" in plain(explanation.to_text())


@dataclass(frozen=True)
class Crooked(Activation):
    """tanh, whose slope is too great by one in ten thousand."""

    name = "crooked"

    def value(self, z, out=None):
        return np.tanh(z, out=out)

    def slope(self, z, a):
        return (1 - a * a) * 1.0001


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("scale", [1.0, 1e-3])
def test_a_wrong_gradient_is_said_to_be_wrong_in_every_form(dtype, scale):
    network = Network([3, 4, 2], Crooked(), dtype=dtype, rng=0)
    explanation = explain(network, np.array([0.5, -1.0, 2.0]) * scale, [1.0, -0.5], "W1[2,1]")
    assert explanation.check.passed is False
    for form in FORMS:
        assert "does NOT agree" in plain(getattr(explanation, form)()), form
    assert "does not agree to six digits" in " ".join(explanation.remarks)
    content = json.loads(explanation.to_json())
    jsonschema.validate(content, SCHEMA)
    assert (content["check"]["passed"], content["check"]["too_small"]) == (False, False)


@pytest.mark.parametrize("loss", [name for name in LOSSES if name not in ("hinge", "perceptron")])
@pytest.mark.parametrize("name", NAMES)
def test_of_every_number_what_is_right_agrees_and_what_is_wrong_does_not(loss, name):
    rng = np.random.default_rng(11)
    network = Network([3, 4, 2], "tanh", loss=loss, rng=rng)
    X, y = rng.normal(size=(1, 3)), targets_for(loss, rng, 1, 2)
    explanation = explain(network, X, y, name)
    assert explanation.check.passed, str(explanation.check)
    computation, parsed = explanation.computation, explanation.parsed_name
    for times in (1.0001, -1.0):
        if explanation.value:
            assert check_by_differences(computation, parsed, explanation.value * times).passed is False


@pytest.mark.parametrize("loss", ["squared_error", "cross_entropy"])
def test_float32_is_checked_in_float64(loss):
    """Where a prediction is within 1e-5 of the target, float32 has two digits of the gradient left."""
    rng = np.random.default_rng(4)
    network = Network([3, 5, 2], "tanh", loss=loss, dtype="float32", rng=rng)
    X = rng.normal(size=(4, 3))
    y = network.predict(X) + (1e-5 * rng.normal(size=(4, 2)) if loss == "squared_error" else 0)
    y = y if loss == "squared_error" else [0, 1, 1, 0]
    for index in range(network.parameters.size):
        explanation = explain(network, X, y, network.parameter_name(index))
        assert explanation.check.passed is not False, str(explanation.check)
        assert explanation.check.gradient == pytest.approx(explanation.value, rel=0.05, abs=1e-8)
    assert "the gradient in float64" in plain(explanation.to_text())


def test_float64_is_not_said():
    assert "in float64" not in plain(explain(sure(1.0), [1.0], [1.0], "W1[1,1]").to_text())


def test_a_kink_is_neither():
    network = Network([1, 1], loss="absolute_error", initializer="zeros")
    check = explain(network, [1.0], [0.0], "b1[1]").check
    assert (check.passed, check.too_small, check.at_kinks) == (None, (), ("b1[1]",))


@pytest.mark.parametrize("name", ["W1[4,2]", "x[1]", "x[3]", "x[4]", "b1[1]", "delta1[2]", "dL/da1[4]"])
def test_inputs_that_are_not_scaled_are_no_reason_for_an_alarm(name):
    scales = np.array([1e-6, 1.0, 1e3, 1e6])
    for seed in range(5):
        rng = np.random.default_rng(seed)
        network = Network([4, 5, 3], "tanh", loss="cross_entropy", rng=rng)
        network.weights[0] = network.weights[0] / scales[:, np.newaxis]
        explanation = explain(network, rng.normal(size=4) * scales, [2], name)
        assert explanation.check.passed, str(explanation.check)
        wrong = check_by_differences(explanation.computation, explanation.parsed_name, explanation.value * 1.0001)
        assert wrong.passed is False or abs(explanation.value) < 1e-6, str(wrong)
