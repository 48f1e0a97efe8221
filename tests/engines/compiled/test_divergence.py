"""Numbers that leave the finite range: the same message, and the same state behind it, as by the NumPy engine."""

import numpy as np
import pytest

from clearprop import INITIALIZERS, DivergenceError, Network, Penalty, Trainer
from clearprop.engines import CompiledEngine, Diverged, NumpyEngine, Progress, Stretch
from clearprop.foundation.randomness import generator_state

from .helpers import difference, job_of

SETTINGS = {
    "plain": {},
    "dropout": {"dropout": 0.3},
    "clipping": {"clip_norm": 1.0},
    "penalties and decay": {"l1": 0.01, "l2": 0.01, "decoupled_decay": 0.1},
    "all": {"dropout": 0.3, "clip_norm": 1.0, "l2": 0.01},
}


def rows(n=60):
    rng = np.random.default_rng(0)
    return rng.normal(size=(n, 3)), rng.normal(size=(n, 2))


def diverged(engine, X, y, learning_rate=1e-3, optimizer="adam", dtype="float64", **settings):
    """The error's words and places, and the trainer."""
    network = Network([3, 9, 2], "exponential", dtype=dtype, rng=0)
    trainer = Trainer(
        network, optimizer=optimizer, learning_rate=learning_rate, batch_size=5, epochs=30, patience=None,
        engine=engine, rng=0, **settings,
    )  # fmt: skip
    with pytest.raises(DivergenceError) as caught:
        trainer.fit(X, y)
    error = caught.value
    return (str(error), error.epoch, error.batch, error.layer, trainer.stop_reason), trainer


@pytest.mark.parametrize("threads", [1, 2])
@pytest.mark.parametrize("setting", SETTINGS)
def test_a_row_that_overflows(setting, threads):
    """One row of the first epoch is far off: what is left behind is NumPy's to rounding, random numbers included."""
    X, y = rows()
    X[33] *= 1e6
    said, trainer = diverged(CompiledEngine(threads), X, y, **SETTINGS[setting])
    expected, twin = diverged(NumpyEngine(), X, y, **SETTINGS[setting])
    assert said == expected
    assert said[1] == 1
    assert said[2] > 1  # steps before were taken
    assert np.isfinite(trainer.network.parameters).all()
    assert difference(trainer.network.parameters, twin.network.parameters) <= 1e-12
    assert difference(trainer.network.parameters, Network([3, 9, 2], "exponential", rng=0).parameters) > 1e-4
    assert repr(generator_state(trainer.rng)) == repr(generator_state(twin.rng))
    kept, other = trainer.snapshot(), twin.snapshot()
    assert kept.step == other.step
    assert difference(kept.slots, other.slots) <= 1e-12


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("setting", ["plain", "dropout"])
def test_steps_that_grow_until_they_overflow(setting, dtype):
    """Epochs later: where exactly may differ by rounding, which grows with the steps, but not by much."""
    X, y = rows()
    settings = {"learning_rate": 0.3, "optimizer": "sgd", "dtype": dtype, **SETTINGS[setting]}
    said, trainer = diverged(CompiledEngine(), X, y, **settings)
    expected, twin = diverged(NumpyEngine(), X, y, **settings)
    assert said[1:] == expected[1:]
    assert np.isfinite(trainer.network.parameters).all()
    assert trainer.snapshot().step == twin.snapshot().step


def run_once(engine, job, given, stop):
    progress = Progress(np.array([[1e3, 1e-3, 100, 10.0]]))
    with pytest.raises(Diverged) as caught:
        engine.run(job, given, Stretch(None, 0, stop, np.full((1, stop), 1e308), progress))
    return (caught.value.batch, caught.value.layer, caught.value.what), progress.sums[0]


@pytest.mark.parametrize("last", [1, 2])
def test_a_step_that_overflows_is_taken_back_and_counted_once(last):
    """The step after the last batch, or the one before it: the sums hold each good batch once, as NumPy's do."""
    X, y = np.array([[1.0], [1e3], [0.0]]), np.array([[1e-308], [1e3], [0.0]])
    network, results = Network([1, 1], initializer="zeros"), []
    for engine in (CompiledEngine(), NumpyEngine()):
        job, given = job_of(network, X, y, batch_size=1, penalty=Penalty(l2=0.1))
        where, sums = run_once(engine, job, given, last + 1)
        results.append((where, job.step, job.network.parameters.tolist(), sums))
    assert results[0][:3] == results[1][:3]
    np.testing.assert_allclose(results[0][3], results[1][3], rtol=1e-12)
    assert results[0][0] == (1, 1, "the parameters")
    np.testing.assert_allclose(results[0][2], [1, 1], rtol=1e-12)


def test_training_goes_on_after_a_divergence():
    """With the same engine, at a lower rate."""
    X, y = rows()
    engine = CompiledEngine()
    _, trainer = diverged(engine, X, y, learning_rate=0.3, optimizer="sgd")
    network = trainer.network
    network.initialize([INITIALIZERS.resolve("glorot_uniform")] * 2, rng=0)
    again = Trainer(network, optimizer="sgd", learning_rate=1e-3, batch_size=5, epochs=20, engine=engine, rng=0)
    history = again.fit(X, y)
    assert history.loss[-1] < history.loss[0]
