"""Feather files are read record batch by record batch, to the cells and the models that Parquet gives."""

import gzip
import pickle

import polars as pl
import pyarrow as pa
import pyarrow.feather
import pytest

from clearprop import InputError, TableRegressor
from clearprop.tables.sources import source as sources
from clearprop.tables.sources.opening import streamed

from .tables import frame
from .test_sources import QUICK, cells, joined


def feathers(folder, n=450, files=2, compression="uncompressed"):
    """Files of batches of 300 rows at most."""
    folder.mkdir(exist_ok=True)
    for number in range(files):
        table = frame(n, number).to_arrow(compat_level=pl.CompatLevel.oldest())
        pyarrow.feather.write_feather(
            table, str(folder / f"part-{number}.feather"), chunksize=300, compression=compression
        )
    return folder


@pytest.mark.parametrize("compression", ["uncompressed", "lz4", "zstd"])
def test_a_part_is_a_record_batch_or_a_piece_of_one(tmp_path, monkeypatch, compression):
    monkeypatch.setattr(sources, "PART_ROWS", 100)
    source = streamed(str(feathers(tmp_path / "t", compression=compression)), True)
    assert [source.n_rows(number) for number in range(len(source))] == [100, 100, 100, 100, 50] * 2
    assert [list(run) for run in source.runs] == [[0, 1, 2], [3, 4], [5, 6, 7], [8, 9]]
    assert source.name(3).endswith("part-0.feather, record batch 1")
    whole = pl.concat([frame(450, 0), frame(450, 1)])
    found = joined(pickle.loads(pickle.dumps(source)))
    assert {name: found[name] for name in ("size", "town", "half", "price")} == {
        name: whole[name].to_list() for name in ("size", "town", "half", "price")
    }
    for number in (9, 2, 0, 4, 1, 3, 1):
        table = source.table(number, ["price", "town"])
        start = [0, 100, 200, 300, 400, 450, 550, 650, 750, 850][number]
        assert table.names == ("price", "town")
        assert cells(table)["price"] == whole["price"][start : start + table.n_rows].to_list()
        assert cells(table)["town"] == whole["town"][start : start + table.n_rows].to_list()
        assert table.rows[0] == start % 450


@pytest.mark.parametrize("compression", ["uncompressed", "zstd"])
def test_the_model_is_that_of_parquet_whoever_wrote_the_file(tmp_path, compression):
    whole = frame(500).with_columns(pl.col("town").cast(pl.Categorical))
    whole.write_parquet(tmp_path / "t.parquet")
    whole.write_ipc(tmp_path / "polars.feather", compression=compression)
    whole.to_pandas().to_feather(tmp_path / "pandas.feather", compression=compression)
    models = [
        TableRegressor(stream=True, **QUICK).fit(str(tmp_path / name), "price")
        for name in ("t.parquet", "polars.feather", "pandas.feather")
    ]
    for model in models[1:]:
        assert model.network_.parameters.tobytes() == models[0].network_.parameters.tobytes()


def test_faults_name_the_file(tmp_path):
    folder = feathers(tmp_path / "t")
    source = streamed(str(folder), True)
    last = folder / "part-1.feather"
    content = last.read_bytes()
    last.write_bytes(content[:-2])
    with pytest.raises(InputError, match=r"part-1\.feather.*the file has changed since it was first read"):
        source.table(len(source) - 1)
    with pytest.raises(InputError, match=r"part-1\.feather: the Feather file cannot be read \(.*: write it again"):
        streamed(str(folder), True)
    pyarrow.feather.write_feather(pa.table({"size": [1.0], "town": ["Ulm"]}), str(last))
    with pytest.raises(InputError, match=r"part-1\.feather: it has no column .* which .*part-0\.feather has"):
        streamed(str(folder), True)
    pyarrow.feather.write_feather(frame(0).to_arrow(compat_level=pl.CompatLevel.oldest()), str(last))
    with pytest.raises(InputError, match="there are no rows: leave the file out"):
        streamed(str(folder), True)


# -- what is not read bit by bit -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        (
            "t.csv.gz",
            gzip.compress(b"a,y\n1,2\n", mtime=0),
            "cannot be read bit by bit: unpack it, or write Parquet",
        ),
        (
            "t.xlsx",
            b"PK\x03\x04" + bytes(100),
            "a workbook, which cannot be read bit by bit: write",
        ),
        ("t.jsonl", b'{"a": 1}\n{"a": 2}\n', "JSON, which cannot be read bit by bit: write it as"),
        ("t.json", b'\xef\xbb\xbf[{"a": 1}]', "JSON, which cannot be read bit by bit: write it as"),
        ("latin.csv", "straße,y\n1,2\n".encode("cp1252"), "no UTF-8 .*: save it as UTF-8, or write Parquet"),
        ("t.pdf", b"%PDF-1.7", "no table in text but a PDF"),
        ("old.feather", b"FEA1" + bytes(20), "a Feather file of version 1: write it in version 2"),
    ],
)
def test_other_kinds_are_refused_with_the_remedy(tmp_path, name, content, words):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(InputError, match=words):
        streamed(tmp_path / name, True)


def test_files_of_several_kinds_are_refused(tmp_path):
    feathers(tmp_path / "t", files=1)
    frame(10).write_parquet(tmp_path / "t" / "part-9.parquet")
    with pytest.raises(InputError, match=r"part-0\.feather: the files are of several kinds"):
        streamed(str(tmp_path / "t" / "*"), True)
    with pytest.raises(InputError, match=r"it has files of '\*\.parquet', '\*\.feather'"):
        streamed(str(tmp_path / "t"), True)
