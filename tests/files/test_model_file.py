"""Model files: exact round trips, and one clear error for whatever else is in a file."""

import json
import struct

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from safetensors.numpy import save as save_tensors
from sklearn.dummy import DummyRegressor

from clearprop import ACTIVATIONS, LOSSES, Activation, InputError, MLPRegressor, Network, load, save
from clearprop.activations import LeakyRelu
from clearprop.losses import Quantile

from ..strategies import quiet_network


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_round_trip_is_exact(tmp_path, activation, loss, dtype):
    network = quiet_network([3, 4, 2], activation, loss=loss, dtype=dtype, rng=0)
    network.parameters[:2] = np.finfo(dtype).tiny, -np.finfo(dtype).max
    save(network, tmp_path / "m")
    same = load(tmp_path / "m")
    assert same.parameters.tobytes() == network.parameters.tobytes()
    assert (same.layer_sizes, same.activations, same.loss_function, same.dtype) == (
        *(network.layer_sizes, network.activations, network.loss_function, network.dtype),
    )
    assert not list(tmp_path.glob(".*"))


def test_parameters_of_activation_and_loss_are_kept(tmp_path):
    network = Network([2, 3, 1], [LeakyRelu(0.3)], loss=Quantile(0.9), rng=0)
    save(network, tmp_path / "m")
    same = load(tmp_path / "m")
    assert same.activations[0].negative_slope == 0.3
    assert same.loss_function.q == 0.9


def test_own_activation_must_be_registered(tmp_path):
    class Cubic(Activation):
        name = "cubic"

        def value(self, z, out=None):
            return np.power(z, 3, out=out)

        def slope(self, z, a):
            return 3 * z**2

    with pytest.raises(ValueError, match="Cubic is not registered"):
        save(Network([2, 3, 1], Cubic(), rng=0), tmp_path / "m")
    assert not (tmp_path / "m").exists()


def description(**changes):
    network = Network([2, 3, 1], rng=0)
    return {"version": 1, "kind": "network", "network": network.to_config(), "extra": {}, **changes}


def tensors(**changes):
    network = Network([2, 3, 1], rng=0)
    arrays = {"W1": network.weights[0], "b1": network.biases[0], "W2": network.weights[1], "b2": network.biases[1]}
    arrays = {name: array.copy() for name, array in arrays.items()} | changes
    return {name: array for name, array in arrays.items() if array is not None}


def content(description, tensors):
    return save_tensors(tensors, metadata={"clearprop": json.dumps(description)})


GOOD = content(description(), tensors())
HUGE = description()["network"] | {"layer_sizes": [2, 10**12, 1]}
ODD = description()["network"]
WRONG_FILES = {
    "empty": b"",
    "text": b"age,kind\n1,2\n",
    "no metadata": save_tensors(tensors()),
    "foreign metadata": save_tensors(tensors(), metadata={"format": "pt"}),
    "header is no JSON": struct.pack("<Q", 4) + b"{{{{",
    "header longer than the file": struct.pack("<Q", 10**15) + b"{}",
    "deep JSON": save_tensors(tensors(), metadata={"clearprop": "[" * 100_000}),
    "not an object": content([1, 2], tensors()),
    "an entry is missing": content({"version": 1, "kind": "network"}, tensors()),
    "another version": content(description(version=2), tensors()),
    "another kind": content(description(kind="tree"), tensors()),
    "an array is missing": content(description(), tensors(b2=None)),
    "an array too many": content(description(), tensors(W3=np.zeros(1))),
    "another shape": content(description(), tensors(W1=np.zeros((3, 2)))),
    "another dtype": content(description(), tensors(W1=np.zeros((2, 3), np.float32), b9=np.zeros(3))),
    "not finite": content(description(), tensors(b1=np.array([0.0, np.nan, 1.0]))),
    "more parameters than the file holds": content(description(network=HUGE), tensors()),
    "unknown activation": content(
        description(network=ODD | {"activations": [{"name": "os.system"}, {"name": "identity"}]}), tensors()
    ),
    "unknown parameter": content(
        description(network=ODD | {"activations": [{"name": "tanh", "x": 1}, {"name": "identity"}]}), tensors()
    ),
    "sizes are text": content(description(network=ODD | {"layer_sizes": "231"}), tensors()),
    "sizes are negative": content(description(network=ODD | {"layer_sizes": [2, -3, 1]}), tensors()),
    "activations are none": content(description(network=ODD | {"activations": []}), tensors()),
    "dtype is object": content(description(network=ODD | {"dtype": "object"}), tensors()),
    "network is a list": content(description(network=[]), tensors()),
    "table model without its parts": content(description(kind="table"), tensors()),
}


@pytest.mark.parametrize("case", WRONG_FILES)
def test_wrong_files(tmp_path, case):
    (tmp_path / "m").write_bytes(WRONG_FILES[case])
    with pytest.raises(InputError, match="m: ") as error:
        load(tmp_path / "m")
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("network", "message"),
    [
        ([], "network: [] is not a dictionary"),
        ({"layer_sizes": [2, -3, 1]}, "network, layer_sizes: -3 is not a whole number of at least 1"),
        ({"layer_sizes": [2, 3.5, 1]}, "network, layer_sizes: 3.5 is not a whole number of at least 1"),
        ({"layer_sizes": [2]}, "network, layer_sizes: [2] is not a list of two sizes or more"),
        ({"layer_sizes": "231"}, "network, layer_sizes: '231' is not a list of two sizes or more"),
        ({"layer_sizes": KeyError}, "network: there is no entry 'layer_sizes'"),
        ({"activations": ["tanh", "identity"]}, "network, activations: 'tanh' is not a dictionary"),
        ({"activations": []}, "network, activations: [] is not a list of functions"),
        ({"loss": "huber"}, "network, loss: 'huber' is not a dictionary"),
        ({"dtype": "object"}, "network, dtype: 'object' is not 'float32' or 'float64'"),
        ({"dtype": 3}, "network, dtype: 3 is not 'float32' or 'float64'"),
    ],
)
def test_what_is_wrong_with_a_network_is_told_by_place_value_and_rule(tmp_path, network, message):
    if isinstance(network, dict):
        network = {name: value for name, value in (ODD | network).items() if value is not KeyError}
    (tmp_path / "m").write_bytes(content(description(network=network), tensors()))
    with pytest.raises(InputError) as error:
        load(tmp_path / "m")
    assert str(error.value).removeprefix(f"{tmp_path / 'm'}: ") == (
        f"damaged model file: {message}: the file is damaged or was changed: save the model again"
    )


def test_other_entries_of_a_network_are_passed_over(tmp_path):
    """As a later version may write more of them."""
    (tmp_path / "m").write_bytes(content(description(network=ODD | {"more": 1}), tensors()))
    assert load(tmp_path / "m").layer_sizes == (2, 3, 1)


def test_no_such_file_and_a_folder(tmp_path):
    with pytest.raises(InputError, match="no such model file"):
        load(tmp_path / "none")
    with pytest.raises(InputError, match="cannot be read"):
        load(tmp_path)


def test_every_truncation_is_refused(tmp_path):
    for length in range(len(GOOD)):
        (tmp_path / "m").write_bytes(GOOD[:length])
        with pytest.raises(InputError):
            load(tmp_path / "m")


@given(place=st.integers(0, len(GOOD) - 1), bit=st.integers(0, 7))
def test_a_flipped_bit_is_refused_or_changes_numbers_only(tmp_path_factory, place, bit):
    damaged = bytearray(GOOD)
    damaged[place] ^= 1 << bit
    path = tmp_path_factory.mktemp("flip") / "m"
    path.write_bytes(damaged)
    try:
        network = load(path)
    except InputError:
        return
    assert network.layer_sizes == (2, 3, 1)
    assert np.isfinite(network.parameters).all()


def test_not_written_where_it_cannot_be(tmp_path):
    with pytest.raises(InputError, match="none"):
        save(Network([2, 3, 1], rng=0), tmp_path / "none" / "m")


def test_of_others_estimators_nothing_is_saved_and_of_ours_the_network_alone_can_be(tmp_path):
    with pytest.raises(TypeError, match="a fitted estimator of clearprop, got DummyRegressor: give one of those"):
        save(DummyRegressor().fit([[0.0], [1.0]], [0, 1]), tmp_path / "model")
    model = MLPRegressor(hidden_layer_sizes=(2,), solver="lbfgs", random_state=0).fit([[0.0], [1.0]], [0, 1])
    save(model.network_, tmp_path / "model")
    rows = [[0.3], [0.7]]
    assert np.array_equal(load(tmp_path / "model").predict(rows)[:, 0], model.predict(rows))
