"""Networks, rows and settings of all sizes, drawn by Hypothesis: the kernel comes to what the NumPy engine comes to.

Where rounding decides (which side of a kink a sum lies, which sign a gradient of 0 has), two right answers differ as
much as the step is long, and where all units are saturated, 1 - a is rounding and little else. So such cases are not
drawn: weighted sums are small, the optimisers divide by nothing smaller than 0.01, rows whose losses have kinks have
weights of their own, whose sums do not cancel, and float32 has neither kinks nor signs (L1 among them).
"""

import numpy as np
import scipy.sparse
from hypothesis import given
from hypothesis import strategies as st

from clearprop import ACTIVATIONS, LOSSES, OPTIMIZERS, Penalty

from ...extent import examples
from ...strategies import quiet_network, targets_for
from .helpers import assert_agreement, job_of


def has_kink(activation):
    """Whether the value or the slope jumps."""
    sides = [np.array(activation.kinks) + side for side in (-1e-6, 1e-6)]
    below, above = ([activation.value(z), activation.slope(z, activation.value(z)) * 1.0] for z in sides)
    return bool((np.abs(np.subtract(above, below)) > 0.01).any())


def stays_inside(activation, loss):
    """Whether no output comes near an end of the loss's domain, where its gradient has a pole."""
    a, (low, high) = activation.value(np.linspace(-4, 4, 4001)), loss.output_domain
    return bool(a.min() > low + 1e-3 and a.max() < high - 1e-3)


SMOOTH = [name for name in ACTIVATIONS if not ACTIVATIONS[name]().kinks or not has_kink(ACTIVATIONS[name]())]
SIGNLESS = [name for name in OPTIMIZERS if name == "sgd" or OPTIMIZERS[name].slots != ("mean",)]
KINKED = [name for name in LOSSES if LOSSES[name].piece is not LOSSES["squared_error"].piece]


def test_what_is_smooth():
    assert set(ACTIVATIONS) - set(SMOOTH) == {"step", "relu", "leaky_relu", "hard_sigmoid", "selu"}
    assert set(OPTIMIZERS) - set(SIGNLESS) == {"lion"}
    assert set(KINKED) >= {"absolute_error", "huber", "quantile", "hinge", "perceptron"}


def optimizer_of(name):
    cls = OPTIMIZERS[name]
    return cls(epsilon=0.01) if hasattr(cls(), "epsilon") else cls()


@st.composite
def cases(draw, activations, optimizers, l1):
    """What a job is made of, small enough to be read."""
    loss = draw(st.sampled_from(list(LOSSES)))
    sizes = draw(st.lists(st.integers(1, 70), min_size=2, max_size=6))
    hidden = draw(st.lists(st.sampled_from(activations), min_size=len(sizes) - 2, max_size=len(sizes) - 2))
    inside = [name for name in activations if stays_inside(ACTIVATIONS[name](), LOSSES[loss]())]
    weighted = loss in KINKED or draw(st.booleans())
    return {
        "sizes": sizes,
        "hidden": hidden,
        "output": draw(st.sampled_from([None, *inside])),
        "loss": loss,
        "optimizer": draw(st.sampled_from(optimizers)),
        "n": draw(st.integers(1, 90)),
        "batch_size": draw(st.integers(1, 90)),
        "epochs": draw(st.integers(1, 3)),
        "shuffle": draw(st.booleans()),
        "is_sparse": draw(st.booleans()),
        "zero_weights": draw(st.booleans()) if weighted else None,
        "dropout": draw(st.sampled_from([0.0, 0.0, 0.3])),
        "l1": draw(st.sampled_from([0.0, l1])),
        "l2": draw(st.sampled_from([0.0, 0.1])),
        "decay": draw(st.sampled_from([0.0, 0.3])),
        "clip_norm": draw(st.sampled_from([None, 0.5])),
        "threads": draw(st.integers(1, 3)),
        "seed": draw(st.integers(0, 10**6)),
    }


def check(case, dtype, rounding):
    rng = np.random.default_rng(case["seed"])
    sizes, n = case["sizes"], case["n"]
    network = quiet_network(sizes, case["hidden"], case["output"], case["loss"], dtype=dtype, rng=rng)
    network.parameters += rng.normal(scale=0.05, size=network.parameters.size)
    X, y = rng.normal(size=(n, sizes[0])), targets_for(case["loss"], rng, n, sizes[-1])
    weight = None
    if case["zero_weights"] is not None:
        weight = rng.uniform(0.1, 2, size=n) * (rng.random(n) > 0.4 if case["zero_weights"] else 1)
    if case["is_sparse"]:
        X = scipy.sparse.csr_array(X * (rng.random(X.shape) < 0.3))
    job, rows = job_of(
        network, X, y, optimizer_of(case["optimizer"]), case["batch_size"], weight, Penalty(case["l1"], case["l2"]),
        case["decay"], case["dropout"], case["clip_norm"],
    )  # fmt: skip
    with np.errstate(all="ignore"):
        while not np.abs(np.concatenate([z.ravel() for z in job.network.forward(rows.X).z])).max() <= 3:
            job.network.parameters *= 0.8
    assert_agreement((job, rows), 0.003, case["threads"], rounding, epochs=case["epochs"], shuffle=case["shuffle"])


@examples(100)
@given(case=cases(list(ACTIVATIONS), list(OPTIMIZERS), l1=0.1))
def test_float64(case):
    check(case, "float64", 1e-12)


@examples(60)
@given(case=cases(SMOOTH, SIGNLESS, l1=0.0))
def test_float32(case):
    check(case, "float32", 1e-4)
