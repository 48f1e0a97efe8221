"""`clearprop export`: every form, to files and to standard output, and what is refused."""

import json
import subprocess
import sys

import numpy as np
import onnx
import pytest

from clearprop import Ensemble, Network, TableClassifier, read_table, save

ENDINGS = {"onnx": ".onnx", "python": ".py", "c": ".h", "json": ".json"}
BEGINNINGS = {"python": '"""Predicts kind', "c": "/* Predicts kind", "json": "{\n"}


@pytest.fixture
def model(flowers, tmp_path):
    table = read_table(flowers)
    estimator = TableClassifier(recipe="plain", hidden_layer_sizes=[4], max_epochs=3, random_state=0)
    estimator.fit(table.drop(["kind"]), table.column("kind"))
    estimator.save(tmp_path / "flowers.model")
    return tmp_path / "flowers.model"


@pytest.mark.parametrize("to", list(ENDINGS))
def test_to_a_file(to, run, model, tmp_path):
    status, out, err = run("export", model, "--to", to, "--out", f"kinds{ENDINGS[to]}")
    path = tmp_path / f"kinds{ENDINGS[to]}"
    assert (status, err) == (0, "")
    assert out.startswith(f"kinds{ENDINGS[to]}: ")
    assert f"{path.stat().st_size:,} bytes" in out
    if to == "onnx":
        assert [one.name for one in onnx.load(path).graph.output] == ["label", "probabilities"]
    else:
        assert path.read_text(encoding="utf-8").startswith(BEGINNINGS[to])
    if to == "c":
        assert "kinds_predict" in path.read_text(encoding="utf-8")


def test_to_standard_output(model):
    command = [sys.executable, "-m", "clearprop", "export", str(model), "--to", "c"]
    done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=True)
    assert done.stdout.startswith(BEGINNINGS["c"])
    assert "flowers_predict" in done.stdout
    assert done.stderr.startswith(f"{model}: ")  # and nothing of that on standard output


def test_networks_and_ensembles_too(run, tmp_path):
    network = Network([2, 3, 1], rng=0)
    save(network, tmp_path / "network")
    save(Ensemble([network, network]), tmp_path / "ensemble")
    for name in ("network", "ensemble"):
        status, _, err = run("export", name, "--to", "json", "--out", "m.json")
        assert status == 0, err
        document = json.loads((tmp_path / "m.json").read_text(encoding="utf-8"))
        np.testing.assert_array_equal(document["networks"][0]["layers"][0]["weights"], network.weights[0])


def test_other_numbers(run, model, tmp_path):
    assert run("export", model, "--to", "c", "--dtype", "float32", "--out", "m.h")[0] == 0
    assert "static const float m_W1" in (tmp_path / "m.h").read_text(encoding="utf-8")


@pytest.mark.parametrize("to", list(ENDINGS))
def test_endings(to, refused, model):
    assert f"m.txt: its name must end in {ENDINGS[to]}" in refused("export", model, "--to", to, "--out", "m.txt")


def test_what_is_refused(refused, model, flowers, tmp_path):
    assert "no such model file" in refused("export", "none.model", "--to", "c", "--out", "m.h")
    assert "not a model file of clearprop" in refused("export", flowers, "--to", "c", "--out", "m.h")
    assert "the folder" in refused("export", model, "--to", "c", "--out", "nowhere/m.h")
    (tmp_path / "own.json").write_bytes(model.read_bytes())
    assert "is named twice" in refused("export", "own.json", "--to", "json", "--out", "own.json")


def test_without_onnx(refused, model, monkeypatch):
    monkeypatch.setitem(sys.modules, "onnx", None)
    assert "pip install 'clearprop[onnx]'" in refused("export", model, "--to", "onnx", "--out", "m.onnx")


def test_what_is_no_form(run, model):
    status, _, err = run("export", model, "--to", "java")
    assert status == 2
    assert "java" in err
