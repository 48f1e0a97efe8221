"""`clearprop predict`: a trained model's answers for the rows of a table."""

from pathlib import Path
from typing import Annotated

import typer


def predict(
    model: Annotated[Path, typer.Argument(help="A model file that `clearprop train` wrote.")],
    data: Annotated[Path, typer.Argument(help="A CSV file with the columns that the model was trained on.")],
    out: Annotated[Path, typer.Option(help="The CSV file to write: a line for each row of the data, in its order.")],
) -> None:
    """Predict the target of each row: classes with their probabilities, or values.

    Example: clearprop predict flowers.model new.csv --out predictions.csv
    """
    from clearprop.cli.console import console, print_notes
    from clearprop.cli.models import load_table_model
    from clearprop.cli.outputs import checked_outputs
    from clearprop.tables import read_csv, write_csv

    checked_outputs([out], inputs=[model, data])
    loaded = load_table_model(model)
    predictions = loaded.predict(read_csv(data))
    print_notes(predictions.notes)
    names, columns = [f"predicted {loaded.target.name}"], [predictions.values]
    if predictions.probabilities is not None:
        names += [f"probability {label}" for label in loaded.target.classes]  # type: ignore[attr-defined]
        columns += list(predictions.probabilities.T)
    write_csv(out, names, columns)
    console.print(f"{out}: {len(predictions.values):,} predictions", soft_wrap=True)
