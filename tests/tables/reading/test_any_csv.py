"""Whatever is written as CSV is read back: by csv.writer, beside pandas, in blocks of any size, and any bytes."""

import csv
import io
import itertools

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from clearprop.errors import InputError
from clearprop.tables.reading import delimited, read_table, read_table_text

from ...extent import examples, in_pairs
from .reading import contents, values_of, written

letters = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0\x1a"), max_size=8)
awkward = st.one_of(letters, st.text('",;\t|\r\n \ufeff"aé-.1', max_size=8))
# A letter in front, so that a text is no number, date, boolean or missing cell, and no white space is taken off.
texts = awkward.map(lambda text: f"x{text}x")


def table_text(names, rows, delimiter, end, quoting=csv.QUOTE_MINIMAL):
    buffer = io.StringIO()
    writer = csv.writer(buffer, delimiter=delimiter, lineterminator=end, quoting=quoting)
    writer.writerow(names)
    writer.writerows(rows)
    return buffer.getvalue()


@st.composite
def tables(draw):
    names = [f"n{number}{draw(texts)}" for number in range(draw(st.integers(2, 4)))]
    column = st.one_of(
        st.just(texts),
        st.just(st.one_of(st.none(), st.floats(-1e100, 1e100))),
        st.just(st.one_of(st.none(), st.integers(-(2**53), 2**53))),
        st.just(st.integers(-(2**63), 2**63 - 1)),
    )
    kinds = [draw(column) for _ in names]
    rows = draw(st.lists(st.tuples(*kinds), min_size=1, max_size=12))
    return names, rows


@examples(300)
@given(
    table=tables(),
    delimiter=st.sampled_from(",;\t|"),
    end=st.sampled_from(["\n", "\r\n"]),
    quoting=st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_NONNUMERIC, csv.QUOTE_ALL]),
)
def test_what_csv_writes_is_read_back(table, delimiter, end, quoting):
    names, rows = table
    text = table_text(names, rows, delimiter, end, quoting)
    # Python does not quote a return where lines end otherwise, and some readers end a line there.
    assume(quoting != csv.QUOTE_MINIMAL or "\r" not in text.replace(end, ""))
    read = read_table_text(text, "table", delimiter=delimiter, decimal=".")
    assert list(read.names) == names
    for column, written_values in zip(read.columns, zip(*rows, strict=True), strict=True):
        assert values_of(column) == list(written_values)


@examples(200)
@given(
    columns=st.integers(1, 4).flatmap(
        lambda n: st.lists(
            st.tuples(*[st.one_of(st.none(), st.floats(allow_nan=False, allow_infinity=False))] * n), min_size=2
        )
    )
)
@example(columns=[(5e-324,), (1.7976931348623157e308,), (2.2250738585072014e-308,)])
def test_numbers_are_those_of_pandas_to_the_last_bit(columns):
    names = [f"c{number}" for number in range(len(columns[0]))]
    text = table_text(names, [[("NA" if v is None else v) for v in row] for row in columns], ",", "\n")
    ours, theirs = read_table_text(text, "table"), pd.read_csv(io.StringIO(text), dtype=str)
    for column in ours.columns:
        if column.kind == "number":
            values = np.where(column.is_missing, np.nan, column.values)
            np.testing.assert_array_equal(values, theirs[column.name].astype(float).to_numpy())
        else:
            assert theirs[column.name].isna().all()


PIECES = [
    b"a",
    b"b",
    b"1",
    b"2.5",
    b",",
    b";",
    b'"',
    b"\n",
    b"\r",
    b" ",
    b"\xc3",
    b"\xa9",
    b"\0",
    b"-",
    b"/",
    b"%",
    b"=",
]


@examples(600)
@given(content=st.one_of(st.binary(max_size=60), st.lists(st.sampled_from(PIECES), max_size=40).map(b"".join)))
@example(content=b'a,b\n1,2\n"x"\r,3\n')
@example(content=b"\xfe\xffa")
@example(content=b"a,b\n1,\xed\xa0\x80\n")
def test_any_bytes_give_a_table_or_an_input_error_of_one_line(tmp_path_factory, content):
    assume(not content.startswith(b"\xd0\xcf\x11\xe0"))  # a workbook, for which a library may be missing
    path = written(tmp_path_factory.getbasetemp(), content)
    message = "none"
    try:
        table = read_table(path)
    except InputError as error:
        message = str(error)
    else:
        assert table.n_rows >= 1
        assert all(len(column) == table.n_rows for column in table.columns)
        assert [table.line_of(row) for row in range(table.n_rows)] == sorted(map(table.line_of, range(table.n_rows)))
        assert all(note.isprintable() for note in table.notes)
    assert message.isprintable()


def long_table():
    """Columns that change what they are on the way: far behind what the first rows show."""
    rng = np.random.default_rng(0)
    n = 3000
    late = n - 20
    return pd.DataFrame(
        {
            "float": rng.normal(size=n),
            "whole": rng.integers(0, 1000, n),
            "whole then float": [str(k) if k < late else f"{k}.5" for k in range(n)],
            "whole then beyond": [str(k) if k < late else str(2**60 + k) for k in range(n)],
            "whole then text": [str(k) if k < late else f"x{k}" if k == late else "" for k in range(n)],
            "whole then zeros": [str(k + 1000) if k < late else f"0{k}" for k in range(n)],
            "missing then number": ["" if k < late else str(k) for k in range(n)],
            "number then missing": [str(k) if k < late else "-" for k in range(n)],
            "float then missing": [f"{k}.25" if k < late else "n.a." for k in range(n)],
            "quoted": [f"a,{k % 7}" if k % 3 else f"two\nlines {k % 5}" for k in range(n)],
            "text": [f"t{k % 11}" for k in range(n)],
        }
    )


DROPPED = [(), ("quoted",), ("text", "quoted")]


@pytest.mark.parametrize(("block", "delimiter", "drop"), in_pairs(itertools.product([300, 5000, 2**22], ",;", DROPPED)))
def test_the_size_of_blocks_makes_no_difference(tmp_path, monkeypatch, block, delimiter, drop):
    frame = long_table().drop(columns=list(drop))
    path = tmp_path / "long.csv"
    frame.to_csv(path, index=False, sep=delimiter)
    monkeypatch.setattr(delimited, "FIRST_BYTES", min(block, 2**19))
    monkeypatch.setattr(delimited, "BLOCK_BYTES", block)
    table = read_table(path, categorical_features=["whole then text"], decimal=".")
    expected = pd.read_csv(path, sep=delimiter, dtype=str, keep_default_na=False)
    numbers = {"float", "whole", "whole then float", "missing then number", "number then missing", "float then missing"}
    for column in table.columns:
        cells = expected[column.name].tolist()
        if column.name in numbers:
            floats = [None if cell in ("", "-", "n.a.") else float(cell) for cell in cells]
            assert values_of(column) == floats, column.name
        elif column.name == "whole then beyond":
            assert column.values.tolist() == list(map(int, cells))
            assert column.values.dtype == np.int64
        else:
            assert values_of(column) == [cell or None for cell in cells], column.name
    lines = np.cumsum([2, *(1 + cell.count("\n") for cell in expected.get("quoted", [""] * len(expected)))])[:-1]
    assert [table.line_of(row) for row in range(table.n_rows)] == lines.tolist()


@pytest.mark.parametrize("block", [64, 1000])
@pytest.mark.parametrize("encoding", ["utf-8", "cp1252", "utf-16"])
def test_letters_that_lie_across_blocks(tmp_path, monkeypatch, block, encoding):
    monkeypatch.setattr(delimited, "FIRST_BYTES", block)
    monkeypatch.setattr(delimited, "BLOCK_BYTES", block + 1)
    cells = ["äöüß€"[k % 5] * (k % 9 + 1) for k in range(500)]
    path = written(tmp_path, ("é,x\n" + "".join(f"{cell},1\n" for cell in cells)).encode(encoding))
    assert contents(read_table(path)) == {"é": ("text", cells), "x": ("number", [1] * 500)}


def test_a_wrong_byte_far_behind_is_found_by_line(tmp_path, monkeypatch):
    monkeypatch.setattr(delimited, "FIRST_BYTES", 100)
    monkeypatch.setattr(delimited, "BLOCK_BYTES", 100)
    path = written(tmp_path, "é,x\n" + "ü,1\n" * 500 + "a,1\n")
    content = path.read_bytes()
    path.write_bytes(content + b"\xff,2\n")
    with pytest.raises(InputError) as caught:
        read_table(path)
    assert f"line 503: byte {len(content) + 1:,} of the file (0xff) is not utf-8" in str(caught.value)


def test_many_columns_cost_no_more_than_their_cells(tmp_path):
    names = [f"c{number}" for number in range(5000)]
    rows = ["\t".join(str(number + row) for number in range(5000)) for row in range(3)]
    table = read_table(written(tmp_path, "\n".join(["\t".join(names), *rows]) + "\n"))
    assert table.column("c4999").values.tolist() == [4999.0, 5000.0, 5001.0]
