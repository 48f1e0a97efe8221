"""What of many classes is shown: which curves stand out, which confusions are the most, which classes the weakest."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from clearprop.tables.evaluation import ClassEvaluation, Curve
from clearprop.tables.report.wording import number, percent

MOST_LIT = 6  # curves, told apart by colour and dash
WEAKEST_LIT = 3  # where there are more
MOST_IN_TABLE = 30  # classes of a table of confusions
MOST_NAMED = 12  # classes of such a table whose columns have names, not numbers
MOST_CONFUSIONS = 10
WEAK = 12  # classes in a list before the weakest come first


@dataclass(frozen=True)
class Confusion:
    """Rows of one class that are taken for another: how many, and which share of their class."""

    true: str
    predicted: str
    rows: str
    share: str


@dataclass(frozen=True)
class Cell:
    """A cell of the table of confusions: how many rows, and how deep its colour is, in per cent."""

    rows: str
    depth: int
    right: bool


@dataclass(frozen=True)
class ClassLine:
    """How well one class is found."""

    name: str
    precision: str
    recall: str
    f1: str
    support: str


def lit_curves(curves: Sequence[Curve]) -> list[int]:
    """The curves that stand out: all of a few, else those with the smallest areas."""
    if len(curves) <= MOST_LIT:
        return list(range(len(curves)))
    order = np.argsort([curve.area for curve in curves], kind="stable")
    return order[:WEAKEST_LIT].tolist()


def confusions(evaluation: ClassEvaluation) -> list[Confusion]:
    """The most frequent ones, first."""
    rows, said = evaluation.confusion, _counted(evaluation)
    wrong = rows * (1 - np.eye(len(rows), dtype=rows.dtype))
    order = np.argsort(-wrong, axis=None, kind="stable")[:MOST_CONFUSIONS]
    found = []
    for true, predicted in zip(*np.unravel_index(order, wrong.shape), strict=True):
        if wrong[true, predicted] > 0:
            names = evaluation.classes[true], evaluation.classes[predicted]
            share = wrong[true, predicted] / rows[true].sum()
            found.append(Confusion(*names, said(wrong[true, predicted]), percent(float(share))))
    return found


def matrix(evaluation: ClassEvaluation) -> list[list[Cell]]:
    """The table of confusions, coloured by the root of each share of its class's rows; none of very many classes."""
    if len(evaluation.classes) > MOST_IN_TABLE:
        return []
    said = _counted(evaluation)
    totals = np.maximum(evaluation.confusion.sum(axis=1), 1e-300)
    return [
        [
            Cell(said(rows) if rows else "", round(100 * float(rows / totals[i]) ** 0.5), i == j)
            for j, rows in enumerate(line)
        ]
        for i, line in enumerate(evaluation.confusion)
    ]


def lines(evaluation: ClassEvaluation) -> list[ClassLine]:
    """How well each class is found: in their order, of many the weakest first."""
    by_class, said = evaluation.by_class, _counted(evaluation)
    order = np.arange(len(evaluation.classes))
    if len(order) > WEAK:
        order = np.lexsort((order, by_class.f1, by_class.support == 0))
    return [
        ClassLine(
            evaluation.classes[k],
            f"{by_class.precision[k]:.3f}",
            f"{by_class.recall[k]:.3f}",
            f"{by_class.f1[k]:.3f}",
            said(by_class.support[k]),
        )
        for k in order
    ]


def _counted(evaluation: ClassEvaluation) -> Callable[[float], str]:
    return number if evaluation.weighted else lambda rows: f"{rows:,.0f}"
