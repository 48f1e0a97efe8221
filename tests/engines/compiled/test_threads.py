"""Workers that share a batch, and trainings beside each other: the same numbers, bit for bit."""

import sys
import threading
from concurrent.futures import ThreadPoolExecutor

import joblib
import numpy as np
import pytest
import scipy.sparse
from sklearn.model_selection import cross_val_score
from threadpoolctl import threadpool_info, threadpool_limits

from clearprop import ACTIVATIONS, LOSSES, OPTIMIZERS, Callback, MLPClassifier, Network, Penalty, Trainer
from clearprop.engines import CompiledEngine, Progress, Stretch
from clearprop.engines.compiled import threads as workers
from clearprop.engines.compiled import training
from clearprop.engines.compiled.argument_kinds import N_POINTER, N
from clearprop.engines.compiled.jit import ENABLED
from clearprop.engines.compiled.machine_code import entry, pointer_to

from ...strategies import quiet_network, targets_for
from .helpers import Kernel, job_of, run_python, train

# Small networks keep all of the gradient, large ones use each block of it while it is at hand.
SIZES = {"small": [9, 17, 5, 3], "large": [40, 130, 33, 3]}


def outcome(threads, size, dtype, is_sparse=False, clip_norm=None, n=150, batch_size=67):
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(n, SIZES[size][0])), np.eye(3)[rng.integers(3, size=n)]
    X = scipy.sparse.csr_array(np.where(np.abs(X) > 1, X, 0)) if is_sparse else X
    network = Network(SIZES[size], ["relu", "gelu"], loss="cross_entropy", dtype=dtype, rng=0)
    weight = rng.uniform(0, 2, n)
    job, rows = job_of(network, X, y, "adam", batch_size, weight, Penalty(0.01, 0.1), 0.1, 0.2, clip_norm)
    sums = train(Kernel(threads), job, rows, 0.01, epochs=3)
    return job.network.parameters.tobytes(), job.slots.tobytes(), sums.tobytes()


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("clip_norm", [None, 0.1])
@pytest.mark.parametrize("is_sparse", [False, True])
@pytest.mark.parametrize("size", SIZES)
def test_results_do_not_depend_on_the_number_of_threads(size, is_sparse, clip_norm, dtype):
    alone = outcome(1, size, dtype, is_sparse, clip_norm)
    for threads in (1, 2, 3, 3, 2):
        assert outcome(threads, size, dtype, is_sparse, clip_norm) == alone, threads


ALL = [
    *((activation, "squared_error", "sgd") for activation in ACTIVATIONS),
    *(("tanh", loss, "sgd") for loss in LOSSES),
    *(("tanh", "squared_error", optimizer) for optimizer in OPTIMIZERS),
]


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize(("activation", "loss", "optimizer"), ALL)
def test_nothing_that_is_registered_depends_on_where_its_rows_or_parameters_are_cut(activation, loss, optimizer, dtype):
    """A loop's last numbers are computed one by one, not as a vector, and must come to the same."""
    results = []
    for threads in (1, 2, 3):
        rng = np.random.default_rng(0)
        network = quiet_network([9, 21, 13, 3], activation, None, loss, dtype=dtype, rng=rng)
        network.parameters *= 0.3
        job, rows = job_of(network, rng.normal(size=(90, 9)), targets_for(loss, rng, 90, 3), optimizer, 21)
        sums = train(Kernel(threads), job, rows, 0.001)
        results.append((job.network.parameters.tobytes(), job.slots.tobytes(), sums.tobytes()))
    assert results[0] == results[1] == results[2]


@pytest.mark.parametrize("threads", [2, 5, 16])
def test_more_threads_than_rows_or_blocks(threads):
    assert outcome(threads, "small", "float64", n=9, batch_size=3) == outcome(1, "small", "float64", n=9, batch_size=3)


def test_a_system_that_gives_no_more_threads(monkeypatch):
    """Those that there are share the work."""
    alone, start, started = outcome(1, "large", "float64"), workers._thread.start_new_thread, []

    def scarce(function, arguments):
        if len(started) % 3 == 2:
            started.append(None)
            raise RuntimeError("can't start new thread")
        started.append(function)
        return start(function, arguments)

    monkeypatch.setattr(workers._thread, "start_new_thread", scarce)
    assert outcome(4, "large", "float64") == alone
    assert None in started
    assert len(started) > 2


def fitted(seed, engine=None):
    rng = np.random.default_rng(seed)
    X, y = rng.normal(size=(200, 40)), rng.integers(3, size=200)
    network = Network(SIZES["large"], "tanh", loss="cross_entropy", rng=seed)
    trainer = Trainer(network, epochs=10, batch_size=50, dropout=0.1, engine=engine or CompiledEngine(2), rng=seed)
    trainer.fit(X, y)
    return network.parameters.tobytes(), tuple(trainer.history.loss)


@pytest.mark.parametrize("shared", [False, True])
def test_trainings_at_the_same_time_are_those_alone(shared):
    """Each with an engine of its own, or all with the same one."""
    alone = [fitted(seed) for seed in range(6)]
    engine = CompiledEngine(2) if shared else None
    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(lambda seed: fitted(seed, engine), range(6)))
    assert together == alone
    assert len(set(alone)) == 6
    assert not workers._under_way


def test_others_run_while_a_kernel_does(monkeypatch):
    """It holds no lock: another thread sees numbers change during a single call of many batches."""
    monkeypatch.setattr(training, "AT_ONCE", 1e9)
    rng = np.random.default_rng(0)
    network = Network([40, 100, 3], "tanh", rng=0)
    job, rows = job_of(network, rng.normal(size=(500, 40)), rng.normal(size=(500, 3)), batch_size=5)
    engine = Kernel(1)
    engine.run(job, rows, Stretch(None, 0, 500, np.full((1, 100), 1e-4), Progress.none()))
    stretch = Stretch(None, 0, 500, np.full((200, 100), 1e-4), Progress.none(200))
    thread = threading.Thread(target=engine.run, args=(job, rows, stretch))
    number, seen = job.network.parameters[:1], set()
    thread.start()
    while thread.is_alive():
        seen.add(number.tobytes())
    assert len(seen) > 10  # not only what was there before the call and what it came to


@pytest.mark.parametrize("backend", ["threading", "loky"])
def test_cross_validation_with_two_jobs(backend):
    rng = np.random.default_rng(0)
    X = rng.normal(size=(120, 5))
    y = (X[:, 0] * X[:, 1] > 0).astype(int)
    model = MLPClassifier((16,), learning_rate_init=0.02, max_iter=500, tol=1e-3, engine="compiled", random_state=0)
    alone = cross_val_score(model, X, y, cv=3)
    with joblib.parallel_backend(backend, n_jobs=2):
        together = cross_val_score(model, X, y, cv=3)
    np.testing.assert_array_equal(together, alone)
    assert alone.mean() > 0.7


def test_blas_has_one_thread_while_compiled_workers_train_and_its_own_again_after():
    def threads_of_blas():
        return {info["filepath"]: info["num_threads"] for info in threadpool_info() if info["user_api"] == "blas"}

    class Look(Callback):
        seen: list[int]

        def on_epoch_end(self, trainer):
            self.seen = list(threads_of_blas().values())

    X = np.random.default_rng(0).normal(size=(50, 3))
    with threadpool_limits(2, user_api="blas"):
        before = threads_of_blas()
        for engine, expected in (("compiled", [1] * len(before)), ("numpy", list(before.values()))):
            look = Look()
            Trainer(Network([3, 4, 1], rng=0), epochs=1, engine=engine, callbacks=[look]).fit(X, X[:, 0])
            assert look.seen == expected
            assert threads_of_blas() == before


BLAS_IN_THREADS = """
import threading
import numpy as np
from threadpoolctl import threadpool_info
from clearprop.engines.blas import one_blas_thread

def blas():
    return [library["num_threads"] for library in threadpool_info() if library["user_api"] == "blas"]

seen, second, first_left = [], threading.Event(), threading.Event()

def within(enter_first):
    with one_blas_thread():
        seen.append(blas())
        if enter_first:
            second.wait()
        else:
            second.set()
            first_left.wait()
    first_left.set()
    seen.append(blas())

before = blas()
for _ in range(2):  # after the thread that set it first is gone, too
    second.clear(), first_left.clear()
    pair = [threading.Thread(target=within, args=(first,)) for first in (True, False)]
    [thread.start() for thread in pair]
    [thread.join() for thread in pair]
with one_blas_thread():
    seen.append(blas())
print(set(map(tuple, seen[0:2] + seen[4:6] + seen[-1:])), seen[3] == seen[7] == before == blas())
"""


def test_every_thread_can_limit_blas_and_the_last_one_lifts_the_limit():
    assert run_python(BLAS_IN_THREADS, OPENBLAS_NUM_THREADS="2") in ("{(1,)} True\n", "{(1, 1)} True\n")


@pytest.mark.skipif(not ENABLED, reason="workers wait for each other in machine code only")
@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere workers that wait offer the processor")
def test_a_worker_that_waits_for_long_sleeps_until_the_last_one_comes():
    """The first waits in machine code and is seen to sleep; the second comes three times when it does."""
    counter, wait = np.zeros(8, dtype=np.int64), entry(workers.wait_for_all, (N_POINTER, N), np.dtype("float64"))
    came = []

    def meet_three_times():
        for meeting in (1, 2, 3):
            wait(pointer_to(counter), 2 * meeting)
            came.append(meeting)

    first = threading.Thread(target=meet_three_times)
    first.start()
    for meeting in (1, 2, 3):
        while counter[workers.ASLEEP] == 0 or counter[workers.COME] < 2 * meeting - 1:
            assert first.is_alive()
        assert came == list(range(1, meeting))
        wait(pointer_to(counter), 2 * meeting)
    first.join()
    assert came == [1, 2, 3]
    assert counter[: workers.ASLEEP + 1].tolist() == [6, 0]
