"""Plain arrays pass scikit-learn's checks at a glance, all else is checked by it: what comes of it is the same."""

import warnings

import numpy as np
import pandas as pd
import pytest
from scipy.sparse import coo_array, csr_array, csr_matrix
from sklearn import config_context
from sklearn.linear_model import Perceptron as TheirPerceptron
from sklearn.preprocessing import LabelBinarizer
from sklearn.utils.validation import validate_data

from clearprop import MLPClassifier, MLPRegressor, Perceptron
from clearprop.estimators import checks, settings
from clearprop.estimators.checks import checked
from clearprop.estimators.classes import as_truth_values, classes_of, fitted_binarizer
from clearprop.network.rows import Rows

X = np.random.default_rng(0).normal(size=(6, 3))
Y = (X[:, 0] > 0).astype(int)
NAMED = pd.DataFrame(X, columns=list("abc"))
ROWS = {
    "float64": X,
    "float32": X.astype(np.float32),
    "float16": X.astype(np.float16),
    "whole": X.astype(int),
    "truth values": X > 0,
    "complex": X + 0j,
    "text": X.astype(str),
    "objects": X.astype(object),
    "other byte order": X.astype(X.dtype.newbyteorder()),
    "columns first": np.asfortranarray(X),
    "every second": np.repeat(X, 2, axis=0)[::2],
    "NaN": np.where(X > 1, np.nan, X),
    "infinite": np.where(X > 1, np.inf, X),
    "both infinities": np.where(X > 1, np.inf, np.where(X < -1, -np.inf, X)),
    "great": np.full_like(X, 1e308),
    "no rows": X[:0],
    "no columns": X[:, :0],
    "one column fewer": X[:, :2].copy(),
    "flat": X[:, 0],
    "three axes": X[:, :, np.newaxis],
    "masked": np.ma.array(X),
    "sparse": csr_array(X),
    "sparse matrix": csr_matrix(X),
    "sparse float32": csr_array(X.astype(np.float32)),
    "sparse whole": csr_array(X.astype(int)),
    "sparse and mostly 0": csr_array(np.where(X > 1, X, 0.0)),
    "sparse and all 0": csr_array(0.0 * X),
    "sparse NaN": csr_array(np.where(X > 1, np.nan, X)),
    "sparse both infinities": csr_array(np.where(X > 1, np.inf, np.where(X < -1, -np.inf, X))),
    "sparse without rows": csr_array(X)[:0],
    "sparse with one column fewer": csr_array(X[:, :2]),
    "sparse in another form": coo_array(X),
    "list": X.tolist(),
    "named": NAMED,
    "none": None,
}
# What is refused as by scikit-learn, but by its name.
OWN_WORDS = {
    "complex": "^Complex data not supported: X must hold real numbers, got complex128: ",
    "none": "^X must be an array of numbers, got None$",
}
ANSWERS = {
    "whole": Y,
    "bytes": Y.astype(np.uint8),
    "truth values": Y > 0,
    "other byte order": Y.astype(Y.dtype.newbyteorder()),
    "every second": np.repeat(Y, 2)[::2],
    "floats": Y.astype(float),
    "NaN": np.where(Y > 0, np.nan, 0),
    "column": Y[:, np.newaxis],
    "two columns": np.column_stack([Y, Y]),
    "text": np.array(["no", "yes"])[Y],
    "short": Y[:4],
    "none": None,
    "list": Y.tolist(),
}


def outcome(check, fitted, given, **more):
    """What is returned, raised, warned of and left in the estimator."""
    model = Perceptron().fit(*fitted)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            result = check(model, *given, **more)
        except (ValueError, TypeError) as error:
            result = repr(error)
    parts = result if isinstance(result, tuple) else (result,)
    orders = [part.flags.c_contiguous if isinstance(part, np.ndarray) else None for part in parts]
    told = [(type(part), getattr(part, "dtype", None), repr(part)) for part in parts]
    left = [getattr(model, name, None) for name in ("n_features_in_", "feature_names_in_")]
    return repr((told, orders, [str(one.message) for one in caught], left))


def same(given, **more):
    for fitted in ((X, Y), (NAMED, Y)):
        for reset in (False, True):
            theirs = outcome(validate_data, fitted, given, reset=reset, **more)
            assert outcome(checked, fitted, given, reset=reset, **more) == theirs


@pytest.mark.parametrize("rows", OWN_WORDS)
def test_rows_that_are_refused_in_words_of_ours(rows):
    for reset in (False, True):
        model = Perceptron().fit(X, Y)
        with pytest.raises(ValueError, match=r"Complex data not supported|Expected 2D array"):
            validate_data(model, ROWS[rows], Y, reset=reset)
        with pytest.raises(ValueError, match=OWN_WORDS[rows]):
            checked(model, ROWS[rows], Y, reset=reset)


@pytest.mark.parametrize("rows", [name for name in ROWS if name not in OWN_WORDS])
def test_rows(rows):
    for more in ({}, {"dtype": [np.float64, np.float32], "order": "C"}):
        same((ROWS[rows], Y), accept_sparse="csr", **more)
        same((ROWS[rows], "no_validation"), accept_sparse="csr", **more)
    with config_context(assume_finite=True):
        same((ROWS[rows], Y), accept_sparse="csr")


@pytest.mark.parametrize("answers", ANSWERS)
def test_answers(answers):
    same((X, ANSWERS[answers]))


def test_classes_are_scikit_learns():
    for answers in ("whole", "bytes", "truth values", "other byte order", "floats", "text", "list"):
        ours, theirs = (cls().fit(X, ANSWERS[answers]).classes_ for cls in (Perceptron, TheirPerceptron))
        assert (ours.dtype, ours.tolist()) == (theirs.dtype, theirs.tolist())


def test_plain_arrays_are_not_asked_twice(monkeypatch):
    models = Perceptron().fit(X, Y), MLPClassifier((2,), max_iter=300, tol=1.0, random_state=0).fit(X, Y)
    expected = [model.predict(X.tolist()) for model in models]
    monkeypatch.setattr(checks, "validate_data", lambda *given, **more: pytest.fail("was checked"))
    for model, classes in zip(models, expected, strict=True):
        for rows in (X, csr_array(X), csr_matrix(X)):
            assert np.array_equal(model.predict(rows), classes)
    with pytest.raises(pytest.fail.Exception, match="was checked"):
        models[0].predict(X[:, :2].copy())


def test_defaults_of_a_subclass_are_checked():
    class Narrow(Perceptron):
        _parameter_constraints = Perceptron._parameter_constraints | {"colour": [str]}

        def __init__(self, *, max_iter=0, colour="red"):
            super().__init__(max_iter=max_iter)
            self.colour = colour

    with pytest.raises(ValueError, match=r"'max_iter' parameter of Narrow must be .* Got 0 instead"):
        Narrow().fit(X, Y)
    with pytest.raises(ValueError, match=r"'colour' parameter of Narrow must be .* Got None instead"):
        Narrow(max_iter=100, colour=None).fit(X, Y)
    assert settings.defaults(Narrow) == {"max_iter": 0, "colour": "red"}


SMALL = {"hidden_layer_sizes": (2,), "max_iter": 3, "tol": 1.0, "random_state": 0, "solver": "sgd"}


@pytest.mark.filterwarnings("ignore")  # of how little is learned in three epochs
@pytest.mark.parametrize(("cls", "y"), [(MLPClassifier, Y), (MLPRegressor, X[:, 0].copy()), (MLPRegressor, Y)])
@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_plain_rows_are_checked_once_from_fit_to_the_first_step(monkeypatch, cls, y, dtype):
    """Nothing but the one look at whether X is finite: neither scikit-learn's checks nor the trainer's."""
    rows, lists = X.astype(dtype), {"X": X.astype(dtype).tolist(), "y": y.tolist()}
    expected = cls(dtype=dtype, **SMALL).fit(**lists).partial_fit(**lists)
    monkeypatch.setattr(checks, "validate_data", lambda *given, **more: pytest.fail("asked scikit-learn"))
    monkeypatch.setattr(Rows, "checked", lambda *given, **more: pytest.fail("looked at X again"))
    model = cls(**SMALL).fit(rows, y, X_val=rows, y_val=y)
    model = cls(**SMALL).fit(rows, y).partial_fit(rows, y)
    assert model.network_.dtype == dtype
    np.testing.assert_array_equal(model.network_.parameters, expected.network_.parameters)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("cls", [MLPClassifier, MLPRegressor])
def test_what_the_network_cannot_hold_is_refused_though_scikit_learn_took_it(cls):
    great = np.where(X > 1, 1e300, X)
    model = cls(**SMALL).fit(X.astype(np.float32), Y)
    with pytest.raises(ValueError, match=r"X holds inf \(as float32\)"):
        model.partial_fit(great, Y)
    with config_context(assume_finite=True), pytest.raises(ValueError, match="X holds nan"):
        cls(**SMALL).fit(np.where(X > 1, np.nan, X), Y)


WHOLE = {
    "two": np.array([3, -5, 3, 3]),
    "several": np.array([2, 7, 4, 2, -1]),
    "truth values": np.array([True, False, False]),
    "bytes": np.array([9, 9, 250, 0], dtype=np.uint8),
    "one": np.array([4, 4, 4]),
    "as many as there are rows": np.arange(19),
}


@pytest.mark.parametrize("answers", WHOLE)
def test_truth_values_of_whole_numbers_are_those_of_scikit_learns_binarizer(answers):
    y = WHOLE[answers]
    binarizer = fitted_binarizer(y)
    ours, theirs = as_truth_values(y, binarizer), binarizer.transform(y)
    assert ours.dtype == bool
    assert ours.shape == theirs.shape
    assert np.array_equal(ours, theirs)


@pytest.mark.parametrize("threshold", [0.0, 0.5])
@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("answers", [*WHOLE, "text", "labels"])
def test_classes_of_outputs_are_those_of_scikit_learns_binarizer(answers, dtype, threshold):
    y = {**WHOLE, "text": np.array(["no", "yes", "no"]), "labels": np.array([[1, 0, 1], [0, 0, 1]])}[answers]
    theirs, ours = LabelBinarizer().fit(y), fitted_binarizer(y)
    assert vars(ours).keys() == vars(theirs).keys()
    assert (ours.y_type_, ours.sparse_input_) == (theirs.y_type_, theirs.sparse_input_)
    assert (ours.classes_.dtype, ours.classes_.tolist()) == (theirs.classes_.dtype, theirs.classes_.tolist())
    outputs = np.random.default_rng(0).normal(size=(40, theirs.transform(y).shape[1])).astype(dtype)
    outputs[:3], outputs[3:6] = threshold, np.nan
    found = classes_of(outputs, ours, threshold)
    expected = theirs.inverse_transform(outputs[:, 0] if theirs.y_type_ == "binary" else outputs, threshold=threshold)
    assert found.dtype == expected.dtype
    np.testing.assert_array_equal(found, expected)
