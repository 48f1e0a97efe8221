"""What is refused: each message names line, column, value and remedy."""

import gzip
import os
import pickle
import sqlite3
import zipfile
from io import BytesIO

import numpy as np
import pytest

from clearprop.errors import InputError
from clearprop.tables.reading import read_table, read_table_text

from .reading import refusal, written


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "the file is empty: it needs a line of column names, and rows"),
        ("\n  \r\n", "the file is empty"),
        ("\ufeff", "the file is empty"),
        ("a,b\n", "there are column names and no rows: add at least one row"),
        ("a,b\n\n\n", "there are column names and no rows"),
        # a name more than most rows have cells, where the last is empty and a row has a cell for it
        ("a,b,\n1,2\n3,4,5\n", "line 1: this line has 3 fields and most of those that follow have 2: give each row a"),
        # rows
        ("a,b\n1,2\n1,2,3\n", "line 3: the row has 3 fields and the header 2 (the delimiter is ','): add or remove"),
        ("a,b,c\n1,2,3\n1,2\n", "line 3: the row has 2 fields and the header 3"),
        (
            'a,b\n"x\n\ny",2\n\n1\n',
            "line 6: the row has 1 field and the header 2 (the delimiter is ','): remove the line",
        ),
        (
            "a,b\n1,2\n# so far\n",
            "line 3: the row has 1 field and the header 2 (the delimiter is ','): remove the line, if",
        ),
        ("a,b\n1,2\nSource: a bureau\n", "line 3: the row has 1 field and the header 2"),
        ("Sales of 2024\nby day\nday,sales,of\n1,2,3\n2,2,4\n", "line 1: this line has 1 field and most of those that"),
        ("a,b,c\n1,2\n3,4\n", "line 2: the row has 2 fields and the header 3"),
        # quotes
        ('a,b\n1,2\n"3,4\n5,6\n', 'line 3: a quote (") opens a cell and is never closed: close it'),
        ('"a,b\n1,2\n', 'line 1: a quote (") opens a cell and is never closed'),
        ('a,b\n1,2\n"3"x,4\n', 'line 3: text follows a quote (") that closes a cell'),
        (
            "a,b\n'x,1',2\n'y,2',3\n",
            'line 1: in the rows that follow "\'x" begins a cell with a single quote, which quotes none: quote cells '
            'that contain the delimiter by "',
        ),
        (
            "a,b\n1,'x,2'\n2,'y,3'\n",
            'line 1: in the rows that follow "\'x" begins a cell with a single quote, which quotes none',
        ),
        ("d,e\n0000-01-01,1\n2024-01-05,2\n", "line 2, column 'd': '0000-01-01' is not a date"),
        (
            "d,e\n9999-12-31T23:00-05:00,1\n2024-01-05T10:00Z,2\n",
            "line 2, column 'd': '9999-12-31T23:00-05:00' is not a date",
        ),
        # names
        ("5.1,3.5,setosa\n4.9,3,setosa\n", "line 1: most of the column names are numbers ('5.1', '3.5'): the first"),
        ("0.0\n10.5\n2.3\n", "line 1: most of the column names are numbers ('0.0'): the first line must name the"),
        ("1,0,0\n2,5,1\n", "line 1: most of the column names are numbers"),
        (
            "39, State-gov, Ulm\n50, Private, Ulm\n20, State-gov, Bonn\n",
            "line 1: 'State-gov', a column's name, is a cell",
        ),
        ("p,x\nx,x\np,y\n", "line 1: 'p', a column's name, is a cell of that column too: the first line must name the"),
        # cells
        (
            "n,v\na,5\nb,1O\nc,4\nd,5\ne,6\nf,7\n",
            "line 3, column 'v': '1O' is not a number, and 5 of the 6 known cells are: correct it, leave it empty or "
            "pass missing=['1O'] if it is not known, or pass categorical_features=['v'] if the column names kinds of "
            "things",
        ),
        ("d,x\n2024-01-05,1\n2024-02-30,2\n", "line 3, column 'd': '2024-02-30' is not a date, and 1 of the 2 known"),
        (
            "d\n13.1.2024\n2024-01-14\n15.1.2024\n16.1.2024\n17.1.2024\n",
            "line 3, column 'd': '2024-01-14' is not a date that is day-first, and 4 of the 5 known cells are",
        ),
        (
            "d,x\n12-03-2020,1\n12-13-2020,2\n" + "12-14-2020,2\n" * 3 + "12032020,1\n",
            "line 7, column 'd': '12032020' is not a date that",
        ),
        (
            "d,x\n12/05/2024,1\n01/02/2024,2\n",
            "line 2, column 'd': '12/05/2024' may begin with the day or with the month, and no cell tells: pass "
            "dates='day-first' or dates='month-first'",
        ),
        (
            "d,x\n2024-01-05T10:00:00Z,1\n2024-01-05T10:00:00,2\n",
            "line 3, column 'd': '2024-01-05T10:00:00' has no time zone, and other cells have: write all alike",
        ),
        (
            "a;b\n950;x\n1.234;y\n",
            "line 3, column 'a': '1.234' may mean 1.234 or 1234, and nothing in the file tells: pass decimal='.' if "
            "the point is a decimal one, or thousands='.' if it stands between thousands",
        ),
        (
            "a;b\n1,234;x\n5,678;y\n",
            "line 2, column 'a': '1,234' may mean 1.234 or 1234, and nothing in the file tells: pass decimal=','",
        ),
        (
            "a,b\n$0.99,3%\n€1.50,4\n",
            "line 3, column 'a': '€1.50' is in €, other cells in $: write them in one currency, or pass "
            "categorical_features=['a']; ",
        ),
        ("a,b\n1,3%\n2,4\n3,5%\n", "line 3, column 'b': '4' has no per cent sign, and most other cells have one"),
        ("a,b\n1,3%\n2,4\n3,5\n", "line 2, column 'b': '3%' has a per cent sign, and most other cells have none"),
        # bytes
        (b"a,\x00b\n1,2\n", "line 1: there is a NUL byte, which no text has"),
        (b"a,b\n1,2\n3,\x00\n", "line 3: there is a NUL byte, which no text has: this is a binary file, or damaged"),
        (
            b"a\n" + "é".encode() * 3 + b"\n\xc3(",
            "line 3: byte 10 of the file (0xc3) is not utf-8, as its other letters",
        ),
    ],
)
def test_refusals(tmp_path, content, message):
    assert refusal(written(tmp_path, content)).startswith(message)


def test_all_columns_that_are_refused_are_named_at_once(tmp_path):
    rows = "".join(f"{row},{row}/2/2024,{row}\n" for row in range(1, 6))
    message = refusal(written(tmp_path, f"a,b,c\n{rows}x,1/2/2024,y\n"))
    assert "line 7, column 'a': 'x' is not a number" in message
    assert "line 2, column 'b': '1/2/2024' may begin" in message
    assert "line 7, column 'c': 'y' is not a number" in message


def test_columns_that_are_not_read_are_not_refused(tmp_path):
    path = written(tmp_path, "d,x\n12/05/2024,1\n01/02/2024,2\n")
    assert read_table(path, columns=["x"]).names == ("x",)


def sqlite(folder):
    connection = sqlite3.connect(folder / "data.csv")
    connection.execute("create table t (a)")
    connection.commit()
    connection.close()
    return (folder / "data.csv").read_bytes()


def zipped(names):
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name in names:
            archive.writestr(name, "a,b\n1,2\n")
    return buffer.getvalue()


def array():
    buffer = BytesIO()
    np.save(buffer, np.eye(2))
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (lambda _: b"%PDF-1.7", "this is no table in text but a PDF: export the table as CSV"),
        (lambda _: b"\x89PNG\r\n\x1a\n", "this is no table in text but a picture (PNG)"),
        (lambda _: pickle.dumps({"a": [1]}), "this is no table in text but a pickle, which is never opened"),
        (sqlite, "this is no table in text but a database (SQLite): export its table as CSV"),
        (lambda _: zipped(["a.csv", "b.csv"]), "this is a zip archive (it holds 'a.csv', 'b.csv'): unpack it and name"),
        (lambda _: zipped(["arr_0.npy"]), "these are NumPy arrays"),
        (lambda _: b"PK\x03\x04rest", "the zip archive is cut short or damaged"),
        (lambda _: array(), "this is no table in text but a NumPy array"),
        (
            lambda _: gzip.compress(b"RDX3\nX\n"),
            "this is no table in text but data of R: export the table as CSV (in R",
        ),
        (lambda _: b"<!DOCTYPE html><html>", "this is no table in text but a web page"),
        (
            lambda _: b"version https://git-lfs.github.com/spec/v1\n",
            "this is no table in text but a pointer of Git LFS",
        ),
        (lambda _: b"\x7fELF\x02\x01\x01\x00\x00", "this is no table in text but a program"),
        (lambda _: b"PAR1rest", "the Parquet file cannot be read ("),
        (lambda _: b"ARROW1rest", "the Feather file cannot be read ("),
        (lambda _: b'{"a": 1}\n{"a": ', "the JSON file cannot be read ("),
        (
            lambda _: gzip.compress(b"a,b\n1,2\n", mtime=0)[:-9],
            "the gzip file is cut short or damaged: fetch or pack it",
        ),
        (lambda _: gzip.compress(b"a,b\n1,2\n", mtime=0)[:-8] + b"\0" * 8, "the gzip file is cut short or damaged"),
        (lambda _: b"\x1f\x8bno gzip at all", "the gzip file is cut short or damaged"),
        (lambda _: b"BZh9no bz2", "the bz2 file is cut short or damaged"),
        (lambda _: b"\xfd7zXZ\0no xz", "the xz file is cut short or damaged"),
    ],
)
def test_foreign_and_damaged_files(tmp_path, content, message):
    assert refusal(written(tmp_path, content(tmp_path))).startswith(message)


def test_an_absurdly_long_line_is_not_read_to_its_end(tmp_path):
    path = tmp_path / "long.csv.gz"
    with gzip.open(path, "wb", compresslevel=1) as file:
        file.write(b"a,b\n1,2\n")
        for _ in range(70):
            file.write(b"a" * 2**20)
    assert refusal(path) == "line 3: the line is longer than 64 MiB: this is no table in CSV"


def test_missing_files_folders_and_patterns(tmp_path):
    assert refusal(tmp_path / "none.csv").startswith("there is no such file: check its name and the folder")
    assert refusal(tmp_path) == f"this is a folder: name a file in it, or several as in {tmp_path}/*.csv"
    assert refusal(tmp_path / "*.csv").startswith("no file has such a name: check the pattern and the folder")


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read(tmp_path):
    path = written(tmp_path, "a\n1\n")
    path.chmod(0)
    assert refusal(path) == "cannot be read (Permission denied): check its permissions"


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"decimal": ";"}, "decimal must be '.' or ',', got ';'"),
        ({"thousands": "_"}, "thousands must be"),
        ({"decimal": ",", "thousands": ","}, "decimal and thousands are both ','"),
        ({"delimiter": "ab"}, "delimiter must be one sign"),
        ({"encoding": "utf-9"}, "there is no encoding 'utf-9'"),
        ({"dates": "dmy"}, "dates must be"),
        ({"unreadable": "skip"}, "unreadable must be"),
        ({"encoding": "ascii"}, "line 2: byte 7 of the file (0xc3) is not ascii: save the file as UTF-8"),
    ],
)
def test_bad_settings(tmp_path, settings, message):
    path = written(tmp_path, "a,b\nx,é\n")
    with pytest.raises(InputError) as caught:
        read_table(path, **settings)
    assert message in str(caught.value)


def test_an_unknown_keyword_is_answered_with_the_near_one(tmp_path):
    with pytest.raises(TypeError, match="did you mean 'delimiter'"):
        read_table(written(tmp_path, "a\n1\n"), delimeter=";")


def test_half_surrogates_of_a_pasted_text():
    with pytest.raises(InputError, match=r"the pasted table: '.*' cannot be written as UTF-8: remove it"):
        read_table_text("a\n\ud800\n", "the pasted table")


def test_an_encoding_whose_mark_is_not_there_is_refused(tmp_path):
    path = written(tmp_path, "a,b\n1,2\n".encode("utf-16-le"))
    assert refusal(path, encoding="utf-16") == (
        "it does not begin with the mark of utf-16: name its encoding, with its order of bytes, as utf-16-le or "
        "utf-16-be"
    )
    assert read_table(path, encoding="utf-16-le").names == ("a", "b")


def test_a_text_that_begins_as_packed_files_do_is_a_text():
    assert read_table_text("BZh,n\n1,2\n", "the text").names == ("BZh", "n")
