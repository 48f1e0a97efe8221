"""Calls of `partial_fit` one after the other, with anything in between: as if each had made all anew."""

import copy
import itertools
import pickle
import signal

import numpy as np
import pytest
import sklearn.base
from scipy import sparse
from sklearn.neural_network import MLPClassifier as TheirClassifier
from sklearn.neural_network import MLPRegressor as TheirRegressor

from clearprop import MLPClassifier, MLPRegressor
from clearprop.errors import DivergenceError
from clearprop.estimators.stream import Stream
from tests.engines.compiled.helpers import run_python

rng = np.random.default_rng(0)
X = rng.normal(size=(400, 4))
GOALS = {MLPClassifier: rng.integers(0, 3, size=400), MLPRegressor: X @ [1.0, -2.0, 0.5, 0.0]}
FIRST = {MLPClassifier: {"classes": [0, 1, 2]}, MLPRegressor: {}}
THEIRS = {MLPClassifier: TheirClassifier, MLPRegressor: TheirRegressor}
both = pytest.mark.parametrize("cls", GOALS)


def small(cls, **given):
    return cls(**{"hidden_layer_sizes": (8,), "random_state": 0} | given)


def is_ready(model):
    """Whether the next call finds what the last one has left."""
    stream = vars(model).get("_stream")
    return isinstance(stream, Stream) and stream.goes_on(model)


def parts(cls, sizes):
    return [(X[a:b], GOALS[cls][a:b]) for a, b in itertools.pairwise(np.cumsum([0, *sizes]))]


def states(model):
    """All that a model has learned, and where it stands."""
    snapshot = copy.deepcopy(model)._snapshot
    return {
        "parameters": model.network_.parameters.tolist(),
        "slots": snapshot.slots.tolist(),
        "step": snapshot.step,
        "generator": str(snapshot.generator),
        "order": None if snapshot.state.order is None else snapshot.state.order.tolist(),
        "loss_curve_": model.loss_curve_,
        "history_": list(model.history_),
        "numbers": [model.t_, model.n_iter_, model.loss_, model.best_loss_, model.learning_rate_, model._stop_reason],
        "patience": (snapshot.state.patience.best, snapshot.state.patience.epochs_without_gain),
    }


def by_snapshots(cls, chunks, **given):
    """What the chunks come to where each call begins with a snapshot."""
    model = small(cls, **given)
    for rows, goal in chunks:
        model = pickle.loads(pickle.dumps(model.partial_fit(rows, goal, **FIRST[cls])))
        assert "_stream" not in vars(model)
    return model


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"solver": "sgd", "learning_rate": "invscaling"},
        {"solver": "sgd", "learning_rate": "adaptive", "n_iter_no_change": 1, "tol": 1.0},
        {"batch_size": 30, "max_iter": 2},
        {"dropout": 0.3, "solver": "sgd"},
        {"shuffle": False, "hidden_layer_sizes": [5, 4], "activation": ["tanh", "relu"]},
        {"engine": "numpy"},
        {"dtype": "float32"},
    ],
    ids=str,
)
@both
@pytest.mark.filterwarnings("ignore:Got `batch_size`")
def test_a_stream_is_its_snapshots_one_after_the_other(cls, given):
    chunks = parts(cls, [50, 50, 1, 1, 70, 50, 50])
    model = small(cls, **given)
    for rows, goal in chunks:
        model.partial_fit(rows, goal, **FIRST[cls])
        assert is_ready(model)
    assert states(model) == states(by_snapshots(cls, chunks, **given))


@both
def test_a_stream_is_scikit_learns(cls):
    given = {"hidden_layer_sizes": (8,), "random_state": 0, "shuffle": False}
    ours, theirs = cls(**given), THEIRS[cls](**given)
    for rows, goal in parts(cls, [60, 60, 60, 100, 100]):
        ours.partial_fit(rows, goal, **FIRST[cls])
        theirs.partial_fit(rows, goal, **FIRST[cls])
    for mine, other in zip(ours.coefs_, theirs.coefs_, strict=True):
        np.testing.assert_allclose(mine, other, rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(ours.loss_curve_, theirs.loss_curve_, rtol=1e-9)
    assert ours.t_ == theirs.t_


def of_other_kinds(rows, goal):
    """The same rows in other forms, which lead to the same checks."""
    return [
        (rows.tolist(), goal.tolist()),
        (sparse.csr_array(rows), goal),
        (np.asfortranarray(rows), goal),
        (rows.astype(np.float32), goal),
        (rows, goal, np.linspace(0.5, 2.0, len(goal))),
    ]


@both
def test_other_forms_of_rows_between(cls):
    model, other = small(cls), small(cls)
    rows, goal = parts(cls, [50])[0]
    for given in [(rows, goal), *of_other_kinds(rows, goal), (rows, goal)]:
        more = dict(zip(("sample_weight",), given[2:], strict=False))
        model.partial_fit(*given[:2], **FIRST[cls], **more)
        other = pickle.loads(pickle.dumps(other.partial_fit(*given[:2], **FIRST[cls], **more)))
    assert states(model) == states(other)


# Calls that are refused, after which all is as before: rows, goal, and what is said.
REFUSED = {
    "NaN": (lambda rows, goal: (np.where(rows > 1, np.nan, rows), goal), "NaN"),
    "width": (lambda rows, goal: (rows[:, :3], goal), "features"),
    "length": (lambda rows, goal: (rows, goal[:-1]), "inconsistent|samples"),
    "no rows": (lambda rows, goal: (rows[:0], goal[:0]), "minimum of 1"),
}


@pytest.mark.parametrize("case", REFUSED)
@both
def test_what_is_refused_changes_nothing(cls, case):
    chunks = parts(cls, [50, 50, 50])
    model, other = small(cls), small(cls)
    change, said = REFUSED[case]
    for call, (rows, goal) in enumerate(chunks):
        model.partial_fit(rows, goal, **FIRST[cls])
        other.partial_fit(rows, goal, **FIRST[cls])
        if call == 1:
            attributes = dict(vars(model))
            with pytest.raises(ValueError, match=said) as in_stream:
                model.partial_fit(*change(rows, goal))
            assert vars(model) == attributes
            assert is_ready(model)
            with pytest.raises(ValueError, match=said) as without:
                pickle.loads(pickle.dumps(model)).partial_fit(*change(rows, goal))
            assert str(in_stream.value) == str(without.value)
    assert states(model) == states(other)


def test_classes_that_are_not_known_are_refused():
    model = small(MLPClassifier).partial_fit(X[:50], GOALS[MLPClassifier][:50], classes=[0, 1, 2])
    for goal in (np.full(5, 7), np.full(5, -1), np.array(["a"] * 5)):
        with pytest.raises(ValueError, match=r"`y` has classes not in `self.classes_`|unknown|Mix"):
            model.partial_fit(X[:5], goal)
    for classes in ([0, 1], np.array([0, 1, 2, 3])):
        with pytest.raises(ValueError, match="is not the same as on last call"):
            model.partial_fit(X[:5], GOALS[MLPClassifier][:5], classes=classes)
    binary = small(MLPClassifier).partial_fit(X[:4], [0, 1, 0, 1], classes=np.array([0, 1]))
    with pytest.raises(ValueError, match=r"`y` has classes not in `self.classes_`"):
        binary.partial_fit(X[:3], np.array([0, 1, 2]))
    assert is_ready(binary)


@both
def test_more_outputs_are_refused(cls):
    if cls is MLPRegressor:
        model = small(cls).partial_fit(X[:50], GOALS[cls][:50])
        with pytest.raises(ValueError, match="training goes on with a network of layers"):
            model.partial_fit(X[:50], np.column_stack([GOALS[cls][:50]] * 2))
        assert is_ready(model)


@pytest.mark.parametrize(
    "change",
    [
        lambda model: model.set_params(learning_rate_init=0.1),
        lambda model: setattr(model, "alpha", 0.5),
        lambda model: model.hidden_layer_sizes.__setitem__(0, 8),  # as it was
        lambda model: setattr(model, "network_", model.network_.copy()),
        lambda model: model.network_.parameters.__imul__(0.5),
        lambda model: model.coefs_[0].__setitem__((0, 0), 3.0),
        lambda model: model.network_.hold(model.network_.parameters * 2),
        lambda model: model.set_params(random_state=5),
        lambda model: model.set_params(solver="sgd"),
        lambda model: model.fit(X[:30], GOALS[type(model)][:30]),
        lambda model: copy.deepcopy(model).partial_fit(X[:9], GOALS[type(model)][:9]),
        lambda model: model._snapshot.slots.__imul__(2.0),
        lambda model: model.predict(X),
    ],
)
@both
@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
def test_what_comes_between_counts_as_it_would_without_a_stream(cls, change):
    chunks = parts(cls, [50, 50, 50, 50])
    model, other = small(cls, hidden_layer_sizes=[8]), small(cls, hidden_layer_sizes=[8])
    for call, (rows, goal) in enumerate(chunks):
        model.partial_fit(rows, goal, **FIRST[cls])
        other = pickle.loads(pickle.dumps(other.partial_fit(rows, goal, **FIRST[cls])))
        if call == 1:
            change(model)
            change(other)
    assert states(model) == states(other)


@both
def test_copies_and_clones(cls):
    first, then = parts(cls, [50, 50])
    model = small(cls).partial_fit(*first, **FIRST[cls])
    copied = copy.deepcopy(model)
    assert is_ready(model)
    assert "_stream" not in vars(copied)
    assert states(copied.partial_fit(*then)) == states(model.partial_fit(*then))
    assert not hasattr(sklearn.base.clone(model), "network_")


@both
def test_divergence_leaves_the_stream_as_it_was(cls):
    model, other = (small(cls, activation="identity", solver="sgd") for _ in range(2))
    for _ in range(2):
        model.partial_fit(X[:50], GOALS[cls][:50], **FIRST[cls])
        other.partial_fit(X[:50], GOALS[cls][:50], **FIRST[cls])
    before = states(model)
    with pytest.raises(DivergenceError, match="The model is still the one from before"):
        model.partial_fit(X[:90] * 1e160, GOALS[cls][:90])
    assert is_ready(model)
    assert states(model) == before
    assert states(model.partial_fit(X[:50], GOALS[cls][:50])) == states(other.partial_fit(X[:50], GOALS[cls][:50]))


@pytest.mark.parametrize("where", ["clearprop.training.run.Training._orders", "clearprop.training.run.Training._judge"])
@both
def test_an_interruption_leaves_the_stream_as_it_was(cls, where, monkeypatch):
    model, other = small(cls), small(cls)
    for one in (model, other):
        one.partial_fit(X[:50], GOALS[cls][:50], **FIRST[cls]).partial_fit(X[:50], GOALS[cls][:50])
    before = states(model)
    with monkeypatch.context() as patch:
        patch.setattr(where, lambda *_: signal.raise_signal(signal.SIGINT))
        with pytest.warns(UserWarning, match="Training interrupted by user. The model is still the one from before"):
            model.partial_fit(X[:70], GOALS[cls][:70])
    assert states(model) == before
    for rows in (X[:50], X[:70]):
        model.partial_fit(rows, GOALS[cls][: len(rows)])
        other.partial_fit(rows, GOALS[cls][: len(rows)])
    assert states(model) == states(other)


def test_a_shared_generator_is_drawn_from_as_ever():
    shared, other = np.random.RandomState(3), np.random.RandomState(3)
    model, theirs = small(MLPRegressor, random_state=shared), small(MLPRegressor, random_state=other)
    for rows, goal in parts(MLPRegressor, [40] * 5):
        model.partial_fit(rows, goal)
        theirs._end_stream()
        theirs.partial_fit(rows, goal)
        assert shared.randint(1000) == other.randint(1000)
    assert np.array_equal(model.network_.parameters, theirs.network_.parameters)


def test_large_tables_and_long_calls_are_let_go_of():
    model = small(MLPRegressor, hidden_layer_sizes=(1,))
    wide = np.ones((600, 400))
    assert not is_ready(model.partial_fit(wide, np.ones(600)))
    model.partial_fit(wide[:10], np.ones(10))
    assert is_ready(model)
    assert not is_ready(model.partial_fit(wide, np.ones(600)))


GROWTH = """
import gc, sys
import numpy as np
import clearprop

def objects():
    gc.collect()
    return len(gc.get_objects())

for name in sys.argv[1:]:
    model = getattr(clearprop, name)(hidden_layer_sizes=(8,), random_state=0)
    rows, goal, first = np.eye(5), np.arange(5) % 3, {"classes": [0, 1, 2]} if name == "MLPClassifier" else {}
    for _ in range(20):
        model.partial_fit(rows, goal, **first)
    before = objects()
    for _ in range(100):
        model.partial_fit(rows, goal)
    print(objects() - before, len(model.history_), len(model.loss_curve_))
"""


def test_nothing_grows_but_the_history():
    # In a process of its own: a browser or a cluster that other tests hold open makes objects, too.
    grown = run_python(GROWTH, "MLPClassifier", "MLPRegressor").splitlines()
    assert len(grown) == 2
    for line in grown:
        objects, *lengths = map(int, line.split())
        assert objects <= 110  # a record of the history each
        assert lengths == [120, 120]
