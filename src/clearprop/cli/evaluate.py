"""`clearprop evaluate`: how good a trained model is on a table whose answers are known."""

from pathlib import Path
from typing import Annotated

import typer


def evaluate(
    model: Annotated[Path, typer.Argument(help="A model file that `clearprop train` wrote.")],
    data: Annotated[Path, typer.Argument(help="A CSV file with the model's columns and the true target.")],
    json: Annotated[bool, typer.Option("--json", help="Print JSON instead of tables.")] = False,
) -> None:
    """Compare a model's answers with the truth.

    For classes: accuracy, log loss, ROC AUC and which class is taken for which; for quantities: R2, MAE and RMSE.

    Example: clearprop evaluate flowers.model more-flowers.csv
    """
    from clearprop.cli.console import print_evaluation, working
    from clearprop.cli.models import load_table_model
    from clearprop.tables.text_reading import read_csv

    loaded = load_table_model(model)
    with working(f"reading {data} and predicting"):
        needed = [*loaded.preprocessor.names, loaded.target.name]
        evaluation = loaded.evaluate(read_csv(data, check=lambda header: header.select(needed)))
    if json:
        import json as json_format

        typer.echo(json_format.dumps(evaluation.to_json(), indent=2))
    else:
        print_evaluation(evaluation, f"rows of {data}")
