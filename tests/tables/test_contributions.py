"""A prediction taken apart column by column: the parts add up, and are what an independent integral says."""

import json

import jsonschema
import numpy as np
import pandas as pd
import pytest

from clearprop import ContributionsDisplay, Network, TableClassifier, TableRegressor, explain, load
from clearprop.explanation import SCHEMA
from clearprop.tables.frames import as_table
from clearprop.tables.predictor import TablePredictor

TOWNS = [f"town {number}" for number in range(12)]


def mixed(n=160, seed=0):
    """A column of every kind, and what to learn of them."""
    rng = np.random.default_rng(seed)
    size, age = rng.normal(60, 15, n), rng.uniform(0, 40, n)
    town, colour, lift = rng.integers(12, size=n), rng.integers(3, size=n), rng.random(n) < 0.4
    sold = np.datetime64("2024-01-01") + rng.integers(0, 700, n).astype("timedelta64[D]")
    frame = pd.DataFrame(
        {
            "size": size,
            "age": np.where(rng.random(n) < 0.15, np.nan, age),
            "town": [TOWNS[k] for k in town],
            "colour": [None if k == 2 and i % 3 == 0 else ("red", "blue", "green")[k] for i, k in enumerate(colour)],
            "lift": lift,
            "side": np.where(rng.random(n) < 0.7, "left", "right"),
            "sold": sold,
            "garden": [None if r < 0.6 else "x" for r in rng.random(n)],
        }
    )
    price = 3 * size - 2 * age + 4 * town + 20 * lift + 15 * (colour == 1) + rng.normal(0, 3, n)
    return frame, price


def row_of(frame, **cells):
    """A row that differs from a typical one in every column."""
    row = frame.iloc[[7]].copy()
    for name, cell in cells.items():
        row[name] = cell
    return row


FRAME, PRICE = mixed()
ROW = row_of(FRAME, size=95.0, age=np.nan, town="town 11", lift=True, garden="x")
CLASSES = {
    2: np.where(np.median(PRICE) < PRICE, "dear", "cheap"),
    3: np.digitize(PRICE, np.quantile(PRICE, [0.4, 0.8])),
}
QUICK = {"random_state": 0, "max_epochs": 30}


@pytest.fixture(scope="module", params=["plain", "auto"])
def recipe(request):
    return request.param


def typical(model):
    """What the model answers for the typical row, by its own way."""
    return model.predictor_.answers(model.predictor_.prepared(model.predictor_.preparation.typical_row))[0]


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("members", [1, 3])
def test_parts_of_a_quantity_add_up(recipe, members, dtype):
    model = TableRegressor(recipe=recipe, members=members, dtype=dtype, **QUICK).fit(FRAME, PRICE)
    found = model.explain(ROW).columns
    assert found.names == tuple(FRAME.columns)
    assert found.value == pytest.approx(model.predict(ROW)[0], rel=1e-12)
    assert found.baseline_value == pytest.approx(typical(model), rel=1e-5 if dtype == "float32" else 1e-12)
    assert found.baseline_value + found.values.sum() + found.remainder + found.limited == pytest.approx(found.value)
    assert abs(found.remainder) <= 2e-3 * np.abs(found.values).sum()
    assert found.member_values.shape == (members, 8)
    assert found.member_values.mean(axis=0) == pytest.approx(found.values)
    assert found.log_odds is None


@pytest.mark.parametrize("members", [1, 3])
@pytest.mark.parametrize("classes", [2, 3])
def test_parts_of_a_class_add_up_in_probability_and_in_log_odds(recipe, classes, members):
    model = TableClassifier(recipe=recipe, members=members, **QUICK).fit(FRAME, CLASSES[classes])
    found, given = model.explain(ROW).columns, model.predict_proba(ROW)[0]
    number = int(np.argmax(given))
    assert found.of == f"the probability of y = {model.classes_[number]}"
    assert found.value == pytest.approx(given.max(), rel=1e-6)
    assert found.baseline_value == pytest.approx(typical(model)[number], rel=1e-4)
    assert abs(found.remainder) <= 2e-3 * np.abs(found.values).sum()
    for odds, p in ((found.value_log_odds, found.value), (found.baseline_log_odds, found.baseline_value)):
        assert odds == pytest.approx(np.log(p / (1 - p)), rel=1e-4, abs=1e-4)
    change = found.value_log_odds - found.baseline_log_odds
    assert found.log_odds.sum() == pytest.approx(change, abs=2e-3 * np.abs(found.log_odds).sum())


def test_a_linear_model_gives_weight_times_way():
    frame = FRAME[["size", "lift", "side", "colour"]]
    model = TableRegressor(recipe="plain", hidden_layer_sizes=(), random_state=0, max_epochs=40).fit(frame, PRICE)
    row = frame.iloc[[3]].assign(size=100.0, lift=True, side="right", colour="blue")
    found, target = model.explain(row).columns, model.predictor_.target
    names = model.predictor_.preparation.feature_names
    weight = dict(zip(names, model.network_.weights[0][:, 0] * target.scale, strict=True))
    scale = model.predictor_.preparation.parts[0].scaling.scale
    held_against = dict(zip(found.names, found.typical, strict=True))
    median = float(np.median(frame["size"]))
    expected = [
        weight["size"] * (100 - median) / scale,
        weight["lift"] * 2,  # from -1 to 1
        weight["side=right"] * 2,
        weight["colour=blue"] - weight[f"colour={held_against['colour']}"],
    ]
    assert held_against["lift"] == "False"
    assert held_against["side"] == "left"
    assert found.values == pytest.approx(expected, rel=1e-10)
    assert abs(found.remainder) < 1e-9


def test_parts_are_those_of_a_fine_sum_of_differences():
    frame = FRAME[["size", "age", "lift"]].fillna(20.0)
    model = TableClassifier(recipe="plain", activation="tanh", random_state=0, max_epochs=30).fit(frame, CLASSES[3])
    predictor, row = model.predictor_, frame.iloc[[5]].assign(size=99.0, lift=True)
    end, start = (predictor.prepared(table)[0] for table in (as_table(row), predictor.preparation.typical_row))
    number, points, step = int(np.argmax(model.predict_proba(row))), 2000, 1e-5
    along = start + (np.arange(points)[:, np.newaxis] + 0.5) / points * (end - start)
    inputs = []
    for place in range(len(start)):
        way = np.zeros(len(start))
        way[place] = step
        slopes = (predictor.answers(along + way) - predictor.answers(along - way))[:, number] / (2 * step)
        inputs.append(slopes.mean() * (end - start)[place])
    expected = [sum(inputs[place] for place in span) for span in predictor.spans.values()]
    assert model.explain(row).columns.values == pytest.approx(expected, rel=1e-4, abs=1e-7)


def test_a_column_with_the_typical_cell_adds_nothing(recipe):
    model = TableRegressor(recipe=recipe, **QUICK).fit(FRAME, PRICE)
    columns = model.predictor_.preparation.typical_row.columns
    cells = {c.name: (None if c.is_missing[0] else c.texts[0]) for c in columns}
    found = model.explain({**cells, "size": 100.0}).columns
    assert found.names[np.flatnonzero(found.values)[0]] == "size"
    assert np.count_nonzero(found.values) == 1
    assert "7 of 8 columns have the typical cell" in " ".join(model.explain({**cells, "size": 100.0}).to_text().split())


def test_an_answer_kept_in_range_says_by_how_much():
    x = np.linspace(0, 1, 60)
    model = TableRegressor(hidden_layer_sizes=(), members=1, random_state=0, max_epochs=40, validation_fraction=0).fit(
        {"x": x}, 10 * x
    )
    found = model.explain({"x": 5.0}).columns
    assert found.value == 10.0
    assert found.limited < 0
    assert found.baseline_value + found.values.sum() + found.limited == pytest.approx(10.0, abs=1e-3)
    assert "kept in range" in model.explain({"x": 5.0}).to_text()


def test_typical_cells():
    frame = pd.DataFrame(
        {
            "whole": [1, 2, 9, 4, 5] * 6,
            "seldom": [1.0, None, None, None, 2.0] * 6,
            "kind": ["a", "b", "b", None, "b"] * 6,
            "there": ["x", None, None, None, "x"] * 6,
            "paid": [True, True, False, True, False] * 6,
            "day": pd.to_datetime(["2024-01-01", "2024-02-01", "2024-03-05", "2024-04-01", "2024-05-01"] * 6),
            "noon": pd.to_datetime(["2024-01-01T11:00Z", "2024-06-01T12:00Z", "2024-09-05T13:00Z"] * 10).tz_convert(
                "Europe/Berlin"
            ),
        }
    )
    model = TableRegressor(recipe="plain", random_state=0, max_epochs=2).fit(frame, np.arange(30.0))
    found = model.explain(frame, row=0).columns
    assert dict(zip(found.names, found.typical, strict=True)) == {
        "whole": "4",
        "seldom": "missing",
        "kind": "b",
        "there": "missing",
        "paid": "True",
        "day": "2024-03-05",
        "noon": "2024-06-01T12:00:00+00:00",
    }
    start = model.predictor_.prepared(model.predictor_.preparation.typical_row)
    same = frame.iloc[[1]].assign(whole=4, seldom=None, kind="b", there=None, paid=True, day=pd.Timestamp("2024-03-05"))
    assert (start == model.predictor_.prepared(as_table(same))).all()


def test_typical_cells_are_saved(tmp_path):
    model = TableRegressor(recipe="plain", random_state=0, max_epochs=2).fit(FRAME, PRICE)
    model.save(tmp_path / "prices.model")
    loaded = load(tmp_path / "prices.model")
    assert loaded.explain(ROW).columns.to_dict() == model.explain(ROW).columns.to_dict()


def test_a_file_without_typical_cells_is_held_against_the_middle():
    from pathlib import Path

    from clearprop.files.model_file import ModelFile

    path = Path(__file__).parents[1] / "golden" / "flowers.model"
    predictor = TablePredictor.from_file(path, ModelFile.read(path))
    assert all(fact.typical is None for fact in predictor.preparation.facts)
    numbers = [part for part in predictor.preparation.parts if part.kind == "number"]
    row = predictor.preparation.typical_row
    assert [float(row.column(part.name).texts[0]) for part in numbers] == [
        part.scaling.origin + part.scaling.fill for part in numbers
    ]
    assert explain(predictor, row).columns.values == pytest.approx(0.0)


def test_all_forms():
    model = TableClassifier(recipe="plain", members=2, **QUICK).fit(FRAME, CLASSES[2])
    explanation = model.explain(ROW)
    content = json.loads(explanation.to_json())
    jsonschema.validate(content, SCHEMA)
    parts = content["columns"]
    total = parts["baseline_value"] + sum(one["value"] for one in parts["columns"]) + parts["remainder"]
    assert total == pytest.approx(parts["value"])
    assert [one["name"] for one in parts["columns"]] == list(FRAME.columns)
    text = explanation.to_text(sections=["Column by column"])
    assert "typical row" in text
    assert "town 11" in text
    for form in (explanation.to_markdown(), explanation.to_html(), explanation.to_latex()):
        assert "Column by column" in form
        assert "town 11" in form


def test_what_is_no_prediction_of_a_table_has_no_columns():
    model = TableRegressor(recipe="plain", **QUICK).fit(FRAME, PRICE)
    assert model.explain(ROW, name="z1[2]").columns is None
    explanation = explain(Network([2, 1], rng=0), [1.0, 2.0])
    assert explanation.columns is None
    with pytest.raises(ValueError, match="of no table's prediction"):
        ContributionsDisplay.from_explanation(explanation)


def test_bars():
    model = TableRegressor(recipe="plain", members=2, **QUICK).fit(FRAME, PRICE)
    explanation = model.explain(ROW)
    display = ContributionsDisplay.from_explanation(explanation).plot(most=3)
    widths = [bar.get_width() for bar in display.ax_.patches]
    values = explanation.columns.values
    order = np.argsort(-np.abs(values))
    assert widths == pytest.approx([*values[order[:3]], values[order[3:]].sum()])
    assert display.ax_.get_yticklabels()[3].get_text() == "5 more"
