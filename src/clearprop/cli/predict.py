"""`clearprop predict`: a trained model's answers for the rows of a table."""

from pathlib import Path
from typing import Annotated

import typer


def predict(
    model: Annotated[Path, typer.Argument(help="A model file that `clearprop train` wrote.")],
    data: Annotated[Path, typer.Argument(help="A CSV file with the columns that the model was trained on.")],
    out: Annotated[
        Path, typer.Option(help="The CSV file to write, a line a row of the data, in its order; - to print.")
    ],
    keep: Annotated[
        list[str] | None, typer.Option(help="A column of the data to put in front; may be repeated.")
    ] = None,
) -> None:
    """Predict the target of each row: classes with their probabilities, or values.

    Example: clearprop predict flowers.model new.csv --keep name --out predictions.csv
    """
    from clearprop.cli.console import notes, print_notes, say, working
    from clearprop.cli.models import load_table_model
    from clearprop.cli.outputs import checked_outputs, is_terminal
    from clearprop.foundation.atomic import write_atomically
    from clearprop.printable import printable
    from clearprop.tables.text_reading import read_csv
    from clearprop.tables.writing import csv_text

    (place,) = checked_outputs([out], inputs=[model, data])
    assert place is not None
    loaded = load_table_model(model)
    with working(f"reading {data}"):
        table = read_csv(data, check=lambda header: header.select([*(keep or ()), *loaded.preprocessor.names]))
    kept = table.select(keep or ())
    with working("predicting"):
        predictions = loaded.predict(table)
    names, columns = [*kept.names, f"predicted {loaded.target.name}"], [*kept.columns, predictions.values]
    if predictions.probabilities is not None:
        names += [f"probability {label}" for label in loaded.target.classes]  # type: ignore[attr-defined]
        columns += list(predictions.probabilities.T)
    with working(f"writing {out}"):
        text = csv_text(names, columns, str(place))
        if is_terminal(place):
            text = "\n".join(map(printable, text.split("\n")))
        write_atomically(place, text)
    print_notes(predictions.notes)
    say(f"{place}: {len(predictions.values):,} predictions", notes)
