"""What scikit-learn's users asked for in vain, and that every default is scikit-learn's behaviour."""

import pickle
import warnings

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.exceptions import ConvergenceWarning

from clearprop import ACTIVATIONS, INITIALIZERS, LOSSES, OPTIMIZERS, SCHEDULES, MLPClassifier, MLPRegressor, Perceptron
from clearprop.activations import LeakyRelu
from clearprop.errors import CannotLearnWarning
from clearprop.estimators import DivergenceWarning, IgnoredParameterWarning, NotSeparableWarning
from clearprop.estimators.callbacks import FallbackSupport
from clearprop.losses import Huber
from clearprop.optimizers import Adam
from clearprop.schedules import InverseScaling

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")

random = np.random.RandomState(0)
X = random.randn(160, 4)
y = (X[:, 0] * X[:, 1] > 0).astype(int)
several = np.digitize(X[:, 0], [-0.5, 0.5])
target = X[:, 0] ** 2 + X[:, 1]
CORNERS, XOR = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]]), np.array([0, 1, 1, 0])


def small(cls=MLPClassifier, **more):
    return cls(**({"hidden_layer_sizes": (8,), "max_iter": 30, "random_state": 0, "batch_size": 40} | more))


# -- parameters --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("registry", "known", "parameter"),
    [
        (ACTIVATIONS, "tanh", "activation"),
        (ACTIVATIONS, "identity", "output_activation"),
        (LOSSES, "huber", "loss"),
        (OPTIMIZERS, "adam", "solver"),
        (SCHEDULES, "cosine", "learning_rate"),
        (INITIALIZERS, "he_normal", "initializer"),
    ],
)
def test_what_a_user_registers_is_known_by_its_name(registry, known, parameter, monkeypatch):
    monkeypatch.setattr(registry, "_classes", dict(registry))
    registry.register(type("Own", (registry[known],), {"name": "own"}))
    expected, found = (small(MLPRegressor, engine="numpy", **{parameter: name}) for name in (known, "own"))
    np.testing.assert_array_equal(found.fit(X, target).predict(X), expected.fit(X, target).predict(X))
    monkeypatch.undo()
    with pytest.raises(ValueError, match=f"The '{parameter}' parameter"):
        clone(found).fit(X, target)


@pytest.mark.parametrize("name", sorted(set(ACTIVATIONS) - {"softmax", "step"}))
def test_every_activation_by_name_learns(name):
    model = small(activation=name, learning_rate_init=0.02).fit(X, y)
    assert model.loss_ < model.loss_curve_[0]


def test_activations_by_layer_and_as_objects():
    model = small(hidden_layer_sizes=(6, 5), activation=["tanh", LeakyRelu(0.2)]).fit(X, y)
    assert [a.name for a in model.network_.activations] == ["tanh", "leaky_relu", "sigmoid"]
    assert model.network_.activations[1].negative_slope == 0.2
    with pytest.raises(ValueError, match="activation must be one, or a list of 1"):
        small(activation=["tanh", "relu"]).fit(X, y)
    assert clone(model).get_params()["activation"][0] == "tanh"


@pytest.mark.parametrize("solver", [*OPTIMIZERS, Adam(beta_1=0.8)])
def test_every_solver(solver):
    model = small(solver=solver, learning_rate_init=0.005).fit(X, y)
    assert model.loss_ < model.loss_curve_[0]


@pytest.mark.parametrize("schedule", [*SCHEDULES, InverseScaling(power=0.1)])
def test_every_schedule(schedule):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", IgnoredParameterWarning)
        model = small(learning_rate=schedule, learning_rate_init=0.02).fit(X, y)
    constant = isinstance(schedule, str) and schedule in ("constant", "invscaling", "adaptive")
    assert (len(set(model.history_.rate)) == 1) == (constant or schedule == "adaptive")


def test_regularisation_makes_weights_smaller():
    def size(**more):
        return np.abs(np.concatenate([W.ravel() for W in small(max_iter=100, **more).fit(X, y).coefs_])).sum()

    plain = size()
    assert size(l1=5.0) < plain
    assert size(decoupled_decay=5.0) < plain
    assert small(dropout=0.5).fit(X, y).loss_ != small().fit(X, y).loss_
    with pytest.raises(ValueError, match="dropout must be one number"):
        small(dropout=[0.1, 0.1]).fit(X, y)


def test_clipped_gradients():
    free, clipped = small(solver="sgd", momentum=0), small(solver="sgd", momentum=0, clip_norm=1e-3)
    moved = [
        np.abs(model.fit(X, y).coefs_[0] - small(solver="sgd", max_iter=1, clip_norm=1e-9).fit(X, y).coefs_[0]).max()
        for model in (free, clipped)
    ]
    assert moved[1] < moved[0] / 100


def test_initializers():
    with pytest.warns(CannotLearnWarning, match="layer 1 begins with weights of 0"):
        model = small(initializer="zeros", max_iter=1, learning_rate_init=1e-9).fit(X, y)
    assert not model.coefs_[0].max() > 1e-6
    layers = small(initializer=["orthogonal", "zeros"], max_iter=1, learning_rate_init=1e-12).fit(X, y).coefs_
    np.testing.assert_allclose(layers[0] @ layers[0].T, np.eye(4), atol=1e-8)


def test_own_weights_to_begin_with():
    model = small(hidden_layer_sizes=(), solver="sgd", momentum=0, learning_rate_init=1e-12, max_iter=1)
    model.coefs_, model.intercepts_ = [np.array([[1.0], [2.0], [3.0], [4.0]])], [np.array([5.0])]
    model.fit(X, y)
    np.testing.assert_allclose(model.coefs_[0].ravel(), [1, 2, 3, 4], atol=1e-9)
    model.coefs_[0] = np.ones((4, 1))  # views: the network changes too
    assert model.network_.parameters[:4].tolist() == [1, 1, 1, 1]
    with pytest.raises(AttributeError, match="no coefs_ yet"):
        MLPClassifier().coefs_  # noqa: B018


def test_class_weight_is_sample_weight():
    given = {0: 3.0, 1: 0.5}
    by_class = small(class_weight=given).fit(X, y)
    by_row = small().fit(X, y, np.where(y == 0, 3.0, 0.5))
    assert np.array_equal(by_class.network_.parameters, by_row.network_.parameters)
    rare = np.where(X[:, 0] > 1.2, 1, 0)
    recall = [
        small(class_weight=weight, max_iter=100).fit(X, rare).predict(X)[rare == 1].mean()
        for weight in (None, "balanced")
    ]
    assert recall[1] > recall[0]
    with pytest.raises(ValueError, match="needs all rows at once"):
        small(class_weight="balanced").partial_fit(X, y, classes=[0, 1])


@pytest.mark.parametrize("dtype", ["float32", np.float64])
def test_dtype(dtype):
    model = small(dtype=dtype).fit(X, y)
    assert model.network_.dtype == dtype
    assert model.predict_proba(X).dtype == dtype


@pytest.mark.parametrize("loss", ["hinge", "perceptron", "squared_error", "binary_cross_entropy"])
@pytest.mark.parametrize("labels", [y, several])
def test_losses_of_a_classifier(loss, labels):
    if loss == "binary_cross_entropy" and labels is several:
        loss = "cross_entropy"
    model = small(loss=loss, learning_rate_init=0.02, max_iter=200).fit(X, labels)
    assert model.score(X, labels) > 0.9
    assert hasattr(model, "predict_proba") == (loss in ("binary_cross_entropy", "cross_entropy"))
    assert hasattr(clone(model), "predict_log_proba") == hasattr(model, "predict_log_proba")
    if not hasattr(model, "predict_proba"):
        with pytest.raises(AttributeError, match="no attribute 'predict_proba'") as raised:
            model.predict_proba(X)
        assert "identity goes from -inf to inf: use decision_function" in str(raised.value.__cause__)


@pytest.mark.parametrize("loss", ["absolute_error", "log_cosh", "quantile", Huber(0.5)])
def test_losses_of_a_regressor(loss):
    assert small(MLPRegressor, loss=loss, learning_rate_init=0.02, max_iter=200).fit(X, target).score(X, target) > 0.7


def test_output_activation():
    model = small(MLPRegressor, output_activation="softplus").fit(X, np.abs(target))
    assert (model.predict(X) > 0).all()
    assert model.out_activation_ == "softplus"


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"activation": "ghost"}, "'activation' parameter"),
        ({"solver": "ghost"}, "'solver' parameter"),
        ({"learning_rate": "ghost"}, "'learning_rate' parameter"),
        ({"hidden_layer_sizes": -1}, "hidden_layer_sizes"),
        ({"hidden_layer_sizes": (3, 0)}, "hidden_layer_sizes must be > 0"),
        ({"clip_norm": 0}, "'clip_norm' parameter"),
        ({"dtype": "float16"}, "'dtype' parameter"),
        ({"engine": "steam"}, "unknown engine 'steam'"),
    ],
)
def test_wrong_parameters(given, message):
    with pytest.raises(ValueError, match=message):
        small(**given).fit(X, y)


# -- validation rows, early stopping, callbacks, verbose ---------------------------------------------------------------


def test_own_validation_rows_give_a_curve_and_do_not_train():
    model = small().fit(X[:100], y[:100], X_val=X[100:], y_val=y[100:])
    plain = small().fit(X[:100], y[:100])
    assert np.array_equal(model.network_.parameters, plain.network_.parameters)
    assert len(model.validation_loss_curve_) == model.n_iter_
    assert model.validation_scores_ is None
    p = model.predict_proba(X[100:])[np.arange(60), y[100:]]
    assert model.validation_loss_curve_[-1] == pytest.approx(-np.log(p).mean(), rel=1e-9)
    with pytest.raises(ValueError, match="X_val and y_val belong together"):
        small().fit(X, y, X_val=X)


@pytest.mark.parametrize("scoring", [None, "loss", "balanced_accuracy", lambda model, X, y: model.score(X, y) / 2])
@pytest.mark.parametrize("own", [True, False])
def test_early_stopping_keeps_the_best(scoring, own):
    model = small(early_stopping=True, scoring=scoring, learning_rate_init=0.05, max_iter=80)
    if own:
        model.fit(X[:100], y[:100], X_val=X[100:], y_val=y[100:])
    else:
        model.fit(X, y)
    assert model.best_validation_score_ == max(model.validation_scores_)
    if own:
        score = model.score(X[100:], y[100:])
        expected = {None: score, "loss": -min(model.validation_loss_curve_)}.get(
            scoring if scoring in (None, "loss") else 0
        )
        if expected is not None:
            assert model.best_validation_score_ == pytest.approx(expected)
        elif callable(scoring):
            assert model.best_validation_score_ == pytest.approx(score / 2)


def test_scorers_see_feature_names_and_weights():
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame(X, columns=list("abcd"))
    model = small(MLPRegressor, early_stopping=True, scoring="r2").fit(frame, target, np.ones(160))
    assert list(model.feature_names_in_) == list("abcd")


class Recorder:
    def __init__(self, stop_after=None):
        self.calls, self.scores, self.stop_after = [], [], stop_after

    def setup(self, estimator, context):
        self.calls.append("setup")

    def teardown(self, estimator, context):
        self.calls.append("teardown")

    def on_fit_task_begin(self, estimator, context):
        self.calls.append(f"begin {context.task_name}")

    def on_fit_task_end(self, estimator, context, *, X=None, y=None, fitted_estimator=None):
        self.calls.append(f"end {context.task_name}")
        if context.task_name == "epoch":
            self.scores.append(fitted_estimator.score(X, y))
            return self.stop_after == len(self.scores)
        return False


def test_callbacks_by_scikit_learns_protocol():
    recorder = Recorder(stop_after=3)
    model = small().set_callbacks(recorder).fit(X, y)
    assert model.n_iter_ == 3
    epochs = ["begin epoch", "end epoch"] * 3
    assert recorder.calls == ["setup", "begin fit", *epochs, "end fit", "teardown"]
    assert recorder.scores[-1] == model.score(X, y)


def test_callbacks_on_older_releases(monkeypatch):
    import clearprop.estimators.callbacks as callbacks

    needed = () if issubclass(MLPClassifier, FallbackSupport) else (FallbackSupport,)  # on an older release

    class Old(*needed, MLPClassifier):
        pass

    monkeypatch.setattr(callbacks, "CallbackSupportMixin", None)
    recorder = Recorder(stop_after=2)
    Old(hidden_layer_sizes=(3,), random_state=0).set_callbacks(recorder).fit(X, y)
    assert recorder.calls == ["setup", "begin fit", *["begin epoch", "end epoch"] * 2, "end fit", "teardown"]
    with pytest.raises(TypeError, match="lacks setup"):
        FallbackSupport().set_callbacks(3)


def test_progress_bar_and_scoring_monitor(capfd):
    callback = pytest.importorskip("sklearn.callback")
    monitor = callback.ScoringMonitor(scoring="accuracy")
    small(max_iter=5).set_callbacks(callback.ProgressBar(), monitor).fit(X, y)
    assert len([row for row in monitor.get_logs().data if row["task_name"] == "epoch"]) == 5


def test_verbose_prints_what_scikit_learn_prints(capsys):
    from sklearn.neural_network import MLPClassifier as TheirClassifier

    for early in (False, True):
        given = small(verbose=True, max_iter=4, early_stopping=early).get_params()
        small(verbose=True, max_iter=4, early_stopping=early).fit(X, y)
        ours = capsys.readouterr().out
        TheirClassifier(**{name: given[name] for name in TheirClassifier().get_params()}).fit(X, y)
        assert ours == capsys.readouterr().out
    for early in (False, True):
        for rate in ({"solver": "sgd", "learning_rate": "adaptive"}, {"solver": "adam"}):
            model = small(verbose=True, max_iter=400, tol=0.1, n_iter_no_change=2, early_stopping=early, **rate)
            given = model.fit(X, y).get_params()
            ours = capsys.readouterr().out
            TheirClassifier(**{name: given[name] for name in TheirClassifier().get_params()}).fit(X, y)
            assert ours == capsys.readouterr().out
            assert ours.endswith("Stopping.\n")
            assert ("Setting learning rate to 0.000200" in ours) == ("learning_rate" in rate)


# -- looking inside ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("labels", [y, several, (X[:, :3] > 0).astype(int)], ids=["two", "three", "labels"])
def test_decision_function_is_the_logits(labels):
    model = small().fit(X, labels)
    z, p = model.decision_function(X), model.predict_proba(X)
    if z.ndim == 1:
        np.testing.assert_allclose(1 / (1 + np.exp(-z)), p[:, 1])
    elif labels.ndim == 1:
        np.testing.assert_allclose(np.exp(z) / np.exp(z).sum(axis=1, keepdims=True), p)
    else:
        np.testing.assert_allclose(1 / (1 + np.exp(-z)), p)
    np.testing.assert_allclose(np.exp(model.predict_log_proba(X)), p)
    large = model.predict_log_proba(X * 1e6)
    assert np.isfinite(large).all()
    trace = model.trace(X)
    assert np.array_equal(trace.z[-1].reshape(z.shape), z)
    assert [a.shape[1] for a in trace.a] == [8, model.n_outputs_]


@pytest.mark.parametrize("of", ["outputs", "logits"])
@pytest.mark.parametrize("labels", [y, several])
def test_input_gradients_are_central_differences(of, labels):
    model = small(activation="tanh", hidden_layer_sizes=(6, 5)).fit(X, labels)
    answer = model.decision_function if of == "logits" else model.predict_proba
    found, h = model.input_gradients(X[:5], of), 1e-6
    for feature in range(4):
        step = h * np.eye(4)[feature]
        difference = (answer(X[:5] + step) - answer(X[:5] - step)) / (2 * h)
        if labels is y and of == "outputs":
            difference = difference[:, 1]
        np.testing.assert_allclose(found[..., feature], difference, rtol=1e-6, atol=1e-9)


def test_a_fitted_estimator_survives_pickling_and_cloning():
    model = small().fit(X, y)
    twin = pickle.loads(pickle.dumps(model))
    assert np.array_equal(twin.predict_proba(X), model.predict_proba(X))
    twin.coefs_[0] = 0  # the copy's views are views too
    assert not twin.network_.weights[0].any()
    assert not hasattr(clone(model), "network_")


# -- going on ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"solver": "sgd"},
        {"solver": "sgd", "learning_rate": "invscaling"},
        {"solver": "sgd", "learning_rate": "adaptive", "tol": 0.01, "n_iter_no_change": 2},
        {"solver": "amsgrad", "learning_rate": "cosine", "max_iter": 20},
        {"dropout": 0.2},
        {"shuffle": False},
    ],
)
@pytest.mark.parametrize("cls", [MLPClassifier, MLPRegressor])
def test_twenty_partial_fits_are_fit_for_twenty_epochs(cls, given):
    goal, first = (y, {"classes": [0, 1]}) if cls is MLPClassifier else (target, {})
    given = {"learning_rate_init": 0.005, "max_iter": 20} | given
    whole, parts = small(cls, **given).fit(X, goal), small(cls, **given)
    assert whole.n_iter_ == 20
    for epoch in range(20):
        parts.partial_fit(X, goal, **first)
        if epoch == 9:
            parts = pickle.loads(pickle.dumps(parts))
    begun = small(cls, **given | {"max_iter": 20}).fit(X, goal)
    assert np.array_equal(parts.network_.parameters, whole.network_.parameters)
    assert np.array_equal(begun.network_.parameters, whole.network_.parameters)  # same seed, same bits
    assert parts.loss_curve_ == whole.loss_curve_
    assert parts.t_ == whole.t_
    assert parts.learning_rate_ == whole.learning_rate_


def test_partial_fit_of_other_rows():
    model = small(MLPRegressor, batch_size="auto")
    for start in range(0, 160, 50):
        model.partial_fit(X[start : start + 50], target[start : start + 50])
    assert len(model.loss_curve_) == 4
    assert model.t_ == 160
    with pytest.raises(ValueError, match="training goes on with a network of layers"):
        model.partial_fit(X, np.column_stack([target, target]))
    with pytest.raises(ValueError, match="training goes on with a network of layers"):
        model.set_params(hidden_layer_sizes=(3,)).partial_fit(X, target)


def test_going_on_with_other_settings():
    model = small(early_stopping=True).fit(X, y).set_params(early_stopping=False)
    model.partial_fit(X, y)
    assert model.best_loss_ == model.loss_
    assert model.validation_scores_ is None
    model.set_params(early_stopping=True, warm_start=True).fit(X, y)
    assert len(model.validation_scores_) == model.n_iter_
    model = MLPRegressor(hidden_layer_sizes=(4,), solver="lbfgs", warm_start=True, max_iter=3).fit(X, target)
    assert not hasattr(model, "loss_curve_")
    model.set_params(solver="adam").fit(X, target)
    assert len(model.loss_curve_) == 3
    assert model.set_params(solver="sgd").partial_fit(X, target).n_iter_ == 1  # another solver keeps nothing
    with pytest.raises(ValueError, match="is for one class of several, and y is binary"):
        small(loss="cross_entropy").fit(X, y)


def test_another_solver_does_not_go_on_with_what_the_last_one_remembers():
    """What momentum remembers has signs, and RMSProp would take roots of it."""
    model = small(solver="sgd", shuffle=False, batch_size=160, alpha=0.0).partial_fit(X, y, classes=[0, 1])
    expected, gradients = model.network_.copy(), model.network_.backward(model.network_.forward(X), y).flat
    OPTIMIZERS["rmsprop"]().update(expected.parameters, gradients.copy(), np.zeros((1, gradients.size)), 0.001, 1)
    model.set_params(solver="rmsprop").partial_fit(X, y)
    np.testing.assert_allclose(model.network_.parameters, expected.parameters, rtol=1e-10)


# -- what it says ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({"learning_rate": "adaptive"}, "learning_rate='adaptive'"),
        ({"momentum": 0.5}, "momentum=0.5"),
        ({"solver": "lbfgs", "early_stopping": True, "batch_size": "auto"}, "early_stopping=True"),
        ({"solver": "lbfgs", "batch_size": 7}, "batch_size=7"),
        ({"solver": "sgd", "beta_1": 0.8}, "beta_1=0.8"),
    ],
)
def test_parameters_without_effect_are_named(given, named):
    with pytest.warns(IgnoredParameterWarning, match=f"does not use {named}"):
        small(**given).fit(X, y)


def test_no_word_about_parameters_that_have_an_effect():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        warnings.simplefilter("ignore", ConvergenceWarning)
        small(solver="sgd", learning_rate="invscaling", power_t=0.3).fit(X, y)
        small(early_stopping=True, validation_fraction=0.2).fit(X, y)
        small(learning_rate=InverseScaling()).fit(X, y)


def test_divergence_is_an_error_or_a_warning():
    given = {"solver": "sgd", "activation": "identity", "learning_rate_init": 10.0}
    with pytest.raises(ValueError, match=r"non-finite parameter weights.*In detail: training diverged in epoch"):
        small(MLPRegressor, **given).fit(X, target)
    with pytest.warns(DivergenceWarning, match=r"Early stopping keeps epoch \d+, the best: its validation score is "):
        model = small(MLPRegressor, early_stopping=True, **given).fit(X, target)
    assert np.isnan(model.validation_scores_[-1])
    assert np.isfinite(model.predict(X)).all()


def test_convergence_warning_says_what_is_wrong_with_the_data():
    with pytest.warns(ConvergenceWarning, match=r"Maximum iterations \(5\) reached.*unscaled features: column"):
        small(max_iter=5).fit(X * 1000, y)


def names(model, X, y):
    return {finding.name for finding in model.diagnose(X, y)}


def test_diagnose():
    assert names(small(max_iter=300, learning_rate_init=0.02).fit(X, y), X, y) <= {"too few epochs"}
    assert "unscaled features" in names(small().fit(X * 1000, y), X * 1000, y)
    assert "unscaled features" in names(small().fit(X * [1, 1, 1, 1e-4], y), X * [1, 1, 1, 1e-4], y)
    assert "unscaled targets" in names(small(MLPRegressor).fit(X, target * 500), X, target * 500)
    assert "saturated units" in names(small(activation="tanh").fit(X * 1000, y), X * 1000, y)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        dead = small(activation="relu", solver="sgd", learning_rate_init=3.0, max_iter=20).fit(X - 3, y)
    assert "dead units" in names(dead, X - 3, y)
    assert "rate too high" in names(small(solver="sgd", learning_rate_init=2.0).fit(X, y), X, y)
    assert "rate too low" in names(small(learning_rate_init=1e-6).fit(X, y), X, y)
    assert "too few epochs" in names(small(max_iter=10, learning_rate_init=0.01).fit(X, target > 0), X, target > 0)
    assert "one class" in names(small().fit(X, np.zeros(160)), X, np.zeros(160))
    assert "no line can separate" in names(
        small(hidden_layer_sizes=(), batch_size="auto").fit(CORNERS, XOR), CORNERS, XOR
    )
    assert "no line can separate" not in names(small(hidden_layer_sizes=()).fit(X, X[:, 0] > 0), X, X[:, 0] > 0)
    finding = small().fit(X * 1000, y).diagnose(X * 1000, y)[0]
    assert "reaches" in finding.evidence
    assert "StandardScaler" in finding.remedy
    assert finding.name in str(finding)


def test_perceptron_tells_all():
    with pytest.warns(NotSeparableWarning, match="no hyperplane separates class 1"):
        model = Perceptron().fit(CORNERS, XOR)
    assert model.separable_ == [False]
    assert np.isinf(model.mistake_bound_[0])
    model = Perceptron(shuffle=False).fit(CORNERS, [0, 0, 0, 1])
    w, b = np.zeros(2), 0.0
    for update in model.updates_:  # the log is the whole training
        x = CORNERS[update.row]
        assert update.score == x @ w + b
        w, b = w + update.step * x, b + update.step
    assert np.array_equal(model.coef_[0], w)
    assert model.intercept_[0] == b
    network = model.network_
    assert np.array_equal(network.predict(CORNERS)[:, 0], model.decision_function(CORNERS))
    assert network.loss(CORNERS, [-1, -1, -1, 1]) == 0
    sparse = Perceptron().fit(CORNERS, [0, 0, 0, 1]).sparsify()
    assert np.array_equal(sparse.predict(CORNERS), [0, 0, 0, 1])
    assert np.array_equal(sparse.densify().coef_, Perceptron().fit(CORNERS, [0, 0, 0, 1]).coef_)


def test_fit_solves_no_linear_programme_and_diagnose_judges_two_classes_only(monkeypatch):
    import clearprop.training.diagnosis.diagnosis

    on_a_line = np.arange(12.0)[:, np.newaxis] - 5.5  # three in a row: the greatest output separates the middle
    assert "no line can separate" not in names(
        small(hidden_layer_sizes=(), batch_size="auto").fit(on_a_line, np.repeat([0, 1, 2], 4)),
        on_a_line,
        np.repeat([0, 1, 2], 4),
    )
    monkeypatch.setattr(clearprop.training.diagnosis.diagnosis, "separable", lambda *given: pytest.fail("fit ran it"))
    small(hidden_layer_sizes=(), max_iter=2).fit(X, y)


def test_no_mistake_bound_where_the_theorem_does_not_hold():
    goal = [0, 0, 0, 1]
    assert np.isfinite(Perceptron(shuffle=False).fit(CORNERS, goal).mistake_bound_).all()
    assert np.isinf(Perceptron(penalty="l2", alpha=1e-9).fit(CORNERS, goal).mistake_bound_).all()
    assert np.isinf(Perceptron(shuffle=False).fit(CORNERS, goal, coef_init=[[-9.0, -9.0]]).mistake_bound_).all()
    again = Perceptron(warm_start=True).fit(CORNERS, goal)
    assert np.isinf(again.fit(CORNERS, goal).mistake_bound_).all()
    assert np.isinf(again.partial_fit(CORNERS, goal).mistake_bound_).all()


def test_a_callable_that_takes_no_weights_is_given_none():
    scoring = lambda model, X, y: model.score(X, y)  # noqa: E731
    small(MLPRegressor, early_stopping=True, scoring=scoring).fit(X, target, np.ones(160))


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_divergence_before_any_finite_score_is_an_error():
    given = {"solver": "sgd", "activation": "identity", "learning_rate_init": 1e200, "early_stopping": True}
    with pytest.raises(ValueError, match="non-finite parameter weights"):
        small(MLPRegressor, **given).fit(X, target)
