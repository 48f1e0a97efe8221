"""A large network's explanation takes milliseconds and a screen."""

import itertools
import sys

import numpy as np
import pytest

from clearprop import LOSSES, OPTIMIZERS, Network, Penalty, explain

from ..extent import crossed, some
from ..strategies import targets_for

# About 16 ms of a processor: as many calls of functions, Python's own among them, as a page of text may take.
MOST_CALLS = 60_000


def calls(function):
    """What a function returns, and how many functions are called in it."""
    count = 0

    def note(frame, event, argument):
        nonlocal count
        count += event in ("call", "c_call")

    sys.setprofile(note)
    try:
        result = function()
    finally:
        sys.setprofile(None)
    return result, count


@pytest.fixture(scope="module")
def network():
    return Network([784, 128, 64, 10], "relu", loss="cross_entropy", rng=0)


@pytest.fixture(scope="module")
def digit():
    return np.random.default_rng(0).random(784)


NAMES = ["W1[300,5]", "W2[3,4]", "W3[7,2]", "b1[9]", "b3[2]", "x[100]", "delta1[3]", "dL/da1[5]", "z2[8]", "a1[4]"]


@pytest.mark.parametrize("name", [*NAMES, "prediction", "loss"])
def test_within_some_calls_and_60_lines(network, digit, name):
    explanation = explain(network, digit, [3], name, optimizer="sgd")
    _ = explanation.trace, explanation.gradients
    text, count = calls(explanation.to_text)
    assert count < MOST_CALLS
    lines = text.splitlines()
    assert len(lines) <= 60
    assert max(map(len, lines)) <= 80


def test_a_batch_within_60_lines(network):
    rng = np.random.default_rng(1)
    X, y = rng.random((200, 784)), rng.integers(10, size=200)
    text = explain(network, X, y, "W1[300,5]").to_text()
    assert len(text.splitlines()) <= 60
    assert "194 more" in text


def test_every_form_is_small(network, digit):
    explanation = explain(network, digit, [3], "W1[300,5]")
    assert len(explanation.to_latex()) < 10_000
    assert len(explanation.to_markdown()) < 10_000
    # The page holds the layers that can be opened.
    html = explanation.to_html()
    assert "All 64 deltas of layer 2" in html
    assert len(html) < 400_000
    assert len(explanation.to_json()) < 400_000


def test_all_of_it_can_be_had(network, digit):
    text = explain(network, digit, [3], "W2[3,4]").to_text(most=None)
    assert all(f"δ3[{unit}] = " in text for unit in range(1, 11))
    assert "more:" not in text


def assert_fits(explanation):
    lines = explanation.to_text().splitlines()
    case = f"{explanation.name} of {explanation.computation.network!r}"
    assert len(lines) <= 60, case
    assert max(map(len, lines)) <= 80, case
    assert not [line for line in lines if line != line.rstrip()], case


DEPTHS, WIDTHS = (1, 2, 3, 4, 5, 6, 7, 8, 9, 12, 20, 35, 60), (1, 4, 50)
HIDDEN, OPTIMISERS = ("mish", "softmax", "tanh", "step"), ("nadam", "amsgrad", "sgd", None)


@pytest.mark.parametrize(
    ("depth", "width", "number", "penalised"), some(itertools.product(DEPTHS, WIDTHS, range(4), (False, True)))
)
def test_a_screen_for_every_depth_and_width(depth, width, number, penalised):
    rng = np.random.default_rng(depth)
    X, y = rng.normal(size=(20, 4)), rng.integers(3, size=20)
    network = Network([4] + [width] * (depth - 1) + [3], HIDDEN[number], loss="cross_entropy", rng=0)
    given = {
        "penalty": Penalty(0.1, 0.2) if penalised else None,
        "optimizer": OPTIMISERS[(number + depth) % 4],
        "feature_names": ["length", "width", "height", "mass"],
        "class_names": ["iris", "lily", "rose"],
    }
    batch = explain(network, X, y, "W1[1,1]", **given)
    row = explain(network, X[0], y[:1], "W1[1,1]", **given)
    for explanation in (batch, row, batch.open("loss"), *map(row.open, ("b1[1]", "x[1]", "prediction", "loss"))):
        assert_fits(explanation)


@pytest.mark.parametrize(("loss", "optimizer"), crossed(LOSSES, OPTIMIZERS))
def test_a_screen_for_every_loss_and_optimiser(loss, optimizer):
    network = Network([6] + [9] * 6 + [7], "gelu", "softmax", loss, rng=0)
    rng = np.random.default_rng(1)
    X, y = rng.normal(size=(9, 6)), targets_for(loss, rng, 9, 7)
    batch = explain(network, X, y, "W1[2,3]", penalty=Penalty(0.1, 0.2), optimizer=optimizer)
    row = explain(network, X, y, "W1[2,3]", row=1, penalty=Penalty(0.1, 0.2), optimizer=optimizer)
    for explanation in (batch, row):
        assert_fits(explanation)


def test_a_batch_with_penalty_and_step_is_fast(network):
    rng = np.random.default_rng(1)
    X, y = rng.random((200, 784)), rng.integers(10, size=200)
    explanation = explain(network, X, y, "W1[300,5]", penalty=Penalty(0.1, 0.2), optimizer="nadam")
    _ = explanation.trace, explanation.gradients
    text, count = calls(explanation.to_text)
    assert count < MOST_CALLS
    assert len(text.splitlines()) <= 60


def test_of_a_deep_network_the_ends_are_shown_and_layers_that_are_alike_counted():
    network = Network([2] + [3] * 59 + [1], "tanh", rng=0)
    text = " ".join(explain(network, [0.5, 1.0], [0.3], "W1[1,1]").to_text().split())
    assert "Network of 60 layers, 2, 59 × 3, 1 (59 × tanh, identity)" in text
    assert "… layers 3 to 58 in the same way …" in text
    assert "δ60[1] = " in text
    assert "δ1[1] = " in text
    assert f"about 10^{len(str(3**58)) - 1} paths" in text


def test_a_gradient_of_zero_shows_one_path_only():
    network = Network([2, 3, 2], "relu", rng=0)
    network.weights[0][:], network.biases[0][:] = 0.0, -1.0
    text = explain(network, [1.0, 1.0], [1.0, 1.0], "W1[1,1]").to_text(sections=["Path by path"])
    assert text.splitlines()[0] == "2 paths lead to the loss, and a factor of 0 makes each of them 0; the first:"
    assert "P₁ = " in text
    assert "P₂" not in text
