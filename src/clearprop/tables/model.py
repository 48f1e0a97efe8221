"""A network for a table of data: columns to features, training, prediction in the table's own terms, one file."""

from __future__ import annotations

import os
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from clearprop.errors import InputError
from clearprop.files.model_file import ModelFile
from clearprop.foundation.arguments import checked_sizes, whole
from clearprop.foundation.near_names import SaysNearKeywords
from clearprop.losses import LOSSES
from clearprop.network.network import Network
from clearprop.tables.columns import Column
from clearprop.tables.config_checks import checked_entries
from clearprop.tables.evaluation import Evaluation, evaluate_classes, evaluate_numbers
from clearprop.tables.preprocessing import Preprocessor
from clearprop.tables.table import Table
from clearprop.tables.targets import ClassTarget, NumberTarget, Target, Task
from clearprop.training.callbacks import Callback
from clearprop.training.history import History
from clearprop.training.room import check_room
from clearprop.training.trainer import Trainer

Array = npt.NDArray[Any]

MOST_EPOCHS = 10_000_000
GREATEST_SEED = 2**32 - 1  # of NumPy's legacy generator, by which scikit-learn splits the rows


@dataclass(frozen=True)
class TableSettings(SaysNearKeywords):
    """How a table is learned.

    Attributes
    ----------
    task : {"classification", "regression"}, optional
        Found out from the target column where not given.
    hidden : sequence of int
        Units of the hidden layers.
    activation : str
    initializer : str
        Glorot's gave better results on tables than the activations' own ones.
    loss : str, optional
        For regression; classes are always learned by cross entropy.
    validation : float
        The share of rows that are kept out of training, to judge it by; 0 for none.
    ignore, categories : sequence of str
        Columns to leave out, and columns of numbers that stand for categories.
    max_categories : int
        A column with more different texts is refused.
    seed : int
        For the split, the first weights, the order of the rows and dropout.
    trainer : dict
        Further settings of `Trainer`; epochs are 200, patience 20 and the batch size fits the rows where not given.

    Raises
    ------
    InputError, ValueError, TypeError
        A setting that no table could be learned with.

    Examples
    --------
    >>> TableSettings(trainer={"learning_rate": float("nan")})
    Traceback (most recent call last):
    ValueError: learning_rate must be a finite number > 0, got nan
    """

    task: Task | None = None
    hidden: Sequence[int] = (32, 16)
    activation: str = "relu"
    initializer: str = "glorot_uniform"
    loss: str | None = None
    dtype: str = "float64"
    validation: float = 0.2
    ignore: Sequence[str] = ()
    categories: Sequence[str] = ()
    max_categories: int = 1000
    seed: int = 0
    trainer: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.task not in (None, "classification", "regression"):
            raise InputError(f"task must be 'classification' or 'regression', got {self.task!r}")
        if not 0 <= self.validation < 1:
            raise InputError(f"validation must be a share from 0 to below 1, got {self.validation:g}: try 0.2")
        if whole("seed", self.seed, 0) > GREATEST_SEED:
            raise InputError(f"seed must be at most {GREATEST_SEED:,}, got {self.seed:,}: take a smaller one")
        whole("max_categories", self.max_categories, 1)
        self._check_loss()
        self._check_network_and_trainer()

    def check_columns(self, table: Table, target: str) -> Table:
        """The columns that are learned from; an InputError if the target or one that a setting names is not there.

        It looks at names alone, and so takes a table without rows.
        """
        table.select([target])
        kept = table.drop([target, *self.ignore])
        kept.select(self.categories)
        return kept

    def _check_loss(self) -> None:
        if self.loss is None:
            return
        classification = LOSSES.resolve(self.loss).classification
        if classification or self.task == "classification":
            whose = "classes, which are learned by cross entropy anyway" if classification else "regression"
            raise InputError(f"loss {self.loss!r} is for {whose}: leave it out")

    def _check_network_and_trainer(self) -> None:
        """Make the least ones, of a unit a layer, which refuse whatever larger ones would; then their sizes."""
        sizes = checked_sizes([1, *self.hidden, 1])
        network = Network(
            [1] * len(sizes), self.activation, initializer=self.initializer, dtype=self.dtype, rng=self.seed
        )
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # the trainer that trains says it
            trainer = Trainer(network, **{"epochs": 1, **self.trainer})
        epochs = trainer.epochs
        if epochs > MOST_EPOCHS:
            raise InputError(
                f"epochs must be at most {MOST_EPOCHS:,}, got {epochs:,}: a few hundred are usual, and training "
                "ends by itself when patience epochs bring no gain"
            )
        check_room(sizes, network.dtype, trainer.optimizer)


@dataclass(frozen=True)
class Predictions:
    """Answers for the rows of a table.

    Attributes
    ----------
    values : array, shape (n,)
        Class labels as they stand in the training table, or quantities.
    probabilities : array, shape (n, classes), or None
    notes : list of str
        What was remarkable about the table, such as new categories.
    """

    values: Array
    probabilities: Array | None
    notes: list[str]


@dataclass
class TableModel:
    """A trained network with all that it takes to apply it to a table.

    Examples
    --------
    >>> sizes, kinds = [1, 2, 3, 7, 8, 9] * 10, (["small"] * 3 + ["big"] * 3) * 10
    >>> table = Table.from_columns(["size", "kind"], [sizes, kinds])
    >>> learned = TableModel.learn(table, "kind")
    >>> learned.model.predict(Table.from_columns(["size"], [[0.5, 8.5]])).values.tolist()
    ['small', 'big']
    >>> learned.evaluation.scores["accuracy"]
    1.0
    """

    network: Network
    preprocessor: Preprocessor
    target: Target

    @classmethod
    def learn(
        cls,
        table: Table,
        target: str,
        settings: TableSettings | None = None,
        callbacks: Sequence[Callback] = (),
        check: Callable[[Preprocessor], object] | None = None,
    ) -> Learned:
        """Train a network to predict the column `target` from the others.

        `check` is called with what was learned of the columns before training begins; what it raises ends it all.

        Raises
        ------
        InputError
            The table cannot be learned from; the message says what to do.
        ValueError
            A setting is wrong.
        DivergenceError
            Training left the finite numbers.
        """
        settings = settings or TableSettings()
        settings.check_columns(table, target)
        notes: list[str] = []
        column = table.column(target)
        learned_target = Target.recognise(column, settings.task, notes)
        train, held_out = _split(table, learned_target, settings)
        if isinstance(learned_target, NumberTarget):
            learned_target = _number_target(train.column(target), settings)
        preprocessor = Preprocessor.fit(
            train,
            ignore=[target, *settings.ignore],
            categories=settings.categories,
            max_categories=settings.max_categories,
            notes=notes,
        )
        if check is not None:
            check(preprocessor)
        model = cls(_new_network(preprocessor, learned_target, settings), preprocessor, learned_target)
        rows = model._features_and_targets(train)
        usual: dict[str, Any] = {"epochs": 200, "patience": 20}
        if settings.trainer.get("optimizer") != "lbfgs":
            usual["batch_size"] = _batch_size(train.n_rows)
        trainer = Trainer(
            model.network,
            **{**usual, **settings.trainer},
            callbacks=callbacks,
            rng=np.random.default_rng([settings.seed, 1]),
        )
        history = trainer.fit(*rows, validation=None if held_out is None else model._features_and_targets(held_out))
        judged = held_out or train
        return Learned(
            model=model,
            history=history,
            stop_reason=str(trainer.stop_reason),
            ending=str(trainer.ending),
            optimizer=str(settings.trainer.get("optimizer", "adam")),
            batch_size=trainer.training.batch_size,
            evaluation=model.evaluate(judged),
            train=train,
            held_out=held_out,
            notes=notes,
        )

    def predict(self, table: Table) -> Predictions:
        """Answers for all rows; the target's column need not be there."""
        notes: list[str] = []
        used = table.drop([self.target.name]) if self.target.name in table.names else table
        return self.answer(self.preprocessor.transform(used, notes), notes)

    def answer(self, features: Array, notes: Sequence[str] = ()) -> Predictions:
        """Answers for features (n, n_features), such as the preprocessor makes of a table."""
        outputs = self.network.predict(features)
        if isinstance(self.target, ClassTarget):
            probabilities = np.column_stack([1 - outputs, outputs]) if outputs.shape[1] == 1 else outputs
            return Predictions(self.target.decode(probabilities.argmax(axis=1)), probabilities, list(notes))
        return Predictions(self.target.decode(outputs[:, 0]), None, list(notes))

    def evaluate(self, table: Table) -> Evaluation:
        """Compare the answers with the target's column."""
        predictions = self.predict(table)
        column = table.column(self.target.name)
        if isinstance(self.target, ClassTarget):
            assert predictions.probabilities is not None
            evaluation = evaluate_classes(self.target.encode(column), predictions.probabilities, self.target.classes)
        else:
            evaluation = evaluate_numbers(self.target.decode(self.target.encode(column)), predictions.values)
        evaluation.notes[:0] = predictions.notes
        return evaluation

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the model to one file; `clearprop.load` reads it."""
        extra = {"preprocessor": self.preprocessor.to_config(), "target": self.target.to_config()}
        ModelFile(self.network, "table", extra).write(path)

    @classmethod
    def from_file(cls, path: str | os.PathLike[str], file: ModelFile) -> TableModel:
        """The model in a file that has been read.

        Raises
        ------
        InputError
            The file's parts do not belong together.
        """
        try:
            extra = checked_entries(file.extra, {"preprocessor", "target"}, "table model")
            preprocessor = Preprocessor.from_config(extra["preprocessor"])
            target = Target.from_config(extra["target"])
            inputs, outputs = len(preprocessor.feature_names), _n_outputs(target)
            if (file.network.layer_sizes[0], file.network.layer_sizes[-1]) != (inputs, outputs):
                raise InputError(
                    f"the network has sizes {file.network.layer_sizes}, the columns need {inputs} inputs and "
                    f"{outputs} outputs"
                )
        except InputError as error:
            raise InputError(f"{path}: damaged model file: {error}") from error
        return cls(file.network, preprocessor, target)

    def _features_and_targets(self, table: Table) -> tuple[Array, Array]:
        features = self.preprocessor.transform(table.drop([self.target.name]))
        return features, self.target.encode(table.column(self.target.name))


@dataclass(frozen=True)
class Learned:
    """A model, and how it was learned.

    Attributes
    ----------
    stop_reason, ending : str
        Why training ended; and, in the second, which epoch's parameters the model has.
    evaluation : Evaluation
        On the rows held out, or on the training rows where there are none.
    train, held_out : Table
        The rows trained on, and those kept out of it (None for none).
    notes : list of str
        What was found out about the table.
    """

    model: TableModel
    history: History
    stop_reason: str
    ending: str
    optimizer: str
    batch_size: int
    evaluation: Evaluation
    train: Table
    held_out: Table | None
    notes: list[str]


def _split(table: Table, target: Target, settings: TableSettings) -> tuple[Table, Table | None]:
    """Training rows and rows held out, every class in both in proportion where its rows suffice."""
    from sklearn.model_selection import train_test_split

    held_out = round(table.n_rows * settings.validation)
    if held_out == 0:
        return table, None
    if table.n_rows - held_out < 2:
        raise InputError(
            f"{table.path}: of {table.n_rows} rows, a validation share of {settings.validation:g} leaves "
            f"{table.n_rows - held_out} to train on: lower it"
        )
    classes = target.encode(table.column(target.name)) if isinstance(target, ClassTarget) else None
    if classes is not None:
        counts = np.bincount(classes)
        if counts.min() < 2 or min(held_out, table.n_rows - held_out) < len(counts):
            classes = None
    train, test = train_test_split(
        np.arange(table.n_rows), test_size=held_out, random_state=settings.seed, stratify=classes
    )
    return table.take(np.sort(train)), table.take(np.sort(test))


def _new_network(preprocessor: Preprocessor, target: Target, settings: TableSettings) -> Network:
    if isinstance(target, ClassTarget):
        if settings.loss is not None:
            raise InputError(
                f"loss {settings.loss!r} is for regression, and {target.name!r} holds classes: leave it out"
            )
        loss = "binary_cross_entropy" if len(target.classes) == 2 else "cross_entropy"
    else:
        loss = settings.loss or "squared_error"
    rng = np.random.default_rng([settings.seed, 0])  # another stream than the trainer's
    sizes = [len(preprocessor.feature_names), *settings.hidden, _n_outputs(target)]
    return Network(
        sizes, settings.activation, loss=loss, initializer=settings.initializer, dtype=settings.dtype, rng=rng
    )


def _number_target(column: Column, settings: TableSettings) -> NumberTarget:
    """Quantities are learned with mean 0 and deviation 1, except counts, whose logarithm the poisson loss takes."""
    if settings.loss == "poisson":
        return NumberTarget(column.name, 0.0, 1.0)
    return NumberTarget.learned(column)


def _n_outputs(target: Target) -> int:
    return len(target.classes) if isinstance(target, ClassTarget) and len(target.classes) > 2 else 1


def _batch_size(n_rows: int) -> int:
    """About fifty steps an epoch, in batches that are neither tiny nor slow to learn from."""
    return int(np.clip(n_rows // 50, 16, 256))
