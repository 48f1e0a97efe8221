"""The options of `clearprop train`: each a field with its default, its help, and the panel that it stands in."""

import shlex
from dataclasses import dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from clearprop.tables.settings import TableSettings

DATA = "What is learned"
NETWORK = "The network"
TRAINING = "How it learns"
OUTPUT = "What is written"


# Neither compared nor printed, so that the decorator writes no code for it, which would be a wait for each command.
@dataclass(eq=False, repr=False)
class TrainOptions:
    """What `clearprop train` is asked to do."""

    data: Annotated[Path, typer.Argument(help="A CSV file whose first line names the columns.")]
    target: Annotated[str, typer.Option(help="The column to predict.", rich_help_panel=DATA)]
    out: Annotated[Path, typer.Option(help="The model file to write; - for standard output.", rich_help_panel=OUTPUT)]
    task: Annotated[
        str | None, typer.Option(help="classification or regression; found out if not given.", rich_help_panel=DATA)
    ] = None
    ignore: Annotated[
        list[str] | None, typer.Option(help="A column to leave out; may be repeated.", rich_help_panel=DATA)
    ] = None
    category: Annotated[
        list[str] | None,
        typer.Option(help="A column of numbers that stand for categories; may be repeated.", rich_help_panel=DATA),
    ] = None
    max_categories: Annotated[
        int, typer.Option(min=1, help="The most different texts in a column.", rich_help_panel=DATA)
    ] = 1000
    validation: Annotated[
        float, typer.Option(help="The share of rows kept out of training, to judge it by.", rich_help_panel=DATA)
    ] = 0.2
    hidden: Annotated[
        str, typer.Option(help="Units of the hidden layers, such as 32,16; 0 for none.", rich_help_panel=NETWORK)
    ] = "32,16"
    activation: Annotated[
        str, typer.Option(help="The hidden layers' activation, such as relu or tanh.", rich_help_panel=NETWORK)
    ] = "relu"
    initializer: Annotated[str, typer.Option(help="What the first weights are drawn by.", rich_help_panel=NETWORK)] = (
        "glorot_uniform"
    )
    loss: Annotated[
        str | None,
        typer.Option(help="For regression: squared_error, absolute_error, huber, ...", rich_help_panel=NETWORK),
    ] = None
    dtype: Annotated[str, typer.Option(help="float64 or float32.", rich_help_panel=NETWORK)] = "float64"
    epochs: Annotated[int, typer.Option(min=1, help="The most passes over the rows.", rich_help_panel=TRAINING)] = 200
    patience: Annotated[
        int, typer.Option(min=0, help="How many epochs on end may pass without gain.", rich_help_panel=TRAINING)
    ] = 20
    optimizer: Annotated[str, typer.Option(help="adam, sgd, nesterov, lion, lbfgs, ...", rich_help_panel=TRAINING)] = (
        "adam"
    )
    learning_rate: Annotated[
        float | None, typer.Option(help="If not given, the optimiser's usual one.", rich_help_panel=TRAINING)
    ] = None
    schedule: Annotated[
        str, typer.Option(help="constant, cosine, one_cycle, adaptive, ...", rich_help_panel=TRAINING)
    ] = "constant"
    batch_size: Annotated[
        int | None, typer.Option(min=1, help="Rows a step; fitted to the data if not given.", rich_help_panel=TRAINING)
    ] = None
    l1: Annotated[float, typer.Option(help="L1 penalty on the weights.", rich_help_panel=TRAINING)] = 0.0
    l2: Annotated[float, typer.Option(help="L2 penalty on the weights.", rich_help_panel=TRAINING)] = 0.0
    dropout: Annotated[
        float, typer.Option(help="The share of hidden units left out in each step.", rich_help_panel=TRAINING)
    ] = 0.0
    clip_norm: Annotated[
        float | None, typer.Option(help="The greatest length of a gradient.", rich_help_panel=TRAINING)
    ] = None
    seed: Annotated[int, typer.Option(min=0, help="The same seed gives the same model.", rich_help_panel=TRAINING)] = 0
    report: Annotated[
        Path | None, typer.Option(help="An HTML report to write, all in one file, or -.", rich_help_panel=OUTPUT)
    ] = None
    loss_curve: Annotated[
        Path | None,
        typer.Option(help="A picture (.png, .svg, or - for SVG) of the loss by epoch.", rich_help_panel=OUTPUT),
    ] = None
    boundary: Annotated[
        Path | None,
        typer.Option(
            help="A picture (.png, .svg, or - for SVG) of the answers, for two columns of numbers.",
            rich_help_panel=OUTPUT,
        ),
    ] = None

    def command(self) -> str:
        """The command line that asks for the same, options that are as usual left out."""
        words = ["clearprop", "train", str(self.data)]
        for option in fields(self)[1:]:
            value = getattr(self, option.name)
            if value is None or value == option.default:
                continue
            for item in value if isinstance(value, list) else [value]:
                words += [f"--{option.name.replace('_', '-')}", str(item)]
        return shlex.join(words)

    def settings(self) -> "TableSettings":
        """The settings that the options stand for.

        Raises
        ------
        InputError, ValueError
            A setting that no table could be learned with.
        """
        from clearprop.errors import InputError
        from clearprop.tables.settings import TableSettings

        if self.task not in (None, "classification", "regression"):
            raise InputError(f"--task must be classification or regression, got {self.task!r}")
        trainer: dict[str, Any] = {
            "epochs": self.epochs,
            "patience": self.patience,
            "optimizer": self.optimizer,
            "learning_rate": self.learning_rate,
            "schedule": self.schedule,
            "l1": self.l1,
            "l2": self.l2,
            "dropout": self.dropout,
            "clip_norm": self.clip_norm,
        }
        if self.batch_size is not None:
            trainer["batch_size"] = self.batch_size
        return TableSettings(
            task=self.task,  # type: ignore[arg-type]
            hidden=_sizes(self.hidden),
            activation=self.activation,
            initializer=self.initializer,
            loss=self.loss,
            dtype=self.dtype,
            validation=self.validation,
            ignore=self.ignore or (),
            categories=self.category or (),
            max_categories=self.max_categories,
            seed=self.seed,
            trainer=trainer,
        )


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
