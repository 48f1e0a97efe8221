"""`clearprop evaluate`: how good a trained model is on a table whose answers are known."""

from pathlib import Path
from typing import Annotated, Any

import typer

from clearprop.cli.reading import Dates, Decimal, Delimiter, Encoding, Missing, Thousands, read
from clearprop.cli.sources import Stream


def evaluate(
    model: Annotated[Path, typer.Argument(help="A model file that `clearprop train` wrote.")],
    data: Annotated[Path, typer.Argument(help="A table with the model's columns and the true target; - for stdin.")],
    json: Annotated[bool, typer.Option("--json", help="Print JSON instead of tables.")] = False,
    stream: Stream = False,
    missing: Missing = None,
    decimal: Decimal = None,
    thousands: Thousands = None,
    encoding: Encoding = None,
    delimiter: Delimiter = None,
    dates: Dates = None,
) -> None:
    """Compare a model's answers with the truth.

    For classes: accuracy, log loss, ROC AUC and which class is taken for which; for quantities: R2, MAE and RMSE. Rows
    whose target is missing are left out.

    Example: clearprop evaluate flowers.model more-flowers.csv
    """
    from clearprop.cli.console import print_evaluation, working
    from clearprop.cli.models import check_columns, load_predictor
    from clearprop.cli.sources import header_of, streamed_source
    from clearprop.tables.evaluating import evaluate_source, evaluate_table
    from clearprop.tables.sources.opening import pattern_of

    predictor = load_predictor(model)
    reading: dict[str, Any] = {
        "missing": missing,
        "decimal": decimal,
        "thousands": thousands,
        "encoding": encoding,
        "delimiter": delimiter,
        "dates": dates,
    }
    target = predictor.target.name
    source = streamed_source(data, stream, **reading)
    if source is None:
        where = Path(pattern_of(data))
        table = read(where, **reading, check=lambda header: check_columns(predictor, header, target))
        with working("predicting"):
            evaluation = evaluate_table(predictor, table)
    else:
        check_columns(predictor, header_of(source), target)
        with working("predicting"):
            evaluation = evaluate_source(predictor, source)
    if json:
        import json as json_format

        typer.echo(json_format.dumps(evaluation.to_json(), indent=2))
    else:
        print_evaluation(evaluation, f"rows of {data}")
