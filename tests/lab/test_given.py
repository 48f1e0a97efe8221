"""What is given to a lab is what it shows: the network to the bit, the rows in its terms, the choices made."""

import numpy as np
import pytest
from sklearn.datasets import load_iris
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from clearprop import InputError, Lab, MLPClassifier, MLPRegressor, Network, Perceptron, Table, TableModel
from clearprop.inputs import Scale
from clearprop.lab.given import given
from clearprop.lab.networks import build
from clearprop.lab.protocol import Given, Preset

X, Y = load_iris(return_X_y=True)
FRAME, _ = load_iris(return_X_y=True, as_frame=True)
QUICK = {"max_iter": 3, "random_state": 0, "n_iter_no_change": 99}


def live(model, X, y):
    rows, settings = given(model, X, y)
    return build(settings, rows)


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
@pytest.mark.parametrize(
    ("model", "y", "classes"),
    [
        (MLPClassifier((5, 3), activation="tanh", **QUICK), Y, ("0", "1", "2")),
        (MLPClassifier((5,), solver="sgd", **QUICK), np.array(["a", "b", "c"])[Y], ("a", "b", "c")),
        (MLPClassifier((4,), **QUICK), Y == 1, ("False", "True")),
        (MLPRegressor(hidden_layer_sizes=(5,), **QUICK), X[:, 0] * 2, ()),
        (Perceptron(), Y == 0, ("False", "True")),
        (Perceptron(), Y, ("0", "1", "2")),
    ],
)
def test_an_estimators_network_begins_where_it_is(model, y, classes):
    model.fit(FRAME, y)
    shown = live(model, FRAME, y)
    np.testing.assert_array_equal(shown.network.parameters, model.network_.parameters)
    assert [one.name for one in shown.network.activations] == [one.name for one in model.network_.activations]
    assert shown.data.column_names == tuple(FRAME.columns)
    assert shown.data.class_names == classes
    np.testing.assert_array_equal(shown.data.columns, X)
    if classes:
        labels = [str(label) for label in np.asarray(y).tolist()]
        assert [classes[number] for number in shown.data.target] == labels
        assert (np.array(classes)[shown.data.target] == np.array(labels)).all()
    else:
        np.testing.assert_array_equal(shown.data.target[:, 0], y)
    assert len(shown.held_out) == 0


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
def test_an_estimators_choice_is_the_settings():
    model = MLPClassifier((5,), solver="sgd", learning_rate_init=0.5, batch_size=16, alpha=0.25, **QUICK).fit(X, Y)
    _, settings = given(model, X, Y)
    assert (settings.optimizer, settings.learning_rate, settings.batch_size, settings.l2) == ("sgd", 0.5, 16, 0.25)
    assert isinstance(settings.data, Given)


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
def test_a_pipelines_rows_are_those_of_its_last_step():
    model = make_pipeline(StandardScaler(), MLPClassifier((5,), **QUICK)).fit(X, Y)
    shown = live(model, X, Y)
    np.testing.assert_allclose(shown.data.columns, (X - X.mean(axis=0)) / X.std(axis=0), atol=1e-12)


@pytest.mark.parametrize(
    ("network", "y", "target"),
    [
        (Network([2, 3, 1], "tanh", loss="binary_cross_entropy", rng=0), [1, 0, 1], [1, 0, 1]),
        (Network([2, 1], loss="perceptron", rng=0), [1, -1, 1], [1, 0, 1]),
        (Network([2, 3, 3], "tanh", loss="cross_entropy", rng=0), [[0, 0, 1], [1, 0, 0], [0, 1, 0]], [2, 0, 1]),
        (Network([2, 3, 2], "relu", loss="squared_error", rng=0), [[1, 2], [3, 4], [5, 6]], [[1, 2], [3, 4], [5, 6]]),
    ],
)
def test_a_network_is_shown_as_it_is(network, y, target):
    shown = live(network, [[0, 1], [2, 3], [4, 5]], y)
    np.testing.assert_array_equal(shown.network.parameters, network.parameters)
    assert shown.network is not network
    assert shown.data.target.tolist() == target
    assert shown.data.column_names == ("x1", "x2")
    np.testing.assert_allclose(shown.network.predict(shown.inputs), network.predict([[0, 1], [2, 3], [4, 5]]))


def test_a_model_of_a_table_takes_a_table():
    table = Table.from_columns(["size", "kind"], [[1, 2, 3, 7, 8, 9] * 10, (["small"] * 3 + ["big"] * 3) * 10])
    model = TableModel.learn(table, "kind").model
    shown = live(model, table, None)
    np.testing.assert_array_equal(shown.network.parameters, model.network.parameters)
    assert shown.data.class_names == ("big", "small")
    assert shown.data.target.tolist() == [1, 1, 1, 0, 0, 0] * 10


def test_rows_alone_are_learned_from_anew():
    rows, settings = given(None, [[0, 0], [0, 1], [1, 0], [1, 1]], ["no", "yes", "yes", "no"])
    assert (rows.class_names, rows.target.tolist()) == (("no", "yes"), [0, 1, 1, 0])
    assert isinstance(settings.data, Given)
    rows, _ = given(None, np.linspace(0, 1, 40), np.linspace(0, 1, 40) ** 2)
    assert (rows.task, rows.columns.shape, rows.target.shape) == ("regression", (40, 1), (40, 1))


def test_nothing_is_a_data_set_of_the_labs_own():
    rows, settings = given(None, None, None)
    assert rows is None
    assert isinstance(settings.data, Preset)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ((Network([2, 1]),), "the rows are missing"),
        ((Network([2, 1]), [[1, 2]]), "the rows are missing"),
        ((None, X), "give both"),
        ((Network([2, 1]), [[1, 2, 3]], [1]), "must have shape"),
        ((Network([2, 1]), [[1, 2]], ["a"]), "y must"),
        ((3, X, Y), "int"),
    ],
)
def test_what_cannot_be_shown_is_refused(arguments, says):
    with pytest.raises(InputError, match=says):
        Lab(*arguments)


@pytest.mark.parametrize("settings", [{"inputs": [Scale(2)]}, {"trainable_share": True}])
def test_inputs_with_parameters_and_shares_are_refused_in_words(settings):
    network = Network([2, 3, 1], rng=0, **settings)
    with pytest.raises(InputError, match=r"the lab does not show inputs with parameters and trainable shares .* yet"):
        given(network, [[0.0, 1.0]], [1.0])
