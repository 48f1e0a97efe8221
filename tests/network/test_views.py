"""One flat vector: weights and biases are views into it, and stay so whatever is assigned."""

import copy
import pickle
import re

import numpy as np
import pytest

from clearprop import MLPRegressor, Network
from clearprop.initializers import HeNormal


def test_views_write_through():
    network = Network([2, 3, 1], rng=0)
    network.weights[0] = [[1, 2, 3], [4, 5, 6]]
    network.biases[0] = 7
    network.weights[-1] = np.array([[8.0], [9.0], [10.0]])
    network.biases[1] = [11]
    assert network.parameters.tolist() == [1, 2, 3, 4, 5, 6, 7, 7, 7, 8, 9, 10, 11]
    network.weights[0][1, 2] = -1
    assert network.parameters[5] == -1
    network.weights[1] *= 2
    assert network.parameters[9:12].tolist() == [16, 18, 20]
    assert all(np.shares_memory(view, network.parameters) for view in [*network.weights, *network.biases])
    with pytest.raises(ValueError, match="broadcast"):
        network.weights[0] = np.ones((3, 2))
    assert network.parameters[0] == 1


def test_assigning_all_parameters_writes_the_numbers_in():
    network, other = Network([2, 3, 1], rng=0), Network([2, 3, 1], rng=1)
    vector, views = network.parameters, [*network.weights, *network.biases]
    for values in (other.parameters, np.arange(13), list(range(13)), np.arange(13, dtype=np.float32), 0.5):
        network.parameters = values
        assert network.parameters is vector
        assert vector.dtype == np.float64
        np.testing.assert_array_equal(vector, np.broadcast_to(values, 13))
        assert all(one is two for one, two in zip([*network.weights, *network.biases], views, strict=True))
    network.parameters = other.parameters
    network.parameters += 1  # in place, and not the other's
    np.testing.assert_array_equal(network.weights[0], other.weights[0] + 1)
    np.testing.assert_array_equal(other.parameters, Network([2, 3, 1], rng=1).parameters)
    for wrong in (np.zeros(12), np.zeros(14), np.zeros((13, 1)), []):
        with pytest.raises(
            ValueError, match=r"^parameters must have shape \(13,\), or one that broadcasts to it, got \("
        ):
            network.parameters = wrong


def test_assigning_all_weights_or_biases_writes_the_numbers_in():
    network = Network([2, 3, 1], rng=0)
    vector, weights, biases = network.parameters, network.weights, network.biases
    network.weights = [[[1, 2, 3], [4, 5, 6]], [[7], [8], [9]]]
    network.biases = ([-1, -2, -3], np.array([-4.0]))
    assert network.parameters is vector
    assert (network.weights, network.biases) == (weights, biases)
    assert vector.tolist() == [1, 2, 3, 4, 5, 6, -1, -2, -3, 7, 8, 9, -4]
    twin = Network([2, 3, 1], rng=1)
    twin.weights, twin.biases = network.weights, network.biases
    assert twin.parameters.tolist() == vector.tolist()
    twin.weights[0][:] = 0
    assert vector[0] == 1
    network.weights = network.weights  # what they are already
    assert vector.tolist() == [1, 2, 3, 4, 5, 6, -1, -2, -3, 7, 8, 9, -4]


ESTIMATOR = MLPRegressor(hidden_layer_sizes=(3,), max_iter=1, random_state=0, solver="lbfgs", tol=1e3).fit(
    [[0.0, 1.0], [1.0, 0.0]], [0, 1]
)
LISTS = [
    ("weights", Network([2, 3, 1], rng=0).weights, [(2, 3), (3, 1)]),
    ("biases", Network([2, 3, 1], rng=0).biases, [(3,), (1,)]),
    ("coefs_", ESTIMATOR.coefs_, [(2, 3), (3, 1)]),
    ("intercepts_", ESTIMATOR.intercepts_, [(3,), (1,)]),
]


@pytest.mark.parametrize(("what", "views", "shapes"), LISTS)
def test_an_entry_of_another_shape_is_refused_by_name(what, views, shapes):
    before = [view.copy() for view in views]
    for layer in (0, -1):
        words = f"{what}[{layer}] must have shape {shapes[layer]}, or one that broadcasts to it, got (2, 2)"
        with pytest.raises(ValueError, match=f"^{re.escape(words)}$") as refused:
            views[layer] = np.ones((2, 2))
        assert refused.value.__suppress_context__
    with pytest.raises(ValueError, match=re.escape(f"{what}[0] must hold numbers, got 'a'")):
        views[0] = ["a"]
    assert all(np.array_equal(view, old) for view, old in zip(views, before, strict=True))


@pytest.mark.parametrize(("what", "views", "shapes"), LISTS)
def test_there_are_as_many_arrays_as_layers(what, views, shapes):
    before = [view.copy() for view in views]
    words = re.escape(f"{what} stays a list of 2 arrays, one a layer, of the shapes {shapes}")
    one = np.ones((1, 1))
    for change in (
        lambda: views.append(one),
        lambda: views.extend([one]),
        lambda: views.insert(0, one),
        lambda: views.pop(),
        lambda: views.clear(),
        lambda: views.reverse(),
        lambda: views.__delitem__(0),
        lambda: views.__iadd__([one]),
        lambda: views.__imul__(2),
    ):
        with pytest.raises(ValueError, match=words):
            change()
    with pytest.raises(ValueError, match=re.escape(f"{what} must be a list of 2 arrays, one a layer, got 3")):
        views[:] = [one] * 3
    assert all(np.array_equal(view, old) for view, old in zip(views, before, strict=True))


def test_slices_write_through_and_copies_are_plain_lists():
    network = Network([2, 2, 2], rng=0)
    network.weights[:] = [np.ones((2, 2)), np.full((2, 2), 2.0)]
    assert network.parameters[[0, 6]].tolist() == [1, 2]
    for twin in (
        copy.copy(network.weights),
        copy.deepcopy(network.weights),
        pickle.loads(pickle.dumps(network.weights)),
    ):
        assert type(twin) is list
        assert [array.tolist() for array in twin] == [array.tolist() for array in network.weights]
        twin.append(0)
    assert len(network.weights) == 2


def test_coefficients_are_the_networks_own():
    for coefficients, views in (
        (ESTIMATOR.coefs_, ESTIMATOR.network_.weights),
        (ESTIMATOR.intercepts_, ESTIMATOR.network_.biases),
    ):
        assert all(one is two for one, two in zip(coefficients, views, strict=True))


@pytest.mark.parametrize("what", ["weights", "biases"])
@pytest.mark.parametrize("values", [[np.zeros(3)], [np.zeros(3)] * 3, np.zeros((2, 3)), 0.0, None])
def test_lists_that_are_not_one_array_a_layer_are_refused(what, values):
    network = Network([2, 3, 1], rng=0)
    before = network.parameters.copy()
    with pytest.raises(ValueError, match=f"{what} must be a list of 2 arrays, one a layer, got"):
        setattr(network, what, values)
    np.testing.assert_array_equal(network.parameters, before)


def test_a_list_with_an_array_of_another_shape_changes_nothing():
    network = Network([2, 3, 1], rng=0)
    before = network.parameters.copy()
    with pytest.raises(ValueError, match="must have the shapes"):
        network.weights = [np.zeros((2, 3)), np.zeros((4, 1))]
    np.testing.assert_array_equal(network.parameters, before)


def test_gradients_are_views_of_their_flat_vector():
    network = Network([2, 3, 1], rng=0)
    gradients = network.backward(network.forward([[1.0, 2.0]]), [[0.5]])
    assert all(np.shares_memory(view, gradients.flat) for view in [*gradients.weights, *gradients.biases])
    np.testing.assert_array_equal(gradients.flat[:6].reshape(2, 3), gradients.weights[0])
    np.testing.assert_array_equal(gradients.flat[12:], gradients.biases[1])


def test_same_seed_same_network():
    for seed in (0, np.random.default_rng(4), np.random.RandomState(4)):
        one = Network([3, 4, 2], rng=copy.deepcopy(seed))
        assert one.parameters.tolist() == Network([3, 4, 2], rng=copy.deepcopy(seed)).parameters.tolist()
    assert Network([3, 4, 2], rng=0).parameters.tolist() != Network([3, 4, 2], rng=1).parameters.tolist()


def test_initialize_draws_anew():
    network = Network([2, 3, 1], initializer="he_normal", rng=0)
    before = network.parameters.copy()
    network.parameters[:] = 7
    network.initialize([HeNormal(), HeNormal()], rng=0)
    np.testing.assert_array_equal(network.parameters, before)
    with pytest.raises(ValueError, match=r"zip\(\)"):
        network.initialize([HeNormal()], rng=0)


def test_layers_of_one_shape_can_change_places():
    """What is written may be what is written over."""
    network = Network([3, 3, 3], rng=0)
    first, second = (W.copy() for W in network.weights)
    network.weights = network.weights[::-1]
    assert np.array_equal(network.weights[0], second)
    assert np.array_equal(network.weights[1], first)
