"""`clearprop explain`: why a trained model's gradient, prediction or loss is what it is, for rows of a table."""

from pathlib import Path
from typing import Annotated

import typer

from clearprop.cli.formats import Format, write
from clearprop.cli.reading import ReadingOptions


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
    plot: Annotated[
        Path | None,
        typer.Option(help="A picture (.png, .svg, or - for SVG) of what each column adds to the prediction."),
    ] = None,
    *,
    reading: ReadingOptions,
) -> None:
    """Explain a number of a model: symbols, your numbers, and a check; of a prediction first what each column adds.

    Example: clearprop explain flowers.model flowers.csv --row 5 --parameter "W2[3,1]"
    """
    from clearprop.cli.console import print_notes
    from clearprop.cli.models import load_predictor
    from clearprop.cli.outputs import checked_endings, checked_outputs, goes_to_standard_output
    from clearprop.errors import InputError
    from clearprop.explanation.explaining import explain as explained
    from clearprop.explanation.explaining import first_step
    from clearprop.explanation.notation import name_in
    from clearprop.tables.notes import in_front

    place, picture = checked_outputs([out, plot], inputs=[model, data])
    checked_endings([picture], [".png", ".svg"])
    if picture is not None and "".join(parameter.split()) != "prediction":
        raise InputError(f"--plot shows what adds to the prediction, and --parameter is {parameter}: leave one out")
    first_step(optimizer, learning_rate)
    loaded = load_predictor(model)
    name_in(loaded.networks[0], parameter)
    table = reading.read_for(loaded, data)
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
    if picture is not None:
        from clearprop.plots import ContributionsDisplay, new_figure
        from clearprop.tables.report import save_figure

        display = ContributionsDisplay.from_explanation(explanation)
        save_figure(display.plot(new_figure(*display.size).add_subplot()).figure_, picture)
    print_notes(in_front(table.notes))
    write(explanation, format, None if everything else 4, place, err=goes_to_standard_output([picture]))
