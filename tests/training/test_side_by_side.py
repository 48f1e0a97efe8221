"""Trainings side by side come to the bits of one after the other; whatever ends one ends all, soon and resumably."""

import _thread
import os
import signal
import subprocess
import sys
import threading
import time
import warnings
from itertools import count
from pathlib import Path

import numpy as np
import pytest

import clearprop
from clearprop import INITIALIZERS, OPTIMIZERS, Callback, DivergenceError, Network, Trainer
from clearprop.engines import ENGINES, NumpyEngine, blas, numpy_seconds
from clearprop.engines.compiled import threads, training
from clearprop.engines.compiled.jit import ENABLED
from clearprop.errors import TrainingWarning
from clearprop.training import side_by_side
from clearprop.training.side_by_side import run_side_by_side

from .helpers import Diary, make, outcome, rows

FOR_EVER = 10**9
DATA = rows("cross_entropy")
HELD_OUT = rows("cross_entropy", seed=1)


def started(number, data=DATA, validation=None, **settings):
    """A training that stands before its first batch, with a network and a seed of its own."""
    if settings.get("optimizer") == "lbfgs":
        settings |= {"learning_rate": None, "batch_size": None}
    trainer = make(seed=number, **settings)
    trainer.network.initialize([INITIALIZERS["glorot_uniform"]()] * 3, number)
    return trainer.start(*data, validation=validation)


def all_of(trainings):
    return [outcome(training) for training in trainings]


def one_by_one(trainings):
    for one in trainings:
        one.run()
    return all_of(trainings)


# -- the same numbers --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("case", ["plain", "dropout", "validated"])
@pytest.mark.parametrize("optimizer", [*OPTIMIZERS, "lbfgs"])
@pytest.mark.parametrize("name", [*ENGINES, "auto"])
def test_the_bits_are_those_of_one_after_the_other(name, optimizer, case):
    settings = {"dropout": 0.3} if case == "dropout" and optimizer != "lbfgs" else {}
    held_out = HELD_OUT if case == "validated" else None

    def some():
        return [
            started(number, validation=held_out, optimizer=optimizer, engine=name, **settings) for number in range(3)
        ]

    trainings = some()
    histories = run_side_by_side(trainings, workers=2)
    assert all_of(trainings) == one_by_one(some())
    assert [list(history) for history in histories] == [list(one.history) for one in trainings]
    assert len({one.network.parameters.tobytes() for one in trainings}) == 3


@pytest.mark.parametrize("workers", [1, 2, 3, 7])
def test_different_networks_settings_and_rows_in_one_run(workers):
    """A search: sizes, dtypes, engines, optimisers, batches, epochs and rows, each as it would be alone."""

    def some():
        found = []
        for number in range(12):
            dtype = "float32" if number % 3 else "float64"
            network = Network([3, 2 + number, 1], ["tanh", "relu"][number % 2], dtype=dtype, rng=number)
            trainer = Trainer(
                network,
                optimizer=[*OPTIMIZERS, "lbfgs"][number % 11],
                engine=[*ENGINES, "auto"][number % 3],
                batch_size=None if number % 11 == 10 else 4 + number,
                epochs=3 + number,
                patience=1 if number == 4 else None,
                tolerance=1e9 if number == 4 else 1e-4,
                l2=0.01 * number,
                rng=np.random.RandomState(number),
            )
            X, y = rows(seed=number, n=20 + number, k=1)
            found.append(trainer.start(X, y, np.arange(1.0, 21 + number) if number % 2 else None))
        return found

    trainings = some()
    run_side_by_side(trainings, workers)
    assert all_of(trainings) == one_by_one(some())
    assert trainings[4].stop_reason.startswith("no gain")


def test_no_trainings_and_trainings_that_have_ended():
    assert run_side_by_side([]) == []
    trainings = [started(0), started(1)]
    trainings[0].run()
    before = outcome(trainings[0])
    histories = run_side_by_side(trainings, workers=2)
    assert [len(history) for history in histories] == [4, 4]
    assert outcome(trainings[0]) == before


# -- workers -----------------------------------------------------------------------------------------------------------


class Watcher(Callback):
    """Notes in which threads, and how many at a time, it was told."""

    def __init__(self, on_epoch=lambda training: None):
        self.threads, self.inside, self.most = set(), 0, 0
        self.on_epoch = on_epoch

    def on_epoch_end(self, training):
        self.inside += 1
        self.most = max(self.most, self.inside)
        self.threads.add(threading.get_ident())
        self.on_epoch(training)
        self.inside -= 1


def test_one_worker_is_the_thread_that_calls(monkeypatch):
    monkeypatch.setattr(_thread, "start_new_thread", None)
    watcher = Watcher()
    run_side_by_side([started(number, callbacks=[watcher], engine="numpy") for number in range(3)], workers=1)
    assert watcher.threads == {threading.get_ident()}


def test_omp_num_threads_is_obeyed(monkeypatch):
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    watcher = Watcher()
    run_side_by_side([started(number, callbacks=[watcher]) for number in range(3)])
    assert watcher.threads == {threading.get_ident()}


def test_workers_are_other_threads_each_with_one_processor_and_one_blas_thread():
    meeting = threading.Barrier(2)  # nobody comes past it before two train at the same time
    seen = []

    def metric(loss, y, outputs, weight):
        if len(seen) < 2:
            seen.append((threading.get_ident(), threads.available(), len(blas._within)))
            meeting.wait(60)
        return 0.0

    trainings = [started(number, metric=metric, engine="numpy") for number in range(2)]
    run_side_by_side(trainings, workers=2)
    assert len({ident for ident, *_ in seen} - {threading.get_ident()}) == 2
    assert {tuple(rest) for _, *rest in seen} == {(1, 1)}
    assert blas._within == []


def test_the_callers_context_is_the_workers():
    found = []
    trainings = [
        started(number, metric=lambda *given: found.append(np.geterr()["under"]) or 0.0, engine="numpy")
        for number in range(2)
    ]
    for one in trainings:  # what evaluates ignores errors of its own accord: it is asked for outside of that
        one.settings.monitor = lambda record: found.append(np.geterr()["under"]) or 0.0
        one.state.patience.monitor = one.settings.monitor
    with np.errstate(under="warn"):
        run_side_by_side(trainings, workers=2)
    assert "warn" in found


def test_callbacks_are_told_one_at_a_time():
    before = sys.getswitchinterval()
    watcher = Watcher(lambda training: time.sleep(0))
    sys.setswitchinterval(1e-6)
    try:
        run_side_by_side(
            [started(number, callbacks=[watcher], epochs=200, engine="numpy") for number in range(3)], workers=3
        )
    finally:
        sys.setswitchinterval(before)
    assert (watcher.most, watcher.inside) == (1, 0)


def test_callbacks_are_told_all_of_it_in_order():
    diaries = [Diary() for _ in range(3)]
    trainings = [started(number, callbacks=[diary]) for number, diary in enumerate(diaries)]
    run_side_by_side(trainings, workers=2)
    for diary in diaries:
        assert diary.events == ["start", *["epoch"] * 4, "finish"]


def test_a_callback_stops_its_own_training_only():
    def stops(training):
        if len(training.history) == 2 and training.batch_size == 5:
            training.stop("enough")

    trainings = [started(number, callbacks=[Watcher(stops)], batch_size=4 + number) for number in range(3)]
    run_side_by_side(trainings, workers=2)
    assert [len(one.history) for one in trainings] == [4, 2, 4]
    assert [one.stop_reason for one in trainings] == ["all 4 epochs done", "enough", "all 4 epochs done"]


# -- the pieces of work ------------------------------------------------------------------------------------------------


class Broken(BaseException):
    pass


def breaks(times):
    asked = count(1)

    def on_piece():
        if next(asked) == times:
            raise Broken

    return on_piece


@pytest.mark.parametrize("times", [1, 2, 3, 4, 5, 8])
@pytest.mark.parametrize("dropout", [0.0, 0.3])
@pytest.mark.parametrize("name", [*ENGINES, "auto"])
def test_a_training_is_broken_off_between_pieces_of_an_epoch(name, dropout, times, monkeypatch):
    """And stands where it did after the last epoch that was judged, to go on from there."""
    monkeypatch.setattr(training, "AT_ONCE", 0.0)  # a piece a batch
    given = {"engine": name, "dropout": dropout, "callbacks": [Diary()]}
    whole = started(0, validation=HELD_OUT, **given)
    whole.run()
    broken = started(0, validation=HELD_OUT, **given)
    with pytest.raises(Broken), broken.beside_others(breaks(times), threading.RLock()):
        broken.run()
    assert broken.stop_reason is None
    assert len(broken.history) == (times - 1) // 6  # one at the epoch's beginning, one a batch, one where it is judged
    broken.run()
    assert outcome(broken) == outcome(whole)


@pytest.mark.parametrize("times", [1, 2, 5, 7])
def test_lbfgs_is_broken_off_between_evaluations(times):
    whole, broken = started(0, optimizer="lbfgs", epochs=6), started(0, optimizer="lbfgs", epochs=6)
    whole.run()
    with pytest.raises(Broken), broken.beside_others(breaks(times), threading.RLock()):
        broken.run()
    epochs = len(broken.history)
    assert 0 <= epochs < 6
    assert broken.stop_reason is None
    assert list(broken.history) == list(whole.history)[:epochs]
    broken.run()
    assert broken.stop_reason is not None


# -- what ends one ends all --------------------------------------------------------------------------------------------


def bare_threads():
    """How many threads no `Thread` runs: ours are such, those of other tests' clusters and browsers are not."""
    of_others = [one for one in threading.enumerate() if not isinstance(one, threading._DummyThread)]
    return _thread._count() - (len(of_others) - 1)  # the main thread is not counted


def no_more_threads_than(before):
    """Wait until the threads that have let go are gone, too."""
    while bare_threads() > before:
        time.sleep(0)
    return True


def assert_stands_at_its_last_epoch(one, twin):
    """The network is that of a training of as many epochs as were judged, and it goes on as if nothing had been."""
    assert one.stop_reason is None
    epochs = len(one.history)
    while len(twin.history) < epochs:
        twin.run_epoch()
    assert twin.network.parameters.tobytes() == one.network.parameters.tobytes()
    one.epochs = twin.epochs = epochs + 2
    one.run()
    twin.run()
    assert outcome(one) == outcome(twin)


@pytest.mark.parametrize("workers", [1, 2, 3])
@pytest.mark.parametrize(
    "error", [KeyError("mine"), KeyboardInterrupt(), SystemExit(3)], ids=lambda e: type(e).__name__
)
def test_an_error_in_a_callback_ends_all_and_says_whose_it_was(engine, error, workers):
    def fails(training):
        if len(training.history) == 3:
            training.settings.callbacks = []
            raise error

    def some(callbacks=()):
        return [
            started(number, engine=engine, epochs=FOR_EVER, callbacks=callbacks if number == 1 else [Diary()])
            for number in range(3)
        ]

    before = bare_threads()
    trainings = some([Watcher(fails)])
    if workers == 1:
        trainings[0].epochs = 5  # else the second would never come
    with pytest.raises(type(error)) as caught:
        run_side_by_side(trainings, workers)
    assert no_more_threads_than(before)
    assert caught.value is error
    assert error.__notes__[-1] == "This was training 2 of 3 that were trained side by side."
    assert len(trainings[1].history) == 3
    if workers == 1:
        assert trainings[0].stop_reason == "all 5 epochs done"
        assert len(trainings[2].history) == 0
    for one, twin in zip(trainings, some([Diary()]), strict=True):
        if one.stop_reason is None:
            assert_stands_at_its_last_epoch(one, twin)


@pytest.mark.parametrize("workers", [1, 2])
def test_a_training_that_diverges_ends_the_others(engine, workers):
    def some():
        found = [started(number, engine=engine, epochs=FOR_EVER, callbacks=[Diary()]) for number in range(2)]
        bad = started(2, engine=engine, epochs=FOR_EVER, optimizer="sgd", learning_rate=1e200)
        return [bad, *found] if workers == 1 else [found[0], bad, found[1]]

    trainings = some()
    with pytest.raises(DivergenceError) as caught:
        run_side_by_side(trainings, workers)
    number = 1 if workers == 1 else 2
    assert caught.value.__notes__ == [f"This was training {number} of 3 that were trained side by side."]
    bad = trainings[number - 1]
    assert bad.stop_reason.startswith("diverged in epoch")
    assert np.isfinite(bad.network.parameters).all()
    for one, twin in zip(trainings, some(), strict=True):
        if one is not bad:
            assert_stands_at_its_last_epoch(one, twin)


def test_they_are_gone_on_with_together():
    def fails(training):
        if len(training.history) == 2:
            training.settings.callbacks = []
            raise KeyError

    trainings = [started(number, epochs=9, callbacks=[Watcher(fails)]) for number in range(4)]
    for _ in trainings:
        with pytest.raises(KeyError):
            run_side_by_side(trainings, workers=1)
    run_side_by_side(trainings, workers=2)
    assert all_of(trainings) == one_by_one([started(number, epochs=9) for number in range(4)])


def test_an_interrupt_that_a_thread_asks_for_ends_all(engine):
    """As Ctrl-C does on Windows, and Jupyter there: nothing wakes the thread that waits but its own looking around."""

    def asks(training):
        if len(training.history) == 2:
            training.settings.callbacks = [Diary()]
            if training.batch_size == 7:
                _thread.interrupt_main()

    def some(callbacks):
        return [
            started(number, engine=engine, epochs=FOR_EVER, batch_size=7 - number, callbacks=callbacks)
            for number in range(3)
        ]

    before = bare_threads()
    trainings = some([Watcher(asks)])
    with pytest.raises(KeyboardInterrupt):
        run_side_by_side(trainings, workers=2)
    assert no_more_threads_than(before)
    assert len(trainings[0].history) >= 2
    for one, twin in zip(trainings, some([Diary()]), strict=True):
        assert_stands_at_its_last_epoch(one, twin)


CHILD = """
import _thread, sys, threading, time
import numpy as np
from clearprop import Activation, Callback, Ensemble, EnsembleTrainer, Network
from clearprop.engines import blas

engine, where = sys.argv[1:]
rng = np.random.default_rng(0)
n = 20_000 if where == "within an epoch" else 40
X, y = rng.normal(size=(n, 3)), rng.integers(2, size=n)

def say():
    print("ready", flush=True)

class Counted(Activation):
    name = "counted"
    calls = 0
    def value(self, z, out=None):
        Counted.calls += 1
        if Counted.calls == 3_000:
            say()
        return np.tanh(z, out=out)
    def slope(self, z, a):
        return 1 - a * a

class Says(Callback):
    reads_history_only = True
    told = 0
    def on_epoch_end(self, training):
        Says.told += 1
        if Says.told == 30:
            say()

within = where == "within an epoch"
activation = Counted() if within and engine == "numpy" else "tanh"
ensemble = Ensemble([Network([3, 5, 2], activation, loss="cross_entropy", rng=seed) for seed in range(4)])
start = ensemble.parameters.copy()
trainer = EnsembleTrainer(ensemble, workers=2, engine=engine, epochs=10**9, patience=None, rng=0,
                          batch_size=1 if within else 20, callbacks=[] if within else [Says()])
threads = _thread._count()
try:
    trainer.fit(X, y)
except KeyboardInterrupt:
    while _thread._count() > threads:
        time.sleep(0)
    judged = [len(training.history) for training in trainer.trainings]
    assert all(training.stop_reason is None for training in trainer.trainings)
    assert not blas._within
    if within:
        assert judged == [0, 0, 0, 0], judged
        assert (ensemble.parameters == start).all()
    else:
        assert sum(judged) >= 30, judged
        for training in trainer.trainings:
            training.epochs = len(training.history) + 2
        assert [len(history) - before for history, before in zip(trainer.run(), judged)] == [2] * 4
    print("ended", flush=True)
"""


@pytest.mark.skipif(os.name == "nt", reason="signals are POSIX's")
@pytest.mark.parametrize("where", ["after some epochs", "within an epoch"])
@pytest.mark.parametrize("name", ENGINES)
def test_ctrl_c_ends_all_threads_soon(name, where):
    if (name, where) == ("compiled", "within an epoch"):
        pytest.skip("nothing there tells when it is within one: see the pieces of work above")
    path = os.pathsep.join([str(Path(clearprop.__file__).parents[1]), os.environ.get("PYTHONPATH", "")])
    child = subprocess.Popen(
        [sys.executable, "-W", "error", "-c", CHILD, name, where],
        env={**os.environ, "PYTHONPATH": path}, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        assert child.stdout.readline() == "ready\n", child.stderr.read()
        child.send_signal(signal.SIGINT)
        out, error = child.communicate(timeout=120)
    finally:
        child.kill()
    assert (out, error, child.returncode) == ("ended\n", "", 0)


# -- warnings and refusals ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("workers", [1, 2])
def test_warnings_stand_at_the_callers_line_with_whose_they_are(workers):
    def some(epochs):
        """Trainings whose schedule has ended, all or some of them."""
        found = [started(number, schedule="cosine", epochs=epochs[number], engine="numpy") for number in range(3)]
        for one in found:
            one.run()
            one.epochs += 1
            one.resume(one.snapshot())
            one.job.step = 4 * one.epochs  # the end of all that is planned
        return found

    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        run_side_by_side(some([3, 3, 3]), workers)
    (warning,) = caught
    assert warning.filename == __file__
    assert warning.category is TrainingWarning
    assert str(warning.message).startswith("the schedule 'cosine' was planned for 16 steps")
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        run_side_by_side(some([3, 4, 3]), workers)
    assert [str(warning.message).partition(": ")[0] for warning in caught] == ["training 1, 3 of 3", "training 2 of 3"]


def test_a_warning_that_is_an_error_comes_after_the_trainings():
    trainings = [started(number, engine="numpy", schedule="cosine") for number in range(2)]
    for one in trainings:
        one.job.step = 16
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(TrainingWarning):
            run_side_by_side(trainings, workers=2)
    assert [one.stop_reason for one in trainings] == ["all 4 epochs done"] * 2


@pytest.mark.parametrize("what", ["network", "rng", "engine"])
def test_trainings_that_share_what_they_change_are_refused(what):
    shared = {"network": Network([3, 5, 2], rng=0), "rng": np.random.default_rng(0), "engine": NumpyEngine()}[what]
    X, y = rows()

    def one(number):
        settings = {"network": Network([3, 5, 2], rng=number), "rng": number, "engine": "numpy"} | {what: shared}
        return Trainer(settings.pop("network"), epochs=2, **settings).start(X, y)

    own = Trainer(Network([3, 5, 2], rng=9), epochs=2, rng=9).start(X, y)
    trainings = [one(0), own, one(1)]
    with pytest.raises(ValueError, match=f"trainings 1 and 3 share one {'generator' if what == 'rng' else what}"):
        run_side_by_side(trainings)


@pytest.mark.parametrize("workers", [0, -1, 2.5, "two"])
def test_workers_that_are_no_number_are_refused(workers):
    with pytest.raises((TypeError, ValueError), match="workers"):
        run_side_by_side([started(0), started(1)], workers)


@pytest.mark.skipif(not ENABLED, reason="one worker is all there is")
def test_default_workers_are_the_processors_that_may_be_used(monkeypatch):
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: range(3), raising=False)
    monkeypatch.setattr(side_by_side, "STEP", 0.0)
    meeting, passed = threading.Barrier(3), []

    def metric(loss, y, outputs, weight):
        if not passed:
            meeting.wait(60)  # which three workers come to, or none passes
            passed.append(True)
        return 0.0

    run_side_by_side([started(number, metric=metric, epochs=1, engine="numpy") for number in range(3)])
    assert passed


@pytest.mark.skipif(not ENABLED, reason="one worker is all there is")
@pytest.mark.parametrize(
    ("engine", "constant", "seconds"),
    [
        ("numpy", "STEP", lambda step: step),
        ("compiled", "CALL", lambda step: 4 * step),  # twenty rows by fives, one epoch of which is looked at
    ],
)
@pytest.mark.parametrize(("worth", "threads"), [(1.01, 0), (1.0, 2)])
def test_what_takes_no_longer_than_asking_for_the_lock_has_no_worker(
    engine, constant, seconds, worth, threads, monkeypatch
):
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: range(2), raising=False)
    networks = [Network([3, 4, 1], rng=number) for number in range(2)]
    monkeypatch.setattr(side_by_side, constant, worth * seconds(numpy_seconds(networks[0], 5)))
    X, y = np.random.default_rng(0).normal(size=(20, 3)), np.zeros(20)
    by = set()

    def metric(loss, y, outputs, weight):
        by.add(threading.get_ident())
        return 0.0

    run_side_by_side(
        [
            Trainer(network, batch_size=5, epochs=30, metric=metric, engine=engine, patience=None, rng=0).start(X, y)
            for network in networks
        ]
    )
    assert (threading.get_ident() in by) == (threads == 0)
