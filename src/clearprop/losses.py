"""Losses: value and gradient side by side, one row of targets at a time.

The convention, stated here once: for n rows with weights w_i (1 where none are given), outputs a and targets y,

    L = sum_i w_i l(a_i, y_i) / sum_i w_i  +  penalty / sum_i w_i,        l(a_i, y_i) = sum over the outputs,

a weighted mean over the rows of a sum over the outputs. The penalty (`penalties.py`) is divided by the sum of the
weights as scikit-learn divides it.

Each loss names the output activation that is natural for it and has, for that pair, a value and a delta = dL/dz
computed from the weighted sums z (the logits), which neither overflow nor cancel. With any other output activation,
`value` and `gradient` take its outputs. A loss that needs outputs inside an open interval (a logarithm of a
probability) takes an output at or past its end for one just inside, and has gradient 0 there.

The cross-entropies can smooth their labels: with the share s, a target y counts as (1 - s) y + s / k, where there are k
classes; with less than certain targets a network is not driven to ever greater sums (Szegedy and others, 2016). In
formulas y is then the smoothed target.

At a kink: absolute_error and quantile have gradient 0 where output and target are equal; hinge and perceptron, where
the margin equals the threshold, have the gradient that holds below it, as scikit-learn's do, so that a network whose
weights are all 0 can begin.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt

from clearprop.activations import ACTIVATIONS, sigmoid, softplus
from clearprop.foundation.arguments import finite, fraction, positive, share
from clearprop.foundation.registry import Named, Registry

Array = npt.NDArray[Any]


class Loss(ABC, Named):
    """What training makes small: l(a, y) for one row of outputs a and targets y.

    Subclasses that have parameters are frozen dataclasses. All have

    - `name`, and the texts `formula` (of one output a and its target y) and `gradient_formula`;
    - `delta_formula`: dl/dz with the natural output activation, where that is another than `gradient_formula`;
    - `derivation` and `delta_derivation`: how they are found, as (equal formula, why), the last one the result;
    - `output_activation`: the name of the natural one;
    - `output_domain`: the open interval in which outputs must lie;
    - `classification`: whether the targets stand for classes;
    - `levels`: the targets that stand for no and for yes, where they do;
    - `kernels`, of a user's own class: value(a, y, s) and gradient(a, y, s) of single numbers, which Numba compiles for
      the compiled engine; s holds the object's parameters in their order, six numbers at most.

    Examples
    --------
    >>> import numpy as np
    >>> class FourthPower(Loss):
    ...     name = "fourth_power"
    ...     def value(self, a, y):
    ...         return ((a - y) ** 4).sum(axis=-1)
    ...     def gradient(self, a, y):
    ...         return 4 * (a - y) ** 3
    >>> FourthPower().check(np.array([[1.0, 3.0]]), np.array([[0.0, 1.0]])) < 1e-9
    True
    """

    formula: ClassVar[str] = ""
    gradient_formula: ClassVar[str] = ""
    delta_formula: ClassVar[str] = ""
    derivation: ClassVar[tuple[tuple[str, str], ...]] = ()
    delta_derivation: ClassVar[tuple[tuple[str, str], ...]] = ()
    output_activation: ClassVar[str] = "identity"
    output_domain: ClassVar[tuple[float, float]] = (-math.inf, math.inf)
    classification: ClassVar[bool] = False
    levels: ClassVar[tuple[float, float]] = (0.0, 1.0)
    kernels: ClassVar[tuple[Callable[..., Any], Callable[..., Any]] | None] = None

    @abstractmethod
    def value(self, a: Array, y: Array) -> Array:
        """The loss of each row, shape (n,): summed over the last axis of a and y, both (n, outputs)."""

    @abstractmethod
    def gradient(self, a: Array, y: Array) -> Array:
        """dl/da, of shape (n, outputs)."""

    def value_from_logits(self, z: Array, y: Array) -> Array:
        """The loss of each row, shape (n,), when a is the natural activation of z."""
        return self.value(ACTIVATIONS.resolve(self.output_activation).value(z), y)

    def delta_from_logits(self, z: Array, a: Array, y: Array) -> Array:
        """dl/dz, of shape (n, outputs), when a is the natural activation of z."""
        return ACTIVATIONS.resolve(self.output_activation).delta(z, a, self.gradient(a, y))

    def size(self, a: Array, y: Array) -> Array:
        """How large the numbers are that a row's `value` is made of, shape (n,): what rounding leaves grows with them.

        Where nothing else is known, what the rounding of a and y does to it, and the loss itself.
        """
        return np.abs(self.value(a, y)) + (np.abs(self.gradient(a, y)) * (np.abs(a) + np.abs(y))).sum(axis=-1)

    def size_from_logits(self, z: Array, a: Array, y: Array) -> Array:
        """The same of `value_from_logits`."""
        return self.size(a, y)

    def piece(self, a: Array, y: Array) -> Array:
        """On which smooth piece of the loss each output lies; gradient checks keep off the borders."""
        return np.zeros(np.shape(a), dtype=np.int8)

    def smoothed(self, y: Array) -> Array:
        """The targets that the loss is taken of, for given ones of shape (n, outputs): others with label smoothing."""
        return y

    def unsmoothed(self) -> Loss:
        """The loss whose value of `smoothed(y)` is this one's of y."""
        return self

    def targets(self, chosen: Array) -> Array:
        """The targets that truth values stand for, of the same shape; truth values where they count as 0 and 1.

        Examples
        --------
        >>> Hinge().targets(np.array([True, False])).tolist()
        [1.0, -1.0]
        """
        no, yes = self.levels
        return chosen if (no, yes) == (0, 1) else np.where(chosen, yes, no)

    def decisions(self, values: Array) -> Array:
        """The classes that outputs or targets stand for: a truth value for each output, of the same shape.

        Of several outputs the greatest is meant, unless the loss takes each as a yes-or-no of its own.
        """
        return values == values.max(axis=-1, keepdims=True) if values.shape[-1] > 1 else values > 0

    def check_targets(self, y: Array) -> None:
        """Raise ValueError, naming the value and the rule, if y holds a target that the loss cannot take."""

    def check(self, a: Array, y: Array, step: float = 1e-3) -> float:
        """The worst relative error of `gradient` against central differences of `value` at the given outputs."""
        a, y = np.asarray(a, dtype=np.float64), np.asarray(y, dtype=np.float64)
        worst = 0.0
        gradient = self.gradient(a, y)
        for index in np.ndindex(a.shape):
            shift = np.zeros_like(a)
            shift[index] = step
            points = [a + k * shift for k in (-2, -1, 1, 2)]
            if (self.piece(points[0], y) != self.piece(points[3], y)).any():
                continue
            far_below, below, above, far_above = (self.value(point, y).sum() for point in points)
            numeric = (8 * (above - below) - (far_above - far_below)) / (12 * step)
            worst = max(worst, abs(gradient[index] - numeric) / max(1e-3, abs(numeric)))
        return float(worst)


LOSSES: Registry[Loss] = Registry("loss", Loss)


@dataclass(frozen=True)
class _Smoothing(Loss):
    """What the cross-entropies share: the share of each label that all classes get alike."""

    floor: float | None = None
    smoothing: float = 0.0

    later = ("smoothing",)

    def __post_init__(self) -> None:
        share("smoothing", self.smoothing)
        if self.floor is not None:
            fraction("floor", self.floor)

    def classes(self, outputs: int) -> int:
        """Among how many classes each target decides."""
        return outputs

    def smoothed(self, y: Array) -> Array:
        """(1 - smoothing) y + smoothing / classes; without smoothing the targets themselves."""
        if not self.smoothing:
            return y
        return y * (1 - self.smoothing) + self.smoothing / self.classes(y.shape[-1])

    def unsmoothed(self) -> Loss:
        """The same with labels as they are."""
        return replace(self, smoothing=0.0)


def _refuse(y: Array, wrong: Array, loss: Loss, rule: str) -> None:
    if wrong.any():
        row = int(np.argwhere(wrong)[0][0])
        raise ValueError(f"target {y[wrong].flat[0]} at row {row}: {loss.name} needs {rule} (rows counted from 0)")


def _magnitude(difference: Array) -> Array:
    """|x|, which is also right for the complex step (comparison by the real part)."""
    return np.maximum(difference, -difference)


@LOSSES.register
class SquaredError(Loss):
    """Half the squared error: l = sum (a - y)² / 2; the article's equation 6 with its 2 in place of n."""

    name = "squared_error"
    known_as = (
        "mse",
        "mse_loss",
        "mean_squared_error",
        "squared_loss",
        "sse",
        "l2",
        "l2_loss",
        "quadratic",
        "least_squares",
    )
    formula = "(a - y)**2/2"
    gradient_formula = "a - y"
    derivation = (
        ("2*(a - y)*Derivative(a - y, a)/2", "chain rule: a square rises by twice its base"),
        ("a - y", "the factors 2 cancel; equation 7 of the article"),
    )

    def value(self, a: Array, y: Array) -> Array:
        """Sum of (a - y)² / 2 over the outputs."""
        error = a - y
        return 0.5 * (error * error).sum(axis=-1)

    def gradient(self, a: Array, y: Array) -> Array:
        """dl/da = a - y; the article's equation 7."""
        return a - y


@LOSSES.register
class AbsoluteError(Loss):
    """l = sum |a - y|: leads to the median."""

    name = "absolute_error"
    known_as = ("mae", "mae_loss", "mean_absolute_error", "absolute_loss", "l1", "l1_loss")
    formula = "Abs(a - y)"
    gradient_formula = "sign(a - y)"
    derivation = (
        ("sign(a - y)*Derivative(a - y, a)", "chain rule: a size rises by its sign; where it is 0, the sign is 0"),
        ("sign(a - y)", "a - y rises by 1"),
    )

    def value(self, a: Array, y: Array) -> Array:
        """Sum of |a - y|."""
        return _magnitude(a - y).sum(axis=-1)

    def gradient(self, a: Array, y: Array) -> Array:
        """The sign of a - y."""
        return np.sign(a - y)

    def piece(self, a: Array, y: Array) -> Array:
        """Above or below the target."""
        return np.greater(a, y)


@LOSSES.register
@dataclass(frozen=True)
class Huber(Loss):
    """l = sum of e²/2 where |e| <= width, else width (|e| - width/2), with e = a - y (Huber, 1964)."""

    width: float = 1.0

    name = "huber"
    known_as = ("smooth_l1", "smooth_l1_loss", "huber_loss")
    formula = "Piecewise(((a - y)**2/2, Abs(a - y) <= width), (width*(Abs(a - y) - width/2), True))"
    gradient_formula = "Max(-width, Min(width, a - y))"
    derivation = (
        (
            "Piecewise((Derivative((a - y)**2/2, a), Abs(a - y) <= width), "
            "(Derivative(width*(Abs(a - y) - width/2), a), True))",
            "piece by piece",
        ),
        ("Piecewise((a - y, Abs(a - y) <= width), (width*sign(a - y), True))", "a square, and a straight line"),
        ("Max(-width, Min(width, a - y))", "the error, cut off at the width on both sides"),
    )

    def __post_init__(self) -> None:
        positive("width", self.width)

    def value(self, a: Array, y: Array) -> Array:
        """Square in the middle, straight outside."""
        size = _magnitude(a - y)
        inner = np.minimum(size, self.width)
        return (inner * (size - 0.5 * inner)).sum(axis=-1)

    def gradient(self, a: Array, y: Array) -> Array:
        """dl/da = a - y, cut off at ±width."""
        return np.clip(a - y, -self.width, self.width)

    def piece(self, a: Array, y: Array) -> Array:
        """Below, inside or above the band."""
        return np.searchsorted([-self.width, self.width], a - y)


@LOSSES.register
class LogCosh(Loss):
    """l = sum log cosh(a - y): square near 0, straight far off, smooth everywhere."""

    name = "log_cosh"
    formula = "log(cosh(a - y))"
    gradient_formula = "tanh(a - y)"
    derivation = (
        ("Derivative(cosh(a - y), a)/cosh(a - y)", "chain rule: log(u) rises by 1/u"),
        ("sinh(a - y)/cosh(a - y)", "cosh rises by sinh"),
        ("tanh(a - y)", "what tanh is"),
    )

    def value(self, a: Array, y: Array) -> Array:
        """|e| + log(1 + exp(-2|e|)) - log 2, which does not overflow."""
        size = _magnitude(a - y)
        return (size + np.log1p(np.exp(-2 * size)) - math.log(2)).sum(axis=-1)

    def gradient(self, a: Array, y: Array) -> Array:
        """tanh(a - y)."""
        return np.tanh(a - y)

    def size(self, a: Array, y: Array) -> Array:
        """That of log 2 as well, which is taken off."""
        return super().size(a, y) + math.log(2) * a.shape[-1]


@LOSSES.register
@dataclass(frozen=True)
class Quantile(Loss):
    """l = sum max(q (y - a), (q - 1)(y - a)): leads to the q-quantile (Koenker and Bassett, 1978)."""

    q: float = 0.5

    name = "quantile"
    known_as = ("pinball", "pinball_loss")
    formula = "Max(q*(y - a), (q - 1)*(y - a))"
    gradient_formula = "Piecewise((1 - q, a > y), (-q, a < y), (0, True))"
    derivation = (
        (
            "Piecewise((Derivative((q - 1)*(y - a), a), a > y), (Derivative(q*(y - a), a), a < y), (0, True))",
            "the greater of the two, piece by piece; 0 on the target",
        ),
        ("Piecewise((1 - q, a > y), (-q, a < y), (0, True))", "two straight lines"),
    )

    def __post_init__(self) -> None:
        fraction("q", self.q)

    def value(self, a: Array, y: Array) -> Array:
        """Sum of max(q (y - a), (q - 1)(y - a)) over the outputs."""
        short = y - a
        return np.maximum(self.q * short, (self.q - 1) * short).sum(axis=-1)

    def gradient(self, a: Array, y: Array) -> Array:
        """1 - q above the target, -q below it, 0 on it."""
        side = np.sign(a - y)
        return side * (0.5 + (0.5 - self.q) * side)

    def piece(self, a: Array, y: Array) -> Array:
        """Above or below the target."""
        return np.greater(a, y)


@LOSSES.register
class Poisson(Loss):
    """Half the poisson deviance, l = sum a - y + y log(y / a), for counts y >= 0 and rates a > 0."""

    name = "poisson"
    known_as = ("poisson_nll", "poisson_nll_loss", "poisson_deviance")
    formula = "a - y + y*log(y/a)"
    gradient_formula = "1 - y/a"
    derivation = (
        ("1 + y*Derivative(log(y) - log(a), a)", "term by term, the logarithm of a fraction as a difference"),
        ("1 - y/a", "log(a) rises by 1/a"),
    )
    delta_formula = "a - y"
    delta_derivation = (
        ("(1 - y/a)*a", "chain rule: dl/da times the exponential's slope a"),
        ("a - y", "a cancels"),
    )
    output_activation = "exponential"
    output_domain = (0.0, math.inf)

    def value(self, a: Array, y: Array) -> Array:
        """The deviance; y log y is 0 at y = 0."""
        rate = inside(self.output_domain, a)
        return (rate - y + y * (_log_or_zero(y) - np.log(rate))).sum(axis=-1)

    def gradient(self, a: Array, y: Array) -> Array:
        """dl/da = 1 - y / a, and 0 outside the domain."""
        return np.where(self.piece(a, y) == 1, 1 - y / inside(self.output_domain, a), a.dtype.type(0))

    def value_from_logits(self, z: Array, y: Array) -> Array:
        """With a = exp(z): exp(z) - y + y (log y - z)."""
        return (np.exp(z) - y + y * (_log_or_zero(y) - z)).sum(axis=-1)

    def delta_from_logits(self, z: Array, a: Array, y: Array) -> Array:
        """dl/dz = a - y: the slope of the natural activation cancels."""
        return a - y

    def size(self, a: Array, y: Array) -> Array:
        """That of the summands."""
        rate = inside(self.output_domain, a)
        return (rate + y + y * (np.abs(_log_or_zero(y)) + np.abs(np.log(rate)))).sum(axis=-1)

    def size_from_logits(self, z: Array, a: Array, y: Array) -> Array:
        """That of the summands."""
        return (a + y + y * (np.abs(_log_or_zero(y)) + np.abs(z))).sum(axis=-1)

    def piece(self, a: Array, y: Array) -> Array:
        """Inside the domain or outside."""
        return _domain_piece(self.output_domain, a)

    def check_targets(self, y: Array) -> None:
        """Counts are not negative."""
        _refuse(y, y < 0, self, "targets >= 0")


@LOSSES.register
@dataclass(frozen=True)
class BinaryCrossEntropy(_Smoothing):
    """l = -sum y log a + (1 - y) log(1 - a): each output a yes-or-no of its own, y between 0 and 1.

    See `CrossEntropy` for `floor` and `smoothing`; each output has two classes, yes and no.
    """

    name = "binary_cross_entropy"
    known_as = ("bce", "bce_loss", "bce_with_logits", "bce_with_logits_loss", "binary_logloss", "log_loss", "logistic")
    formula = "-y*log(a) - (1 - y)*log(1 - a)"
    gradient_formula = "(a - y)/(a*(1 - a))"
    derivation = (
        ("-y*Derivative(log(a), a) - (1 - y)*Derivative(log(1 - a), a)", "term by term"),
        ("-y/a + (1 - y)/(1 - a)", "a logarithm rises by 1 over what it is of, and 1 - a falls as a rises"),
        ("(a*(1 - y) - y*(1 - a))/(a*(1 - a))", "one denominator"),
        ("(a - y)/(a*(1 - a))", "the products a y cancel"),
    )
    delta_formula = "a - y"
    delta_derivation = (
        ("(a - y)/(a*(1 - a))*a*(1 - a)", "chain rule: dl/da times the sigmoid's slope a (1 - a)"),
        ("a - y", "a (1 - a) cancels"),
    )
    output_activation = "sigmoid"
    output_domain = (0.0, 1.0)
    classification = True

    def value(self, a: Array, y: Array) -> Array:
        """The cross-entropy of probabilities, those at or past an end moved just inside."""
        p, y = inside(self.output_domain, a), self.smoothed(y)
        return -(y * np.log(p) + (1 - y) * np.log1p(-p)).sum(axis=-1)

    def gradient(self, a: Array, y: Array) -> Array:
        """dl/da = (a - y) / (a (1 - a)), and 0 outside the domain."""
        p, y = inside(self.output_domain, a), self.smoothed(y)
        return np.where(self.piece(a, y) == 1, (p - y) / (p * (1 - p)), a.dtype.type(0))

    def value_from_logits(self, z: Array, y: Array) -> Array:
        """With a = sigmoid(z): softplus(z) - y z."""
        y = self.smoothed(y)
        if self.floor is not None:
            a = sigmoid(z)
            return -(y * np.log(np.maximum(a, self.floor)) + (1 - y) * np.log(np.maximum(1 - a, self.floor))).sum(-1)
        return (softplus(z) - y * z).sum(axis=-1)

    def delta_from_logits(self, z: Array, a: Array, y: Array) -> Array:
        """dl/dz = a - y: the slope of the natural activation cancels."""
        return a - self.smoothed(y)

    def size_from_logits(self, z: Array, a: Array, y: Array) -> Array:
        """That of softplus(z) and y z, which cancel where a is near y."""
        return (softplus(z) + np.abs(self.smoothed(y) * z)).sum(axis=-1)

    def classes(self, outputs: int) -> int:
        """Yes and no."""
        return 2

    def piece(self, a: Array, y: Array) -> Array:
        """Inside the domain or outside."""
        return _domain_piece(self.output_domain, a)

    def check_targets(self, y: Array) -> None:
        """Each target is a probability."""
        _refuse(y, (y < 0) | (y > 1), self, "targets from 0 to 1")

    def decisions(self, values: Array) -> Array:
        """Yes where a probability is above one half."""
        return values > 0.5


@LOSSES.register
@dataclass(frozen=True)
class CrossEntropy(_Smoothing):
    """l = -sum y log a: one class of several, y the row with 1 at the class, or any probabilities.

    Parameters
    ----------
    floor : float, optional
        The value is computed from probabilities as they are rounded, and one below `floor` counts as `floor`; so
        scikit-learn reports its loss, with the dtype's epsilon. The gradient is that of the exact loss all the same, as
        it is there, so that the two are not quite one function where outputs are that sure.
    smoothing : float
        The share of each label that all k classes get alike: a target y counts as (1 - smoothing) y + smoothing / k.

    Examples
    --------
    >>> CrossEntropy(smoothing=0.3).smoothed(np.array([[0.0, 1.0, 0.0]])).round(3).tolist()
    [[0.1, 0.8, 0.1]]
    """

    name = "cross_entropy"
    known_as = (
        "ce",
        "cross_entropy_loss",
        "categorical_crossentropy",
        "sparse_categorical_crossentropy",
        "nll",
        "nll_loss",
        "negative_log_likelihood",
        "log_loss",
        "softmax",
    )
    formula = "-y*log(a)"
    gradient_formula = "-y/a"
    derivation = (
        ("-y*Derivative(log(a), a)", "y is a constant"),
        ("-y/a", "log(a) rises by 1/a"),
    )
    delta_formula = "a*Sum(y_k, k) - y"
    delta_derivation = (
        ("Sum(-y_j/a_j*a_j*(KroneckerDelta(j, k) - a_k), j)", "chain rule: every a_j depends on z_k"),
        ("Sum(-y_j*(KroneckerDelta(j, k) - a_k), j)", "a_j cancels"),
        ("a_k*Sum(y_j, j) - y_k", "of the first part only j = k is left"),
        ("a_k - y_k", "the targets of a row sum to 1"),
    )
    output_activation = "softmax"
    output_domain = (0.0, math.inf)
    classification = True

    def value(self, a: Array, y: Array) -> Array:
        """The cross-entropy of probabilities, those at or past an end moved just inside."""
        return -(self.smoothed(y) * np.log(inside(self.output_domain, a))).sum(axis=-1)

    def gradient(self, a: Array, y: Array) -> Array:
        """dl/da = -y / a, and 0 outside the domain."""
        return np.where(self.piece(a, y) == 1, -self.smoothed(y) / inside(self.output_domain, a), a.dtype.type(0))

    def value_from_logits(self, z: Array, y: Array) -> Array:
        """With a = softmax(z): sum of y (log sum exp z - z), the row's maximum taken out first."""
        shifted = z - np.max(z, axis=-1, keepdims=True)
        cost = np.log(np.exp(shifted).sum(axis=-1, keepdims=True)) - shifted
        if self.floor is not None:
            cost = np.minimum(cost, -math.log(self.floor))
        return (self.smoothed(y) * cost).sum(axis=-1)

    def delta_from_logits(self, z: Array, a: Array, y: Array) -> Array:
        """dl/dz = a - y where the targets of a row sum to 1; a sum(y) - y in general."""
        y = self.smoothed(y)
        return a * y.sum(axis=-1, keepdims=True) - y

    def size_from_logits(self, z: Array, a: Array, y: Array) -> Array:
        """The loss itself, and the sum of the powers, which is 1 at least and whose logarithm may be nearly 0."""
        return self.value_from_logits(z, y) + self.smoothed(y).sum(axis=-1)

    def piece(self, a: Array, y: Array) -> Array:
        """Inside the domain or outside."""
        return _domain_piece(self.output_domain, a)

    def check_targets(self, y: Array) -> None:
        """Each target is the share of a class."""
        _refuse(y, (y < 0) | (y > 1), self, "targets from 0 to 1, as in a row with 1 at its class and 0 elsewhere")


@LOSSES.register
@dataclass(frozen=True)
class Hinge(Loss):
    """l = sum max(0, threshold - y a), targets y = -1 or 1: a margin for each output."""

    threshold: float = 1.0

    name = "hinge"
    known_as = ("hinge_loss", "svm", "margin")
    formula = "Max(0, threshold - y*a)"
    gradient_formula = "Piecewise((-y, y*a <= threshold), (0, True))"
    derivation = (
        (
            "Piecewise((Derivative(threshold - y*a, a), y*a <= threshold), (0, True))",
            "piece by piece; at the threshold the slope from below",
        ),
        ("Piecewise((-y, y*a <= threshold), (0, True))", "a straight line, and a constant"),
    )
    classification = True
    levels = (-1.0, 1.0)

    def __post_init__(self) -> None:
        finite("threshold", self.threshold)

    def value(self, a: Array, y: Array) -> Array:
        """How far each margin y a falls short of the threshold."""
        return np.maximum(self.threshold - y * a, 0).sum(axis=-1)

    def gradient(self, a: Array, y: Array) -> Array:
        """-y where the margin is not above the threshold, else 0."""
        return np.where(y * a <= self.threshold, -y, y.dtype.type(0))

    def piece(self, a: Array, y: Array) -> Array:
        """Margin above the threshold or not."""
        return np.greater(y * a, self.threshold)

    def check_targets(self, y: Array) -> None:
        """Each target names a side of the margin."""
        no, yes = self.levels
        _refuse(y, (y != no) & (y != yes), self, f"targets {no:g} or {yes:g}")


@LOSSES.register
@dataclass(frozen=True)
class PerceptronLoss(Hinge):
    """l = sum max(0, -y a): the perceptron's, the hinge with its threshold at 0 (Rosenblatt, 1958)."""

    threshold: float = 0.0

    name = "perceptron"


def domain_ends(domain: tuple[float, float], dtype: np.dtype[Any]) -> tuple[Any, Any]:
    """The least and the greatest output that count as inside the domain, whose lower end is 0."""
    return dtype.type(domain[0] + np.finfo(dtype).tiny), dtype.type(domain[1] - np.finfo(dtype).eps)


def inside(domain: tuple[float, float], a: Array) -> Array:
    """The outputs, those at or past an end of the domain moved just inside."""
    least, greatest = domain_ends(domain, a.dtype)
    return np.minimum(np.maximum(a, least), greatest)


def _domain_piece(domain: tuple[float, float], a: Array) -> Array:
    """1 inside the domain, 0 or 2 where `inside` moves the output."""
    return np.searchsorted(np.asarray(domain_ends(domain, a.dtype)), a)


def _log_or_zero(y: Array) -> Array:
    return np.log(np.where(y > 0, y, y.dtype.type(1)))
