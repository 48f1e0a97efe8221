"""Messages and warnings for settings, rows and weights that cannot be."""

import re

import numpy as np
import pytest

from clearprop import ACTIVATIONS, LOSSES, Network
from clearprop.activations import Relu

from ..strategies import quiet_network


@pytest.mark.parametrize(
    ("sizes", "error", "message"),
    [
        ("231", TypeError, r"layer_sizes must be a list such as \[2, 8, 1\], got '231'"),
        (3, TypeError, r"layer_sizes must be a list such as \[2, 8, 1\], got 3"),
        (None, TypeError, "layer_sizes must be a list"),
        ([], ValueError, r"layer_sizes must name at least inputs and outputs, got \[\]"),
        ([3], ValueError, r"layer_sizes must name at least inputs and outputs, got \[3\]"),
        ([3, 0, 1], ValueError, r"layer_sizes must hold whole numbers >= 1, got 0 in \[3, 0, 1\]"),
        ([3, -2], ValueError, "layer_sizes must hold whole numbers >= 1, got -2"),
        ([3, 2.0], ValueError, "layer_sizes must hold whole numbers >= 1, got 2.0"),
        ([3, True], ValueError, "layer_sizes must hold whole numbers >= 1, got True"),
        (["3", 2], ValueError, "layer_sizes must hold whole numbers >= 1, got '3'"),
    ],
)
def test_wrong_sizes(sizes, error, message):
    with pytest.raises(error, match=message):
        Network(sizes)


def test_sizes_of_all_kinds():
    for sizes in ([2, 3], (2, 3), np.array([2, 3]), range(2, 4), iter([2, 3])):
        network = Network(sizes, rng=0)
        assert network.layer_sizes == (2, 3)
        assert all(type(size) is int for size in network.layer_sizes)


def test_networks_too_large_to_be_meant_are_refused():
    told = r"the 1,000,001,000,000 parameters that layer_sizes \[1000000, 1000000\] make would take 14,90\d GiB"
    with pytest.raises(ValueError, match=told + r" of memory, and [\d.,]+ GiB are free: choose smaller layers"):
        Network([10**6, 10**6])


@pytest.mark.parametrize(
    ("settings", "error", "message"),
    [
        ({"activation": "rleu"}, ValueError, r"unknown activation 'rleu', did you mean 'relu'\? There are: identity, "),
        ({"activation": ["relu"]}, ValueError, r"activation must be one, or a list of 2 .*hidden layers\), got 1"),
        ({"activation": ["relu", "x"]}, ValueError, "unknown activation 'x'"),
        ({"activation": Relu}, TypeError, r"must be an object, got the class Relu: write Relu\(\)"),
        ({"activation": 5}, TypeError, "activation must be a name or an object of class Activation, got 5"),
        ({"loss": 5}, TypeError, "loss must be a name or an object of class Loss, got 5"),
        ({"initializer": 5}, TypeError, "initializer must be a name or an object of class Initializer, got 5"),
        ({"output_activation": "sofmax"}, ValueError, "unknown activation 'sofmax', did you mean 'softmax'"),
        ({"loss": "mse"}, ValueError, r"unknown loss 'mse', did you mean 'squared_error'\? There are: squared_error, "),
        ({"loss": "square_error"}, ValueError, "unknown loss 'square_error', did you mean 'squared_error'"),
        ({"initializer": "he_norm"}, ValueError, "unknown initializer 'he_norm', did you mean 'he_normal'"),
        ({"initializer": ["zeros"] * 2}, ValueError, r"initializer must be one, or a list of 3 .*layers\), got 2"),
        ({"dtype": "float16"}, ValueError, "dtype must be float32 or float64, got float16"),
        ({"dtype": int}, ValueError, "dtype must be float32 or float64, got int64"),
        ({"rng": "7"}, TypeError, "rng must be a whole number"),
        ({"rng": -7}, ValueError, "rng must be a seed >= 0, got -7"),
    ],
)
def test_wrong_settings(settings, error, message):
    with pytest.raises(error, match=message):
        Network([2, 3, 4, 1], **settings)


def test_a_wrong_activation_is_refused_even_where_no_hidden_layer_uses_it():
    with pytest.raises(ValueError, match="unknown activation 'rleu'"):
        Network([2, 1], activation="rleu")
    with pytest.raises(ValueError, match=r"activation must be one, or a list of 0 .*hidden layers\), got 1"):
        Network([2, 1], activation=["relu"])
    assert len(Network([2, 1], activation=[], rng=0).activations) == 1


@pytest.mark.parametrize(
    ("X", "message"),
    [
        ([1.0, 2.0], r"X must have shape \(n, 2\), got \(2,\); for a single row write \[row\]"),
        ([[1.0, 2.0, 3.0]], r"X must have shape \(n, 2\), got \(1, 3\)$"),
        (5.0, r"X must have shape \(n, 2\), got \(\)"),
        (np.zeros((2, 2, 2)), r"X must have shape \(n, 2\), got \(2, 2, 2\)"),
        ([["a", "b"]], "could not convert string to float"),
    ],
)
def test_wrong_rows(X, message):
    network = Network([2, 1], rng=0)
    for call in (network.forward, network.predict):
        with pytest.raises(ValueError, match=message):
            call(X)
    with pytest.raises(ValueError, match=message):
        network.check_gradients(X, [1.0])


@pytest.mark.parametrize("weight", [[1.0], [[1.0], [2.0]], 1.0, [1.0, 2.0, 3.0]])
def test_wrong_sample_weights(weight):
    network = Network([2, 1], rng=0)
    trace = network.forward([[1.0, 2.0], [3.0, 4.0]])
    shape = re.escape(str(np.shape(weight)))
    for call in (network.backward, network.loss_of):
        with pytest.raises(ValueError, match=rf"sample_weight must have shape \(2,\), a number a row, got {shape}"):
            call(trace, [1, 2], weight)


OTHERS = {
    "other outputs": [2, 3, 4],
    "other hidden units": [2, 4, 1],
    "more layers": [2, 3, 3, 1],
    "fewer layers": [2, 1],
}


@pytest.mark.parametrize("other", OTHERS)
def test_a_trace_of_another_network_is_refused(other):
    network = Network([2, 3, 1], rng=0)
    trace = Network(OTHERS[other], rng=0).forward([[1.0, 2.0]])
    with pytest.raises(ValueError, match=r"the trace is not of this network, whose layers have \(3, 1\) units"):
        network.backward(trace, [[0.5]])


def test_a_trace_of_a_network_with_other_inputs_is_refused():
    trace = Network([4, 3, 1], rng=0).forward([[1.0, 2.0, 3.0, 4.0]])
    with pytest.raises(ValueError, match="the trace is not of this network"):
        Network([2, 3, 1], rng=0).backward(trace, [[0.5]])


def test_a_trace_of_a_network_with_other_outputs_has_no_loss():
    trace = Network([2, 3, 4], rng=0).forward([[1.0, 2.0]])
    with pytest.raises(ValueError, match="the trace is not of this network"):
        Network([2, 3, 1], rng=0).loss_of(trace, [[0.5]])


# -- outputs that a loss cannot use ------------------------------------------------------------------------------------

LEAVES = {
    "cross_entropy": set(ACTIVATIONS)
    - {"sigmoid", "softmax", "softplus", "exponential", "relu", "step", "hard_sigmoid"},
    "binary_cross_entropy": set(ACTIVATIONS) - {"sigmoid", "softmax", "step", "hard_sigmoid"},
    "poisson": set(ACTIVATIONS) - {"sigmoid", "softmax", "softplus", "exponential", "relu", "step", "hard_sigmoid"},
}


@pytest.mark.parametrize("output", ACTIVATIONS)
@pytest.mark.parametrize("loss", LOSSES)
def test_warning_of_outputs_that_teach_nothing(loss, output):
    low, high = LOSSES[loss].output_domain
    if output in LEAVES.get(loss, set()):
        natural = LOSSES[loss].output_activation
        message = (
            f"{loss} needs outputs between {low:g} and {high:g}, which {output} can leave; such outputs teach nothing. "
            f"Its natural output is {natural}: leave output_activation out to have it"
        )
        with pytest.warns(UserWarning, match=re.escape(message)) as caught:
            Network([2, 1], output_activation=output, loss=loss, rng=0)
        assert [warning.filename for warning in caught] == [__file__]
    else:
        Network([2, 1], output_activation=output, loss=loss, rng=0)
    Network([2, 1], loss=loss, rng=0)


def test_clipped_outputs_really_teach_nothing():
    network = quiet_network([1, 1], output_activation="identity", loss="binary_cross_entropy", rng=0)
    network.parameters[:] = [1.0, 0.0]
    gradients = network.backward(network.forward([[-0.5], [0.25], [1.5]]), [1, 1, 0])
    np.testing.assert_allclose(gradients.deltas[0], [[0], [-4 / 3], [0]], rtol=1e-15)
