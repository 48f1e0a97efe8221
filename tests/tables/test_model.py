"""Learning from a table: the split, what is scaled by what, predictions in the table's terms."""

import numpy as np
import pytest
from clearprop.tables.preprocessing import Preprocessor
from sklearn.metrics import accuracy_score, log_loss, mean_absolute_error, r2_score, roc_auc_score

from clearprop import InputError, LBfgs, Table, TableModel, TableSettings, load
from clearprop.optimizers import Adam
from clearprop.tables.evaluation import evaluate_classes, evaluate_numbers


def classes_table(n=120, seed=0):
    rng = np.random.default_rng(seed)
    kind = np.arange(n) % 3
    x = rng.normal(size=(n, 2)) * 0.5 + np.array([[0, 0], [3, 0], [0, 3]])[kind]
    return Table.from_columns(["u", "v", "kind"], [*x.T, np.array(["a", "b", "c"])[kind]])


def numbers_table(n=200, seed=0):
    rng = np.random.default_rng(seed)
    x = rng.uniform(-1, 1, size=n)
    return Table.from_columns(["x", "y"], [x, 1000 + 50 * x])


def test_rows_held_out_are_apart_and_in_proportion():
    learned = TableModel.learn(classes_table(), "kind", TableSettings(validation=0.25, trainer={"epochs": 2}))
    assert (learned.train.n_rows, learned.held_out.n_rows) == (90, 30)
    assert set(learned.train.lines) | set(learned.held_out.lines) == set(range(120))
    assert {label: list(learned.held_out.column("kind").cells).count(label) for label in "abc"} == dict.fromkeys(
        "abc", 10
    )


def test_scales_come_from_training_rows_alone():
    table = numbers_table()
    learned = TableModel.learn(table, "y", TableSettings(trainer={"epochs": 1}))
    x, y = (learned.train.column(name).numbers() for name in ("x", "y"))
    (column,) = learned.model.preprocessor.columns
    assert (column.mean, column.scale) == pytest.approx((x.mean(), x.std()))
    assert (learned.model.target.mean, learned.model.target.scale) == pytest.approx((y.mean(), y.std()))


def test_quantities_come_in_their_own_unit():
    learned = TableModel.learn(
        numbers_table(), "y", TableSettings(hidden=[8], trainer={"learning_rate": 0.02, "epochs": 200})
    )
    predictions = learned.model.predict(Table.from_columns(["x"], [[-0.5, 0.0, 0.5]]))
    np.testing.assert_allclose(predictions.values, [975, 1000, 1025], atol=5)
    assert predictions.probabilities is None


def test_prediction_is_that_of_the_network():
    learned = TableModel.learn(classes_table(), "kind", TableSettings(trainer={"epochs": 5}))
    model, table = learned.model, classes_table(seed=1)
    outputs = model.network.predict(model.preprocessor.transform(table))
    predictions = model.predict(table)
    np.testing.assert_array_equal(predictions.probabilities, outputs)
    assert predictions.values.tolist() == ["abc"[number] for number in outputs.argmax(axis=1)]


def test_two_classes_have_one_output():
    table = Table.from_columns(["x", "y"], [list(range(40)), ["no", "yes"] * 20])
    model = TableModel.learn(table, "y", TableSettings(trainer={"epochs": 1})).model
    assert model.network.layer_sizes[-1] == 1
    predictions = model.predict(table)
    np.testing.assert_allclose(predictions.probabilities.sum(axis=1), 1)
    np.testing.assert_array_equal(predictions.values == "yes", predictions.probabilities[:, 1] > 0.5)


@pytest.mark.parametrize(("table", "target"), [(classes_table(), "kind"), (numbers_table(), "y")])
def test_file_round_trip(tmp_path, table, target):
    model = TableModel.learn(table, target, TableSettings(dtype="float32", trainer={"epochs": 2})).model
    model.save(tmp_path / "m")
    before, after = model.predict(table), load(tmp_path / "m").predict(table)
    np.testing.assert_array_equal(before.values, after.values)


def test_parts_that_do_not_belong_together_are_refused(tmp_path):
    model = TableModel.learn(classes_table(), "kind", TableSettings(trainer={"epochs": 1})).model
    other = TableModel.learn(numbers_table(), "y", TableSettings(trainer={"epochs": 1})).model
    TableModel(model.network, other.preprocessor, model.target).save(tmp_path / "m")
    with pytest.raises(InputError, match="1 inputs and 3 outputs"):
        load(tmp_path / "m")


def test_few_rows():
    table = Table.from_columns(["x", "y"], [[1, 2, 3, 4], ["a", "b", "a", "b"]])
    learned = TableModel.learn(table, "y", TableSettings(trainer={"epochs": 2}))
    assert learned.held_out.n_rows == 1
    assert "ROC AUC" not in learned.evaluation.scores
    assert "no row is of class" in learned.evaluation.notes[-1]


def test_scores_of_classes_are_scikit_learns():
    rng = np.random.default_rng(0)
    for k in (2, 4):
        y = rng.integers(k, size=50)
        p = rng.dirichlet(np.ones(k), size=50)
        names = tuple("abcd"[:k])
        evaluation = evaluate_classes(y, p, names)
        assert evaluation.scores["accuracy"].value == accuracy_score(y, p.argmax(axis=1))
        assert evaluation.scores["log loss"].value == pytest.approx(log_loss(y, p))
        auc = roc_auc_score(y, p[:, 1]) if k == 2 else roc_auc_score(y, p, multi_class="ovr")
        assert evaluation.scores["ROC AUC"].value == pytest.approx(auc)
        assert evaluation.confusion[1, 0] == np.sum((y == 1) & (p.argmax(axis=1) == 0))


def test_no_better_than_the_most_frequent_class_is_said():
    y, p = np.array([0, 1, 1, 1]), np.array([[0.1, 0.9]] * 4)
    assert evaluate_classes(y, p, ("no", "yes")).notes == ("no better than always answering yes",)
    p[0] = [0.8, 0.2]
    assert evaluate_classes(y, p, ("no", "yes")).notes == ()


def test_evaluation_tells_what_prediction_tells():
    table = Table.from_columns(["u", "v", "kind"], [["a", "b"] * 20, range(40), ["no", "yes"] * 20])
    model = TableModel.learn(table, "kind", TableSettings(trainer={"epochs": 1})).model
    other = Table.from_columns(["u", "v", "kind", "w"], [["a", "z"], [1, 2], ["no", "yes"], [0, 0]])
    notes = model.evaluate(other).notes
    assert any("'z'" in note for note in notes)
    assert any("'w'" in note for note in notes)


def test_lbfgs_takes_no_batches():
    learned = TableModel.learn(classes_table(), "kind", TableSettings(trainer={"optimizer": "lbfgs", "l2": 0.1}))
    assert learned.evaluation.scores["accuracy"].value == 1.0


def test_scores_of_quantities_are_scikit_learns():
    rng = np.random.default_rng(0)
    y, p = rng.normal(size=(2, 30))
    evaluation = evaluate_numbers(y, p)
    assert evaluation.scores["R2"].value == pytest.approx(r2_score(y, p))
    assert evaluation.scores["MAE"].value == pytest.approx(mean_absolute_error(y, p))
    assert evaluation.scores["RMSE"].value == pytest.approx(np.sqrt(np.mean((y - p) ** 2)))
    constant = evaluate_numbers(np.ones(5), p[:5])
    assert "R2" not in constant.scores
    assert constant.notes


@pytest.mark.parametrize("validation", [0.2, 0.0])
@pytest.mark.parametrize(("table", "target"), [(classes_table(), "kind"), (numbers_table(), "y")])
def test_what_training_found_is_what_evaluation_finds(table, target, validation):
    learned = TableModel.learn(table, target, TableSettings(validation=validation, trainer={"epochs": 2}))
    again = learned.model.evaluate(learned.held_out or learned.train)
    assert again.scores == learned.evaluation.scores
    assert again.notes == learned.evaluation.notes
    assert again.to_json() == learned.evaluation.to_json()  # the table of confusions among it


@pytest.mark.parametrize("validation", [0.2, 0.0])
def test_each_row_is_transformed_once(monkeypatch, validation):
    rows = []
    transform = Preprocessor.transform

    def counted(self, table, notes=None):
        rows.extend(table.lines.tolist())
        return transform(self, table, notes)

    monkeypatch.setattr(Preprocessor, "transform", counted)
    TableModel.learn(classes_table(), "kind", TableSettings(validation=validation, trainer={"epochs": 2}))
    assert sorted(rows) == list(range(120))


@pytest.mark.parametrize(("table", "target"), [(classes_table(), "kind"), (numbers_table(), "y")])
def test_answers_in_numbers_are_those_of_predict(table, target):
    model = TableModel.learn(table, target, TableSettings(trainer={"epochs": 2})).model
    answers = model.answers(model.preprocessor.transform(table))
    assert model.predict(table).values.tolist() == (
        [model.target.classes[number] for number in answers] if target == "kind" else answers.tolist()
    )


@pytest.mark.parametrize(
    ("trainer", "expected"),
    [
        ({}, 16),  # a fiftieth of 400 is 8, and 16 the least
        ({"batch_size": 40}, 40),
        ({"batch_size": 1000}, 400),
        ({"batch_size": None}, 200),  # as `Trainer` has it
        ({"optimizer": "lbfgs"}, 400),  # which takes all rows at once
    ],
)
def test_the_batch_size_that_is_told_is_the_one_trained_with(trainer, expected):
    settings = TableSettings(hidden=[2], validation=0.0, trainer={"epochs": 1, **trainer})
    assert TableModel.learn(numbers_table(400), "y", settings).batch_size == expected


@pytest.mark.parametrize(("optimizer", "name"), [(LBfgs(memory=5), "lbfgs"), (Adam(beta_1=0.8), "adam")])
def test_an_optimizer_may_be_an_object(optimizer, name):
    """And is told by its name; there are no warnings, which would be errors."""
    settings = TableSettings(hidden=[2], trainer={"epochs": 2, "optimizer": optimizer})
    assert TableModel.learn(numbers_table(), "y", settings).optimizer == name


@pytest.mark.parametrize(
    ("name", "remedy"), [("rng", "seed"), ("callbacks", "TableModel.learn"), ("network", "hidden")]
)
def test_what_is_given_otherwise_is_no_setting_of_the_trainer(name, remedy):
    with pytest.raises(InputError, match=f"trainer must not have '{name}': .*{remedy}"):
        TableSettings(trainer={name: 1})
