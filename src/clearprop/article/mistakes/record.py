"""What a demonstrated mistake consists of: two sentences, tables of numbers, and whether they really show it."""

from dataclasses import dataclass
from typing import Any

Cell = str | int | float


@dataclass(frozen=True)
class Column:
    """A column of a table: its heading, and the format that its numbers are shown in."""

    heading: str
    format: str = ""


@dataclass(frozen=True)
class Table:
    """Numbers under headings.

    Attributes
    ----------
    title : str
    columns : tuple of Column
    rows : tuple of tuples of str, int or float
        The numbers with all their digits; `cells` formats them.

    Examples
    --------
    >>> table = Table("Slopes", (Column("a"), Column("a (1 - a)", ".3f")), ((0.5, 0.25), (1.0, 0.0)))
    >>> table.cells()
    [['0.5', '0.250'], ['1.0', '0.000']]
    """

    title: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]

    def cells(self) -> list[list[str]]:
        """Give the rows as text, each number in its column's format; text stays as it is."""
        return [
            [
                cell if isinstance(cell, str) else format(cell, column.format)
                for cell, column in zip(row, self.columns, strict=True)
            ]
            for row in self.rows
        ]


@dataclass(frozen=True)
class Mistake:
    """One of the article's nine mistakes, with the numbers that show it.

    Attributes
    ----------
    number : int
        1 to 9.
    title : str
    article : str
        What the article says or does.
    right : str
        What is right, and how the tables show it.
    tables : tuple of Table
        Computed when the demonstration ran.
    shown : bool
        Whether those numbers bear the claim out.
    """

    number: int
    title: str
    article: str
    right: str
    tables: tuple[Table, ...]
    shown: bool

    def as_dict(self) -> dict[str, Any]:
        """Give the record as plain dicts, lists, text and numbers, ready for JSON.

        Examples
        --------
        >>> Mistake(1, "Title", "It says.", "It is.", (), True).as_dict()["error"]
        1
        """
        return {
            "error": self.number,
            "title": self.title,
            "article": self.article,
            "right": self.right,
            "tables": [
                {
                    "title": table.title,
                    "columns": [column.heading for column in table.columns],
                    "rows": [list(row) for row in table.rows],
                }
                for table in self.tables
            ],
            "shown": self.shown,
        }
