"""Trainings that are under way: the lab goes on from where they stand, to the same numbers, and leaves them alone."""

import numpy as np
import pytest

from clearprop import Network, Trainer
from clearprop.lab.protocol import Seek, Step, Tick
from clearprop.lab.refusals import Refusal
from clearprop.lab.session import Session
from tests.lab.asking import PLAIN, answered, look

rng = np.random.default_rng(0)
X = rng.normal(size=(40, 3))
Y = (X[:, 0] * X[:, 1] > 0).astype(float)


def started(**settings):
    network = Network([3, 4, 1], "tanh", loss="binary_cross_entropy", rng=1)
    usual = {"learning_rate": 0.05, "batch_size": 8, "engine": "numpy", "patience": None, "keep_best": False, "rng": 2}
    trainer = Trainer(network, **usual | settings)
    return trainer.start(X, Y, validation=(X[:10], Y[:10]), sample_weight=np.linspace(0.5, 1.5, 40))


@pytest.mark.parametrize("where", [(0, 0), (2, 0), (2, 3)])
def test_it_goes_on_to_the_same_numbers(where):
    training = started(dropout=0.2, l2=0.01)
    for _ in range(where[0]):
        training.run_epoch()
    training.run_batches(where[1]) if where[1] else None
    before = training.network.parameters.copy()
    session = Session(run=training)
    frame, arrays = look(session)
    assert (frame.place.epoch, frame.place.batch) == where
    np.testing.assert_array_equal(arrays["parameters"], before)
    answered(session, Step(grain="layer", view=PLAIN))
    _, arrays = answered(session, Step(grain="epoch", view=PLAIN))
    np.testing.assert_array_equal(training.network.parameters, before)
    training.run_epoch()
    np.testing.assert_array_equal(arrays["parameters"], training.network.parameters)
    frame, _ = answered(session, Seek(epoch=0, view=PLAIN))
    assert (frame.place.epoch, frame.place.batch) == where  # not before where it was taken over


def test_one_that_had_ended_goes_on():
    training = started(epochs=3)
    training.run()
    session = Session(run=training)
    frame, _ = answered(session, Tick(budget=1000.0, most=2, view=PLAIN))
    assert frame.place.epoch == 5
    assert frame.stopped == ""


def test_another_begins_where_this_one_did():
    training = started()
    training.run_epoch()
    session = Session(run=training)
    _, begun = look(session)
    answered(session, Tick(budget=1000.0, most=2, view=PLAIN))
    _, anew = look(session.anew())
    np.testing.assert_array_equal(begun["parameters"], anew["parameters"])


def test_an_optimiser_that_finds_its_steps_itself_is_refused():
    trainer = Trainer(Network([3, 1], rng=0), optimizer="lbfgs")
    with pytest.raises(Refusal, match="choose another optimiser"):
        Session(run=trainer.start(X, Y))
