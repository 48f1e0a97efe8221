"""What an engine is given and what it gives back."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from clearprop.foundation.pieces import nothing
from clearprop.foundation.randomness import Rng
from clearprop.network.layout import Layout
from clearprop.network.network import Network
from clearprop.network.rows import Rows
from clearprop.network.trace import Gradients, Trace
from clearprop.optimizers import LBfgs, Optimizer
from clearprop.penalties import Penalty

Array = npt.NDArray[Any]


@dataclass(frozen=True)
class StepSettings:
    """What shapes a step beside the optimiser and its rate.

    Attributes
    ----------
    batch_size : int
        The most rows a step.
    penalty : Penalty
    decoupled_decay : float
        Parameters are multiplied by 1 - rate * decoupled_decay before each step, each by its factors: weights, where
        none are given.
    dropout : sequence of float
        The share of units left out, one for each hidden layer; empty for none at all.
    clip_norm : float or None
        The greatest norm that a gradient may have; longer ones are shortened to it.
    rates : mapping of str to float
        Factors on the learning rate; those on decay are the penalty's. See `Layout.with_factors`.
    epochs : int
        How many are planned, at most.
    """

    batch_size: int
    penalty: Penalty = field(default_factory=Penalty)
    decoupled_decay: float = 0.0
    dropout: Sequence[float] = ()
    clip_norm: float | None = None
    rates: Mapping[str, float] = field(default_factory=dict)
    epochs: int = 1


@dataclass
class Job:
    """What is trained and how, and the state that an engine changes: parameters, slots, step and generator.

    The rows come beside it, so that they may be others in each run.

    Attributes
    ----------
    slots : array, shape (number of the optimiser's slots, parameters)
    step : int
        Steps taken so far.
    """

    network: Network
    optimizer: Optimizer | LBfgs
    slots: Array
    settings: StepSettings
    rng: Rng
    step: int = 0
    _kept: tuple[Array, Array, int] | None = field(default=None, init=False, repr=False, compare=False)

    def keep(self) -> None:
        """Take note of parameters, slots and step, for `put_back`."""
        # The arrays are made once: fresh memory costs several times what copying into it does.
        parameters, slots, _ = self._kept or (np.empty_like(self.network.parameters), np.empty_like(self.slots), 0)
        parameters[:], slots[:] = self.network.parameters, self.slots
        self._kept = parameters, slots, self.step

    def put_back(self) -> None:
        """Let parameters, slots and step be what they were when they were last kept."""
        assert self._kept is not None, "what was not kept cannot be put back"
        self.network.parameters[:], self.slots[:], self.step = self._kept

    @cached_property
    def layout(self) -> Layout:
        """Where the parameters stand, with the factors on their rates and decays."""
        return self.network.layout.with_factors(self.settings.rates, self.settings.penalty.decays)


# Columns of `Progress.sums`.
LOSS_SUM, NORM_SUM, ROWS, PENALTY_SUM = range(4)


@dataclass(frozen=True, eq=False)
class Progress:
    """What the batches of each of some epochs came to so far.

    Attributes
    ----------
    sums : array, shape (epochs, 4)
        For each epoch: each batch's loss times its rows; the gradients' norms, before clipping, each times its batch's
        rows; the rows seen; the part of the losses that is the penalty.
    """

    sums: Array

    @classmethod
    def none(cls, epochs: int = 1) -> Progress:
        """Of so many epochs that have not begun."""
        return cls(np.zeros((epochs, PENALTY_SUM + 1)))

    def add(self, epoch: int, loss: float, norm: float, rows: int, penalty: float = 0.0) -> None:
        """Take note of a batch of this epoch, counted from 0."""
        self.sums[epoch] += (loss * rows, norm * rows, rows, penalty * rows)

    def means(self) -> tuple[list[float], list[float], list[float]]:
        """Loss, norm and penalty of each epoch: the means over its rows."""
        means = (self.sums.T / self.sums[:, ROWS]).tolist()
        return means[LOSS_SUM], means[NORM_SUM], means[PENALTY_SUM]

    def __getitem__(self, epochs: slice) -> Progress:
        """Of some of the epochs; what is added there is added here."""
        return Progress(self.sums[epochs])

    def __len__(self) -> int:
        return len(self.sums)


@dataclass
class Stretch:
    """What an engine is to run: some batches of an epoch, or several whole epochs one after the other.

    Attributes
    ----------
    orders : array of int, shape (epochs, n), or None
        The order of the rows in each epoch; None where they come as they are.
    start, stop : int
        Places in those orders; batches of the job's size, the last may be smaller.
    rates : array, shape (epochs, batches)
        The learning rate of each batch.
    progress : Progress
        What the batches of each epoch come to is added here, one by one, so that the sums of an epoch do not depend on
        how it was cut into runs.
    on_piece : callable
        Called before each piece of the work that is done at once: a batch, or what the compiled engine takes a quarter
        of a second for at most. What it raises comes through, and ends the run there.
    is_kept : bool
        Whether `Job.keep` was called just before; an engine that goes back to where the stretch began calls it if not.
    dropouts, decays : arrays, shape (epochs, batches), or None
        What each batch's dropout, and its decoupled decay, are multiplied by; None for 1 throughout.
    """

    orders: Array | None
    start: int
    stop: int
    rates: Array
    progress: Progress
    on_piece: Callable[[], None] = nothing
    is_kept: bool = False
    dropouts: Array | None = None
    decays: Array | None = None

    @property
    def n_batches(self) -> int:
        """In all epochs together."""
        return self.rates.size

    def steps(self, size: int) -> Iterator[tuple[int, Any, float]]:
        """For each batch of so many rows: its epoch (from 0), which rows (as an index), and its rate."""
        for epoch, rates in enumerate(self.rates.tolist()):
            for begin, rate in zip(range(self.start, self.stop, size), rates, strict=True):
                rows = slice(begin, min(begin + size, self.stop))
                yield epoch, rows if self.orders is None else self.orders[epoch, rows], rate

    def factors(self, batch: int) -> tuple[float, float]:
        """What dropout and decoupled decay are multiplied by in a batch, counted from 0 through all epochs."""
        dropout, decay = (1.0 if all_ is None else float(all_.flat[batch]) for all_ in (self.dropouts, self.decays))
        return dropout, decay

    def between(self, first: int, last: int, size: int) -> Iterator[Stretch]:
        """The batches from number `first` to before `last`, counted through all epochs, as stretches."""
        of_an_epoch = self.rates.shape[1]
        if first == 0 and last == self.n_batches:
            yield self
            return
        while first < last:
            epoch, at = divmod(first, of_an_epoch)
            whole = 1 if at else max(1, (last - first) // of_an_epoch)
            end = min(of_an_epoch, at + last - first)
            epochs, batches = slice(epoch, epoch + whole), slice(at, end)
            yield Stretch(
                None if self.orders is None else self.orders[epochs],
                self.start + at * size,
                min(self.start + end * size, self.stop),
                self.rates[epochs, batches],
                self.progress[epochs],
                self.on_piece,
                dropouts=None if self.dropouts is None else self.dropouts[epochs, batches],
                decays=None if self.decays is None else self.decays[epochs, batches],
            )
            first += whole * (end - at)


class Engine(Protocol):
    """Runs batches of rows, and computes a network's outputs."""

    name: str

    def run(self, job: Job, rows: Rows, stretch: Stretch) -> None:
        """Take a step for each batch of the stretch, whose places are among these rows; the job is changed in place.

        Whoever calls it again and again with the same object as rows lets an engine keep what it has prepared of them.

        Raises
        ------
        Diverged
            A loss, gradient or parameter is not finite; the job's parameters are the last that were.
        """
        ...

    def predict(self, network: Network, X: npt.ArrayLike) -> Array:
        """The network's outputs of all rows, shape (n, outputs)."""
        ...


class WholeRunEngine(ABC):
    """Decides its steps itself, from all rows at once, within one call: it cannot be advanced from outside."""

    @abstractmethod
    def run_to_end(
        self,
        job: Job,
        rows: Rows,
        iterations: int,
        tolerance: float,
        after_iteration: Callable[[Progress], bool],
        on_piece: Callable[[], None] = nothing,
    ) -> str:
        """Train until nothing is left to gain, or until it is told to stop; the job is changed in place.

        Parameters
        ----------
        iterations : int
            The most iterations, each of which is an epoch.
        tolerance : float
            It is done when no entry of the gradient is greater.
        after_iteration : callable
            Told of each iteration, the network being at its end; training goes on while it returns True.
        on_piece : callable
            See `Stretch`: called before each evaluation of all rows. The network then has the last iteration's
            parameters where it raises.

        Returns
        -------
        str
            Why it ended.

        Raises
        ------
        Diverged
            Loss or gradient is not finite; the parameters are those of the last iteration.
        """


class Diverged(Exception):
    """Numbers left the finite range, in which batch (from 0) of the stretch and in which layer (from 1) first."""

    def __init__(self, batch: int, layer: int, what: str) -> None:
        super().__init__(f"{what} of layer {layer} not finite in batch {batch}")
        self.batch = batch
        self.layer = layer
        self.what = what

    def after(self, batches: int) -> Diverged:
        """The same, of a stretch that began so many batches earlier."""
        return Diverged(self.batch + batches, self.layer, self.what)


def first_not_finite(network: Network, trace: Trace, gradients: Gradients) -> tuple[int, str]:
    """The layer (from 1), in the order of the computation, whose numbers are not finite, and which numbers."""
    for span in network.layout.spans:
        if not np.isfinite(span.view(network.parameters)).all():
            return span.layer, "the parameters"
    for layer, (z, a) in enumerate(zip(trace.z, trace.a, strict=True), start=1):
        if not np.isfinite(z).all():
            return layer, "the weighted sums z"
        if not np.isfinite(a).all():
            return layer, "the activations a"
    for layer in range(len(network.weights), 0, -1):
        if not np.isfinite(gradients.deltas[layer - 1]).all():
            return layer, "the deltas"
    return len(network.weights), "the loss or the gradient's norm"
