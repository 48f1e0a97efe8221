"""Every initialiser: its distribution, its bounds, the order of its draws, its generators."""

import math

import numpy as np
import pytest
from scipy import stats

from clearprop import ACTIVATIONS, INITIALIZERS, Initializer, Network
from clearprop.foundation.randomness import as_generator
from clearprop.initializers import Normal, Orthogonal, Uniform

FAN_IN, FAN_OUT = 300, 200
KINDS = {"Generator": np.random.default_rng, "RandomState": np.random.RandomState}

# name: (mean, variance, excess kurtosis, bounds) of a weight; the kurtosis says how far a sample's variance scatters
UNIFORM, NORMAL = -1.2, 0.0
MOMENTS = {
    "zeros": (0.0, 0.0, 0.0, (0.0, 0.0)),
    "uniform": (0.5, 1 / 12, UNIFORM, (0.0, 1.0)),
    "normal": (0.0, 0.05**2, NORMAL, None),
    "glorot_uniform": (0.0, 2 / 500, UNIFORM, (-math.sqrt(6 / 500), math.sqrt(6 / 500))),
    "glorot_uniform_with_biases": (0.0, 2 / 500, UNIFORM, (-math.sqrt(6 / 500), math.sqrt(6 / 500))),
    "glorot_normal": (0.0, 2 / 500, NORMAL, None),
    "he_uniform": (0.0, 2 / 300, UNIFORM, (-math.sqrt(6 / 300), math.sqrt(6 / 300))),
    "he_normal": (0.0, 2 / 300, NORMAL, None),
    "lecun_uniform": (0.0, 1 / 300, UNIFORM, (-math.sqrt(3 / 300), math.sqrt(3 / 300))),
    "lecun_normal": (0.0, 1 / 300, NORMAL, None),
    # the squares of an orthonormal column of 300 sum to 1; a weight is nearly normal
    "orthogonal": (0.0, 1 / 300, NORMAL, (-1.0, 1.0)),
}
BIASES_DRAWN = {"uniform", "glorot_uniform_with_biases"}

# The article's Output 4, neuron by neuron: bias, weights.
OUTPUT_4 = [
    [
        (0.17152165622510307, 0.6852769816973125, 0.8338968626360765),
        (0.3069662196722378, 0.8936130796833973, 0.7215438617683047),
    ],
    [
        (0.18993895420479678, 0.5542275911247871, 0.3521319540266141),
        (0.18189240266007867, 0.7856017618643588, 0.9654832224119693),
    ],
]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", INITIALIZERS)
def test_moments_and_bounds(name, kind):
    assert set(MOMENTS) == set(INITIALIZERS)
    mean, variance, kurtosis, bounds = MOMENTS[name]
    W, b = INITIALIZERS.resolve(name).draw(KINDS[kind](1), FAN_IN, FAN_OUT)
    assert W.shape == (FAN_IN, FAN_OUT)
    assert b.shape == (FAN_OUT,)
    assert W.dtype == b.dtype == np.float64
    n = W.size
    # five standard errors; the variance of a sample variance is variance² (kurtosis + 2) / n
    assert abs(W.mean() - mean) <= 5 * math.sqrt(variance / n)
    assert abs(((W - mean) ** 2).mean() - variance) <= 5 * variance * math.sqrt((kurtosis + 2) / n)
    if bounds is not None:
        assert W.min() >= bounds[0]
        assert W.max() <= bounds[1]
    if kurtosis == UNIFORM:  # fills its bounds: a gap of 1e-3 at an end would come once in e^60 samples
        assert W.min() < bounds[0] + 1e-3 * (bounds[1] - bounds[0])
        assert W.max() > bounds[1] - 1e-3 * (bounds[1] - bounds[0])
    if name in BIASES_DRAWN:
        assert abs(b.mean() - mean) <= 5 * math.sqrt(variance / FAN_OUT)
        assert b.min() >= bounds[0]
        assert b.max() < bounds[1]
        assert np.unique(b).size == FAN_OUT
    else:
        assert not b.any()


@pytest.mark.parametrize("name", [name for name, (_, variance, _, _) in MOMENTS.items() if variance])
def test_the_whole_distribution(name):
    """Kolmogorov and Smirnov's test: at the 1e-6 level, with a fixed seed."""
    mean, variance, kurtosis, bounds = MOMENTS[name]
    W, _ = INITIALIZERS.resolve(name).draw(np.random.default_rng(2), FAN_IN, FAN_OUT)
    if kurtosis == UNIFORM:
        expected = stats.uniform(bounds[0], bounds[1] - bounds[0])
    else:
        expected = stats.norm(mean, math.sqrt(variance))
    # a column of an orthogonal matrix is not quite independent: fewer numbers do
    sample = W.ravel()[::37] if name == "orthogonal" else W.ravel()
    assert stats.kstest(sample, expected.cdf).pvalue > 1e-6


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", INITIALIZERS)
def test_same_seed_same_numbers_and_others_for_another(name, kind):
    initializer = INITIALIZERS.resolve(name)
    one, again, other = (initializer.draw(KINDS[kind](seed), 4, 5) for seed in (3, 3, 4))
    np.testing.assert_array_equal(one[0], again[0])
    np.testing.assert_array_equal(one[1], again[1])
    assert (one[0] == other[0]).all() == (name == "zeros")


@pytest.mark.parametrize("name", INITIALIZERS)
def test_the_generator_moves_on(name):
    rng = np.random.default_rng(3)
    before = rng.bit_generator.state
    first, _ = INITIALIZERS.resolve(name).draw(rng, 4, 5)
    second, _ = INITIALIZERS.resolve(name).draw(rng, 4, 5)
    assert (rng.bit_generator.state == before) == (name == "zeros")
    assert (first == second).all() == (name == "zeros")


@pytest.mark.parametrize("shape", [(7, 3), (3, 7), (5, 5), (1, 6), (6, 1), (1, 1)])
@pytest.mark.parametrize("gain", [1.0, 2.5])
def test_orthogonal(shape, gain):
    W, b = Orthogonal(gain).draw(np.random.default_rng(5), *shape)
    assert W.shape == shape
    few = W.T @ W if shape[0] >= shape[1] else W @ W.T
    np.testing.assert_allclose(few, gain**2 * np.eye(min(shape)), atol=1e-13)
    assert not b.any()


def test_orthogonal_is_drawn_evenly():
    """Of 2x2 matrices the first column points everywhere alike; without the sign rule it would not."""
    rng = np.random.default_rng(6)
    matrices = [Orthogonal().draw(rng, 2, 2)[0] for _ in range(2000)]
    angles = np.array([math.atan2(W[1, 0], W[0, 0]) for W in matrices])
    assert stats.kstest((angles + math.pi) / (2 * math.pi), stats.uniform().cdf).pvalue > 1e-6
    signs = np.array([np.linalg.det(W) for W in matrices])
    assert abs((signs > 0).mean() - 0.5) < 5 * math.sqrt(0.25 / 2000)


def test_uniform_is_the_articles_network():
    rng = np.random.RandomState(101)
    rng.random(3)
    network = Network([2, 2, 2], initializer="uniform", rng=rng)
    for layer, neurons in enumerate(OUTPUT_4):
        for unit, (bias, *weights) in enumerate(neurons):
            assert network.biases[layer][unit] == bias
            assert network.weights[layer][:, unit].tolist() == weights


@pytest.mark.parametrize("kind", KINDS)
def test_uniform_draws_neuron_by_neuron_bias_first(kind):
    W, b = Uniform().draw(KINDS[kind](7), 3, 4)
    one_by_one = KINDS[kind](7)
    for unit in range(4):
        assert b[unit] == one_by_one.random()
        assert W[:, unit].tolist() == [one_by_one.random() for _ in range(3)]
    scaled_W, scaled_b = Uniform(-2.0, 1.0).draw(KINDS[kind](7), 3, 4)
    np.testing.assert_allclose(scaled_W, 3 * W - 2, rtol=1e-15, atol=1e-15)
    np.testing.assert_allclose(scaled_b, 3 * b - 2, rtol=1e-15, atol=1e-15)


def test_normal_deviation():
    W, _ = Normal(3.0).draw(np.random.default_rng(8), FAN_IN, FAN_OUT)
    assert W.std() == pytest.approx(3, rel=5 / math.sqrt(2 * W.size))


@pytest.mark.parametrize("name", [name for name in INITIALIZERS if name.startswith(("glorot", "he_", "lecun"))])
def test_scaled_ones_depend_on_the_fans(name):
    """Four times the fan, half the deviation, of the very same draws."""
    initializer = INITIALIZERS.resolve(name)
    small, _ = initializer.draw(np.random.default_rng(9), 5, 5)
    large, _ = initializer.draw(np.random.default_rng(9), 20, 20)
    np.testing.assert_allclose(large.ravel()[:25], small.ravel() / 2, rtol=1e-14)
    wide, _ = initializer.draw(np.random.default_rng(9), 5, 45)
    factor = math.sqrt(10 / 50) if name.startswith("glorot") else 1
    np.testing.assert_allclose(wide.ravel()[:25], factor * small.ravel(), rtol=1e-14)


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_each_activation_names_an_initializer_that_the_network_then_uses(name):
    suited = ACTIVATIONS[name].initializer
    assert suited in INITIALIZERS
    network = Network([3, 4, 2], activation=name, rng=10)
    rng = np.random.default_rng(10)
    np.testing.assert_array_equal(network.weights[0], INITIALIZERS.resolve(suited).draw(rng, 3, 4)[0])
    np.testing.assert_array_equal(network.weights[1], INITIALIZERS.resolve("glorot_uniform").draw(rng, 4, 2)[0])


@pytest.mark.parametrize("name", INITIALIZERS)
def test_a_float32_network_has_the_rounded_numbers(name):
    single, double = (Network([3, 4, 2], initializer=name, dtype=dtype, rng=3) for dtype in ("float32", "float64"))
    assert single.parameters.dtype == np.float32
    np.testing.assert_array_equal(single.parameters, double.parameters.astype(np.float32))


@pytest.mark.parametrize("name", INITIALIZERS)
def test_configuration_round_trip(name):
    initializer = INITIALIZERS.resolve(name)
    assert INITIALIZERS.from_config(INITIALIZERS.to_config(initializer)) == initializer


@pytest.mark.parametrize("name", ["glorot", "he", "lecun"])
def test_short_names_stand_for_the_uniform_ones(name):
    assert INITIALIZERS.resolve(name) == INITIALIZERS.resolve(f"{name}_uniform")
    assert INITIALIZERS[name] is INITIALIZERS[f"{name}_uniform"]
    assert name not in list(INITIALIZERS)
    one, other = (Network([3, 4, 1], initializer=given, rng=5) for given in (name, f"{name}_uniform"))
    np.testing.assert_array_equal(one.parameters, other.parameters)


def test_an_initializer_of_ones_own_and_errors():
    class Ramp(Initializer):
        def draw(self, rng, fan_in, fan_out):
            return np.arange(fan_in * fan_out, dtype=float).reshape(fan_in, fan_out), np.full(fan_out, 0.5)

    network = Network([2, 3, 1], initializer=[Ramp(), "zeros"], rng=0)
    assert network.parameters.tolist() == [0, 1, 2, 3, 4, 5, 0.5, 0.5, 0.5, 0, 0, 0, 0]
    with pytest.raises(
        ValueError, match=r"unknown initializer 'he_normale', did you mean 'he_normal'\? There are: zeros"
    ):
        INITIALIZERS.resolve("he_normale")
    with pytest.raises(TypeError, match="abstract"):
        Initializer()


# -- generators --------------------------------------------------------------------------------------------------------


def test_generators_from_seeds():
    assert as_generator(5).random() == np.random.default_rng(5).random()
    assert as_generator(np.int64(5)).random() == np.random.default_rng(5).random()
    for given in (np.random.default_rng(1), np.random.RandomState(1)):
        assert as_generator(given) is given
    assert as_generator(None).random() != as_generator(None).random()


@pytest.mark.parametrize("seed", ["7", 7.0, True, [1, 2]])
def test_seeds_of_other_kinds_are_refused(seed):
    with pytest.raises(TypeError, match="rng must be a whole number, a numpy Generator or RandomState, or None, got"):
        as_generator(seed)


def test_negative_seeds_are_refused():
    with pytest.raises(ValueError, match="rng must be a seed >= 0, got -1"):
        as_generator(-1)


def test_the_global_generator_is_left_alone():
    np.random.seed(0)
    expected = np.random.random()
    np.random.seed(0)
    Network([2, 3, 1], rng=None)
    assert np.random.random() == expected
