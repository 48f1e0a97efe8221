"""What a reader of files may be told beforehand, where the file itself does not say it or says it wrongly."""

from __future__ import annotations

import codecs
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Literal

from clearprop.errors import InputError

ColumnChoice = Iterable[str] | Callable[[tuple[str, ...]], Iterable[str]]

DELIMITER_NAMES = {"tab": "\t", "\\t": "\t", "space": " ", "comma": ",", "semicolon": ";", "bar": "|"}
DATE_ORDERS = ("day-first", "month-first")
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

    def __post_init__(self) -> None:
        """Raise an InputError for what none of them can be."""
        object.__setattr__(self, "delimiter", DELIMITER_NAMES.get(self.delimiter or "", self.delimiter))
        object.__setattr__(self, "thousands", _THOUSANDS.get(self.thousands or "", self.thousands))
        if self.decimal not in (None, ".", ","):
            raise InputError(f"decimal must be '.' or ',', got {self.decimal!r}")
        if self.thousands not in (None, ".", ",", " ", "'"):
            raise InputError(f"thousands must be '.', ',', \"'\" or ' ' (space), got {self.thousands!r}")
        if self.thousands is not None and self.thousands == self.decimal:
            raise InputError(f"decimal and thousands are both {self.decimal!r}: they must differ")
        if self.delimiter is not None and (len(self.delimiter) != 1 or self.delimiter in '"\r\n'):
            raise InputError(f"delimiter must be one sign, such as ';' or 'tab', got {self.delimiter!r}")
        if self.encoding is not None:
            try:
                codecs.lookup(self.encoding)
            except LookupError as error:
                raise InputError(
                    f"there is no encoding {self.encoding!r}: utf-8, cp1252, latin-1, utf-16 are some"
                ) from error
        if self.dates is not None and self.dates not in DATE_ORDERS and "%" not in self.dates:
            raise InputError(
                f"dates must be {' or '.join(map(repr, DATE_ORDERS))}, or a form such as '%d.%m.%Y', got {self.dates!r}"
            )
        if self.unreadable not in ("refuse", "keep"):
            raise InputError(f"unreadable must be 'refuse' or 'keep', got {self.unreadable!r}")

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
