"""`clearprop predict`: a trained model's answers for the rows of a table."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from clearprop.cli.reading import Dates, Decimal, Delimiter, Encoding, Missing, Thousands, read
from clearprop.cli.sources import Stream

if TYPE_CHECKING:
    from collections.abc import Iterable

    from clearprop.tables.predictor import Predictions, TablePredictor
    from clearprop.tables.table import Table


def predict(
    model: Annotated[Path, typer.Argument(help="A model file that `clearprop train` wrote.")],
    data: Annotated[Path, typer.Argument(help="A table with the columns that the model was trained on; - for stdin.")],
    out: Annotated[
        Path,
        typer.Option(help="The CSV or .parquet file to write, a row for each of the data, in its order; - to print."),
    ],
    keep: Annotated[
        list[str] | None, typer.Option(help="A column of the data to put in front; may be repeated.")
    ] = None,
    stream: Stream = False,
    keep_going: Annotated[
        bool, typer.Option("--keep-going", help="Leave the answer empty of a row with a cell that cannot be taken.")
    ] = False,
    missing: Missing = None,
    decimal: Decimal = None,
    thousands: Thousands = None,
    encoding: Encoding = None,
    delimiter: Delimiter = None,
    dates: Dates = None,
) -> None:
    """Predict the target of each row: classes with their probabilities, or values.

    Example: clearprop predict flowers.model new.csv --keep name --out predictions.csv
    """
    from clearprop.cli.console import notes, print_notes, say, working
    from clearprop.cli.models import check_columns, load_predictor
    from clearprop.cli.outputs import checked_outputs
    from clearprop.cli.prediction_files import prediction_file
    from clearprop.cli.sources import header_of, streamed_source
    from clearprop.tables.notes import in_front, some
    from clearprop.tables.sources.opening import pattern_of

    (place,) = checked_outputs([out], inputs=[model, data])
    assert place is not None
    predictor = load_predictor(model)
    reading: dict[str, Any] = {
        "missing": missing,
        "decimal": decimal,
        "thousands": thousands,
        "encoding": encoding,
        "delimiter": delimiter,
        "dates": dates,
    }
    unreadable: Literal["keep", "refuse"] = "keep" if keep_going else "refuse"
    source = streamed_source(data, stream, unreadable=unreadable, **reading)
    parts: Iterable[Table]
    if source is None:

        def check(header: "Table") -> None:
            check_columns(predictor, header, *(keep or ()))

        parts = [read(Path(pattern_of(data)), **reading, unreadable=unreadable, check=check)]
    else:
        check_columns(predictor, header_of(source), *(keep or ()))
        names = list(dict.fromkeys([*(keep or ()), *predictor.preparation.names]))
        parts = (source.table(number, names) for number in range(len(source)))
    found: list[str] = []
    n_rows = 0
    with prediction_file(place) as write, working("predicting") as status:
        for table in parts:
            predictions = predictor.predict(table, keep_going=keep_going)
            write(*_columns(predictor, table.select(keep or ()), predictions))
            found += [*table.notes, *predictions.notes]
            n_rows += table.n_rows
            status.update(f"predicting, {n_rows:,} rows so far")
    print_notes(some(in_front(found)))
    say(f"{place}: {n_rows:,} predictions", notes)


def _columns(predictor: "TablePredictor", kept: "Table", predictions: "Predictions") -> tuple[list[str], list[Any]]:
    """The names of what is written, and the columns: those kept, answers and probabilities."""
    from clearprop.tables.targets import ClassTarget

    target, empty = predictor.target, predictions.left_empty
    names = [f"predicted {target.name}"]
    answers: list[Any] = [predictions.values]
    if predictions.probabilities is not None:
        assert isinstance(target, ClassTarget)
        names += [f"probability {label}" for label in target.classes]
        answers += list(predictions.probabilities.T)
    if empty is not None and empty.any():
        answers = [_emptied(column, empty) for column in answers]
    return [*kept.names, *names], [*kept.columns, *answers]


def _emptied(column: Any, empty: Any) -> list[Any]:
    return [None if gone else value for value, gone in zip(column.tolist(), empty.tolist(), strict=True)]
