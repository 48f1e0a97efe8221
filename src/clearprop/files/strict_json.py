"""JSON as files have it: each key once, numbers that are finite and fit, and not nested without end."""

from __future__ import annotations

import json
import math
import re
from typing import Any, NoReturn

from clearprop.files.limits import MOST_NESTED
from clearprop.foundation.table_cells import quoted

# So deep are arrays and objects within one another at most.
DEEPEST = 32
# What a column of whole numbers may hold, with a sign or without.
LEAST_WHOLE, GREATEST_WHOLE = -(2**63), 2**64 - 1
_LONGEST_WHOLE = len(str(LEAST_WHOLE))
# So many digits may be more than 64 bits, or such an exponent more than a float has.
_LARGE = re.compile(r"[0-9]{19}|[eE]\+?[0-9]{3}")
_TEXT = re.compile(r'"(?:[^"\\]|\\.)*"')


def parsed(text: str) -> Any:
    """What a text of JSON says.

    Raises
    ------
    ValueError
        It is no JSON, or a key stands in an object twice, or a number is NaN, infinite or a whole number beyond 64
        bits, or it is nested more than 32 deep.

    Examples
    --------
    >>> parsed('{"scale": 0.5}')
    {'scale': 0.5}
    >>> parsed('{"scale": 0.5, "scale": 2}')
    Traceback (most recent call last):
    ValueError: the key 'scale' stands there twice
    """
    _check_number(text)
    try:
        value = json.loads(text, object_pairs_hook=distinct, parse_constant=no_number, **_hooks(text))
    except json.JSONDecodeError as error:
        raise ValueError(f"no JSON: {error.msg} at character {error.pos + 1:,}") from None
    except RecursionError:
        raise _too_deep() from None
    _check_depth(value)
    return value


def written(value: Any) -> str:
    """The JSON of plain values, in which nothing is left to chance: the same values are the same text.

    Raises
    ------
    ValueError, TypeError
        It is none that `parsed` would take back.
    """
    text = json.dumps(value, allow_nan=False, separators=(",", ":"))
    parsed(text)
    return text


def _check_number(text: str) -> None:
    """Raise ValueError for more arrays and objects than a file of ours ever has; those in texts do not count."""
    if _brackets(text) > MOST_NESTED and _brackets(_TEXT.sub("", text)) > MOST_NESTED:
        raise ValueError(f"it has more than {MOST_NESTED:,} arrays and objects")


def _brackets(text: str) -> int:
    return text.count("[") + text.count("{")


def _hooks(text: str) -> dict[str, Any]:
    """What looks at each number, in a text where some may be too large: it takes ten times as long."""
    return {"parse_int": _whole, "parse_float": _number} if _LARGE.search(text) else {}


def distinct(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object of JSON; ValueError where a key stands there twice."""
    entries = dict(pairs)
    if len(entries) < len(pairs):
        seen: set[str] = set()
        for key, _ in pairs:
            if key in seen:
                raise ValueError(f"the key {quoted(key)} stands there twice")
            seen.add(key)
    return entries


def no_number(word: str) -> NoReturn:
    """Refuse NaN and infinities, which Python's module would take."""
    raise ValueError(f"{word} is no number of JSON")


def _whole(digits: str) -> int:
    value = int(digits) if len(digits) <= _LONGEST_WHOLE else GREATEST_WHOLE + 1
    if not LEAST_WHOLE <= value <= GREATEST_WHOLE:
        raise ValueError(f"the whole number {quoted(digits)[1:-1]} has more than 64 bits")
    return value


def _number(digits: str) -> float:
    value = float(digits)
    if not math.isfinite(value):
        raise ValueError(f"the number {quoted(digits)[1:-1]} is too large for 64 bits")
    return value


def _check_depth(value: Any) -> None:
    """Raise ValueError for what is nested too deep; level by level, so that no stack can overflow."""
    level = [value] if isinstance(value, dict | list) else []
    for _ in range(DEEPEST):
        inner = (one.values() if isinstance(one, dict) else one for one in level)
        level = [item for items in inner for item in items if isinstance(item, dict | list)]
        if not level:
            return
    raise _too_deep()


def _too_deep() -> ValueError:
    return ValueError(f"it is nested more than {DEEPEST} deep")
