"""Machine code of functions: in this process, else from the disk, else compiled now.

A function is known by its name and by the kinds of its arguments, as C has them: N a whole number, D a float64, X the
network's dtype; of each a pointer; and `Pointers` to a named tuple of pointers. It returns nothing.
"""

import ctypes
import functools
import hashlib
import threading
from dataclasses import dataclass
from typing import Any

import llvmlite.binding as llvm
import numpy as np

from clearprop.engines.compiled import cache
from clearprop.engines.compiled.jit import ENABLED, Function

N, D, N_POINTER, D_POINTER, X_POINTER, NOTHING = "n", "d", "n*", "d*", "x*", "nothing"


@dataclass(frozen=True)
class Pointers:
    """A pointer to the pointers that a named tuple's fields are: which tuple, and their kinds."""

    of: type
    kinds: tuple[str, ...]


Kind = str | Pointers

_lock = threading.Lock()
_known: dict[tuple[Any, ...], int] = {}
# How each function's code was come by: "loaded" or "compiled".
ORIGINS: dict[str, str] = {}


def address(function: Function, kinds: tuple[Kind, ...], dtype: Any, ours: bool = True) -> Any:
    """The address of a function's code; the function itself where nothing is compiled.

    One with a user's function in it is not kept on disk: no digest tells when it changes.

    Raises
    ------
    TypeError
        Numba cannot compile a user's function, or it needs Python.
    """
    if not ENABLED:
        return function
    key = function, kinds, dtype
    with _lock:
        if key not in _known:
            symbol = _name(function, kinds, dtype) if ours else f"users.{len(ORIGINS)}"
            _known[key] = _load(_code(function, symbol, kinds, dtype, ours), symbol)
        return _known[key]


def _name(function: Function, kinds: tuple[Kind, ...], dtype: Any) -> str:
    """What belongs to this function alone, and is its file's name too."""
    of_kinds = hashlib.sha256(repr(kinds).encode()).hexdigest()[:8]
    return f"{function.__module__.rpartition('.')[2]}.{function.__qualname__}.{dtype}.{of_kinds}"


def _code(function: Function, symbol: str, kinds: tuple[Kind, ...], dtype: Any, ours: bool) -> bytes:
    """A function's object file, from the disk or by compilation."""
    code = cache.load(symbol) if ours else None
    ORIGINS[symbol] = "loaded" if code else "compiled"
    if code is None:
        from clearprop.engines.compiled.compiler import compiled

        code = compiled(function, symbol, kinds, dtype, ours)
        if ours:
            cache.save(symbol, code)
    return code


def _load(code: bytes, symbol: str) -> int:
    """Where the code stands in memory."""
    engine = _engine()
    engine.add_object_file(llvm.ObjectFileRef.from_data(code))
    engine.finalize_object()
    at: int = engine.get_function_address(symbol)
    return at


@functools.cache
def _engine() -> Any:
    """LLVM's place for code in this process."""
    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()
    machine = llvm.Target.from_default_triple().create_target_machine(codemodel="jitdefault", jit=True)
    return llvm.create_mcjit_compiler(llvm.parse_assembly(""), machine)


@functools.cache
def kernel(function: Function, kinds: tuple[Kind, ...], dtype: Any) -> Any:
    """A kernel as Python calls it, without the GIL, with numbers and what `place` and `places_of` make of arrays."""
    if not ENABLED:
        return function
    of_c = [ctypes.c_ssize_t if kind == N else ctypes.c_void_p for kind in kinds]
    return ctypes.CFUNCTYPE(None, *of_c)(address(function, kinds, dtype))


def place(array: Any) -> Any:
    """Where an array's numbers begin, as kernels take it; the array itself where nothing is compiled.

    The array must live as long as the kernel runs.
    """
    return array.__array_interface__["data"][0] if ENABLED else array


def places_of(arrays: Any, pointers: Pointers, dtype: Any) -> Any:
    """A named tuple of flat arrays as kernels take it: its places, in an array of their own.

    Raises
    ------
    TypeError
        An array is not of the kind that the kernel takes it for.
    """
    if not ENABLED:
        return arrays
    dtypes = {N_POINTER: np.dtype(np.int64), D_POINTER: np.dtype(np.float64), X_POINTER: np.dtype(dtype)}
    for name, array, kind in zip(arrays._fields, arrays, pointers.kinds, strict=True):
        if kind != NOTHING and (array.dtype != dtypes[kind] or not array.flags.c_contiguous):
            raise TypeError(f"{name} must be a contiguous array of {dtypes[kind]}, got {array.dtype}")
    return np.array([0 if array is None else place(array) for array in arrays], dtype=np.uintp)
