"""What callbacks are told, in which order, and that the end is told once, whatever ends training."""

import sys
from types import SimpleNamespace

import pytest

from clearprop import Callback, DivergenceError, Network, Trainer
from clearprop.training import bars

from .helpers import Diary, StopAt, by_batches, make, outcome, rows


def test_callbacks_are_told_in_order():
    X, y = rows("cross_entropy")
    log = []
    make(epochs=2, callbacks=[Diary("a", log), Diary("b", log)]).fit(X, y)
    end = "all 2 epochs done"
    expected = [("start", 0, None), ("epoch", 1, None), ("epoch", 2, None), ("finish", 2, end)]
    assert log == [(name, *event) for event in expected for name in "ab"]


def test_by_batches_they_are_told_of_each_batch_before_its_epoch():
    diary = Diary()
    trainer = make(epochs=2, batch_size=10, callbacks=[diary])
    trainer.start(*rows("cross_entropy"))
    by_batches(trainer)
    expected = [("start", 0, None)]
    for done in (0, 1):
        expected += [("batch", done, None)] * 3 + [("epoch", done + 1, None)]
    expected += [("finish", 2, "all 2 epochs done")]
    assert diary.log == [("", *event) for event in expected]


def test_a_callback_that_overrides_nothing_is_fine():
    X, y = rows("cross_entropy")
    make(callbacks=[Callback()]).fit(X, y)


@pytest.mark.parametrize(
    ("does", "what"),
    [
        (lambda run: run.run(), "run the training"),
        (lambda run: run.run_epoch(), "run an epoch"),
        (lambda run: run.run_batch(), "run a batch"),
        (lambda run: run.restore(run.snapshot()), "restore a snapshot"),
        (lambda run: run.resume(run.snapshot()), "resume a training"),
    ],
)
def test_a_callback_cannot_take_the_run_that_it_is_told_of_elsewhere(engine, does, what):
    """It would be told of that in turn, for ever; training goes on after it as if nothing had been."""

    class Meddles(Callback):
        def on_epoch_end(self, training):
            if len(training.history) == 2:
                does(training)

    meddled, whole = make(engine=engine, callbacks=[Meddles()]), make(engine=engine)
    whole.fit(*rows("cross_entropy"))
    with pytest.raises(RuntimeError, match=f"a callback cannot {what}: do so between batches or epochs"):
        meddled.fit(*rows("cross_entropy"))
    assert len(meddled.history) == 2
    meddled.run()
    assert outcome(meddled) == outcome(whole)


def test_a_callback_may_change_the_rate():
    class Halve(Callback):
        def on_epoch_end(self, trainer):
            trainer.learning_rate /= 2

    X, y = rows("cross_entropy")
    trainer = make(callbacks=[Halve()], learning_rate=0.08)
    assert trainer.fit(X, y).rate == [0.08, 0.04, 0.02, 0.01]


# -- the end -----------------------------------------------------------------------------------------------------------

STEPS = {"run": Trainer.run, "epochs": Trainer.run_epoch, "batches": Trainer.run_batch}


def to_the_end(trainer, how):
    while trainer.stop_reason is None:
        STEPS[how](trainer)


# name: (settings, where a callback stops training, why it has ended)
ENDS = {
    "all epochs": ({}, [], "all 4 epochs done"),
    "patience": ({"patience": 1, "tolerance": 9.0}, [], "no gain of 9 or more in loss over 2 epochs"),
    "stopped at the start": ({}, [StopAt("start")], "enough"),
    "stopped after an epoch": ({}, [StopAt("epoch", 2)], "enough"),
    "stopped after the last epoch": ({}, [StopAt("epoch", 4)], "enough"),
    "stopped again as it ends": ({}, [StopAt("finish", 4)], "all 4 epochs done"),
}


@pytest.mark.parametrize("how", STEPS)
@pytest.mark.parametrize("end", ENDS)
def test_the_end_is_told_once_whatever_ends_training(end, how):
    settings, stops, reason = ENDS[end]
    diary = Diary()
    trainer = make(callbacks=[diary, *stops], **settings)
    trainer.start(*rows("cross_entropy"))
    to_the_end(trainer, how)
    assert diary.log[-1] == ("", "finish", len(trainer.history), reason)
    assert diary.events.count("finish") == 1
    trainer.run()
    assert diary.events.count("finish") == 1


@pytest.mark.parametrize("how", STEPS)
@pytest.mark.parametrize("batches", [0, 1, 4, 6])
def test_the_end_is_told_once_where_it_comes_from_outside(batches, how):
    diary = Diary()
    trainer = make(callbacks=[diary])
    trainer.start(*rows("cross_entropy"))
    by_batches(trainer, batches)
    trainer.stop("enough")
    assert diary.events.count("finish") == (batches % 4 == 0)
    to_the_end(trainer, how)
    assert diary.log[-1] == ("", "finish", -(-batches // 4), "enough")
    assert diary.events.count("finish") == 1


def test_the_end_is_told_once_in_each_training():
    diary = Diary()
    trainer = make(epochs=1, callbacks=[diary])
    for _ in range(3):
        trainer.fit(*rows("cross_entropy"))
    assert diary.events == ["start", "epoch", "finish"] * 3


def test_the_end_by_lbfgs_is_told_once():
    X, y = rows()
    for stops, epochs, reason in (([], 3, "all 3 epochs done"), ([StopAt("epoch", 2)], 2, "enough")):
        diary = Diary()
        trainer = Trainer(Network([3, 2], rng=0), optimizer="lbfgs", epochs=3, callbacks=[diary, *stops], rng=0)
        trainer.fit(X, y)
        assert diary.log[-1] == ("", "finish", epochs, reason)
        assert diary.events == ["start", *["epoch"] * epochs, "finish"]
        trainer.run()
        assert diary.events.count("finish") == 1


@pytest.mark.parametrize("how", STEPS)
def test_the_end_by_divergence_is_told_once(how):
    diary = Diary()
    network = Network([1, 1], initializer="zeros")
    trainer = Trainer(network, optimizer="sgd", learning_rate=1e308, callbacks=[diary], rng=0)
    trainer.start([[1e3]], [1e3])
    with pytest.raises(DivergenceError):
        to_the_end(trainer, how)
    assert diary.log == [("", "start", 0, None), ("", "finish", 0, "diverged in epoch 1")]
    trainer.run()
    assert diary.events.count("finish") == 1


def test_the_end_by_divergence_of_lbfgs_is_told_once():
    diary = Diary()
    trainer = Trainer(Network([1, 2, 1], "exponential", rng=0), optimizer="lbfgs", callbacks=[diary], rng=0)
    trainer.network.weights[0] = 1.0
    with pytest.raises(DivergenceError):
        trainer.fit([[800.0]], [0.0])
    assert diary.log == [("", "start", 0, None), ("", "finish", 0, "diverged in epoch 1")]


@pytest.mark.parametrize("error", [KeyError("mine"), KeyboardInterrupt("mine")])
@pytest.mark.parametrize("optimizer", ["sgd", "lbfgs"])
def test_an_error_in_a_callback_reaches_the_caller_after_on_finish(optimizer, error):
    class Fail(Callback):
        def on_epoch_end(self, trainer):
            raise error

    diary = Diary()
    trainer = Trainer(Network([3, 2], rng=0), optimizer=optimizer, callbacks=[diary, Fail()], rng=0)
    with pytest.raises(type(error), match="mine"):
        trainer.fit(*rows())
    assert diary.events == ["start", "epoch", "finish"]
    assert trainer.stop_reason is None


class FailOnce(Callback):
    """Raises KeyError the so-many-th time that an event is told."""

    def __init__(self, event, count):
        self.count = count
        setattr(self, f"on_{event}", self._told)

    def _told(self, trainer):
        self.count -= 1
        if self.count == 0:
            raise KeyError("mine")


@pytest.mark.parametrize(
    ("event", "count"),
    [
        ("batch_end", 2),
        pytest.param("batch_end", 4),
        ("epoch_end", 1),
        pytest.param("epoch_end", 4),
    ],
)
def test_after_an_error_in_a_callback_training_can_go_on(event, count):
    trainer, whole = make(callbacks=[FailOnce(event, count)]), make()
    whole.fit(*rows("cross_entropy"))
    trainer.start(*rows("cross_entropy"))
    with pytest.raises(KeyError, match="mine"):
        by_batches(trainer)
    trainer.run()
    assert outcome(trainer) == outcome(whole)


def test_every_callback_is_told_of_the_start_before_the_end():
    log = []
    make(callbacks=[Diary("a", log), StopAt("start"), Diary("b", log)]).fit(*rows("cross_entropy"))
    assert [(name, event) for name, event, *_ in log if name == "b"] == [("b", "start"), ("b", "finish")]


# -- the progress bar --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("terminal", [True, False])
def test_the_progress_bar_writes_to_standard_error_only(terminal, capsys, monkeypatch):
    monkeypatch.setenv("FORCE_COLOR", "1" if terminal else "")  # by which rich takes any stream for a terminal
    X, y = rows("cross_entropy")
    trainer = make(progress=True)
    trainer.fit(X, y, validation=(X, y))
    trainer.fit(X, y)  # and once more
    assert len(trainer.history) == 4
    written = capsys.readouterr()
    assert written.out == ""
    assert ("training" in written.err and "4/4" in written.err) == terminal
    network = Network([1, 1], initializer="zeros")
    with pytest.raises(DivergenceError):
        Trainer(network, optimizer="sgd", learning_rate=1e308, progress=True, rng=0).fit([[1e3]], [1e3])
    Trainer(Network([3, 2], rng=0), optimizer="lbfgs", epochs=4, progress=True, rng=0).fit(*rows())
    trainer = make(progress=True)
    trainer.start(X, y)
    by_batches(trainer)
    trainer.run()
    assert capsys.readouterr().out == ""


def bar_of(trainer):
    """rich's bar, which draws from a thread of its own while it is started."""
    return trainer.callbacks[-1]._bar.progress.live


@pytest.mark.parametrize("how", STEPS)
def test_the_progress_bar_goes_when_training_has_ended(how, monkeypatch):
    monkeypatch.setenv("FORCE_COLOR", "1")
    trainer = make(epochs=2, progress=True)
    trainer.start(*rows("cross_entropy"))
    assert bar_of(trainer).is_started
    to_the_end(trainer, how)
    assert not bar_of(trainer).is_started


def test_the_progress_bar_goes_where_a_callback_stops_training_at_the_start(monkeypatch):
    monkeypatch.setenv("FORCE_COLOR", "1")
    trainer = make(callbacks=[StopAt("start")], progress=True)
    trainer.fit(*rows("cross_entropy"))
    try:
        assert not bar_of(trainer).is_started
    finally:
        bar_of(trainer).stop()


class Shell:
    """A notebook's: it has a kernel."""

    kernel = object()


def test_in_a_notebook_the_bar_stands_in_the_cell(monkeypatch, capsys):
    shown, updated = [], []
    handle = SimpleNamespace(display=shown.append, update=updated.append)
    display = SimpleNamespace(HTML=str, DisplayHandle=lambda: handle)
    monkeypatch.setitem(sys.modules, "IPython", SimpleNamespace(get_ipython=Shell))
    monkeypatch.setitem(sys.modules, "IPython.display", display)
    monkeypatch.setattr(bars, "PAUSE", 0.0)
    X, y = rows("cross_entropy")
    trainer = make(progress=True)
    trainer.start(X, y)
    trainer.run_epoch()
    loss = trainer.history[-1].loss
    assert len(shown) == 1
    assert 'value="0"' in shown[0]
    assert 'max="4" value="1"' in updated[0]
    assert f"1 of 4 epochs · loss {loss:.4f} · 0:0" in updated[0]
    trainer.run()
    assert updated[-1] == ""  # taken away
    assert capsys.readouterr().err == ""


def test_in_marimo_the_bar_stands_in_the_cells_output(monkeypatch):
    shown = []
    output = SimpleNamespace(replace=shown.append)
    marimo = SimpleNamespace(running_in_notebook=lambda: True, output=output, Html=lambda text: text)
    monkeypatch.setitem(sys.modules, "marimo", marimo)
    make(progress=True).fit(*rows("cross_entropy"))
    assert 'max="4" value="0"' in shown[0]
    assert shown[-1] == ""
