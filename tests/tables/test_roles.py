"""Which columns are learned from, as what, and which are left out: each with its evidence."""

import datetime as dt

import numpy as np
import pandas as pd
import pytest

from clearprop.errors import InputError
from clearprop.tables.frames import as_column, as_table
from clearprop.tables.notes import Alert
from clearprop.tables.roles import find_roles

from .frames import values

N = 60
RNG = np.random.default_rng(0)
NOISE = RNG.normal(size=N)
WORDS = np.array(["red", "blue", "green"])[RNG.integers(0, 3, N)]


def roles_of(columns, **others):
    """Use and kind of each column beside one of noise, and the notes."""
    found = find_roles(as_table({**columns, "noise": NOISE}), **others)
    return {role.column.name: (role.use, role.kind) for role in found if role.column.name != "noise"}, found.notes


@pytest.mark.parametrize(
    ("given", "use", "kind"),
    [
        (NOISE + 1, "number", "number"),
        (RNG.integers(0, 5, N), "number", "number"),
        (WORDS, "category", "category"),
        (NOISE > 0, "boolean", "boolean"),
        ([dt.date(2024, 1, 1) + dt.timedelta(days=i) for i in range(N)], "date", "date"),
        ([f"{x:.3f}" for x in NOISE], "number", "number"),
        (["2024-01-31", "2024-02-01"] * (N // 2), "date", "date"),
        ([1.0] * N, "nothing", "constant"),
        (["x"] * N, "nothing", "constant"),
        (["1", "1.0"] * (N // 2), "nothing", "constant"),
        ([None] * N, "nothing", "empty"),
        ([np.nan] * N, "nothing", "empty"),
        (["1", None] * (N // 2), "presence", "one value"),
        ([1.0, np.nan] * (N // 2), "presence", "one value"),
        ([True, None] * (N // 2), "presence", "one value"),
        (["x", ""] * (N // 2), "presence", "one value"),
        ([f"user{i}" for i in range(N)], "nothing", "identifier"),
        ([f"{i:05}" for i in range(N)], "nothing", "identifier"),
        ([f"C{i}" if i % 3 else None for i in range(N)], "presence", "identifier"),
        ([f"it was a fine day number {i}" for i in range(N)], "nothing", "free text"),
        (np.arange(N), "number", "number"),
        ([f"{x:.3f}" for x in NOISE[:30]] + ["."] * 30, "number", "number with texts"),
        ([f"{x:.3f}" for x in NOISE[:30]] + [".", "-", "?!"] * 10, "nothing", "identifier"),
        ([str(i) for i in range(10, 10 + N - 3)] + ["01", "02", "A"], "nothing", "identifier"),
        (2**60 + np.arange(N) * 3, "nothing", "identifier"),
        (RNG.permutation(10 * N)[:N], "number", "number"),
        ([f"{x:.3f}" for x in NOISE[:-1]] + ["unknown"], "number", "number with texts"),
        (["1", "2", "3+"] * (N // 3), "category", "category"),
    ],
)
def test_the_role_of_a_column(given, use, kind):
    assert roles_of({"x": given})[0] == {"x": (use, kind)}


@pytest.mark.parametrize(
    "name",
    ["id", "ID", "customer_id", "customerId", "Order No", "index", "Unnamed: 0", "rownames", "S.No", "#", "Obs", ""],
)
def test_whole_numbers_of_which_none_repeats_are_identifiers_by_their_name(name):
    numbers = RNG.permutation(10 * N)[:N]
    assert roles_of({name: numbers})[0] == {name: ("nothing", "identifier")}


@pytest.mark.parametrize("name", ["id", "Unnamed: 0", "case", "row", "PassengerId", ""])
@pytest.mark.parametrize("first", [0, 1, 892])
def test_running_numbers_are_so_in_some_of_the_rows_too(name, first):
    table = as_table({name: first + np.arange(N), "noise": NOISE})
    for some in (table, table.take(np.arange(0, N, 2)), table.take(RNG.permutation(N)[:40])):
        assert next(iter(find_roles(some))).kind == "running number"


@pytest.mark.parametrize(
    "name", ["rank", "episode", "year", "t", "birth_year", "age", "paid", "width", "grid", "rapid"]
)
def test_other_names_are_no_evidence(name):
    for numbers in (np.arange(N), RNG.permutation(10 * N)[:N]):
        assert roles_of({name: numbers})[0] == {name: ("number", "number")}


def test_arrays_have_no_running_numbers():
    table = as_table(np.column_stack([np.arange(N), NOISE]))
    assert [role.use for role in find_roles(table, named=False)] == ["number", "number"]


def test_what_is_left_out_is_noted_with_evidence_and_remedy():
    _, notes = roles_of(
        {
            "one": [1] * N,
            "user": [f"user{i}" for i in range(N)],
            "id": np.arange(N),
            "cabin": [f"C{i}" if i % 3 else None for i in range(N)],
            "extra": ["yes", None] * (N // 2),
            "amount": [f"{x:.3f}" for x in NOISE],
            "code": RNG.permutation(10 * N)[:N],
        }
    )
    assert [str(note) for note in notes] == [
        "the table, column 'one': left out, as it has the same value in every row.",
        "the table, column 'user': left out, as it looks like an identifier (60 different texts in 60 known cells): "
        "pass categorical_features=['user'] to take it as categories all the same.",
        "the table, column 'id': left out, as it looks like a running number (it counts the rows): pass "
        "categorical_features=['id'] to take it as categories all the same.",
        "the table, column 'cabin': only whether a cell is there is learned from, as it looks like an identifier "
        "(40 different texts in 40 known cells, 20 missing): pass categorical_features=['cabin'] to take it as "
        "categories all the same.",
        "the table, column 'extra': only whether a cell is there is learned from (it holds yes or nothing).",
        "the table, column 'code': every row has another whole number: pass ignore=['code'] if it is an identifier.",
        "the table, column 'amount': texts that are all numbers, taken as numbers: pass categorical_features="
        "['amount'] if they name kinds of things.",
    ]


def test_many_columns_of_one_kind_share_a_note():
    _, notes = roles_of({f"c{i}": [i] * N for i in range(134)} | {f"e{i}": [None] * N for i in range(2)})
    assert [str(note) for note in notes] == [
        "the table, 134 columns ('c0', 'c1', 'c2', 'c3', 'c4', 'c5', 'c6', 'c7' and 126 more): left out, as each has "
        "the same value in every row.",
        "the table, 2 columns ('e0', 'e1'): left out, as every cell is missing.",
    ]


def test_texts_among_numbers_count_as_missing_with_an_alert():
    table = as_table({"x": [*np.arange(N - 1) / 8, "unknown"]})
    found = find_roles(table)
    (role,) = found
    assert (role.use, role.blanks) == ("number", ("unknown",))
    assert values(role.column)[-2:] == [(N - 2) / 8, None]
    (note,) = found.notes
    assert isinstance(note, Alert)
    assert str(note).startswith(
        "the table, column 'x': 59 of 60 known cells are numbers; 'unknown' count as missing: pass "
        "categorical_features=['x']"
    )


def test_numbers_and_dates_in_another_way_of_writing_are_alerted_to():
    prices = [f"${price}" for price in ("0.99", "1.50", "2.00")] * (N // 3)
    roles, notes = roles_of({"price": prices})
    assert roles == {"price": ("category", "numbers in another way of writing")}
    (note,) = notes
    assert isinstance(note, Alert)
    assert str(note) == (
        "the table, column 'price': taken as categories, and looks like numbers in another way of writing (such as "
        "'$0.99'): write it plainly if it is so."
    )
    _, notes = roles_of({"day": [f"{i % 28 + 1}.{i % 12 + 1}.2024" for i in range(N)]})
    assert isinstance(notes[0], Alert)
    assert str(notes[0]).startswith(
        "the table, column 'day': left out, as it looks like dates in another way of writing (60 different texts in 60 "
        "known cells, such as '1.1.2024'): write it plainly, or pass categorical_features=['day']"
    )


TARGET = np.array(["no", "yes"])[(NOISE > 0).astype(int)]


@pytest.mark.parametrize(
    ("given", "target", "how"),
    [
        (TARGET, TARGET, "it is equal to it in every row"),
        (NOISE > 0, TARGET, "each of its 2 values stands for one of the target"),
        (np.where(NOISE > 0, 7, 3), TARGET, "each of its 2 values stands for one of the target"),
        (np.round(12 * NOISE, 2), np.round(NOISE, 2) * 1.0, "it is on one straight line with it but for rounding"),
        (np.where(NOISE > 0, 7, 3), (NOISE > 0).astype(int), "it is on one straight line with it"),
        (3 - 2 * NOISE, NOISE, "it is on one straight line with it"),
        (NOISE, NOISE, "it is equal to it in every row"),
        (np.array([3, 9, 5])[np.arange(N) % 3], np.arange(N) % 3, "each of its 3 values stands for one"),
    ],
)
def test_a_column_that_gives_the_target_away_is_kept_with_an_alert(given, target, how):
    found = find_roles(as_table({"x": given, "noise": RNG.normal(size=N)}), as_column(target))
    assert [role.use == "nothing" for role in found] == [False, False]
    (alert,) = [note for note in found.notes if isinstance(note, Alert)]
    assert str(alert).startswith(f"the table, column 'x': it gives the target away ({how}")
    assert "pass ignore=['x'] if it is not known when a prediction is made" in str(alert)


@pytest.mark.parametrize(
    "given",
    [
        NOISE + 1e-6 * RNG.normal(size=N),
        NOISE**3,
        [*TARGET[:-1], "no" if TARGET[-1] == "yes" else "yes"],
        np.array(["a", "b", "c"])[np.where(NOISE > 0, 0, np.arange(N) % 2 + 1)],
    ],
)
def test_others_do_not_give_it_away(given):
    for target in (NOISE, TARGET):
        found = find_roles(as_table({"x": given, "noise": RNG.normal(size=N)}), as_column(target))
        assert not any(isinstance(note, Alert) for note in found.notes)


@pytest.mark.parametrize("given", [["n"], [1], [-2], [False, True, False], np.array([1]), ("n",), pd.Series(["n"])])
def test_the_user_says_what_is_categorical(given):
    table = as_table({"x": NOISE, "n": np.arange(N), "t": WORDS})
    assert [role.use for role in find_roles(table, categorical_features=given)] == ["number", "category", "category"]


def test_what_the_user_calls_categorical_is_never_an_identifier_but_may_be_constant():
    table = as_table({"x": NOISE, "u": [f"user{i}" for i in range(N)], "one": [1] * N})
    assert [role.use for role in find_roles(table, categorical_features=["u", "one"])] == [
        "number",
        "category",
        "nothing",
    ]


def test_from_dtype_guesses_nothing_of_texts():
    table = as_table({"x": NOISE, "t": ["1", "2", "3"] * (N // 3)})
    assert [role.use for role in find_roles(table)] == ["number", "number"]
    assert [role.use for role in find_roles(table, categorical_features="from_dtype")] == ["number", "category"]
    declared = as_table(pd.DataFrame({"x": NOISE, "c": pd.Categorical([1, 2, 3] * (N // 3))}))
    assert [role.use for role in find_roles(declared)] == ["number", "category"]


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ("all", r"categorical_features is 'all': it must be 'auto', 'from_dtype', or a list"),
        (["age"], r"there is no column 'age'"),
        ([5], r"has the index 5, and the table 2 columns: count them from 0"),
        ([True], r"has 1 booleans, and the table 2 columns"),
        ([[1]], r"has shape \(1, 1\): it must be a list"),
    ],
)
def test_wrong_lists_of_categories_are_refused(given, message):
    with pytest.raises(InputError, match=message):
        find_roles(as_table({"x": NOISE, "t": WORDS}), categorical_features=given)


def test_a_table_of_nothing_else_keeps_its_numbers():
    found = find_roles(as_table({"one": [1] * N, "id": np.arange(N)}))
    assert [role.use for role in found] == ["nothing", "number"]


def test_a_table_of_nothing_to_learn_from_is_refused_with_all_reasons():
    with pytest.raises(
        InputError, match=r"no column is left .*'one': it has the same value .*; 'u': 60 different texts"
    ):
        find_roles(as_table({"one": [1] * N, "u": [f"user{i}" for i in range(N)]}))
