"""train, evaluate and predict on tables that are read bit by bit: as on those in memory."""

import json

import numpy as np
import polars as pl
import pytest

from clearprop import TableRegressor, load, read_table

from ..tables.streaming.tables import frame, written

QUICK = ("--recipe", "plain", "--epochs", 3)


@pytest.fixture
def folder(tmp_path):
    return written(tmp_path / "t", row_group_size=250)


@pytest.fixture
def model(run, folder):
    status, _, err = run("train", folder, *QUICK, "--target", "price", "--out", "m", "--stream")
    assert status == 0, err


def test_a_folder_is_learned_bit_by_bit_as_in_python(run, folder, tmp_path):
    status, out, err = run(
        "train",
        folder,
        *QUICK,
        "--target",
        "price",
        "--out",
        "m",
        "--stream",
        "--report",
        "r.html",
        "--loss-curve",
        "l.svg",
    )
    assert status == 0, err
    assert "1,800 rows, 5 columns" in out
    assert "'price' holds numbers with fractions: regression" in err
    assert "read bit by bit in each epoch" in err
    there = TableRegressor(recipe="plain", max_epochs=3, random_state=0, stream=True).fit(str(folder), "price")
    assert load("m").network_.parameters.tobytes() == there.network_.parameters.tobytes()
    report = (tmp_path / "r.html").read_text(encoding="utf-8")
    assert "1,800" in report
    assert f"{there.training_.overview.n_trained:,}" in report
    assert (tmp_path / "l.svg").exists()


def test_classes_and_the_options_that_say_what_is_learned(run, folder):
    status, _, err = run(
        "train", f"{folder}/*.parquet", *QUICK, "--target", "town", "--out", "m", "--stream", "--ignore", "day",
        "--class-weight", "balanced", "--split-by", "half",
    )  # fmt: skip
    assert status == 2
    assert "of its cells are missing" in err
    status, _out, err = run(
        "train", f"{folder}/*.parquet", *QUICK, "--target", "town", "--out", "m", "--stream", "--class-weight", "Ulm=2",
        "--split-by", "day",
    )  # fmt: skip
    assert status == 0, err
    assert load("m").classes_.tolist() == ["Bonn", "Köln", "Ulm"]


def test_predictions_are_those_of_the_table_in_memory(run, folder, model, tmp_path):
    for name, words in {"b.csv": ["--stream"], "m.csv": [], "b.parquet": ["--stream"], "m.parquet": []}.items():
        status, _, err = run("predict", "m", folder, "--keep", "town", "--keep", "day", "--out", name, *words)
        assert status == 0, err
        assert f"{name}: 1,800 predictions" in err
    texts = [(tmp_path / name).read_text(encoding="utf-8").splitlines() for name in ("b.csv", "m.csv")]
    bits, whole = pl.read_parquet("b.parquet"), pl.read_parquet("m.parquet")
    assert [line.rpartition(",")[0] for line in texts[0]] == [line.rpartition(",")[0] for line in texts[1]]
    assert [float(line.rpartition(",")[2]) for line in texts[0][1:]] == bits["predicted price"].to_list()
    expected = load("m").predict(pl.concat([frame(seed=seed) for seed in range(3)]).drop("price"))
    np.testing.assert_array_equal(whole["predicted price"].to_numpy(), expected)
    # A product of fewer rows may have another last digit.
    np.testing.assert_allclose(bits["predicted price"].to_numpy(), expected, rtol=1e-12)
    assert bits["town"].to_list() == pl.concat([frame(seed=seed) for seed in range(3)])["town"].to_list()
    assert bits["day"].dtype == pl.Datetime("us")


def test_probabilities_of_classes_and_rows_without_an_answer(run, folder, tmp_path):
    status, _, err = run("train", folder, *QUICK, "--target", "town", "--out", "m", "--stream")
    assert status == 0, err
    table = frame(50).drop("town").with_columns(day=pl.lit("no day"))
    table.write_csv("wrong.csv")
    status, _, err = run("predict", "m", "wrong.csv", "--out", "p.csv", "--stream")
    assert status == 2
    assert "wrong.csv" in err
    assert not (tmp_path / "p.csv").exists()
    for name in ("p.csv", "p.parquet"):
        status, _, err = run("predict", "m", "wrong.csv", "--out", name, "--stream", "--keep-going")
        assert status == 0, err
    found = pl.read_parquet("p.parquet")
    assert found.columns == ["predicted town", *(f"probability {town}" for town in ("Bonn", "Köln", "Ulm"))]
    assert found.null_count().row(0) == (50,) * 4
    assert read_table("p.csv").column("predicted town").is_missing.all()


def test_an_evaluation_is_that_of_the_table_in_memory(run, folder, model, monkeypatch):
    shown = []
    for words in (["--stream"], []):
        status, out, _ = run("evaluate", "m", folder, "--json", *words)
        assert status == 0
        shown.append(json.loads(out))
    assert shown[0]["rows"] == 1800
    assert shown[0]["scores"] == shown[1]["scores"]
    monkeypatch.setattr("clearprop.tables.evaluating.MOST_ANSWERS", 1000)
    status, out, _ = run("evaluate", "m", folder, "--json", "--stream")
    sampled = json.loads(out)
    assert sampled["rows"] == 1000
    assert any("1,000 of 1,800 rows, drawn at random" in note for note in sampled["notes"])
    assert sampled["scores"]["R2"] == pytest.approx(shown[0]["scores"]["R2"], abs=0.05)


def test_memory_decides_where_nothing_is_said(run, folder, monkeypatch):
    monkeypatch.setattr("clearprop.tables.sources.opening.free_memory", lambda: 1000)
    status, _, err = run("train", folder, *QUICK, "--target", "price", "--out", "m")
    assert status == 0
    assert "read bit by bit" in err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--target", "prize"], "there is no column 'prize' (similar: 'price')"),
        (["--target", "price", "--ignore", "sise"], "no column 'sise'"),
        (["--target", "price", "--refit"], "leave out --refit"),
        (["--target", "price", "--boundary", "b.svg"], "a picture of the answers takes two columns of numbers"),
        (["--target", "price", "--optimizer", "lbfgs"], "lbfgs takes all rows at once"),
    ],
)
def test_what_cannot_be_is_said_in_a_line(refused, folder, words, said):
    assert said in refused("train", folder, *QUICK, "--out", "m", "--stream", *words)


def test_a_folder_of_several_kinds_and_none(refused, folder, tmp_path):
    (folder / "more.csv").write_text("a,b\n1,2\n")
    assert "it has files of '*.parquet', '*.csv'" in refused("train", folder, "--target", "a", "--out", "m")
    (tmp_path / "empty").mkdir()
    assert "it has no files of" in refused("train", "empty", "--target", "a", "--out", "m")


def test_without_pyarrow_the_extra_is_named(refused, folder, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "pyarrow", None)
    said = refused("train", folder, *QUICK, "--target", "price", "--out", "m", "--stream")
    assert "pip install 'clearprop[parquet]'" in said
