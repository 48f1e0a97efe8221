"""`MLPClassifier` and `MLPRegressor` on batches and mapped arrays: as on rows in memory, and faults by their batch."""

import numpy as np
import pandas as pd
import pytest
from scipy.sparse import csr_array
from sklearn.exceptions import ConvergenceWarning

from clearprop import InputError, MLPClassifier, MLPRegressor

N = 500
QUICK = {"hidden_layer_sizes": (6,), "max_iter": 4, "random_state": 0, "learning_rate_init": 0.01}
pytestmark = pytest.mark.filterwarnings("ignore:Stochastic Optimizer")


def arrays(estimator):
    rng = np.random.default_rng(0)
    X = rng.normal(size=(N, 3))
    y = X @ [1.0, 2.0, -1.0]
    if estimator is MLPClassifier:
        y = np.array(["low", "middle", "high"])[(y > -1).astype(int) + (y > 1)]
    return X, y


def cut(*arrays, size=120):
    return [tuple(a[at : at + size] for a in arrays) for at in range(0, N, size)]


@pytest.mark.parametrize("estimator", [MLPClassifier, MLPRegressor])
@pytest.mark.parametrize("settings", [{}, {"solver": "sgd", "alpha": 0.1}])
def test_in_one_order_batches_train_as_rows_in_memory_bit_for_bit(estimator, settings):
    X, y = arrays(estimator)
    there = estimator(**QUICK, **settings, shuffle=False).fit(X, y)
    other = estimator(**QUICK, **settings, shuffle=False).fit(lambda: iter(cut(X, y)))
    np.testing.assert_array_equal(other.network_.parameters, there.network_.parameters)
    assert (other.n_iter_, other.t_, other.loss_curve_) == (there.n_iter_, there.t_, there.loss_curve_)
    assert other.predict(X).tolist() == there.predict(X).tolist()


@pytest.mark.parametrize("form", ["frames", "sparse", "float32", "triples"])
def test_forms_of_batches(form):
    X, y = arrays(MLPRegressor)
    given = {
        "frames": lambda: iter(cut(pd.DataFrame(X, columns=list("abc")), y)),
        "sparse": lambda: iter(cut(csr_array(X), y)),
        "float32": lambda: iter(cut(X.astype(np.float32), y)),
        "triples": lambda: iter(cut(X, y, np.where(X[:, 0] > 0, 1.0, 0.0))),
    }[form]
    model = MLPRegressor(**{**QUICK, "max_iter": 60}).fit(given)
    assert model.network_.dtype == (np.float32 if form == "float32" else np.float64)
    rows = X[X[:, 0] > 0]
    shown = pd.DataFrame(rows, columns=list("abc")) if form == "frames" else rows
    assert model.score(shown, y[X[:, 0] > 0]) > 0.9
    assert hasattr(model, "feature_names_in_") == (form == "frames")


def test_mapped_arrays_are_read_bit_by_bit_where_memory_would_not_do(tmp_path, monkeypatch):
    X, y = arrays(MLPClassifier)
    np.save(tmp_path / "X.npy", X)
    np.save(tmp_path / "y.npy", y)
    mapped = [np.load(tmp_path / name, mmap_mode="r") for name in ("X.npy", "y.npy")]
    monkeypatch.setattr("clearprop.estimators.streamed_rows.PIECE_BYTES", 2400)
    there = MLPClassifier(**QUICK, shuffle=False).fit(*mapped)
    monkeypatch.setattr("clearprop.estimators.streamed_rows.free_memory", lambda: 10)
    streamed = MLPClassifier(**QUICK, shuffle=False).fit(*mapped)
    np.testing.assert_array_equal(streamed.network_.parameters, there.network_.parameters)
    shuffled = MLPClassifier(**{**QUICK, "max_iter": 40}).fit(*mapped)
    assert shuffled.score(X, y) > 0.8
    with pytest.raises(ValueError, match="inconsistent numbers of samples"):
        MLPClassifier(**QUICK).fit(mapped[0], y[:-1])


@pytest.mark.parametrize("estimator", [MLPClassifier, MLPRegressor])
def test_early_stopping_keeps_a_share_out(estimator):
    X, y = arrays(estimator)
    model = estimator(**QUICK, early_stopping=True, validation_fraction=0.2).fit(lambda: iter(cut(X, y)))
    assert len(model.validation_scores_) == model.n_iter_
    assert 0.7 * N < model.t_ / model.n_iter_ < 0.9 * N
    again = estimator(**QUICK, early_stopping=True, validation_fraction=0.2).fit(lambda: iter(cut(X, y)))
    np.testing.assert_array_equal(again.network_.parameters, model.network_.parameters)
    given = estimator(**QUICK, early_stopping=True).fit(lambda: iter(cut(X, y)), X_val=X[:50], y_val=y[:50])
    assert given.t_ == N * given.n_iter_


def test_all_classes_are_known_though_each_batch_has_one():
    X, y = arrays(MLPClassifier)
    order = np.argsort(y, kind="stable")
    model = MLPClassifier(**{**QUICK, "max_iter": 40}, class_weight="balanced").fit(
        lambda: iter(cut(X[order], y[order]))
    )
    assert model.classes_.tolist() == ["high", "low", "middle"]
    assert model.score(X, y) > 0.8
    assert model.class_weight_.shape == (3,)


def test_partial_fit_takes_each_batch_in_turn():
    X, y = arrays(MLPClassifier)
    classes = np.unique(y)
    one = MLPClassifier(**QUICK)
    for batch in cut(X, y):
        one.partial_fit(*batch, classes=classes)
    other = MLPClassifier(**QUICK).partial_fit(iter(cut(X, y)), classes=classes)
    np.testing.assert_array_equal(other.network_.parameters, one.network_.parameters)
    assert other.t_ == N


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (lambda X, y: (np.where(X > 2, np.nan, X), y), "batch 2: Input X contains NaN"),
        (lambda X, y: (X, np.where(y > 2, np.nan, y)), "batch 2: Input y contains NaN"),
        (lambda X, y: (X[:, :2], y), r"batch 2: its columns are \(2,\), and those of batch 0 \(3,\)"),
        (lambda X, y: (X, y[:-1]), "batch 2: X, y and weights have 120, 119 rows"),
        (lambda X, y: (X[:0], y[:0]), "batch 2: there are no rows"),
        (lambda X, y: X, "batch 2: it is ndarray: give each as"),
    ],
)
def test_a_batch_that_is_wrong_is_named(wrong, said, monkeypatch):
    """Whether the sample of the first look has the row or not."""
    monkeypatch.setattr("clearprop.estimators.streamed_rows.MOST_ROWS", 5)
    monkeypatch.setattr("clearprop.estimators.streamed_rows._most", lambda piece: 5)
    X, y = arrays(MLPRegressor)
    batches = cut(X, y)
    batches[2] = wrong(*batches[2])
    with pytest.raises(ValueError, match=said):
        MLPRegressor(**QUICK).fit(lambda: iter(batches))


def test_what_cannot_be():
    X, y = arrays(MLPRegressor)
    with pytest.raises(InputError, match="can be gone through once only"):
        MLPRegressor(**QUICK).fit(iter(cut(X, y)))
    with pytest.raises(InputError, match="batches hold y"):
        MLPRegressor(**QUICK).fit(lambda: iter(cut(X, y)), y)
    with pytest.raises(ValueError, match="lbfgs takes all rows at once"):
        MLPRegressor(solver="lbfgs").fit(lambda: iter(cut(X, y)))
    with pytest.raises(ValueError, match="requires y to be passed"):
        MLPRegressor(**QUICK).fit(X)


def test_what_was_learned_stays_where_a_batch_is_wrong():
    X, y = arrays(MLPRegressor)
    model = MLPRegressor(**QUICK, warm_start=True).fit(X, y)
    before = model.network_.parameters.copy()
    with pytest.raises(InputError):
        model.fit(lambda: iter([(X, y), (X, y[:3])]))
    np.testing.assert_array_equal(model.network_.parameters, before)


def test_warnings_are_as_for_rows_in_memory():
    X, y = arrays(MLPRegressor)
    with pytest.warns(ConvergenceWarning, match="rate too low"):
        MLPRegressor(**{**QUICK, "max_iter": 30, "learning_rate_init": 1e-9, "tol": 0.0}, n_iter_no_change=2).fit(
            lambda: iter(cut(X, y))
        )
