"""Derivations: their numbers are the engine's and the finite differences', and every name in them means something."""

import json
import re
from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt
import pytest

from clearprop import Network, Trainer, explain
from clearprop.activations import ACTIVATIONS
from clearprop.errors import InputError
from clearprop.explanation.notation import parse_name
from clearprop.lab.derivations import (
    MOST_TERMS,
    derivation_of,
    explain_number,
    explanation_of_batch,
    explanation_of_row,
)
from clearprop.lab.protocol import Derivation
from clearprop.network.gradient_check import AGREE
from clearprop.training.run import Training

Array = npt.NDArray[Any]


def numbers_of(derivation: Derivation) -> dict[str, Any]:
    read: dict[str, Any] = json.loads(bytes(derivation.explanation))
    return read


def made(seed: int, *, loss: str = "squared_error", **settings: Any) -> tuple[Training, Array, Array]:
    """A network of random shape in the middle of its training."""
    rng = np.random.default_rng(seed)
    outputs = 3 if loss == "cross_entropy" else 1
    hidden = rng.integers(1, 6, size=rng.integers(0, 4)).tolist()
    smooth = ["tanh", "sigmoid", "silu", "softplus", "elu"]
    network = Network([2, *hidden, outputs], [smooth[i] for i in rng.integers(0, 5, len(hidden))], loss=loss, rng=seed)
    network.parameters += rng.normal(0, 0.2, network.parameters.size)
    X = rng.normal(size=(23, 2))
    y = (X.sum(axis=1) > 0).astype(float)
    y = np.eye(3)[rng.integers(0, 3, 23)] if outputs == 3 else y if loss != "perceptron" else 2 * y - 1
    training = Trainer(network, batch_size=5, engine="numpy", rng=seed, **settings).start(X, y)
    for _ in range(7):
        training.run_batch()
    return training, training.rows.X, training.rows.y


CASES = [(seed, loss) for seed in range(3) for loss in ("squared_error", "binary_cross_entropy", "cross_entropy")]


@pytest.mark.parametrize(("seed", "loss"), CASES)
def test_of_a_row_every_parameter_is_the_engines_and_the_differences(seed: int, loss: str) -> None:
    training, X, y = made(seed, loss=loss)
    network = training.network
    gradient = network.backward(network.forward(X[4:5]), y[4:5]).flat
    for index in range(gradient.size):
        name = network.parameter_name(index)
        derivation = explain_number(training, X[4], y[4], name, row=17)
        read = numbers_of(derivation)
        assert derivation.value == gradient[index] == read["value"]
        assert sum(term["value"] for term in read["terms"]) + read["rest"]["value"] == pytest.approx(
            gradient[index], rel=1e-9, abs=1e-15
        )
        assert derivation.difference == pytest.approx(gradient[index], rel=1e-5, abs=1e-9)
        assert derivation.relative_error is not None
        assert derivation.relative_error < AGREE
        assert derivation.verdict.startswith(("It agrees", "Too small"))
        assert (derivation.rows, derivation.scope, read["network"]["first_row"]) == ([17], "sample", 17)
        assert derivation.path[0] == name


@pytest.mark.parametrize(("seed", "loss"), CASES)
def test_of_the_batch_that_comes_rows_penalty_and_step_are_those_of_training(seed: int, loss: str) -> None:
    training, X, y = made(seed, loss=loss, l2=0.3, l1=0.01, optimizer="adam", learning_rate=0.02)
    network, places = training.network, training.next_batch()
    gradients = network.backward(network.forward(X[places]), y[places], penalty=training.penalty).flat.copy()
    called = np.arange(100, 123)
    before = network.parameters.copy()
    found = [
        derivation_of(explanation_of_batch(training, network.parameter_name(index), row_numbers=called))
        for index in range(before.size)
    ]
    training.run_batch()
    for index, derivation in enumerate(found):
        read = numbers_of(derivation)
        assert derivation.value == gradients[index]
        assert derivation.rows == (places + 100).tolist()
        assert len(read["contributions"]) == len(places)
        labels = [term["label"] for term in read["terms"] if term["label"].startswith("row")]
        assert sorted(labels) == sorted(f"row {place + 100}" for place in places)
        penalty = sum(term["value"] for term in read["terms"] if "penalty" in term["label"])
        assert sum(read["contributions"]) + penalty == pytest.approx(gradients[index], abs=1e-14)
        assert (read["step"]["old"], read["step"]["new"]) == (before[index], network.parameters[index])


@pytest.mark.parametrize("seed", range(5))
def test_values_are_those_of_the_forward_pass(seed: int) -> None:
    training, X, y = made(seed, loss="cross_entropy")
    network = training.network
    trace = network.forward(X[:1])
    for layer, (z, a) in enumerate(zip(trace.z, trace.a, strict=True), start=1):
        for unit in range(z.shape[1]):
            assert explain_number(training, X[0], y[0], f"z{layer}[{unit + 1}]").value == z[0, unit]
            assert explain_number(training, X[0], y[0], f"a{layer}[{unit + 1}]", "batch").value == a[0, unit]
    loss = explain_number(training, X[0], y[0], "loss")
    assert loss.value == network.loss(X[:1], y[:1])
    assert loss.path == ["loss", *(f"a{len(trace.z)}[{k}]" for k in (1, 2, 3)), "y[1]", "y[2]", "y[3]"]
    batch = derivation_of(explanation_of_batch(training, "loss"))
    assert batch.value == network.loss(X[training.next_batch()], y[training.next_batch()])


NAMED = re.compile(r"\\htmlData\{name=([^}]+)\}")


@pytest.mark.parametrize(
    "name", ["W1[1,2]", "b2[1]", "delta1[2]", "dL/da1[1]", "x[2]", "z2[1]", "a1[3]", "loss", "prediction"]
)
def test_every_name_in_the_latex_and_all_that_lights_up_is_one_of_the_network(name: str) -> None:
    network = Network([2, 3, 2, 3], "tanh", loss="cross_entropy", rng=3)
    derivation = derivation_of(explanation_of_row(network, np.array([0.3, -0.7]), np.array([0.0, 1.0, 0.0]), name))
    text = bytes(derivation.explanation).decode() + derivation.headline
    named = {found.translate(str.maketrans("(;)", "[,]")) for found in NAMED.findall(text.replace("\\\\", "\\"))}
    for found in (*named, *derivation.path, *derivation.opens):
        if not re.fullmatch(r"y\[[123]\]", found):
            parse_name(found, network.layer_sizes)
    assert named
    assert set(derivation.opens) <= named
    assert name not in derivation.opens
    assert not [found for found in derivation.opens if found.startswith("y[")]
    assert len(set(derivation.path)) == len(derivation.path)


def _without_names(latex: str) -> str:
    """The LaTeX with its marks taken off, their braces too."""
    while (mark := NAMED.search(latex)) is not None:
        depth, end = 0, mark.end()
        for end in range(mark.end(), len(latex)):
            depth += {"{": 1, "}": -1}.get(latex[end], 0) * (latex[end - 1] != "\\")
            if depth == 0:
                break
        latex = latex[: mark.start()] + latex[mark.end() + 1 : end] + latex[end + 1 :]
    return latex


@pytest.mark.parametrize("name", ["W1[1,2]", "delta1[2]", "a2[1]", "loss"])
def test_but_for_the_names_the_formulas_are_those_of_the_explanation(name: str) -> None:
    network = Network([2, 3, 2, 1], ["sigmoid", "elu"], loss="binary_cross_entropy", rng=3)
    x, y = [0.3, -0.7], [1.0]
    derivation = derivation_of(explanation_of_row(network, np.array(x), np.array(y), name), digits=12)
    plain = explain(network, x, y, name).to_dict()
    read = numbers_of(derivation)
    assert [
        [_without_names(form["latex"]) for form in (equation["left"], *equation["forms"])]
        for equation in read["equations"]
    ] == [[form["latex"] for form in (equation["left"], *equation["forms"])] for equation in plain["equations"]]
    assert [
        [
            _without_names(factor[form]["latex"])
            for factor in term["factors"]
            for form in ("symbol", "formula", "numbers")
        ]
        for term in read["terms"]
    ] == [
        [factor[form]["latex"] for factor in term["factors"] for form in ("symbol", "formula", "numbers")]
        for term in plain["terms"]
    ]


def test_a_number_in_a_symbols_place_bears_its_name() -> None:
    network = Network([1, 1], loss="squared_error")
    network.parameters[:] = [0.5, 0.25]
    derivation = derivation_of(explanation_of_row(network, np.array([2.0]), np.array([1.0]), "z1[1]"))
    forms = numbers_of(derivation)["equations"][0]["forms"]
    assert forms[1]["latex"] == (
        r"\htmlData{name=b1(1)}{0.25} + \htmlData{name=W1(1;1)}{0.5} \cdot \htmlData{name=x(1)}{2}"
    )
    assert forms[2]["latex"] == r"\htmlData{name=z1(1)}{1.25}"


def test_the_largest_path_lights_up_first() -> None:
    network = Network([1, 2, 1], "identity", loss="squared_error")
    network.weights[0], network.weights[1] = [[1.0, 1.0]], [[0.5], [3.0]]
    network.biases[0], network.biases[1] = [0.0, 0.0], [0.0]
    derivation = derivation_of(explanation_of_row(network, np.array([1.0]), np.array([0.0]), "x[1]"))
    assert derivation.path == [
        "x[1]", "W1[1,2]", "z1[2]", "a1[2]", "W2[2,1]", "z2[1]", "a2[1]", "loss",
    ]  # fmt: skip


def test_the_perceptrons_rule_is_a_step_on_what_is_wrong() -> None:
    network = Network([2, 1], loss="perceptron")
    network.parameters[:] = [0.5, -1.0, 0.25]
    X, y = np.array([[1.0, 1.0], [2.0, -1.0]]), np.array([[1.0], [1.0]])
    training = Trainer(network, optimizer="sgd", learning_rate=0.1, batch_size=1, shuffle=False).start(X, y)
    wrong = explain_number(training, X[0], y[0], "W1[1,1]", "batch")  # z = -0.25 where 1 is meant
    step = numbers_of(wrong)["step"]
    assert (wrong.value, step["old"], step["new"]) == (-1.0, 0.5, 0.6)
    right = explain_number(training, X[1], y[1], "W1[1,1]")  # z = 2.25
    assert (right.value, right.difference) == (0.0, 0.0)
    assert explain_number(training, X[0], y[0], "loss").value == 0.25
    assert explain_number(training, X[0], y[0], "z1[1]").value == -0.25


def test_of_many_paths_the_largest_are_written_and_the_rest_summed_up() -> None:
    network = Network([2, 40, 40, 1], "tanh", rng=0)
    derivation = derivation_of(explanation_of_row(network, np.array([0.4, 0.9]), np.array([0.3]), "W1[1,7]"))
    read = numbers_of(derivation)
    assert len(read["terms"]) == MOST_TERMS
    assert read["rest"]["count"] == read["term_count"] - MOST_TERMS == 40 - MOST_TERMS
    total = sum(term["value"] for term in read["terms"]) + read["rest"]["value"]
    assert total == pytest.approx(read["value"], rel=1e-9)


@pytest.mark.parametrize("activation", [name for name in ACTIVATIONS if name not in ("exponential", "softmax")])
def test_every_activation_can_be_derived(activation: str) -> None:
    network = Network([2, 3, 1], activation, rng=1)
    derivation = derivation_of(explanation_of_row(network, np.array([0.4, 0.9]), np.array([0.3]), "W1[2,3]"))
    expected = network.backward(network.forward([[0.4, 0.9]]), [[0.3]]).weights[0][1, 2]
    assert derivation.value == expected
    assert derivation.verdict


def test_what_there_is_not_is_refused_with_the_names_that_there_are() -> None:
    training, X, y = made(1)
    with pytest.raises(InputError, match=r"names nothing in this .* There are: W1"):
        explain_number(training, X[0], y[0], "W9[1,1]")
    training.network.parameters[0] = np.nan
    with pytest.raises(InputError, match=r"W1\[1,1\] is not finite"):
        explain_number(training, X[0], y[0], "b1[1]")


def test_it_travels_as_json() -> None:
    training, X, y = made(2)
    derivation = explain_number(training, X[0], y[0], "b1[1]", "batch")
    assert msgspec.json.decode(msgspec.json.encode(derivation), type=Derivation) == derivation
