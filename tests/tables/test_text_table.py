import gzip
import os
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from clearprop.errors import InputError
from clearprop.foundation.table_cells import MISSING, as_cells, is_missing, number_or_nan, quoted
from clearprop.tables.text_reading import read_csv
from clearprop.tables.text_table import Table
from clearprop.tables.writing import write_csv

from ..extent import examples

texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))
awkward_texts = st.one_of(texts, st.text('",;\t|\r\n \ufeff"aé'))


def written(folder, content, name="data.csv"):
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def refusal(path):
    with pytest.raises(InputError) as caught:
        read_csv(path)
    message = str(caught.value)
    assert message.isprintable()
    assert message.startswith(f"{path}")
    return message.removeprefix(f"{path}").lstrip(":, ")


def cells(table):
    return {name: column.tolist() for name, column in zip(table.names, table.columns, strict=True)}


# --- reading


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_every_delimiter_line_end_and_mark(tmp_path, delimiter, end, mark):
    lines = [["name", '"size, in; cm"'], ['"a""b"', " 4 "], [], ['"x' + end + 'y"', ""], ["é", "5"]]
    content = mark + end.join(delimiter.join(line) for line in lines).encode()
    table = read_csv(written(tmp_path, content))
    assert cells(table) == {"name": ['a"b', f"x{end}y", "é"], "size, in; cm": ["4", "", "5"]}
    assert table.lines.tolist() == [2, 4, 6]
    assert table.n_rows == 3


def test_gzip_is_told_by_its_content(tmp_path):
    path = written(tmp_path, gzip.compress(b"a,b\n1,2\n", mtime=0), "data.csv.gz")
    assert cells(read_csv(path)) == {"a": ["1"], "b": ["2"]}
    assert cells(read_csv(path.rename(tmp_path / "data"))) == {"a": ["1"], "b": ["2"]}


def test_blank_lines_are_skipped_wherever_they_stand(tmp_path):
    table = read_csv(written(tmp_path, "\n  \na,b\n\n1,2\n   \n3,4\n\n\n"))
    assert cells(table) == {"a": ["1", "3"], "b": ["2", "4"]}
    assert table.lines.tolist() == [5, 7]


def test_in_a_single_column_a_quoted_empty_cell_is_no_blank_line(tmp_path):
    table = read_csv(written(tmp_path, 'a\n1\n\n""\n2\n'))
    assert cells(table) == {"a": ["1", "", "2"]}
    assert table.lines.tolist() == [2, 4, 5]


def test_many_blocks_of_rows_keep_their_order_and_lines(tmp_path):
    n_rows = 20_000
    content = "number,text\n" + "".join(f'{i},"{i}\n{i}"\n' for i in range(n_rows))
    table = read_csv(written(tmp_path, content))
    assert table.column("number").numbers().tolist() == list(range(n_rows))
    assert table.columns[1][-1] == f"{n_rows - 1}\n{n_rows - 1}"
    assert table.lines.tolist() == list(range(2, 2 * n_rows + 2, 2))


def test_wide_tables(tmp_path):
    names = [f"c{i}" for i in range(5000)]
    content = ",".join(names) + "\n" + ",".join(map(str, range(5000))) + "\n"
    table = read_csv(written(tmp_path, content))
    assert table.column("c4999").numbers().tolist() == [4999.0]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "the file is empty: it needs a line of column names"),
        ("\n  \r\n", "the file is empty"),
        ("\ufeff", "the file is empty"),
        ("a,b\n", "there are column names and no rows: add at least one row"),
        ("a,b\n\n\n", "there are column names and no rows"),
        ("a,b\n1,2\n1,2,3\n", "line 3: the row has 3 fields and the header 2 (the delimiter is ','): add or remove"),
        ('a,b\n"x\n\ny",2\n\n1\n', "line 6: the row has 1 field and the header 2"),
        ("a;b\n1,2\n", "line 2: the row has 1 field and the header 2 (the delimiter is ';')"),
        ("a,b, a \n1,2,3\n", "line 1: columns 1 and 3 are both named 'a': rename one of them"),
        ("\n,a\n1,2\n", "line 2: column 1 has no name: name it, or remove it (pandas"),
        ("5.1,3.5,setosa\n4.9,3,setosa\n", "line 1: most of the column names are numbers ('5.1', '3.5'): the first"),
        ('a,b\n1,2\n"3,4\n5,6\n', 'line 3: a quote (") opens a cell and is never closed: close it'),
        ('"a,b\n1,2\n', 'line 1: a quote (") opens a cell and is never closed'),
        ('a,b\n1,2\n"3"x,4\n', 'line 3: text follows a quote (") that closes a cell'),
        ('a,b\n1,2\n"3,4\n' + "5,6\n" * 50_000, "line 3: a cell is longer than 131,072 characters, most often since"),
        ("a,b\n1," + "x" * 200_000 + "\n", "line 2: a cell is longer than 131,072 characters"),
        (b"a,b\n1,2\n3,\x00\n", "line 3: there is a NUL byte at byte 11 of the file: this is a binary file"),
        (b"\x7fELF\x02\x01\x01\x00\x00", "line 1: there is a NUL byte at byte 8"),
        ("a,b\n1,ü\nx,é\n".encode("latin-1"), "line 2: byte 7 of the file (0xfc) is not UTF-8: save the file as"),
        (b"a\n" + b"\xc3\xa9\n" * 3 + b"\xc3", "line 5: byte 12 of the file (0xc3) is not UTF-8"),
        ("a,b\n1,2\n".encode("utf-16"), "this is no CSV file but text in UTF-16: save it as UTF-8"),
        (b"PK\x03\x04rest", "this is no CSV file but an Excel workbook or a zip archive"),
        (b"\xd0\xcf\x11\xe0rest", "this is no CSV file but an Excel workbook: save the table as CSV"),
        (b"PAR1rest", "this is no CSV file but a Parquet file: export the table as CSV"),
        (gzip.compress(b"a,b\n1,2\n", mtime=0)[:-9], "the gzip file is cut short or damaged: fetch or pack it again"),
        (gzip.compress(b"a,b\n1,2\n", mtime=0)[:-8] + b"\0" * 8, "the gzip file is cut short or damaged"),
        (b"\x1f\x8bno gzip at all", "the gzip file is cut short or damaged"),
        (gzip.compress(b"PK\x03\x04rest", mtime=0), "this is no CSV file but an Excel workbook or a zip archive"),
    ],
)
def test_bad_files(tmp_path, content, message):
    assert refusal(written(tmp_path, content)).startswith(message)


def test_an_absurdly_long_line_is_not_read_to_its_end(tmp_path):
    path = tmp_path / "long.csv.gz"
    with gzip.open(path, "wb", compresslevel=1) as file:
        for _ in range(65):
            file.write(b"a" * 2**20)
    assert refusal(path) == "line 1: the line is longer than 64 MiB: this is no table in CSV"


def test_missing_files_and_folders(tmp_path):
    assert refusal(tmp_path / "none.csv").startswith("there is no such file: check its name and the folder")
    assert refusal(tmp_path) == "this is a folder: name a file in it"


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read(tmp_path):
    path = written(tmp_path, "a\n1\n")
    path.chmod(0)
    assert refusal(path) == "cannot be read (Permission denied): check its permissions"


def test_a_name_of_several_lines_is_shown_on_one(tmp_path):
    path = written(tmp_path, "", "two\nlines.csv")
    with pytest.raises(InputError) as caught:
        read_csv(path)
    assert str(caught.value).startswith(str(path).replace("\n", "\\n") + ": the file is empty")


PIECES = [b"a", b"b", b"1", b",", b";", b'"', b"\n", b"\r", b" ", b"\xc3", b"\xa9", b"\0"]


@examples(300)
@given(content=st.one_of(st.binary(max_size=60), st.lists(st.sampled_from(PIECES), max_size=30).map(b"".join)))
def test_any_bytes_give_a_table_or_an_input_error_of_one_line(tmp_path_factory, content):
    path = written(tmp_path_factory.getbasetemp(), content)
    message = "none"
    try:
        table = read_csv(path)
    except InputError as error:
        message = str(error)
    else:
        assert table.n_rows >= 1
        assert all(len(column) == table.n_rows for column in table.columns)
    assert message.isprintable()


# --- writing


@st.composite
def tables(draw):
    letters = st.one_of(st.just("x"), awkward_texts)
    names = draw(st.lists(letters.map(str.strip).filter(bool), min_size=1, max_size=4, unique=True))
    names = [name if np.isnan(number_or_nan(name)) else f"n{name}" for name in names]
    n_rows = draw(st.integers(1, 5))
    column = st.lists(awkward_texts, min_size=n_rows, max_size=n_rows)
    return list(dict.fromkeys(names)), [draw(column) for _ in dict.fromkeys(names)]


@examples(300)
@given(table=tables())
@example(table=(["a;b;c", "d"], [["1"], ["2"]]))
@example(table=(["\ufeffa"], [[""]]))
@example(table=(["a", "b"], [["", "\r"], ["", " \n"]]))
def test_what_is_written_is_read_back(tmp_path_factory, table):
    names, columns = table
    path = tmp_path_factory.getbasetemp() / "written.csv"
    write_csv(path, names, columns)
    read = read_csv(path)
    assert list(read.names) == names
    assert [column.tolist() for column in read.columns] == [[cell.strip() for cell in column] for column in columns]


@examples(300)
@given(values=st.lists(st.floats(-1e100, 1e100), min_size=1))
def test_numbers_are_written_to_the_last_bit(tmp_path_factory, values):
    path = tmp_path_factory.getbasetemp() / "numbers.csv"
    write_csv(path, ["a", "b"], [values, np.array(values)])
    table = read_csv(path)
    for name in table.names:
        assert table.column(name).numbers().tobytes() == np.array(values).tobytes()


def test_writing_none_integers_and_arrays_of_strings(tmp_path):
    path = tmp_path / "a.csv"
    write_csv(path, ["n", "s", "o"], [np.array([1, 2]), as_cells(["x", "y,z"]), [None, True]])
    assert path.read_bytes() == b'n,s,o\n1,x,\n2,"y,z",True\n'


@pytest.mark.parametrize(
    ("names", "columns", "message"),
    [
        (["a"], [["1"], ["2"]], "1 names and columns of 1, 1 rows do not fit"),
        (["a", "b"], [["1"], ["2", "3"]], "2 names and columns of 1, 2 rows do not fit"),
        (["a", "a "], [["1"], ["2"]], "columns 1 and 2 are both named 'a'"),
        (["a", " "], [["1"], ["2"]], "column 2 has no name"),
        ([], [], "there are no columns"),
        (["a"], [["\ud800"]], "is half of a surrogate pair"),
    ],
)
def test_bad_columns_are_not_written(tmp_path, names, columns, message):
    with pytest.raises(InputError, match=message):
        write_csv(tmp_path / "a.csv", names, columns)
    assert os.listdir(tmp_path) == []


def test_writing_into_a_folder_that_does_not_exist(tmp_path):
    with pytest.raises(InputError, match=r"none' does not exist: create it, or choose another"):
        write_csv(tmp_path / "none" / "a.csv", ["a"], [["1"]])


# --- tables


def test_select_drop_take_keep_cells_and_lines(tmp_path):
    table = read_csv(written(tmp_path, "a,b,c\n1,2,3\n\n4,5,6\n7,8,9\n"))
    assert cells(table.select(["c", "a"])) == {"c": ["3", "6", "9"], "a": ["1", "4", "7"]}
    assert cells(table.drop(["b"])) == {"a": ["1", "4", "7"], "c": ["3", "6", "9"]}
    taken = table.take(np.array([2, 0]))
    assert cells(taken) == {"a": ["7", "1"], "b": ["8", "2"], "c": ["9", "3"]}
    assert taken.lines.tolist() == [5, 2]
    assert taken.column("b").where(0) == f"{table.path}, line 5, column 'b'"


@pytest.mark.parametrize("method", ["column", "select", "drop"])
def test_an_unknown_column_lists_similar_ones_and_all(method):
    table = Table.from_columns(["Age", "height", "weight"], [[1], [2], [3]], path="t.csv")
    with pytest.raises(InputError) as caught:
        getattr(table, method)("age" if method == "column" else ["age", "wieght"])
    expected = {
        "column": "there is no column 'age' (similar: 'Age'): add or rename the column; ",
        "select": "there are no columns 'age', 'wieght' (similar: 'Age', 'weight'): add or rename the columns; ",
    }
    there = "those there are: 'Age', 'height', 'weight'"
    assert str(caught.value) == f"t.csv: {expected['column' if method == 'column' else 'select']}{there}"


def test_from_columns_follows_the_rules_of_a_file():
    table = Table.from_columns(["a ", "b", "c"], [[1, None, 2.5], np.array([0.1, np.nan, 3]), [" x", "", np.str_("y")]])
    assert cells(table) == {"a": ["1", "", "2.5"], "b": ["0.1", "nan", "3.0"], "c": ["x", "", "y"]}
    assert np.array_equal(table.column("b").numbers(), [0.1, np.nan, 3], equal_nan=True)
    assert table.column("a").where(1) == "the table, row 1 (counted from 0), column 'a'"


@pytest.mark.parametrize(
    ("names", "columns", "message"),
    [
        (["a"], [[1], [2]], "2 columns have 1 names"),
        (["a", "b"], [[1], [2, 3]], "columns have from 1 to 2 rows"),
        (["a"], [[]], "the columns have no rows"),
        ([], [], "there are no columns"),
        (["a", "a"], [[1], [2]], "both named 'a'"),
        (["a"], [["x\ud800"]], r"the cell 'x\\ud800' cannot be written as UTF-8"),
    ],
)
def test_bad_data_of_python(names, columns, message):
    with pytest.raises(InputError, match=message):
        Table.from_columns(names, columns)


def test_loading_reading_and_writing_needs_numpy_only(tmp_path):
    program = (
        "import sys; import clearprop.tables.text_reading, clearprop.tables.writing\n"
        "import clearprop.tables.preprocessing, clearprop.tables.targets\n"
        "assert not {'sklearn', 'scipy', 'pandas'} & set(sys.modules), sys.modules.keys()"
    )
    subprocess.run([sys.executable, "-c", program], check=True)


# --- columns


def column(*values):
    return Table.from_columns(["v"], [values], path="t.csv").column("v")


def test_missing_cells_are_the_tokens_and_nothing_else():
    tokens = sorted(MISSING)
    others = ["none", "NONE", "0", "-", "N.A.", "missing", "Nan"]
    assert is_missing(as_cells([*tokens, *others])).tolist() == [True] * len(tokens) + [False] * len(others)


@examples(300)
@given(values=st.lists(st.one_of(st.floats(-1e100, 1e100), st.sampled_from(sorted(MISSING))), min_size=1))
def test_numbers_are_pythons_floats(values):
    expected = [np.nan if isinstance(value, str) else value for value in values]
    numbers = column(*values).numbers()
    assert numbers.dtype == np.float64
    np.testing.assert_array_equal(numbers, expected)


@pytest.mark.parametrize(
    ("cell", "number"),
    [("1", 1), ("+1.5", 1.5), ("-.5", -0.5), ("1e-400", 0), ("1E5", 1e5), ("٣", 3), ("1e100", 1e100), ("0x10", None)]
    + [(text, None) for text in ("1_000", "1,5", "12 cm", "Nan", "1e", "--1", "1 000", "True", "\u2212" + "1")],
)
def test_what_reads_as_a_number(cell, number):
    if number is None:
        assert np.isnan(number_or_nan(cell))
        with pytest.raises(InputError) as caught:
            column("1", "", cell).numbers()
        assert str(caught.value) == (
            f"t.csv, row 2 (counted from 0), column 'v': {cell!r} is not a number: correct it, or leave "
            "it empty if it is not known"
        )
    else:
        assert number_or_nan(cell) == number
        assert column("1", cell).numbers().tolist() == [1, number]


@pytest.mark.parametrize("cell", ["inf", "-Infinity", "1e999", "-1e999", "1.1e100"])
def test_infinite_and_huge_numbers_are_refused(cell):
    with pytest.raises(InputError) as caught:
        column("1", "NA", cell, "inf").numbers()
    assert str(caught.value).startswith(
        f"t.csv, row 2 (counted from 0), column 'v': {cell!r} is infinite or beyond 1e+100"
    )


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        (["1", "-2.5", "NA"], "number"),
        (["1"], "number"),
        (["red", "1"], "category"),
        (["red", "", "blue"], "category"),
        (["1", "2", "3", "x"], "category"),
        (["3a", "12", "4f", "77"], "category"),
        (["1,5", "x"], "category"),
        (["2024-01-05", "2024-01-06"], "category"),
        (["inf", "1"], "number"),
    ],
)
def test_kinds(values, kind):
    assert column(*values).kind() == kind


def test_text_in_a_column_of_numbers_is_refused():
    with pytest.raises(InputError) as caught:
        column("1", "2", "", "12O", "3", "4").kind()
    assert str(caught.value) == (
        "t.csv, row 3 (counted from 0), column 'v': '12O' is not a number, and 4 of the 5 known cells are: correct it, "
        "leave it empty if it is not known, or pass categories=[COLUMN] if it names kinds of things"
    )


def test_decimal_commas_are_refused():
    with pytest.raises(InputError) as caught:
        column("3", "NA", "3,14", ",5", "-7,0").kind(otherwise="do something else")
    assert str(caught.value) == (
        "t.csv, row 2 (counted from 0), column 'v': '3,14' looks like a number with a decimal comma: write it with a "
        "point, or do something else"
    )


def test_a_column_without_a_known_cell_is_refused():
    with pytest.raises(InputError) as caught:
        column("", "NA").kind()
    expected = "t.csv, column 'v': every cell is missing: remove the column, or pass ignore=[COLUMN]"
    assert str(caught.value) == expected


def test_values_in_messages_stay_on_one_short_line():
    with pytest.raises(InputError) as caught:
        column("1", "\x1b[31m\n" + "x" * 100_000).numbers()
    assert str(caught.value).isprintable()
    assert len(str(caught.value)) < 150
    assert quoted("x" * 100).count("x") < 40


def test_a_column_is_read_once_for_all_tables_of_the_same_rows():
    table = Table.from_columns(["a", "b"], [["1", "2", "x"], ["1", "2", ""]])
    column = table.column("b")
    assert table.column("b") is column
    assert table.select(["b"]).column("b") is column
    assert table.drop(["a"]).column("b") is column
    assert table.take([1, 0]).column("b").numbers().tolist() == [2, 1]
    assert column.numbers()[:2].tolist() == [1, 2]
    with pytest.raises(InputError, match="there is no column 'b'"):
        table.select(["a"]).column("b")
