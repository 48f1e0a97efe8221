"""Where training stands, and copies of it to go on from."""

from __future__ import annotations

import copy
from dataclasses import dataclass, field
from typing import Any

import numpy.typing as npt

from clearprop.engines import Job, Progress
from clearprop.foundation.arguments import kind_of
from clearprop.foundation.randomness import generator_state, restore_generator, same_kind
from clearprop.training.history import EpochRecord
from clearprop.training.stopping import Patience

Array = npt.NDArray[Any]


@dataclass
class State:
    """Where training stands, beside the network's parameters, the optimiser's slots and the generator.

    Attributes
    ----------
    epoch, samples, stalls : int
        Epochs judged, rows seen in them, and how many times they ran out of patience.
    order : array or None
        Of the rows in the present epoch; None where they come as they are.
    cursor : int
        The place of the next row in that order.
    progress : Progress
        Of the epochs that are not judged yet; the last is the present one.
    rates : list of float
        The rate of the last step in each of them.
    told_of_end : int
        For how many planned epochs it was told that the schedule had ended; 0 for none.
    """

    patience: Patience
    epoch: int = 0
    samples: int = 0
    stalls: int = 0
    order: Array | None = None
    cursor: int = 0
    progress: Progress = field(default_factory=Progress.none)
    rates: list[float] = field(default_factory=lambda: [0.0])
    stop_requested: str | None = None
    stop_reason: str | None = None
    told_of_end: int = 0

    def begin_epoch(self) -> None:
        """Stand before the first row of an epoch."""
        self.progress, self.rates, self.cursor = Progress.none(), [0.0], 0

    def copy(self) -> State:
        """A copy that shares nothing but the function that is monitored, which is the user's."""
        monitor = self.patience.monitor
        return copy.deepcopy(self, {id(monitor): monitor})


@dataclass(frozen=True, repr=False)
class Snapshot:
    """All that is needed to go on as if nothing had been in between, bit for bit."""

    parameters: Array
    slots: Array
    slot_names: tuple[str, ...]
    step: int
    generator: dict[str, Any]
    state: State
    records: tuple[EpochRecord, ...]
    n_rows: int

    def __repr__(self) -> str:
        held = f"{self.parameters.size:,} parameters, {len(self.slots)} slots"
        return f"<Snapshot after {self.state.epoch:,} epochs and {self.step:,} steps: {held}>"

    def check_same_training(self, job: Job, n_rows: int) -> None:
        """Refuse a job and a number of rows that this is no snapshot of.

        Raises
        ------
        ValueError
            See `check_arrays`; or the generator is of another kind, or there are more or fewer rows.
        """
        if not same_kind(self.generator, generator_state(job.rng)):
            raise ValueError("the snapshot was taken with another kind of random generator: give the trainer the same")
        self.check_arrays(job)
        if n_rows != self.n_rows:
            raise ValueError(
                f"the snapshot is of a training on {self.n_rows} rows, this one is on {n_rows}: start the trainer with "
                "the same rows, or go on with these by resume"
            )

    def check_arrays(self, job: Job) -> None:
        """ValueError if the job's network is of another size or dtype, or its optimiser has other slots."""
        parameters = job.network.parameters
        if (
            self.parameters.shape != parameters.shape
            or self.slots.shape != job.slots.shape
            or self.parameters.dtype != parameters.dtype
        ):
            raise ValueError(
                f"the snapshot is of {self.parameters.size} {self.parameters.dtype} parameters and "
                f"{len(self.slots)} slots, this training of {parameters.size} {parameters.dtype} and {len(job.slots)}: "
                "start the trainer with the same network and optimiser"
            )
        if not self.remembers_as(job):
            raise ValueError(
                f"the snapshot was taken with an optimiser that remembers {', '.join(self.slot_names)}, and "
                f"{job.optimizer.name} remembers {', '.join(job.optimizer.slots)}: start the trainer with the same"
            )

    def remembers_as(self, job: Job) -> bool:
        """Whether the slots are such as the job's optimiser can go on with."""
        return self.slot_names[: len(job.optimizer.slots)] == tuple(job.optimizer.slots) and len(self.slots) == len(
            job.slots
        )

    def restore_into(self, job: Job) -> None:
        """Put parameters, slots, step and generator back."""
        job.network.parameters[:] = self.parameters
        job.slots[:] = self.slots
        job.step = self.step
        restore_generator(job.rng, copy.deepcopy(self.generator))


def check_is_snapshot(function: str, given: object) -> None:
    """TypeError for what is no snapshot."""
    if not isinstance(given, Snapshot):
        raise TypeError(f"{function} takes a Snapshot, as training.snapshot() gives one, got {kind_of(given)}")
