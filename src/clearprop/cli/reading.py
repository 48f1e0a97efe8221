"""How a command reads the table that it is given: the options that overrule what the file itself shows."""

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

if TYPE_CHECKING:
    from clearprop.tables.table import Table

READING = "How the table is read"

Missing = Annotated[
    list[str] | None,
    typer.Option(help="What else stands for a missing cell; may be repeated.", rich_help_panel=READING),
]
Decimal = Annotated[str | None, typer.Option(help="The sign in front of fractions: . or ,", rich_help_panel=READING)]
Thousands = Annotated[
    str | None, typer.Option(help="The sign between thousands: , . ' or space.", rich_help_panel=READING)
]
Encoding = Annotated[str | None, typer.Option(help="Such as cp1252 or utf-16.", rich_help_panel=READING)]
Delimiter = Annotated[
    str | None, typer.Option(help="The sign between cells, such as ; or tab.", rich_help_panel=READING)
]
Dates = Annotated[
    str | None,
    typer.Option(help="day-first, month-first, or a form such as %d.%m.%Y.", rich_help_panel=READING),
]

Largest = Annotated[
    str | None,
    typer.Option(help="The most that a packed file may come to, such as 4GB.", rich_help_panel=READING),
]


def read(
    path: Path,
    *,
    missing: Sequence[str] | None,
    decimal: str | None,
    thousands: str | None,
    encoding: str | None,
    delimiter: str | None,
    dates: str | None,
    largest: str | None,
    categories: Sequence[str] = (),
    columns: Callable[[tuple[str, ...]], Iterable[str]] | None = None,
    unreadable: Literal["refuse", "keep"] = "refuse",
    check: "Callable[[Table], Any] | None" = None,
) -> "Table":
    """The table of a file, or of standard input for `-`, behind a line that says so.

    Raises
    ------
    InputError
        See `clearprop.read_table`.
    """
    from clearprop.cli.console import working
    from clearprop.tables.reading import read_table

    with working(f"reading {path}"):
        return read_table(
            path,
            missing=missing or (),
            decimal=decimal,
            thousands=thousands,
            encoding=encoding,
            delimiter=delimiter,
            dates=dates,
            largest=largest,
            categorical_features=categories,
            columns=columns,
            unreadable=unreadable,
            check=check,
        )
