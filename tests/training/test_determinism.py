"""The same bit for bit: by the batch, by the epoch, all at once, and with the same seed."""

import copy

import numpy as np
import pytest

from clearprop import OPTIMIZERS, Trainer

from .helpers import KINDS, by_batches, make, outcome, rows, state_of


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", OPTIMIZERS)
def test_batch_by_batch_is_epoch_by_epoch_is_fit(name, kind, engine):
    X, y = rows("cross_entropy")
    held = rows("cross_entropy", seed=1)
    settings = {"schedule": "one_cycle", "l1": 0.01, "l2": 0.1, "clip_norm": 1.0, "metric": "accuracy"}
    weight = np.random.default_rng(0).uniform(size=23)
    trainers = [make(name, 0.25, kind, engine, **settings) for _ in range(3)]
    trainers[0].fit(X, y, weight, held)
    trainers[1].start(X, y, weight, held)
    while trainers[1].stop_reason is None:
        assert trainers[1].run_epoch() == trainers[1].history[-1]
    trainers[2].start(X, y, weight, held)
    ends = [trainers[2].run_batch() for _ in range(16)]
    assert ends == [False, False, False, True] * 4
    assert outcome(trainers[0]) == outcome(trainers[1]) == outcome(trainers[2])
    assert trainers[0].stop_reason == "all 4 epochs done"
    assert trainers[0].network.parameters.tobytes() == trainers[2].network.parameters.tobytes()


def test_single_batches_and_whole_epochs_can_be_mixed(engine):
    """Sums too: (a + b) + (c + d) is not ((a + b) + c) + d, so that batches are to be added one by one."""
    X, y = rows("cross_entropy", n=40)
    whole, mixed = (make(engine=engine, dropout=0.3, batch_size=3, epochs=12) for _ in range(2))
    whole.fit(X, y)
    mixed.start(X, y)
    for epoch in range(12):
        by_batches(mixed, epoch % 5 + 1)
        mixed.run_epoch()
    assert mixed.network.parameters.tobytes() == whole.network.parameters.tobytes()
    assert outcome(mixed) == outcome(whole)


def test_several_batches_at_once_are_as_many_single_ones_and_end_with_their_epoch(engine):
    X, y = rows("cross_entropy", n=40)
    single, several = (make(engine=engine, dropout=0.3, batch_size=3, epochs=12).start(X, y) for _ in range(2))
    ended = [several.run_batches(count) for count in (5, 1, 100, 14)]
    assert ended == [False, False, True, True]
    while single.state.epoch < 2:
        single.run_batch()
    assert several.network.parameters.tobytes() == single.network.parameters.tobytes()
    assert several.history.records == single.history.records


def test_same_seed_same_training_another_seed_another(engine):
    X, y = rows("cross_entropy")
    trainers = [make(dropout=0.2, seed=seed, engine=engine) for seed in (3, 3, 4)]
    for trainer in trainers:
        trainer.fit(X, y)
    assert outcome(trainers[0]) == outcome(trainers[1])
    assert outcome(trainers[0])[0] != outcome(trainers[2])[0]
    # without shuffling and dropout nothing is drawn
    trainers = [make(shuffle=False, seed=seed, engine=engine) for seed in (3, 4)]
    before = [state_of(trainer.rng) for trainer in trainers]
    for trainer in trainers:
        trainer.fit(X, y)
    assert outcome(trainers[0])[:4] == outcome(trainers[1])[:4]
    assert [state_of(trainer.rng) for trainer in trainers] == before


def test_training_goes_on_from_where_the_network_is():
    """A second fit begins with the present parameters, with new slots and a new history."""
    X, y = rows("cross_entropy")
    one, other = make(), make()
    one.fit(X, y)
    state = copy.deepcopy(one.rng)
    one.fit(X, y)
    other.fit(X, y)
    second = Trainer(other.network, epochs=4, batch_size=7, patience=None, learning_rate=0.02, rng=state)
    second.fit(X, y)
    assert one.network.parameters.tobytes() == other.network.parameters.tobytes()
    assert list(one.history) == list(second.history)
    assert len(one.history) == 4
