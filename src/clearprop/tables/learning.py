"""How a table is learned: rows divided, columns prepared, members trained, judged on rows kept out, and calibrated."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from clearprop.cluster import Cluster, connect
from clearprop.errors import InputError
from clearprop.foundation.sparse import is_sparse
from clearprop.foundation.table_cells import listed, quoted
from clearprop.inputs import Input
from clearprop.losses import LOSSES, BinaryCrossEntropy, CrossEntropy, Loss
from clearprop.network.ensemble import Ensemble
from clearprop.network.network import Network
from clearprop.network.rows import Rows
from clearprop.tables.categorical_features import named_categorical
from clearprop.tables.checkpointing import fingerprint_of
from clearprop.tables.choices import Choices
from clearprop.tables.folds import Division, at_random, by_column, is_order, undivided
from clearprop.tables.given_rows import ClassWeights, GivenRows
from clearprop.tables.importances import enough
from clearprop.tables.judging import Judges
from clearprop.tables.members import train_members
from clearprop.tables.predictor import TablePredictor, n_outputs
from clearprop.tables.preparation.preparation import Preparation
from clearprop.tables.recipe import FEW_ROWS, Recipe
from clearprop.tables.roles import find_roles
from clearprop.tables.scoring import Score
from clearprop.tables.stage import input_stage
from clearprop.tables.streaming.first_pass import Overview
from clearprop.tables.table import Table
from clearprop.tables.targets import ClassTarget, NumberTarget, Target
from clearprop.tables.trained_rows import TrainedRows, row_digests
from clearprop.training.callbacks import Callback, ObservedTraining
from clearprop.training.history import History
from clearprop.training.run import Training

Array = npt.NDArray[Any]


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
    batch_size : int
        How many rows a step took.
    notes : list of str
        What was found out about the table, and done about it.
    overview : Overview or None
        Of a table that came part by part: what the first pass found. `rows` are then those of its sample.
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
    batch_size: int
    notes: list[str]
    overview: Overview | None = None


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
    if choices.cluster is None:
        return _learned(given, choices, validation, before)
    cluster = Cluster.of(choices.cluster)
    with connect(cluster.where) as executor:
        return _learned(given, replace(choices, cluster=replace(cluster, where=executor)), validation, before)


def _learned(
    given: GivenRows, choices: Choices, validation: GivenRows | None, before: TablePredictor | None
) -> Learned:
    notes = list(given.table.notes)
    checkpoints = choices.checkpoints
    if checkpoints is not None:
        checkpoints = checkpoints.compared_by(fingerprint_of(given, choices, validation), several=True)
    rows, given = given.counting()
    target = target_of(given, choices) if before is None else before.target
    answered = target.rows(given.column, notes, given.table.path)
    if not len(answered):  # as the target is one that was learned before
        had = listed(target.classes) if isinstance(target, ClassTarget) else "quantities"
        raise InputError(
            f"{given.table.path}: no row has an answer of those that were trained on before ({had}): set "
            "warm_start=False to begin anew"
        )
    rows, given = rows[answered], given.take(answered)
    truth = given.truth(target)
    recipe = choices.recipe_for(target, given.table.n_rows, len(given.table.names))
    if isinstance(target, ClassTarget):
        recipe = recipe.for_shares((np.bincount(truth, minlength=len(target.classes)) / max(1, len(truth))).tolist())
    division = _division(given.table, truth, choices, recipe, validation is not None)
    preparation = learned_preparation(given, division, choices, recipe, notes) if before is None else before.preparation
    stage = input_stage(preparation.inputs, recipe.preparation) if before is None else before.networks[0].inputs

    X = inputs_of(preparation, given.table, stage, recipe, notes)
    networks = new_networks(stage, target, X, division, choices, recipe, before)
    weigh = ClassWeights.learned(choices.class_weight, target, truth)
    encoded = target.encode(given.column, given.table.path)
    all_rows = Rows.checked(networks[0], X, encoded, weigh(given.weight, truth))
    own = None
    if validation is not None:
        judging = target.rows(validation.column, notes, validation.table.path)
        if not len(judging):
            raise InputError(
                f"y_val has no answer that training knows, in any of its {len(validation.column):,} rows: give some"
            )
        own = validation.take(judging)
        own_truth, own_X = own.truth(target), inputs_of(preparation, own.table, stage, recipe)
        own_encoded = target.encode(own.column, own.table.path)
        own_rows = Rows.checked(networks[0], own_X, own_encoded, weigh(own.weight, own_truth))
    trainings = train_members(
        networks,
        all_rows,
        division.parts,
        choices.trainer_settings(recipe, networks[0], target if own is not None or division.keeps_rows else None),
        validation=None if own is None else own_rows,
        rngs=[np.random.default_rng([choices.seed, 1, number]) for number in range(len(networks))],
        callbacks=[*choices.callbacks, *([] if checkpoints is None else [checkpoints])],
        progress=choices.progress,
        workers=choices.workers,
        cluster=choices.cluster,
    )
    judges_rows: Array = np.empty(0, np.intp)
    judges = None
    if own is not None:
        judges = Judges(own_rows.X, own_truth, own.weight, (np.arange(len(own_truth)),) * len(networks))
    elif division.keeps_rows:
        judges_rows, judges = Judges.kept_out(X, truth, given.weight, division.parts)
    calibrated = recipe.calibrated and judges is not None and isinstance(target, ClassTarget)
    predictor = TablePredictor(
        together(networks),
        preparation,
        target,
        judges.temperature(networks) if calibrated and judges is not None else None,
        None if isinstance(target, ClassTarget) else limits_of(truth, recipe.margin),
        given.table.names,
        choices.named,
        recipe.name,
        share_of(target, truth, given.weight),
        given.table.notation,
        TrainedRows.of(row_digests(X)[division.trained_on], None if before is None else before.trained),
    )
    learned = Learned(
        predictor,
        replace(recipe, trainer={**recipe.trainer, **choices.trainer_changes}),
        division,
        rows,
        None if judges is None else HeldOut(rows[judges_rows], judges.truth, judges.answers(predictor), judges.weight),
        None if judges is None else enough(judges),
        [training.history for training in trainings],
        [ending_of(training, target, choices) for training in trainings],
        [training.best_epoch if training.best_parameters is not None else None for training in trainings],
        trainings[0].batch_size,
        notes,
    )
    if choices.refit and division.keeps_rows and not division.out_of_fold:
        return _refitted(learned, replace(choices, checkpoints=checkpoints), all_rows, target)
    return learned


def _division(table: Table, truth: Array, choices: Choices, recipe: Recipe, validated: bool) -> Division:
    """Which rows each member is trained on."""
    n_rows, members, share = table.n_rows, recipe.members, choices.validation_fraction
    if validated or share == 0:
        return undivided(n_rows, members)
    rng = np.random.default_rng([choices.seed, 2])
    if choices.split_by is not None:
        return by_column(table.column(choices.split_by), members, share, rng)
    if n_rows < FEW_ROWS:
        return undivided(n_rows, members if choices.members != "auto" else 1)
    return at_random(truth, members, share, rng)


def learned_preparation(
    given: GivenRows, division: Division, choices: Choices, recipe: Recipe, notes: list[str]
) -> Preparation:
    """What is learned of the columns, from rows that are trained on."""
    table, ignore = given.table, list(choices.ignore)
    groups = choices.split_by
    if groups is not None and groups not in ignore and not is_order(table.column(groups)):
        ignore.append(groups)
        where = f"{table.path}, column {quoted(groups)}"
        notes.append(f"{where}: rows are kept out by its groups, and it is not learned from.")
    categorical = choices.categorical_features
    if not isinstance(categorical, str | None):  # by names, as indices count the columns that are ignored, too
        categorical = [
            name for name in table.names if name in named_categorical(table, categorical) and name not in ignore
        ]
    kept = table.drop(ignore)
    if not kept.columns:
        raise InputError(f"{table.path}: no column is left to learn from: ignore fewer, or add a column")
    column, rows = given.column, division.trained_on
    if len(rows) < table.n_rows:
        kept, column = kept.take(rows), column.take(rows)
    roles = find_roles(kept, column, "auto" if categorical is None else categorical, named=choices.named)
    most_one_hot = recipe.preparation.get("most_one_hot")
    return Preparation.fit(
        kept,
        roles,
        scaling=recipe.preparation.get("scaling", "standard"),
        embed_from=None if most_one_hot is None else most_one_hot + 1,
        notes=notes,
    )


def inputs_of(
    preparation: Preparation,
    table: Table,
    stage: Sequence[Input] | None,
    recipe: Recipe,
    notes: list[str] | None = None,
) -> Any:
    """The networks' inputs: sparse only where they read them as they are."""
    X = preparation.transform(table, notes, dtype=np.dtype(recipe.dtype))
    return X.toarray() if stage and is_sparse(X) else X


def new_networks(
    stage: Sequence[Input] | None,
    target: Target,
    X: Any,
    division: Division,
    choices: Choices,
    recipe: Recipe,
    before: TablePredictor | None,
) -> list[Network]:
    """The members, before training."""
    members = len(division.parts)
    if before is not None:
        if len(before.networks) != members:
            raise ValueError(
                f"training goes on with {len(before.networks)} members, and {members} are asked for: set "
                "warm_start=False to begin anew"
            )
        return [network.copy() for network in before.networks]
    n_features = sum(one.features for one in stage) if stage else X.shape[1]
    networks = [
        Network(
            [n_features, *recipe.hidden, n_outputs(target)],
            recipe.activation,
            loss=_loss(target, choices, recipe),
            initializer=recipe.initializer,
            dtype=recipe.dtype,
            rng=np.random.default_rng([choices.seed, 0, number]),
            inputs=stage,
            **recipe.network,
        )
        for number in range(members)
    ]
    if recipe.starts_from_data:
        for number, (network, part) in enumerate(zip(networks, division.parts, strict=True)):
            network.initialize_from(X[part.trained_on], np.random.default_rng([choices.seed, 3, number]))
    return networks


def _loss(target: Target, choices: Choices, recipe: Recipe) -> str | Loss:
    if not isinstance(target, ClassTarget):
        return choices.loss or "squared_error"
    kind = BinaryCrossEntropy if len(target.classes) == 2 else CrossEntropy
    return kind(smoothing=recipe.smoothing)


def target_of(given: GivenRows, choices: Choices) -> Target:
    """What is predicted, as it is learned from these rows."""
    path = given.table.path
    if choices.task == "regression" and choices.loss is not None and LOSSES.resolve(choices.loss).name == "poisson":
        # It takes counts as they are, and gives the logarithm of their mean.
        return NumberTarget.learned(given.column, standardised=False, path=path)
    return Target.recognise(given.column, choices.task, path=path)


def share_of(target: Target, truth: Array, weight: Array | None) -> Array | float:
    """The classes' shares, or the mean quantity."""
    if not isinstance(target, ClassTarget):
        return float(np.average(truth, weights=weight))
    counts = np.bincount(truth, weights=weight, minlength=len(target.classes))
    return counts / counts.sum()


def limits_of(truth: Array, margin: float) -> tuple[float, float] | None:
    """How far quantities may go."""
    if not np.isfinite(margin):
        return None
    least, most = float(truth.min()), float(truth.max())
    return least - margin * (most - least), most + margin * (most - least)


def ending_of(training: Training, target: Target, choices: Choices) -> str:
    """Why a training ended, with the name of the score that its best epoch was chosen by."""
    return str(training.ending).replace("the best by metric", f"the best by {Score(target, choices.scoring).name}")


def together(networks: Sequence[Network]) -> Network | Ensemble:
    """The one network, or several as one."""
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
    everything = undivided(len(rows), len(predictor.networks))
    networks = new_networks(predictor.networks[0].inputs, target, rows.X, everything, choices, recipe, None)
    settings = {**choices.trainer_settings(recipe, networks[0]), "patience": None}
    endings = []
    for number, network in enumerate(networks):
        epochs = learned.best_epochs[number] or len(learned.histories[number])
        told: list[Callback] = [_StopAfter(epochs)]
        if choices.checkpoints is not None:
            told.append(choices.checkpoints.of_part(f"all-rows-{number + 1}"))
        (training,) = train_members(
            [network],
            rows,
            everything.parts[:1],
            settings,
            rngs=[np.random.default_rng([choices.seed, 1, number])],
            callbacks=told,
            progress=choices.progress,
            workers=choices.workers,
            cluster=choices.cluster,
        )
        endings.append(f"{learned.endings[number]}; then trained anew on all {len(rows):,} rows for {epochs} epochs")
        assert training.stop_reason is not None
    trained = TrainedRows.of(row_digests(rows.X))
    return replace(learned, predictor=replace(predictor, model=together(networks), trained=trained), endings=endings)
