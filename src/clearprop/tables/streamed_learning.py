"""How a table is learned that comes part by part: a first pass, then the networks, each on a stream of its rows."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import replace

import numpy as np

from clearprop.errors import InputError, Message, Parameter
from clearprop.foundation.table_cells import listed, quoted
from clearprop.network.network import Network
from clearprop.network.rows import Rows
from clearprop.tables.checkpointing import fingerprint_of_parts
from clearprop.tables.choices import Choices
from clearprop.tables.folds import Division, undivided
from clearprop.tables.given_rows import ClassWeights, GivenRows
from clearprop.tables.importances import enough
from clearprop.tables.judging import Judges
from clearprop.tables.learning import (
    HeldOut,
    Learned,
    ending_of,
    learned_preparation,
    limits_of,
    new_networks,
    share_of,
    target_of,
    together,
)
from clearprop.tables.predictor import TablePredictor
from clearprop.tables.preparation.preparation import Preparation
from clearprop.tables.reading.delimited import empty_table
from clearprop.tables.recipe import Recipe
from clearprop.tables.sources.delimited import DelimitedSource
from clearprop.tables.sources.source import Source
from clearprop.tables.stage import input_stage
from clearprop.tables.streaming.column_extent import MOST_TEXTS, OtherKind
from clearprop.tables.streaming.first_pass import Overview, Roles, first_pass, weights
from clearprop.tables.streaming.held_out import HeldOutRows, held_out_rows
from clearprop.tables.streaming.table_shards import PreparedRows, TableShards
from clearprop.tables.table import Table
from clearprop.tables.targets import ClassTarget, NumberTarget, Target
from clearprop.tables.trained_rows import TrainedRows, row_digests
from clearprop.training.diagnosis.findings import TABLES
from clearprop.training.kept_shards import worth_keeping
from clearprop.training.row_stream import RowStream
from clearprop.training.run import Training
from clearprop.training.settings import progress_bar
from clearprop.training.spreading import spread_over
from clearprop.training.trainer import Trainer, run_and_judge


def roles_of(names: Sequence[str], target: str, weight: str | None, choices: Choices, path: str) -> Roles:
    """Which columns are read as what.

    Raises
    ------
    InputError
        One is not there, or none is left to learn from.
    """
    header = empty_table(names, path)
    split_by = [] if choices.split_by is None else [choices.split_by]
    inputs = header.drop([target, *([] if weight is None else [weight])])
    inputs.select([*choices.ignore, *split_by])
    roles = Roles(target, weight, inputs.drop(choices.ignore).names)
    if not roles.inputs:
        raise InputError(f"{path}: no column is left to learn from ({listed(names)}): ignore fewer, or add a column")
    return roles


def overview_of(source: Source, roles: Roles, choices: Choices) -> tuple[Source, HeldOutRows, Overview]:
    """Which rows are kept out, and what a first pass over all finds; and the source as it is to be read.

    A column of CSV that looks like numbers in one block and like texts in another is one of texts, for which the pass
    begins anew, as what such a column means is told by all of it.
    """
    share = choices.validation_fraction
    held_out = held_out_rows(source, share, choices.seed, choices.split_by, len(roles.inputs))
    try:
        return source, held_out, first_pass(source, roles, held_out, choices.seed)
    except OtherKind as drift:
        if not isinstance(source, DelimitedSource) or drift.column in source.read_as_texts:
            raise InputError(str(drift)) from None
        return overview_of(source.reading_texts([drift.column]), roles, choices)


def learn_streamed(
    source: Source,
    roles: Roles,
    choices: Choices,
    columns: Sequence[str],
    before: TablePredictor | None = None,
) -> Learned:
    """Learn to predict a column from a table that comes part by part.

    Parameters
    ----------
    source : Source
    roles : Roles
    choices : Choices
    columns : sequence of str
        All that a row has, without target and weight.
    before : TablePredictor, optional
        What is trained further, in the place of new networks.

    Raises
    ------
    InputError, ValueError, TypeError, DivergenceError
        See `learn`; what is wrong with rows names the part that they are in.
    """
    if choices.refit:
        raise InputError(Message("a table that is read bit by bit keeps few rows out: leave out ", Parameter("refit")))
    checkpoints = choices.checkpoints
    if checkpoints is not None:
        facts = fingerprint_of_parts(source, choices)
        choices = replace(choices, checkpoints=checkpoints.compared_by(facts, several=True))
    source, held_out, overview = overview_of(source, roles, choices)
    path, n_trained = source.path, overview.n_trained
    notes = _notes(overview, held_out, path)
    given = _given(overview.sample, roles)
    target = _target(given, overview, choices) if before is None else before.target
    truth = given.truth(target)
    recipe = choices.recipe_for(target, n_trained, len(columns), streamed=True)
    if isinstance(target, ClassTarget):
        recipe = recipe.for_shares((np.bincount(truth, minlength=len(target.classes)) / len(truth)).tolist())
    members = undivided(overview.n_uniform, recipe.members)
    preparation = _preparation(given, overview, choices, recipe, notes) if before is None else before.preparation
    stage = input_stage(preparation.inputs, recipe.preparation) if before is None else before.networks[0].inputs
    class_weights = ClassWeights.learned(choices.class_weight, target, truth)
    prepared = PreparedRows(preparation, target, roles, class_weights, np.dtype(recipe.dtype), bool(stage))

    uniform = overview.sample.take(np.arange(overview.n_uniform))
    sample = prepared(uniform)
    networks = new_networks(stage, target, sample.X, members, choices, recipe, before)
    judge_rows = None if overview.judges is None else prepared(overview.judges)
    shards = TableShards(source, prepared, held_out, overview.trained)
    trainings = _train(networks, shards, sample, judge_rows, choices, recipe, target)

    judges = None
    if overview.judges is not None and judge_rows is not None:
        judge_truth, own_weight = prepared.truth(overview.judges), weights(overview.judges, roles.weight)
        every = np.arange(len(judge_truth))
        judges = Judges(judge_rows.X, judge_truth, own_weight, (every,) * len(networks))
    calibrated = recipe.calibrated and judges is not None and isinstance(target, ClassTarget)
    predictor = TablePredictor(
        together(networks),
        preparation,
        target,
        judges.temperature(networks) if calibrated and judges is not None else None,
        None if isinstance(target, ClassTarget) else limits_of(truth, recipe.margin),
        tuple(columns),
        choices.named,
        recipe.name,
        share_of(target, truth[: overview.n_uniform], weights(uniform, roles.weight)),
        overview.sample.notation,
        # Of a part of the rows it would say too little.
        TrainedRows.of(row_digests(sample.X), None if before is None else before.trained)
        if overview.n_uniform == n_trained
        else None,
    )
    return Learned(
        predictor,
        replace(recipe, trainer={**recipe.trainer, **choices.trainer_changes}),
        Division(members.parts, False, held_out.how),
        np.arange(overview.n_uniform),
        None
        if judges is None or overview.judges is None
        else HeldOut(overview.judges.rows, judges.truth, judges.answers(predictor), judges.weight),
        None if judges is None else enough(judges),
        [training.history for training in trainings],
        [ending_of(training, target, choices) for training in trainings],
        [training.best_epoch if training.best_parameters is not None else None for training in trainings],
        trainings[0].batch_size,
        notes,
        overview,
    )


def _given(table: Table, roles: Roles) -> GivenRows:
    return GivenRows(table.select(roles.inputs), table.column(roles.target), weights(table, roles.weight))


def _target(given: GivenRows, overview: Overview, choices: Choices) -> Target:
    """The target, a quantity's mean and spread by all rows."""
    target = target_of(given, choices)
    if isinstance(target, NumberTarget) and overview.moments is not None and (target.mean, target.scale) != (0.0, 1.0):
        mean, scale = overview.moments
        return replace(target, mean=mean, scale=scale)
    return target


def _preparation(
    given: GivenRows, overview: Overview, choices: Choices, recipe: Recipe, notes: list[str]
) -> Preparation:
    """What is learned of the columns, from the sample, with what is known of all rows."""
    everything = undivided(given.table.n_rows, 1)
    preparation = learned_preparation(given, everything, replace(choices, ignore=()), recipe, notes)
    facts = tuple(replace(fact, missing=overview.missing[fact.name]) for fact in preparation.facts)
    return replace(preparation, facts=facts)


def _train(
    networks: Sequence[Network],
    shards: TableShards,
    sample: Rows,
    judges: Rows | None,
    choices: Choices,
    recipe: Recipe,
    target: Target,
) -> list[Training]:
    """Train each network to its end, one after the other, since one alone keeps reading and processors busy."""
    settings = choices.trainer_settings(recipe, networks[0], None if judges is None else target)
    bar = progress_bar(len(networks)) if choices.progress else None
    checkpoints = [] if choices.checkpoints is None else [choices.checkpoints]
    told = [*choices.callbacks, *checkpoints, *([] if bar is None else [bar])]
    # A cluster's workers read by themselves, and keep what they read where they can.
    epochs = settings["epochs"] * len(networks)
    kept = worth_keeping(shards, sample, epochs) if choices.cluster is None else shards
    trainings = []
    try:
        with nullcontext() if choices.cluster is None else spread_over(choices.cluster) as spread:
            for number, network in enumerate(networks):
                rng = np.random.default_rng([choices.seed, 1, number])
                own = [callback.of_member(number) for callback in told]
                trainer = Trainer(network, callbacks=own, rng=rng, **settings)
                trainer.names = TABLES
                stream = RowStream(kept, sample, shards.runs) if spread is None else spread(shards)
                training = trainer.start(stream, validation=judges)
                with training.undisturbed():
                    run_and_judge(training)
                trainings.append(training)
    finally:
        if bar is not None:
            bar.close()
    return trainings


def _notes(overview: Overview, held_out: HeldOutRows, path: str) -> list[str]:
    notes = [
        f"{path}: read bit by bit in each epoch. Medians, quartiles and what each column is are those of "
        f"{overview.n_uniform:,} rows at random out of {overview.n_trained:,} that are trained on."
    ]
    if overview.n_left_out:
        n = overview.n_left_out
        rows = "1 row is" if n == 1 else f"{n:,} of {overview.n_rows:,} rows are"
        notes.append(f"{path}: {rows} left out, as the target is missing there, or they count nothing.")
    for name in overview.unfollowed:
        notes.append(
            f"{path}, column {quoted(name)}: it has more than {MOST_TEXTS:,} different texts; rare ones are taken as "
            "unknown."
        )
    return notes
