"""`clearprop bench`: three programs, one network; their times are what they are."""

import json
import sys

import pytest

from clearprop.engines.compiled.instructions import USED


def test_all_train_the_same_network(run):
    status, out, errors = run("bench", "--rows", "200", "--runs", "1", "--json")
    assert status == 0, errors
    found = json.loads(out)
    assert "scikit-learn" in found["conditions"]
    assert found["instruction_set"] == USED.name
    assert found["first_fit_seconds"] > 0
    assert [row["name"] for row in found["workloads"]] == ["tiny", "digits", "table", "pictures"]
    for row in found["workloads"]:
        theirs = row["scikit-learn"]
        for ours in (row["as it comes"], row["compiled"], row["numpy"]):
            assert ours["loss"] == pytest.approx(theirs["loss"], rel=1e-4)
            assert ours["seconds"] > 0
            assert ours["blas_threads"] >= 1


def test_the_table_has_each_workload_and_the_conditions(run, monkeypatch):
    figures = {"seconds": 0.002, "loss": 0.25, "blas_threads": 1}
    measured = {
        "as it comes": {**figures, "seconds": 0.02},
        "compiled": figures,
        "numpy": {**figures, "seconds": 0.004},
        "scikit-learn": {**figures, "seconds": 0.01},
    }
    monkeypatch.setattr(sys.modules["clearprop.cli.bench"], "_measure", lambda *_: measured)
    monkeypatch.setattr(sys.modules["clearprop.cli.bench"], "_first_fit_seconds", lambda runs: 0.1 * runs)
    status, out, errors = run("bench", "--rows", "300")
    assert status == 0, errors
    lines = out.splitlines()
    digits = next(line for line in lines if line.split()[0:1] == ["digits"])
    assert digits.split() == ["digits", "20.0", "0.50", "2.0", "5.00", "4.0", "2.50", "10.0", "0.2500", "0.2500"]
    assert "digits: 300 x 64, (100,) units, batches of 32, epochs: 10" in lines
    assert "Ours is as it comes; slower than scikit-learn: tiny, digits, table, pictures." in out
    assert "Digits in a new process, imports included: 0.50 s." in out
    assert f"Instruction set: {USED.name} " in out
    assert "cores; Python" in lines[-1]


def test_too_few_rows_are_refused(run):
    status, _, errors = run("bench", "--rows", "5")
    assert status == 2
    assert "--rows" in errors
