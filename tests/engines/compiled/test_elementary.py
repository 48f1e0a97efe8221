"""The exponential functions and the normal distribution against mpmath, and activations against NumPy's, over the whole
range, what is not finite included."""

import mpmath
import numpy as np
import pytest

from clearprop import ACTIVATIONS
from clearprop.engines.compiled import elementary
from clearprop.engines.compiled.blocks import activation_blocks
from clearprop.engines.compiled.jit import ENABLED, scalar
from clearprop.engines.compiled.machine_code import X_POINTER, address
from clearprop.engines.compiled.machine_code import N as WHOLE
from clearprop.engines.compiled.normal_distribution import normal

from .helpers import call_block


@scalar
def cosine(t):
    return elementary.cos_sin_of_turns(t)[0]


@scalar
def sine(t):
    return elementary.cos_sin_of_turns(t)[1]


@scalar
def distribution(z):
    return normal(z)[0]


@scalar
def bell(z):
    return normal(z)[1]


# What the modules promise: the greatest error as a share of the true value.
PROMISED = {"float32": 3e-7, "float64": 1e-15}
PROMISED_OF_DISTRIBUTION = {"float32": 5e-7, "float64": 2e-15}
TRUE = {
    elementary.exp: mpmath.exp,
    elementary.expm1: mpmath.expm1,
    elementary.tanh: mpmath.tanh,
    elementary.sigmoid: lambda z: 1 / (1 + mpmath.exp(-z)),
    elementary.softplus: lambda z: mpmath.log1p(mpmath.exp(z)),
    distribution: mpmath.ncdf,
    bell: lambda z: mpmath.exp(-z * z / 2),
}
N = 400 if ENABLED else 40


def over(function):
    """The function of many numbers, compiled as the kernels are: a loop that becomes machine vectors."""

    def each(x, values, n):
        for i in range(n):
            values[i] = function(x[i])

    def run(x):
        values = np.empty_like(x)
        with np.errstate(all="ignore"):
            call_block(address(each, (X_POINTER, X_POINTER, WHOLE), x.dtype, ours=False), x, values, len(x))
        return values

    return run


FUNCTIONS = {function.__name__: over(function) for function in TRUE}


def points(dtype):
    """From the least number to the ends of overflow, closer together where functions change hands."""
    info, rng = np.finfo(dtype), np.random.default_rng(0)
    end = np.log(float(info.max))
    beside = 1 + np.arange(-3, 4) * float(info.eps)
    sizes = np.concatenate(
        [
            np.geomspace(float(info.smallest_subnormal), float(info.tiny), 5),
            np.geomspace(float(info.tiny), 1e3, N),
            rng.uniform(0, 2, size=4 * N),
            rng.uniform(0, 20, size=N),
            rng.uniform(20, end, size=N),
            *(half * 0.5 * np.log(2) * beside for half in (1, 2, 3, 5, 251, 253, 255)),
            10 * beside,
            20 * beside,
            np.sqrt(2 * end) * beside,
            end * (1 + np.arange(-20, 21) * float(info.eps)),
        ]
    )
    return np.concatenate([sizes, -sizes, [0.0]]).astype(dtype)


def compare(values, x, true, promised):
    """Errors as shares of the true values, so many of which have all their digits; else as they are."""
    info, compared = np.finfo(x.dtype), 0
    assert values.dtype == x.dtype
    with mpmath.workdps(40):
        for number, value in zip(x, values, strict=True):
            expected = true(mpmath.mpf(float(number)))
            if abs(expected) > float(info.max):
                assert value == np.inf, number
            elif abs(expected) > 3 * float(info.tiny):
                assert abs(mpmath.mpf(float(value)) / expected - 1) <= promised, number
                compared += 1
            else:  # numbers with fewer digits, down to 0
                assert abs(mpmath.mpf(float(value)) - expected) <= 3 * float(info.tiny), number
    return compared


@pytest.mark.parametrize("dtype", PROMISED)
@pytest.mark.parametrize("function", TRUE, ids=FUNCTIONS)
def test_values_are_as_near_as_is_promised(function, dtype):
    x = points(dtype)
    promised = (PROMISED_OF_DISTRIBUTION if function is distribution else PROMISED)[dtype]
    compared = compare(FUNCTIONS[function.__name__](x), x, TRUE[function], promised)
    assert compared > len(x) / 4


@pytest.mark.parametrize("dtype", PROMISED)
def test_log1p_is_as_near_from_0_to_1(dtype):
    x = np.abs(points(dtype))
    x = np.append(x[x < 1], np.ones(1, dtype))
    assert compare(over(elementary.log1p)(x), x, mpmath.log1p, PROMISED[dtype]) > 3 * N


@pytest.mark.parametrize("dtype", PROMISED)
@pytest.mark.parametrize(("function", "true"), [(cosine, mpmath.cospi), (sine, mpmath.sinpi)], ids=["cos", "sin"])
def test_waves_are_as_near_however_many_turns(function, true, dtype):
    """Beside their zeros, too, and where numbers are whole quarters or whole turns all."""
    info, rng = np.finfo(dtype), np.random.default_rng(0)
    turns = rng.integers(-50, 50, size=N) / 4
    far = np.geomspace(10, 4 / float(info.eps), N)
    t = np.concatenate([points(dtype), turns, turns * (1 + float(info.eps)), turns + rng.normal(0, 1e-3, N), far, -far])
    t = t.astype(dtype)
    assert compare(over(function)(t), t, lambda x: true(2 * x), PROMISED[dtype]) > len(t) / 2
    assert np.isnan(over(function)(np.array([np.nan, np.inf, -np.inf], dtype))).all()


@pytest.mark.parametrize("dtype", PROMISED)
def test_values_at_the_ends(dtype):
    ends = np.array([-np.inf, np.inf, np.nan], dtype)
    for name, at_the_ends in {
        "exp": [0, np.inf],
        "expm1": [-1, np.inf],
        "tanh": [-1, 1],
        "sigmoid": [0, 1],
        "softplus": [0, np.inf],
        "distribution": [0, 1],
        "bell": [0, 0],
    }.items():
        np.testing.assert_array_equal(FUNCTIONS[name](ends), np.array([*at_the_ends, np.nan], dtype), name)


@pytest.mark.parametrize("dtype", PROMISED)
def test_functions_keep_their_symmetry_and_their_place(dtype):
    x = points(dtype)
    np.testing.assert_array_equal(FUNCTIONS["tanh"](-x), -FUNCTIONS["tanh"](x))
    np.testing.assert_array_equal(np.signbit(FUNCTIONS["tanh"](x)), np.signbit(x))
    np.testing.assert_array_equal(FUNCTIONS["bell"](-x), FUNCTIONS["bell"](x))
    assert (np.abs(FUNCTIONS["tanh"](x)) <= 1).all()
    for name in ("sigmoid", "exp", "softplus", "distribution", "bell"):
        assert (FUNCTIONS[name](x) >= 0).all()
    for name in ("sigmoid", "distribution", "bell"):
        assert (FUNCTIONS[name](x) <= 1).all()
    # sums of two numbers next to each other are as near as those of one: no step where the pieces meet
    for name in FUNCTIONS.keys() - {"bell"}:
        ordered = FUNCTIONS[name](np.sort(x[np.abs(x) < 50])).astype(np.float64)
        assert (np.diff(ordered) >= -2 * PROMISED_OF_DISTRIBUTION[dtype] * np.abs(ordered[1:])).all(), name


def activated(activation, z, d):
    """What the compiled activation makes of z, and of the gradient d."""
    value, slope = activation_blocks(activation, z.dtype)
    a, delta = np.empty_like(z), d.copy()
    settings = np.array([*map(float, vars(activation).values()), *[0.0] * 8][:8], z.dtype)
    with np.errstate(all="ignore"):
        call_block(value, z, a, *z.shape, z.shape[1], settings)
        call_block(slope, z, a, delta, *z.shape, z.shape[1], settings)
    return a, delta


@pytest.mark.parametrize("dtype", PROMISED)
@pytest.mark.parametrize("name", ACTIVATIONS)
def test_activations_are_numpys_in_float64(name, dtype):
    """Of more than 1 as a share of themselves: a slope is what is left of terms of about 1."""
    activation = ACTIVATIONS[name]()
    z = points(dtype)
    z = z[: z.size // 4 * 4].reshape(-1, 4)
    a, delta = activated(activation, z, np.ones_like(z))
    exact = z.astype(np.float64)
    with np.errstate(all="ignore"):
        expected = activation.value(exact)
        expected_delta = activation.delta(exact, expected, np.ones_like(exact))
        expected, expected_delta = expected.astype(dtype), expected_delta.astype(dtype)
    rounding = 8 * PROMISED[dtype]
    np.testing.assert_allclose(a, expected, rtol=rounding, atol=rounding)
    np.testing.assert_allclose(delta, expected_delta, rtol=rounding, atol=rounding)


@pytest.mark.parametrize("dtype", PROMISED)
@pytest.mark.parametrize("name", ACTIVATIONS)
def test_activations_of_what_is_not_finite_are_numpys(name, dtype):
    """Where NumPy's activation or delta is NaN or infinite, the compiled one is; else they agree to rounding."""
    activation = ACTIVATIONS[name]()
    z = np.array([np.nan, np.inf, -np.inf, 1e30, -1e30, 200, -200, 20, -20, 3, -3, 0, -0.0, 1e-30, 0.5, -0.7], dtype)
    # of softmax, a row for each of them, beside numbers that are finite
    z = np.stack([z, np.full_like(z, 0.3), np.full_like(z, -1)] if name == "softmax" else [z], axis=1)
    d = np.linspace(0.5, 2, z.size).reshape(z.shape).astype(dtype)
    with np.errstate(all="ignore"):
        expected = activation.value(z)
        expected_delta = activation.delta(z, expected, d)
    a, delta = activated(activation, z, d)
    for one, other in ((a, expected), (delta, expected_delta)):
        np.testing.assert_array_equal(np.isnan(one), np.isnan(other))
        np.testing.assert_allclose(one, other, rtol=4 * PROMISED[dtype], atol=4 * np.finfo(dtype).eps)
    if name != "step":  # which is 0 for all that is not above 0
        assert np.isnan(a[0]).all()
