"""In the places where scikit-learn's users put their networks, and with the data that they give them."""

import subprocess
import sys

import numpy as np
import pandas
import polars
import pytest
import sklearn
from scipy import sparse
from sklearn.base import clone
from sklearn.calibration import CalibratedClassifierCV
from sklearn.compose import ColumnTransformer, TransformedTargetRegressor
from sklearn.ensemble import BaggingClassifier, VotingClassifier
from sklearn.inspection import DecisionBoundaryDisplay, permutation_importance
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.multiclass import OneVsRestClassifier
from sklearn.neural_network import MLPClassifier as TheirClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from clearprop import MLPClassifier, MLPRegressor, Perceptron
from clearprop.plots import ActivationHistogramDisplay, LossCurveDisplay, NetworkDisplay

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")

random = np.random.RandomState(0)
X = random.randn(120, 3)
y = np.where(X[:, 0] + X[:, 1] ** 2 > 0.5, "yes", "no")
target = X[:, 0] + X[:, 1] ** 2
MODELS = [
    MLPClassifier(hidden_layer_sizes=(6,), max_iter=20, random_state=0),
    MLPRegressor(hidden_layer_sizes=(6,), max_iter=20, random_state=0),
    Perceptron(),
]


def goal(model):
    return target if isinstance(model, MLPRegressor) else y


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("cls", [pandas.DataFrame, polars.DataFrame])
def test_dataframes(model, cls):
    frame = cls({name: X[:, column] for column, name in enumerate("abc")})
    by_name, plain = clone(model).fit(frame, cls({"y": goal(model)})["y"]), clone(model).fit(X, goal(model))
    assert np.array_equal(by_name.predict(frame), plain.predict(X))
    assert list(by_name.feature_names_in_) == ["a", "b", "c"]
    with pytest.raises(ValueError, match="feature names should match"):
        by_name.predict(frame[["b", "a", "c"]])


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("form", [sparse.csr_array, sparse.csc_matrix, sparse.coo_array])
def test_sparse_forms(model, form):
    rows = np.where(X > 0, X, 0)
    by_form = clone(model).fit(form(rows), goal(model))
    if isinstance(model, Perceptron):  # whose bias moves more slowly for sparse rows, as in scikit-learn
        assert by_form.score(form(rows), goal(model)) > 0.6
        return
    dense = clone(model).fit(rows, goal(model))
    np.testing.assert_allclose(by_form.network_.parameters, dense.network_.parameters, rtol=1e-9)
    assert np.array_equal(by_form.predict(form(rows)), by_form.predict(rows)) or isinstance(model, MLPRegressor)


@pytest.mark.parametrize("model", MODELS)
def test_lists_integers_and_memory_orders(model):
    whole = np.round(X * 5).astype(int)
    expected = clone(model).fit(whole.astype(float), goal(model)).predict(whole)
    for rows in (whole, whole.tolist(), np.asfortranarray(whole), whole.astype(np.int8)):
        assert np.array_equal(clone(model).fit(rows, list(goal(model))).predict(rows), expected)


@pytest.mark.parametrize("model", MODELS)
def test_pipeline_search_and_cross_validation(model):
    pipeline = make_pipeline(StandardScaler(), clone(model))
    assert len(cross_val_score(pipeline, X, goal(model), cv=3)) == 3
    search = GridSearchCV(pipeline, {f"{type(model).__name__.lower()}__max_iter": [5, 30]}, cv=2).fit(X, goal(model))
    assert search.predict(X).shape == (120,)
    assert type(model).__name__ in pipeline._repr_html_()
    assert type(model).__name__ in repr(pipeline)
    assert permutation_importance(search, X, goal(model), n_repeats=2, random_state=0).importances.shape == (3, 2)


def test_columns_neighbours_calibration_and_ensembles():
    frame = pandas.DataFrame({"a": X[:, 0], "b": X[:, 1], "c": np.where(X[:, 2] > 0, "up", "down")})
    words = OneHotEncoder(sparse_output=False)
    columns = ColumnTransformer([("numbers", StandardScaler(), ["a", "b"]), ("words", words, ["c"])])
    pipeline = make_pipeline(columns.set_output(transform="pandas"), MLPClassifier(max_iter=100, random_state=0))
    pipeline.fit(frame, y)
    assert list(pipeline[-1].feature_names_in_) == ["numbers__a", "numbers__b", "words__c_down", "words__c_up"]
    assert pipeline.score(frame, y) > 0.8
    for model in (MODELS[0], MODELS[2]):
        assert CalibratedClassifierCV(model, cv=2).fit(X, y).predict_proba(X).shape == (120, 2)
        assert OneVsRestClassifier(model).fit(X, np.digitize(target, [0, 1])).predict(X).shape == (120,)
        assert BaggingClassifier(model, 2, random_state=0).fit(X, y).predict(X).shape == (120,)
    voters = [("ours", MODELS[0]), ("theirs", TheirClassifier(max_iter=5, random_state=0))]
    assert VotingClassifier(voters, voting="soft").fit(X, y).predict(X).shape == (120,)
    assert TransformedTargetRegressor(MODELS[1], transformer=StandardScaler()).fit(X, target).predict(X).shape == (120,)


def test_metadata_routing():
    with sklearn.config_context(enable_metadata_routing=True):
        weight = random.rand(120)
        model = clone(MODELS[0]).set_fit_request(sample_weight=True, X_val=True, y_val=True)
        pipeline = make_pipeline(StandardScaler().set_fit_request(sample_weight=False), model)
        pipeline.fit(X, y, sample_weight=weight, X_val=X[:20], y_val=y[:20])
        assert len(pipeline[-1].validation_loss_curve_) == 20
        cross_val_score(
            clone(MODELS[2]).set_fit_request(sample_weight=True).set_score_request(sample_weight=False),
            X,
            y,
            params={"sample_weight": weight},
            cv=2,
        )


@pytest.mark.parametrize("name", ["MLPClassifier", "MLPRegressor"])
def test_scikit_learns_parameters_are_taken_as_they_are(name):
    """Change one import: the same keyword arguments, whatever they are set to."""
    import sklearn.neural_network

    import clearprop

    theirs = getattr(sklearn.neural_network, name)(hidden_layer_sizes=[4], tol=0, n_iter_no_change=np.inf, max_iter=3)
    ours = getattr(clearprop, name)(**theirs.get_params())
    assert {key: value for key, value in ours.get_params().items() if key in theirs.get_params()} == theirs.get_params()


def test_displays():
    model = MODELS[0].fit(X, y)
    assert LossCurveDisplay.from_estimator(model).loss == model.loss_curve_
    assert len(NetworkDisplay.from_estimator(model).ax_.lines) == 3 * 6 + 6
    assert [axes.get_title() for axes in ActivationHistogramDisplay.from_estimator(model, X).axes_] == [
        "layer 1: relu",
        "layer 2: sigmoid",
    ]
    with pytest.raises(ValueError, match="ax must be 2 axes"):
        ActivationHistogramDisplay.from_estimator(model, X, ax=LossCurveDisplay.from_estimator(model).ax_)
    import matplotlib

    matplotlib.use("agg")
    for method in ("predict", "predict_proba", "decision_function"):
        two = clone(model).fit(X[:, :2], y)
        assert DecisionBoundaryDisplay.from_estimator(two, X[:, :2], response_method=method, grid_resolution=5)


def test_importing_the_package_loads_no_scikit_learn():
    code = "import sys, clearprop; print([m for m in ('sklearn', 'scipy', 'matplotlib') if m in sys.modules])"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout.strip() == "[]"


def test_a_missing_extra_names_the_command(monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    with pytest.raises(ImportError, match=r"pip install 'clearprop\[plots\]'"):
        NetworkDisplay.from_estimator(MODELS[0].fit(X, y))
