"""TableClassifier and TableRegressor: what is divided, scaled, kept and answered, and scikit-learn's conventions."""

import copy
import json
import pickle
import warnings
from importlib.util import find_spec

import joblib
import numpy as np
import pandas as pd
import pytest
import sklearn
from sklearn.base import clone
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer

from clearprop import (
    Callback,
    InputError,
    LBfgs,
    Table,
    TableClassifier,
    TableRegressor,
    load,
    save,
)
from clearprop.optimizers import Adam
from clearprop.tables.frames import as_column, as_table
from clearprop.tables.preparation import Preparation
from clearprop.tables.reading import read_table

from ..engines.compiled.helpers import run_python

QUICK = {"recipe": "plain", "max_epochs": 3, "random_state": 0}


def classes_frame(n=120, seed=0):
    rng = np.random.default_rng(seed)
    kind = np.arange(n) % 3
    x = rng.normal(size=(n, 2)) * 0.5 + np.array([[0, 0], [3, 0], [0, 3]])[kind]
    return pd.DataFrame(x, columns=["u", "v"]), np.array(["a", "b", "c"])[kind]


def numbers_frame(n=200, seed=0):
    x = np.random.default_rng(seed).uniform(-1, 1, size=n)
    return pd.DataFrame({"x": x}), 1000 + 50 * x


CASES = {"classes": (TableClassifier, *classes_frame()), "numbers": (TableRegressor, *numbers_frame())}


# -- how rows are divided ----------------------------------------------------------------------------------------------


def test_rows_held_out_are_apart_and_in_proportion():
    X, y = classes_frame()
    model = TableClassifier(**QUICK, validation_fraction=0.25).fit(X, y)
    assert len(model.held_out_rows_) == 30
    assert np.unique(y[model.held_out_rows_], return_counts=True)[1].tolist() == [10, 10, 10]
    (part,) = model.training_.division.parts
    assert sorted([*part.trained_on, *part.held_out]) == list(range(120))


def test_of_several_members_each_row_judges_one():
    X, y = classes_frame()
    model = TableClassifier(**QUICK, members=4).fit(X, y)
    parts = model.training_.division.parts
    assert sorted(np.concatenate([part.held_out for part in parts])) == list(range(120))
    for part in parts:
        assert sorted([*part.trained_on, *part.held_out]) == list(range(120))
        assert np.unique(y[part.held_out], return_counts=True)[1].tolist() == [10, 10, 10]
    assert model.held_out_rows_.tolist() == list(range(120))


def test_out_of_fold_answers_are_those_of_the_members_that_did_not_see_the_row():
    X, y = classes_frame()
    model = TableClassifier(**QUICK, members=3).fit(X, y)
    predictor = model.predictor_
    expected = np.empty((120, 3))
    for network, part in zip(model.ensemble_.members, model.training_.division.parts, strict=True):
        z = network.forward(predictor.prepared(as_table(X.iloc[part.held_out]))).z[-1] / predictor.temperature
        expected[part.held_out] = np.exp(z) / np.exp(z).sum(axis=1, keepdims=True)
    np.testing.assert_allclose(model.oof_probabilities_, expected, rtol=1e-9)
    assert model.oof_score_ == np.mean(np.array(["a", "b", "c"])[expected.argmax(axis=1)] == y)
    assert (model.oof_predictions_ == model.classes_[expected.argmax(axis=1)]).all()


def test_the_last_rows_judge_where_a_column_of_dates_divides_them():
    X, y = numbers_frame()
    days = pd.date_range("2024-01-01", periods=200)
    order = np.random.default_rng(0).permutation(200)
    X["day"] = days[order]
    model = TableRegressor(**QUICK, split_by="day", validation_fraction=0.25).fit(X, y)
    assert sorted(X["day"].iloc[model.held_out_rows_]) == list(days[150:])
    assert "the last, from 2024-05-30" in model.training_.division.how
    several = TableRegressor(**QUICK, split_by="day", members=2).fit(X, y)
    assert len(several.held_out_rows_) == 40
    with pytest.raises(AttributeError, match="there are no folds"):
        _ = several.oof_score_


@pytest.mark.parametrize("members", [1, 3])
def test_groups_stay_together_and_are_not_learned_from(members):
    X, y = classes_frame()
    X["patient"] = [f"p{i // 4}" for i in range(120)]
    model = TableClassifier(**QUICK, split_by="patient", members=members).fit(X, y)
    for part in model.training_.division.parts:
        assert not set(X["patient"].iloc[part.trained_on]) & set(X["patient"].iloc[part.held_out])
    assert model.predictor_.preparation.names == ("u", "v")
    assert any("'patient'" in note for note in model.notes_)


def test_a_column_to_divide_by_must_be_whole_and_have_groups_enough():
    X, y = classes_frame()
    X["g"] = [None, "a", "b"] * 40
    with pytest.raises(InputError, match=r"40 of its cells are missing: .* split_by another column"):
        TableClassifier(**QUICK, split_by="g").fit(X, y)
    X["g"] = ["a", "b", "b"] * 40
    with pytest.raises(InputError, match="2 different values are too few for 3 parts: give members a smaller"):
        TableClassifier(**QUICK, split_by="g", members=3).fit(X, y)


def test_of_few_rows_none_are_kept_out():
    X, y = classes_frame(30)
    model = TableClassifier(max_epochs=2, random_state=0).fit(X, y)
    assert len(model.predictor_.networks) == 1
    with pytest.raises(AttributeError, match="no rows were kept out of training"):
        _ = model.held_out_rows_


def test_a_class_of_one_row_is_trained_on():
    X, y = classes_frame(60)
    y[17] = "rare"
    for seed in range(5):
        model = TableClassifier(**{**QUICK, "random_state": seed}).fit(X, y)
        assert 17 in model.training_.division.parts[0].trained_on


def test_rows_of_their_own_judge_all_members():
    X, y = classes_frame()
    own = classes_frame(30, seed=1)
    model = TableClassifier(**QUICK, members=2).fit(X, y, X_val=own[0], y_val=own[1])
    assert all(len(part.trained_on) == 120 for part in model.training_.division.parts)
    assert model.evaluation_.n_rows == 30
    expected = np.mean(model.predict(own[0]) == own[1])
    assert model.evaluation_.scores["accuracy"].value == expected
    with pytest.raises(ValueError, match="X_val and y_val belong together"):
        model.fit(X, y, X_val=X)


def test_rows_without_target_are_left_out_and_said():
    X, y = numbers_frame()
    y[[3, 5]] = np.nan
    model = TableRegressor(**QUICK, members=2).fit(X, y)
    assert any("2 of 200 rows are left out, as the target 'y' is missing there" in note for note in model.notes_)
    assert np.flatnonzero(np.isnan(model.oof_predictions_)).tolist() == [3, 5]
    same = TableRegressor(**QUICK, members=2).fit(X[~np.isnan(y)], y[~np.isnan(y)])
    np.testing.assert_array_equal(model.predict(X), same.predict(X))


# -- weights -----------------------------------------------------------------------------------------------------------


def test_rows_of_weight_0_are_as_if_they_were_not_there():
    X, y = classes_frame()
    weight = np.ones(120)
    weight[::7] = 0
    kept = np.flatnonzero(weight)
    weighted = TableClassifier(**QUICK).fit(X, y, sample_weight=weight)
    without = TableClassifier(**QUICK).fit(X.iloc[kept], y[kept], sample_weight=weight[kept])
    np.testing.assert_array_equal(weighted.predict_proba(X), without.predict_proba(X))
    with pytest.raises(ValueError, match=r"sample_weight is 0 for every row|at least one non-zero"):
        TableClassifier(**QUICK).fit(X, y, sample_weight=np.zeros(120))


def test_class_weights_are_what_rows_of_the_class_count():
    X, y = classes_frame()
    counted = {"a": 1.0, "b": 2.0, "c": 5.0}
    by_class = TableClassifier(**QUICK, class_weight=counted).fit(X, y)
    by_row = TableClassifier(**QUICK).fit(X, y, sample_weight=[counted[label] for label in y])
    np.testing.assert_allclose(
        by_class.network_.predict(by_class.predictor_.prepared(as_table(X))),
        by_row.network_.predict(by_row.predictor_.prepared(as_table(X))),
        rtol=1e-12,
    )


def test_balanced_classes_find_the_rare_one():
    rng = np.random.default_rng(0)
    X = pd.DataFrame({"x": rng.normal(size=1000)})
    y = np.where(rng.uniform(size=1000) < 0.15 / (1 + np.exp(-3 * X["x"])), "yes", "no")
    settings = {"recipe": "plain", "max_epochs": 40, "random_state": 0, "learning_rate": 0.01}
    plain = TableClassifier(**settings).fit(X, y)
    balanced = TableClassifier(**settings, class_weight="balanced").fit(X, y)
    assert (plain.predict(X) == "yes").sum() == 0
    assert np.mean(balanced.predict(X)[y == "yes"] == "yes") > 0.65


def test_numbers_of_classes_may_be_weighed_by_their_texts():
    X, y = classes_frame()
    numbered = np.searchsorted(["a", "b", "c"], y)
    by_text = TableClassifier(**QUICK, class_weight={"0": 3, "1": 1, "2": 1}).fit(X, numbered)
    by_number = TableClassifier(**QUICK, class_weight={0: 3, 1: 1, 2: 1}).fit(X, numbered)
    np.testing.assert_array_equal(by_text.predict_proba(X), by_number.predict_proba(X))


# -- answers -----------------------------------------------------------------------------------------------------------


def test_scales_come_from_training_rows_alone():
    X, y = numbers_frame()
    model = TableRegressor(**QUICK).fit(X, y)
    (part,) = model.training_.division.parts
    (column,) = model.predictor_.preparation.parts
    x = X["x"].to_numpy()[part.trained_on]
    assert (column.scaling.center, column.scaling.scale) == pytest.approx((x.mean(), x.std()))


def test_quantities_come_in_their_own_unit():
    X, y = numbers_frame()
    model = TableRegressor(recipe="plain", hidden_layer_sizes=[8], learning_rate=0.02, random_state=0).fit(X, y)
    np.testing.assert_allclose(model.predict({"x": [-0.5, 0.0, 0.5]}), [975, 1000, 1025], atol=5)


def test_quantities_do_not_leave_the_range_that_was_trained_on():
    X, y = numbers_frame()
    model = TableRegressor(max_epochs=40, members=1, random_state=0).fit(X, y)
    low, high = model.predictor_.limits
    assert (low, high) == (pytest.approx(y.min()), pytest.approx(y.max()))
    far = model.predict({"x": np.linspace(-100.0, 100.0, 99)})
    assert far.min() >= low
    assert far.max() == high


def test_prediction_is_the_mean_of_the_members_at_their_temperature():
    X, y = classes_frame()
    model = TableClassifier(**QUICK, members=3).fit(X, y)
    new, _ = classes_frame(seed=1)
    rows = model.predictor_.prepared(as_table(new))
    expected = np.zeros((120, 3))
    for network in model.ensemble_.members:
        z = network.forward(rows).z[-1] / model.predictor_.temperature
        expected += np.exp(z) / np.exp(z).sum(axis=1, keepdims=True) / 3
    np.testing.assert_allclose(model.predict_proba(new), expected, rtol=1e-9)
    assert model.predict(new).tolist() == ["abc"[number] for number in expected.argmax(axis=1)]


def test_two_classes_have_one_output():
    X, y = pd.DataFrame({"x": range(40)}), ["no", "yes"] * 20
    model = TableClassifier(**QUICK).fit(X, y)
    assert model.network_.layer_sizes[-1] == 1
    probabilities = model.predict_proba(X)
    np.testing.assert_allclose(probabilities.sum(axis=1), 1)
    np.testing.assert_array_equal(model.predict(X) == "yes", probabilities[:, 1] > 0.5)
    odds = np.log(probabilities[:, 1] / probabilities[:, 0])
    np.testing.assert_allclose(model.decision_function(X), odds)


@pytest.mark.parametrize(
    "labels",
    [["10", "9", "100"], [3, 1, 2], [True, False], ["b", "a"], np.array(["x", "y"], dtype=object), [1.0, 2.0]],
    ids=str,
)
def test_classes_are_the_users_own_and_in_scikit_learns_order(labels):
    y = np.resize(np.asarray(labels), 60)
    X = pd.DataFrame({"x": np.random.default_rng(0).normal(size=60), "which": np.resize(range(len(labels)), 60)})
    model = TableClassifier(recipe="plain", max_epochs=60, learning_rate=0.02, random_state=0).fit(X, y)
    np.testing.assert_array_equal(model.classes_, np.unique(y))
    assert model.classes_.dtype == np.unique(y).dtype
    assert model.score(X, y) == 1.0
    np.testing.assert_array_equal(model.classes_[model.predict_proba(X).argmax(axis=1)], y)


def test_columns_are_found_by_their_names():
    X, y = classes_frame()
    model = TableClassifier(**QUICK).fit(X, y)
    expected = model.predict_proba(X)
    np.testing.assert_array_equal(model.predict_proba(X[["v", "u"]].assign(more=1)), expected)
    np.testing.assert_array_equal(model.predict_proba(as_table(X)), expected)
    with pytest.warns(UserWarning, match="X does not have valid feature names"):
        np.testing.assert_array_equal(model.predict_proba(X.to_numpy()), expected)
    with pytest.raises(InputError, match="there is no column 'u'"):
        model.predict(X[["v"]])


def test_a_column_of_which_nothing_is_known_is_warned_of():
    X = pd.DataFrame({"flag": ["1", "0"] * 40, "x": np.linspace(0, 1, 80)})
    y = np.array(["yes", "no"] * 40)
    model = TableClassifier(recipe="plain", categorical_features=["flag"], max_epochs=50, random_state=0).fit(X, y)
    assert model.score(X.assign(flag=[1.0, 0.0] * 40), y) == 1.0
    with pytest.warns(UserWarning, match="training did not have"):
        model.predict(X.assign(flag=["eins", "null"] * 40))


# -- what is chosen ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({}, 16),  # a fiftieth of 400 is 8, and 16 the least
        ({"batch_size": 40}, 40),
        ({"batch_size": 1000}, 400),
        ({"trainer": {"optimizer": "lbfgs"}}, 400),  # which takes all rows at once
    ],
)
def test_the_batch_size_that_is_told_is_the_one_trained_with(settings, expected):
    X, y = numbers_frame(400)
    model = TableRegressor(
        recipe="plain", hidden_layer_sizes=[2], validation_fraction=0, max_epochs=1, random_state=0, **settings
    )
    assert model.fit(X, y).training_.batch_size == expected


@pytest.mark.parametrize(("optimizer", "name"), [(LBfgs(memory=5), "lbfgs"), (Adam(beta_1=0.8), "adam")])
def test_an_optimizer_may_be_an_object(optimizer, name):
    """And is told by its name; there are no warnings, which would be errors."""
    X, y = numbers_frame()
    model = TableRegressor(**QUICK, hidden_layer_sizes=[2], trainer={"optimizer": optimizer}).fit(X, y)
    assert model.settings()["optimiser"] == name


def test_lbfgs_takes_no_batches():
    X, y = classes_frame()
    model = TableClassifier(random_state=0, recipe="plain", trainer={"optimizer": "lbfgs", "l2": 0.1}).fit(X, y)
    assert model.evaluation_.scores["accuracy"].value == 1.0


@pytest.mark.parametrize(
    ("name", "remedy"), [("rng", "random_state"), ("callbacks", "estimator"), ("network", "hidden_layer_sizes")]
)
def test_what_is_given_otherwise_is_no_setting_of_the_trainer(name, remedy):
    with pytest.raises(InputError, match=rf"trainer must not have '{name}': .*{remedy}"):
        TableClassifier(trainer={name: 1}).choices()


def test_a_score_chooses_the_epoch_and_whether_labels_are_smoothed():
    X, y = classes_frame()
    smoothed = TableClassifier(max_epochs=2, members=1, random_state=0).fit(X, y)
    assert smoothed.network_.loss_function.smoothing > 0
    exact = TableClassifier(max_epochs=2, members=1, random_state=0, scoring="neg_log_loss").fit(X, y)
    assert exact.network_.loss_function.smoothing == 0
    X, y = numbers_frame()
    model = TableRegressor(**QUICK, scoring="neg_mean_absolute_error").fit(X, y)
    rows = model.held_out_rows_
    metric = [record.metric for record in model.history_]
    best = int(np.argmax(metric))
    assert model.training_.best_epochs == [best + 1]
    assert metric[best] == pytest.approx(-np.mean(np.abs(model.predict(X.iloc[rows]) - y[rows])))


def test_without_early_stopping_the_last_epoch_stays():
    X, y = classes_frame()
    model = TableClassifier(**QUICK, early_stopping=False).fit(X, y)
    assert (len(model.history_), model.training_.best_epochs) == (3, [None])
    assert model.evaluation_.n_rows == 24


def test_refit_trains_on_all_rows_for_as_many_epochs():
    X, y = numbers_frame()
    first = TableRegressor(recipe="plain", max_epochs=10, random_state=0).fit(X, y)
    again = TableRegressor(recipe="plain", max_epochs=10, random_state=0, refit=True).fit(X, y)
    assert again.training_.best_epochs == first.training_.best_epochs
    assert "trained anew on all 200 rows for" in again.training_.endings[0]
    assert (again.network_.parameters != first.network_.parameters).any()
    assert again.evaluation_.scores["R2"] == first.evaluation_.scores["R2"]  # of the rows kept out before


def test_a_warm_start_goes_on_with_the_same_columns_and_networks():
    X, y = classes_frame()
    model = TableClassifier(**QUICK, warm_start=True, early_stopping=False).fit(X, y)
    before, preparation = model.network_.parameters.copy(), model.predictor_.preparation
    model.fit(X, y)
    assert model.predictor_.preparation is preparation
    assert (model.network_.parameters != before).any()
    with pytest.raises(ValueError, match=r"goes on with 1 members, and 2 are asked for: set warm_start=False"):
        model.set_params(members=2).fit(X, y)


def test_callbacks_are_told_of_each_member():
    class Counts(Callback):
        def __init__(self):
            self.ended = 0

        def on_finish(self, training):
            self.ended += 1

    counts, (X, y) = Counts(), classes_frame()
    TableClassifier(**QUICK, members=3, callbacks=[counts]).fit(X, y)
    assert counts.ended == 3


@pytest.mark.parametrize("n_jobs", [1, 2, -1])
def test_the_same_seed_is_the_same_model_whatever_the_workers(n_jobs):
    X, y = classes_frame()
    one = TableClassifier(**QUICK, members=3).fit(X, y)
    other = TableClassifier(**QUICK, members=3, n_jobs=n_jobs).fit(X, y)
    np.testing.assert_array_equal(one.predict_proba(X), other.predict_proba(X))


# -- what is told ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("members", [1, 3])
@pytest.mark.parametrize("case", CASES)
def test_importances_are_of_the_column_that_matters(case, members):
    make, X, y = CASES[case]
    noise = np.random.default_rng(1).normal(size=len(X))
    X = X.assign(noise=noise, same=1)
    model = make(recipe="plain", max_epochs=60, learning_rate=0.01, members=members, random_state=0).fit(X, y)
    importances = model.feature_importances_
    assert importances.shape == (len(X.columns),)
    assert importances[0] > 0.2
    assert abs(importances[-2]) < 0.1
    assert importances[-1] == 0
    assert model.feature_importances_.tolist() == importances.tolist()


@pytest.mark.parametrize("case", CASES)
def test_evaluation_is_of_the_rows_kept_out(case):
    make, X, y = CASES[case]
    model = make(**QUICK).fit(X, y)
    rows = model.held_out_rows_
    name = "accuracy" if make is TableClassifier else "R2"
    assert model.evaluation_.scores[name].value == pytest.approx(model.score(X.iloc[rows], y[rows]))


def test_a_row_is_explained_by_what_its_cells_say():
    X, y = numbers_frame()
    X["town"] = np.resize(["Ulm", "Bonn"], 200)
    model = TableRegressor(**QUICK).fit(X, y)
    text = model.explain(X, row=3).to_text(most=None, width=1000)
    shown = f"{X['x'][3]:.6g}".replace("-", "−")
    assert f"x[1] is x: {shown} (cell) → " in text
    assert "Bonn (cell) → " in text
    assert f"In the target's own units the prediction is {model.predict(X)[3]:.6g}." in text
    for alone in (X.iloc[3], X.iloc[[3]], X.iloc[3].to_dict()):
        assert model.explain(alone).value == model.explain(X, row=3).value


def test_several_members_are_the_terms_of_the_explanation():
    X, y = classes_frame()
    model = TableClassifier(**QUICK, members=3).fit(X, y)
    explanation = model.explain(X, row=0)
    assert sorted(term.label for term in explanation.terms) == ["member 1", "member 2", "member 3"]
    text = explanation.to_text(width=1000)
    assert f"z is divided by a temperature of {model.predictor_.temperature:.4g}" in text
    assert "W1[1,1] is of one network, here of the first of 3 members." in model.explain(
        X, row=0, name="W1[1,1]", y=y
    ).to_text(width=1000)


def test_training_that_came_to_nothing_is_warned_of_with_the_remedy():
    from clearprop.errors import TrainingWarning

    X, y = classes_frame()
    with pytest.warns(TrainingWarning, match=r"l2 too high: .* lower l2"):
        TableClassifier(recipe="plain", trainer={"l2": 1e5}, max_epochs=30, random_state=0).fit(X, y)


# -- files and copies --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("settings", [{}, {"members": 3}, {"dtype": "float32"}], ids=str)
@pytest.mark.parametrize("case", CASES)
def test_a_file_holds_all_that_answers(tmp_path, case, settings):
    make, X, y = CASES[case]
    X = X.assign(town=np.resize(["Ulm", "Bonn", None], len(X)))
    model = make(**QUICK, **settings).fit(X, y)
    save(model, tmp_path / "m")
    loaded = load(tmp_path / "m")
    assert type(loaded) is make
    assert loaded.feature_names_in_.tolist() == X.columns.tolist()
    np.testing.assert_array_equal(loaded.predict(X), model.predict(X))
    if make is TableClassifier:
        np.testing.assert_array_equal(loaded.predict_proba(X), model.predict_proba(X))
        assert loaded.classes_.tolist() == model.classes_.tolist()
    loaded.save(tmp_path / "again")
    assert (tmp_path / "again").read_bytes() == (tmp_path / "m").read_bytes()
    assert list(loaded.history_) == list(model.history_)
    for name in ("held_out_rows_", "evaluation_", "oof_score_", "oof_predictions_", "feature_importances_"):
        with pytest.raises(AttributeError, match="was loaded from a file, which holds no rows of training"):
            getattr(loaded, name)
    assert loaded.settings() == model.settings()
    assert loaded.notes_ == model.notes_
    assert loaded.recipe_ == model.recipe_


def test_parts_that_do_not_belong_together_are_refused(tmp_path):
    from dataclasses import replace

    classes, numbers = (make(**QUICK).fit(X, y).predictor_ for make, X, y in CASES.values())
    replace(classes, preparation=numbers.preparation, columns=numbers.columns).save(tmp_path / "m")
    with pytest.raises(InputError, match=r"damaged model file: the network takes 2 columns .* make 1 inputs"):
        load(tmp_path / "m")


@pytest.mark.parametrize("case", CASES)
def test_copies_answer_alike(tmp_path, case):
    make, X, y = CASES[case]
    model = make(**QUICK, members=2).fit(X, y)
    joblib.dump(model, tmp_path / "m.joblib")
    for other in (pickle.loads(pickle.dumps(model)), copy.deepcopy(model), joblib.load(tmp_path / "m.joblib")):
        np.testing.assert_array_equal(other.predict(X), model.predict(X))
        np.testing.assert_array_equal(other.feature_importances_, model.feature_importances_)


def test_each_row_is_transformed_once(monkeypatch):
    rows = []
    transform = Preparation.transform

    def counted(self, table, *arguments, **keywords):
        rows.extend(table.rows.tolist())
        return transform(self, table, *arguments, **keywords)

    monkeypatch.setattr(Preparation, "transform", counted)
    X, y = classes_frame()
    for settings in ({}, {"validation_fraction": 0}, {"members": 3}):
        rows.clear()
        TableClassifier(**QUICK, **settings).fit(X, y)
        assert sorted(rows) == list(range(120))


# -- scikit-learn's conventions ----------------------------------------------------------------------------------------

CHECKS = """
import json, sys, warnings
warnings.simplefilter("ignore")
import clearprop
from sklearn.utils.estimator_checks import check_estimator
report = {}
for name in ("TableClassifier", "TableRegressor"):
    for recipe in sys.argv[1:]:
        results = check_estimator(getattr(clearprop, name)(recipe=recipe, max_epochs=40), on_fail=None, on_skip=None)
        report[f"{name} {recipe}"] = [(r["check_name"], r["status"], str(r["exception"])) for r in results]
json.dump(report, sys.stdout)
"""
#: How many checks a release of scikit-learn has, so that none is passed over in silence.
COUNTS = {"1.9": (62, 58)}.get(".".join(sklearn.__version__.split(".")[:2]))


def test_check_estimator_has_no_failure_and_no_skip():
    for needed in ("pandas", "array_api_strict"):
        assert find_spec(needed), f"{needed} is missing: without it scikit-learn skips checks in silence"
    report = json.loads(run_python(CHECKS, "plain", timeout=300, SCIPY_ARRAY_API="1"))
    assert {name: [check for check in checks if check[1] != "passed"] for name, checks in report.items()} == {
        "TableClassifier plain": [],
        "TableRegressor plain": [],
    }
    if COUNTS is not None:
        assert tuple(map(len, report.values())) == COUNTS


def test_pipelines_searches_and_cross_validation():
    X, y = classes_frame()
    pipeline = make_pipeline(
        FunctionTransformer(lambda frame: frame.assign(w=frame["u"] * 2)), TableClassifier(**QUICK)
    )
    assert pipeline.fit(X, y).predict(X).shape == (120,)
    search = GridSearchCV(TableClassifier(**QUICK), {"hidden_layer_sizes": [(4,), (8, 4)], "members": [1, 2]}, cv=2)
    assert search.fit(X, y).best_estimator_.score(X, y) > 0.3
    scores = cross_val_score(TableRegressor(recipe="plain", random_state=0), *numbers_frame(), cv=3)
    assert scores.shape == (3,)
    assert scores.min() > 0.9
    model = clone(TableClassifier(recipe="plain", members=2, class_weight={"a": 2}))
    assert (model.members, model.class_weight) == (2, {"a": 2})


def test_unknown_parameters_are_answered_with_the_near_one():
    with pytest.raises(TypeError, match="'class_weights', did you mean 'class_weight'"):
        TableClassifier(class_weights="balanced")
    with pytest.raises(ValueError, match="did you mean 'members'"):
        TableClassifier().set_params(member=3)


@pytest.mark.parametrize("kind", ["numpy", "nullable", "arrow", "polars", "pyarrow", "dictionary", "table"])
def test_the_same_table_in_any_library_is_the_same_model(kind):
    n = 80
    rng = np.random.default_rng(0)
    frame = pd.DataFrame({"size": rng.integers(0, 50, n), "town": rng.choice(["Ulm", "Bonn"], n)})
    frame["when"] = pd.to_datetime("2024-01-01") + pd.to_timedelta(rng.integers(0, 300, n), "D")
    y = frame["size"] * 2.0 + (frame["town"] == "Ulm")
    if kind == "polars":
        given = pytest.importorskip("polars").DataFrame({name: frame[name].to_numpy() for name in frame})
    elif kind == "pyarrow":
        given = pytest.importorskip("pyarrow").Table.from_pandas(frame)
    else:
        if kind == "arrow":
            pytest.importorskip("pyarrow")
        given = {
            "numpy": lambda: frame,
            "nullable": frame.convert_dtypes,
            "arrow": lambda: frame.convert_dtypes(dtype_backend="pyarrow"),
            "dictionary": lambda: {name: frame[name].tolist() for name in frame},
            "table": lambda: as_table(frame),
        }[kind]()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        model = TableRegressor(**QUICK).fit(given, y)
        expected = TableRegressor(**QUICK).fit(frame, y)
        np.testing.assert_array_equal(model.predict(given), expected.predict(frame))
    assert isinstance(as_table(frame), Table)
    assert as_column(y).name == "y"


def test_files_are_predicted_as_they_are_learned(tmp_path):
    """Their cells are read as those of training: of "1,500" alone nobody could tell."""
    numbers = np.random.default_rng(0).integers(0, 4000, 60) / 1000
    rows = [f"{number:.3f};{'b' if number > 2 else 'a'}\n".replace(".", ",") for number in numbers]
    (tmp_path / "old.csv").write_text("size;kind\n" + "".join(rows))
    (tmp_path / "new.csv").write_text("note;size\nx;1,500\ny;3,250\n")
    table = read_table(tmp_path / "old.csv", decimal=",")
    model = TableClassifier(members=1, max_epochs=2, random_state=0).fit(table, "kind")
    expected = model.predict_proba({"size": [1.5, 3.25]})
    np.testing.assert_array_equal(model.predict_proba(tmp_path / "new.csv"), expected)
    np.testing.assert_array_equal(model.predict_proba(str(tmp_path / "*w.csv")), expected)
    assert model.predict(str(tmp_path / "old.csv")).shape == (60,)
    with pytest.raises(
        InputError, match=r"none\.csv: there is no such file: check its name and the folder you are in \(\S+\)$"
    ):
        model.predict(tmp_path / "none.csv")
    (tmp_path / "new.csv").write_text("size\n1.5\n2.25\n")
    with pytest.raises(InputError, match=r"new\.csv, line 2, .*size.*cells are read as .* were: decimal=','; a table"):
        model.predict(tmp_path / "new.csv")


def test_rows_to_judge_by_are_given_as_those_to_learn_from(tmp_path):
    (X_old, y_old), (X_new, y_new) = classes_frame(), classes_frame(seed=1)
    old, new = X_old.assign(kind=y_old), X_new.assign(kind=y_new)
    expected = TableClassifier(**QUICK).fit(X_old, y_old, X_val=X_new, y_val=y_new)
    old.to_csv(tmp_path / "old.csv", index=False)
    new.to_csv(tmp_path / "new.csv", index=False)
    for X, X_val in ((old, new), (str(tmp_path / "old.csv"), tmp_path / "new.csv")):
        model = TableClassifier(**QUICK).fit(X, "kind", X_val=X_val, y_val="kind")
        np.testing.assert_array_equal(model.predict_proba(new), expected.predict_proba(new))
        assert model.history_.validation_loss == expected.history_.validation_loss
    with pytest.raises(InputError, match=r"y_val is a text, and so names a column, .* none called 'sort'"):
        TableClassifier(**QUICK).fit(old, "kind", X_val=new, y_val="sort")
