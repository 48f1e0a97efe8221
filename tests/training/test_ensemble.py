"""The trainer of an ensemble: each member as a trainer of its own would have it, with rows that are checked once."""

import copy
import itertools
import pickle
import warnings

import numpy as np
import pytest

from clearprop import OPTIMIZERS, Callback, DivergenceError, Ensemble, EnsembleTrainer, Network, Trainer
from clearprop.engines import ENGINES, CompiledEngine
from clearprop.errors import CannotLearnWarning, TrainingWarning
from clearprop.network.rows import Rows
from clearprop.optimizers import Adam
from clearprop.schedules import Cosine

from ..extent import in_pairs
from .helpers import outcome, rows

DATA, HELD_OUT = rows("cross_entropy", n=60), rows("cross_entropy", seed=1)
SETTINGS = {"epochs": 6, "batch_size": 7, "patience": None, "learning_rate": 0.02}


def networks(n=8, activation=("tanh", "relu"), **settings):
    return [Network([3, 5, 4, 2], list(activation), loss="cross_entropy", rng=seed, **settings) for seed in range(n)]


def settings_of(optimizer, name, case):
    given = SETTINGS | {"optimizer": optimizer, "engine": name}
    if optimizer == "lbfgs":
        given = {key: value for key, value in given.items() if key not in ("learning_rate", "batch_size")}
    elif case == "dropout":
        given["dropout"] = 0.3
    return given


CASES = itertools.product(
    [*ENGINES, "auto"], [*OPTIMIZERS, "lbfgs"], ["float32", "float64"], ["plain", "dropout", "validated"]
)


@pytest.mark.parametrize(("name", "optimizer", "dtype", "case"), in_pairs(CASES))
def test_eight_members_are_eight_trainings_to_the_bit(name, optimizer, dtype, case):
    settings = settings_of(optimizer, name, case)
    held_out = HELD_OUT if case == "validated" else None
    ensemble = Ensemble(networks(dtype=dtype))
    trainer = EnsembleTrainer(ensemble, workers=2, rng=5, **settings)
    histories = trainer.fit(*DATA, validation=held_out)
    singles = [
        Trainer(one, rng=seed, **settings) for one, seed in zip(networks(dtype=dtype), trainer.seeds, strict=True)
    ]
    for single in singles:
        single.fit(*DATA, validation=held_out)
    assert [outcome(one) for one in trainer.trainers] == [outcome(single) for single in singles]
    for row, history, single in zip(ensemble.parameters, histories, singles, strict=True):
        assert row.tobytes() == single.network.parameters.tobytes()
        assert list(history) == list(single.history)


@pytest.mark.parametrize("workers", [1, 2])
def test_sample_weights_and_sparse_rows(workers):
    import scipy.sparse

    X, y = DATA
    weight = np.arange(60.0)
    ensemble = Ensemble(networks(3))
    trainer = EnsembleTrainer(ensemble, workers=workers, rng=[1, 2, 3], **SETTINGS)
    trainer.fit(scipy.sparse.csr_array(X), y, weight)
    for row, network, seed in zip(ensemble.parameters, networks(3), (1, 2, 3), strict=True):
        Trainer(network, rng=seed, **SETTINGS).fit(scipy.sparse.csr_array(X), y, weight)
        assert row.tobytes() == network.parameters.tobytes()


def test_rows_are_checked_once(monkeypatch):
    checked = []
    of_one = Rows.checked.__func__
    monkeypatch.setattr(
        Rows, "checked", classmethod(lambda *given, **more: checked.append(1) or of_one(*given, **more))
    )
    trainer = EnsembleTrainer(Ensemble(networks(4)), rng=0, **SETTINGS)
    trainings = trainer.start(*DATA, validation=HELD_OUT)
    assert len(checked) == 2
    assert (
        len({id(training.rows) for training in trainings})
        == len({id(training.validation) for training in trainings})
        == 1
    )
    assert len(trainer.start(trainings[0].rows, validation=trainings[0].validation)) == 4
    assert len(checked) == 2


# -- what each member has of its own -----------------------------------------------------------------------------------


@pytest.mark.parametrize("rng", [7, "RandomState", "Generator"])
def test_members_seeds_are_drawn_from_the_one(rng):
    def seeds(n):
        made = {"RandomState": np.random.RandomState, "Generator": np.random.default_rng}
        return EnsembleTrainer(Ensemble(networks(n)), rng=made[rng](7) if rng in made else rng).seeds

    assert len(set(seeds(8))) == 8
    assert seeds(8) == seeds(8)
    assert seeds(8)[:3] == seeds(3)
    assert all(isinstance(seed, int) for seed in seeds(3))


def test_a_list_has_a_seed_or_generator_for_each():
    given = [3, np.random.default_rng(4), np.random.RandomState(5)]
    trainer = EnsembleTrainer(Ensemble(networks(3)), rng=given)
    assert trainer.seeds == given
    assert trainer.trainers[1].rng is given[1]
    with pytest.raises(ValueError, match="rng must be one seed or 3, one a member, got 2 of them"):
        EnsembleTrainer(Ensemble(networks(3)), rng=[1, 2])
    with pytest.raises(TypeError, match="rng must be a whole number"):
        EnsembleTrainer(Ensemble(networks(2)), rng=[1, "2"])
    same = np.random.default_rng(0)
    with pytest.raises(ValueError, match="members 1 and 2 share one generator"):
        EnsembleTrainer(Ensemble(networks(2)), rng=[same, same], **SETTINGS).fit(*DATA)


def test_objects_that_may_remember_are_not_shared():
    engine, optimizer, schedule = CompiledEngine(1), Adam(beta_1=0.8), Cosine(warm_up=0.1)
    settings = SETTINGS | {"engine": engine, "optimizer": optimizer, "schedule": schedule}
    trainer = EnsembleTrainer(Ensemble(networks(3)), workers=2, rng=[1, 2, 3], **settings)
    for name in ("engine", "optimizer", "schedule"):
        own = [getattr(one, name) for one in trainer.trainers]
        assert len({id(thing) for thing in [*own, settings[name]]}) == 4
    assert {one.engine.threads for one in trainer.trainers} == {1}
    trainer.fit(*DATA)
    for row, network, seed in zip(trainer.ensemble.parameters, networks(3), (1, 2, 3), strict=True):
        Trainer(network, rng=seed, **settings).fit(*DATA)
        assert row.tobytes() == network.parameters.tobytes()


def test_an_engine_that_has_trained_already_is_copied_without_its_memory():
    engine = CompiledEngine()
    Trainer(networks(1)[0], engine=engine, rng=0, **SETTINGS).fit(*DATA)
    trainer = EnsembleTrainer(Ensemble(networks(2)), rng=0, engine=engine, **SETTINGS)
    assert [one.engine._training for one in trainer.trainers] == [None, None]


def test_callbacks_metrics_and_monitors_are_the_objects_given():
    class Told(Callback):
        def __init__(self):
            self.networks = []

        def on_finish(self, training):
            self.networks.append(training.network)

        def monitored(self, record):
            return record.loss

    told = Told()
    trainer = EnsembleTrainer(
        Ensemble(networks(3)), workers=2, callbacks=[told], monitor=told.monitored, rng=0, **SETTINGS
    )
    trainer.fit(*DATA)
    assert trainer.trainers[0].monitor.__self__ is told
    assert {id(network) for network in told.networks} == {id(member) for member in trainer.ensemble.members}


# -- going on, and failing ---------------------------------------------------------------------------------------------


class FailsOnce(Callback):
    def __init__(self, network, error):
        self.network, self.error = network, error

    def on_epoch_end(self, training):
        if training.network is self.network and len(training.history) == 3 and self.error:
            error, self.error = self.error, None
            raise error


@pytest.mark.parametrize("error", [KeyError("mine"), KeyboardInterrupt()], ids=lambda error: type(error).__name__)
@pytest.mark.parametrize("workers", [1, 2])
def test_after_a_failure_all_members_go_on(engine, workers, error):
    ensemble, whole = Ensemble(networks(4)), Ensemble(networks(4))
    settings = SETTINGS | {"engine": engine, "epochs": 12}
    callbacks = [FailsOnce(ensemble.members[1], error)]
    trainer = EnsembleTrainer(ensemble, workers=workers, rng=0, callbacks=callbacks, **settings)
    with pytest.raises(type(error)) as caught:
        trainer.fit(*DATA)
    assert caught.value.__notes__[-1] == "This was member 2 of 4 that were trained side by side."
    histories = trainer.run()
    assert [len(history) for history in histories] == [12] * 4
    EnsembleTrainer(whole, rng=0, **settings).fit(*DATA)
    assert ensemble.parameters.tobytes() == whole.parameters.tobytes()


def test_a_member_that_diverges_is_named_and_the_others_keep_their_epochs():
    ensemble = Ensemble(networks(3, activation=("relu", "relu")))
    ensemble.parameters[2] *= 1e150
    trainer = EnsembleTrainer(ensemble, workers=2, optimizer="sgd", rng=0, **SETTINGS)
    with pytest.raises(DivergenceError) as caught:
        trainer.fit(*DATA)
    assert caught.value.__notes__ == ["This was member 3 of 3 that were trained side by side."]
    assert np.isfinite(ensemble.parameters).all()


def test_before_a_start_there_is_nothing_to_run():
    trainer = EnsembleTrainer(Ensemble(networks(2)), rng=0)
    for name in ("run", "trainings"):
        with pytest.raises(RuntimeError, match=r"training has not been started: call start\(X, y\), or fit\(X, y\)"):
            getattr(trainer, name)()


@pytest.mark.parametrize("way", [copy.deepcopy, lambda trainer: pickle.loads(pickle.dumps(trainer))])
def test_a_copy_trains_its_own_members(way):
    trainer = EnsembleTrainer(Ensemble(networks(3)), rng=0, **SETTINGS)
    trainer.fit(*DATA)
    twin = way(trainer)
    assert [one.network for one in twin.trainers] == list(twin.ensemble.members)
    before = trainer.ensemble.parameters.copy()
    for one in (twin, trainer):
        one.fit(*DATA)
        assert not (one.ensemble.parameters == before).all()
    assert twin.ensemble.parameters.tobytes() == trainer.ensemble.parameters.tobytes()


# -- words -------------------------------------------------------------------------------------------------------------


def caught_of(action):
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        action()
    assert {warning.filename for warning in caught} <= {__file__}
    return [(warning.category, str(warning.message)) for warning in caught]


def test_what_cannot_learn_is_told_once_with_whose_it_is():
    closed = Network([3, 5, 4, 2], ["tanh", "relu"], loss="cross_entropy", initializer="zeros")
    some, all_of_them = Ensemble([*networks(2), closed, closed]), Ensemble([closed, closed])
    (told,) = caught_of(lambda: EnsembleTrainer(some, rng=0).start(*DATA))
    assert told[0] is CannotLearnWarning
    assert told[1].startswith("member 3, 4 of 4: not all can be learned: closed layers")
    (told,) = caught_of(lambda: EnsembleTrainer(all_of_them, rng=0).start(*DATA))
    assert told[1].startswith("not all can be learned: closed layers")


@pytest.mark.parametrize("workers", [1, 2])
def test_a_poor_outcome_is_told_with_whose_it_is(workers):
    trainer = EnsembleTrainer(Ensemble(networks(3)), workers=workers, epochs=30, learning_rate=100.0, rng=0)
    told = caught_of(lambda: trainer.fit(*DATA))
    assert len(told) == 3
    for number, (category, message) in enumerate(told, start=1):
        assert category is TrainingWarning
        assert message.startswith(f"member {number} of 3: training came to a loss of ")


def test_what_lbfgs_does_not_use_is_told_once():
    (told,) = caught_of(lambda: EnsembleTrainer(Ensemble(networks(3)), optimizer="lbfgs", learning_rate=0.1, rng=0))
    assert told[1].startswith("lbfgs takes all rows at once")


def test_targets_that_float32_cannot_square_are_told_of_once():
    members = [Network([3, 2, 1], dtype="float32", rng=seed) for seed in range(3)]
    X, y = rows(k=1)
    trainer = EnsembleTrainer(Ensemble(members), rng=0, epochs=1)
    told = caught_of(lambda: trainer.start(X, y, validation=(X, np.full(len(y), 1e30))))
    assert [message[:40] for _, message in told] == ["the validation rows have targets up to 1"]


def test_refusals():
    with pytest.raises(TypeError, match=r"ensemble must be an Ensemble, got <Network.*make one as in Ensemble\(\["):
        EnsembleTrainer(networks(1)[0])
    with pytest.raises(TypeError, match="unexpected keyword argument 'lr', did you mean 'learning_rate'"):
        EnsembleTrainer(Ensemble(networks(2)), lr=0.1)
    with pytest.raises(ValueError, match="workers must be"):
        EnsembleTrainer(Ensemble(networks(2)), workers=0)
    with pytest.raises(AttributeError, match=r"has no attribute 'predict': the ensemble predicts"):
        EnsembleTrainer(Ensemble(networks(2))).predict  # noqa: B018
    with pytest.raises(TypeError, match="unexpected keyword argument 'validation_data', did you mean 'validation'"):
        EnsembleTrainer(Ensemble(networks(2))).fit(*DATA, validation_data=DATA)


class Terminal:
    """What the bar is drawn on, noted."""

    def __init__(self, monkeypatch):
        import io

        import rich.console

        self.file = io.StringIO()
        of_rich = rich.console.Console
        monkeypatch.setattr(
            rich.console, "Console", lambda **more: of_rich(file=self.file, force_terminal=True, width=120)
        )


@pytest.mark.parametrize("workers", [1, 2])
def test_one_bar_for_all(workers, monkeypatch):
    Terminal(monkeypatch)
    trainer = EnsembleTrainer(Ensemble(networks(3)), workers=workers, progress=True, rng=0, **SETTINGS)
    bar = trainer.trainers[0].callbacks[-1]
    assert all(one.callbacks == [bar] for one in trainer.trainers)
    shown = []
    update = bar._bar.progress.update
    bar._bar.progress.update = lambda task, **what: shown.append(what) or update(task, **what)
    trainer.start(*DATA)
    assert [task.total for task in bar._bar.progress.tasks] == [18]
    trainer.run()
    assert [what["completed"] for what in shown] == list(range(1, 19))
    assert "trained, loss " in shown[-1]["numbers"]
    assert not bar._bar.progress.live.is_started


def test_the_bar_goes_when_training_fails(monkeypatch):
    Terminal(monkeypatch)
    ensemble = Ensemble(networks(3))
    callbacks = [FailsOnce(ensemble.members[0], KeyError("mine"))]
    trainer = EnsembleTrainer(ensemble, workers=1, progress=True, callbacks=callbacks, rng=0, **SETTINGS)
    with pytest.raises(KeyError):
        trainer.fit(*DATA)
    assert not trainer.trainers[0].callbacks[-1]._bar.progress.live.is_started
    trainer.fit(*DATA)
