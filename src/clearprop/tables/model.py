"""A network for a table of data: columns to features, training, prediction in the table's own terms, one file."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from clearprop.errors import InputError
from clearprop.files.model_file import ModelFile
from clearprop.network.network import Network
from clearprop.tables.evaluation import Evaluation, evaluate_classes, evaluate_numbers
from clearprop.tables.preprocessing import Preprocessor
from clearprop.tables.settings import TableSettings
from clearprop.tables.targets import ClassTarget, NumberTarget, Target
from clearprop.tables.text_columns import Column
from clearprop.tables.text_table import Table
from clearprop.training.callbacks import Callback
from clearprop.training.history import History
from clearprop.training.trainer import Trainer

Array = npt.NDArray[Any]


@dataclass(frozen=True)
class Predictions:
    """A model's answers for the rows of a table, in the words and the unit of the table that it learned from.

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
    >>> learned.evaluation.scores["accuracy"].value
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
        trained_on = model._prepared(train)
        kept_out = None if held_out is None else model._prepared(held_out)
        usual: dict[str, Any] = {"epochs": 200, "patience": 20}
        trainer = Trainer(
            model.network,
            **{**usual, **settings.trainer},
            callbacks=callbacks,
            rng=np.random.default_rng([settings.seed, 1]),
        )
        if "batch_size" not in settings.trainer:
            trainer.batch_size = _batch_size(train.n_rows)
        validation = None if kept_out is None else (kept_out.features, kept_out.targets)
        history = trainer.fit(trained_on.features, trained_on.targets, validation=validation)
        return Learned(
            model=model,
            history=history,
            stop_reason=str(trainer.stop_reason),
            ending=str(trainer.ending),
            optimizer=trainer.optimizer.name,
            batch_size=trainer.training.batch_size,
            evaluation=model._judged(kept_out or trained_on),
            train=train,
            held_out=held_out,
            notes=notes,
        )

    def predict(self, table: Table) -> Predictions:
        """Answers for all rows; the target's column need not be there."""
        notes: list[str] = []
        features = self._features(table, notes)
        if isinstance(self.target, ClassTarget):
            probabilities = self._probabilities(features)
            return Predictions(self.target.decode(probabilities.argmax(axis=1)), probabilities, notes)
        return Predictions(self._quantities(features), None, notes)

    def answers(self, features: Array) -> Array:
        """Class numbers or quantities (n,) for features (n, n_features), such as the preprocessor makes of a table."""
        if isinstance(self.target, ClassTarget):
            return self._probabilities(features).argmax(axis=1)
        return self._quantities(features)

    def evaluate(self, table: Table) -> Evaluation:
        """How good the answers are for rows whose target is known; InputError if a cell cannot be taken."""
        return self._judged(self._prepared(table))

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
        from clearprop.foundation.configs import checked
        from clearprop.tables.config import TableModelConfig

        try:
            parts = checked(file.extra, TableModelConfig, "table model")
            preprocessor = Preprocessor.from_config(parts.preprocessor)
            target = Target.from_config(parts.target)
            inputs, outputs = len(preprocessor.feature_names), _n_outputs(target)
            if (file.network.layer_sizes[0], file.network.layer_sizes[-1]) != (inputs, outputs):
                raise InputError(
                    f"the network has sizes {file.network.layer_sizes}, the columns need {inputs} inputs and "
                    f"{outputs} outputs"
                )
        except InputError as error:
            raise InputError(f"{path}: damaged model file: {error}") from error
        return cls(file.network, preprocessor, target)

    def _features(self, table: Table, notes: list[str]) -> Array:
        used = table.drop([self.target.name]) if self.target.name in table.names else table
        return self.preprocessor.transform(used, notes)

    def _prepared(self, table: Table) -> _Prepared:
        notes: list[str] = []
        features = self._features(table, notes)
        return _Prepared(features, self.target.encode(table.column(self.target.name)), notes)

    def _probabilities(self, features: Array) -> Array:
        """The probability of each class (n, classes)."""
        outputs = self.network.predict(features)
        return np.column_stack([1 - outputs, outputs]) if outputs.shape[1] == 1 else outputs

    def _quantities(self, features: Array) -> Array:
        return self.target.decode(self.network.predict(features)[:, 0])

    def _judged(self, rows: _Prepared) -> Evaluation:
        evaluation: Evaluation
        if isinstance(self.target, ClassTarget):
            evaluation = evaluate_classes(rows.targets, self._probabilities(rows.features), self.target.classes)
        else:
            evaluation = evaluate_numbers(self.target.decode(rows.targets), self._quantities(rows.features))
        return evaluation.with_notes(rows.notes)


@dataclass(frozen=True)
class _Prepared:
    """The rows of a table as the network takes them, and what was remarkable about them."""

    features: Array
    targets: Array
    notes: list[str]


@dataclass(frozen=True)
class Learned:
    """A model, and how it was learned.

    Attributes
    ----------
    model : TableModel
    history : History
        Losses and scores by epoch.
    stop_reason, ending : str
        Why training ended; and, in the second, which epoch's parameters the model has.
    optimizer : str
        The optimiser's name.
    batch_size : int
        How many rows a step took.
    evaluation : Evaluation
        On the rows held out, or on the training rows where there are none.
    train, held_out : Table
        The rows trained on, and those kept out of it (None for none).
    notes : list of str
        What was found out about the table; one that names parameters is a `clearprop.errors.Message`.
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
