"""How a number is written, the same in every form."""

import math


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
