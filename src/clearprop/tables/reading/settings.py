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
from clearprop.tables.cell_notation import CellNotation
from clearprop.tables.table import Table

ColumnChoice = Iterable[str] | Callable[[tuple[str, ...]], Iterable[str]]

DELIMITER_NAMES = {"tab": "\t", "\\t": "\t", "space": " ", "comma": ",", "semicolon": ";", "bar": "|"}
_UNITS = {"": 0, "K": 1, "M": 2, "G": 3, "T": 4}


@dataclass(frozen=True, kw_only=True)
class Settings(CellNotation):
    """What `read_table` is told; see there. None is for what the file shows."""

    encoding: str | None = None
    delimiter: str | None = None
    columns: ColumnChoice | None = None
    needed: ColumnChoice | None = None
    categorical_features: frozenset[str] = frozenset()
    unreadable: Literal["refuse", "keep"] = "refuse"
    also: Callable[[Table], InputError | None] | None = None
    largest: int | None = None

    def __post_init__(self) -> None:
        """Raise an InputError for what none of them can be."""
        for name in ("encoding", "delimiter", "unreadable"):
            given = getattr(self, name)
            if not isinstance(given, str | None):
                raise InputError(Message(Parameter(name), f" must be a text, got {quoted(given)}: write it in quotes"))
        super().__post_init__()
        object.__setattr__(self, "delimiter", DELIMITER_NAMES.get(self.delimiter or "", self.delimiter))
        if self.delimiter is not None and (len(self.delimiter) != 1 or self.delimiter in '"\r\n'):
            raise InputError(f"delimiter must be one sign, such as ';' or 'tab', got {quoted(self.delimiter)}")
        if self.encoding is not None:
            try:
                codecs.lookup(self.encoding)
            except LookupError as error:
                raise InputError(
                    f"there is no encoding {quoted(self.encoding)}: utf-8, cp1252, latin-1, utf-16 are some"
                ) from error
        if self.unreadable not in ("refuse", "keep"):
            raise InputError(f"unreadable must be 'refuse' or 'keep', got {quoted(self.unreadable)}")

    @property
    def notation(self) -> CellNotation:
        """What it says of cells, for the table to remember."""
        return CellNotation(missing=self.missing, decimal=self.decimal, thousands=self.thousands, dates=self.dates)

    def wanted(self, names: tuple[str, ...]) -> tuple[str, ...]:
        """The columns that are asked for."""
        if self.columns is None:
            return names
        return tuple(self.columns(names) if callable(self.columns) else self.columns)

    def must_be_read(self, names: tuple[str, ...]) -> frozenset[str]:
        """The columns that are refused where their cells cannot be read."""
        if self.needed is None:
            return frozenset(names)
        return frozenset(self.needed(names) if callable(self.needed) else self.needed)


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
