"""What becomes of a column of a table when a network learns from it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

from clearprop.tables.column import Column

Use = Literal["number", "boolean", "date", "category", "presence", "nothing"]


@dataclass(frozen=True)
class Role:
    """What becomes of a column.

    Attributes
    ----------
    column : Column
        As it is learned from: texts that all are numbers or dates are those.
    use : {"number", "boolean", "date", "category", "presence", "nothing"}
        "presence": only whether a cell is there; "nothing": it is left out.
    kind : str
        What it is, for people: "number", "category", "identifier", "free text", "constant", "empty".
    reason : str
        Why, with evidence; empty where its type says all.
    blanks : tuple of str
        The texts among numbers that count as missing.
    unsure : bool
        Whether its owner should look at it, as it may well be something else.
    """

    column: Column
    use: Use
    kind: str
    reason: str = ""
    blanks: tuple[str, ...] = ()
    unsure: bool = False


@dataclass(frozen=True)
class Roles:
    """The role of each column, in the table's order, and what was noticed."""

    roles: tuple[Role, ...]
    notes: tuple[str, ...] = field(default=())

    def __iter__(self) -> Iterator[Role]:
        return iter(self.roles)
