"""Tables that a command reads bit by bit, since it is asked to or since memory would not do for all of it."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from clearprop.cli.reading import READING, ReadingOptions

if TYPE_CHECKING:
    from collections.abc import Sequence

    from clearprop.errors import Message
    from clearprop.tables.predictor import TablePredictor
    from clearprop.tables.sources.source import Source
    from clearprop.tables.table import Table

Stream = Annotated[
    bool,
    typer.Option("--stream", help="Read it bit by bit, as is done where memory would not do.", rich_help_panel=READING),
]


def streamed_source(
    path: Path,
    asked: bool,
    reading: ReadingOptions,
    *,
    categories: "Sequence[str]" = (),
    needed: "Sequence[str] | None" = None,
    unreadable: Literal["refuse", "keep"] = "refuse",
) -> "Source | None":
    """The table's parts; None where it is to be read as a whole."""
    from clearprop.cli.console import working
    from clearprop.tables.reading.settings import Settings, n_bytes
    from clearprop.tables.sources.opening import streamed

    given = {name: value for name, value in vars(reading).items() if value}
    given |= {"missing": tuple(reading.missing or ())}
    given |= {"largest": n_bytes(reading.largest)} if reading.largest else {}
    settings = Settings(**given, categorical_features=frozenset(categories), needed=needed, unreadable=unreadable)
    with working(f"looking at {path}"):
        return streamed(str(path), asked or "auto", settings)


def source_for(
    predictor: "TablePredictor",
    path: Path,
    asked: bool,
    reading: ReadingOptions,
    *further: str,
    kept: "Sequence[str]" = (),
    unreadable: Literal["refuse", "keep"] = "refuse",
) -> "tuple[Source | None, Message | None]":
    """The parts of the table that a model is to be applied to, and how its cells are read if that was taken over.

    See `ReadingOptions.read_for`, which reads it as a whole where there are none.
    """
    options, taken = reading.completed_for(predictor)
    needed = [*further, *predictor.preparation.names]
    source = streamed_source(path, asked, options, needed=needed, unreadable=unreadable)
    if source is None:
        return None, None
    header_of(source).select([*kept, *needed])
    return source, taken


def header_of(source: "Source") -> "Table":
    """The columns without their rows."""
    from clearprop.tables.reading.delimited import empty_table

    return empty_table(source.names, source.path)
