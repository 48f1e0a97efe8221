"""What can be exported, and what is refused and why."""

import warnings
from dataclasses import dataclass

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

from clearprop import ACTIVATIONS, INPUTS, InputError, MLPClassifier, MLPRegressor, Network, Perceptron, TableClassifier
from clearprop.activations import Activation
from clearprop.export import to_c, to_json, to_onnx, to_python
from clearprop.export.answers import Classes, Labels, Quantities
from clearprop.export.c.functions import EXPRESSIONS
from clearprop.export.model import model_of
from clearprop.export.onnx.activations import ADDERS
from clearprop.export.onnx.network import INPUTS as INPUTS_OF_ONNX
from clearprop.export.python.functions import FUNCTIONS
from clearprop.inputs import Scale

from . import models

WRITERS = [to_c, to_json, to_onnx, to_python]


class Cubic(Activation):
    name = "cubic"

    def value(self, z, out=None):
        return np.power(z, 3, out=out)

    def slope(self, z, a):
        return 3 * z**2


@dataclass(frozen=True)
class Doubled(Scale):
    name = "doubled"


def test_nothing_that_is_registered_is_left_out():
    for written in (EXPRESSIONS, ADDERS, FUNCTIONS):
        assert set(written) == set(ACTIVATIONS)
    assert set(INPUTS_OF_ONNX) == set(INPUTS.values())


@pytest.mark.parametrize("name", ACTIVATIONS)
@pytest.mark.parametrize("write", WRITERS)
def test_each_registered_activation_is_exported(write, name):
    assert write(Network([2, 3, 2], name, output_activation=name, loss="squared_error", rng=0))


@pytest.mark.parametrize("write", WRITERS)
def test_an_activation_or_input_of_the_users_own(write, monkeypatch):
    with pytest.raises(InputError, match=r"activation Cubic is not one of clearprop's own.*train with one of identity"):
        write(Network([2, 3, 1], Cubic(), rng=0))
    monkeypatch.setitem(ACTIVATIONS._classes, "cubic", Cubic)
    with pytest.raises(InputError, match="activation Cubic"):
        write(Network([2, 3, 1], "cubic", rng=0))
    monkeypatch.setitem(ACTIVATIONS._classes, "relu", type("Relu", (Cubic,), {"name": "relu"}))
    with pytest.raises(InputError, match="activation Relu"):
        write(Network([2, 3, 1], "relu", rng=0))
    with pytest.raises(InputError, match="input Doubled is not one of clearprop's own"):
        write(Network([2, 1], inputs=[Doubled(2)], rng=0))


@pytest.mark.parametrize("write", WRITERS)
@pytest.mark.parametrize("model", [MLPClassifier(), MLPRegressor(), Perceptron(), TableClassifier()])
def test_what_is_not_fitted(write, model):
    with pytest.raises(InputError, match=f"{type(model).__name__} is not fitted: call fit first"):
        write(model)


@pytest.mark.parametrize("write", WRITERS)
@pytest.mark.parametrize("model", [None, "flowers.model", LogisticRegression(), make_pipeline(MLPClassifier())])
def test_what_is_no_model(write, model):
    with pytest.raises(TypeError, match=rf"got {type(model).__name__}: of a pipeline export the last step.*skl2onnx"):
        write(model)


def test_a_classifier_of_one_class():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model = MLPClassifier((2,), solver="lbfgs", max_iter=2).fit([[0.0], [1.0]], ["a", "a"])
    with pytest.raises(InputError, match="knows a single class, 'a'"):
        to_python(model)


def test_numbers_that_float32_does_not_hold():
    network = Network([1, 1], rng=0)
    network.parameters = [1e300, 0.0]
    with pytest.raises(InputError, match="parameters that float32 does not hold: export it as float64"):
        to_json(network, dtype="float32")
    with pytest.raises(ValueError, match="dtype"):
        to_json(network, dtype="float16")


@pytest.mark.parametrize(
    ("settings", "answer"),
    [
        ({"loss": "cross_entropy", "outputs": 3}, Classes),
        ({"loss": "binary_cross_entropy", "outputs": 1}, Classes),
        ({"loss": "binary_cross_entropy", "outputs": 2}, Quantities),
        ({"loss": "squared_error", "outputs": 1}, Quantities),
        ({"loss": "hinge", "outputs": 1}, Quantities),
    ],
)
def test_what_a_network_answers(settings, answer):
    assert type(model_of(models.network("tanh", "float64", **settings)).answer) is answer


def test_what_estimators_answer(estimators):
    given = {what: getattr(model_of(model).answer, "given", None) for what, model in estimators.items()}
    assert given["two texts"] == given["three bytes"] == "outputs"
    assert given["outputs over their sum"] == "shares"
    assert given["hinge of two"] == given["perceptron of three"] == "scores"
    assert isinstance(model_of(estimators["several labels"]).answer, Labels)
    assert model_of(estimators["hinge with probabilities"]).answer.threshold == 0
