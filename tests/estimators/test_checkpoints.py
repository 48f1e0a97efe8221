"""`fit` with a folder of checkpoints: interrupted and fitted again, it is the fit that was not interrupted."""

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.model_selection import GridSearchCV

from clearprop import (
    Callback,
    Checkpoints,
    InputError,
    MLPClassifier,
    MLPRegressor,
    Perceptron,
    TableClassifier,
    TableRegressor,
)
from clearprop.errors import TrainingWarning
from clearprop.files.checkpoint_folder import files_in

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")

random = np.random.RandomState(0)
X = random.randn(90, 4)
GOALS = {MLPClassifier: (X[:, 0] * X[:, 1] > 0).astype(int), MLPRegressor: X[:, :2] ** 2}
SOLVERS = {
    "adam": {},
    "early stopping": {"early_stopping": True, "n_iter_no_change": 50, "learning_rate_init": 0.05},
    "dropout": {"dropout": 0.2, "engine": "numpy"},
    "adaptive": {"solver": "sgd", "learning_rate": "adaptive", "tol": 1.0, "n_iter_no_change": 1},
    "float32": {"dtype": "float32", "solver": "nesterov", "clip_norm": 0.5},
}
CURVES = ("loss_curve_", "validation_scores_", "validation_loss_curve_")


class Ends:
    """A callback of scikit-learn's protocol by which the so-many-th epoch is the last of this process."""

    def __init__(self, epochs):
        self.left = epochs

    def setup(self, estimator, context):
        pass

    teardown = on_fit_task_begin = setup

    def on_fit_task_end(self, estimator, context):
        if context.task_name == "epoch":
            self.left -= 1
            if self.left == 0:
                raise KeyboardInterrupt


def mlp(cls, folder=None, **settings):
    every = None if folder is None else 4
    given = {"hidden_layer_sizes": (8,), "max_iter": 15, "random_state": 0, "batch_size": 20, **settings}
    return cls(**given, checkpoint=folder, checkpoint_every=every)


def interrupt(model, X, y, epochs=6):
    model.set_callbacks(Ends(epochs))
    with pytest.raises(KeyboardInterrupt) as caught:
        model.fit(X, y)
    assert caught.value.__notes__ == ["What was done is in the checkpoint folder: the same fit goes on with it"]


def assert_same(one, other):
    assert one.network_.parameters.tobytes() == other.network_.parameters.tobytes()
    assert one.history_.records == other.history_.records
    for name in ("n_iter_", "t_", "loss_", "best_loss_", "best_validation_score_", "learning_rate_", *CURVES):
        assert getattr(one, name, None) == getattr(other, name, None), name


@pytest.mark.parametrize("solver", SOLVERS)
@pytest.mark.parametrize("cls", GOALS)
def test_a_fit_goes_on(tmp_path, cls, solver):
    y, settings = GOALS[cls], SOLVERS[solver]
    whole = mlp(cls, **settings).fit(X, y)
    interrupt(mlp(cls, tmp_path, **settings), X, y)
    assert files_in(tmp_path)[-1].name == "epoch-000006.checkpoint"
    again = mlp(cls, tmp_path, **settings).fit(X, y)
    assert_same(again, whole)
    for model in (again, whole):  # and so does what comes after it
        model.partial_fit(X, y) if "early_stopping" not in settings else None
    assert_same(again, whole)
    with pytest.warns(TrainingWarning, match="nothing is trained"):
        assert_same(mlp(cls, tmp_path, **settings).fit(X, y), mlp(cls, **settings).fit(X, y))


def test_a_warm_start_goes_on_and_is_another_fit(tmp_path):
    y = GOALS[MLPClassifier]
    whole = mlp(MLPClassifier, warm_start=True).fit(X, y).fit(X, y)
    first = mlp(MLPClassifier, warm_start=True).fit(X, y).set_params(checkpoint=tmp_path, checkpoint_every=4)
    before = first.network_.parameters.tobytes()
    interrupt(first, X, y)
    assert first.network_.parameters.tobytes() == before
    assert_same(first.set_callbacks().fit(X, y), whole)
    with pytest.raises(InputError, match=r"the first parameters .* holds other values"):
        first.fit(X, y)


def test_a_checkpoints_object_has_the_rest_of_the_settings(tmp_path):
    y, kept = GOALS[MLPClassifier], Checkpoints(tmp_path, every=2, keep=5)
    model = clone(mlp(MLPClassifier, max_iter=6).set_params(checkpoint=kept)).fit(X, y)
    assert repr(model.get_params()["checkpoint"]) == repr(kept)
    assert [path.name[6:12] for path in files_in(tmp_path)] == ["000002", "000004", "000006"]
    model.set_params(checkpoint=Checkpoints(tmp_path, resume=False), checkpoint_every=5).fit(X, y)
    assert [path.name[6:12] for path in files_in(tmp_path)] == ["000005", "000006"]


@pytest.mark.parametrize("seed", [None, np.random.RandomState(0)])
@pytest.mark.parametrize("cls", [MLPClassifier, TableClassifier])
def test_a_seed_is_needed_to_begin_the_same_again(tmp_path, cls, seed):
    with pytest.raises(ValueError, match="random_state must be a whole number where there are checkpoints"):
        cls(checkpoint=tmp_path / "f", random_state=seed).fit(X, GOALS[MLPClassifier])
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("given", [{"checkpoint": 3}, {"checkpoint": "f", "checkpoint_every": 0}])
def test_parameters_that_cannot_be(given):
    with pytest.raises(ValueError, match="checkpoint"):
        MLPClassifier(random_state=0, **given).fit(X, GOALS[MLPClassifier])


@pytest.mark.parametrize(
    ("other", "said"),
    [
        ({"random_state": 1}, "the first parameters"),
        ({"alpha": 0.5}, "l2 was 0.0001 and is 0.5"),
        ({"n_iter_no_change": 3}, "patience was 10 and is 3"),
        ({"early_stopping": True}, "the number of rows was 90 and is 81"),
        ({"scoring": "f1", "early_stopping": True}, "scoring was None and is 'f1'"),
    ],
)
def test_another_fit_is_refused_and_the_model_stays(tmp_path, other, said):
    y = GOALS[MLPClassifier]
    model = mlp(MLPClassifier, tmp_path).fit(X, y)
    before = model.network_.parameters.tobytes(), model.loss_curve_[:]
    with pytest.raises(InputError, match=said):
        model.set_params(**other).fit(X, y)
    assert (model.network_.parameters.tobytes(), model.loss_curve_) == before


def test_a_search_in_one_folder_is_told_that_its_fits_are_others(tmp_path):
    search = GridSearchCV(mlp(MLPClassifier, tmp_path, max_iter=2), {"alpha": [0.1]}, cv=2, error_score="raise")
    with pytest.raises(InputError, match="holds checkpoints of another training: X holds other values"):
        search.fit(X, GOALS[MLPClassifier])


# -- tables ------------------------------------------------------------------------------------------------------------

COLUMNS = {f"c{place}": X[:, place] for place in range(4)} | {"kind": np.where(X[:, 3] > 0, "a", "b")}
ANSWERS = {TableClassifier: np.where(X[:, 0] > X[:, 1], "yes", "no"), TableRegressor: X[:, 0] - X[:, 2]}


class EndsAfter(Callback):
    def __init__(self, epochs):
        self.left = epochs

    def on_epoch_end(self, training):
        self.left -= 1
        if self.left == 0:
            raise KeyboardInterrupt


def table(cls, folder=None, **settings):
    given = {"members": 3, "max_epochs": 6, "hidden_layer_sizes": (8,), "random_state": 3, "n_jobs": 1, **settings}
    return cls(**given, checkpoint=folder, checkpoint_every=None if folder is None else 2)


def parameters(model):
    return [network.parameters.tobytes() for network in model.predictor_.networks]


@pytest.mark.parametrize("ended", [2, 9, 18])
@pytest.mark.parametrize("cls", ANSWERS)
def test_a_table_goes_on_member_by_member(tmp_path, cls, ended):
    y = ANSWERS[cls]
    whole = table(cls).fit(COLUMNS, y)
    with pytest.raises(KeyboardInterrupt):
        table(cls, tmp_path, callbacks=[EndsAfter(ended)]).fit(COLUMNS, y)
    steps = EndsAfter(-1)
    again = table(cls, tmp_path, callbacks=[steps]).fit(COLUMNS, y)
    assert -1 - steps.left == 18 - ended
    assert parameters(again) == parameters(whole)
    assert [history.records for history in again.histories_] == [history.records for history in whole.histories_]
    assert again.predictor_.temperature == whole.predictor_.temperature
    assert again.oof_score_ == whole.oof_score_


def test_a_refit_on_all_rows_goes_on(tmp_path):
    given = {"members": 1, "refit": True, "max_epochs": 8}
    whole = table(TableRegressor, **given).fit(COLUMNS, ANSWERS[TableRegressor])
    table(TableRegressor, tmp_path, **given).fit(COLUMNS, ANSWERS[TableRegressor])
    assert sorted(path.name for path in tmp_path.iterdir()) == ["all-rows-1", "member-1"]
    for path in files_in(tmp_path / "all-rows-1" / "member-1")[1:]:
        path.unlink()  # as if it had been killed then
    again = table(TableRegressor, tmp_path, **given).fit(COLUMNS, ANSWERS[TableRegressor])
    assert parameters(again) == parameters(whole)


@pytest.mark.parametrize(
    ("columns", "settings", "said"),
    [
        (COLUMNS | {"c2": X[:, 2] + 1}, {}, "column 'c2' holds other values\\."),
        (COLUMNS | {"kind": np.where(X[:, 3] > 0, "a", "c")}, {}, "column 'kind' holds other values\\."),
        ({name: COLUMNS[name] for name in ["c1", "c0", "c2", "c3", "kind"]}, {}, "the columns was \\['c0', 'c1'"),
        (COLUMNS | {"more": X[:, 0]}, {}, "the columns was .*column 'more' was not there"),
        ({name: column[:-1] for name, column in COLUMNS.items()}, {}, "the number of rows was 90 and is 89\\."),
        (COLUMNS, {"random_state": 4}, "random_state was 3 and is 4\\."),
        (COLUMNS, {"members": 2}, "members was 3 and is 2\\."),
        (COLUMNS, {"learning_rate": 0.1}, "learning_rate was None and is 0.1\\."),
        (COLUMNS, {"recipe": "plain"}, "recipe was 'auto' and is 'plain'\\."),
        (COLUMNS, {"ignore": ["c3"]}, "ignore was \\[\\] and is \\['c3'\\]\\."),
        (COLUMNS, {"max_epochs": 3}, "holds a training of 6 epochs, and epochs is 3"),
    ],
)
def test_another_table_is_refused_with_what_is_other(tmp_path, columns, settings, said):
    y = ANSWERS[TableClassifier]
    table(TableClassifier, tmp_path).fit(COLUMNS, y)
    with pytest.raises(InputError, match=said):
        table(TableClassifier, tmp_path, **settings).fit(columns, y[: len(columns["c0"])])


# -- whatever ends a fit leaves the model that was there ---------------------------------------------------------------


def failing(error):
    """A scorer that raises when it is asked the third time: after two epochs that were well."""
    left = [3]

    def score(*given):
        left[0] -= 1
        if left[0] == 0:
            raise error
        return 0.5

    return score


MADE = {"scoring": failing, "callbacks": lambda epochs: [EndsAfter(epochs)]}
STEEP = {"solver": "sgd", "activation": "identity", "learning_rate_init": 1e9, "batch_size": 90}
HUGE = {**STEEP, "early_stopping": False}
TABLE_HUGE = {"trainer": {"optimizer": "sgd"}, "learning_rate": 1e30}
# By kind of estimator: what is set for the second fit, and what it ends by.
ENDS = {
    MLPClassifier: {
        "the scorer raises": ({"scoring": ZeroDivisionError()}, ZeroDivisionError),
        "interrupted": ({"scoring": KeyboardInterrupt()}, UserWarning),
        "NaN": ({}, ValueError),
        "a parameter": ({"alpha": -1.0}, ValueError),
    },
    MLPRegressor: {
        "diverges": (HUGE, ValueError),
        "the scorer raises": ({"scoring": ZeroDivisionError()}, ZeroDivisionError),
        "interrupted": ({"scoring": KeyboardInterrupt()}, UserWarning),
    },
    TableClassifier: {
        "diverges": (TABLE_HUGE, ValueError),
        "the scorer raises": ({"scoring": ZeroDivisionError()}, ZeroDivisionError),
        "interrupted": ({"callbacks": 2}, KeyboardInterrupt),
        "a column of another length": ({}, ValueError),
        "a parameter": ({"activation": "none such"}, ValueError),
    },
    TableRegressor: {
        "diverges": (TABLE_HUGE, ValueError),
        "the scorer raises": ({"scoring": ZeroDivisionError()}, ZeroDivisionError),
        "interrupted": ({"callbacks": 8}, KeyboardInterrupt),
        "a column of another length": ({}, ValueError),
    },
}
CASES = [(cls, name) for cls, ends in ENDS.items() for name in ends]


@pytest.mark.parametrize("warm_start", [False, True])
@pytest.mark.parametrize(("cls", "name"), CASES, ids=[f"{cls.__name__}, {name}" for cls, name in CASES])
def test_a_fit_that_does_not_come_to_its_end_leaves_the_model(cls, name, warm_start):
    settings, ended_by = ENDS[cls][name]
    is_table = cls in ANSWERS
    make = table if is_table else mlp
    first = {} if is_table else {"early_stopping": True, "activation": settings.get("activation", "relu")}
    model = make(cls, warm_start=warm_start, **first)
    given, y = (COLUMNS, ANSWERS[cls]) if is_table else (X, GOALS[cls])
    made = {name: MADE[name](value) if name in MADE else value for name, value in settings.items()}
    model.fit(given, y).set_params(**made)
    before = what_it_is(model, given)
    if name == "NaN":
        given = np.where(X > 2, np.nan, X)
    elif name == "a column of another length":
        y = y[1:]
    with pytest.warns(ended_by) if ended_by is UserWarning else pytest.raises(ended_by):
        model.fit(given, y)
    assert what_it_is(model, COLUMNS if is_table else X) == before


@pytest.mark.parametrize("error", [KeyboardInterrupt(), ZeroDivisionError()])
@pytest.mark.parametrize("train", ["fit", "partial_fit"])
@pytest.mark.parametrize("warm_start", [False, True])
def test_a_perceptron_too(monkeypatch, warm_start, train, error):
    y = GOALS[MLPClassifier]
    model = Perceptron(warm_start=warm_start, max_iter=5, tol=None).fit(X, y)
    before = what_it_is(model, X), model.coef_.tobytes(), model.intercept_.tobytes()

    def judged(*given):  # it is trained by then
        raise error

    monkeypatch.setattr("clearprop.estimators.perceptron.judged", judged)
    with pytest.raises(type(error)):
        getattr(model, train)(X[::-1] * 3, y)
    assert (what_it_is(model, X), model.coef_.tobytes(), model.intercept_.tobytes()) == before


def what_it_is(model, given):
    kept = {name: value for name, value in vars(model).items() if name not in model.get_params()}
    lists = {name: list(value) for name, value in kept.items() if isinstance(value, list)}
    return lists, {name: id(value) for name, value in kept.items()}, model.predict(given).tolist(), model_bytes(model)


def model_bytes(model):
    networks = model.predictor_.networks if hasattr(model, "predictor_") else [model.network_]
    return [network.parameters.tobytes() for network in networks]
