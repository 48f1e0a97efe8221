"""What cannot learn says so before the first step; what is not warned of learns: for all that is registered."""

import re
import warnings

import numpy as np
import pytest

from clearprop import ACTIVATIONS, INITIALIZERS, LOSSES, Activation, Loss, MLPClassifier, MLPRegressor, Network, Trainer
from clearprop.errors import CannotLearnWarning, TrainingWarning
from clearprop.initializers import Normal, Uniform

rng = np.random.default_rng(0)
X = rng.normal(size=(40, 2))
SIDE = (X[:, 0] + 0.3 * X[:, 1] > 0).astype(float)
XOR = (X[:, 0] * X[:, 1] > 0).astype(float)


def targets(loss):
    """Two columns that depend on X and that every activation which is not flat can come near to."""
    two = np.column_stack([SIDE, 1 - SIDE])
    if loss in ("hinge", "perceptron"):
        return 2 * two - 1
    if LOSSES[loss].classification:
        return two
    share = 0.5 + 0.4 * np.tanh(X[:, 0])
    return np.column_stack([share, 1 - share])


def trained(network, y, **settings):
    """Loss before and after, and what was said."""
    before = network.loss(X, y)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        Trainer(network, **{"learning_rate": 0.03, "epochs": 60, "patience": None, "rng": 0} | settings).fit(X, y)
    assert {warning.filename for warning in caught} <= {__file__}
    said = [str(warning.message) for warning in caught if warning.category is CannotLearnWarning]
    assert len(said) <= 1
    return before, network.loss(X, y), "".join(said)


def made(*given, **settings):
    """A network, and whether its output was warned of when it was made."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        network = Network(*given, **settings)
    return network, bool(caught)


@pytest.mark.parametrize("output", ACTIVATIONS)
@pytest.mark.parametrize("loss", LOSSES)
def test_every_output_with_every_loss_learns_or_is_warned_of(loss, output):
    network, leaves_the_domain = made([2, 2], output_activation=output, loss=loss, rng=3)
    network.parameters *= 0.3
    y, start = targets(loss), network.parameters.copy()
    before, after, said = trained(network, y)
    low, high = ACTIVATIONS.resolve(output).output_range
    outside = (y < low) | (y > high)
    if output == "step":
        assert "the activation of the output, has slope 0 everywhere" in said
        np.testing.assert_array_equal(network.parameters, start)
        assert after == before
    elif outside.any():
        assert f"out of reach: {outside.sum()} of 80, such as -1, are outside of what {output} can be, from" in said
        gap = np.minimum(abs(y - low), abs(y - high))[outside]
        assert (abs(network.predict(X) - y)[outside] >= gap).all()
        assert after >= LOSSES.resolve(loss).value(np.clip(y, low, high), y).mean()
    else:
        assert said == ""
        assert after < 0.97 * before or leaves_the_domain


@pytest.mark.parametrize("hidden", ACTIVATIONS)
@pytest.mark.parametrize("loss", LOSSES)
def test_every_hidden_activation_with_every_loss_learns_or_is_warned_of(loss, hidden):
    network, y = Network([2, 6, 4, 2], ["tanh", hidden], loss=loss, rng=1), targets(loss)
    start = network.copy()
    before, after, said = trained(network, y)
    if hidden == "step":
        assert "step, the activation of layer 2, has slope 0 everywhere" in said
        assert "the weights of layers 1 and 2 stay as they began" in said
        for layer in (0, 1):
            np.testing.assert_array_equal(network.weights[layer], start.weights[layer])
            np.testing.assert_array_equal(network.biases[layer], start.biases[layer])
        assert (network.weights[2] != start.weights[2]).any()
    else:
        assert said == ""
        assert after < 0.9 * before


CONSTANT = {"zeros": "zeros", "all equal": Uniform(0.5, 0.5), "no deviation": Normal(0.0)}


@pytest.mark.parametrize("hidden", sorted(set(ACTIVATIONS) - {"step"}))
@pytest.mark.parametrize("name", [*INITIALIZERS, "all equal", "no deviation"])
def test_every_initializer_learns_or_is_warned_of(name, hidden):
    """On rows that one hidden unit cannot tell apart: units that stay alike are one."""
    network = Network([2, 8, 1], hidden, loss="binary_cross_entropy", initializer=CONSTANT.get(name, name), rng=0)
    before, after, said = trained(network, XOR, learning_rate=0.1)
    if name in CONSTANT:
        assert "stays so" in said or "stay alike" in said
        np.testing.assert_allclose(network.weights[0], network.weights[0][:, :1] * np.ones(8), atol=1e-7)
        np.testing.assert_allclose(network.weights[1], network.weights[1][0] * np.ones((8, 1)), atol=1e-7)
        if "stays so" in said:
            assert not network.weights[0].any()
            assert np.ptp(network.predict(X)) == 0
    else:
        assert said == ""
        assert np.ptp(network.weights[0], axis=1).min() > 0.01
        assert hidden == "identity" or after < 0.985 * before


@pytest.mark.parametrize("hidden", sorted(set(ACTIVATIONS) - {"step", "softmax"}))
@pytest.mark.parametrize(("before", "after"), [("zeros", "glorot"), ("glorot", "zeros")])
def test_zeros_on_one_side_of_a_layer_stop_those_alone_that_are_flat_at_zero(before, after, hidden):
    network = Network([2, 8, 1], hidden, loss="binary_cross_entropy", initializer=[before, after], rng=0)
    start = network.copy()
    first, last, said = trained(network, SIDE, learning_rate=0.1)
    if before == "zeros" and hidden == "relu":
        assert "layer 1 begins with weights of 0, whose gradient is 0 and stays so" in said
        np.testing.assert_array_equal(network.weights[0], start.weights[0])
        assert np.ptp(network.predict(X)) == 0
    else:
        assert said == ""
        assert last < 0.7 * first


def test_a_single_unit_that_is_zero_on_both_sides():
    for hidden, stays in (("tanh", True), ("relu", True), ("sigmoid", False)):
        network = Network([2, 1, 1], hidden, loss="binary_cross_entropy", initializer="zeros")
        before, after, said = trained(network, SIDE, learning_rate=0.1)
        assert ("stays so" in said) == stays == (not network.weights[0].any())
        assert stays or after < 0.7 * before


def test_dropout_makes_units_unlike_but_does_not_open_a_closed_layer():
    network = Network([2, 8, 1], "sigmoid", loss="binary_cross_entropy", initializer="zeros")
    _, _, said = trained(network, XOR, dropout=0.3)
    assert said == ""
    assert np.ptp(network.weights[0], axis=1).min() > 0.01
    network = Network([2, 8, 1], "tanh", loss="binary_cross_entropy", initializer="zeros")
    _, _, said = trained(network, XOR, dropout=0.3)
    assert "stays so" in said
    assert not network.weights[0].any()


def test_layers_are_named():
    _, _, said = trained(Network([2, 3, 3, 3, 1], "tanh", initializer="zeros"), SIDE)
    assert "layers 1, 2 and 3 begin with weights of 0, whose gradient is 0 and stays so" in said
    _, _, said = trained(Network([2, 3, 3, 1], "sigmoid", initializer="zeros"), SIDE)
    assert "the units of layers 1 and 2 begin with the same weights" in said
    _, _, said = trained(Network([2, 3, 1, 1], ["tanh", "softmax"], rng=0), SIDE)
    assert "softmax, the activation of layer 2, over one unit is always 1" in said


@pytest.mark.parametrize("equal", ["zeros", Uniform(0.5, 0.5)])
@pytest.mark.parametrize("loss", ["binary_cross_entropy", "squared_error", "perceptron", "cross_entropy"])
def test_without_hidden_layers_equal_weights_are_a_good_beginning(loss, equal):
    network, y = Network([2, 2], loss=loss, initializer=equal), targets(loss)
    _, _, said = trained(network, np.column_stack([SIDE, 1 - SIDE]) if loss == "squared_error" else y)
    assert said == ""
    assert ((network.predict(X)[:, 0] > network.predict(X)[:, 1]) == SIDE).mean() > 0.9


@pytest.mark.parametrize(
    ("output", "values", "message"),
    [
        (
            "sigmoid",
            [0.0, 5.0, 1.0],
            "1 of 3, such as 5, are outside of what sigmoid can be, from 0 to 1",
        ),
        ("tanh", [-3.0, 0.0, 2.0], "2 of 3, such as -3, .* what tanh can be, from -1 to 1"),
        ("relu", [-2.0, 1.0, 9.0], "1 of 3, such as -2, .* what relu can be, from 0 on"),
        ("softplus", [-1.0, -2.0, 9.0], "2 of 3, such as -2, .* what softplus can be, from 0 on"),
        ("sigmoid", [0.0, 1.0, 1.0], None),
        ("sigmoid", [0.0, 1.0 + 1e-9, 0.5], None),
        ("tanh", [-1.0, 1.0, 0.0], None),
        ("relu", [0.0, 1e6, 3.0], None),
        (None, [-1e6, 1e6, 0.0], None),
    ],
)
@pytest.mark.parametrize("how", ["trainer", "lbfgs", "estimator"])
def test_targets_that_an_output_cannot_come_to(output, values, message, how):
    rows = X[:3]
    for y in (values, np.column_stack([values, np.full(3, 0.5)])):
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            if how == "estimator":
                MLPRegressor("squared_error", (3,), output_activation=output, max_iter=2, random_state=0).fit(rows, y)
            else:
                network = Network([2, 3, np.ndim(y)], output_activation=output, rng=0)
                Trainer(network, optimizer="lbfgs" if how == "lbfgs" else "adam", epochs=2, rng=0).fit(rows, y)
        said = [warning for warning in caught if warning.category is CannotLearnWarning]
        assert len(said) == (message is not None)
        for warning in said:
            assert warning.filename == __file__
            found = str(warning.message).replace("of 6", "of 3")
            assert re.search(message, found), found
            assert found.endswith("Remedy: scale the targets or leave output_activation out, which is identity then.")


def test_classes_are_not_to_be_scaled():
    with pytest.warns(CannotLearnWarning, match=r"20 of 40, .* Remedy: leave output_activation out, which"):
        MLPClassifier((3,), loss="hinge", output_activation="logistic", max_iter=300, tol=1, random_state=0).fit(
            X, np.arange(40) % 2
        )


@pytest.mark.parametrize("loss", LOSSES)
def test_a_softmax_over_one_output_is_refused(loss):
    network = Network([2, 3, 1], output_activation="softmax", loss=loss, rng=0)
    assert (network.predict(X) == 1).all()  # to look at, it can be had
    start = network.parameters.copy()
    remedy = f"leave output_activation out, which is {LOSSES[loss].output_activation} then"
    if loss == "cross_entropy":
        remedy = "take loss='binary_cross_entropy', whose one output tells two classes apart, or an output a class"
    with pytest.raises(ValueError, match=f"^softmax over one output is always 1: {re.escape(remedy)}$"):
        Trainer(network).fit(X, np.ones(40))
    np.testing.assert_array_equal(network.parameters, start)


def test_estimators_refuse_it_and_keep_what_they_learned():
    for cls in (MLPClassifier, MLPRegressor):
        model = cls(hidden_layer_sizes=(3,), max_iter=300, tol=1.0, random_state=0).fit(X, SIDE)
        network = model.network_
        with pytest.raises(ValueError, match="softmax over one output is always 1: leave output_activation out"):
            model.set_params(output_activation="softmax").fit(X, SIDE)
        assert model.network_ is network


class Sign(Activation):
    name = "sign"

    def value(self, z, out=None):
        return np.sign(z, out=out)

    def slope(self, z, a):
        return np.zeros_like(z)


class StraightThrough(Loss):
    """The squared error, whose natural output is a step, and whose gradient takes it for a straight line."""

    name = "straight_through"
    output_activation = "step"

    def value(self, a, y):
        return 0.5 * ((a - y) ** 2).sum(axis=-1)

    def gradient(self, a, y):
        return a - y

    def delta_from_logits(self, z, a, y):
        return a - y


def test_activations_and_losses_of_ones_own():
    _, _, said = trained(Network([2, 3, 1], Sign(), rng=0), SIDE, engine="numpy")
    assert "sign, the activation of layer 1, has slope 0 everywhere" in said
    network = Network([2, 1], loss=StraightThrough(), rng=0)
    _, after, said = trained(network, SIDE, engine="numpy")
    assert said == ""
    assert after < 0.1


def test_to_look_at_a_network_is_quiet():
    """Warnings are errors here."""
    for settings in ({"activation": "step"}, {"initializer": "zeros"}, {"output_activation": "step"}):
        network = Network([2, 3, 1], rng=0, **settings)
        network.backward(network.forward(X), SIDE)
        network.predict(X), network.loss(X, 5 * SIDE), network.check_gradients(X, SIDE)
        Trainer(network)


def test_training_from_outside_is_warned_at_its_line_once():
    trainer = Trainer(Network([2, 3, 1], "step", rng=0), epochs=3)
    with pytest.warns(TrainingWarning) as caught:
        trainer.start(X, SIDE)
    assert [warning.filename for warning in caught] == [__file__]
    trainer.run()


def test_partial_fit_says_it_once():
    model = MLPRegressor(hidden_layer_sizes=(3,), activation="step", random_state=0)
    with pytest.warns(CannotLearnWarning, match="layer 1") as caught:
        model.partial_fit(X, SIDE)
    assert [warning.filename for warning in caught] == [__file__]
    model.partial_fit(X, SIDE)


def test_every_fit_says_it():
    model = MLPClassifier((3,), initializer="zeros", max_iter=300, tol=1.0, random_state=0)
    for _ in range(2):
        with pytest.warns(CannotLearnWarning, match="layer 1") as caught:
            model.fit(X, SIDE)
        assert [warning.filename for warning in caught] == [__file__]
