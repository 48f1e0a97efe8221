"""The layout: names and places both ways, views, counts, factors, and what it refuses."""

import copy
import math
import pickle
import re
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from clearprop import Network
from clearprop.network.layout import Layout, dense_size

from ..extent import examples

SIZES = st.lists(st.integers(1, 6), min_size=2, max_size=6)
# As of a network to come: numbers of the inputs and a table of embeddings in front of the layers.
MIXED = [("s", 0, (4,)), ("E", 0, (3, 2, 5)), ("W", 1, (6, 2)), ("b", 1, (2,)), ("W", 2, (2, 1)), ("b", 2, (1,))]


def names_in_order(sizes):
    """The parameters' names, written out by loops."""
    for layer, (fan_in, fan_out) in enumerate(pairwise(sizes), start=1):
        yield from (f"W{layer}[{i},{j}]" for i in range(1, fan_in + 1) for j in range(1, fan_out + 1))
        yield from (f"b{layer}[{j}]" for j in range(1, fan_out + 1))


@examples(40)
@given(sizes=SIZES)
def test_names_lead_to_places_and_back(sizes):
    layout, names = Layout.dense(sizes), list(names_in_order(sizes))
    assert layout.size == dense_size(sizes) == len(names)
    assert [layout.name(index) for index in range(layout.size)] == names
    assert [layout.index(name) for name in names] == list(range(layout.size))


@examples(40)
@given(parts=st.lists(st.tuples(st.sampled_from("WbEs"), st.lists(st.integers(1, 4), min_size=1, max_size=3))))
def test_any_kinds_of_spans_in_any_order(parts):
    parts = [("s", 0, (2,)), *((kind, at, tuple(shape)) for at, (kind, shape) in enumerate(parts, start=1))]
    layout = Layout.of(parts)
    assert layout.size == sum(math.prod(shape) for _, _, shape in parts)
    assert [(span.name, span.shape) for span in layout.spans] == [(f"{kind}{at}", shape) for kind, at, shape in parts]
    flat, seen = np.arange(layout.size), []
    for span in layout.spans:
        for places in np.ndindex(span.shape):
            name = f"{span.name}[{','.join(str(place + 1) for place in places)}]"
            index = layout.index(name)
            assert layout.name(index) == name
            assert span.view(flat)[places] == index
            seen.append(index)
    assert seen == list(range(layout.size))


def test_views_are_views_by_span_by_kind_and_by_name():
    layout = Layout.of(MIXED)
    flat = np.arange(float(layout.size))
    views = layout.views(flat)
    assert [view.shape for view in views] == [shape for _, _, shape in MIXED]
    assert all(np.shares_memory(view, flat) for view in views)
    np.testing.assert_array_equal(np.concatenate([view.ravel() for view in views]), flat)
    assert [view.shape for view in layout.of_kind("W", views)] == [(6, 2), (2, 1)]
    assert [span.name for span in layout.of_kind("b", layout.spans)] == ["b1", "b2"]
    assert layout.kinds == ["s", "E", "W", "b"]
    named = layout.named_views(flat)
    assert list(named) == ["s0", "E0", "W1", "b1", "W2", "b2"]
    named["E0"][2, 1, 4] = -1
    assert flat[layout.index("E0[3,2,5]")] == -1
    assert flat[4 + 29] == -1


def test_a_network_is_laid_out_as_its_layout_says():
    network = Network([2, 3, 1], rng=0)
    network.parameters = np.arange(13)
    named = network.layout.named_views(network.parameters)
    assert list(named) == ["W1", "b1", "W2", "b2"]
    for layer in (1, 2):
        assert np.shares_memory(named[f"W{layer}"], network.weights[layer - 1])
        np.testing.assert_array_equal(named[f"W{layer}"], network.weights[layer - 1])
        np.testing.assert_array_equal(named[f"b{layer}"], network.biases[layer - 1])
    gradients = network.backward(network.forward([[1.0, 2.0]]), [[0.0]])
    for span, part in zip(network.layout.spans, gradients.spans, strict=True):
        assert np.shares_memory(part, gradients.flat)
        assert part.shape == span.shape
        np.testing.assert_array_equal(part.ravel(), gradients.flat[span.start : span.stop])


@pytest.mark.parametrize("make", [copy.deepcopy, lambda thing: pickle.loads(pickle.dumps(thing)), lambda n: n.copy()])
def test_copies_of_a_network_have_its_layout(make):
    network = Network([2, 3, 1], rng=0)
    twin = make(network)
    assert twin.layout == network.layout
    twin.parameters[twin.layout.index("W2[3,1]")] = 7.0
    assert twin.weights[1][2, 0] == 7.0 != network.weights[1][2, 0]


def test_counts_take_nothing_of_memory():
    assert dense_size([10**9, 10**9, 1]) == (10**9 + 1) * 10**9 + 10**9 + 1
    layout = Layout.dense([10**9, 10**9, 1])
    assert layout.size == dense_size([10**9, 10**9, 1])
    assert layout.most_of_a_layer == (10**9 + 1) * 10**9
    assert layout.name(layout.size - 1) == "b2[1]"


def test_the_usual_factors_and_others():
    layout = Layout.dense([2, 3, 1])
    assert [span.rate_factor for span in layout.spans] == [1, 1, 1, 1]
    assert [span.decay_factor for span in layout.spans] == list(layout.decay_factors({})) == [1, 0, 1, 0]
    assert layout.groups == ((slice(0, 13), 1.0),)
    assert layout.with_factors() is layout.with_factors({}, {}) is layout
    other = layout.with_factors({"W": 0.5, "b2": 0.5, "b": 2}, {"W2": 3.0, "b": 1.0})
    assert [span.rate_factor for span in other.spans] == [0.5, 2.0, 0.5, 0.5]
    assert [span.decay_factor for span in other.spans] == [1.0, 1.0, 3.0, 1.0]
    assert other.groups == ((slice(0, 6), 0.5), (slice(6, 9), 2.0), (slice(9, 13), 0.5))
    assert [span.rate_factor for span in layout.spans] == [1, 1, 1, 1]  # which is as it was
    assert layout.decay_factors({"W": 0.25}) == [0.25, 0.0, 0.25, 0.0]
    again = other.with_factors(rates={"W1": 0.0})
    assert [span.rate_factor for span in again.spans] == [0.0, 2.0, 0.5, 0.5]
    assert [span.decay_factor for span in again.spans] == [1.0, 1.0, 3.0, 1.0]


REFUSED = {
    "a layer that is not there": ({"W3": 1.0}, ValueError, "rates has 'W3', which names no parameters"),
    "another spelling": ({"w_1": 1.0}, ValueError, "rates has 'w_1', which names no parameters, did you mean 'W1'?"),
    "another name": ({"biases": 1.0}, ValueError, "'biases', which names no parameters, did you mean 'b'?"),
    "a parameter": ({"W1[1,1]": 1.0}, ValueError, "There are: W, b, W1, b1, W2, b2"),
    "a number": ({1: 1.0}, ValueError, "rates has 1, which names no parameters"),
    "negative": ({"b": -0.5}, ValueError, r"rates\['b'\] must be a finite number >= 0, got -0.5"),
    "nan": ({"b": math.nan}, ValueError, r"rates\['b'\] must be a finite number >= 0, got nan"),
    "infinite": ({"W2": math.inf}, ValueError, r"rates\['W2'\] must be a finite number >= 0, got inf"),
    "text": ({"W2": "fast"}, TypeError, r"rates\['W2'\] must be a number, got 'fast'"),
    "a factor alone": (0.0, TypeError, "rates must be a dict of factors by name, such as .*, got 0.0"),
    "a list": ([1.0], TypeError, r"rates must be a dict of factors by name, such as .*, got \[1.0\]"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_factors_that_cannot_be_are_refused_in_words(case):
    given_, kind, message = REFUSED[case]
    layout = Layout.dense([2, 3, 1])
    with pytest.raises(kind, match=message):
        layout.with_factors(rates=given_)
    with pytest.raises(kind, match=message.replace("rates", "decays")):
        layout.with_factors(decays=given_)


@pytest.mark.parametrize("name", ["W3[1,1]", "W2[4,1]", "W2[0,1]", "W2[3]", "b2[1,1]", "b2", "x[1]", "W2[3,1", ""])
def test_names_of_no_parameter_are_refused(name):
    with pytest.raises(IndexError) as caught:
        Layout.dense([2, 3, 1]).index(name)
    assert re.search(r"there is W2\[1-3,1\]|there is b2\[1\]|There are: W1\[1-2,1-3\], b1\[1-3\]", str(caught.value))


@pytest.mark.parametrize("index", [-1, 13, 1000])
def test_places_of_no_parameter_are_refused(index):
    with pytest.raises(IndexError, match=f"^parameters are counted from 0 to 12, got {index}$"):
        Layout.dense([2, 3, 1]).name(index)
