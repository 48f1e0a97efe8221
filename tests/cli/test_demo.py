"""The demo: all that it promises is there afterwards."""

import json

import numpy as np
import pytest

from clearprop import load, read_csv
from clearprop.article import reproduce


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
    predictions, test = read_csv("d/predictions.csv"), read_csv("d/tumours-test.csv")
    right = predictions.column("predicted diagnosis").cells == test.column("diagnosis").cells
    assert np.mean(right) == pytest.approx(scores["accuracy"])
    assert load("d/two-columns.model").preprocessor.feature_names == ["worst radius", "worst concave points"]


def test_demo_fails_if_an_output_differs(run, monkeypatch):
    outputs = reproduce()
    outputs[0].values["bias"] = [0.5]
    monkeypatch.setattr("clearprop.article.reproduce", lambda: outputs)
    status, out, _ = run("demo")
    assert status == 1
    assert "5 of 6 equal" in out
