"""Pointers into flat arrays, and calls through addresses: what keeps the kernel small for the compiler and fast.

A pointer is one number where an array is ten, counts no owners and is indexed as an array is. Where nothing is
compiled, the rest of the array from that place stands for it, and the function itself for its address.
"""

from typing import Any

from llvmlite import ir
from numba import carray, types
from numba.core import cgutils
from numba.extending import intrinsic

from clearprop.engines.compiled.jit import ENABLED, Function, part


def _rest(array: Any, at: int) -> Any:
    return array[at:]


def _same(value: Any) -> Any:
    return value


def _call(function: Function, arguments: tuple[Any, ...]) -> None:
    function(*arguments)


def _whole(array: Any, length: int) -> Any:
    return array


def _rows(array: Any, rows: int, stride: int) -> list[Any]:
    return [array[row * stride :] for row in range(rows)]


def _nothing(array: Any, at: int) -> None:
    pass


def _data(context: Any, builder: Any, kind: Any, value: Any) -> Any:
    """Where the numbers of an array or pointer lie."""
    return value if isinstance(kind, types.CPointer) else context.make_array(kind)(context, builder, value).data


if ENABLED:

    @intrinsic
    def pointer(typingctx, base, at):
        """Where the number at a place of a flat array lies, or that far behind another pointer."""

        def emit(context: Any, builder: Any, signature: Any, args: Any) -> Any:
            return builder.gep(_data(context, builder, signature.args[0], args[0]), [args[1]])

        return types.CPointer(base.dtype)(base, types.intp), emit

    @intrinsic
    def pointers(typingctx, arrays):
        """The named tuple with a pointer to the first number of each of its arrays."""

        def emit(context: Any, builder: Any, signature: Any, args: Any) -> Any:
            kinds, values = signature.args[0].types, cgutils.unpack_tuple(builder, args[0])
            places = [_data(context, builder, kind, value) for kind, value in zip(kinds, values, strict=True)]
            return context.make_tuple(builder, signature.return_type, places)

        kinds = [types.CPointer(array.dtype) for array in arrays.types]
        return types.NamedTuple(kinds, arrays.instance_class)(arrays), emit

    @intrinsic
    def unowned(typingctx, arrays):
        """The tuple, its arrays no longer counting who holds them, which costs more than small work does.

        None stays None.
        """

        def emit(context: Any, builder: Any, signature: Any, args: Any) -> Any:
            items = []
            for kind, item in zip(signature.args[0].types, cgutils.unpack_tuple(builder, args[0]), strict=True):
                if isinstance(kind, types.Array):
                    array = context.make_array(kind)(context, builder, item)
                    array.meminfo = ir.Constant(array.meminfo.type, None)
                    item = array._getvalue()
                items.append(item)
            return context.make_tuple(builder, signature.return_type, items)

        return arrays(arrays), emit

    @intrinsic
    def call(typingctx, function, arguments):
        """Call the function at an address."""

        def emit(context: Any, builder: Any, signature: Any, args: Any) -> Any:
            values = cgutils.unpack_tuple(builder, args[1])
            kind = ir.FunctionType(ir.VoidType(), [value.type for value in values])
            builder.call(builder.inttoptr(args[0], kind.as_pointer()), values)
            return context.get_dummy_value()

        return types.void(function, arguments), emit

    @intrinsic
    def fetch(typingctx, base, at):
        """Ask for the number at a place to be brought near, without waiting for it."""

        def emit(context: Any, builder: Any, signature: Any, args: Any) -> Any:
            place = builder.gep(_data(context, builder, signature.args[0], args[0]), [args[1]])
            byte, flag = ir.IntType(8).as_pointer(), ir.IntType(32)
            ask = cgutils.get_or_insert_function(
                builder.module, ir.FunctionType(ir.VoidType(), [byte, flag, flag, flag]), "llvm.prefetch.p0"
            )
            builder.call(ask, [builder.bitcast(place, byte), flag(0), flag(3), flag(1)])
            return context.get_dummy_value()

        return types.void(base, types.intp), emit

    array_at: Any = carray

    @part
    def rows_at(place, rows, stride):
        """A matrix of so many rows, each `stride` numbers behind the one before."""
        return carray(place, (rows, stride))

else:
    pointer, pointers, unowned, call = _rest, _same, _same, _call
    fetch, array_at, rows_at = _nothing, _whole, _rows
