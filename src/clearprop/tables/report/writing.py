"""A report as one HTML file with all pictures in it, which needs nothing else to be read."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

import numpy as np

from clearprop import plots
from clearprop.errors import worded
from clearprop.foundation.atomic import write_atomically
from clearprop.foundation.environment import versions
from clearprop.printable import printable
from clearprop.tables.evaluation import NO_BETTER, ClassEvaluation, NumberEvaluation, Score
from clearprop.tables.report import class_view, pictures, usage, wording
from clearprop.tables.report.advice import advice
from clearprop.tables.report.data import Importances, ReportData
from clearprop.tables.report.headline import headline, judged_by, verdict
from clearprop.training.history import History

MOST_SHOWN, MOST_HELD = 40, 500  # lines of a table that are seen, and that can be unfolded
MOST_IMPORTANT, MOST_NOTES = 15, 12


@dataclass(frozen=True)
class Cut:
    """A list of which the first are seen, more can be unfolded, and the rest is counted."""

    seen: Sequence[Any]
    folded: Sequence[Any]
    left: int

    @classmethod
    def of(cls, items: Sequence[Any], most: int = MOST_SHOWN) -> Cut:
        """The items, of which so many are seen; one or two more are seen as well."""
        most = len(items) if len(items) <= most + 2 else most
        return cls(items[:most], items[most:MOST_HELD], max(len(items) - MOST_HELD, 0))


@dataclass(frozen=True)
class Bar:
    """A column's importance: its number, and where its bar and its spread begin and end, in per cent of the width."""

    name: str
    said: str
    bar: float
    low: float
    high: float


@dataclass(frozen=True)
class Strip:
    """Where a score, its interval and the baseline are on a line from the worst that is shown to the best."""

    value: float
    span: tuple[float, float] | None
    baseline: float | None


def write_report(path: str | os.PathLike[str], data: ReportData, names: Mapping[str, str] | None = None) -> None:
    """Write the report.

    Parameters
    ----------
    path : str or path
    data : ReportData
    names : dict of str to str, optional
        What the caller calls the parameters that notes and advice name, such as "--ignore" for "ignore".

    Raises
    ------
    MissingExtraError
        Matplotlib or Jinja2 is not installed.
    InputError
        The file cannot be written.
    """
    write_atomically(path, rendered(data, names or {}))


def rendered(data: ReportData, names: Mapping[str, str]) -> str:
    """The page as text; see `write_report`."""
    plots.check_extra()
    from jinja2 import Environment, FunctionLoader, StrictUndefined
    from markupsafe import Markup

    environment = Environment(
        loader=FunctionLoader(lambda name: (files(__package__) / "page" / name).read_text(encoding="utf-8")),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=lambda value: value if isinstance(value, Markup) else printable(value),
    )
    environment.filters |= {
        "short": wording.short,
        "score_name": wording.score_name,
        "percent": wording.percent,
        "number": wording.number,
    }
    environment.globals |= {"in_words": wording.in_words, "interval_of": wording.interval_of}
    environment.globals |= {"of_score": wording.of_score, "strip": strip, "line_end": Markup("\n")}
    return environment.get_template("report.html").render(
        data=data,
        evaluation=data.evaluation,
        headline=headline(data),
        verdict=verdict(data.evaluation),
        judged_by=judged_by(data),
        remarks=[note for note in data.evaluation.notes if not note.startswith(NO_BETTER)],  # the verdict says it
        parts=_parts(data),
        epochs=_epochs(data.histories),
        ended=_ended(data),
        drawn={name: Markup(picture) for name, picture in _pictures(data).items()},
        bars=None if data.importances is None else Cut.of(bars(data.importances), MOST_IMPORTANT),
        moves=data.importances is not None and bool(np.any(np.asarray(data.importances.means) > 0)),
        used=Cut.of([column for column in data.columns if column.used]),
        left_out=Cut.of([column for column in data.columns if not column.used]),
        notes=Cut.of([worded(note, names) for note in data.notes], MOST_NOTES),
        advice=[worded(text, names) for text in (*advice(data), *data.advice)],
        commands=usage.commands(data),
        python=usage.python(data),
        drawing=None if data.drawing is None else Markup(data.drawing._repr_html_()),
        versions=versions(),
    )


def bars(importances: Importances) -> list[Bar]:
    """Importances as bars, the most important first, all on one scale."""
    ordered, score = importances.ordered(), wording.score_name(importances.score)
    longest = float(max((ordered.means + ordered.deviations).max(), 1e-300))

    def place(value: float) -> float:
        return round(100 * min(max(value / longest, 0.0), 1.0), 2)

    found = []
    for name, mean, deviation in zip(ordered.names, ordered.means, ordered.deviations, strict=True):
        said = f"{_of_importance(score, mean)} ± {_of_importance(score, deviation)}"
        found.append(Bar(name, said, place(mean), place(mean - deviation), place(mean + deviation)))
    return found


def strip(score: Score) -> Strip:
    """A score on a line that begins at 0, or lower where it must, and ends at 1, or at the worst that is shown."""
    known = [score.value, *(score.interval or ()), *([] if score.baseline is None else [score.baseline])]
    low = min(0.0, *known)
    high = 1.0 if score.higher_is_better else max(known) * 1.05 or 1.0

    def place(value: float) -> float:
        return round(100 * (value - low) / (high - low), 2)

    span = None if score.interval is None else (place(score.interval[0]), place(score.interval[1]))
    return Strip(place(score.value), span, None if score.baseline is None else place(score.baseline))


def _of_importance(score: str, value: float) -> str:
    return f"{value:.4f}" if score in wording.BOUNDED else wording.number(value)


def _epochs(histories: Sequence[History]) -> str:
    if not histories:
        return ""
    least, most = min(map(len, histories)), max(map(len, histories))
    return wording.in_words(most, "epoch") if least == most else f"{least:,} to {most:,} epochs"


def _ended(data: ReportData) -> str:
    """Why training ended, or of several members which epochs are kept."""
    best = [epoch for epoch in data.best_epochs if epoch is not None]
    if data.members == 1:
        return f"training ended because: {data.ending}"
    if not best:
        return "the last epoch of each member is kept"
    span = f"epoch {best[0]:,}" if min(best) == max(best) else f"{min(best):,} to {max(best):,}"
    return f"the best epoch of each member is kept, {span}"


def _pictures(data: ReportData) -> dict[str, str]:
    """The pictures by the names that the page has for them."""
    evaluation, drawn = data.evaluation, {}
    if isinstance(evaluation, ClassEvaluation):
        if evaluation.roc:
            lit = class_view.lit_curves(evaluation.roc)
            drawn["roc"] = pictures.roc(evaluation.roc, lit)
            drawn["precision_recall"] = pictures.precision_recall(evaluation.precision_recall, lit)
        drawn["calibration"] = pictures.calibration(evaluation.calibration, "probability", "came true", (0, 1))
    if isinstance(evaluation, NumberEvaluation):
        rows = evaluation.truth, evaluation.predicted
        drawn["true_by_predicted"] = pictures.true_by_predicted(*rows)
        drawn["error_by_predicted"] = pictures.error_by_predicted(*rows)
        drawn["error_histogram"] = pictures.error_histogram(evaluation.errors)
        drawn["calibration"] = pictures.calibration(evaluation.calibration, "predicted", "true, on average", None)
    if data.histories:
        drawn["course"] = pictures.course(data.histories, data.best_epochs)
    if data.boundary is not None:
        drawn["plane"] = pictures.plane(data.boundary)
    return drawn


def _parts(data: ReportData) -> dict[str, Any]:
    """What the page says of classes alone."""
    evaluation = data.evaluation
    if not isinstance(evaluation, ClassEvaluation):
        return {}
    lines = class_view.lines(evaluation)
    return {
        "lit": class_view.lit_curves(evaluation.roc),
        "matrix": class_view.matrix(evaluation),
        "numbered": len(evaluation.classes) > class_view.MOST_NAMED,
        "confusions": class_view.confusions(evaluation),
        "lines": Cut.of(lines, class_view.MOST_IN_TABLE),
        "weakest_first": len(lines) > class_view.WEAK,
    }
