"""What kernels do that Python cannot write, in LLVM's instructions: each the form of a function that says what it does.

It is imported by what compiles, and by nothing else.
"""

import functools
import os
import platform
import sys
from collections.abc import Callable
from typing import Any

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.core.typing.templates import infer, infer_global, make_intrinsic_template

from clearprop.engines.compiled import pointers, products, threads
from clearprop.engines.compiled.jit import Function

_INT = ir.IntType(64)
# A definition takes the typing context and the arguments' types, and gives the signature and what emits instructions.
Definition = Callable[..., tuple[Any, Callable[..., Any]]]


def _form_of(function: Function) -> Callable[[Definition], Definition]:
    """What Numba puts where a kernel calls the function."""

    def give(definition: Definition) -> Definition:
        template = make_intrinsic_template(function, definition, function.__name__)
        infer(template)
        infer_global(function, types.Function(template))
        return definition

    return give


@functools.cache
def register() -> None:
    """Give each function its form; the first call counts."""
    for own, definition in _FORMS.items():
        _form_of(own)(definition)


def _pointer(typingctx, base, at):
    def emit(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        return builder.gep(args[0], [args[1]])

    return base(base, types.intp), emit


def _tuple_at(typingctx, place):
    def emit(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        return builder.load(args[0])

    return place.dtype(place), emit


def _call(typingctx, function, arguments):
    def emit(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        values = cgutils.unpack_tuple(builder, args[1])
        kind = ir.FunctionType(ir.VoidType(), [value.type for value in values])
        builder.call(builder.inttoptr(args[0], kind.as_pointer()), values)
        return context.get_dummy_value()

    return types.void(function, arguments), emit


def _array_at(typingctx, place, length):
    kind = types.Array(place.dtype, 1, "C")

    def emit(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        array = context.make_array(kind)(context, builder)
        size = context.get_constant(types.intp, context.get_abi_sizeof(context.get_data_type(place.dtype)))
        context.populate_array(array, data=args[0], shape=[args[1]], strides=[size], itemsize=size, meminfo=None)
        return array._getvalue()

    return kind(place, types.intp), emit


def _fetch(typingctx, base, at):
    def emit(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        byte, flag = ir.IntType(8).as_pointer(), ir.IntType(32)
        ask = cgutils.get_or_insert_function(
            builder.module, ir.FunctionType(ir.VoidType(), [byte, flag, flag, flag]), "llvm.prefetch.p0"
        )
        place = builder.gep(args[0], [args[1]])
        builder.call(ask, [builder.bitcast(place, byte), flag(0), flag(3), flag(1)])
        return context.get_dummy_value()

    return types.void(base, types.intp), emit


# -- workers -----------------------------------------------------------------------------------------------------------


def _add(typingctx, counter, number):
    """All that was written before is seen by whoever sees the counter's new value."""

    def emit(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        return builder.add(builder.atomic_rmw("add", args[0], args[1], "seq_cst"), args[1])

    return types.int64(counter, types.int64), emit


def _look(typingctx, counter):
    def emit(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        return builder.load_atomic(args[0], "seq_cst", 8, typ=_INT)

    return types.int64(counter), emit


def _offer(builder: Any) -> None:
    name = "SwitchToThread" if os.name == "nt" else "sched_yield"
    builder.call(cgutils.get_or_insert_function(builder.module, ir.FunctionType(ir.IntType(32), []), name), [])


def _hand_over(typingctx):
    def emit(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        _offer(builder)
        return context.get_dummy_value()

    return types.void(), emit


# The number of Linux's call for sleep and waking, which has no function in C of its own; what it is to do, for one
# process alone; and how many it wakes at most. It compares the lower half of a counter with what was seen.
_FUTEX, _WAIT, _WAKE, _ALL = {"x86_64": 202, "aarch64": 98}.get(platform.machine(), 0), 128, 129, (1 << 31) - 1
_HAS_FUTEX = sys.platform == "linux" and _FUTEX > 0


def _ask_futex(builder: Any, counter: Any, *what: Any) -> None:
    kind = ir.FunctionType(_INT, [_INT], var_arg=True)
    ask = cgutils.get_or_insert_function(builder.module, kind, "syscall")
    builder.call(ask, [_int(_FUTEX), counter, *what, _int(0)])  # for however long


def _sleep(typingctx, counter, seen):
    """On other systems than Linux, it offers the processor again and again."""

    def emit(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        if _HAS_FUTEX:
            _ask_futex(builder, args[0], _int(_WAIT), args[1])
        else:
            _offer(builder)
        return context.get_dummy_value()

    return types.void(counter, types.int64), emit


def _wake(typingctx, counter):
    def emit(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        if _HAS_FUTEX:
            _ask_futex(builder, args[0], _int(_WAKE), _int(_ALL))
        return context.get_dummy_value()

    return types.void(counter), emit


# -- machine vectors ---------------------------------------------------------------------------------------------------


def _tile(vectors: int, share: int = 1) -> Definition:
    """The product of a tile, for so many vectors, each a share of a machine's; see `products` for what it computes.

    Fewer rows than a tile has cost no more time than all: the last one is computed instead of those that are not there.
    """

    def tile(typingctx, c, c_row, a, a_row, a_step, b, b_row, rows, depth, columns):
        n = types.intp
        return types.void(c, n, a, n, n, b, n, n, n, n), emit

    def emit(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        c, c_row, a, a_row, a_step, b, b_row, rows, depth, columns = args
        number, size = _number(context, signature)
        vector = ir.VectorType(number, products.VECTOR_BYTES // size // share)
        lanes, tile_at = vector.count, [(row, v) for row in range(products.ROWS) for v in range(vectors)]
        multiply_add = cgutils.get_or_insert_function(
            builder.module, ir.FunctionType(vector, [vector] * 3), f"llvm.fmuladd.v{lanes}f{size * 8}"
        )

        def at(base: Any, index: Any) -> Any:
            return builder.bitcast(builder.gep(base, [index]), vector.as_pointer())

        before, loop, after = builder.block, builder.append_basic_block(), builder.append_basic_block()
        last = builder.sub(rows, _int(1))
        row_at = [
            builder.select(builder.icmp_signed("<", _int(row), last), _int(row), last) for row in range(products.ROWS)
        ]
        a_rows = [builder.gep(a, [builder.mul(a_row, row)]) for row in row_at]
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
        c_rows = [builder.gep(c, [builder.mul(c_row, row)]) for row in row_at]
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


def _copy_two_vectors(typingctx, target, source, count):
    def emit(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        to, of, count = args
        number, size = _number(context, signature)
        vector = ir.VectorType(number, products.VECTOR_BYTES // size)
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


_FORMS: dict[Function, Definition] = {
    pointers.pointer: _pointer,
    pointers.tuple_at: _tuple_at,
    pointers.array_at: _array_at,
    pointers.call: _call,
    pointers.fetch: _fetch,
    threads.add: _add,
    threads.look: _look,
    threads.hand_over: _hand_over,
    threads.sleep: _sleep,
    threads.wake: _wake,
    products.tile_of_half: _tile(1, share=2),
    products.tile_of_one: _tile(1),
    products.tile_of_two: _tile(2),
    products.copy_two_vectors: _copy_two_vectors,
}
