"""Files of ensembles: exact round trips, tensors with the members' axis in front, and one clear error for all else."""

import numpy as np
import pytest
from safetensors.numpy import load as load_tensors

from clearprop import ACTIVATIONS, LOSSES, Activation, Ensemble, InputError, Network, load, save

from ..strategies import quiet_network
from .test_model_file import content


def ensemble_of(members=3, *args, **settings):
    return Ensemble([quiet_network(*(args or ([2, 3, 1],)), rng=seed, **settings) for seed in range(members)])


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_round_trip_is_exact(tmp_path, activation, loss, dtype):
    ensemble = ensemble_of(3, [3, 4, 2], activation, loss=loss, dtype=dtype)
    ensemble.parameters[1, :2] = np.finfo(dtype).tiny, -np.finfo(dtype).max
    save(ensemble, tmp_path / "m")
    same = load(tmp_path / "m")
    assert isinstance(same, Ensemble)
    assert same.parameters.tobytes() == ensemble.parameters.tobytes()
    assert (same.layer_sizes, same.activations, same.loss_function, same.dtype) == (
        *(ensemble.layer_sizes, ensemble.activations, ensemble.loss_function, ensemble.dtype),
    )
    assert [member.parameters.tobytes() for member in same.members] == [row.tobytes() for row in ensemble.parameters]


def test_each_tensor_has_the_members_in_front(tmp_path):
    ensemble = ensemble_of(5)
    save(ensemble, tmp_path / "m")
    tensors = load_tensors((tmp_path / "m").read_bytes())
    assert {name: tensor.shape for name, tensor in tensors.items()} == {
        "W1": (5, 2, 3), "b1": (5, 3), "W2": (5, 3, 1), "b2": (5, 1),
    }  # fmt: skip
    for number, member in enumerate(ensemble.members):
        assert (tensors["W2"][number] == member.weights[1]).all()
        assert (tensors["b1"][number] == member.biases[0]).all()


def test_what_is_loaded_holds_together(tmp_path):
    save(ensemble_of(), tmp_path / "m")
    same = load(tmp_path / "m")
    same.members[2].weights[0] = 7.0
    assert (same.parameters[2, :6] == 7.0).all()
    assert (same.parameters[1, :6] != 7.0).all()


def description(members=3, **changes):
    network = Network([2, 3, 1], rng=0).to_config()
    return {"version": 1, "kind": "ensemble", "network": network, "extra": {"members": members}, **changes}


def tensors(members=3, **changes):
    ensemble = ensemble_of(members)
    arrays = {name: np.ascontiguousarray(a) for name, a in ensemble.layout.stacked_views(ensemble.parameters).items()}
    return {name: array for name, array in (arrays | changes).items() if array is not None}


GOOD = content(description(), tensors())
WRONG_FILES = {
    "fewer members than told of": content(description(4), tensors()),
    "more members than told of": content(description(2), tensors()),
    "more members than memory": content(description(10**12), tensors()),
    "no members": content(description(0), tensors()),
    "minus one member": content(description(-1), tensors()),
    "half a member": content(description(2.5), tensors()),
    "members are text": content(description("3"), tensors()),
    "members are true": content(description(True), tensors()),
    "members are NaN": content(description(float("nan")), tensors()),
    "extra is a list": content(description(extra=[3]), tensors()),
    "extra has no members": content(description(extra={}), tensors()),
    "extra has more": content(description(extra={"members": 3, "more": 1}), tensors()),
    "network is a list": content(description(network=[]), tensors()),
    "a network's file": content(description(kind="network", extra={}), tensors()),
    "members behind": content(description(), tensors(W1=np.zeros((2, 3, 3)))),
    "members in one row": content(description(), tensors(W1=np.zeros((3, 6)))),
    "another dtype": content(description(), tensors(W1=np.zeros((3, 2, 3), np.float32), b9=np.zeros(9))),
    "an array is missing": content(description(), tensors(b2=None)),
    "not finite": content(description(), tensors(b2=np.array([[0.0], [np.inf], [1.0]]))),
}


@pytest.mark.parametrize("case", WRONG_FILES)
def test_wrong_files(tmp_path, case):
    (tmp_path / "m").write_bytes(WRONG_FILES[case])
    with pytest.raises(InputError, match="m: ") as error:
        load(tmp_path / "m")
    assert "\n" not in str(error.value)


def test_what_is_wrong_is_told_by_place_value_and_rule(tmp_path):
    (tmp_path / "m").write_bytes(WRONG_FILES["minus one member"])
    with pytest.raises(InputError, match=r"extra, members: -1 is not a whole number from 1 to 10,000: the file is dam"):
        load(tmp_path / "m")


def test_a_million_tiny_members_are_refused_before_they_are_made(tmp_path, monkeypatch):
    many = 20_000
    config = Network([1, 1]).to_config()
    (tmp_path / "m").write_bytes(
        content(description(many, network=config), {"W1": np.zeros((many, 1, 1)), "b1": np.zeros((many, 1))})
    )
    with pytest.raises(InputError, match="20000 is not a whole number from 1 to 10,000"):
        load(tmp_path / "m")
    monkeypatch.setattr("clearprop.files.model_file.MOST_MEMBERS", 2)
    with pytest.raises(ValueError, match="a file holds 2 members at most, got 3: save them in parts"):
        save(ensemble_of(), tmp_path / "other")
    assert not (tmp_path / "other").exists()


def test_every_truncation_is_refused(tmp_path):
    for length in range(len(GOOD)):
        (tmp_path / "m").write_bytes(GOOD[:length])
        with pytest.raises(InputError):
            load(tmp_path / "m")


def test_flipped_bits_are_refused_or_change_numbers_only(tmp_path):
    rng = np.random.default_rng(0)
    for place in rng.choice(len(GOOD), 200, replace=False):
        damaged = bytearray(GOOD)
        damaged[place] ^= 1 << int(rng.integers(8))
        (tmp_path / "m").write_bytes(damaged)
        try:
            ensemble = load(tmp_path / "m")
        except InputError:
            continue
        assert (len(ensemble), ensemble.layer_sizes) == (3, (2, 3, 1))
        assert np.isfinite(ensemble.parameters).all()


def test_own_activation_must_be_registered(tmp_path):
    class Cubic(Activation):
        name = "cubic"

        def value(self, z, out=None):
            return np.power(z, 3, out=out)

        def slope(self, z, a):
            return 3 * z**2

    with pytest.raises(ValueError, match="Cubic is not registered"):
        save(Ensemble([Network([2, 3, 1], Cubic(), rng=0)]), tmp_path / "m")
    assert not (tmp_path / "m").exists()
