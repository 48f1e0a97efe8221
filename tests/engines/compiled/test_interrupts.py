"""Interrupts at any moment: training ends, no worker survives it, and the next training is right."""

import threading

import numpy as np
import pytest
import scipy.sparse

from clearprop import Network, Perceptron, Trainer
from clearprop.engines import CompiledEngine
from clearprop.engines.compiled import perceptron, training, uninterrupted
from clearprop.engines.compiled import threads as workers
from clearprop.engines.compiled.jit import ENABLED

from ...extent import SEED, share
from .helpers import run_python

pytestmark = pytest.mark.skipif(not ENABLED, reason="nothing is compiled")

# A signal raises in the main thread, as Ctrl-C does, at moments spread over the processor time that the work takes.
INTERRUPTED = """
import _thread, os, random, signal, sys, threading, warnings
import numpy as np
from threadpoolctl import threadpool_info
from clearprop import Callback, MLPClassifier, Network, Perceptron, Trainer
from clearprop.engines import CompiledEngine
from clearprop.engines.compiled import blocks, threads

rng = np.random.default_rng(0)
X, y = rng.normal(size=(64, 20)), rng.integers(3, size=64)
many = rng.normal(size=(4000, 20)), rng.integers(3, size=4000)

class Watcher(Callback):
    pass

def two_workers_and_a_callback(epochs=10**6):
    network = Network([20, 30, 3], "tanh", loss="cross_entropy", rng=0)
    Trainer(network, epochs=epochs, patience=None, callbacks=[Watcher()], engine=CompiledEngine(2), rng=0).fit(X, y)
    return network.parameters.tobytes()

def default_workers_and_validation(epochs=10**6):
    network = Network([20, 300, 3], "relu", loss="cross_entropy", rng=0)
    trainer = Trainer(network, epochs=epochs, patience=None, batch_size=1000, engine="compiled", rng=0)
    trainer.fit(*many, validation=(X, y))
    return network.parameters.tobytes()

def early_stopping(epochs=10**6):
    model = MLPClassifier((200,), max_iter=epochs, early_stopping=True, n_iter_no_change=10**6, engine="compiled",
                          random_state=0)
    model.fit(*many)
    return model.network_.parameters.tobytes()

def perceptron(epochs=10**6):
    model = Perceptron(max_iter=epochs, tol=None, engine="compiled", n_jobs=1).fit(*many)
    return model.coef_.tobytes()

def prediction(times=10**6):
    network = Network([20, 300, 300, 3], rng=0)
    for _ in range(times):
        outputs = CompiledEngine(2).predict(network, many[0])
    return outputs.tobytes()

class Interrupt(KeyboardInterrupt):
    pass

def raise_it(*_):
    raise Interrupt

n, seed = int(sys.argv[1]), int(sys.argv[2])
warnings.filterwarnings("ignore")  # what a training that was interrupted says
signal.signal(signal.SIGPROF, raise_it)
random.seed(seed)
for work in two_workers_and_a_callback, default_workers_and_validation, early_stopping, perceptron, prediction:
    expected = work(3)
    before = [library["num_threads"] for library in threadpool_info()]
    for _ in range(n):
        try:
            signal.setitimer(signal.ITIMER_PROF, random.uniform(1e-4, 0.03))
            work()
        except Interrupt:
            pass
        while _thread._count():  # one that has ended may not have gone yet; one that survives is waited for in vain
            os.sched_yield()
        assert threading.active_count() == 1
        assert not threads._under_way
    assert [library["num_threads"] for library in threadpool_info()] == before
    assert work(3) == expected
    print(work.__name__)
"""


def test_an_interrupt_leaves_nothing_behind():
    works = "two_workers_and_a_callback default_workers_and_validation early_stopping perceptron prediction"
    said = run_python(INTERRUPTED, str(share(40)), str(SEED), timeout=600)
    assert said.split() == works.split()


# A first compilation of code that did not come with the package, in a folder of its own: each attempt is broken off
# until what it waits for has been compiled.
COMPILING = """
import random, signal, sys
import numpy as np
from pathlib import Path
from clearprop.activations import Softsign
from clearprop.engines.compiled import cache
from clearprop.engines.compiled.blocks import activation_blocks
from clearprop.engines.compiled.machine_code import ORIGINS
from tests.engines.compiled.helpers import call_block

cache.BUILT = Path("nowhere")

def raise_it(*_):
    raise KeyboardInterrupt

signal.signal(signal.SIGPROF, raise_it)
random.seed(2)
interrupts = 0
while True:
    try:
        signal.setitimer(signal.ITIMER_PROF, random.uniform(0.001, 0.1))
        value, slope = activation_blocks(Softsign(), np.dtype("float64"))
        signal.setitimer(signal.ITIMER_PROF, 0)
        break
    except KeyboardInterrupt:
        interrupts += 1
        assert interrupts < 1000
z, a = np.full(8, 3.0), np.zeros(8)
call_block(value, z, a, 1, 8, 8, np.zeros(8))
print(interrupts > 0, list(ORIGINS.values()), a[0])
"""


def test_an_interrupted_compilation_is_there_when_it_is_asked_for_again(tmp_path):
    assert run_python(COMPILING, NUMBA_CACHE_DIR=str(tmp_path)) == "True ['compiled', 'compiled'] 0.75\n"
    assert len(list(tmp_path.glob("*.code"))) == 2


# -- pieces ----------------------------------------------------------------------------------------------------------

PIECES = [1e-9, 1e-3, 1e9]


def trained(engine, dropout=0.0, sparse=False):
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(90, 9)), rng.integers(3, size=90)
    X = scipy.sparse.csr_array(np.where(np.abs(X) > 1, X, 0)) if sparse else X
    network = Network([9, 17, 5, 3], "tanh", loss="cross_entropy", rng=0)
    trainer = Trainer(network, batch_size=20, epochs=4, dropout=dropout, engine=engine, rng=0)
    return trainer.fit(X, y).loss, network.parameters.tobytes()


@pytest.mark.parametrize("threads", [1, 2])
@pytest.mark.parametrize(("dropout", "sparse"), [(0.0, False), (0.2, False), (0.0, True)])
def test_training_is_the_same_in_whichever_pieces(monkeypatch, dropout, sparse, threads):
    results = []
    for at_once in PIECES:
        monkeypatch.setattr(training, "AT_ONCE", at_once)
        results.append(trained(CompiledEngine(threads), dropout, sparse))
    assert results[0] == results[1] == results[2]


@pytest.mark.parametrize("threads", [1, 2])
def test_prediction_is_the_same_in_whichever_pieces(monkeypatch, threads):
    network, X = Network([20, 300, 3], rng=0), np.random.default_rng(0).normal(size=(301, 20))
    results = []
    for at_once in PIECES:
        monkeypatch.setattr(training, "AT_ONCE", at_once)
        results.append(CompiledEngine(threads).predict(network, X).tobytes())
    assert results[0] == results[1] == results[2]
    assert np.allclose(np.frombuffer(results[0]).reshape(301, 3), network.predict(X), rtol=0, atol=1e-13)


@pytest.mark.filterwarnings("ignore:no hyperplane separates")
@pytest.mark.parametrize("penalty", [None, "elasticnet"])
def test_the_perceptron_is_the_same_in_whichever_pieces(monkeypatch, penalty):
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(60, 5)), rng.integers(2, size=60)
    results = []
    for at_once in PIECES:
        monkeypatch.setattr(perceptron, "AT_ONCE", at_once)
        model = Perceptron(penalty=penalty, engine="compiled", max_iter=30, tol=None).fit(X, y)
        results.append((model.coef_.tobytes(), model.intercept_.tobytes(), model.n_iter_, model.t_))
    assert results[0] == results[1] == results[2]


def test_an_epoch_is_left_between_its_pieces(monkeypatch):
    """However long it is: the interrupt comes after the third batch of five."""
    monkeypatch.setattr(training, "AT_ONCE", 1e-9)
    run, runs = workers.run, []

    def interrupted(*arguments):
        if len(runs) == 3:
            raise KeyboardInterrupt
        runs.append(arguments)
        run(*arguments)

    monkeypatch.setattr(workers, "run", interrupted)
    with pytest.raises(KeyboardInterrupt):
        trained(CompiledEngine(2))
    assert len(runs) == 3
    monkeypatch.setattr(training, "AT_ONCE", 0.25)
    monkeypatch.setattr(workers, "run", run)
    assert trained(CompiledEngine(2)) == trained(CompiledEngine(1))


# -- a thread apart --------------------------------------------------------------------------------------------------


def test_work_apart_gives_and_raises_what_it_comes_to():
    for run in (uninterrupted.run_to_its_end, uninterrupted.run_aside):
        assert run(lambda: 42) == 42
        assert run(threading.get_ident) != threading.get_ident()
        with pytest.raises(ZeroDivisionError):
            run(lambda: 1 / 0)


def test_work_apart_without_a_thread_is_done_here(monkeypatch):
    def none(*_):
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(uninterrupted._thread, "start_new_thread", none)
    for run in (uninterrupted.run_to_its_end, uninterrupted.run_aside):
        assert run(threading.get_ident) == threading.get_ident()


def test_the_wait_for_work_aside_is_broken_off_by_whoever_is_asked_meanwhile():
    """As a worker's, for code that is being compiled: the work goes on, and is there when it is asked for again."""
    wanted, done = threading.Event(), threading.Event()

    def work():
        wanted.wait()
        done.set()

    def ask():
        raise ZeroDivisionError

    with uninterrupted.asking(ask):
        with pytest.raises(ZeroDivisionError):
            uninterrupted.run_aside(work)
        assert not done.is_set()
        wanted.set()
        assert done.wait(60)
    assert uninterrupted.run_aside(lambda: 42) == 42


def test_work_that_must_come_to_its_end_is_not_broken_off_by_who_is_asked():
    asked = []
    with uninterrupted.asking(lambda: asked.append(True)):
        assert uninterrupted.run_to_its_end(lambda: 42) == 42
    assert not asked


def test_a_worker_shares_nothing():
    before = workers.available()
    with workers.as_worker():
        assert workers.available() == 1
    assert workers.available() == before


def test_work_that_has_not_begun_when_the_interrupt_comes_is_dropped(monkeypatch):
    waiting, done = [], []

    def start_late(function, arguments):
        waiting.append(function)
        raise KeyboardInterrupt

    monkeypatch.setattr(uninterrupted._thread, "start_new_thread", start_late)
    with pytest.raises(KeyboardInterrupt):
        uninterrupted.run_to_its_end(lambda: done.append(True))
    waiting[0]()
    assert not done
