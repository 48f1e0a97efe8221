"""A plan for the kernel: where each layer's numbers lie in memory, and which functions a network uses.

It depends on layers, kinds and sizes, and on no number that is learned: so it is made once for all trainings that are
alike, and holds nothing of theirs.
"""

import functools
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from clearprop.activations import Activation
from clearprop.engines.compiled import kernel, tables
from clearprop.engines.compiled.blocks import (
    N_SETTINGS,
    activation_blocks,
    input_blocks,
    input_kernels,
    input_stage_blocks,
    loss_block,
    optimizer_blocks,
    product_block,
    share_blocks,
)
from clearprop.engines.compiled.jit import ENABLED
from clearprop.engines.compiled.kernel import OF_TRAIN
from clearprop.engines.compiled.loss_kernels import GREATEST, LEAST
from clearprop.engines.compiled.machine_code import entry, pointers_to
from clearprop.engines.compiled.products import ROWS, SLICE, VECTOR_BYTES
from clearprop.engines.compiled.tables import PLAN, Plan
from clearprop.engines.contract import Job
from clearprop.foundation.registry import Named
from clearprop.inputs import Input
from clearprop.losses import Loss, domain_ends
from clearprop.network.front import Front, front_of
from clearprop.network.layout import BIAS, SHARE, WEIGHT, Layout
from clearprop.network.network import Network
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
# Blocks of an input's array, at most.
MOST_OF_INPUT = 64
# Plans that are kept for trainings to come; making one takes longer than to train the smallest network.
MOST_KEPT = 64


class Layers(NamedTuple):
    """What a plan is made of: a network without its numbers."""

    inputs: tuple[Input, ...]
    layer_sizes: tuple[int, ...]
    activations: tuple[Activation, ...]
    loss_function: Loss
    from_logits: bool
    dtype: np.dtype[Any]
    layout: Layout

    @classmethod
    def of(cls, network: Network, layout: Layout) -> "Layers":
        """A network's, whose parameters have such factors."""
        activations, loss = tuple(network.activations), network.loss_function
        return cls(network.inputs, network.layer_sizes, activations, loss, network.from_logits, network.dtype, layout)

    @property
    def front(self) -> Front:
        """What stands in front of layer 1."""
        return front_of(self.inputs)


class MemoryMap:
    """A network's numbers in one flat array: each layer's rows, one machine vector's multiple apart, and its panels."""

    def __init__(self, network: Layers, rows: int, sparse: bool, trains: bool, masked: Sequence[bool] = ()) -> None:
        self.itemsize = network.dtype.itemsize
        self.lanes = VECTOR_BYTES // self.itemsize
        self.size = 0
        sizes = network.layer_sizes
        layers = [[tables.NONE] * tables.LAYER_COLUMNS for _ in sizes]
        shares = network.layout.by_layer(SHARE, network.layout.spans, len(sizes) - 1)
        masks, learn = 0, trains and bool(network.front.parts)
        for level, units in enumerate(sizes):
            layer = layers[level]
            layer[tables.LARGE] = False
            layer[tables.UNITS], layer[tables.WIDTH] = units, self._width(units)
            layer[tables.STRIDE] = self._stride(units)
            numbers = rows * layer[tables.STRIDE]
            if level == 0:
                layer[tables.OUTPUT] = 0 if sparse else self.take(numbers)
                layer[tables.DELTA] = self.take(numbers) if learn else tables.NONE
                continue
            fan_in, panel = sizes[level - 1], 2 * self.lanes
            layer[tables.Z], layer[tables.A] = self.take(numbers), self.take(numbers)
            layer[tables.OUTPUT] = layer[tables.A]
            layer[tables.PARAMETERS] = network.layout.span(f"{WEIGHT}{level}").start
            if level > 1 or not sparse:
                layer[tables.PANELS] = self.take(-(-units // panel) * panel * (fan_in + 1))
            share, is_masked = shares[level - 1], level - 1 < len(masked) and masked[level - 1]
            if share is not None:
                layer[tables.SHARE] = share.start
            if share is not None or is_masked:
                layer[tables.OUTPUT] = self.take(numbers)
            if not trains:
                continue
            layer[tables.DELTA] = self.take(numbers)
            layer[tables.LARGE] = (level > 1 or not sparse) and self._is_large(layers[level - 1], layer, rows)
            if level > 1 or learn:
                layer[tables.TRANSPOSED] = self.take(-(-fan_in // panel) * panel * units)
            if is_masked:
                layer[tables.MASK] = masks
                masks += units
        self.layers, self.masks, self.learn = np.array(layers, dtype=np.int64), masks, learn
        self.inputs = np.array(list(self._inputs(network, learn)), dtype=np.int64)
        self.blocks = np.array(list(_blocks(network, sparse)), dtype=np.int64)
        self.n_blocks, self.n_parameters = len(self.blocks) - 1, network.layout.size
        strides = sum(layer[tables.STRIDE] for layer in layers)
        self.tile = max(LEAST_TILE, TILE_BYTES // (3 * strides * self.itemsize) // ROWS * ROWS)
        of_shares = max((layer[tables.STRIDE] for layer in layers if layer[tables.SHARE] != tables.NONE), default=0)
        of_inputs = max(input_kernels(one).room(one) for one in network.inputs)
        self.room = -(-max(of_shares, of_inputs) // self.lanes) * self.lanes

    def _inputs(self, network: Layers, learn: bool) -> Iterator[list[int]]:
        """A row of the plan for each input, without its functions; none where X is fed as it is."""
        front, spans = network.front, network.layout.spans
        for one, columns, features, own in zip(front.inputs, front.columns, front.features, front.spans, strict=True):
            if front.is_plain:
                return
            row, kernels = [tables.NONE] * tables.INPUT_COLUMNS, input_kernels(one)
            row[tables.FIRST_COLUMN], row[tables.N_COLUMNS] = columns.start, one.columns
            row[tables.FIRST_FEATURE], row[tables.FIRST_PARAMETER] = features.start, spans[own.start].start
            if learn and kernels.by_column:
                row[tables.SUMS] = self.take(sum(span.size for span in spans[own]))
            for place, name in zip((tables.COUNT, tables.SIZE), kernels.sizes, strict=False):
                row[place] = getattr(one, name)
            yield row

    def take(self, numbers: int) -> int:
        """A place for so many numbers; it begins at a cache line."""
        place = self.size
        self.size += -(-numbers // self.lanes) * self.lanes
        return place

    def _is_large(self, below: Sequence[int], layer: Sequence[int], rows: int) -> bool:
        """Whether a batch's inputs and deltas of a layer are more than a core's cache; z has room for the panels."""
        numbers = rows * (below[tables.STRIDE] + layer[tables.STRIDE])
        panels = -(-layer[tables.UNITS] // (2 * self.lanes)) * 2 * self.lanes
        return numbers * self.itemsize > LARGE_BYTES and panels <= layer[tables.STRIDE]

    def _width(self, units: int) -> int:
        """Columns in whole vectors, or to half a one where a panel has no more: products are then not cut off."""
        last = units % (2 * self.lanes)
        unit = self.lanes // 2 if 0 < last <= self.lanes // 2 else self.lanes
        return -(-units // unit) * unit

    def _stride(self, units: int) -> int:
        """Room for the units and the 1 behind them; rows a power of 2 apart would fall on the same cache lines."""
        stride = -(-(units + 1) // self.lanes) * self.lanes
        return stride + self.lanes if stride * self.itemsize % 1024 == 0 else stride


def _blocks(network: Layers, sparse: bool) -> Iterator[tuple[int, ...]]:
    """The parameters in blocks: of inputs by rows of their arrays, of layers by rows of [W; b], and the shares."""
    layout, n_layers = network.layout, len(network.layer_sizes) - 1
    for number, own in enumerate(network.front.spans):
        for span in layout.spans[own]:
            rows, units = span.shape[0], span.size // span.shape[0]
            yield from _cut(layout, tables.OF_INPUT, number, span.start, rows, units, _rows_of_input(rows, units))
    weights, biases, shares = (layout.by_layer(kind, layout.spans, n_layers) for kind in (WEIGHT, BIAS, SHARE))
    for layer, (W, b, p) in enumerate(zip(weights, biases, shares, strict=True), start=1):
        assert W is not None, "each layer has weights"
        assert b is not None, "each layer has biases"
        assert W.stop == b.start, "the kernel takes a layer's weights and biases for one matrix"
        units, depth = b.size, W.shape[0] + 1
        rows = max(4 * ROWS, BLOCK_NUMBERS // units // ROWS * ROWS)
        if layer == 1 and sparse:  # each block looks through all rows for its own
            rows = -(-depth // 8)
        yield from _cut(layout, tables.OF_SUMS, layer, W.start, depth, units, rows)
        if p is not None:
            yield from _cut(layout, tables.OF_SHARE, layer, p.start, p.size, 1, BLOCK_NUMBERS)
    yield 0, 0, 0, 0, layout.size, 0, 0


def _rows_of_input(rows: int, units: int) -> int:
    """How many rows of an input's array a block has, each of which looks through all rows of a batch for its own."""
    return max(1, BLOCK_NUMBERS // units, -(-rows // MOST_OF_INPUT))


def _cut(
    layout: Layout, kind: int, whose: int, begin: int, depth: int, units: int, rows: int
) -> Iterator[tuple[int, ...]]:
    """So many rows of a matrix in blocks of so many or fewer."""
    for first in range(0, depth, rows):
        last = min(first + rows, depth)
        start, stop = (begin + row * units for row in (first, last))
        yield kind, whose, first, last, start, layout.number_at(start), layout.number_at(stop - 1) + 1


class Functions:
    """The addresses of the functions that a network uses, which are entered in the map, and their settings."""

    def __init__(self, network: Layers, memory: MemoryMap) -> None:
        self.addresses: list[Any] = [product_block(network.dtype)]
        self.settings: list[list[float]] = []
        for row, one in zip(memory.inputs, network.inputs, strict=False):  # none where X is fed as it is
            value, gradient = input_blocks(one, network.dtype)
            row[tables.VALUE] = self.add(value)
            row[tables.GRADIENT] = tables.NONE if gradient is None else self.add(gradient)
        for layer, activation in zip(memory.layers[1:], network.activations, strict=True):
            value, slope = activation_blocks(activation, network.dtype)
            layer[tables.ACTIVATE], layer[tables.SLOPE] = self.add(value), self.add(slope)
            layer[tables.SETTINGS] = self.add_settings(activation)

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


def places_of(
    memory: MemoryMap, network: Layers, functions: Functions, sparse: bool, weighted: bool, workers: int
) -> Array:
    """What kernels of training and of prediction ask for alike."""
    places = np.zeros(tables.N_PLACES, dtype=np.int64)
    places[tables.INPUTS], places[tables.ROW] = len(memory.inputs), network.front.n_columns
    places[tables.LEARN], places[tables.OF_ROOM] = memory.learn, memory.room
    places[tables.ROOM] = memory.take(memory.room * workers)
    if not network.front.is_plain:
        stage = map(functions.add, input_stage_blocks(network.dtype))
        places[tables.FEED], places[tables.ADD_UP_INPUTS], places[tables.INPUT_GRADIENT] = stage
    if SHARE in network.layout.kinds:
        shares = map(functions.add, share_blocks(network.dtype))
        places[tables.MIX], places[tables.THROUGH_SHARES], places[tables.ADD_UP_SHARES] = shares
    places[tables.LAYERS], places[tables.BLOCKS] = len(memory.layers), memory.n_blocks
    places[tables.ALL], places[tables.SPARSE], places[tables.WEIGHTED] = memory.n_parameters, sparse, weighted
    places[tables.TILE], places[tables.MASKS] = memory.tile, memory.masks
    return places


def factors_of(layout: Layout) -> tuple[Array, Array, Array, Array]:
    """Where spans begin, and their factors; where the groups begin that have one rate each, and theirs."""
    spans, groups = layout.spans, layout.groups
    return (
        np.array([*(span.start for span in spans), layout.size], dtype=np.int64),
        np.array([(span.rate_factor, span.decay_factor) for span in spans], dtype=np.float64).reshape(-1),
        np.array([*(place.start for place, _ in groups), layout.size], dtype=np.int64),
        np.array([factor for _, factor in groups], dtype=np.float64),
    )


class Steps(NamedTuple):
    """What else a plan of training is made of.

    Attributes
    ----------
    strengths : tuple of float
        L1, L2, decoupled decay, and the longest gradient (infinity for any).
    batch_size, workers : int
        The most rows a step, and the most workers.
    masked : tuple of bool
        Which hidden layers have dropout.
    sparse, weighted : bool
        Of which kind the rows are.
    users : tuple
        The functions of activations and loss that a user has brought, who may bring others.
    """

    optimizer: Optimizer
    strengths: tuple[float, ...]
    batch_size: int
    workers: int
    masked: tuple[bool, ...]
    sparse: bool
    weighted: bool
    users: tuple[Any, ...]

    @classmethod
    def of(cls, job: Job, sparse: bool, weighted: bool, workers: int) -> "Steps":
        """A job's, for rows of one kind."""
        network, given, optimizer = job.network, job.settings, job.optimizer
        assert isinstance(optimizer, Optimizer), "what decides its steps itself has an engine of its own"
        strengths = given.penalty.l1, given.penalty.l2, given.decoupled_decay, given.clip_norm or np.inf
        masked = tuple([share > 0 for share in given.dropout])
        users = (*(activation.kernels for activation in network.activations), network.loss_function.kernels)
        return cls(optimizer, strengths, given.batch_size, workers, masked, sparse, weighted, users)


class TrainingPlan(NamedTuple):
    """The plan of training, where it stands, and the sizes of the arrays that each training has for itself."""

    plan: Plan  # which lives as long as the pointers to it
    at: Any
    train: Any
    space: int
    masks: int
    gradient: int
    blocks: int
    constants: int


@functools.lru_cache(maxsize=MOST_KEPT)
def training_plan(layers: Layers, steps: Steps) -> TrainingPlan:
    """The plan of all trainings of such layers by such steps."""
    dtype, size, workers = layers.dtype, steps.batch_size, steps.workers
    memory_map = MemoryMap(layers, size, steps.sparse, True, steps.masked)
    functions = Functions(layers, memory_map)
    places = places_of(memory_map, layers, functions, steps.sparse, steps.weighted, workers)
    block, gives_delta = loss_block(layers.loss_function, layers.from_logits, dtype)
    places[tables.TARGETS] = memory_map.take(size * int(memory_map.layers[-1, tables.STRIDE]))
    places[tables.SHARES] = memory_map.take(size)
    places[tables.LOSS], places[tables.GIVES_DELTA] = functions.add(block), gives_delta
    constants, update = optimizer_blocks(type(steps.optimizer), dtype)
    places[tables.CONSTANTS], places[tables.UPDATE] = functions.add(constants), functions.add(update)
    places[tables.LOSS_SETTINGS] = functions.add_settings(layers.loss_function)
    functions.settings[-1][LEAST], functions.settings[-1][GREATEST] = domain_ends(
        layers.loss_function.output_domain, dtype
    )
    if memory_map.layers[:, tables.LARGE].any():
        places[tables.OF_SLICE] = SLICE * size
        places[tables.SLICES] = memory_map.take(SLICE * size * workers)
    gradient = layers.layout.size
    if steps.strengths[tables.LONGEST] == np.inf and gradient > BLOCK_NUMBERS:
        most = int(np.diff(memory_map.blocks[:, tables.START]).max())
        places[tables.BLOCK] = -(-most // memory_map.lanes) * memory_map.lanes
        gradient = int(places[tables.BLOCK]) * workers
    places[tables.GROUPS] = n_groups = len(layers.layout.groups)
    strengths = np.zeros(tables.OF_OPTIMIZER + N_SETTINGS)
    own = [*steps.strengths, *vars(steps.optimizer).values()]
    strengths[: len(own)] = own
    plan = Plan(
        functions.table(),
        memory_map.layers.reshape(-1),
        memory_map.inputs.reshape(-1),
        memory_map.blocks.reshape(-1),
        places,
        np.array(functions.settings, dtype=dtype).ravel(),
        strengths,
        *factors_of(layers.layout),
    )
    return TrainingPlan(
        plan,
        pointers_to(plan, PLAN, dtype),
        entry(kernel.train, OF_TRAIN, dtype),
        memory_map.size,
        memory_map.masks,
        gradient,
        memory_map.n_blocks,
        N_SETTINGS * n_groups * workers,
    )
