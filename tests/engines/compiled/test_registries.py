"""All that is registered has a compiled form, which comes to what the NumPy engine comes to.

`test_without_jit.py` runs these tests a second time, with nothing compiled.
"""

import numpy as np
import pytest
import scipy.sparse

from clearprop import ACTIVATIONS, LOSSES, OPTIMIZERS, SCHEDULES, Network, Penalty, Trainer
from clearprop.engines import NumpyEngine
from clearprop.engines.compiled.blocks import optimizer_blocks
from clearprop.engines.compiled.jit import OPTIONS
from clearprop.engines.compiled.optimizer_kernels import OPTIMIZERS as KERNELS
from clearprop.network.rows import Rows

from ...strategies import quiet_network, targets_for
from .helpers import ROUNDING, Kernel, assert_agreement, difference, job_of

DTYPES = ["float64", "float32"]


def network_of(dtype="float64", hidden="tanh", output=None, loss="squared_error", sizes=(3, 9, 4, 2)):
    network = quiet_network(sizes, hidden, output, loss, dtype=dtype, rng=1)
    network.parameters = 0.6 * network.parameters + np.random.default_rng(2).normal(
        scale=0.1, size=network.parameters.size
    )
    return network


def rows(loss="squared_error", n=23, inputs=3, k=2):
    rng = np.random.default_rng(5)
    return rng.normal(size=(n, inputs)), targets_for(loss, rng, n, k)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_every_activation(activation, dtype):
    assert_agreement(job_of(network_of(dtype, activation), *rows()), 0.05)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("loss", LOSSES)
def test_every_loss_with_its_natural_output(loss, dtype):
    moved = assert_agreement(job_of(network_of(dtype, loss=loss), *rows(loss)), 0.05)
    assert moved > 1e-3


@pytest.mark.parametrize("output", ACTIVATIONS)
@pytest.mark.parametrize("loss", LOSSES)
def test_every_loss_with_every_output(loss, output):
    """Outputs outside the loss's domain, where it is cut off, included; but none just inside, near its pole."""
    network = network_of(output=output, loss=loss, sizes=(3, 4, 2))
    X, y = rows(loss, n=200)
    least, greatest = LOSSES[loss].output_domain
    a = network.predict(X)
    near = ((least < a) & (a < least + 0.05)) | ((greatest - 0.05 < a) & (a < greatest))
    kept = np.flatnonzero(~near.any(axis=1))[:23]
    assert len(kept) == 23
    assert_agreement(job_of(network, X[kept], y[kept]), 1e-4)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("loss", LOSSES)
def test_every_loss_at_its_kink(loss, dtype):
    """All parameters 0, so that outputs lie on the target or on the threshold, as in a network that begins."""
    given = LOSSES[loss](threshold=0.0) if loss == "hinge" else loss
    network = Network([3, 2], loss=given, initializer="zeros", dtype=dtype)
    X, y = rows(loss)
    y = y * (np.arange(23) % 2)[:, np.newaxis] if loss not in ("hinge", "perceptron") else y
    assert_agreement(job_of(network, X, y, batch_size=23), 0.05, epochs=1)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("loss", ["binary_cross_entropy", "cross_entropy"])
def test_a_floor_of_the_loss(loss, dtype):
    """Sure and wrong: outputs of which some are below the floor."""
    network = network_of(dtype, loss=LOSSES[loss](floor=0.05))
    network.parameters *= 4
    assert_agreement(job_of(network, *rows(loss)), 1e-3)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_every_optimizer(optimizer, dtype):
    moved = assert_agreement(job_of(network_of(dtype), *rows(), optimizer), 0.01)
    assert moved > 5e-3


CHANGED = {
    "momentum": {"momentum": 0.3},
    "nesterov": {"momentum": 0.3},
    "adagrad": {"epsilon": 0.1},
    "rmsprop": {"decay": 0.3, "epsilon": 0.1},
    **{name: {"beta_1": 0.3, "beta_2": 0.6, "epsilon": 0.1} for name in ("adam", "adamw", "amsgrad", "nadam")},
    "lion": {"beta_1": 0.3, "beta_2": 0.6},
    "leaky_relu": {"negative_slope": 0.3},
    "elu": {"alpha": 0.3},
    "huber": {"width": 0.3},
    "quantile": {"q": 0.3},
    "hinge": {"threshold": 0.3},
    "perceptron": {"threshold": 0.3},
    "binary_cross_entropy": {"floor": 0.3, "smoothing": 0.2},
    "cross_entropy": {"floor": 0.3, "smoothing": 0.2},
}


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_the_steps_of_every_optimizer_stay_exact_when_their_blocks_are_made(optimizer):
    """Else they were rounded as written or not, by what else the process had compiled before."""
    optimizer_blocks(OPTIMIZERS[optimizer], np.dtype("float64"))
    for function in KERNELS[OPTIMIZERS[optimizer]]:
        assert OPTIONS[function]["fastmath"] is False


def with_parameters(registry):
    return [name for name in registry if vars(registry[name]())]


@pytest.mark.parametrize("name", with_parameters(OPTIMIZERS))
def test_every_parameter_of_an_optimizer(name):
    assert set(CHANGED[name]) == set(vars(OPTIMIZERS[name]()))
    assert_agreement(job_of(network_of(), *rows(), OPTIMIZERS[name](**CHANGED[name])), 0.01)


@pytest.mark.parametrize("name", with_parameters(ACTIVATIONS))
def test_every_parameter_of_an_activation(name):
    """Two layers of the same, each with its own."""
    assert set(CHANGED[name]) == set(vars(ACTIVATIONS[name]()))
    hidden = [ACTIVATIONS[name](**CHANGED[name]), ACTIVATIONS[name]()]
    assert_agreement(job_of(network_of(hidden=hidden), *rows()), 0.05)


@pytest.mark.parametrize("name", with_parameters(LOSSES))
def test_every_parameter_of_a_loss(name):
    assert set(CHANGED[name]) == set(vars(LOSSES[name]()))
    assert_agreement(job_of(network_of(loss=LOSSES[name](**CHANGED[name])), *rows(name)), 0.05)


SETTINGS = {
    "one row a batch": {"batch_size": 1},
    "all rows a batch": {"batch_size": 23},
    "weights, some of them 0": {"weight": np.arange(23) % 4 * 0.7},
    "a batch of which all weights are 0": {"weight": (np.arange(23) == 20) * 2.0, "batch_size": 2},
    "l1": {"penalty": Penalty(l1=0.3)},
    "l2": {"penalty": Penalty(l2=0.8)},
    "decoupled decay": {"decay": 0.5},
    "clipping": {"clip_norm": 0.05},
    "clipping of none": {"clip_norm": 1e6},
    "dropout": {"dropout": 0.4},
    "all at once": {
        "weight": np.arange(23) % 4 * 0.7, "penalty": Penalty(0.1, 0.2), "decay": 0.1, "clip_norm": 0.3,
        "dropout": 0.2,
    },
}  # fmt: skip


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("is_sparse", [False, True])
@pytest.mark.parametrize("setting", SETTINGS)
def test_every_setting(setting, is_sparse, dtype):
    X, y = rows("cross_entropy")
    X = scipy.sparse.csr_array(np.where(np.abs(X) > 0.7, X, 0)) if is_sparse else X
    network = network_of(dtype, ["tanh", "silu"], loss="cross_entropy")
    assert_agreement(job_of(network, X, y, "momentum", **SETTINGS[setting]), 0.02, threads=2)


def test_rows_in_their_own_order():
    assert_agreement(job_of(network_of(), *rows()), 0.05, shuffle=False)


@pytest.mark.parametrize("schedule", SCHEDULES)
def test_every_schedule(schedule):
    trainers = []
    for engine in (Kernel(), NumpyEngine()):
        settings = {"learning_rate": 0.03, "batch_size": 6, "epochs": 4, "patience": 0, "tolerance": 9.0}
        trainer = Trainer(network_of(), optimizer="adam", schedule=schedule, engine=engine, rng=0, **settings)
        trainer.fit(*rows())
        trainers.append(trainer)
    one, other = trainers
    assert one.history.rate == other.history.rate
    assert difference(one.history.loss, other.history.loss) <= ROUNDING["float64"]
    assert difference(one.network.parameters, other.network.parameters) <= ROUNDING["float64"]


@pytest.mark.parametrize("layout", ["C", "F", "every second row and column"])
def test_rows_that_lie_otherwise_in_memory(layout):
    X, y = rows()
    if layout == "every second row and column":
        X = np.repeat(np.repeat(X, 2, axis=0), 2, axis=1)[::2, ::2]
        y = np.repeat(y, 2, axis=0)[::2]
    else:
        X, y = X.copy(layout), y.copy(layout)
    job, _ = job_of(network_of(), X, y)
    assert_agreement((job, Rows(X, y, None)), 0.05)


def test_what_has_no_compiled_form_is_named():
    class Swoosh(ACTIVATIONS["tanh"]):
        name = "swoosh"

    uncompiled = job_of(Network([3, 2, 2], Swoosh(), rng=0), *rows())
    with pytest.raises(AssertionError, match="the activation swoosh has no compiled form: write one in"):
        assert_agreement(uncompiled, 0.1)
