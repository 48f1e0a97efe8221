"""How a table is learned: rows divided, columns prepared, members trained, judged on rows kept out, and calibrated."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from clearprop.errors import InputError, Message, Parameter
from clearprop.estimators.class_weights import balanced_weights, named_weights
from clearprop.losses import BinaryCrossEntropy, CrossEntropy, Loss
from clearprop.network.ensemble import Ensemble
from clearprop.network.network import Network
from clearprop.network.rows import Rows
from clearprop.tables.calibration import temperature
from clearprop.tables.column import Column
from clearprop.tables.folds import LEAST_ROWS, Division, at_random, by_column, undivided
from clearprop.tables.judging import Judged, judged, score_by
from clearprop.tables.members import logits, train_members
from clearprop.tables.predictor import TablePredictor
from clearprop.tables.preparation import Preparation
from clearprop.tables.recipe import Recipe, recipe_for
from clearprop.tables.table import Table
from clearprop.tables.targets import ClassTarget, NumberTarget, Target, Task
from clearprop.training.callbacks import Callback, ObservedTraining
from clearprop.training.history import History
from clearprop.training.run import Training

Array = npt.NDArray[Any]


@dataclass(frozen=True)
class Choices:
    """What was chosen of how a table is learned; what is None is left to the recipe.

    Attributes
    ----------
    task : {"classification", "regression"}
    recipe : {"auto", "plain"}
    members : int or "auto"
    ignore, categories : collections of str
        Columns to leave out, and columns of numbers that stand for categories.
    class_weight : dict, "balanced" or None
    scoring : str, callable or None
    split_by : str or None
        A column by which rows are kept out: the last, or whole groups.
    validation_fraction : float
        What one member is judged by; 0: all rows are trained on by all.
    early_stopping : bool
        Whether the best epoch is kept, and patience ends training.
    refit : bool
        Whether what was judged by rows kept out is trained again on all, for as many epochs.
    recipe_changes, trainer_changes : dict
        Fields of `Recipe`, and keywords of `Trainer`, in the place of the recipe's.
    loss : str, Loss or None
        Of quantities.
    seed : int
    workers : int or None
    progress : bool
    callbacks : sequence of Callback
    """

    task: Task
    recipe: str = "auto"
    members: int | Literal["auto"] = "auto"
    ignore: Collection[str] = ()
    categories: Collection[str] = ()
    class_weight: Any = None
    scoring: Any = None
    split_by: str | None = None
    validation_fraction: float = 0.2
    early_stopping: bool = True
    refit: bool = False
    recipe_changes: Mapping[str, Any] = field(default_factory=dict)
    trainer_changes: Mapping[str, Any] = field(default_factory=dict)
    loss: str | Loss | None = None
    seed: int = 0
    workers: int | None = None
    progress: bool = False
    callbacks: Sequence[Callback] = ()


@dataclass(frozen=True)
class Learned:
    """A trained model, and how it was learned.

    Attributes
    ----------
    predictor : TablePredictor
    recipe : Recipe
        As it was followed.
    division : Division
        Of the rows that were learned from.
    rows : array of int
        Which of the rows given those are, by their places: without those that have no target, or weigh nothing.
    histories, endings, best_epochs : lists, one entry a member
    judged : Judged or None
        What came of rows that were kept out.
    class_weight : array, shape (classes,), or None
        What rows counted by their classes.
    notes : list of str
        What was found out about the table, and done about it.
    """

    predictor: TablePredictor
    recipe: Recipe
    division: Division
    rows: Array
    histories: list[History]
    endings: list[str]
    best_epochs: list[int | None]
    judged: Judged | None
    class_weight: Array | None
    notes: list[str]


@dataclass(frozen=True)
class GivenRows:
    """Rows with their answers, and what each counts; None for 1 each."""

    table: Table
    column: Column
    weight: Array | None = None

    def take(self, rows: Array) -> GivenRows:
        """Those in these places."""
        weight = None if self.weight is None else self.weight[rows]
        return GivenRows(self.table.take(rows), self.column.take(rows), weight)


def learn(
    given: GivenRows, choices: Choices, validation: GivenRows | None = None, before: TablePredictor | None = None
) -> Learned:
    """Learn to predict a column from a table.

    Parameters
    ----------
    given : GivenRows
    choices : Choices
    validation : GivenRows, optional
        Rows of their own that judge all members: none are then kept out.
    before : TablePredictor, optional
        What is trained further, instead of new networks.

    Raises
    ------
    InputError
        The table cannot be learned from; the message says what to do.
    ValueError, TypeError
        A choice is none.
    DivergenceError
        Training left the finite numbers.
    """
    notes = list(given.table.notes)
    rows = _that_count(given, notes)
    given = given.take(rows)
    target = _target(given.column, choices) if before is None else before.target
    answers = target.encode(given.column)
    class_weight = _class_weight(choices.class_weight, target, answers)
    weight = _weighted(given.weight, class_weight, answers)

    recipe = _recipe(choices, target, given.table)
    rng = np.random.default_rng([choices.seed, 2])
    division = _divided(given.table, answers, choices, recipe, validation is not None, rng)
    if before is None:
        preparation = _preparation(given.table, answers, division, choices, recipe, notes)
    else:
        preparation = before.preparation
    X = preparation.transform(given.table).astype(recipe.dtype, copy=False)
    networks = _networks(preparation, target, X[division.trained_on], choices, recipe, before, len(division.parts))

    all_rows = Rows.checked(networks[0], X, answers, weight)
    judges = None if validation is None else _judges(validation, networks[0], preparation, target, class_weight)
    settings = _settings(choices, recipe, networks[0], target)
    trainings = train_members(
        networks,
        all_rows,
        division.parts,
        settings,
        validation=judges,
        seeds=[[choices.seed, 1, number] for number in range(len(networks))],
        callbacks=choices.callbacks,
        progress=choices.progress,
        workers=choices.workers,
    )
    predictor = TablePredictor(_together(networks), preparation, target, limits=_limits(given.column, target, recipe))
    kept_out = judged(predictor, all_rows, division, judges)
    if kept_out is not None and recipe.calibrated and isinstance(target, ClassTarget):
        predictor = replace(predictor, temperature=kept_out.temperature())
        kept_out = kept_out.by(predictor)
    best_epochs = [training.best_epoch if training.keep_best else None for training in trainings]
    return Learned(
        predictor,
        recipe,
        division,
        rows,
        [training.history for training in trainings],
        [str(training.ending) for training in trainings],
        best_epochs,
        kept_out,
        class_weight,
        notes,
    )
