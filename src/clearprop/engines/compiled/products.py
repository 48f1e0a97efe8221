"""Matrix products in tiles of registers: c = a b, for matrices that lie anywhere in flat arrays.

A tile is some rows of c by two machine vectors of columns, or one, or half a one, which stay in registers while the
depth is run through: each number of a is multiplied with whole vectors of b. At the sizes of small networks this is as
fast as the best libraries of linear algebra or faster, starts without their overhead, and each number of c is the same
sum in the same order however the rows are shared among threads.

b lies in panels of two vectors' columns, one after the other, row by row within: `pack` and `pack_transposed` lay it
out so. A matrix whose rows are multiples of a vector apart can be read in place, with panels side by side.
"""

from typing import Any

import numpy as np

from clearprop.engines.compiled.instructions import USED
from clearprop.engines.compiled.jit import Function, by_precision, part, scalar
from clearprop.engines.compiled.pointers import pointer

VECTOR_BYTES = USED.vector_bytes
# Of a tile. Two vectors of sums a row, two of b and one of a must be held at a time: of 8 rows, 16 registers would have
# to be emptied into memory at each step, which took twice as long on layers of 1,024 units.
ROWS = 6 if USED.registers == 16 else 8
# Columns of a matrix that are laid out at a time where its rows are the depth of a product.
SLICE = 4 * ROWS


@scalar
def _width_single(x: Any) -> int:
    return 2 * VECTOR_BYTES // 4


@scalar
def _width_double(x: Any) -> int:
    return 2 * VECTOR_BYTES // 8


# Columns of a panel of numbers like x: known to the compiler, so that places in panels are found without a division.
panel_width = by_precision(_width_single, _width_double)


def _tile(halves: int) -> Function:
    """c[i, j] = sum over k of a[i, k] b[k, j] for at most a tile's rows and so many half vectors of columns.

    c's rows lie c_row numbers apart, a's a_row and its columns a_step, b's rows b_row.
    """

    def tile(
        c: Any, c_row: int, a: Any, a_row: int, a_step: int, b: Any, b_row: int, rows: int, depth: int, columns: int
    ) -> None:
        i, k = np.arange(min(rows, ROWS))[:, np.newaxis], np.arange(depth)
        j = np.arange(min(columns, halves * (VECTOR_BYTES // 2 // c.itemsize)))
        c[c_row * i + j] = a[a_row * i + a_step * k] @ b[b_row * k[:, np.newaxis] + j]

    return tile


tile_of_half, tile_of_one, tile_of_two = _tile(1), _tile(2), _tile(4)


def copy_two_vectors(target: Any, source: Any, count: int) -> None:
    """Two vectors of which the first `count` numbers are the source's, and the others 0."""
    width = 2 * VECTOR_BYTES // target.itemsize
    count = min(count, width)
    target[:width] = 0
    target[:count] = source[:count]


def product(
    c: Any,
    c_row: int,
    a: Any,
    a_row: int,
    a_step: int,
    b: Any,
    b_row: int,
    b_panel: int,
    rows: int,
    depth: int,
    columns: int,
) -> None:
    """c[i, j] = sum over k of a[i, k] b[k, j], tile by tile; b's panels begin b_panel numbers apart."""
    width = panel_width(c[0])
    for panel in range(-(-columns // width)):
        left, b_j = columns - panel * width, pointer(b, panel * b_panel)
        for i in range(0, rows, ROWS):
            c_tile, a_tile = pointer(c, i * c_row + panel * width), pointer(a, i * a_row)
            if 2 * left > width:
                tile_of_two(c_tile, c_row, a_tile, a_row, a_step, b_j, b_row, rows - i, depth, left)
            elif 4 * left > width:
                tile_of_one(c_tile, c_row, a_tile, a_row, a_step, b_j, b_row, rows - i, depth, left)
            else:
                tile_of_half(c_tile, c_row, a_tile, a_row, a_step, b_j, b_row, rows - i, depth, left)


@part
def pack(panels, m, m_row, first, last, rows, columns):
    """Lay rows first to last of a matrix of so many rows, m_row numbers apart, out in panels: as b of a product a m."""
    width = panel_width(m[0])
    for j in range(0, columns, width):
        for i in range(first, last):
            target = pointer(panels, (j // width * rows + i) * width)
            copy_two_vectors(target, pointer(m, i * m_row + j), columns - j)


@part
def pack_transposed(panels, m, first, last, columns):
    """Lay rows first to last of a matrix out as columns, in panels: as b of a product a m^T."""
    width = panel_width(m[0])
    for i in range(first, last):
        target, source = pointer(panels, i // width * columns * width + i % width), pointer(m, i * columns)
        for j in range(columns):
            target[j * width] = source[j]


@part
def pack_slice(columns, m, m_row, rows, count):
    """Lay the first columns of a matrix, at most SLICE, out in rows SLICE numbers apart: as a of a product m^T b."""
    for i in range(rows):
        target, source = pointer(columns, i * SLICE), pointer(m, i * m_row)
        for j in range(count):
            target[j] = source[j]
