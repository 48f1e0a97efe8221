"""Files that come to far more than they are: refused while they are unpacked, by size and by ratio, and quickly."""

import bz2
import gzip
import io
import lzma
import sys
import tracemalloc
import zipfile

import numpy as np
import openpyxl
import polars as pl
import pytest

from clearprop.errors import InputError
from clearprop.tables.reading import opening, read_table
from clearprop.tables.reading.settings import n_bytes

if sys.version_info < (3, 14):
    from backports import zstd
else:
    from compression import zstd

PACKED = {"gzip": gzip.compress, "bz2": bz2.compress, "xz": lzma.compress, "zstd": zstd.compress}


def refusal(path, **settings):
    with pytest.raises(InputError) as caught:
        read_table(path, **settings)
    return str(caught.value)


@pytest.fixture
def small(monkeypatch):
    """What is packed may come to 64 KiB freely, and to a hundred times its size."""
    monkeypatch.setattr(opening, "FREELY_UNPACKED", 2**16)


@pytest.mark.parametrize("packing", PACKED)
def test_blank_lines_that_were_packed_are_refused_with_their_sizes_and_the_remedy(small, tmp_path, packing):
    path = tmp_path / "bomb.csv"
    path.write_bytes(PACKED[packing](b"a,b\n1,2\n" + b"\n" * 2**22))
    most = max(2**16, 100 * path.stat().st_size)
    size = f"{path.stat().st_size * 10 // 1024 / 10:.1f} KiB"
    expected = f"the {packing} file of {size} comes to more than "
    said = refusal(path)
    assert said.startswith(f"{path}: {expected}")
    assert said.endswith(f"unpacked: where it is meant to, pass largest='{max(1, 2 * most // 2**20)}MB'")


@pytest.mark.parametrize("packing", PACKED)
def test_as_much_as_is_allowed_is_read(small, tmp_path, packing):
    path = tmp_path / "blank.csv"
    content = b"a,b\n1,2\n" + b"\n" * 2**20 + b"3,4\n"
    path.write_bytes(PACKED[packing](content))
    table = read_table(path, largest=len(content))
    assert table.column("b").values.tolist() == [2, 4]
    assert table.place(1) == f"line {2**20 + 3}"
    assert "comes to more than 1.0 MiB unpacked" in refusal(path, largest=len(content) - 1)
    assert read_table(path, largest="2MB").n_rows == 2


def test_what_comes_to_a_hundred_times_its_size_needs_no_leave(small, tmp_path):
    numbers = np.random.default_rng(0).integers(0, 1000, 40_000)
    content = b"a\n" + b"\n".join(b"%03d" % number for number in numbers)
    path = tmp_path / "honest.csv.gz"
    path.write_bytes(gzip.compress(content))
    assert 2**16 < len(content) < 100 * path.stat().st_size
    assert read_table(path).n_rows == 40_000


def test_a_bomb_takes_no_memory(small, tmp_path):
    path = tmp_path / "bomb.csv.gz"
    with gzip.open(path, "wb", compresslevel=1) as file:
        file.write(b"a,b\n")
        for _ in range(64):
            file.write(b"\n" * 2**20)
    tracemalloc.start()
    try:
        refusal(path, largest="1MB")
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert most < 20 * 2**20


@pytest.mark.parametrize("kind", ["parquet", "json"])
def test_all_kinds_of_files_are_bounded(small, tmp_path, kind):
    frame, buffer = pl.DataFrame({"a": np.zeros(60_000, dtype=int)}), io.BytesIO()
    frame.write_parquet(
        buffer, compression="uncompressed", use_pyarrow=False
    ) if kind == "parquet" else frame.write_ndjson(buffer)
    path = tmp_path / "data.gz"
    path.write_bytes(gzip.compress(buffer.getvalue() + b"\n" * 2**19))
    assert "the gzip file of" in refusal(path)


def workbook(path, rows, columns=1):
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["a"] * columns)
    for _ in range(rows):
        sheet.append([1] * columns)
    book.save(path)


def test_a_workbook_is_bounded_too(small, tmp_path):
    pytest.importorskip("fastexcel")
    path = tmp_path / "book.xlsx"
    workbook(path, 2000)
    assert read_table(path, largest="1MB").n_rows == 2000
    assert "the zip file of" in refusal(path, largest="20KB")
    assert "pass largest=" in refusal(path, largest="20KB")


def test_an_archive_that_says_less_than_it_comes_to_is_damaged(tmp_path):
    pytest.importorskip("fastexcel")
    path = tmp_path / "book.xlsx"
    workbook(path, 2000)
    content = bytearray(path.read_bytes())
    with zipfile.ZipFile(path) as archive:
        entry = archive.getinfo("xl/worksheets/sheet1.xml")
    claimed, true = (100).to_bytes(4, "little"), entry.file_size.to_bytes(4, "little")
    assert content.count(true) >= 1
    path.write_bytes(bytes(content).replace(true, claimed))
    assert "the zip archive is cut short or damaged: fetch it again" in refusal(path)


@pytest.mark.parametrize(
    ("given", "expected"),
    [(1, 1), ("1", 1), ("10KB", 10240), ("1.5 GiB", 3 * 2**29), ("2M", 2**21), ("1tb", 2**40), (2**70, None)],
)
def test_sizes(given, expected):
    if expected is None:
        with pytest.raises(InputError):
            n_bytes(given)
    else:
        assert n_bytes(given) == expected


@pytest.mark.parametrize("given", ["", "many", "-1", "0", 0, -5, True, 1.5e9, "1e9", "4 PB", "nan", "9" * 400, [], {}])
def test_what_is_no_size_is_refused(tmp_path, given):
    path = tmp_path / "t.csv"
    path.write_text("a\n1\n")
    said = refusal(path, largest=given)
    assert said.startswith("largest must be a size such as 500MB or 4GB, got ")
    assert len(said) < 200


# -- what is large without being packed --------------------------------------------------------------------------------


def test_a_line_without_end_is_refused(monkeypatch, tmp_path):
    from clearprop.tables.reading import batches, delimited

    for module in (batches, delimited):
        monkeypatch.setattr(module, "LONGEST", 2**16)
    monkeypatch.setattr(delimited, "FIRST_BYTES", 2**12)
    monkeypatch.setattr(delimited, "BLOCK_BYTES", 2**12)
    path = tmp_path / "line.csv"
    for beginning, line in ((b"", 1), (b"a,b\n1,2\n", 3)):
        path.write_bytes(beginning + b"x" * 2**20)
        said = refusal(path)
        assert said.startswith(f"{path}, line {line}: the line is longer than "), said


@pytest.mark.parametrize("ends", [True, False])
def test_json_that_is_nested_without_end_is_refused(tmp_path, ends):
    path = tmp_path / "deep.json"
    path.write_text('[{"a": ' + "[" * 100_000 + ("]" * 100_000 + "}]" if ends else ""))
    assert "brackets stand more than 64 deep in each other: give a cell one value" in refusal(path)
    path.write_text('{"a": ' * 100_000 + "1" + ("}" * 100_000 if ends else ""))
    assert "brackets stand more than 64 deep in each other" in refusal(path)


def test_brackets_in_the_texts_of_json_are_none(tmp_path):
    path = tmp_path / "texts.json"
    path.write_text('[{"a": "' + "[" * 1000 + '", "b": 1}, {"a": "' + '\\"{' * 500 + '", "b": 2}]')
    assert read_table(path).column("b").values.tolist() == [1, 2]


def test_rows_that_a_few_bytes_stand_for_are_refused_where_no_memory_holds_them(monkeypatch, tmp_path):
    from clearprop.foundation import memory

    path = tmp_path / "rows.parquet"
    pl.DataFrame({"a": np.zeros(10**6), "b": np.zeros(10**6)}).write_parquet(path)
    assert path.stat().st_size < 10**5
    monkeypatch.setattr(memory, "SMALL", 0)
    monkeypatch.setattr(memory, "free_memory", lambda: 2**20)
    with pytest.raises(
        ValueError, match=r"1,000,000 rows of 2 columns would take 15 MiB of memory, and 1\.0 MiB are free"
    ):
        read_table(path)


def test_a_stray_cell_far_off_a_workbooks_table_is_told(monkeypatch, tmp_path):
    pytest.importorskip("fastexcel")
    from clearprop.foundation import memory

    monkeypatch.setattr(memory, "free_memory", lambda: 2**33)
    book = openpyxl.Workbook()
    book.active.append(["a", "b"])
    book.active.append([1, 2])
    path = tmp_path / "stray.xlsx"
    book.save(path)
    assert read_table(path).n_rows == 1
    book.active["XFD1048576"] = 1
    book.save(path)
    with pytest.raises(
        ValueError, match="the sheet's 1,048,576 rows of 16,384 columns, up to its outermost cells, would"
    ):
        read_table(path)


def test_a_line_of_names_that_no_table_has_is_refused_at_once(monkeypatch, tmp_path):
    from clearprop.tables.reading import dialect

    path = tmp_path / "wide.csv"
    path.write_text(",".join(f"c{number}" for number in range(1001)) + "\n" + ",".join(["1"] * 1001) + "\n")
    assert read_table(path).n_rows == 1
    monkeypatch.setattr(dialect, "MOST_COLUMNS", 1000)
    said = refusal(path)
    assert said == f"{path}, line 1: the line of names has 1,001 columns, more than 1,000: keep those that are needed"


def test_blank_lines_between_rows_are_counted(tmp_path):
    path = tmp_path / "blank.csv"
    path.write_bytes(b"a,b\n1,2\n" + b"\n" * (9 * 2**20) + b"3,4\n\n5,6\n")
    table = read_table(path)
    assert table.column("a").values.tolist() == [1, 3, 5]
    assert [table.place(row) for row in range(3)] == ["line 2", f"line {9 * 2**20 + 3}", f"line {9 * 2**20 + 5}"]
