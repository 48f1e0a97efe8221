"""One spelling of a cell, whatever it was typed as."""

import numpy as np
import pytest

from clearprop.tables.column import Column
from clearprop.tables.frames import as_column
from clearprop.tables.spelling import as_booleans, as_dates, as_numbers, canonical, places_among, spelled, typed

from .frames import cells, values


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("red", "red"),
        ("  red\t", "red"),
        ("1", "1"),
        ("1.0", "1"),
        ("1.", "1"),
        ("1.000", "1"),
        ("-3.0", "-3"),
        ("-0.0", "0"),
        ("12345678901234567890.0", "12345678901234567890"),
        ("1.10", "1.10"),
        ("01.0", "01.0"),
        ("007", "007"),
        ("1,000", "1,000"),
        ("1e5", "1e5"),
        ("true", "True"),
        ("TRUE", "True"),
        ("False", "False"),
        ("truest", "truest"),
        ("yes", "yes"),
        ("", ""),
    ],
)
def test_the_spelling_of_texts(text, expected):
    assert canonical(text) == expected
    assert canonical(expected) == expected


@pytest.mark.parametrize(
    "given",
    [
        [1, 2, None],
        [1.0, 2.0, np.nan],
        ["1", "2", None],
        ["1.0", " 2", ""],
        np.array([1.0, 2.0, np.nan], dtype="f4"),
        [1, "2.0", None],
    ],
)
def test_a_category_is_found_however_it_is_typed(given):
    """Learned as 1, met as 1.0, "1" or " 1.0"."""
    column = as_column(given)
    own = spelled(column)
    assert values(own) == ["1", "2", None]
    assert places_among(column, ["2", "1"]).tolist() == [1, 0, -1]
    assert places_among(column, ["2.0", "1.00"]).tolist() == [1, 0, -1]


@pytest.mark.parametrize("given", [[True, False, None], ["true", "FALSE", None], ["True", "False", ""]])
def test_booleans_are_found_however_they_are_typed(given):
    assert places_among(as_column(given), ["False", "True"]).tolist() == [1, 0, -1]
    assert values(as_column(given)) in ([True, False, None], [*given[:2], None])
    read = as_booleans(as_column(given))
    assert read.values[:2].tolist() == [True, False]
    assert (read.missing.tolist(), read.unreadable.tolist()) == ([False, False, True], [False] * 3)


def test_booleans_that_have_words_of_their_own_are_called_so():
    texts = np.array(["no", "yes"], dtype=object)
    column = Column("x", "boolean", np.array([True, False, False]), np.array([False, False, True]), texts)
    assert cells(column) == ["yes", "no", "(missing)"]
    assert places_among(column, ["maybe", "no", "yes"]).tolist() == [2, 1, -1]
    assert values(spelled(column)) == ["yes", "no", None]
    assert as_booleans(as_column(["Yes", "n", "0", "TRUE"])).values.tolist() == [True, False, False, True]


def test_a_number_is_found_by_its_value_where_one_category_alone_spells_it():
    half = as_column([0.5, 7.0])
    assert places_among(half, ["0.50", "x"]).tolist() == [0, -1]
    assert places_among(half, ["0.50", "0.5", "0.500"]).tolist() == [1, -1]
    versions = as_column(["1.1", "1.10", "1.100"])
    assert places_among(versions, ["1.1", "1.10"]).tolist() == [0, 1, -1]
    assert places_among(as_column(["007", "7"]), ["7"]).tolist() == [-1, 0]


def test_large_numbers_and_dates_are_spelled_to_the_last_digit():
    assert values(spelled(as_column([2**60 + 1, 2**60 + 2]))) == ["1152921504606846977", "1152921504606846978"]
    assert values(spelled(as_column([0.1, 1e300, -0.0]))) == ["0.1", "1e+300", "0"]
    dates = as_column(np.array(["2024-01-31", "2024-01-31T12:30", "NaT"], dtype="M8[us]"))
    assert values(spelled(dates)) == ["2024-01-31", "2024-01-31T12:30:00", None]


def test_texts_that_are_spelled_alike_are_one():
    own = spelled(as_column(["1", "1.0", " 1", "true", "True"]))
    assert own.texts.tolist() == ["1", "True"]
    assert values(own) == ["1", "1", "1", "True", "True"]


@pytest.mark.parametrize(
    ("given", "expected", "missing", "unreadable"),
    [
        (["1.5", " 2", "x", "NA", None, "?"], [1.5, 2.0], [3, 4, 5], [2]),
        ([True, False, None], [1.0, 0.0], [2], []),
        ([1, 2, np.nan], [1.0, 2.0], [2], []),
        (["1_000", "1,5", "3"], [], [], [0, 1]),
    ],
)
def test_cells_as_numbers(given, expected, missing, unreadable):
    read = as_numbers(as_column(given))
    assert read.values[: len(expected)].tolist() == expected
    assert np.flatnonzero(read.missing).tolist() == missing
    assert np.flatnonzero(read.unreadable).tolist() == unreadable


def test_cells_as_booleans_and_dates():
    read = as_booleans(as_column([1, 0, 2, None]))
    assert read.values[:2].tolist() == [True, False]
    assert (np.flatnonzero(read.missing).tolist(), np.flatnonzero(read.unreadable).tolist()) == ([3], [2])
    read = as_dates(as_column(["2024-01-31", "2024-01-31 12:00+02:00", "2024-02-31", "31.1.2024", None]))
    assert read.values[:2].tolist() == np.array(["2024-01-31", "2024-01-31T10:00"], dtype="M8[us]").tolist()
    assert (np.flatnonzero(read.missing).tolist(), np.flatnonzero(read.unreadable).tolist()) == ([4], [2, 3])
    assert as_dates(as_column([1, None])).unreadable.tolist() == [True, False]
    beyond = as_dates(as_column(["9999-12-31T23:59:59-23:59", "0001-01-01T00:00:00+01:00", "9999-12-31T23:59:59"]))
    assert beyond.unreadable.tolist() == [True, True, False]


def test_whole_numbers_beyond_float64_are_infinite_among_fractions_and_texts_among_texts():
    huge = 10**400
    assert as_column([0.5, huge, -huge]).values.tolist() == [0.5, np.inf, -np.inf]
    assert as_column(["a", huge]).texts.tolist() == ["a", str(huge)]


@pytest.mark.parametrize(
    ("given", "kind", "expected"),
    [
        (["1", "2.5", "NA", None], "number", [1.0, 2.5, None, None]),
        (["1e3", "-.5", "+2"], "number", [1000.0, -0.5, 2.0]),
        (["true", "FALSE", ""], "boolean", [True, False, None]),
        (["2024-01-31", "2024-02-01T12:00"], "date", None),
        (["01234", "98765"], "text", ["01234", "98765"]),
        (["1", "2", "3+"], "text", ["1", "2", "3+"]),
        (["inf", "1"], "text", ["inf", "1"]),
        (["NA", "?"], "text", ["NA", "?"]),
        (["1,5", "2,5"], "text", ["1,5", "2,5"]),
    ],
)
def test_texts_that_all_spell_another_kind_are_typed(given, kind, expected):
    column = typed(as_column(given))
    assert column.kind == kind
    assert expected is None or values(column) == expected


def test_declared_categories_and_texts_that_do_not_occur_are_left_alone():
    declared = Column("x", "text", np.array([0, 1]), texts=np.array(["1", "2"]), declared=True)
    assert typed(declared) is declared
    unused = Column("x", "text", np.array([0, 0]), texts=np.array(["1", "red"]))
    assert values(typed(unused)) == [1.0, 1.0]
    assert cells(typed(unused)) == ["1", "1"]
