"""The compiled engine in the middle of a training: exchanged, stopped, copied, cut into parts."""

import copy
import pickle

import numpy as np
import pytest

from clearprop import SCHEDULES, Network, Trainer
from clearprop.engines import CompiledEngine, NumpyEngine
from clearprop.engines.compiled import training

from ...strategies import targets_for
from .helpers import difference

RNG = np.random.default_rng(0)
X, Y = RNG.normal(size=(45, 4)), targets_for("cross_entropy", RNG, 45, 3)


def make(engine, **settings):
    network = Network([4, 12, 7, 3], ["tanh", "silu"], loss="cross_entropy", rng=1)
    merged = {"dropout": 0.2, "batch_size": 8, "epochs": 6, "patience": None, "learning_rate": 0.02, **settings}
    trainer = Trainer(network, engine=engine, rng=0, **merged)
    trainer.start(X, Y)
    return trainer


def outcome(trainer):
    kept = trainer.snapshot()
    return kept.parameters.tobytes(), kept.slots.tobytes(), kept.step, kept.records, repr(kept.generator)


@pytest.mark.parametrize("schedule", SCHEDULES)
@pytest.mark.parametrize("optimizer", ["nesterov", "amsgrad"])
def test_engines_exchanged_half_way(optimizer, schedule):
    """NumPy, compiled, NumPy, each for 13 batches of 6 an epoch: to rounding as by NumPy alone."""
    alone = make(NumpyEngine(), optimizer=optimizer, schedule=schedule)
    alone.run()
    snapshot = None
    for engine in (NumpyEngine(), CompiledEngine(), NumpyEngine()):
        trainer = make(engine, optimizer=optimizer, schedule=schedule)
        if snapshot is not None:
            trainer.rng.random(5)  # which restoring puts right
            trainer.restore(pickle.loads(pickle.dumps(snapshot)))
        taken = 0
        while trainer.stop_reason is None and taken < 13:
            trainer.run_batch()
            taken += 1
        snapshot = trainer.snapshot()
    assert trainer.stop_reason == alone.stop_reason == "all 6 epochs done"
    assert snapshot.step == alone.snapshot().step == 36
    assert difference(trainer.network.parameters, alone.network.parameters) <= 1e-12
    for one, other in zip(snapshot.slots, alone.snapshot().slots, strict=True):
        assert difference(one, other) <= 1e-12
    assert difference(trainer.history.loss, alone.history.loss) <= 1e-12
    assert difference(trainer.history.gradient_norm, alone.history.gradient_norm) <= 1e-12
    assert trainer.history.rate == alone.history.rate
    assert trainer.rng.random() == alone.rng.random()


@pytest.mark.parametrize("threads", [1, 2])
def test_batch_by_batch_is_all_at_once(threads):
    whole = make(CompiledEngine(threads), l1=0.01, l2=0.1, clip_norm=1.0)
    whole.run()
    parts = make(CompiledEngine(threads), l1=0.01, l2=0.1, clip_norm=1.0)
    for epoch in range(6):
        for _ in range(epoch):
            parts.run_batch()
        parts.run_epoch()
    assert outcome(parts) == outcome(whole)


def test_masks_drawn_in_parts_are_those_drawn_at_once(monkeypatch):
    """So that the masks of a long run need no more memory than those of some batches."""
    whole, parts = make(CompiledEngine()), make(CompiledEngine())
    whole.run()
    monkeypatch.setattr(training, "MASK_NUMBERS", 2 * 8 * (12 + 7))
    drawn, draw_of = [], training.CompiledTraining._draw

    def draw(self, stretch, masks):
        drawn.append(stretch.stop - stretch.start)
        draw_of(self, stretch, masks)

    monkeypatch.setattr(training.CompiledTraining, "_draw", draw)
    parts.run()
    assert outcome(parts) == outcome(whole)
    assert drawn == [16, 16, 13] * 6


def test_going_back_to_a_snapshot():
    trainer = make(CompiledEngine())
    for _ in range(8):
        trainer.run_batch()
    snapshot, ends = trainer.snapshot(), []
    for _ in range(3):
        trainer.run()
        ends.append(outcome(trainer))
        trainer.restore(snapshot)
        assert trainer.snapshot().step == 8
    assert ends[0] == ends[1] == ends[2]
    other = make(CompiledEngine())
    other.run()
    assert outcome(other) == ends[0]


@pytest.mark.parametrize("copied", [copy.deepcopy, lambda trainer: pickle.loads(pickle.dumps(trainer))])
@pytest.mark.parametrize("engine", [NumpyEngine, CompiledEngine])
def test_a_copy_of_a_trainer_goes_on_by_itself(engine, copied):
    trainer = make(engine())
    for _ in range(8):
        trainer.run_batch()
    twin = copied(trainer)
    at_the_copy = outcome(twin)
    trainer.run()
    assert outcome(twin) == at_the_copy
    twin.run()
    assert outcome(twin) == outcome(trainer)


def test_an_engine_for_one_training_after_another():
    engine = CompiledEngine()
    results = []
    for _ in range(2):
        trainer, other = make(engine), make(engine, optimizer="sgd", dropout=0.0)
        for each in (trainer, other, trainer, other):
            each.run_epoch()
        results.append((outcome(trainer), outcome(other)))
    alone = make(CompiledEngine())
    alone.run_epoch()
    alone.run_epoch()
    assert results[0] == results[1]
    assert results[0][0] == outcome(alone)


def test_parameters_changed_from_outside():
    """What a user writes into the parameters between epochs is where the next epoch begins."""
    trainers = [make(engine) for engine in (CompiledEngine(), NumpyEngine())]
    for trainer in trainers:
        trainer.run_epoch()
        trainer.network.weights[0] *= 0.5
        trainer.network.biases[1] = 0.25
        trainer.run_epoch()
    one, other = trainers
    assert difference(one.network.parameters, other.network.parameters) <= 1e-12
