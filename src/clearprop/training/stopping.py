"""When to stop: the monitored number, the best so far, and how long it has not got better."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal, TypeAlias

import numpy as np
import numpy.typing as npt

from clearprop.training.history import EpochRecord

Array = npt.NDArray[Any]
Monitored: TypeAlias = Literal["loss", "validation_loss", "metric"] | Callable[[EpochRecord], float]

# What can be monitored by name, and what it is called elsewhere.
MONITORS = {
    "loss": ("train_loss", "training_loss"),
    "validation_loss": ("val_loss", "valid_loss", "test_loss"),
    "metric": ("accuracy", "acc", "val_accuracy", "val_acc", "val_metric", "score", "r2", "validation_score"),
}


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
    best_epoch : int or None
        The first epoch that had it; None where no number was finite.
    best_parameters : array or None
    """

    monitor: Monitored
    tolerance: float
    patience: int | None
    keeps_best: bool
    epochs_without_gain: int = 0
    best: float = np.inf
    best_epoch: int | None = None
    best_parameters: Array | None = None

    def weigh(self, records: Sequence[EpochRecord], parameters: Array) -> None:
        """Take note of epochs, after the last of which the network had these parameters.

        Where the best epoch's parameters are kept, epochs are to be weighed one by one.
        """
        number = self.monitor if callable(self.monitor) else operator.attrgetter(self.monitor)
        values = map(operator.neg, map(number, records)) if self.monitor == "metric" else map(number, records)
        best, best_epoch, without_gain, tolerance = self.best, self.best_epoch, self.epochs_without_gain, self.tolerance
        for record, value in zip(records, values, strict=True):
            # Gain is measured from the best so far, as in scikit-learn; what is not finite is none.
            finite = math.isfinite(value)
            without_gain = 0 if finite and value <= best - tolerance else without_gain + 1
            if finite and value < best:
                best, best_epoch = value, record.epoch
        if self.keeps_best and best < self.best:
            self.best_parameters = parameters.copy()
        self.best, self.best_epoch, self.epochs_without_gain = best, best_epoch, without_gain

    def after(self, earlier: Patience) -> Patience:
        """These settings, with what an earlier one has seen, if it watched the same number."""
        if earlier.monitor != self.monitor:
            return self
        best_parameters = earlier.best_parameters if self.keeps_best else None
        return replace(
            self,
            epochs_without_gain=earlier.epochs_without_gain,
            best=earlier.best,
            best_epoch=earlier.best_epoch,
            best_parameters=best_parameters,
        )

    @property
    def name(self) -> str:
        """What is monitored, in words."""
        return "the monitored number" if callable(self.monitor) else self.monitor.replace("_", " ")

    @property
    def reason(self) -> str:
        """Why training ends where patience is over; a new best that is better by less than `tolerance` is no gain."""
        gain = f"gain of {self.tolerance:g} or more" if self.tolerance else "gain"
        return f"no {gain} in {self.name} over {self.epochs_without_gain} epochs"

    @property
    def epochs_to_come(self) -> float:
        """So many epochs may pass before patience can be over, whatever they bring; infinity where it cannot be."""
        return math.inf if self.patience is None else self.patience + 1 - self.epochs_without_gain

    @property
    def over(self) -> bool:
        """Whether more epochs than `patience` have passed without gain."""
        return self.patience is not None and self.epochs_without_gain > self.patience
