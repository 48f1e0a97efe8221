"""Snapshots: what follows one is the same bit for bit, and others than its own are refused."""

import copy
import itertools
import pickle
import threading

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from clearprop import OPTIMIZERS, SCHEDULES, Callback, Network, Snapshot, Trainer
from clearprop.engines import ENGINES

from ..extent import examples
from .helpers import KINDS, by_batches, make, outcome, rows


@examples(25)
@given(
    optimizer=st.sampled_from(list(OPTIMIZERS)),
    dropout=st.sampled_from([0.0, 0.3]),
    kind=st.sampled_from(list(KINDS)),
    engine=st.sampled_from(list(ENGINES)),
    schedule=st.sampled_from(list(SCHEDULES)),
    point=st.integers(0, 16),
    by_epochs=st.booleans(),
    validated=st.booleans(),
)
def test_what_follows_a_snapshot_is_the_same_bit_for_bit(
    optimizer, dropout, kind, engine, schedule, point, by_epochs, validated
):
    X, y = rows("cross_entropy")
    held = rows("cross_entropy", seed=1) if validated else None
    settings = {"schedule": schedule, "patience": 1, "tolerance": 0.05}
    uninterrupted = make(optimizer, dropout, kind, engine, **settings)
    uninterrupted.start(X, y, validation=held)
    by_batches(uninterrupted)
    trainer = make(optimizer, dropout, kind, engine, **settings)
    trainer.start(X, y, validation=held)
    by_batches(trainer, point)
    snapshot = trainer.snapshot()
    at_the_point = outcome(trainer)
    # go on, past the snapshot, and come back
    by_batches(trainer)
    assert outcome(trainer) == outcome(uninterrupted)
    trainer.restore(snapshot)
    assert outcome(trainer) == at_the_point
    # and in another process, say: another trainer, another seed, another network
    other = make(optimizer, dropout, kind, engine, seed=99, **settings)
    other.network.parameters *= 7
    other.start(X, y, validation=held)
    other.restore(pickle.loads(pickle.dumps(snapshot)))
    assert outcome(other) == at_the_point
    for resumed in (trainer, other):
        if by_epochs:
            resumed.run()
        else:
            by_batches(resumed)
        assert outcome(resumed) == outcome(uninterrupted)


def test_a_snapshot_is_a_copy():
    X, y = rows("cross_entropy")
    trainer = make(dropout=0.2)
    trainer.start(X, y)
    by_batches(trainer, 5)
    snapshot = trainer.snapshot()
    assert isinstance(snapshot, Snapshot)
    assert snapshot.step == 5
    assert len(snapshot.records) == 1
    before = copy.deepcopy(snapshot)
    by_batches(trainer)
    np.testing.assert_array_equal(snapshot.parameters, before.parameters)
    np.testing.assert_array_equal(snapshot.slots, before.slots)
    assert snapshot.records == before.records
    assert repr(snapshot.generator) == repr(before.generator)
    np.testing.assert_array_equal(snapshot.state.order, before.state.order)
    with pytest.raises(AttributeError):
        snapshot.step = 0


def test_a_snapshot_can_be_gone_back_to_again_and_again():
    X, y = rows("cross_entropy")
    trainer = make(dropout=0.2)
    trainer.start(X, y, validation=(X, y))
    by_batches(trainer, 6)
    snapshot, ends = trainer.snapshot(), []
    for _ in range(3):
        by_batches(trainer)
        ends.append(outcome(trainer))
        trainer.restore(snapshot)
        assert trainer.snapshot().step == 6
    assert ends[0] == ends[1] == ends[2]


def test_a_snapshot_of_another_training_is_refused():
    X, y = rows("cross_entropy")
    trainer = make()
    trainer.start(X, y)
    snapshot = trainer.snapshot()
    other_slots = make("sgd")
    larger = Trainer(Network([3, 6, 2], loss="cross_entropy", rng=0), rng=0)
    single = Trainer(trainer.network.copy("float32"), rng=0)
    for other, what in ((other_slots, "0"), (larger, "2"), (single, "2")):
        other.start(X, y)
        before = other.network.parameters.copy()
        message = (
            f"the snapshot is of 54 float64 parameters and 2 slots, this training of .* and {what}: start the trainer"
        )
        for go_on in (other.restore, other.resume):
            with pytest.raises(ValueError, match=message):
                go_on(snapshot)
        np.testing.assert_array_equal(other.network.parameters, before)


def test_what_is_monitored_stays_the_users_own():
    """It may hold what cannot be copied, and is asked after a snapshot is gone back to, or on from."""

    class Monitor:
        def __init__(self):
            self.lock, self.epochs = threading.Lock(), []

        def __call__(self, record):
            self.epochs.append(record.epoch)
            return record.loss

    monitor = Monitor()
    trainer, later = (make(monitor=monitor, patience=50) for _ in range(2))
    training = trainer.start(*rows("cross_entropy"))
    training.run_epoch()
    snapshot = training.snapshot()
    training.run_epoch()
    training.restore(snapshot)
    training.run_epoch()
    assert monitor.epochs == [1, 2, 2]
    resumed = later.start(*rows("cross_entropy"))
    resumed.resume(snapshot)
    assert (resumed.best_epoch, resumed.state.patience.monitor) == (1, monitor)


def test_what_one_optimizer_remembers_is_not_taken_for_what_another_does():
    X, y = rows("cross_entropy")
    one, other, like_it = make("momentum"), make("rmsprop"), make("nesterov")
    one.fit(X, y)
    other.start(X, y)
    message = "an optimiser that remembers velocity, and rmsprop remembers square_mean: start the trainer with the same"
    for go_on in (other.restore, other.resume):
        with pytest.raises(ValueError, match=message):
            go_on(one.snapshot())
    assert not other.training.job.slots.any()
    like_it.start(X, y)
    like_it.resume(one.snapshot())
    np.testing.assert_array_equal(like_it.training.job.slots, one.training.job.slots)


def test_one_slot_is_not_taken_for_each_of_two():
    X, y = rows("cross_entropy")
    one, two = make("momentum"), make("adam")
    one.fit(X, y)
    two.start(X, y)
    with pytest.raises(ValueError, match="1 slots, this training of 54 float64 and 2"):
        two.resume(one.snapshot())
    assert not two.training.job.slots.any()


@pytest.mark.parametrize("shuffle", [True, False])
@pytest.mark.parametrize(("n", "other_n"), [(23, 7), (7, 23)])
def test_a_snapshot_of_other_rows_is_refused(engine, shuffle, n, other_n):
    """Its order names rows that are not there, which compiled code would look for all the same."""
    trainer, other = make(engine=engine, shuffle=shuffle), make(engine=engine, shuffle=shuffle)
    trainer.start(*rows("cross_entropy", n=n))
    by_batches(trainer, 1)
    other.start(*rows("cross_entropy", n=other_n))
    before = outcome(other)
    message = f"the snapshot is of a training on {n} rows, this one is on {other_n}: start the trainer with the same"
    with pytest.raises(ValueError, match=message):
        other.restore(trainer.snapshot())
    assert outcome(other) == before


GENERATORS = {
    "Generator": np.random.default_rng(0),
    "Generator of another kind": np.random.Generator(np.random.MT19937(0)),
    "RandomState": np.random.RandomState(0),
}


@pytest.mark.parametrize(("one", "other"), list(itertools.permutations(GENERATORS, 2)))
def test_a_snapshot_of_another_kind_of_generator_changes_nothing(one, other):
    X, y = rows("cross_entropy")
    trainers = []
    for kind in (one, other):
        trainer = make()
        trainer.rng = copy.deepcopy(GENERATORS[kind])
        trainer.start(X, y)
        trainers.append(trainer)
    by_batches(trainers[0], 3)
    before = outcome(trainers[1])
    message = "the snapshot was taken with another kind of random generator: give the trainer the same"
    with pytest.raises(ValueError, match=message):
        trainers[1].restore(trainers[0].snapshot())
    assert outcome(trainers[1]) == before


# -- taken in callbacks ------------------------------------------------------------------------------------------------


class Keep(Callback):
    """Takes a snapshot at each such event."""

    def __init__(self, event):
        self.snapshots = []
        setattr(self, f"on_{event}", lambda trainer: self.snapshots.append(trainer.snapshot()))


# event, which of its snapshots, and whether training ends by patience in its second epoch
TAKEN = [
    ("batch_end", 0, False),
    ("batch_end", 5, False),
    pytest.param("batch_end", 3, False),
    pytest.param("batch_end", 15, False),
    ("epoch_end", 0, False),
    ("epoch_end", 2, False),
    pytest.param("epoch_end", 3, False),
    ("epoch_end", 0, True),
    pytest.param("epoch_end", 1, True),
    ("finish", 0, False),
    ("finish", 0, True),
]


@pytest.mark.parametrize("how", ["run", "run_epoch", "run_batch"])
@pytest.mark.parametrize(("event", "which", "impatient"), TAKEN)
def test_what_follows_a_snapshot_taken_in_a_callback_is_the_same_too(event, which, impatient, how):
    X, y = rows("cross_entropy")
    settings = {"dropout": 0.3, "patience": 0 if impatient else None, "tolerance": 9.0}
    keep = Keep(event)
    uninterrupted = make(callbacks=[keep], **settings)
    uninterrupted.start(X, y)
    by_batches(uninterrupted)
    resumed = make(seed=99, **settings)
    resumed.start(X, y)
    resumed.restore(keep.snapshots[which])
    while resumed.stop_reason is None:
        getattr(resumed, how)()
    assert outcome(resumed) == outcome(uninterrupted)


def test_stop_after_a_snapshot_of_an_epochs_end_is_at_once():
    keep = Keep("epoch_end")
    trainer = make(callbacks=[keep])
    trainer.fit(*rows("cross_entropy"))
    trainer.restore(keep.snapshots[1])
    trainer.stop("enough")
    assert trainer.stop_reason == "enough"
