"""That what an explanation says is true of the model, and stays so: its words, letters, counts and copies."""

import json
from types import SimpleNamespace

import jsonschema
import numpy as np
import pytest

from clearprop import InputError, Network, Penalty, TableClassifier, Trainer, attribute, explain
from clearprop.explanation import SCHEMA
from clearprop.printable import printable
from clearprop.tables.frames import as_table

ROW = np.array([1.0, -2.0])
X = np.array([[0.5, -1.0], [1.0, 2.0], [-0.3, 0.4]])


def network_of(outputs=1, loss="squared_error", hidden="tanh"):
    return Network([2, 3, outputs], hidden, loss=loss, rng=0)


def joined(explanation):
    return " ".join(explanation.to_text(width=1000).split())


# -- what outputs are called -----------------------------------------------------------------------------------------


def test_one_output_speaks_for_the_second_class():
    model = SimpleNamespace(network_=network_of(1, "binary_cross_entropy"), classes_=np.array(["neg", "pos"]))
    text = joined(explain(model, ROW))
    assert "the output: the probability of pos" in text
    assert "a2[1] is the probability of pos" in text
    assert "neg" not in text
    assert "the probability of pos" in joined(attribute(model, ROW))
    assert "the score of pos" in joined(attribute(model, ROW, output="z2[1]"))
    model.network_ = network_of(1, "hinge")
    assert "the output: the score of pos" in joined(explain(model, ROW))


def test_one_output_of_a_table_s_model():
    table = as_table({"size": [1, 2, 3, 7, 8, 9] * 10, "kind": (["a"] * 3 + ["b"] * 3) * 10})
    model = TableClassifier(recipe="plain", max_epochs=3, random_state=0)
    model.fit(table.drop(["kind"]), table.column("kind"))
    explanation = explain(model, table.take([0]))
    if model.network_.layer_sizes[-1] == 1:
        assert f"the output: the probability of {model.classes_[1]}" in joined(explanation)
    else:
        assert f"the greatest output: {model.classes_[explanation.unit - 1]}" in joined(explanation)


def test_labels_have_no_greatest_output():
    text = joined(explain(network_of(2, "binary_cross_entropy"), ROW, class_names=["warm", "dry"]))
    assert "the greatest output:" not in text
    assert "the output: " in text
    assert "the greatest output: " in joined(explain(network_of(2, "cross_entropy"), ROW, class_names=["u", "v"]))


def test_hidden_neurons_have_no_class():
    given = {"class_names": ["first", "second"]}
    network = network_of(2, "cross_entropy")
    assert attribute(network, ROW, output="a1[1]", **given).document().headline.note == ""
    assert attribute(network, ROW, output="a2[2]", **given).document().headline.note == "second"


# -- a row with a penalty --------------------------------------------------------------------------------------------


def test_the_loss_of_a_row_with_a_penalty_is_what_it_says():
    explanation = explain(network_of(2), ROW, [0.5, 0.1], "loss", penalty=Penalty(0.1, 0.2))
    formula = explanation.document().headline.forms[0]
    text = joined(explanation)
    assert "λ₁·Σ|W|" in str(formula)
    assert "ΣW²" in str(formula)
    assert "ℓ[k] is output k's part of the loss without the penalty" in text
    assert explanation.sum == pytest.approx(explanation.value, rel=1e-12)


@pytest.mark.parametrize("name", ["W1[1,1]", "b1[1]", "delta1[1]", "x[1]"])
def test_a_row_with_a_penalty_has_one_letter_for_its_own_loss(name):
    text = explain(network_of(), ROW, [0.5], name, penalty=Penalty(l2=0.2)).to_text(width=1000)
    assert text.count("ℓ is the loss without the penalty") == 1
    assert "∂L/∂z" not in text
    assert "ℓ" not in explain(network_of(), ROW, [0.5], name).to_text()


def test_penalties_are_no_paths():
    explanation = explain(network_of(), ROW, [0.5], "W1[1,1]", penalty=Penalty(0.1, 0.2))
    assert explanation.paths == 1
    assert explanation.to_dict()["path_count"] == 1
    assert "1 path leads to the loss, and a penalty is added" in joined(explanation)
    batch = explain(network_of(), X, [1.0, 2.0, 3.0], "W1[1,1]", penalty=Penalty(0.1, 0.2))
    assert batch.paths == 3


def test_an_estimator_s_own_penalty():
    linear = pytest.importorskip("clearprop.estimators")
    y = [1.0, 2.0, 3.0]
    model = linear.MLPRegressor(hidden_layer_sizes=(3,), alpha=0.5, l1=0.25, max_iter=2, random_state=0)
    with pytest.warns(UserWarning, match="max_iter|[Mm]aximum"):
        model.fit(X, y)
    network = model.network_
    wanted = network.backward(network.forward(X), y, None, Penalty(0.25, 0.5)).weights[0][0, 0]
    assert explain(model, X, y, "W1[1,1]").value == wanted
    bare = network.backward(network.forward(X), y).weights[0][0, 0]
    assert explain(model, X, y, "W1[1,1]", penalty=Penalty()).value == bare


# -- nothing changes afterwards --------------------------------------------------------------------------------------


def test_an_explanation_is_a_snapshot():
    network, rows, y, weight = network_of(), X.copy(), np.array([[1.0], [2.0], [3.0]]), np.ones(3)
    trainer = Trainer(network, optimizer="adam", shuffle=False, patience=None)
    trainer.start(rows, y)
    trainer.run_batch()
    given = {"name": "W1[1,1]", "sample_weight": weight, "trainer": trainer}
    early, late = explain(network, rows, y, **given), explain(network, rows, y, **given)
    before = early.to_text()
    trainer.run_batch()
    network.parameters[:] = 0
    rows[:], y[:], weight[:] = 7, 7, 7
    assert late.to_text() == before


# -- kinks, rows, names ----------------------------------------------------------------------------------------------


def test_at_a_kink_nothing_passed():
    network = Network([1, 1, 1], "relu", rng=0)
    network.parameters[:] = [1.0, 0.0, 2.0, 1.0]
    explanation = explain(network, [0.0], [3.0], "b1[1]")
    check = explanation.check
    assert check.at_kinks == ("b1[1]",)
    assert (check.passed, check.difference, check.gradient) == (None, None, explanation.value)
    content = json.loads(explanation.to_json())
    jsonschema.validate(content, SCHEMA)
    assert content["check"]["passed"] is None
    assert content["check"]["difference"] is None
    assert "could be compared" in str(check)


@pytest.mark.parametrize("name", ["W1[1,1]", "loss"])
def test_rows_are_counted_alike_in_words_and_symbols(name):
    explanation = explain(network_of(), X, [1.0, 2.0, 3.0], name, first_row=10)
    for term in explanation.terms:
        assert f"[{term.label.removeprefix('row ')}]" in str(term.factors[0].symbol)
        assert f"ℓ[{term.label.removeprefix('row ')}]" in str(term.factors[1].symbol)


def test_numbers_that_are_not_finite_are_said_by_their_row():
    rows = X.copy()
    rows[1, 0] = np.nan
    for given, number in (({}, 1), ({"first_row": 1}, 2), ({"row": 1}, 1), ({"row": -2, "first_row": 1}, 2)):
        with pytest.raises(InputError, match=f"x holds nan at row {number}, column 0"):
            explain(network_of(), rows, [1.0, 2.0, 3.0], "W1[1,1]", **given)


def test_names_hold_no_control_characters():
    names = ["a\x1b[31m", "b\x9b\u202e\nc"]
    assert [printable(name) for name in names] == [r"a\x1b[31m", r"b\x9b\u202e\nc"]
    for made in (
        explain(network_of(2, "cross_entropy"), ROW, feature_names=names, class_names=names),
        attribute(network_of(2, "cross_entropy"), ROW, feature_names=names, class_names=names),
    ):
        for text in (made.to_text(), made.to_latex(), made.to_markdown(), made.to_html(), made.to_json()):
            assert not set("\x1b\x9b\u202e") & set(text)
            assert "u001b" not in text


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"penalty": 0.1}, "penalty must be a Penalty, such as Penalty(l2=0.1), got 0.1"),
        ({"sample_weight": "ab"}, "sample_weight must hold numbers"),
        ({"row": "a"}, "row must be a whole number, got 'a'"),
        ({"row": True}, "row must be a whole number, got True"),
        ({"row": 0.5}, "row must be a whole number, got 0.5"),
        ({"feature_names": "ab"}, "feature_names must be 2 texts, one for each input, got 'ab'"),
        ({"class_names": ["a", "b", "c"]}, "class_names must be 1 texts, one for each output, or 2 classes, got 3"),
    ],
)
def test_arguments_that_cannot_be(arguments, message):
    with pytest.raises(InputError) as refused:
        explain(network_of(), X, **{"y": [1.0, 2.0, 3.0], "name": "W1[1,1]", **arguments})
    assert message in str(refused.value)


def test_attribute_counts_names():
    with pytest.raises(InputError, match="feature_names must be 2 texts"):
        attribute(network_of(), ROW, feature_names=["one"])
    with pytest.raises(InputError, match="class_names must be 3 texts"):
        attribute(network_of(3), ROW, class_names=["one"])


def test_one_row_of_labels():
    model = SimpleNamespace(network_=network_of(2, "binary_cross_entropy"), classes_=np.array([0, 1]))
    labels = np.array([[1, 0], [0, 1], [1, 1]])
    assert explain(model, X[0], labels[0], "W1[1,1]").value == explain(model, X, labels, "W1[1,1]", row=0).value


@pytest.mark.parametrize("outputs", [2, 5])
@pytest.mark.parametrize("sign", [1, -1])
def test_softmax_of_great_sums(outputs, sign):
    network = Network([1, outputs], loss="cross_entropy", rng=0)
    network.parameters[:] = 0
    network.biases[0][:] = sign * 1000.0 + np.arange(outputs)
    explanation = explain(network, [0.0], name=f"a1[{outputs}]")
    text = joined(explanation)
    assert f"exp({sign * 1000}" not in text.replace("−", "-").replace(" ", "").replace(f"exp({sign * 1000}-", "")
    assert "e304" not in text
    assert "10³⁰⁴" not in text
