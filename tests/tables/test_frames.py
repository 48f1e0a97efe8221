"""Dataframes of each library, arrays and lists as typed columns, with the values that they hold."""

import datetime as dt
import uuid
from decimal import Decimal

import hypothesis
import narwhals as nw
import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import example
from hypothesis import strategies as st

from clearprop.errors import InputError
from clearprop.tables.frames import as_column, as_table, distinct_names, feature_names

from ..extent import examples
from .frames import EACH_LIBRARY, HAS_PYARROW, LIBRARIES, cells, needs_pyarrow, of_objects, values

BERLIN = dt.timezone(dt.timedelta(hours=2))


def only(table):
    (column,) = table.columns
    return column


def is_column(column, kind, expected, **others):
    assert (column.kind, values(column)) == (kind, expected)
    assert {name: getattr(column, name) for name in others} == others


@EACH_LIBRARY
@pytest.mark.parametrize(
    ("given", "kind", "expected"),
    [
        ([1, None, 3], "number", [1.0, None, 3.0]),
        ([0.5, None, -2.0], "number", [0.5, None, -2.0]),
        ([2**60 + 1, None, -(2**60)], "number", [2**60 + 1, None, -(2**60)]),
        ([True, None, False], "boolean", [True, None, False]),
        (["red", None, " blue"], "text", ["red", None, " blue"]),
        (["", " ", "a"], "text", [None, None, "a"]),
        ([dt.datetime(2024, 2, 29, 12), None], "date", [dt.datetime(2024, 2, 29, 12), None]),
        ([dt.timedelta(days=1), None, dt.timedelta(seconds=2)], "number", [86400.0, None, 2.0]),
    ],
)
def test_a_column_of_each_library(frame, given, kind, expected):
    is_column(only(as_table(frame({"x": given}))), kind, expected)


@EACH_LIBRARY
def test_dates_and_decimals_of_each_library(frame):
    table = as_table(frame({"d": [dt.date(2024, 1, 31), None], "m": [Decimal("1.10"), None]}))
    is_column(table.column("d"), "date", [dt.datetime(2024, 1, 31), None])
    is_column(table.column("m"), "number", [1.1, None])


def test_dates_with_a_zone_are_in_utc_and_know_their_zone():
    noon = pd.Series(pd.to_datetime(["2024-07-01 12:00", None])).dt.tz_localize("Europe/Berlin")
    zoned = pl.Series([dt.datetime(2024, 7, 1, 12), None]).dt.replace_time_zone("Europe/Berlin")
    for frame in (pd.DataFrame({"x": noon}), pl.DataFrame({"x": zoned}), {"x": noon.tolist()}):
        column = only(as_table(frame))
        is_column(column, "date", [dt.datetime(2024, 7, 1, 10), None], zone="Europe/Berlin")
        assert cells(column) == ["2024-07-01T12:00:00", "(missing)"]


@pytest.mark.parametrize("dtype", ["Int8", "Int16", "Int32", "Int64", "UInt8", "UInt64", "Float32", "Float64"])
def test_pandas_nullable_numbers(dtype):
    is_column(only(as_table(pd.DataFrame({"x": pd.array([1, pd.NA, 3], dtype=dtype)}))), "number", [1.0, None, 3.0])


def test_pandas_nullable_booleans_texts_and_objects():
    frame = pd.DataFrame(
        {
            "b": pd.array([True, pd.NA, False], dtype="boolean"),
            "s": pd.array(["x", pd.NA, "y"], dtype="string"),
            "o": pd.Series([1, pd.NA, 2.5], dtype=object),
            "t": pd.Series(["x", np.nan, None], dtype=object),
            "n": pd.Series([pd.NA, None, np.nan], dtype=object),
        }
    )
    table = as_table(frame)
    is_column(table.column("b"), "boolean", [True, None, False])
    is_column(table.column("s"), "text", ["x", None, "y"])
    is_column(table.column("o"), "number", [1.0, None, 2.5])
    is_column(table.column("t"), "text", ["x", None, None])
    assert table.column("n").is_missing.all()


@needs_pyarrow
def test_pandas_columns_that_arrow_backs():
    import pyarrow

    def backed(given, kind):
        return pd.array(given, dtype=pd.ArrowDtype(kind))

    frame = pd.DataFrame(
        {
            "i": backed([2**60 + 1, None], pyarrow.int64()),
            "f": backed([0.5, None], pyarrow.float64()),
            "b": backed([True, None], pyarrow.bool_()),
            "s": backed(["x", None], pyarrow.string()),
            "d": backed([dt.date(2024, 1, 31), None], pyarrow.date32()),
            "z": backed([dt.datetime(2024, 1, 31, 11, tzinfo=dt.UTC), None], pyarrow.timestamp("us", "Europe/Berlin")),
            "m": backed([Decimal("1.50"), None], pyarrow.decimal128(5, 2)),
            "c": pd.Series(["x", None]).astype(pd.ArrowDtype(pyarrow.dictionary(pyarrow.int32(), pyarrow.string()))),
        }
    )
    table = as_table(frame)
    is_column(table.column("i"), "number", [2**60 + 1, None])
    is_column(table.column("f"), "number", [0.5, None])
    is_column(table.column("b"), "boolean", [True, None])
    is_column(table.column("s"), "text", ["x", None])
    is_column(table.column("d"), "date", [dt.datetime(2024, 1, 31), None])
    is_column(table.column("z"), "date", [dt.datetime(2024, 1, 31, 11), None], zone="Europe/Berlin")
    is_column(table.column("m"), "number", [1.5, None])
    is_column(table.column("c"), "text", ["x", None], declared=True)


def test_categories_of_any_type_are_declared_and_spelled():
    frame = pd.DataFrame(
        {
            "s": pd.Categorical(["x", None, "y"], categories=["y", "x", "never"]),
            "i": pd.Categorical([3, None, 1]),
            "f": pd.Categorical([0.5, None, 1.0]),
            "b": pd.Categorical([True, None, False]),
            "d": pd.Categorical(pd.to_datetime(["2024-01-31", None, "2024-02-01"])),
            "v": pd.cut([1, np.nan, 3], [0, 2, 4]),
        }
    )
    table = as_table(frame)
    expected = {
        "s": ["x", None, "y"],
        "i": ["3", None, "1"],
        "f": ["0.5", None, "1"],
        "b": ["True", None, "False"],
        "d": ["2024-01-31", None, "2024-02-01"],
        "v": ["(0, 2]", None, "(2, 4]"],
    }
    for name, texts in expected.items():
        is_column(table.column(name), "text", texts, declared=True)
    for kind in (pl.Categorical, pl.Enum(["y", "x", "never"])):
        series = pl.Series("s", ["x", None, "y"], dtype=kind)
        is_column(only(as_table(pl.DataFrame(series))), "text", ["x", None, "y"], declared=True)


def test_the_types_that_polars_alone_has():
    frame = pl.DataFrame(
        {
            "time": [dt.time(1, 30), None],
            "bytes": [b"ab", None],
            "object": pl.Series([uuid.UUID(int=1), None], dtype=pl.Object),
            "null": [None, None],
            "nan": [float("nan"), 1.0],
            "u64": pl.Series([2**64 - 1, None], dtype=pl.UInt64),
            "i128": pl.Series([2**100, None], dtype=pl.Int128),
        }
    )
    table = as_table(frame)
    is_column(table.column("time"), "number", [5400.0, None])
    is_column(table.column("bytes"), "text", ["ab", None])
    is_column(table.column("object"), "text", ["00000000-0000-0000-0000-000000000001", None])
    assert table.column("null").is_missing.all()
    is_column(table.column("nan"), "number", [None, 1.0])
    is_column(table.column("u64"), "number", [2**64 - 1, None])
    is_column(table.column("i128"), "text", [str(2**100), None])


def test_frames_that_are_lazy_or_of_narwhals():
    frame = pl.DataFrame({"x": [1, 2]})
    for given in (frame.lazy(), nw.from_native(frame), nw.from_native(pd.DataFrame({"x": [1, 2]}))):
        is_column(only(as_table(given)), "number", [1.0, 2.0])


@pytest.mark.parametrize("dtype", ["f2", "f4", "f8", "i1", "i4", "i8", "u1", "u8"])
def test_arrays_of_numbers(dtype):
    table = as_table(np.array([[1, 2], [3, 4]], dtype=dtype))
    assert table.names == ("x0", "x1")
    assert [values(column) for column in table.columns] == [[1.0, 3.0], [2.0, 4.0]]
    assert {column.values.dtype for column in table.columns} == {np.dtype(float)}


def test_large_whole_numbers_keep_their_values_and_small_ones_are_floats():
    table = as_table({"large": np.array([2**53 + 1, 1]), "unsigned": np.array([2**64 - 1, 1], dtype=np.uint64)})
    is_column(table.column("large"), "number", [2**53 + 1, 1])
    is_column(table.column("unsigned"), "number", [2**64 - 1, 1])
    assert only(as_table(np.array([[2**53], [-(2**53)]]))).values.tolist() == [2.0**53, -(2.0**53)]
    is_column(only(as_table({"x": [2**70, 1]})), "text", [str(2**70), "1"])


def test_other_arrays_and_lists():
    is_column(as_table(np.array([["1", "a"], ["2", "b"]])).column("x0"), "text", ["1", "2"])
    mixed = as_table(np.array([[1, "a", True], [2.5, None, np.nan]], dtype=object))
    is_column(mixed.column("x0"), "number", [1.0, 2.5])
    is_column(mixed.column("x1"), "text", ["a", None])
    is_column(mixed.column("x2"), "boolean", [True, None])
    for rows in ([[1, "a"], [None, "b"]], [(1, "a"), (None, "b")]):
        is_column(as_table(rows).column("x0"), "number", [1.0, None])
    table = as_table([{"a": 1}, {"b": "x"}])
    is_column(table.column("a"), "number", [1.0, None])
    is_column(table.column("b"), "text", [None, "x"])
    is_column(
        only(as_table(np.array([["2024-01-31"], ["NaT"]], dtype="M8[D]"))), "date", [dt.datetime(2024, 1, 31), None]
    )


def test_a_column_of_many_types_spells_each():
    cells_given = [1, "1.0", 1.5, True, dt.date(2024, 1, 31), Decimal("2"), b"x", None, np.float64("nan"), np.int8(3)]
    column = only(as_table({"x": cells_given}))
    is_column(column, "text", ["1", "1.0", "1.5", "True", "2024-01-31", "2", "x", None, None, "3"])


def test_floats_are_not_copied_and_nothing_given_is_changed():
    frame = pd.DataFrame({"x": [1.0, np.nan], "y": [3.0, 4.0]})
    before = frame.copy()
    table = as_table(frame)
    assert np.shares_memory(table.column("x").values, frame["x"].to_numpy())
    pd.testing.assert_frame_equal(frame, before)


def test_the_index_is_no_column():
    assert as_table(pd.DataFrame({"x": [1, 2]}, index=pd.Index([7, 9], name="id"))).names == ("x",)


@pytest.mark.parametrize(
    ("labels", "expected"),
    [
        (["a", "b", "c"], ("a", "b", "c")),
        ([0, 1, 2], ("x0", "x1", "x2")),
        ([2010, 2011, 2012], ("2010", "2011", "2012")),
        (["a", 1, 2.5], ("a", "1", "2.5")),
        (["a", "a", "a"], ("a", "a.1", "a.2")),
        (["a", "a", "a.1"], ("a", "a.2", "a.1")),
        ([("a", "x"), ("a", "y"), ("b", "x")], ("('a', 'x')", "('a', 'y')", "('b', 'x')")),
    ],
)
def test_names(labels, expected):
    frame = pd.DataFrame([[1, 2, 3]])
    frame.columns = labels
    table = as_table(frame)
    assert table.names == expected
    assert [values(column) for column in table.columns] == [[1.0], [2.0], [3.0]]
    assert bool(table.notes) == (len(set(labels)) < 3)
    assert feature_names(frame) == (list(labels) if all(isinstance(label, str) for label in labels) else None)


def test_doubled_names_are_noted():
    names, notes = distinct_names(["a", "a", "b"])
    assert names == ["a", "a.1", "b"]
    assert notes == ("the table: several columns have one name; those behind the first are taken 'a' as 'a.1'.",)


@needs_pyarrow
def test_doubled_names_of_pyarrow():
    import pyarrow

    table = as_table(pyarrow.table([[1], [2]], names=["a", "a"]))
    assert {column.name: values(column) for column in table.columns} == {"a": [1.0], "a.1": [2.0]}


def test_what_has_no_names_is_called_as_in_training():
    known = ["age", "size"]
    for given in (np.array([[1, 2]]), [[1, 2]], pd.DataFrame([[1, 2]])):
        assert as_table(given, known).names == ("age", "size")
    assert as_table(pd.DataFrame({"size": [1], "age": [2]}), known).names == ("size", "age")
    with pytest.raises(InputError, match=r"X has 3 features, but 2 are expected, which are 'age', 'size'"):
        as_table(np.ones((1, 3)), known)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (pd.DataFrame({"a": []}), r"0 sample\(s\) \(shape=\(0, 1\)\) while a minimum of 1 is required"),
        (pd.DataFrame(index=[1, 2]), r"0 feature\(s\) \(shape=\(2, 0\)\) while a minimum of 1 is required"),
        (np.ones((2, 2)) * 1j, r"column 'x0': Complex data not supported: its type is complex128: give the real"),
        ({"a": [1, 2j]}, r"row 1 \(counted from 0\), column 'a': 2j is a complex number: give its real"),
        ({"a": [[1], [2]]}, r"row 0 .*, column 'a': \[1\] holds several values: give each of its parts a column"),
        (pl.DataFrame({"a": [[1], [2]]}), r"column 'a': its type is List\(Int64\), several values a cell"),
        (pl.DataFrame({"a": [{"x": 1}]}), r"column 'a': its type is Struct.*several values a cell"),
        ({"a": [1, object()]}, r"row 1 .*, column 'a': <object .* is neither a number nor a text"),
        ({"a": ["\ud800"]}, r"column 'a': '\\ud800' cannot be written as UTF-8: remove half surrogates"),
        (
            {"a": [dt.datetime(2024, 1, 1), dt.datetime(2024, 1, 1, tzinfo=BERLIN)]},
            r"column 'a': its dates are with a time zone in some cells and without in others: give all or none",
        ),
        ({"a": [1, 2], "b": [1]}, r"columns differ in their number of rows \(1 in 'b' and 2 in 'a'\): make them equal"),
        ([[1, 2], [3]], r"row 1 \(counted from 0\): it has 1 cells, and row 0 has 2: give rows of one length"),
        (np.ones(3), r"Expected 2D array, got 1D array instead.*Reshape your data"),
        (np.ones((1, 1, 1)), r"dim 3, while dim <= 2 is required"),
        (np.zeros(3, dtype=[("a", float)]), r"an array of records .* is no table: give a column for each field"),
        (None, r"None is no table: give a dataframe, an array or a list of rows"),
        ("data.csv", r"'data.csv' is no table"),
    ],
)
def test_what_no_table_holds_is_refused(given, message):
    with pytest.raises(InputError, match=message):
        as_table(given)


def test_sparse_matrices_are_refused():
    from scipy.sparse import csr_array

    with pytest.raises(InputError, match="sparse data was given, and a dense table is needed"):
        as_table(csr_array(np.eye(2)))


def test_a_target_is_a_column():
    is_column(as_column([True, None]), "boolean", [True, None], name="y")
    is_column(as_column(pd.Series([1, 2], name="price")), "number", [1.0, 2.0], name="price")
    is_column(as_column(pl.Series("kind", ["a", "b"])), "text", ["a", "b"], name="kind")
    is_column(as_column(pd.DataFrame({"a": [1, 2]})), "number", [1.0, 2.0], name="a")
    is_column(as_column(np.ones((2, 1)), "z"), "number", [1.0, 1.0], name="z")
    is_column(as_column((1, 2)), "number", [1.0, 2.0], name="y")
    is_column(as_column(pd.Index([1, 2])), "number", [1.0, 2.0], name="y")
    with pytest.raises(InputError, match="the target has 2 columns 'a', 'b': give one of them"):
        as_column(pd.DataFrame({"a": [1], "b": [2]}))
    with pytest.raises(InputError, match=r"the target has shape \(3, 2\): give one value a row"):
        as_column(np.ones((3, 2)))


KINDS = st.sampled_from(
    [
        st.integers(-(2**63), 2**63 - 1),
        st.floats(allow_nan=False, width=64),
        st.booleans(),
        st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=5),
        st.datetimes(dt.datetime(1900, 1, 1), dt.datetime(2100, 1, 1)),
    ]
)


@st.composite
def columns(draw):
    n = draw(st.integers(1, 8))
    names = draw(st.lists(st.text("abcxyz", min_size=1, max_size=3), min_size=1, max_size=4, unique=True))
    given = {}
    for name in names:
        kind = draw(KINDS)
        cells_given = draw(st.lists(st.none() | kind, min_size=n, max_size=n))
        given[name] = cells_given if any(cell is not None for cell in cells_given) else [draw(kind)] * n
    return given


@examples(200)
@hypothesis.given(columns())
@example({"a": [2**53 + 1, None]})
@example({"a": [None, ""], "b": [" ", "x"]})
def test_every_library_gives_the_same_table(given_columns):
    """The oracle is the list of Python's values itself."""
    expected = as_table(given_columns)
    for column in expected.columns:
        for cell, found in zip(given_columns[column.name], values(column), strict=True):
            blank = cell is None or (isinstance(cell, str) and not cell.strip())
            assert found == (None if blank else cell)
    makers = [make for name, make in LIBRARIES.items() if name != "pyarrow" or HAS_PYARROW]
    makers.append(of_objects)
    for make in makers:
        table = as_table(make(given_columns))
        assert table.names == expected.names
        for column, other in zip(table.columns, expected.columns, strict=True):
            assert (column.kind, values(column)) == (other.kind, values(other))


def test_the_cost_of_columns_is_that_of_each():
    """16,000 columns are read as a few: nothing looks at all names for each of them."""
    frame = pd.DataFrame(np.arange(32_000.0).reshape(2, -1))
    frame.columns = [f"c{number}" for number in range(16_000)]
    table = as_table(frame)
    assert len(table.columns) == 16_000
    assert values(table.columns[-1]) == [15_999.0, 31_999.0]


@pytest.mark.parametrize("values", ["red", 7, None])
def test_a_column_that_is_none_is_refused(values):
    with pytest.raises(InputError, match=f"the table, column 'b': {values!r} is no column: give a list of cells"):
        as_table({"a": [1, 2], "b": values})
