"""Whatever ends a training, the best parameters stay where they are wanted; and it can be gone on with all the same."""

import pickle

import numpy as np
import pytest

from clearprop import Callback, Network, Trainer
from clearprop.engines import resolve_engine

from .helpers import ONE_ROW, Diary, Script, by_batches, make, outcome, rows

BIASES = [3.0, 2.0, 1.0, 2.5, 4.0, 5.0, 0.5, 3.0]  # validation losses b²/2: the third epoch is best, then the seventh


class Raises:
    """Passes on what it is asked, but raises the so-many-th time."""

    def __init__(self, count, error, function=lambda *given: None):
        self.left, self.error, self.function = count, error, function

    def __call__(self, *given):
        self.left -= 1
        if self.left == 0:
            raise self.error
        return self.function(*given)


class RaisingEngine:
    """Takes some of the steps that it is to take, and raises, the so-many-th time that it is to run."""

    name = "raising"

    def __init__(self, engine, count, error):
        self.engine, self.left, self.error = engine, count, error

    def run(self, job, rows, stretch):
        self.left -= 1
        if self.left == 0:
            first = next(stretch.between(0, max(1, stretch.n_batches - 1), job.settings.batch_size))
            self.engine.run(job, rows, first)
            raise self.error
        self.engine.run(job, rows, stretch)


def interrupted(who, count, error, how="run", **settings):
    """A trainer whose epochs have these biases, that was interrupted; and one that was not."""

    def made(looks):
        callback = Callback()
        more = {"callback": {}, "metric": {"metric": looks}, "monitor": {"monitor": looks}, "engine": {}}[who]
        if who == "callback":
            callback.on_epoch_end = looks
        engine = Script([1.0] * 8, BIASES)
        trainer = Trainer(
            Network([1, 1], initializer="zeros"), engine=engine, epochs=8, rng=0, callbacks=[callback],
            **{"patience": None} | more | settings,
        )  # fmt: skip
        trainer.start(*ONE_ROW, validation=ONE_ROW)
        return trainer

    function = {
        "callback": lambda trainer: None,
        "metric": lambda loss, y, outputs, weight: -float(np.abs(outputs).max()),
        "monitor": lambda record: record.validation_loss,
        "engine": None,
    }[who]
    whole, trainer = made(function), made(Raises(count, error, function))
    if who == "engine":
        trainer.engine.run = Raises(count, error, trainer.engine.run)
    with pytest.raises(type(error)):
        getattr(trainer, how)()
    whole.run()
    return trainer, whole


def bias(trainer):
    return float(trainer.network.biases[0][0])


@pytest.mark.parametrize(
    "error", [KeyboardInterrupt(), KeyError("mine"), SystemExit(1)], ids=lambda e: type(e).__name__
)
@pytest.mark.parametrize(("who", "epochs"), [("callback", 5), ("metric", 4), ("monitor", 4), ("engine", 4)])
def test_an_interruption_keeps_the_best_and_loses_no_epoch(who, epochs, error):
    trainer, whole = interrupted(who, 5, error)
    assert trainer.stop_reason is None
    assert len(trainer.history) == epochs
    assert bias(trainer) == 1.0
    assert trainer.best_epoch == 3
    assert trainer.history[trainer.best_epoch - 1].validation_loss == 0.5
    trainer.run()
    assert outcome(trainer) == outcome(whole)
    assert (bias(trainer), trainer.best_epoch) == (0.5, 7)


def test_without_keep_best_the_last_parameters_stay():
    trainer, _ = interrupted("callback", 5, KeyboardInterrupt(), keep_best=False)
    assert (bias(trainer), trainer.best_epoch) == (4.0, 3)


def test_before_any_epoch_was_judged_there_is_no_best():
    trainer, whole = interrupted("metric", 1, KeyboardInterrupt())
    assert (bias(trainer), trainer.best_epoch) == (3.0, None)
    trainer.run()
    assert outcome(trainer) == outcome(whole)


def test_on_finish_finds_the_best_in_place():
    seen = []

    class Looks(Callback):
        def on_finish(self, trainer):
            seen.append(bias(trainer))

    trainer, _ = interrupted("metric", 5, KeyError("mine"))
    trainer.callbacks = [Looks()]
    trainer.engine.run = Raises(1, KeyError("again"))
    with pytest.raises(KeyError, match="again"):
        trainer.run()
    assert seen == [1.0]


@pytest.mark.parametrize("how", ["run_epoch", "run_batch", "stop"])
def test_going_on_by_other_ways_than_run(how):
    trainer, whole = interrupted("callback", 5, KeyError("mine"))
    if how == "stop":
        trainer.stop("enough")
        assert (trainer.stop_reason, bias(trainer)) == ("enough", 1.0)
        assert trainer.snapshot().parameters.tolist() == [0.0, 1.0]
        return
    getattr(trainer, how)()
    assert bias(trainer) == 5.0  # the sixth, under way
    while trainer.stop_reason is None:
        getattr(trainer, how)()
    assert outcome(trainer) == outcome(whole)


def test_a_snapshot_of_an_interrupted_training_is_of_its_last_epoch():
    trainer, whole = interrupted("callback", 5, KeyError("mine"))
    snapshot = pickle.loads(pickle.dumps(trainer.snapshot()))
    assert snapshot.parameters.tolist() == [0.0, 4.0]
    assert bias(trainer) == 1.0
    trainer.run()
    trainer.restore(snapshot)
    assert bias(trainer) == 4.0
    trainer.engine.epoch = 5
    trainer.run()
    assert outcome(trainer) == outcome(whole)


def test_own_parameters_after_an_interruption_are_gone_on_with():
    trainer, _ = interrupted("callback", 5, KeyError("mine"))
    trainer.network.weights[0] = 7.0
    assert trainer.snapshot().parameters.tolist() == [7.0, 1.0]
    trainer.run_epoch()
    assert trainer.network.weights[0].item() == 7.0


def test_another_start_begins_at_what_is_shown():
    trainer, _ = interrupted("callback", 5, KeyError("mine"))
    trainer.start(*ONE_ROW)
    assert trainer.snapshot().parameters.tolist() == [0.0, 1.0]


# -- real trainings ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["Generator", "RandomState"])
@pytest.mark.parametrize("dropout", [0.0, 0.3])
@pytest.mark.parametrize("validated", [False, True])
@pytest.mark.parametrize("count", [1, 3])
def test_an_interruption_within_an_epoch_is_taken_back(count, validated, dropout, kind, engine):
    """Steps, sums, order and random numbers: what follows is the same, bit for bit."""
    X, y = rows("cross_entropy")
    held = rows("cross_entropy", seed=1) if validated else None
    given = {"dropout": dropout, "kind": kind, "callbacks": [Diary()]}
    whole = make(engine=engine, **given)
    whole.fit(X, y, validation=held)
    trainer = make(engine=RaisingEngine(resolve_engine(engine), count, KeyboardInterrupt()), **given)
    with pytest.raises(KeyboardInterrupt):
        trainer.fit(X, y, validation=held)
    assert len(trainer.history) == count - 1
    trainer.run()
    assert outcome(trainer) == outcome(whole)


def test_an_interruption_of_a_single_batch_is_taken_back(engine):
    X, y = rows("cross_entropy")
    whole = make(engine=engine)
    whole.fit(X, y)
    trainer = make(engine=RaisingEngine(resolve_engine(engine), 3, KeyboardInterrupt()))
    trainer.start(X, y)
    with pytest.raises(KeyboardInterrupt):
        by_batches(trainer)
    assert trainer.snapshot().step == 2
    by_batches(trainer)
    assert outcome(trainer) == outcome(whole)


@pytest.mark.parametrize("where", ["callback", "line search", "on_finish"])
def test_an_interruption_of_lbfgs_leaves_the_best_and_no_trial_step(where, monkeypatch):
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(40, 4)), rng.normal(size=40)
    network = Network([4, 20, 1], "tanh", rng=0)
    callback = Callback()
    if where == "callback":
        callback.on_epoch_end = Raises(50, KeyboardInterrupt())
    if where == "on_finish":
        callback.on_finish = Raises(1, KeyboardInterrupt())
    trainer = Trainer(network, optimizer="lbfgs", epochs=60, patience=None, callbacks=[callback], rng=0)
    if where == "line search":
        from clearprop.engines.whole_batch import WholeBatch

        monkeypatch.setattr(WholeBatch, "evaluate", Evaluated(WholeBatch.evaluate, 60))
    with pytest.raises(KeyboardInterrupt):
        trainer.fit(X[:25], y[:25], validation=(X[25:], y[25:]))
    losses = trainer.history.validation_loss
    assert trainer.best_epoch == int(np.argmin(losses)) + 1 < len(losses)
    assert network.loss(X[25:], y[25:]) == pytest.approx(min(losses), rel=1e-12)
    if where != "on_finish":
        trainer.restore(trainer.snapshot())
        assert network.loss(X[:25], y[:25]) == pytest.approx(trainer.history.loss[-1], rel=1e-12)


class Evaluated:
    """A method that is called, and then raises the so-many-th time."""

    def __init__(self, method, count):
        self.method, self.left = method, count

    def __get__(self, batch, kind):
        def evaluate():
            self.method(batch)
            self.left -= 1
            if self.left == 0:
                raise KeyboardInterrupt

        return evaluate
