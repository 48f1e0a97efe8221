"""Every activation against formulas written down again here, in 60 digits where floats would not do."""

import itertools
import math
import warnings
from dataclasses import FrozenInstanceError, dataclass
from decimal import Decimal, localcontext

import numpy as np
import pytest
from scipy import special

from clearprop import ACTIVATIONS, Activation, Network
from clearprop.activations import LeakyRelu, Relu

D = Decimal
SELU_SCALE, SELU_ALPHA = D("1.0507009873554804934193349852946"), D("1.6732632423543772848170429916717")


def _sigmoid(z):
    return 1 / (1 + (-z).exp())


def _softplus(z):
    return (1 + z.exp()).ln()


def _tanh(z):
    up, down = z.exp(), (-z).exp()
    return (up - down) / (up + down)


def _gelu(z):
    # erfc has no series that is short both near 0 and far off; the C library's is good to a few ulp
    return D(float(z)) * D(math.erfc(-float(z) * math.sqrt(0.5))) / 2


def _gelu_slope(z):
    density = D(math.exp(-float(z * z) / 2) / math.sqrt(2 * math.pi))
    return D(math.erfc(-float(z) * math.sqrt(0.5))) / 2 + z * density


def _mish_slope(z):
    t = _tanh(_softplus(z))
    return t + z * (1 - t * t) * _sigmoid(z)


# name: (value, slope) of one z, both as Decimal; off the kinks only
ORACLES = {
    "identity": (lambda z: z, lambda z: D(1)),
    "step": (lambda z: D(1) if z > 0 else D(0), lambda z: D(0)),
    "sigmoid": (_sigmoid, lambda z: _sigmoid(z) * _sigmoid(-z)),
    "tanh": (_tanh, lambda z: 4 / (z.exp() + (-z).exp()) ** 2),
    "relu": (lambda z: z if z > 0 else D(0), lambda z: D(1) if z > 0 else D(0)),
    "leaky_relu": (lambda z: z if z > 0 else z / 100, lambda z: D(1) if z > 0 else D("0.01")),
    "elu": (lambda z: z if z > 0 else z.exp() - 1, lambda z: D(1) if z > 0 else z.exp()),
    "selu": (
        lambda z: SELU_SCALE * (z if z > 0 else SELU_ALPHA * (z.exp() - 1)),
        lambda z: SELU_SCALE * (1 if z > 0 else SELU_ALPHA * z.exp()),
    ),
    "gelu": (_gelu, _gelu_slope),
    "silu": (lambda z: z * _sigmoid(z), lambda z: _sigmoid(z) * (1 + z * _sigmoid(-z))),
    "mish": (lambda z: z * _tanh(_softplus(z)), _mish_slope),
    "softplus": (_softplus, _sigmoid),
    "softsign": (lambda z: z / (1 + abs(z)), lambda z: 1 / (1 + abs(z)) ** 2),
    "hard_sigmoid": (
        lambda z: min(max(z / 6 + D("0.5"), D(0)), D(1)),
        lambda z: 1 / D(6) if abs(z) < 3 else D(0),
    ),
    "exponential": (lambda z: z.exp(), lambda z: z.exp()),
    "softmax": None,  # not a function of one z: tested by itself below
}
ONE_BY_ONE = [name for name in ACTIVATIONS if name != "softmax"]

# name: (z, value, slope) as activations.py and its classes state them
AT_KINKS = {
    "step": [(0.0, 0.0, 0.0)],
    "relu": [(0.0, 0.0, 0.0)],
    "leaky_relu": [(0.0, 0.0, 0.01)],
    "elu": [(0.0, 0.0, 1.0)],
    "selu": [(0.0, 0.0, 1.0507009873554805 * 1.6732632423543772)],
    "softsign": [(0.0, 0.0, 1.0)],
    "hard_sigmoid": [(-3.0, 0.0, 0.0), (3.0, 1.0, 0.0)],
}

# name: limits of the value at -1e4 and at 1e4
FAR_OFF = {
    "identity": (-1e4, 1e4),
    "step": (0, 1),
    "sigmoid": (0, 1),
    "tanh": (-1, 1),
    "relu": (0, 1e4),
    "leaky_relu": (-100, 1e4),
    "elu": (-1, 1e4),
    "selu": (-1.0507009873554805 * 1.6732632423543772, 1.0507009873554805e4),
    "gelu": (0, 1e4),
    "silu": (0, 1e4),
    "mish": (0, 1e4),
    "softplus": (0, 1e4),
    "softsign": (-1e4 / 10001, 1e4 / 10001),
    "hard_sigmoid": (0, 1),
}


def points():
    """Off all kinks, near 0, in the middle and rather far off, where every float is still normal."""
    rng = np.random.default_rng(11)
    return np.concatenate([rng.normal(scale=3, size=60), rng.uniform(-35, 35, size=30), [1e-9, -1e-9, 2.999, -3.001]])


def exactly(function, z):
    with localcontext(prec=60):
        return np.array([float(function(D(float(number)))) for number in z])


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_every_activation_has_its_formulas_here(name):
    assert name in ORACLES
    assert ACTIVATIONS[name].name == name
    assert (ACTIVATIONS.resolve(name).kinks != ()) == (name in AT_KINKS)


@pytest.mark.parametrize("name", ONE_BY_ONE)
def test_value_and_slope_are_the_formulas(name):
    value, slope = ORACLES[name]
    z = points()
    activation = ACTIVATIONS.resolve(name)
    a = activation.value(z)
    # 4e-15 of a: some 20 ulp; gelu's oracle and erfc in 35 > |z| > 6 are themselves a bit off
    np.testing.assert_allclose(a, exactly(value, z), rtol=1e-13 if name == "gelu" else 4e-15, atol=0)
    # slopes computed from a lose what a has lost (1 - a for a near 1), so that a few ulp of 1 are all they can have
    np.testing.assert_allclose(activation.slope(z, a), exactly(slope, z), rtol=1e-13, atol=4e-16)


@pytest.mark.parametrize("name", ONE_BY_ONE)
def test_delta_is_gradient_times_slope_also_in_place(name):
    z = points()
    activation = ACTIVATIONS.resolve(name)
    a, g = activation.value(z), np.random.default_rng(3).normal(size=z.size)
    expected = g * exactly(ORACLES[name][1], z)
    np.testing.assert_allclose(activation.delta(z, a, g), expected, rtol=1e-13, atol=1e-14)
    plain, in_place = activation.delta(z, a, g), g.copy()
    assert activation.delta(z, a, in_place, out=in_place) is in_place
    np.testing.assert_array_equal(in_place, plain)


@pytest.mark.parametrize("name", ONE_BY_ONE)
def test_printed_formulas_are_what_is_computed(name):
    activation = ACTIVATIONS.resolve(name)
    names = {
        "exp": math.exp,
        "tanh": math.tanh,
        "log": math.log,
        "sqrt": math.sqrt,
        "erf": math.erf,
        "pi": math.pi,
        "Abs": abs,
        "Max": max,
        "Min": min,
        "Heaviside": lambda z, at_0=0: 1 if z > 0 else at_0 if z == 0 else 0,
        "Piecewise": lambda *pieces: next(value for value, holds in pieces if holds),
        "alpha": getattr(activation, "alpha", None),
        "scale": getattr(activation, "scale", None),
        "negative_slope": getattr(activation, "negative_slope", None),
    }
    for z in np.linspace(-5.9, 5.9, 60):
        a = float(activation.value(np.array([z]))[0])
        assert eval(activation.formula, names, {"z": float(z)}) == pytest.approx(a, rel=1e-12, abs=1e-15)
        slope = float(activation.slope(np.array([z]), np.array([a]))[0])
        assert eval(activation.slope_formula, names, {"z": float(z), "a": a}) == pytest.approx(
            slope, rel=1e-12, abs=1e-15
        )


@pytest.mark.parametrize("name", AT_KINKS)
def test_conventions_at_kinks(name):
    activation = ACTIVATIONS.resolve(name)
    assert activation.kinks == tuple(z for z, _, _ in AT_KINKS[name])
    for z, value, slope in AT_KINKS[name]:
        at = np.array([z])
        assert activation.value(at)[0] == pytest.approx(value, rel=1e-15, abs=0)
        assert activation.slope(at, activation.value(at))[0] == pytest.approx(slope, rel=1e-15, abs=0)
        assert activation.delta(at, activation.value(at), np.array([-2.0]))[0] == pytest.approx(-2 * slope, rel=1e-15)


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("name", ACTIVATIONS)
def test_far_off_all_is_finite_and_silent(name, dtype):
    if name == "exponential":
        z = np.array([[-1e4, -50.0, 80.0]], dtype=dtype)  # exp(1e4) is no float
        np.testing.assert_allclose(ACTIVATIONS[name]().value(z), [[0, math.exp(-50), math.exp(80)]], rtol=1e-5)
        return
    activation, z = ACTIVATIONS.resolve(name), np.array([[-1e4, 0.5, 1e4]], dtype=dtype)
    with np.errstate(over="warn", invalid="warn", divide="warn"), warnings.catch_warnings():
        # sigmoid means exp to overflow, and says so with its own errstate
        warnings.simplefilter("error")
        a = activation.value(z)
        delta = activation.delta(z, a, np.ones_like(z))
        slope = activation.slope(z, a)
    assert np.isfinite(a).all()
    assert np.isfinite(delta).all()
    assert np.isfinite(slope).all()
    expected = (0.0, 1.0) if name == "softmax" else FAR_OFF[name]
    np.testing.assert_allclose(a[0, [0, 2]], expected, rtol=1e-6)
    if name != "softmax":
        slopes = {-1: activation.slope(np.array([-1e4]), a[:, 0]), 1: activation.slope(np.array([1e4]), a[:, 2])}
        for side, at in slopes.items():
            exact = 0.0 if FAR_OFF[name][side > 0] in (-1, 0, 1) else exactly(ORACLES[name][1], [side * 1e4])[0]
            assert at[0] == pytest.approx(exact, rel=1e-6, abs=1e-8)


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_float32_stays_float32_and_is_near(name):
    rng = np.random.default_rng(5)
    z = rng.normal(scale=2, size=(20, 4))
    single = z.astype(np.float32)
    activation = ACTIVATIONS.resolve(name)
    a = activation.value(single)
    delta = activation.delta(single, a, np.ones_like(single))
    slope = activation.slope(single, a)
    assert a.dtype == delta.dtype == np.float32
    # relu's slope is a truth value, which costs least; everything that it is multiplied with keeps its dtype
    assert slope.dtype == (np.bool_ if name == "relu" else np.float32)
    exact = activation.value(single.astype(np.float64))
    np.testing.assert_allclose(a, exact, rtol=2e-6, atol=2e-7)
    gradient = np.ones_like(exact)
    np.testing.assert_allclose(delta, activation.delta(single.astype(float), exact, gradient), rtol=2e-5, atol=1e-6)


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("name", ACTIVATIONS)
def test_out_is_filled_with_the_same(name, dtype):
    z = np.random.default_rng(8).normal(scale=3, size=(7, 3)).astype(dtype)
    before = z.copy()
    activation = ACTIVATIONS.resolve(name)
    out = np.full_like(z, np.nan)
    assert activation.value(z, out=out) is out
    np.testing.assert_array_equal(out, activation.value(z))
    np.testing.assert_array_equal(z, before)
    g, target = np.ones_like(z), np.full_like(z, np.nan)
    assert activation.delta(z, out, g, out=target) is target
    np.testing.assert_array_equal(target, activation.delta(z, out, g))
    np.testing.assert_array_equal(z, before)


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_values_fill_the_output_range(name):
    activation = ACTIVATIONS.resolve(name)
    z = np.concatenate([np.linspace(-40, 40, 20001), [-1e4, 1e4] if name != "exponential" else [700.0]])
    a = activation.value(np.stack([z, np.zeros_like(z)], axis=1))[:, 0] if name == "softmax" else activation.value(z)
    low, high = activation.output_range
    assert (a >= low).all()
    assert (a <= high).all()
    # and the range is not wider than it need be
    assert (a.min() < low + 0.01) if np.isfinite(low) else (a.min() <= -1e2)
    assert (a.max() > high - 0.01) if np.isfinite(high) else (a.max() >= 1e3)


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_check_agrees(name):
    activation = ACTIVATIONS.resolve(name)
    if name == "softmax":
        # Of one unit it is 1 whatever z is; of several its slope is no number a unit (see the test of softmax).
        assert activation.check() == 0
        return
    assert activation.check() < 1e-9
    assert activation.check(np.linspace(-2.95, 2.95, 97)) < 1e-9


def test_check_keeps_off_kinks_and_finds_a_wrong_slope():
    @dataclass(frozen=True)
    class Wrong(Relu):
        name = "wrong"

        def slope(self, z, a):
            return np.where(z > 4, 1.001, super().slope(z, a))

    assert Relu().check(np.array([0.0, 1e-4])) == 0  # nothing is left to compare
    assert LeakyRelu(0.3).check() < 1e-9
    assert Wrong().check(np.linspace(-3, 3, 101)) < 1e-9
    assert Wrong().check() == pytest.approx(1e-3, rel=1e-6)


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_piece_counts_the_kinks_below(name):
    activation = ACTIVATIONS.resolve(name)
    assert list(activation.kinks) == sorted(activation.kinks)
    for z in (-5.0, -1.0, 1.0, 5.0):
        assert activation.piece(np.array([[z]])) == [[sum(kink < z for kink in activation.kinks)]]


def test_softmax_rows():
    rng = np.random.default_rng(0)
    z = rng.normal(scale=20, size=(50, 6))
    softmax = ACTIVATIONS.resolve("softmax")
    a = softmax.value(z)
    np.testing.assert_allclose(a, special.softmax(z, axis=1), rtol=1e-13)
    np.testing.assert_allclose(a.sum(axis=1), 1, rtol=1e-15)
    # also where exp(z) is no float, and where only differences matter
    np.testing.assert_allclose(softmax.value(z + 5000), a, rtol=1e-9)
    np.testing.assert_array_equal(softmax.value(np.array([[1e4, 1e4, -1e4]])), [[0.5, 0.5, 0]])
    np.testing.assert_array_equal(softmax.value(np.array([[3.0]])), [[1]])
    np.testing.assert_allclose(softmax.value(z.astype(np.float32)).sum(axis=1), 1, rtol=1e-6)


def test_softmax_slope_is_the_jacobian_and_delta_its_product():
    rng = np.random.default_rng(1)
    z, g = rng.normal(size=(5, 4)), rng.normal(size=(5, 4))
    softmax = ACTIVATIONS.resolve("softmax")
    a, h = softmax.value(z), 1e-20
    jacobian = np.empty((5, 4, 4))  # [row, j, k] = da_j / dz_k, by the complex step
    for k in range(4):
        shifted = z + 1j * h * np.eye(4)[k]
        jacobian[:, :, k] = (np.exp(shifted) / np.exp(shifted).sum(axis=1, keepdims=True)).imag / h
    np.testing.assert_allclose(softmax.slope(z, a), jacobian, rtol=1e-12, atol=1e-16)
    np.testing.assert_allclose(softmax.delta(z, a, g), np.einsum("njk,nj->nk", jacobian, g), rtol=1e-11, atol=1e-15)


def test_parameters_of_activations():
    z = np.array([-2.0, 3.0])
    np.testing.assert_allclose(ACTIVATIONS["leaky_relu"](negative_slope=0.25).value(z), [-0.5, 3])
    np.testing.assert_allclose(ACTIVATIONS["leaky_relu"](negative_slope=0.25).slope(z, z), [0.25, 1])
    elu = ACTIVATIONS["elu"](alpha=2.5)
    np.testing.assert_allclose(elu.value(z), [2.5 * (math.exp(-2) - 1), 3], rtol=1e-15)
    np.testing.assert_allclose(elu.slope(z, elu.value(z)), [2.5 * math.exp(-2), 1], rtol=1e-15)
    assert elu.check() < 1e-9
    assert elu.output_range == (-2.5, math.inf)
    assert elu.value(np.array([-40.0]))[0] == -2.5


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_configuration_round_trip_equality_and_hash(name):
    activation = ACTIVATIONS.resolve(name)
    config = ACTIVATIONS.to_config(activation)
    assert config["name"] == name
    again = ACTIVATIONS.from_config(config)
    assert again == activation
    assert hash(again) == hash(activation)
    assert sum(again == ACTIVATIONS.resolve(other) for other in ACTIVATIONS) == 1
    if len(config) > 1:  # those that have parameters
        with pytest.raises(FrozenInstanceError):
            setattr(activation, list(config)[1], 3.0)
        assert type(activation)(3.0) != activation


def test_names_aliases_and_errors():
    assert ACTIVATIONS.resolve("logistic") == ACTIVATIONS.resolve("sigmoid")
    assert ACTIVATIONS["logistic"] is ACTIVATIONS["sigmoid"]
    assert "logistic" not in list(ACTIVATIONS)
    given = LeakyRelu(0.5)
    assert ACTIVATIONS.resolve(given) is given
    with pytest.raises(
        ValueError, match=r"unknown activation 'sigmod', did you mean 'sigmoid'\? There are: identity, "
    ):
        ACTIVATIONS.resolve("sigmod")
    with pytest.raises(ValueError, match=r"unknown activation .zzzz.\. There are: identity, .*softmax"):
        ACTIVATIONS.resolve("zzzz")
    with pytest.raises(TypeError, match=r"must be an object, got the class LeakyRelu: write LeakyRelu\(\)"):
        ACTIVATIONS.resolve(LeakyRelu)
    with pytest.raises(TypeError, match=r"^activation must be a name or an object of class Activation, got 3$"):
        ACTIVATIONS.resolve(3)
    with pytest.raises(ValueError, match=r"leaky_relu' does not take \['slope'\]"):
        ACTIVATIONS.from_config({"name": "leaky_relu", "slope": 1})
    with pytest.raises(ValueError, match="unknown activation"):
        ACTIVATIONS.from_config({"negative_slope": 1})


@dataclass(frozen=True)
class Bump(Activation):
    """a = height * exp(-z²), with only what must be defined; `value` takes `out` the plain way."""

    height: float = 2.0
    name = "bump"

    def value(self, z, out=None):
        return np.multiply(self.height, np.exp(-z * z), out=out)

    def slope(self, z, a):
        return -2 * z * a


def test_an_activation_of_ones_own():
    bump = Bump(height=0.5)
    assert bump.check() < 1e-8
    assert bump.initializer == "glorot_uniform"
    assert bump.kinks == ()
    network = Network([2, 3, 2], activation=bump, output_activation=Bump(), rng=4)
    X, y = np.array([[0.5, -1.0], [0.25, 0.75]]), np.array([[1.0, 0.5], [0.0, 0.25]])
    for row, trace_row in zip(X, network.forward(X).a[0], strict=True):
        for unit in range(3):
            z = sum(row[i] * network.weights[0][i, unit] for i in range(2)) + network.biases[0][unit]
            assert trace_row[unit] == pytest.approx(0.5 * math.exp(-z * z), rel=1e-14)
    assert network.check_gradients(X, y).passed
    with pytest.raises(ValueError, match="activation Bump is not registered and so cannot be written to a file"):
        network.to_config()
    with pytest.raises(TypeError, match="abstract"):
        Activation()


def test_an_activation_without_parameters_need_not_be_a_dataclass():
    class Square(Activation):
        name = "square"

        def value(self, z, out=None):
            return np.multiply(z, z, out=out)

        def slope(self, z, a):
            return 2 * z

    class Other(Square):
        name = "other"

    assert Square() == Square()
    assert hash(Square()) == hash(Square())
    assert Square() != Other()
    assert Square() != "square"
    assert repr(Square()) == "Square()"
    assert Square().check() < 1e-9


def test_a_registered_one_is_found_by_name_and_written(monkeypatch):
    monkeypatch.setattr(ACTIVATIONS, "_classes", dict(ACTIVATIONS))
    assert ACTIVATIONS.register(Bump) is Bump
    assert ACTIVATIONS.resolve("bump") == Bump(2.0)
    network = Network([1, 2, 1], activation=Bump(0.75), rng=0)
    assert Network.from_config(network.to_config()).activations[0] == Bump(0.75)


def test_no_two_activations_are_the_same_function():
    z = np.array([[-4.0, -0.7, 0.3, 5.0]])
    values = {name: ACTIVATIONS.resolve(name).value(z) for name in ACTIVATIONS}
    for one, other in itertools.combinations(values, 2):
        assert not np.allclose(values[one], values[other], rtol=1e-4), (one, other)
