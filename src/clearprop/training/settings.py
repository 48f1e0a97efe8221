"""What a user chooses of a training, checked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from clearprop.engines import Engine, resolve_engine
from clearprop.foundation.arguments import dropout_by_layer, not_negative, positive, whole
from clearprop.foundation.callers import warn_caller
from clearprop.foundation.near_names import SaysNearKeywords, did_you_mean, near
from clearprop.foundation.randomness import Seed, as_generator
from clearprop.metrics import Metric, resolve_metric
from clearprop.network.layout import Layout
from clearprop.network.network import Network
from clearprop.optimizers import OPTIMIZERS, LBfgs, Optimizer
from clearprop.penalties import Penalty
from clearprop.schedules import SCHEDULES, Constant, Schedule
from clearprop.training.callbacks import Callback
from clearprop.training.memory_check import check_room_beside
from clearprop.training.stopping import MONITORS, Monitored, Patience

if TYPE_CHECKING:
    from clearprop.training.progress import ProgressBar

# Rows a step where no number is given, or all if there are fewer.
DEFAULT_BATCH_SIZE = 200


class TrainingSettings(SaysNearKeywords):
    """The settings of `Trainer`, which tells of each.

    A run reads them as it goes on, so that what is changed half-way counts from then on; what shapes the steps (batch
    size, penalty, decay, dropout, clipping, factors of groups, optimiser) is taken up when a run starts.
    """

    def __init__(
        self,
        network: Network,
        *,
        optimizer: str | Optimizer | LBfgs = "adam",
        learning_rate: float | None = None,
        schedule: str | Schedule = "constant",
        batch_size: int | None = None,
        epochs: int = 200,
        shuffle: bool = True,
        l1: float = 0.0,
        l2: float = 0.0,
        decoupled_decay: float | None = None,
        rates: Mapping[str, float] | None = None,
        decays: Mapping[str, float] | None = None,
        dropout: float | Sequence[float] = 0.0,
        dropout_schedule: str | Schedule = "constant",
        decay_schedule: str | Schedule = "constant",
        clip_norm: float | None = None,
        tolerance: float = 1e-4,
        patience: int | None = 10,
        monitor: Monitored | None = None,
        keep_best: bool | None = None,
        metric: str | Metric | None = None,
        callbacks: Sequence[Callback] = (),
        progress: bool = False,
        engine: str | Engine = "auto",
        rng: Seed = None,
    ) -> None:
        if not isinstance(network, Network):
            raise TypeError(f"network must be a Network, got {network!r}: make one as in Network([2, 8, 1])")
        self.network = network
        self.optimizer = _resolve_optimizer(optimizer)
        network.layout.with_factors(rates, decays)  # refuses names that there are not, before all else
        self.rates = dict(rates or {})
        if self.finds_steps_itself:
            given = {
                "learning_rate": learning_rate is not None,
                "schedule": SCHEDULES.resolve(schedule) != Constant(),
                "batch_size": batch_size is not None,
                "decoupled_decay": decoupled_decay is not None,
                "rates": any(factor != 1 for factor in self.rates.values()),
                "dropout": bool(np.any(dropout)),
                "dropout_schedule": SCHEDULES.resolve(dropout_schedule) != Constant(),
                "decay_schedule": SCHEDULES.resolve(decay_schedule) != Constant(),
                "clip_norm": clip_norm is not None,
            }
            _warn_of_ignored([name for name, is_given in given.items() if is_given])
        check_room_beside(network, self.optimizer)
        self.learning_rate = positive(
            "learning_rate", self.optimizer.learning_rate if learning_rate is None else learning_rate
        )
        self.schedule = SCHEDULES.resolve(schedule)
        self.batch_size = batch_size if batch_size is None else whole("batch_size", batch_size, 1)
        self.epochs = whole("epochs", epochs, 1)
        self.shuffle = shuffle
        self.penalty = Penalty(l1, l2, decays or {})
        self.decoupled_decay = not_negative(
            "decoupled_decay", self.optimizer.decoupled_decay if decoupled_decay is None else decoupled_decay
        )
        self.dropout = dropout_by_layer(dropout, len(network.weights) - 1)
        self.dropout_schedule = SCHEDULES.resolve(dropout_schedule)
        self.decay_schedule = SCHEDULES.resolve(decay_schedule)
        self.clip_norm = None if clip_norm is None else positive("clip_norm", clip_norm)
        self.tolerance = not_negative("tolerance", tolerance)
        self.patience = patience if patience is None else whole("patience", patience, 0)
        if monitor not in (None, *MONITORS) and not callable(monitor):
            hint = did_you_mean(near(str(monitor), MONITORS, MONITORS))
            raise ValueError(
                f"monitor must be 'loss', 'validation_loss', 'metric' or a function, got {monitor!r}{hint}"
            )
        self.monitor = monitor
        self.keep_best = keep_best
        self.metric_is_given = metric is not None
        self.metric = resolve_metric(metric, network.loss_function)
        self.callbacks = [*callbacks, *([progress_bar()] if progress else [])]
        self.engine = resolve_engine(engine)
        self.rng = as_generator(rng)
        self.is_seeded = isinstance(rng, int | np.integer)

    def __repr__(self) -> str:
        rate = "" if self.finds_steps_itself else f" at {self.learning_rate:g} ({self.schedule.name})"
        batches = f", batches of {self.batch_size}" if self.batch_size else ""
        planned = f"{self.optimizer.name}{rate}{batches}, at most {self.epochs:,} epochs"
        return f"<{type(self).__name__} of {self.network!r}: {planned}>"

    @property
    def layout(self) -> Layout:
        """The network's, with these factors on the rates and decays of its parameters."""
        return self.network.layout.with_factors(self.rates, self.penalty.decays)

    @property
    def finds_steps_itself(self) -> bool:
        """Whether the optimiser takes all rows at once, and no rate, batches, decay, dropout or clipping."""
        return isinstance(self.optimizer, LBfgs)

    def rows_a_step(self, n_rows: int) -> int:
        """The batch size, where there are so many rows."""
        return n_rows if self.finds_steps_itself else min(self.batch_size or DEFAULT_BATCH_SIZE, n_rows)

    def watch(self, validated: bool) -> Patience:
        """What watches the monitored number of a run, with validation rows or without.

        Raises
        ------
        ValueError
            It is the validation loss, and there are no validation rows.
        """
        monitor = self.monitor or ("validation_loss" if validated else "loss")
        if monitor == "validation_loss" and not validated:
            raise ValueError("monitor='validation_loss' needs validation rows: give fit validation=(X, y)")
        keeps_best = validated if self.keep_best is None else self.keep_best
        return Patience(monitor, self.tolerance, self.patience, keeps_best)


def _resolve_optimizer(optimizer: str | Optimizer | LBfgs) -> Optimizer | LBfgs:
    if isinstance(optimizer, LBfgs):
        return optimizer
    return LBfgs() if optimizer == LBfgs.name else OPTIMIZERS.resolve(optimizer)


def progress_bar(trainings: int = 1) -> ProgressBar:
    """A bar for so many trainings; what draws it is loaded when it is first wanted."""
    from clearprop.training.progress import ProgressBar

    return ProgressBar(trainings)


def _warn_of_ignored(names: list[str]) -> None:
    if names:
        warn_caller(f"lbfgs takes all rows at once and finds its steps itself: it does not use {', '.join(names)}")
