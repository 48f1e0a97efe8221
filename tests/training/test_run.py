"""A run apart from its settings: what it holds, what it says of the step to come, and who is told of it."""

import copy
import itertools

import numpy as np
import pytest
import scipy.optimize
import scipy.sparse

from clearprop import Callback, History, LBfgs, Network, Penalty, Trainer, explain
from clearprop.engines import (
    ENGINES,
    Job,
    Progress,
    StepSettings,
    Stretch,
    WholeRunEngine,
    engine_for,
    resolve_engine,
)
from clearprop.engines.contract import LOSS_SUM, NORM_SUM, PENALTY_SUM
from clearprop.engines.contract import ROWS as ROWS_SUM
from clearprop.engines.lbfgs import LBfgsEngine
from clearprop.network.rows import Rows
from clearprop.optimizers import OPTIMIZERS
from clearprop.training import Training

from .helpers import KINDS, Diary, StopAt, by_batches, make, outcome, rows, state_of

# -- runs of one trainer -----------------------------------------------------------------------------------------------


def test_start_gives_a_run_and_the_trainer_speaks_of_the_last():
    trainer = make(epochs=2)
    first = trainer.start(*rows("cross_entropy"))
    assert isinstance(first, Training)
    assert trainer.training is first
    first.run_epoch()
    second = trainer.start(*rows("cross_entropy", n=9))
    assert trainer.training is second
    assert (len(first.history), len(second.history), len(trainer.history)) == (1, 0, 0)
    assert (first.n_rows, second.n_rows, trainer.n_rows) == (23, 9, 9)
    trainer.run()
    assert (first.stop_reason, second.stop_reason) == (None, "all 2 epochs done")


def test_two_runs_of_one_trainer_do_not_disturb_each_other(engine):
    """Steps of another run in between, on other rows, change nothing once a snapshot is gone back to."""
    X, y = rows("cross_entropy")
    alone = make(engine=engine, dropout=0.2)
    alone.fit(X, y)
    trainer = make(engine=engine, dropout=0.2)
    first = trainer.start(X, y)
    first.run_epoch()
    first.run_batch()
    snapshot, place = first.snapshot(), first.next_batch().tolist()
    second = trainer.start(*rows("cross_entropy", seed=1, n=17))
    second.run_epoch()
    second.stop("enough")
    assert (first.stop_reason, len(first.history), first.job.step) == (None, 1, 5)
    assert first.next_batch().tolist() == place
    first.restore(snapshot)
    first.run()
    kept, expected = first.snapshot(), alone.snapshot()
    np.testing.assert_array_equal(kept.parameters, expected.parameters)
    np.testing.assert_array_equal(kept.slots, expected.slots)
    assert kept.records == expected.records
    assert (second.stop_reason, len(second.history), second.job.step) == ("enough", 1, 3)


def test_a_snapshot_of_one_run_restored_in_another(engine):
    X, y = rows("cross_entropy")
    trainer, other = make(engine=engine, dropout=0.2), make(engine=engine, dropout=0.2, seed=9)
    first = trainer.start(X, y)
    for _ in range(6):
        first.run_batch()
    second = other.start(X, y)
    second.restore(first.snapshot())
    assert second.next_batch().tolist() == first.next_batch().tolist()
    first.run()
    second.run()
    assert outcome(other) == outcome(trainer)


def test_a_run_answers_for_its_settings_and_changes_them_where_they_stand():
    trainer = make(learning_rate=0.5, l2=0.25, dropout=0.25)
    training = trainer.start(*rows("cross_entropy"))
    assert training.network is trainer.network
    assert (training.learning_rate, training.epochs, training.penalty) == (0.5, 4, Penalty(l2=0.25))
    assert (training.dropout, training.clip_norm, training.shuffle) == ([0.25, 0.25], None, True)
    training.epochs = 1
    assert trainer.epochs == 1
    training.run()
    assert training.stop_reason == "all 1 epochs done"


def test_what_shapes_the_steps_is_the_runs_own_from_its_start_on():
    trainer = make(optimizer="momentum", l2=0.25, clip_norm=1.0)
    training = trainer.start(*rows("cross_entropy"))
    trainer.penalty, trainer.optimizer, trainer.clip_norm = Penalty(l2=9.0), OPTIMIZERS.resolve("sgd"), 0.001
    trainer.rates["b"] = 0.5
    assert (training.penalty, training.optimizer.name, training.clip_norm) == (Penalty(l2=0.25), "momentum", 1.0)
    assert training.rates == {}
    assert [span.rate_factor for span in trainer.layout.spans] == [1.0, 0.5] * 3
    places = training.next_batch()
    batch = training.rows.take(places)
    for told in (trainer, training):
        explained = explain(trainer.network, batch.X, batch.y, "W2[1,3]", trainer=told).step
        assert explained.optimizer == "momentum"
    training.run_batch()
    assert explained.new == trainer.network.weights[1][0, 2]
    with pytest.raises(AttributeError):
        training.penalty = Penalty()


# -- the step to come --------------------------------------------------------------------------------------------------


def rows_of_each_step(trainer, training):
    """Which rows the next step takes, before each; and those that it had an effect of, by a network that shows it.

    Its inputs are one-hot, its weights begin at 0 and its bias at 1, so that those move whose rows are met.
    """
    network, told, met = trainer.network, [], []
    while training.stop_reason is None:
        network.parameters[:] = 0
        network.biases[0] = 1.0
        drawn = state_of(trainer.rng)
        told.append(training.next_batch().tolist())
        assert state_of(trainer.rng) == drawn
        training.run_batch()
        met.append(np.flatnonzero(network.weights[0][:, 0]).tolist())
    return told, met


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("shuffle", [True, False])
def test_the_next_batchs_rows_are_those_that_are_then_trained_on(shuffle, kind, engine):
    n = 12
    trainer = Trainer(
        Network([n, 1], initializer="zeros"), optimizer="sgd", learning_rate=1.0, batch_size=5, epochs=3, patience=None,
        shuffle=shuffle, engine=engine, rng=KINDS[kind](3),
    )  # fmt: skip
    told, met = rows_of_each_step(trainer, trainer.start(np.eye(n), np.zeros(n)))
    assert [sorted(places) for places in told] == met
    assert [len(places) for places in told] == [5, 5, 2] * 3
    by_epoch = [[*told[first], *told[first + 1], *told[first + 2]] for first in (0, 3, 6)]
    if shuffle:
        assert len({tuple(order) for order in by_epoch}) == 3
    else:
        assert by_epoch == [list(range(n))] * 3


def test_the_next_batch_after_an_epoch_that_is_not_judged_yet_is_of_the_next(engine):
    class Fails(Callback):
        def on_batch_end(self, training):
            if len(training.history) == 0 and training.job.step == 4:
                raise KeyError("mine")

    trainer, whole = make(callbacks=[Fails()], engine=engine), make(engine=engine)
    training, expected = trainer.start(*rows("cross_entropy")), whole.start(*rows("cross_entropy"))
    expected.run_epoch()
    with pytest.raises(KeyError, match="mine"):
        by_batches(training)
    assert training.next_batch().tolist() == expected.next_batch().tolist()


@pytest.mark.parametrize(("n", "given", "expected"), [(300, None, 200), (50, None, 50), (300, 7, 7), (50, 64, 50)])
def test_rows_a_step(n, given, expected):
    network = Network([3, 2], rng=0)
    training = Trainer(network, batch_size=given, rng=0).start(*rows(n=n))
    assert training.batch_size == expected == len(training.next_batch())
    whole = Trainer(network, optimizer="lbfgs", rng=0).start(*rows(n=n))
    assert whole.batch_size == n


@pytest.mark.parametrize("shuffle", [True, False])
def test_an_explanation_of_the_step_asks_the_run_which_rows_come_next(shuffle, engine):
    X, y = rows(n=12)
    network = Network([3, 4, 2], "tanh", rng=0)
    training = Trainer(network, batch_size=5, shuffle=shuffle, engine=engine, rng=1).start(X, y)
    for _ in range(4):
        places = training.next_batch()
        explanation = explain(network, X[places], y[places], "W1[2,3]", trainer=training)
        other = explain(network, X[places[1:]], y[places[1:]], "W1[2,3]", trainer=training)
        said = [[remark for remark in each.remarks if "next batch" in remark] for each in (explanation, other)]
        assert [len(remarks) for remarks in said] == [0, 1]
        training.run_batch()
        assert network.weights[0][1, 2] == pytest.approx(explanation.step.new, rel=1e-12)


# -- history -----------------------------------------------------------------------------------------------------------


class Uncopied(list):
    """A list whose copies are counted."""

    copies = 0

    def __iter__(self):
        self.copies += 1
        return super().__iter__()


def test_the_last_epoch_is_had_without_a_copy_of_all():
    records = Uncopied(make(epochs=3).fit(*rows("cross_entropy")).records)
    history = History(records, len(records))
    assert (history[-1].epoch, history[0].epoch, len(history)) == (3, 1, 3)
    assert [record.epoch for record in history[-2:]] == [2, 3]
    assert records.copies == 0
    assert history.loss == [record.loss for record in records]


def test_a_history_does_not_change_as_training_goes_on():
    training = make().start(*rows("cross_entropy"))
    training.run_epoch()
    early = training.history
    first = early[-1]
    training.run_epoch()
    assert (len(early), list(early), early.records, early[-1]) == (1, [first], [first], first)
    assert early.to_columns()["epoch"] == [1]
    with pytest.raises(IndexError):
        early[1]
    with pytest.raises(IndexError):
        early[-2]
    assert repr(early) == f"<History: 1 epochs, loss {first.loss:.4g} -> {first.loss:.4g}>"
    assert [record.epoch for record in copy.deepcopy(early)] == [1]
    assert [record.epoch for record in training.history] == [1, 2]


# -- who is told -------------------------------------------------------------------------------------------------------


def test_callbacks_are_told_of_the_run_and_not_of_the_trainer():
    told = []

    class Looks(Callback):
        def on_start(self, training):
            told.append(("start", training))

        def on_batch_end(self, training):
            told.append(("batch", training))

        def on_epoch_end(self, training):
            told.append(("epoch", training))
            assert training.history[-1].epoch == len(training.history)

        def on_finish(self, training):
            told.append(("finish", training))

    trainer = make(epochs=1, batch_size=12, callbacks=[Looks()])
    first = trainer.start(*rows("cross_entropy"))
    second = trainer.start(*rows("cross_entropy"))
    for training in (first, second):
        training.run_batch()
        training.run_batch()
    events = ["batch", "batch", "epoch", "finish"]
    assert [event for event, _ in told] == ["start", "start", *events, *events]
    assert [training for _, training in told] == [first, second, *[first] * 4, *[second] * 4]


def test_a_callback_stops_its_own_run_only():
    trainer = make(callbacks=[StopAt("epoch", 1)])
    first, second = trainer.start(*rows("cross_entropy")), trainer.start(*rows("cross_entropy"))
    first.run()
    assert (first.stop_reason, second.stop_reason) == ("enough", None)


# -- rows beside the job -----------------------------------------------------------------------------------------------


def job_of(network, batch_size):
    optimizer = OPTIMIZERS.resolve("momentum")
    slots = np.zeros((len(optimizer.slots), network.parameters.size))
    return Job(network, optimizer, slots, StepSettings(batch_size), np.random.default_rng(0))


def in_turns(engine, parts, batch_size=4):
    """Three times, a job takes a step for each batch of each of these rows."""
    job, sums = job_of(Network([3, 5, 2], "tanh", rng=0), batch_size), []
    for part in [*parts] * 3:
        batches = -(-len(part) // batch_size)
        stretch = Stretch(None, 0, len(part), np.full((1, batches), 0.05), Progress.none())
        engine.run(job, part, stretch)
        sums.append(stretch.progress.sums[0].tolist())
    return job, sums


KINDS_OF_ROWS = {
    "dense": lambda X, y, weight: Rows(X, y, None),
    "weighted": Rows,
    "sparse": lambda X, y, weight: Rows(scipy.sparse.csr_array(X), y, None),
}


@pytest.mark.parametrize(("one", "other"), list(itertools.combinations_with_replacement(KINDS_OF_ROWS, 2)))
@pytest.mark.parametrize("name", ["auto", *ENGINES])
def test_a_job_is_run_on_one_part_of_the_rows_after_the_other(name, one, other):
    """As the readable engine does, whatever an engine keeps of the rows that it has prepared."""
    weights = np.random.default_rng(0).uniform(0.5, 2, size=23)
    parts = [KINDS_OF_ROWS[one](*rows(), weights), KINDS_OF_ROWS[other](*rows(seed=1, n=13), weights[:13])]
    job, sums = in_turns(resolve_engine(name), parts)
    expected, expected_sums = in_turns(resolve_engine("numpy"), parts)
    assert job.step == expected.step == 3 * (6 + 4)
    np.testing.assert_allclose(job.network.parameters, expected.network.parameters, rtol=1e-11)
    np.testing.assert_allclose(job.slots, expected.slots, rtol=1e-10, atol=1e-14)
    np.testing.assert_allclose(sums, expected_sums, rtol=1e-11)


def test_the_compiled_engine_prepares_the_same_rows_once(monkeypatch):
    from clearprop.engines.compiled import training as compiled

    prepared, data = [], compiled._data
    monkeypatch.setattr(compiled, "_data", lambda *given: prepared.append(given) or data(*given))
    trainer = make(engine="compiled", patience=None, epochs=5)
    training = trainer.start(*rows("cross_entropy"))
    while training.stop_reason is None:
        training.run_batch()
    assert len(prepared) == 1
    assert prepared[0][0] is training.rows.X


# -- an engine that decides its steps itself ---------------------------------------------------------------------------


def test_who_trains_by_which_optimiser():
    chosen = resolve_engine("numpy")
    assert engine_for(OPTIMIZERS.resolve("adam"), chosen) is chosen
    assert isinstance(engine_for(LBfgs(), chosen), WholeRunEngine)


def whole_job(network, **settings):
    penalty = settings.pop("penalty", Penalty())
    no_slots = np.zeros((0, network.parameters.size))
    return Job(network, LBfgs(**settings), no_slots, StepSettings(23, penalty), np.random.default_rng(0))


def test_the_lbfgs_engine_tells_of_each_iteration():
    """Loss, norm and penalty against the network's own, and steps against SciPy on functions written here."""
    X, y = rows()
    given, penalty = Rows(X, y, None), Penalty(l2=0.3)
    network = Network([3, 4, 2], "tanh", rng=0)
    start, job, seen = network.parameters.copy(), whole_job(network, penalty=penalty), []

    def after_iteration(progress):
        seen.append((progress.sums[0].copy(), network.parameters.copy(), job.step))
        return True

    reason = LBfgsEngine().run_to_end(job, given, 6, 1e-9, after_iteration)
    assert reason.startswith("Stop")
    assert [step for *_, step in seen] == [1, 2, 3, 4, 5, 6]
    for sums, parameters, _ in seen:
        network.parameters[:] = parameters
        gradient = network.backward(network.forward(X), y, penalty=penalty).flat
        assert sums[LOSS_SUM] == pytest.approx(23 * network.loss(X, y, penalty=penalty), rel=1e-12)
        assert sums[NORM_SUM] == pytest.approx(23 * np.linalg.norm(gradient), rel=1e-9)
        assert sums[PENALTY_SUM] == pytest.approx(23 * 0.15 / 23 * sum((W**2).sum() for W in network.weights))
        assert sums[ROWS_SUM] == 23

    def objective(parameters):
        network.parameters[:] = parameters
        return network.loss(X, y, penalty=penalty), network.backward(network.forward(X), y, penalty=penalty).flat.copy()

    found = scipy.optimize.minimize(
        objective, start, method="L-BFGS-B", jac=True, options={"maxiter": 6, "gtol": 1e-9, "maxcor": 10}
    )
    np.testing.assert_allclose(seen[-1][1], found.x, rtol=1e-6)


@pytest.mark.parametrize("iterations", [1, 3])
def test_the_lbfgs_engine_stops_when_it_is_told_to(iterations):
    network, seen = Network([3, 4, 2], "tanh", rng=0), []

    def after_iteration(progress):
        seen.append(network.parameters.copy())
        return len(seen) < iterations

    LBfgsEngine().run_to_end(whole_job(network), Rows(*rows(), None), 50, 1e-9, after_iteration)
    assert len(seen) == iterations
    np.testing.assert_array_equal(network.parameters, seen[-1])


@pytest.mark.parametrize("engine", ["auto", *ENGINES])
def test_lbfgs_has_its_own_engine_whichever_is_chosen(engine):
    trained = []
    for chosen in (engine, "numpy"):
        network = Network([3, 4, 2], "tanh", rng=0)
        diary = Diary()
        trainer = Trainer(network, optimizer="lbfgs", epochs=5, engine=chosen, callbacks=[diary], rng=0)
        training = trainer.start(*rows())
        with pytest.raises(TypeError, match="lbfgs decides its steps itself and cannot be advanced from outside"):
            training.run_batch()
        training.run()
        assert (training.job.step, diary.events.count("epoch")) == (5, 5)
        trained.append(network.parameters.tobytes())
    assert trained[0] == trained[1]
