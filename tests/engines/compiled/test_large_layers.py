"""Layers whose batch is more than a core's cache: laid out for the gradient, the same comes out as in place."""

import numpy as np
import pytest

from clearprop import Network, Penalty
from clearprop.engines.compiled import kernel, plans
from clearprop.engines.compiled.instructions import AVX2, CHOICE, USED
from clearprop.engines.compiled.jit import ENABLED
from clearprop.engines.compiled.products import SLICE, VECTOR_BYTES

from .helpers import Kernel, assert_agreement, job_of, run_python, train


def job(dtype, sizes=(2 * SLICE + 1, SLICE - 1, 4 * VECTOR_BYTES, 31), batch_size=37):
    """Units at the edges of slices, tiles and panels, and a last batch of other rows than the others."""
    rng = np.random.default_rng(0)
    network = Network(sizes, "tanh", loss="squared_error", dtype=dtype, rng=0)
    X, y = rng.normal(size=(90, sizes[0])), rng.normal(size=(90, sizes[-1]))
    weight = rng.uniform(0.5, 2, 90)
    return job_of(network, X, y, "momentum", batch_size, weight, Penalty(0.0, 0.1), dropout=0.2)


@pytest.fixture(autouse=True)
def plans_made_anew():
    yield
    plans.training_plan.cache_clear()


def let_all_be_large(monkeypatch):
    monkeypatch.setattr(plans, "LARGE_BYTES", 0)
    plans.training_plan.cache_clear()


def outcome(threads, dtype):
    made, rows = job(dtype)
    sums = train(Kernel(threads), made, rows, 0.01, epochs=2)
    return made.network.parameters.tobytes(), made.slots.tobytes(), sums.tobytes()


@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_to_the_bit_as_in_place_whatever_the_number_of_threads(dtype, monkeypatch):
    in_place = outcome(1, dtype)
    let_all_be_large(monkeypatch)
    for threads in (1, 2, 3):
        assert outcome(threads, dtype) == in_place, threads


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("threads", [1, 2, 3])
def test_as_the_numpy_engine_has_it(monkeypatch, threads, dtype):
    let_all_be_large(monkeypatch)
    assert assert_agreement(job(dtype), 0.01, threads) > 1e-4


def large(batch, *sizes):
    network = Network(sizes, loss="squared_error", dtype="float32", rng=0)
    layers = plans.MemoryMap(plans.Layers.of(network, network.layout), batch, sparse=False, trains=True).layers
    return layers[:, kernel.LARGE].tolist()


def test_which_layers_are_large():
    """By what a batch's inputs and deltas need: small ones are read where they are."""
    assert large(1024, 1024, 1024, 1024) == [0, 1, 1]
    assert large(128, 784, 128, 10) == [0, 0, 0]
    assert large(10, 2, 8, 2) == [0, 0, 0]


WITH_AVX2 = """
from tests.engines.compiled.helpers import assert_agreement
from tests.engines.compiled.test_large_layers import job
from clearprop.engines.compiled import plans
from clearprop.engines.compiled.products import ROWS, VECTOR_BYTES

for plans.LARGE_BYTES in (1 << 40, 0):
    plans.training_plan.cache_clear()
    for dtype in ("float64", "float32"):
        assert assert_agreement(job(dtype), 0.01, 2) > 1e-4
print(VECTOR_BYTES, ROWS)
"""


@pytest.mark.skipif(
    not ENABLED or not AVX2.needs <= USED.needs, reason="this processor has no AVX2, or nothing is compiled"
)
def test_with_avx2_where_the_processor_has_more():
    assert run_python(WITH_AVX2, timeout=600, **{CHOICE: AVX2.name}) == "32 6\n"
