"""The kernel: batches forward, backward, step, as `network.py` writes them, for one of several workers.

A bias is a weight on a constant 1: the flat parameters of a layer, weights row by row and then biases, are one matrix
of fan_in + 1 rows, and every layer's input has a column of ones. So z = [a 1] [W; b] is one product, and so is the
gradient of both. Before layer 1 stands the input stage, which writes layer 1's input where X itself is not fed.

The workers share the rows of a batch on the way forward and backward, then meet, and share the parameters: whoever has
a block of parameters adds up its gradient over all rows and takes its step at once, while the numbers are at hand. Each
number is summed in the same order however many workers there are, so that results are the same, bit for bit.
"""

import math

import numpy as np

from clearprop.engines.compiled.argument_kinds import N_POINTER, X_POINTER, N
from clearprop.engines.compiled.blocks import N_SETTINGS
from clearprop.engines.compiled.elementary import like
from clearprop.engines.compiled.jit import part
from clearprop.engines.compiled.pointers import call, pointer, tuple_at
from clearprop.engines.compiled.products import ROWS as ROWS_OF_TILE
from clearprop.engines.compiled.products import SLICE, pack, pack_slice, pack_transposed, panel_width
from clearprop.engines.compiled.sparse_rows import sparse_gradient, sparse_product
from clearprop.engines.compiled.tables import (
    ACTIVATE,
    ADD_UP_INPUTS,
    ADD_UP_SHARES,
    ALL,
    BLOCK,
    BLOCKS,
    CONSTANTS,
    COURSE,
    DATA,
    DECAY,
    DECAY_FACTOR,
    DELTA,
    FEED,
    FIRST,
    FIRST_SPAN,
    GIVES_DELTA,
    GROUPS,
    INPUT_GRADIENT,
    INPUTS,
    KIND,
    L1,
    L2,
    LARGE,
    LAST,
    LAST_SPAN,
    LAYERS,
    LEARN,
    LONGEST,
    LOSS,
    LOSS_SETTINGS,
    MASK,
    MASKS,
    MEMORY,
    MIX,
    NONE,
    OF_OPTIMIZER,
    OF_SHARE,
    OF_SLICE,
    OF_SUMS,
    OUTPUT,
    PANELS,
    PARAMETERS,
    PLAN,
    PRODUCT,
    RATE_FACTOR,
    SETTINGS,
    SHARE,
    SHARES,
    SLICES,
    SLOPE,
    SPAN_COLUMNS,
    SPARSE,
    START,
    STRIDE,
    TARGETS,
    THROUGH_SHARES,
    TILE,
    TRANSPOSED,
    UNITS,
    UPDATE,
    WEIGHTED,
    WHOSE,
    WIDTH,
    A,
    Z,
    block_of,
    gradient_of,
    layer_of,
)
from clearprop.engines.compiled.threads import share, wait_for_all
from clearprop.engines.compiled.vectors import copy, sum_of, sum_of_sizes, sum_of_squares
from clearprop.engines.contract import LOSS_SUM, NORM_SUM, PENALTY_SUM, ROWS

N_SUMS = PENALTY_SUM + 1  # of an epoch
OF_TRAIN = (N, N, N_POINTER, PLAN, DATA, MEMORY, COURSE, *[N] * 6)
OF_PREDICT = (N, N, N_POINTER, PLAN, DATA, MEMORY, COURSE, X_POINTER, N)


@part
def train(worker, workers, counter, plan, data, memory, course, epochs, apart, start, stop, size, step):
    """Take a step for each batch of `size` of the rows start:stop of each epoch's order; orders are so far apart.

    It ends early when loss or gradient are not finite: parameters and slots are then to be thrown away, and memory.done
    tells how many batches were good.
    """
    at = plan, data, memory
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
                gather_inputs(plan, data, memory, at, order, top, tile, worker)
                gather_targets(plan, data, memory, order, top, tile, count)
                forward(plan, data, memory, at, order, masks, top, tile)
                backward(plan, memory, at, masks, top, tile, worker)
            meetings = meet(counter, workers, meetings)
            if places[OF_SLICE] > 0 or places[LEARN]:
                lay_out_deltas(plan, memory, first, last, rows)
                if places[LEARN]:
                    stage = plan.functions[places[ADD_UP_INPUTS]]
                    call(stage, (at[0], at[1], at[2], order, rows, worker, workers))
                meetings = meet(counter, workers, meetings)
            s, rate, shrink = pointer(plan.strengths, OF_OPTIMIZER), course.rates[batch], course.decays[batch]
            for group in range(places[GROUPS]):
                constants = constants_of(plan, memory, worker, group)
                call(plan.functions[places[CONSTANTS]], (rate * plan.rates[group], step + batch, s, constants))
            for block in range(first_block, last_block):
                add_up_gradient(plan, data, memory, at, order, rows, count, block, worker)
                if places[BLOCK] > 0:
                    take_step(plan, memory, block, block + 1, worker, rate, shrink, 1.0)
            if places[BLOCK] == 0:
                shorter = 1.0
                if plan.strengths[LONGEST] < np.inf:
                    meetings = meet(counter, workers, meetings)
                    shorter = plan.strengths[LONGEST] / math.sqrt(sum_of(memory.squares, places[BLOCKS]))
                take_step(plan, memory, first_block, last_block, worker, rate, shrink, shorter)
            if workers > 1:
                meetings = meet(counter, workers, meetings)
            batch += 1
            if worker == 0 and took_note(plan, memory, rows, pointer(course.sums, epoch * N_SUMS)):
                memory.done[0] = batch


@part
def predict(worker, workers, counter, plan, data, memory, course, outputs, n):
    """The outputs of n rows, each worker computing its own, a tile at a time."""
    at = plan, data, memory
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
        gather_inputs(plan, data, memory, at, order, place, rows, worker)
        forward(plan, data, memory, at, order, course.masks, place, rows)
        for row in range(rows):
            a, target = pointer(memory.space, layer[A] + (place + row) * layer[STRIDE]), (top + row) * layer[UNITS]
            copy(pointer(outputs, target), a, layer[UNITS])


# -- the rows of a batch ---------------------------------------------------------------------------------------------


@part
def gather_inputs(plan, data, memory, at, order, first, rows, worker):
    """Copy so many rows of X, or their features, from the first, each with a 1 behind it, to where layer 1 reads."""
    if plan.places[SPARSE]:
        return
    layer = layer_of(plan, 0)
    units = layer[UNITS]
    if plan.places[INPUTS] > 0:
        call(plan.functions[plan.places[FEED]], (at[0], at[1], at[2], order, first, rows, worker))
        return
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


# -- the two passes --------------------------------------------------------------------------------------------------


@part
def forward(plan, data, memory, at, order, masks, first, rows):
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
            if layer[SHARE] != NONE:
                call(plan.functions[plan.places[MIX]], (at[0], at[2], level, first, rows, 0))
                a = output
            if layer[MASK] != NONE:
                multiply_by_mask(plan, layer, masks, first, output, a, rows)
            for row in range(rows):
                output[row * stride + units] = like(1, space[0])


@part
def backward(plan, memory, at, masks, first, rows, worker):
    """delta of the last layer from the loss, then delta_l = f_l'(z_l) * (delta_(l+1) W_(l+1)^T) downwards.

    Below layer 1 there is no f: what the features get is dL/da, where inputs learn.
    """
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
            if layer[MASK] != NONE:
                multiply_by_mask(plan, layer, masks, first, d, d, rows)
            if layer[SHARE] != NONE:
                call(plan.functions[places[THROUGH_SHARES]], (at[0], at[2], level, first, rows, worker))
            else:
                s = pointer(plan.settings, layer[SETTINGS])
                call(plan.functions[layer[SLOPE]], (z, a, d, rows, units, stride, s))
        if level > 1 or places[LEARN]:
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
def add_up_gradient(plan, data, memory, at, order, rows, count, block, worker):
    """dL/d[W; b] = [a 1]^T delta over all rows of the batch, plus the penalty's part, and the squares' sum.

    Likewise of shares and inputs, by their own rules.
    """
    of_block, g = block_of(plan, block), gradient_of(plan, memory, block, worker)
    first, last, start, stop = of_block[FIRST], of_block[LAST], of_block[START], block_of(plan, block + 1)[START]
    if of_block[KIND] == OF_SUMS:
        gradient_of_sums(plan, data, memory, order, of_block[WHOSE], first, last, g, rows, worker)
    elif of_block[KIND] == OF_SHARE:
        call(plan.functions[plan.places[ADD_UP_SHARES]], (at[0], at[2], block, 0, rows, worker))
    else:
        call(plan.functions[plan.places[INPUT_GRADIENT]], (at[0], at[1], at[2], order, rows, block, worker))
    penalty = 0.0
    for span in range(of_block[FIRST_SPAN], of_block[LAST_SPAN]):
        begin, end = overlap(plan.spans, span, start, stop)
        w, factor = pointer(memory.parameters, begin), plan.factors[span * SPAN_COLUMNS + DECAY_FACTOR]
        if factor > 0:
            penalty += penalise(plan, pointer(g, begin - start), w, end - begin, factor, count)
    memory.penalties[block] = penalty / count
    memory.squares[block] = sum_of_squares(g, stop - start)


@part
def gradient_of_sums(plan, data, memory, order, level, first, last, g, rows, worker):
    """The rows first to last of dL/d[W; b] of a layer."""
    below, layer, space = layer_of(plan, level - 1), layer_of(plan, level), memory.space
    units, d = layer[UNITS], pointer(space, layer[DELTA])
    if level == 1 and plan.places[SPARSE]:
        sparse_gradient(plan, data, order, first, last, g, d, rows)
    elif layer[LARGE]:
        add_up_by_slices(plan, memory, level, first, last, g, rows, worker)
    else:
        x, product, d_row = pointer(space, below[OUTPUT] + first), plan.functions[PRODUCT], layer[STRIDE]
        call(product, (g, units, x, 1, below[STRIDE], d, d_row, panel_width(d[0]), last - first, rows, units))


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
def take_step(plan, memory, first_block, last_block, worker, rate, shrink, shorter):
    """The optimiser's step for some blocks, against their gradient (shortened, if need be), after their decay.

    `shrink` is the batch's factor on decay.
    """
    if first_block == last_block:
        return
    start, stop = block_of(plan, first_block)[START], block_of(plan, last_block)[START]
    g = gradient_of(plan, memory, first_block, worker)
    if shorter < 1:
        for i in range(stop - start):
            g[i] *= like(shorter, g[0])
    strength = shrink * plan.strengths[DECAY]
    if strength > 0:
        for block in range(first_block, last_block):
            decay(plan, memory, block, rate, strength)
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
def decay(plan, memory, block, rate, strength):
    """Parameters times 1 - rate decay, with the factors of their spans; those whose factor is 0 stay."""
    of_block = block_of(plan, block)
    stop = block_of(plan, block + 1)[START]
    for span in range(of_block[FIRST_SPAN], of_block[LAST_SPAN]):
        factors = pointer(plan.factors, span * SPAN_COLUMNS)
        shrink = 1 - rate * factors[RATE_FACTOR] * (factors[DECAY_FACTOR] * strength)
        begin, end = overlap(plan.spans, span, of_block[START], stop)
        w = pointer(memory.parameters, begin)
        if shrink != 1:
            for i in range(end - begin):
                w[i] *= like(shrink, w[0])


@part
def lay_out(plan, memory, block):
    """Lay a block of weights out in panels for the next pass; other parameters are read where they are."""
    of_block = block_of(plan, block)
    if of_block[KIND] != OF_SUMS:
        return
    level, first, last = of_block[WHOSE], of_block[FIRST], of_block[LAST]
    below, layer = layer_of(plan, level - 1), layer_of(plan, level)
    depth, units, w = below[UNITS] + 1, layer[UNITS], pointer(memory.parameters, layer[PARAMETERS])
    if layer[PANELS] >= 0:
        pack(pointer(memory.space, layer[PANELS]), w, units, first, last, depth, units)
    if layer[TRANSPOSED] >= 0:
        pack_transposed(pointer(memory.space, layer[TRANSPOSED]), w, first, min(last, below[UNITS]), units)


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


# -- sharing among workers ---------------------------------------------------------------------------------------------


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
