"""However sparse rows are stored, estimators learn and answer the same, and the caller's matrix stays as it was."""

import warnings

import numpy as np
import pytest
import sklearn.linear_model
from scipy import sparse

from clearprop import MLPClassifier, MLPRegressor, Network, Perceptron, Trainer, attribute, explain
from clearprop.engines.perceptron import RULES
from clearprop.perceptron.row_counts import as_counts

rng = np.random.default_rng(0)
COUNTS = rng.poisson(0.6, size=(60, 7)).astype(float)
COUNTS[3] = 0  # an empty row
LABELS = (COUNTS @ np.array([1.0, -1.0, 0.5, 0.0, -0.5, 2.0, -2.0]) > 0.3).astype(int)
WEIGHT = rng.integers(1, 4, size=60).astype(float)

TEXTS = ["good good film", "bad bad plot", "good plot", "bad film good bad", "film good", "plot bad bad bad"]
WORDS = ["good", "film", "bad", "plot"]


def words(texts):
    """A 1 for each word, as counting words gives them: words that come twice are stored twice."""
    found = [[WORDS.index(word) for word in text.split()] for text in texts]
    starts = np.cumsum([0, *map(len, found)])
    columns = np.concatenate(found)
    return sparse.csr_matrix((np.ones(len(columns)), columns, starts), shape=(len(texts), len(WORDS)))


def in_parts(dense):
    """Each number as two halves and each 0 beside them stored, the columns in no order."""
    rows, data, columns, starts = len(dense), [], [], [0]
    for row in dense:
        shuffled = rng.permutation(np.repeat(np.arange(len(row)), 2))
        columns.append(shuffled)
        data.append(row[shuffled] / 2)
        starts.append(starts[-1] + len(shuffled))
    return sparse.csr_array((np.concatenate(data), np.concatenate(columns), starts), shape=(rows, dense.shape[1]))


def unsorted(dense):
    given = sparse.csr_matrix(dense)
    for start, end in zip(given.indptr[:-1], given.indptr[1:], strict=True):
        given.indices[start:end], given.data[start:end] = given.indices[start:end][::-1], given.data[start:end][::-1]
    given.has_sorted_indices = given.has_canonical_format = False
    return given


def with_zeros(dense):
    columns = np.tile(np.arange(dense.shape[1]), len(dense))
    return sparse.csr_array((dense.ravel(), columns, np.arange(len(dense) + 1) * dense.shape[1]), shape=dense.shape)


def long_indices(dense):
    given = in_parts(dense)
    given.indices, given.indptr = given.indices.astype(np.int64), given.indptr.astype(np.int64)
    return given


def coordinates(dense):
    given = in_parts(dense).tocoo()
    return sparse.coo_matrix((given.data, (given.row, given.col)), shape=dense.shape)


def columns_in_parts(dense):
    turned = in_parts(dense.T.copy())
    return sparse.csc_matrix((turned.data, turned.indices, turned.indptr), shape=dense.shape)


FORMS = {
    "duplicates": in_parts,
    "unsorted": unsorted,
    "explicit zeros": with_zeros,
    "64-bit indices": long_indices,
    "coo": coordinates,
    "csc": columns_in_parts,
    "bsr": sparse.bsr_array,
    "lil": sparse.lil_matrix,
    "dok": sparse.dok_array,
    "whole numbers": lambda dense: sparse.csr_array(dense.astype(np.int64)),
}
MODELS = {
    "MLPClassifier": lambda: MLPClassifier((4,), max_iter=4, random_state=0),
    "MLPRegressor": lambda: MLPRegressor(hidden_layer_sizes=(4,), max_iter=4, random_state=0),
    "lbfgs": lambda: MLPClassifier((4,), solver="lbfgs", max_iter=4, random_state=0),
    "Perceptron": lambda: Perceptron(fit_intercept=False),
    "elastic Perceptron": lambda: Perceptron(penalty="elasticnet", alpha=0.01, max_iter=5),
}


def numbers_of(model):
    return np.concatenate([W.ravel() for W in (model.coefs_ if hasattr(model, "coefs_") else [model.coef_])])


def kept(matrix):
    """What a matrix is stored as, for comparison."""
    names = ("data", "indices", "indptr", "row", "col", "rows")
    return {name: np.array(getattr(matrix, name), copy=True) for name in names if hasattr(matrix, name)}


@pytest.fixture(autouse=True)
def quiet():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


@pytest.mark.parametrize("weight", [None, WEIGHT], ids=["", "weighted"])
@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("name", MODELS)
def test_the_form_makes_no_difference(name, form, weight):
    given = FORMS[form](COUNTS)
    before = kept(given)
    one = MODELS[name]().fit(given, LABELS, sample_weight=weight)
    other = MODELS[name]().fit(sparse.csr_array(COUNTS), LABELS, sample_weight=weight)
    np.testing.assert_array_equal(numbers_of(one), numbers_of(other))
    np.testing.assert_array_equal(one.predict(given), other.predict(sparse.csr_array(COUNTS)))
    np.testing.assert_allclose(one.predict(given), one.predict(COUNTS), rtol=1e-12)
    assert one.score(given, LABELS) == pytest.approx(one.score(COUNTS, LABELS), rel=1e-12)
    assert str(one.diagnose(given, LABELS)) == str(other.diagnose(sparse.csr_array(COUNTS), LABELS))
    if name != "elastic Perceptron":  # L1 cuts weights when their feature comes, which in dense rows is always
        dense = MODELS[name]().fit(COUNTS, LABELS, sample_weight=weight)
        np.testing.assert_allclose(numbers_of(one), numbers_of(dense), rtol=1e-8, atol=1e-10)
    if name.startswith("MLP"):
        one.partial_fit(given, LABELS)
        other.partial_fit(sparse.csr_array(COUNTS), LABELS)
        np.testing.assert_array_equal(numbers_of(one), numbers_of(other))
        np.testing.assert_allclose(one.trace(given).outputs, one.trace(COUNTS).outputs, rtol=1e-12)
        np.testing.assert_allclose(one.input_gradients(given), one.input_gradients(COUNTS), rtol=1e-12)
    for parameter in ("W1[2,1]", "b1[1]", "loss"):
        value, same = (explain(one, x, LABELS, parameter).value for x in (given, COUNTS))
        assert value == pytest.approx(same, rel=1e-12)
    for key, values in before.items():
        assert np.array_equal(getattr(given, key), values), key


@pytest.mark.parametrize("engine", RULES)
def test_a_word_that_comes_twice_counts_twice(engine):
    X, y = words(TEXTS), [1, 0, 1, 0, 1, 0]
    model = Perceptron(engine=engine).fit(X, y)
    assert model.coef_.tolist() == [[1.0, 0.0, -2.0, 0.0]]
    theirs = sklearn.linear_model.Perceptron().fit(X, y)
    assert np.array_equal(model.coef_, theirs.coef_)
    assert np.array_equal(model.intercept_, theirs.intercept_)
    assert not X.has_canonical_format


@pytest.mark.parametrize("engine", RULES)
@pytest.mark.parametrize("penalty", [None, "l2", "l1", "elasticnet"])
def test_the_perceptron_is_scikit_learn_s_of_the_canonical_matrix(engine, penalty):
    settings = {"penalty": penalty, "alpha": 0.01, "max_iter": 7, "tol": None}
    theirs = sklearn.linear_model.Perceptron(**settings).fit(sparse.csr_matrix(COUNTS), LABELS)
    for form in FORMS.values():
        model = Perceptron(engine=engine, **settings).fit(form(COUNTS), LABELS)
        assert np.array_equal(model.coef_, theirs.coef_)
        assert np.array_equal(model.intercept_, theirs.intercept_)


def test_counts_order_sparse_rows_as_dense_ones():
    """By content: rows of equal beginnings, rows that are empty, labels that differ alone."""
    X = rng.integers(-1, 2, size=(300, 4)) * rng.choice([1.0, 2.5, 256.0], size=(300, 4))
    labels, weight = rng.integers(0, 300, size=300), rng.integers(0, 4, size=300)
    dense, given = as_counts(X, labels, weight), as_counts(sparse.csr_array(X), labels, weight)
    assert np.array_equal(dense.places, given.places)
    assert np.array_equal(dense.weight, given.weight)
    copies = np.repeat(X[:60], 5, axis=0)
    dense, given = as_counts(copies, labels // 290, None), as_counts(sparse.csr_array(copies), labels // 290, None)
    assert np.array_equal(dense.places, given.places)


def test_truth_values_that_are_stored_twice():
    """True and True is True, as in the dense matrix, and not 2."""
    twice = sparse.csr_matrix((np.ones(3, bool), [0, 0, 1], [0, 2, 3]), shape=(2, 2))
    model = MLPClassifier((2,), solver="lbfgs", random_state=0).fit(twice, [0, 1])
    same = MLPClassifier((2,), solver="lbfgs", random_state=0).fit(twice.toarray(), [0, 1])
    np.testing.assert_allclose(model.predict_proba(twice), same.predict_proba(twice.toarray()), rtol=1e-6)
    network = Network([2, 3, 1], rng=0)
    np.testing.assert_allclose(network.predict(twice), network.predict(twice.toarray()), rtol=1e-12)


@pytest.mark.parametrize("engine", ["numpy", "compiled"])
@pytest.mark.parametrize("form", FORMS)
def test_networks_and_trainers(form, engine):
    given, y = FORMS[form](COUNTS), COUNTS.sum(axis=1)
    before, trained = kept(given), []
    for rows in (given, COUNTS):
        network = Network([7, 4, 1], "tanh", rng=0)
        Trainer(network, epochs=3, batch_size=16, engine=engine, rng=0).fit(rows, y, validation=(rows, y))
        trained.append(network)
    np.testing.assert_allclose(trained[0].parameters, trained[1].parameters, rtol=1e-10)
    assert explain(trained[0], given, y, "W1[2,1]").value == explain(trained[0], COUNTS, y, "W1[2,1]").value
    one = sparse.csr_array(given)[[1]]
    np.testing.assert_array_equal(attribute(trained[0], one).values, attribute(trained[0], COUNTS[1]).values)
    for key, values in before.items():
        assert np.array_equal(getattr(given, key), values), key
