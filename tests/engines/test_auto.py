"""`auto`: chosen by the sizes of a job and by what is planned, so that the numbers are the same wherever it is run."""

import numpy as np
import pytest

from clearprop import ACTIVATIONS, Activation, Network, Trainer
from clearprop.engines import AutoEngine, CompiledEngine, NumpyEngine, auto, compiles, numpy_seconds
from clearprop.engines.auto import LOADING, planned_seconds
from clearprop.inputs import Lookup

RNG = np.random.default_rng(0)
X, Y = RNG.normal(size=(60, 4)), RNG.normal(size=(60, 2))


def started(epochs, network=None, **settings):
    network = network or Network([4, 6, 2], "tanh", rng=1)
    return Trainer(network, batch_size=20, epochs=epochs, patience=None, rng=2, **settings).start(X, Y)


def least_epochs_compiled():
    """The number from which all planned steps take NumPy as long as loading."""
    return int(np.ceil(LOADING / (3 * numpy_seconds(Network([4, 6, 2], "tanh", rng=1), 20))))


def test_what_is_planned_is_steps_times_what_one_takes():
    training = started(7)
    assert planned_seconds(training.job, 60) == pytest.approx(21 * numpy_seconds(training.network, 20))
    assert planned_seconds(training.job, 61) == pytest.approx(28 * numpy_seconds(training.network, 20))


def test_a_table_is_not_reckoned_with_each_row():
    """Only the optimiser goes through all of it."""
    seconds = []
    for categories in (10, 10_010):
        inputs = [Lookup(categories, 4)]
        seconds.append([numpy_seconds(Network([4, 6, 2], inputs=inputs, rng=1), rows) for rows in (20, 2000)])
    small, large = np.array(seconds)
    np.testing.assert_allclose(large - small, 2 * 40_000 * 3e-9, rtol=1e-9)
    plain = [numpy_seconds(Network([4, 6, 2], rng=1), rows) for rows in (20, 2000)]
    assert (small > plain).all()


@pytest.mark.parametrize(("more", "engine"), [(-1, "numpy"), (0, "compiled")])
def test_the_whole_job_is_run_by_what_it_is_worth(more, engine):
    epochs = least_epochs_compiled() + more
    expected, chosen = started(epochs, engine=engine), started(epochs)
    assert compiles(chosen.settings.engine, chosen.job, 60) is (engine == "compiled")
    expected.run()
    chosen.run()
    assert chosen.network.parameters.tobytes() == expected.network.parameters.tobytes()
    other = started(epochs, engine="numpy" if engine == "compiled" else "compiled")
    other.run()
    assert other.network.parameters.tobytes() != expected.network.parameters.tobytes()


def test_the_same_numbers_batch_by_batch_epoch_by_epoch_and_resumed():
    epochs = least_epochs_compiled()
    whole = started(epochs)
    whole.run()
    results = []
    for step in ("run_batch", "run_epoch"):
        training = started(epochs)
        while training.stop_reason is None:
            getattr(training, step)()
        results.append(training.network.parameters.tobytes())
    half = started(epochs)
    for _ in range(epochs // 2):
        half.run_epoch()
    again = started(epochs)
    again.restore(half.snapshot())
    again.run()
    results.append(again.network.parameters.tobytes())
    assert set(results) == {whole.network.parameters.tobytes()}


def test_a_function_that_has_no_compiled_form_is_numpys_without_a_word():
    class Cubic(Activation):
        name = "cubic"

        def value(self, z, out=None):
            return np.power(z, 3, out=out)

        def slope(self, z, a):
            return 3 * z * z

    assert "cubic" not in ACTIVATIONS
    training = started(10**4, Network([4, 6, 2], Cubic(), rng=1))
    assert not compiles(training.settings.engine, training.job, 60)
    training.run_epoch()


def test_without_numba_all_is_numpys(monkeypatch):
    monkeypatch.setattr(auto, "numba_is_there", lambda: False)
    training = started(10**4)
    assert not compiles(training.settings.engine, training.job, 60)


@pytest.mark.parametrize(("rows", "engine"), [(100, NumpyEngine), (200_000, CompiledEngine)])
def test_predictions_are_made_by_what_they_are_worth(rows, engine, monkeypatch):
    network = Network([4, 50, 50, 2], "tanh", rng=1)
    rows = RNG.normal(size=(rows, 4))
    used = []
    for one in (NumpyEngine, CompiledEngine):
        predict = one.predict
        monkeypatch.setattr(
            one, "predict", lambda *given, one=one, predict=predict: [used.append(one), predict(*given)][1]
        )
    outputs = AutoEngine().predict(network, rows)
    assert used == [engine]
    np.testing.assert_allclose(outputs, network.predict(rows), rtol=1e-12, atol=1e-13)
