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

from clearprop.engines.compiled.argument_kinds import D_POINTER, N_POINTER, X_POINTER, N, Pointers
from clearprop.engines.compiled.blocks import N_SETTINGS
from clearprop.engines.compiled.elementary import like
from clearprop.engines.compiled.jit import part, total
from clearprop.engines.compiled.pointers import call, pointer, tuple_at
from clearprop.engines.compiled.products import ROWS as ROWS_OF_TILE
from clearprop.engines.compiled.products import SLICE, pack, pack_slice, pack_transposed, panel_width
from clearprop.engines.compiled.threads import wait_for_all
from clearprop.engines.contract import LOSS_SUM, NORM_SUM, PENALTY_SUM, ROWS

# Columns of `layers`, which has a row for the inputs and one for each layer: units; as many in whole machine vectors;
# numbers from row to row; where z, a, the layer's output (a after dropout) and delta begin; where the layer's [W; b]
# begins among the parameters, in panels, and W in transposed panels; which functions are activation and slope; where
# the activation's settings begin and where the layer stands in a row of dropout masks; whether its delta is laid out in
# panels for the gradient.
UNITS, WIDTH, STRIDE, Z, A, OUTPUT, DELTA, PARAMETERS, PANELS, TRANSPOSED, ACTIVATE, SLOPE, SETTINGS, MASK = range(14)
LARGE = MASK + 1
LAYER_COLUMNS = LARGE + 1
NO_MASK = -1
# Columns of `blocks` of parameters: the layer, the first and last of the rows of its [W; b], where they begin among the
# parameters, as the row after the last block says where they end, and which spans of the layout they lie in, from the
# first to before the last.
LAYER, FIRST, LAST, START, FIRST_SPAN, LAST_SPAN = range(6)
BLOCK_COLUMNS = LAST_SPAN + 1
# Entries of `places`: how many layers (with the inputs), blocks and parameters there are; whether X is sparse and rows
# have weights; where targets and the rows' shares begin; which functions are the loss, what the optimiser computes once
# a step, and its step; where the loss's settings begin; whether it gives dl/dz at once; rows of a tile; numbers of a
# row of masks, and of the gradient of a block (0 if all of the gradient is kept); how many groups there are; where the
# slices of the workers begin, and how many numbers each has (0 if no layer is large).
LAYERS, BLOCKS, ALL, SPARSE, WEIGHTED, TARGETS, SHARES, LOSS, CONSTANTS, UPDATE, LOSS_SETTINGS, GIVES_DELTA = range(12)
TILE, MASKS, BLOCK, GROUPS, SLICES, OF_SLICE = range(GIVES_DELTA + 1, GIVES_DELTA + 7)
# The first of the functions.
PRODUCT = 0
# Entries of `strengths`: L1, L2, decoupled decay, the longest gradient; the optimiser's settings follow.
L1, L2, DECAY, LONGEST, OF_OPTIMIZER = range(5)
# Of each span, the factors on its rate and its decay.
RATE_FACTOR, DECAY_FACTOR = range(2)
SPAN_COLUMNS = DECAY_FACTOR + 1
N_SUMS = PENALTY_SUM + 1  # of an epoch


class Plan(NamedTuple):
    """Where everything is, and what is to be done; the same for all runs of a training.

    Of the parameters' spans, and of the groups of neighbours that are stepped at one rate, it has where they begin (and
    where the last one ends) and their factors.
    """

    functions: Any
    layers: Any
    blocks: Any
    places: Any
    settings: Any
    strengths: Any
    spans: Any
    factors: Any
    groups: Any
    rates: Any


class Data(NamedTuple):
    """Rows of X, dense (only `values`) or CSR; of y; and what the rows count, if anything."""

    values: Any
    starts: Any
    columns: Any
    y: Any
    weight: Any


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
    done: Any


class Course(NamedTuple):
    """The order of the rows, the dropout masks from the first row on, the rate of each batch, and each epoch's sums."""

    order: Any
    masks: Any
    rates: Any
    sums: Any


PLAN = Pointers.to(
    Plan,
    functions=N_POINTER,
    layers=N_POINTER,
    blocks=N_POINTER,
    places=N_POINTER,
    settings=X_POINTER,
    strengths=D_POINTER,
    spans=N_POINTER,
    factors=D_POINTER,
    groups=N_POINTER,
    rates=D_POINTER,
)
DATA = Pointers.to(Data, values=X_POINTER, starts=N_POINTER, columns=N_POINTER, y=X_POINTER, weight=X_POINTER)
MEMORY = Pointers.to(
    Memory,
    space=X_POINTER,
    gradient=X_POINTER,
    parameters=X_POINTER,
    slots=X_POINTER,
    losses=D_POINTER,
    squares=D_POINTER,
    penalties=D_POINTER,
    constants=D_POINTER,
    done=N_POINTER,
)
COURSE = Pointers.to(Course, order=N_POINTER, masks=X_POINTER, rates=D_POINTER, sums=D_POINTER)
OF_TRAIN = (N, N, N_POINTER, PLAN, DATA, MEMORY, COURSE, *[N] * 6)
OF_PREDICT = (N, N, N_POINTER, PLAN, DATA, MEMORY, COURSE, X_POINTER, N)


@part
def train(worker, workers, counter, plan, data, memory, course, epochs, apart, start, stop, size, step):
    """Take a step for each batch of `size` of the rows start:stop of each epoch's order; orders are so far apart.

    It ends early when loss or gradient are not finite: parameters and slots are then to be thrown away, and memory.done
    tells how many batches were good.
    """
    plan, data, memory, course = tuple_at(plan), tuple_at(data), tuple_at(memory), tuple_at(course)
    places = plan.places
    first_block, last_block = share(places[BLOCKS], worker, workers)
    for block in range(first_block, last_block):
        lay_out(plan, memory, block)
    batch = meetings = 0
    for epoch in range(epochs):
        for begin in range(start, stop, size):
            meetings = meet(counter, workers, meetings)
            if memory.done[0] < batch:
                return
            rows, order = min(size, stop - begin), pointer(course.order, epoch * apart + begin)
            masks = pointer(course.masks, (begin - start) * places[MASKS])
            count = weigh(plan, data, order, rows)
            first, last = share_of_rows(rows, worker, workers)
            for top in range(first, last, places[TILE]):
                tile = min(places[TILE], last - top)
                gather_inputs(plan, data, memory, order, top, tile)
                gather_targets(plan, data, memory, order, top, tile, count)
                forward(plan, data, memory, order, masks, top, tile)
                backward(plan, memory, masks, top, tile)
            meetings = meet(counter, workers, meetings)
            if places[OF_SLICE] > 0:
                lay_out_deltas(plan, memory, first, last, rows)
                meetings = meet(counter, workers, meetings)
            s, rate = pointer(plan.strengths, OF_OPTIMIZER), course.rates[batch]
            for group in range(places[GROUPS]):
                constants = constants_of(plan, memory, worker, group)
                call(plan.functions[places[CONSTANTS]], (rate * plan.rates[group], step + batch, s, constants))
            for block in range(first_block, last_block):
                add_up_gradient(plan, data, memory, order, rows, count, block, worker)
                if places[BLOCK] > 0:
                    take_step(plan, memory, block, block + 1, worker, rate, 1.0)
            if places[BLOCK] == 0:
                shorter = 1.0
                if plan.strengths[LONGEST] < np.inf:
                    meetings = meet(counter, workers, meetings)
                    shorter = plan.strengths[LONGEST] / math.sqrt(sum_of(memory.squares, places[BLOCKS]))
                take_step(plan, memory, first_block, last_block, worker, rate, shorter)
            if workers > 1:
                meetings = meet(counter, workers, meetings)
            batch += 1
            if worker == 0 and took_note(plan, memory, rows, pointer(course.sums, epoch * N_SUMS)):
                memory.done[0] = batch


@part
def predict(worker, workers, counter, plan, data, memory, course, outputs, n):
    """The outputs of n rows, each worker computing its own, a tile at a time."""
    plan, data, memory, course = tuple_at(plan), tuple_at(data), tuple_at(memory), tuple_at(course)
    first_block, last_block = share(plan.places[BLOCKS], worker, workers)
    for block in range(first_block, last_block):
        lay_out(plan, memory, block)
    meet(counter, workers, 0)
    layer, tile = layer_of(plan, plan.places[LAYERS] - 1), plan.places[TILE]
    first, last = share_of_rows(n, worker, workers)
    place = worker * tile
    for top in range(first, last, tile):
        rows = min(tile, last - top)
        # The row `place` of the work space is the row `top` of all.
        order = pointer(course.order, top - place)
        gather_inputs(plan, data, memory, order, place, rows)
        forward(plan, data, memory, order, course.masks, place, rows)
        for row in range(rows):
            a, target = pointer(memory.space, layer[A] + (place + row) * layer[STRIDE]), (top + row) * layer[UNITS]
            copy(pointer(outputs, target), a, layer[UNITS])


@part
def layer_of(plan, level):
    """A layer's row of the plan."""
    return pointer(plan.layers, level * LAYER_COLUMNS)


@part
def block_of(plan, block):
    """A block's row of the plan."""
    return pointer(plan.blocks, block * BLOCK_COLUMNS)


# -- the rows of a batch ---------------------------------------------------------------------------------------------


@part
def gather_inputs(plan, data, memory, order, first, rows):
    """Copy so many rows of X from the first, each with a 1 behind it, to where layer 1 reads them."""
    if plan.places[SPARSE]:
        return
    layer = layer_of(plan, 0)
    units = layer[UNITS]
    for row in range(first, first + rows):
        x = pointer(memory.space, layer[OUTPUT] + row * layer[STRIDE])
        copy(x, pointer(data.values, order[row] * units), units)
        x[units] = like(1, x[0])


@part
def gather_targets(plan, data, memory, order, first, rows, count):
    """Copy rows of y, and each row's share of what all count."""
    layer, shares = layer_of(plan, plan.places[LAYERS] - 1), pointer(memory.space, plan.places[SHARES])
    for row in range(first, first + rows):
        y = pointer(memory.space, plan.places[TARGETS] + row * layer[STRIDE])
        copy(y, pointer(data.y, order[row] * layer[UNITS]), layer[UNITS])
        counts = data.weight[order[row]] if plan.places[WEIGHTED] else like(1, y[0])
        shares[row] = counts / like(count, y[0])


@part
def weigh(plan, data, order, rows):
    """What the rows of a batch count together."""
    if not plan.places[WEIGHTED]:
        return float(rows)
    count = 0.0
    for row in range(rows):
        count += data.weight[order[row]]
    return count if count > 0 else 1.0


@part
def copy(target, source, n):
    """Copy n numbers."""
    for i in range(n):
        target[i] = source[i]


# -- the two passes --------------------------------------------------------------------------------------------------


@part
def forward(plan, data, memory, order, masks, first, rows):
    """z = [a 1] [W; b] and a = f(z), layer by layer, for so many rows of the batch from the first."""
    space, n_layers = memory.space, plan.places[LAYERS]
    for level in range(1, n_layers):
        below, layer = layer_of(plan, level - 1), layer_of(plan, level)
        depth, units, stride = below[UNITS] + 1, layer[UNITS], layer[STRIDE]
        z, a = pointer(space, layer[Z] + first * stride), pointer(space, layer[A] + first * stride)
        if level == 1 and plan.places[SPARSE]:
            sparse_product(plan, data, memory, pointer(order, first), z, rows)
        else:
            x, panels = pointer(space, below[OUTPUT] + first * below[STRIDE]), pointer(space, layer[PANELS])
            product, w_row = plan.functions[PRODUCT], panel_width(x[0])
            call(product, (z, stride, x, below[STRIDE], 1, panels, w_row, depth * w_row, rows, depth, layer[WIDTH]))
        s = pointer(plan.settings, layer[SETTINGS])
        call(plan.functions[layer[ACTIVATE]], (z, a, rows, units, stride, s))
        if level < n_layers - 1:
            output = pointer(space, layer[OUTPUT] + first * stride)
            if layer[MASK] != NO_MASK:
                multiply_by_mask(plan, layer, masks, first, output, a, rows)
            for row in range(rows):
                output[row * stride + units] = like(1, space[0])


@part
def backward(plan, memory, masks, first, rows):
    """delta of the last layer from the loss, then delta_l = f_l'(z_l) * (delta_(l+1) W_(l+1)^T) downwards."""
    space, places, n_layers = memory.space, plan.places, plan.places[LAYERS]
    for level in range(n_layers - 1, 0, -1):
        layer, below = layer_of(plan, level), layer_of(plan, level - 1)
        units, stride = layer[UNITS], layer[STRIDE]
        z, a = pointer(space, layer[Z] + first * stride), pointer(space, layer[A] + first * stride)
        d = pointer(space, layer[DELTA] + first * stride)
        if level == n_layers - 1:
            y, shares = pointer(space, places[TARGETS] + first * stride), pointer(space, places[SHARES] + first)
            losses, s = pointer(memory.losses, first), pointer(plan.settings, places[LOSS_SETTINGS])
            call(plan.functions[places[LOSS]], (z, a, y, d, losses, shares, rows, units, stride, s))
        if level < n_layers - 1 or not places[GIVES_DELTA]:
            if layer[MASK] != NO_MASK:
                multiply_by_mask(plan, layer, masks, first, d, d, rows)
            s = pointer(plan.settings, layer[SETTINGS])
            call(plan.functions[layer[SLOPE]], (z, a, d, rows, units, stride, s))
        if level > 1:
            d_below, panels = pointer(space, below[DELTA] + first * below[STRIDE]), pointer(space, layer[TRANSPOSED])
            product, w_row, columns = plan.functions[PRODUCT], panel_width(d[0]), below[WIDTH]
            call(product, (d_below, below[STRIDE], d, stride, 1, panels, w_row, units * w_row, rows, units, columns))


@part
def multiply_by_mask(plan, layer, masks, first, target, source, rows):
    """Times the dropout mask: 0 for units that are left out."""
    for row in range(rows):
        mask = pointer(masks, (first + row) * plan.places[MASKS] + layer[MASK])
        of_target, of_source = pointer(target, row * layer[STRIDE]), pointer(source, row * layer[STRIDE])
        for j in range(layer[UNITS]):
            of_target[j] = of_source[j] * mask[j]


# -- gradient and step, a block of parameters at a time ---------------------------------------------------------------


@part
def add_up_gradient(plan, data, memory, order, rows, count, block, worker):
    """dL/d[W; b] = [a 1]^T delta over all rows of the batch, plus the penalty's part, and the squares' sum."""
    of_block = block_of(plan, block)
    level, first, last = of_block[LAYER], of_block[FIRST], of_block[LAST]
    below, layer, space = layer_of(plan, level - 1), layer_of(plan, level), memory.space
    units, g, d = layer[UNITS], gradient_of(plan, memory, block, worker), pointer(space, layer[DELTA])
    if level == 1 and plan.places[SPARSE]:
        sparse_gradient(plan, data, order, first, last, g, d, rows)
    elif layer[LARGE]:
        add_up_by_slices(plan, memory, level, first, last, g, rows, worker)
    else:
        x, product, d_row = pointer(space, below[OUTPUT] + first), plan.functions[PRODUCT], layer[STRIDE]
        call(product, (g, units, x, 1, below[STRIDE], d, d_row, panel_width(d[0]), last - first, rows, units))
    penalty = 0.0
    for span in range(of_block[FIRST_SPAN], of_block[LAST_SPAN]):
        begin, end = overlap(plan.spans, span, of_block[START], of_block[START] + (last - first) * units)
        w, factor = pointer(memory.parameters, begin), plan.factors[span * SPAN_COLUMNS + DECAY_FACTOR]
        if factor > 0:
            penalty += penalise(plan, pointer(g, begin - of_block[START]), w, end - begin, factor, count)
    memory.penalties[block] = penalty / count
    memory.squares[block] = sum_of_squares(g, (last - first) * units)


@part
def lay_out_deltas(plan, memory, first, last, rows):
    """Lay the rows first to last of large layers' deltas out in panels, where z lay, which nobody needs any more."""
    for level in range(1, plan.places[LAYERS]):
        layer = layer_of(plan, level)
        if layer[LARGE]:
            panels, d = pointer(memory.space, layer[Z]), pointer(memory.space, layer[DELTA])
            pack(panels, d, layer[STRIDE], first, last, rows, layer[UNITS])


@part
def add_up_by_slices(plan, memory, level, first, last, g, rows, worker):
    """The product of a large layer, whose numbers lie too far apart where they are for caches to bring them in time."""
    below, layer, space = layer_of(plan, level - 1), layer_of(plan, level), memory.space
    units, product, w_row = layer[UNITS], plan.functions[PRODUCT], panel_width(space[0])
    panels, a = pointer(space, layer[Z]), pointer(space, plan.places[SLICES] + worker * plan.places[OF_SLICE])
    for top in range(first, last, SLICE):
        count, of_g = min(SLICE, last - top), pointer(g, (top - first) * units)
        pack_slice(a, pointer(space, below[OUTPUT] + top), below[STRIDE], rows, count)
        call(product, (of_g, units, a, 1, SLICE, panels, w_row, rows * w_row, count, rows, units))


@part
def penalise(plan, g, w, n, factor, count):
    """Add the penalty's part to the gradient of n parameters of a span; returns the penalty, not divided yet."""
    l1, l2, penalty = factor * plan.strengths[L1], factor * plan.strengths[L2], 0.0
    if l1 > 0:
        step = like(l1 / count, g[0])
        penalty += l1 * sum_of_sizes(w, n)
        for i in range(n):
            g[i] += step if w[i] > like(0, step) else (-step if w[i] < like(0, step) else like(0, step))
    if l2 > 0:
        share = like(l2 / count, g[0])
        penalty += 0.5 * l2 * sum_of_squares(w, n)
        for i in range(n):
            g[i] += share * w[i]
    return penalty


@part
def overlap(starts, at, begin, end):
    """What of the numbers from `begin` to before `end` lies in the span, or in the group, `at`; it may be nothing."""
    return max(begin, starts[at]), min(end, starts[at + 1])


@part
def take_step(plan, memory, first_block, last_block, worker, rate, shorter):
    """The optimiser's step for some blocks, against their gradient (shortened, if need be), after their decay."""
    if first_block == last_block:
        return
    start, stop = block_of(plan, first_block)[START], block_of(plan, last_block)[START]
    g = gradient_of(plan, memory, first_block, worker)
    if shorter < 1:
        for i in range(stop - start):
            g[i] *= like(shorter, g[0])
    if plan.strengths[DECAY] > 0:
        for block in range(first_block, last_block):
            decay(plan, memory, block, rate)
    for group in range(plan.places[GROUPS]):
        begin, end = overlap(plan.groups, group, start, stop)
        if begin < end and plan.rates[group] > 0:
            p, slots = pointer(memory.parameters, begin), pointer(memory.slots, begin)
            constants = constants_of(plan, memory, worker, group)
            of_group, update = pointer(g, begin - start), plan.functions[plan.places[UPDATE]]
            call(update, (p, of_group, slots, end - begin, plan.places[ALL], constants))
    for block in range(first_block, last_block):
        lay_out(plan, memory, block)


@part
def constants_of(plan, memory, worker, group):
    """Where a worker has what the optimiser computes once a step for a group."""
    return pointer(memory.constants, (worker * plan.places[GROUPS] + group) * N_SETTINGS)


@part
def decay(plan, memory, block, rate):
    """Parameters times 1 - rate decay, with the factors of their spans; those whose factor is 0 stay."""
    of_block = block_of(plan, block)
    stop = block_of(plan, block + 1)[START]
    for span in range(of_block[FIRST_SPAN], of_block[LAST_SPAN]):
        factors = pointer(plan.factors, span * SPAN_COLUMNS)
        shrink = 1 - rate * factors[RATE_FACTOR] * (factors[DECAY_FACTOR] * plan.strengths[DECAY])
        begin, end = overlap(plan.spans, span, of_block[START], stop)
        w = pointer(memory.parameters, begin)
        if shrink != 1:
            for i in range(end - begin):
                w[i] *= like(shrink, w[0])


@part
def lay_out(plan, memory, block):
    """Lay a block of parameters out in panels for the next pass."""
    of_block = block_of(plan, block)
    level, first, last = of_block[LAYER], of_block[FIRST], of_block[LAST]
    below, layer = layer_of(plan, level - 1), layer_of(plan, level)
    depth, units, w = below[UNITS] + 1, layer[UNITS], pointer(memory.parameters, layer[PARAMETERS])
    if layer[PANELS] >= 0:
        pack(pointer(memory.space, layer[PANELS]), w, units, first, last, depth, units)
    if layer[TRANSPOSED] >= 0:
        pack_transposed(pointer(memory.space, layer[TRANSPOSED]), w, first, min(last, below[UNITS]), units)


@part
def gradient_of(plan, memory, block, worker):
    """A block's gradient: at its own place if all is kept, else where the worker has its one block."""
    one = plan.places[BLOCK]
    return pointer(memory.gradient, worker * one if one > 0 else block_of(plan, block)[START])


@part
def took_note(plan, memory, rows, sums):
    """Add what the batch came to; whether it was finite."""
    penalty, n_blocks = sum_of(memory.penalties, plan.places[BLOCKS]), plan.places[BLOCKS]
    loss, shares = penalty, pointer(memory.space, plan.places[SHARES])
    for row in range(rows):
        loss += memory.losses[row] * shares[row]
    norm = math.sqrt(sum_of(memory.squares, n_blocks))
    if not (np.isfinite(loss) and np.isfinite(norm)):
        return False
    sums[LOSS_SUM] += loss * rows
    sums[NORM_SUM] += norm * rows
    sums[ROWS] += rows
    sums[PENALTY_SUM] += penalty * rows
    return True


@total
def sum_of(values, n):
    """The sum of n numbers."""
    result = 0.0
    for i in range(n):
        result += values[i]
    return result


@total
def sum_of_squares(values, n):
    """The sum of the squares of n numbers."""
    squares = 0.0
    for i in range(n):
        squares += values[i] * values[i]
    return squares


@total
def sum_of_sizes(values, n):
    """The sum of n numbers without their signs."""
    sizes = 0.0
    for i in range(n):
        sizes += abs(values[i])
    return sizes


# -- sparse inputs -----------------------------------------------------------------------------------------------------


@part
def sparse_product(plan, data, memory, order, z, rows):
    """z of layer 1: the biases, plus the weights of each number that is stored, times the number."""
    layer, fan_in = layer_of(plan, 1), layer_of(plan, 0)[UNITS]
    units, w = layer[UNITS], pointer(memory.parameters, layer[PARAMETERS])
    for row in range(rows):
        of_z, source = pointer(z, row * layer[STRIDE]), order[row]
        copy(of_z, pointer(w, fan_in * units), units)
        for i in range(data.starts[source], data.starts[source + 1]):
            add_times(of_z, data.values[i], pointer(w, data.columns[i] * units), units)


@part
def sparse_gradient(plan, data, order, first, last, g, d, rows):
    """The rows first to last of dL/d[W; b] of layer 1."""
    layer, fan_in = layer_of(plan, 1), layer_of(plan, 0)[UNITS]
    units = layer[UNITS]
    for i in range((last - first) * units):
        g[i] = like(0, g[0])
    for row in range(rows):
        of_d, source = pointer(d, row * layer[STRIDE]), order[row]
        for i in range(data.starts[source], data.starts[source + 1]):
            if first <= data.columns[i] < last:
                add_times(pointer(g, (data.columns[i] - first) * units), data.values[i], of_d, units)
        if last > fan_in:
            add_times(pointer(g, (fan_in - first) * units), like(1, g[0]), of_d, units)


@part
def add_times(target, factor, values, n):
    """target += factor * values."""
    for j in range(n):
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
