"""The inputs of `clearprop.inputs`: the features of so many rows, and the gradient of parameters over all of them.

    value(values, row, order, features, stride, rows, p, one, room)
    gradient(values, row, order, d, stride, rows, p, one, first, last, g, room)

values holds X, whose rows have `row` numbers; `order` says which are meant. Features and what they get of the loss, d,
have rows `stride` numbers apart. p is where the input's parameters begin, and `one` its row of the plan's table. The
gradient is that of the rows first to last of its one array, or of the parameters of the columns first to last. Where
many frequencies are made of a column, rows come in a machine vector, some hundred at a time, in `room`.
"""

import math
from collections.abc import Callable
from typing import Any, NamedTuple

from clearprop.engines.compiled.elementary import cos_sin_of_turns, like
from clearprop.engines.compiled.jit import Function, part, total
from clearprop.engines.compiled.pointers import pointer
from clearprop.engines.compiled.tables import COUNT, FIRST_COLUMN, N_COLUMNS, SIZE
from clearprop.engines.compiled.vectors import copy, fill, sum_of_products
from clearprop.inputs import Input, Lookup, Periodic, Plain, Scale

# Rows of a column at a time.
CHUNK = 256


# -- columns as they are, and times a factor ---------------------------------------------------------------------------


def _plain(
    values: Any, row: int, order: Any, features: Any, stride: int, rows: int, p: Any, one: Any, room: Any
) -> None:
    for i in range(rows):
        copy(pointer(features, i * stride), pointer(values, order[i] * row + one[FIRST_COLUMN]), one[N_COLUMNS])


def _scale(
    values: Any, row: int, order: Any, features: Any, stride: int, rows: int, p: Any, one: Any, room: Any
) -> None:
    columns = one[N_COLUMNS]
    for i in range(rows):
        x, a = pointer(values, order[i] * row + one[FIRST_COLUMN]), pointer(features, i * stride)
        for j in range(columns):
            a[j] = x[j] * p[j]


def _scale_gradient(
    values: Any, row: int, order: Any, d: Any, stride: int, rows: int, p: Any, one: Any, first: int, last: int, g: Any,
    room: Any,
) -> None:  # fmt: skip
    fill(g, like(0, g[0]), last - first)
    for i in range(rows):
        x, of_d = pointer(values, order[i] * row + one[FIRST_COLUMN] + first), pointer(d, i * stride + first)
        for j in range(last - first):
            g[j] += x[j] * of_d[j]


# -- rows of a table ---------------------------------------------------------------------------------------------------


@part
def code_of(values, row, order, i, one):
    """The code of a row; less than 0 for one that is not known."""
    return min(int(values[order[i] * row + one[FIRST_COLUMN]]), one[COUNT] - 1)


def _lookup(
    values: Any, row: int, order: Any, features: Any, stride: int, rows: int, p: Any, one: Any, room: Any
) -> None:
    size = one[SIZE]
    for i in range(rows):
        code, a = code_of(values, row, order, i, one), pointer(features, i * stride)
        if code < 0:
            fill(a, like(0, a[0]), size)
        else:
            copy(a, pointer(p, code * size), size)


def _lookup_gradient(
    values: Any, row: int, order: Any, d: Any, stride: int, rows: int, p: Any, one: Any, first: int, last: int, g: Any,
    room: Any,
) -> None:  # fmt: skip
    size = one[SIZE]
    fill(g, like(0, g[0]), (last - first) * size)
    for i in range(rows):
        code = code_of(values, row, order, i, one)
        if first <= code < last:
            of_g, of_d = pointer(g, (code - first) * size), pointer(d, i * stride)
            for j in range(size):
                of_g[j] += of_d[j]


# -- waves of a column -------------------------------------------------------------------------------------------------


@total
def gather(x, values, row, order, first, rows):
    """A column of X of so many rows from the first."""
    for i in range(rows):
        x[i] = values[order[first + i] * row]


@total
def make_cosines(cosines, x, c, phase, n):
    """cos(2 pi c x + phi), the phase in turns."""
    for i in range(n):
        cosines[i], _ = cos_sin_of_turns(c * x[i] + phase)


@total
def make_waves(cosines, sines, x, c, phase, n):
    """Both."""
    for i in range(n):
        cosines[i], sines[i] = cos_sin_of_turns(c * x[i] + phase)


@total
def add_multiple(target, factor, values, n):
    """target += factor * values, rounded once a number."""
    for i in range(n):
        target[i] += factor * values[i]


@total
def multiply(target, values, n):
    """target *= values."""
    for i in range(n):
        target[i] *= values[i]


def _periodic(
    values: Any, row: int, order: Any, features: Any, stride: int, rows: int, p: Any, one: Any, room: Any
) -> None:
    columns, frequencies, size = one[N_COLUMNS], one[COUNT], one[SIZE]
    n_waves = columns * frequencies
    x, cosines, mixtures, turn = room, pointer(room, CHUNK), pointer(room, 2 * CHUNK), like(0.5 / math.pi, room[0])
    for top in range(0, rows, CHUNK):
        n = min(CHUNK, rows - top)
        for column in range(columns):
            gather(x, pointer(values, one[FIRST_COLUMN] + column), row, order, top, n)
            for j in range(size):
                fill(pointer(mixtures, j * CHUNK), p[(2 + size) * n_waves + column * size + j], n)
            for wave in range(column * frequencies, (column + 1) * frequencies):
                make_cosines(cosines, x, p[wave], p[n_waves + wave] * turn, n)
                for j in range(size):
                    add_multiple(pointer(mixtures, j * CHUNK), p[2 * n_waves + wave * size + j], cosines, n)
            for i in range(n):
                a = pointer(features, (top + i) * stride + column * (1 + size))
                a[0] = x[i]
                for j in range(size):
                    a[1 + j] = mixtures[j * CHUNK + i]


def _periodic_gradient(
    values: Any, row: int, order: Any, d: Any, stride: int, rows: int, p: Any, one: Any, first: int, last: int, g: Any,
    room: Any,
) -> None:  # fmt: skip
    columns, frequencies, size = one[N_COLUMNS], one[COUNT], one[SIZE]
    n_waves, zero, turn = columns * frequencies, like(0, room[0]), like(0.5 / math.pi, room[0])
    x, cosines, sines, angles = room, pointer(room, CHUNK), pointer(room, 2 * CHUNK), pointer(room, 3 * CHUNK)
    of_mixtures = pointer(room, 4 * CHUNK)
    g_phi, g_v, g_b = pointer(g, n_waves), pointer(g, 2 * n_waves), pointer(g, (2 + size) * n_waves)
    for column in range(first, last):
        begin = column * frequencies
        fill(pointer(g, begin), zero, frequencies)
        fill(pointer(g_phi, begin), zero, frequencies)
        fill(pointer(g_v, begin * size), zero, frequencies * size)
        fill(pointer(g_b, column * size), zero, size)
        for top in range(0, rows, CHUNK):
            n = min(CHUNK, rows - top)
            gather(x, pointer(values, one[FIRST_COLUMN] + column), row, order, top, n)
            for i in range(n):
                of_row = pointer(d, (top + i) * stride + column * (1 + size) + 1)
                for j in range(size):
                    of_mixtures[j * CHUNK + i] = of_row[j]
            for j in range(size):
                of_j, of_bias = pointer(of_mixtures, j * CHUNK), zero
                for i in range(n):
                    of_bias += of_j[i]
                g_b[column * size + j] += of_bias
            for wave in range(begin, begin + frequencies):
                make_waves(cosines, sines, x, p[wave], p[n_waves + wave] * turn, n)
                fill(angles, zero, n)
                for j in range(size):
                    of_j = pointer(of_mixtures, j * CHUNK)
                    g_v[wave * size + j] += sum_of_products(cosines, of_j, n)
                    add_multiple(angles, p[2 * n_waves + wave * size + j], of_j, n)
                g_phi[wave] -= sum_of_products(angles, sines, n)
                multiply(angles, sines, n)
                g[wave] -= sum_of_products(angles, x, n) * like(2 * math.pi, x[0])


def _no_room(one: Any) -> int:
    return 0


class InputKernels(NamedTuple):
    """An input's kernels.

    Attributes
    ----------
    value, gradient : function
        The second None of what has no parameters.
    sizes : tuple of str
        Its attributes that stand as COUNT and SIZE in the plan.
    by_column : bool
        Whether its gradient is added up column by column, since its parameters are several arrays.
    """

    value: Function
    gradient: Function | None = None
    sizes: tuple[str, ...] = ()
    by_column: bool = False
    room: Callable[[Any], int] = _no_room


KERNELS: dict[type[Input], InputKernels] = {
    Plain: InputKernels(_plain),
    Scale: InputKernels(_scale, _scale_gradient),
    Lookup: InputKernels(_lookup, _lookup_gradient, ("categories", "size")),
    Periodic: InputKernels(
        _periodic, _periodic_gradient, ("frequencies", "size"), True, lambda one: (4 + one.size) * CHUNK
    ),
}
