"""Metamorphic tests: what must not change when features, classes or rows change places, and what weights mean."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from clearprop import MLPClassifier, MLPRegressor, Perceptron

from ..extent import examples

pytestmark = [
    pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning"),
    pytest.mark.filterwarnings("ignore::clearprop.estimators.IgnoredParameterWarning"),
]
seeds = st.integers(0, 10_000)
solvers = st.sampled_from(["sgd", "adam", "lbfgs"])
N, FEATURES, CLASSES, HIDDEN = 12, 3, 3, 4


def problem(seed):
    random = np.random.RandomState(seed)
    y = np.concatenate([np.arange(CLASSES), np.arange(CLASSES), random.randint(0, CLASSES, N - 2 * CLASSES)])
    return random, random.randn(N, FEATURES), random.permutation(y)


def classifier(solver, **more):
    """All rows in each step, in the order given, so that the order is none of the result."""
    return MLPClassifier((HIDDEN,), "tanh", solver=solver, max_iter=4, shuffle=False, random_state=0, **more)


def weights(random, outputs=CLASSES):
    sizes = [(FEATURES, HIDDEN), (HIDDEN, outputs)]
    return [random.randn(*size) / 2 for size in sizes], [random.randn(size[1]) / 2 for size in sizes]


def begun(model, coefs, intercepts):
    model.coefs_, model.intercepts_ = coefs, intercepts
    return model


def close(left, right):
    np.testing.assert_allclose(left, right, rtol=1e-6, atol=1e-9)


@examples(200)
@given(seeds, solvers)
def test_permuted_features(seed, solver):
    random, X, y = problem(seed)
    (W1, W2), b = weights(random)
    places = random.permutation(FEATURES)
    model = begun(classifier(solver), [W1, W2], b).fit(X, y)
    permuted = begun(classifier(solver), [W1[places], W2], b).fit(X[:, places], y)
    close(permuted.predict_proba(X[:, places]), model.predict_proba(X))
    close(permuted.coefs_[0], model.coefs_[0][places])


@examples(200)
@given(seeds, solvers)
def test_permuted_classes(seed, solver):
    random, X, y = problem(seed)
    (W1, W2), (b1, b2) = weights(random)
    new = random.permutation(CLASSES)  # class c is called new[c]
    old = np.argsort(new)
    model = begun(classifier(solver), [W1, W2], [b1, b2]).fit(X, y)
    renamed = begun(classifier(solver), [W1, W2[:, old]], [b1, b2[old]]).fit(X, new[y])
    close(renamed.predict_proba(X), model.predict_proba(X)[:, old])
    assert np.array_equal(renamed.predict(X), new[model.predict(X)])


@examples(200)
@given(seeds, solvers)
def test_permuted_rows(seed, solver):
    random, X, y = problem(seed)
    places = random.permutation(N)
    weight = random.rand(N) + 0.1
    model = classifier(solver).fit(X, y, weight)
    permuted = classifier(solver).fit(X[places], y[places], weight[places])
    close(permuted.predict_proba(X), model.predict_proba(X))
    assert permuted.loss_ == pytest.approx(model.loss_, rel=1e-6)


@examples(200)
@given(seeds, solvers)
def test_weight_is_repetition_and_weight_0_is_absence(seed, solver):
    random, X, y = problem(seed)
    weight = random.randint(0, 4, N)
    weight[[np.flatnonzero(y == c)[0] for c in range(CLASSES)]] += 1  # each class stays
    weighted = classifier(solver).fit(X, y, weight)
    repeated = classifier(solver).fit(np.repeat(X, weight, axis=0), np.repeat(y, weight))
    close(repeated.predict_proba(X), weighted.predict_proba(X))
    assert repeated.loss_ == pytest.approx(weighted.loss_, rel=1e-6)


@examples(200)
@given(seeds, solvers, st.floats(0.1, 10))
def test_scaled_weights_with_a_scaled_penalty(seed, solver, factor):
    random, X, y = problem(seed)
    weight = random.rand(N) + 0.1
    model = classifier(solver, alpha=0.1).fit(X, y, weight)
    scaled = classifier(solver, alpha=0.1 * factor).fit(X, y, weight * factor)
    close(scaled.predict_proba(X), model.predict_proba(X))


@examples(200)
@given(seeds, solvers)
def test_permuted_outputs_of_a_regression(seed, solver):
    random, X, _ = problem(seed)
    y = random.randn(N, 3)
    (W1, W2), (b1, b2) = weights(random)
    places = random.permutation(3)
    first, second = (
        MLPRegressor("squared_error", (HIDDEN,), "tanh", solver=solver, max_iter=4, shuffle=False) for _ in range(2)
    )
    begun(first, [W1, W2], [b1, b2]).fit(X, y)
    begun(second, [W1, W2[:, places]], [b1, b2[places]]).fit(X, y[:, places])
    close(second.predict(X), first.predict(X)[:, places])


@examples(200)
@given(seeds, st.integers(1, 5), st.sampled_from(["sgd", "adam", "nadam", "lion"]), st.sampled_from([0.0, 0.3]))
def test_stopping_and_going_on_changes_no_bit(seed, before, solver, dropout):
    _, X, y = problem(seed)
    given_ = {"solver": solver, "dropout": dropout, "batch_size": 5, "random_state": seed}
    whole = MLPClassifier((HIDDEN,), max_iter=6, **given_).fit(X, y)
    parts = MLPClassifier((HIDDEN,), max_iter=before, **given_).fit(X, y)
    for _ in range(6 - before):
        parts.partial_fit(X, y)
    assert np.array_equal(parts.network_.parameters, whole.network_.parameters)
    assert parts.loss_curve_ == whole.loss_curve_


# -- the perceptron, exact in whole numbers ----------------------------------------------------------------------------


def whole_numbers(seed):
    random, _, y = problem(seed)
    return random, np.unique(random.randint(-9, 10, (4 * N, FEATURES)), axis=0)[random.permutation(N)].astype(float), y


@examples(200)
@given(seeds, st.booleans())
def test_perceptron_permuted_features(seed, shuffle):
    random, X, y = whole_numbers(seed)
    places = random.permutation(FEATURES)
    model = Perceptron(shuffle=shuffle, max_iter=20).fit(X, y)
    permuted = Perceptron(shuffle=shuffle, max_iter=20).fit(X[:, places], y)
    assert np.array_equal(permuted.coef_, model.coef_[:, places])
    assert np.array_equal(permuted.intercept_, model.intercept_)


@examples(200)
@given(seeds)
def test_perceptron_renamed_classes(seed):
    random, X, y = whole_numbers(seed)
    new = random.permutation(CLASSES)
    model = Perceptron(shuffle=False, max_iter=20).fit(X, y)
    renamed = Perceptron(shuffle=False, max_iter=20).fit(X, new[y])
    assert np.array_equal(renamed.coef_[new], model.coef_)


@examples(200)
@given(seeds)
def test_perceptron_weight_is_repetition(seed):
    random, X, y = whole_numbers(seed)
    weight = random.choice([0, 2, 3, 4], N)
    weight[[np.flatnonzero(y == c)[0] for c in range(CLASSES)]] = 2
    places = random.permutation(N)
    weighted = Perceptron(max_iter=20).fit(X[places], y[places], sample_weight=weight[places])
    repeated = Perceptron(max_iter=20).fit(np.repeat(X, weight, axis=0), np.repeat(y, weight))
    assert np.array_equal(weighted.coef_, repeated.coef_)
    assert np.array_equal(weighted.intercept_, repeated.intercept_)


@examples(200)
@given(seeds, st.booleans())
def test_perceptron_weight_0_is_absence(seed, shuffle):
    random, X, y = whole_numbers(seed)
    weight = random.randint(0, 2, N)
    weight[[np.flatnonzero(y == c)[0] for c in range(CLASSES)]] = 1
    kept = weight > 0
    settings_ = {"shuffle": shuffle, "max_iter": 20, "tol": None}
    weighted = Perceptron(**settings_).fit(X, y, sample_weight=weight)
    without = Perceptron(**settings_).fit(X[kept], y[kept])
    assert np.array_equal(weighted.coef_, without.coef_)


@examples(200)
@given(seeds)
def test_perceptron_never_errs_more_often_than_its_bound(seed):
    random, X, _ = whole_numbers(seed)
    y = X @ random.randn(FEATURES) + random.randn() > 0
    if y.all() or not y.any():
        return
    model = Perceptron(max_iter=100_000, tol=None, n_iter_no_change=1).set_params(tol=1e-12).fit(X, y)
    assert model.separable_ == [True]
    assert len(model.updates_) <= model.mistake_bound_[0]
