"""The demo: all that it promises is there afterwards."""

import json
from dataclasses import replace

import numpy as np
import pytest
from sklearn.datasets import load_iris

from clearprop import load, read_table
from clearprop.article import reproduce
from clearprop.cli.demo import write_flowers
from clearprop.lab.assets import SCRIPT, STATIC


def cells(table, name):
    column = table.column(name)
    return column.texts[column.values]


def test_demo(run, tmp_path):
    status, out, err = run("demo", "--out", "d")
    assert status == 0, err
    assert out.count("✓ Output") == 6 or out.count("ok Output") == 6
    for name in ("report.html", "loss-curve.png", "boundary.png", "tumours.model", "predictions.csv"):
        assert (tmp_path / "d" / name).stat().st_size > 1000
        assert name in out
    status, printed, _ = run("evaluate", "d/tumours.model", "d/tumours-test.csv", "--json")
    scores = json.loads(printed)["scores"]
    assert scores["accuracy"] >= 0.95
    assert f"test accuracy: {scores['accuracy']:.4f}" in out
    predictions, test = read_table("d/predictions.csv"), read_table("d/tumours-test.csv")
    right = cells(predictions, "predicted diagnosis") == cells(test, "diagnosis")
    assert np.mean(right) == pytest.approx(scores["accuracy"])
    if (STATIC / SCRIPT).exists():
        assert out.splitlines()[-1] == "open this first, in any browser: d/lab.html"
        assert '<script type="application/gzip">' in (tmp_path / "d" / "lab.html").read_text(encoding="utf-8")
    for name in ("flowers.csv", "more-flowers.csv", "new-flowers.csv"):
        assert (tmp_path / "d" / name).exists()
        assert f"d/{name}" in out
    assert load("d/two-columns.model").predictor_.preparation.names == ("worst radius", "worst concave points")


def test_the_flowers_are_the_iris_data_each_row_once(tmp_path):
    flowers = load_iris()
    parts = [read_table(path) for path in write_flowers(tmp_path)]
    assert [part.n_rows for part in parts] == [100, 40, 10]
    assert [list(part.names) for part in parts] == [[*flowers.feature_names, "species"]] * 2 + [flowers.feature_names]
    numbers = [[part.column(name).values for name in flowers.feature_names] for part in parts]
    rows = [np.column_stack(columns) for columns in numbers]
    assert sorted(map(tuple, np.concatenate(rows))) == sorted(map(tuple, flowers.data))
    species = dict(zip(map(tuple, flowers.data), flowers.target_names[flowers.target], strict=True))
    for part, numbers in zip(parts[:2], rows[:2], strict=True):
        assert [species[tuple(row)] for row in numbers] == cells(part, "species").tolist()
    _, counts = np.unique(cells(parts[0], "species").tolist(), return_counts=True)
    assert sorted(counts) == [33, 33, 34]  # of those to train on


@pytest.fixture
def of_few_epochs(monkeypatch):
    """The demo trains one network for some epochs, which is enough for its table."""
    from clearprop.cli.train import train

    monkeypatch.setattr("clearprop.cli.train.train", lambda given: train(replace(given, recipe="plain", epochs=30)))


@pytest.mark.usefixtures("of_few_epochs")
def test_without_the_page_the_demo_says_so_and_goes_on(run, monkeypatch, tmp_path):
    monkeypatch.setattr("clearprop.lab.assets.STATIC", tmp_path / "nowhere")
    status, out, err = run("demo", "--out", "d")
    assert status == 0
    assert "lab.html" not in out
    assert not (tmp_path / "d" / "lab.html").exists()
    assert "note: d/lab.html is not written: the lab's page is not built: install Node" in err


@pytest.mark.usefixtures("of_few_epochs")
def test_demo_fails_if_an_output_differs(run, monkeypatch, tmp_path):
    monkeypatch.setattr("clearprop.lab.assets.STATIC", tmp_path / "nowhere")
    outputs = reproduce()
    outputs[0].values["bias"] = [0.5]
    monkeypatch.setattr("clearprop.article.reproduce", lambda: outputs)
    status, out, _ = run("demo")
    assert status == 1
    assert "5 of 6 equal" in out
