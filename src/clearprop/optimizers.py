"""Optimisers: one step of the flat parameter vector against its gradient.

An optimiser is a frozen dataclass of its settings. What it remembers between steps, its slots, is one array of shape
(number of slots, number of parameters) that the trainer keeps: a snapshot, a checkpoint and a message between machines
are then plain copies. `update` changes parameters and slots in place; `rate` is the schedule's learning rate and
`step` the number of this step, from 1. All keep the parameters' dtype.

The Adam family folds its bias correction into the rate (section 2 of the paper, and scikit-learn), so that epsilon
stands beside sqrt(v) without correction.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt

from clearprop.foundation.arguments import fraction, not_negative, share, whole
from clearprop.foundation.near_names import SaysNearKeywords
from clearprop.foundation.registry import Named, Registry

Array = npt.NDArray[Any]


class Optimizer(ABC, Named):
    """Turns gradients into changes of the parameters.

    Class attributes: `slots`, the names of the vectors it remembers; `learning_rate`, its usual one;
    `decoupled_decay`, the share of a weight (times the rate) taken off in each step unless the trainer is told another;
    `formulas`, what `update` does, line by line as (name, formula) in its settings, the slots, the gradient g, the
    rate and the step t. A line that is named as a slot gives its new value; `change` is what is added to p.
    """

    formulas: ClassVar[tuple[tuple[str, str], ...]] = ()
    slots: ClassVar[tuple[str, ...]] = ()
    learning_rate: ClassVar[float] = 0.001
    decoupled_decay: ClassVar[float] = 0.0

    @abstractmethod
    def update(self, parameters: Array, gradient: Array, slots: Array, rate: float, step: int) -> None:
        """Take one step, in place; gradient is not changed."""

    def bytes_a_parameter(self, itemsize: int) -> int:
        """What training takes of memory beside a parameter of this size: its gradient and the slots."""
        return itemsize * (1 + len(self.slots))


OPTIMIZERS: Registry[Optimizer] = Registry("optimizer", Optimizer, others=("lbfgs",))


@OPTIMIZERS.register
class Sgd(Optimizer):
    """p <- p - rate * g: plain gradient descent; the article's equation 4."""

    name = "sgd"
    known_as = ("gd", "gradient_descent", "stochastic_gradient_descent", "vanilla")
    formulas = (("change", "-rate*g"),)
    learning_rate = 0.01

    def update(self, parameters: Array, gradient: Array, slots: Array, rate: float, step: int) -> None:
        """Against the gradient."""
        parameters -= rate * gradient


@OPTIMIZERS.register
@dataclass(frozen=True)
class Momentum(Optimizer):
    """v <- momentum v - rate g; p <- p + v (Polyak, 1964)."""

    momentum: float = 0.9

    name = "momentum"
    known_as = ("sgd_momentum", "heavy_ball")
    formulas = (
        ("velocity", "momentum*velocity - rate*g"),
        ("change", "velocity"),
    )
    slots = ("velocity",)
    learning_rate = 0.01

    def __post_init__(self) -> None:
        fraction("momentum", self.momentum)

    def update(self, parameters: Array, gradient: Array, slots: Array, rate: float, step: int) -> None:
        """Along the velocity."""
        (velocity,) = slots
        velocity *= self.momentum
        velocity -= rate * gradient
        parameters += velocity


@OPTIMIZERS.register
@dataclass(frozen=True)
class Nesterov(Optimizer):
    """v <- momentum v - rate g; p <- p + momentum v - rate g: the look-ahead form (Sutskever and others, 2013)."""

    momentum: float = 0.9

    name = "nesterov"
    known_as = ("nag", "nesterov_momentum")
    formulas = (
        ("velocity", "momentum*velocity - rate*g"),
        ("change", "momentum*velocity - rate*g"),
    )
    slots = ("velocity",)
    learning_rate = 0.01

    def __post_init__(self) -> None:
        fraction("momentum", self.momentum)

    def update(self, parameters: Array, gradient: Array, slots: Array, rate: float, step: int) -> None:
        """Along the velocity of the next step."""
        (velocity,) = slots
        descent = rate * gradient
        velocity *= self.momentum
        velocity -= descent
        parameters += self.momentum * velocity - descent


@OPTIMIZERS.register
@dataclass(frozen=True)
class Adagrad(Optimizer):
    """s <- s + g²; p <- p - rate g / (sqrt(s) + epsilon) (Duchi and others, 2011)."""

    epsilon: float = 1e-10

    name = "adagrad"
    formulas = (
        ("square_sum", "square_sum + g**2"),
        ("change", "-rate*g/(sqrt(square_sum) + epsilon)"),
    )
    slots = ("square_sum",)
    learning_rate = 0.01

    def __post_init__(self) -> None:
        not_negative("epsilon", self.epsilon)

    def update(self, parameters: Array, gradient: Array, slots: Array, rate: float, step: int) -> None:
        """Each parameter by its own sum of squares."""
        (square_sum,) = slots
        square_sum += gradient * gradient
        parameters -= rate * gradient / (np.sqrt(square_sum) + self.epsilon)


@OPTIMIZERS.register
@dataclass(frozen=True)
class RmsProp(Optimizer):
    """s <- decay s + (1 - decay) g²; p <- p - rate g / (sqrt(s) + epsilon) (Tieleman and Hinton, 2012)."""

    decay: float = 0.9
    epsilon: float = 1e-8

    name = "rmsprop"
    formulas = (
        ("square_mean", "decay*square_mean + (1 - decay)*g**2"),
        ("change", "-rate*g/(sqrt(square_mean) + epsilon)"),
    )
    slots = ("square_mean",)

    def __post_init__(self) -> None:
        share("decay", self.decay)
        not_negative("epsilon", self.epsilon)

    def update(self, parameters: Array, gradient: Array, slots: Array, rate: float, step: int) -> None:
        """Each parameter by its own mean of squares."""
        (square_mean,) = slots
        square_mean *= self.decay
        square_mean += (1 - self.decay) * gradient * gradient
        parameters -= rate * gradient / (np.sqrt(square_mean) + self.epsilon)


@dataclass(frozen=True)
class _Moments(Optimizer):
    """What the Adam family shares: running means of the gradient, m, and of its square, v."""

    beta_1: float = 0.9
    beta_2: float = 0.999
    epsilon: float = 1e-8

    slots: ClassVar[tuple[str, ...]] = ("mean", "square_mean")

    def __post_init__(self) -> None:
        share("beta_1", self.beta_1)
        share("beta_2", self.beta_2)
        not_negative("epsilon", self.epsilon)

    def _advance(self, gradient: Array, mean: Array, square_mean: Array) -> Array:
        """Bring both means up to date, in place; returns an array of their size that may be overwritten."""
        scratch: Array = (1 - self.beta_1) * gradient
        mean *= self.beta_1
        mean += scratch
        np.multiply(gradient, gradient, out=scratch)
        scratch *= 1 - self.beta_2
        square_mean *= self.beta_2
        square_mean += scratch
        return scratch

    def _corrected(self, rate: float, step: int) -> float:
        """The rate with the corrections for means that started at 0."""
        return rate * math.sqrt(1 - self.beta_2**step) / (1 - self.beta_1**step)


@OPTIMIZERS.register
class Adam(_Moments):
    """p <- p - rate' m / (sqrt(v) + epsilon) with rate' = rate sqrt(1 - beta_2^t) / (1 - beta_1^t).

    Kingma and Ba, 2014.
    """

    name = "adam"
    formulas = (
        ("mean", "beta_1*mean + (1 - beta_1)*g"),
        ("square_mean", "beta_2*square_mean + (1 - beta_2)*g**2"),
        ("corrected_rate", "rate*sqrt(1 - beta_2**t)/(1 - beta_1**t)"),
        ("change", "-corrected_rate*mean/(sqrt(square_mean) + epsilon)"),
    )

    def update(self, parameters: Array, gradient: Array, slots: Array, rate: float, step: int) -> None:
        """Along the mean gradient, each parameter by its own scale."""
        mean, square_mean = slots
        scratch = self._advance(gradient, mean, square_mean)
        np.sqrt(square_mean, out=scratch)
        scratch += self.epsilon
        np.divide(mean, scratch, out=scratch)
        scratch *= self._corrected(rate, step)
        parameters -= scratch


@OPTIMIZERS.register
class AdamW(Adam):
    """Adam with decoupled weight decay: w <- (1 - rate * 0.01) w before each step (Loshchilov and Hutter, 2017)."""

    name = "adamw"
    decoupled_decay = 0.01


@OPTIMIZERS.register
class AmsGrad(_Moments):
    """Adam divided by the greatest v so far, so that the scale never shrinks (Reddi and others, 2018)."""

    name = "amsgrad"
    formulas = (
        ("mean", "beta_1*mean + (1 - beta_1)*g"),
        ("square_mean", "beta_2*square_mean + (1 - beta_2)*g**2"),
        ("greatest_square_mean", "Max(greatest_square_mean, square_mean)"),
        ("corrected_rate", "rate*sqrt(1 - beta_2**t)/(1 - beta_1**t)"),
        ("change", "-corrected_rate*mean/(sqrt(greatest_square_mean) + epsilon)"),
    )
    slots = ("mean", "square_mean", "greatest_square_mean")

    def update(self, parameters: Array, gradient: Array, slots: Array, rate: float, step: int) -> None:
        """As Adam, by the greatest scale."""
        mean, square_mean, greatest = slots
        scratch = self._advance(gradient, mean, square_mean)
        np.maximum(greatest, square_mean, out=greatest)
        np.sqrt(greatest, out=scratch)
        scratch += self.epsilon
        np.divide(mean, scratch, out=scratch)
        scratch *= self._corrected(rate, step)
        parameters -= scratch


@OPTIMIZERS.register
class NAdam(_Moments):
    """Adam with Nesterov's look-ahead in place of m: (beta_1 m / (1 - beta_1^(t+1)) + (1 - beta_1) g / (1 - beta_1^t)).

    Dozat, 2016, with a constant beta_1.
    """

    name = "nadam"
    formulas = (
        ("mean", "beta_1*mean + (1 - beta_1)*g"),
        ("square_mean", "beta_2*square_mean + (1 - beta_2)*g**2"),
        ("ahead", "beta_1*mean/(1 - beta_1**(t + 1)) + (1 - beta_1)*g/(1 - beta_1**t)"),
        ("change", "-rate*sqrt(1 - beta_2**t)*ahead/(sqrt(square_mean) + epsilon)"),
    )

    def update(self, parameters: Array, gradient: Array, slots: Array, rate: float, step: int) -> None:
        """Along the mean gradient as it will be after the next step."""
        mean, square_mean = slots
        scratch = self._advance(gradient, mean, square_mean)
        np.sqrt(square_mean, out=scratch)
        scratch += self.epsilon
        ahead = (self.beta_1 / (1 - self.beta_1 ** (step + 1))) * mean
        ahead += ((1 - self.beta_1) / (1 - self.beta_1**step)) * gradient
        ahead /= scratch
        ahead *= rate * math.sqrt(1 - self.beta_2**step)
        parameters -= ahead


@OPTIMIZERS.register
@dataclass(frozen=True)
class Lion(Optimizer):
    """p <- p - rate sign(beta_1 m + (1 - beta_1) g); m <- beta_2 m + (1 - beta_2) g (Chen and others, 2023)."""

    beta_1: float = 0.9
    beta_2: float = 0.99

    name = "lion"
    formulas = (
        ("direction", "beta_1*mean + (1 - beta_1)*g"),
        ("change", "-rate*sign(direction)"),
        ("mean", "beta_2*mean + (1 - beta_2)*g"),
    )
    slots = ("mean",)
    learning_rate = 0.0003

    def __post_init__(self) -> None:
        share("beta_1", self.beta_1)
        share("beta_2", self.beta_2)

    def update(self, parameters: Array, gradient: Array, slots: Array, rate: float, step: int) -> None:
        """By the same amount for each parameter; only the sign is the gradient's."""
        (mean,) = slots
        direction = self.beta_1 * mean + (1 - self.beta_1) * gradient
        parameters -= rate * np.sign(direction)
        mean *= self.beta_2
        mean += (1 - self.beta_2) * gradient


@dataclass(frozen=True)
class LBfgs(SaysNearKeywords):
    """Limited-memory BFGS over all rows at once, by SciPy (Byrd and others, 1995; Zhu and others, 1997).

    It is not a function of one gradient, so it is no `Optimizer`: it has an engine of its own, which hands the whole
    training to SciPy, one iteration an epoch, and uses neither rate nor slots.

    Parameters
    ----------
    max_evaluations : int
        The most evaluations of loss and gradient.
    memory : int
        How many past steps shape the next.
    """

    max_evaluations: int = 15_000
    memory: int = 10

    name: ClassVar[str] = "lbfgs"
    slots: ClassVar[tuple[str, ...]] = ()
    learning_rate: ClassVar[float] = 0.01  # what schedules are shown; no step is taken at it
    decoupled_decay: ClassVar[float] = 0.0

    def __post_init__(self) -> None:
        whole("max_evaluations", self.max_evaluations, 1)
        whole("memory", self.memory, 1)

    def bytes_a_parameter(self, itemsize: int) -> int:
        """What training takes of memory beside a parameter: its gradient, and what SciPy keeps in float64.

        These are the past steps and gradients, and five vectors more.
        """
        return itemsize + 8 * (2 * self.memory + 5)
