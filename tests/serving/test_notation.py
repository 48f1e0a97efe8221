"""CSV that is sent is read as the cells of training were, as the commands read files; a query overrules."""

import json

import numpy as np
import pytest

from clearprop import TableRegressor, read_table
from clearprop.serving.answering import of_cells, reply
from clearprop.serving.openapi import openapi
from clearprop.serving.requests import Refused
from clearprop.serving.served import served

HEADER = "size;town;sold\n"
NEW = HEADER + "1.234;Ulm;05/06/2024\nk.A.;k.A.;k.A.\n"


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    """Learned where k.A. is missing, numbers have a decimal comma and points, and days stand first."""
    folder = tmp_path_factory.mktemp("notation")
    rng = np.random.default_rng(0)
    size, town = rng.integers(100, 900_000, 80) / 100, rng.choice(["Ulm", "Bonn", "k.A."], 80)
    cells = [f"{one:,.2f}".replace(",", "_").replace(".", ",").replace("_", ".") for one in size]
    cells[3] = cells[9] = "k.A."
    days = [f"{1 + k % 28:02}/{1 + k % 12:02}/2024" for k in range(80)]
    prices = (3 * size + 1000 * (town == "Ulm")).astype(int).tolist()
    rows = (";".join(map(str, row)) for row in zip(cells, town, days, prices, strict=True))
    (folder / "sales.csv").write_text("size;town;sold;price\n" + "\n".join(rows) + "\n")
    table = read_table(folder / "sales.csv", missing=["k.A."], decimal=",", thousands=".", dates="day-first")
    fitted = TableRegressor(recipe="plain", max_epochs=3, random_state=0).fit(table, "price")
    fitted.save(folder / "sales.model")
    return fitted, served(folder / "sales.model")


def asked(loaded, text, **query):
    answer = reply(loaded, "text/csv", text.encode(), {k: [v.encode()] for k, v in query.items()}, "application/json")
    return json.loads(answer.body)


def test_texts_are_read_as_those_of_training(model):
    fitted, loaded = model
    expected = fitted.predict(
        {"size": [1234.0, None], "town": ["Ulm", None], "sold": [np.datetime64("2024-06-05"), None]}
    )
    answer = asked(loaded, NEW)
    assert answer["predicted"] == expected.tolist()
    said = "missing='k.A.', decimal=',', thousands='.', dates='day-first'; query parameters overrule."
    assert f"cells are read as those of the training table were: {said}" in answer["notes"]


def test_a_query_overrules(model):
    fitted, loaded = model
    text = HEADER + "1,234.5;Ulm;05/06/2024\n"
    answer = asked(loaded, text, decimal=".", thousands=",", dates="month-first", missing="?")
    assert answer["predicted"] == fitted.predict(
        {"size": [1234.5], "town": ["Ulm"], "sold": [np.datetime64("2024-05-06")]}
    ).tolist()  # fmt: skip
    assert "notes" not in answer or not any("training table were" in note for note in answer["notes"])


def test_what_does_not_fit_says_how_it_was_read(model):
    with pytest.raises(Refused) as refused:
        asked(model[1], HEADER + "1,5;Ulm;05/31/2024\n")
    assert "line 2, column 'sold': '05/31/2024' is not a date that is day-first" in refused.value.message
    assert "(cells are read as those of the training table were: missing='k.A.', decimal=','" in refused.value.message
    with pytest.raises(Refused) as refused:  # a header has no cells
        asked(model[1], "")
    assert "training table" not in refused.value.message


def test_a_cell_of_the_form_may_be_missing_by_its_own_spelling(model):
    fitted, loaded = model
    answer = of_cells(loaded, ["k.A.", "k.A.", "2024-06-05"])
    row = {"size": [None], "town": [None], "sold": [np.datetime64("2024-06-05")]}
    assert answer.predicted == fitted.predict(row).tolist()


def test_the_description_says_so(model):
    loaded = model[1]
    info = loaded.info("sales.model")
    assert info.notation == {"missing": ("k.A.",), "decimal": ",", "thousands": ".", "dates": "day-first"}
    parameters = {one["name"]: one["schema"] for one in openapi(loaded, "m")["paths"]["/predict"]["post"]["parameters"]}
    assert parameters["missing"]["default"] == ["k.A."]
    assert {name: parameters[name]["default"] for name in ("decimal", "thousands", "dates")} == {
        "decimal": ",", "thousands": ".", "dates": "day-first",
    }  # fmt: skip
    assert "default" not in parameters["delimiter"]
