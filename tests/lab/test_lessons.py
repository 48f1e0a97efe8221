"""Lessons: their names mean something, and no number in them is wrong."""

import math
import re
import warnings
from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from clearprop.article import ROWS, TARGETS, NeuralNetwork, Perceptron, blobs, new_network
from clearprop.errors import InputError
from clearprop.explanation.notation import parse_name
from clearprop.lab.controls import CONTROLS
from clearprop.lab.derivations import explain_number
from clearprop.lab.lessons import all_lessons, lesson
from clearprop.lab.lessons.hidden_layer import UNLUCKY
from clearprop.lab.lessons.overfitting import PENALISED
from clearprop.lab.links import fragment_of, settings_of
from clearprop.lab.live import Live
from clearprop.lab.networks import build
from clearprop.lab.protocol import Lesson, LessonStep

Array = npt.NDArray[Any]
NAMES = [one.name for one in all_lessons()]
SHEETS = {"", "perceptron", "xor", "back-propagation", "optimizers", "overfitting"}


@pytest.fixture(autouse=True)
def _some_cannot_learn() -> Iterator[None]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def begun(name: str) -> tuple[Lesson, Live]:
    found, settings = lesson(name)
    return found, build(settings)


def said(found: Lesson) -> str:
    """All that a lesson says, in one line."""
    return " ".join(
        part for step in found.steps for part in (step.text, step.do, step.question, step.answer, *step.equations)
    )


def train(live: Live, epochs: int) -> None:
    for _ in range(epochs):
        live.training.run_epoch()


def loss(live: Live) -> float:
    return live.network.loss(live.rows.X, live.rows.y)


def sigmoid(z: Any) -> Any:
    return 1 / (1 + np.exp(-np.asarray(z)))


# -- all of them -------------------------------------------------------------------------------------------------------


def test_there_are_nine_and_the_article_comes_first() -> None:
    assert len(NAMES) == 9
    assert NAMES[:2] == ["perceptron", "article"]
    assert [lesson(name)[0] for name in NAMES] == all_lessons()
    with pytest.raises(InputError, match="there is no lesson 'perzeptron', did you mean 'perceptron'"):
        lesson("perzeptron")


@pytest.mark.parametrize("name", NAMES)
def test_what_it_names_there_is(name: str) -> None:
    found, live = begun(name)
    controls = {control.name for control in CONTROLS}
    assert set(found.hidden) <= controls
    assert found.sheet in SHEETS
    assert settings_of(fragment_of(lesson(name)[1])) == lesson(name)[1]
    for step in found.steps:
        if step.select:
            parse_name(step.select, live.network.layer_sizes)
            explain_number(live.training, live.inputs[0], live.targets[0], step.select)


@pytest.mark.parametrize("name", NAMES)
def test_it_is_short_and_asks(name: str) -> None:
    found, _ = begun(name)
    assert 4 <= len(found.steps) <= 6
    assert found.title
    assert found.summary.endswith(".")
    for step in found.steps:
        assert step.text.endswith(".")
        assert step.do.endswith(".")
        assert step.question.endswith("?")
        assert step.answer.endswith(".")
        assert len(step.text) < 480


@pytest.mark.parametrize("step", [step for one in all_lessons() for step in one.steps], ids=lambda step: step.text[:30])
def test_its_latex_is_whole(step: LessonStep) -> None:
    for text in (step.text, step.do, step.question, step.answer):
        assert text.count("$") % 2 == 0
        for formula in text.split("$")[1::2]:
            assert formula.count("{") == formula.count("}")
        assert "\\" not in "".join(text.split("$")[::2])
        assert "nan" not in text
    for equation in step.equations:
        assert equation.count("{") == equation.count("}")
        assert "$" not in equation


# -- their numbers, computed otherwise ---------------------------------------------------------------------------------


def test_the_perceptron_is_the_articles_to_the_last_printed_digit() -> None:
    found, live = begun("perceptron")
    rows, test_rows, classes, test_classes = blobs()
    article = Perceptron(rng=np.random.RandomState(7))
    bias = float(article.bias[0])
    article.fit(rows, classes)
    assert article.weights is not None
    assert live.network.parameters[2] == bias
    train(live, 6)
    assert live.network.parameters == pytest.approx([*article.weights, article.bias[0]], rel=1e-12)
    text = said(found)
    for number in ("0.8253873", "0.32945949", "0.02630829", "0.84"):
        assert number in text
    assert np.mean(article.predict(test_rows) == test_classes) == 21 / 25 == 0.84
    assert "until after 5 epochs none is wrong" in text
    assert "74 of the 75 points" in text
    weights, mistakes = np.array([0.77991879, 0.43840923]), []
    wrong = [
        place for place, (x, t) in enumerate(zip(rows, classes, strict=True)) if (x @ weights + bias > 0) != (t > 0)
    ]
    assert wrong == [56]
    z = float(rows[56] @ weights + bias)
    assert f"$= {z:.4f}$" in text
    for _ in range(6):
        mistakes.append(0)
        for x, t in zip(rows, classes, strict=True):
            error = float(x @ weights + bias > 0) - t
            mistakes[-1] += error != 0
            weights, bias = weights - 0.01 * error * x, bias - 0.01 * error
    assert mistakes == [1, 1, 1, 1, 1, 0]


def test_xor_ends_undecided() -> None:
    found, live = begun("xor")
    text = said(found)
    a = sigmoid(np.array([-0.5, 0.5, 0.5, 1.5]))
    assert "3 of the four answers" in text
    y = np.array([0, 1, 1, 0])
    before = -np.mean(y * np.log(a) + (1 - y) * np.log(1 - a))
    for number in (a[3], before, a[2] - 1, -math.log(1 - a[3]), (a[2] - 1 + a[3]) / 4, math.log(2)):
        assert f"{number:.4f}" in text
    train(live, 500)
    assert loss(live) == pytest.approx(math.log(2), abs=1e-5)
    assert np.abs(live.network.parameters).max() < 0.01
    assert live.network.predict(live.rows.X) == pytest.approx(0.5 * np.ones((4, 1)), abs=0.005)


def test_a_hidden_layer_does_it_and_an_unlucky_one_does_half() -> None:
    found, live = begun("hidden_layer")
    text = said(found)
    assert f"{loss(live):.4f}" in text
    solved = []
    for epoch in range(1, 301):
        train(live, 1)
        if ((live.network.predict(live.rows.X) > 0.5) == (live.rows.y > 0.5)).all():
            solved.append(epoch)
    assert solved == list(range(31, 301))
    assert "after 31 epochs, and after 300 the loss is $0.0023$" in text
    assert loss(live) == pytest.approx(0.0023, abs=0.00005)
    hidden = np.round(live.network.forward(live.rows.X).a[0])
    assert hidden.tolist() == [[1, -1], [1, 1], [-1, -1], [1, -1]]
    unlucky = build(UNLUCKY)
    train(unlucky, 300)
    assert loss(unlucky) == pytest.approx(0.347, abs=0.0005)
    a = unlucky.network.predict(unlucky.rows.X)
    assert sorted(np.round(a[:, 0], 1)) == sorted([0.5, 0.5, *unlucky.rows.y[np.abs(a - 0.5) > 0.1]])


def test_back_propagation_by_hand() -> None:
    found, live = begun("back_propagation")
    text = said(found)
    a1, a2 = 0.5, sigmoid(1.0)
    out = 2 * a1 - a2 + 0.5
    d1, d2 = a1 * (1 - a1) * 2 * out, a2 * (1 - a2) * -1 * out
    for number in (a2, out, out**2 / 2, d1, d2, 2 * d1, -0.25 - 0.1 * 2 * d1):
        assert f"{number:.4f}" in text
    W1 = np.array([[0.5, -1.0], [-0.25, 1.0]]) - 0.1 * np.outer([1, 2], [d1, d2])
    b1 = -0.1 * np.array([d1, d2])
    W2, b2 = np.array([2.0, -1.0]) - 0.1 * out * np.array([a1, a2]), 0.5 - 0.1 * out
    after = float(sigmoid(np.array([1, 2]) @ W1 + b1) @ W2 + b2) ** 2 / 2
    assert f"{after:.4f}" in text
    train(live, 1)
    assert loss(live) == pytest.approx(after, rel=1e-12)


def test_softmax_cancels() -> None:
    found, live = begun("softmax")
    x, y = live.rows.X[0], live.rows.y[0]
    assert y.tolist() == [1.0, 0.0, 0.0]
    z = x @ np.array([[-1.0, 0.5, 0.5], [0.0, -0.8, 0.8]])
    a = np.exp(z) / np.exp(z).sum()
    slope = np.diag(a) - np.outer(a, a)
    by_matrix = slope @ (-y / a)
    assert by_matrix == pytest.approx(a - y)
    squared = slope @ (a - y)
    text = said(found)
    for numbers in (z, a, a - y):
        for number in numbers:
            assert f"{number:.4g}" in text
    assert f"{-math.log(a[0]):.4f}" in text
    assert f"{squared[0]:.4g}" in text
    assert f"About {(a - y)[0] / squared[0]:.0f} times" in text


def test_gradients_vanish_through_sigmoids() -> None:
    found, live = begun("vanishing_gradients")
    network, X, y = live.network, live.rows.X, live.rows.y
    a = [X]
    for W, b in zip(network.weights, network.biases, strict=True):
        a.append(sigmoid(a[-1] @ W + b))
    delta, sizes = (a[-1] - y) / len(X), []
    for layer in range(6, 0, -1):
        sizes.append(float(np.sqrt(np.mean((a[layer - 1].T @ delta) ** 2))))
        delta = (delta @ network.weights[layer - 1].T) * a[layer - 1] * (1 - a[layer - 1])
    text = said(found)
    assert f"{sizes[0] / sizes[-1]:.0f} times smaller" in text
    assert f"{sizes[0]:.2g}" in text
    assert f"{float(np.mean(a[1] * (1 - a[1]))):.3g}$ on average" in text
    assert "one part in 1,024" in text
    assert 0.25**5 == 1 / 1024


def test_the_border_of_the_rate_is_exact() -> None:
    found, settings = lesson("optimizers")
    live = build(settings)
    inputs = np.column_stack([live.rows.X, np.ones(len(live.rows))])
    targets, before = live.rows.y[:, 0], live.network.parameters.copy()
    greatest = max(np.linalg.svd(inputs, compute_uv=False)) ** 2 / len(inputs)
    text = said(found)
    assert f"{2 / greatest:.4f}" in text
    assert f"{greatest:.4g}" in text
    assert 0.15 < 2 / greatest < 0.16

    def descend(rate: float, momentum: float = 0.0) -> float:
        p, v = before.copy(), np.zeros(3)
        for _ in range(50):
            v = momentum * v - rate * inputs.T @ (inputs @ p - targets) / len(inputs)
            p = p + v
        return float(np.mean((inputs @ p - targets) ** 2) / 2)

    for number in (descend(0.001), descend(0.1), descend(0.15), descend(0.16), descend(0.001, 0.9)):
        assert f"${number:.4g}$" in text
    assert f"begins at ${np.mean((inputs @ before - targets) ** 2) / 2:.4g}$" in text


def test_overfitting_is_as_it_says() -> None:
    found, live = begun("overfitting")
    held = live.validation
    assert held is not None
    assert (len(live.rows), len(held), live.network.parameters.size) == (20, 20, 337)
    text, losses = said(found), []
    for _ in range(150):
        train(live, 1)
        losses.append(live.network.loss(held.X, held.y))
    right = [np.mean((live.network.predict(rows.X) > 0.5) == (rows.y > 0.5)) for rows in (live.rows, held)]
    assert right == [1.0, 0.8]
    assert loss(live) == pytest.approx(0.017, abs=0.0005)
    assert losses[-1] == pytest.approx(0.85, abs=0.005)
    assert (int(np.argmin(losses)) + 1, min(losses)) == (61, pytest.approx(0.291, abs=0.0005))
    for number in ("0.017", "80\\,\\%", "0.85", "epoch 61", "0.291", "0.377", "0.391"):
        assert number in text
    penalised = build(PENALISED)
    train(penalised, 150)
    assert loss(penalised) == pytest.approx(0.377, abs=0.0005)
    assert penalised.network.loss(held.X, held.y) == pytest.approx(0.391, abs=0.0005)


def test_the_articles_errors_are_its_own() -> None:
    found, live = begun("article")
    text, network = said(found), live.network
    own = new_network()
    for index, neuron in enumerate(own.hidden_layers[0].neurons):
        assert network.weights[0][:, index].tolist() == list(neuron.weights)
        assert network.biases[0][index] == neuron.bias
    exact = own.loss_gradient(ROWS, TARGETS)[0][0][1]
    ours = network.backward(network.forward(live.rows.X), live.rows.y).weights[0][0, 0]
    assert 10 * ours == pytest.approx(exact, rel=1e-12)
    for number in ("0.01822964", "0.0006500774", "factor of 28", "0.68527698", f"{10 * loss(live):.4g}"):
        assert number in text
    alone = new_network()
    delta = alone.loss_gradient(ROWS[:1], TARGETS[:1])[0][0][0]
    parts = [float(number) for number in re.findall(r"\$(-?0\.0\d+)\$ through", text)]
    assert sum(parts) == pytest.approx(delta, abs=1e-6)
    assert f"{delta:.4g}" in text
    alone.feed_forward(ROWS[-1])
    a = alone.hidden_layers[0].a_values[0]
    assert f"a_1^1 = {a:.6f}" in text
    assert f"{a * (1 - a):.4g}" in text
    train(live, 1_000)
    assert (live.network.predict(live.rows.X).argmax(axis=1) == np.array(TARGETS)).sum() == 0
    fitted: NeuralNetwork = new_network()
    fitted.fit(ROWS, TARGETS)
    assert sum(p == t for p, t in zip(fitted.predict(ROWS), TARGETS, strict=True)) == 8
