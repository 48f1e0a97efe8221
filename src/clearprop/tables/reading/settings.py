"""What a reader of files may be told beforehand, where the file itself does not say it or says it wrongly."""

from __future__ import annotations

import codecs
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Literal

from clearprop.errors import InputError
from clearprop.tables.cell_notation import CellNotation
from clearprop.tables.table import Table

ColumnChoice = Iterable[str] | Callable[[tuple[str, ...]], Iterable[str]]

DELIMITER_NAMES = {"tab": "\t", "\\t": "\t", "space": " ", "comma": ",", "semicolon": ";", "bar": "|"}


@dataclass(frozen=True, kw_only=True)
class Settings(CellNotation):
    """What `read_table` is told; see there. None is for what the file shows."""

    encoding: str | None = None
    delimiter: str | None = None
    columns: ColumnChoice | None = None
    categorical_features: frozenset[str] = frozenset()
    unreadable: Literal["refuse", "keep"] = "refuse"
    also: Callable[[Table], InputError | None] | None = None

    def __post_init__(self) -> None:
        """Raise an InputError for what none of them can be."""
        super().__post_init__()
        object.__setattr__(self, "delimiter", DELIMITER_NAMES.get(self.delimiter or "", self.delimiter))
        if self.delimiter is not None and (len(self.delimiter) != 1 or self.delimiter in '"\r\n'):
            raise InputError(f"delimiter must be one sign, such as ';' or 'tab', got {self.delimiter!r}")
        if self.encoding is not None:
            try:
                codecs.lookup(self.encoding)
            except LookupError as error:
                raise InputError(
                    f"there is no encoding {self.encoding!r}: utf-8, cp1252, latin-1, utf-16 are some"
                ) from error
        if self.unreadable not in ("refuse", "keep"):
            raise InputError(f"unreadable must be 'refuse' or 'keep', got {self.unreadable!r}")

    @property
    def notation(self) -> CellNotation:
        """What it says of cells, for the table to remember."""
        return CellNotation(missing=self.missing, decimal=self.decimal, thousands=self.thousands, dates=self.dates)

    def wanted(self, names: tuple[str, ...]) -> tuple[str, ...]:
        """The columns that are asked for."""
        if self.columns is None:
            return names
        return tuple(self.columns(names) if callable(self.columns) else self.columns)
