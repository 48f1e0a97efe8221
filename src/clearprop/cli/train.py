"""`clearprop train`: learn to predict one column of a table from the others."""

import inspect
import shlex
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from clearprop.tables.model import Learned

DATA = "What is learned"
NETWORK = "The network"
TRAINING = "How it learns"
OUTPUT = "What is written"
# The flags that stand for the trainer's parameters, in what is said where training diverges.
FLAGS = {
    "learning_rate": "--learning-rate",
    "clip_norm=1.0": "--clip-norm 1.0",
    "l2": "--l2",
    "optimizer": "--optimizer",
}


def train(
    data: Annotated[Path, typer.Argument(help="A CSV file whose first line names the columns.")],
    target: Annotated[str, typer.Option(help="The column to predict.", rich_help_panel=DATA)],
    out: Annotated[Path, typer.Option(help="The model file to write; - for standard output.", rich_help_panel=OUTPUT)],
    task: Annotated[
        str | None, typer.Option(help="classification or regression; found out if not given.", rich_help_panel=DATA)
    ] = None,
    ignore: Annotated[
        list[str] | None, typer.Option(help="A column to leave out; may be repeated.", rich_help_panel=DATA)
    ] = None,
    category: Annotated[
        list[str] | None,
        typer.Option(help="A column of numbers that stand for categories; may be repeated.", rich_help_panel=DATA),
    ] = None,
    max_categories: Annotated[
        int, typer.Option(min=1, help="The most different texts in a column.", rich_help_panel=DATA)
    ] = 1000,
    validation: Annotated[
        float, typer.Option(help="The share of rows kept out of training, to judge it by.", rich_help_panel=DATA)
    ] = 0.2,
    hidden: Annotated[
        str, typer.Option(help="Units of the hidden layers, such as 32,16; 0 for none.", rich_help_panel=NETWORK)
    ] = "32,16",
    activation: Annotated[
        str, typer.Option(help="The hidden layers' activation, such as relu or tanh.", rich_help_panel=NETWORK)
    ] = "relu",
    initializer: Annotated[
        str, typer.Option(help="What the first weights are drawn by.", rich_help_panel=NETWORK)
    ] = "glorot_uniform",
    loss: Annotated[
        str | None,
        typer.Option(help="For regression: squared_error, absolute_error, huber, ...", rich_help_panel=NETWORK),
    ] = None,
    dtype: Annotated[str, typer.Option(help="float64 or float32.", rich_help_panel=NETWORK)] = "float64",
    epochs: Annotated[int, typer.Option(min=1, help="The most passes over the rows.", rich_help_panel=TRAINING)] = 200,
    patience: Annotated[
        int, typer.Option(min=0, help="How many epochs on end may pass without gain.", rich_help_panel=TRAINING)
    ] = 20,
    optimizer: Annotated[
        str, typer.Option(help="adam, sgd, nesterov, lion, lbfgs, ...", rich_help_panel=TRAINING)
    ] = "adam",
    learning_rate: Annotated[
        float | None, typer.Option(help="If not given, the optimiser's usual one.", rich_help_panel=TRAINING)
    ] = None,
    schedule: Annotated[
        str, typer.Option(help="constant, cosine, one_cycle, adaptive, ...", rich_help_panel=TRAINING)
    ] = "constant",
    batch_size: Annotated[
        int | None, typer.Option(min=1, help="Rows a step; fitted to the data if not given.", rich_help_panel=TRAINING)
    ] = None,
    l1: Annotated[float, typer.Option(help="L1 penalty on the weights.", rich_help_panel=TRAINING)] = 0.0,
    l2: Annotated[float, typer.Option(help="L2 penalty on the weights.", rich_help_panel=TRAINING)] = 0.0,
    dropout: Annotated[
        float, typer.Option(help="The share of hidden units left out in each step.", rich_help_panel=TRAINING)
    ] = 0.0,
    clip_norm: Annotated[
        float | None, typer.Option(help="The greatest length of a gradient.", rich_help_panel=TRAINING)
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="The same seed gives the same model.", rich_help_panel=TRAINING)] = 0,
    report: Annotated[
        Path | None, typer.Option(help="An HTML report to write, all in one file, or -.", rich_help_panel=OUTPUT)
    ] = None,
    loss_curve: Annotated[
        Path | None,
        typer.Option(help="A picture (.png, .svg, or - for SVG) of the loss by epoch.", rich_help_panel=OUTPUT),
    ] = None,
    boundary: Annotated[
        Path | None,
        typer.Option(
            help="A picture (.png, .svg, or - for SVG) of the answers, for two columns of numbers.",
            rich_help_panel=OUTPUT,
        ),
    ] = None,
) -> None:
    """Train a network to predict one column of a table from the others.

    Numbers are scaled, missing cells filled in and texts turned into yes-or-no inputs; the model file remembers how.

    Example: clearprop train flowers.csv --target species --out flowers.model --report flowers.html
    """
    command = _command(dict(locals()))
    from clearprop.cli.console import UntilTraining, console, notes, print_evaluation, print_notes, say, working
    from clearprop.cli.outputs import check_not_terminal, checked_endings, checked_outputs, goes_to_standard_output
    from clearprop.errors import DivergenceError, InputError, TrainingWarning
    from clearprop.foundation.atomic import is_stream
    from clearprop.foundation.entries import listed
    from clearprop.tables.model import TableModel, TableSettings
    from clearprop.tables.preprocessing import Preprocessor
    from clearprop.tables.table import Table, read_csv
    from clearprop.training.progress import ProgressBar

    outputs = checked_outputs([out, report, loss_curve, boundary], inputs=[data])
    place, report, loss_curve, boundary = outputs
    assert place is not None
    check_not_terminal(place, "a model file")
    checked_endings([loss_curve, boundary], [".png", ".svg"])
    checked_endings([report], [".html", ".htm"])
    if task not in (None, "classification", "regression"):
        raise InputError(f"--task must be classification or regression, got {task!r}")
    trainer: dict[str, Any] = {
        "epochs": epochs,
        "patience": patience,
        "optimizer": optimizer,
        "learning_rate": learning_rate,
        "schedule": schedule,
        "l1": l1,
        "l2": l2,
        "dropout": dropout,
        "clip_norm": clip_norm,
    }
    if batch_size is not None:
        trainer["batch_size"] = batch_size
    settings = TableSettings(
        task=task,  # type: ignore[arg-type]
        hidden=_sizes(hidden),
        activation=activation,
        initializer=initializer,
        loss=loss,
        dtype=dtype,
        validation=validation,
        ignore=ignore or (),
        categories=category or (),
        max_categories=max_categories,
        seed=seed,
        trainer=trainer,
    )

    def check_header(header: Table) -> None:
        learned_from = settings.check_columns(header, target)
        if boundary is not None and len(set(learned_from.names) - set(settings.categories)) < 2:
            raise InputError(no_plane(learned_from.names))

    def check_plane(preprocessor: Preprocessor) -> None:
        if boundary is not None and not preprocessor.is_plane:
            raise InputError(no_plane(preprocessor.names))

    def no_plane(names: Sequence[str]) -> str:
        return (
            f"--boundary: {data} has {listed(names) or 'no column'} to learn from, and a picture of the answers takes "
            "two columns of numbers and no others: leave out --boundary, or other columns by --ignore"
        )

    with working(f"reading {data}"):
        table = read_csv(data, check=check_header)
    with working("preparing the columns") as status, warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", TrainingWarning)
        try:
            callbacks = [UntilTraining(status), ProgressBar()]
            learned = TableModel.learn(table, target, settings, callbacks, check=check_plane)
        except DivergenceError as error:
            raise error.worded(FLAGS, kept="No model is written") from None
    learned.notes.extend(str(warning.message) for warning in caught)
    learned.model.save(place)
    written = {"model": place, **_write_pictures(learned, data.name, command, report, loss_curve, boundary)}

    # All is written before anything is printed, so that nothing is lost if whoever reads goes away.
    to = notes if goes_to_standard_output(outputs) else console
    say(f"{data}: {table.n_rows:,} rows, {len(table.names)} columns", to)
    print_notes(learned.notes)
    say(f"{len(learned.history)} epochs; {learned.ending}", to)
    if learned.held_out is None:
        where = "training rows (none were kept out, so expect less on new ones)"
    else:
        where = "rows kept out of training (they chose the best epoch: expect less on new ones)"
    print_evaluation(learned.evaluation, where, to)
    for name, path in written.items():
        say(f"{name}: {path}", to)
    if not is_stream(place):
        say(f"next: clearprop predict {shlex.quote(str(out))} NEW.csv --out predictions.csv", to)


def _write_pictures(
    learned: "Learned", title: str, command: str, report: Path | None, loss_curve: Path | None, boundary: Path | None
) -> dict[str, Path]:
    """Write what is wanted; its names and paths."""
    if report is None and loss_curve is None and boundary is None:
        return {}
    from clearprop.tables.report import boundary_figure, loss_figure, save_figure, write_report

    written = {}
    if loss_curve is not None:
        save_figure(loss_figure(learned), loss_curve)
        written["loss curve"] = loss_curve
    if boundary is not None:
        save_figure(boundary_figure(learned.model, learned.train), boundary)
        written["boundary"] = boundary
    if report is not None:
        write_report(report, learned, title, command)
        written["report"] = report
    return written


def _command(arguments: dict[str, Any]) -> str:
    """The command line that stands for these arguments of `train`, those that are usual left out."""
    words = ["clearprop", "train", str(arguments["data"])]
    for name, parameter in inspect.signature(train).parameters.items():
        value = arguments[name]
        if name == "data" or value is None or value == parameter.default:
            continue
        for item in value if isinstance(value, list) else [value]:
            words += [f"--{name.replace('_', '-')}", str(item)]
    return shlex.join(words)


def _sizes(hidden: str) -> list[int]:
    from clearprop.errors import InputError

    try:
        sizes = [int(size) for size in hidden.replace(" ", "").split(",") if size]
    except ValueError:
        sizes = [-1]
    if sizes == [0]:
        return []
    if any(size < 1 for size in sizes):
        raise InputError(f"--hidden must be whole numbers such as 32,16 (0 for no hidden layer), got {hidden!r}")
    return sizes
