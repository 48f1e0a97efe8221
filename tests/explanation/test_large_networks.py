"""A large network's explanation takes milliseconds and a screen."""

import time

import numpy as np
import pytest

from clearprop import Network, explain

BUDGET = 0.050


@pytest.fixture(scope="module")
def network():
    return Network([784, 128, 64, 10], "relu", loss="cross_entropy", rng=0)


@pytest.fixture(scope="module")
def digit():
    return np.random.default_rng(0).random(784)


NAMES = ["W1[300,5]", "W2[3,4]", "W3[7,2]", "b1[9]", "b3[2]", "x[100]", "delta1[3]", "dL/da1[5]", "z2[8]", "a1[4]"]


@pytest.mark.parametrize("name", [*NAMES, "prediction", "loss"])
def test_within_50_ms_and_60_lines(network, digit, name):
    fastest = np.inf
    for _ in range(5):
        explanation = explain(network, digit, [3], name, optimizer="sgd")
        _ = explanation.trace, explanation.gradients
        start = time.perf_counter()
        text = explanation.to_text()
        fastest = min(fastest, time.perf_counter() - start)
    assert fastest < BUDGET
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
