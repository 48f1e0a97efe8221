"""What is learned of each kind of column, and what other rows become by it."""

import datetime as dt
import json
import re

import hypothesis
import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import strategies as st

from clearprop.errors import InputError
from clearprop.tables.frames import as_table
from clearprop.tables.notes import Alert
from clearprop.tables.preparation import InputColumns, Preparation
from clearprop.tables.roles import find_roles

from ..extent import examples
from .test_frames import columns

PLAIN = {"scaling": "standard", "embed_from": None}


def bent(z):
    """An oracle of its own: as in Holzmueller et al., 2024."""
    return z / (1 + (z / 3) ** 2) ** 0.5


def features(preparation, table, **others):
    """The features of a table's rows, by name."""
    X = preparation.transform(table, **others)
    return dict(zip(preparation.feature_names, X.T.tolist(), strict=True))


def fitted(columns_given, **others):
    table = as_table(columns_given)
    preparation = Preparation.fit(table, **others)
    again = Preparation.from_config(json.loads(json.dumps(preparation.to_config())))
    assert again == preparation
    np.testing.assert_array_equal(again.transform(table), preparation.transform(table))
    return preparation, table


# Numbers


def test_numbers_less_the_median_over_the_quartiles_and_bent():
    given = [1.0, 2.0, 4.0, 8.0, 100.0, 3.0]
    preparation, table = fitted({"x": given})
    q1, median, q3 = np.percentile(given, [25, 50, 75])
    assert features(preparation, table) == {"x": pytest.approx([bent((x - median) / (q3 - q1)) for x in given])}
    assert preparation.parts[0].treatment() == "minus 3.5, over 4.75, bent beyond ±3"


def test_numbers_whose_quartiles_agree_are_over_half_their_range():
    preparation, table = fitted({"x": [5.0] * 8 + [3.0, 11.0]})
    assert features(preparation, table)["x"] == pytest.approx([0.0] * 8 + [bent(-2 / 4), bent(6 / 4)])


def test_plain_numbers_have_mean_0_and_deviation_1():
    from sklearn.preprocessing import StandardScaler

    given = np.random.default_rng(0).normal(5, 3, size=(50, 2))
    preparation, table = fitted(pd.DataFrame(given, columns=["a", "b"]), **PLAIN)
    np.testing.assert_allclose(preparation.transform(table), StandardScaler().fit_transform(given), rtol=1e-12)


@pytest.mark.parametrize(("options", "median"), [({}, 0.0), (PLAIN, -5 / np.std([0, 5, 20, 15]))])
def test_missing_numbers_become_the_median_and_are_marked(options, median):
    preparation, table = fitted({"x": [0.0, 5.0, None, 20.0, 15.0]}, **options)
    found = features(preparation, table)
    assert found["x is missing"] == [0.0, 0.0, 1.0, 0.0, 0.0]
    assert found["x"][2] == pytest.approx(0.0)  # the median, 10, is the mean as well


def test_the_median_stands_for_a_missing_number_where_it_is_not_the_mean():
    given = [0.0, 1.0, None, 20.0]
    preparation, table = fitted({"x": given}, **PLAIN)
    known = np.array([0.0, 1.0, 20.0])
    assert features(preparation, table)["x"][2] == pytest.approx((1.0 - known.mean()) / known.std())


def test_numbers_that_are_newly_missing_become_the_median_with_a_note():
    preparation, _ = fitted({"x": [0.0, 1.0, 2.0, 3.0, 4.0]})
    notes = []
    table = as_table({"x": [None, 2.0]})
    assert features(preparation, table, notes=notes) == {"x": [0.0, 0.0]}
    assert notes == [
        "the table, column 'x': 1 cell is missing, and none was in training: the median, 2, stands in place."
    ]


@pytest.mark.parametrize("options", [{}, PLAIN])
def test_infinite_numbers_are_as_the_ends_of_training(options):
    given = [0.0, 1.0, 2.0, 3.0, 4.0, np.inf]
    preparation, _ = fitted({"x": given}, **options)
    notes = []
    found = features(preparation, as_table({"x": [np.inf, -np.inf, 4.0, 0.0, 1e200]}), notes=notes)["x"]
    assert found[0] == found[2] == found[4]
    assert found[1] == found[3]
    assert notes == [
        "the table, column 'x': 3 infinite or beyond 1e+100: taken as the least and the greatest of training, 0 and 4."
    ]


@pytest.mark.parametrize(
    "given",
    [
        [1e99, -1e99, 0.0],
        [1e-300, 2e-300, 3e-300],
        [1.7e308, -1.7e308, 1.0, 2.0],
        [np.inf, -np.inf, np.inf],
        [0.0, 5e-324, 0.0],
        [1e100, 1e100 * (1 - 1e-16), 1.0],
    ],
)
@pytest.mark.parametrize("options", [{}, PLAIN])
def test_extreme_numbers_stay_finite(given, options):
    preparation, table = fitted({"x": given, "y": [1.0, 2.0, 3.0, 4.0][: len(given)]}, **options)
    assert np.isfinite(preparation.transform(table)).all()


def test_numbers_beyond_float64_keep_their_distances():
    base = 2**60
    preparation, table = fitted({"x": [base + i for i in range(5)], "y": [1, 1, 2, 2, 3]})
    assert features(preparation, table)["x"] == pytest.approx([bent(z) for z in (-1, -0.5, 0, 0.5, 1)])
    assert features(preparation, as_table({"x": [2**64 - 1, 0], "y": [1, 2]}))["x"] == pytest.approx([3, -3], rel=1e-6)
    assert preparation.cell(table, 3, 0) == str(base + 3)


def test_a_column_of_floats_may_be_met_as_integers_booleans_or_texts():
    preparation, table = fitted({"x": [0.0, 1.0, 2.0, np.nan]})
    expected = preparation.transform(table)
    for given in (
        pd.DataFrame({"x": pd.array([0, 1, 2, pd.NA], dtype="Int8")}),
        {"x": ["0", " 1.0", "2e0", "NA"]},
        {"x": [0, "1", 2.0, None]},
        pl.DataFrame({"x": [0, 1, 2, None]}),
    ):
        np.testing.assert_array_equal(preparation.transform(as_table(given)), expected)
    np.testing.assert_array_equal(preparation.transform(as_table({"x": [False, True]})), expected[:2])


def test_a_cell_that_is_no_number_is_refused_by_its_place_or_marks_its_row():
    preparation, _ = fitted({"x": [0.0, 1.0, 2.0]})
    table = as_table({"x": ["1", "many", "n/a", "few"]})
    message = (
        "the table, row 1 (counted from 0), column 'x': 'many' is no number, as in training (1 more like it): correct "
        "it, or leave it empty if it is not known"
    )
    with pytest.raises(InputError, match=re.escape(message)):
        preparation.transform(table)
    unreadable = np.zeros(4, dtype=bool)
    assert features(preparation, table, unreadable=unreadable)["x"] == [0.0] * 4
    assert unreadable.tolist() == [False, True, False, True]


def test_all_columns_with_wrong_cells_are_in_one_error_and_all_that_are_filled_in_one_note():
    preparation, _ = fitted({name: [0.0, 1.0, 2.0] for name in "abcdefghijk"} | {"t": ["x", "y", "z"]})
    with pytest.raises(InputError) as refusal:
        preparation.transform(as_table({name: ["1", name] for name in "abcdefghijk"} | {"t": ["x", "y"]}))
    assert str(refusal.value).startswith(
        "the table, row 1 (counted from 0), column 'a': 'a' is no number, as in training; the table, row 1 (counted "
        "from 0), column 'b': 'b' is no number"
    )
    assert str(refusal.value).endswith("; and 3 columns more: correct it, or leave it empty if it is not known")
    notes = []
    preparation.transform(as_table({name: [None, 1.0] for name in "abcdefghijk"} | {"t": [None, "y"]}), notes)
    assert notes == [
        "the table, 12 columns ('a', 'b', 'c', 'd', 'e', 'f', 'g', 'h' and 4 more): 12 cells are missing, and none was "
        "in training: what is in the middle (in 'a' the median, 1,) stands in place."
    ]


def test_texts_that_were_missing_among_numbers_are_so_again():
    numbers = [float(i) for i in range(40)]
    preparation, table = fitted({"x": [*numbers, "unknown"]})
    assert features(preparation, table)["x is missing"] == [0.0] * 40 + [1.0]
    assert features(preparation, as_table({"x": [1.0, "unknown"]}))["x is missing"] == [0.0, 1.0]
    with pytest.raises(InputError, match="'other' is no number"):
        preparation.transform(as_table({"x": [1.0, "other"]}))


# Booleans, presence


def test_booleans_are_minus_1_and_1():
    preparation, table = fitted({"x": [True, False, None]})
    expected = {"x": [1.0, -1.0, 0.0], "x is missing": [0.0, 0.0, 1.0]}
    assert features(preparation, table) == expected
    for given in (["true", "FALSE", ""], [1, 0, None], [1.0, 0.0, np.nan], ["True", "False", None], ["Yes", "n", ""]):
        assert features(preparation, as_table({"x": given})) == expected
    with pytest.raises(InputError, match="'perhaps' is neither true nor false, as in training"):
        preparation.transform(as_table({"x": ["true", "perhaps"]}))


def test_of_one_value_and_blanks_the_blanks_decide():
    """Whatever stands in place of 1 says the same."""
    found = []
    for given in ([1.0, None] * 4, ["X", None] * 4, [True, None] * 4, ["1", ""] * 4):
        preparation, table = fitted({"x": given})
        assert preparation.feature_names == ("x is there",)
        found.append(preparation.transform(table).tolist())
    assert found == [[[1.0], [-1.0]] * 4] * 4


# Categories


def test_two_categories_are_minus_1_and_1_and_an_unknown_one_is_0():
    preparation, table = fitted({"x": ["b", "a", "b"]})
    assert features(preparation, table) == {"x=b": [1.0, -1.0, 1.0]}
    assert features(preparation, as_table({"x": ["a", "c", None]})) == {"x=b": [-1.0, 0.0, 0.0]}


def test_a_few_categories_are_one_hot_the_missing_one_in_front():
    preparation, table = fitted({"x": ["red", None, "blue", "red"]})
    assert features(preparation, table) == {
        "x is missing": [0.0, 1.0, 0.0, 0.0],
        "x=blue": [0.0, 0.0, 1.0, 0.0],
        "x=red": [1.0, 0.0, 0.0, 1.0],
    }
    assert preparation.transform(as_table({"x": ["pink"]})).tolist() == [[0.0, 0.0, 0.0]]


def test_categories_that_are_numbers_are_in_their_order():
    table = as_table({"x": [10, 9, 1, 10]})
    preparation = Preparation.fit(table, find_roles(table, categorical_features=["x"]))
    assert preparation.feature_names == ("x=1", "x=9", "x=10")


def test_many_categories_are_codes_for_an_embedding():
    given = [f"c{i % 9}" for i in range(40)]
    preparation, table = fitted({"x": given})
    assert preparation.inputs == (InputColumns("codes", 1, 9),)
    assert features(preparation, table) == {"x": [float(i % 9) for i in range(40)]}
    assert features(preparation, as_table({"x": ["c8", "new", None]})) == {"x": [8.0, -1.0, -1.0]}
    fewer, _ = fitted({"x": [f"c{i % 8}" for i in range(40)]})
    assert fewer.inputs == (InputColumns("flags", 8),)
    blank, table = fitted({"x": [*given, None]})
    assert (blank.inputs, features(blank, table)["x"][-1]) == ((InputColumns("codes", 1, 10),), 0.0)
    plain, _ = fitted({"x": given}, **PLAIN)
    assert plain.inputs == (InputColumns("flags", 9),)


def test_a_category_is_met_however_it_is_typed():
    """Learned as 1 and met as 1.0, "1", " 1.0"; learned as true and met as True."""
    declared = pd.DataFrame({"x": pd.Categorical([1, 2, 3] * 3), "b": pd.Categorical(["true", "false", "maybe"] * 3)})
    preparation, table = fitted(declared)
    expected = preparation.transform(table)[:3]
    for x in (
        [1, 2, 3],
        [1.0, 2.0, 3.0],
        ["1", " 2.0", "3"],
        pd.array([1, 2, 3], dtype="Int64"),
        pd.Categorical([1, 2, 3]),
    ):
        for b in (["True", "FALSE", "maybe"], pd.Categorical(["true", "false", "maybe"])):
            notes = []
            np.testing.assert_array_equal(
                preparation.transform(as_table({"x": list(x), "b": list(b)}), notes), expected
            )
            np.testing.assert_array_equal(
                preparation.transform(as_table(pd.DataFrame({"x": x, "b": b})), notes), expected
            )
            assert notes == []


def test_unknown_categories_are_counted_and_when_they_are_most_it_is_an_alert():
    preparation, _ = fitted({"x": ["a", "b", "c"] * 3})
    notes = []
    preparation.transform(as_table({"x": ["a", "b", "d"]}), notes)
    assert notes == [
        "the table, column 'x': 1 of 3 known cells hold categories that training did not have, such as 'd' in row 2 "
        "(counted from 0); the network is shown none instead."
    ]
    assert not isinstance(notes[0], Alert)
    notes = []
    preparation.transform(as_table({"x": ["A", "B", "c"]}), notes)
    assert isinstance(notes[0], Alert)
    assert notes[0].startswith("the table, column 'x': 2 of 3 known cells hold categories")
    assert notes[0].endswith(
        "training had 'a', 'b', 'c'. The answers are worth little: is it the same column, spelled alike?"
    )


def test_very_many_categories_without_an_embedding_are_sparse_and_the_same_numbers():
    rng = np.random.default_rng(0)
    given = {"w": [f"w{i}" for i in rng.integers(0, 300, 2000)], "x": rng.normal(size=2000)}
    preparation, table = fitted_sparse(given)
    X = preparation.transform(table)
    assert (type(X).__name__, X.nnz) == ("csr_array", 4000)
    dense = X.toarray()
    names = preparation.feature_names
    for row in (0, 7, 1999):
        assert dense[row, names.index(f"w={given['w'][row]}")] == 1.0
        assert dense[row, 1:].sum() == 1.0
    np.testing.assert_allclose(dense[:, 0], (given["x"] - given["x"].mean()) / given["x"].std())
    unknown = preparation.transform(as_table({"w": ["new"], "x": [given["x"].mean()]}))
    assert unknown.toarray().any() == np.False_ or abs(unknown.toarray()).max() < 1e-12


def fitted_sparse(given):
    table = as_table(given)
    preparation = Preparation.fit(table, **PLAIN)
    assert preparation.is_sparse
    return preparation, table


# Dates


def test_the_parts_of_dates_that_vary():
    days = [dt.datetime(2023, 12, 31, 6), dt.datetime(2024, 1, 1, 12), dt.datetime(2024, 7, 1, 18), None]
    preparation, table = fitted({"d": days})
    found = features(preparation, table)
    assert list(found) == [
        "d: days elapsed",
        "d: year",
        "d: season, sine",
        "d: season, cosine",
        *(f"d: {day}" for day in ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")),
        "d: hour, sine",
        "d: hour, cosine",
        "d is missing",
    ]
    elapsed = [0.0, 1.25, 183.5]
    q1, median, q3 = np.percentile(elapsed, [25, 50, 75])
    assert found["d: days elapsed"] == pytest.approx([*(bent((x - median) / (q3 - q1)) for x in elapsed), 0.0])
    assert found["d: year"] == pytest.approx([bent(-1 / 0.5), 0.0, 0.0, 0.0])
    season = [(11 + 30 / 31) / 12, 0.0, 6 / 12]
    assert found["d: season, sine"] == pytest.approx([*np.sin(2 * np.pi * np.array(season)), 0.0], abs=1e-12)
    assert found["d: season, cosine"] == pytest.approx([*np.cos(2 * np.pi * np.array(season)), 0.0], abs=1e-12)
    assert found["d: Sunday"] == [1.0, 0.0, 0.0, 0.0]
    assert found["d: Monday"] == [0.0, 1.0, 1.0, 0.0]
    assert found["d: hour, sine"] == pytest.approx([1.0, 0.0, -1.0, 0.0], abs=1e-12)
    assert found["d: hour, cosine"] == pytest.approx([0.0, -1.0, 0.0, 0.0], abs=1e-12)
    assert found["d is missing"] == [0.0, 0.0, 0.0, 1.0]


def test_the_weekday_is_pythons():
    days = [dt.date(1899, 12, 25) + dt.timedelta(days=97 * i) for i in range(500)]
    preparation, table = fitted({"d": days})
    found = features(preparation, table)
    for number, name in enumerate(("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")):
        assert found[f"d: {name}"] == [float(day.weekday() == number) for day in days]


def test_dates_of_one_day_of_the_week_at_midnight_in_one_month_have_no_such_parts():
    preparation, _ = fitted({"d": [dt.date(2024, 1, 1), dt.date(2024, 1, 8), dt.date(2024, 1, 15)]})
    assert preparation.feature_names == ("d: days elapsed",)


def test_later_dates_stay_within_bounds():
    preparation, _ = fitted({"d": [dt.date(2024, 1, 1) + dt.timedelta(days=i) for i in range(300)]})
    later = features(preparation, as_table({"d": [dt.date(2034, 1, 1), dt.date(1924, 1, 1)]}))
    assert max(map(abs, later["d: days elapsed"])) < 3


def test_the_hour_is_that_of_the_wall_in_the_zone_of_training():
    noon = pd.Series(pd.to_datetime(["2024-01-01 12:00", "2024-07-01 12:00", "2024-07-01 18:00"]))
    zoned = pd.DataFrame({"d": noon.dt.tz_localize("America/New_York")})
    preparation, table = fitted(zoned)
    found = features(preparation, table)
    assert found["d: hour, cosine"] == pytest.approx([-1.0, -1.0, 0.0], abs=1e-12)
    assert preparation.cell(table, 1, 0) == "2024-07-01T12:00:00"
    np.testing.assert_allclose(
        preparation.transform(as_table(zoned.assign(d=zoned["d"].dt.tz_convert("Asia/Tokyo")))),
        preparation.transform(table),
    )


ZONED, NAIVE = "2024-07-01T12:00:00+02:00", "2024-07-01T12:00:00"


@pytest.mark.parametrize("of_texts", [False, True])
@pytest.mark.parametrize(
    ("learned_of", "met", "refusal"),
    [
        ([NAIVE], ZONED, "has a time zone, and the dates of training had none"),
        ([ZONED], NAIVE, r"has no time zone, and the dates of training had one \(U.*\)"),
    ],
)
def test_dates_on_another_clock_are_refused(learned_of, met, refusal, of_texts):
    def days(text, of_texts=of_texts):
        texts = [text, text.replace("2024", "2023")]
        return {"d": texts if of_texts else [dt.datetime.fromisoformat(one) for one in texts]}

    preparation, table = fitted(days(*learned_of))
    with pytest.raises(
        InputError, match=rf"row 0 .*, column 'd': '2024-07-01T1[02]:00:00.*' {refusal} \(1 more like it\)"
    ):
        preparation.transform(as_table(days(met)))
    unreadable = np.zeros(2, dtype=bool)
    preparation.transform(as_table(days(met)), unreadable=unreadable)
    assert unreadable.tolist() == [True, True]
    # As texts and as dates they are the same.
    other = as_table(days(*learned_of, of_texts=not of_texts))
    np.testing.assert_array_equal(preparation.transform(other), preparation.transform(table))


def test_texts_of_dates_with_a_zone_know_it_and_mixed_ones_are_no_dates():
    preparation, table = fitted({"d": ["2024-01-01T12:00Z", "2024-01-02T13:00+01:00", "2024-02-03T18:00Z"]})
    assert preparation.parts[0].zone == "UTC"
    typed = pd.DataFrame({"d": pd.to_datetime(["2024-01-01 12:00", "2024-01-02 12:00", "2024-02-03 18:00"], utc=True)})
    np.testing.assert_array_equal(preparation.transform(as_table(typed)), preparation.transform(table))
    mixed, _ = fitted({"d": ["2024-01-01T12:00Z", "2024-01-02T13:00"] * 20})
    assert [part.kind for part in mixed.parts] == ["category"]


def test_dates_may_be_met_as_texts_and_others_are_refused():
    preparation, table = fitted({"d": [dt.date(2024, 1, 31), dt.date(2024, 3, 2), dt.date(2025, 3, 2)]})
    given = as_table({"d": ["2024-01-31", " 2024-03-02", "2025-03-02T00:00:00"]})
    np.testing.assert_array_equal(preparation.transform(given), preparation.transform(table))
    with pytest.raises(InputError, match=r"'2\.3\.2024' is no date, as in training"):
        preparation.transform(as_table({"d": ["2.3.2024"]}))
    with pytest.raises(InputError, match="'5' is no date, as in training"):
        preparation.transform(as_table({"d": [5]}))


# The whole


def test_the_matrix_has_numbers_then_flags_then_codes():
    n = 40
    rng = np.random.default_rng(0)
    given = {
        "code": [f"c{i % 10}" for i in range(n)],
        "flag": rng.random(n) > 0.5,
        "x": [None, *rng.normal(size=n - 1)],
        "pair": ["a", "b"] * (n // 2),
        "one": [1] * n,
        "y": rng.normal(size=n),
    }
    preparation, table = fitted(given)
    assert preparation.names == ("code", "flag", "x", "pair", "y")
    assert preparation.feature_names == ("x", "y", "flag", "x is missing", "pair=b", "code")
    assert preparation.columns_of_features == ("x", "y", "flag", "x", "pair", "code")
    assert preparation.inputs == (InputColumns("numbers", 2), InputColumns("flags", 3), InputColumns("codes", 1, 10))
    assert preparation.left_out == ("one",)
    assert [(fact.name, fact.kind, fact.missing) for fact in preparation.facts] == [
        ("code", "category", 0),
        ("flag", "boolean", 0),
        ("x", "number", 1),
        ("pair", "category", 0),
        ("one", "constant", 0),
        ("y", "number", 0),
    ]
    assert [preparation.cell(table, 0, feature) for feature in (0, 3, 4, 5)] == ["(missing)", "(missing)", "a", "c0"]
    X = preparation.transform(table, dtype=np.float32)
    assert (X.dtype, X.shape) == (np.float32, (n, 6))
    assert preparation.transform(table.take([3, 1])).tolist() == preparation.transform(table)[[3, 1]].tolist()


def test_columns_are_found_by_name_in_any_order_and_others_are_passed_over():
    preparation, table = fitted({"a": [1.0, 2.0, 4.0], "b": ["x", "y", "x"], "one": [1, 1, 1]})
    notes = []
    other = as_table({"new": [0, 0, 0], "b": ["x", "y", "x"], "one": [2, 2, 2], "a": [1.0, 2.0, 4.0]})
    np.testing.assert_array_equal(preparation.transform(other, notes), preparation.transform(table))
    assert notes == ["the table: 1 column is not used: 'new'."]
    with pytest.raises(InputError, match="there is no column 'a'"):
        preparation.transform(as_table({"b": ["x"], "A": [1.0]}))


def test_all_columns_that_cannot_be_taken_are_in_one_error():
    with pytest.raises(
        InputError, match=r"no column is left .*'a': it has the same value .*'b': every cell is missing"
    ):
        Preparation.fit(as_table({"a": [1, 1], "b": [None, None]}))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda c: c["parts"].clear(), r"preparation, parts: \[\] is not a list of columns"),
        (lambda c: c["parts"].append(c["parts"][0]), "preparation, columns: a name stands there twice"),
        (lambda c: c["parts"][0].update(kind="magic"), r"column 1: its kind, 'magic', is none of 'number', 'boolean'"),
        (lambda c: c["parts"][0].pop("scaling"), "column 1: there is no entry 'scaling'"),
        (lambda c: c["parts"][0].update(more=1), "column 1: the entry 'more' is unknown"),
        (lambda c: c["parts"][0].update(name=3), "column 1: 3 is not a name"),
        (lambda c: c["parts"][0]["scaling"].update(scale=0.0), "column 1, scaling: .* is not a scaling"),
        (lambda c: c["parts"][0]["scaling"].update(center=float("nan")), "column 1, scaling: .* is not a scaling"),
        (lambda c: c["parts"][1].update(form="heap"), "column 2, form: 'heap' is not 'pair', 'one-hot' or 'codes'"),
        (lambda c: c["parts"][1].update(categories="red"), "column 2, categories: 'red' is not a list of texts"),
        (lambda c: c["facts"][0].update(missing=-1), "facts, missing: -1 is not a count"),
    ],
)
def test_a_damaged_configuration_is_refused_by_its_place(change, message):
    config = json.loads(json.dumps(Preparation.fit(as_table({"x": [1, 2, 3], "c": ["a", "b", "c"]})).to_config()))
    change(config)
    with pytest.raises(InputError, match=message):
        Preparation.from_config(config)


def test_the_first_model_files_give_the_same_bits():
    number = {"kind": "number", "name": "x", "median": 3.0, "mean": 2.7, "scale": 0.3}
    category = {"kind": "category", "name": "c", "values": ["", "1.0", "red"]}
    preparation = Preparation.from_config({"columns": [number, category]})
    assert preparation.feature_names == ("x", "c is missing", "c=1.0", "c=red")
    table = as_table({"x": [0.1, None, 7.5, 2.0], "c": ["red", None, "1.0", "blue"]})
    expected = [
        [(0.1 - 2.7) / 0.3, 0.0, 0.0, 1.0],
        [(3.0 - 2.7) / 0.3, 1.0, 0.0, 0.0],
        [(7.5 - 2.7) / 0.3, 0.0, 1.0, 0.0],
        [(2.0 - 2.7) / 0.3, 0.0, 0.0, 0.0],
    ]
    assert preparation.transform(table).tolist() == expected
    assert Preparation.from_config(preparation.to_config()) == preparation
    with pytest.raises(InputError, match=r"column 1, scale: 0\.0 is not between"):
        Preparation.from_config({"columns": [{**number, "scale": 0.0}]})


@examples(200)
@hypothesis.given(columns(), st.sampled_from([{}, PLAIN]), st.randoms(use_true_random=False))
def test_what_was_learned_goes_through_json_and_does_not_depend_on_other_rows(given_columns, options, random):
    """For whatever columns: finite numbers, the same from the file, and each row's own."""
    table = as_table(given_columns)
    try:
        preparation = Preparation.fit(table, **options)
    except InputError:  # no column is left to learn from
        return
    X = preparation.transform(table)
    assert X.shape == (table.n_rows, len(preparation.feature_names))
    assert np.isfinite(X).all()
    assert sum(part.columns for part in preparation.inputs) == X.shape[1]
    again = Preparation.from_config(json.loads(json.dumps(preparation.to_config())))
    rows = [random.randrange(table.n_rows) for _ in range(4)]
    np.testing.assert_array_equal(again.transform(table.take(rows)), X[rows])
    for place, part in enumerate(preparation.inputs):
        if part.kind == "codes":
            start = sum(other.columns for other in preparation.inputs[:place])
            assert set(X[:, start].tolist()) <= set(range(-1, part.categories))


@examples(200)
@hypothesis.given(columns(), columns())
def test_other_columns_of_the_same_names_give_finite_numbers_or_are_refused_by_their_place(learned, met):
    """Whatever type a column has at prediction; where rows are marked nothing is refused."""
    table = as_table(learned)
    try:
        preparation = Preparation.fit(table)
    except InputError:  # no column is left to learn from
        return
    other = as_table(dict(zip(learned, [*met.values()] * len(learned), strict=False)))
    unreadable = np.zeros(other.n_rows, dtype=bool)
    X = preparation.transform(other, unreadable=unreadable)
    assert X.shape == (other.n_rows, len(preparation.feature_names))
    assert np.isfinite(X).all()
    if unreadable.any():
        with pytest.raises(InputError, match=r"row \d+ \(counted from 0\), column '.*as in training"):
            preparation.transform(other)
    else:
        np.testing.assert_array_equal(preparation.transform(other), X)
    assert all(preparation.cell(other, 0, feature) for feature in range(X.shape[1]))
