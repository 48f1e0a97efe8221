"""Numbers that leave the finite range: what is said, and what the network keeps."""

import math
import pickle

import numpy as np
import pytest

from clearprop import DivergenceError, Network, Trainer

from .helpers import by_batches


def diverging(network, X, y, engine, remedy="a lower learning_rate than ", **settings):
    """The error, whose first remedy is this, and the trainer."""
    trainer = Trainer(network, optimizer="sgd", shuffle=False, epochs=5, engine=engine, rng=0, **settings)
    with pytest.raises(DivergenceError) as caught:
        trainer.fit(X, y)
    error = caught.value
    assert isinstance(error, ArithmeticError)
    assert np.isfinite(network.parameters).all()
    assert trainer.stop_reason == f"diverged in epoch {error.epoch}"
    assert len(trainer.history) == error.epoch - 1
    assert f"training diverged in epoch {error.epoch}, batch {error.batch}: " in str(error)
    assert f"of layer {error.layer} were the first numbers that were not finite" in str(error)
    assert f"The network keeps its last finite parameters. Try {remedy}" in str(error)
    sizes = [f"{np.abs(numbers).max():.4g}" for numbers in (X, y)]
    assert f"not finite (the largest input is {sizes[0]}, the largest target {sizes[1]}). The" in str(error)
    assert error.__cause__ is None
    assert error.__suppress_context__
    with pytest.raises(RuntimeError, match=r"training has ended .diverged in epoch .*: start it again, or restore a"):
        trainer.run_epoch()
    return error, trainer


def test_divergence_in_the_forward_pass(engine):
    network = Network([1, 2, 1], "exponential", rng=0)
    network.weights[0] = 1.0
    X, y = np.array([[1.0], [-1.0], [800.0], [0.5]]), np.zeros(4)
    twin = network.copy()
    error, _ = diverging(network, X, y, engine, batch_size=1, learning_rate=1e-3)
    assert (error.epoch, error.batch, error.layer) == (1, 3, 1)
    assert str(error) == (
        "training diverged in epoch 1, batch 3: the activations a of layer 1 were the first numbers that were not "
        "finite (the largest input is 800, the largest target 0). The network keeps its last finite parameters. "
        "Try a lower learning_rate than 0.001 or clip_norm=1.0 or scaled inputs"
    )
    # the two batches before had their say
    Trainer(twin, optimizer="sgd", shuffle=False, batch_size=1, epochs=1, learning_rate=1e-3, engine=engine).fit(
        X[:2], y[:2]
    )
    np.testing.assert_array_equal(network.parameters, twin.parameters)


def test_divergence_in_a_later_layers_sums(engine):
    network = Network([1, 1, 1], "identity", rng=0)
    network.parameters[:] = [1e200, 0, 1e200, 0]
    before = network.parameters.copy()
    error, _ = diverging(network, [[1.0]], [0.0], engine, "smaller weights to begin with", clip_norm=1.0)
    assert (error.epoch, error.batch, error.layer) == (1, 1, 2)
    assert "the weighted sums z of layer 2" in str(error)
    assert str(error).endswith("Try smaller weights to begin with (the largest is 1e+200)")
    np.testing.assert_array_equal(network.parameters, before)


def test_divergence_in_the_gradient_alone(engine):
    """Outputs and loss are finite; delta1 = W3 W2 is not."""
    network = Network([1, 1, 1, 1], "identity", loss="absolute_error", rng=0)
    network.parameters[:] = [1e-200, 0, 1e200, 0, 1e200, 0]
    before = network.parameters.copy()
    assert network.loss([[1.0]], [[0.0]]) == pytest.approx(1e200)
    error, _ = diverging(network, [[1.0]], [0.0], engine, "smaller weights to begin with")
    assert (error.epoch, error.batch, error.layer) == (1, 1, 1)
    assert "the deltas of layer 1" in str(error)
    np.testing.assert_array_equal(network.parameters, before)


def test_divergence_in_the_gradients_length_alone(engine):
    network = Network([1, 1], loss="absolute_error", initializer="zeros")
    error, _ = diverging(network, [[1e300]], [1.0], engine, "scaled inputs: ")
    assert (error.epoch, error.batch, error.layer) == (1, 1, 1)
    assert not network.parameters.any()
    assert str(error).endswith("Try scaled inputs: float64 cannot hold squares of numbers beyond 1.3e+154")


@pytest.mark.parametrize("batches", [1, 3])
def test_divergence_in_the_update(batches, engine):
    """Loss and gradient are finite, the step is not; it is noticed within the epoch, and the step is taken back.

    It is this step's batch that is named, not the one after, which notices it.
    """
    network = Network([1, 1], initializer="zeros")
    X, y = np.full((batches, 1), 1e3), np.full(batches, 1e3)
    error, _ = diverging(network, X, y, engine, batch_size=1, learning_rate=1e308)
    assert not network.parameters.any()
    assert (error.epoch, error.batch, error.layer) == (1, 1, 1)
    assert "the parameters of layer 1" in str(error)


def test_only_the_step_that_blew_up_is_taken_back(engine):
    """The first row moves both parameters to 1 and the second throws them out of the floats; a third follows."""
    for run_by in ("fit", "batches"):
        network = Network([1, 1], initializer="zeros")
        trainer = Trainer(
            network, optimizer="sgd", learning_rate=1e308, batch_size=1, shuffle=False, epochs=1, engine=engine, rng=0
        )
        trainer.start([[1.0], [1e3], [0.0]], [1e-308, 1e3, 0.0])
        with pytest.raises(DivergenceError, match="the parameters of layer 1") as caught:
            trainer.run() if run_by == "fit" else by_batches(trainer)
        assert (caught.value.epoch, caught.value.batch) == (1, 2)
        np.testing.assert_allclose(network.parameters, [1, 1], rtol=1e-12)


def test_divergence_in_a_later_batch_is_counted_within_the_epoch(engine):
    network = Network([1, 2, 1], "exponential", rng=0)
    network.weights[0] = 1.0
    trainer = Trainer(network, optimizer="sgd", batch_size=1, shuffle=False, learning_rate=1e-3, engine=engine, rng=0)
    trainer.start([[1.0], [-1.0], [800.0], [0.5]], np.zeros(4))
    trainer.run_batch()
    with pytest.raises(DivergenceError) as caught:
        by_batches(trainer)
    assert (caught.value.epoch, caught.value.batch, caught.value.layer) == (1, 3, 1)


def test_divergence_is_the_same_by_single_batches(engine):
    network = Network([1, 1], initializer="zeros")
    trainer = Trainer(network, optimizer="sgd", learning_rate=1e308, batch_size=1, shuffle=False, engine=engine, rng=0)
    trainer.start(np.full((3, 1), 1e3), np.full(3, 1e3))
    with pytest.raises(DivergenceError) as caught:
        by_batches(trainer)
    assert (caught.value.epoch, caught.value.batch, caught.value.layer) == (1, 1, 1)
    assert not network.parameters.any()


def test_divergence_in_a_later_epoch_and_a_restart_from_a_snapshot(engine):
    """Plain descent at more than twice the rate that the curvature bears: some 1e20 times further off a step."""
    X, y = np.linspace(-1, 1, 8)[:, None] * 1e10, np.linspace(-1, 1, 8)
    network = Network([1, 1], initializer="zeros")
    trainer = Trainer(
        network, optimizer="sgd", learning_rate=1.0, batch_size=4, epochs=50, patience=None, engine=engine, rng=0
    )
    trainer.start(X, y)
    snapshot = trainer.snapshot()
    with pytest.raises(DivergenceError) as caught:
        trainer.run()
    assert caught.value.epoch > 1
    assert np.isfinite(network.parameters).all()
    assert all(math.isfinite(record.loss) for record in trainer.history)
    trainer.restore(snapshot)
    assert trainer.stop_reason is None
    trainer.learning_rate = 1e-21
    trainer.run()
    assert len(trainer.history) == 50
    assert trainer.history.loss[-1] < trainer.history.loss[0]


def test_divergence_in_float32(engine):
    network = Network([1, 1], dtype="float32", initializer="zeros")
    error, _ = diverging(network, [[1e15]], [1e15], engine, "scaled inputs or scaled targets", learning_rate=1e10)
    assert (error.epoch, error.batch, error.layer) == (1, 1, 1)
    assert network.parameters.dtype == np.float32
    assert not network.parameters.any()


@pytest.mark.parametrize(("dtype", "size", "limit"), [("float64", 1e200, "1.3e+154"), ("float32", 1e30, "1.8e+19")])
@pytest.mark.parametrize("too_large", ["inputs", "targets", "inputs and scaled targets"])
@pytest.mark.parametrize("batch_size", [1, 4])
def test_numbers_that_the_dtype_cannot_square_are_to_be_scaled(dtype, size, limit, too_large, batch_size, engine):
    """No learning rate and no clipping would help; nor where the row that is too large comes in a later batch."""
    X, y = np.array([[1.0], [-1.0], [1.0], [0.5]]), np.array([1.0, 2.0, -3.0, 1.0])
    X[2] *= size if "inputs" in too_large else 1
    y[2] *= size if "targets" in too_large else 1
    network = Network([1, 3, 1], "tanh" if too_large == "targets" else "identity", dtype=dtype, rng=0)
    error, _ = diverging(
        network, X, y, engine, f"scaled {too_large}: {dtype} cannot hold squares", batch_size=batch_size
    )
    assert str(error).endswith(f" cannot hold squares of numbers beyond {limit}")
    assert (error.epoch, error.batch) == (1, 3 if batch_size == 1 else 1)


def test_targets_that_float32_cannot_hold():
    with pytest.raises(
        ValueError, match=r"y holds inf \(as float32\) at row 1, .* beyond 3\.4e\+38 are infinite there"
    ):
        Trainer(Network([1, 1], dtype="float32", rng=0), rng=0).fit([[1.0], [2.0]], [1.0, 1e200])


def test_the_error_can_be_pickled_and_worded_anew(engine):
    error, _ = diverging(Network([1, 1], initializer="zeros"), [[1e3]], [1e3], engine, learning_rate=1e308)
    copy = pickle.loads(pickle.dumps(error))
    assert str(copy) == str(error)
    assert (copy.epoch, copy.batch, copy.layer) == (1, 1, 1)
    worded = error.worded({"learning_rate": "--learning-rate", "clip_norm=1.0": "--clip-norm 1.0"}, kept="Nothing is")
    assert str(worded) == str(error).replace("learning_rate", "--learning-rate").replace(
        "clip_norm=1.0", "--clip-norm 1.0"
    ).replace("The network keeps its last finite parameters", "Nothing is")
    assert isinstance(error, ValueError)  # as scikit-learn's is
