"""Many models at a time: each has its share of the processors, NumPy's BLAS included, and comes to the same numbers."""

import threading
import warnings
from concurrent.futures import ThreadPoolExecutor

import joblib
import numpy as np
import pytest
from sklearn.ensemble import BaggingClassifier
from sklearn.exceptions import ConvergenceWarning
from sklearn.model_selection import GridSearchCV, cross_val_score
from threadpoolctl import threadpool_info, threadpool_limits

from clearprop import MLPClassifier, Network, Trainer
from clearprop.engines import blas, processors
from clearprop.engines.compiled import threads
from clearprop.training import Callback

rng = np.random.default_rng(0)
X = rng.normal(size=(90, 6))
y = (X[:, 0] * X[:, 1] > 0).astype(int)
BACKENDS = pytest.mark.parametrize("backend", ["threading", "loky"])


def blas_threads():
    return {info["num_threads"] for info in threadpool_info() if info["user_api"] == "blas"}


def shares(_):
    return threads.available(), blas_threads()


@pytest.fixture
def eight(monkeypatch):
    """A process that has eight processors, and that nothing has told of fewer."""
    monkeypatch.setattr(processors.os, "sched_getaffinity", lambda _: range(8), raising=False)
    for name in processors.TOLD:
        monkeypatch.delenv(name, raising=False)


@pytest.mark.parametrize("name", ["OMP_NUM_THREADS", "NUMBA_NUM_THREADS"])
@pytest.mark.parametrize(("told", "expected"), [("2", 2), ("3,1", 3), ("99", 8), ("0", 8), ("all", 8), ("", 8)])
def test_the_environment_may_say_fewer(eight, monkeypatch, name, told, expected):
    monkeypatch.setenv(name, told)
    assert processors.granted() == expected


def test_the_least_that_is_told_counts(eight, monkeypatch):
    monkeypatch.setenv("OMP_NUM_THREADS", "4")
    monkeypatch.setenv("NUMBA_NUM_THREADS", "3")
    assert processors.granted() == 3


@pytest.mark.parametrize(("more", "share"), [({}, max(1, joblib.cpu_count() // 2)), ({"inner_max_num_threads": 1}, 1)])
def test_worker_processes_have_the_share_that_joblib_tells_them(monkeypatch, more, share):
    for name in (*processors.TOLD, "OPENBLAS_NUM_THREADS"):
        monkeypatch.delenv(name, raising=False)
    with joblib.parallel_config("loky", n_jobs=2, **more):
        found = joblib.Parallel()(joblib.delayed(shares)(number) for number in range(4))
    assert found == [(share, {share})] * 4


class Meet(Callback):
    """Looks at its share when as many trainings as expected are at the end of their first epochs."""

    def __init__(self, barrier):
        self.barrier, self.seen = barrier, []

    def on_epoch_end(self, trainer):
        self.barrier.wait()
        self.seen.append((threads.available(), blas_threads()))
        self.barrier.wait()


def met(n, engine, sizes=(6, 4, 1)):
    """What trainings of which so many are under way see as their share."""
    barrier = threading.Barrier(n, timeout=60)

    def train(_):
        meet = Meet(barrier)
        network = Network(list(sizes), "tanh", loss="binary_cross_entropy", rng=0)
        Trainer(network, epochs=1, engine=engine, callbacks=[meet]).fit(X, y)
        return meet.seen[0]

    with ThreadPoolExecutor(n) as pool:
        return list(pool.map(train, range(n)))


@pytest.mark.parametrize(("n", "share"), [(1, 8), (2, 4), (3, 2), (9, 1)])
def test_trainings_at_a_time_share_the_processors(eight, n, share):
    with threadpool_limits(8, user_api="blas"):
        has = max(blas_threads())  # as many as it was built for
        assert met(n, "numpy") == [(share, {has if n == 1 else min(share, has)})] * n
        assert met(n, "compiled") == [(share, {1})] * n
        assert blas_threads() == {has}


def test_blas_never_gets_more_threads_than_it_had(eight):
    with threadpool_limits(1, user_api="blas"):
        assert met(2, "numpy") == [(4, {1})] * 2
        assert blas_threads() == {1}


def test_blas_that_has_one_thread_is_not_told_so(monkeypatch):
    told, tell = [], blas._set
    monkeypatch.setattr(blas, "_set", lambda library, threads: told.append(threads) or tell(library, threads))
    for has, expected in ((1, set()), (2, {1, 2})):
        with threadpool_limits(has, user_api="blas"):
            met(1, "compiled")
        assert set(told) == expected


@pytest.mark.parametrize(
    ("engine", "units", "expected"),
    [("auto", 4, 2), ("auto", 700, 1), ("numpy", 700, 2), ("compiled", 4, 1)],
    ids=["products of one thread", "short", "by name", "compiled"],
)
def test_what_is_over_before_a_second_thread_would_pay_has_one(engine, units, expected):
    with threadpool_limits(2, user_api="blas"):
        assert met(1, engine, (6, units, 2, 1))[0][1] == {expected}
        assert blas_threads() == {2}


@pytest.mark.parametrize(
    ("rows", "sizes", "expected"),
    [
        (40, [64, 100, 10], 2),
        (41, [64, 100, 10], 1),
        (92, [3, 100, 1], 2),
        (93, [3, 100, 1], 1),
        (10**5, [64, 99, 9], 2),
    ],
    ids=["below BLAS's own bound", "above", "below that of vectors", "above it", "worth a second"],
)
def test_small_predictions_wake_no_threads(rows, sizes, expected):
    with threadpool_limits(2, user_api="blas"):
        with blas.for_small_products(Network(sizes, rng=0), rows):
            assert blas_threads() == {expected}
        assert blas_threads() == {2}


def with_jobs(work, backend, n_jobs):
    with warnings.catch_warnings(), joblib.parallel_config(backend, n_jobs=n_jobs):
        warnings.simplefilter("ignore", ConvergenceWarning)
        return work()


@BACKENDS
@pytest.mark.parametrize("epochs", [3, 300], ids=["by NumPy", "compiled"])
def test_a_search_comes_to_the_same_scores_with_two_jobs(backend, epochs):
    model = MLPClassifier((5,), max_iter=epochs, batch_size=10, random_state=0, n_iter_no_change=epochs)
    settings = {"alpha": [1e-4, 1.0], "learning_rate_init": [0.01, 0.1]}

    def search():
        grid = GridSearchCV(model, settings, cv=3, scoring="neg_log_loss").fit(X, y)
        return [grid.cv_results_[f"split{split}_test_score"] for split in range(3)] + [grid.best_estimator_.coefs_[0]]

    for alone, together in zip(with_jobs(search, backend, 1), with_jobs(search, backend, 2), strict=True):
        np.testing.assert_array_equal(together, alone)


@BACKENDS
def test_bagged_members_and_scores_are_the_same_with_two_jobs(backend):
    model = MLPClassifier((5,), max_iter=20, random_state=0)

    def work():
        bag = BaggingClassifier(model, n_estimators=4, random_state=0).fit(X, y)
        return [cross_val_score(model, X, y, cv=3), *(member.network_.parameters for member in bag.estimators_)]

    for alone, together in zip(with_jobs(work, backend, 1), with_jobs(work, backend, 2), strict=True):
        np.testing.assert_array_equal(together, alone)
