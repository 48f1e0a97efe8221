"""Rows, answers and weights of every bad kind, for all that takes them: what works, what is refused, and how."""

import contextlib
import datetime
import decimal
import functools
import warnings

import numpy as np
import pandas as pd
import polars as pl
import pytest
import scipy.sparse as sp
from sklearn.base import clone
from sklearn.exceptions import NotFittedError

from clearprop import (
    Ensemble,
    EnsembleTrainer,
    MLPClassifier,
    MLPRegressor,
    Network,
    Perceptron,
    TableClassifier,
    TableRegressor,
    Trainer,
    explain,
)

from .judging import assert_told

pytestmark = pytest.mark.filterwarnings("ignore")

random = np.random.RandomState(0)
X = random.randn(20, 3)
classes, quantities, ones = (X[:, 0] > 0).astype(int), X[:, 0] ** 2, np.ones(20)
nan, inf = float("nan"), float("inf")


class Kept(np.ndarray):
    """A subclass, as libraries of units have them."""


def with_entry(array, value, dtype=float):
    changed = np.array(array, dtype=dtype)
    changed.flat[4] = value
    return changed


def frozen(array):
    copy = np.array(array)
    copy.flags.writeable = False
    return copy


def matrix(rows):
    with warnings.catch_warnings():  # NumPy says that matrices are of the past
        warnings.simplefilter("ignore")
        return np.asmatrix(rows)


def frame(**columns):
    return pd.DataFrame({"a": X[:, 0], "b": X[:, 1], "c": X[:, 2]} | columns)


OK = "works"
EITHER = (ValueError, TypeError)
# Where that depends on the release of scikit-learn, or on which of several estimators it is.
LOOSE, NOT_TYPE, ANY = (OK, ValueError), (OK, TypeError), (OK, ValueError, TypeError)
# Name -> rows, and what comes of them in MLPs and the perceptron, in tables, and in networks and trainers.
ROWS = {
    "NaN": (with_entry(X, nan), ValueError, OK, ValueError),
    "infinity": (with_entry(X, inf), ValueError, OK, ValueError),
    "no rows": (X[:0], ValueError, ValueError, ValueError),
    "an empty list": ([], ValueError, ValueError, ValueError),
    "no columns": (X[:, :0], ValueError, ValueError, ValueError),
    "one dimension": (X[0], ValueError, ValueError, ValueError),
    "three dimensions": (X[np.newaxis], ValueError, ValueError, ValueError),
    "a number": (5.0, ValueError, ValueError, ValueError),
    "None": (None, EITHER, ValueError, ValueError),
    "a text": ("abc", ValueError, ValueError, ValueError),
    "words": (np.full((20, 3), "abc"), ValueError, ValueError, ValueError),
    "ragged": ([[1, 2, 3], [1, 2]] * 10, ValueError, ValueError, ValueError),
    "a dictionary": ({"a": 1}, TypeError, ValueError, TypeError),
    "a generator": ((row for row in X), EITHER, ValueError, TypeError),
    "a set": ({1, 2}, TypeError, ValueError, TypeError),
    "an object": (object(), TypeError, ValueError, TypeError),
    "objects that are numbers": (X.astype(object), OK, OK, OK),
    "objects of all kinds": (np.array([[1, "a", None]] * 20, dtype=object), EITHER, ValueError, ValueError),
    "None in a list": ([[None, 1, 2]] * 20, EITHER, ValueError, TypeError),
    "nested": ([[[1.0]] * 3] * 20, ValueError, ValueError, ValueError),
    "complex": (X * 1j, ValueError, ValueError, ValueError),
    "dates": (np.full((20, 3), "2020-01-01", dtype="M8[D]"), TypeError, ValueError, TypeError),
    "spans of time": (X.astype("m8[s]"), TypeError, OK, TypeError),
    "records": (np.zeros(20, dtype=[("a", float), ("b", float)]), EITHER, ValueError, TypeError),
    "beyond float64": ([[10**400, 1, 2]] * 20, ValueError, ValueError, ValueError),
    "CSR": (sp.csr_array(X), OK, ValueError, OK),
    "COO": (sp.coo_matrix(X), OK, ValueError, OK),
    "CSR with NaN": (sp.csr_array(with_entry(X, nan)), ValueError, ValueError, ValueError),
    "masked": (np.ma.masked_greater(X, 1), ValueError, OK, ValueError),
    "masked with no mask": (np.ma.masked_greater(X, 10), OK, OK, OK),
    "truth values": (X > 0, OK, OK, OK),
    "uint8": ((X * 20 + 90).astype(np.uint8), OK, OK, OK),
    "float16": (X.astype(np.float16), OK, OK, OK),
    "long double": (X.astype(np.longdouble), OK, OK, OK),
    "decimals": ([[decimal.Decimal(repr(cell)) for cell in row] for row in X.tolist()], OK, OK, OK),
    "frozen": (frozen(X), OK, OK, OK),
    "Fortran's order": (np.asfortranarray(X), OK, OK, OK),
    "big endian": (X.astype(">f8"), OK, OK, OK),
    "backwards": (X[::-1], OK, OK, OK),
    "a matrix": (matrix(X), TypeError, OK, OK),
    "a subclass": (X.view(Kept), OK, OK, OK),
    "a frame": (frame(), OK, OK, OK),
    "a frame with one name twice": (frame().set_axis(["a", "a", "b"], axis=1), LOOSE, OK, OK),
    "a frame with names in levels": (
        frame().set_axis(pd.MultiIndex.from_tuples([("a", 1), ("a", 2), ("b", 1)]), axis=1), OK, OK, OK,
    ),
    "a frame with names of all types": (frame().set_axis(["a", 1, 2.5], axis=1), TypeError, OK, OK),
    "a nullable frame": (frame().astype("Float64"), OK, OK, OK),
    "a nullable frame with NA": (frame().astype("Float64").mask(X > 1), EITHER, OK, EITHER),
    "a frame of truth values as objects": (pd.DataFrame((X > 0).astype(object)), OK, OK, OK),
    "a frame with categories": (frame(a=pd.Categorical(["x", "y"] * 10)), ValueError, OK, ValueError),
    "a frame with dates": (frame(a=pd.date_range("2020", periods=20)), TypeError, OK, TypeError),
    "a frame with lists": (frame(a=[[1, 2]] * 20), EITHER, ValueError, EITHER),
    "an empty frame": (pd.DataFrame(), ValueError, ValueError, ValueError),
    "polars": (pl.DataFrame(X), OK, OK, OK),
    "a lazy frame": (pl.DataFrame(X).lazy(), TypeError, OK, TypeError),
}  # fmt: skip


def estimators():
    quick = {"max_iter": 1, "hidden_layer_sizes": (2,), "random_state": 0}
    return [(MLPClassifier(**quick), classes), (MLPRegressor(**quick), quantities), (Perceptron(max_iter=1), classes)]


def tables():
    plain = {"recipe": "plain", "members": 1, "max_epochs": 1, "random_state": 0}
    return [(TableClassifier(**plain), classes), (TableRegressor(**plain), quantities)]


with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # one epoch teaches nothing
    FITTED = {
        "estimators": [(model.fit(X, y), y) for model, y in estimators()],
        "tables": [(model.fit(X, y), y) for model, y in tables()],
    }


def network():
    return Network([3, 4, 1], rng=0)


def core(rows):
    """All that takes rows without being an estimator."""
    yield lambda: Trainer(network(), epochs=1).fit(rows, quantities)
    yield lambda: EnsembleTrainer(Ensemble([network()]), epochs=1).fit(rows, quantities)
    yield lambda: network().initialize_from(rows)
    yield lambda: network().loss(rows, quantities)
    yield lambda: explain(network(), rows, quantities, "loss")


def check(call, expected, name):
    """The call works, or gives the error that it must give; whether it works."""
    allowed = expected if isinstance(expected, tuple) else (expected,)
    kinds = tuple(kind for kind in allowed if kind is not OK)
    try:
        with np.errstate(all="ignore"):
            call()
    except Exception as error:
        if not isinstance(error, kinds):
            raise
        assert_told(error, name)
        return False
    assert OK in allowed, "it is taken in silence"
    return True


@pytest.mark.parametrize("case", ROWS)
@pytest.mark.parametrize("kind", FITTED)
def test_rows_of_estimators(kind, case):
    rows, of_estimators, of_tables, _ = ROWS[case]
    expected = of_tables if kind == "tables" else of_estimators
    for model, y in FITTED[kind]:
        before = model.predict(X)
        new = clone(model)
        if not check(lambda: new.fit(rows, y), expected, "X"):  # noqa: B023
            with pytest.raises(NotFittedError):
                new.predict(X)
            with pytest.raises(EITHER):
                model.fit(rows, y)
            if hasattr(model, "partial_fit"):
                check(lambda: model.partial_fit(rows, y), expected, "X")  # noqa: B023
        assert np.array_equal(model.predict(X), before)


@pytest.mark.parametrize("case", ROWS)
def test_rows_of_networks(case):
    rows, *_, expected = ROWS[case]
    if expected is TypeError:
        expected = EITHER  # `explain` has InputError for all
    for call in core(rows):
        check(call, expected, "X")


ANSWERS = {
    # Name -> answers, and what comes of them as classes in estimators, in tables, and as quantities in both.
    "NaN": (with_entry(classes, nan), ValueError, OK, ValueError, OK),
    "infinity": (with_entry(classes, inf), ValueError, ValueError, ValueError, ValueError),
    "1e308": (with_entry(classes, 1e308), ValueError, ValueError, ValueError, ValueError),
    "one class": (np.zeros(20), LOOSE, ValueError, OK, ValueError),
    "fractions": (quantities, ValueError, ValueError, OK, OK),
    "none at all": ([], ValueError, ValueError, ValueError, ValueError),
    "one too few": (classes[:-1], ValueError, ValueError, ValueError, ValueError),
    "a column": (classes[:, np.newaxis], OK, OK, OK, OK),
    "three dimensions": (classes[:, np.newaxis, np.newaxis], ValueError, ValueError, ValueError, ValueError),
    "a number": (1, EITHER, ValueError, EITHER, ValueError),
    "None": (None, ValueError, ValueError, ValueError, ValueError),
    "texts": (np.where(classes, "yes", "no"), OK, OK, EITHER, ValueError),
    "texts as objects": (np.where(classes, "yes", "no").astype(object), OK, OK, EITHER, ValueError),
    "bytes": (np.where(classes, b"yes", b"no"), TypeError, NOT_TYPE, EITHER, ValueError),
    "NumPy's new strings": (
        np.where(classes, "yes", "no").astype(np.dtypes.StringDType()), TypeError, NOT_TYPE, EITHER, ValueError,
    ),
    "None among texts": ([None, "a"] * 10, ValueError, LOOSE, EITHER, ValueError),
    "truth values": (classes > 0, OK, OK, OK, OK),
    "categories": (pd.Series(pd.Categorical(np.where(classes, "x", "y"))), OK, OK, EITHER, ValueError),
    "nullable": (pd.Series(classes, dtype="Int64"), OK, OK, OK, OK),
    "nullable with NA": (pd.Series(classes, dtype="Int64").mask(X[:, 1] > 1), ValueError, LOOSE, EITHER, OK),
    "nullable truth values with NA": (
        pd.Series(classes > 0, dtype="boolean").mask(X[:, 1] > 1), ValueError, LOOSE, EITHER, LOOSE,
    ),
    "complex": (classes * 1j, ValueError, ValueError, ValueError, ValueError),
    "dates": ([datetime.date(2020, 1, 1 + number) for number in classes.tolist()], ANY, ANY, EITHER, ValueError),
    "a dictionary": ({"a": 1}, EITHER, ValueError, EITHER, ValueError),
    "a generator": ((one for one in classes), EITHER, ValueError, EITHER, ValueError),
    "sparse": (sp.csr_array(classes[:, np.newaxis]), ANY, EITHER, EITHER, EITHER),
    "ragged": ([[1], [1, 2]] * 10, ValueError, ValueError, ValueError, ValueError),
    "beyond float64": ([10**400, 0] * 10, ValueError, LOOSE, ValueError, ValueError),
    "masked": (np.ma.masked_array(classes, X[:, 1] > 1), ValueError, OK, ValueError, OK),
    "objects": ([object(), object()] * 10, ValueError, ValueError, EITHER, ValueError),
    "a text": ("abc", EITHER, ValueError, EITHER, ValueError),
    "big endian": (classes.astype(">i4"), OK, OK, OK, OK),
    "uint8": (classes.astype(np.uint8), OK, OK, OK, OK),
    "frozen": (frozen(classes), OK, OK, OK, OK),
    "a frame": (pd.DataFrame({"y": classes}), OK, OK, OK, OK),
    "polars": (pl.Series(classes), OK, OK, OK, OK),
    "decimals": ([decimal.Decimal(int(one)) for one in classes], LOOSE, LOOSE, OK, OK),
}  # fmt: skip


@pytest.mark.parametrize("case", ANSWERS)
@pytest.mark.parametrize("kind", FITTED)
def test_answers(kind, case):
    answers, *expected = ANSWERS[case]
    for model, y in FITTED[kind]:
        is_class = hasattr(model, "classes_")
        expects = expected[(0 if is_class else 2) + (kind == "tables")]
        before = model.predict(X)
        new = clone(model)
        if not check(lambda: new.fit(X, answers), expects, "y"):  # noqa: B023
            with pytest.raises(EITHER):
                model.fit(X, answers)
            if (
                case != "one class"
                and "X_val" in model.fit.__code__.co_varnames
                and OK not in (expects if isinstance(expects, tuple) else (expects,))
            ):
                with pytest.raises(EITHER):
                    clone(model).fit(X, y, X_val=X, y_val=answers)
        assert np.array_equal(model.predict(X), before)
        with np.errstate(all="ignore"), contextlib.suppress(ValueError, TypeError):
            model.score(X, answers)


WEIGHTS = {
    "NaN": (with_entry(ones, nan), ValueError),
    "infinity": (with_entry(ones, inf), ValueError),
    "adding up to infinity": (ones * 1e308, ValueError),
    "below 0": (-ones, ValueError),
    "one below 0": (with_entry(ones, -0.5), ValueError),
    "all 0": (ones * 0, ValueError),
    "one too few": (ones[:-1], ValueError),
    "a column": (ones[:, np.newaxis], ValueError),
    "texts": (["a"] * 20, ValueError),
    "None in a list": ([None] * 20, EITHER),
    "a dictionary": ({"a": 1}, TypeError),
    "a generator": ((one for one in ones), TypeError),
    "complex": (ones * 1j, ValueError),
    "dates": (np.full(20, "2020", "M8[D]"), TypeError),
    "ragged": ([[1], [1, 2]] * 10, ValueError),
    "none at all": ([], ValueError),
    "an object": (object(), TypeError),
    "objects that are numbers": (ones.astype(object), OK),
    "truth values": (ones > 0, OK),
    "whole numbers": (ones.astype(int), OK),
    "a series": (pd.Series(ones), OK),
    "some 0": (np.where(np.arange(20) % 4, 1.0, 0.0), OK),
}


@pytest.mark.parametrize("case", WEIGHTS)
def test_weights(case):
    weights, expected = WEIGHTS[case]
    for model, y in [*FITTED["estimators"], *FITTED["tables"]]:
        before = model.predict(X)
        for call in (clone(model).fit, model.fit) if expected is not OK else (clone(model).fit,):
            check(lambda: call(X, y, sample_weight=weights), expected, "sample_weight")  # noqa: B023
        assert np.array_equal(model.predict(X), before)
        if case not in ("adding up to infinity", "a column", "a dictionary", "none at all", "one too few"):
            check(functools.partial(model.score, X, y, weights), expected, "sample_weight")
    check(lambda: Trainer(network(), epochs=1).fit(X, quantities, weights), expected, "sample_weight")
    trace = network().forward(X)
    for call in (network().backward, network().loss_of):
        if case not in ("below 0", "one below 0", "all 0"):
            check(lambda: call(trace, quantities, weights), expected, "sample_weight")  # noqa: B023


def test_what_is_masked_is_missing_to_tables():
    mask = np.zeros(X.shape, dtype=bool)
    mask[::4, 1] = True
    holes = np.where(mask, nan, X)
    model = clone(FITTED["tables"][1][0]).fit(holes, quantities)
    masked = clone(model).fit(np.ma.masked_array(np.where(mask, 1e6, X), mask), quantities)
    assert np.array_equal(masked.predict(holes), model.predict(holes))
    assert np.array_equal(model.predict(np.ma.masked_array(np.where(mask, 1e6, X), mask)), model.predict(holes))
    answers = np.ma.masked_array(quantities, np.arange(20) % 5 == 0)
    left_out = clone(model).fit(X, np.where(answers.mask, nan, quantities))
    assert np.array_equal(clone(model).fit(X, answers).predict(X), left_out.predict(X))
