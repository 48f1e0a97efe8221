"""The exponential functions against mpmath, over the whole range; and activations of what is not finite."""

import mpmath
import numpy as np
import pytest

from clearprop import ACTIVATIONS
from clearprop.engines.compiled import elementary
from clearprop.engines.compiled.blocks import activation_blocks
from clearprop.engines.compiled.jit import ENABLED, total

from .helpers import call_block

# What the module promises: the greatest error as a share of the true value.
PROMISED = {"float32": 3e-7, "float64": 1e-15}
TRUE = {
    "exp": mpmath.exp,
    "expm1": mpmath.expm1,
    "tanh": mpmath.tanh,
    "sigmoid": lambda z: 1 / (1 + mpmath.exp(-z)),
    "softplus": lambda z: mpmath.log1p(mpmath.exp(z)),
}
N = 400 if ENABLED else 40


def over(function):
    """The function of many numbers, compiled as the kernels are: a loop that becomes machine vectors."""

    @total
    def each(x, values):
        for i in range(len(x)):
            values[i] = function(x[i])

    def run(x):
        values = np.empty_like(x)
        with np.errstate(all="ignore"):
            each(x, values)
        return values

    return run


FUNCTIONS = {name: over(getattr(elementary, name)) for name in TRUE}


def points(dtype):
    """From the least number to the ends of overflow, closer together where functions change hands."""
    info, rng = np.finfo(dtype), np.random.default_rng(0)
    end = np.log(float(info.max))
    sizes = np.concatenate(
        [
            np.geomspace(float(info.smallest_subnormal), float(info.tiny), 5),
            np.geomspace(float(info.tiny), 1e3, N),
            rng.uniform(0, 2, size=4 * N),
            rng.uniform(0, 20, size=N),
            rng.uniform(20, end, size=N),
            0.625 * (1 + np.arange(-3, 4) * float(info.eps)),
            0.5 * np.log(2) * (1 + np.arange(-3, 4) * float(info.eps)),
            end * (1 + np.arange(-20, 21) * float(info.eps)),
        ]
    )
    return np.concatenate([sizes, -sizes, [0.0]]).astype(dtype)


@pytest.mark.parametrize("dtype", PROMISED)
@pytest.mark.parametrize("name", TRUE)
def test_values_are_as_near_as_is_promised(name, dtype):
    x, info = points(dtype), np.finfo(dtype)
    values = FUNCTIONS[name](x)
    assert values.dtype == dtype
    compared = 0
    with mpmath.workdps(40):
        for number, value in zip(x, values, strict=True):
            true = TRUE[name](mpmath.mpf(float(number)))
            if abs(true) > float(info.max):
                assert value == np.inf, number
            elif abs(true) > 3 * float(info.tiny):
                assert abs(mpmath.mpf(float(value)) / true - 1) <= PROMISED[dtype], number
                compared += 1
            else:  # numbers with fewer digits, down to 0
                assert abs(mpmath.mpf(float(value)) - true) <= 3 * float(info.tiny), number
    assert compared > len(x) / 4


@pytest.mark.parametrize("dtype", PROMISED)
def test_values_at_the_ends(dtype):
    ends = np.array([-np.inf, np.inf, np.nan], dtype)
    for name, at_the_ends in {
        "exp": [0, np.inf],
        "expm1": [-1, np.inf],
        "tanh": [-1, 1],
        "sigmoid": [0, 1],
        "softplus": [0, np.inf],
    }.items():
        np.testing.assert_array_equal(FUNCTIONS[name](ends), np.array([*at_the_ends, np.nan], dtype), name)


@pytest.mark.parametrize("dtype", PROMISED)
def test_functions_keep_their_symmetry_and_their_place(dtype):
    x = points(dtype)
    np.testing.assert_array_equal(FUNCTIONS["tanh"](-x), -FUNCTIONS["tanh"](x))
    assert (np.abs(FUNCTIONS["tanh"](x)) <= 1).all()
    for name in ("sigmoid", "exp", "softplus"):
        assert (FUNCTIONS[name](x) >= 0).all()
    assert (FUNCTIONS["sigmoid"](x) <= 1).all()
    # sums of two numbers next to each other are as near as those of one: no step where the pieces meet
    for name in FUNCTIONS:
        ordered = FUNCTIONS[name](np.sort(x[np.abs(x) < 50])).astype(np.float64)
        assert (np.diff(ordered) >= -2 * PROMISED[dtype] * np.abs(ordered[1:])).all(), name


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
    value, slope = activation_blocks(activation, np.dtype(dtype))
    a, settings = np.empty_like(z), np.array([*map(float, vars(activation).values()), *[0.0] * 8][:8], dtype)
    with np.errstate(all="ignore"):
        call_block(value, z, a, *z.shape, z.shape[1], settings)
        call_block(slope, z, a, d, *z.shape, z.shape[1], settings)
    for one, other in ((a, expected), (d, expected_delta)):
        np.testing.assert_array_equal(np.isnan(one), np.isnan(other))
        np.testing.assert_allclose(one, other, rtol=4 * PROMISED[dtype], atol=4 * np.finfo(dtype).eps)
    if name != "step":  # which is 0 for all that is not above 0
        assert np.isnan(a[0]).all()
