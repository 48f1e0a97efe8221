"""`clearprop predict`: a trained model's answers for the rows of a table."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from clearprop.cli.reading import ReadingOptions
from clearprop.cli.sources import Stream

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from clearprop.errors import Message
    from clearprop.tables.sources.source import Source
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
    *,
    reading: ReadingOptions,
) -> None:
    """Predict the target of each row: classes with their probabilities, or values.

    Example: clearprop predict flowers.model new.csv --keep name --out predictions.csv
    """
    from clearprop.cli.console import notes, print_notes, say, working
    from clearprop.cli.models import load_predictor
    from clearprop.cli.outputs import checked_outputs
    from clearprop.cli.prediction_files import prediction_file
    from clearprop.cli.sources import source_for
    from clearprop.errors import Message
    from clearprop.tables.answers import answer_columns
    from clearprop.tables.cell_notation import in_errors
    from clearprop.tables.notes import in_front, some
    from clearprop.tables.sources.opening import pattern_of
    from clearprop.tables.targets import ClassTarget

    (place,) = checked_outputs([out], inputs=[model, data])
    assert place is not None
    predictor = load_predictor(model)
    unreadable: Literal["keep", "refuse"] = "keep" if keep_going else "refuse"
    source, taken = source_for(predictor, data, stream, reading, kept=keep or (), unreadable=unreadable)
    parts: Iterable[Table]
    found: list[str] = []
    if source is None:
        parts = [reading.read_for(predictor, Path(pattern_of(data)), kept=keep or (), unreadable=unreadable)]
    else:
        names = list(dict.fromkeys([*(keep or ()), *predictor.preparation.names]))
        parts = _parts(source, names, taken)
        found += [] if taken is None else [Message(taken, ".")]
    target = predictor.target
    classes = target.classes if isinstance(target, ClassTarget) else None
    n_rows = 0
    with prediction_file(place) as write, working("predicting") as status:
        for table in parts:
            with in_errors(taken):
                predictions = predictor.predict(table, keep_going=keep_going)
            kept, answers = table.select(keep or ()), answer_columns(predictions, target.name, classes)
            write([*kept.names, *(name for name, _ in answers)], [*kept.columns, *(cells for _, cells in answers)])
            found += [*table.notes, *predictions.notes]
            n_rows += table.n_rows
            status.update(f"predicting, {n_rows:,} rows so far")
    print_notes(some(in_front(found)))
    say(f"{place}: {n_rows:,} predictions", notes)


def _parts(source: "Source", names: "Sequence[str]", taken: "Message | None") -> "Iterator[Table]":
    """The parts of a table that is read bit by bit; what is refused says how cells were read."""
    from clearprop.tables.cell_notation import in_errors

    for number in range(len(source)):
        with in_errors(taken):
            table = source.table(number, names)
        yield table
