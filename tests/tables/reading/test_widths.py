"""Rows of absurdly many cells, and what stands in front of the names: refused at once, or read however long it is."""

import json

import pytest

from clearprop.errors import InputError
from clearprop.tables.reading import batches, delimited, dialect, json_files, read_table

from .reading import contents, refusal, written

MOST = 1000


@pytest.fixture
def narrow(monkeypatch):
    for module in (dialect, batches, json_files):
        monkeypatch.setattr(module, "MOST_COLUMNS", MOST)


@pytest.mark.parametrize(
    ("front", "line"), [("", 1), ("sep=,\n", 2), ("# a comment\n", 2), ("\n\n", 3), ("#x\n\n// y\n", 4)]
)
@pytest.mark.parametrize("delimiter", "\t;|,")
def test_names_that_no_table_has_are_refused_wherever_they_stand(narrow, tmp_path, front, line, delimiter):
    path = written(tmp_path, f"{front}x{delimiter * MOST}\n1,2\n")
    assert refusal(path) == (
        f"line {line}: the line of names has 1,001 columns, more than 1,000: keep those that are needed"
    )


def test_a_header_of_millions_of_delimiters_reaches_no_reader(monkeypatch, tmp_path):
    monkeypatch.setattr(dialect, "reader_of", lambda *_: pytest.fail("its cells are taken apart"))
    path = written(tmp_path, b"# a comment\n" + b"x" + b"," * 3_000_000 + b"\n1,2\n")
    assert refusal(path).startswith("line 2: the line of names has 3,000,001 columns, more than 100,000: keep those")


@pytest.mark.parametrize("before", ["", "1,2\n", "1,2\n3,4\n5,6\n" * 400], ids=["first", "second", "late"])
@pytest.mark.parametrize("cell", ["1,", '"",'])
def test_a_row_of_millions_of_cells_is_refused_by_its_line_and_not_read(monkeypatch, tmp_path, before, cell):
    import polars as pl

    longest = []
    read_csv = pl.read_csv

    def watched(text, **settings):
        longest.append(max(map(len, text.split(b"\n"))))
        return read_csv(text, **settings)

    monkeypatch.setattr(pl, "read_csv", watched)
    path = written(tmp_path, "a,b\n" + before + cell * 300_000 + "\n1,2\n")
    line = 2 + before.count("\n")
    assert refusal(path).startswith(f"line {line}: the row has 300,001 fields and the header 2 (the delimiter is ',')")
    assert max(longest, default=0) < 10


def test_a_long_line_of_few_cells_is_read(narrow, tmp_path):
    text = "x" * (3 * MOST)
    table = read_table(written(tmp_path, f"a,b\n1,y\n2,{text}\n"))
    assert contents(table) == {"a": ("number", [1, 2]), "b": ("text", ["y", text])}


def test_json_of_more_keys_than_a_table_has_columns_is_refused(narrow, tmp_path):
    path = written(tmp_path, json.dumps({f"k{number}": 1 for number in range(MOST + 1)}))
    assert refusal(path) == "its objects have 1,001 different keys, more than 1,000: keep those that are needed"
    table = read_table(written(tmp_path, json.dumps({f"k{number}": number for number in range(MOST)})))
    assert [(column.name, *column.values) for column in table.columns] == [(f"k{k}", k) for k in range(MOST)]


def test_json_each_of_whose_objects_has_keys_of_its_own_is_bounded_by_the_cells_it_comes_to(tmp_path):
    path = written(tmp_path, "".join(f'{{"k{number}": 1}}\n' for number in range(300)))
    assert len(read_table(path).names) == 300
    assert refusal(path, largest=8 * 300 * 300 - 1) == (
        "the JSON file of 3.4 KiB comes to more than 703 KiB unpacked: where it is meant to, pass largest='1MB'"
    )


@pytest.mark.parametrize("encoding", ["utf-8", "cp1252", "utf-16"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_comments_in_front_of_the_names_may_be_longer_than_a_block(monkeypatch, tmp_path, encoding, end):
    monkeypatch.setattr(delimited, "FIRST_BYTES", 100)
    monkeypatch.setattr(delimited, "BLOCK_BYTES", 100)
    lines = [*(f"## contig {number}" for number in range(500)), "#pos,réf", "1,A", "2,C", ""]
    table = read_table(written(tmp_path, end.join(lines).encode(encoding)))
    assert contents(table) == {"pos": ("number", [1, 2]), "réf": ("text", ["A", "C"])}
    assert [table.place(row) for row in range(2)] == ["line 502", "line 503"]
    assert "500 lines are comments in front of the names: passed over" in table.notes


def test_comments_without_end_are_refused(monkeypatch, tmp_path):
    monkeypatch.setattr(delimited, "MOST_IN_FRONT", 2**16)
    monkeypatch.setattr(delimited, "FIRST_BYTES", 2**12)
    monkeypatch.setattr(delimited, "BLOCK_BYTES", 2**12)
    path = written(tmp_path, "# c\n" * 2**15 + "a,b\n1,2\n")
    assert refusal(path) == (
        "its first 64 KiB are comments and blank lines: remove what stands in front of the names of the columns"
    )


def test_columns_by_the_thousand_are_each_read_as_by_themselves(tmp_path):
    kinds = ["1", "2.5", "007", "x", "-", "9007199254740993", "NA", "1e5", "2024-01-05"]
    names = [f"c{number}" for number in range(3000)]
    rows = [",".join(kinds[number % len(kinds)] for number in range(3000)) for _ in range(3)]
    table = read_table(written(tmp_path, "\n".join([",".join(names), *rows]) + "\n"))
    for number, kind in enumerate(kinds):
        alone = read_table(written(tmp_path, f"c\n{kind}\n{kind}\n{kind}\n", "alone.csv"))
        for place in range(number, 3000, len(kinds)):
            column = table.columns[place]
            assert (column.kind, column.values.tolist()) == (alone.columns[0].kind, alone.columns[0].values.tolist())


def test_no_error_of_another_library_for_blank_files(tmp_path):
    with pytest.raises(InputError, match="the file is empty"):
        read_table(written(tmp_path, " \n" * 10))
