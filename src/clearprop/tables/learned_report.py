"""What a report says of a `Learned` model."""

from __future__ import annotations

from typing import Any

import numpy as np

from clearprop import plots
from clearprop.tables.model import Learned, TableModel
from clearprop.tables.preprocessing import NumberColumn
from clearprop.tables.report import ColumnFacts, ReportData, RowCounts
from clearprop.tables.targets import ClassTarget
from clearprop.tables.text_table import Table

MOST_BOUNDARY_POINTS = 2000


def report_data(learned: Learned, title: str, command: str, model_path: str) -> ReportData:
    """The report's data, such as what makes the model again (`command`) and where it is."""
    model, target = learned.model, learned.model.target
    output_names = target.classes if isinstance(target, ClassTarget) else (target.name,)
    if len(output_names) != model.network.layer_sizes[-1]:
        output_names = (f"{target.name}: {output_names[-1]}",)
    held_out = 0 if learned.held_out is None else learned.held_out.n_rows
    validated = learned.held_out is not None and learned.history[0].validation_loss is not None
    losses = learned.history.validation_loss if validated else learned.history.loss
    return ReportData(
        title=title,
        target=target.name,
        evaluation=learned.evaluation,
        judged_on="held out" if held_out else "trained on",
        chose=bool(held_out),
        rows=RowCounts(learned.train.n_rows + held_out, learned.train.n_rows, held_out),
        columns=[_facts(column) for column in model.preprocessor.columns],
        recipe={
            "batches": f"of {learned.batch_size} rows",
            "optimiser": learned.optimizer,
            "learning rate": f"{learned.history[0].rate:.4g} at first",
        },
        network=repr(model.network).strip("<>"),
        histories=[learned.history],
        best_epochs=[int(np.argmin(np.asarray(losses, dtype=float))) + 1 if validated else None],
        ending=learned.ending,
        split="at random",
        drawing=model.network.draw(model.preprocessor.feature_names, output_names),
        boundary=boundary_display(model, learned.train),
        notes=learned.notes,
        model_path=model_path,
        command=command,
    )


def boundary_display(model: TableModel, table: Table) -> plots.DecisionBoundaryDisplay | None:
    """What the model answers over the plane of its two number columns; None where it has others."""
    if not model.preprocessor.is_plane:
        return None
    columns = [column for column in model.preprocessor.columns if isinstance(column, NumberColumn)]
    names = (columns[0].name, columns[1].name)
    rows = np.arange(table.n_rows)
    if len(rows) > MOST_BOUNDARY_POINTS:
        rows = np.random.default_rng(0).choice(rows, MOST_BOUNDARY_POINTS, replace=False)
    shown = table.take(rows)
    points = np.column_stack([shown.column(name).numbers() for name in names])
    complete = np.isfinite(points).all(axis=1)
    shown, points = shown.take(np.flatnonzero(complete)), points[complete]
    target = model.target
    answered = shown.column(target.name)

    def answers(plane: Any) -> Any:
        features = [column.scaled(numbers) for column, numbers in zip(columns, plane.T, strict=True)]
        return model.answers(np.column_stack(features))

    labels = target.classes if isinstance(target, ClassTarget) else None
    truth = answered.numbers() if labels is None else target.encode(answered)
    return plots.DecisionBoundaryDisplay.from_function(answers, points, truth, names, labels, side=400)


def _facts(column: Any) -> ColumnFacts:
    if isinstance(column, NumberColumn):
        made = f"mean {column.mean:.4g}, deviation {column.scale:.4g}; missing cells become {column.median:.4g}"
        return ColumnFacts(column.name, "number", 0, made)
    values = ", ".join(value or "(missing)" for value in column.values[:8]) + (", …" if len(column.values) > 8 else "")
    return ColumnFacts(column.name, "category", 0, f"{len(column.values)} values: {values}")
