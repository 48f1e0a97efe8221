"""Validation rows: with every solver, on one scale, and weighted as the rows that are trained on."""

import numpy as np
import pytest

from clearprop import LossCurveDisplay, MLPClassifier, MLPRegressor

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")

random = np.random.RandomState(0)
X, X_val = random.randn(90, 3), random.randn(40, 3)
Y, Y_val = X[:, :2] ** 2, X_val[:, :2] ** 2
y, y_val = np.digitize(X[:, 0], [-0.5, 0.8]), np.digitize(X_val[:, 0], [-0.5, 0.8])


def small(cls, **more):
    return cls(**({"hidden_layer_sizes": (4,), "max_iter": 6, "random_state": 0} | more))


@pytest.mark.parametrize("solver", ["adam", "lbfgs"])
def test_all_that_is_told_of_the_loss_is_on_one_scale(solver):
    model = small(MLPRegressor, solver=solver).fit(X, Y, X_val=X_val, y_val=Y_val)
    assert len(model.validation_loss_curve_) == model.n_iter_ == 6
    mean = ((model.predict(X_val) - Y_val) ** 2).mean() / 2  # over the outputs too, as scikit-learn has it
    assert model.validation_loss_curve_[-1] == pytest.approx(mean, rel=1e-12)
    assert model.history_.validation_loss == model.validation_loss_curve_
    assert model.history_.loss[-1] == model.loss_
    assert hasattr(model, "loss_curve_") == (solver == "adam")  # as in scikit-learn
    display = LossCurveDisplay.from_estimator(model, linewidth=3, marker="s")
    training, validation = display.ax_.lines[:2]
    assert training.get_ydata().tolist() == model.history_.loss
    assert validation.get_ydata().tolist() == model.validation_loss_curve_
    assert {(line.get_linewidth(), line.get_marker()) for line in (training, validation)} == {(3, "s")}
    squares = sum((W**2).sum() for W in model.coefs_) * model.alpha / 2 / len(X)
    if solver == "lbfgs":
        assert model.loss_ == pytest.approx(((model.predict(X) - Y) ** 2).mean() / 2 + squares, rel=1e-12)


def test_early_stopping_by_the_loss_has_its_tolerance_on_that_scale():
    """Twice the same target is one problem twice: the mean over the outputs is the loss of one of them."""
    given = {"early_stopping": True, "scoring": "loss", "hidden_layer_sizes": (), "max_iter": 300, "tol": 0.002}
    given |= {"solver": "sgd", "momentum": 0, "learning_rate_init": 0.02, "initializer": "zeros", "alpha": 0}
    one = small(MLPRegressor, **given).fit(X, Y[:, 0], X_val=X_val, y_val=Y_val[:, 0])
    two = small(MLPRegressor, **given).fit(X, Y[:, [0, 0]], X_val=X_val, y_val=Y_val[:, [0, 0]])
    assert two.n_iter_ == one.n_iter_ < 300
    np.testing.assert_allclose(two.validation_scores_, one.validation_scores_, rtol=1e-12)
    assert two.best_validation_score_ == -min(two.validation_loss_curve_)


def test_no_validation_rows_no_curve():
    assert small(MLPRegressor).fit(X, Y).validation_loss_curve_ == []
    assert not hasattr(small(MLPRegressor, solver="lbfgs").fit(X, Y), "validation_loss_curve_")


def test_callbacks_are_told_of_the_iterations_of_lbfgs():
    scores = []

    class Recorder:
        def setup(self, estimator, context): ...
        def teardown(self, estimator, context): ...
        def on_fit_task_begin(self, estimator, context): ...
        def on_fit_task_end(self, estimator, context, *, X=None, y=None, fitted_estimator=None):
            if context.task_name == "epoch":
                scores.append(fitted_estimator.score(X, y))
            return len(scores) == 4

    model = small(MLPRegressor, solver="lbfgs").set_callbacks(Recorder()).fit(X, Y, X_val=X_val, y_val=Y_val)
    assert model.n_iter_ == len(scores) == len(model.validation_loss_curve_) == 4
    assert scores[-1] == model.score(X, Y)
    assert scores == sorted(scores)


@pytest.mark.parametrize("class_weight", [{0: 1.0, 1: 3.0, 2: 0.5}, "balanced"])
@pytest.mark.parametrize("weighted", [False, True])
def test_class_weights_count_for_given_rows_too(class_weight, weighted):
    own = random.rand(40) + 0.1 if weighted else None
    model = small(MLPClassifier, class_weight=class_weight).fit(X, y, X_val=X_val, y_val=y_val, sample_weight_val=own)
    counts = np.bincount(y)
    by_class = len(y) / (3 * counts) if class_weight == "balanced" else np.array([1.0, 3.0, 0.5])  # of the rows of fit
    weight = by_class[y_val] * (1 if own is None else own)
    p = model.predict_proba(X_val)[np.arange(40), y_val]
    assert model.validation_loss_curve_[-1] == pytest.approx(np.average(-np.log(p), weights=weight), rel=1e-12)


def test_class_weights_of_labels():
    labels = (X[:, :2] > 0.5).astype(int)
    model = small(MLPClassifier, class_weight="balanced").fit(X, labels, X_val=X_val, y_val=(X_val[:, :2] > 0.5) * 1)
    assert len(model.validation_loss_curve_) == 6


def test_scorers_see_no_feature_names_and_the_estimator_keeps_them():
    pandas = pytest.importorskip("pandas")
    frame, seen = pandas.DataFrame(X, columns=list("abc")), []

    def scorer(estimator, X, y):
        seen.append((hasattr(estimator, "feature_names_in_"), list(model.feature_names_in_)))
        return estimator.score(X, y)

    model = small(MLPClassifier, early_stopping=True, scoring=scorer)
    model.fit(frame, y)
    assert seen == [(False, ["a", "b", "c"])] * model.n_iter_
