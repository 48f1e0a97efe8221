"""The tasks of a round: pure functions of parameters, shards and seeds, which any process may run, once or again.

A task is about some neighbouring shards, a node of the tree of sums (see `reduction`). It is given the parameters as
one vector, and returns one vector of sums.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt

from clearprop.engines import Diverged, Engine, Job, Progress, StepSettings, Stretch
from clearprop.engines.blas import one_blas_thread
from clearprop.engines.contract import first_not_finite
from clearprop.engines.dropout import draw_masks
from clearprop.errors import InputError
from clearprop.network.network import Network
from clearprop.network.passes import ROWS_AT_ONCE
from clearprop.network.rows import Rows
from clearprop.optimizers import Optimizer
from clearprop.training.reduction import tree_sum
from clearprop.training.shards import Shards

Array = npt.NDArray[Any]

# What stands in front of the summed gradients: loss, and what the rows weigh.
LOSS, WEIGHT, HEAD = range(3)


@dataclass(frozen=True)
class Node:
    """Some neighbouring shards, read anew for each task that is about them.

    Attributes
    ----------
    shards : Shards
    numbers : range
    fingerprints : sequence of str
        What they were when training began.
    """

    shards: Shards
    numbers: range
    fingerprints: Sequence[str]

    def each(self, network: Network) -> Iterator[tuple[int, Rows]]:
        """The number and the rows of each shard.

        Raises
        ------
        InputError
            One has changed, or is none that the network can be trained on; the message names it.
        """
        for number, fingerprint in zip(self.numbers, self.fingerprints, strict=True):
            yield number, checked_shard(self.shards, number, fingerprint, network)


@dataclass(frozen=True)
class Kept:
    """A node whose rows stay in the memory of whoever read them."""

    shards: Sequence[tuple[int, Rows]]

    def each(self, network: Network) -> Iterator[tuple[int, Rows]]:
        """See `Node.each`; they were checked when they were read."""
        return iter(self.shards)


def read_node(shards: Shards, numbers: range, fingerprints: Sequence[str], network: Network) -> Kept:
    """Read a node's rows, and keep them."""
    return Kept(list(Node(shards, numbers, fingerprints).each(network)))


def first_rows(node: Node | Kept, network: Network, count: int) -> Rows:
    """So many rows, evenly spread over the node's first shard."""
    _, rows = next(node.each(network))
    return rows.take(np.linspace(0, len(rows) - 1, min(count, len(rows))).astype(np.intp))


def checked_shard(shards: Shards, number: int, fingerprint: str, network: Network) -> Rows:
    """The rows of a shard, if they are as they were and fit the network."""
    name = shards.name(number)
    try:
        now = shards.fingerprint(number)
        if now != fingerprint:
            raise InputError("it has changed since training began: leave data as they are until it ends, or start anew")
        rows = shards.rows(number)
        rows.check_fits(network)
        network.loss_function.check_targets(rows.y)
        if len(rows) != shards.n_rows(number):
            raise InputError(f"it has {len(rows):,} rows where {shards.n_rows(number):,} were announced: start anew")
        return rows
    except (ValueError, OSError) as error:
        said = str(error)
        raise InputError(said if name in said else f"{name}: {said}") from error


@dataclass(frozen=True)
class Plan:
    """What does not change from round to round.

    Attributes
    ----------
    network : Network
        Whose layers, loss and inputs count; its parameters do not.
    optimizer : Optimizer
    settings : StepSettings
        Without the batch size, which is each shard's own.
    engine : Engine
        What takes local steps.
    batches : int
        Into how many batches each shard's rows are cut; a shard that has few rows may have fewer.
    """

    network: Network
    optimizer: Optimizer
    settings: StepSettings
    engine: Engine
    batches: int

    def span(self, n_rows: int, first: int, last: int) -> tuple[int, int, int]:
        """The batch size of a shard with so many rows, and the places of the batches from `first` to before `last`."""
        size = -(-n_rows // self.batches)
        return size, min(first * size, n_rows), min(last * size, n_rows)


@dataclass(frozen=True)
class Place:
    """Which part of training a task is.

    Attributes
    ----------
    first, last : int
        The batches of the epoch, from the first to before the last.
    order : int or None
        The seed of the epoch's order; None where rows come as they are.
    dropout : int
        The seed of what is left out in this round.
    step : int
        Steps taken before it.
    rates : array, shape (last - first,)
    dropouts, decays : arrays of that shape, or None
        See `Stretch`.
    """

    first: int
    last: int
    order: int | None
    dropout: int
    step: int
    rates: Array
    dropouts: Array | None
    decays: Array | None

    def generator(self, number: int) -> np.random.Generator:
        """What a shard draws dropout from in this round."""
        return np.random.default_rng([self.dropout, self.first, number])

    def places(self, number: int, n_rows: int) -> Array | None:
        """The order of a shard's rows in this epoch."""
        return None if self.order is None else shard_order(self.order, number, n_rows)


@lru_cache(maxsize=32)
def shard_order(seed: int, number: int, n_rows: int) -> Array:
    """A shard's rows shuffled: the same for all rounds of an epoch, so it is remembered."""
    return np.random.default_rng([seed, number]).permutation(n_rows)


# -- one step together -------------------------------------------------------------------------------------------------


def gradient_sums(plan: Plan, vector: Array, node: Node | Kept, place: Place) -> Array:
    """Loss, weight and gradient of one batch, summed over a node's part of it, in float64: shape (2 + parameters,)."""
    network = plan.network.over(vector.astype(plan.network.dtype))
    with one_blas_thread(), np.errstate(all="ignore"):
        return tree_sum(_shard_sums(plan, network, number, rows, place) for number, rows in node.each(network))


def _shard_sums(plan: Plan, network: Network, number: int, rows: Rows, place: Place) -> Array:
    sums = np.zeros(HEAD + network.parameters.size)
    size, start, stop = plan.span(len(rows), place.first, place.last)
    is_all = start == 0 and stop == len(rows)
    places = None if is_all else place.places(number, len(rows))
    job = _job(plan, network, size, place, number)
    for at in range(start, stop, ROWS_AT_ONCE):
        part = slice(at, min(at + ROWS_AT_ONCE, stop))
        some = rows.take(part if places is None else places[part])
        factor = 1.0 if place.dropouts is None else float(place.dropouts[0])
        trace = network.propagate(some.X, draw_masks(job, len(some), factor))
        losses, weight = network.row_losses(trace, some.y), some.sample_weight
        share: float | Array = 1.0 if weight is None else weight[:, np.newaxis]
        sums[LOSS] += losses.sum(dtype=np.float64) if weight is None else np.dot(losses, weight)
        sums[WEIGHT] += len(some) if weight is None else weight.sum(dtype=np.float64)
        sums[HEAD:] += network.propagate_shares(trace, some.y, share, 1.0).flat
    return sums


def not_finite(plan: Plan, vector: Array, node: Node | Kept, place: Place) -> tuple[int, int, str] | None:
    """The first shard of a node, the layer and what in it is not finite in a batch; None where all is."""
    network = plan.network.over(vector.astype(plan.network.dtype))
    with one_blas_thread(), np.errstate(all="ignore"):
        for number, rows in node.each(network):
            if np.isfinite(_shard_sums(plan, network, number, rows, place)).all():
                continue
            for at in range(0, len(rows), ROWS_AT_ONCE):
                some = rows.take(slice(at, at + ROWS_AT_ONCE))
                trace = network.propagate(some.X)
                gradients = network.propagate_back(trace, some.y)
                if not (np.isfinite(network.row_losses(trace, some.y)).all() and np.isfinite(gradients.flat).all()):
                    return number, *first_not_finite(network, trace, gradients)
            return number, len(network.weights), "the loss or the gradient's norm"
    return None


# -- steps of one's own ------------------------------------------------------------------------------------------------


def local_steps(plan: Plan, vector: Array, node: Node | Kept, place: Place) -> Array | tuple[int, int, int, str]:
    """What a node's shards come to, each by some steps of its own from the same parameters and slots.

    Returns
    -------
    array, shape (4 + parameters and slots,)
        What `Progress` sums, then parameters and slots times the rows that they were trained on, all in float64; or,
        where numbers have left the finite ones, the shard, the batch, the layer and what it was.
    """
    count = plan.network.parameters.size

    def steps() -> Iterator[Array]:
        for number, rows in node.each(plan.network):
            numbers = np.array(vector, dtype=plan.network.dtype)
            network = plan.network.over(numbers[:count].copy())
            size, start, stop = plan.span(len(rows), place.first, place.last)
            job = _job(plan, network, size, place, number, numbers[count:])
            taken = -(-(stop - start) // size)
            order, progress = place.places(number, len(rows)), Progress.none()
            if taken:
                stretch = Stretch(
                    None if order is None else order[np.newaxis],
                    start,
                    stop,
                    place.rates[np.newaxis, :taken],
                    progress,
                    dropouts=None if place.dropouts is None else place.dropouts[np.newaxis, :taken],
                    decays=None if place.decays is None else place.decays[np.newaxis, :taken],
                )
                try:
                    copy.deepcopy(plan.engine).run(job, rows, stretch)
                except Diverged as diverged:
                    raise _Diverged((number, place.first + diverged.batch, diverged.layer, diverged.what)) from None
            yield np.concatenate(
                [progress.sums[0], (stop - start) * network.parameters, ((stop - start) * job.slots).ravel()],
                dtype=np.float64,
            )

    with one_blas_thread():
        try:
            return tree_sum(steps())
        except _Diverged as diverged:
            where: tuple[int, int, int, str] = diverged.args[0]
            return where


class _Diverged(Exception):
    pass


def _job(plan: Plan, network: Network, size: int, place: Place, number: int, slots: Array | None = None) -> Job:
    own = np.zeros((0, network.parameters.size), network.dtype) if slots is None else slots
    settings = replace(plan.settings, batch_size=size)
    slots = own.reshape(len(plan.optimizer.slots) if own.size else 0, network.parameters.size)
    return Job(network, plan.optimizer, slots, settings, place.generator(number), place.step)


# -- judging -----------------------------------------------------------------------------------------------------------


def judged(network: Network, vector: Array, node: Node | Kept) -> list[tuple[float, Array, Array, Array | None]]:
    """The loss summed, and targets, outputs and weights, of each shard of a node."""
    network = network.over(vector.astype(network.dtype))
    answers = []
    with one_blas_thread(), np.errstate(all="ignore"):
        for _, rows in node.each(network):
            loss, outputs = 0.0, []
            for at in range(0, len(rows), ROWS_AT_ONCE):
                some = rows.take(slice(at, at + ROWS_AT_ONCE))
                trace = network.propagate(some.X)
                losses = network.row_losses(trace, some.y)
                loss += float(
                    losses.sum(dtype=np.float64) if some.sample_weight is None else losses @ some.sample_weight
                )
                outputs.append(trace.outputs)
            answers.append((loss, rows.y, np.concatenate(outputs), rows.sample_weight))
    return answers
