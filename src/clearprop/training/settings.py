"""What a user chooses of a training, checked whenever it is chosen."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from clearprop.engines import Engine, resolve_engine
from clearprop.foundation.arguments import dropout_by_layer, factors, not_negative, positive, truth, whole
from clearprop.foundation.callers import warn_caller
from clearprop.foundation.near_names import SaysNearKeywords, did_you_mean, near
from clearprop.foundation.randomness import Rng, Seed, as_generator
from clearprop.foundation.table_cells import quoted
from clearprop.metrics import Metric, resolve_metric
from clearprop.network.layout import Layout
from clearprop.network.network import Network
from clearprop.optimizers import OPTIMIZERS, LBfgs, Optimizer
from clearprop.penalties import Penalty
from clearprop.schedules import SCHEDULES, Constant, Schedule
from clearprop.training.callbacks import EVENTS, Callback
from clearprop.training.diagnosis.findings import TRAINER, Names
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

    # What warnings call the settings: whoever has other names for them sets these.
    names: Names = TRAINER
    network: Network
    optimizer: Optimizer | LBfgs
    rates: Mapping[str, float]
    learning_rate: float
    schedule: Schedule
    batch_size: int | None
    epochs: int
    shuffle: bool
    penalty: Penalty
    decoupled_decay: float
    dropout: Sequence[float]
    dropout_schedule: Schedule
    decay_schedule: Schedule
    clip_norm: float | None
    tolerance: float
    patience: int | None
    monitor: Monitored | None
    keep_best: bool | None
    metric: Metric
    callbacks: list[Callback]
    engine: Engine
    rng: Rng

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
        self.network = network
        self.optimizer = optimizer  # type: ignore[assignment]
        network.layout.with_factors(None, decays)  # refuses names that there are not, before all else
        self.rates = rates  # type: ignore[assignment]
        check_room_beside(network, self.optimizer)
        self.learning_rate = self.optimizer.learning_rate if learning_rate is None else learning_rate
        self.schedule = schedule  # type: ignore[assignment]
        self.batch_size = batch_size
        self.epochs = epochs
        self.shuffle = shuffle
        self.penalty = Penalty(l1, l2, decays or {})
        self.decoupled_decay = self.optimizer.decoupled_decay if decoupled_decay is None else decoupled_decay
        self.dropout = dropout  # type: ignore[assignment]
        self.dropout_schedule = dropout_schedule  # type: ignore[assignment]
        self.decay_schedule = decay_schedule  # type: ignore[assignment]
        self.clip_norm = clip_norm
        if self.finds_steps_itself:
            given = {
                "learning_rate": learning_rate is not None,
                "schedule": self.schedule != Constant(),
                "batch_size": batch_size is not None,
                "decoupled_decay": decoupled_decay is not None,
                "rates": any(factor != 1 for factor in self.rates.values()),
                "dropout": any(self.dropout),
                "dropout_schedule": self.dropout_schedule != Constant(),
                "decay_schedule": self.decay_schedule != Constant(),
                "clip_norm": clip_norm is not None,
            }
            _warn_of_ignored([name for name, is_given in given.items() if is_given])
        self.tolerance = tolerance
        self.patience = patience
        self.monitor = monitor
        self.keep_best = keep_best
        self.metric_is_given = metric is not None
        self.metric = metric  # type: ignore[assignment]
        self.callbacks = callbacks  # type: ignore[assignment]
        if truth("progress", progress):
            self.callbacks.append(progress_bar())
        self.engine = engine  # type: ignore[assignment]
        self.rng = rng  # type: ignore[assignment]
        self.is_seeded = isinstance(rng, int | np.integer)

    if not TYPE_CHECKING:  # to whom an attribute has one type, and any that the check takes may be assigned

        def __setattr__(self, name: str, value: object) -> None:
            """Set an attribute; a setting is checked, and is what the check makes of what was given."""
            check = _CHECKS.get(name)
            super().__setattr__(name, value if check is None else check(self, name, value))

    def __copy__(self) -> Self:
        """The same settings, of no run yet: the run of the original goes by the original's."""
        twin = object.__new__(type(self))
        vars(twin).update((name, value) for name, value in vars(self).items() if name != "_training")
        return twin

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


def _network(_: TrainingSettings, name: str, given: Any) -> Network:
    if not isinstance(given, Network):
        raise TypeError(f"{name} must be a Network, got {quoted(given)}: make one as in Network([2, 8, 1])")
    return given


def _rates(own: TrainingSettings, name: str, given: Any) -> dict[str, float]:
    own.network.layout.with_factors(given)  # refuses names that there are not
    return factors(name, given)


def _schedule(_: TrainingSettings, name: str, given: Any) -> Schedule:
    return SCHEDULES.resolve(given, name)


def _penalty(_: TrainingSettings, name: str, given: Any) -> Penalty:
    if not isinstance(given, Penalty):
        raise TypeError(f"{name} must be a Penalty, got {quoted(given)}: give one, such as Penalty(l2=0.1)")
    return given


def _monitor(_: TrainingSettings, name: str, given: Any) -> Monitored | None:
    if given is None or callable(given) or (isinstance(given, str) and given in MONITORS):
        return given
    hint = did_you_mean(near(given, MONITORS, MONITORS)) if isinstance(given, str) else ""
    raise ValueError(f"{name} must be 'loss', 'validation_loss', 'metric' or a function, got {quoted(given)}{hint}")


def checked_callbacks(name: str, given: Any) -> list[Callback]:
    """A list of what can be told how training goes, or TypeError."""
    rule = f"{name} must be a list of clearprop.Callback objects"
    if not isinstance(given, list | tuple):
        raise TypeError(f"{rule}, got {quoted(given)}: write [callback], also for a single one")
    for one in given:
        if isinstance(one, type) or not all(callable(getattr(one, event, None)) for event in EVENTS):
            raise TypeError(f"{rule}, got {quoted(one)}: derive a class from Callback, and give an object of it")
    return list(given)


# From a setting's name to what checks a value for it, and makes of that what the setting is.
_CHECKS: dict[str, Callable[[TrainingSettings, str, Any], Any]] = {
    "network": _network,
    "optimizer": lambda own, name, given: _resolve_optimizer(given),
    "rates": _rates,
    "learning_rate": lambda own, name, given: positive(name, given),
    "schedule": _schedule,
    "batch_size": lambda own, name, given: None if given is None else whole(name, given, 1),
    "epochs": lambda own, name, given: whole(name, given, 1),
    "shuffle": lambda own, name, given: truth(name, given),
    "penalty": _penalty,
    "decoupled_decay": lambda own, name, given: not_negative(name, given),
    "dropout": lambda own, name, given: dropout_by_layer(given, len(own.network.weights) - 1),
    "dropout_schedule": _schedule,
    "decay_schedule": _schedule,
    "clip_norm": lambda own, name, given: None if given is None else positive(name, given),
    "tolerance": lambda own, name, given: not_negative(name, given),
    "patience": lambda own, name, given: None if given is None else whole(name, given, 0),
    "monitor": _monitor,
    "keep_best": lambda own, name, given: None if given is None else truth(name, given),
    "metric": lambda own, name, given: resolve_metric(given, own.network.loss_function),
    "callbacks": lambda own, name, given: checked_callbacks(name, given),
    "engine": lambda own, name, given: resolve_engine(given),
    "rng": lambda own, name, given: as_generator(given),
}


def _resolve_optimizer(optimizer: str | Optimizer | LBfgs) -> Optimizer | LBfgs:
    if isinstance(optimizer, LBfgs):
        return optimizer
    return LBfgs() if isinstance(optimizer, str) and optimizer == LBfgs.name else OPTIMIZERS.resolve(optimizer)


def progress_bar(trainings: int = 1) -> ProgressBar:
    """A bar for so many trainings; what draws it is loaded when it is first wanted."""
    from clearprop.training.progress import ProgressBar

    return ProgressBar(trainings)


def _warn_of_ignored(names: list[str]) -> None:
    if names:
        warn_caller(f"lbfgs takes all rows at once and finds its steps itself: it does not use {', '.join(names)}")
