"""The parameters' names and their order."""

import re
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from clearprop import Network

from ..extent import examples


@examples(40)
@given(sizes=st.lists(st.integers(1, 6), min_size=2, max_size=5))
def test_names_are_a_bijection_in_the_articles_notation(sizes):
    network = Network(sizes, rng=0)
    count = sum((m + 1) * n for m, n in pairwise(sizes))
    assert network.parameters.shape == (count,)
    names = [network.parameter_name(index) for index in range(count)]
    assert len(set(names)) == count
    network.parameters[:] = np.arange(count)
    for index, name in enumerate(names):
        weight = re.fullmatch(r"W(\d+)\[(\d+),(\d+)\]", name)
        if weight:
            layer, source, sink = map(int, weight.groups())
            assert network.weights[layer - 1][source - 1, sink - 1] == index
        else:
            layer, unit = map(int, re.fullmatch(r"b(\d+)\[(\d+)\]", name).groups())
            assert network.biases[layer - 1][unit - 1] == index


def test_names_outside_are_refused():
    network = Network([2, 3, 1], rng=0)
    assert network.parameter_name(0) == "W1[1,1]"
    assert network.parameter_name(4) == "W1[2,2]"
    assert network.parameter_name(6) == "b1[1]"
    assert network.parameter_name(11) == "W2[3,1]"
    assert network.parameter_name(12) == "b2[1]"
    for index in (13, 1000):
        with pytest.raises(IndexError, match=f"^parameters are counted from 0 to 12, got {index}$"):
            network.parameter_name(index)


@pytest.mark.parametrize("index", [-1, -13, -14])
def test_negative_indices_have_no_wrong_name(index):
    network = Network([2, 3, 1], rng=0)
    with pytest.raises(IndexError, match=f"^parameters are counted from 0 to 12, got {index}$"):
        network.parameter_name(index)


def test_parameters_stand_layer_by_layer_weights_row_by_row_then_biases():
    network = Network([2, 3, 1], rng=0)
    network.parameters[:] = np.arange(13)
    np.testing.assert_array_equal(network.weights[0], [[0, 1, 2], [3, 4, 5]])
    np.testing.assert_array_equal(network.biases[0], [6, 7, 8])
    np.testing.assert_array_equal(network.weights[1], [[9], [10], [11]])
    np.testing.assert_array_equal(network.biases[1], [12])
