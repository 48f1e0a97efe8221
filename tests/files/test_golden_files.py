"""Model files of earlier versions: whatever changes inside, they load to the bit and predict what they did."""

import hashlib
from pathlib import Path

import numpy as np
import pytest

import clearprop
from clearprop.activations import Elu
from clearprop.files.container import read_container
from clearprop.schedules import OneCycle

GOLDEN = Path(__file__).parents[1] / "golden"
EXPECTED = [
    [0.22391823, 0.19328833, 0.58279344],
    [0.34820165, 0.26823338, 0.38356497],
    [0.64353274, 0.03227609, 0.32419117],
]
FLOWERS, COMMITTEE = GOLDEN / "flowers.model", GOLDEN / "committee.model"


def of_numbers(names, cells):
    """The same cells with types of their own; the petals' width is a category, of numbers."""
    return {name: [float(cell or "nan") for cell in column] for name, column in zip(names, cells, strict=True)}


def answers_of_flowers(model):
    names = ["petal width (cm)", "sepal length (cm)", "sepal width (cm)", "petal length (cm)"]
    cells = [["2.1", "1.1", "9.9"], ["7.1", "5.1", "4.9"], ["3.0", "2.5", ""], ["5.9", "3.0", "1.4"]]
    return [dict(zip(names, cells, strict=True)), of_numbers(names, cells)]


def test_a_table_model_with_numbers_categories_and_missing_cells():
    model = clearprop.load(FLOWERS)
    assert isinstance(model, clearprop.TableClassifier)
    assert model.network_.layer_sizes == (23, 4, 3, 3)
    assert [activation.name for activation in model.network_.activations] == ["relu", "relu", "softmax"]
    assert hashlib.sha256(model.network_.parameters.tobytes()).hexdigest() == (
        "821afe77e6507ed03b689ab3972f60b26c4c789b00e06e7cb72de8113bf3e8d5"
    )
    for rows in answers_of_flowers(model):
        assert model.predict(rows).tolist() == ["virginica", "virginica", "setosa"]
        assert np.allclose(model.predict_proba(rows), EXPECTED, rtol=0, atol=5e-9)


def test_an_ensemble():
    ensemble = clearprop.load(COMMITTEE)
    assert isinstance(ensemble, clearprop.Ensemble)
    assert (len(ensemble), ensemble.layer_sizes, ensemble.dtype) == (3, (3, 4, 2), np.float32)
    assert hashlib.sha256(ensemble.parameters.tobytes()).hexdigest() == (
        "4c41500f75af52738cde6c34be21ee3a4991ca15112a1684ab2e8de21ce09899"
    )
    expected = [[0.774218, 0.225782], [0.18976, 0.81024]]
    assert np.allclose(ensemble.predict([[1.0, -1.0, 0.5], [-1.0, -0.5, 2.0]]), expected, rtol=0, atol=1e-6)


def test_what_is_saved_anew_of_version_1_is_the_same_model(tmp_path):
    model, ensemble = clearprop.load(FLOWERS), clearprop.load(COMMITTEE)
    model.save(tmp_path / "flowers")
    ensemble.save(tmp_path / "committee")
    same, again = clearprop.load(tmp_path / "flowers"), clearprop.load(tmp_path / "committee")
    assert read_container(tmp_path / "flowers").version == 2
    assert same.network_.parameters.tobytes() == model.network_.parameters.tobytes()
    assert same.predictor_.preparation == model.predictor_.preparation
    assert same.predictor_.target == model.predictor_.target
    for rows in answers_of_flowers(model):
        assert same.predict_proba(rows).tobytes() == model.predict_proba(rows).tobytes()
    assert again.parameters.tobytes() == ensemble.parameters.tobytes()


X = [[0.5, -1.0, 0.25], [1.0, 2.0, -0.5]]
TABLE = {
    "age": [25, None, 58],
    "town": ["Ulm", "Bonn", "Paris"],
    "paid": [True, False, None],
    "seen": ["2024-03-01", "2025-01-01", None],
}
# What a file of version 2 holds, what it is asked, and what it answered when it was written.
SECOND = {
    "network": ("Network", lambda m: m.predict([row[:2] for row in X]), [
        [0.33375168, 0.12459169, 0.54165664], [0.31315379, 0.45097975, 0.23586647],
    ]),
    "inputs": ("Network", lambda m: m.predict([[0.5, -1.0, 2.0], [1.0, 0.3, -1.0]]), [[-0.15960103], [-0.80497754]]),
    "ensemble": ("Ensemble", lambda m: m.predict(X), [[0.45396066, 0.54603934], [0.56492788, 0.43507215]]),
    "classifier": ("MLPClassifier", lambda m: m.predict_proba(X), [
        [0.2118396, 0.55951025, 0.22865015], [0.4843505, 0.17747, 0.3381795],
    ]),
    "regressor": ("MLPRegressor", lambda m: m.predict(X), [[0.97377175, -0.65992248], [-0.53521872, 0.65285492]]),
    "perceptron": ("Perceptron", lambda m: m.decision_function(X), [3.69, 5.842]),
    "table_classifier": ("TableClassifier", lambda m: m.predict_proba(TABLE), [
        [0.6274518, 0.3725482], [0.49820428, 0.50179572], [0.49794288, 0.50205712],
    ]),
    "table_regressor": ("TableRegressor", lambda m: m.predict(TABLE), [50.35195248, 42.18763346, 56.95308407]),
}  # fmt: skip


@pytest.mark.parametrize("name", SECOND)
def test_version_2(name, tmp_path):
    path = GOLDEN / "2" / f"{name}.model"
    kind, asked, answered = SECOND[name]
    model = clearprop.load(path)
    assert type(model).__name__ == kind
    np.testing.assert_allclose(asked(model), answered, rtol=0, atol=1e-6 if "float32" in repr(model) else 5e-6)
    clearprop.save(model, tmp_path / "again")
    first, again = read_container(path), read_container(tmp_path / "again")
    assert (again.kind, again.config) == (first.kind, first.config)
    assert {name: array.tobytes() for name, array in again.tensors.items()} == {
        name: array.tobytes() for name, array in first.tensors.items()
    }


def test_there_is_a_file_of_each_kind():
    from clearprop.files.model_kinds import CHECKPOINT, NAMES

    kinds = {read_container(path).kind for path in (GOLDEN / "2").iterdir()}
    assert kinds == set(NAMES) - {CHECKPOINT}


def test_what_estimators_had_of_parameters_and_training():
    classifier, regressor = (clearprop.load(GOLDEN / "2" / f"{name}.model") for name in ("classifier", "regressor"))
    usual = clearprop.MLPClassifier().get_params()
    assert {name: value for name, value in classifier.get_params().items() if value != usual[name]} == {
        "activation": [Elu(alpha=0.5)],
        "class_weight": {"yes": 2.0},
        "early_stopping": True,
        "hidden_layer_sizes": (4,),
        "learning_rate": OneCycle(rise=0.25),
        "max_iter": 6,
        "n_iter_no_change": np.inf,
        "random_state": 0,
    }
    assert classifier.classes_.tolist() == ["no", "perhaps", "yes"]
    assert (classifier.n_iter_, len(classifier.loss_curve_), len(classifier.history_)) == (6, 6, 6)
    assert regressor.hidden_layer_sizes == [3, 3]
    table = clearprop.load(GOLDEN / "2" / "table_classifier.model")
    assert [len(history) for history in table.histories_] == [3, 3]
    assert table.classes_.tolist() == [0, 1]
    assert table.feature_names_in_.tolist() == ["age", "town", "paid", "seen"]
