"""One job made ready for the kernel: where each layer's numbers lie in memory, and which functions it uses."""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from clearprop.activations import Softmax
from clearprop.engines.compiled import kernel, threads
from clearprop.engines.compiled.blocks import (
    N_SETTINGS,
    activation_blocks,
    activation_kernels,
    loss_block,
    loss_kernels,
    optimizer_blocks,
    product_block,
)
from clearprop.engines.compiled.jit import ENABLED
from clearprop.engines.compiled.kernel import (
    COURSE,
    DATA,
    MEMORY,
    OF_PREDICT,
    OF_TRAIN,
    PLAN,
    Course,
    Data,
    Memory,
    Plan,
)
from clearprop.engines.compiled.loss_kernels import GREATEST, LEAST
from clearprop.engines.compiled.machine_code import entry, pointer_to, pointers_to, replaced
from clearprop.engines.compiled.optimizer_kernels import OPTIMIZERS
from clearprop.engines.compiled.products import ROWS, SLICE, VECTOR_BYTES
from clearprop.engines.compiled.work_space import lent
from clearprop.engines.contract import Job, Stretch
from clearprop.engines.dropout import draw_masks
from clearprop.engines.time_estimate import AT_ONCE, WORK_A_WORKER, numpy_seconds, worthwhile_workers
from clearprop.foundation.registry import Named
from clearprop.foundation.sparse import is_sparse
from clearprop.losses import domain_ends
from clearprop.network.layout import BIAS, WEIGHT, Layout
from clearprop.network.network import Network
from clearprop.network.rows import Rows
from clearprop.optimizers import Optimizer

Array = npt.NDArray[Any]

# A tile's z, a and delta of all layers should stay in a core's own cache, unless the weights are more than it holds:
# then so many rows should use them each time that they come.
TILE_BYTES, LEAST_TILE = 1 << 18, 16 * ROWS
# Where a batch's inputs and deltas of a layer are more than a core's own cache, they are laid out one after the other
# before the gradient is added up: read in place, with rows 4 KB apart, that took 1.5 times as long with AVX2.
LARGE_BYTES = 1 << 20
# So many numbers of gradient are made and used at a time.
BLOCK_NUMBERS = 4096
# Dropout masks are drawn ahead for so many numbers.
MASK_NUMBERS = 1 << 22


def without_kernels(network: Network) -> str | None:
    """The activation that has no compiled form, in words; None if all have."""
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


class MemoryMap:
    """A network's numbers in one flat array: each layer's rows, one machine vector's multiple apart, and its panels."""

    def __init__(self, network: Network, rows: int, sparse: bool, trains: bool, masked: Sequence[bool] = ()) -> None:
        self.itemsize = network.dtype.itemsize
        self.lanes = VECTOR_BYTES // self.itemsize
        self.size = 0
        sizes = network.layer_sizes
        layers = [[-1] * kernel.LAYER_COLUMNS for _ in sizes]
        masks = 0
        for level, units in enumerate(sizes):
            layer = layers[level]
            layer[kernel.LARGE] = False
            layer[kernel.UNITS], layer[kernel.WIDTH] = units, self._width(units)
            layer[kernel.STRIDE] = self._stride(units)
            numbers = rows * layer[kernel.STRIDE]
            if level == 0:
                layer[kernel.OUTPUT] = 0 if sparse else self.take(numbers)
                continue
            fan_in, panel = sizes[level - 1], 2 * self.lanes
            layer[kernel.Z], layer[kernel.A] = self.take(numbers), self.take(numbers)
            layer[kernel.OUTPUT] = layer[kernel.A]
            layer[kernel.PARAMETERS] = network.layout.span(f"{WEIGHT}{level}").start
            if level > 1 or not sparse:
                layer[kernel.PANELS] = self.take(-(-units // panel) * panel * (fan_in + 1))
            if not trains:
                continue
            layer[kernel.DELTA] = self.take(numbers)
            layer[kernel.LARGE] = (level > 1 or not sparse) and self._is_large(layers[level - 1], layer, rows)
            if level > 1:
                layer[kernel.TRANSPOSED] = self.take(-(-fan_in // panel) * panel * units)
            if level - 1 < len(masked) and masked[level - 1]:
                layer[kernel.OUTPUT], layer[kernel.MASK] = self.take(numbers), masks
                masks += units
        self.layers, self.masks = np.array(layers, dtype=np.int64), masks
        self.blocks = np.array(list(_blocks(network.layout, sparse)), dtype=np.int64)
        self.n_blocks = len(self.blocks) - 1
        strides = sum(layer[kernel.STRIDE] for layer in layers)
        self.tile = max(LEAST_TILE, TILE_BYTES // (3 * strides * self.itemsize) // ROWS * ROWS)

    def take(self, numbers: int) -> int:
        """A place for so many numbers; it begins at a cache line."""
        place = self.size
        self.size += -(-numbers // self.lanes) * self.lanes
        return place

    def _is_large(self, below: Sequence[int], layer: Sequence[int], rows: int) -> bool:
        """Whether a batch's inputs and deltas of a layer are more than a core's cache; z has room for the panels."""
        numbers = rows * (below[kernel.STRIDE] + layer[kernel.STRIDE])
        panels = -(-layer[kernel.UNITS] // (2 * self.lanes)) * 2 * self.lanes
        return numbers * self.itemsize > LARGE_BYTES and panels <= layer[kernel.STRIDE]

    def _width(self, units: int) -> int:
        """Columns in whole vectors, or to half a one where a panel has no more: products are then not cut off."""
        last = units % (2 * self.lanes)
        unit = self.lanes // 2 if 0 < last <= self.lanes // 2 else self.lanes
        return -(-units // unit) * unit

    def _stride(self, units: int) -> int:
        """Room for the units and the 1 behind them; rows a power of 2 apart would fall on the same cache lines."""
        stride = -(-(units + 1) // self.lanes) * self.lanes
        return stride + self.lanes if stride * self.itemsize % 1024 == 0 else stride


def _blocks(layout: Layout, sparse: bool) -> Iterator[tuple[int, ...]]:
    """The rows of each layer's [W; b] in blocks, of whose numbers the biases are the last row."""
    for weights, biases in zip(layout.of_kind(WEIGHT, layout.spans), layout.of_kind(BIAS, layout.spans), strict=True):
        assert weights.stop == biases.start, "the kernel takes a layer's weights and biases for one matrix"
        units, depth = biases.size, weights.shape[0] + 1
        rows = max(4 * ROWS, BLOCK_NUMBERS // units // ROWS * ROWS)
        if weights.layer == 1 and sparse:  # each block looks through all rows for its own
            rows = -(-depth // 8)
        for first in range(0, depth, rows):
            last = min(first + rows, depth)
            start, stop = (weights.start + row * units for row in (first, last))
            yield weights.layer, first, last, start, layout.number_at(start), layout.number_at(stop - 1) + 1
    yield 0, 0, 0, layout.size, 0, 0


class Functions:
    """The addresses of the functions that a network uses, and their settings."""

    def __init__(self, network: Network, layers: Array) -> None:
        self.addresses: list[Any] = [product_block(network.dtype)]
        self.settings: list[list[float]] = []
        for layer, activation in zip(layers[1:], network.activations, strict=True):
            value, slope = activation_blocks(activation, network.dtype)
            layer[kernel.ACTIVATE], layer[kernel.SLOPE] = self.add(value), self.add(slope)
            layer[kernel.SETTINGS] = self.add_settings(activation)

    def add(self, function: Any) -> int:
        """The function's number."""
        self.addresses.append(function)
        return len(self.addresses) - 1

    def add_settings(self, item: Named, **places: float) -> int:
        """Where the item's settings begin, in the order of its fields."""
        own = [0.0 if value is None else float(value) for value in vars(item).values()]
        self.settings.append(own + [0.0] * (N_SETTINGS - len(own)))
        return (len(self.settings) - 1) * N_SETTINGS

    def table(self) -> Any:
        """The addresses as the kernel takes them; the functions themselves where nothing is compiled."""
        return np.array(self.addresses, dtype=np.int64) if ENABLED else self.addresses


def _places(network: Network, memory: MemoryMap, sparse: bool, weighted: bool) -> Array:
    places = np.zeros(kernel.OF_SLICE + 1, dtype=np.int64)
    places[kernel.LAYERS], places[kernel.BLOCKS] = len(memory.layers), memory.n_blocks
    places[kernel.ALL], places[kernel.SPARSE], places[kernel.WEIGHTED] = network.parameters.size, sparse, weighted
    places[kernel.TILE], places[kernel.MASKS] = memory.tile, memory.masks
    return places


def _factors(layout: Layout) -> tuple[Array, Array, Array, Array]:
    """Where spans begin, and their factors; where the groups begin that have one rate each, and theirs."""
    spans, groups = layout.spans, layout.groups
    return (
        np.array([*(span.start for span in spans), layout.size], dtype=np.int64),
        np.array([(span.rate_factor, span.decay_factor) for span in spans], dtype=np.float64).reshape(-1),
        np.array([*(place.start for place, _ in groups), layout.size], dtype=np.int64),
        np.array([factor for _, factor in groups], dtype=np.float64),
    )


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
        network, dtype, sparse = job.network, job.network.dtype, is_sparse(rows.X)
        optimizer, given = job.optimizer, job.settings
        assert isinstance(optimizer, Optimizer), "what decides its steps itself has an engine of its own"
        self.job = job
        self._sparse, self._weighted, self._most_rows = sparse, rows.sample_weight is not None, given.batch_size
        memory_map = MemoryMap(network, given.batch_size, sparse, True, [share > 0 for share in given.dropout])
        self._map = memory_map
        functions = Functions(network, memory_map.layers)
        loss, from_logits = network.loss_function, network.from_logits
        block, gives_delta = loss_block(loss, from_logits, dtype)
        places = _places(network, memory_map, sparse, self._weighted)
        places[kernel.TARGETS] = memory_map.take(given.batch_size * int(memory_map.layers[-1, kernel.STRIDE]))
        places[kernel.SHARES] = memory_map.take(given.batch_size)
        places[kernel.LOSS], places[kernel.GIVES_DELTA] = functions.add(block), gives_delta
        constants, update = optimizer_blocks(type(optimizer), dtype)
        places[kernel.CONSTANTS], places[kernel.UPDATE] = functions.add(constants), functions.add(update)
        places[kernel.LOSS_SETTINGS] = functions.add_settings(loss)
        functions.settings[-1][LEAST], functions.settings[-1][GREATEST] = domain_ends(loss.output_domain, dtype)
        self._wanted = workers
        self._most_workers = workers or min(worthwhile_workers(network, given.batch_size), threads.available())
        if memory_map.layers[:, kernel.LARGE].any():
            places[kernel.OF_SLICE] = SLICE * given.batch_size
            places[kernel.SLICES] = memory_map.take(SLICE * given.batch_size * self._most_workers)
        if given.clip_norm is None and network.parameters.size > BLOCK_NUMBERS:
            most = int(np.diff(memory_map.blocks[:, kernel.START]).max())
            places[kernel.BLOCK] = -(-most // memory_map.lanes) * memory_map.lanes
            gradient = np.zeros(int(places[kernel.BLOCK]) * self._most_workers, dtype=dtype)
        else:
            gradient = np.zeros_like(network.parameters)
        places[kernel.GROUPS] = n_groups = len(job.layout.groups)
        strengths = [given.penalty.l1, given.penalty.l2, given.decoupled_decay, given.clip_norm or np.inf]
        strengths += [float(value) for value in vars(optimizer).values()]
        strengths += [0.0] * (kernel.OF_OPTIMIZER + N_SETTINGS - len(strengths))
        settings = np.array(functions.settings, dtype=dtype).ravel()
        plan = Plan(
            functions.table(),
            memory_map.layers.reshape(-1),
            memory_map.blocks.reshape(-1),
            places,
            settings,
            np.array(strengths, dtype=np.float64),
            *_factors(job.layout),
        )
        partial = np.zeros(memory_map.n_blocks)
        self._memory = Memory(
            gradient,  # in the place of what is lent when it runs
            gradient,
            network.parameters,
            job.slots.reshape(-1),
            np.zeros(given.batch_size),
            partial,
            partial.copy(),
            np.zeros(N_SETTINGS * n_groups * self._most_workers),
            np.zeros(1, dtype=np.int64),
        )
        self._plan = plan  # which lives, as the memory and the data do, as long as the pointers to it
        self._plan_at, self._memory_at = pointers_to(plan, PLAN, dtype), pointers_to(self._memory, MEMORY, dtype)
        self._train = entry(kernel.train, OF_TRAIN, dtype)
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
        dtype = self.job.network.dtype
        self._rows, self._as_they_come = rows, np.arange(len(rows))
        self._data = _data(rows.X, rows.y, rows.sample_weight, dtype)
        self._data_at = pointers_to(self._data, DATA, dtype)
        self._pointers = [pointer_to(at) for at in (self._plan_at, self._data_at, self._memory_at)]

    def run(self, stretch: Stretch) -> int:
        """Take the steps of `Engine.run`; returns after how many all numbers were finite.

        An interrupt takes effect after some of them, those that are taken at once.

        If it was not after all, the job's numbers are to be put back; the progress is as it was.
        """
        sums, batch_size = stretch.progress.sums.copy(), self.job.settings.batch_size
        at_once, of_an_epoch, taken = self._steps_at_once(stretch), stretch.rates.shape[1], 0
        with lent(self._map.size, self.job.network.dtype) as space:
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
        width, batch_size = self._map.masks, self.job.settings.batch_size
        at_once = max(1, int(AT_ONCE / numpy_seconds(self.job.network, batch_size)))
        if width:  # masks are drawn ahead, of one epoch at a time
            at_once = min(at_once, stretch.rates.shape[1], max(1, MASK_NUMBERS // (width * batch_size)))
        return at_once

    def _run_part(self, stretch: Stretch, sums: Array) -> int:
        job, n_epochs, start, stop = self.job, len(stretch.progress), stretch.start, stretch.stop
        together = stretch.orders is None
        orders = self._as_they_come if together else np.ascontiguousarray(stretch.orders, dtype=np.int64).reshape(-1)
        rates = np.ascontiguousarray(stretch.rates, dtype=np.float64).reshape(-1)
        course = Course(orders, self._masks(start, stop), rates, sums.reshape(-1))
        course_at = pointers_to(course, COURSE, job.network.dtype)
        self._memory.done[0] = 0

        def work(worker: int, workers: int, counter: Array) -> None:
            with np.errstate(all="ignore"):  # where nothing is compiled
                self._train(
                    worker, workers, pointer_to(counter), *self._pointers, pointer_to(course_at),
                    n_epochs, 0 if together else len(self._rows), start, stop, job.settings.batch_size, job.step + 1,
                )  # fmt: skip

        few = self._wanted or self._most_workers == 1
        threads.run(work, self._most_workers if few else min(self._most_workers, threads.available()))
        job.step += stretch.n_batches
        return int(self._memory.done[0])

    def _masks(self, start: int, stop: int) -> Array:
        """Dropout's masks of the rows of the next batches, drawn as the NumPy engine draws them."""
        job, width, batch_size = self.job, self._map.masks, self.job.settings.batch_size
        masks = np.empty((stop - start if width else 1, max(width, 1)), dtype=job.network.dtype)
        for begin in range(start, stop if width else start, batch_size):
            rows = masks[begin - start : begin - start + batch_size]
            drawn = [mask for mask in draw_masks(job, len(rows)) or [] if mask is not None]
            np.concatenate(drawn, axis=1, out=rows)
        return masks.reshape(-1)


class CompiledPrediction:
    """A network and rows ready for prediction, by so many workers or as many as are worth their while."""

    def __init__(self, network: Network, rows: Array, workers: int | None) -> None:
        dtype, sparse = network.dtype, is_sparse(rows)
        worthwhile = rows.shape[0] * network.parameters.size // WORK_A_WORKER
        self._workers = workers or max(1, min(worthwhile, threads.available()))
        tile = MemoryMap(network, ROWS, sparse, False).tile
        memory_map = MemoryMap(network, tile * self._workers, sparse, False)
        functions = Functions(network, memory_map.layers)
        places = _places(network, memory_map, sparse, weighted=False)
        places[kernel.TILE] = tile
        settings, layers = np.array(functions.settings, dtype=dtype).ravel(), memory_map.layers.reshape(-1)
        blocks = memory_map.blocks.reshape(-1)
        plan = Plan(functions.table(), layers, blocks, places, settings, np.zeros(1), *_factors(network.layout))
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
        course = Course(places, np.zeros(1, dtype=outputs.dtype), none, none)
        all_at = self._plan_at, self._data_at, self._memory_at, pointers_to(course, COURSE, outputs.dtype)

        def work(worker: int, workers: int, counter: Array) -> None:
            with np.errstate(all="ignore"):  # where nothing is compiled
                self._predict(
                    worker, workers, pointer_to(counter), *map(pointer_to, all_at),
                    pointer_to(outputs.reshape(-1)), len(places),
                )  # fmt: skip

        threads.run(work, self._workers)
