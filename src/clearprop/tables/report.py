"""A report on a trained table model: one HTML file with all pictures in it, which needs nothing else to be read."""

import io
import os
from importlib.resources import files
from typing import Any

import numpy as np

from clearprop import plots
from clearprop.foundation.atomic import write_atomically
from clearprop.foundation.environment import versions
from clearprop.printable import printable
from clearprop.tables.model import Learned, TableModel
from clearprop.tables.preprocessing import NumberColumn
from clearprop.tables.targets import ClassTarget
from clearprop.tables.text_table import Table

MOST_BOUNDARY_POINTS = 2000


def write_report(path: str | os.PathLike[str], learned: Learned, title: str, command: str) -> None:
    """Write the report.

    Parameters
    ----------
    title : str
        Such as the name of the table.
    command : str
        What makes the same model again.

    Raises
    ------
    MissingExtraError
        Matplotlib or Jinja2 is not installed.
    InputError
        The file cannot be written.
    """
    plots.check_extra()
    from jinja2 import Environment, StrictUndefined
    from markupsafe import Markup

    model = learned.model
    boundary = boundary_figure(model, learned.train)
    output_names = model.target.classes if isinstance(model.target, ClassTarget) else (model.target.name,)
    if len(output_names) != model.network.layer_sizes[-1]:
        output_names = (f"{model.target.name}: {output_names[-1]}",)
    drawing = model.network.draw(model.preprocessor.feature_names, output_names)
    environment = Environment(
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=lambda value: value if isinstance(value, Markup) else printable(value),
    )
    template = environment.from_string((files(__package__) / "report.html").read_text(encoding="utf-8"))
    html = template.render(
        title=title,
        learned=learned,
        model=model,
        columns=[_column_row(column) for column in model.preprocessor.columns],
        evaluation=learned.evaluation,
        command=command,
        network=repr(model.network).strip("<>"),
        drawing=Markup(drawing),
        loss_curve=Markup(_svg(loss_figure(learned))),
        boundary=None if boundary is None else Markup(_svg(boundary)),
        shade=lambda count, total: f"background: rgba(0, 114, 178, {0.75 * count / max(total, 1):.3f})",
        versions=versions(),
    )
    write_atomically(path, html)


def loss_figure(learned: Learned) -> Any:
    """The loss by epoch, as a Matplotlib figure."""
    ax = plots.new_figure().add_subplot()
    return plots.LossCurveDisplay.from_history(learned.history).plot(ax).figure_


def boundary_figure(model: TableModel, table: Table) -> Any | None:
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
    title = f"What the network answers: {target.name}"
    display = plots.DecisionBoundaryDisplay.from_function(answers, points, truth, names, labels, side=400)
    return display.plot(plots.new_figure(6.4, 4.8).add_subplot(), title).figure_


def save_figure(figure: Any, path: str | os.PathLike[str]) -> None:
    """Write a figure as PNG where the path ends in .png, else as SVG, whole or not at all."""
    write_atomically(path, _image(figure, "png" if str(path).lower().endswith(".png") else "svg"))


def _image(figure: Any, ending: str) -> bytes:
    from matplotlib import rc_context

    content = io.BytesIO()
    # The same figure is the same file: no metadata, by which an SVG would name an address too, and no random names.
    metadata = dict.fromkeys(("Creator", "Date", "Format", "Type")) if ending == "svg" else None
    with rc_context({"svg.hashsalt": "clearprop"}):
        figure.savefig(content, format=ending, dpi=144, metadata=metadata)
    return content.getvalue()


def _svg(figure: Any) -> str:
    """The figure as SVG to stand inside HTML."""
    text = _image(figure, "svg").decode()
    return text[text.index("<svg") :]


def _column_row(column: Any) -> dict[str, str]:
    if isinstance(column, NumberColumn):
        return {
            "name": column.name,
            "kind": "number",
            "detail": f"mean {column.mean:.4g}, deviation {column.scale:.4g}; missing cells become {column.median:.4g}",
        }
    values = ", ".join(value or "(missing)" for value in column.values[:8]) + (", …" if len(column.values) > 8 else "")
    return {"name": column.name, "kind": "category", "detail": f"{len(column.values)} values: {values}"}
