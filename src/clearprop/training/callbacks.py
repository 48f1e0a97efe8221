"""Callbacks: what is to be told how training goes. They may read all of a run and its settings, and stop it."""

from __future__ import annotations

import math
from typing import Protocol

from clearprop.network.network import Network
from clearprop.network.rows import Rows
from clearprop.schedules import Schedule
from clearprop.training.history import History
from clearprop.training.snapshots import Snapshot


class ObservedTraining(Protocol):
    """What a callback is told of: a run under way (see `Training`, which has more), and what was chosen for it.

    A setting that a callback changes counts from then on, and for the trainer whose setting it is.
    """

    network: Network
    rows: Rows
    n_rows: int
    learning_rate: float
    schedule: Schedule
    epochs: int
    callbacks: list[Callback]

    @property
    def history(self) -> History:
        """The epochs so far."""

    @property
    def epochs_done(self) -> float:
        """How many epochs there were so far, the share of the present one included."""

    @property
    def rows_seen(self) -> int:
        """How many rows were trained on so far, in all epochs together."""

    @property
    def next_rate(self) -> float:
        """The learning rate of the step that comes next."""

    @property
    def best_epoch(self) -> int | None:
        """The epoch that was best by the monitored number so far."""

    @property
    def epochs_without_gain(self) -> int:
        """How many epochs on end have passed without gain in the monitored number."""

    @property
    def stop_requested(self) -> str | None:
        """Why training will end after the present epoch; None where it will not."""

    @property
    def stop_reason(self) -> str | None:
        """Why training has ended; None while it has not."""

    def stop(self, reason: str) -> None:
        """End training at the end of the present epoch, or at once if none has begun."""

    def snapshot(self) -> Snapshot:
        """All of the present state, as copies."""


# What a callback is told of: the names of its methods.
EVENTS = ("on_start", "on_batch_end", "on_epoch_end", "on_finish")


class Callback:
    """Told when training starts, after each batch and epoch, and when it ends; override what is of interest.

    `training.stop("reason")` ends training after the present epoch.

    Attributes
    ----------
    reads_history_only : bool
        True of one that, after an epoch, reads `training.history` only and stops nothing: it may then be told of
        several short epochs one after the other when all of them have passed, which trains small networks faster.
    looks_within_epochs : bool
        True of one that is to be told `on_rest` within long epochs, too: about every quarter of a second.
    """

    reads_history_only: bool = False
    looks_within_epochs: bool = False

    def of_member(self, number: int) -> Callback:
        """What is told of the training of a member of an ensemble, counted from 0: where not said otherwise, this."""
        return self

    def start_from(self, training: ObservedTraining) -> Snapshot | None:
        """Where training is to begin, which nobody was told of yet; None for its beginning."""

    def on_start(self, training: ObservedTraining) -> None:
        """Before the first batch."""

    def on_batch_end(self, training: ObservedTraining) -> None:
        """After a batch, when training is advanced by single batches; after some, when rows come bit by bit."""

    def on_epoch_end(self, training: ObservedTraining) -> None:
        """After an epoch; `training.history[-1]` tells of it."""

    def on_rest(self, training: ObservedTraining) -> None:
        """Between two steps, when all have been told of what was before: `training.snapshot()` has all of it."""

    def epochs_to_rest(self, epoch: int) -> float:
        """After how many epochs behind this one, at the most, it is to be told `on_rest`; short ones pass together."""
        return math.inf

    def on_finish(self, training: ObservedTraining) -> None:
        """When training has ended, or is interrupted; `training.stop_reason` tells why, or is None."""
