"""How a command reads the table that it is given: the options that overrule what the file itself shows."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

if TYPE_CHECKING:
    from clearprop.errors import InputError, Message
    from clearprop.tables.predictor import TablePredictor
    from clearprop.tables.table import Table

READING = "How the table is read"


# Neither compared nor printed, so that the decorator writes no code for it, which would be a wait for each command.
@dataclass(eq=False, repr=False)
class ReadingOptions:
    """What a command is told of the file that it reads; None is for what the file shows, or what the model knows."""

    missing: Annotated[
        list[str] | None,
        typer.Option(help="What else stands for a missing cell; may be repeated.", rich_help_panel=READING),
    ] = None
    decimal: Annotated[
        str | None, typer.Option(help="The sign in front of fractions: . or ,", rich_help_panel=READING)
    ] = None
    thousands: Annotated[
        str | None, typer.Option(help="The sign between thousands: , . ' or space.", rich_help_panel=READING)
    ] = None
    encoding: Annotated[str | None, typer.Option(help="Such as cp1252 or utf-16.", rich_help_panel=READING)] = None
    delimiter: Annotated[
        str | None, typer.Option(help="The sign between cells, such as ; or tab.", rich_help_panel=READING)
    ] = None
    dates: Annotated[
        str | None,
        typer.Option(help="day-first, month-first, or a form such as %d.%m.%Y.", rich_help_panel=READING),
    ] = None
    largest: Annotated[
        str | None,
        typer.Option(help="The most that a packed file may come to, such as 4GB.", rich_help_panel=READING),
    ] = None

    def read(
        self,
        path: Path,
        *,
        categories: Sequence[str] = (),
        columns: Callable[[tuple[str, ...]], Iterable[str]] | None = None,
        needed: Callable[[tuple[str, ...]], Iterable[str]] | None = None,
        unreadable: Literal["refuse", "keep"] = "refuse",
        check: "Callable[[Table], Any] | None" = None,
        also: "Callable[[Table], InputError | None] | None" = None,
    ) -> "Table":
        """The table of a file, or of standard input for `-`, behind a line that says so.

        Raises
        ------
        InputError
            See `clearprop.read_table`.
        """
        from clearprop.cli.console import working
        from clearprop.tables.reading import read_table

        given = {name: value for name, value in vars(self).items() if value}
        with working(f"reading {path}"):
            return read_table(
                path,
                **given,
                categorical_features=categories,
                columns=columns,
                needed=needed,
                unreadable=unreadable,
                check=check,
                also=also,
            )

    def read_for(
        self,
        predictor: "TablePredictor",
        path: Path,
        *further: str,
        kept: Sequence[str] = (),
        unreadable: Literal["refuse", "keep"] = "refuse",
    ) -> "Table":
        """The table that a model is to be applied to: cells are read as those of training, where nothing else is said.

        Parameters
        ----------
        predictor : TablePredictor
        path : Path
        *further : str
            Columns that must be there, and be readable, beside the model's.
        kept : sequence of str
            Columns that must be there, and whose cells are as they stand where they cannot be read.
        unreadable : {"refuse", "keep"}

        Raises
        ------
        InputError
            A column is missing, or cells cannot be read, or not be taken by the model: all columns in one message.
        """
        from dataclasses import replace

        from clearprop.errors import Message
        from clearprop.tables.cell_notation import in_errors

        options, taken = self.completed_for(predictor)
        reached: list[bool] = []  # the cells: a file that is not there has none

        needed = [*further, *predictor.preparation.names]

        def check(header: "Table") -> None:
            header.select([*kept, *needed])
            reached.append(True)

        with in_errors(taken, lambda: reached):
            table = options.read(
                path,
                needed=lambda names: needed,
                unreadable=unreadable,
                check=check,
                also=predictor.preparation.refusal,
            )
        return table if taken is None else replace(table, notes=(*table.notes, Message(taken, ".")))

    def completed_for(self, predictor: "TablePredictor") -> "tuple[ReadingOptions, Message | None]":
        """With what a model knows of cells where nothing else is said; and what to say of that, if it is anything."""
        from clearprop.tables.cell_notation import CellNotation, taken_over

        own = CellNotation(
            missing=tuple(self.missing or ()), decimal=self.decimal, thousands=self.thousands, dates=self.dates
        )
        notation = own.completed_by(predictor.notation)
        options = ReadingOptions(
            encoding=self.encoding, delimiter=self.delimiter, largest=self.largest, **notation.said()
        )
        return options, taken_over(own, predictor.notation, "flags given here")
