"""`clearprop predict`: a trained model's answers for the rows of a table."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from clearprop.cli.reading import Dates, Decimal, Delimiter, Encoding, Largest, Missing, Thousands, read

if TYPE_CHECKING:
    from clearprop.tables.column import Column


def predict(
    model: Annotated[Path, typer.Argument(help="A model file that `clearprop train` wrote.")],
    data: Annotated[Path, typer.Argument(help="A table with the columns that the model was trained on; - for stdin.")],
    out: Annotated[
        Path, typer.Option(help="The CSV file to write, a line a row of the data, in its order; - to print.")
    ],
    keep: Annotated[
        list[str] | None, typer.Option(help="A column of the data to put in front; may be repeated.")
    ] = None,
    keep_going: Annotated[
        bool, typer.Option("--keep-going", help="Leave the answer empty of a row with a cell that cannot be taken.")
    ] = False,
    missing: Missing = None,
    decimal: Decimal = None,
    thousands: Thousands = None,
    encoding: Encoding = None,
    delimiter: Delimiter = None,
    dates: Dates = None,
    largest: Largest = None,
) -> None:
    """Predict the target of each row: classes with their probabilities, or values.

    Example: clearprop predict flowers.model new.csv --keep name --out predictions.csv
    """
    from clearprop.cli.console import notes, print_notes, say, working
    from clearprop.cli.models import check_columns, load_predictor
    from clearprop.cli.outputs import checked_outputs, is_terminal
    from clearprop.foundation.atomic import write_atomically
    from clearprop.printable import printable
    from clearprop.tables.notes import in_front
    from clearprop.tables.targets import ClassTarget
    from clearprop.tables.writing import csv_text

    (place,) = checked_outputs([out], inputs=[model, data])
    assert place is not None
    predictor = load_predictor(model)
    table = read(
        data,
        missing=missing,
        decimal=decimal,
        thousands=thousands,
        encoding=encoding,
        delimiter=delimiter,
        dates=dates,
        largest=largest,
        unreadable="keep" if keep_going else "refuse",
        check=lambda header: check_columns(predictor, header, *(keep or ())),
    )
    kept = table.select(keep or ())
    with working("predicting"):
        predictions = predictor.predict(table, keep_going=keep_going)
    target = predictor.target
    names = [*kept.names, f"predicted {target.name}"]
    columns: list[Any] = [*map(_cells, kept.columns), predictions.values]
    if predictions.probabilities is not None:
        assert isinstance(target, ClassTarget)
        names += [f"probability {label}" for label in target.classes]
        columns += list(predictions.probabilities.T)
    if predictions.left_empty is not None and predictions.left_empty.any():
        columns[len(kept.names) :] = [_emptied(column, predictions.left_empty) for column in columns[len(kept.names) :]]
    with working(f"writing {out}"):
        text = csv_text(names, columns, str(place))
        if is_terminal(place):
            text = "\n".join(map(printable, text.split("\n")))
        write_atomically(place, text)
    print_notes(in_front([*table.notes, *predictions.notes]))
    say(f"{place}: {len(predictions.values):,} predictions", notes)


def _cells(column: "Column") -> list[str | None]:
    """A column's cells as texts, as they read again; None for missing ones."""
    from clearprop.tables.spelling import cell_text

    missing = column.is_missing
    return [None if missing[row] else cell_text(column, row) for row in range(len(column))]


def _emptied(column: Any, empty: Any) -> list[Any]:
    return [None if gone else value for value, gone in zip(column.tolist(), empty.tolist(), strict=True)]
