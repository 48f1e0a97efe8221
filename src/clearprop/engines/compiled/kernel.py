"""The kernel: batches forward, backward, step, as `network.py` writes them, for one of several workers.

A bias is a weight on a constant 1: the flat parameters of a layer, weights row by row and then biases, are one matrix
of fan_in + 1 rows, and every layer's input has a column of ones. So z = [a 1] [W; b] is one product, and so is the
gradient of both.

The workers share the rows of a batch on the way forward and backward, then meet, and share the parameters: whoever has
a block of parameters adds up its gradient over all rows and takes its step at once, while the numbers are at hand. Each
number is summed in the same order however many workers there are, so that results are the same, bit for bit.
"""

import math
from typing import Any, NamedTuple

import numpy as np

from clearprop.engines.compiled.blocks import N_SETTINGS, call, pointer, unowned
from clearprop.engines.compiled.elementary import like
from clearprop.engines.compiled.jit import kernel, part, total
from clearprop.engines.compiled.products import ROWS as ROWS_OF_TILE
from clearprop.engines.compiled.products import pack, pack_transposed, product
from clearprop.engines.compiled.threads import wait_for_all

# Columns of `layers`, which has a row for the inputs and one for each layer: units; as many in whole machine vectors;
# numbers from row to row; where z,
# a, the layer's output (a after dropout) and delta begin; where the layer's [W; b] begins among the parameters, in
# panels, and W in transposed panels; which functions are activation and slope; where the activation's settings begin
# and where the layer stands in a row of dropout masks.
UNITS, WIDTH, STRIDE, Z, A, OUTPUT, DELTA, PARAMETERS, PANELS, TRANSPOSED, ACTIVATE, SLOPE, SETTINGS, MASK = range(14)
NO_MASK = -1
# Columns of `blocks` of parameters: the layer, and the first and last of the rows of its [W; b].
LAYER, FIRST, LAST = range(3)
# Entries of `places`: where targets and the rows' shares begin; which functions are the loss, what the optimiser
# computes once a step, and its step; where the loss's settings begin; whether it gives dl/dz at once; rows of a tile;
# numbers of a machine vector, of a row of masks, and of the gradient of a block.
TARGETS, SHARES, LOSS, CONSTANTS, UPDATE, LOSS_SETTINGS, GIVES_DELTA, TILE, LANES, MASKS, BLOCK = range(11)
# Entries of `strengths`: L1, L2, decoupled decay, the longest gradient; the optimiser's settings follow.
L1, L2, DECAY, LONGEST, OF_OPTIMIZER = range(5)
# Entries of `sums`, as in `Progress`.
LOSS_SUM, NORM_SUM, ROWS, PENALTY_SUM = range(4)


class Plan(NamedTuple):
    """Where everything is, and what is to be done; the same for all runs of a training."""

    functions: Any
    layers: Any
    blocks: Any
    places: Any
    settings: Any
    strengths: Any


class Data(NamedTuple):
    """Rows of X, dense or CSR (X then has no rows, else the others none), of y, and their weights or none."""

    X: Any
    starts: Any
    columns: Any
    values: Any
    y: Any
    weight: Any


class Batch(NamedTuple):
    """The order of all rows, or none; where the batch begins there and among the masks; its rows and their weight."""

    order: Any
    begin: int
    masks: Any
    mask: int
    rows: int
    total: float


class Memory(NamedTuple):
    """What is written to: work space, gradient, parameters, slots, and what rows, blocks and batches come to."""

    space: Any
    gradient: Any
    parameters: Any
    slots: Any
    losses: Any
    squares: Any
    penalties: Any
    constants: Any
    sums: Any
    done: Any


@kernel
def train(worker, workers, counter, plan, data, memory, order, masks, start, stop, size, rates, step):
    """Take a step for each batch of `size` of the rows start:stop of the order; memory.done counts the good ones.

    It ends early when loss or gradient are not finite: parameters and slots are then to be thrown away.
    """
    plan, data, memory, (order, masks, rates) = (
        unowned(plan),
        unowned(data),
        unowned(memory),
        unowned((order, masks, rates)),
    )
    first_block, last_block = share(len(plan.blocks), worker, workers)
    for block in range(first_block, last_block):
        lay_out(plan, memory, block)
    meetings = 0
    for number in range(len(rates)):
        meetings = meet(counter, workers, meetings)
        if memory.done[0] < number:
            return
        begin = start + number * size
        rows = min(size, stop - begin)
        batch = Batch(order, begin, masks, (begin - start) * plan.places[MASKS], rows, weigh(data, order, begin, rows))
        first, last = share_of_rows(rows, worker, workers)
        for top in range(first, last, plan.places[TILE]):
            tile = min(plan.places[TILE], last - top)
            gather_inputs(plan, data, memory, order, begin + top, top, tile)
            gather_targets(plan, data, memory, batch, top, tile)
            forward(plan, data, memory, batch, top, tile)
            backward(plan, memory, batch, top, tile)
        meetings = meet(counter, workers, meetings)
        constants = pointer(memory.constants, worker * N_SETTINGS)
        s = pointer(plan.strengths, OF_OPTIMIZER)
        call(plan.functions[plan.places[CONSTANTS]], (rates[number], step + number, s, constants))
        for block in range(first_block, last_block):
            add_up_gradient(plan, data, memory, batch, block, worker)
            if plan.places[BLOCK] > 0:
                take_step(plan, memory, block, block + 1, worker, rates[number], 1.0)
        if plan.places[BLOCK] == 0:
            shorter = 1.0
            if plan.strengths[LONGEST] < np.inf:
                meetings = meet(counter, workers, meetings)
                shorter = plan.strengths[LONGEST] / math.sqrt(memory.squares.sum())
            take_step(plan, memory, first_block, last_block, worker, rates[number], shorter)
        if workers > 1:
            meetings = meet(counter, workers, meetings)
        if worker == 0 and took_note(plan, memory, batch):
            memory.done[0] = number + 1


@kernel
def predict(worker, workers, counter, plan, data, memory, outputs):
    """The outputs of all rows, each worker computing its own, a tile at a time."""
    plan, data, memory = unowned(plan), unowned(data), unowned(memory)
    first_block, last_block = share(len(plan.blocks), worker, workers)
    for block in range(first_block, last_block):
        lay_out(plan, memory, block)
    meet(counter, workers, 0)
    order, layer, tile = np.empty(0, np.int64), plan.layers[-1], plan.places[TILE]
    first, last = share_of_rows(len(outputs), worker, workers)
    place = worker * tile
    for top in range(first, last, tile):
        rows = min(tile, last - top)
        # The batch begins where its row `place` is the row `top` of all.
        batch = Batch(order, top - place, memory.space[:0], 0, rows, 1.0)
        gather_inputs(plan, data, memory, order, top, place, rows)
        forward(plan, data, memory, batch, place, rows)
        for row in range(rows):
            at = layer[A] + (place + row) * layer[STRIDE]
            for j in range(layer[UNITS]):
                outputs[top + row, j] = memory.space[at + j]


# -- the rows of a batch ---------------------------------------------------------------------------------------------


@part
def gather_inputs(plan, data, memory, order, begin, first, rows):
    """Copy rows of X, each with a 1 behind it, to where layer 1 reads them."""
    layer, space = plan.layers[0], memory.space
    units, X = layer[UNITS], data.X
    for row in range(rows):
        source, at = row_at(order, begin + row), layer[OUTPUT] + (first + row) * layer[STRIDE]
        if len(X):
            x, a = X[source], space[at : at + units]
            for j in range(units):
                a[j] = x[j]
            space[at + units] = like(1, space[0])


@part
def gather_targets(plan, data, memory, batch, first, rows):
    """Copy rows of y, and each row's share of the loss."""
    layer, space = plan.layers[-1], memory.space
    for row in range(rows):
        source = row_at(batch.order, batch.begin + first + row)
        at = plan.places[TARGETS] + (first + row) * layer[STRIDE]
        for j in range(layer[UNITS]):
            space[at + j] = data.y[source, j]
        counts = data.weight[source] if len(data.weight) else like(1, space[0])
        space[plan.places[SHARES] + first + row] = counts / like(batch.total, space[0])


@part
def weigh(data, order, begin, rows):
    """What the rows of a batch count together."""
    if not len(data.weight):
        return float(rows)
    total = 0.0
    for row in range(rows):
        total += data.weight[row_at(order, begin + row)]
    return total if total > 0 else 1.0


@part
def row_at(order, place):
    """The row that comes at a place of the order."""
    return order[place] if len(order) else place


# -- the two passes --------------------------------------------------------------------------------------------------


@part
def forward(plan, data, memory, batch, first, rows):
    """z = [a 1] [W; b] and a = f(z), layer by layer, for so many rows of the batch from the first."""
    space, lanes = memory.space, plan.places[LANES]
    for level in range(1, len(plan.layers)):
        below, layer = plan.layers[level - 1], plan.layers[level]
        depth, units, stride = below[UNITS] + 1, layer[UNITS], layer[STRIDE]
        z, a = layer[Z] + first * stride, layer[A] + first * stride
        if level == 1 and len(data.starts):
            sparse_product(plan, data, memory, batch, first, rows)
        else:
            x, panels = below[OUTPUT] + first * below[STRIDE], layer[PANELS]
            width, panel = 2 * lanes, depth * 2 * lanes
            product(
                space,
                z,
                stride,
                space,
                x,
                below[STRIDE],
                1,
                space,
                panels,
                width,
                panel,
                rows,
                depth,
                layer[WIDTH],
                lanes,
            )
        s = pointer(plan.settings, layer[SETTINGS])
        call(plan.functions[layer[ACTIVATE]], (pointer(space, z), pointer(space, a), rows, units, stride, s))
        if level < len(plan.layers) - 1:
            output = layer[OUTPUT] + first * stride
            if layer[MASK] != NO_MASK:
                multiply_by_mask(plan, batch, layer, space, a, output, first, rows)
            for row in range(rows):
                space[output + row * stride + units] = like(1, space[0])


@part
def backward(plan, memory, batch, first, rows):
    """delta of the last layer from the loss, then delta_l = f_l'(z_l) * (delta_(l+1) W_(l+1)^T) downwards."""
    space, places, lanes = memory.space, plan.places, plan.places[LANES]
    layer = plan.layers[-1]
    stride = layer[STRIDE]
    z, a, d = layer[Z] + first * stride, layer[A] + first * stride, layer[DELTA] + first * stride
    y, shares = pointer(space, places[TARGETS] + first * stride), pointer(space, places[SHARES] + first)
    of_z, of_a, of_d, losses = pointer(space, z), pointer(space, a), pointer(space, d), pointer(memory.losses, first)
    s = pointer(plan.settings, places[LOSS_SETTINGS])
    call(plan.functions[places[LOSS]], (of_z, of_a, y, of_d, losses, shares, rows, layer[UNITS], stride, s))
    for level in range(len(plan.layers) - 1, 0, -1):
        layer, below = plan.layers[level], plan.layers[level - 1]
        stride, d = layer[STRIDE], layer[DELTA] + first * layer[STRIDE]
        if level < len(plan.layers) - 1 or not places[GIVES_DELTA]:
            if layer[MASK] != NO_MASK:
                multiply_by_mask(plan, batch, layer, space, d, d, first, rows)
            of_z, of_a = pointer(space, layer[Z] + first * stride), pointer(space, layer[A] + first * stride)
            s = pointer(plan.settings, layer[SETTINGS])
            call(plan.functions[layer[SLOPE]], (of_z, of_a, pointer(space, d), rows, layer[UNITS], stride, s))
        if level > 1:
            width, panel, units = 2 * lanes, layer[UNITS] * 2 * lanes, below[WIDTH]
            x, x_row, panels, depth = (
                below[DELTA] + first * below[STRIDE],
                below[STRIDE],
                layer[TRANSPOSED],
                layer[UNITS],
            )
            product(space, x, x_row, space, d, stride, 1, space, panels, width, panel, rows, depth, units, lanes)


@part
def multiply_by_mask(plan, batch, layer, space, source, target, first, rows):
    """Times the dropout mask: 0 for units that are left out."""
    for row in range(rows):
        mask = batch.mask + (first + row) * plan.places[MASKS] + layer[MASK]
        start, units = row * layer[STRIDE], layer[UNITS]
        of_source, of_target = (
            space[source + start : source + start + units],
            space[target + start : target + start + units],
        )
        of_mask = batch.masks[mask : mask + units]
        for j in range(units):
            of_target[j] = of_source[j] * of_mask[j]


# -- gradient and step, a block of parameters at a time ---------------------------------------------------------------


@part
def add_up_gradient(plan, data, memory, batch, block, worker):
    """dL/d[W; b] = [a 1]^T delta over all rows of the batch, plus the penalty's part, and the squares' sum."""
    level, first, last = plan.blocks[block, LAYER], plan.blocks[block, FIRST], plan.blocks[block, LAST]
    below, layer, space, lanes = plan.layers[level - 1], plan.layers[level], memory.space, plan.places[LANES]
    units, stride, rows = layer[UNITS], layer[STRIDE], last - first
    g, at = memory.gradient, gradient_at(plan, block, worker)
    if level == 1 and len(data.starts):
        sparse_gradient(plan, data, memory, batch, first, last, at)
    else:
        x, d, width = below[OUTPUT] + first, layer[DELTA], 2 * lanes
        product(g, at, units, space, x, 1, below[STRIDE], space, d, stride, width, rows, batch.rows, units, lanes)
    weights = max(0, min(last, below[UNITS]) - first) * units
    start = layer[PARAMETERS] + first * units
    w, of_w, penalty = memory.parameters[start : start + weights], g[at : at + weights], 0.0
    if plan.strengths[L1] > 0:
        l1 = like(plan.strengths[L1] / batch.total, g[0])
        penalty += plan.strengths[L1] * sum_of_sizes(w)
        for i in range(weights):
            of_w[i] += l1 if w[i] > like(0, l1) else (-l1 if w[i] < like(0, l1) else like(0, l1))
    if plan.strengths[L2] > 0:
        l2 = like(plan.strengths[L2] / batch.total, g[0])
        penalty += 0.5 * plan.strengths[L2] * sum_of_squares(w)
        for i in range(weights):
            of_w[i] += l2 * w[i]
    memory.penalties[block] = penalty / batch.total
    memory.squares[block] = sum_of_squares(g[at : at + rows * units])


@part
def take_step(plan, memory, first_block, last_block, worker, rate, shorter):
    """The optimiser's step for some blocks, against their gradient (shortened, if need be), after their decay."""
    if first_block == last_block:
        return
    p, g, at, start = (
        memory.parameters,
        memory.gradient,
        gradient_at(plan, first_block, worker),
        start_of(plan, first_block),
    )
    n = start_of(plan, last_block) - start
    if shorter < 1:
        for i in range(at, at + n):
            g[i] *= like(shorter, g[0])
    if plan.strengths[DECAY] > 0:
        for block in range(first_block, last_block):
            decay(plan, memory, block, like(1 - rate * plan.strengths[DECAY], p[0]))
    of_p, of_g, slots = pointer(p, start), pointer(g, at), pointer(memory.slots, start)
    constants = pointer(memory.constants, worker * N_SETTINGS)
    call(plan.functions[plan.places[UPDATE]], (of_p, of_g, slots, n, len(p), constants))
    for block in range(first_block, last_block):
        lay_out(plan, memory, block)


@part
def decay(plan, memory, block, factor):
    """Weights times the factor; biases stay."""
    level, first, last = plan.blocks[block, LAYER], plan.blocks[block, FIRST], plan.blocks[block, LAST]
    weights = (min(last, plan.layers[level - 1][UNITS]) - first) * plan.layers[level][UNITS]
    start, p = start_of(plan, block), memory.parameters
    for i in range(start, start + weights):
        p[i] *= factor


@part
def lay_out(plan, memory, block):
    """Lay a block of parameters out in panels for the next pass."""
    level, first, last = plan.blocks[block, LAYER], plan.blocks[block, FIRST], plan.blocks[block, LAST]
    below, layer, lanes = plan.layers[level - 1], plan.layers[level], plan.places[LANES]
    p, start, depth, units = memory.parameters, layer[PARAMETERS], below[UNITS] + 1, layer[UNITS]
    if layer[PANELS] >= 0:
        pack(memory.space, layer[PANELS], p, start, first, last, depth, units, lanes)
    if level > 1:
        pack_transposed(memory.space, layer[TRANSPOSED], p, start, first, min(last, below[UNITS]), units, lanes)


@part
def start_of(plan, block):
    """Where a block begins among the parameters; the one after the last, where they end."""
    if block == len(plan.blocks):
        return start_of_row(plan, len(plan.layers) - 1, plan.layers[-2][UNITS] + 1)
    return start_of_row(plan, plan.blocks[block, LAYER], plan.blocks[block, FIRST])


@part
def start_of_row(plan, level, row):
    """Where a row of a layer's [W; b] begins."""
    return plan.layers[level][PARAMETERS] + row * plan.layers[level][UNITS]


@part
def gradient_at(plan, block, worker):
    """Where a block's gradient stands: at its own place if all is kept, else where the worker has its one block."""
    return worker * plan.places[BLOCK] if plan.places[BLOCK] > 0 else start_of(plan, block)


@part
def took_note(plan, memory, batch):
    """Add what the batch came to; whether it was finite."""
    loss, penalty = 0.0, memory.penalties.sum()
    for row in range(batch.rows):
        loss += memory.losses[row] * memory.space[plan.places[SHARES] + row]
    loss, norm = loss + penalty, math.sqrt(memory.squares.sum())
    if not (np.isfinite(loss) and np.isfinite(norm)):
        return False
    memory.sums[LOSS_SUM] += loss * batch.rows
    memory.sums[NORM_SUM] += norm * batch.rows
    memory.sums[ROWS] += batch.rows
    memory.sums[PENALTY_SUM] += penalty * batch.rows
    return True


@total
def sum_of_squares(values):
    """The sum of the numbers' squares."""
    squares = 0.0
    for i in range(len(values)):
        squares += values[i] * values[i]
    return squares


@total
def sum_of_sizes(values):
    """The sum of the numbers without their signs."""
    sizes = 0.0
    for i in range(len(values)):
        sizes += abs(values[i])
    return sizes


# -- sparse inputs -----------------------------------------------------------------------------------------------------


@part
def sparse_product(plan, data, memory, batch, first, rows):
    """z of layer 1: the biases, plus the weights of each number that is stored, times the number."""
    layer, space, p = plan.layers[1], memory.space, memory.parameters
    units, start = layer[UNITS], layer[PARAMETERS]
    biases = start + plan.layers[0][UNITS] * units
    for row in range(rows):
        z = layer[Z] + (first + row) * layer[STRIDE]
        for j in range(units):
            space[z + j] = p[biases + j]
        source = row_at(batch.order, batch.begin + first + row)
        for i in range(data.starts[source], data.starts[source + 1]):
            w, value = start + data.columns[i] * units, data.values[i]
            add_times(space[z : z + units], value, p[w : w + units])


@part
def sparse_gradient(plan, data, memory, batch, first, last, at):
    """The rows first to last of dL/d[W; b] of layer 1."""
    layer, space, g = plan.layers[1], memory.space, memory.gradient
    units, fan_in = layer[UNITS], plan.layers[0][UNITS]
    for i in range(at, at + (last - first) * units):
        g[i] = like(0, g[0])
    for row in range(batch.rows):
        d = layer[DELTA] + row * layer[STRIDE]
        delta, source = space[d : d + units], row_at(batch.order, batch.begin + row)
        for i in range(data.starts[source], data.starts[source + 1]):
            if first <= data.columns[i] < last:
                w, value = at + (data.columns[i] - first) * units, data.values[i]
                add_times(g[w : w + units], value, delta)
        if last > fan_in:
            b = at + (fan_in - first) * units
            add_times(g[b : b + units], like(1, g[0]), delta)


@part
def add_times(target, factor, values):
    """target += factor * values."""
    for j in range(len(target)):
        target[j] += factor * values[j]


# -- sharing among workers ---------------------------------------------------------------------------------------------


@part
def share(count, worker, workers):
    """Which of so many things a worker has: from the first to before the last."""
    return count * worker // workers, count * (worker + 1) // workers


@part
def share_of_rows(rows, worker, workers):
    """Likewise for rows, by whole tiles of registers."""
    tiles = -(-rows // ROWS_OF_TILE)
    first, last = share(tiles, worker, workers)
    return min(first * ROWS_OF_TILE, rows), min(last * ROWS_OF_TILE, rows)


@part
def meet(counter, workers, meetings):
    """Wait until all workers have come here; returns how often they have met."""
    wait_for_all(counter, (meetings + 1) * workers)
    return meetings + 1
