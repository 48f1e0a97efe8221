"""Ensembles: one array whose rows are the members, the mean of their outputs, and copies that hold together."""

import copy
import pickle

import numpy as np
import pytest
import scipy.sparse

from clearprop import LOSSES, Ensemble
from clearprop.losses import Quantile

from ..strategies import quiet_network, targets_for

X = np.random.default_rng(0).normal(size=(7, 3))


def networks(n=4, sizes=(3, 5, 2), activation="tanh", **settings):
    return [quiet_network(list(sizes), activation, rng=seed, **settings) for seed in range(n)]


def assert_holds_together(ensemble):
    """Each member is a row: what is written into the one is in the other, by every way there is."""
    for number, member in enumerate(ensemble.members):
        row = ensemble.parameters[number]
        assert np.shares_memory(member.parameters, row)
        assert member.parameters.ctypes.data == row.ctypes.data
        before = row.copy()
        member.parameters[3] = 11.0
        assert row[3] == 11.0
        row[4] = 12.0
        assert member.parameters[4] == 12.0
        member.weights[0] = 13.0
        member.biases[1] = 14.0
        assert (row[: member.weights[0].size] == 13.0).all()
        assert (row[-member.biases[1].size :] == 14.0).all()
        row[:] = before
        assert (member.parameters == before).all()


# -- one array ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_members_are_rows_of_the_parameters(dtype):
    given = networks(dtype=dtype)
    ensemble = Ensemble(given)
    assert ensemble.parameters.shape == (4, 3 * 5 + 5 + 5 * 2 + 2)
    assert (ensemble.dtype, ensemble.parameters.dtype) == (dtype, dtype)
    for row, network in zip(ensemble.parameters, given, strict=True):
        assert row.tobytes() == network.parameters.tobytes()
    assert_holds_together(ensemble)


def test_the_networks_given_are_copied():
    given = networks()
    ensemble = Ensemble(given)
    before = given[0].parameters.copy()
    ensemble.parameters[:] = 0
    assert (given[0].parameters == before).all()
    assert not {id(network) for network in given} & {id(member) for member in ensemble.members}
    ensemble.members[0].activations[0] = "changed"
    assert given[0].activations[0].name == "tanh"


def test_the_same_network_twice_makes_two_members():
    ensemble = Ensemble(networks(1) * 2)
    ensemble.members[0].parameters[:] = 0
    assert ensemble.parameters[1].any()


def test_assigning_parameters_writes_the_numbers():
    ensemble, kept = Ensemble(networks()), None
    kept = ensemble.parameters
    ensemble.parameters = 2.0
    assert ensemble.parameters is kept
    assert (ensemble.members[3].weights[1] == 2.0).all()
    with pytest.raises(
        ValueError, match=r"parameters must have shape \(4, 32\), or one that broadcasts to it, got \(3,"
    ):
        ensemble.parameters = np.zeros((3, 32))


def test_what_the_members_have_in_common():
    ensemble = Ensemble(networks(loss=Quantile(0.9)))
    first = ensemble.members[0]
    assert len(ensemble) == 4
    assert ensemble.layer_sizes == (3, 5, 2)
    assert ensemble.layout is first.layout
    assert ensemble.loss_function == Quantile(0.9)
    assert [activation.name for activation in ensemble.activations] == ["tanh", "identity"]


def test_generators_are_taken():
    assert len(Ensemble(network for network in networks())) == 4


@pytest.mark.parametrize(
    ("other", "message"),
    [
        ({"sizes": (3, 6, 2)}, r"number 2 has the layer sizes \[3, 6, 2\] where the first has \[3, 5, 2\]"),
        ({"sizes": (3, 5, 5, 2)}, r"number 2 has the layer sizes \[3, 5, 5, 2\] where"),
        ({"activation": "relu"}, r"number 2 has the activations \[Relu\(\), Identity\(\)\] where the first has \[Tanh"),
        ({"output_activation": "sigmoid"}, r"number 2 has the activations \[Tanh\(\), Sigmoid\(\)\] where"),
        ({"loss": "absolute_error"}, r"number 2 has the loss AbsoluteError\(\) where the first has SquaredError\(\)"),
        ({"dtype": "float32"}, "number 2 has the dtype float32 where the first has float64: make all of the same"),
    ],
)
def test_networks_that_differ_are_refused_with_what_differs(other, message):
    with pytest.raises(ValueError, match=message):
        Ensemble([*networks(1), *networks(1, **other)])


def test_what_is_no_network_is_refused():
    with pytest.raises(ValueError, match="an ensemble has one network or more"):
        Ensemble([])
    with pytest.raises(TypeError, match="number 2 is 'net': give a Network"):
        Ensemble([*networks(1), "net"])
    with pytest.raises(TypeError, match=r"got an unexpected keyword argument 'network', did you mean 'networks'"):
        Ensemble(network=networks())


# -- what it computes --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_the_prediction_is_the_mean_in_the_members_order(dtype):
    ensemble = Ensemble(networks(5, dtype=dtype))
    each = ensemble.predict_members(X)
    assert each.shape == (5, 7, 2)
    for outputs, member in zip(each, ensemble.members, strict=True):
        assert outputs.tobytes() == member.predict(X).tobytes()
    expected = ((((each[0] + each[1]) + each[2]) + each[3]) + each[4]) / each.dtype.type(5)
    assert ensemble.predict(X).dtype == dtype
    assert ensemble.predict(X).tobytes() == expected.tobytes()


def test_many_rows_sparse_rows_and_no_rows():
    ensemble = Ensemble(networks())
    many = np.random.default_rng(1).normal(size=(2500, 3))
    assert np.allclose(ensemble.predict(many)[1024:1026], ensemble.predict(many[1024:1026]), rtol=1e-13)
    assert np.allclose(ensemble.predict(scipy.sparse.csr_array(X)), ensemble.predict(X), rtol=1e-13)
    assert ensemble.predict(X[:0]).shape == (0, 2)


def test_forward_hides_nothing():
    ensemble = Ensemble(networks())
    traces = ensemble.forward(X)
    assert len(traces) == 4
    for trace, member in zip(traces, ensemble.members, strict=True):
        alone = member.forward(X)
        assert all(np.array_equal(z, own) for z, own in zip(trace.z, alone.z, strict=True))
        assert all(np.array_equal(a, own) for a, own in zip(trace.a, alone.a, strict=True))


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("loss", LOSSES)
def test_the_loss_is_that_of_the_averaged_outputs(loss, weighted):
    ensemble = Ensemble(networks(loss=loss))
    y = targets_for(loss, np.random.default_rng(2), 7, 2)
    weight = np.arange(7.0) if weighted else None
    values = LOSSES[loss]().value(ensemble.predict_members(X).mean(axis=0), y)
    assert ensemble.loss(X, y, weight) == pytest.approx(np.average(values, weights=weight), rel=1e-12)


def test_the_loss_of_one_member_is_its_own():
    ensemble = Ensemble(networks(1))
    y = np.random.default_rng(2).normal(size=(7, 2))
    assert ensemble.loss(X, y) == pytest.approx(ensemble.members[0].loss(X, y), rel=1e-14)


@pytest.mark.parametrize("method", ["predict", "predict_members", "forward"])
@pytest.mark.parametrize(
    ("rows", "message"),
    [
        (X[:, :2], r"X must have shape \(n, 3\), got \(7, 2\)"),
        (X[0], "for a single row write"),
        ([[1, 2, np.nan]], "nan"),
    ],
)
def test_rows_that_are_none_are_refused(method, rows, message):
    with pytest.raises(ValueError, match=message):
        getattr(Ensemble(networks()), method)(rows)


@pytest.mark.parametrize("method", ["predict_members", "forward"])
def test_rows_that_memory_cannot_hold_are_refused(method, monkeypatch):
    monkeypatch.setattr("clearprop.foundation.memory.SMALL", 0)
    monkeypatch.setattr("clearprop.foundation.memory.free_memory", lambda: 800)
    ensemble = Ensemble(networks())
    with pytest.raises(ValueError, match=r"memory.*give fewer rows at once, or call predict"):
        getattr(ensemble, method)(X)
    assert ensemble.predict(X).shape == (7, 2)


def test_targets_that_are_none_are_refused():
    ensemble = Ensemble(networks())
    with pytest.raises(ValueError, match="y"):
        ensemble.loss(X, np.zeros((6, 2)))
    with pytest.raises(ValueError, match="inf"):
        ensemble.loss(X, np.full((7, 2), np.inf))


# -- copies and words --------------------------------------------------------------------------------------------------


COPIES = {
    "pickle": lambda ensemble: pickle.loads(pickle.dumps(ensemble)),
    "deepcopy": copy.deepcopy,
    "copy": lambda ensemble: ensemble.copy(),
    "copy.copy": copy.copy,
}


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("way", COPIES)
def test_copies_are_equal_hold_together_and_are_their_own(way, dtype):
    ensemble = Ensemble(networks(dtype=dtype))
    twin = COPIES[way](ensemble)
    assert twin.parameters.tobytes() == ensemble.parameters.tobytes()
    assert twin.parameters.dtype == dtype
    assert (twin.layer_sizes, twin.activations, twin.loss_function) == (
        ensemble.layer_sizes, ensemble.activations, ensemble.loss_function,
    )  # fmt: skip
    assert_holds_together(twin)
    assert_holds_together(ensemble)
    before = ensemble.parameters.copy()
    twin.parameters[:] = 0
    assert (ensemble.parameters == before).all()
    assert twin.predict(X).shape == (7, 2)


def test_a_pickle_has_the_parameters_once():
    ensemble = Ensemble(networks(4, (100, 100, 10)))
    assert len(pickle.dumps(ensemble)) < 1.2 * ensemble.parameters.nbytes


@pytest.mark.parametrize("way", ["pickle", "deepcopy"])
def test_who_holds_a_member_too_holds_it_afterwards(way):
    """As an ensemble's trainer does."""
    ensemble = Ensemble(networks())
    holder = {"member": ensemble.members[1], "ensemble": ensemble}
    twin = COPIES[way](holder)
    assert twin["member"] is twin["ensemble"].members[1]
    twin["member"].parameters[:] = 5.0
    assert (twin["ensemble"].parameters[1] == 5.0).all()


def test_a_member_alone_can_be_pickled_and_copied():
    ensemble = Ensemble(networks())
    for twin in (pickle.loads(pickle.dumps(ensemble.members[1])), ensemble.members[1].copy()):
        assert (twin.parameters == ensemble.parameters[1]).all()
        twin.parameters[:] = 0
        assert ensemble.parameters[1].any()


def test_words():
    ensemble = Ensemble(networks(8))
    text = "<Ensemble of 8 networks 3-5-2: tanh, identity; squared_error; 8 x 32 parameters, float64>"
    assert repr(ensemble) == text
    assert repr(Ensemble(networks(1))).startswith("<Ensemble of 1 network 3-5-2:")
    assert ensemble._repr_html_() == f"<p><code>&lt;{text[1:-1]}&gt;</code></p>"


@pytest.mark.parametrize(
    ("name", "remedy"),
    [("fit", r"EnsembleTrainer\(ensemble\)\.fit"), ("weights", r"ensemble\.members\[0\]\.weights"), ("nothing", "")],
)
def test_what_is_often_tried_is_answered(name, remedy):
    with pytest.raises(AttributeError, match=f"'Ensemble' object has no attribute '{name}'.*{remedy}"):
        getattr(Ensemble(networks(1)), name)
