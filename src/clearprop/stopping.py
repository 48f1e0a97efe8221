"""When to stop: the monitored number, the best so far, and how long it has not got better."""

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Literal, TypeAlias

import numpy as np
import numpy.typing as npt

from clearprop.history import EpochRecord

Array = npt.NDArray[Any]
Monitored: TypeAlias = Literal["loss", "validation_loss", "metric"] | Callable[[EpochRecord], float]


@dataclass
class Patience:
    """Watches one number of each epoch; losses should fall, a metric should rise.

    Attributes
    ----------
    monitor : {"loss", "validation_loss", "metric"} or callable
        A function of the epoch's record gives a number that should fall.
    tolerance : float
        A gain smaller than this counts as none.
    patience : int or None
        How many epochs on end may pass without gain; None for any number.
    keeps_best : bool
        Whether the best epoch's parameters are kept.
    epochs_without_gain : int
    best : float
        The best number so far, a metric with its sign turned.
    best_parameters : array or None
    """

    monitor: Monitored
    tolerance: float
    patience: int | None
    keeps_best: bool
    epochs_without_gain: int = 0
    best: float = np.inf
    best_parameters: Array | None = None

    def weigh(self, record: EpochRecord, parameters: Array) -> None:
        """Take note of an epoch, after which the network had these parameters."""
        value = self.monitor(record) if callable(self.monitor) else getattr(record, self.monitor)
        value = -value if self.monitor == "metric" else value
        # Gain is measured from the best so far, as in scikit-learn; what is not finite is none.
        gained = math.isfinite(value) and value <= self.best - self.tolerance
        self.epochs_without_gain = 0 if gained else self.epochs_without_gain + 1
        if math.isfinite(value) and value < self.best:
            self.best = value
            if self.keeps_best:
                self.best_parameters = parameters.copy()

    def after(self, earlier: "Patience") -> "Patience":
        """These settings, with what an earlier one has seen, if it watched the same number."""
        if earlier.monitor != self.monitor:
            return self
        best_parameters = earlier.best_parameters if self.keeps_best else None
        return replace(
            self,
            epochs_without_gain=earlier.epochs_without_gain,
            best=earlier.best,
            best_parameters=best_parameters,
        )

    @property
    def name(self) -> str:
        """What is monitored, in words."""
        return "the monitored number" if callable(self.monitor) else self.monitor.replace("_", " ")

    @property
    def epochs_to_come(self) -> float:
        """So many epochs may pass before patience can be over, whatever they bring; infinity where it cannot be."""
        return math.inf if self.patience is None else self.patience + 1 - self.epochs_without_gain

    @property
    def over(self) -> bool:
        """Whether more epochs than `patience` have passed without gain."""
        return self.patience is not None and self.epochs_without_gain > self.patience
