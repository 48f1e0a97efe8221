"""Copies, pickles and configurations."""

import copy
import json
import pickle
import warnings

import numpy as np
import pytest

from clearprop import ACTIVATIONS, LOSSES, Network, Trainer
from clearprop.activations import Elu, LeakyRelu
from clearprop.losses import Huber


def test_a_copy_is_independent():
    network = Network([2, 3, 1], ["elu"], loss="huber", rng=1)
    twin = network.copy()
    assert twin.parameters.tolist() == network.parameters.tolist()
    assert twin.activations == network.activations
    assert twin.loss_function == network.loss_function
    twin.parameters[:] = 0
    assert network.weights[0].all()
    network.weights[0][0, 0] = 5
    assert twin.weights[0][0, 0] == 0
    single = network.copy("float32")
    assert single.dtype == single.parameters.dtype == np.float32
    np.testing.assert_array_equal(single.parameters, network.parameters.astype(np.float32))
    assert network.dtype == np.float64


WAYS = {
    "copy": Network.copy,
    "deepcopy": copy.deepcopy,
    "pickle": lambda network: pickle.loads(pickle.dumps(network)),
    "copy of a pickle": lambda network: pickle.loads(pickle.dumps(network)).copy(),
}


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("way", WAYS)
def test_deep_copies_and_pickles_keep_their_views(way, dtype):
    network = Network([2, 3, 1], [LeakyRelu(0.2)], loss="huber", dtype=dtype, rng=1)
    X, y = [[0.5, -1.0], [2.0, 0.25]], [1.0, -1.0]
    network.forward(X)
    before = network.parameters.copy()
    twin = WAYS[way](network)
    assert twin.to_config() == network.to_config()
    assert twin.dtype == twin.parameters.dtype == np.dtype(dtype)
    np.testing.assert_array_equal(twin.parameters, network.parameters)
    assert twin.loss(X, y) == network.loss(X, y)
    assert all(np.shares_memory(view, twin.parameters) for view in [*twin.weights, *twin.biases])
    assert not any(np.shares_memory(view, network.parameters) for view in [*twin.weights, *twin.biases])
    twin.weights[0][0, 0] = 5
    assert twin.parameters[0] == 5
    # training moves what predicts
    outputs = twin.predict(X)
    Trainer(twin, optimizer="sgd", epochs=1, rng=0).fit(X, y)
    assert (twin.predict(X) != outputs).all()
    np.testing.assert_array_equal(network.parameters, before)


def test_a_copys_activations_are_a_list_of_its_own():
    network = Network([2, 3, 1], "tanh", rng=1)
    twin = network.copy()
    twin.activations[0] = ACTIVATIONS.resolve("relu")
    assert network.activations[0] == ACTIVATIONS.resolve("tanh")


def test_a_shallow_copy_has_the_same_parameters():
    network = Network([2, 3, 1], "tanh", rng=1)
    twin = copy.copy(network)
    assert type(twin) is Network
    assert twin.parameters is network.parameters
    twin.weights[1][2, 0] = 5
    assert network.weights[1][2, 0] == 5
    assert twin.weights is not network.weights


@pytest.mark.parametrize("dtype", ["float16", int, complex])
def test_a_copy_of_another_dtype_than_a_network_can_have_is_refused(dtype):
    with pytest.raises(ValueError, match="dtype must be float32 or float64, got"):
        Network([2, 3, 1], rng=1).copy(dtype)


def test_copying_does_not_warn_again():
    with pytest.warns(UserWarning, match="teach nothing"):
        network = Network([2, 1], output_activation="identity", loss="binary_cross_entropy", rng=0)
    network.biases[0] = 0.5
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        for way in WAYS.values():
            way(network)
        network.copy("float32")
        network.check_gradients([[0.1, 0.1]], [1.0])
        Network.from_config(network.to_config())
    assert [str(warning.message) for warning in caught] == []


@pytest.mark.parametrize("name", LOSSES)
def test_configuration_round_trip(name):
    natural = LOSSES[name].output_activation
    network = Network([3, 4, 5, 2], [LeakyRelu(0.2), Elu(0.5)], loss=name, dtype="float32", rng=2)
    config = json.loads(json.dumps(network.to_config()))
    again = Network.from_config(config)
    assert again.layer_sizes == (3, 4, 5, 2)
    assert again.activations == [LeakyRelu(0.2), Elu(0.5), ACTIVATIONS.resolve(natural)]
    assert again.loss_function == network.loss_function
    assert again.dtype == np.float32
    assert not again.parameters.any()
    again.parameters[:] = network.parameters
    X = np.random.default_rng(0).normal(size=(4, 3))
    np.testing.assert_array_equal(again.predict(X), network.predict(X))
    assert again.to_config() == network.to_config()


def test_configuration_of_settings_and_of_no_hidden_layer():
    network = Network([1, 1], loss=Huber(width=0.25), rng=0)
    config = network.to_config()
    assert config == {
        "layer_sizes": [1, 1],
        "activations": [{"name": "identity"}],
        "loss": {"name": "huber", "width": 0.25},
        "dtype": "float64",
    }
    assert Network.from_config(config).loss_function == Huber(0.25)
    with pytest.raises(ValueError, match=r"loss 'huber' does not take \['breadth'\]"):
        Network.from_config({**config, "loss": {"name": "huber", "breadth": 1}})
    with pytest.raises(ValueError, match="unknown loss 'hubert', did you mean 'huber'"):
        Network.from_config({**config, "loss": {"name": "hubert"}})
