"""How good a table's model is on rows whose answers are known, in the model's own words."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt

from clearprop.tables.column import Column
from clearprop.tables.evaluation import Evaluation, evaluate_classes, evaluate_numbers
from clearprop.tables.notes import in_front, some
from clearprop.tables.predictor import TablePredictor, n_outputs
from clearprop.tables.sources.source import Source
from clearprop.tables.table import Table
from clearprop.tables.targets import ClassTarget, Target
from clearprop.tables.trained_rows import Comparison

Array = npt.NDArray[Any]

# So many answers, a number each, are judged; of more rows some at random.
MOST_ANSWERS = 1_000_000


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
    notes = list(table.notes)
    compared = _comparison(predictor)
    truth, answers, weight = _answered(predictor, table, notes, compared, column, weight)
    evaluation = evaluate_answers(predictor.target, truth, answers, weight, predictor.share)
    return _told(evaluation, compared, table.path, notes).with_notes(in_front(notes))


def evaluate_source(predictor: TablePredictor, source: Source) -> Evaluation:
    """Judge a model by a table that comes part by part: by all of its rows, or by so many at random as memory holds.

    Raises
    ------
    InputError
        See `evaluate_table`; the message names the part.
    """
    names, notes, compared = (*predictor.preparation.names, predictor.target.name), list[str](), _comparison(predictor)
    kept = _Kept(max(1000, MOST_ANSWERS // n_outputs(predictor.target)))
    for number in range(len(source)):
        kept.take(number, *_answered(predictor, source.table(number, names), notes, compared)[:2])
    truth, answers = kept.all()
    if len(truth) < kept.n_rows:
        notes.append(f"{source.path}: the scores are of {len(truth):,} of {kept.n_rows:,} rows, drawn at random.")
    evaluation = evaluate_answers(predictor.target, truth, answers, None, predictor.share)
    return _told(evaluation, compared, source.path, notes).with_notes(some(in_front(notes)))


def _comparison(predictor: TablePredictor) -> Comparison | None:
    """What rows are compared with; None where nothing is known of those trained on."""
    return None if predictor.trained is None else Comparison(predictor.trained)


def _told(evaluation: Evaluation, compared: Comparison | None, path: str, notes: list[str]) -> Evaluation:
    """The evaluation that knows how many of its rows were trained on, which is noted."""
    if compared is None:
        return evaluation
    if (note := compared.note(path)) is not None:
        notes.append(note)
    return replace(evaluation, trained_on=compared.share)


class _Kept:
    """Truth and answers of rows at random, as many as are wanted; of all, as long as they are no more."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._pieces: list[tuple[Array, Array, Array]] = []
        self.n_rows = self._n_kept = 0

    def take(self, number: int, truth: Array, answers: Array) -> None:
        """Take note of a part."""
        self._pieces.append((np.random.default_rng([5, number]).random(len(truth)), truth, answers))
        self.n_rows += len(truth)
        self._n_kept += len(truth)
        if self._n_kept > 2 * self._most:
            self._prune()

    def _prune(self) -> None:
        keys, truth, answers = (np.concatenate(pieces) for pieces in zip(*self._pieces, strict=True))
        if len(keys) > self._most:
            kept = np.sort(np.argpartition(keys, self._most)[: self._most])
            keys, truth, answers = keys[kept], truth[kept], answers[kept]
        self._pieces, self._n_kept = [(keys, truth, answers)], len(keys)

    def all(self) -> tuple[Array, Array]:
        """Truth and answers."""
        self._prune()
        _, truth, answers = self._pieces[0]
        return truth, answers


def _answered(
    predictor: TablePredictor,
    table: Table,
    notes: list[str],
    compared: Comparison | None,
    column: Column | None = None,
    weight: Array | None = None,
) -> tuple[Array, Array, Array | None]:
    """Truth, answers and weights of the rows that have a target."""
    target = predictor.target
    column = table.column(target.name) if column is None else column
    rows = target.rows(column, notes, table.path)
    if len(rows) < table.n_rows:
        table, column = table.take(rows), column.take(rows)
        weight = None if weight is None else weight[rows]
    answers = predictor.answers_for(predictor.without_target(table), notes, None, compared)
    encoded = target.encode(column, table.path)
    truth = encoded if isinstance(target, ClassTarget) else np.asarray(target.decode(encoded))
    return truth, answers, weight


def evaluate_training(estimator: Any, table: Table, column: Column) -> Evaluation:
    """The scores of a fitted estimator on rows that were kept out; on those trained on, where none were."""
    if estimator.training_.held_out is not None:
        evaluation: Evaluation = estimator.evaluation_
        return evaluation
    predictor = replace(estimator.predictor_, trained=None)  # that these are its rows is known, and said
    return replace(evaluate_table(predictor, table, column), trained_on=1.0)
