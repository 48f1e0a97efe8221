"""Forked and spawned processes train as their parent does."""

import os
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

import numpy as np
import pytest

from clearprop import Network, Trainer
from clearprop.engines import CompiledEngine

from .helpers import run_python


def parameters(threads=2):
    rng = np.random.default_rng(0)
    network = Network([6, 20, 2], "tanh", rng=0)
    trainer = Trainer(network, epochs=5, batch_size=25, engine=CompiledEngine(threads), rng=0)
    trainer.fit(rng.normal(size=(60, 6)), rng.normal(size=(60, 2)))
    return network.parameters.tobytes()


def test_a_spawned_process():
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        assert pool.submit(parameters).result(timeout=100) == parameters()


AFTER_A_FORK = """
import os, sys, threading, warnings
import numpy as np
from tests.engines.compiled.test_processes import parameters
from clearprop import Network, Trainer
from clearprop.engines import CompiledEngine
from clearprop.activations import Softsign
from clearprop.engines.compiled import blocks, machine_code, perceptron, threads

warnings.filterwarnings("ignore", message=".*fork.*", category=DeprecationWarning)
expected = parameters()
if sys.argv[1] == "during another training":
    rng = np.random.default_rng(0)
    other = Trainer(Network([30, 200, 2], rng=0), epochs=10**6, patience=None, engine=CompiledEngine(2), rng=0)
    other.start(rng.normal(size=(4000, 30)), rng.normal(size=(4000, 2)))
    def go_on():
        while not ended.is_set():
            other.run_epoch()
    ended = threading.Event()
    beside = threading.Thread(target=go_on)
    beside.start()
    while not threads._under_way:
        pass
if sys.argv[1] == "during a compilation":
    begun = threading.Event()
    def compile_it():
        with machine_code._lock:
            begun.set()
            kinds = perceptron._pointers(False), *(machine_code.N,) * 4
            machine_code._compiled(perceptron.epochs, "epochs", kinds, np.dtype("float32"), ours=False)
    beside = threading.Thread(target=compile_it)
    beside.start()
    begun.wait()
children = []
for _ in range(5):
    child = os.fork()
    if child == 0:
        same = parameters() == expected
        blocks.activation_blocks(Softsign(), np.dtype("float64"))  # which the parent has not asked for
        alone = not threads._under_way
        os._exit(0 if same and alone else 1 + same)
    children.append(child)
statuses = [os.waitpid(child, 0)[1] for child in children]
if sys.argv[1] == "during a compilation":
    beside.join()
if sys.argv[1] == "during another training":
    ended.set()
    beside.join()
assert parameters() == expected
assert not threads._under_way
print(statuses)
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="the system does not fork")
@pytest.mark.parametrize("when", ["between trainings", "during another training", "during a compilation"])
def test_a_forked_process(when):
    """Also from beside a training, whose threads are not there any more and so do not count."""
    assert run_python(AFTER_A_FORK, when) == "[0, 0, 0, 0, 0]\n"


# Children of a process in which another thread begins and ends trainings all the time, and with them the limit of BLAS.
FORKS = """
import os, sys, threading, warnings
import numpy as np
from threadpoolctl import threadpool_info
from tests.engines.compiled.test_processes import parameters
from clearprop import Network, Trainer
from clearprop.engines import CompiledEngine
from clearprop.engines.compiled import threads

warnings.filterwarnings("ignore", message=".*fork.*", category=DeprecationWarning)

def blas():
    return [library["num_threads"] for library in threadpool_info()]

def go_on():
    while not ended.is_set():
        trainer = Trainer(Network([30, 200, 2], rng=0), epochs=2, batch_size=100, engine=CompiledEngine(2), rng=0)
        trainer.fit(X, y)

rng = np.random.default_rng(0)
X, y = rng.normal(size=(400, 30)), rng.normal(size=(400, 2))
expected, all_of_it = parameters(), blas()
ended = threading.Event()
beside = threading.Thread(target=go_on)
beside.start()
right = 0
for _ in range(int(sys.argv[1])):
    child = os.fork()
    if child == 0:
        os._exit(0 if blas() == all_of_it and not threads._under_way and parameters() == expected else 1)
    right += os.waitpid(child, 0)[1] == 0
ended.set()
beside.join()
assert blas() == all_of_it
print(right)
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="the system does not fork")
def test_forks_beside_trainings_that_begin_and_end():
    """No lock that another thread held stays closed in a child, and no limit stays."""
    assert run_python(FORKS, "60", OPENBLAS_NUM_THREADS="2") == "60\n"
