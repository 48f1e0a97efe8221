"""How kernels are compiled: with which options each function is, and nothing of it before it must be.

Every kernel is plain Python: with NUMBA_DISABLE_JIT=1 it runs as it is written, and what Python cannot write (a few
lines of machine vectors, calls through addresses) is done by NumPy, with the machine's form in `machine`. The
decorators only take note of their function, so that Numba, which takes half a second to load, is needed by a process
that compiles, and not by one that finds its code on disk.
"""

import os
from collections.abc import Callable
from types import FunctionType
from typing import Any

Function = Callable[..., Any]

ENABLED = os.environ.get("NUMBA_DISABLE_JIT", "0") in ("", "0")
# Divisions by 0 give infinity, as in NumPy, instead of an exception that keeps loops from being vectorised.
ORDERED = {"error_model": "numpy"}
# Sums may be reordered and products contracted; what is not a number stays one (the full set would drop NaN).
FASTMATH = {"contract", "reassoc", "arcp", "nsz"}
REORDERED = {**ORDERED, "fastmath": FASTMATH}
# Functions of numbers must dissolve in the loops that call them, or these cannot be vectorised; their own sums stay in
# order, since some add a great and a small part of one number one after the other.
INLINED = {**ORDERED, "fastmath": FASTMATH - {"reassoc"}, "forceinline": True}

# What kernels may call, and how it is compiled into them.
OPTIONS: dict[Function, dict[str, Any]] = {}
# Functions with one form for float32 and one for float64.
PRECISIONS: dict[Function, tuple[Function, Function]] = {}


def part(function: Function) -> Any:
    """A part of kernels; it adds up in the order that is written."""
    OPTIONS[function] = ORDERED
    return function


def total(function: Function) -> Any:
    """A part that adds up, in whatever order is fastest (the same each time)."""
    OPTIONS[function] = REORDERED
    return function


def scalar(function: Function) -> Function:
    """A function of numbers, unless it is exact. What a user has compiled by Numba already can be called as it is."""
    if isinstance(function, FunctionType):
        OPTIONS.setdefault(function, INLINED)
    return function


def exact(function: Function) -> Function:
    """A function whose every operation is rounded as written: a loop comes to the same numbers wherever it is cut."""
    OPTIONS[function] = {**ORDERED, "fastmath": False, "forceinline": True}
    return function


def by_precision(single: Function, double: Function) -> Function:
    """One function for both dtypes, each with its own constants; the first argument says which."""

    def either(*arguments: Any) -> Any:
        return (single if arguments[0].dtype.itemsize == 4 else double)(*arguments)

    PRECISIONS[either] = single, double
    return either
