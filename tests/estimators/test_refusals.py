"""What is refused is refused before anything is changed, in words that name value, rule and remedy."""

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.exceptions import NotFittedError

from clearprop import MLPClassifier, MLPRegressor, Perceptron
from clearprop.losses import BinaryCrossEntropy, Poisson
from clearprop.plots import ActivationHistogramDisplay, LossCurveDisplay, NetworkDisplay

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")

random = np.random.RandomState(0)
X = random.randn(60, 3)
y = np.where(X[:, 0] > 0, "yes", "no")
target = X[:, 0] ** 2
NAN = np.where(X > 2, np.nan, X)


def small(cls, **more):
    return cls(**({"hidden_layer_sizes": (4,), "max_iter": 5, "random_state": 0} | more))


def state(model):
    """Attributes by value, parameters of the network included."""
    return {
        name: (value.parameters.copy() if name == "network_" else list(value) if isinstance(value, list) else value)
        for name, value in vars(model).items()
    }


def assert_unchanged(model, before, parameters):
    after = state(model)
    assert set(after) == set(before)
    for name in set(before) - set(parameters):
        value = before[name]
        assert (
            np.array_equal(after[name], value)
            if isinstance(value, np.ndarray)
            else after[name] is value or (after[name] == value)
        ), name


WEIGHT = np.ones(60)
BAD = {
    "too few weights": ({}, {"sample_weight": WEIGHT[:5]}),
    "weights below 0": ({}, {"sample_weight": -WEIGHT}),
    "NaN": ({}, {"X": NAN}),
    "another number of columns, and a bad weight": ({}, {"X": X[:, :2], "sample_weight": WEIGHT[:5]}),
    "NaN in X_val": ({}, {"X_val": NAN, "y_val": "y"}),
    "no y_val": ({}, {"X_val": X}),
    "weights without X_val": ({}, {"sample_weight_val": WEIGHT}),
    "too few columns in X_val": ({}, {"X_val": X[:, :2], "y_val": "y"}),
    "too few weights of X_val": ({}, {"X_val": X, "y_val": "y", "sample_weight_val": WEIGHT[:5]}),
    "dropout": ({"dropout": [0.1, 0.1]}, {}),
    "engine": ({"engine": "steam"}, {}),
    "activations": ({"activation": ["tanh", "tanh"]}, {}),
    "sizes": ({"hidden_layer_sizes": (3.5,)}, {}),
    "few rows held out": ({"early_stopping": True, "validation_fraction": 0.001}, {}),
    "scorer": ({"early_stopping": True, "scoring": "ghost"}, {}),
}


@pytest.mark.parametrize(("parameters", "given"), BAD.values(), ids=BAD)
@pytest.mark.parametrize("cls", [MLPClassifier, MLPRegressor])
@pytest.mark.parametrize("warm_start", [False, True])
def test_a_refused_fit_changes_nothing(cls, parameters, given, warm_start):
    goal = y if cls is MLPClassifier else target
    model = small(cls, warm_start=warm_start).fit(X, goal)
    expected = model.predict(X)
    model.set_params(**parameters)
    before = state(model)
    given = {name: goal if isinstance(value, str) else value for name, value in given.items()}
    with pytest.raises(ValueError):  # noqa: PT011
        model.fit(**({"X": X, "y": goal} | given))
    assert_unchanged(model, before, parameters)
    assert np.array_equal(model.predict(X), expected)
    never = clone(model)
    with pytest.raises(ValueError):  # noqa: PT011
        never.fit(**({"X": X, "y": goal} | given))
    with pytest.raises(NotFittedError):
        never.predict(X)


def test_a_refused_first_partial_fit_has_learned_no_classes():
    for model in (small(MLPClassifier), Perceptron()):
        with pytest.raises(ValueError, match="NaN"):
            model.partial_fit(NAN, y, classes=["no", "yes"])
        model.partial_fit(X, np.where(y == "yes", 1, 0), classes=[0, 1])
        with pytest.raises(ValueError, match="NaN"):
            model.partial_fit(NAN, np.where(y == "yes", 1, 0))
        assert set(model.predict(X)) <= {0, 1}


@pytest.mark.parametrize(
    "given",
    [
        {"sample_weight": WEIGHT[:5]},
        {"sample_weight": -WEIGHT},
        {"X": NAN},
        {"y": ["no"] * 60},
        {"coef_init": np.ones(7)},
    ],
)
def test_a_refused_fit_of_a_perceptron_changes_nothing(given):
    model = Perceptron().fit(X, y)
    before, expected = state(model), model.predict(X)
    with pytest.raises(ValueError):  # noqa: PT011
        model.fit(**({"X": X, "y": y} | given))
    assert_unchanged(model, before, ())
    assert np.array_equal(model.predict(X), expected)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"activation": "tanh"}, r"a network of activations \[Relu\(\), Sigmoid\(\)\], but .* ask for \[Tanh\(\)"),
        ({"output_activation": "hard_sigmoid"}, "a network of activations"),
        ({"loss": "hinge"}, "a network of"),
        ({"loss": "binary_cross_entropy"}, "a network of loss"),
        ({"dtype": "float32"}, "a network of dtype float64"),
        ({"hidden_layer_sizes": (5,)}, "a network of layers"),
    ],
)
def test_training_does_not_go_on_with_a_network_of_other_parameters(given, message):
    model = small(MLPClassifier, warm_start=True).fit(X, y)
    for train in (model.set_params(**given).fit, model.partial_fit):
        with pytest.raises(ValueError, match=f"training goes on with {message}.*: set warm_start=False"):
            train(X, y)
    assert model.set_params(warm_start=False).fit(X, y).n_iter_ == 5


@pytest.mark.parametrize(
    ("cls", "given", "message"),
    [
        (MLPClassifier, {"hidden_layer_sizes": (10.7,)}, r"must be whole numbers, got 10.7 in \[10.7\]"),
        (MLPClassifier, {"hidden_layer_sizes": (True,)}, "must be whole numbers, got True"),
        (MLPClassifier, {"activation": ["softmax"]}, "activation 'softmax' is for outputs only"),
        (MLPClassifier, {"activation": ["softmax", "tanh"]}, "activation must be one, or a list of 1"),
        (MLPClassifier, {"output_activation": "softmax"}, "over one output is always 1: leave output_activation out"),
        (MLPRegressor, {"output_activation": "softmax"}, "over one output is always 1: leave output_activation out"),
        (MLPClassifier, {"dtype": int}, "dtype must be float32 or float64, got int64"),
        (
            MLPClassifier,
            {"class_weight": {"no": -1.0, "yes": 1.0}},
            "class_weight of class 'no' must be a finite number >= 0, got -1.0",
        ),
        (MLPClassifier, {"class_weight": {"no": 1.0, "maybe": 2.0}}, "are not in class_weight"),
        (MLPClassifier, {"loss": Poisson()}, "is one of quantities, and y holds classes: take one of"),
        (MLPRegressor, {"loss": BinaryCrossEntropy()}, "is one of classes, and y holds numbers: take MLPClassifier"),
        (
            Perceptron,
            {"class_weight": {"no": -1.0, "yes": 1.0}},
            "class_weight of class 'no' must be a finite number >= 0, got -1.0",
        ),
    ],
)
def test_parameters_that_cannot_be(cls, given, message):
    model = cls(**given) if cls is Perceptron else small(cls, **given)
    with pytest.raises(ValueError, match=message):
        model.fit(X, target if cls is MLPRegressor else y)


def test_a_column_of_classes_can_have_weights():
    given = {"no": 3.0, "yes": 1.0}
    with pytest.warns(Warning, match="column-vector"):
        column = small(MLPClassifier, class_weight=given).fit(X, y[:, np.newaxis])
    plain = small(MLPClassifier, class_weight=given).fit(X, y)
    assert np.array_equal(column.network_.parameters, plain.network_.parameters)


def test_looking_into_what_is_not_fitted():
    model = small(MLPClassifier)
    for look in (
        lambda: model.trace(X),
        lambda: model.input_gradients(X),
        lambda: model.diagnose(X, y),
        lambda: LossCurveDisplay.from_estimator(model),
        lambda: NetworkDisplay.from_estimator(model),
        lambda: NetworkDisplay.from_estimator(Perceptron()),
        lambda: ActivationHistogramDisplay.from_estimator(model, X),
    ):
        with pytest.raises(NotFittedError):
            look()
    with pytest.raises(ValueError, match="of must be 'outputs' or 'logits', got 'ghost'"):
        model.fit(X, y).input_gradients(X, of="ghost")
