"""Machine code of functions: in this process, else from the disk, else compiled now.

A function is known by its name and by the kinds of its arguments, as C has them: N a whole number, D a float64, X the
network's dtype; of each a pointer; and `Pointers` to a named tuple of pointers. It returns nothing.
"""

import ctypes
import functools
import hashlib
import itertools
import os
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
_addresses: dict[tuple[Any, ...], int] = {}
_count_of_users = itertools.count()
# How each function's code was come by, "loaded" or "compiled", for those who want to know.
ORIGINS: dict[str, str] = {}


def _forget_others() -> None:
    """In a forked child, where the thread that held the lock is not."""
    global _lock
    _lock = threading.Lock()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget_others)


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
    if key not in _addresses:
        with _lock:
            if key not in _addresses:
                symbol = _name(function, kinds, dtype) if ours else f"users.{next(_count_of_users)}"
                _addresses[key] = _load(_code(function, symbol, kinds, dtype, ours), symbol)
    return _addresses[key]


def _name(function: Function, kinds: tuple[Kind, ...], dtype: Any) -> str:
    """What belongs to this function alone, and is its file's name too."""
    of_kinds = hashlib.sha256(repr(kinds).encode()).hexdigest()[:8]
    return f"{function.__module__.rpartition('.')[2]}.{function.__qualname__}.{dtype}.{of_kinds}"


def _code(function: Function, symbol: str, kinds: tuple[Kind, ...], dtype: Any, ours: bool) -> bytes:
    """A function's object file, from the disk or by compilation."""
    code = cache.load(symbol) if ours else None
    if code is not None:
        ORIGINS[symbol] = "loaded"
        return code
    from clearprop.engines.compiled.compiler import compiled

    code, stands_alone = compiled(function, symbol, kinds, dtype, ours)
    ORIGINS[symbol] = "compiled"
    if ours and stands_alone:
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
def entry(function: Function, kinds: tuple[Kind, ...], dtype: Any) -> Any:
    """A kernel as Python calls it, without the GIL: with numbers, `pointer_to` an array, `pointers_to` several."""
    assert D not in kinds, "kernels take whole numbers and pointers"
    if not ENABLED:
        return function
    of_c = [ctypes.c_ssize_t if kind == N else ctypes.c_void_p for kind in kinds]
    return ctypes.CFUNCTYPE(None, *of_c)(address(function, kinds, dtype))


def pointer_to(array: Any) -> Any:
    """Where an array's numbers begin, as kernels take it; the array itself where nothing is compiled.

    The array must live as long as the kernel runs.
    """
    return array.__array_interface__["data"][0] if ENABLED else array


def pointers_to(arrays: Any, pointers: Pointers, dtype: Any) -> Any:
    """A named tuple of flat arrays as kernels take it: pointers to them, in an array of their own.

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
    return np.array([0 if array is None else pointer_to(array) for array in arrays], dtype=np.uintp)
