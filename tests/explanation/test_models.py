"""What can be explained, and what is said where it cannot."""

import subprocess
import sys
import warnings
from itertools import combinations
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from scipy.sparse import csr_array
from sklearn import linear_model, neural_network
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from clearprop import (
    InputError,
    MLPClassifier,
    Network,
    Penalty,
    Perceptron,
    TableClassifier,
    TableRegressor,
    Trainer,
    attribute,
    explain,
)
from clearprop.article import NeuralNetwork, new_network
from clearprop.tables.frames import as_table

X = np.array([[0.5, -1.0], [1.0, 2.0], [-0.3, 0.4]])


def fitted(loss, outputs, classes=None, **extra):
    """What an estimator offers: its network, its classes, its columns' names."""
    network = Network([2, 3, outputs], "tanh", loss=loss, rng=0)
    given = {} if classes is None else {"classes_": np.array(classes)}
    return SimpleNamespace(network_=network, **given, **extra)


def test_classifiers_take_classes():
    model = fitted("cross_entropy", 3, ["a", "b", "c"], feature_names_in_=np.array(["length", "width"]))
    explanation = explain(model, X, ["c", "a", "b"], "W1[2,3]")
    targets = np.eye(3)[[2, 0, 1]]
    gradient = model.network_.backward(model.network_.forward(X), targets).weights[0][1, 2]
    assert explanation.value == gradient
    assert "x[2] is width" in explanation.to_text()
    assert "a2[3] c" in explanation.to_text()
    assert explain(model, X[0], "c", "W1[2,3]").value == explain(model, X, ["c", "a", "b"], "W1[2,3]", row=0).value


@pytest.mark.parametrize(("loss", "low"), [("binary_cross_entropy", 0.0), ("hinge", -1.0)])
def test_two_classes_are_one_output(loss, low):
    model = fitted(loss, 1, [7, 9])
    targets = np.array([[1.0], [low], [1.0]])
    gradient = model.network_.backward(model.network_.forward(X), targets).biases[0][1]
    assert explain(model, X, [9, 7, 9], "b1[2]").value == gradient


def test_regressors():
    model = fitted("squared_error", 1)
    gradient = model.network_.backward(model.network_.forward(X), [1.0, 2.0, 3.0]).biases[0][1]
    assert explain(model, X, [1.0, 2.0, 3.0], "b1[2]").value == gradient
    assert explain(model, X[1], 2.0, "b1[2]").value == explain(model, X, [1.0, 2.0, 3.0], "b1[2]", row=1).value


def test_networks_of_the_article():
    network = new_network()
    assert isinstance(network, NeuralNetwork)
    rows, labels = [[1.2, 1.6], [7.6, 6.8]], [0, 1]
    whole = network.loss_gradient(rows, labels)
    for layer, neurons in enumerate(whole, start=1):
        for end, (bias, *weights) in enumerate(neurons, start=1):
            # The article sums over the rows.
            assert 2 * explain(network, rows, labels, f"b{layer}[{end}]").value == pytest.approx(bias, rel=1e-12)
            for start, weight in enumerate(weights, start=1):
                explanation = explain(network, rows, labels, f"W{layer}[{start},{end}]")
                assert 2 * explanation.value == pytest.approx(weight, rel=1e-12)
                assert "sums over rows" in " ".join(explanation.remarks)
    assert explain(network, rows[0]).value == max(network.feed_forward(rows[0]))
    assert explain(network, rows[0], 1, "loss").value == pytest.approx(network.loss([rows[0]], [1]), rel=1e-14)


def test_models_of_tables():
    sizes, kinds = [1, 2, 3, 7, 8, 9] * 10, (["small"] * 3 + ["big"] * 3) * 10
    table = as_table({"size": sizes, "kind": kinds})
    model = TableClassifier(recipe="plain", max_epochs=3, random_state=0)
    model.fit(table.drop(["kind"]), table.column("kind"))
    explanation = explain(model, table, name="W1[1,3]")
    features = model.predictor_.prepared(table.drop(["kind"]))
    targets, network = model.to_targets(kinds), model.network_
    assert explanation.value == network.backward(network.forward(features), targets).weights[0][0, 2]
    assert explain(model, {"size": sizes}, kinds, "W1[1,3]").value == explanation.value
    assert "x[1] is size" in explanation.to_text()
    assert attribute(model, table.take([0])).computation.feature_names == ["size"]


@pytest.mark.parametrize("make", [pd.DataFrame, as_table], ids=["frame", "table"])
def test_a_target_column_in_the_table_becomes_y(make):
    columns = {"a": [0.5, 1.0, -1.0, 2.0] * 5, "b": ["u", "v", "w", "u"] * 5, "price": [1.0, 2.5, 0.0, 4.0] * 5}
    model = TableRegressor(recipe="plain", max_epochs=3, random_state=0).fit(pd.DataFrame(columns), "price")
    expected = explain(model, pd.DataFrame(columns).drop(columns="price"), columns["price"], "b3[1]")
    assert explain(model, make(columns), name="b3[1]").value == expected.value != 0
    unanswered = make({**columns, "price": [None] * 20})
    with pytest.raises(InputError, match="needs targets"):
        explain(model, unanswered, name="b3[1]")
    odd = pd.DataFrame({**columns, "price": [[1, 2]] * 20})  # that y is given for
    assert explain(model, odd, columns["price"], "b3[1]").value == expected.value


def test_trainers_next_step_and_their_penalty():
    network = Network([2, 3, 1], "tanh", rng=0)
    y = np.array([1.0, 0.0, 2.0])
    trainer = Trainer(network, optimizer="adam", l2=0.1, shuffle=False, patience=None)
    trainer.start(X, y)
    trainer.run_batch()
    explanation = explain(network, X, y, "W1[1,1]", trainer=trainer)
    assert explanation.step.step == 2
    assert explanation.step.slots["mean"][0] != 0
    assert [term.label for term in explanation.penalty] == ["L2 penalty"]
    new = explanation.step.new
    trainer.run_batch()
    assert network.weights[0][0, 0] == new


def good():
    return Network([2, 3, 1], "tanh", rng=0)


def broken():
    network = good()
    network.weights[1][2, 0] = np.nan
    return network


class Unfitted:
    def fit(self, X, y):
        raise AssertionError


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"model": Unfitted()}, "this Unfitted is not fitted, so it has no network yet: call fit(X, y) first"),
        ({"model": 3}, "int cannot be explained: give a Network"),
        ({"model": broken()}, "the network's W2[3,1] is not finite"),
        ({"x": [1.0, np.nan]}, "x holds nan at row 0, column 1 (counted from 0): only finite numbers"),
        ({"y": [np.inf]}, "y holds inf"),
        ({"x": [1.0, 2.0, 3.0]}, "x must have shape (2,) for a row or (n, 2) for n, got (3,)"),
        ({"x": [[[1.0, 2.0]]]}, "got (1, 1, 2)"),
        ({"x": np.empty((0, 2)), "y": np.empty((0, 1))}, "got (0, 2)"),
        ({"x": ["a", "b"]}, "x must hold numbers"),
        ({"y": [1.0, 2.0]}, "y must have shape (1, 1)"),
        ({"y": None}, "needs targets: give y as well"),
        ({"name": "W9[1,1]"}, "names nothing in this 2-3-1 network. There are: W1[1-2,1-3], W2[1-3,1], b1[1-3]"),
        ({"x": X, "y": [1.0, 2.0, 3.0], "name": "delta1[1]"}, "is a number of one row, and there are 3: give one"),
        ({"x": X, "y": [1.0, 2.0, 3.0], "row": 3}, "row 3 is not there: x has the rows 0 to 2"),
        ({"x": X, "y": [1.0, 2.0, 3.0], "sample_weight": [1.0]}, "sample_weight must be 3 numbers"),
        ({"x": X, "y": [1.0, 2.0, 3.0], "sample_weight": [1.0, -1.0, 1.0]}, "sample_weight must be 3 numbers >= 0"),
        ({"feature_names": ["one"]}, "feature_names must be 2 texts"),
        ({"learning_rate": 0.1}, "a learning_rate needs an optimizer"),
        ({"optimizer": "sgd", "learning_rate": -1.0}, "learning_rate must be a finite number > 0"),
        ({"trainer": Trainer(good())}, "the trainer trains another network"),
        ({"model": fitted("cross_entropy", 3, ["a", "b", "c"]), "y": ["d"]}, "'d', which is no class of this model"),
    ],
)
def test_what_cannot_be_explained(arguments, message):
    given = {"model": good(), "x": [1.0, 2.0], "y": [1.0], "name": "W1[1,1]", **arguments}
    with pytest.raises(InputError) as refused:
        explain(**given)
    assert message in str(refused.value)


def test_targets_that_the_loss_cannot_take():
    with pytest.raises(ValueError, match="hinge needs targets -1 or 1"):
        explain(Network([2, 1], loss="hinge", rng=0), [1.0, 2.0], [0.5], "W1[1,1]")


def test_a_trainer_that_was_not_started_says_so():
    network = good()
    with pytest.raises(RuntimeError, match="call start"):
        explain(network, [1.0, 2.0], [1.0], "W1[1,1]", trainer=Trainer(network))


def test_nothing_of_the_model_changes():
    network = good()
    before = network.parameters.copy()
    explanation = explain(network, X, [1.0, 2.0, 3.0], "W1[1,1]", optimizer="adam", penalty=Penalty(0.1, 0.1))
    explanation.to_html()
    assert np.array_equal(network.parameters, before)


def test_explaining_needs_numpy_alone():
    code = (
        "import sys; from clearprop import Network, explain; n = Network([2, 1], rng=0);"
        "explain(n, [1., 2.], [1.], 'W1[1,1]', optimizer='adam').to_html();"
        "assert not {'sympy', 'sklearn', 'scipy', 'matplotlib', 'rich', 'typer'} & set(sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False, timeout=60).returncode == 0


def test_one_row_keeps_its_weight():
    network, y, weight = good(), np.array([1.0, 2.0, 3.0]), np.array([0.5, 2.0, 0.0])
    penalty = Penalty(0.1, 0.2)
    explanation = explain(network, X, y, "W1[1,1]", row=1, sample_weight=weight, penalty=penalty)
    gradients = network.backward(network.forward(X[1:2]), y[1:2], weight[1:2], penalty)
    assert explanation.value == gradients.weights[0][0, 0]
    assert explanation.value != explain(network, X, y, "W1[1,1]", row=1, penalty=penalty).value
    with pytest.raises(InputError, match="row 2 has the weight 0 in sample_weight"):
        explain(network, X, y, "W1[1,1]", row=2, sample_weight=weight)


@pytest.mark.parametrize(("penalty", "l1"), [("l2", 0.0), ("l1", 1.0), ("elasticnet", 0.15)])
def test_a_perceptron_s_penalty_counts_with_each_row(penalty, l1):
    model = Perceptron(penalty=penalty, alpha=0.1, max_iter=3, tol=None, random_state=0)
    model.fit(X, ["a", "b", "a"])
    W = model.network_.weights[0][:, 0]
    for x, y in ((X, ["b", "b", "a"]), (X[0], "b")):
        bare = explain(model, x, y, "W1[2,1]", penalty=Penalty()).value
        own = 0.1 * (l1 * np.sign(W[1]) + (1 - l1) * W[1])
        assert explain(model, x, y, "W1[2,1]").value == pytest.approx(bare + own, rel=1e-12)
    assert "one row at a time" in explain(model, X[0], "b", "W1[2,1]").remarks[0]


def pipeline():
    steps = make_pipeline(StandardScaler(), MLPClassifier((3,), max_iter=3, random_state=0))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return steps.fit(np.repeat(X, 4, axis=0), ["a", "b", "c"] * 4)


def test_pipelines_are_explained_by_their_last_step():
    model = pipeline()
    fed = model[0].transform(X)
    explanation = explain(model, X, ["a", "b", "c"], "W1[2,1]")
    assert explanation.value == explain(model[-1], fed, ["a", "b", "c"], "W1[2,1]").value
    assert "standardscaler" in explanation.remarks[0]
    assert explain(model, X[1], "b", "W1[2,1]").value == explain(model[-1], fed[1], "b", "W1[2,1]").value
    assert attribute(model, X[1]).values == pytest.approx(attribute(model[-1], fed[1]).values)
    assert "x[2] is x1" in explanation.to_text()


def test_a_search_is_explained_by_its_best_estimator():
    search = SimpleNamespace(best_estimator_=pipeline())
    assert explain(search, X, ["a", "b", "c"], "b1[1]").value == explain(pipeline(), X, ["a", "b", "c"], "b1[1]").value


@pytest.mark.parametrize("row", [None, 1])
def test_sparse_rows(row):
    network, y = good(), [1.0, 2.0, 3.0]
    sparse = explain(network, csr_array(X), y, "W1[1,1]", row=row)
    assert sparse.value == explain(network, X, y, "W1[1,1]", row=row).value


def test_what_is_scikit_learn_s_own_says_what_to_take():
    for kind in (neural_network.MLPClassifier, neural_network.MLPRegressor, linear_model.Perceptron):
        for model in (kind(), make_pipeline(StandardScaler(), kind())):
            with pytest.raises(InputError, match=rf"scikit-learn's {kind.__name__}.*fit clearprop\.{kind.__name__}"):
                explain(model, X)
    with pytest.raises(InputError, match="LinearRegression cannot be explained"):
        explain(linear_model.LinearRegression(), X)
    for model in (MLPClassifier(), make_pipeline(StandardScaler(), MLPClassifier())):
        with pytest.raises(InputError, match="this MLPClassifier is not fitted"):
            explain(model, X)


@pytest.mark.parametrize("shuffle", [False, True])
@pytest.mark.parametrize("steps", [0, 1, 2, 3])
def test_rows_that_are_not_the_next_batch_are_said(shuffle, steps):
    network = good()
    rows, y = np.random.default_rng(3).normal(size=(6, 2)), np.arange(6.0)
    trainer = Trainer(network, batch_size=2, shuffle=shuffle, patience=None, rng=1)
    trainer.start(rows, y)
    for _ in range(steps):
        trainer.run_batch()
    news = {}
    for pair in combinations(range(6), 2):
        explanation = explain(network, rows[list(pair)], y[list(pair)], "W1[1,1]", trainer=trainer)
        if not any("not the trainer's next batch" in remark for remark in explanation.remarks):
            news[pair] = explanation.step.new
    assert len(news) == 1
    trainer.run_batch()
    assert next(iter(news.values())) == pytest.approx(network.weights[0][0, 0], rel=1e-15)
    assert not [r for r in explain(network, rows, y, "z1[1]", row=0, trainer=trainer).remarks if "batch" in r]
