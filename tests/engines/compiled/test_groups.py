"""Networks with factors on their spans' rates and decays: the kernel comes to what the NumPy engine comes to."""

import dataclasses

import numpy as np
import pytest
import scipy.sparse
from hypothesis import given
from hypothesis import strategies as st

from clearprop import OPTIMIZERS, Network, Penalty

from ...extent import examples
from .helpers import ROUNDING, Kernel, assert_agreement, job_of, train

FACTORS = st.sampled_from([0.0, 0.3, 1.0, 1.0, 2.5])


def grouped(job, rates):
    job.settings = dataclasses.replace(job.settings, rates=rates)
    return job


def rows(n, inputs, outputs, seed=0):
    rng = np.random.default_rng(seed)
    return rng.normal(size=(n, inputs)), rng.normal(size=(n, outputs))


@st.composite
def cases(draw):
    """Layers of up to 200 units: [W; b] is then several blocks, of which one has rows of both."""
    sizes = draw(st.lists(st.sampled_from([1, 3, 8, 17, 70, 200]), min_size=2, max_size=5))
    names = [f"{kind}{layer}" for layer in range(1, len(sizes)) for kind in "Wb"]
    return {
        "sizes": sizes,
        "rates": {name: draw(FACTORS) for name in names},
        "decays": {name: draw(FACTORS) for name in names},
        "optimizer": draw(st.sampled_from([name for name in OPTIMIZERS if name != "lion"])),
        "is_sparse": draw(st.booleans()),
        "l1": draw(st.sampled_from([0.0, 0.1])),
        "l2": draw(st.sampled_from([0.0, 0.2])),
        "decay": draw(st.sampled_from([0.0, 0.3])),
        "clip_norm": draw(st.sampled_from([None, 0.5])),
        "threads": draw(st.integers(1, 3)),
        "seed": draw(st.integers(0, 10**6)),
    }


@examples(40)
@given(case=cases())
def test_any_factors(case):
    X, y = rows(40, case["sizes"][0], case["sizes"][-1], case["seed"])
    X = scipy.sparse.csr_array(X * (X > 0.5)) if case["is_sparse"] else X
    network = Network(case["sizes"], "tanh", rng=case["seed"])
    network.parameters += np.random.default_rng(case["seed"]).normal(scale=0.05, size=network.parameters.size)
    optimizer = OPTIMIZERS[case["optimizer"]]
    optimizer = optimizer(epsilon=0.01) if hasattr(optimizer(), "epsilon") else optimizer()
    penalty = Penalty(case["l1"], case["l2"], case["decays"])
    job, given_rows = job_of(network, X, y, optimizer, 16, None, penalty, case["decay"], 0.0, case["clip_norm"])
    assert_agreement((grouped(job, case["rates"]), given_rows), 0.003, case["threads"], 1e-11)


@pytest.mark.parametrize("dtype", ROUNDING)
@pytest.mark.parametrize("clip_norm", [None, 0.5])
@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_numbers_do_not_depend_on_how_many_share_the_work(optimizer, clip_norm, dtype):
    network, results = Network([60, 90, 40, 2], "tanh", rng=0, dtype=dtype), set()
    for threads in (1, 2, 3):
        penalty = Penalty(0.01, 0.1, {"b": 1.0, "W2": 2.0})
        job, given_rows = job_of(network, *rows(50, 60, 2), optimizer, 16, None, penalty, 0.2, 0.0, clip_norm)
        train(Kernel(threads), grouped(job, {"b": 0.5, "W2": 0.0, "W3": 2.0}), given_rows, 0.01)
        results.add(job.network.parameters.tobytes() + job.slots.tobytes())
    assert len(results) == 1
    kept = network.layout.named_views(job.network.parameters)["W2"]
    assert kept.tobytes() == network.weights[1].tobytes()
