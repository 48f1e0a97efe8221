"""The input stage in the kernel: X's columns made into features, and the gradient of what makes them so.

Features take the place of X as level 0's output, tile by tile. What they get of the loss comes from layer 1. Each
number of an input's gradient is added up over all rows of the batch by one worker: block by block, as that of layers
is; or, where the parameters of a column stand in several arrays and share the work, column by column before the blocks.

The kernel calls these functions by their addresses, as it does those of `shares`.
"""

from clearprop.engines.compiled.argument_kinds import N_POINTER, Kind, N
from clearprop.engines.compiled.elementary import like
from clearprop.engines.compiled.jit import part
from clearprop.engines.compiled.pointers import call, pointer, tuple_at
from clearprop.engines.compiled.tables import (
    DATA,
    DELTA,
    FIRST,
    FIRST_FEATURE,
    FIRST_PARAMETER,
    GRADIENT,
    INPUTS,
    LAST,
    MEMORY,
    N_COLUMNS,
    NONE,
    OUTPUT,
    PLAN,
    ROW,
    START,
    STRIDE,
    SUMS,
    UNITS,
    VALUE,
    WHOSE,
    block_of,
    gradient_of,
    input_of,
    layer_of,
    room_of,
)
from clearprop.engines.compiled.threads import share
from clearprop.engines.compiled.vectors import copy

OF_STAGE: tuple[Kind, ...] = (PLAN, DATA, MEMORY, N_POINTER, N, N, N)


@part
def feed(plan, data, memory, order, first, rows, worker):
    """The features of so many rows from the first, each row with a 1 behind it, where layer 1 reads them."""
    plan, data, memory = tuple_at(plan), tuple_at(data), tuple_at(memory)
    layer, places = layer_of(plan, 0), plan.places
    units, stride = layer[UNITS], layer[STRIDE]
    features, room = pointer(memory.space, layer[OUTPUT] + first * stride), room_of(plan, memory, worker)
    for number in range(places[INPUTS]):
        one, of_rows = input_of(plan, number), pointer(order, first)
        p, to = pointer(memory.parameters, one[FIRST_PARAMETER]), pointer(features, one[FIRST_FEATURE])
        value = plan.functions[one[VALUE]]
        call(value, (data.values, places[ROW], of_rows, to, stride, rows, p, one, room))
    for row in range(rows):
        features[row * stride + units] = like(1, features[0])


@part
def add_up_inputs(plan, data, memory, order, rows, worker, workers):
    """The gradient of the inputs that are added up column by column, each worker some columns of each."""
    plan, data, memory = tuple_at(plan), tuple_at(data), tuple_at(memory)
    for number in range(plan.places[INPUTS]):
        one = input_of(plan, number)
        if one[SUMS] != NONE:
            first, last = share(one[N_COLUMNS], worker, workers)
            sums = pointer(memory.space, one[SUMS])
            call_gradient(plan, data, memory, order, rows, one, first, last, sums, worker)


@part
def input_gradient(plan, data, memory, order, rows, block, worker):
    """The gradient of a block of an input's parameters."""
    plan, data, memory = tuple_at(plan), tuple_at(data), tuple_at(memory)
    of_block, g = block_of(plan, block), gradient_of(plan, memory, block, worker)
    one, start = input_of(plan, of_block[WHOSE]), of_block[START]
    if one[SUMS] != NONE:
        sums, stop = pointer(memory.space, one[SUMS] + start - one[FIRST_PARAMETER]), block_of(plan, block + 1)[START]
        copy(g, sums, stop - start)
    else:
        call_gradient(plan, data, memory, order, rows, one, of_block[FIRST], of_block[LAST], g, worker)


@part
def call_gradient(plan, data, memory, order, rows, one, first, last, g, worker):
    """The gradient of an input's columns, or of the rows of its table, from the first to before the last."""
    layer, room = layer_of(plan, 0), room_of(plan, memory, worker)
    p, d = pointer(memory.parameters, one[FIRST_PARAMETER]), pointer(memory.space, layer[DELTA] + one[FIRST_FEATURE])
    gradient = plan.functions[one[GRADIENT]]
    call(gradient, (data.values, plan.places[ROW], order, d, layer[STRIDE], rows, p, one, first, last, g, room))
