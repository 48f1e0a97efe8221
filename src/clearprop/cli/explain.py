"""`clearprop explain`: why a trained model's gradient, prediction or loss is what it is, for rows of a table."""

from pathlib import Path
from typing import Annotated

import typer

from clearprop.cli.formats import Format, write
from clearprop.cli.reading import Dates, Decimal, Delimiter, Encoding, Largest, Missing, Thousands, read


def explain(
    model: Annotated[Path, typer.Argument(help="A model file that `clearprop train` wrote.")],
    data: Annotated[Path, typer.Argument(help="A table with the columns that the model was trained on; - for stdin.")],
    row: Annotated[int | None, typer.Option(help="The row of the data, counted from 1; all rows if left out.")] = None,
    parameter: Annotated[
        str,
        typer.Option(
            help='What to explain: "W2[3,1]", "b1[2]", "x[1]", "delta1[3]" (or "dL/dz1[3]"), "dL/da1[2]", "z1[2]", '
            '"a1[2]", prediction, loss.'
        ),
    ] = "prediction",
    format: Annotated[Format, typer.Option(help="What to write.")] = Format.text,
    optimizer: Annotated[str | None, typer.Option(help="Also explain this optimiser's first step.")] = None,
    learning_rate: Annotated[
        float | None, typer.Option(help="The step's learning rate; the optimiser's usual one if left out.")
    ] = None,
    everything: Annotated[bool, typer.Option("--all", help="List all of every sum, however long.")] = False,
    out: Annotated[Path | None, typer.Option(help="The file to write; standard output if left out, or by -.")] = None,
    missing: Missing = None,
    decimal: Decimal = None,
    thousands: Thousands = None,
    encoding: Encoding = None,
    delimiter: Delimiter = None,
    dates: Dates = None,
    largest: Largest = None,
) -> None:
    """Explain a number of a model: symbols, your numbers, and a check.

    Example: clearprop explain flowers.model flowers.csv --row 5 --parameter "W2[3,1]"
    """
    from clearprop.cli.models import check_columns, load_predictor
    from clearprop.cli.outputs import checked_outputs
    from clearprop.errors import InputError
    from clearprop.explanation.explaining import explain as explained
    from clearprop.explanation.explaining import first_step
    from clearprop.explanation.notation import name_in

    (place,) = checked_outputs([out], inputs=[model, data])
    first_step(optimizer, learning_rate)
    loaded = load_predictor(model)
    name_in(loaded.networks[0], parameter)
    table = read(
        data,
        missing=missing,
        decimal=decimal,
        thousands=thousands,
        encoding=encoding,
        delimiter=delimiter,
        dates=dates,
        largest=largest,
        check=lambda header: check_columns(loaded, header),
    )
    if row is not None and not 1 <= row <= table.n_rows:
        raise InputError(f"--row {row}: {data} has the rows 1 to {table.n_rows:,} (counted from 1)")
    if (
        row is None
        and table.n_rows > 1
        and "".join(parameter.split()).removeprefix("dL/d")[:1] not in ("W", "b", "l", "L")
    ):
        raise InputError(
            f"{parameter} is a number of one row, and {data} has {table.n_rows:,}: add --row 1 (the first), say"
        )
    rows = table if row is None else table.take([row - 1])
    explanation = explained(
        loaded,
        rows,
        name=parameter,
        optimizer=optimizer,
        learning_rate=learning_rate,
        first_row=row or 1,
        counted_from=1,
    )
    write(explanation, format, None if everything else 4, place)
