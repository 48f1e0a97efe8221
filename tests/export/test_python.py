"""Python: the module, run by a Python that has nothing else, says what the model says."""

import csv
import datetime as dt
import subprocess
import sys

import numpy as np
import pytest

from clearprop import Ensemble, Network
from clearprop.activations import ACTIVATIONS
from clearprop.export import to_python

from ..extent import WHOLE
from . import models
from .running import run_python

ALL = "print(json.dumps([model.predict(x) for x in given]))"


def module_of(text):
    """The module, run here."""
    names = {"__name__": "model"}
    exec(compile(text, "model.py", "exec"), names)
    return names


def exact(model):
    """The float64 network or ensemble of the numbers that are written."""
    if isinstance(model, Ensemble):
        return Ensemble([models.rounded_to_digits(member) for member in model.members])
    return models.rounded_to_digits(model)


@pytest.mark.parametrize("dtype", models.DTYPES)
def test_every_activation_with_every_input(dtype, tmp_path):
    """To 1e-12 with the numbers that are written; of float32 to what float32 rounds."""
    for activation, network in models.networks_of_all_activations(dtype).items():
        X = models.rows_for(network, n=100)
        module = module_of(to_python(network))
        found = np.array([module["predict"](x) for x in X.tolist()])
        same, scale = exact(network).predict(X.astype(np.float64)), np.abs(found).max()
        np.testing.assert_allclose(found, same, rtol=1e-12, atol=1e-12 * scale, err_msg=activation)
        np.testing.assert_allclose(found, network.predict(X), rtol=0, atol=2e-5 * scale, err_msg=activation)
    assert set(models.networks_of_all_activations(dtype)) == set(ACTIVATIONS)


def test_a_thousand_rows_without_packages(tmp_path):
    network = models.network("mish", "float64", share=True, inputs=True)
    X = models.rows_for(network)
    found = run_python(to_python(network), tmp_path, ALL, X.tolist())
    np.testing.assert_allclose(found, network.predict(X), rtol=1e-12, atol=1e-13)


def test_an_ensemble(tmp_path):
    ensemble = models.ensemble("float64")
    X = models.rows_for(ensemble)
    code = "print(json.dumps([[model.predict(x), model.probabilities(x)] for x in given]))"
    labels, probabilities = zip(*run_python(to_python(ensemble), tmp_path, code, X.tolist()), strict=True)
    expected = ensemble.predict(X)
    np.testing.assert_allclose(probabilities, expected, rtol=1e-12, atol=1e-15)
    assert list(labels) == expected.argmax(axis=1).tolist()


def test_large_sums_overflow_nothing():
    for activation in ACTIVATIONS:
        network = Network([1, 1], output_activation=activation, initializer="zeros", rng=0)
        network.weights[0] = [[1.0]]
        predict = module_of(to_python(network))["predict"]
        for z in (-1e4, -800.0, -40.0, 40.0, 800.0, 1e4):
            with np.errstate(over="ignore"):
                expected = network.predict([[z]]).item()
            assert predict([z]) == pytest.approx(expected, rel=1e-12, abs=0), (activation, z)


def test_two_of_one_function_with_other_numbers():
    from clearprop.activations import Elu

    network = Network([2, 3, 3, 3, 1], [Elu(0.5), Elu(2.0), Elu(0.5)], rng=0)
    X = models.rows_for(network, n=20)
    module = module_of(to_python(network))
    np.testing.assert_allclose([module["predict"](x) for x in X.tolist()], network.predict(X)[:, 0], rtol=1e-12)
    assert "def elu(z)" in to_python(network)
    assert "def elu_2(z)" in to_python(network)


def test_estimators(estimators):
    X, _ = models.numbers(n=200)
    for what, model in estimators.items():
        module = module_of(to_python(model))
        found, expected = [module["predict"](x) for x in X.tolist()], model.predict(X)
        if "labels" not in what and not hasattr(model, "classes_"):
            np.testing.assert_allclose(found, expected, rtol=1e-10, atol=1e-10, err_msg=what)
            continue
        assert (np.array(found) == expected).all(), what
        if hasattr(model, "predict_proba"):
            probabilities = [module["probabilities"](x) for x in X.tolist()]
            np.testing.assert_allclose(probabilities, model.predict_proba(X), rtol=1e-10, atol=1e-13, err_msg=what)
        else:
            decisions = model.decision_function(X)
            scores = np.array([module["scores"](x) for x in X.tolist()])
            np.testing.assert_allclose(
                scores[:, -1], decisions if decisions.ndim == 1 else decisions[:, -1], rtol=1e-10
            )


def test_tables(tables, other_rows, tmp_path):
    rows = models.dictionaries(other_rows.iloc[3:])  # of which JSON holds every number
    code = (
        "numbers = getattr(model, 'probabilities', model.predict)\n"
        "print(json.dumps([[model.predict(row), numbers(row)] for row in given]))"
    )
    for number, (what, model) in enumerate(tables.items()):
        n = len(rows) if number == 0 or WHOLE else 100  # Python is slow
        folder = tmp_path / str(number)
        folder.mkdir()
        found, numbers = zip(*run_python(to_python(model), folder, code, rows[:n]), strict=True)
        frame, exactly = other_rows.iloc[3 : 3 + n], model.predictor_.networks[0].dtype == np.float64
        expected = model.predict(frame)
        if models.is_classifier(model):
            assert list(found) == expected.tolist(), what
            expected = model.predict_proba(frame)
        np.testing.assert_allclose(numbers, expected, rtol=1e-10 if exactly else 1e-5, atol=1e-12 if exactly else 1e-6)


def test_cells_as_a_file_has_them(tables):
    """Texts of numbers, white space, other spellings of the same, and what stands for a missing cell."""
    model = tables["plain, two classes"]
    probabilities = module_of(to_python(model))["probabilities"]
    row = {"age": 30.0, "large": 2**60, "colour": "red", "size": "small", "paid": True, "city": "c1", "grade": "1"}
    row |= {"day": "2021-03-14", "zoned": "2021-07-01T10:30:00+02:00", "note": "there"}
    same = [
        {"age": " 30 "}, {"age": "3e1"}, {"colour": " red"}, {"paid": "TRUE"}, {"paid": 1}, {"paid": "yes"},
        {"grade": 1}, {"grade": 1.0}, {"grade": "1.0"}, {"day": "2021-03-14 00:00"}, {"day": dt.date(2021, 3, 14)},
        {"zoned": "2021-07-01 08:30Z"}, {"zoned": "2021-07-01T08:30:00.000+0000"}, {"zoned": 1625128200},
        {"note": "something else"}, {"unused": 1},
    ]  # fmt: skip
    for change in same:
        assert probabilities({**row, **change}) == probabilities(row), change
    for name in row:
        without = probabilities({one: cell for one, cell in row.items() if one != name})
        for missing in (None, float("nan"), "", "  ", "NA", "null"):
            assert probabilities({**row, name: missing}) == without, (name, missing)
    assert probabilities({**row, "grade": 0.5}) == probabilities({**row, "grade": ".50"})
    assert probabilities({**row, "grade": "true"}) == probabilities({**row, "grade": True})
    expected = model.predict_proba([{**row, "zoned": dt.datetime(2021, 7, 1, 8, 30, tzinfo=dt.UTC)}])[0]
    np.testing.assert_allclose(probabilities(row), expected, rtol=1e-12)


@pytest.mark.parametrize(
    ("cells", "message"),
    [
        ({"age": "old"}, "age: 'old' is no number"),
        ({"paid": "perhaps"}, "paid: 'perhaps' is neither true nor false"),
        ({"paid": 0.5}, "paid: 0.5 is neither true nor false"),
        ({"day": "2021-02-30"}, "day: '2021-02-30' is no date"),
        ({"day": "31.12.2021"}, "day: '31.12.2021' is no date"),
        ({"day": "2021-02-03 25:00"}, "day: '2021-02-03 25:00' is no date"),
        ({"day": "soon"}, "day: 'soon' is no date"),
        ({"day": "2021-03-14T12:00Z"}, "day: '2021-03-14T12:00Z' has a time zone, and the dates of training had none"),
        ({"day": dt.datetime(2021, 3, 14, tzinfo=dt.UTC)}, "day: datetime.* has a time zone, .* training had none"),
        ({"zoned": "2021-07-01 08:30"}, "zoned: '2021-07-01 08:30' has no time zone, .* of training had one"),
    ],
)
def test_cells_that_cannot_be_taken(cells, message, tables):
    with pytest.raises(ValueError, match=message):
        module_of(to_python(tables["plain, two classes"]))["predict"](cells)


def test_every_day_of_many_years():
    """The calendar, against Python's own."""
    from clearprop.export.python.cells import CALENDAR, MOMENT

    names = {}
    exec(CALENDAR + "\n" + MOMENT, names)
    first = dt.date(1890, 1, 1).toordinal()
    epoch = dt.date(1970, 1, 1).toordinal()
    for ordinal in range(first, first + 366 * 250):
        date = dt.date.fromordinal(ordinal)
        assert names["calendar"](ordinal - epoch) == (date.year, date.month - 1, date.day - 1)
        assert names["days_since_1970"](date.year, date.month, date.day) == ordinal - epoch


def test_the_module_run_by_itself(tables, other_rows, tmp_path):
    rows = models.dictionaries(other_rows.iloc[3:8])
    with (tmp_path / "rows.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows(rows)
    model = tables["plain, three classes, no temperature"]
    (tmp_path / "model.py").write_text(to_python(model), encoding="utf-8")
    (tmp_path / "network.py").write_text(to_python(models.small_network(), "network"), encoding="utf-8")

    def printed(*arguments):
        command = [sys.executable, "-I", "-S", *arguments]
        return subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True).stdout.split()

    assert printed("model.py", "rows.csv") == [str(label) for label in model.predict(other_rows)[3:8]]
    (number,) = map(float, printed("network.py", "0.5", "-1.0"))
    assert number == pytest.approx(models.small_network().predict([[0.5, -1.0]]).item(), rel=1e-14)


def test_it_reads_like_the_article():
    text = to_python(models.small_network(), "small")
    loop = """\
def feed_forward(inputs, layers):
    \"\"\"The outputs of a network: each neuron begins at its bias, adds up its inputs times their weights
    to z, and passes z through its layer's function.\"\"\"
    a = inputs
    for function, neurons in layers:
        outputs = []
        for bias, weights in neurons:
            z = bias
            for i, weight in enumerate(weights):
                z += a[i] * weight
            outputs.append(function(z))
        a = outputs
    return a
"""
    assert loop in text
    assert "import small\n    small.predict([x1, x2])\n" in text
    assert max(map(len, text.splitlines())) <= 120


def test_it_needs_nothing_newer_than_python_3_8(tables):
    import ast

    for model in (*tables.values(), models.network("mish", "float32", share=True, inputs=True)):
        tree = ast.parse(to_python(model), feature_version=(3, 8))
        imported = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
        assert imported <= {"math", "csv", "sys"}
        assert not any(isinstance(node, ast.JoinedStr) for node in ast.walk(tree))
