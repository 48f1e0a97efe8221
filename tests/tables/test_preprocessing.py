import copy
import json

import numpy as np
import pytest
import sklearn
from hypothesis import given
from hypothesis import strategies as st
from sklearn.impute import SimpleImputer
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from clearprop.errors import InputError
from clearprop.tables.preprocessing import CategoryColumn, NumberColumn, Preprocessor
from clearprop.tables.text_reading import read_csv
from clearprop.tables.text_table import Table

from ..extent import examples


def table_of(**columns):
    return Table.from_columns(list(columns), list(columns.values()), path="t.csv")


def refusal(action, *args, **kwargs):
    with pytest.raises(InputError) as caught:
        action(*args, **kwargs)
    assert str(caught.value).isprintable()
    return str(caught.value)


def through_json(preprocessor):
    return Preprocessor.from_config(json.loads(json.dumps(preprocessor.to_config(), allow_nan=False)))


@pytest.fixture
def table():
    rng = np.random.default_rng(7)
    numbers = rng.normal(50, 20, (60, 3)) * [1, 1e-6, 1e9]
    numbers[rng.random((60, 3)) < 0.2] = np.nan
    colour = rng.choice(["red", "green", "NA", ""], 60)
    size = rng.choice(["S", "M", "L"], 60)
    return table_of(a=numbers[:, 0], colour=colour, b=numbers[:, 1], size=size, c=numbers[:, 2])


# --- what is learned and how it is applied


def test_the_same_as_scikit_learn_used_directly(table):
    train, others = table.take(np.arange(40)), table.take(np.arange(40, 60))
    preprocessor = Preprocessor.fit(train)
    imputer, scaler = SimpleImputer(strategy="median"), StandardScaler()
    encoder = OneHotEncoder(handle_unknown="ignore", sparse_output=False)

    def numbers(part):
        return np.column_stack([part.column(name).numbers() for name in "abc"])

    def strings(part):
        columns = [np.where(part.column(name).missing, "", part.column(name).cells) for name in ("colour", "size")]
        return np.array([column.tolist() for column in columns], dtype=object).T

    scaler.fit(imputer.fit_transform(numbers(train)))
    encoder.fit(strings(train))
    for part in (train, others):
        expected = np.hstack([scaler.transform(imputer.transform(numbers(part))), encoder.transform(strings(part))])
        features = preprocessor.transform(part)
        assert features.dtype == np.float64
        assert features.tobytes() == expected.tobytes()
    assert preprocessor.feature_names == [
        *("a", "b", "c", "colour=(missing)", "colour=green", "colour=red", "size=L", "size=M", "size=S")
    ]
    assert preprocessor.columns[0] == NumberColumn("a", imputer.statistics_[0], scaler.mean_[0], scaler.scale_[0])


def test_a_part_alone_and_scaled_numbers_are_the_same_features(table):
    """What applies a preprocessor without a table, column by column, has the same features to the bit."""
    preprocessor = Preprocessor.fit(table)
    features = preprocessor.transform(table)
    for position, column in enumerate(preprocessor.columns[:3]):
        numbers = table.column(column.name).numbers()
        assert np.isnan(numbers).any()
        assert column.scaled(numbers).tobytes() == features[:, position].tobytes()
    assert features.flags.c_contiguous
    assert preprocessor.transform(table.take([])).shape == (0, len(preprocessor.feature_names))


def test_numbers_by_hand():
    preprocessor = Preprocessor.fit(table_of(x=[1, 2, None, 6]))
    scale = float(np.std([1, 2, 2, 6]))
    assert preprocessor.columns == (NumberColumn("x", median=2.0, mean=2.75, scale=scale),)
    features = preprocessor.transform(table_of(x=["", "2.75", "10"]))
    np.testing.assert_allclose(features, np.array([[2 - 2.75], [0], [10 - 2.75]]) / scale, rtol=1e-15)


def test_categories_by_hand():
    preprocessor = Preprocessor.fit(table_of(x=["b", "", "a", "NA"]))
    assert preprocessor.columns == (CategoryColumn("x", ("", "a", "b")),)
    notes = []
    features = preprocessor.transform(table_of(x=["a", "None", "new", "b", "newer"]), notes)
    assert features.tolist() == [[0, 1, 0], [1, 0, 0], [0, 0, 0], [0, 0, 1], [0, 0, 0]]
    assert notes == [
        "t.csv, column 'x': 2 cells hold categories that the training rows did not have, for instance 'new' in row 2 "
        "(counted from 0); the network is shown none instead."
    ]


def test_a_missing_category_that_training_never_saw_is_all_zero_and_silent():
    preprocessor = Preprocessor.fit(table_of(x=["a", "b"]))
    notes = []
    assert preprocessor.transform(table_of(x=["", "b"]), notes).tolist() == [[0, 0], [0, 1]]
    assert notes == []


def test_numbers_can_be_taken_for_categories_and_are_then_in_order():
    preprocessor = Preprocessor.fit(table_of(month=["10", "9", "1"]), categories=["month"])
    assert preprocessor.feature_names == ["month=1", "month=9", "month=10"]


def test_constant_columns_are_left_out_with_a_note():
    notes = []
    table = table_of(one=[1, 1, None], same=["x", "x", "x"], left=["", "x", "x"], tiny=[0, 1e-120, 0], number=[1, 2, 3])
    preprocessor = Preprocessor.fit(table, notes=notes)
    assert preprocessor.feature_names == ["number", "left=(missing)", "left=x"]
    assert notes == [
        f"t.csv, column {name!r}: left out, as it has the same value in every row." for name in ("one", "same", "tiny")
    ]


def test_columns_are_found_by_name_and_others_noted(table):
    preprocessor = Preprocessor.fit(table, ignore=["c"])
    notes = []
    other_order = table.select(["size", "c", "b", "colour", "a"])
    assert np.array_equal(preprocessor.transform(other_order, notes), preprocessor.transform(table))
    assert notes == ["t.csv: 1 column is not used: 'c'."]


def test_sklearns_global_output_setting_changes_nothing(table):
    expected = Preprocessor.fit(table).transform(table)
    with sklearn.config_context(transform_output="pandas"):
        features = Preprocessor.fit(table).transform(table)
    assert isinstance(features, np.ndarray)
    assert features.tobytes() == expected.tobytes()


@pytest.mark.parametrize("columns", [{"x": [1e100, -1e100, 1e100]}, {"x": [0, 1e-99, 0]}, {"x": [1e16, 1e16 + 2]}])
def test_the_ends_of_the_number_range_stay_finite(columns):
    preprocessor = Preprocessor.fit(table_of(**columns))
    assert np.isfinite(preprocessor.transform(table_of(x=[1e100, -1e100, 0, None]))).all()
    assert through_json(preprocessor) == preprocessor


# --- what is refused


def test_a_column_that_is_not_there(table):
    preprocessor = Preprocessor.fit(table)
    message = refusal(preprocessor.transform, table_of(A=[1], b=[2], size=["S"], colour=["red"]))
    assert message == (
        "t.csv: there are no columns 'a', 'c' (similar: 'A'): add or rename the columns; those there are: 'A', 'b', "
        "'size', 'colour'"
    )
    assert refusal(Preprocessor.fit, table, ignore=["colr"]).startswith(
        "t.csv: there is no column 'colr' (similar: 'colour')"
    )
    assert refusal(Preprocessor.fit, table, categories=["d"]).startswith("t.csv: there is no column 'd'")


def test_text_and_infinity_in_a_column_of_numbers(tmp_path):
    preprocessor = Preprocessor.fit(table_of(x=[1, 2]))
    path = tmp_path / "new.csv"
    path.write_text('x,note\n1,"two\nlines"\n\nmany,\n')
    assert refusal(preprocessor.transform, read_csv(path)) == (
        f"{path}, line 5, column 'x': 'many' is not a number: correct it, or leave it empty if it is not known"
    )
    path.write_text("x\n1\n1e999\n")
    assert refusal(preprocessor.transform, read_csv(path)).startswith(
        f"{path}, line 3, column 'x': '1e999' is infinite"
    )
    assert refusal(Preprocessor.fit, read_csv(path)).startswith(f"{path}, line 3, column 'x': '1e999' is infinite")


def test_too_many_categories():
    table = table_of(name=[f"n{i}" for i in range(1001)], x=range(1001))
    assert refusal(Preprocessor.fit, table) == (
        "t.csv, column 'name': 1,001 different texts in 1,001 known cells look like an identifier, a date or free text "
        "(at most 1,000 are taken): pass ignore=['name'], or a greater max_categories"
    )
    assert len(Preprocessor.fit(table, categories=["name"], max_categories=1001).feature_names) == 1002
    assert Preprocessor.fit(table, ignore=["name"]).feature_names == ["x"]
    assert "at most 2 are taken" in refusal(Preprocessor.fit, table_of(x=["a", "b", "c", ""]), max_categories=2)
    assert len(Preprocessor.fit(table_of(x=["a", "b", ""]), max_categories=2).feature_names) == 3


def test_hardly_any_repeats():
    days = [f"2026-{i // 28 + 1:02}-{i % 28 + 1:02}" for i in range(40)]
    table = table_of(day=days, x=[i / 7 for i in range(40)])
    assert refusal(Preprocessor.fit, table) == (
        "t.csv, column 'day': 40 different texts in 40 known cells look like an identifier, a date or free text: pass "
        "ignore=['day'], or categories=['day'] if they name kinds of things"
    )
    assert len(Preprocessor.fit(table, categories=["day"]).feature_names) == 41
    half = table_of(kind=[f"k{i // 2}" for i in range(42)], x=[i / 7 for i in range(42)])
    assert len(Preprocessor.fit(half).feature_names) == 22
    assert len(Preprocessor.fit(table_of(kind=[f"k{i}" for i in range(20)])).feature_names) == 20


def test_running_numbers_are_remarked_on():
    notes = []
    table = table_of(customer=range(100, 130), year=[2000 + i % 29 for i in range(30)], x=[i / 7 for i in range(30)])
    Preprocessor.fit(table, notes=notes)
    assert notes == [
        "t.csv, column 'customer': every row has another whole number: pass ignore=['customer'] if it is an identifier."
    ]


def test_nothing_left_to_learn_from():
    message = refusal(Preprocessor.fit, table_of(a=[1, 1], b=["x", "y"]), ignore=["b"])
    assert message.startswith("t.csv: no column is left to learn from: each of 'a', 'b' is ignored or has the same")
    assert refusal(Preprocessor.fit, table_of(a=["", ""], b=["x", "y"])).startswith(
        "t.csv, column 'a': every cell is missing: remove the column, or pass ignore=[COLUMN]"
    )
    assert refusal(Preprocessor.fit, table_of(a=["1", "2", "3", "4", "x"])).startswith(
        "t.csv, row 4 (counted from 0), column 'a': 'x' is not a number, and 4 of the 5 known cells are"
    )


# --- configurations

names = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1).filter(lambda name: name == name.strip())
number_columns = st.lists(st.one_of(st.none(), st.floats(-1e100, 1e100)), min_size=3, max_size=6)
category_columns = st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=3), min_size=3, max_size=6)


@examples(100)
@given(data=st.data(), columns=st.dictionaries(names, st.sampled_from(["number", "category"]), min_size=1, max_size=5))
def test_any_preprocessor_goes_through_json_to_the_last_bit(data, columns):
    rows = [data.draw(number_columns if kind == "number" else category_columns) for kind in columns.values()]
    n_rows = min(map(len, rows))
    table = Table.from_columns(list(columns), [row[:n_rows] for row in rows])
    try:
        preprocessor = Preprocessor.fit(table, categories=[name for name in columns if columns[name] == "category"])
    except InputError:
        return
    rebuilt = through_json(preprocessor)
    assert rebuilt == preprocessor
    assert rebuilt.feature_names == preprocessor.feature_names
    features = preprocessor.transform(table)
    assert features.shape == (n_rows, len(preprocessor.feature_names))
    assert np.isfinite(features).all()
    assert rebuilt.transform(table).tobytes() == features.tobytes()


GOOD = {
    "columns": [
        {"kind": "number", "name": "age", "median": 1.5, "mean": 2, "scale": 0.1},
        {"kind": "category", "name": "colour", "values": ["", "red"]},
    ]
}


def changed(path, value):
    config = copy.deepcopy(GOOD)
    entry = config
    for key in path[:-1]:
        entry = entry[key]
    if value is KeyError:
        del entry[path[-1]]
    else:
        entry[path[-1]] = value
    return config


def test_the_good_configuration_is_taken():
    preprocessor = Preprocessor.from_config(GOOD)
    assert preprocessor.columns == (NumberColumn("age", 1.5, 2.0, 0.1), CategoryColumn("colour", ("", "red")))
    assert preprocessor.transform(table_of(colour=["red", "?"], age=[2, "NA"])).tolist() == [[0, 0, 1], [-5, 1, 0]]


AGE, COLOUR = "preprocessing, column 1", "preprocessing, column 2"


@pytest.mark.parametrize(
    ("config", "message"),
    [
        (None, "preprocessing: None is not a dictionary"),
        ([], "preprocessing: [] is not a dictionary"),
        ({}, "preprocessing: there is no entry 'columns'"),
        (changed(["more"], 1), "preprocessing: the entry 'more' is unknown"),
        (changed(["columns"], {}), "preprocessing, columns: {} is not a list of columns"),
        (changed(["columns"], []), "preprocessing, columns: [] is not a list of columns"),
        (changed(["columns", 0], 3), f"{AGE}: its kind, None, is neither 'number' nor 'category'"),
        (changed(["columns", 0, "kind"], ["number"]), f"{AGE}: its kind, ['number'], is neither"),
        (changed(["columns", 0, "kind"], "category"), f"{AGE}: there is no entry 'values'"),
        (changed(["columns", 0, "mean"], KeyError), f"{AGE}: there is no entry 'mean'"),
        (changed(["columns", 0, "max"], 1), f"{AGE}: the entry 'max' is unknown"),
        (changed(["columns", 0, "mean"], "2"), f"{AGE}, mean: '2' is not a number"),
        (changed(["columns", 0, "mean"], True), f"{AGE}, mean: True is not a number"),
        (changed(["columns", 0, "mean"], None), f"{AGE}, mean: None is not a number"),
        (changed(["columns", 0, "mean"], float("nan")), f"{AGE}, mean: nan is not between -2e+100 and 2e+100"),
        (changed(["columns", 0, "median"], float("inf")), f"{AGE}, median: inf is not between"),
        (changed(["columns", 0, "median"], 10**400), f"{AGE}, median: 1000"),
        (changed(["columns", 0, "scale"], 0), f"{AGE}, scale: 0 is not between 1e-110 and 2e+100"),
        (changed(["columns", 0, "scale"], -1.0), f"{AGE}, scale: -1.0 is not between"),
        (changed(["columns", 0, "name"], ""), f"{AGE}: '' is not a name"),
        (changed(["columns", 0, "name"], " age"), f"{AGE}: ' age' is not a name"),
        (changed(["columns", 0, "name"], 5), f"{AGE}: 5 is not a name"),
        (changed(["columns", 0, "name"], "colour"), "preprocessing, columns: a name stands there twice"),
        (changed(["columns", 1, "values"], []), f"{COLOUR}, values: [] is not a list of strings"),
        (changed(["columns", 1, "values"], "red"), f"{COLOUR}, values: 'red' is not a list of strings"),
        (changed(["columns", 1, "values"], ["a", 1]), f"{COLOUR}, values: 1 is not a string"),
        (changed(["columns", 1, "values"], ["a", "a"]), f"{COLOUR}, values: a value stands there twice"),
        (changed(["columns", 1, "values"], ["a "]), f"{COLOUR}, values: 'a ' is not a string as cells are"),
        (changed(["columns", 1, "values"], ["a", "NA"]), f"{COLOUR}, values: 'NA' counts as a missing cell"),
        (changed(["columns", 1, "values"], ["\ud800"]), f"{COLOUR}, values: '\\ud800' is not a string"),
        (
            {"columns": GOOD["columns"][::-1]},
            "preprocessing, columns: a column of numbers follows one of categories",
        ),
    ],
)
def test_bad_configurations(config, message):
    refused = refusal(Preprocessor.from_config, config)
    assert refused.startswith(message)
    assert refused.endswith(": the file is damaged or was changed: save the model again")
