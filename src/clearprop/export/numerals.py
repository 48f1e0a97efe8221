"""Numbers as texts: the shortest digits that give them back, the same in every locale, and lists of them in lines."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np
import numpy.typing as npt

WIDTH = 116


def digits(number: Any) -> str:
    """The shortest digits of a number that its own type reads back to the last bit.

    Examples
    --------
    >>> digits(0.1), digits(np.float32(0.1)), digits(1), digits(1e22)
    ('0.1', '0.1', '1.0', '1e+22')
    """
    return str(number) if isinstance(number, np.float32) else repr(float(number))


def all_digits(numbers: npt.NDArray[Any]) -> list[str]:
    """The digits of each number of an array, of one axis."""
    return list(map(str, numbers)) if numbers.dtype == np.float32 else list(map(repr, numbers.tolist()))


def lines(items: Iterable[str], indent: str, width: int = WIDTH) -> Iterator[str]:
    """Items behind commas, as many in a line as fit.

    Examples
    --------
    >>> list(lines(["1.5", "20.0", "3.0"], "  ", width=12))
    ['  1.5, 20.0,', '  3.0']
    """
    line = ""
    for item in items:
        if line and len(indent) + len(line) + len(item) + 3 > width:
            yield f"{indent}{line},"
            line = item
        else:
            line = f"{line}, {item}" if line else item
    if line:
        yield indent + line


def counted(number: int, what: str) -> str:
    """A number of things, in words.

    Examples
    --------
    >>> counted(1, "neuron"), counted(2000, "neuron")
    ('1 neuron', '2,000 neurons')
    """
    return f"1 {what}" if number == 1 else f"{number:,} {what}s"
