"""Several short epochs in one call of the engine come to the same, bit for bit, as one at a time."""

import functools
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from clearprop import SCHEDULES, Callback, DivergenceError, EpochRecord, MLPClassifier, MLPRegressor, Network, Trainer
from clearprop.engines import AutoEngine, Progress, Stretch, resolve_engine
from clearprop.training.stopping import Patience

from .helpers import KINDS, Diary, StopAt, make, outcome, rows


class Counts:
    """An engine that notes how many epochs it was given each time."""

    name = "counts"

    def __init__(self, engine="numpy"):
        self.engine, self.epochs = resolve_engine(engine), []

    def run(self, job, rows, stretch):
        self.epochs.append(len(stretch.progress))
        self.engine.run(job, rows, stretch)


def one_at_a_time(trainer, X, y, weight=None):
    trainer.start(X, y, weight)
    while trainer.stop_reason is None:
        trainer.run_epoch()


def together_and_apart(engine, weight=None, prepare=None, **settings):
    """Two trainers, one of which ran many epochs at a time; and how many in each of its runs."""
    X, y = rows("cross_entropy")
    counts = Counts(engine)
    together = make(engine=counts, **{"epochs": 60, **settings})
    together.fit(X, y, weight)
    apart = make(engine=engine, **{"epochs": 60, **settings})
    one_at_a_time(apart, X, y, weight)
    assert outcome(together) == outcome(apart)
    return together, counts.epochs


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("schedule", SCHEDULES)
def test_many_epochs_at_a_time_are_each_of_them(schedule, kind, engine):
    weight = np.random.default_rng(0).uniform(size=23)
    trainer, epochs = together_and_apart(engine, weight, kind=kind, schedule=schedule, clip_norm=0.5, l2=0.01)
    assert sum(epochs) == len(trainer.history) == 60
    assert len(epochs) < 15


def test_rows_as_they_come(engine):
    _, epochs = together_and_apart(engine, shuffle=False)
    assert len(epochs) < 15


@pytest.mark.parametrize("schedule", ["constant", "adaptive"])
def test_patience_ends_where_it_would_have_ended(schedule, engine):
    settings = {"patience": 3, "tolerance": 0.02, "schedule": schedule, "epochs": 200, "learning_rate": 0.3}
    trainer, epochs = together_and_apart(engine, **settings)
    assert trainer.stop_reason == "no gain of 0.02 or more in loss over 4 epochs"
    assert max(epochs) == 4
    assert len(trainer.history) < 200


@pytest.mark.parametrize("steps", [1, 7, 10, 41])
def test_the_engine_may_change_among_them(steps, monkeypatch):
    """Auto's NumPy steps end within an epoch, at its end, or within a later one."""
    monkeypatch.setattr("clearprop.engines.auto.steps_by_numpy", lambda job, n_rows: steps)
    trainer, epochs = together_and_apart("auto", epochs=30, batch_size=5)
    assert isinstance(trainer.engine.engine, AutoEngine)
    assert max(epochs) > 10


@pytest.mark.parametrize(
    "settings",
    [
        {"dropout": 0.1},
        {"metric": "accuracy"},
        {"keep_best": True},
        {"callbacks": [Callback()]},
        {"callbacks": [StopAt("epoch", 10**6)]},
    ],
    ids=lambda settings: next(iter(settings)),
)
def test_where_something_is_looked_at_or_drawn_in_between_it_is_one_at_a_time(settings, engine):
    _, epochs = together_and_apart(engine, epochs=5, **settings)
    assert epochs == [1] * 5


def test_long_epochs_are_run_one_at_a_time():
    rng = np.random.default_rng(0)
    counts = Counts()
    trainer = Trainer(Network([50, 300, 1], rng=0), epochs=2, batch_size=20, engine=counts, rng=0)
    trainer.fit(rng.normal(size=(8000, 50)), rng.normal(size=8000))
    assert counts.epochs == [1, 1]


def test_who_reads_the_history_only_is_told_of_each_epoch_in_turn():
    class Reads(Diary):
        reads_history_only = True

    diary = Reads()
    _, epochs = together_and_apart("numpy", epochs=12, callbacks=[diary])
    assert epochs == [12]
    told = [("", "start", 0, None), *(("", "epoch", count, None) for count in range(1, 13))]
    assert diary.log[:14] == [*told, ("", "finish", 12, "all 12 epochs done")]


class FailsOnce:
    """A function that fails the third time that it is called."""

    def __init__(self, function):
        self.function, self.calls = function, 0

    def __call__(self, *arguments):
        self.calls += 1
        if self.calls == 3:
            raise InterruptedError
        return self.function(*arguments)


@pytest.mark.parametrize(("who", "judged"), [("callback", 13), ("monitor", 0), ("metric", 2)])
def test_training_goes_on_after_who_looks_at_the_epochs_has_failed(who, judged, engine):
    """All epochs that were run count, each once, however many of them were run together."""
    looks = {
        "callback": lambda trainer: None,
        "monitor": lambda record: record.loss,
        "metric": lambda loss, y, outputs, weight: float(outputs[:, 0].min()),
    }
    trainers = []
    for look in (looks[who], FailsOnce(looks[who])):
        callback, settings = Callback(), {} if who == "callback" else {who: look}
        callback.reads_history_only = True
        if who == "callback":
            callback.on_epoch_end = look
        trainers.append(make(epochs=30, patience=12, engine=engine, callbacks=[callback], **settings))
    whole, trainer = trainers
    whole.fit(*rows("cross_entropy"))
    with pytest.raises(InterruptedError):
        trainer.fit(*rows("cross_entropy"))
    assert len(trainer.history) == judged
    trainer.run()
    assert outcome(trainer) == outcome(whole)
    assert [record.epoch for record in trainer.history] == list(range(1, 31))


def test_who_reads_the_history_sees_it_end_with_the_epoch_that_is_told_of():
    class Reads(Callback):
        reads_history_only = True
        seen = ()

        def on_epoch_end(self, trainer):
            self.seen = (*self.seen, trainer.history[-1])

    reads = [Reads(), Reads()]
    trainer = make(callbacks=reads, engine=(counts := Counts()))
    trainer.fit(*rows("cross_entropy"))
    assert counts.epochs == [4]
    assert [record.epoch for record in trainer.history] == [1, 2, 3, 4]
    assert reads[0].seen == reads[1].seen == tuple(trainer.history)


def test_the_middle_of_an_epoch_is_ended_first(engine):
    X, y = rows("cross_entropy")
    whole, broken = make(engine=engine, epochs=9), make(engine=(counts := Counts(engine)), epochs=9)
    whole.fit(X, y)
    broken.start(X, y)
    broken.run_batch()
    broken.run()
    assert outcome(broken) == outcome(whole)
    assert counts.epochs == [1, 1, 8]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("shuffle", [True, False])
def test_divergence_among_them(shuffle, kind, engine):
    """Same error, records, parameters and generator, though the orders of later epochs had been drawn."""
    X, y = np.linspace(-1, 1, 8)[:, None] * 1e10, np.linspace(-1, 1, 8)
    errors, ends, counts = [], [], Counts(engine)
    for chosen, together in ((counts, True), (engine, False)):
        trainer = Trainer(
            Network([1, 1], initializer="zeros"),
            **{"optimizer": "sgd", "learning_rate": 1.0, "batch_size": 3, "epochs": 50, "patience": None},
            **{"shuffle": shuffle, "engine": chosen, "rng": KINDS[kind](0)},
        )
        fit = trainer.fit if together else functools.partial(one_at_a_time, trainer)
        with pytest.raises(DivergenceError) as caught:
            fit(X, y)
        errors.append((str(caught.value), caught.value.epoch, caught.value.batch, caught.value.layer))
        ends.append(outcome(trainer))
    assert errors[0] == errors[1]
    assert ends[0] == ends[1]
    assert errors[0][1] > 2
    assert counts.epochs == [50]


@pytest.mark.filterwarnings("ignore:Stochastic Optimizer")
@pytest.mark.parametrize("kind", [MLPClassifier, MLPRegressor])
def test_estimators_run_short_epochs_together_unless_someone_is_shown_them(kind, capsys):
    X, y = rows("squared_error", n=40)
    y = (y[:, 0] > 0).astype(int) if kind is MLPClassifier else y
    fitted = []
    for verbose in (False, True):
        counts = Counts()
        settings = {"max_iter": 20, "n_iter_no_change": 20, "hidden_layer_sizes": (4,), "random_state": 0}
        fitted.append((kind(**settings, verbose=verbose, engine=counts).fit(X, y), counts.epochs))
    (quiet, together), (loud, apart) = fitted
    assert together == [20]
    assert apart == [1] * 20
    assert capsys.readouterr().out.count("Iteration") == 20
    assert quiet.loss_curve_ == loud.loss_curve_
    assert quiet.history_.records == loud.history_.records
    np.testing.assert_array_equal(quiet.network_.parameters, loud.network_.parameters)


@given(
    patience=st.none() | st.integers(0, 6),
    losses=st.lists(st.sampled_from([0.5, 1.0, 2.0, math.nan]), min_size=1, max_size=30),
)
def test_so_many_epochs_are_sure_to_come(patience, losses):
    """Patience is never over before them, and is after them if none of them gains."""
    watch = Patience("loss", 1e-4, patience, keeps_best=False)
    for epoch, loss in enumerate(losses, 1):
        sure = watch.epochs_to_come
        assert (sure == math.inf) if patience is None else (1 <= sure <= patience + 1)
        watch.weigh([EpochRecord(epoch, loss, None, None, 1.0, 0.1)], np.zeros(1))
        assert watch.over == (watch.epochs_to_come == 0)
        if sure > 1:
            assert not watch.over
        if watch.over:
            break


@given(
    monitor=st.sampled_from(["loss", "metric", lambda record: record.loss - 2 * record.metric]),
    tolerance=st.sampled_from([0.0, 0.25, 1.0]),
    patience=st.none() | st.integers(0, 3),
    numbers=st.lists(
        st.tuples(*[st.sampled_from([0.5, 0.75, 1.0, 2.0, math.nan, math.inf, -math.inf])] * 2), max_size=20
    ),
    data=st.data(),
)
def test_epochs_weighed_together_are_each_of_them(monitor, tolerance, patience, numbers, data):
    records = [EpochRecord(epoch, loss, None, metric, 1.0, 0.1) for epoch, (loss, metric) in enumerate(numbers, 1)]
    together, apart = (Patience(monitor, tolerance, patience, keeps_best=False) for _ in range(2))
    cuts = sorted(data.draw(st.lists(st.integers(0, len(records)), max_size=3)))
    for first, last in zip([0, *cuts], [*cuts, len(records)], strict=True):
        together.weigh(records[first:last], np.zeros(1))
        for record in records[first:last]:
            apart.weigh([record], np.zeros(1))
        assert together == apart


@given(epochs=st.integers(1, 5), n=st.integers(1, 12), size=st.integers(1, 12), whole=st.booleans(), data=st.data())
def test_parts_of_a_stretch_are_the_stretch(epochs, n, size, whole, data):
    start = 0 if whole else size * data.draw(st.integers(0, (n - 1) // size))
    stop = n if whole else data.draw(st.integers(start + 1, n))
    epochs = epochs if whole else 1
    orders = np.argsort(np.random.default_rng(0).random((epochs, n)), axis=1)
    batches = -(-(stop - start) // size)
    stretch = Stretch(orders, start, stop, np.random.default_rng(1).random((epochs, batches)), Progress.none(epochs))
    cuts = sorted(data.draw(st.lists(st.integers(0, stretch.n_batches), max_size=4)))
    parts = [
        part
        for first, last in zip([0, *cuts], [*cuts, stretch.n_batches], strict=True)
        for part in stretch.between(first, last, size)
    ]
    assert sum(part.n_batches for part in parts) == stretch.n_batches
    expected = Progress.none(epochs)
    steps = stretch.steps(size)
    for part in parts:
        for epoch, rows_, rate in part.steps(size):
            expected_epoch, expected_rows, expected_rate = next(steps)
            assert rows_.tolist() == expected_rows.tolist()
            assert rate == expected_rate
            part.progress.add(epoch, rate, 1.0, len(rows_))
            expected.add(expected_epoch, rate, 1.0, len(rows_))
    assert next(steps, None) is None
    np.testing.assert_array_equal(stretch.progress.sums, expected.sums)
    for part in parts:
        assert len(part.progress) == 1 or (part.start, part.stop) == (start, stop)
