"""Initialisers: the weights and biases that a layer starts with.

`draw` returns both, so that an initialiser decides the order of its draws too. The scaled ones draw weights of mean 0
and variance gain / fan and start biases at 0.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt

from clearprop.foundation.arguments import finite, not_negative
from clearprop.foundation.randomness import Rng
from clearprop.foundation.registry import Named, Registry

Array = npt.NDArray[Any]


class Initializer(ABC, Named):
    """Draws a layer's first parameters."""

    @abstractmethod
    def draw(self, rng: Rng, fan_in: int, fan_out: int) -> tuple[Array, Array]:
        """Weights of shape (fan_in, fan_out) and biases of shape (fan_out,), float64."""


INITIALIZERS: Registry[Initializer] = Registry(
    "initializer",
    Initializer,
    aliases={"glorot": "glorot_uniform", "he": "he_uniform", "lecun": "lecun_uniform"},
)


@INITIALIZERS.register
class Zeros(Initializer):
    """All 0: right for a single layer, but units of a hidden layer would stay alike for ever."""

    name = "zeros"
    known_as = ("zero",)

    def draw(self, rng: Rng, fan_in: int, fan_out: int) -> tuple[Array, Array]:
        """Nothing is drawn."""
        return np.zeros((fan_in, fan_out)), np.zeros(fan_out)


@INITIALIZERS.register
@dataclass(frozen=True)
class Uniform(Initializer):
    """Weights and biases from [low, high); [0, 1) is the article's.

    They are drawn neuron by neuron, bias first, as the article draws them: its network for the same `RandomState`.
    """

    low: float = 0.0
    high: float = 1.0

    name = "uniform"
    known_as = ("random_uniform", "rand")

    def __post_init__(self) -> None:
        if not finite("low", self.low) <= finite("high", self.high):
            raise ValueError(f"low must not be above high, got {self.low:g} and {self.high:g}: exchange them")

    def draw(self, rng: Rng, fan_in: int, fan_out: int) -> tuple[Array, Array]:
        """A row a neuron: its bias, then its weights."""
        neurons = rng.random((fan_out, 1 + fan_in))
        if (self.low, self.high) != (0.0, 1.0):
            neurons = self.low + (self.high - self.low) * neurons
        return neurons[:, 1:].T, neurons[:, 0]


@INITIALIZERS.register
@dataclass(frozen=True)
class Normal(Initializer):
    """Weights of mean 0 and the given standard deviation; biases 0."""

    deviation: float = 0.05

    name = "normal"
    known_as = ("random_normal", "randn", "gaussian", "truncated_normal")

    def __post_init__(self) -> None:
        not_negative("deviation", self.deviation)

    def draw(self, rng: Rng, fan_in: int, fan_out: int) -> tuple[Array, Array]:
        """Normal weights."""
        return rng.normal(0.0, self.deviation, (fan_in, fan_out)), np.zeros(fan_out)


class _Scaled(Initializer):
    """Weights of mean 0 and a variance that depends on the layer's size, uniform or normal; biases 0."""

    normal: ClassVar[bool]

    @abstractmethod
    def variance(self, fan_in: int, fan_out: int) -> float:
        """The variance of a weight."""

    def draw(self, rng: Rng, fan_in: int, fan_out: int) -> tuple[Array, Array]:
        """Normal weights, or uniform ones from [-b, b) with b = sqrt(3 variance)."""
        deviation = math.sqrt(self.variance(fan_in, fan_out))
        if self.normal:
            weights = rng.normal(0.0, deviation, (fan_in, fan_out))
        else:
            bound = math.sqrt(3) * deviation
            weights = rng.uniform(-bound, bound, (fan_in, fan_out))
        return weights, np.zeros(fan_out)


class _Glorot(_Scaled):
    """Variance 2 / (fan_in + fan_out): keeps activations and gradients alike (Glorot and Bengio, 2010)."""

    def variance(self, fan_in: int, fan_out: int) -> float:
        """2 / (fan_in + fan_out)."""
        return 2 / (fan_in + fan_out)


class _He(_Scaled):
    """Variance 2 / fan_in: makes up for the half that relu cuts off (He and others, 2015)."""

    def variance(self, fan_in: int, fan_out: int) -> float:
        """2 / fan_in."""
        return 2 / fan_in


class _LeCun(_Scaled):
    """Variance 1 / fan_in: z has the variance of the inputs (LeCun and others, 1998)."""

    def variance(self, fan_in: int, fan_out: int) -> float:
        """1 / fan_in."""
        return 1 / fan_in


@INITIALIZERS.register
class GlorotUniform(_Glorot):
    """Uniform weights of variance 2 / (fan_in + fan_out)."""

    name = "glorot_uniform"
    known_as = ("xavier", "xavier_uniform")
    normal = False


@INITIALIZERS.register
@dataclass(frozen=True)
class GlorotUniformWithBiases(Initializer):
    """Weights and then biases from [-b, b) with b = sqrt(factor / (fan_in + fan_out)), as scikit-learn draws them.

    Its factor is 2 for networks of sigmoids and 6 for all others (Glorot and Bengio, 2010, for the weights).
    """

    factor: float = 6.0

    name = "glorot_uniform_with_biases"

    def __post_init__(self) -> None:
        not_negative("factor", self.factor)

    def draw(self, rng: Rng, fan_in: int, fan_out: int) -> tuple[Array, Array]:
        """Two draws, the weights row by row first."""
        bound = math.sqrt(self.factor / (fan_in + fan_out))
        weights = rng.uniform(-bound, bound, (fan_in, fan_out))
        return weights, rng.uniform(-bound, bound, fan_out)


@INITIALIZERS.register
class GlorotNormal(_Glorot):
    """Normal weights of variance 2 / (fan_in + fan_out)."""

    name = "glorot_normal"
    known_as = ("xavier_normal",)
    normal = True


@INITIALIZERS.register
class HeUniform(_He):
    """Uniform weights of variance 2 / fan_in."""

    name = "he_uniform"
    known_as = ("kaiming", "kaiming_uniform")
    normal = False


@INITIALIZERS.register
class HeNormal(_He):
    """Normal weights of variance 2 / fan_in."""

    name = "he_normal"
    known_as = ("kaiming_normal", "msra")
    normal = True


@INITIALIZERS.register
class LeCunUniform(_LeCun):
    """Uniform weights of variance 1 / fan_in."""

    name = "lecun_uniform"
    normal = False


@INITIALIZERS.register
class LeCunNormal(_LeCun):
    """Normal weights of variance 1 / fan_in."""

    name = "lecun_normal"
    normal = True


@INITIALIZERS.register
@dataclass(frozen=True)
class Orthogonal(Initializer):
    """Weights whose rows or columns, whichever are fewer, are orthonormal times gain (Saxe and others, 2014)."""

    gain: float = 1.0

    name = "orthogonal"
    known_as = ("ortho",)

    def __post_init__(self) -> None:
        finite("gain", self.gain)

    def draw(self, rng: Rng, fan_in: int, fan_out: int) -> tuple[Array, Array]:
        """The Q of a normal matrix's QR decomposition, its signs made uniform by those of R's diagonal."""
        longer, shorter = max(fan_in, fan_out), min(fan_in, fan_out)
        q, r = np.linalg.qr(rng.normal(size=(longer, shorter)))
        q = self.gain * q * np.where(np.diagonal(r) < 0, -1.0, 1.0)
        return (q if fan_in >= fan_out else q.T), np.zeros(fan_out)
