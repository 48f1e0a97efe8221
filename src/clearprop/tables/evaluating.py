"""How good a table's model is on rows whose answers are known, in the model's own words."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from clearprop.tables.column import Column
from clearprop.tables.evaluation import Evaluation, evaluate_classes, evaluate_numbers
from clearprop.tables.notes import in_front
from clearprop.tables.predictor import TablePredictor
from clearprop.tables.table import Table
from clearprop.tables.targets import ClassTarget, Target

Array = npt.NDArray[Any]


def evaluate_answers(
    target: Target, truth: Array, answers: Array, weight: Array | None = None, share: Array | float | None = None
) -> Evaluation:
    """Judge answers whose truth is known.

    Parameters
    ----------
    truth : array, shape (n,)
        Class numbers, or quantities.
    answers : array
        Probabilities (n, classes), or quantities (n,).
    share : array, shape (classes,), or float, optional
        The classes' shares, or the mean, of the rows trained on, which the baseline answers.
    """
    if isinstance(target, ClassTarget):
        labels = [str(label) for label in target.classes]
        return evaluate_classes(truth, answers, labels, sample_weight=weight, baseline=share)
    return evaluate_numbers(truth, answers, sample_weight=weight, baseline=None if share is None else float(share))


def evaluate_table(
    predictor: TablePredictor,
    table: Table,
    column: Column | None = None,
    weight: Array | None = None,
) -> Evaluation:
    """Judge a model by the rows of a table; those without a target, or with one it does not know, are left out.

    Parameters
    ----------
    column : Column, optional
        The true answers; where not given, the table's column of the target's name.

    Raises
    ------
    InputError
        A column is missing, a cell cannot be taken, or no row has a target.
    """
    target, notes = predictor.target, list(table.notes)
    column = table.column(target.name) if column is None else column
    rows = target.rows(column, notes, table.path)
    if len(rows) < table.n_rows:
        table, column = table.take(rows), column.take(rows)
        weight = None if weight is None else weight[rows]
    answers = predictor.answers_for(predictor.without_target(table), notes)
    encoded = target.encode(column, table.path)
    truth = encoded if isinstance(target, ClassTarget) else np.asarray(target.decode(encoded))
    evaluation = evaluate_answers(target, truth, answers, weight, predictor.share)
    return evaluation.with_notes(in_front(notes))


def evaluate_training(estimator: Any, table: Table, column: Column) -> Evaluation:
    """The scores of a fitted estimator on rows that were kept out; on those trained on, where none were."""
    if estimator.training_.held_out is not None:
        evaluation: Evaluation = estimator.evaluation_
        return evaluation
    return evaluate_table(estimator.predictor_, table, column)
