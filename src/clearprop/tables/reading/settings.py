"""What a reader of files may be told beforehand, where the file itself does not say it or says it wrongly."""

from __future__ import annotations

import codecs
import math
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from clearprop.errors import InputError, Message, Parameter
from clearprop.foundation.table_cells import quoted

ColumnChoice = Iterable[str] | Callable[[tuple[str, ...]], Iterable[str]]

DELIMITER_NAMES = {"tab": "\t", "\\t": "\t", "space": " ", "comma": ",", "semicolon": ";", "bar": "|"}
DATE_ORDERS = ("day-first", "month-first")
_UNITS = {"": 0, "K": 1, "M": 2, "G": 3, "T": 4}
_THOUSANDS = {"space": " ", "apostrophe": "'"}


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What `read_table` is told; see there. None is for what the file shows."""

    decimal: str | None = None
    thousands: str | None = None
    encoding: str | None = None
    delimiter: str | None = None
    missing: tuple[str, ...] = ()
    dates: str | None = None
    columns: ColumnChoice | None = None
    categorical_features: frozenset[str] = frozenset()
    unreadable: Literal["refuse", "keep"] = "refuse"
    largest: int | None = None

    def __post_init__(self) -> None:
        """Raise an InputError for what none of them can be."""
        for name in ("decimal", "thousands", "encoding", "delimiter", "dates", "unreadable"):
            given = getattr(self, name)
            if not isinstance(given, str | None):
                raise InputError(Message(Parameter(name), f" must be a text, got {quoted(given)}: write it in quotes"))
        object.__setattr__(self, "delimiter", DELIMITER_NAMES.get(self.delimiter or "", self.delimiter))
        object.__setattr__(self, "thousands", _THOUSANDS.get(self.thousands or "", self.thousands))
        if self.decimal not in (None, ".", ","):
            raise InputError(f"decimal must be '.' or ',', got {quoted(self.decimal)}")
        if self.thousands not in (None, ".", ",", " ", "'"):
            raise InputError(f"thousands must be '.', ',', \"'\" or ' ' (space), got {quoted(self.thousands)}")
        if self.thousands is not None and self.thousands == self.decimal:
            raise InputError(f"decimal and thousands are both {self.decimal!r}: they must differ")
        if self.delimiter is not None and (len(self.delimiter) != 1 or self.delimiter in '"\r\n'):
            raise InputError(f"delimiter must be one sign, such as ';' or 'tab', got {quoted(self.delimiter)}")
        if self.encoding is not None:
            try:
                codecs.lookup(self.encoding)
            except LookupError as error:
                raise InputError(
                    f"there is no encoding {quoted(self.encoding)}: utf-8, cp1252, latin-1, utf-16 are some"
                ) from error
        if self.dates is not None and self.dates not in DATE_ORDERS and "%" not in self.dates:
            orders = " or ".join(map(repr, DATE_ORDERS))
            raise InputError(f"dates must be {orders}, or a form such as '%d.%m.%Y', got {quoted(self.dates)}")
        if self.unreadable not in ("refuse", "keep"):
            raise InputError(f"unreadable must be 'refuse' or 'keep', got {quoted(self.unreadable)}")

    @property
    def known_decimal(self) -> str | None:
        """The decimal sign, where it follows from what is given."""
        if self.decimal is None and self.thousands in (".", ","):
            return "," if self.thousands == "." else "."
        return self.decimal

    @property
    def date_order(self) -> Literal["day-first", "month-first"] | None:
        """The order of day and month, where it is given."""
        return self.dates if self.dates in ("day-first", "month-first") else None  # type: ignore[return-value]

    def wanted(self, names: tuple[str, ...]) -> tuple[str, ...]:
        """The columns that are asked for."""
        if self.columns is None:
            return names
        return tuple(self.columns(names) if callable(self.columns) else self.columns)


def texts(name: str, given: Iterable[str]) -> tuple[str, ...]:
    """A list of texts, or an InputError: a text alone would be taken letter by letter.

    Examples
    --------
    >>> texts("missing", ["?", "-"])
    ('?', '-')
    """
    is_list = isinstance(given, Iterable) and not isinstance(given, str | bytes | Mapping)
    if not is_list or not all(isinstance(one, str) for one in given):
        remedy = f": write [{quoted(given)}]" if isinstance(given, str) else ": write it in brackets"
        raise InputError(Message(Parameter(name), f" must be a list of texts, got {quoted(given)}{remedy}"))
    return tuple(given)


def n_bytes(largest: int | str) -> int:
    """How many bytes a size says: a whole number, or one with a unit, each of which is 1,024 of the one before.

    Raises
    ------
    InputError
        It is no such size.

    Examples
    --------
    >>> n_bytes(4096), n_bytes("4KB"), n_bytes("1.5 GiB")
    (4096, 4096, 1610612736)
    """
    size = re.fullmatch(r"(\d{1,15}(?:\.\d{1,15})?) ?([KMGT]?)(?:i?B)?", str(largest), re.IGNORECASE)
    if size is None or type(largest) not in (int, str) or not float(size[1]):
        raise InputError(
            Message(Parameter("largest"), f" must be a size such as 500MB or 4GB, got {quoted(largest)}: pass one")
        )
    return math.ceil(float(size[1]) * 1024 ** _UNITS[size[2].upper()])
