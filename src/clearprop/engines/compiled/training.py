"""One job made ready for the kernel: its rows, and the memory that it has for itself."""

from typing import Any

import numpy as np
import numpy.typing as npt

from clearprop.activations import Softmax
from clearprop.engines.compiled import kernel, tables, threads
from clearprop.engines.compiled.blocks import activation_kernels, has_input_kernels, loss_kernels
from clearprop.engines.compiled.kernel import OF_PREDICT
from clearprop.engines.compiled.machine_code import entry, pointer_to, pointers_to, replaced
from clearprop.engines.compiled.optimizer_kernels import OPTIMIZERS
from clearprop.engines.compiled.plans import (
    Functions,
    Layers,
    MemoryMap,
    Steps,
    factors_of,
    places_of,
    training_plan,
)
from clearprop.engines.compiled.products import ROWS
from clearprop.engines.compiled.tables import COURSE, DATA, MEMORY, PLAN, Course, Data, Memory, Plan
from clearprop.engines.compiled.work_space import lent
from clearprop.engines.contract import Job, Stretch
from clearprop.engines.dropout import draw_masks
from clearprop.engines.time_estimate import (
    AT_ONCE,
    WORK_A_WORKER,
    multiplied,
    numpy_seconds,
    worthwhile_workers,
)
from clearprop.foundation.sparse import is_sparse
from clearprop.network.network import Network
from clearprop.network.rows import Rows

Array = npt.NDArray[Any]

# Dropout masks are drawn ahead for so many numbers.
MASK_NUMBERS = 1 << 22


def without_kernels(network: Network) -> str | None:
    """The activation or input that has no compiled form, in words; None if all have."""
    for one in network.inputs:
        if not has_input_kernels(one):
            return f"the input {one.name}"
    for activation in network.activations:
        if not isinstance(activation, Softmax) and activation_kernels(activation) is None:
            return f"the activation {activation.name}"
    return None


def not_compilable(job: Job) -> str | None:
    """What of a job has no compiled form, in words; None if all has."""
    if loss_kernels(job.network.loss_function) is None:
        return f"the loss {job.network.loss_function.name}"
    if type(job.optimizer) not in OPTIMIZERS:
        return f"the optimizer {job.optimizer.name}"
    return without_kernels(job.network)


def _data(X: Any, y: Array, weight: Array | None, dtype: Any) -> Data:
    nowhere, numbers = np.zeros(1, dtype=np.int64), np.zeros(1, dtype=dtype)
    weights, targets = numbers if weight is None else np.ascontiguousarray(weight), np.ascontiguousarray(y).reshape(-1)
    if is_sparse(X):
        starts, columns = X.indptr.astype(np.int64, copy=False), X.indices.astype(np.int64, copy=False)
        return Data(X.data, starts, columns, targets, weights)
    return Data(np.ascontiguousarray(X).reshape(-1), nowhere, nowhere, targets, weights)


class CompiledTraining:
    """A job's plan and memory, for all of its runs, with so many workers, or as many as are worth their while.

    The plan is for rows of one kind, dense or sparse, weighted or not, and for batches of so many or fewer; which those
    are may change (`takes`).
    """

    def __init__(self, job: Job, rows: Rows, workers: int | None = None) -> None:
        network, dtype, size = job.network, job.network.dtype, job.settings.batch_size
        self.job = job
        self._sparse, self._weighted, self._most_rows = is_sparse(rows.X), rows.sample_weight is not None, size
        self._wanted = workers
        worthwhile = worthwhile_workers(network, size)
        self._most_workers = workers or (1 if worthwhile == 1 else min(worthwhile, threads.available()))
        layers, steps = Layers.of(network, job.layout), Steps.of(job, self._sparse, self._weighted, self._most_workers)
        self._plan = plan = training_plan(layers, steps)
        gradient = np.zeros(plan.gradient, dtype=dtype)
        self._memory = Memory(
            gradient,  # in the place of what is lent when it runs
            gradient,
            network.parameters,
            job.slots.reshape(-1),
            np.zeros(size),
            np.zeros(plan.blocks),
            np.zeros(plan.blocks),
            np.zeros(plan.constants),
            np.zeros(1, dtype=np.int64),
        )
        self._memory_at = pointers_to(self._memory, MEMORY, dtype)
        self._take(rows)

    def takes(self, job: Job, rows: Rows) -> bool:
        """Whether the plan is for this job and such rows, which are then those that are run."""
        if job is not self.job or job.settings.batch_size > self._most_rows:
            return False
        if rows is not self._rows:
            if (is_sparse(rows.X), rows.sample_weight is not None) != (self._sparse, self._weighted):
                return False
            self._take(rows)
        return True

    def _take(self, rows: Rows) -> None:
        dtype, loss = self.job.network.dtype, self.job.network.loss_function
        self._rows, self._as_they_come = rows, np.arange(len(rows))
        self._data = _data(rows.X, loss.smoothed(rows.y), rows.sample_weight, dtype)
        self._data_at = pointers_to(self._data, DATA, dtype)
        self._pointers = [pointer_to(at) for at in (self._plan.at, self._data_at, self._memory_at)]

    def run(self, stretch: Stretch) -> int:
        """Take the steps of `Engine.run`; returns after how many all numbers were finite.

        An interrupt takes effect after some of them, those that are taken at once.

        If it was not after all, the job's numbers are to be put back; the progress is as it was.
        """
        sums, batch_size = stretch.progress.sums.copy(), self.job.settings.batch_size
        at_once, of_an_epoch, taken = self._steps_at_once(stretch), stretch.rates.shape[1], 0
        with lent(self._plan.space, self.job.network.dtype) as space:
            self._memory_at = replaced(self._memory_at, MEMORY, "space", space)
            self._pointers[-1] = pointer_to(self._memory_at)
            while taken < stretch.n_batches:
                for part in stretch.between(taken, min(taken + at_once, stretch.n_batches), batch_size):
                    stretch.on_piece()
                    epoch = taken // of_an_epoch
                    good = self._run_part(part, sums[epoch : epoch + len(part.progress)])
                    taken += good
                    if good < part.n_batches:
                        return taken
        if not np.isfinite(self.job.network.parameters).all():
            return taken - 1
        stretch.progress.sums[:] = sums
        return taken

    def _steps_at_once(self, stretch: Stretch) -> int:
        width, batch_size = self._plan.masks, self.job.settings.batch_size
        at_once = max(1, int(AT_ONCE / numpy_seconds(self.job.network, batch_size)))
        if width:  # masks are drawn ahead, of one epoch at a time
            at_once = min(at_once, stretch.rates.shape[1], max(1, MASK_NUMBERS // (width * batch_size)))
        return at_once

    def _run_part(self, stretch: Stretch, sums: Array) -> int:
        width, dtype = self._plan.masks, self.job.network.dtype
        if not width:
            return self._run_with(np.zeros(1, dtype=dtype), stretch, sums)
        with lent((stretch.stop - stretch.start) * width, dtype) as masks:
            self._draw(stretch, masks)
            return self._run_with(masks, stretch, sums)

    def _run_with(self, masks: Array, stretch: Stretch, sums: Array) -> int:
        """Run some batches that dropout's masks have been drawn for; how many were good."""
        job, n_epochs, start, stop = self.job, len(stretch.progress), stretch.start, stretch.stop
        together = stretch.orders is None
        orders = self._as_they_come if together else np.ascontiguousarray(stretch.orders, dtype=np.int64).reshape(-1)
        rates = np.ascontiguousarray(stretch.rates, dtype=np.float64).reshape(-1)
        decays = np.ones(rates.size) if stretch.decays is None else np.ascontiguousarray(stretch.decays).reshape(-1)
        course = Course(orders, masks, rates, decays, sums.reshape(-1))
        course_at = pointers_to(course, COURSE, job.network.dtype)
        self._memory.done[0] = 0

        def work(worker: int, workers: int, counter: Array) -> None:
            self._plan.train(
                worker, workers, pointer_to(counter), *self._pointers, pointer_to(course_at),
                n_epochs, 0 if together else len(self._rows), start, stop, job.settings.batch_size, job.step + 1,
            )  # fmt: skip

        few = self._wanted or self._most_workers == 1
        threads.run(work, self._most_workers if few else min(self._most_workers, threads.available()))
        job.step += stretch.n_batches
        return int(self._memory.done[0])

    def _draw(self, stretch: Stretch, masks: Array) -> None:
        """Dropout's masks of the rows of the next batches, of one epoch, drawn as the NumPy engine draws them."""
        of_rows = masks.reshape(-1, self._plan.masks)
        for batch, begin in enumerate(range(0, len(of_rows), self.job.settings.batch_size)):
            rows, (factor, _) = of_rows[begin : begin + self.job.settings.batch_size], stretch.factors(batch)
            draw_masks(self.job, len(rows), factor, out=rows)


class CompiledPrediction:
    """A network and rows ready for prediction, by so many workers or as many as are worth their while."""

    def __init__(self, network: Network, rows: Array, workers: int | None) -> None:
        dtype, sparse, layers = network.dtype, is_sparse(rows), Layers.of(network, network.layout)
        worthwhile = rows.shape[0] * multiplied(network) // WORK_A_WORKER
        self._workers = workers or max(1, min(worthwhile, threads.available()))
        tile = MemoryMap(layers, ROWS, sparse, False).tile
        memory_map = MemoryMap(layers, tile * self._workers, sparse, False)
        functions = Functions(layers, memory_map)
        places = places_of(memory_map, layers, functions, sparse, weighted=False, workers=self._workers)
        places[tables.TILE] = tile
        settings = np.array(functions.settings, dtype=dtype).ravel()
        of_layers, inputs = memory_map.layers.reshape(-1), memory_map.inputs.reshape(-1)
        blocks, factors = memory_map.blocks.reshape(-1), factors_of(layers.layout)
        plan = Plan(functions.table(), of_layers, inputs, blocks, places, settings, np.zeros(1), *factors)
        none, numbers, done = np.zeros(1), np.zeros(1, dtype=dtype), np.zeros(1, dtype=np.int64)
        self._size = memory_map.size
        memory = Memory(numbers, numbers, network.parameters, numbers, none, none, none, none, done)
        self._outputs = np.empty((rows.shape[0], network.layer_sizes[-1]), dtype=dtype)
        self._places, self._at_once = np.arange(rows.shape[0]), self._rows_at_once(network)
        data = _data(rows, numbers, None, dtype)
        self._arrays = plan, data, memory  # which live as long as the pointers to them, without what is lent
        self._plan_at, self._data_at = pointers_to(plan, PLAN, dtype), pointers_to(data, DATA, dtype)
        self._memory_at = pointers_to(memory, MEMORY, dtype)
        self._predict = entry(kernel.predict, OF_PREDICT, dtype)

    def _rows_at_once(self, network: Network) -> int:
        n = len(self._outputs)
        return max(1, int(n * AT_ONCE / numpy_seconds(network, n)))

    def predict(self) -> Array:
        """The outputs of all rows, shape (n, outputs)."""
        with lent(self._size, self._outputs.dtype) as space:
            self._memory_at = replaced(self._memory_at, MEMORY, "space", space)
            for first in range(0, len(self._outputs), self._at_once):
                self._predict_rows(slice(first, first + self._at_once))
        return self._outputs

    def _predict_rows(self, rows: slice) -> None:
        places, outputs = self._places[rows], self._outputs[rows]
        none = np.zeros(1)
        course = Course(places, np.zeros(1, dtype=outputs.dtype), none, none, none)
        all_at = self._plan_at, self._data_at, self._memory_at, pointers_to(course, COURSE, outputs.dtype)

        def work(worker: int, workers: int, counter: Array) -> None:
            self._predict(
                worker, workers, pointer_to(counter), *map(pointer_to, all_at),
                pointer_to(outputs.reshape(-1)), len(places),
            )  # fmt: skip

        threads.run(work, self._workers)
