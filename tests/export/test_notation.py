"""What is exported reads texts as the cells of training were written, or refuses them: never as something else."""

import json
import math
import subprocess

import numpy as np
import pytest

from clearprop import TableRegressor, read_table
from clearprop.export import to_c, to_json, to_python
from clearprop.tables.cell_notation import CellNotation
from clearprop.tables.reading import read_table_text

from . import models
from .running import compiled, run_node, run_python

GERMAN = {"missing": ["k.A."], "decimal": ",", "thousands": ".", "dates": "day-first"}
EACH = """
function each(row) { try { return predict(given.model, row).prediction[0]; } catch (error) { return error.message; } }
console.log(JSON.stringify(given.rows.map(each)));"""
PYTHON = """
def each(row):
    try:
        return model.predict(row)
    except ValueError as error:
        return str(error)
print(json.dumps([each(row) for row in given]))"""


def german(number):
    return f"{number:,.2f}".replace(",", "_").replace(".", ",").replace("_", ".")


def fitted(folder, **settings):
    rng = np.random.default_rng(0)
    size, town = rng.integers(100, 900_000, 80) / 100, rng.choice(["Ulm", "Bonn", "k.A."], 80)
    cells = [german(one) for one in size]
    cells[3] = cells[9] = "k.A."
    days = [f"{1 + k % 28:02}/{1 + k % 12:02}/2024" for k in range(80)]
    rows = (";".join(map(str, row)) for row in zip(cells, town, days, (3 * size).round().astype(int), strict=True))
    (folder / "sales.csv").write_text("size;town;sold;price\n" + "\n".join(rows) + "\n")
    table = read_table(folder / "sales.csv", **settings)
    return TableRegressor(recipe="plain", max_epochs=3, random_state=0).fit(table, "price")


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    return fitted(tmp_path_factory.mktemp("notation"), **GERMAN)


ROWS = [
    ({"size": "1.234,5", "town": "Ulm", "sold": "5/6/2024"}, (1234.5, "Ulm", "2024-06-05")),
    ({"size": "1.234", "town": "Bonn", "sold": "05.06.24"}, (1234.0, "Bonn", "2024-06-05")),
    ({"size": 1234.5, "town": "Bonn", "sold": "2024-06-05"}, (1234.5, "Bonn", "2024-06-05")),
    ({"size": "k.A.", "town": "k.A.", "sold": "k.A."}, (None, None, None)),
    ({"size": " 7 ", "town": "Ulm", "sold": "31-12-2024 13:30"}, (7.0, "Ulm", "2024-12-31T13:30")),
]
WRONG = [
    ({"size": "1234.5"}, "size: '1234.5' is no number"),
    ({"size": "1.23"}, "size: '1.23' is no number"),
    ({"size": "0.123"}, "size: '0.123' is no number"),
    ({"size": "1,5,5"}, "size: '1,5,5' is no number"),
    ({"size": "1,2.345"}, "size: '1,2.345' is no number"),
    ({"sold": "12/31/2024"}, "sold: '12/31/2024' is no date"),
]


@pytest.mark.parametrize("form", ["python", "json"])
def test_texts_are_read_as_in_training(model, tmp_path, form):
    given = [row for row, _ in ROWS] + [row for row, _ in WRONG]
    if form == "python":
        found = run_python(to_python(model), tmp_path, PYTHON, given)
    else:
        found = run_node(EACH, {"model": json.loads(to_json(model)), "rows": given})
    sizes, towns, days = zip(*(meant for _, meant in ROWS), strict=True)
    sold = [None if day is None else np.datetime64(day) for day in days]
    expected = model.predict({"size": sizes, "town": towns, "sold": sold})
    np.testing.assert_allclose(found[: len(ROWS)], expected, rtol=1e-11)
    for said, (_, words) in zip(found[len(ROWS) :], WRONG, strict=True):
        assert words.replace("'", '"') in said.replace("'", '"')


SIGNS = [{"decimal": ","}, {"decimal": "."}, {"thousands": "'"}, {"thousands": " "}, {"decimal": ",", "thousands": " "}]
TEXTS = ["1", "-2,5", "2.5", "1.234", "1,234", "1.234,56", "1,234.56", "12'345.5", "1 234,5", "1\u202f234", "1e3", ",5",
         ".5", "+7", "1.2.3", "1.2345", "0.123", "1..234", "12.3456,1", "1234.567", "-1.000.000", ""]  # fmt: skip


@pytest.mark.parametrize("signs", SIGNS, ids=str)
def test_a_number_is_what_a_file_would_have_or_none(signs):
    """Whatever is read is what the reader of files makes of the text, in Python and in JavaScript."""
    one = model_of(signs)
    module = {"__name__": "model"}
    exec(to_python(one), module)
    call = """console.log(JSON.stringify(given.texts.map((x) => {
        try { return predict(given.model, { x }).prediction[0]; } catch { return null; } })));"""
    by_node = run_node(call, {"model": json.loads(to_json(one)), "texts": TEXTS})
    compared = 0
    for text, other in zip(TEXTS, by_node, strict=True):
        try:
            own = module["predict"]({"x": text})
        except ValueError:
            own = None
        assert (own is None) == (other is None), text
        if own is None or not text:
            continue
        assert own == pytest.approx(other, rel=1e-11), text
        (meant,) = read_table_text(f'x\n"{text}"\n"0{signs.get("decimal", ".")}5"\n', "t", **signs).columns
        assert own == pytest.approx(one.predict(meant_table(meant.values[0])).values[0], rel=1e-11), text
        compared += 1
    assert compared >= 6


def meant_table(x):
    from clearprop.tables.frames import as_table

    return as_table({"x": [float(x)]})


def model_of(signs):
    """A predictor of one number, of a file of this notation."""
    from dataclasses import replace

    x = np.linspace(-2000, 2000, 60)
    trained = TableRegressor(recipe="plain", max_epochs=2, random_state=0, members=1).fit({"x": x}, np.tanh(x / 900))
    return replace(trained.predictor_, notation=CellNotation(**signs))


def test_a_form_of_dates_is_left_to_the_file(tmp_path):
    model = fitted(tmp_path, **{**GERMAN, "dates": "%d/%m/%Y"})
    text = to_python(model)
    assert "dates are as 2024-03-31 (in the table as %d/%m/%Y)" in " ".join(text.split())
    module = {"__name__": "model"}
    exec(text, module)
    with pytest.raises(ValueError, match="is no date, such as 2024-03-31"):
        module["predict"]({"sold": "05/06/2024"})


def test_without_a_notation_nothing_is_different():
    text = to_python(model_of({}))
    assert "def plain" not in text
    assert "Texts are read" not in text
    assert json.loads(to_json(model_of({})))["notation"] is None


def test_the_module_takes_a_file_of_the_notation_and_refuses_another(model, tmp_path):
    (tmp_path / "model.py").write_text(to_python(model), encoding="utf-8")
    run = [__import__("sys").executable, "-I", "-S", "model.py"]
    (tmp_path / "new.csv").write_text("size;town;sold\n1.234,5;Ulm;05/06/2024\nk.A.;k.A.;k.A.\n")
    done = subprocess.run([*run, "new.csv"], cwd=tmp_path, capture_output=True, text=True, check=True)
    row = {"size": [1234.5, None], "town": ["Ulm", None], "sold": [np.datetime64("2024-06-05"), None]}
    np.testing.assert_allclose(list(map(float, done.stdout.split())), model.predict(row), rtol=1e-12)
    (tmp_path / "other.csv").write_text("Size;town\n1;Ulm\n")
    done = subprocess.run([*run, "other.csv"], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (1, "")
    assert "other.csv has no column 'size', 'sold'" in done.stderr


def test_the_program_in_c_refuses_what_is_no_number_and_lines_of_other_cells(model, tmp_path):
    program = compiled(to_c(model), tmp_path)

    def answered(text):
        done = subprocess.run([str(program)], input=text, capture_output=True, text=True, check=False)
        return done.returncode, done.stdout, done.stderr

    status, out, _ = answered("1234.5\tUlm\t1717545600\n\tk.A.\t\n")
    row = {"size": [1234.5, None], "town": ["Ulm", None], "sold": [np.datetime64("2024-06-05"), None]}
    np.testing.assert_allclose(list(map(float, out.split())), model.predict(row), rtol=1e-12)
    assert status == 0
    assert answered("1.234,5\tUlm\t\n") == (1, "", "size: 1.234,5 is no number, such as 1.5\n")
    assert answered("1234.5;Ulm;\n") == (1, "", "a row has 3 cells, with a tab between them\n")
    assert answered("1\tUlm\t\tmore\n")[:2] == (1, "")
    network = compiled(to_c(models.small_network(), "network"), tmp_path, "network")
    done = subprocess.run([str(network)], input="0.5 -1.0\n0,5 1\n", capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (1, "a row has 2 numbers, such as 1.5, blanks between\n")
    assert math.isclose(float(done.stdout), models.small_network().predict([[0.5, -1.0]]).item(), rel_tol=1e-12)
