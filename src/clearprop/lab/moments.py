"""The numbers of a network at one moment: those of one sample, and of the batch that it is in."""

from __future__ import annotations

import copy
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from clearprop.engines.dropout import draw_masks
from clearprop.lab.live import Live
from clearprop.network.network import Network
from clearprop.network.passes import shares
from clearprop.network.rows import Rows
from clearprop.network.trace import Gradients, Trace
from clearprop.training.run import Training
from clearprop.training.shuffling import shuffled

Array = npt.NDArray[Any]


@dataclass(frozen=True, eq=False)
class Moment:
    """What a frame shows of the network and one sample; NaN where a number has not been computed yet.

    Attributes
    ----------
    parameters, gradient : arrays, shape (parameters,)
    x, y : arrays, shapes (inputs,) and (outputs,)
    z, a, delta : arrays, shape (units,)
        Layer by layer.
    loss : float
        The sample's own.
    row : int
        Which of all rows the sample is.
    """

    parameters: Array
    gradient: Array
    x: Array
    y: Array
    z: Array
    a: Array
    delta: Array
    loss: float
    row: int


@dataclass(frozen=True, eq=False)
class Sample:
    """Both passes of one row alone: its loss counts as the whole loss.

    Attributes
    ----------
    row : int
        Which of all rows.
    trace : Trace
        Of the one row.
    gradients : Gradients
        Of its own loss, without penalty.
    y : array, shape (1, outputs)
    loss : float
    """

    row: int
    trace: Trace
    gradients: Gradients
    y: Array
    loss: float

    @classmethod
    def of(cls, network: Network, x: Array, y: Array, row: int, masks: list[Array | None] | None = None) -> Sample:
        """The passes of a row, x and y of shapes (1, inputs) and (1, outputs)."""
        with np.errstate(all="ignore"):
            trace = network.propagate(x, masks)
            gradients = network.propagate_back(trace, y)
            return cls(row, trace, gradients, y, float(network.row_losses(trace, y)[0]))


@dataclass(frozen=True, eq=False)
class Batch:
    """The batch that comes next: its rows, in their order, its dropout and its gradient, as the step will have them.

    Attributes
    ----------
    places : array of int
        Which of the rows that are trained on.
    rows : Rows
    masks : list of (array or None), or None
    trace, gradients : Trace, Gradients
        Penalty included.
    """

    places: Array
    rows: Rows
    masks: list[Array | None] | None
    trace: Trace
    gradients: Gradients

    @classmethod
    def next_of(cls, training: Training) -> Batch:
        """The batch of the step that a training takes next; the training is left as it is."""
        job, state = training.job, training.state
        begins = training.shuffle and state.cursor == 0  # the epoch's order is drawn first
        rng = copy.deepcopy(job.rng) if begins or any(training.dropout) else job.rng
        order = shuffled(state.order, training.n_rows, rng) if begins else state.order
        here = slice(state.cursor, state.cursor + training.batch_size)
        places = np.arange(training.n_rows)[here] if order is None else order[here]
        rows = training.rows.take(places)
        masks = draw_masks(replace(job, rng=rng), len(places), training.next_dropout_factor)
        with np.errstate(all="ignore"):
            trace = training.network.propagate(rows.X, masks)
            gradients = training.network.propagate_back(trace, rows.y, rows.sample_weight, training.penalty)
        return cls(places, rows, masks, trace, gradients)

    def share(self, number: int) -> float:
        """What one of the batch, from 0, counts in the loss of all."""
        share, _ = shares(self.rows.sample_weight, len(self.places))
        return share if isinstance(share, float) else float(share[number, 0])

    def sample(self, live: Live, number: int) -> Sample:
        """One of the batch, from 0, with its own dropout."""
        one = slice(number, number + 1)
        masks = None if self.masks is None else [None if mask is None else mask[one] for mask in self.masks]
        row = int(live.trained[self.places[number]])
        return Sample.of(live.network, self.rows.X[one], self.rows.y[one], row, masks)


def resting(live: Live, row: int) -> Moment:
    """The moment between two batches: all numbers of a row, without dropout, and the next batch's gradient."""
    one = slice(row, row + 1)
    sample = Sample.of(live.network, live.inputs[one], live.targets[one], row)
    return moment(live, sample, Batch.next_of(live.training).gradients.flat)


def moment(live: Live, sample: Sample, gradient: Array) -> Moment:
    """All numbers of a sample, beside a gradient."""
    return Moment(
        parameters=live.network.parameters,
        gradient=gradient,
        x=sample.trace.inputs[0],
        y=sample.y[0],
        z=np.concatenate([z[0] for z in sample.trace.z]),
        a=np.concatenate([a[0] for a in sample.trace.a]),
        delta=np.concatenate([delta[0] for delta in sample.gradients.deltas]),
        loss=sample.loss,
        row=sample.row,
    )
