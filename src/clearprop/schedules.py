"""Schedules: the learning rate of each step, as a function of how far training has come.

Dropout and decay can go by one, too: what it makes of a rate of 1 is what they are multiplied by.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any, ClassVar, Literal, NamedTuple

import numpy as np
import numpy.typing as npt

from clearprop.foundation.arguments import not_negative, positive, share, whole
from clearprop.foundation.registry import Named, Registry
from clearprop.foundation.table_cells import quoted

Array = npt.NDArray[Any]

# Two to the power of more waves is no number that float64 can hold.
MOST_WAVES = 1000


class Position(NamedTuple):
    """How far training has come when a step is about to be taken.

    Attributes
    ----------
    step, total_steps : int
        Steps taken so far and steps planned in all.
    epoch : int
        Epochs finished.
    samples : int
        Rows seen in the epochs finished.
    stalls : int
        How many times training ran out of patience so far.
    """

    step: int
    total_steps: int
    epoch: int
    samples: int
    stalls: int

    @property
    def share(self) -> float:
        """How much of the planned steps has been taken, from 0 to 1."""
        return min(1.0, self.step / self.total_steps)


class Schedule(ABC, Named):
    """Gives each step its learning rate.

    Attributes
    ----------
    changes : {"step", "epoch", "stall"}
        Whether the rate may change at each step, from epoch to epoch, or only when training runs out of patience: it is
        not asked for more often.

    Raises
    ------
    ValueError
        A subclass has other `changes`. One that has a rate of its own and does not say is asked at each step.

    Examples
    --------
    >>> class Halved(Schedule):
    ...     name, changes = "halved", "epoch"
    ...
    ...     def rate(self, base, at):
    ...         return base / 2**at.epoch
    >>> start = Position(step=0, total_steps=6, epoch=0, samples=0, stalls=0)
    >>> Halved().rates(0.1, start, epochs=2, batches=3, rows=30).tolist()
    [[0.1, 0.1, 0.1], [0.05, 0.05, 0.05]]
    """

    changes: ClassVar[Literal["step", "epoch", "stall"]] = "step"

    def __init_subclass__(cls, **others: Any) -> None:
        super().__init_subclass__(**others)
        if "rate" in vars(cls) and "changes" not in vars(cls):
            cls.changes = "step"
        if cls.changes not in ("step", "epoch", "stall"):
            raise ValueError(f"changes of {cls.__name__} must be 'step', 'epoch' or 'stall', got {cls.changes!r}")

    @abstractmethod
    def rate(self, base: float, at: Position) -> float:
        """The learning rate at a position, from the base rate that the user chose."""

    def rates(self, base: float, at: Position, epochs: int, batches: int, rows: int) -> Array:
        """The learning rates from a position on, of so many epochs of so many batches and rows: (epochs, batches)."""
        step, total_steps, epoch, samples, stalls = at
        every = 1 if self.changes == "step" else batches
        asked = []
        for more in range(0, 1 if self.changes == "stall" else epochs * batches, every):
            ended = more // batches
            later = Position(step + more, total_steps, epoch + ended, samples + ended * rows, stalls)
            asked.append(self.rate(base, later))
        rates = np.empty((epochs, batches))
        rates[:] = np.array(asked).reshape(-1, batches // every)
        return rates

    def continues_after_stall(self, rate: float) -> bool:
        """Whether training goes on, at a lower rate, when patience has run out."""
        return False


SCHEDULES: Registry[Schedule] = Registry("schedule", Schedule)


@SCHEDULES.register
class Constant(Schedule):
    """The base rate throughout."""

    name = "constant"
    known_as = ("none", "fixed", "constant_lr")
    changes = "stall"

    def rate(self, base: float, at: Position) -> float:
        """Base."""
        return base


@SCHEDULES.register
@dataclass(frozen=True)
class InverseScaling(Schedule):
    """Base / (samples seen + 1) ** power, lowered after each epoch, as in scikit-learn."""

    power: float = 0.5

    name = "invscaling"
    known_as = ("inverse_scaling", "inverse", "inverse_time", "inverse_time_decay")
    changes = "epoch"

    def __post_init__(self) -> None:
        # As a float where it is absurd: as a whole number its powers would have no end.
        if not_negative("power", self.power) > MOST_WAVES:
            object.__setattr__(self, "power", float(self.power))

    def rate(self, base: float, at: Position) -> float:
        """The base rate in the first epoch, then base / (samples + 1) ** power."""
        if at.epoch == 0:
            return base
        try:
            return base / (at.samples + 1) ** self.power
        except OverflowError:  # a rate that float64 cannot tell from 0
            return 0.0


@SCHEDULES.register
@dataclass(frozen=True)
class Adaptive(Schedule):
    """Base divided by `divisor` each time that patience runs out, down to `least`, as in scikit-learn."""

    divisor: float = 5.0
    least: float = 1e-6

    name = "adaptive"
    known_as = ("plateau", "reduce_lr_on_plateau", "reduce_on_plateau")
    changes = "stall"

    def __post_init__(self) -> None:
        positive("divisor", self.divisor)
        not_negative("least", self.least)

    def rate(self, base: float, at: Position) -> float:
        """Base / divisor ** stalls, by repeated division."""
        for _ in range(at.stalls):
            base /= self.divisor
        return base

    def continues_after_stall(self, rate: float) -> bool:
        """As long as the rate has not come down to `least`."""
        return rate > self.least


@SCHEDULES.register
@dataclass(frozen=True)
class StepDecay(Schedule):
    """Base times `factor` after every `every` epochs."""

    factor: float = 0.5
    every: int = 10

    name = "step"
    known_as = ("step_lr", "step_decay", "staircase")
    changes = "epoch"

    def __post_init__(self) -> None:
        whole("every", self.every, 1)
        positive("factor", self.factor)

    def rate(self, base: float, at: Position) -> float:
        """Base * factor ** floor(epoch / every)."""
        return base * _power(self.factor, at.epoch // self.every)


@SCHEDULES.register
@dataclass(frozen=True)
class Exponential(Schedule):
    """Base times `factor` after every epoch."""

    factor: float = 0.97

    name = "exponential"
    known_as = ("exponential_lr", "exponential_decay")
    changes = "epoch"

    def __post_init__(self) -> None:
        positive("factor", self.factor)

    def rate(self, base: float, at: Position) -> float:
        """Base * factor ** epoch."""
        return base * _power(self.factor, at.epoch)


@SCHEDULES.register
@dataclass(frozen=True)
class Cosine(Schedule):
    """A linear warm-up over the first share of the steps, then half a cosine down to `least` of the base rate.

    Loshchilov and Hutter, 2016, without restarts.
    """

    warm_up: float = 0.05
    least: float = 0.0

    name = "cosine"
    known_as = ("cosine_annealing", "cosine_annealing_lr", "cosine_decay")

    def __post_init__(self) -> None:
        share("warm_up", self.warm_up)
        not_negative("least", self.least)

    def rate(self, base: float, at: Position) -> float:
        """Rising, then base * (least + (1 - least) (1 + cos(pi share)) / 2)."""
        warm = self.warm_up * at.total_steps
        if at.step < warm:
            return base * (at.step + 1) / (warm + 1)
        share = min(1.0, (at.step - warm) / max(1.0, at.total_steps - warm))
        return base * (self.least + (1 - self.least) * _half_cosine(share))


@SCHEDULES.register
@dataclass(frozen=True)
class OneCycle(Schedule):
    """Up from base / `start_divisor` to the base rate and down to almost 0, both along cosines (Smith, 2018)."""

    rise: float = 0.3
    start_divisor: float = 25.0
    end_divisor: float = 1e4

    name = "one_cycle"
    known_as = ("one_cycle_lr", "super_convergence")

    def __post_init__(self) -> None:
        not_negative("rise", self.rise)
        positive("start_divisor", self.start_divisor)
        positive("end_divisor", self.end_divisor)

    def rate(self, base: float, at: Position) -> float:
        """The base rate is the peak, reached after the share `rise` of all steps."""
        start, end = base / self.start_divisor, base / self.start_divisor / self.end_divisor
        top = self.rise * at.total_steps - 1
        if at.step <= top:
            return base + (start - base) * _half_cosine(at.step / top if top > 0 else 1.0)
        share = min(1.0, (at.step - top) / max(1.0, at.total_steps - 1 - top))
        return end + (base - end) * _half_cosine(share)


@SCHEDULES.register
@dataclass(frozen=True)
class CosLog(Schedule):
    """Waves of the rate from 0 up to base and back to 0, each twice as long as the one before.

    base (1 - cos(2 pi log2(1 + (2^waves - 1) t))) / 2 at the share t of all steps: high rates find, low ones settle,
    and the last wave is half of the training (Holzmüller and others, 2024, who have four).
    """

    waves: int = 4

    name = "coslog4"
    known_as = ("coslog", "cos_log")

    def __post_init__(self) -> None:
        if whole("waves", self.waves, 1) > MOST_WAVES:
            raise ValueError(f"waves must be at most {MOST_WAVES:,}, got {quoted(self.waves)}: a few are usual")

    def rate(self, base: float, at: Position) -> float:
        """Base (1 - cos(2 pi log2(1 + (2^waves - 1) t))) / 2, t being `step` over `total_steps`."""
        wave = math.log2(1 + (2**self.waves - 1) * at.share)
        return base * (1 - math.cos(2 * math.pi * wave)) / 2


@SCHEDULES.register
@dataclass(frozen=True)
class FlatCosine(Schedule):
    """The base rate for the share `flat` of all steps, then half a cosine down to 0."""

    flat: float = 0.5

    name = "flat_cosine"
    known_as = ("flat_cos", "flat_and_anneal")

    def __post_init__(self) -> None:
        share("flat", self.flat)

    def rate(self, base: float, at: Position) -> float:
        """Base, then base (1 + cos(pi s)) / 2 at the share s of the steps that are left."""
        return base * _half_cosine(max(0.0, (at.share - self.flat) / (1 - self.flat)))


def _power(factor: float, exponent: int) -> float:
    """Infinity where float64 cannot hold it: training then diverges, and says so."""
    try:
        return factor**exponent
    except OverflowError:
        return math.inf


def factors_of(schedule: Schedule, at: Position, epochs: int, batches: int, rows: int) -> Array | None:
    """What a schedule makes of 1 at each step, shape (epochs, batches); None where that is always 1.

    Examples
    --------
    >>> start = Position(step=0, total_steps=4, epoch=0, samples=0, stalls=0)
    >>> factors_of(FlatCosine(), start, epochs=1, batches=4, rows=8).round(3).tolist()
    [[1.0, 1.0, 1.0, 0.5]]
    >>> factors_of(Constant(), start, epochs=1, batches=4, rows=8)
    """
    return None if schedule == Constant() else schedule.rates(1.0, at, epochs, batches, rows)


def _half_cosine(share: float) -> float:
    """1 at share 0, falling to 0 at share 1."""
    return (1 + math.cos(math.pi * share)) / 2
