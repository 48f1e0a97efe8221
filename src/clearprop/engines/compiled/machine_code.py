"""Machine code of functions: in this process, else from the disk, else compiled now.

A function is known by its name and by the kinds of its arguments (see `argument_kinds`). It returns nothing.

Code is come by aside (see `uninterrupted`): an interrupt ends the wait for it at once, and what is compiled then is
there, and on disk, when it is asked for again.
"""

import ctypes
import functools
import hashlib
import itertools
import os
import threading
from typing import Any

import numpy as np

from clearprop.engines.compiled import cache, object_file
from clearprop.engines.compiled.argument_kinds import D_POINTER, N_POINTER, NOTHING, X_POINTER, D, Kind, N, Pointers
from clearprop.engines.compiled.jit import ENABLED, Function
from clearprop.engines.compiled.uninterrupted import run_aside

# Of a buffer of any length.
_NUMBERS = ctypes.c_char * 0

_lock = threading.RLock()
_addresses: dict[tuple[Any, ...], int] = {}
_count_of_users = itertools.count()
# How each function's code was come by, "loaded" or "compiled", for those who want to know.
ORIGINS: dict[str, str] = {}


def _after_fork_in_child() -> None:
    global _lock
    _lock = threading.RLock()


# Nobody forks while LLVM or Numba are at work, whose own locks would stay closed in the child for ever.
if hasattr(os, "register_at_fork"):
    os.register_at_fork(
        before=lambda: _lock.acquire(),
        after_in_parent=lambda: _lock.release(),
        after_in_child=_after_fork_in_child,
    )


def address(function: Function, kinds: tuple[Kind, ...], dtype: Any, ours: bool = True, name: str | None = None) -> Any:
    """The address of a function's code; the function itself where nothing is compiled.

    Parameters
    ----------
    ours : bool
        False of one with a user's function in it, which is not kept on disk: no digest tells when it changes.
    name : str, optional
        What belongs to this function alone; where not given, the name under which its module has it.

    Raises
    ------
    TypeError
        Numba cannot compile a user's function, or it needs Python.
    """
    if not ENABLED:
        return function
    key = function, kinds, dtype
    if key not in _addresses:
        run_aside(lambda: _come_by(function, kinds, dtype, ours, name or function.__qualname__))
    return _addresses[key]


def _come_by(function: Function, kinds: tuple[Kind, ...], dtype: Any, ours: bool, name: str) -> None:
    """See to it that the function has an address."""
    key = function, kinds, dtype
    with _lock:
        if key in _addresses:
            return
        if not ours:
            symbol = f"users.{next(_count_of_users)}"
            _addresses[key] = _load(_compiled(function, symbol, kinds, dtype, ours=False)[0], symbol)
            return
        symbol = _symbol(function, name, kinds, dtype)
        at = _kept(symbol)
        if at is None:
            with cache.alone():
                at = _kept(symbol)  # by another process, meanwhile
                if at is None:
                    code, stands_alone = _compiled(function, symbol, kinds, dtype, ours=True)
                    if stands_alone:
                        cache.save(symbol, code)
                    at = _load(code, symbol)
        _addresses[key] = at


def _kept(symbol: str) -> int | None:
    """Where a function's code from the disk stands in memory; None if none is kept, or none that can be loaded."""
    code = cache.load(symbol)
    if code is None:
        return None
    try:
        at = _load(code, symbol)
    except ValueError:
        return None
    ORIGINS[symbol] = "loaded"
    return at


def _compiled(function: Function, symbol: str, kinds: tuple[Kind, ...], dtype: Any, ours: bool) -> tuple[bytes, bool]:
    """A function's object file, made now, and whether any process can load it."""
    from clearprop.engines.compiled.compiler import compiled

    made = compiled(function, symbol, kinds, dtype, ours)
    ORIGINS[symbol] = "compiled"
    return made


def _symbol(function: Function, name: str, kinds: tuple[Kind, ...], dtype: Any) -> str:
    """What belongs to this function and these kinds alone, and is the file's name too."""
    of_kinds = hashlib.sha256(repr(kinds).encode()).hexdigest()[:8]
    return f"{function.__module__.rpartition('.')[2]}.{name}.{dtype}.{of_kinds}"


def _load(code: bytes, symbol: str) -> int:
    """Where the code stands in memory.

    Raises
    ------
    ValueError
        It is no object file, or has no such function.
    """
    if object_file.HERE:
        return object_file.load(code, symbol)
    from clearprop.engines.compiled import llvm_loader

    return llvm_loader.load(code, symbol)


@functools.cache
def entry(function: Function, kinds: tuple[Kind, ...], dtype: Any) -> Any:
    """A kernel as Python calls it, without the GIL: with numbers, `pointer_to` an array, `pointers_to` several."""
    assert D not in kinds, "kernels take whole numbers and pointers"
    if not ENABLED:
        return np.errstate(all="ignore")(function)  # as machine code, which says nothing
    of_c = [ctypes.c_ssize_t if kind == N else ctypes.c_void_p for kind in kinds]
    return ctypes.CFUNCTYPE(None, *of_c)(address(function, kinds, dtype))


def pointer_to(array: Any) -> Any:
    """Where an array's numbers begin, as kernels take it; the array itself where nothing is compiled.

    The array must live as long as the kernel runs.
    """
    if not ENABLED:
        return array
    if array.flags.writeable:  # whose buffer tells in a fifth of the time
        return ctypes.addressof(_NUMBERS.from_buffer(array))
    return array.__array_interface__["data"][0]


def pointers_to(arrays: Any, pointers: Pointers, dtype: Any) -> Any:
    """A named tuple of flat arrays as kernels take it: pointers to them, in an array of their own.

    Raises
    ------
    TypeError
        An array is not of the kind that the kernel takes it for.
    """
    if not ENABLED:
        return arrays
    for name, array, wanted in zip(arrays._fields, arrays, _dtypes_of(pointers, dtype), strict=True):
        if wanted is not None and (array.dtype != wanted or not array.flags.c_contiguous):
            raise TypeError(f"{name} must be a contiguous array of {wanted}, got {array.dtype}")
    return np.array([0 if array is None else pointer_to(array) for array in arrays], dtype=np.uintp)


def replaced(arrays_at: Any, pointers: Pointers, name: str, array: Any) -> Any:
    """What `pointers_to` gave, with another array, of the same kind, in one place."""
    if not ENABLED:
        return arrays_at._replace(**{name: array})
    arrays_at[pointers.of._fields.index(name)] = pointer_to(array)  # type: ignore[attr-defined]
    return arrays_at


@functools.cache
def _dtypes_of(pointers: Pointers, dtype: Any) -> list[np.dtype[Any] | None]:
    dtypes = {N_POINTER: np.dtype(np.int64), D_POINTER: np.dtype(np.float64), X_POINTER: np.dtype(dtype)}
    return [None if kind == NOTHING else dtypes[kind] for kind in pointers.kinds]
