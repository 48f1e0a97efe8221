"""`clearprop evaluate`: how good a trained model is on a table whose answers are known."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from clearprop.cli.reading import ReadingOptions
from clearprop.cli.sources import Stream

if TYPE_CHECKING:
    from clearprop.tables.evaluation import Evaluation


def evaluate(
    model: Annotated[Path, typer.Argument(help="A model file that `clearprop train` wrote.")],
    data: Annotated[Path, typer.Argument(help="A table with the model's columns and the true target; - for stdin.")],
    json: Annotated[bool, typer.Option("--json", help="Print JSON instead of tables.")] = False,
    stream: Stream = False,
    *,
    reading: ReadingOptions,
) -> None:
    """Compare a model's answers with the truth.

    For classes: accuracy, log loss, ROC AUC and which class is taken for which; for quantities: R2, MAE and RMSE. Rows
    whose target is missing are left out.

    Example: clearprop evaluate flowers.model more-flowers.csv
    """
    from clearprop.cli.console import print_evaluation, working
    from clearprop.cli.models import load_predictor
    from clearprop.cli.sources import source_for
    from clearprop.errors import Message
    from clearprop.tables.cell_notation import in_errors
    from clearprop.tables.evaluating import evaluate_source, evaluate_table
    from clearprop.tables.notes import in_front
    from clearprop.tables.sources.opening import pattern_of

    predictor = load_predictor(model)
    target = predictor.target.name
    source, taken = source_for(predictor, data, stream, reading, target)
    if source is None:
        table = reading.read_for(predictor, Path(pattern_of(data)), target)
        with working("predicting"):
            evaluation = evaluate_table(predictor, table)
    else:
        with working("predicting"), in_errors(taken):
            evaluation = evaluate_source(predictor, source)
        said = [] if taken is None else [Message(taken, ".")]
        evaluation = evaluation.with_notes(in_front([*said, *evaluation.notes]))
    if json:
        import json as json_format

        typer.echo(json_format.dumps(evaluation.to_json(), indent=2))
    else:
        print_evaluation(evaluation, f"rows of {data}{_known(evaluation)}")


def _known(evaluation: "Evaluation") -> str:
    """What is known of the rows that makes their scores better than those of new ones."""
    from clearprop.tables.trained_rows import LEAST_SHARE

    share = evaluation.trained_on
    if share is None or share < LEAST_SHARE:
        return ""
    return f" ({'' if share == 1 else f'about {100 * share:.0f} % '}trained on, so expect less on new ones)"
