"""When training ends and which parameters stay, judged from losses that a script makes up."""

import math

import numpy as np
import pytest

from clearprop import Callback, Network, Trainer

from .helpers import ONE_ROW, Script, StopAt, by_batches, make, rows, scripted


@pytest.mark.parametrize(
    ("losses", "tolerance", "patience", "epochs"),
    [
        ([5, 4, 3, 2, 1], 0.0, 0, 5),  # always a gain
        ([5, 4, 4, 3, 2], 0.0, 0, 5),  # as good as the best is a gain where nothing is asked of it
        ([5, 4, 4.5, 3, 2], 0.0, 0, 3),
        ([5, 4, 4.5, 3, 2], 0.0, 1, 5),
        ([5, 4, 4.5, 4.5, 2], 0.0, 1, 4),
        ([5, 4.9, 4.8, 4.7, 4.6], 0.5, 1, 3),  # gains smaller than the tolerance are none, though each is a new best
        ([5, 4.5, 4.0, 3.5], 0.5, 0, 4),  # exactly the tolerance is enough
        ([5, 4.75, 4.25, 4.0, 3.0], 0.5, 0, 2),
        ([5, 4.75, 4.25, 4.0, 3.0], 0.5, 1, 5),
        ([5, 6, 7, 8, 9, 10], 0.0, None, 6),
        ([5, 6, 7, 8, 9, 10], 1.0, 3, 5),
    ],
)
def test_patience(losses, tolerance, patience, epochs):
    trainer = scripted(losses, tolerance=tolerance, patience=patience)
    assert len(trainer.history) == epochs
    assert trainer.history.loss == losses[:epochs]
    if epochs < len(losses):
        asked = f" of {tolerance:g} or more" if tolerance else ""
        assert trainer.stop_reason == f"no gain{asked} in loss over {patience + 1} epochs"
    else:
        assert trainer.stop_reason == f"all {len(losses)} epochs done"
    assert trainer.network.biases[0][0] == epochs  # without validation the last stays


def test_the_validation_loss_is_monitored_where_there_is_one():
    biases = [3.0, 2.0, 1.0, 2.0, 3.0, 0.0]
    trainer = scripted([9, 8, 7, 6, 5, 4], biases, ONE_ROW, patience=1)
    assert trainer.history.validation_loss == [4.5, 2.0, 0.5, 2.0, 4.5]
    assert trainer.stop_reason == "no gain of 0.0001 or more in validation loss over 2 epochs"
    assert trainer.network.biases[0][0] == 1.0  # the best
    trainer = scripted([9, 8, 7, 6, 5, 4], biases, ONE_ROW, patience=1, monitor="loss")
    assert len(trainer.history) == 6
    assert trainer.network.biases[0][0] == 0.0


def test_keep_best():
    biases = [3.0, 1.0, -2.0, 2.5]
    for wanted, kept in (
        ({"keep_best": False}, 2.5),
        ({"keep_best": True}, 1.0),
        ({}, 1.0),
        ({"keep_best": True, "monitor": "loss"}, -2.0),
    ):
        trainer = scripted([4, 3, 1, 2], biases, ONE_ROW, patience=None, **wanted)
        assert trainer.network.biases[0][0] == kept, wanted
    for keep_best, kept in ((None, 2.5), (False, 2.5), (True, -2.0)):
        trainer = scripted([4, 3, 1, 2], biases, patience=None, keep_best=keep_best)
        assert trainer.network.biases[0][0] == kept
    # of equals, the first
    trainer = scripted([1, 1, 1], [5.0, 6.0, 7.0], keep_best=True, patience=None)
    assert trainer.network.biases[0][0] == 5.0


def test_the_ending_says_what_counts_as_gain_and_which_epoch_is_kept():
    """The last epochs are each the best so far, but not by the tolerance."""
    biases = [3.0, 2.0, 1.99, 1.98, 2.5]
    trainer = scripted([1] * 5, biases, ONE_ROW, patience=2, tolerance=0.25)
    assert trainer.ending == (
        "no gain of 0.25 or more in validation loss over 3 epochs; epoch 4 is kept, the best by validation loss"
    )
    assert trainer.stop_reason == "no gain of 0.25 or more in validation loss over 3 epochs"
    assert (trainer.best_epoch, trainer.network.biases[0][0]) == (4, 1.98)
    trainer = scripted([1] * 5, biases, ONE_ROW, patience=2, tolerance=0.25, keep_best=False)
    assert trainer.ending == trainer.stop_reason
    trainer = scripted([3, 1, 2], keep_best=True, monitor="loss")
    assert trainer.ending == "all 3 epochs done; epoch 2 is kept, the best by loss"
    trainer = make()
    trainer.start(*rows("cross_entropy"))
    assert (trainer.ending, trainer.best_epoch) == (None, None)


def test_a_metric_is_monitored_upwards():
    def nearness(loss, y, outputs, sample_weight):
        return 10 - float(np.abs(outputs - y).max())

    biases = [3.0, 1.0, 2.0, 1.5, 0.0]
    trainer = scripted([1, 2, 3, 4, 5], biases, ONE_ROW, metric=nearness, monitor="metric", patience=1, tolerance=0.0)
    assert trainer.history.metric == [7.0, 9.0, 8.0, 8.5]
    assert trainer.stop_reason == "no gain in metric over 2 epochs"
    assert trainer.network.biases[0][0] == 1.0
    # of the training rows where there are no others; then nothing is kept unless it is asked for
    trainer = scripted([1, 2, 3, 4, 5], biases, metric=nearness, monitor="metric", patience=1, tolerance=0.0)
    assert trainer.history.metric == [7.0, 9.0, 8.0, 8.5]
    assert trainer.history.validation_loss == [None] * 4
    assert trainer.network.biases[0][0] == 1.5


@pytest.mark.parametrize("no_score", [math.nan, -math.inf])
def test_a_score_that_is_no_number_is_no_gain(no_score):
    scores = iter([0.5, *[no_score] * 9])
    trainer = scripted(
        [1] * 10, metric=lambda *_: next(scores), monitor="metric", patience=2, keep_best=True, tolerance=0.0
    )
    assert len(trainer.history) == 4
    assert trainer.stop_reason == "no gain in metric over 3 epochs"
    assert trainer.network.biases[0][0] == 1  # the epoch that had a score


@pytest.mark.parametrize("no_loss", [math.nan, math.inf])
def test_losses_of_which_none_is_a_number_are_no_gain_from_the_first_on(no_loss):
    trainer = scripted([no_loss] * 9, patience=2, keep_best=True)
    assert len(trainer.history) == 3
    assert trainer.stop_reason == "no gain of 0.0001 or more in loss over 3 epochs"
    assert trainer.network.biases[0][0] == 3  # no epoch was the best: the last stays
    trainer = scripted([no_loss, no_loss, 5.0, no_loss, 4.0, no_loss, no_loss], patience=2, keep_best=True)
    assert trainer.stop_reason == "all 7 epochs done"
    assert trainer.network.biases[0][0] == 5


def test_a_validation_loss_that_is_infinite_is_no_gain_and_no_warning():
    """Parameters that are finite, but whose outputs on the validation rows are not."""
    trainer = scripted([1] * 6, [1e200] * 6, ONE_ROW, patience=2)
    assert trainer.history.validation_loss == [math.inf] * 3
    assert trainer.stop_reason == "no gain of 0.0001 or more in validation loss over 3 epochs"
    trainer = scripted([1] * 6, [1e200, 2.0, 1e200, 3.0, 1e200, 1e200], ONE_ROW, patience=None)
    assert trainer.history.validation_loss == [math.inf, 2.0, math.inf, 4.5, math.inf, math.inf]
    assert trainer.network.biases[0][0] == 2.0


def test_a_stall_lowers_the_rate_and_goes_on_where_the_schedule_is_adaptive():
    losses = [5, 5, 5, 4, 5, 5, 5, 5, 5, 5, 5, 5]
    trainer = scripted(losses, schedule="adaptive", learning_rate=3e-5, optimizer="sgd", patience=1, tolerance=0.1)
    # the epochs without gain are 2 and 3, 5 and 6, 7 and 8, 9 and 10: the fourth time the rate is below 1e-6
    rates = [3e-5] * 3 + [6e-6] * 3 + [1.2e-6] * 2 + [2.4e-7] * 2
    assert trainer.history.rate == pytest.approx(rates, rel=1e-12)
    assert trainer.stop_reason == "no gain of 0.1 or more in loss over 2 epochs"


# -- stop() ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("epochs", [1, 2, 4])
def test_stop_in_a_callback_ends_training_after_the_epoch(epochs):
    trainer, whole = make(callbacks=[StopAt("epoch", epochs)]), make(epochs=epochs)
    for one in (trainer, whole):
        one.fit(*rows("cross_entropy"))
    assert (len(trainer.history), trainer.stop_reason) == (epochs, "enough")
    np.testing.assert_array_equal(trainer.network.parameters, whole.network.parameters)


def test_stop_before_the_first_batch_takes_no_step():
    in_a_callback, from_outside = make(callbacks=[StopAt("start")]), make()
    before = from_outside.network.parameters.copy()
    for trainer in (in_a_callback, from_outside):
        trainer.start(*rows("cross_entropy"))
        if trainer is from_outside:
            trainer.stop("enough")
        assert trainer.stop_reason == "enough"
        assert len(trainer.run()) == 0
        np.testing.assert_array_equal(trainer.network.parameters, before)
        with pytest.raises(RuntimeError, match=r"training has ended \(enough\)"):
            trainer.run_batch()


@pytest.mark.parametrize("how", ["run", "run_epoch", "run_batch"])
@pytest.mark.parametrize("batches", [1, 3])
def test_stop_within_an_epoch_lets_it_end(batches, how):
    X, y = rows("cross_entropy")
    trainer, whole = make(), make(epochs=1)
    whole.fit(X, y)
    trainer.start(X, y)
    by_batches(trainer, batches)
    trainer.stop("enough")
    assert trainer.stop_reason is None
    for _ in range(4 - batches if how == "run_batch" else 1):
        getattr(trainer, how)()
    assert trainer.stop_reason == "enough"
    assert list(trainer.history) == list(whole.history)
    np.testing.assert_array_equal(trainer.network.parameters, whole.network.parameters)
    with pytest.raises(RuntimeError, match=r"training has ended \(enough\)"):
        trainer.run_epoch()


class StopAfterBatch(Callback):
    def __init__(self, batches):
        self.left = batches

    def on_batch_end(self, trainer):
        self.left -= 1
        if self.left == 0:
            trainer.stop("enough")


@pytest.mark.parametrize("batches", [1, 2, 4, 5])
def test_stop_told_by_a_batch_lets_its_epoch_end(batches):
    """Also where that batch is its epoch's last, the fourth."""
    trainer = make(callbacks=[StopAfterBatch(batches)])
    trainer.start(*rows("cross_entropy"))
    epochs = -(-batches // 4)
    assert by_batches(trainer) == 4 * epochs
    assert (len(trainer.history), trainer.stop_reason) == (epochs, "enough")


def test_stop_between_epochs_keeps_the_best_at_once():
    network = Network([1, 1], initializer="zeros")
    trainer = Trainer(network, engine=Script([1] * 9, [3.0, 1.0, 2.0, 0.0]), epochs=9, patience=None, rng=0)
    trainer.start(*ONE_ROW, validation=ONE_ROW)
    for _ in range(3):
        trainer.run_epoch()
    assert network.biases[0][0] == 2.0
    trainer.stop("enough")
    assert trainer.stop_reason == "enough"
    assert network.biases[0][0] == 1.0
    assert trainer.run().validation_loss == [4.5, 0.5, 2.0]
    assert network.biases[0][0] == 1.0


@pytest.mark.parametrize("callbacks", [[], [StopAt("finish", 4)]])
def test_stop_after_the_end_changes_nothing(callbacks):
    trainer = make(callbacks=callbacks)
    trainer.fit(*rows("cross_entropy"))
    trainer.stop("too late")
    assert trainer.stop_reason == "all 4 epochs done"
    assert len(trainer.run()) == 4
