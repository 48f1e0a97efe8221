"""The six outputs, to the last printed digit, each digit written here once more."""

import ast
import sys
from pathlib import Path

import numpy as np
import pytest
from sklearn.datasets import make_blobs
from sklearn.model_selection import train_test_split

import clearprop.article
from clearprop.article import (
    ROWS,
    TARGETS,
    TEST_ROWS,
    TEST_TARGETS,
    Output,
    Perceptron,
    blobs,
    new_network,
    reproduce,
)

NEW = {
    "hidden": [
        [0.17152165622510307, 0.6852769816973125, 0.8338968626360765],
        [0.3069662196722378, 0.8936130796833973, 0.7215438617683047],
    ],
    "output": [
        [0.18993895420479678, 0.5542275911247871, 0.3521319540266141],
        [0.18189240266007867, 0.7856017618643588, 0.9654832224119693],
    ],
}
FITTED = {
    "hidden": [
        [0.17144536825966872, 0.6847811099219888, 0.8335306804019916],
        [0.30693386560411573, 0.8934027782406043, 0.7213885622413188],
    ],
    "output": [
        [-0.17443398067742752, 0.18992000411213625, -0.012215751817731987],
        [-0.46007404797898116, 0.14375052049004067, 0.3235612337593173],
    ],
}
HIDDEN_Z = [8.623469870999047, 9.576717036602751]
HIDDEN_A = [0.9998201971688595, 0.9999306806422639]
OUTPUT_Z = [0.0032454204158872714, 0.007217342007028449]
OUTPUT_A = [0.5008113543918223, 0.5018043276694744]


def expected_info(numbers, first, second):
    """The article's layout around given numbers; `first` and `second` are input, z and a of the two layers."""
    lines = [
        "========= [ Neural Network ] =========",
        "Learning Rate (eta): 0.05",
        "Maximum Iterations (epoch): 100",
        "Hidden Layer Sizes: [2]",
    ]
    for number, (neurons, remembered) in enumerate(((numbers["hidden"], first), (numbers["output"], second)), start=1):
        lines += [f"~~~~~~ [ Layer - {number} ] ~~~~~~", "No. of Neurons: 2"]
        lines += [
            f"{name}: {values}" for name, values in zip(("Input", "Z Values", "A Values"), remembered, strict=True)
        ]
        for bias, *weights in neurons:
            lines += ["--- [ Neuron ] ---", "No. of Inputs: 2", f"Bias: {bias} , Weights: {weights}"]
    return "\n".join([*lines, "======================================", ""])


@pytest.fixture(scope="module")
def outputs():
    return reproduce()


def test_outputs_1_to_3(capsys):
    train_rows, test_rows, train_classes, test_classes = blobs()
    perceptron = Perceptron(rng=np.random.RandomState(7))
    perceptron.info()
    perceptron.fit(train_rows, train_classes)
    perceptron.info()
    assert capsys.readouterr().out == (
        "Bias: [0.07630829] , Weights: None\nBias: [0.02630829] , Weights: [0.8253873  0.32945949]\n"
    )
    assert np.mean(perceptron.predict(test_rows) == test_classes) == 0.84


def test_blobs_are_scikit_learns():
    rows, classes = make_blobs(
        n_samples=100, n_features=2, centers=[[-3.5, -2.0], [2.5, 3.5]], cluster_std=2.25, random_state=5
    )
    for ours, theirs in zip(blobs(), train_test_split(rows, classes, test_size=0.25, random_state=5), strict=True):
        assert ours.dtype == theirs.dtype
        assert ours.tobytes() == theirs.tobytes()


def test_outputs_4_to_6(capsys):
    network = new_network()
    network.info()
    zeros = ([0.0, 0.0],) * 3
    assert capsys.readouterr().out == expected_info(NEW, zeros, zeros)
    network.fit(ROWS, TARGETS)
    network.info()
    assert capsys.readouterr().out == expected_info(
        FITTED, ([6.5, 4.8], HIDDEN_Z, HIDDEN_A), (HIDDEN_A, OUTPUT_Z, OUTPUT_A)
    )
    assert network.predict(TEST_ROWS) == [1, 0, 1] == list(TEST_TARGETS)
    assert network.predict(ROWS) == [0, 1, 1, 1, 1, 1, 0, 1, 0, 1]


def test_reproduce(outputs):
    assert [output.number for output in outputs] == [1, 2, 3, 4, 5, 6]
    assert all(output.matches for output in outputs)
    assert [len(output.comparisons()) for output in outputs] == [2, 2, 1, 21, 26, 2]
    assert outputs[2].values == {"accuracy": 0.84}
    assert outputs[3].values["b1"] == [neuron[0] for neuron in NEW["hidden"]]
    assert outputs[4].values["W2"] == np.array(FITTED["output"])[:, 1:].T.tolist()
    assert outputs[5].values == {"predicted": [1, 0, 1], "actual": [1, 0, 1]}


def test_an_output_of_other_digits_does_not_match(outputs):
    fifth = outputs[4]
    value = fifth.values["a2"][1]
    other = Output(5, fifth.title, fifth.values | {"a2": [0.5008113543918223, np.nextafter(value, 1.0)]}, fifth.printed)
    assert not other.matches
    assert [row.name for row in other.comparisons() if not row.matches] == ["a2[2]"]


def test_names_say_from_and_to(outputs):
    rows = {row.name: row.computed for row in outputs[4].comparisons()}
    assert rows["W1[1,2]"] == "0.8934027782406043"
    assert rows["W2[2,1]"] == "-0.012215751817731987"
    assert rows["input1"] == "6.5, 4.8"


def test_public_names():
    assert sorted(clearprop.article.__all__) == sorted(set(clearprop.article.__all__))
    for name in clearprop.article.__all__:
        assert getattr(clearprop.article, name) is not None


def imported_names(tree):
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        if isinstance(node, ast.ImportFrom):
            yield node.module


SOURCES = sorted(Path(clearprop.article.__file__).parent.rglob("*.py"))


@pytest.mark.parametrize("source", SOURCES, ids=lambda path: path.stem)
def test_stands_alone(source):
    tree = ast.parse(source.read_text(encoding="utf-8"))
    names = set(imported_names(tree))
    at_the_top = set(imported_names(ast.Module([node for node in tree.body if not hasattr(node, "body")], [])))
    assert {
        name for name in names if name.startswith("clearprop") and not name.startswith("clearprop.article")
    } == set()
    packages = {name.split(".")[0] for name in at_the_top} - {"numpy", "clearprop"}
    assert packages <= sys.stdlib_module_names
    assert names == at_the_top


def test_sources_were_found():
    assert len(SOURCES) > 10
