"""How a number, and a list of numbers or names that repeat, is written: the same in every form."""

import math
from collections.abc import Iterable
from itertools import groupby

# A count beyond this is written as a power of ten.
COUNTED_EXACTLY = 10**15


def split_number(value: float, digits: int) -> tuple[str, str]:
    """The digits of a number and its power of ten, "" where it is written without one.

    Examples
    --------
    >>> split_number(0.0821670406, 6), split_number(-1.5e-7, 6), split_number(3, 6)
    (('0.082167', ''), ('-1.5', '-7'), ('3', ''))
    """
    if isinstance(value, int):
        return str(value), ""
    if not math.isfinite(value):
        return ("nan" if math.isnan(value) else "inf" if value > 0 else "-inf"), ""
    if value == 0:
        return "0", ""
    mantissa, _, exponent = f"{value:.{digits}g}".partition("e")
    return mantissa, str(int(exponent)) if exponent else ""


def plain_number(value: float, digits: int = 6) -> str:
    """A number in one piece, with a true minus sign.

    Examples
    --------
    >>> plain_number(-0.25), plain_number(1.5e-7)
    ('−0.25', '1.5e−7')
    """
    mantissa, exponent = split_number(value, digits)
    return (mantissa + (f"e{exponent}" if exponent else "")).replace("-", "−")


def counted(count: int, thing: str) -> str:
    """How many there are of a thing; of numbers beyond use, roughly.

    Examples
    --------
    >>> counted(1, "path"), counted(2500, "path"), counted(50**40, "path")
    ('1 path', '2,500 paths', 'about 10^67 paths')
    """
    number = f"{count:,}" if count < COUNTED_EXACTLY else f"about 10^{len(str(count)) - 1}"
    return f"{number} {thing}{'' if count == 1 else 's'}"


def in_runs(items: Iterable[object], most: int = 9) -> str:
    """A list in which neighbours that are alike are counted; of one that is long all the same, the two ends.

    Examples
    --------
    >>> in_runs([4, 50, 50, 50, 2]), in_runs(range(100))
    ('4, 3 × 50, 2', '0, 1, 2, 3, …, 96, 97, 98, 99')
    """
    runs = [(item, len(list(group))) for item, group in groupby(items)]
    texts = [f"{count} × {item}" if count > 1 else str(item) for item, count in runs]
    half = most // 2
    return ", ".join(texts if len(texts) <= most else [*texts[:half], "…", *texts[-half:]])
