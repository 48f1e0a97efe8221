"""What a run is trained on: rows in memory, or rows that are elsewhere and come bit by bit."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy.typing as npt

from clearprop.engines import Engine, Job, Stretch
from clearprop.foundation.pieces import nothing
from clearprop.foundation.randomness import Rng
from clearprop.metrics import Metric
from clearprop.network.network import Network
from clearprop.network.rows import Rows
from clearprop.training.shuffling import shuffled

if TYPE_CHECKING:
    from clearprop.training.settings import TrainingSettings

Array = npt.NDArray[Any]


class RowSource(ABC):
    """Rows to train on, or to be judged by, wherever they are.

    Attributes
    ----------
    sample : Rows
        Some of the rows, all where they are in memory: what is looked at to see whether something can be learned.
    batches_a_look : int or None
        After so many batches callbacks are told, and may take snapshots; None where that is after whole epochs only.
    extra_slots : int
        How many vectors are remembered between steps beside the optimiser's slots, behind them in `Job.slots`.
    """

    sample: Rows
    batches_a_look: int | None = None
    extra_slots: int = 0

    @property
    def fingerprint(self) -> str:
        """What is another where a training could not be gone on with; nothing of rows in memory, which can be seen."""
        return ""

    @abstractmethod
    def __len__(self) -> int:
        """How many rows there are in all."""

    @abstractmethod
    def check_fits(self, network: Network, *, which: str = "") -> None:
        """Refuse a network that these rows have not been checked for: ValueError."""

    def rows_a_step(self, settings: TrainingSettings) -> int:
        """The batch size."""
        return settings.rows_a_step(len(self))

    @abstractmethod
    def next_order(self, order: Array | None, rng: Rng) -> Array:
        """What says in which order the next epoch meets the rows, drawn from the last epoch's (None: the first).

        Numbers of a shape that does not change, which snapshots hold: the rows' places, or seeds.
        """

    @abstractmethod
    def run(self, engine: Engine, job: Job, stretch: Stretch) -> None:
        """Take a step for each batch of the stretch; see `Engine.run`. Its orders are those of `next_order`."""

    @abstractmethod
    def evaluate(self, network: Network, metric: Metric, on_piece: Callable[[], None] = nothing) -> tuple[float, float]:
        """The loss, without penalty, and the metric of the network on all rows; see `Rows.evaluate`."""


class InMemory(RowSource):
    """Rows in memory, which are met in a new order in each epoch."""

    def __init__(self, rows: Rows) -> None:
        self.sample = rows

    def __len__(self) -> int:
        return len(self.sample)

    def check_fits(self, network: Network, *, which: str = "") -> None:
        """See `Rows.check_fits`."""
        self.sample.check_fits(network, which=which)

    def next_order(self, order: Array | None, rng: Rng) -> Array:
        """All places, shuffled."""
        return shuffled(order, len(self.sample), rng)

    def run(self, engine: Engine, job: Job, stretch: Stretch) -> None:
        """By the engine."""
        engine.run(job, self.sample, stretch)

    def evaluate(self, network: Network, metric: Metric, on_piece: Callable[[], None] = nothing) -> tuple[float, float]:
        """By `Rows.evaluate`."""
        return self.sample.evaluate(network, metric, on_piece)
