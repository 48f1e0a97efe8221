"""Strict checks of entries that were read from JSON; nothing from a file is believed."""

import re
from typing import Any, TypeGuard

from clearprop.errors import InputError
from clearprop.foundation.entries import quoted

_REMEDY = "the file is damaged or was changed: save the model again"


def refuse(what: str, rule: str) -> InputError:
    """The error for an entry that breaks a rule.

    Examples
    --------
    >>> print(refuse("column 'age', scale", "nan is not finite"))
    column 'age', scale: nan is not finite: the file is damaged or was changed: save the model again
    """
    return InputError(f"{what}: {rule}: {_REMEDY}")


def checked_entries(config: object, names: set[str], what: str) -> dict[str, Any]:
    """A dictionary with entries of exactly these names.

    Raises
    ------
    InputError
        It is no dictionary, or has other entries.

    Examples
    --------
    >>> checked_entries({"mean": 1.0}, {"mean"}, "target")
    {'mean': 1.0}
    """
    if not isinstance(config, dict):
        raise refuse(what, f"{quoted(config)} is not a dictionary")
    missing = names - config.keys()
    unknown = [name for name in config if name not in names]
    if missing:
        raise refuse(what, f"there is no entry {quoted(min(missing))}")
    if unknown:
        raise refuse(what, f"the entry {quoted(unknown[0])} is unknown")
    return config


def checked_number(value: object, what: str, least: float, most: float) -> float:
    """A number between two bounds, neither NaN nor a bool.

    Raises
    ------
    InputError
        It is something else.

    Examples
    --------
    >>> checked_number(2, "scale", 0.0, 10.0)
    2.0
    """
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise refuse(what, f"{quoted(value)} is not a number")
    if not least <= value <= most:
        raise refuse(what, f"{quoted(value)} is not between {least:g} and {most:g}")
    return float(value)


def _is_cell(value: object) -> TypeGuard[str]:
    """Whether it is a string that a table could hold: no white space around it, no half surrogate pairs."""
    return isinstance(value, str) and value == value.strip() and not re.search("[\ud800-\udfff]", value)


def checked_name(value: object, what: str) -> str:
    """A string as columns are named by: a cell that is not empty.

    Raises
    ------
    InputError
        It is something else.

    Examples
    --------
    >>> checked_name("age", "name")
    'age'
    """
    if not _is_cell(value) or not value:
        raise refuse(what, f"{quoted(value)} is not a name")
    return value


def checked_texts(values: object, what: str) -> tuple[str, ...]:
    """A list of strings as cells are: at least one, no two alike.

    Raises
    ------
    InputError
        It is something else.

    Examples
    --------
    >>> checked_texts(["no", "yes"], "classes")
    ('no', 'yes')
    """
    if not isinstance(values, list) or not values:
        raise refuse(what, f"{quoted(values)} is not a list of strings")
    for value in values:
        if not _is_cell(value):
            raise refuse(what, f"{quoted(value)} is not a string as cells are, in UTF-8 and stripped")
    if len(set(values)) < len(values):
        raise refuse(what, "a value stands there twice")
    return tuple(values)
