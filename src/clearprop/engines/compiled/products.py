"""Matrix products in tiles of registers: c = a b, for matrices that lie anywhere in flat arrays.

A tile is 8 rows of c by one or two machine vectors of columns, which stay in registers while the depth is run through:
each number of a is multiplied with whole vectors of b. At the sizes of small networks this is as fast as the best
libraries of linear algebra or faster, starts without their overhead, and each number of c is the same sum in the same
order however the rows are shared among threads.

b lies in panels of two vectors' columns, one after the other, row by row within: `pack` and `pack_transposed` lay it
out so. A matrix whose rows are multiples of a vector apart can be read in place, with panels side by side.
"""

from typing import Any

import llvmlite.binding
import numpy as np
from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

from clearprop.engines.compiled.jit import ENABLED, Function, part
from clearprop.engines.compiled.pointers import pointer

ROWS = 8  # of a tile


def _vector_bytes() -> int:
    features = llvmlite.binding.get_host_cpu_features()
    return 64 if features.get("avx512f") else 32 if features.get("avx2") else 16


VECTOR_BYTES = _vector_bytes()


def _machine_tile(rows: int, vectors: int) -> Any:
    """The tile as LLVM's instructions on vectors; see `_numpy_tile` for what it computes."""

    @intrinsic
    def tile(typingctx, c, c_row, a, a_row, a_step, b, b_row, depth, columns):
        n = types.intp
        return types.void(c, n, a, n, n, b, n, n, n), emit

    def emit(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        c, c_row, a, a_row, a_step, b, b_row, depth, columns = args
        number, size = _number(context, signature)
        vector = ir.VectorType(number, VECTOR_BYTES // size)
        lanes, tile_at = vector.count, [(row, v) for row in range(rows) for v in range(vectors)]
        multiply_add = cgutils.get_or_insert_function(
            builder.module, ir.FunctionType(vector, [vector] * 3), f"llvm.fma.v{lanes}f{size * 8}"
        )

        def at(base: Any, index: Any) -> Any:
            return builder.bitcast(builder.gep(base, [index]), vector.as_pointer())

        before, loop, after = builder.block, builder.append_basic_block(), builder.append_basic_block()
        a_rows = [builder.gep(a, [builder.mul(a_row, _int(row))]) for row in range(rows)]
        builder.cbranch(builder.icmp_signed(">", depth, _int(0)), loop, after)

        builder.position_at_end(loop)
        k = builder.phi(_INT)
        sums = {place: builder.phi(vector) for place in tile_at}
        b_k = builder.gep(b, [builder.mul(k, b_row)])
        of_b = [builder.load(at(b_k, _int(v * lanes)), align=size) for v in range(vectors)]
        step = builder.mul(k, a_step)
        of_a = [_splat(builder, builder.load(builder.gep(a_row_at, [step])), vector) for a_row_at in a_rows]
        added = {(row, v): builder.call(multiply_add, [of_a[row], of_b[v], sums[row, v]]) for row, v in tile_at}
        next_k = builder.add(k, _int(1))
        k.add_incoming(_int(0), before)
        k.add_incoming(next_k, loop)
        for place in tile_at:
            sums[place].add_incoming(ir.Constant(vector, None), before)
            sums[place].add_incoming(added[place], loop)
        builder.cbranch(builder.icmp_signed("<", next_k, depth), loop, after)

        builder.position_at_end(after)
        results = {place: builder.phi(vector) for place in tile_at}
        for place in tile_at:
            results[place].add_incoming(ir.Constant(vector, None), before)
            results[place].add_incoming(added[place], loop)
        c_rows = [builder.gep(c, [builder.mul(c_row, _int(row))]) for row in range(rows)]
        whole = builder.icmp_signed(">=", columns, _int(vectors * lanes))
        with builder.if_else(whole, likely=True) as (then, otherwise):
            with then:
                for row, v in tile_at:
                    builder.store(results[row, v], at(c_rows[row], _int(v * lanes)), align=size)
            with otherwise:
                for row, v in tile_at:
                    left = builder.sub(columns, _int(v * lanes))
                    _store_first(builder, results[row, v], at(c_rows[row], _int(v * lanes)), left, size)
        return context.get_dummy_value()

    return tile


_INT = ir.IntType(64)


def _int(value: int) -> ir.Constant:
    return ir.Constant(_INT, value)


def _number(context: Any, signature: Any) -> tuple[Any, int]:
    """The type of the numbers that the first argument points to, and its bytes."""
    number = context.get_value_type(signature.args[0].dtype)
    return number, 4 if isinstance(number, ir.FloatType) else 8


def _splat(builder: Any, number: Any, vector: ir.VectorType) -> Any:
    """The number in every lane."""
    first = builder.insert_element(ir.Constant(vector, ir.Undefined), number, ir.IntType(32)(0))
    lanes = ir.Constant(ir.VectorType(ir.IntType(32), vector.count), None)
    return builder.shuffle_vector(first, ir.Constant(vector, ir.Undefined), lanes)


def _store_first(builder: Any, value: Any, pointer: Any, count: Any, size: int) -> None:
    """Store so many lanes and leave the memory of the others alone."""
    lanes = value.type.count
    mask_type = ir.VectorType(ir.IntType(1), lanes)
    store = cgutils.get_or_insert_function(
        builder.module,
        ir.FunctionType(ir.VoidType(), [value.type, value.type.as_pointer(), ir.IntType(32), mask_type]),
        f"llvm.masked.store.v{lanes}f{size * 8}.p0",
    )
    builder.call(store, [value, pointer, ir.IntType(32)(size), _first_lanes(builder, lanes, count)])


def _first_lanes(builder: Any, lanes: int, count: Any) -> Any:
    """The mask of the first `count` lanes."""
    numbers = ir.VectorType(_INT, lanes)
    places = ir.Constant(numbers, [_int(lane) for lane in range(lanes)])
    return builder.icmp_signed("<", places, _splat(builder, count, numbers))


def _numpy_tile(rows: int, vectors: int) -> Function:
    """c[i, j] = sum over k of a[i, k] b[k, j] for so many rows and at most so many vectors of columns.

    c's rows lie c_row numbers apart, a's a_row and its columns a_step, b's rows b_row.
    """

    def tile(c: Any, c_row: int, a: Any, a_row: int, a_step: int, b: Any, b_row: int, depth: int, columns: int) -> None:
        i, k = np.arange(rows)[:, np.newaxis], np.arange(depth)
        j = np.arange(min(columns, vectors * (VECTOR_BYTES // c.itemsize)))
        c[c_row * i + j] = a[a_row * i + a_step * k] @ b[b_row * k[:, np.newaxis] + j]

    return tile


@intrinsic
def _machine_copy(typingctx, target, source, count):
    """Two vectors of which the first `count` numbers are the source's, and the others 0."""

    def emit(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        to, of, count = args
        number, size = _number(context, signature)
        vector = ir.VectorType(number, VECTOR_BYTES // size)
        mask_type = ir.VectorType(ir.IntType(1), vector.count)
        load = cgutils.get_or_insert_function(
            builder.module,
            ir.FunctionType(vector, [vector.as_pointer(), ir.IntType(32), mask_type, vector]),
            f"llvm.masked.load.v{vector.count}f{size * 8}.p0",
        )
        for v in range(2):
            place = _int(v * vector.count)
            mask = _first_lanes(builder, vector.count, builder.sub(count, place))
            source_at = builder.bitcast(builder.gep(of, [place]), vector.as_pointer())
            values = builder.call(load, [source_at, ir.IntType(32)(size), mask, ir.Constant(vector, None)])
            builder.store(values, builder.bitcast(builder.gep(to, [place]), vector.as_pointer()), align=size)
        return context.get_dummy_value()

    return types.void(target, source, types.intp), emit


def _numpy_copy(target: Any, source: Any, count: int) -> None:
    width = 2 * VECTOR_BYTES // target.itemsize
    count = min(count, width)
    target[:width] = 0
    target[:count] = source[:count]


_copy_two_vectors = _machine_copy if ENABLED else _numpy_copy
_tile = _machine_tile if ENABLED else _numpy_tile
_tile_8_2, _tile_8_1, _tile_1_2, _tile_1_1 = _tile(ROWS, 2), _tile(ROWS, 1), _tile(1, 2), _tile(1, 1)


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
    lanes: int,
) -> None:
    """c[i, j] = sum over k of a[i, k] b[k, j], tile by tile; b's panels begin b_panel numbers apart."""
    width = 2 * lanes
    for panel in range(-(-columns // width)):
        left, b_j = columns - panel * width, pointer(b, panel * b_panel)
        for i in range(0, rows, ROWS if rows >= ROWS else 1):
            # The last tile begins where it ends with the rows, and computes some of them a second time.
            first = min(i, rows - ROWS) if rows >= ROWS else i
            c_tile, a_tile = pointer(c, first * c_row + panel * width), pointer(a, first * a_row)
            if rows >= ROWS:
                if left > lanes:
                    _tile_8_2(c_tile, c_row, a_tile, a_row, a_step, b_j, b_row, depth, left)
                else:
                    _tile_8_1(c_tile, c_row, a_tile, a_row, a_step, b_j, b_row, depth, left)
            elif left > lanes:
                _tile_1_2(c_tile, c_row, a_tile, a_row, a_step, b_j, b_row, depth, left)
            else:
                _tile_1_1(c_tile, c_row, a_tile, a_row, a_step, b_j, b_row, depth, left)


@part
def pack(panels, m, first, last, rows, columns, lanes):
    """Lay rows first to last of a matrix of so many rows out in panels: as b of a product a m."""
    width = 2 * lanes
    for j in range(0, columns, width):
        for i in range(first, last):
            target = pointer(panels, (j // width * rows + i) * width)
            _copy_two_vectors(target, pointer(m, i * columns + j), columns - j)


@part
def pack_transposed(panels, m, first, last, columns, lanes):
    """Lay rows first to last of a matrix out as columns, in panels: as b of a product a m^T."""
    width = 2 * lanes
    for i in range(first, last):
        target, source = pointer(panels, i // width * columns * width + i % width), pointer(m, i * columns)
        for j in range(columns):
            target[j * width] = source[j]
