"""`clearprop evaluate`: how good a trained model is on a table whose answers are known."""

from pathlib import Path
from typing import Annotated

import typer

from clearprop.cli.reading import Dates, Decimal, Delimiter, Encoding, Largest, Missing, Thousands, read


def evaluate(
    model: Annotated[Path, typer.Argument(help="A model file that `clearprop train` wrote.")],
    data: Annotated[Path, typer.Argument(help="A table with the model's columns and the true target; - for stdin.")],
    json: Annotated[bool, typer.Option("--json", help="Print JSON instead of tables.")] = False,
    missing: Missing = None,
    decimal: Decimal = None,
    thousands: Thousands = None,
    encoding: Encoding = None,
    delimiter: Delimiter = None,
    dates: Dates = None,
    largest: Largest = None,
) -> None:
    """Compare a model's answers with the truth.

    For classes: accuracy, log loss, ROC AUC and which class is taken for which; for quantities: R2, MAE and RMSE. Rows
    whose target is missing are left out.

    Example: clearprop evaluate flowers.model more-flowers.csv
    """
    from clearprop.cli.console import print_evaluation, working
    from clearprop.cli.models import check_columns, load_predictor
    from clearprop.tables.evaluating import evaluate_table

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
        check=lambda header: check_columns(predictor, header, predictor.target.name),
    )
    with working("predicting"):
        evaluation = evaluate_table(predictor, table)
    if json:
        import json as json_format

        typer.echo(json_format.dumps(evaluation.to_json(), indent=2))
    else:
        print_evaluation(evaluation, f"rows of {data}")
