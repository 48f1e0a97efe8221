"""How a table is learned: rows divided, columns prepared, members trained, judged on rows kept out, and calibrated."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from clearprop.errors import InputError
from clearprop.estimators.class_weights import balanced_weights, named_weights
from clearprop.foundation.table_cells import quoted
from clearprop.losses import LOSSES, BinaryCrossEntropy, CrossEntropy, Loss
from clearprop.network.ensemble import Ensemble
from clearprop.network.network import Network
from clearprop.network.rows import Rows
from clearprop.optimizers import LBfgs
from clearprop.tables.column import Column
from clearprop.tables.folds import LEAST_ROWS, Division, at_random, by_column, is_order, undivided
from clearprop.tables.importances import enough
from clearprop.tables.judging import Judges
from clearprop.tables.members import train_members
from clearprop.tables.predictor import TablePredictor
from clearprop.tables.preparation import Preparation
from clearprop.tables.recipe import Recipe, recipe_for
from clearprop.tables.scoring import Score
from clearprop.tables.table import Table
from clearprop.tables.targets import ClassTarget, NumberTarget, Target, Task
from clearprop.training.callbacks import Callback, ObservedTraining
from clearprop.training.history import History

Array = npt.NDArray[Any]


@dataclass(frozen=True)
class Choices:
    """What was chosen of how a table is learned; what is None is left to the recipe.

    Attributes
    ----------
    task : {"classification", "regression"}
    recipe : {"auto", "plain"}
    members : int or "auto"
    ignore : collection of str
        Columns to leave out.
    categorical_features : "auto", "from_dtype" or list
        See `find_roles`.
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
    preparation_changes, recipe_changes, trainer_changes : dict
        Keywords of `Preparation.fit`, fields of `Recipe` and keywords of `Trainer`, in the place of the recipe's.
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
    categorical_features: Any = "auto"
    class_weight: Any = None
    scoring: Any = None
    split_by: str | None = None
    validation_fraction: float = 0.2
    early_stopping: bool = True
    refit: bool = False
    preparation_changes: Mapping[str, Any] = field(default_factory=dict)
    recipe_changes: Mapping[str, Any] = field(default_factory=dict)
    trainer_changes: Mapping[str, Any] = field(default_factory=dict)
    loss: str | Loss | None = None
    seed: int = 0
    workers: int | None = None
    progress: bool = False
    callbacks: Sequence[Callback] = ()


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


@dataclass(frozen=True)
class HeldOut:
    """What members say of rows that they were not trained on.

    Attributes
    ----------
    rows : array of int
        Which of the rows given they are, by their places; empty where they are rows of their own.
    truth : array, shape (n,)
        Class numbers, or quantities.
    answers : array
        Probabilities (n, classes), or quantities (n,).
    weight : array, shape (n,), or None
    """

    rows: Array
    truth: Array
    answers: Array
    weight: Array | None


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
        Which of the rows given those are, by their places: without those that have no target, or count nothing.
    held_out : HeldOut or None
        What members say of rows that they were not trained on.
    judges : Judges or None
        Those rows, or as many of them as importances are measured by.
    histories, endings, best_epochs : lists, one entry a member
    training_share : array, shape (classes,), or float
        The classes' shares, or the mean quantity, of the rows learned from.
    notes : list of str
        What was found out about the table, and done about it.
    """

    predictor: TablePredictor
    recipe: Recipe
    division: Division
    rows: Array
    held_out: HeldOut | None
    judges: Judges | None
    histories: list[History]
    endings: list[str]
    best_epochs: list[int | None]
    training_share: Array | float
    notes: list[str]


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
        What is trained further, in the place of new networks.

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
    rows = _counting_rows(given, notes)
    given = given.take(rows)
    target = _target(given.column, choices) if before is None else before.target
    truth = _truth(target, given.column)
    recipe = _recipe(choices, target, given.table)
    division = _division(given.table, truth, choices, recipe, validation is not None)
    preparation = _preparation(given, truth, division, choices, recipe, notes) if before is None else before.preparation

    X = _inputs(preparation, given.table, recipe)
    networks = _networks(preparation, target, X[division.trained_on], choices, recipe, len(division.parts), before)
    weigh = _ClassWeights.learned(choices.class_weight, target, truth)
    all_rows = Rows.checked(networks[0], X, target.encode(given.column), weigh(given.weight, truth))
    own = None
    if validation is not None:
        own = validation.take(_counting_rows(validation, notes, "validation "))
        own_truth, own_X = _truth(target, own.column), _inputs(preparation, own.table, recipe)
        own_rows = Rows.checked(networks[0], own_X, target.encode(own.column), weigh(own.weight, own_truth))
    trainings = train_members(
        networks,
        all_rows,
        division.parts,
        _settings(choices, recipe, networks[0], target, judged=own is not None or division.keeps_rows),
        validation=None if own is None else own_rows,
        rngs=[np.random.default_rng([choices.seed, 1, number]) for number in range(len(networks))],
        callbacks=choices.callbacks,
        progress=choices.progress,
        workers=choices.workers,
    )
    judges_rows: Array = np.empty(0, np.intp)
    judges = None
    if own is not None:
        judges = Judges(own_rows.X, own_truth, own.weight, (np.arange(len(own_truth)),) * len(networks))
    elif division.keeps_rows:
        judges_rows, judges = Judges.kept_out(X, truth, given.weight, division.parts)
    calibrated = recipe.calibrated and judges is not None and isinstance(target, ClassTarget)
    predictor = TablePredictor(
        _together(networks),
        preparation,
        target,
        judges.temperature(networks) if calibrated and judges is not None else None,
        None if isinstance(target, ClassTarget) else _limits(truth, recipe.margin),
    )
    learned = Learned(
        predictor,
        recipe,
        division,
        rows,
        None if judges is None else HeldOut(rows[judges_rows], judges.truth, judges.answers(predictor), judges.weight),
        None if judges is None else enough(judges),
        [training.history for training in trainings],
        [str(training.ending) for training in trainings],
        [training.best_epoch if training.best_parameters is not None else None for training in trainings],
        _share(target, truth, given.weight),
        notes,
    )
    if choices.refit and division.keeps_rows and not division.out_of_fold:
        return _refitted(learned, choices, all_rows, target)
    return learned


# -- rows ------------------------------------------------------------------------------------------------------------


def _counting_rows(given: GivenRows, notes: list[str], which: str = "") -> Array:
    """The places of the rows that have a target and count for something.

    A row of few that counts a whole number of times is there as often: scaling and starts, which know no weights, then
    count it too.
    """
    missing, name = given.column.is_missing, quoted(given.column.name)
    if missing.all():
        raise InputError(f"{given.table.path}, column {name}: the target is missing in all {which}rows: fill it in")
    if missing.any():
        count = int(missing.sum())
        first = given.table.place(int(np.flatnonzero(missing)[0]))
        notes.append(
            f"{given.table.path}, column {name}: {count:,} of {len(missing):,} {which}rows have no target and are left "
            f"out, the first of them in {first}."
        )
    rows = np.flatnonzero(~missing)
    if given.weight is None:
        return rows
    weight = given.weight[rows]
    if not (weight > 0).any():
        raise ValueError(f"the {which}sample_weight of every row with a target is 0: give some a weight above 0")
    rows, weight = rows[weight > 0], weight[weight > 0]
    if (weight == np.rint(weight)).all() and weight.sum() < LEAST_ROWS:
        return np.repeat(rows, weight.astype(np.intp))
    return rows


def _truth(target: Target, column: Column) -> Array:
    """Class numbers, or quantities in their own unit."""
    return target.encode(column) if isinstance(target, ClassTarget) else column.values.astype(np.float64)


def _share(target: Target, truth: Array, weight: Array | None) -> Array | float:
    if not isinstance(target, ClassTarget):
        return float(np.average(truth, weights=weight))
    counts = np.bincount(truth, weights=weight, minlength=len(target.classes))
    return counts / counts.sum()


@dataclass(frozen=True)
class _ClassWeights:
    """What rows count by their classes; None for 1 each."""

    by_class: Array | None

    @classmethod
    def learned(cls, class_weight: Any, target: Target, truth: Array) -> _ClassWeights:
        """What `class_weight` stands for, among these rows."""
        if class_weight is None or not isinstance(target, ClassTarget):
            return cls(None)
        labels = np.asarray(target.classes)
        if isinstance(class_weight, str) and class_weight == "balanced":
            return cls(balanced_weights(len(labels), truth))
        if isinstance(class_weight, Mapping):  # on a command line all labels are texts
            by_text = dict(zip(target.labels, labels.tolist(), strict=True))
            known = set(labels.tolist())
            class_weight = {key if key in known else by_text.get(key, key): w for key, w in class_weight.items()}
        return cls(named_weights(class_weight, labels, or_else=", or 'balanced'"))

    def __call__(self, weight: Array | None, truth: Array) -> Array | None:
        """What rows count, those weights and these together."""
        if self.by_class is None:
            return weight
        weighted = self.by_class[truth] if weight is None else weight * self.by_class[truth]
        if not weighted.any():
            raise ValueError("class_weight leaves every row with a weight of 0: give a class of y a weight above 0")
        return weighted


def _division(table: Table, truth: Array, choices: Choices, recipe: Recipe, validated: bool) -> Division:
    """Which rows each member is trained on."""
    n_rows, members, share = table.n_rows, recipe.members, choices.validation_fraction
    if validated or share == 0:
        return undivided(n_rows, members)
    rng = np.random.default_rng([choices.seed, 2])
    if choices.split_by is not None:
        return by_column(table.column(choices.split_by), members, share, rng)
    if n_rows < LEAST_ROWS:
        return undivided(n_rows, members if choices.members != "auto" else 1)
    return at_random(truth, members, share, rng)


# -- the recipe, followed ----------------------------------------------------------------------------------------------


def _recipe(choices: Choices, target: Target, table: Table) -> Recipe:
    """The recipe for this table, with what was chosen otherwise."""
    n_classes = len(target.classes) if isinstance(target, ClassTarget) else 0
    scoring = choices.scoring if isinstance(choices.scoring, str) else None
    recipe = recipe_for(
        choices.recipe,
        task=choices.task,
        n_rows=table.n_rows,
        n_columns=len(table.names),
        n_classes=n_classes,
        scoring=scoring,
    )
    members = recipe.members if choices.members == "auto" else choices.members
    return replace(recipe, **{"members": members, **choices.recipe_changes})


# What of a recipe belongs to its optimiser, and goes with it where another is chosen.
OF_OPTIMIZER = ("learning_rate", "schedule", "decoupled_decay", "decay_schedule")
# And what lbfgs does not use.
BY_STEPS = ("batch_size", "dropout", "dropout_schedule", "clip_norm")


def _settings(choices: Choices, recipe: Recipe, network: Network, target: Target, judged: bool) -> dict[str, Any]:
    """The trainer's keywords."""
    changes = dict(choices.trainer_changes)
    rates, decays = recipe.factors(network.layer_sizes, network.layout.kinds)
    settings = {**recipe.trainer, "rates": rates, "decays": decays}
    if "optimizer" in changes:
        by_lbfgs = changes["optimizer"] == "lbfgs" or isinstance(changes["optimizer"], LBfgs)
        dropped = ("rates", "decays", *OF_OPTIMIZER, *(BY_STEPS if by_lbfgs else ()))
        settings = {name: value for name, value in settings.items() if name not in dropped}
    settings |= changes
    if not choices.early_stopping:
        settings |= {"patience": None, "keep_best": False}
    if judged:
        settings["monitor"] = recipe.monitor
        if choices.scoring not in (None, "accuracy", "r2", "loss"):
            settings["metric"] = Score(target, choices.scoring)
    return settings


def _preparation(
    given: GivenRows, truth: Array, division: Division, choices: Choices, recipe: Recipe, notes: list[str]
) -> Preparation:
    """What is learned of the columns, from rows that are trained on."""
    table, ignore = given.table, list(choices.ignore)
    if choices.split_by is not None and not is_order(table.column(choices.split_by)):
        ignore.append(choices.split_by)
        notes.append(f"{table.path}, column {quoted(choices.split_by)}: it groups the rows, and is not learned from.")
    rows = division.trained_on
    whole = len(rows) == table.n_rows
    return Preparation.fit(
        table if whole else table.take(rows),
        truth if whole else truth[rows],
        task=choices.task,
        ignore=ignore,
        categorical_features=choices.categorical_features,
        notes=notes,
        **choices.preparation_changes,
        **recipe.preparation,
    )


def _inputs(preparation: Preparation, table: Table, recipe: Recipe) -> Array:
    return preparation.transform(table).astype(recipe.dtype, copy=False)


def _networks(
    preparation: Preparation,
    target: Target,
    X: Array,
    choices: Choices,
    recipe: Recipe,
    members: int,
    before: TablePredictor | None,
) -> list[Network]:
    """The members, before training."""
    if before is not None:
        if len(before.networks) != members:
            raise ValueError(
                f"training goes on with {len(before.networks)} members, and {members} are asked for: set "
                "warm_start=False to begin anew"
            )
        return [network.copy() for network in before.networks]
    sizes = [preparation.n_features, *recipe.hidden, _n_outputs(target)]
    return [
        Network(
            sizes,
            recipe.activation,
            loss=_loss(target, choices, recipe),
            initializer=recipe.initializer,
            dtype=recipe.dtype,
            rng=np.random.default_rng([choices.seed, 0, number]),
            inputs=preparation.inputs,
            **recipe.network,
        )
        for number in range(members)
    ]


def _n_outputs(target: Target) -> int:
    return len(target.classes) if isinstance(target, ClassTarget) and len(target.classes) > 2 else 1


def _loss(target: Target, choices: Choices, recipe: Recipe) -> str | Loss:
    if not isinstance(target, ClassTarget):
        return choices.loss or "squared_error"
    kind = BinaryCrossEntropy if len(target.classes) == 2 else CrossEntropy
    return kind(smoothing=recipe.smoothing)


def _target(column: Column, choices: Choices) -> Target:
    if choices.task == "classification":
        return ClassTarget.learned(column)
    target = NumberTarget.learned(column)
    # The poisson loss takes counts as they are, and gives the logarithm of their mean.
    poisson = choices.loss is not None and LOSSES.resolve(choices.loss).name == "poisson"
    return NumberTarget(column.name, 0.0, 1.0) if poisson else target


def _limits(truth: Array, margin: float) -> tuple[float, float] | None:
    """How far quantities may go."""
    if not np.isfinite(margin):
        return None
    least, most = float(truth.min()), float(truth.max())
    return least - margin * (most - least), most + margin * (most - least)


def _together(networks: Sequence[Network]) -> Network | Ensemble:
    return networks[0] if len(networks) == 1 else Ensemble(networks)


# -- once more on all rows ---------------------------------------------------------------------------------------------


class _StopAfter(Callback):
    """Ends training after so many epochs, of however many are planned: the schedule goes on as it did."""

    def __init__(self, epochs: int) -> None:
        self._epochs = epochs

    def on_epoch_end(self, training: ObservedTraining) -> None:
        """End it where it is time."""
        if len(training.history) >= self._epochs:
            training.stop(f"{self._epochs} epochs were best by the rows kept out before")


def _refitted(learned: Learned, choices: Choices, rows: Rows, target: Target) -> Learned:
    """The same networks trained anew on all rows, for as many epochs as were best; what judges say is kept."""
    predictor, recipe = learned.predictor, learned.recipe
    networks = _networks(predictor.preparation, target, rows.X, choices, recipe, len(predictor.networks), None)
    settings = {**_settings(choices, recipe, networks[0], target, judged=False), "patience": None}
    everything = undivided(len(rows), len(networks))
    endings = []
    for number, network in enumerate(networks):
        epochs = learned.best_epochs[number] or len(learned.histories[number])
        (training,) = train_members(
            [network],
            rows,
            everything.parts[:1],
            settings,
            rngs=[np.random.default_rng([choices.seed, 1, number])],
            callbacks=[_StopAfter(epochs)],
            progress=choices.progress,
            workers=choices.workers,
        )
        endings.append(f"{learned.endings[number]}; then trained anew on all {len(rows):,} rows for {epochs} epochs")
        assert training.stop_reason is not None
    return replace(learned, predictor=replace(predictor, model=_together(networks)), endings=endings)
