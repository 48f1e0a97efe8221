"""What a report says of a fitted estimator of tables."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from clearprop.plots import DecisionBoundaryDisplay
from clearprop.tables.column import Column
from clearprop.tables.estimator import TableEstimator
from clearprop.tables.evaluating import evaluate_table
from clearprop.tables.evaluation import Evaluation
from clearprop.tables.predictor import TablePredictor
from clearprop.tables.report import ColumnFacts, Importances, ReportData, RowCounts
from clearprop.tables.spelling import as_numbers
from clearprop.tables.table import Table
from clearprop.tables.targets import ClassTarget

Array = npt.NDArray[Any]

MOST_BOUNDARY_POINTS = 2000


def report_data(
    estimator: TableEstimator,
    table: Table,
    column: Column,
    evaluation: Evaluation,
    *,
    title: str,
    notes: Sequence[str],
    command: str | None = None,
    model_path: str | None = None,
) -> ReportData:
    """The report's data, of the table and the target that the estimator was fitted to."""
    learned, predictor = estimator.training_, estimator.predictor_
    target, network, members = predictor.target, predictor.networks[0], len(predictor.networks)
    judged = learned.held_out
    output_names = [str(label) for label in target.classes] if isinstance(target, ClassTarget) else [target.name]
    if len(output_names) != network.layer_sizes[-1]:
        output_names = [f"{target.name}: {output_names[-1]}"]
    held_out = 0 if judged is None else len(judged.truth)
    division = learned.division
    found = None if learned.judges is None else estimator.column_importances()
    seen = learned.overview
    # A row that members were trained on and others judged counts as trained on, as all members answer it here.
    known = learned.rows[division.trained_on]
    trained_on = evaluate_table(predictor, table.take(known), column.take(known)) if held_out else None
    return ReportData(
        title=title,
        target=target.name,
        evaluation=evaluation,
        judged_on="trained on" if judged is None else "out of fold" if division.out_of_fold else "held out",
        chose=judged is not None and estimator.early_stopping,
        rows=RowCounts(
            table.n_rows,
            len(learned.rows) if division.out_of_fold or judged is None else len(division.trained_on),
            held_out,
            int(np.count_nonzero(column.is_missing)),
        )
        if seen is None
        else RowCounts(seen.n_rows, seen.n_trained, held_out, seen.n_left_out),
        columns=_facts(predictor),
        recipe=estimator.settings(),
        network=f"{repr(network).strip('<>')}",
        members=members,
        histories=learned.histories,
        best_epochs=learned.best_epochs,
        ending=learned.endings[0],
        split=division.how,
        split_by=estimator.split_by,
        training_scores={} if trained_on is None else {s.name: s.value for s in trained_on.scores.values()},
        importances=None
        if found is None
        else Importances(found.names, found.means, found.deviations, found.score, found.rows, found.repeats),
        drawing=network.draw(_feature_names(predictor), output_names),
        boundary=boundary_display(predictor, table, column),
        notes=notes,
        notation=predictor.notation.said(),
        class_weight=None if not getattr(estimator, "class_weight", None) else str(estimator.class_weight),
        model_path=model_path,
        command=command,
        seed=estimator.random_state if isinstance(estimator.random_state, int) else None,
    )


def _facts(predictor: TablePredictor) -> list[ColumnFacts]:
    """Each column that was learned from or left out, in the table's order."""
    preparation = predictor.preparation
    treatments = {part.name: part.treatment() for part in preparation.parts}
    return [
        ColumnFacts(
            fact.name,
            fact.kind,
            fact.missing,
            treatments.get(fact.name, "left out"),
            fact.reason,
            fact.name in treatments,
        )
        for fact in preparation.facts
    ]


def is_plane(predictor: TablePredictor) -> bool:
    """Whether it learned from two columns of numbers and no others, so that answers can be drawn over them."""
    return [part.kind for part in predictor.preparation.parts] == ["number"] * 2


def _feature_names(predictor: TablePredictor) -> list[str]:
    """What the first layer is fed: each column by its name, with a number where an input makes several of it."""
    front, names = predictor.networks[0].front, predictor.preparation.feature_names
    columns = [front.column_of(feature) for feature in range(front.n_features)]
    often = Counter(columns)
    seen: Counter[int] = Counter()
    called = []
    for column in columns:
        seen[column] += 1
        called.append(f"{names[column]}, {seen[column]}" if often[column] > 1 else names[column])
    return called


def boundary_display(predictor: TablePredictor, table: Table, column: Column) -> DecisionBoundaryDisplay | None:
    """What the model answers over the plane of its two columns of numbers; None where it has others."""
    if not is_plane(predictor):
        return None
    target, names = predictor.target, predictor.preparation.names
    rows = target.rows(column)
    if len(rows) > MOST_BOUNDARY_POINTS:
        rows = np.sort(np.random.default_rng(0).choice(rows, MOST_BOUNDARY_POINTS, replace=False))
    points = np.column_stack([_quantities(table.column(name).take(rows)) for name in names])
    complete = np.isfinite(points).all(axis=1)
    rows, points = rows[complete], points[complete]
    encoded = target.encode(column.take(rows))
    classes = [str(label) for label in target.classes] if isinstance(target, ClassTarget) else None

    def answers(plane: Array) -> Array:
        columns = tuple(Column(name, "number", values) for name, values in zip(names, plane.T, strict=True))
        answered = predictor.answers(predictor.prepared(Table(columns, np.arange(len(plane)))))
        return answered if classes is None else answered.argmax(axis=1)

    truth = target.decode(encoded) if classes is None else encoded
    return DecisionBoundaryDisplay.from_function(answers, points, truth, (names[0], names[1]), classes, side=400)


def _quantities(column: Column) -> Array:
    cells = as_numbers(column)
    return np.where(cells.missing | cells.unreadable, np.nan, cells.values.astype(np.float64))
