"""Rows in shards, trained on by an executor's workers: each round every shard adds its part, by tasks without memory.

Two modes. `exact`: each batch is of all shards together; they add up its gradient, and one step is taken, as on one
machine. `local`: from the same parameters each shard takes some steps of its own, by the engine, and all go on from the
mean of what they came to, each counting its rows; an outer momentum goes on in the direction of the means before.

Which shard does what, in which order sums are added, and what is drawn, depends on the shards' numbers and the seeds
alone: so parameters come to the same bits by one process, by many, and where some are lost on the way.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from hashlib import blake2b
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from clearprop.cluster.executor import Executor
from clearprop.cluster.settings import Cluster
from clearprop.engines import Diverged, Engine, Job, Stretch
from clearprop.engines.update import Update
from clearprop.errors import InputError
from clearprop.foundation.pieces import nothing
from clearprop.foundation.randomness import Rng, seeds
from clearprop.metrics import Metric
from clearprop.network.network import Network
from clearprop.training.reduction import nodes, tree_sum
from clearprop.training.rounds import (
    HEAD,
    LOSS,
    WEIGHT,
    Node,
    Place,
    Plan,
    first_rows,
    gradient_sums,
    judged,
    local_steps,
    not_finite,
    read_node,
)
from clearprop.training.row_source import RowSource
from clearprop.training.shards import ArrayShards, Shards

if TYPE_CHECKING:
    from clearprop.training.settings import TrainingSettings

Array = npt.NDArray[Any]

# How many rows tell of the rest, as to whether something can be learned.
LOOKED_AT = 1000
# Tasks a worker and round, at least: more would even out shards of unequal size, and each sends as many sums
TASKS_A_WORKER = 1
# Of the workers' memory, what rows may take that are kept there; else they are read anew in each round.
KEPT_SHARE = 0.4


class ShardedRows(RowSource):
    """Shards that an executor's workers train on.

    Parameters
    ----------
    shards : Shards
    executor : Executor
    cluster : Cluster, optional
        Its mode, steps, outer momentum and deadline; where not given, the usual ones.

    Examples
    --------
    >>> from clearprop import Network, Trainer
    >>> from clearprop.cluster import Cluster, Inline
    >>> rng = np.random.default_rng(0)
    >>> X = rng.normal(size=(200, 2))
    >>> shards = ArrayShards(X, X[:, :1] - 2 * X[:, 1:], count=4)
    >>> trainer = Trainer(Network([2, 1], rng=0), optimizer="sgd", learning_rate=0.5, epochs=20, rng=0)
    >>> with Inline() as executor:  # or connect("local:2"), for two processes
    ...     history = trainer.fit(ShardedRows(shards, executor, Cluster(executor, "exact")))
    >>> trainer.network.weights[0].round(3).tolist()
    [[1.0], [-2.0]]
    """

    def __init__(self, shards: Shards, executor: Executor, cluster: Cluster | None = None) -> None:
        self.shards, self.executor, self._cluster = shards, executor, cluster or Cluster(executor)
        sizes = [shards.n_rows(number) for number in range(len(shards))]
        if not sizes:
            raise InputError("there are no shards: give data of one or more")
        for number, n_rows in enumerate(sizes):
            if n_rows < 1:
                raise InputError(f"{shards.name(number)} has no rows: leave it out")
        self._n_rows, self._nodes = sum(sizes), nodes(len(sizes), TASKS_A_WORKER * executor.workers)
        self._steps = self.batches_a_look = 1 if self._cluster.mode == "exact" else self._cluster.steps
        self.extra_slots = 0 if self._cluster.mode == "exact" else 1
        self._parts: list[Any] = []
        self._plan: tuple[Any, Any] = (None, None)

    def __len__(self) -> int:
        return self._n_rows

    def check_fits(self, network: Network, *, which: str = "") -> None:
        """Read the shards, and keep them where they are read if there is room; refuse what the network cannot take.

        Raises
        ------
        InputError
            A shard cannot be read, or is none for this network; the message names it.
        """
        shards, executor = self.shards, self.executor
        self._network = executor.hold(network)
        marks = [shards.fingerprint(number) for number in range(len(shards))]
        reads = [(numbers, [marks[number] for number in numbers]) for numbers in self._nodes]
        if isinstance(shards, ArrayShards):  # which are here, and travel in parts
            self._parts = [
                executor.hold(read_node(shards, *read, network), lane=lane) for lane, read in enumerate(reads)
            ]
        else:
            held = executor.hold(shards)
            keep = [self._network] if self._have_room(network) else []
            self._parts = [
                executor.submit(read_node if keep else Node, held, *read, *keep, lane=lane)
                for lane, read in enumerate(reads)
            ]
        first = executor.submit(first_rows, self._parts[0], self._network, LOOKED_AT)
        (self.sample,) = self._gather([first], [shards.name(0)])

    @property
    def fingerprint(self) -> str:
        """Of all shards as they are, and of how training goes over them."""
        shards, cluster = self.shards, self._cluster
        own = [
            (shards.name(number), shards.n_rows(number), shards.fingerprint(number)) for number in range(len(shards))
        ]
        told = repr((own, cluster.mode, cluster.steps, cluster.outer_momentum))
        return blake2b(told.encode(), digest_size=16).hexdigest()

    def _have_room(self, network: Network) -> bool:
        memory = self.executor.memory
        size = self._n_rows * (network.n_columns + network.layer_sizes[-1] + 1) * network.dtype.itemsize
        return memory is not None and size <= KEPT_SHARE * memory

    def rows_a_step(self, settings: TrainingSettings) -> int:
        """Of exact rounds, the batch size, or all rows where none is given; of local steps, each shard's batches.

        Raises
        ------
        InputError
            The optimiser finds its steps itself.
        """
        if settings.finds_steps_itself:
            raise InputError("lbfgs does not train on a cluster: choose another optimizer, such as adam, or no cluster")
        if self._cluster.mode == "exact":
            return min(settings.batch_size or len(self), len(self))
        return min(settings.rows_a_step(len(self)) * len(self.shards), len(self))

    def next_order(self, order: Array | None, rng: Rng) -> Array:
        """A seed for the order of each shard's rows."""
        return np.array(seeds(rng, 1), dtype=np.intp)

    # -- rounds ------------------------------------------------------------------------------------------------------

    def run(self, engine: Engine, job: Job, stretch: Stretch) -> None:
        """Round after round; see `Engine.run`."""
        take = self._exact if self._cluster.mode == "exact" else self._local
        size, first = job.settings.batch_size, stretch.start // job.settings.batch_size
        plan = self._planned(engine, job)
        for begin in range(0, stretch.n_batches, self._steps):
            stretch.on_piece()
            end = min(begin + self._steps, stretch.n_batches)
            (part,) = stretch.between(begin, end, size)
            place = Place(
                first + begin,
                first + end,
                None if stretch.orders is None else int(stretch.orders[0, 0]),
                seeds(job.rng, 1)[0] if any(job.settings.dropout) else 0,
                job.step,
                part.rates[0],
                None if part.dropouts is None else part.dropouts[0],
                None if part.decays is None else part.decays[0],
            )
            try:
                take(plan, job, part, place)
            except Diverged as diverged:
                raise diverged.after(begin) from None

    def _planned(self, engine: Engine, job: Job) -> Any:
        """What the tasks of this job have in common, sent once."""
        if self._plan[0] is not job:
            batches = -(-len(self) // job.settings.batch_size)
            plan = Plan(job.network, job.optimizer, job.settings, engine, batches)  # type: ignore[arg-type]
            self._plan = job, self.executor.hold(plan)
        return self._plan[1]

    def _exact(self, plan: Any, job: Job, stretch: Stretch, place: Place) -> None:
        network, settings = job.network, job.settings
        vector = self.executor.hold(network.parameters.copy())
        sums = self._summed(gradient_sums, plan, vector, place)
        weight = sums[WEIGHT]
        gradients = network.empty_gradients([])
        with np.errstate(all="ignore"):
            gradients.flat[:] = sums[HEAD:] / weight
            penalty = network.penalty_share(1, np.array([weight]), settings.penalty)
            if settings.penalty:
                factors = network.layout.decay_factors(settings.penalty.decays)
                settings.penalty.add_gradient(gradients.spans, network.spans, weight, factors)
            loss = float(sums[LOSS] / weight) + penalty
            norm = float(np.sqrt(np.vdot(gradients.flat, gradients.flat)))
        if not (np.isfinite(loss) and np.isfinite(norm)):
            raise self._diverged(plan, vector, place)
        before = network.parameters.copy()
        rate, (_, decayed) = float(place.rates[0]), stretch.factors(0)
        with np.errstate(all="ignore"):
            Update(job, gradients.flat).step(norm, rate, decayed)
        if not np.isfinite(network.parameters).all():
            network.parameters[:] = before
            raise Diverged(0, len(network.weights), "the parameters after the step")
        stretch.progress.add(0, loss, norm, stretch.stop - stretch.start, penalty)

    def _local(self, plan: Any, job: Job, stretch: Stretch, place: Place) -> None:
        own, velocity = len(job.optimizer.slots), job.slots[-1]
        before = np.concatenate([job.network.parameters, job.slots[:own].ravel()])
        sums = self._summed(local_steps, plan, self.executor.hold(before), place)
        numbers = stretch.progress.sums.shape[1]
        stretch.progress.sums[0] += sums[:numbers]
        means = sums[numbers:] / (stretch.stop - stretch.start)
        count = job.network.parameters.size
        with np.errstate(all="ignore"):
            velocity *= self._cluster.outer_momentum
            velocity += means[:count] - job.network.parameters
            job.network.parameters += velocity
            job.slots[:own] = means[count:].reshape(own, count)
        job.step += place.last - place.first

    def _summed(self, task: Callable[..., Any], plan: Any, vector: Any, place: Place) -> Array:
        """What all nodes come to, added up by the tree."""
        results = self._of_all(task, plan, vector, place)
        for result in results:
            if isinstance(result, tuple):
                number, batch, layer, what = result
                raise Diverged(batch - place.first, layer, f"in {self.shards.name(number)}, {what}")
        return tree_sum(np.array(result) for result in results)

    def _diverged(self, plan: Any, vector: Any, place: Place) -> Diverged:
        """Which shard's numbers left the finite range first."""
        for found in self._of_all(not_finite, plan, vector, place):
            if found is not None:
                number, layer, what = found
                return Diverged(0, layer, f"in {self.shards.name(number)}, {what}")
        return Diverged(0, 0, "the sum over all shards")

    # -- judging -----------------------------------------------------------------------------------------------------

    def evaluate(self, network: Network, metric: Metric, on_piece: Callable[[], None] = nothing) -> tuple[float, float]:
        """The loss, without penalty, and the metric of the network on all rows, whose outputs come together here."""
        on_piece()
        vector = self.executor.hold(network.parameters.copy())
        answers = [answer for of_node in self._of_all(judged, self._network, vector) for answer in of_node]
        y, outputs = (np.concatenate([answer[place] for answer in answers]) for place in (1, 2))
        weights = [answer[3] for answer in answers]
        weight = None if weights[0] is None else np.concatenate(weights)
        loss = sum(answer[0] for answer in answers) / float(len(y) if weight is None else weight.sum())
        with np.errstate(all="ignore"):
            return loss, metric(network.loss_function, y, outputs, weight)

    def _of_all(self, task: Callable[..., Any], common: Any, vector: Any, *further: Any) -> list[Any]:
        """What the task comes to for each node."""
        submit = self.executor.submit
        tasks = [submit(task, common, vector, part, *further, lane=lane) for lane, part in enumerate(self._parts)]
        return self._gather(tasks, self._names())

    def _names(self) -> list[str]:
        """What messages call the nodes."""
        name = self.shards.name
        return [
            name(numbers[0]) if len(numbers) == 1 else f"{name(numbers[0])} and the {len(numbers) - 1} after it"
            for numbers in self._nodes
        ]

    def _gather(self, tasks: Sequence[Any], names: Sequence[str]) -> list[Any]:
        return self.executor.gather(tasks, names, self._cluster.deadline)
