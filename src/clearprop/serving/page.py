"""The page: what is served, and a form to try one row; it needs no script."""

from __future__ import annotations

from importlib.resources import files
from typing import Any

from tornado.template import Template

from clearprop.files.model_kinds import NAMES
from clearprop.foundation.table_cells import listed
from clearprop.printable import printable
from clearprop.serving.curl import curl
from clearprop.serving.protocol import Answers, ColumnInfo, ModelInfo

STYLE = "style.css"
# The variable of the environment that may hold the token.
TOKEN = "CLEARPROP_TOKEN"
# More would be no form that anybody fills in.
MOST_FIELDS, MOST_OPTIONS, MOST_SHOWN = 200, 50, 20
FIELD = "c{}"


def style() -> bytes:
    """The page's style sheet."""
    return (files("clearprop.serving") / STYLE).read_bytes()


class Page:
    """The page of a model.

    Parameters
    ----------
    info : ModelInfo
    """

    def __init__(self, info: ModelInfo) -> None:
        self._info = info
        text = (files("clearprop.serving") / "page.html").read_text(encoding="utf-8")
        self._template = Template(text, autoescape="xhtml_escape", whitespace="oneline")

    @property
    def n_fields(self) -> int:
        """How many cells the form has; 0 where there are too many columns for one."""
        return len(self._info.columns) if len(self._info.columns) <= MOST_FIELDS else 0

    def text(self, root: str, cells: list[str] | None = None, answers: Answers | None = None, wrong: str = "") -> str:
        """The page of a server at `root`, with the cells that were filled in, and what came of them."""
        info = self._info
        shown = [_cell(column) for column in info.columns] if cells is None else cells
        columns = info.columns[: self.n_fields]
        return self._template.generate(
            info=info,
            kind=NAMES[info.kind],
            task=_task(info),
            network=_network(info),
            columns=list(zip(range(len(columns)), columns, shown, strict=False)),
            more=len(info.columns) - self.n_fields,
            field=FIELD.format,
            options=_options,
            printable=printable,
            answer=None if answers is None else _answer(answers),
            wrong=wrong,
            curl=curl(root, f"${TOKEN}", info.columns),
        ).decode()


def _cell(column: ColumnInfo) -> str:
    example = column.example
    return f"{example:.15g}" if isinstance(example, float) else str(example)


def _options(column: ColumnInfo) -> list[str] | None:
    """What is chosen from; None for a cell that is written."""
    if column.kind == "boolean":
        return ["True", "False"]
    if column.categories is not None and len(column.categories) <= MOST_OPTIONS:
        return column.categories
    return None


def _task(info: ModelInfo) -> str:
    if info.classes is None:
        return "a quantity"
    return f"one of {len(info.classes):,} classes ({listed(info.classes)})"


def _network(info: ModelInfo) -> str:
    network = info.network
    if network is None:
        return ""
    sizes = "-".join(map(str, network.layer_sizes))
    several = f"{network.members} networks of " if network.members > 1 else ""
    return (
        f"{several}{sizes} units ({', '.join(dict.fromkeys(network.activations))}), {network.parameters:,} parameters."
    )


def _answer(answers: Answers) -> dict[str, Any]:
    """The one answer: its words, and the likeliest classes with their probabilities."""
    (predicted,) = answers.predicted
    likeliest: list[tuple[str, float]] = []
    if answers.probabilities is not None:
        each = [(label, values[0] or 0.0) for label, values in answers.probabilities.items()]
        likeliest = sorted(each, key=lambda one: -one[1])[:MOST_SHOWN]
    shown = ", ".join(map(_spelled, predicted)) if isinstance(predicted, list) else _spelled(predicted)
    return {"target": answers.target, "predicted": shown, "likeliest": likeliest, "notes": answers.notes}


def _spelled(value: Any) -> str:
    return f"{value:.6g}" if isinstance(value, float) else printable(value)
