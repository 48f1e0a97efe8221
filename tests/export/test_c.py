"""C: the header, compiled with all warnings as errors, says what the model says."""

import numpy as np
import pytest

from clearprop import InputError, Network
from clearprop.activations import ACTIVATIONS, Elu
from clearprop.export import to_c

from . import models
from .running import as_lines, built, compiled, run_program


def numbers_of(lines):
    return np.array([[float(cell) for cell in line] for line in lines])


def answered(model, X, folder, name="model", **how):
    """What the program of a model of numbers prints for rows."""
    lines = [" ".join(repr(float(number)) for number in row) for row in X]
    return run_program(compiled(to_c(model, name), folder, name, **how), lines)


@pytest.mark.parametrize("dtype", models.DTYPES)
def test_every_activation_with_every_input(dtype, tmp_path):
    """All in one program, which includes a header for each: no name of one is a name of another."""
    networks = models.networks_of_all_activations(dtype)
    real = {"float32": "float", "float64": "double"}[dtype]
    calls = []
    for name, network in networks.items():
        (tmp_path / f"{name}.h").write_text(to_c(network, name), encoding="utf-8")
        calls.append(
            f'for (int i = 0; i < {network.n_columns}; i++) {{ scanf("%lf", &number); x[i] = ({real})number; }}\n'
            f'{name}_predict(x, out); printf("%.17g\\t%.17g\\n", (double)out[0], (double)out[1]);'
        )
    program = "".join(f'#include "{name}.h"\n' for name in networks)
    program += f"#include <stdio.h>\nint main(void) {{ double number; {real} x[99], out[2];\n"
    program += "for (int row = 0; row < 1000; row++) {\n" + "\n".join(calls) + "\n}\nreturn 0; }\n"
    (tmp_path / "all.c").write_text(program, encoding="utf-8")
    rows = {name: models.rows_for(network) for name, network in networks.items()}
    lines = [" ".join(repr(float(number)) for name in networks for number in rows[name][row]) for row in range(1000)]
    target = built(tmp_path / "all.c", tmp_path / "all", ["-O1", "-Wno-unused-result"])
    found = numbers_of(run_program(target, lines)).reshape(1000, len(networks), 2)
    for place, (name, network) in enumerate(networks.items()):
        expected = network.predict(rows[name])
        tolerance = 1e-6 if dtype == "float64" else 2e-5
        np.testing.assert_allclose(
            found[:, place], expected, rtol=0, atol=tolerance * max(1, np.abs(expected).max()), err_msg=name
        )
    assert set(networks) == set(ACTIVATIONS)


@pytest.mark.parametrize("as_cpp", [False, True])
def test_an_ensemble(as_cpp, tmp_path):
    ensemble = models.ensemble("float64")
    X = models.rows_for(ensemble)
    labels, *numbers = zip(*answered(ensemble, X, tmp_path, as_cpp=as_cpp), strict=True)
    expected = ensemble.predict(X)
    np.testing.assert_allclose(np.array(numbers, dtype=float).T, expected, atol=1e-12)
    assert [int(label) for label in labels] == expected.argmax(axis=1).tolist()


def test_two_of_one_function_and_a_softmax_within(tmp_path):
    network = Network([2, 3, 3, 3, 1], [Elu(0.5), "softmax", Elu(2.0)], rng=0, trainable_share=True)
    network.parameters = network.parameters + np.random.default_rng(0).normal(0, 0.3, network.parameters.size)
    X = models.rows_for(network, n=100)
    np.testing.assert_allclose(numbers_of(answered(network, X, tmp_path)), network.predict(X), rtol=1e-12)


@pytest.mark.parametrize("dtype", models.DTYPES)
def test_large_sums_overflow_nothing(dtype, tmp_path):
    network = Network([3, 3], loss="cross_entropy", dtype=dtype, rng=0)
    network.weights[0] = np.eye(3)
    X = np.array([[1e4, -1e4, 0], [-1e4, -1e4, -1e4], [800, 700, 799]], dtype=dtype)
    found = numbers_of(answered(network, X, tmp_path))
    np.testing.assert_allclose(found[:, 1:], network.predict(X), rtol=1e-6)


def test_a_code_beyond_the_table_reads_nothing_beside_it(tmp_path):
    network = models.network("tanh", "float64", inputs=True)
    X = models.rows_for(network, n=4)
    X[:, 4] = [-1, -7, 99, 1e9]
    found = numbers_of(answered(network, X, tmp_path))
    X[:, 4] = -1
    np.testing.assert_allclose(found, network.predict(X), rtol=1e-12)


@pytest.mark.parametrize(
    "what", ["two objects", "two booleans", "three floats", "outputs over their sum", "hinge of two", "hinge of three",
             "hinge with probabilities", "several labels", "perceptron of two", "two numbers"],
)  # fmt: skip
def test_estimators(what, estimators, tmp_path):
    model = estimators[what]
    X, _ = models.numbers()
    lines, expected = answered(model, X, tmp_path), model.predict(X)
    if not hasattr(model, "classes_"):
        np.testing.assert_allclose(numbers_of(lines), expected, rtol=1e-9, atol=1e-9)
        return
    if what == "several labels":
        assert [[int(cell) for cell in line[:3]] for line in lines] == expected.tolist()
        numbers = numbers_of([line[3:] for line in lines])
    else:
        written = {"b": lambda label: str(int(label)), "f": "{:g}".format}.get(model.classes_.dtype.kind, str)
        texts = list(map(written, model.classes_.tolist()))
        assert [texts.index(line[0]) for line in lines] == np.searchsorted(model.classes_, expected).tolist()
        numbers = numbers_of([line[1:] for line in lines])
    if hasattr(model, "predict_proba"):
        np.testing.assert_allclose(numbers, model.predict_proba(X), atol=1e-9)
    else:
        decisions = model.decision_function(X)
        np.testing.assert_allclose(numbers[:, -1], decisions if decisions.ndim == 1 else decisions[:, -1], rtol=1e-9)


@pytest.mark.parametrize("number", range(6))
def test_tables(number, tables, other_rows, tmp_path):
    what, model = list(tables.items())[number]
    cells = models.plain_cells(other_rows, models.kinds_of(model))
    lines = run_program(
        compiled(to_c(model, "table"), tmp_path, "table", as_cpp=number % 2 == 1), as_lines(cells.values())
    )
    assert len(lines) == models.ROWS
    expected, numbers = model.predict(other_rows), lines
    if models.is_classifier(model):
        texts = [str(int(label)) if isinstance(label, np.bool_) else str(label) for label in expected]
        assert [line[0] for line in lines] == texts, what
        expected, numbers = model.predict_proba(other_rows), [line[1:] for line in lines]
    found = numbers_of(numbers).reshape(expected.shape)
    np.testing.assert_allclose(found, expected, rtol=1e-6, atol=1e-6)


def test_names_that_are_reserved_doubled_or_no_words(tmp_path):
    names = [
        "int",
        "class",
        "Class",
        "größe",
        "2nd",
        "",
        "大きさ",
        "a b",
        "a-b",
        "linux",
        "x",
        "*/ int main() {",
        "??/",
    ]
    model, frame = models.of_names(names)
    path = compiled(to_c(model), tmp_path)
    lines = run_program(path, as_lines(frame.T.tolist()))
    np.testing.assert_allclose(numbers_of(lines)[:, 0], models.answers_for(model, names, frame), rtol=1e-9)
    compiled(to_c(model), tmp_path, as_cpp=True)


def test_numbers_are_those_of_the_model(tmp_path):
    """Read back from the text they are the same, to the last bit."""
    for dtype, kind in (("float64", float), ("float32", np.float32)):
        network = Network([1, 200, 1], dtype=dtype, rng=0)
        network.parameters = 10.0 ** np.random.default_rng(0).uniform(-30, 30, network.parameters.size)
        text = to_c(network)
        body = text.split("_W1[200][1] = {")[1].split("};")[0]
        read = [kind(word.strip("{} \n").rstrip("f")) for word in body.split(",") if word.strip()]
        assert read == network.weights[0][0].tolist()


@pytest.mark.parametrize(("text", "message"), [("a\0b", "has a NUL in it"), ("x" * 5000, "longer than 4,095 bytes")])
def test_categories_that_no_string_of_c_is(text, message):
    with pytest.raises(InputError, match=message):
        to_c(models.of_texts(["red", text], ["no", "yes"]))


def test_a_class_that_no_string_of_c_is():
    with pytest.raises(InputError, match="longer than 4,095 bytes"):
        to_c(models.of_texts(["red", "blue"], ["no", "y" * 5000]))
