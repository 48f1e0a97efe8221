"""The options of `clearprop train`: each a field with its default, its help, and the panel that it stands in."""

import shlex
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from clearprop.cli.reading import ReadingOptions

if TYPE_CHECKING:
    from dataclasses import Field

    from clearprop.tables.estimator import TableEstimator
    from clearprop.tables.targets import Task

DATA = "What is learned"
NETWORK = "The network"
TRAINING = "How it learns"
KEPT = "If it is interrupted"
OUTPUT = "What is written"


# Neither compared nor printed, so that the decorator writes no code for it, which would be a wait for each command.
@dataclass(eq=False, repr=False)
class TrainOptions:
    """What `clearprop train` is asked to do."""

    data: Annotated[Path, typer.Argument(help="A table: CSV, Parquet, Excel, JSON, packed or not; - for stdin.")]
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
    class_weight: Annotated[
        list[str] | None,
        typer.Option(help="balanced, or what a class counts, as yes=5; may be repeated.", rich_help_panel=DATA),
    ] = None
    validation: Annotated[
        float,
        typer.Option(
            help="The share of rows kept out where there is one member; 0: all are trained on.", rich_help_panel=DATA
        ),
    ] = 0.2
    split_by: Annotated[
        str | None,
        typer.Option(
            help="A column by which rows are kept out: the last of dates, else whole groups.", rich_help_panel=DATA
        ),
    ] = None
    reading: ReadingOptions = field(default_factory=ReadingOptions)
    stream: Annotated[
        bool,
        typer.Option(
            "--stream", help="Read it bit by bit, as is done where memory would not do.", rich_help_panel=DATA
        ),
    ] = False
    recipe: Annotated[
        str, typer.Option(help="auto: tuned settings; plain: a small network.", rich_help_panel=NETWORK)
    ] = "auto"
    members: Annotated[str, typer.Option(help="How many networks are averaged, or auto.", rich_help_panel=NETWORK)] = (
        "auto"
    )
    hidden: Annotated[
        str | None,
        typer.Option(help="Units of the hidden layers, such as 32,16; 0 for none.", rich_help_panel=NETWORK),
    ] = None
    activation: Annotated[
        str | None, typer.Option(help="The hidden layers' activation, such as relu or tanh.", rich_help_panel=NETWORK)
    ] = None
    initializer: Annotated[
        str | None, typer.Option(help="What the first weights are drawn by.", rich_help_panel=NETWORK)
    ] = None
    loss: Annotated[
        str | None,
        typer.Option(help="For regression: squared_error, absolute_error, huber, ...", rich_help_panel=NETWORK),
    ] = None
    dtype: Annotated[str | None, typer.Option(help="float64 or float32.", rich_help_panel=NETWORK)] = None
    scoring: Annotated[
        str | None,
        typer.Option(help="The score that counts: accuracy, neg_log_loss, r2, ...", rich_help_panel=TRAINING),
    ] = None
    epochs: Annotated[
        int | None,
        typer.Option("--epochs", "--max-epochs", min=1, help="The most passes over all.", rich_help_panel=TRAINING),
    ] = None
    patience: Annotated[
        int | None, typer.Option(min=0, help="How many epochs on end may pass without gain.", rich_help_panel=TRAINING)
    ] = None
    refit: Annotated[
        bool, typer.Option("--refit", help="Train one member again on all rows.", rich_help_panel=TRAINING)
    ] = False
    optimizer: Annotated[
        str | None, typer.Option(help="adam, sgd, nesterov, lion, lbfgs, ...", rich_help_panel=TRAINING)
    ] = None
    learning_rate: Annotated[
        float | None, typer.Option(help="If not given, the recipe's.", rich_help_panel=TRAINING)
    ] = None
    schedule: Annotated[
        str | None, typer.Option(help="constant, cosine, one_cycle, adaptive, ...", rich_help_panel=TRAINING)
    ] = None
    batch_size: Annotated[
        int | None, typer.Option(min=1, help="Rows a step; fitted to the data if not given.", rich_help_panel=TRAINING)
    ] = None
    l1: Annotated[float | None, typer.Option(help="L1 penalty on the weights.", rich_help_panel=TRAINING)] = None
    l2: Annotated[float | None, typer.Option(help="L2 penalty on the weights.", rich_help_panel=TRAINING)] = None
    dropout: Annotated[
        float | None,
        typer.Option(help="The share of hidden units left out in each step.", rich_help_panel=TRAINING),
    ] = None
    decoupled_decay: Annotated[
        float | None,
        typer.Option(help="By how much of itself a step takes each weight back.", rich_help_panel=TRAINING),
    ] = None
    clip_norm: Annotated[
        float | None, typer.Option(help="The greatest length of a gradient.", rich_help_panel=TRAINING)
    ] = None
    seed: Annotated[int, typer.Option(min=0, help="The same seed gives the same model.", rich_help_panel=TRAINING)] = 0
    cluster: Annotated[
        str | None,
        typer.Option(
            help="Whose workers train: local:2, or a Dask scheduler, as tcp://HOST:8786.", rich_help_panel=TRAINING
        ),
    ] = None
    checkpoint: Annotated[
        Path | None,
        typer.Option(help="A folder that keeps training while it goes on, to go on later.", rich_help_panel=KEPT),
    ] = None
    checkpoint_every: Annotated[
        str | None,
        typer.Option(help="So many epochs, or a time such as 10min; a minute if not given.", rich_help_panel=KEPT),
    ] = None
    resume: Annotated[
        bool, typer.Option("--resume", help="Go on with the training in that folder.", rich_help_panel=KEPT)
    ] = False
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
        for record in (self, self.reading):
            words += [word for option in fields(record) for word in _words(option, getattr(record, option.name))]
        return shlex.join(words)

    def estimator(self, task: "Task | None" = None) -> "TableEstimator":
        """The estimator that the options stand for, for a task that was found out, and its parameters checked.

        Raises
        ------
        InputError, ValueError
            A setting that no table could be learned with.
        """
        from clearprop.errors import InputError
        from clearprop.tables.classifier import TableClassifier
        from clearprop.tables.regressor import TableRegressor

        if self.task not in (None, "classification", "regression"):
            raise InputError(f"--task must be classification or regression, got {self.task!r}")
        task = task or self.task or ("regression" if self.loss else "classification")  # type: ignore[assignment]
        further = ("optimizer", "schedule", "l1", "l2", "clip_norm")
        settings: dict[str, Any] = {
            "recipe": self.recipe,
            "members": _members(self.members),
            "categorical_features": [name for name in self.category or () if name != self.target] or "auto",
            "ignore": self.ignore,
            "split_by": self.split_by,
            "scoring": self.scoring,
            "max_epochs": self.epochs,
            "n_iter_no_change": self.patience,
            "validation_fraction": self.validation,
            "refit": self.refit,
            "hidden_layer_sizes": None if self.hidden is None else _sizes(self.hidden),
            "activation": self.activation,
            "initializer": self.initializer,
            "learning_rate": self.learning_rate,
            "batch_size": self.batch_size,
            "dropout": self.dropout,
            "decoupled_decay": self.decoupled_decay,
            "dtype": self.dtype,
            "trainer": {name: getattr(self, name) for name in further if getattr(self, name) is not None} or None,
            "random_state": self.seed,
            "checkpoint": self.checkpoint,
            "checkpoint_every": _every(self.checkpoint_every),
            "cluster": self.cluster,
        }
        estimator: TableEstimator
        if task == "classification":
            if self.loss is not None:
                raise InputError(f"loss {self.loss!r} is for regression, and classes are to be told: leave it out")
            estimator = TableClassifier(**settings, class_weight=_class_weight(self.class_weight))
        else:
            if self.class_weight:
                raise InputError("--class-weight is for classes, and a quantity is to be predicted: leave it out")
            estimator = TableRegressor(**settings, loss=self.loss or "squared_error")
        estimator.choices()
        return estimator


def _words(option: "Field[Any]", value: Any) -> list[str]:
    """An option on a command line; nothing where it is as usual, or no option."""
    if value is None or value == option.default or option.name in ("data", "reading"):
        return []
    flag = f"--{option.name.replace('_', '-')}"
    if value is True:
        return [flag]
    return [word for item in (value if isinstance(value, list) else [value]) for word in (flag, str(item))]


def _members(given: str) -> Any:
    from clearprop.errors import InputError

    if given == "auto":
        return given
    if not given.isdecimal() or int(given) < 1:
        raise InputError(f"--members must be a whole number of at least 1, or auto, got {given!r}")
    return int(given)


def _every(given: str | None) -> Any:
    """A number of epochs, or a time as it stands."""
    return int(given) if given is not None and given.isdecimal() else given


def _class_weight(given: list[str] | None) -> Any:
    """balanced, or pairs of a class and what it counts."""
    from clearprop.errors import InputError

    if not given:
        return None
    if given == ["balanced"]:
        return "balanced"
    weights = {}
    for pair in given:
        label, _, weight = pair.rpartition("=")
        try:
            weights[label] = float(weight)
        except ValueError:
            label = ""
        if not label:
            raise InputError(f"--class-weight must be balanced, or a class and what it counts, as yes=5, got {pair!r}")
    return weights


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
