"""Tables that a command reads bit by bit, since it is asked to or since memory would not do for all of it."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from clearprop.cli.reading import READING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from clearprop.tables.sources.source import Source
    from clearprop.tables.table import Table

Stream = Annotated[
    bool,
    typer.Option("--stream", help="Read it bit by bit, as is done where memory would not do.", rich_help_panel=READING),
]


def streamed_source(path: Path, asked: bool, *, categories: "Sequence[str]" = (), **reading: Any) -> "Source | None":
    """The table's parts; None where it is to be read as a whole."""
    from clearprop.cli.console import working
    from clearprop.tables.reading.settings import Settings
    from clearprop.tables.sources.opening import streamed

    given = {name: value for name, value in reading.items() if value is not None}
    missing = tuple(given.pop("missing", ()))
    settings = Settings(missing=missing, categorical_features=frozenset(categories), **given)
    with working(f"looking at {path}"):
        return streamed(str(path), asked or "auto", settings)


def header_of(source: "Source") -> "Table":
    """The columns without their rows."""
    from clearprop.tables.reading.delimited import empty_table

    return empty_table(source.names, source.path)
