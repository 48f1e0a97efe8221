"""skl2onnx takes the estimators, alone and within what scikit-learn makes of them."""

import sys
import warnings

import numpy as np
import pytest
import skl2onnx
from sklearn.calibration import CalibratedClassifierCV
from sklearn.ensemble import BaggingClassifier, StackingClassifier, VotingClassifier
from sklearn.model_selection import GridSearchCV
from sklearn.multioutput import MultiOutputRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from clearprop import MLPClassifier, MLPRegressor, Perceptron
from clearprop.errors import MissingExtraError
from clearprop.export.onnx import register_converters

from . import models
from .running import run_onnx


@pytest.fixture(scope="module", autouse=True)
def registered():
    register_converters()


def small(**settings):
    return MLPClassifier((5,), max_iter=5, n_iter_no_change=5, random_state=0, **settings)


def converted(model, X, **options):
    kind = model[-1] if hasattr(model, "steps") else model
    given = {"zipmap": False, **options} if hasattr(kind, "classes_") else None
    return run_onnx(skl2onnx.to_onnx(model, X[:1], options=given), {"X": X})


def check(model, X):
    """Labels and probabilities, or numbers, are those of the model."""
    answered, expected = converted(model, X), model.predict(X)
    if "label" not in answered:
        (numbers,) = answered.values()
        assert numbers.dtype == X.dtype
        np.testing.assert_allclose(numbers, expected.reshape(len(X), -1), rtol=1e-5, atol=1e-5)
        return
    np.testing.assert_array_equal(answered["label"], expected)
    assert answered["probabilities"].dtype == X.dtype
    if hasattr(model, "predict_proba"):
        np.testing.assert_allclose(answered["probabilities"], model.predict_proba(X), atol=1e-5)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_each_estimator(dtype):
    X, _ = models.numbers(dtype=dtype)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for model in models.fitted_estimators(dtype).values():
            check(model, X)


def wrapped():
    """By name: what has classifiers or regressors within, not fitted."""
    pair = [("a", small()), ("b", small(activation="tanh"))]
    regressor = MLPRegressor(hidden_layer_sizes=(5,), max_iter=5, n_iter_no_change=5, random_state=0)
    return {
        "a pipeline": (make_pipeline(StandardScaler(), small(activation=["silu"])), "three"),
        "a search": (GridSearchCV(small(), {"alpha": [0.1, 0.01]}, cv=2), "two"),
        "calibrated of two": (CalibratedClassifierCV(small(), cv=2), "two"),
        "calibrated of three": (CalibratedClassifierCV(small(), cv=2), "three"),
        "a calibrated perceptron": (CalibratedClassifierCV(Perceptron(max_iter=5, tol=None), cv=2), "two"),
        "bagged": (BaggingClassifier(small(), n_estimators=2, random_state=0), "three"),
        "stacked": (StackingClassifier(pair, cv=2), "two"),
        "voting": (VotingClassifier(pair, voting="soft", flatten_transform=False), "three"),
        "a regressor for each number": (MultiOutputRegressor(regressor), "numbers"),
    }


@pytest.mark.parametrize("name", list(wrapped()))
def test_within_something_else(name):
    model, target = wrapped()[name]
    X, s = models.numbers(n=400, dtype=np.float32)
    y = {
        "two": np.where(s > 0, "yes", "no"),
        "three": np.digitize(s, [-3.0, 2.0]),
        "numbers": np.column_stack([s, -s]),
    }[target]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        check(model.fit(X, y), X)


def test_dictionaries_of_probabilities_and_labels_as_an_output(estimators):
    X, _ = models.numbers(dtype=np.float32)
    model = estimators["two texts"]
    answered = run_onnx(skl2onnx.to_onnx(model, X[:1]), {"X": X[:1]})
    ((_, dictionaries),) = [item for item in answered.items() if item[0] != "output_label"]
    assert set(dictionaries[0]) == {"no", "yes"}
    answered = converted(model, X, output_class_labels=True)
    assert answered["class_labels"].tolist() == ["no", "yes"]
    assert set(converted(model, X, nocl=True)["label"].tolist()) == {0, 1}


@pytest.mark.parametrize("opset", [13, 15, 18, 21])
def test_older_and_newer_versions_of_the_standard(opset, estimators):
    X, _ = models.numbers(dtype=np.float32)
    model = estimators["outputs over their sum"]
    exported = skl2onnx.to_onnx(model, X[:1], options={"zipmap": False}, target_opset=opset)
    assert (run_onnx(exported, {"X": X})["label"] == model.predict(X)).all()


def test_without_skl2onnx(monkeypatch):
    monkeypatch.setitem(sys.modules, "skl2onnx", None)
    with pytest.raises(MissingExtraError, match=r"pip install 'clearprop\[onnx\]'"):
        register_converters()
