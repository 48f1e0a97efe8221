"""The trainable share p of a unit's activation: a = z + p (f(z) - z); see `clearprop.trainable_share`.

Functions of their own, which the kernel calls by their addresses, since few networks have shares: within it they would
make it larger than what a processor keeps of code.
"""

from clearprop.engines.compiled.argument_kinds import Kind, N
from clearprop.engines.compiled.elementary import like
from clearprop.engines.compiled.jit import part
from clearprop.engines.compiled.pointers import call, pointer, tuple_at
from clearprop.engines.compiled.tables import (
    DELTA,
    FIRST,
    LAST,
    MEMORY,
    OUTPUT,
    PLAN,
    SETTINGS,
    SHARE,
    SLOPE,
    STRIDE,
    UNITS,
    WHOSE,
    A,
    Z,
    block_of,
    gradient_of,
    layer_of,
    room_of,
)
from clearprop.engines.compiled.vectors import fill

OF_SHARES: tuple[Kind, ...] = (PLAN, MEMORY, N, N, N, N)


@part
def mix(plan, memory, level, first, rows, worker):
    """The layer's output: z + p (f - z), for so many rows from the first."""
    plan, memory = tuple_at(plan), tuple_at(memory)
    layer, space = layer_of(plan, level), memory.space
    p = pointer(memory.parameters, layer[SHARE])
    for row in range(first, first + rows):
        at = row * layer[STRIDE]
        z, f, a = pointer(space, layer[Z] + at), pointer(space, layer[A] + at), pointer(space, layer[OUTPUT] + at)
        for j in range(layer[UNITS]):
            a[j] = z[j] + p[j] * (f[j] - z[j])


@part
def through_shares(plan, memory, level, first, rows, worker):
    """dL/da becomes dL/dz = dL/da (1 - p) + f'(z) p dL/da; f, which nobody needs any more, a row's part in dL/dp."""
    plan, memory = tuple_at(plan), tuple_at(memory)
    layer, space, of_a = layer_of(plan, level), memory.space, room_of(plan, memory, worker)
    p, s, slope = pointer(memory.parameters, layer[SHARE]), pointer(plan.settings, layer[SETTINGS]), layer[SLOPE]
    units, stride = layer[UNITS], layer[STRIDE]
    for row in range(first, first + rows):
        at = row * stride
        z, f, d = pointer(space, layer[Z] + at), pointer(space, layer[A] + at), pointer(space, layer[DELTA] + at)
        for j in range(units):
            of_a[j] = d[j]
            d[j] *= p[j]
        call(plan.functions[slope], (z, f, d, 1, units, stride, s))
        for j in range(units):
            f[j] = of_a[j] * (f[j] - z[j])
            d[j] += of_a[j] - p[j] * of_a[j]


@part
def add_up_shares(plan, memory, block, first, rows, worker):
    """dL/dp of a block of shares: the sum of what `through_shares` left of so many rows from the first."""
    plan, memory = tuple_at(plan), tuple_at(memory)
    of_block, g = block_of(plan, block), gradient_of(plan, memory, block, worker)
    layer, n = layer_of(plan, of_block[WHOSE]), of_block[LAST] - of_block[FIRST]
    fill(g, like(0, g[0]), n)
    for row in range(first, first + rows):
        parts = pointer(memory.space, layer[A] + row * layer[STRIDE] + of_block[FIRST])
        for j in range(n):
            g[j] += parts[j]
