"""Trainings that are under way: the lab goes on from where they stand, to the same numbers, and leaves them alone."""

import numpy as np
import pytest

from clearprop import Lab, MLPClassifier, MLPRegressor, Network, Trainer
from clearprop.lab.protocol import Seek, Step, Tick
from clearprop.lab.refusals import Refusal
from clearprop.lab.runs import Run, run_of
from clearprop.lab.session import Session
from tests.lab.asking import PLAIN, answered, look

rng = np.random.default_rng(0)
X = rng.normal(size=(40, 3))
Y = (X[:, 0] * X[:, 1] > 0).astype(float)


def started(**settings):
    network = Network([3, 4, 1], "tanh", loss="binary_cross_entropy", rng=1)
    usual = {"learning_rate": 0.05, "batch_size": 8, "engine": "numpy", "patience": None, "keep_best": False, "rng": 2}
    trainer = Trainer(network, **usual | settings)
    return trainer.start(X, Y, validation=(X[:10], Y[:10]), sample_weight=np.linspace(0.5, 1.5, 40))


@pytest.mark.parametrize("where", [(0, 0), (2, 0), (2, 3)])
def test_it_goes_on_to_the_same_numbers(where):
    training = started(dropout=0.2, l2=0.01)
    for _ in range(where[0]):
        training.run_epoch()
    training.run_batches(where[1]) if where[1] else None
    before = training.network.parameters.copy()
    session = Session(run=Run(training))
    frame, arrays = look(session)
    assert (frame.place.epoch, frame.place.batch) == where
    np.testing.assert_array_equal(arrays["parameters"], before)
    answered(session, Step(grain="layer", view=PLAIN))
    _, arrays = answered(session, Step(grain="epoch", view=PLAIN))
    np.testing.assert_array_equal(training.network.parameters, before)
    training.run_epoch()
    np.testing.assert_array_equal(arrays["parameters"], training.network.parameters)
    frame, _ = answered(session, Seek(epoch=0, view=PLAIN))
    assert (frame.place.epoch, frame.place.batch) == where  # not before where it was taken over


def test_one_that_had_ended_goes_on():
    training = started(epochs=3)
    training.run()
    session = Session(run=Run(training))
    frame, _ = answered(session, Tick(budget=1000.0, most=2, view=PLAIN))
    assert frame.place.epoch == 5
    assert frame.stopped == ""


def test_another_begins_where_this_one_did():
    training = started()
    training.run_epoch()
    session = Session(run=Run(training))
    _, begun = look(session)
    answered(session, Tick(budget=1000.0, most=2, view=PLAIN))
    _, anew = look(session.anew())
    np.testing.assert_array_equal(begun["parameters"], anew["parameters"])


def test_an_optimiser_that_finds_its_steps_itself_is_refused():
    trainer = Trainer(Network([3, 1], rng=0), optimizer="lbfgs")
    with pytest.raises(Refusal, match="choose another optimiser"):
        Session(run=Run(trainer.start(X, Y)))


@pytest.mark.parametrize("solver", ["adam", "sgd"])
def test_an_estimator_that_is_not_fitted_begins_as_its_fit_does(solver):
    labels = np.where(Y == 1, "yes", "no")
    settings = {"hidden_layer_sizes": (4,), "solver": solver, "batch_size": 8, "random_state": 3, "engine": "numpy"}
    model = MLPClassifier(**settings, max_iter=5, learning_rate_init=0.02, tol=0.0)
    lab = Lab(model, X, labels)
    assert not hasattr(model, "network_")
    frame, arrays = answered(lab.session, Tick(budget=1000.0, most=5, view=PLAIN))
    with pytest.warns(match="Maximum iterations|max_iter|not converged|epochs"):
        model.fit(X, labels)
    np.testing.assert_array_equal(arrays["parameters"], model.network_.parameters)
    assert lab.session.state.data.class_names == ("no", "yes")
    assert frame.stopped == "all 5 epochs done"


@pytest.mark.filterwarnings("ignore")
def test_a_fitted_estimator_goes_on_as_partial_fit_does():
    model = MLPRegressor(hidden_layer_sizes=(3,), max_iter=4, random_state=3, engine="numpy", batch_size=10).fit(
        X, X[:, 0]
    )
    before = model.network_.parameters.copy()
    lab = Lab(model, X, X[:, 0])
    frame, arrays = look(lab.session)
    assert frame.place.epoch == 4
    np.testing.assert_array_equal(arrays["parameters"], before)
    for _ in range(2):
        _, arrays = answered(lab.session, Step(grain="epoch", view=PLAIN))
    np.testing.assert_array_equal(model.network_.parameters, before)
    for _ in range(2):
        model.partial_fit(X, X[:, 0])
    np.testing.assert_array_equal(arrays["parameters"], model.network_.parameters)


def test_a_trainer_goes_on_with_its_last_run_or_begins_on_rows():
    training = started()
    training.run_epoch()
    trainer = training.settings
    frame, _ = look(Lab(training).session)
    assert (frame.place.epoch, len(Lab(training).session.state.data)) == (1, 50)
    frame, _ = look(Lab(trainer, X[:20], Y[:20]).session)
    assert (frame.place.epoch, len(Lab(trainer, X[:20], Y[:20]).session.state.data)) == (0, 20)
    trainer = Trainer(Network([3, 1], rng=0))
    trainer.start(X, Y)
    assert run_of(trainer, None, None).training is trainer.training
    assert run_of(Network([3, 1], rng=0), X, Y) is None
    assert run_of(MLPClassifier(solver="lbfgs"), X, Y) is None


def test_too_many_rows_for_the_networks_size_are_refused():
    network = Network([3, 700, 700, 1], rng=0)
    rows = np.zeros((2_500, 3))
    training = Trainer(network).start(rows, rows[:, 0])
    with pytest.raises(Refusal, match=r"2,500 rows and 494,201 parameters: .* takes 2,023 rows at most"):
        Session(run=Run(training))
