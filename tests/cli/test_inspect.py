"""`clearprop inspect`: what is in a file, for people and for programs; and one line for what is none."""

import json

import numpy as np
import pytest

from clearprop import Ensemble, MLPClassifier, Network, Perceptron, TableClassifier, TableRegressor, load, save

rng = np.random.default_rng(0)
X = rng.normal(size=(60, 2))
TABLE = {
    "size": X[:, 0].tolist(),
    "town": np.resize(["Ulm", "Bonn", None], 60).tolist(),
    "number": [f"n{place}" for place in range(60)],
}
SMALL = {"recipe": "plain", "max_epochs": 2, "hidden_layer_sizes": [3], "random_state": 0}


@pytest.fixture
def told(run, tmp_path):
    """What is said of a saved model: as text, and as JSON."""

    def told_of(model):
        save(model, tmp_path / "m")
        status, text, err = run("inspect", "m")
        assert (status, err) == (0, "")
        status, out, err = run("inspect", "m", "--json")
        assert (status, err) == (0, "")
        return text, json.loads(out)

    return told_of


def test_a_table(told, tmp_path):
    model = TableClassifier(**SMALL, members=2).fit(TABLE, np.where(X[:, 0] > 0, "yes", "no"))
    text, said = told(model)
    container = (tmp_path / "m").read_bytes()
    assert text.startswith("m: a model of a table (TableClassifier)\n")
    assert "2 members, averaged; each 4-3-1" in text
    assert "target        y" in text
    assert "classes       no, yes" in text
    assert "size (number): plus 0.0" in text
    assert "town (category, 20 missing): 3 categories, one input each, a missing cell as one of its own" in text
    assert "number (identifier): left out" in text
    assert "learned from  60 rows; 60 judged (2 folds at random, in proportion)" in text
    assert f"{len(container):,} bytes, format 2" in text
    assert said["file"]["checksum"].encode() in container
    assert f"{said['file']['checksum']}, as it should be" in text
    assert said["file"]["written_by"]["numpy"] == np.__version__
    assert (said["estimator"], said["classes"], said["network"]["members"]) == ("TableClassifier", ["no", "yes"], 2)
    assert said["network"]["n_parameters"] == 2 * (4 * 3 + 3 + 3 + 1)
    assert [column["name"] for column in said["columns"]] == ["size", "town", "number"]
    scores = {score.name: score.value for score in model.evaluation_.scores.values()}
    assert {name: score["value"] for name, score in said["training"]["scores"].items()} == scores
    assert [member["epochs"] for member in said["training"]["members"]] == [2, 2]
    assert said["training"]["members"][1]["loss"] == model.histories_[1][-1].loss
    assert said["parameters"] == SMALL | {"members": 2}


def test_a_quantity(told):
    text, said = told(TableRegressor(**SMALL).fit(TABLE, X[:, 1]))
    assert f"target        y, a quantity from {X[:, 1].min():g} to {X[:, 1].max():g}" in text
    assert said["target"]["task"] == "regression"
    assert "R2" in said["training"]["scores"]


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
def test_estimators(told):
    settings = {"max_iter": 3, "random_state": 0, "n_iter_no_change": np.inf, "early_stopping": True}
    model = MLPClassifier((3,), scoring=lambda *_: 1.0, **settings).fit(X, X[:, 0] > 0)
    with pytest.warns(UserWarning, match="leaves out scoring"):
        text, said = told(model)
    assert text.startswith("m: an MLPClassifier\n")
    assert f"training           3 epochs, loss {model.loss_:.4g}, validation loss " in text
    assert "not kept: scoring  a function" in text
    assert "settings           early_stopping=True, hidden_layer_sizes=(3,), max_iter=3, n_iter_no_change=inf" in text
    assert (said["left_out"], said["classes"]) == ({"scoring": "a function"}, [False, True])
    perceptron = Perceptron(max_iter=3).fit(X, X[:, 0] > 0)
    text, said = told(perceptron)
    assert text.startswith("m: a Perceptron\n")
    assert f"3 epochs, {len(perceptron.updates_):,} updates" in text
    assert said["training"]["updates"] == len(perceptron.updates_)


def test_bare_networks(told):
    text, said = told(Network([2, 3, 1], ["elu"], rng=0))
    assert text.startswith("m: a bare network\n  layers       2-3-1\n  activations  elu(alpha=1.0), identity\n")
    assert said["network"]["activations"] == [{"name": "elu", "alpha": 1.0}, {"name": "identity"}]
    text, said = told(Ensemble([Network([2, 3, 1], rng=seed) for seed in range(3)]))
    assert text.startswith("m: an ensemble\n  layers       3 members, averaged; each 2-3-1\n")
    assert "parameters   39, float64" in text


def test_a_file_of_version_1(run, tmp_path):
    from ..files.test_golden_files import FLOWERS

    status, text, err = run("inspect", FLOWERS)
    assert (status, err) == (0, "")
    assert "written by   an earlier clearprop" in text
    assert "checksum     none, in this format" in text
    assert "petal width (cm) (column): 20 categories, one input each" in text


def test_no_models(refused, tmp_path):
    (tmp_path / "text").write_text("age,kind\n1,2\n")
    assert refused("inspect", "text").startswith("clearprop: text: not a model file of clearprop: give a file")
    assert refused("inspect", "none").startswith("clearprop: none: no such model file")
    save(Network([2, 3, 1], rng=0), tmp_path / "m")
    content = bytearray((tmp_path / "m").read_bytes())
    content[-1] ^= 1
    (tmp_path / "damaged").write_bytes(content)
    assert "damaged: damaged model file (its content is not what its checksum is of" in refused("inspect", "damaged")
    assert load(tmp_path / "m").layer_sizes == (2, 3, 1)
