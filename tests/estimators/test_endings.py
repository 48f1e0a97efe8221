"""However a training ends, the model and its attributes belong together: all of the new one, or all of the old."""

import copy
import traceback

import numpy as np
import pytest
import scipy.optimize
import sklearn.neural_network
from sklearn.exceptions import ConvergenceWarning

from clearprop import DivergenceError, MLPClassifier, MLPRegressor, Perceptron
from clearprop.estimators import DivergenceWarning

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")

random = np.random.RandomState(0)
X, X_val = random.randn(80, 4), random.randn(40, 4)
GOALS = {
    MLPClassifier: [(rows[:, 0] * rows[:, 1] > 0).astype(int) for rows in (X, X_val)],
    MLPRegressor: [rows[:, 0] ** 2 + rows[:, 1] for rows in (X, X_val)],
}
CURVES = ("loss_curve_", "validation_scores_", "validation_loss_curve_")
LEFT = "The model is still the one from before"


def small(cls, **more):
    return cls(**({"hidden_layer_sizes": (8,), "max_iter": 30, "random_state": 0, "batch_size": 20} | more))


class Scorer:
    """scikit-learn's default score, that raises the so-many-th time."""

    def __init__(self, count=None, error=None):
        self.left, self.error = count, error

    def __call__(self, model, X, y):
        if self.left is not None:
            self.left -= 1
            if self.left == 0:
                raise self.error
        return model.score(X, y)


class Hears:
    """A callback of scikit-learn's protocol that raises at the end of the so-many-th epoch."""

    def __init__(self, count, error, hook="on_fit_task_end", task="epoch"):
        self.left, self.error, self.hook, self.task = count, error, hook, task

    def setup(self, estimator, context):
        pass

    teardown = setup

    def on_fit_task_begin(self, estimator, context):
        self._told("on_fit_task_begin", context)

    def on_fit_task_end(self, estimator, context):
        self._told("on_fit_task_end", context)

    def _told(self, hook, context):
        if (hook, context.task_name) == (self.hook, self.task):
            self.left -= 1
            if self.left == 0:
                raise self.error


def fit(model, error=None):
    goal, goal_val = GOALS[type(model)]
    if isinstance(error, KeyboardInterrupt):
        with pytest.warns(UserWarning, match=r"^Training interrupted by user\."):
            return model.fit(X, goal, X_val=X_val, y_val=goal_val)
    if error is not None:
        with pytest.raises(type(error)):
            model.fit(X, goal, X_val=X_val, y_val=goal_val)
        return model
    return model.fit(X, goal, X_val=X_val, y_val=goal_val)


EARLY = {"early_stopping": True, "n_iter_no_change": 100, "learning_rate_init": 0.2}


@pytest.mark.parametrize("error", [KeyboardInterrupt(), ZeroDivisionError()], ids=["interrupt", "error"])
@pytest.mark.parametrize("by", ["scorer", "callback"])
@pytest.mark.parametrize("cls", [MLPClassifier, MLPRegressor])
def test_early_stopping_that_is_interrupted_keeps_the_best(cls, by, error):
    """It is the model, to the bit, of as many epochs as were judged."""
    scores = fit(small(cls, scoring=Scorer(), **EARLY)).validation_scores_
    judged = next(count for count in range(8, 30) if np.argmax(scores[:count]) < count - 1)  # else the last is the best
    kept = fit(small(cls, scoring=Scorer(), **EARLY, max_iter=judged))
    model = small(cls, scoring=Scorer(judged + 1, error) if by == "scorer" else Scorer(), **EARLY)
    if by == "callback":
        model.set_callbacks(Hears(judged, error))
    fit(model, error)
    assert np.array_equal(model.network_.parameters, kept.network_.parameters)
    assert model.score(X_val, GOALS[cls][1]) == model.best_validation_score_ == max(scores[:judged])
    assert len(model.history_) == model.n_iter_ == len(model.loss_curve_) == judged
    for name in ("n_iter_", "loss_", "best_validation_score_", "t_", *CURVES):
        assert getattr(model, name) == getattr(kept, name), name
    assert model.history_.records == kept.history_.records
    # a warm start begins with the weights that are shown
    begun = copy.deepcopy(model).set_callbacks()
    begun.set_params(warm_start=True, max_iter=1, learning_rate_init=1e-15, scoring=None)
    np.testing.assert_allclose(fit(begun).network_.parameters, kept.network_.parameters, atol=1e-12)


@pytest.mark.parametrize("cls", [MLPClassifier, MLPRegressor])
def test_scikit_learn_keeps_the_same_best(cls, monkeypatch):
    kind = getattr(sklearn.neural_network, cls.__name__)
    names = set(kind().get_params())
    judge, left = kind._update_no_improvement_count, iter(range(25, -1, -1))

    def raising(*given):
        if next(left) == 0:
            raise KeyboardInterrupt
        judge(*given)

    monkeypatch.setattr(kind, "_update_no_improvement_count", raising)
    given = {name: value for name, value in small(cls, **EARLY).get_params().items() if name in names}
    with pytest.warns(UserWarning, match=r"^Training interrupted by user\.$"):
        theirs = kind(**given).fit(X, GOALS[cls][0])
    ours = small(cls, scoring=Scorer(26, KeyboardInterrupt()), **EARLY)
    with pytest.warns(UserWarning, match=r"^Training interrupted by user\.$"):
        ours.fit(X, GOALS[cls][0])
    for mine, other in zip(ours.coefs_, theirs.coefs_, strict=True):
        np.testing.assert_allclose(mine, other, rtol=1e-8)
    np.testing.assert_allclose(ours.validation_scores_, theirs.validation_scores_[:25], rtol=1e-9)
    assert ours.best_validation_score_ == pytest.approx(theirs.best_validation_score_, rel=1e-9)


def test_partial_fit_goes_on_after_an_error_with_no_epoch_lost():
    goal = GOALS[MLPClassifier][0]
    whole = small(MLPClassifier, max_iter=12).fit(X, goal)
    model = small(MLPClassifier).set_callbacks(Hears(7, KeyError("mine")))
    with pytest.raises(KeyError):
        model.fit(X, goal)
    for _ in range(5):
        model.partial_fit(X, goal)
    assert np.array_equal(model.network_.parameters, whole.network_.parameters)
    assert model.loss_curve_ == whole.loss_curve_
    assert model.t_ == whole.t_


# -- trainings that come to nothing ------------------------------------------------------------------------------------


def whole(model):
    """All that a model is: attributes by value, and what it predicts."""
    values = {
        name: (value.parameters.tobytes() if name == "network_" else list(value) if isinstance(value, list) else value)
        for name, value in vars(model).items()
    }
    return values, model.predict(X_val).tobytes()


HUGE = {"solver": "sgd", "activation": "identity", "learning_rate_init": 1e200}
# name: (parameters of the model, of the refit, what its rows are multiplied by, the error or None, callback)
NOTHING = {
    "sgd diverges": ({}, HUGE, 1e5, DivergenceError, None),
    "adam diverges": ({"activation": "identity"}, {}, 1e160, DivergenceError, None),
    "early stopping diverges": ({"early_stopping": True}, HUGE, 1e5, DivergenceError, None),
    "lbfgs diverges": (
        {"solver": "lbfgs", "activation": "identity", "batch_size": "auto"}, {}, 1e160, DivergenceError, None
    ),
    "scorer": ({"early_stopping": True}, {"scoring": lambda *given: 1 / 0}, 1.0, ZeroDivisionError, None),
    "callback at the start": ({}, {}, 1.0, KeyError, Hears(1, KeyError(), "on_fit_task_begin", "fit")),
    "interrupted": ({"early_stopping": True}, {"scoring": Scorer(1, KeyboardInterrupt())}, 1.0, None, None),
}  # fmt: skip


@pytest.mark.parametrize("case", NOTHING)
@pytest.mark.parametrize("warm_start", [False, True])
@pytest.mark.parametrize("cls", [MLPClassifier, MLPRegressor])
def test_a_refit_that_comes_to_nothing_leaves_the_model(cls, warm_start, case):
    first, then, factor, error, callback = copy.deepcopy(NOTHING[case])
    goal = GOALS[cls][0]
    if "activation" in then:
        first["activation"] = then["activation"]  # a warm start goes on with the same network
    model = small(cls, warm_start=warm_start, **first).fit(X, goal).set_params(**then)
    if callback:
        model.set_callbacks(callback)
    before = whole(model)
    if error is None:
        with pytest.warns(UserWarning, match=rf"^Training interrupted by user\. {LEFT}\.$"):
            assert model.fit(X * factor, goal) is model
    else:
        with pytest.raises(error) as caught:
            model.fit(X * factor, goal)
        assert error is not DivergenceError or f"{LEFT}. Try " in str(caught.value)
    assert whole(model) == before


@pytest.mark.parametrize("cls", [MLPClassifier, MLPRegressor])
def test_a_partial_fit_that_comes_to_nothing_is_as_if_it_had_not_been(cls):
    goal, first = GOALS[cls][0], {"classes": [0, 1]} if cls is MLPClassifier else {}
    model, other = small(cls, activation="identity"), small(cls, activation="identity")
    for _ in range(3):
        model.partial_fit(X, goal, **first)
        other.partial_fit(X, goal, **first)
    before = whole(model)
    with pytest.raises(DivergenceError, match=LEFT):
        model.partial_fit(X * 1e160, goal)
    assert whole(model) == before
    for one in (model, other):
        one.partial_fit(X, goal)
    assert np.array_equal(model.network_.parameters, other.network_.parameters)
    assert model.loss_curve_ == other.loss_curve_


@pytest.mark.parametrize("warm_start", [False, True])
def test_a_refit_that_diverges_later_leaves_the_model(warm_start):
    goal = GOALS[MLPRegressor][0]
    model = small(MLPRegressor, solver="sgd", activation="identity", warm_start=warm_start, batch_size=80).fit(X, goal)
    model.set_params(learning_rate_init=1e9)
    before = whole(model)
    with pytest.raises(DivergenceError, match=LEFT) as caught:
        model.fit(X, goal)
    assert caught.value.epoch > 1
    assert whole(model) == before


def test_a_first_fit_that_diverges_later_keeps_the_last_that_was_finite():
    model = small(MLPRegressor, solver="sgd", activation="identity", batch_size=80, learning_rate_init=1e9)
    with pytest.raises(DivergenceError, match="The network keeps its last finite parameters") as caught:
        model.fit(X, GOALS[MLPRegressor][0])
    assert model.n_iter_ == caught.value.epoch - 1 == len(model.history_) == len(model.loss_curve_) > 0
    assert model.loss_ == model.loss_curve_[-1] == model.history_[-1].loss
    assert np.isfinite(model.network_.parameters).all()


def test_early_stopping_goes_back_to_an_epoch_of_this_fit_only():
    """A warm start that blows up at once has none, whatever the fit before had."""
    goal = GOALS[MLPRegressor][0]
    model = small(MLPRegressor, solver="sgd", activation="identity", early_stopping=True, warm_start=True)
    model.fit(X, goal)
    model.set_params(learning_rate_init=10.0)
    with pytest.warns(DivergenceWarning, match=r"learning_rate_init than 10 .* Early stopping keeps epoch 1, the best"):
        model.fit(X, goal)
    last = model.validation_scores_[-model.n_iter_ - 1 :]
    assert model.best_validation_score_ == max(last[:-1])
    assert np.isnan(last[-1])


# -- what is said ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "factor", "remedy"),
    [
        (
            {"solver": "sgd", "learning_rate_init": 1e9},
            1.0,
            "a lower learning_rate_init than 1e[+]09 or clip_norm=1.0$",
        ),
        (
            {"solver": "sgd", "learning_rate_init": 1e9, "clip_norm": 1e300},
            1.0,
            "a lower learning_rate_init than 1e[+]09$",
        ),
        ({"solver": "lbfgs", "batch_size": "auto"}, 1e153, "a higher alpha than 0.0001 or another solver or scaled"),
        ({}, 1e200, "scaled targets: float64 cannot hold squares of numbers beyond 1.3e[+]154$"),
        ({"dtype": "float32"}, 1e30, "scaled targets: float32 cannot hold squares of numbers beyond 1.8e[+]19$"),
        ({"early_stopping": True}, 1e200, "scaled targets: float64"),
    ],
)
def test_divergence_is_one_error_in_the_words_of_the_estimator(given, factor, remedy):
    model = small(MLPRegressor, activation="identity", **given)
    with pytest.raises(ValueError, match=r"^Solver produced non-finite parameter weights\. .*Try " + remedy) as caught:
        model.fit(X, GOALS[MLPRegressor][0] * factor)
    said = "".join(traceback.format_exception(caught.value))
    assert said.count("Traceback") == 1
    assert "learning_rate than" not in said
    target = f"{np.abs(GOALS[MLPRegressor][0] * factor).max():.4g}"
    assert f"(the largest input is {np.abs(X).max():.4g}, the largest target {target})" in said
    assert (caught.value.epoch, caught.value.layer) != (None, None)
    assert f"diverged in epoch {caught.value.epoch}, batch {caught.value.batch}: " in said
    assert f" of layer {caught.value.layer} were" in said


@pytest.mark.parametrize("engine", ["numpy", "compiled"])
@pytest.mark.parametrize("train", ["fit", "partial_fit"])
def test_divergence_of_a_perceptron_is_one_error_and_changes_nothing(train, engine):
    rows, goal = np.array([[2.0, 1.0], [3.0, -1.0], [-4.0, 2.0], [5.0, -3.0]]) * 10, [0, 1, 0, 1]
    model = Perceptron(engine=engine).fit(rows, goal)
    before = copy.deepcopy(vars(model))
    with pytest.raises(DivergenceError, match=r"^Floating-point under-/overflow occurred at epoch #1\. ") as caught:
        getattr(model.set_params(eta0=1e308), train)(rows, goal[::-1])
    said = "".join(traceback.format_exception(caught.value))
    assert said.count("Traceback") == 1
    assert "(the largest input is 50, and a row is added up to 1e+308 times)" in said
    assert str(caught.value).endswith(
        "The perceptron is as it was before. Try scaled inputs or a lower eta0 than 1e+308"
    )
    assert (caught.value.epoch, caught.value.batch, caught.value.layer) == (1, None, 1)
    for name in ("coef_", "intercept_", "n_iter_", "t_"):
        np.testing.assert_array_equal(getattr(model, name), before[name])


@pytest.mark.parametrize("message", ["ABNORMAL: ", "ABNORMAL_TERMINATION_IN_LNSRCH"])
@pytest.mark.parametrize("cls", GOALS)
def test_a_line_search_that_failed_is_said_in_a_sentence(cls, message, monkeypatch):
    def failing(*args, **keywords):
        result = minimize(*args, **keywords)
        result.message = message
        return result

    minimize = scipy.optimize.minimize
    monkeypatch.setattr(scipy.optimize, "minimize", failing)
    expected = (
        "^lbfgs: Abnormal end of a line search, which found no lower loss, and the optimization hasn't converged yet;"
    )
    with pytest.warns(ConvergenceWarning, match=expected):
        small(cls, solver="lbfgs", batch_size="auto", max_iter=2000).fit(X, GOALS[cls][0])
