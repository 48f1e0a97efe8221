"""Rows, trainers and ways to run them; an engine with losses from a script; callbacks that note or stop."""

from dataclasses import dataclass

import numpy as np

from clearprop import Callback, Network, Trainer
from clearprop.foundation.randomness import generator_state

from ..strategies import targets_for

KINDS = {"Generator": np.random.default_rng, "RandomState": np.random.RandomState}


def rows(loss="squared_error", seed=0, n=23, inputs=3, k=2):
    rng = np.random.default_rng([seed, 5])
    return rng.normal(size=(n, inputs)), targets_for(loss, rng, n, k)


def changed(array, index, value):
    array = np.array(array, dtype=float)
    array[index] = value
    return array


def make(optimizer="adam", dropout=0.0, kind="Generator", engine="numpy", seed=0, **settings):
    network = Network([3, 5, 4, 2], ["tanh", "relu"], loss="cross_entropy", rng=1)
    merged = {"epochs": 4, "batch_size": 7, "patience": None, "learning_rate": 0.02, **settings}
    return Trainer(network, optimizer=optimizer, dropout=dropout, rng=KINDS[kind](seed), engine=engine, **merged)


def state_of(rng):
    """The generator's state as something that can be compared."""
    return repr(generator_state(rng))


def outcome(trainer):
    """All that must be the same, bit for bit."""
    kept = trainer.snapshot()
    return (
        kept.parameters.tobytes(),
        kept.slots.tobytes(),
        kept.step,
        kept.records,
        state_of(trainer.rng),
        trainer.stop_reason,
    )


def by_batches(trainer, count=10**6):
    taken = 0
    while trainer.stop_reason is None and taken < count:
        trainer.run_batch()
        taken += 1
    return taken


ONE_ROW = (np.zeros((1, 1)), np.zeros(1))


@dataclass
class Script:
    """An engine whose epochs have the given losses; the network's one bias tells of the epoch."""

    losses: list
    biases: list | None = None
    name = "script"
    epoch = 0

    def run(self, job, rows, stretch):
        job.step += stretch.n_batches
        for epoch in range(len(stretch.progress)):
            job.network.biases[0][0] = self.biases[self.epoch] if self.biases else self.epoch + 1
            stretch.progress.add(epoch, self.losses[self.epoch], self.epoch + 1, stretch.stop - stretch.start)
            self.epoch += 1


def scripted(losses, biases=None, validation=None, network=None, **settings):
    network = network or Network([1, 1], initializer="zeros")
    trainer = Trainer(network, engine=Script(losses, biases), epochs=len(losses), rng=0, **settings)
    trainer.fit(*ONE_ROW, validation=validation)
    return trainer


class Diary(Callback):
    """Notes what it is told, how many epochs there are then, and why training has ended, if it has."""

    def __init__(self, name="", log=None):
        self.name, self.log = name, [] if log is None else log

    @property
    def events(self):
        return [event for _, event, *_ in self.log]

    def on_start(self, trainer):
        self.log.append((self.name, "start", len(trainer.history), trainer.stop_reason))

    def on_batch_end(self, trainer):
        self.log.append((self.name, "batch", len(trainer.history), trainer.stop_reason))

    def on_epoch_end(self, trainer):
        self.log.append((self.name, "epoch", len(trainer.history), trainer.stop_reason))

    def on_finish(self, trainer):
        self.log.append((self.name, "finish", len(trainer.history), trainer.stop_reason))


class StopAt(Callback):
    """Stops training at an event, when there are so many epochs."""

    def __init__(self, event, epochs=0, reason="enough"):
        self.event, self.epochs, self.reason = event, epochs, reason

    def _at(self, event, trainer):
        if event == self.event and len(trainer.history) == self.epochs:
            trainer.stop(self.reason)

    def on_start(self, trainer):
        self._at("start", trainer)

    def on_batch_end(self, trainer):
        self._at("batch", trainer)

    def on_epoch_end(self, trainer):
        self._at("epoch", trainer)

    def on_finish(self, trainer):
        self._at("finish", trainer)
