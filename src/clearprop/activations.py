"""Activations: a = f(z), its slope da/dz and the formula of both, side by side.

Every activation has `value` and `slope`; nothing else in the program knows their derivatives.
To add one, subclass `Activation` and decorate it with `ACTIVATIONS.register`; the tests check all that is registered.

At a kink: relu and leaky_relu at 0 have the slope that holds below, hard_sigmoid at -3 and 3 has slope 0.
`step` is flat on both sides of its jump, so its slope is 0 everywhere.

The values keep the dtype of z; a slope may be truth values, which count as 1 and 0. The functions also take complex z,
where the formula allows it, so that tests can use the complex-step derivative: comparisons are by the real part, as
NumPy's `maximum` and `minimum` do.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt

from clearprop.foundation.arguments import finite
from clearprop.foundation.registry import Named, Registry

Array = npt.NDArray[Any]


class Activation(ABC, Named):
    """A layer's function from weighted sums z to activations a.

    Subclasses that have parameters (such as a slope) are frozen dataclasses. All have

    - `name`, and the texts `formula` (of z) and `slope_formula` (of z and a);
    - `derivation`: how the one leads to the other, as (equal formula, why), the last one the slope's;
    - `output_range`: the least and the greatest value that it can take;
    - `kinks`: the z where the slope, or the slope's slope, jumps; gradient checks keep off them;
    - `initializer`: the name of the initialiser that suits the layer;
    - `in_place`: whether `value(z, out=z)` is right, as it is where each z has been read before a is written there; a
      class that has a `value` of its own says so for that one, and where it says nothing, z is left alone;
    - `kernels`, of a user's own class: value(z, s) and slope(z, a, s) of single numbers, which Numba compiles for the
      compiled engine; s holds the object's parameters in their order, eight numbers at most.

    Examples
    --------
    >>> import numpy as np
    >>> class Cubic(Activation):
    ...     name = "cubic"
    ...     def value(self, z, out=None):
    ...         return np.power(z, 3, out=out)
    ...     def slope(self, z, a):
    ...         return 3 * z**2
    >>> Cubic().check() < 1e-9
    True
    """

    formula: ClassVar[str] = ""
    slope_formula: ClassVar[str] = ""
    derivation: ClassVar[tuple[tuple[str, str], ...]] = ()
    output_range: ClassVar[tuple[float, float]] = (-math.inf, math.inf)
    kinks: ClassVar[tuple[float, ...]] = ()
    initializer: ClassVar[str] = "glorot_uniform"
    in_place: ClassVar[bool] = False
    kernels: ClassVar[tuple[Callable[..., Any], Callable[..., Any]] | None] = None

    def __init_subclass__(cls, **keywords: Any) -> None:
        super().__init_subclass__(**keywords)
        if "value" in vars(cls):  # of which the base class, whose value is another, says nothing
            cls.in_place = bool(vars(cls).get("in_place", False))

    @abstractmethod
    def value(self, z: Array, out: Array | None = None) -> Array:
        """The activations a = f(z), of z's shape, written to `out` where that is given (as NumPy's functions do)."""

    @abstractmethod
    def slope(self, z: Array, a: Array) -> Array:
        """The slope da/dz, of z's shape; a is `value(z)`."""

    def delta(self, z: Array, a: Array, output_gradient: Array, out: Array | None = None) -> Array:
        """The chain rule through the activation: delta = dL/dz = dL/da * da/dz, of z's shape."""
        return np.multiply(output_gradient, self.slope(z, a), out=out)

    def piece(self, z: Array) -> Array:
        """On which smooth piece of the function each z lies: 0 below the first kink, 1 above it, and so on."""
        return np.searchsorted(np.asarray(self.kinks), z)

    def check(self, z: Array | None = None, step: float = 1e-3) -> float:
        """The worst relative error of `slope` against central differences of `value`, off the kinks.

        Parameters
        ----------
        z : array, optional
            Where to compare; 1,001 points from -6 to 6 where not given.
        step : float
            The distance h of the four-point difference (-f(z+2h) + 8 f(z+h) - 8 f(z-h) + f(z-2h)) / 12h.
        """
        points = np.linspace(-6.0, 6.0, 1001) if z is None else np.asarray(z, dtype=np.float64)
        points = points[self.piece(points - 2 * step) == self.piece(points + 2 * step)][:, np.newaxis]
        numeric = (
            8 * (self.value(points + step) - self.value(points - step))
            - (self.value(points + 2 * step) - self.value(points - 2 * step))
        ) / (12 * step)
        a = self.value(points)
        slope = self.delta(points, a, np.ones_like(points))
        return float(np.max(np.abs(slope - numeric) / np.maximum(1e-3, np.abs(numeric)), initial=0.0))


ACTIVATIONS: Registry[Activation] = Registry("activation", Activation, aliases={"logistic": "sigmoid"})


def sigmoid(z: Array, out: Array | None = None) -> Array:
    """1 / (1 + exp(-z)); exp may overflow to infinity for very negative z, whose inverse is the right 0."""
    with np.errstate(over="ignore"):
        result = np.exp(np.negative(z, out=out), out=out)
    result += 1
    return np.reciprocal(result, out=result)


def softplus(z: Array) -> Array:
    """log(1 + exp(z)), as max(z, 0) + log(1 + exp(-|z|)), which neither overflows nor cancels."""
    return np.maximum(z, 0) + np.log1p(np.exp(np.minimum(z, -z)))


@ACTIVATIONS.register
class Identity(Activation):
    """a = z."""

    name = "identity"
    in_place = True
    known_as = ("linear", "none", "id")
    formula = "z"
    slope_formula = "1"
    derivation = (("1", "a straight line rises as fast as z does"),)

    def value(self, z: Array, out: Array | None = None) -> Array:
        """a = z: the sums themselves, or copies of them in `out`."""
        if out is None:
            return z
        np.copyto(out, z)
        return out

    def slope(self, z: Array, a: Array) -> Array:
        """da/dz = 1 everywhere."""
        return np.ones_like(z)

    def delta(self, z: Array, a: Array, output_gradient: Array, out: Array | None = None) -> Array:
        """The gradient passes unchanged."""
        return self.value(output_gradient, out)


@ACTIVATIONS.register
class Step(Activation):
    """a = 1 where z > 0, else 0: the perceptron's. Flat on both sides, so nothing is learned through it."""

    name = "step"
    in_place = True
    known_as = ("heaviside", "binary_step", "threshold", "hardlim")
    formula = "Heaviside(z, 0)"
    slope_formula = "0"
    derivation = (
        (
            "Piecewise((Derivative(1, z), z > 0), (Derivative(0, z), True))",
            "piece by piece; at the jump itself the slope is taken as 0",
        ),
        ("0", "a constant does not rise"),
    )
    output_range = (0.0, 1.0)
    kinks = (0.0,)

    def value(self, z: Array, out: Array | None = None) -> Array:
        """1 where z > 0, else 0."""
        return np.greater(z, 0, out=np.empty_like(z) if out is None else out, casting="unsafe")

    def slope(self, z: Array, a: Array) -> Array:
        """da/dz = 0, at the jump too."""
        return np.zeros_like(z)


@ACTIVATIONS.register
class Sigmoid(Activation):
    """a = 1 / (1 + exp(-z)); the article's equations 1 to 3. scikit-learn calls it `logistic`."""

    name = "sigmoid"
    in_place = True
    known_as = ("sigm", "expit", "logsig")
    formula = "1/(1 + exp(-z))"
    slope_formula = "a*(1 - a)"
    derivation = (
        ("Derivative((1 + exp(-z))**(-1), z)", "the fraction as a power, equation 2 of the article"),
        ("-(1 + exp(-z))**(-2)*Derivative(1 + exp(-z), z)", "chain rule: the power first"),
        ("-(1 + exp(-z))**(-2)*exp(-z)*Derivative(-z, z)", "chain rule again: the exponential"),
        ("exp(-z)/(1 + exp(-z))**2", "two minus signs make a plus"),
        ("(1 + exp(-z) - 1)/(1 + exp(-z))**2", "add 1 and take it away"),
        ("1/(1 + exp(-z))*(1 - 1/(1 + exp(-z)))", "split the fraction and take out a factor"),
        ("a*(1 - a)", "the fraction is a itself, equation 3"),
    )
    output_range = (0.0, 1.0)

    def value(self, z: Array, out: Array | None = None) -> Array:
        """1 / (1 + exp(-z)), without overflow."""
        return sigmoid(z, out)

    def slope(self, z: Array, a: Array) -> Array:
        """a (1 - a)."""
        slope: Array = 1 - a
        slope *= a
        return slope


@ACTIVATIONS.register
class Tanh(Activation):
    """a = tanh(z)."""

    name = "tanh"
    in_place = True
    known_as = ("hyperbolic_tangent", "tansig")
    formula = "tanh(z)"
    slope_formula = "1 - a**2"
    derivation = (
        ("Derivative(sinh(z)/cosh(z), z)", "what tanh is"),
        ("(cosh(z)*cosh(z) - sinh(z)*sinh(z))/cosh(z)**2", "quotient rule"),
        ("1 - sinh(z)**2/cosh(z)**2", "split the fraction"),
        ("1 - a**2", "the quotient is a itself"),
    )
    output_range = (-1.0, 1.0)

    def value(self, z: Array, out: Array | None = None) -> Array:
        """tanh(z)."""
        return np.tanh(z, out=out)

    def slope(self, z: Array, a: Array) -> Array:
        """1 - a², as (1 - a)(1 + a), which cancels less near the ends."""
        slope: Array = 1 - a
        slope *= 1 + a
        return slope


@ACTIVATIONS.register
class Relu(Activation):
    """a = max(z, 0)."""

    name = "relu"
    in_place = True
    known_as = ("rectifier", "rectified_linear")
    formula = "Max(z, 0)"
    slope_formula = "Heaviside(z, 0)"
    derivation = (
        ("Piecewise((Derivative(z, z), z > 0), (Derivative(0, z), True))", "piece by piece; at 0 the slope from below"),
        ("Heaviside(z, 0)", "a straight line, and a constant"),
    )
    output_range = (0.0, math.inf)
    kinks = (0.0,)
    initializer = "he_uniform"

    def value(self, z: Array, out: Array | None = None) -> Array:
        """max(z, 0)."""
        return np.maximum(z, 0, out=out)

    def slope(self, z: Array, a: Array) -> Array:
        """1 where z > 0, else 0."""
        return np.greater(z, 0)


@ACTIVATIONS.register
@dataclass(frozen=True)
class LeakyRelu(Activation):
    """a = z where z > 0, else negative_slope * z (Maas and others, 2013)."""

    negative_slope: float = 0.01

    name = "leaky_relu"
    in_place = True
    known_as = ("lrelu", "prelu")
    formula = "Piecewise((z, z > 0), (negative_slope*z, True))"
    slope_formula = "Piecewise((1, z > 0), (negative_slope, True))"
    derivation = (
        (
            "Piecewise((Derivative(z, z), z > 0), (Derivative(negative_slope*z, z), True))",
            "piece by piece; at 0 the slope from below",
        ),
        ("Piecewise((1, z > 0), (negative_slope, True))", "two straight lines"),
    )
    kinks = (0.0,)
    initializer = "he_uniform"

    def __post_init__(self) -> None:
        finite("negative_slope", self.negative_slope)

    def value(self, z: Array, out: Array | None = None) -> Array:
        """z, or negative_slope * z below 0."""
        return np.multiply(z, self.slope(z, z), out=out)

    def slope(self, z: Array, a: Array) -> Array:
        """1, or negative_slope at 0 and below."""
        return np.where(z > 0, z.dtype.type(1), z.dtype.type(self.negative_slope))


@ACTIVATIONS.register
@dataclass(frozen=True)
class Elu(Activation):
    """a = z where z > 0, else alpha (exp(z) - 1) (Clevert and others, 2015)."""

    alpha: float = 1.0

    name = "elu"
    in_place = True
    formula = "Piecewise((z, z > 0), (alpha*(exp(z) - 1), True))"
    slope_formula = "Piecewise((1, z > 0), (a + alpha, True))"
    derivation = (
        (
            "Piecewise((Derivative(z, z), z > 0), (Derivative(alpha*(exp(z) - 1), z), True))",
            "piece by piece; at 0 the slope from below",
        ),
        ("Piecewise((1, z > 0), (alpha*exp(z), True))", "the exponential is its own slope"),
        ("Piecewise((1, z > 0), (alpha*(exp(z) - 1) + alpha, True))", "add alpha and take it away"),
        ("Piecewise((1, z > 0), (a + alpha, True))", "the bracket times alpha is a itself"),
    )
    kinks = (0.0,)
    initializer = "he_uniform"

    def __post_init__(self) -> None:
        finite("alpha", self.alpha)

    @property
    def output_range(self) -> tuple[float, float]:  # type: ignore[override]
        """All numbers from -alpha on."""
        return (-self.alpha, math.inf)

    def value(self, z: Array, out: Array | None = None) -> Array:
        """z, or alpha (exp(z) - 1) below 0."""
        return np.add(np.maximum(z, 0), self.alpha * np.expm1(np.minimum(z, 0)), out=out)

    def slope(self, z: Array, a: Array) -> Array:
        """1, or alpha exp(z) at 0 and below."""
        return np.where(z > 0, z.dtype.type(1), self.alpha * np.exp(np.minimum(z, 0)))


@ACTIVATIONS.register
class Selu(Activation):
    """a = scale * elu(z) with the constants that keep mean 0 and variance 1 (Klambauer and others, 2017)."""

    name = "selu"
    in_place = True
    formula = "Piecewise((scale*z, z > 0), (scale*alpha*(exp(z) - 1), True))"
    slope_formula = "Piecewise((scale, z > 0), (a + scale*alpha, True))"
    derivation = (
        (
            "Piecewise((Derivative(scale*z, z), z > 0), (Derivative(scale*alpha*(exp(z) - 1), z), True))",
            "piece by piece; at 0 the slope from below",
        ),
        ("Piecewise((scale, z > 0), (scale*alpha*exp(z), True))", "the exponential is its own slope"),
        ("Piecewise((scale, z > 0), (a + scale*alpha, True))", "as with elu"),
    )
    output_range = (-1.7580993408473766, math.inf)
    kinks = (0.0,)
    initializer = "lecun_normal"
    alpha: ClassVar[float] = 1.6732632423543772
    scale: ClassVar[float] = 1.0507009873554805

    def value(self, z: Array, out: Array | None = None) -> Array:
        """a = scale * z, or scale * alpha (exp(z) - 1) below 0."""
        negative = self.scale * self.alpha * np.expm1(np.minimum(z, 0))
        return np.add(self.scale * np.maximum(z, 0), negative, out=out)

    def slope(self, z: Array, a: Array) -> Array:
        """da/dz = scale, or scale * alpha * exp(z) at 0 and below."""
        return np.where(z > 0, z.dtype.type(self.scale), self.scale * self.alpha * np.exp(np.minimum(z, 0)))


@ACTIVATIONS.register
class Gelu(Activation):
    """a = z Φ(z), Φ the normal distribution function, in its exact form (Hendrycks and Gimpel, 2016)."""

    name = "gelu"
    in_place = True
    formula = "z*(1 + erf(z/sqrt(2)))/2"
    slope_formula = "(1 + erf(z/sqrt(2)))/2 + z*exp(-z**2/2)/sqrt(2*pi)"
    derivation = (
        ("(1 + erf(z/sqrt(2)))/2 + z*Derivative((1 + erf(z/sqrt(2)))/2, z)", "product rule"),
        (
            "(1 + erf(z/sqrt(2)))/2 + z*exp(-z**2/2)/sqrt(pi)*Derivative(z/sqrt(2), z)",
            "chain rule: erf(u) rises by 2 exp(-u²)/√π",
        ),
        ("(1 + erf(z/sqrt(2)))/2 + z*exp(-z**2/2)/sqrt(2*pi)", "z/√2 rises by 1/√2"),
    )
    output_range = (-0.17, math.inf)
    initializer = "he_uniform"

    def value(self, z: Array, out: Array | None = None) -> Array:
        """z Φ(z)."""
        return np.multiply(z, self._normal_distribution(z), out=out)

    def slope(self, z: Array, a: Array) -> Array:
        """Φ(z) + z φ(z)."""
        return self._normal_distribution(z) + z * np.exp(-0.5 * z * z) * (1 / math.sqrt(2 * math.pi))

    @staticmethod
    def _normal_distribution(z: Array) -> Array:
        from scipy.special import erfc  # SciPy loads when first used

        distribution: Array = 0.5 * erfc(z * -math.sqrt(0.5))
        return distribution


@ACTIVATIONS.register
class Silu(Activation):
    """a = z sigmoid(z), also called swish (Elfwing and others, 2017)."""

    name = "silu"
    in_place = True
    known_as = ("swish",)
    formula = "z/(1 + exp(-z))"
    slope_formula = "(1 + z/(1 + exp(z)))/(1 + exp(-z))"
    derivation = (
        ("1/(1 + exp(-z)) + z*Derivative(1/(1 + exp(-z)), z)", "product rule"),
        ("1/(1 + exp(-z)) + z*exp(-z)/(1 + exp(-z))**2", "the slope of the sigmoid"),
        ("(1 + z*exp(-z)/(1 + exp(-z)))/(1 + exp(-z))", "take out a factor"),
        ("(1 + z/(1 + exp(z)))/(1 + exp(-z))", "multiply the inner fraction's parts by exp(z)"),
    )
    output_range = (-0.28, math.inf)
    initializer = "he_uniform"

    def value(self, z: Array, out: Array | None = None) -> Array:
        """z sigmoid(z)."""
        return np.multiply(z, sigmoid(z), out=out)

    def slope(self, z: Array, a: Array) -> Array:
        """s (1 + z (1 - s)) with s = sigmoid(z), and sigmoid(-z) for 1 - s."""
        return sigmoid(z) * (1 + z * sigmoid(-z))


@ACTIVATIONS.register
class Mish(Activation):
    """a = z tanh(softplus(z)) (Misra, 2019)."""

    name = "mish"
    in_place = True
    formula = "z*tanh(log(1 + exp(z)))"
    slope_formula = "tanh(log(1 + exp(z))) + z*(1 - tanh(log(1 + exp(z)))**2)/(1 + exp(-z))"
    derivation = (
        ("tanh(log(1 + exp(z))) + z*Derivative(tanh(log(1 + exp(z))), z)", "product rule"),
        (
            "tanh(log(1 + exp(z))) + z*(1 - tanh(log(1 + exp(z)))**2)*Derivative(log(1 + exp(z)), z)",
            "chain rule: the slope of tanh",
        ),
        ("tanh(log(1 + exp(z))) + z*(1 - tanh(log(1 + exp(z)))**2)/(1 + exp(-z))", "the slope of softplus"),
    )
    output_range = (-0.31, math.inf)
    initializer = "he_uniform"

    def value(self, z: Array, out: Array | None = None) -> Array:
        """z tanh(softplus(z))."""
        return np.multiply(z, np.tanh(softplus(z)), out=out)

    def slope(self, z: Array, a: Array) -> Array:
        """t + z (1 - t²) sigmoid(z) with t = tanh(softplus(z))."""
        t = np.tanh(softplus(z))
        return t + z * (1 - t) * (1 + t) * sigmoid(z)


@ACTIVATIONS.register
class Softplus(Activation):
    """a = log(1 + exp(z)): a smooth relu."""

    name = "softplus"
    in_place = True
    known_as = ("smooth_relu",)
    formula = "log(1 + exp(z))"
    slope_formula = "1/(1 + exp(-z))"
    derivation = (
        ("Derivative(1 + exp(z), z)/(1 + exp(z))", "chain rule: log(u) rises by 1/u"),
        ("exp(z)/(1 + exp(z))", "the exponential is its own slope"),
        ("1/(1 + exp(-z))", "divide both parts by exp(z)"),
    )
    output_range = (0.0, math.inf)
    initializer = "he_uniform"

    def value(self, z: Array, out: Array | None = None) -> Array:
        """log(1 + exp(z)), without overflow."""
        return np.add(softplus(z), 0, out=out)

    def slope(self, z: Array, a: Array) -> Array:
        """sigmoid(z)."""
        return sigmoid(z)


@ACTIVATIONS.register
class Softsign(Activation):
    """a = z / (1 + |z|)."""

    name = "softsign"
    in_place = True
    formula = "z/(1 + Abs(z))"
    slope_formula = "1/(1 + Abs(z))**2"
    derivation = (
        ("(Derivative(z, z)*(1 + Abs(z)) - z*Derivative(Abs(z), z))/(1 + Abs(z))**2", "quotient rule"),
        ("(1 + Abs(z) - z*sign(z))/(1 + Abs(z))**2", "|z| rises by the sign of z"),
        ("1/(1 + Abs(z))**2", "z times its sign is |z|"),
    )
    output_range = (-1.0, 1.0)
    kinks = (0.0,)

    def value(self, z: Array, out: Array | None = None) -> Array:
        """z / (1 + |z|)."""
        return np.divide(z, 1 + np.maximum(z, -z), out=out)

    def slope(self, z: Array, a: Array) -> Array:
        """1 / (1 + |z|)²."""
        slope: Array = 1 / (1 + np.abs(z)) ** 2
        return slope


@ACTIVATIONS.register
class HardSigmoid(Activation):
    """a = min(max(z / 6 + 1/2, 0), 1): straight pieces in the sigmoid's place."""

    name = "hard_sigmoid"
    in_place = True
    formula = "Max(Min(z/6 + 1/2, 1), 0)"
    slope_formula = "Piecewise((1/6, Abs(z) < 3), (0, True))"
    derivation = (
        (
            "Piecewise((Derivative(z/6 + 1/2, z), Abs(z) < 3), (0, True))",
            "piece by piece; at the ends the slope from outside",
        ),
        ("Piecewise((1/6, Abs(z) < 3), (0, True))", "a straight line"),
    )
    output_range = (0.0, 1.0)
    kinks = (-3.0, 3.0)

    def value(self, z: Array, out: Array | None = None) -> Array:
        """z / 6 + 1/2, cut off at 0 and 1."""
        return np.minimum(np.maximum(z / 6 + 0.5, 0), 1, out=out)

    def slope(self, z: Array, a: Array) -> Array:
        """1/6 between -3 and 3, else 0."""
        return np.where((z > -3) & (z < 3), z.dtype.type(1 / 6), z.dtype.type(0))


@ACTIVATIONS.register
class Exponential(Activation):
    """a = exp(z): the natural output of the poisson loss. scikit-learn calls it `exp`."""

    name = "exponential"
    in_place = True
    known_as = ("exp",)
    formula = "exp(z)"
    slope_formula = "a"
    derivation = (
        ("exp(z)", "the exponential is its own slope"),
        ("a", "which is a itself"),
    )
    output_range = (0.0, math.inf)

    def value(self, z: Array, out: Array | None = None) -> Array:
        """exp(z)."""
        return np.exp(z, out=out)

    def slope(self, z: Array, a: Array) -> Array:
        """da/dz = a: the exponential is its own slope."""
        return a


@ACTIVATIONS.register
class Softmax(Activation):
    """a_j = exp(z_j) / sum over k of exp(z_k): probabilities over a layer's units, for the output layer.

    Each a depends on every z of its row, so the slope is a matrix a row: da_j/dz_k = a_j ((j = k) - a_k).
    """

    name = "softmax"
    in_place = True
    known_as = ("normalized_exponential", "softargmax")
    formula = "exp(z_j)/Sum(exp(z_k), k)"
    slope_formula = "a_j*(KroneckerDelta(j, k) - a_k)"
    derivation = (
        (
            "(KroneckerDelta(j, k)*exp(z_j)*Sum(exp(z_m), m) - exp(z_j)*exp(z_k))/Sum(exp(z_m), m)**2",
            "quotient rule; the top depends on z_k only if k is j",
        ),
        (
            "exp(z_j)/Sum(exp(z_m), m)*(KroneckerDelta(j, k) - exp(z_k)/Sum(exp(z_m), m))",
            "split the fraction and take out a factor",
        ),
        ("a_j*(KroneckerDelta(j, k) - a_k)", "the fractions are a_j and a_k"),
    )
    output_range = (0.0, 1.0)

    def value(self, z: Array, out: Array | None = None) -> Array:
        """exp(z) over its sum a row, the row's maximum taken out first, which keeps exp finite."""
        result = np.subtract(z, np.max(z, axis=-1, keepdims=True), out=out)
        np.exp(result, out=result)
        result /= result.sum(axis=-1, keepdims=True)
        return result

    def slope(self, z: Array, a: Array) -> Array:
        """The matrices da_j/dz_k, of shape (..., units, units)."""
        slope: Array = a[..., :, np.newaxis] * (np.eye(a.shape[-1], dtype=a.dtype) - a[..., np.newaxis, :])
        return slope

    def delta(self, z: Array, a: Array, output_gradient: Array, out: Array | None = None) -> Array:
        """delta_k = a_k (g_k - sum over j of g_j a_j), the matrix product with `slope` written out."""
        centred = output_gradient - (output_gradient * a).sum(axis=-1, keepdims=True)
        return np.multiply(centred, a, out=out)
