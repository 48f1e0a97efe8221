"""Estimators in model files: parameters, attributes and answers come back to the bit; and what a file does not hold."""

import copy
import pickle
from importlib.util import find_spec

import joblib
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import sparse
from sklearn.base import clone
from sklearn.exceptions import NotFittedError

import clearprop
from clearprop import ACTIVATIONS, INITIALIZERS, LOSSES, OPTIMIZERS, SCHEDULES, Callback, LBfgs
from clearprop.activations import Activation, Elu, LeakyRelu
from clearprop.estimators.labels import labels_of_plain, labels_to_plain
from clearprop.estimators.plain_values import from_plain, to_plain
from clearprop.schedules import OneCycle, StepDecay

from ..extent import examples

pytestmark = pytest.mark.filterwarnings(
    "ignore::sklearn.exceptions.ConvergenceWarning", "ignore::clearprop.errors.TrainingWarning"
)

rng = np.random.default_rng(0)
X = rng.normal(size=(60, 3))
KIND = np.where(X[:, 0] > 0.4, "yes", np.where(X[:, 1] > 0, "no", "maybe"))
TABLE = {"size": X[:, 0], "town": np.resize(["Ulm", "Bonn", "Köln"], 60), "paid": X[:, 2] > 0}
TWO = X[:, 0] > 0
QUICK = {"max_iter": 3, "random_state": 0}
SGD = QUICK | {"solver": "sgd"}
SMALL = {"recipe": "plain", "max_epochs": 2, "hidden_layer_sizes": [3], "random_state": 0}
# What an estimator has of its training that no file holds.
OF_TRAINING = {"_snapshot", "_stream", "_learned", "_course", "_importances", "_n_rows", "_skl_callbacks"}

MODELS = {
    "classes": (clearprop.MLPClassifier((4,), **QUICK), X, KIND),
    "two classes": (clearprop.MLPClassifier((4,), early_stopping=True, class_weight="balanced", **QUICK), X, TWO),
    "labels": (clearprop.MLPClassifier((4,), class_weight=[{0: 1, 1: 5}, {1: 3}], **QUICK), X, X[:, :2] > 0),
    "hinge": (clearprop.MLPClassifier((4,), loss="hinge", solver="lbfgs", **QUICK), X.astype(np.float32), KIND),
    "quantity": (clearprop.MLPRegressor(hidden_layer_sizes=(4,), learning_rate="adaptive", **SGD), X, X[:, 1]),
    "quantities": (clearprop.MLPRegressor(hidden_layer_sizes=[], solver="lbfgs", **QUICK), X, X[:, :2]),
    "float32": (clearprop.MLPRegressor(hidden_layer_sizes=4, dtype=np.float32, dropout=[0.5], **QUICK), X, X[:, 0]),
    "perceptron": (clearprop.Perceptron(max_iter=3), X, KIND),
    "perceptron of two": (clearprop.Perceptron(max_iter=3, class_weight={0: 1, 1: 2}, penalty="l1"), X, X[:, 0] > 0),
    "table": (clearprop.TableClassifier(**SMALL), TABLE, KIND),
    "table of members": (clearprop.TableClassifier(members=2, **SMALL), TABLE, (X[:, 0] > 0).astype(np.int16)),
    "table of a quantity": (clearprop.TableRegressor(loss="huber", **SMALL), TABLE, X[:, 1]),
}  # fmt: skip


def fitted(name):
    model, rows, goal = MODELS[name]
    return clone(model).fit(rows, goal), rows, goal


def saved_and_loaded(model, folder):
    model.save(folder / "m")
    return clearprop.load(folder / "m")


def answers(model, rows):
    asked = ("predict", "predict_proba", "predict_log_proba", "decision_function")
    return {name: getattr(model, name)(rows) for name in asked if hasattr(model, name)}


def attributes(model):
    return {name: value for name, value in vars(model).items() if name not in OF_TRAINING}


def same(one, other):
    """Whether two attributes are alike to the bit, and of one type."""
    if type(one) is not type(other):
        return False
    if isinstance(one, np.ndarray):
        return one.dtype == other.dtype and one.shape == other.shape and one.tolist() == other.tolist()
    if hasattr(one, "parameters"):
        return one.parameters.tobytes() == other.parameters.tobytes() and repr(one) == repr(other)
    if hasattr(one, "networks"):
        return all(map(same, one.networks, other.networks)) and (one.preparation, one.target) == (
            *(other.preparation, other.target),
        )
    if hasattr(one, "y_type_"):
        return all(same(vars(one)[name], vars(other)[name]) for name in vars(one))
    return repr(one) == repr(other)


@pytest.mark.parametrize("name", MODELS)
def test_round_trip(tmp_path, name):
    model, rows, goal = fitted(name)
    loaded = saved_and_loaded(model, tmp_path)
    assert type(loaded) is type(model)
    assert repr(loaded.get_params()) == repr(model.get_params())
    own, others = attributes(model), attributes(loaded)
    assert own.keys() == others.keys()
    assert [key for key in own if not same(own[key], others[key])] == []
    for method, answer in answers(model, rows).items():
        again = answers(loaded, rows)[method]
        assert (again.dtype, again.tobytes()) == (answer.dtype, answer.tobytes()), method
    assert loaded.score(rows, goal) == model.score(rows, goal)
    if hasattr(model, "history_"):
        assert list(loaded.history_) == list(model.history_)
    loaded.save(tmp_path / "again")
    assert (tmp_path / "again").read_bytes() == (tmp_path / "m").read_bytes()


@pytest.mark.parametrize("name", ["classes", "two classes", "quantity", "perceptron", "table", "table of a quantity"])
def test_a_warm_start_goes_on_as_if_it_had_not_been_saved(tmp_path, name):
    model, rows, goal = fitted(name)
    model.set_params(warm_start=True)
    loaded = saved_and_loaded(model, tmp_path)
    assert (
        answers(loaded.fit(rows, goal), rows)["predict"].tolist()
        == answers(model.fit(rows, goal), rows)["predict"].tolist()
    )
    if hasattr(model, "network_"):
        assert loaded.network_.parameters.tobytes() == model.network_.parameters.tobytes()
    assert getattr(loaded, "loss_curve_", None) == getattr(model, "loss_curve_", None)


@pytest.mark.parametrize("name", ["classes", "quantity", "perceptron"])
def test_partial_fit_goes_on_with_the_weights(tmp_path, name):
    model, rows, goal = fitted(name)
    loaded = saved_and_loaded(model, tmp_path)
    weights = lambda m: m.coef_ if name == "perceptron" else m.network_.parameters  # noqa: E731
    before = weights(loaded).copy()
    steps = loaded.t_
    loaded.partial_fit(rows, goal)
    assert loaded.t_ == steps + 60
    assert 0 < np.abs(weights(loaded) - before).max() < 20
    if name == "perceptron":  # which remembers nothing else
        assert weights(loaded).tobytes() == weights(model.partial_fit(rows, goal)).tobytes()
        assert len(loaded.updates_) == len(model.updates_)
    else:
        assert len(loaded.loss_curve_) == 4


LABELS = {
    "int8": np.array([-3, 0, 7], np.int8),
    "uint64": np.array([0, 5, 2**64 - 1], np.uint64),
    "float32": np.array([0.1, 0.5, 2.5], np.float32),
    "bool": np.array([False, True]),
    "wide text": np.array(["", "größe", "z\u2028"], "<U40"),
    "objects": np.array(["a", "b", "c"], object),
}


# scikit-learn takes fractions for quantities, and a table has no empty text as a class.
NO_LABELS = {"table": ("float32", "wide text"), "others": ("float32",)}
OF_CLASSES = [
    pytest.param(cls, case, id=f"{cls.__name__}-{case}")
    for cls in (clearprop.MLPClassifier, clearprop.Perceptron, clearprop.TableClassifier)
    for case in LABELS
    if case not in NO_LABELS["table" if cls is clearprop.TableClassifier else "others"]
]


@pytest.mark.parametrize(("cls", "case"), OF_CLASSES)
def test_labels_keep_their_type(tmp_path, cls, case):
    labels = LABELS[case]
    settings = SMALL if cls is clearprop.TableClassifier else {"max_iter": 2}
    model = cls(**settings).fit(X, np.resize(labels, 60))
    loaded = saved_and_loaded(model, tmp_path)
    assert loaded.classes_.dtype == model.classes_.dtype
    assert loaded.classes_.tolist() == model.classes_.tolist()
    assert loaded.predict(X).dtype == model.predict(X).dtype
    assert loaded.predict(X).tolist() == model.predict(X).tolist()


def test_very_wide_texts_are_kept_as_objects(monkeypatch):
    monkeypatch.setattr("clearprop.estimators.labels.MOST_CHARACTERS", 5000)
    plain = labels_to_plain(np.array(["a", "b"], "<U3000"))
    assert plain == {"dtype": "object", "labels": ["a", "b"]}
    assert labels_of_plain(**plain).tolist() == ["a", "b"]
    with pytest.raises(ValueError, match="labels of the dtype 'U3000'"):
        labels_of_plain("U3000", ["a", "b"])


def test_names_of_columns(tmp_path):
    import pandas

    frame = pandas.DataFrame(X, columns=["größe", "b\x1b", "c"])
    for model in (clearprop.MLPRegressor(hidden_layer_sizes=(3,), **QUICK), clearprop.TableRegressor(**SMALL)):
        model.fit(frame, X[:, 0])
        loaded = saved_and_loaded(model, tmp_path)
        assert loaded.feature_names_in_.tolist() == list(frame.columns)
        assert loaded.feature_names_in_.dtype == object
        with pytest.raises(ValueError, match=r"feature names should match|'c'"):
            loaded.predict(frame[["größe", "b\x1b"]])


def test_sparse_coefficients(tmp_path):
    model = clearprop.Perceptron(penalty="l1", alpha=0.1, max_iter=3).fit(X, KIND).sparsify()
    loaded = saved_and_loaded(model, tmp_path)
    assert sparse.issparse(loaded.coef_)
    assert loaded.coef_.toarray().tolist() == model.coef_.toarray().tolist()
    assert loaded.predict(X).tolist() == model.predict(X).tolist()


def test_updates_of_the_perceptron(tmp_path):
    model = clearprop.Perceptron().fit(X, KIND)
    loaded = saved_and_loaded(model, tmp_path)
    assert list(loaded.updates_) == list(model.updates_)
    assert loaded.separable_ == model.separable_
    assert loaded.mistake_bound_.tolist() == model.mistake_bound_.tolist()


# -- what a file does not hold -----------------------------------------------------------------------------------------


class Mine(clearprop.MLPClassifier):
    pass


class Cubic(Activation):
    name = "cubic"

    def value(self, z, out=None):
        return np.power(z, 3, out=out)

    def slope(self, z, a):
        return 3 * z**2


def test_functions_and_generators_are_left_out_and_said(tmp_path):
    given = {"scoring": lambda model, X, y: model.score(X, y), "random_state": np.random.RandomState(0)}
    model = clearprop.MLPClassifier((3,), early_stopping=True, max_iter=3, **given).fit(X, KIND)
    with pytest.warns(UserWarning, match=r"leaves out random_state \(a RandomState\); scoring \(a function\)"):
        model.save(tmp_path / "m")
    loaded = clearprop.load(tmp_path / "m")
    assert (loaded.scoring, loaded.random_state, loaded.early_stopping) == (None, None, True)
    assert loaded.predict(X).tolist() == model.predict(X).tolist()


def test_callbacks_are_left_out_and_said(tmp_path):
    model = clearprop.TableRegressor(callbacks=[Callback()], **SMALL).fit(TABLE, X[:, 0])
    with pytest.warns(UserWarning, match="leaves out callbacks"):
        model.save(tmp_path / "m")
    assert clearprop.load(tmp_path / "m").callbacks is None


def test_what_is_refused(tmp_path):
    with pytest.raises(NotFittedError):
        clearprop.MLPRegressor().save(tmp_path / "m")
    with pytest.raises(NotFittedError):
        clearprop.save(clearprop.TableClassifier(), tmp_path / "m")
    with pytest.raises(TypeError, match="Mine is a class of yours: save its network"):
        Mine((2,), max_iter=1).fit(X, KIND).save(tmp_path / "m")
    cubic = clearprop.MLPRegressor(hidden_layer_sizes=(2,), activation=Cubic(), max_iter=1).fit(X, X[:, 0])
    with pytest.warns(UserWarning, match="leaves out activation"), pytest.raises(ValueError, match="Cubic is not regi"):
        cubic.save(tmp_path / "m")
    negative = clearprop.MLPRegressor(hidden_layer_sizes=(2,), **QUICK).fit(X, X[:, 0]).set_params(alpha=-1)
    with pytest.raises(ValueError, match="The 'alpha' parameter"):
        negative.save(tmp_path / "m")
    with pytest.raises(TypeError, match="got dict"):
        clearprop.save({}, tmp_path / "m")
    assert not (tmp_path / "m").exists()


# -- parameters --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "registry", [ACTIVATIONS, INITIALIZERS, LOSSES, OPTIMIZERS, SCHEDULES], ids=lambda r: next(iter(r))
)
def test_all_that_registries_hold_can_be_a_parameter(registry):
    for cls in registry.values():
        for thing in (cls(), cls.name, [cls()], (cls(), None)):
            assert from_plain(to_plain(thing)) == thing


def test_settings_of_objects_are_kept(tmp_path):
    model = clearprop.MLPRegressor(
        hidden_layer_sizes=(2, 2), activation=(Elu(0.5), LeakyRelu(0.2)), learning_rate=OneCycle(rise=0.25), **QUICK
    ).fit(X, X[:, 0])
    loaded = saved_and_loaded(model, tmp_path)
    assert (loaded.activation, loaded.learning_rate) == ((Elu(0.5), LeakyRelu(0.2)), OneCycle(rise=0.25))
    assert from_plain(to_plain(LBfgs(max_evaluations=7))) == LBfgs(max_evaluations=7)
    assert from_plain(to_plain(StepDecay(every=3))) == StepDecay(every=3)


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**64 - 1) | st.floats(allow_nan=False) | st.text(max_size=6),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.lists(inner, max_size=3).map(tuple)
        | st.dictionaries(st.text(max_size=4) | st.integers(0, 9), inner, max_size=3)
    ),
    max_leaves=10,
)


@examples(200)
@given(value=VALUES)
def test_plain_values_come_back_with_their_types(value):
    again = from_plain(to_plain(value))
    assert repr(again) == repr(value)


# -- copies ------------------------------------------------------------------------------------------------------------

COPIES = {
    "pickle": lambda model, folder: pickle.loads(pickle.dumps(model)),
    "joblib": lambda model, folder: joblib.load(joblib.dump(model, folder / "m.joblib")[0]),
    "deepcopy": lambda model, folder: copy.deepcopy(model),
    "copy": lambda model, folder: copy.copy(model),
}


@pytest.mark.parametrize("way", COPIES)
@pytest.mark.parametrize("name", MODELS)
def test_copies(tmp_path, name, way):
    model, rows, goal = fitted(name)
    for other in (COPIES[way](model, tmp_path), COPIES[way](saved_and_loaded(model, tmp_path), tmp_path)):
        assert repr(other.get_params()) == repr(model.get_params())
        assert other.predict(rows).tobytes() == model.predict(rows).tobytes()
        assert other.score(rows, goal) == model.score(rows, goal)
    unfitted = COPIES[way](clone(model), tmp_path)
    assert not hasattr(unfitted, "n_features_in_")
    assert unfitted.fit(rows, goal).predict(rows).tobytes() == model.predict(rows).tobytes()


@pytest.mark.parametrize("way", ["pickle", "joblib", "deepcopy"])
@pytest.mark.parametrize("name", ["classes", "quantity", "perceptron"])
def test_a_copy_is_trained_further_as_the_original_is(tmp_path, name, way):
    model, rows, goal = fitted(name)
    other = COPIES[way](model, tmp_path)
    weights = lambda m: m.coef_ if name == "perceptron" else m.network_.parameters  # noqa: E731
    before = weights(other).copy()
    for _ in range(3):
        model.partial_fit(rows, goal)
        other = COPIES[way](other.partial_fit(rows, goal), tmp_path)
    assert weights(other).tobytes() == weights(model).tobytes() != before.tobytes()


def test_a_loaded_model_learns_nothing_from_the_rows_that_it_is_shown(tmp_path):
    import pandas

    model = clearprop.MLPRegressor(hidden_layer_sizes=(3,), **QUICK).fit(X, X[:, 0])
    loaded = saved_and_loaded(model, tmp_path)
    with pytest.warns(UserWarning, match="X has feature names, but MLPRegressor was fitted without"):
        loaded.predict(pandas.DataFrame(X, columns=list("abc")))
    assert not hasattr(loaded, "feature_names_in_")
    assert attributes(loaded).keys() == attributes(model).keys()


class Heard:
    def setup(self, estimator, context): ...
    def teardown(self, estimator, context): ...
    def on_fit_task_begin(self, estimator, context): ...
    def on_fit_task_end(self, estimator, context): ...


@pytest.mark.parametrize("way", ["pickle", "deepcopy"])
def test_copies_keep_callbacks(tmp_path, way):
    model = clearprop.MLPRegressor(hidden_layer_sizes=(2,), **QUICK).set_callbacks(Heard()).fit(X, X[:, 0])
    other = COPIES[way](model, tmp_path)
    assert other.predict(X).tobytes() == model.predict(X).tobytes()
    table = COPIES[way](clearprop.TableRegressor(callbacks=[Callback()], **SMALL).fit(TABLE, X[:, 0]), tmp_path)
    assert isinstance(table.callbacks[0], Callback)


@pytest.mark.skipif(find_spec("skops") is None, reason="skops is not installed")
@pytest.mark.parametrize("name", MODELS)
def test_skops(tmp_path, name):
    from skops.io import dumps, get_untrusted_types, loads

    model, rows, goal = fitted(name)
    for one in (model, clone(model)):
        content = dumps(one)
        untrusted = get_untrusted_types(data=content)
        assert all(kind.startswith(("clearprop.", "numpy.", "sklearn.")) for kind in untrusted), untrusted
        other = loads(content, trusted=untrusted)
        assert repr(other.get_params()) == repr(one.get_params())
        if one is model:
            assert other.predict(rows).tobytes() == model.predict(rows).tobytes()
            assert other.score(rows, goal) == model.score(rows, goal)
        else:
            assert other.fit(rows, goal).predict(rows).tobytes() == model.predict(rows).tobytes()
