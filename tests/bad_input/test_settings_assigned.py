"""A trainer's settings are checked whenever they are set; and a copy of a trainer is one of its own."""

import copy
import inspect
import pickle
import warnings

import numpy as np
import pytest

from clearprop import Ensemble, Network, Trainer
from clearprop.engines import NumpyEngine
from clearprop.penalties import Penalty
from clearprop.schedules import Cosine
from clearprop.training.settings import _CHECKS, TrainingSettings

X, y = np.linspace(-1, 1, 12).reshape(4, 3), np.array([0.0, 1.0, 1.0, 0.0])


def trainer(**settings):
    return Trainer(Network([3, 4, 1], rng=0), **{"epochs": 3, "rng": 0, **settings})


# What each setting refuses: the same by the constructor and by assignment.
REFUSED = {
    "network": [None, "net", [2, 1]],
    "optimizer": [None, "adamm", 3, {}],
    "learning_rate": [0, -1, "fast", float("nan"), []],
    "schedule": ["cosin", 3, None],
    "batch_size": [0, 1.5, "all", True],
    "epochs": [0, None, 1.5, "many", 10.0],
    "shuffle": ["no", 0, None, []],
    "decoupled_decay": [-1, "some", float("inf")],
    "rates": [{"W9": 1.0}, {"W": -1.0}, 3, [1.0]],
    "dropout": [1, "half", [0.1, 0.1], None, {}],
    "dropout_schedule": ["cosin", 3],
    "decay_schedule": ["cosin", 3],
    "clip_norm": [0, -1, "short"],
    "tolerance": [-1, None, "none"],
    "patience": [-1, 1.5, float("inf")],
    "monitor": ["val_loss", 3, []],
    "keep_best": ["best", 1],
    "metric": ["auc", 3, []],
    "callbacks": [5, [5], "abc", object(), [int]],
    "engine": ["compild", 3, None, object()],
    "rng": [-1, "0", 1.5],
}
TAKEN_IN_PARTS = {"l1", "l2", "decays", "progress"}  # of the penalty, and of the callbacks


def test_every_setting_has_a_check():
    parameters = set(inspect.signature(TrainingSettings).parameters)
    assert parameters - TAKEN_IN_PARTS == set(_CHECKS) - {"penalty"} == set(REFUSED)


@pytest.mark.parametrize("name", REFUSED)
def test_what_the_constructor_refuses_cannot_be_assigned_either(name):
    for value in REFUSED[name]:
        if value is not None or name not in ("learning_rate", "decoupled_decay", "keep_best", "metric"):
            with pytest.raises((ValueError, TypeError)) as made:
                Trainer(**{"network": Network([3, 4, 1], rng=0), "rng": 0, name: value})
        set_up = trainer()
        before = getattr(set_up, name)
        with pytest.raises(type(made.value)) as assigned:
            setattr(set_up, name, value)
        assert str(assigned.value) == str(made.value)
        assert getattr(set_up, name) is before


def test_what_is_assigned_becomes_what_the_constructor_makes_of_it():
    set_up = trainer()
    set_up.engine, set_up.schedule, set_up.optimizer, set_up.dropout = "numpy", "cosine", "sgd", 0.25
    set_up.penalty, set_up.epochs, set_up.shuffle = Penalty(l2=1e-6), np.int64(7), np.False_
    assert isinstance(set_up.engine, NumpyEngine)
    assert set_up.schedule == Cosine()
    assert (set_up.optimizer.name, set_up.dropout, set_up.epochs, set_up.shuffle) == ("sgd", [0.25], 7, False)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of seven steps nothing is learned
        assert len(set_up.fit(X, y)) == 7


def test_an_engine_assigned_by_its_name_trains_as_one_that_was_given():
    named, given = trainer(), trainer(engine="compiled")
    named.engine = "compiled"
    assert named.fit(X, y)[-1].loss == given.fit(X, y)[-1].loss


def test_a_penalty_that_is_none_is_refused():
    for value in (None, 0.1, {"l2": 1}):
        with pytest.raises(TypeError, match=r"penalty must be a Penalty, got .*: give one, such as Penalty"):
            trainer().penalty = value


@pytest.mark.parametrize("given", [None, "here", {}, 3])
def test_what_is_no_snapshot_is_not_restored(given):
    set_up = trainer()
    set_up.fit(X, y)
    for function in ("restore", "resume"):
        with pytest.raises(
            TypeError, match=f"^{function} takes a Snapshot, as training.snapshot\\(\\) gives one, got "
        ):
            getattr(set_up, function)(given)
    assert len(set_up.history) == 3


def test_a_copy_has_no_run_and_starts_one_by_its_own_settings():
    first = trainer()
    first.fit(X, y)
    twin = copy.copy(first)
    with pytest.raises(RuntimeError, match="training has not been started"):
        twin.history  # noqa: B018
    twin.epochs = 5
    run = twin.start(X, y)
    assert (run.settings, run.epochs, first.epochs) == (twin, 5, 3)
    assert len(twin.run()) == 5
    assert len(first.history) == 3


@pytest.mark.parametrize("copied", [copy.deepcopy, lambda it: pickle.loads(pickle.dumps(it))], ids=["deep", "pickled"])
def test_deep_copies_go_on_with_a_run_of_their_own(copied):
    first = trainer(epochs=6)
    first.start(X, y)
    first.run_epoch()
    twin = copied(first)
    assert twin.training.settings is twin
    twin.epochs = 2
    assert (len(twin.run()), len(first.run())) == (2, 6)


@pytest.mark.parametrize("name", ["W7", "w1", "", None, 3, "W1[1,1]"])
def test_a_span_that_there_is_not(name):
    layout = Network([3, 4, 1]).layout
    with pytest.raises(IndexError, match=r"^no span is called .*There are: W1, b1, W2, b2$"):
        layout.span(name)


def test_near_names_of_spans():
    with pytest.raises(IndexError, match=r"no span is called 'w2', did you mean 'W2'\?"):
        Network([3, 4, 1]).layout.span("w2")


def test_an_ensemble_of_what_is_no_network():
    for given in (None, 5, [5], [None], "abc", {}):
        with pytest.raises((TypeError, ValueError), match="Network"):
            Ensemble(given)
