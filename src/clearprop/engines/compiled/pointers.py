"""Pointers into flat arrays, and calls through addresses: what keeps the kernel small for the compiler and fast.

A pointer is one number where an array is ten, counts no owners and is indexed as an array is. Here stands what is done
where nothing is compiled: the rest of the array from a place is the pointer to it, the function itself its address.
What machine code does stands in `machine`.
"""

from typing import Any

from clearprop.engines.compiled.jit import Function


def pointer(base: Any, at: int) -> Any:
    """Where the number at a place of a flat array lies, or that far behind another pointer."""
    return base[at:]


def tuple_at(place: Any) -> Any:
    """The named tuple of pointers that lies at a place."""
    return place


def call(function: Function, arguments: tuple[Any, ...]) -> None:
    """Call the function at an address."""
    function(*arguments)


def array_at(place: Any, length: int) -> Any:
    """The array of so many numbers at a place, for those who count from its end or ask for its length."""
    return place[:length]


def fetch(base: Any, at: int) -> None:
    """Ask for the number at a place to be brought near, without waiting for it."""
