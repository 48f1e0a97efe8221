"""What `TableClassifier` and `TableRegressor` have in common: scikit-learn's interface to what learns a table."""

from __future__ import annotations

import os
from abc import abstractmethod
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, ClassVar, Self

import numpy as np
import numpy.typing as npt
from sklearn.base import BaseEstimator
from sklearn.utils import check_random_state
from sklearn.utils.validation import check_is_fitted, column_or_1d

from clearprop.errors import DivergenceError, InputError, Message, Parameter
from clearprop.estimators.checkpointing import checkpoints_of
from clearprop.estimators.checks import checked_weight
from clearprop.estimators.parameters import SaysNearParameters, called
from clearprop.estimators.rollback import rolled_back_if_refused
from clearprop.foundation.arguments import not_negative, truth, whole
from clearprop.foundation.callers import warn_caller
from clearprop.foundation.memory import many
from clearprop.foundation.table_cells import listed, quoted
from clearprop.tables.cell_notation import CellNotation, in_errors, taken_over
from clearprop.tables.choices import Choices
from clearprop.tables.column import Column
from clearprop.tables.frames import as_column, as_table, at_hand, feature_names, labels_of, names_among, unmasked
from clearprop.tables.given_rows import GivenRows
from clearprop.tables.insight import TableInsight
from clearprop.tables.learning import learn
from clearprop.tables.model_files import save_table_estimator
from clearprop.tables.notes import Alert
from clearprop.tables.predictor import Predictions, TablePredictor
from clearprop.tables.reading import read_table
from clearprop.tables.sources.arrays import TARGET
from clearprop.tables.sources.batches import WEIGHT, BatchSource
from clearprop.tables.sources.opening import pattern_of, streamed
from clearprop.tables.sources.source import Source
from clearprop.tables.streamed_learning import learn_streamed, roles_of
from clearprop.tables.table import Table
from clearprop.tables.targets import Task
from clearprop.training.diagnosis.findings import TABLES, TRAINER
from clearprop.training.settings import checked_callbacks

Array = npt.NDArray[Any]

GREATEST_SEED = 2**32 - 1  # of NumPy's legacy generator, which scikit-learn has
# The parameters that are fields of `Recipe`, or keywords of `Trainer`, and what those call them.
OF_RECIPE = {
    "hidden_layer_sizes": "hidden",
    "activation": "activation",
    "initializer": "initializer",
    "dtype": "dtype",
}
OF_TRAINER = {
    "max_epochs": "epochs",
    "n_iter_no_change": "patience",
    "learning_rate": "learning_rate",
    "batch_size": "batch_size",
    "dropout": "dropout",
    "decoupled_decay": "decoupled_decay",
}
# What a user of the estimators types for what remedies of the trainer name.
TYPED = {getattr(TRAINER, name): getattr(TABLES, name) for name in ("rate", "optimizer", "clip")} | {
    TRAINER.l2: "trainer={'l2': ...}"
}

# What the estimators call what recipe, trainer and network call otherwise.
NAMES = {own: core for own, core in {**OF_RECIPE, **OF_TRAINER}.items() if own != core} | {
    "hidden_layer_sizes": "layer_sizes"
}


class TableEstimator(TableInsight, SaysNearParameters, BaseEstimator):  # type: ignore[misc]
    """A network, or several, for a table of data.

    Parameters
    ----------
    recipe : {"auto", "plain"}
        The settings: tuned ones, by task, rows and columns, or those of a small network.
    members : int or "auto"
        How many networks are averaged. Several: each is judged by a fold of rows that it is not trained on, so that all
        rows are trained on and the score is out of fold; one: by a share of rows kept out.
    categorical_features : "auto", "from_dtype" or a list of names, indices or booleans
        Which columns hold categories though they look like numbers; those of a dataframe's categorical type always do.
    ignore : list of str, optional
        Columns to leave out.
    split_by : str, optional
        A column by which rows are kept out: of dates, or numbers with fractions, the last; else whole groups, so that
        rows with the same value are never both trained on and judged by. Otherwise rows at random.
    scoring : str or callable, optional
        scikit-learn's name of the score that counts, or a scorer: it chooses the best epoch, what importances are
        measured in, and whether labels are smoothed, which helps accuracy and hurts probabilities.
    max_epochs : int, optional
        The most passes over the rows; as for all that follow, where it is not given it is the recipe's.
    early_stopping : bool
        Whether the epoch stays that is best by the rows kept out, and training ends when nothing is gained any more.
    n_iter_no_change : int, optional
        How many epochs on end may pass without gain.
    validation_fraction : float
        The share of rows kept out where there is one member; 0 for none, whatever the members.
    refit : bool
        Whether one member is trained again on all rows, for as many epochs as were best.
    hidden_layer_sizes : sequence of int, optional
    activation, initializer : str, optional
        The hidden layers'.
    learning_rate, batch_size, dropout, decoupled_decay : float, int, float, float, optional
    dtype : {"float32", "float64"}, optional
    trainer : dict, optional
        Further settings of `Trainer`, such as {"optimizer": "nesterov", "l2": 0.01}.
    warm_start : bool
        Whether `fit` goes on with the networks that there are: columns are prepared as they were.
    random_state : int, RandomState or None
        For the division of the rows, the first weights, the order of the rows and dropout.
    n_jobs : int, optional
        How many members are trained at a time; -1, as where it is not given, for as many as there are processors.
    verbose : bool
        Whether to show a progress bar.
    callbacks : sequence of clearprop.Callback, optional
    checkpoint : str, path or Checkpoints, optional
        A folder in which `fit` keeps what it takes to go on, each member in a folder of its own. If it holds an
        unfinished `fit` of the same table and parameters, this one goes on with it, to the same model bit for bit; one
        of others is refused, with what is other. `random_state` must be a whole number.
    checkpoint_every : int or str, optional
        After so many epochs, or as much time, such as "30s" or "10min"; where not given, a minute.
    cluster : str, distributed.Client or clearprop.cluster.Cluster, optional
        Whose workers train, each some of the members, or all of them together a single one: "local:2" for two processes
        of this machine, a Dask scheduler's address, or a `Cluster`, which says how as well.
    stream : bool or "auto"
        Whether a table is read bit by bit while it is trained on; "auto" for files, and mapped arrays, for which memory
        would not do otherwise. Batches always are.

    Attributes
    ----------
    predictor_ : TablePredictor
        Networks with all that it takes to apply them to a table.
    network_, ensemble_ : Network, Ensemble
        The one or the other: of one member, or of several.
    history_, histories_ : History, list of History
        Losses and scores by epoch, of the first member and of all.
    recipe_ : Recipe
        The settings, as they were followed.
    notes_ : list of str
        What was found out about the table, and what was done about it and why.
    held_out_rows_ : array of int
        The rows given that some member was not trained on; all, where there are several members.
    evaluation_ : Evaluation
        The scores on these rows, by members that were not trained on them; or on X_val.
    oof_score_, oof_predictions_ : float, array of shape (n,)
        Where there are several members: the score out of fold, and what it was of, for all rows given.
    feature_importances_ : array, shape (n_features_in_,)
        How much of the score is lost where a column is shuffled, in rows kept out; computed when it is asked for.
    n_features_in_, feature_names_in_
        As in scikit-learn.
    """

    task: ClassVar[Task]

    # -- learning ------------------------------------------------------------------------------------------------

    def _fit(self, X: Any, y: Any, sample_weight: Any, X_val: Any, y_val: Any) -> Self:
        try:
            with rolled_back_if_refused(self):  # by whatever goes wrong, an interrupt too
                self._learn(X, y, sample_weight, X_val, y_val)
        except DivergenceError as error:
            left = "The model is still the one from before" if hasattr(self, "predictor_") else "There is no model"
            raise error.worded(TYPED, kept=left) from None
        return self

    def _learn(self, X: Any, y: Any, sample_weight: Any, X_val: Any, y_val: Any) -> None:
        choices = self.choices()
        before = self.predictor_ if truth("warm_start", self.warm_start) and hasattr(self, "predictor_") else None
        names_target = isinstance(y, str)
        source = streamed(X, self.stream, y=None if names_target else y)
        if source is not None:
            if X_val is not None or y_val is not None:
                raise ValueError("X_val is for a table in memory: of one that is read bit by bit rows are kept out")
            self._learn_streamed(source, choices, y if names_target else TARGET, sample_weight, before)
            return
        if y is None:
            raise ValueError(f"{type(self).__name__} requires y to be passed, but the target y is None")
        unread = set(choices.ignore) - {choices.split_by, y if names_target else None}

        def needed(name: str) -> bool:
            return name not in unread

        X, y = _apart(X, y, "y", needed)
        table = self._table(X, needed, None if before is None else before.columns)
        column, labels = self._answers(y, table.n_rows, "y")
        validation = None
        if X_val is not None or y_val is not None:
            if X_val is None or y_val is None:
                raise ValueError("X_val and y_val belong together: give both, or none of them")
            X_val, y_val = _apart(X_val, y_val, "y_val", needed)
            own = self._table(X_val, needed, table.names)
            validation = GivenRows(own, self._answers(y_val, own.n_rows, "y_val")[0])
        given = GivenRows(table, column, _checked_weight(sample_weight, table.n_rows))
        named = before.named if before is not None else hasattr(self, "feature_names_in_")
        self._keep(learn(given, replace(choices, named=named), validation, before), table.n_rows)
        self._take_up(self.training_.predictor, labels)

    def _learn_streamed(
        self, source: Source, choices: Choices, target: str, sample_weight: Any, before: TablePredictor | None
    ) -> None:
        """Learn a table that comes part by part, whose columns these are by their names."""
        if target not in source.names:
            what = f"there is no column {target!r}" if target != TARGET else "y must be the name of a column"
            raise InputError(f"{source.path}: {what}: those there are: {listed(source.names, 20)}")
        if sample_weight is None and WEIGHT in source.names and isinstance(source, BatchSource):
            sample_weight = WEIGHT
        if not isinstance(sample_weight, str | None):
            raise ValueError(
                "sample_weight must be the name of a column where a table is read bit by bit, or the third of what "
                f"each batch holds, got {type(sample_weight).__name__}"
            )
        roles = roles_of(source.names, target, sample_weight, choices, source.path)
        columns = tuple(name for name in source.names if name not in (target, sample_weight))
        named = before.named if before is not None else source.named
        self.n_features_in_ = len(columns)
        self.__dict__.pop("feature_names_in_", None)
        if named:
            self.feature_names_in_ = np.array(columns, dtype=object)
        learned = learn_streamed(source, roles, replace(choices, named=named), columns, before=before)
        assert learned.overview is not None
        self._keep(learned, learned.overview.n_rows)
        self._take_up(learned.predictor, None)

    @classmethod
    def from_predictor(cls, predictor: TablePredictor) -> Self:
        """The fitted estimator of what was saved without its parameters."""
        return cls(recipe=predictor.recipe or "auto", members=len(predictor.networks)).take_up(predictor)

    def take_up(self, predictor: TablePredictor, labels: Any = None) -> Self:
        """Be fitted, by this predictor and the labels as they were given, without what belongs to training alone."""
        self.n_features_in_ = len(predictor.columns)
        if predictor.named:
            self.feature_names_in_ = np.array(predictor.columns, dtype=object)
        self._take_up(predictor, labels)
        return self

    @abstractmethod
    def _take_up(self, predictor: TablePredictor, labels: Any) -> None:
        """Have this predictor, and the attributes that follow from it and from the labels as they were given."""

    def _own_choices(self) -> dict[str, Any]:
        """Fields of `Choices` that one kind of estimator has."""
        return {}

    def choices(self) -> Choices:
        """The parameters, checked, in the core's terms."""
        with called({core: own for own, core in NAMES.items() if getattr(self, own) is not None}):
            return self._as_choices().checked()

    def _as_choices(self) -> Choices:
        recipe = {OF_RECIPE[name]: getattr(self, name) for name in OF_RECIPE if getattr(self, name) is not None}
        if "hidden" in recipe:
            recipe["hidden"] = tuple(np.atleast_1d(np.asarray(recipe["hidden"])).tolist())
        trainer = {OF_TRAINER[name]: getattr(self, name) for name in OF_TRAINER if getattr(self, name) is not None}
        return Choices(
            task=self.task,
            recipe=self.recipe,
            members="auto" if _is(self.members, "auto") else whole("members", self.members, 1),
            ignore=_column_names("ignore", self.ignore),
            categorical_features=self.categorical_features,
            scoring=self.scoring,
            split_by=None if self.split_by is None else _column_names("split_by", [self.split_by])[0],
            validation_fraction=self.validation_fraction,
            early_stopping=truth("early_stopping", self.early_stopping),
            refit=truth("refit", self.refit),
            recipe_changes=recipe,
            trainer_changes={**trainer, **_settings("trainer", self.trainer)},
            seed=_seed(self.random_state),
            workers=None if self.n_jobs is None or _is(self.n_jobs, -1) else whole("n_jobs", self.n_jobs, 1),
            progress=bool(not_negative("verbose", float(self.verbose) if _is_truth(self.verbose) else self.verbose)),
            callbacks=tuple(checked_callbacks("callbacks", [] if self.callbacks is None else self.callbacks)),
            checkpoints=checkpoints_of(self),
            cluster=self.cluster,
            **self._own_choices(),
        )

    # -- what is given ---------------------------------------------------------------------------------------------

    def _table(self, X: Any, needed: Callable[[str], bool], columns: Sequence[str] | None) -> Table:
        """X as a table, its columns called as those that `fit` was given, or the first that `fit` is given.

        They are found by their names where both have names, or numbers that say the same of both, and else by their
        places. Columns that are not `needed`, by those names, are not looked into.
        """
        if not isinstance(X, Table | np.ma.MaskedArray) and not hasattr(type(X), "columns") and hasattr(X, "__array__"):
            X = np.asarray(X)
        X = at_hand(X)
        names = feature_names(X)
        if columns is None:
            table = as_table(X, needed=needed)
            if table.n_rows < 2:
                raise InputError(
                    f"{table.path}: Found array with 1 sample(s) while a minimum of 2 is required: give rows"
                )
            self.n_features_in_ = len(table.columns)
            self.__dict__.pop("feature_names_in_", None)
            if names is not None:
                self.feature_names_in_ = np.array(table.names, dtype=object)
            return table
        known = hasattr(self, "feature_names_in_")
        if names is not None and known:
            return as_table(X, needed=needed)
        table = as_table(X)
        labels = labels_of(X)
        called = None if labels is None or known or names is not None else names_among(labels, columns)
        if called is None:
            self._check_places(len(table.columns), known, names is not None)
            called = list(columns)
        return replace(
            table, columns=tuple(replace(c, name=name) for c, name in zip(table.columns, called, strict=True))
        )

    def _check_places(self, n_columns: int, known: bool, has_names: bool) -> None:
        """Refuse another number of columns than `fit` had; warn where only one of the two has names."""
        if n_columns != self.n_features_in_:
            raise ValueError(
                f"X has {n_columns} features, but {type(self).__name__} is expecting {self.n_features_in_} "
                "features as input."
            )
        if known or has_names:
            of_X, of_fit = ("X does not have valid", "with") if known else ("X has", "without")
            warn_caller(f"{of_X} feature names, but {type(self).__name__} was fitted {of_fit} feature names")

    def _answers(self, y: Any, n_rows: int, name: str) -> tuple[Column, Any]:
        """y as a column, and its labels as they were given, where those have a type of their own."""
        if isinstance(y, Column):
            column, labels = y, None
        else:
            y = at_hand(y)
            if hasattr(y, "__array__") and not any(hasattr(y, name) for name in ("columns", "dtype", "type")):
                y = np.asarray(y)
            if isinstance(y, np.ma.MaskedArray):
                y = unmasked(y)
            if getattr(y, "ndim", 1) == 2 and not hasattr(y, "columns"):
                y = column_or_1d(y, warn=True)
            column, labels = as_column(y, name), y
        if len(column) != n_rows:
            raise ValueError(f"Found input variables with inconsistent numbers of samples: [{n_rows}, {len(column)}]")
        return column, labels

    def to_table(self, X: Any, *further: str) -> Table:
        """X as a table, its columns called as those that `fit` was given; only what the model uses is looked into.

        Parameters
        ----------
        X : table, or path of a file
            Of a file cells are read as those of the training table were, where something was said of these.
        *further : str
            Columns that are looked into beside the model's, where they are there.

        Raises
        ------
        ValueError
            It has more or fewer columns, and those have no names.
        """
        check_is_fitted(self)
        used = {*self.predictor_.preparation.names, *further}
        if isinstance(X, str | os.PathLike):
            notation, reached = self.predictor_.notation, list[Table]()  # a file that is not there has no cells
            taken = taken_over(CellNotation(), notation, "a table from read_table may be given, which can")
            with in_errors(taken, lambda: reached):
                X = read_table(pattern_of(X), needed=used.intersection, check=reached.append, **notation.said())
        return self._table(X, lambda name: name in used, self.predictor_.columns)

    def to_targets(self, y: Any) -> Array:
        """y as the networks take it: class numbers, or quantities less their mean and over their deviation."""
        target = self.predictor_.target
        return target.encode(y if isinstance(y, Column) else as_column(y, target.name))

    # -- answers -----------------------------------------------------------------------------------------------------

    def _predicted(self, X: Any) -> Predictions:
        """What the predictor says of X; what makes all answers doubtful is warned of."""
        table = self.to_table(X)
        predictions = self.predictor_.predict(table)
        for note in predictions.notes:
            if isinstance(note, Alert):
                warn_caller(str(note))
        return predictions

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the model to one file, whole or not at all; `clearprop.load` reads it.

        It holds numbers and text only, nothing that is run: the networks, what was learned of columns and target, the
        parameters, and how training went. Rows are not in it, not even those that were kept out.

        Raises
        ------
        InputError
            The file cannot be written.

        Warns
        -----
        UserWarning
            A parameter is a function or an object that no file holds, and is left out.
        """
        save_table_estimator(self, path)

    def __sklearn_is_fitted__(self) -> bool:
        return hasattr(self, "predictor_")

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = True
        tags.input_tags.string = True
        tags.input_tags.categorical = True
        tags.target_tags.required = True
        return tags


def _apart(X: Any, y: Any, name: str, needed: Callable[[str], bool]) -> tuple[Any, Any]:
    """Rows and their answers, which may be a column of these by its name; of a file, what is in it."""
    if isinstance(X, str | os.PathLike):
        X = read_table(pattern_of(X), needed=lambda names: filter(needed, names))
    if not isinstance(y, str):
        return X, y
    whole = as_table(X, needed=needed)
    if y not in whole.names:
        rule = f"{name} is a text, and so names a column, and there is none called {quoted(y)}"
        raise InputError(f"{whole.path}: {rule}: name one of {listed(whole.names)}, or give all answers")
    return whole.drop([y]), whole.column(y)


def _is(given: Any, value: str | int) -> bool:
    """Whether a parameter is this one value, whatever else it is."""
    return isinstance(given, type(value)) and given == value


def _is_truth(given: Any) -> bool:
    return isinstance(given, bool | np.bool_)


def _column_names(name: str, given: Any) -> tuple[str, ...]:
    """A list of columns by their names; None is none."""
    if given is None:
        return ()
    is_list = isinstance(given, Iterable) and not isinstance(given, str | bytes | Mapping)
    names = tuple(given) if is_list else ()
    wrong = next((one for one in names if not isinstance(one, str)), None if is_list else given)
    if wrong is not None:
        remedy = f": write [{quoted(given)}]" if isinstance(given, str) else ""
        rule = " must be columns by their names" if is_list else " must be a list of columns by their names"
        raise InputError(Message(Parameter(name), f"{rule}, got {quoted(wrong)}{remedy}"))
    return names


def _settings(name: str, given: Any) -> Mapping[str, Any]:
    if given is None:
        return {}
    if not isinstance(given, Mapping) or not all(isinstance(key, str) for key in given):
        example = "such as {'optimizer': 'nesterov', 'l2': 0.01}"
        raise TypeError(f"{name} must be a dict of settings of Trainer, {example}, got {quoted(given)}")
    return given


def _seed(random_state: Any) -> int:
    """A seed for the core's generators; a whole number stands for itself."""
    if isinstance(random_state, int | np.integer) and not isinstance(random_state, bool):
        if not 0 <= random_state <= GREATEST_SEED:
            rule = f" must be at most {GREATEST_SEED:,}" if random_state > 0 else " must be a whole number >= 0"
            raise InputError(Message(Parameter("random_state"), f"{rule}, got {many(int(random_state))}: take another"))
        return int(random_state)
    try:
        generator = check_random_state(random_state)
    except ValueError:
        rule = " must be a whole number >= 0, a numpy RandomState or None"
        raise InputError(Message(Parameter("random_state"), f"{rule}, got {quoted(random_state)}")) from None
    return int(generator.randint(np.iinfo(np.int32).max))


def _checked_weight(sample_weight: Any, n_rows: int) -> Array | None:
    if sample_weight is None:
        return None
    return checked_weight(sample_weight, np.empty((n_rows, 1)), np.float64)
