"""Where a run of training stands: what can be read of it, with its settings, and what it takes next."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from clearprop.engines import Engine, Job, StepSettings, numpy_seconds
from clearprop.engines.time_estimate import AT_ONCE
from clearprop.foundation.randomness import Rng
from clearprop.metrics import Metric
from clearprop.network.rows import Rows
from clearprop.optimizers import LBfgs, Optimizer
from clearprop.penalties import Penalty
from clearprop.schedules import Position, Schedule
from clearprop.training.callbacks import Callback
from clearprop.training.history import EpochRecord, History
from clearprop.training.row_source import InMemory, RowSource
from clearprop.training.settings import TrainingSettings
from clearprop.training.shuffling import next_places
from clearprop.training.snapshots import State
from clearprop.training.stopping import Monitored

Array = npt.NDArray[Any]

# So many seconds of training, as NumPy would take them, may pass with nobody looking.
SECONDS_AHEAD = 0.1


def _setting(name: str) -> Any:
    """A setting, read and written where it stands."""
    return property(lambda run: getattr(run.settings, name), lambda run, value: setattr(run.settings, name, value))


def _step_setting(name: str) -> Any:
    """A setting that shapes the steps: the run's own, as it was when the run started."""
    return property(lambda run: getattr(run.job.settings, name))


class RunState:
    """What `Training` can be asked; it answers for each of its settings, too, wherever that stands."""

    penalty: Penalty = _step_setting("penalty")
    decoupled_decay: float = _step_setting("decoupled_decay")
    dropout: Sequence[float] = _step_setting("dropout")
    clip_norm: float | None = _step_setting("clip_norm")
    rates: Mapping[str, float] = _step_setting("rates")
    learning_rate: float = _setting("learning_rate")
    schedule: Schedule = _setting("schedule")
    dropout_schedule: Schedule = _setting("dropout_schedule")
    decay_schedule: Schedule = _setting("decay_schedule")
    epochs: int = _setting("epochs")
    shuffle: bool = _setting("shuffle")
    tolerance: float = _setting("tolerance")
    patience: int | None = _setting("patience")
    monitor: Monitored | None = _setting("monitor")
    keep_best: bool | None = _setting("keep_best")
    metric: Metric = _setting("metric")
    callbacks: list[Callback] = _setting("callbacks")
    engine: Engine = _setting("engine")
    rng: Rng = _setting("rng")

    def __init__(
        self, settings: TrainingSettings, source: RowSource, validation: Rows | RowSource | None, samples: int
    ) -> None:
        self.settings, self.source, self.validation = settings, source, validation
        self.network, self.n_rows, self.batch_size = settings.network, len(source), source.rows_a_step(settings)
        patience = settings.watch(validation is not None)
        self._shows_metric = validation is not None or settings.metric_is_given or patience.monitor == "metric"
        steps = StepSettings(
            self.batch_size,
            settings.penalty,
            settings.decoupled_decay,
            list(settings.dropout),
            settings.clip_norm,
            dict(settings.rates),
            settings.epochs,
        )
        optimizer, parameters = settings.optimizer, self.network.parameters
        slots = np.zeros((len(optimizer.slots) + source.extra_slots, parameters.size), parameters.dtype)
        self.job = Job(self.network, optimizer, slots, steps, settings.rng)
        self.state = State(patience, samples=samples)
        self._records: list[EpochRecord] = []

    @property
    def rows(self) -> Rows:
        """What is trained on; of rows that are not in memory, some."""
        return self.source.sample

    @rows.setter
    def rows(self, rows: Rows) -> None:
        self.source = InMemory(rows)

    @property
    def optimizer(self) -> Optimizer | LBfgs:
        """What takes the steps, as it was when the run started."""
        return self.job.optimizer

    def __repr__(self) -> str:
        state, batches = self.state, -(-self.n_rows // self.batch_size)
        where = f"{state.epoch:,} of {self.epochs:,} epochs"
        if state.cursor:
            where += f" and {-(-state.cursor // self.batch_size):,} of {batches:,} batches"
        loss = f", loss {self.history[-1].loss:.4g}" if len(self.history) else ""
        ended = f"; ended: {state.stop_reason}" if state.stop_reason else ""
        return f"<Training on {self.n_rows:,} rows: {where}{loss}{ended}>"

    @property
    def history(self) -> History:
        """The epochs so far; those that follow are not in it."""
        return History(self._records, len(self._records))

    @property
    def epochs_done(self) -> float:
        """How many epochs there were so far, the share of the present one included."""
        return self.state.epoch + self.state.cursor / self.n_rows

    @property
    def rows_seen(self) -> int:
        """How many rows were trained on so far, in all epochs together."""
        return self.state.samples + self.state.cursor

    @property
    def stop_reason(self) -> str | None:
        """Why training has ended; None while it has not."""
        return self.state.stop_reason

    @property
    def stop_requested(self) -> str | None:
        """Why training will end after the present epoch; None where it will not."""
        return self.state.stop_requested

    @property
    def ending(self) -> str | None:
        """Why training has ended, and which epoch's parameters stay if not the last; None while it has not."""
        reason, patience = self.state.stop_reason, self.state.patience
        if reason is None or patience.best_parameters is None:
            return reason
        return f"{reason}; epoch {patience.best_epoch} is kept, the best by {patience.name}"

    @property
    def best_parameters(self) -> Array | None:
        """Those of the best epoch so far, where these are kept."""
        return self.state.patience.best_parameters

    @property
    def best_epoch(self) -> int | None:
        """The epoch that was best by the monitored number so far; None where none had a finite one."""
        return self.state.patience.best_epoch

    @property
    def epochs_without_gain(self) -> int:
        """How many epochs on end have passed without gain in the monitored number."""
        return self.state.patience.epochs_without_gain

    @property
    def next_rate(self) -> float:
        """The learning rate of the step that comes next."""
        return self.settings.schedule.rate(self.settings.learning_rate, self.position())

    @property
    def next_dropout_factor(self) -> float:
        """By what dropout is multiplied in the step that comes next."""
        return self.settings.dropout_schedule.rate(1.0, self.position())

    @property
    def next_decay_factor(self) -> float:
        """By what decoupled decay is multiplied in the step that comes next."""
        return self.settings.decay_schedule.rate(1.0, self.position())

    def next_batch(self) -> Array:
        """Which rows the next step takes, in its order, as places in `rows`; nothing is drawn from the generator."""
        state, n = self.state, self.n_rows
        return next_places(state.order, state.cursor % n, self.batch_size, n, self.job.rng if self.shuffle else None)

    def end_of_schedule(self) -> str | None:
        """What is to be told of a schedule that has ended though training, resumed, goes on; None where nothing is.

        It is told once, for as many epochs as are planned. A schedule has ended after the planned steps, if more of
        them planned would have made another rate.
        """
        state, settings = self.state, self.settings
        if state.stop_reason is not None or state.told_of_end == settings.epochs:
            return None
        at = self.position()
        if at.step < at.total_steps:
            return None
        schedule, base = settings.schedule, settings.learning_rate
        rate = schedule.rate(base, at)
        if rate == schedule.rate(base, at._replace(total_steps=2 * at.total_steps)):
            return None
        state.told_of_end = settings.epochs
        return (
            f"the schedule {schedule.name!r} was planned for {at.total_steps} steps, and this is step "
            f"{at.step + 1}: training goes on at a rate of {rate:.3g}, where the base is {base:g}"
        )

    def position(self) -> Position:
        """Where training stands, as schedules are told."""
        state = self.state
        total = self.settings.epochs * -(-self.n_rows // self.batch_size)
        return Position(self.job.step, total, state.epoch, state.samples, state.stalls)

    def epochs_ahead(self) -> int:
        """How many short epochs are sure to come, whatever they bring, with nobody looking in between.

        They are run by one call of the engine, and judged afterwards: that comes to the same.
        """
        steps, state, settings = self.job.settings, self.state, self.settings
        watched = not all(callback.reads_history_only for callback in settings.callbacks)
        watched = watched or not isinstance(self.source, InMemory)
        if state.cursor > 0 or self._shows_metric or state.patience.keeps_best or watched or any(steps.dropout):
            return 1
        seconds = numpy_seconds(self.network, self.batch_size) * -(-self.n_rows // self.batch_size)
        rest = min((callback.epochs_to_rest(state.epoch) for callback in settings.callbacks), default=math.inf)
        sure = min(settings.epochs - state.epoch, state.patience.epochs_to_come)
        return max(1, int(min(SECONDS_AHEAD / seconds, sure, rest)))

    def rests(self) -> list[int]:
        """Where in the order of the present epoch training rests: at its end, and before where a callback looks."""
        if not any(callback.looks_within_epochs for callback in self.settings.callbacks):
            return [self.n_rows]
        at_once = self.batch_size * max(1, int(AT_ONCE / numpy_seconds(self.network, self.batch_size)))
        return [*range(self.state.cursor + at_once, self.n_rows, at_once), self.n_rows]
