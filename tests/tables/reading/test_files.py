"""Where tables come from: packed files, streams, several files, and files that have types of their own."""

import bz2
import gzip
import io
import lzma
import os
import subprocess
import sys
import threading

import numpy as np
import polars as pl
import pytest

from clearprop.errors import InputError
from clearprop.tables.reading import read_table

from .reading import contents, refusal, written

TABLE = {"a": ("number", [1, 2.5]), "b": ("text", ["x", "y"])}
CSV = b"a,b\n1,x\n2.5,y\n"


@pytest.mark.parametrize("packed", [gzip.compress, bz2.compress, lzma.compress], ids=["gzip", "bz2", "xz"])
def test_packed_files_are_told_by_their_content(tmp_path, packed):
    assert contents(read_table(written(tmp_path, packed(CSV), "data"))) == TABLE


def test_zstandard(tmp_path):
    zstd = pytest.importorskip("backports.zstd" if sys.version_info < (3, 14) else "compression.zstd")
    path = written(tmp_path, zstd.compress(CSV), "data.csv.zst")
    assert contents(read_table(path)) == TABLE
    assert refusal(written(tmp_path, zstd.compress(CSV)[:-6])).startswith("the zstd file is cut short or damaged")


def test_standard_input():
    program = "from clearprop.tables.reading import read_table; t = read_table('-'); print(t.path, t.columns[0].values)"
    ended = subprocess.run([sys.executable, "-c", program], input=gzip.compress(CSV), capture_output=True, check=True)
    assert ended.stdout == b"standard input [1.  2.5]\n"


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no named pipes")
def test_what_can_be_read_once_only(tmp_path):
    path = tmp_path / "pipe"
    os.mkfifo(path)
    # A column that is given up as numbers is read twice.
    content = b"a,b\n" + b"1,x\n" * 300_000 + b"y1,y\n" * 200_000
    writer = threading.Thread(target=path.write_bytes, args=(content,))
    writer.start()
    table = read_table(path)
    writer.join()
    assert table.column("a").texts.tolist() == ["1", "y1"]
    assert np.bincount(table.column("a").values).tolist() == [300_000, 200_000]
    assert table.place(499_999) == "line 500001"


def test_several_files_are_one_behind_the_other(tmp_path):
    written(tmp_path, "a,b,c\n1,x,\n2,y,\n", "part-1.csv")
    written(tmp_path, "b;a;c\ny;1,5;2024-01-05\nz;;\n", "part-2.csv")
    table = read_table(tmp_path / "part-*.csv")
    assert contents(table) == {
        "a": ("number", [1, 2, 1.5, None]),
        "b": ("text", ["x", "y", "y", "z"]),
        "c": ("date", [None, None, "2024-01-05T00:00:00", None]),
    }
    assert table.path == f"{tmp_path}/part-*.csv"
    assert table.place(2) == f"line 2 of {tmp_path}/part-2.csv"
    assert table.notes == ("part-2.csv: column 'a': numbers have a decimal comma",)


def test_whole_numbers_beyond_float64_in_one_of_several_files(tmp_path):
    written(tmp_path, "a\n9007199254740993\n", "part-1.csv")
    written(tmp_path, "a\n7\n", "part-2.csv")
    assert contents(read_table(tmp_path / "*.csv")) == {"a": ("number", [9007199254740993, 7])}


@pytest.mark.parametrize(
    ("other", "message"),
    [
        ("a,c\n1,x\n", "part-2.csv: it has no column 'b', which {0}/part-1.csv has and has a column 'c', which"),
        ("a,b\nu,x\n", "part-2.csv, column 'a': it holds texts, and in {0}/part-1.csv numbers: write both alike"),
        ("a,b\n1,x,y\n2,z\n", "part-2.csv, line 3: the row has 2 fields"),
    ],
)
def test_files_that_differ(tmp_path, other, message):
    written(tmp_path, "a,b\n1,x\n", "part-1.csv")
    written(tmp_path, other, "part-2.csv")
    with pytest.raises(InputError) as caught:
        read_table(tmp_path / "part-*.csv")
    assert str(caught.value).startswith(f"{tmp_path}/" + message.format(tmp_path))


@pytest.fixture
def frame():
    return pl.DataFrame(
        {
            "n": [1.5, None, 3.0],
            "i": [9007199254740993, 1, None],
            "b": [True, None, False],
            "t": ["1,000", "NA", "x"],
            "d": pl.Series(["2024-01-05 10:00", None, "2024-01-06 00:00"]).str.to_datetime(),
        }
    )


EXPECTED = {
    "n": ("number", [1.5, None, 3.0]),
    "i": ("number", [9007199254740993, 1, None]),
    "b": ("boolean", [True, None, False]),
    "t": ("text", ["1,000", "NA", "x"]),
    "d": ("date", ["2024-01-05T10:00:00", None, "2024-01-06T00:00:00"]),
}


@pytest.mark.parametrize("write", [pl.DataFrame.write_parquet, pl.DataFrame.write_ipc], ids=["Parquet", "Feather"])
def test_files_with_types_keep_them(tmp_path, frame, write):
    path = tmp_path / "data"
    write(frame, path)
    table = read_table(path)
    assert contents(table) == EXPECTED
    assert table.path == str(path)
    assert contents(read_table(path, columns=["n"])) == {"n": EXPECTED["n"]}
    frame.clear().write_parquet(path)
    assert refusal(path) == "there are no rows: add at least one row"


def test_the_index_that_pandas_writes_is_left_out(tmp_path, frame):
    frame.select("n").with_columns(__index_level_0__=pl.Series([3, 4, 5])).write_parquet(tmp_path / "data")
    table = read_table(tmp_path / "data")
    assert table.names == ("n",)
    assert table.notes == ("the index of the frame that was written is left out",)


def test_json(tmp_path):
    lines = '{"n": 1.5, "t": "$1", "k": "x"}\n{"n": null, "t": "$2.5", "d": 1}\n'
    expected = {
        "n": ("number", [1.5, None]),
        "t": ("number", [1, 2.5]),
        "k": ("text", ["x", None]),
        "d": ("number", [None, 1]),
    }
    table = read_table(written(tmp_path, lines))
    assert contents(table) == expected
    assert table.place(1) == "line 2"
    assert contents(read_table(written(tmp_path, f"[{lines.strip().replace(chr(10), ',')}]"))) == expected
    nested = written(tmp_path, '{"a": [1, 2]}\n')
    assert refusal(nested) == "column 'a': its cells hold several values: give each a column"


def test_a_header_in_braces_is_no_json(tmp_path):
    assert contents(read_table(written(tmp_path, "{a},b\n1,2\n"))) == {"{a}": ("number", [1]), "b": ("number", [2])}


def test_workbooks(tmp_path):
    pytest.importorskip("fastexcel")
    openpyxl = pytest.importorskip("openpyxl")
    from datetime import datetime

    workbook = openpyxl.Workbook()
    sheet = workbook.active
    sheet.append([])
    sheet.append(["name", "x", "day", "paid", "zip", "text", None])
    sheet.append(["a", 1, datetime(2024, 1, 5), True, "00123", "1,234.5", None])
    sheet.append([])
    sheet.append(["b", 0.1, datetime(2024, 1, 6, 10, 30), False, "10115", "7", None])
    workbook.create_sheet("more")
    buffer = io.BytesIO()
    workbook.save(buffer)
    path = written(tmp_path, buffer.getvalue(), "data.xlsx")
    table = read_table(path)
    assert contents(table) == {
        "name": ("text", ["a", "b"]),
        "x": ("number", [1, 0.1]),
        "day": ("date", ["2024-01-05T00:00:00", "2024-01-06T10:30:00"]),
        "paid": ("boolean", [True, False]),
        "zip": ("text", ["00123", "10115"]),
        "text": ("number", [1234.5, 7]),
    }
    assert [table.place(row) for row in range(2)] == ["line 3", "line 5"]
    assert table.notes[0].startswith("the first of 2 sheets is read, 'Sheet': save another as a file of its own")


def test_a_workbook_without_what_reads_it_names_the_command(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "fastexcel", None)
    path = written(tmp_path, b"\xd0\xcf\x11\xe0rest", "data.xls")
    with pytest.raises(ImportError, match=r"reading a workbook needs fastexcel.*pip install 'clearprop\[excel\]'"):
        read_table(path)


def test_importing_the_reader_imports_no_library(tmp_path):
    program = (
        "import sys; import clearprop.tables.reading\n"
        "assert not {'sklearn', 'scipy', 'pandas', 'polars', 'fastexcel'} & set(sys.modules), sys.modules.keys()"
    )
    subprocess.run([sys.executable, "-c", program], check=True)


def workbook(folder, rows, change=None):
    openpyxl = pytest.importorskip("openpyxl")
    pytest.importorskip("fastexcel")
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    if change is not None:
        change(book.active)
    book.save(folder / "data.xlsx")
    return folder / "data.xlsx"


def test_numbers_of_workbooks_are_read_to_the_last_digit(tmp_path):
    rng = np.random.default_rng(0)
    numbers = [*(rng.normal(size=300) * 10.0 ** rng.integers(-30, 30, 300)), 1 / 3, 1e-20, -1e-7, 5e-324, 1e300, 0.1, 7]
    rows = [
        ["x", "as text", "both"],
        *([one, "00" + str(k), one if k % 2 else f"t{k}"] for k, one in enumerate(numbers)),
    ]
    table = read_table(workbook(tmp_path, rows))
    # openpyxl writes 16 digits.
    assert table.column("x").values.tolist() == [float(f"{one:.16g}") for one in numbers]
    assert contents(table)["as text"] == ("text", [f"00{k}" for k in range(len(numbers))])
    both = contents(table)["both"]
    assert both[0] == "text"
    assert [float(one) if k % 2 else one for k, one in enumerate(both[1])] == [
        float(f"{one:.16g}") if k % 2 else f"t{k}" for k, one in enumerate(numbers)
    ]


def test_formulas_without_values_and_merged_cells_are_told(tmp_path):
    rows = [["a", "b", "c"], ["=1+1", "u", 1], ["=2+2", None, 2], [3, "v", 3]]
    path = workbook(tmp_path, rows, lambda sheet: sheet.merge_cells("B2:B3"))
    table = read_table(path)
    assert contents(table) == {
        "a": ("number", [None, None, 3]),
        "b": ("text", ["u", None, "v"]),
        "c": ("number", [1, 2, 3]),
    }
    assert table.notes == (
        "2 formulas have no value saved, and are missing cells: open the workbook in a spreadsheet program and save it",
        "cells are merged: the first of them has the value, and the others are missing",
    )


def test_times_of_day_and_spans_of_a_workbook_are_told(tmp_path):
    from datetime import datetime, time, timedelta

    rows = [["t", "s", "d"], [time(10, 30), timedelta(minutes=61), datetime(1900, 1, 1)]]
    rows.append([time(23, 59, 1), timedelta(hours=25), datetime(2024, 2, 29)])
    table = read_table(workbook(tmp_path, rows))
    assert contents(table) == {
        "t": ("date", ["1899-12-31T10:30:00", "1899-12-31T23:59:01"]),
        "s": ("date", ["1899-12-31T01:01:00", "1900-01-01T01:00:00"]),
        "d": ("date", ["1900-01-01T00:00:00", "2024-02-29T00:00:00"]),
    }
    assert table.notes == ("columns 't', 's': times of day are read as dates of 1899-12-31, spans from there",)


def test_dates_of_workbooks_that_count_from_1904(tmp_path):
    openpyxl = pytest.importorskip("openpyxl")
    from datetime import datetime

    path = workbook(
        tmp_path,
        [["d"], [datetime(2024, 1, 5)], [datetime(1999, 12, 31, 12)]],
        lambda sheet: setattr(sheet.parent, "epoch", openpyxl.utils.datetime.CALENDAR_MAC_1904),
    )
    assert contents(read_table(path)) == {"d": ("date", ["2024-01-05T00:00:00", "1999-12-31T12:00:00"])}


def test_dates_that_are_cut_to_the_last_of_nanoseconds_are_refused(tmp_path):
    pa = pytest.importorskip("pyarrow")
    parquet = pytest.importorskip("pyarrow.parquet")
    from datetime import datetime

    def spark(*dates):
        path = tmp_path / "spark.parquet"
        table = pa.table({"d": pa.array(dates, pa.timestamp("us"))})
        parquet.write_table(table, path, use_deprecated_int96_timestamps=True, store_schema=False)
        return path

    table = read_table(spark(datetime(2024, 1, 5, 10), None, datetime(1700, 2, 3)))
    assert contents(table) == {"d": ("date", ["2024-01-05T10:00:00", None, "1700-02-03T00:00:00"])}
    for lost in (datetime(9999, 12, 31), datetime(1000, 1, 1)):
        assert refusal(spark(datetime(2024, 1, 5), lost)) == (
            "row 1 (counted from 0), column 'd': the date lies beyond the year 2262, or before 1677, and is lost as "
            "the file's INT96 is read: write dates as timestamps of microseconds"
        )


def test_types_that_polars_gives_up_on_are_refused(tmp_path):
    pa = pytest.importorskip("pyarrow")
    from pyarrow import feather

    feather.write_feather(pa.table([pa.array([1]), pa.array([2])], names=["a", "a"]), tmp_path / "data")
    assert refusal(tmp_path / "data").startswith("the Feather file cannot be read (")


def test_old_dates_that_a_workbook_has_as_texts_are_no_times(tmp_path):
    table = read_table(workbook(tmp_path, [["d", "x"], ["1850-03-04", 1], ["1899-12-29", 2]]))
    assert contents(table)["d"] == ("date", ["1850-03-04T00:00:00", "1899-12-29T00:00:00"])
    assert table.notes == ()
