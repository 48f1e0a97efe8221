"""Interrupts at any moment: training ends, no worker survives, the processors are free, and the next training is right."""

import pytest

from clearprop.engines.compiled.jit import ENABLED

from .helpers import run_python

pytestmark = pytest.mark.skipif(not ENABLED, reason="nothing is compiled")

# An alarm raises in the main thread at moments spread over the work, as Ctrl-C does.
INTERRUPTED = """
import _thread, random, signal, sys, time, warnings
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

work, n = globals()[sys.argv[1]], int(sys.argv[2])
warnings.filterwarnings("ignore")  # what a training that was interrupted says
expected = work(3)
before = [library["num_threads"] for library in threadpool_info()]
signal.signal(signal.SIGALRM, raise_it)
random.seed(1)
longest = 0.0
for _ in range(n):
    due = time.monotonic() + (delay := random.uniform(1e-4, 0.03))
    try:
        signal.setitimer(signal.ITIMER_REAL, delay)
        work()
    except Interrupt:
        pass
    longest = max(longest, time.monotonic() - due)
    for _ in range(1000):  # a thread that has ended may not have gone yet
        if not _thread._count():
            break
        time.sleep(0.001)
    assert not _thread._count(), "threads survive"
    assert not threads._under_way
assert [library["num_threads"] for library in threadpool_info()] == before
assert work(3) == expected
print(n, "interrupts; the longest took", round(longest, 3), "s", file=sys.stderr)
"""
WORK = (
    "two_workers_and_a_callback", "default_workers_and_validation", "early_stopping", "perceptron", "prediction",
)  # fmt: skip


@pytest.mark.parametrize("work", WORK)
def test_an_interrupt_leaves_nothing_behind(work):
    run_python(INTERRUPTED, work, "40")
