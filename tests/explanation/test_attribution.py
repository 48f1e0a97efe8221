"""Attribution: slopes against differences, and integrated gradients against what they must add up to."""

import numpy as np
import pytest

from clearprop import ACTIVATIONS, InputError, Network, attribute


@pytest.mark.parametrize("name", [name for name in ACTIVATIONS if name != "step"])
def test_gradients_are_slopes(name):
    network = Network([3, 4, 3], name, "tanh", rng=2)
    x = np.array([0.31, -0.72, 0.55])
    values = attribute(network, x, "gradient", output="a2[2]").values
    step = 1e-5
    shifts = step * np.eye(3)
    slopes = (network.predict(x + shifts)[:, 1] - network.predict(x - shifts)[:, 1]) / (2 * step)
    assert values == pytest.approx(slopes, rel=1e-6, abs=1e-9)
    times = attribute(network, x, "gradient_times_input", output="a2[2]").values
    assert times == pytest.approx(values * x, rel=1e-14)


@pytest.mark.parametrize("output", ["a3[1]", "z3[1]", "z1[2]", "a2[3]", None])
@pytest.mark.parametrize("hidden", ["tanh", "gelu", "softmax"])
def test_integrated_gradients_are_complete(hidden, output):
    network = Network([4, 6, 5, 3], hidden, loss="cross_entropy", rng=1)
    x, baseline = np.array([1.0, -2.0, 0.5, 3.0]), np.array([0.1, 0.0, -0.3, 0.2])
    attribution = attribute(network, x, output=output, baseline=baseline)
    change = attribution.value - attribution.baseline_value
    assert abs(attribution.completeness_error) < 1e-6 * max(abs(change), 1e-3)
    assert attribution.values.sum() - change == pytest.approx(attribution.completeness_error, abs=1e-15)


def test_relu_is_complete_up_to_what_is_printed():
    network = Network([4, 16, 3], "relu", loss="cross_entropy", rng=1)
    attribution = attribute(network, [1.0, -2.0, 0.5, 3.0], steps=256)
    assert abs(attribution.completeness_error) < 0.01
    assert "Completeness error" in attribution.to_text()


def test_a_linear_network_by_hand():
    network = Network([2, 1], rng=0)
    network.parameters[:] = [2.0, -1.0, 0.5]
    assert attribute(network, [3.0, 4.0], "gradient").values.tolist() == [2.0, -1.0]
    assert attribute(network, [3.0, 4.0], "gradient_times_input").values.tolist() == [6.0, -4.0]
    moved = attribute(network, [3.0, 4.0], baseline=[1.0, 1.0])
    assert moved.values == pytest.approx([4.0, -3.0])
    assert (moved.value, moved.baseline_value) == (2.5, 1.5)


def test_the_greatest_output_is_taken():
    network = Network([2, 3], loss="cross_entropy", rng=0)
    network.parameters[:] = [0, 0, 0, 0, 0, 0, 1.0, 3.0, 2.0]
    assert attribute(network, [1.0, 1.0]).output == "a1[2]"
    assert attribute(network, [1.0, 1.0], output="prediction").output == "a1[2]"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"method": "magic"}, "unknown method 'magic'. There are: gradient, "),
        ({"output": "W1[1,1]"}, "no output of a neuron"),
        ({"output": "a7[1]"}, "names nothing"),
        ({"baseline": [0.0]}, "baseline must be 2 finite numbers"),
        ({"baseline": [0.0, np.nan]}, "baseline must be 2 finite numbers"),
        ({"steps": 0}, "steps must be a whole number >= 1"),
        ({"x": [[1.0, 2.0], [3.0, 4.0]]}, "one row, got 2"),
        ({"x": [1.0, np.inf]}, "x holds inf"),
        ({"x": [1.0]}, "shape"),
    ],
)
def test_what_cannot_be(arguments, message):
    with pytest.raises(InputError) as refused:
        attribute(Network([2, 3], rng=0), **{"x": [1.0, 2.0], **arguments})
    assert message in str(refused.value)
