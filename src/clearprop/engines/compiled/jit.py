"""How kernels are compiled: one set of options, and no JIT if wanted.

With NUMBA_DISABLE_JIT=1 nothing is compiled and every kernel runs as the Python that it is written in; what cannot (a
few lines of machine vectors, calls through addresses) has a twin in NumPy beside it.
"""

from collections.abc import Callable
from typing import Any

import numba
from numba.core import config
from numba.core.ccallback import CFunc
from numba.core.dispatcher import Dispatcher
from numba.core.errors import NumbaError
from numba.core.sigutils import normalize_signature
from numba.extending import overload, register_jitable

from clearprop.engines.compiled.cache import cached

Function = Callable[..., Any]

ENABLED = not config.DISABLE_JIT
# Divisions by 0 give infinity, as in NumPy, instead of an exception that keeps loops from being vectorised.
ERROR_MODEL = "numpy"
# Sums may be reordered and products contracted; what is not a number stays one (the full set would drop NaN).
FASTMATH = {"contract", "reassoc", "arcp", "nsz"}
# Functions of numbers must dissolve in the loops that call them, or these cannot be vectorised; their own sums stay in
# order, since some add a great and a small part of one number one after the other.
INLINED = {"error_model": ERROR_MODEL, "fastmath": FASTMATH - {"reassoc"}, "forceinline": True}


def kernel(function: Function) -> Any:
    """A kernel that Python calls; it runs without the GIL and adds up in the order that is written."""
    if not ENABLED:
        return function
    return cached(numba.njit(nogil=True, error_model=ERROR_MODEL)(function), function)


def part(function: Function) -> Any:
    """A part of kernels, compiled into them."""
    return numba.njit(nogil=True, error_model=ERROR_MODEL)(function)


def total(function: Function) -> Any:
    """A part that adds up, in whatever order is fastest (the same each time)."""
    return numba.njit(nogil=True, error_model=ERROR_MODEL, fastmath=FASTMATH)(function)


def address(function: Function, signature: Any, cache: bool = True) -> Any:
    """The address of a function compiled for a C signature; the function itself where nothing is compiled.

    A user's function is not cached: no digest tells when it changes.

    Raises
    ------
    TypeError
        Numba cannot compile it.
    """
    if not ENABLED:
        return function
    compiled = CFunc(
        function, normalize_signature(signature), locals={}, options={"error_model": ERROR_MODEL, "fastmath": FASTMATH}
    )
    if cache:
        cached(compiled, function)
    try:
        compiled.compile()
    except NumbaError as error:
        reason = " ".join(str(error).split())[:300]
        raise TypeError(f"Numba cannot compile the given kernels: {reason}") from error
    _KEPT.append(compiled)  # the code lives as long as this object
    return compiled.address


_KEPT: list[CFunc] = []


def scalar(function: Function) -> Function:
    """A function of numbers: Python's when called from Python, compiled into the kernels that use it.

    A user's that is compiled already can be called by them as it is.
    """
    if not isinstance(function, Dispatcher):
        register_jitable(**INLINED)(function)
    return function


def exact(function: Function) -> Function:
    """A function whose every operation is rounded as written: a loop comes to the same numbers wherever it is cut."""
    register_jitable(error_model=ERROR_MODEL, fastmath=False, forceinline=True)(function)
    return function


def by_precision(single: Function, double: Function) -> Function:
    """One function for both dtypes, each with its own constants; the first argument says which."""

    def either(*arguments: Any) -> Any:
        return (single if arguments[0].dtype.itemsize == 4 else double)(*arguments)

    @overload(either, jit_options=INLINED, strict=False)
    def choose(*arguments: Any) -> Function:
        return single if arguments[0] == numba.float32 else double

    return either
