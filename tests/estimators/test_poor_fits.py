"""A fit that ended in nonsense says so, once, at its line, with the reason; one that learned is quiet."""

import contextlib
import re
import warnings
from functools import partial

import numpy as np
import pytest
from scipy.sparse import csr_array
from sklearn.datasets import load_breast_cancer, load_diabetes, load_digits, load_iris, load_wine, make_moons
from sklearn.exceptions import ConvergenceWarning
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import scale

from clearprop import MLPClassifier, MLPRegressor, Network, Perceptron, Trainer
from clearprop.errors import TrainingWarning
from clearprop.estimators import DivergenceWarning, PoorFitWarning
from clearprop.network.rows import Rows
from clearprop.training.diagnosis.diagnosis import diagnose_network

IRIS, WINE, CANCER = (load(return_X_y=True) for load in (load_iris, load_wine, load_breast_cancer))
rng = np.random.default_rng(0)
X = rng.normal(size=(200, 5))
LINE = X @ [1.0, -2.0, 0.5, 0.0, 3.0]
SIDE = (X[:, 0] + X[:, 1] > 0).astype(int)
RARE_ROWS = rng.normal(size=(1000, 5))
RARE = (RARE_ROWS[:, 0] + 0.8 * rng.normal(size=1000) > 2.4).astype(int)


def classifier(**more):
    return MLPClassifier(**{"hidden_layer_sizes": (30,), "random_state": 0} | more)


def regressor(**more):
    return MLPRegressor(**{"hidden_layer_sizes": (30,), "random_state": 0, "max_iter": 3000} | more)


def said(train, *rows):
    """What was said beside "has not converged", which names the reasons, too."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        train(*rows)
    return [warning for warning in caught if warning.category is not ConvergenceWarning]


NONSENSE = {
    "rate of 100": (
        classifier(learning_rate_init=100.0),
        scale(IRIS[0]),
        IRIS[1],
        "rate too high",
        "learning_rate_init",
    ),
    "rate of 1, raw": (classifier(learning_rate_init=1.0), *IRIS, "rate too high", "learning_rate_init"),
    "rate of 1, numbers": (regressor(learning_rate_init=1.0), X, LINE / 4, "rate too high", "learning_rate_init"),
    "times 1e5": (classifier(), IRIS[0] * 1e5, IRIS[1], "unscaled features", "StandardScaler"),
    "times 1e5, sgd, iris": (classifier(solver="sgd"), IRIS[0] * 1e5, IRIS[1], "unscaled features", "StandardScaler"),
    "times 1e5, sgd": (classifier(solver="sgd"), WINE[0] * 1e5, WINE[1], "unscaled features", "StandardScaler"),
    "times 1e5, tanh": (classifier(activation="tanh"), WINE[0] * 1e5, WINE[1], "unscaled features", "StandardScaler"),
    "sparse": (classifier(), csr_array(IRIS[0] * 1e5), IRIS[1], "unscaled features", "StandardScaler"),
    "far from 0": (classifier(), X - 30, SIDE, "unscaled features", "StandardScaler"),
    "raw": (classifier(), *WINE, "unscaled features", "StandardScaler"),
    "raw, sgd": (classifier(solver="sgd"), *CANCER, "unscaled features", "StandardScaler"),
    "times 1e-5": (regressor(), X * 1e-5, LINE / 4, "unscaled features", "StandardScaler"),
    "times 1e-5, lbfgs": (regressor(solver="lbfgs"), X * 1e-5, LINE / 4, "unscaled features", "StandardScaler"),
    "targets": (
        regressor(learning_rate_init=100.0),
        X,
        LINE / 4 + 1e4,
        "unscaled targets",
        "TransformedTargetRegressor",
    ),
    "small targets": (regressor(), X, LINE * 1e-5, "unscaled targets", "TransformedTargetRegressor"),
    "alpha": (classifier(alpha=1000.0, max_iter=1000), X, SIDE, "alpha too high", "lower alpha (1000)"),
    "alpha, lbfgs": (classifier(alpha=1000.0, solver="lbfgs"), X, SIDE, "alpha too high", "lower alpha (1000)"),
    "alpha, numbers": (regressor(alpha=1000.0), X, LINE / 4, "alpha too high", "lower alpha (1000)"),
    "l1": (regressor(l1=500.0), X, LINE / 4, "l1 too high", "lower l1 (500)"),
    "decay": (regressor(decoupled_decay=100.0), X, LINE / 4, "decoupled_decay too high", "lower decoupled_decay (100)"),
}


@pytest.mark.parametrize("name", NONSENSE)
def test_nonsense_is_named_with_its_reason_and_the_remedy(name):
    model, rows, y, reason, remedy = NONSENSE[name]
    (warning,) = said(model.fit, rows, y)
    assert warning.category is PoorFitWarning
    assert warning.filename == __file__
    message = str(warning.message)
    assert re.match(rf"training came to a loss of \S+, .*\d\. {reason}: ", message)
    assert remedy in message.partition("Remedy: ")[2].partition(". ")[0]
    assert model.diagnose(rows, y)[0].name == reason


def test_it_is_a_warning_of_training_and_of_convergence():
    assert issubclass(PoorFitWarning, TrainingWarning)
    assert issubclass(PoorFitWarning, ConvergenceWarning)
    with pytest.warns(PoorFitWarning) as caught:
        make_pipeline(classifier(learning_rate_init=100.0)).fit(scale(IRIS[0]), IRIS[1])
    assert [warning.filename for warning in caught] == [__file__]  # not scikit-learn's line
    again = classifier(learning_rate_init=100.0)
    for _ in range(2):
        assert len(said(again.fit, scale(IRIS[0]), IRIS[1])) == 1


WELL = {
    "iris": IRIS, "wine": WINE, "cancer": CANCER, "digits": load_digits(return_X_y=True),
    "moons": make_moons(100, noise=0.2, random_state=0),
}  # fmt: skip


@pytest.mark.parametrize("solver", ["adam", "sgd", "nadam"])
@pytest.mark.parametrize("activation", ["relu", "tanh", "logistic"])
@pytest.mark.parametrize("data", sorted(set(WELL) - {"digits"}))
def test_scaled_rows_are_quiet(data, activation, solver):
    rows, y = scale(WELL[data][0]), WELL[data][1]
    assert (
        said(classifier(solver=solver, activation=activation, early_stopping=activation == "tanh").fit, rows, y) == []
    )


@pytest.mark.parametrize("given", [{}, {"solver": "lbfgs"}, {"solver": "sgd", "learning_rate_init": 0.01}])
def test_digits_as_they_are_and_scaled_are_quiet(given):
    rows, y = WELL["digits"]
    for these in (rows, rows / 16, scale(rows)):
        assert said(classifier(max_iter=60, **given).fit, these, y) == []


@pytest.mark.parametrize("solver", ["adam", "sgd", "lbfgs"])
def test_numbers_that_are_learned_are_quiet(solver):
    rows, y = load_diabetes(return_X_y=True)
    assert said(regressor(solver=solver, max_iter=200).fit, scale(rows), scale(y)) == []
    assert said(regressor(solver=solver, max_iter=200).fit, X, LINE / 4) == []
    assert said(regressor(solver=solver, max_iter=200).fit, X * 20, LINE / 4) == []  # unscaled, and yet learned
    assert said(regressor(solver=solver, max_iter=200).fit, X, np.column_stack([LINE, X[:, 0]]) / 4) == []
    assert said(regressor(solver=solver, max_iter=200, alpha=0.1).fit, X[:7], LINE[:7] / 4) == []


NOISY = [
    {}, {"early_stopping": True}, {"solver": "sgd"}, {"solver": "lbfgs"}, {"dropout": 0.5}, {"alpha": 1.0},
    {"solver": "sgd", "learning_rate_init": 0.01, "batch_size": 5}, {"dropout": 0.5, "batch_size": 20},
]  # fmt: skip


@pytest.mark.parametrize("given", NOISY, ids=str)
def test_noise_has_no_reason_that_could_be_removed(given):
    noise = np.random.default_rng(1)
    coin, number = noise.integers(0, 2, 200), noise.normal(size=200)
    assert said(classifier(max_iter=600, **given).fit, X, coin) == []
    assert said(regressor(max_iter=600, **given).fit, X, number) == []


def test_partial_fit_is_quiet():
    model = classifier(learning_rate_init=100.0)
    for _ in range(5):
        assert said(lambda: model.partial_fit(IRIS[0] * 1e5, IRIS[1], classes=[0, 1, 2])) == []


def test_what_did_not_converge_or_blew_up_says_one_thing():
    for model, rows, y in (
        (regressor(max_iter=30), X * 1e5, LINE / 4),
        (regressor(max_iter=30, learning_rate_init=100.0), X, LINE / 4),
        (classifier(max_iter=5, learning_rate_init=100.0), X * 1e5, SIDE),
    ):
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            model.fit(rows, y)
        assert len(caught) == 1
        assert issubclass(caught[0].category, ConvergenceWarning)
        if caught[0].category is not DivergenceWarning:
            assert re.search("unscaled features|rate too high", str(caught[0].message))


def test_what_was_said_before_the_first_step_is_not_said_again():
    found = said(classifier(activation="step", alpha=1000.0, max_iter=500).fit, X * 100, SIDE)
    assert [warning.category.__name__ for warning in found] == ["CannotLearnWarning"]


# -- the trainer -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("settings", "factor", "message"),
    [
        ({"learning_rate": 100.0}, 1.0, r"rate too high: .* before the first step, and .* lower learning_rate \(100\)"),
        ({}, 1e5, r"unscaled features: column . reaches .* scale the columns, as in X = \(X - X.mean"),
        ({"optimizer": "lbfgs"}, 1e-6, "unscaled features: the columns vary by"),
        ({"l2": 1e5}, 1.0, r"l2 too high: with l2=100000 the weights are .* lower l2 \(100000\)"),
        ({"l2": 1e5, "validation": True}, 1.0, "l2 too high"),
        ({"learning_rate": 0.01}, 1.0, None),
        ({"learning_rate": 0.01, "validation": True}, 1.0, None),
        ({"optimizer": "lbfgs"}, 1.0, None),
        ({"learning_rate": 0.01, "l2": 0.1, "dropout": 0.3}, 1.0, None),
    ],
)  # fmt: skip
@pytest.mark.parametrize("loss", ["squared_error", "binary_cross_entropy", "huber"])
def test_trainer(loss, settings, factor, message):
    settings, rows, y = dict(settings), X * factor, SIDE if loss == "binary_cross_entropy" else LINE / 4
    validation = (rows[150:], y[150:]) if settings.pop("validation", False) else None
    trainer = Trainer(Network([5, 20, 1], "relu", loss=loss, rng=0), epochs=60, rng=0, **settings)
    found = said(lambda: trainer.fit(rows[:150], y[:150], validation=validation))
    if loss == "huber" and message is not None and not message.startswith("rate"):
        return  # the best constant is not known: only a loss that rose is poor
    assert len(found) == (message is not None), [str(warning.message) for warning in found]
    for warning in found:
        assert warning.category is TrainingWarning
        assert warning.filename == __file__
        assert re.search(message, str(warning.message)), str(warning.message)
        assert not re.search("alpha|learning_rate_init|max_iter|random_state|StandardScaler", str(warning.message))


def test_a_trainer_that_is_stepped_leaves_the_judgement_to_who_steps():
    trainer = Trainer(Network([5, 20, 1], rng=0), learning_rate=100.0, epochs=60, rng=0)
    assert said(lambda: (trainer.start(X, LINE), trainer.run())) == []


# -- a diagnosis that agrees with itself -------------------------------------------------------------------------------

BAD = [
    {"alpha": 1000.0}, {"alpha": 1000.0, "solver": "sgd"}, {"alpha": 1000.0, "solver": "lbfgs"}, {"l1": 300.0},
    {"learning_rate_init": 10.0}, {"learning_rate_init": 1e-6}, {"learning_rate_init": 1.0, "solver": "sgd"},
    {"max_iter": 5}, {"max_iter": 400, "tol": 0.05, "n_iter_no_change": 1}, {"decoupled_decay": 50.0}, {},
]  # fmt: skip


@pytest.mark.parametrize("given", BAD, ids=str)
@pytest.mark.parametrize("activation", ["relu", "tanh", "leaky_relu", "logistic"])
@pytest.mark.parametrize("factor", [1e-5, 1.0, 1e4])
def test_no_setting_is_to_be_both_raised_and_lowered(activation, given, factor):
    for model, y in ((classifier(**given), SIDE), (regressor(**{"max_iter": 100} | given), LINE / 4)):
        model.set_params(activation=activation, hidden_layer_sizes=(8,))
        with contextlib.suppress(ValueError):  # diverged
            said(model.fit, X * factor, y)
        text = str(model.diagnose(X * factor, y))
        told = {(way, name) for way, name in re.findall(r"(raise|lower|or) (\w+)(?= \(|$|[,.])", text)}
        ways = {name: {way for way, other in told if other == name} for _, name in told}
        assert not any({"raise", "lower"} <= found for found in ways.values()), text


@pytest.mark.parametrize("activation", ["relu", "leaky_relu", "tanh"])
def test_too_strong_a_penalty_is_the_cause_of_all_that_follows(activation):
    model = classifier(alpha=1000.0, activation=activation)
    said(model.fit, X, SIDE)
    found = model.diagnose(X, SIDE)
    assert found[0].name == "alpha too high"
    assert "the best constant output would have" in found[0].evidence
    assert {finding.remedy for finding in found} == {"lower alpha (1000)"}
    said(model.set_params(alpha=0.001, max_iter=400).fit, X, SIDE)
    assert model.score(X, SIDE) > 0.97  # and the remedy helps
    assert "alpha too high" not in [finding.name for finding in model.diagnose(X, SIDE)]


def test_a_rate_is_not_to_be_raised_where_the_loss_is_above_a_constants_for_another_reason():
    model = classifier()
    said(model.fit, IRIS[0] * 1e5, IRIS[1])
    found = {finding.name: finding for finding in model.diagnose(IRIS[0] * 1e5, IRIS[1])}
    assert "rate too low" not in found
    assert "StandardScaler" in found["nothing learned"].remedy


# -- classes that are lost beside a frequent one -----------------------------------------------------------------------


def imbalance(model, *rows):
    return [finding for finding in model.diagnose(*rows) if finding.name == "imbalanced classes"]


@pytest.mark.parametrize("labels", [[0, 1], ["no", "yes"], [False, True]])
@pytest.mark.parametrize("given", [{"learning_rate_init": 1e-4}, {"alpha": 100.0}, {"solver": "lbfgs", "alpha": 50.0}])
def test_the_most_frequent_class_as_the_only_answer(labels, given):
    y, model = np.asarray(labels)[RARE], classifier(**given)
    said(model.fit, RARE_ROWS, y)
    assert set(model.predict(RARE_ROWS)) == {labels[0]}
    (finding,) = imbalance(model, RARE_ROWS, y)
    rare = int(RARE.sum())
    assert finding.evidence == (
        f"the most frequent class has {1 - rare / 1000:.1%} of the rows, and {rare} of the {rare} rows of other "
        "classes are taken for it, too"
    )
    assert finding.remedy.startswith("give class_weight='balanced'")


def test_the_remedy_helps_and_is_not_given_again():
    model = classifier(class_weight="balanced", max_iter=300)
    said(model.fit, RARE_ROWS, RARE)
    assert model.predict(RARE_ROWS)[RARE == 1].mean() > 0.9
    assert imbalance(model, RARE_ROWS, RARE) == []


def test_several_classes_of_which_one_is_frequent():
    y = np.where(np.arange(1000) % 20 == 0, 1, np.where(np.arange(1000) % 20 == 1, 2, 0))
    model = classifier(max_iter=20)
    said(model.fit, RARE_ROWS, y)
    (finding,) = imbalance(model, RARE_ROWS, y)
    assert finding.evidence == (
        "the most frequent class has 90.0% of the rows, and 100 of the 100 rows of other classes are taken for it, too"
    )


def test_the_perceptron_and_networks_name_it_as_they_can():
    with pytest.warns(Warning, match="no hyperplane"):
        model = Perceptron(max_iter=1, tol=None).fit(np.zeros((40, 1)), np.arange(40) % 20 == 0)
    if set(model.predict(np.zeros((40, 1)))) == {False}:
        assert imbalance(model, np.zeros((40, 1)), np.arange(40) % 20 == 0)
    network = Network([5, 4, 1], loss="binary_cross_entropy", rng=0)
    history = Trainer(network, learning_rate=1e-4, epochs=100, patience=None, rng=0).fit(RARE_ROWS, RARE)
    found = diagnose_network(network, Rows.checked(network, RARE_ROWS, RARE), history)
    assert ("imbalanced classes" in [f.name for f in found]) == (not (network.predict(RARE_ROWS) > 0.5).any())


def test_even_classes_or_answers_that_are_right_are_no_imbalance():
    for y in (SIDE, (X[:, 0] > 1.5).astype(int)):
        model = classifier(solver="lbfgs")
        said(model.fit, X, y)
        assert model.score(X, y) == 1.0
        assert imbalance(model, X, y) == []
    model = classifier(learning_rate_init=1e-7, max_iter=5)  # one answer, but not for want of rows of the other class
    said(model.fit, X, SIDE)
    assert imbalance(model, X, SIDE) == []


# -- what it costs -----------------------------------------------------------------------------------------------------


def test_only_a_poor_fit_is_looked_at_and_then_at_some_rows(monkeypatch):
    import clearprop.training.diagnosis.causes as causes

    looked = []
    monkeypatch.setattr(causes, "trace_of", lambda network, rows: looked.append(rows.shape[0]) or network.forward(rows))
    many = np.tile(X, (100, 1))
    model = classifier(max_iter=300, hidden_layer_sizes=(3,), tol=0.01, learning_rate_init=0.01)
    assert said(model.fit, many, np.tile(SIDE, 100)) == []
    assert looked == []
    (warning,) = said(model.set_params(tol=1e-4).fit, many * 1e-5, np.tile(SIDE, 100))
    assert warning.category is PoorFitWarning
    assert looked == [500]
    assert len(range(*causes.looked_at(np.empty((5000, 40_000), dtype=bool)).indices(5000))) == 100


def test_sparse_columns_have_the_scales_of_dense_ones():
    import clearprop.training.diagnosis.causes as causes

    rows = X * [1, 100, 0, 1e-3, 1] * (rng.random(X.shape) < 0.3)
    of_dense, of_sparse = causes._columns(rows), causes._columns(csr_array(rows))
    for dense, sparse in zip(of_dense, of_sparse, strict=True):
        np.testing.assert_allclose(sparse, dense, rtol=1e-12, atol=1e-15)


def test_columns_of_zeros_and_a_few_ones_are_scaled_well():
    """Such a column varies by less than 0.1, and is what a category becomes."""
    rng = np.random.RandomState(0)
    group = rng.randint(0, 200, 3000)
    effect = rng.randn(200)
    one_hot = np.eye(200)[group]
    y = effect[group] + 2 * rng.randn(3000) > 0
    for rows in (one_hot, csr_array(one_hot)):
        model = MLPClassifier((10,), max_iter=100, tol=0.1, random_state=0)
        assert said(model.fit, rows, y) == []
        assert "unscaled features" not in [finding.name for finding in model.diagnose(rows, y)]
    small = MLPClassifier((10,), max_iter=500, random_state=0)
    (warning,) = said(small.fit, 1e-5 * one_hot, y)
    assert "unscaled features: the columns vary by" in str(warning.message)


def test_units_that_are_often_off_are_no_fault_and_activations_without_an_end_are_not_at_one():
    rng = np.random.RandomState(0)
    X = rng.randn(60, 3)
    y = X @ [1.0, 2.0, 3.0]
    for activation in ("relu", "leaky_relu", "silu"):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            model = MLPRegressor(hidden_layer_sizes=(5,), activation=[activation], random_state=0, max_iter=20).fit(
                X, y
            )
        assert "saturated units" not in [finding.name for finding in model.diagnose(X, y)]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model = MLPRegressor(hidden_layer_sizes=(5,), activation=["tanh"], random_state=0, max_iter=20).fit(1000 * X, y)
    (finding,) = [finding for finding in model.diagnose(1000 * X, y) if finding.name == "saturated units"]
    assert finding.evidence == "3 of 5 units of layer 1 are at a flat end of tanh at nearly every row (1, 2, 5)"


def test_what_is_said_is_what_was_measured():
    """A loss worse than a constant's need not mean wrong classes; the sentence claims no more than the loss."""
    X, y = load_iris(return_X_y=True)
    model = MLPClassifier(learning_rate_init=100.0, random_state=0)
    (warning,) = said(model.fit, scale(X), y)
    message = str(warning.message)
    reached, constant = map(float, re.match(r"training came to a loss of (\S+), and .* has (\S+)\. ", message).groups())
    assert constant == pytest.approx(np.log(3), rel=1e-3)
    assert reached > constant
    one_class = MLPClassifier((10,), learning_rate_init=0.1, max_iter=1000, random_state=0).fit(
        scale(X), np.zeros(150, int)
    )
    assert [finding.name for finding in one_class.diagnose(scale(X), np.zeros(150, int))] == ["one class"]


def test_validation_rows_beyond_what_can_be_squared_are_told_of_once():
    rng = np.random.RandomState(0)
    X = rng.randn(60, 3)
    y = X[:, 0]
    model = MLPRegressor(hidden_layer_sizes=(4,), max_iter=3, tol=0.0, random_state=0)
    told = [w for w in said(partial(model.fit, X_val=X, y_val=1e200 * y), X, y) if "validation" in str(w.message)]
    (warning,) = told
    assert warning.category is TrainingWarning
    assert "the validation rows have targets up to 2.38e+200, whose squares float64 cannot hold" in str(warning.message)
