"""What a report is written from: numbers, texts and arrays, and no model."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from clearprop.network.drawing import Drawing
from clearprop.plots import DecisionBoundaryDisplay
from clearprop.tables.evaluation import Evaluation
from clearprop.training.history import History

Array = npt.NDArray[Any]
JudgedOn = Literal["held out", "out of fold", "trained on"]


@dataclass(frozen=True)
class RowCounts:
    """How many rows the table has, and what became of them.

    Attributes
    ----------
    total, trained_on, held_out, without_target : int
    """

    total: int
    trained_on: int
    held_out: int = 0
    without_target: int = 0


@dataclass(frozen=True)
class ColumnFacts:
    """A column, and what was done to it.

    Attributes
    ----------
    name : str
    kind : str
        Such as "number", "category", "date".
    missing : int
        How many cells are missing.
    treatment : str
        What became of it, with its numbers.
    reason : str
        Why.
    used : bool
        Whether the model is given it; otherwise it is left out.
    """

    name: str
    kind: str
    missing: int
    treatment: str
    reason: str = ""
    used: bool = True


@dataclass(frozen=True, eq=False)
class Importances:
    """How much worse a score gets when a column's cells change places.

    Attributes
    ----------
    names : sequence of str
        The columns.
    means, deviations : arrays of shape (columns,)
        Over the repeats.
    score : str
        The name that an evaluation has for it, such as "accuracy" or "R2", or scikit-learn's scorer's, such as "r2".
    rows, repeats : int
        On how many rows, and how many times.
    """

    names: Sequence[str]
    means: Array
    deviations: Array
    score: str
    rows: int
    repeats: int

    def ordered(self) -> Importances:
        """The most important first."""
        order = np.argsort(-np.asarray(self.means), kind="stable")
        names = [self.names[place] for place in order]
        means, deviations = np.asarray(self.means)[order], np.asarray(self.deviations)[order]
        return Importances(names, means, deviations, self.score, self.rows, self.repeats)


@dataclass(frozen=True, eq=False)
class ReportData:
    """All that a report says.

    Attributes
    ----------
    title : str
        The table's name.
    target : str
    evaluation : ClassEvaluation or NumberEvaluation
    judged_on : {"held out", "out of fold", "trained on"}
        Which rows it was had on: kept out of training; judged by members not trained on them; the training rows.
    chose : bool
        Whether these rows chose something too, such as the best epoch.
    rows : RowCounts
    columns : sequence of ColumnFacts
        In the table's order, without the target.
    recipe : dict of str to str
        How the model was made: what, and how it is.
    network : str
        A member, on one line.
    members : int
    histories : sequence of History
        Of each member's training.
    best_epochs : sequence of int or None
        The epoch, from 1, whose parameters each member has; None for the last.
    ending : str
        Why training ended.
    split : str
        How rows were kept out or folded.
    split_by : str or None
        The column they were kept out by; None for at random.
    training_scores : dict of str to float
        Scores on the training rows, by the names that the evaluation has for them.
    importances : Importances or None
    drawing : Drawing or None
        A picture of a member.
    boundary : DecisionBoundaryDisplay or None
        What is answered over the plane of two columns, where there are no others.
    notes, advice : sequences of str
        What was noticed; and what would help, beside what the report finds itself. Those that name parameters are
        `clearprop.errors.Message`.
    class_weight : str or None
    model_path : str or None
        Where the model is saved.
    command : str or None
        What makes the same model again.
    seed : int or None
    notation : dict of str
        What was said of how cells are written, by the parameters of `read_table`.
    """

    title: str
    target: str
    evaluation: Evaluation
    judged_on: JudgedOn
    rows: RowCounts
    columns: Sequence[ColumnFacts]
    recipe: Mapping[str, str]
    network: str
    histories: Sequence[History]
    best_epochs: Sequence[int | None]
    ending: str
    members: int = 1
    chose: bool = False
    split: str = ""
    split_by: str | None = None
    training_scores: Mapping[str, float] = field(default_factory=dict)
    importances: Importances | None = None
    drawing: Drawing | None = None
    boundary: DecisionBoundaryDisplay | None = None
    notes: Sequence[str] = ()
    advice: Sequence[str] = ()
    class_weight: str | None = None
    model_path: str | None = None
    command: str | None = None
    seed: int | None = None
    notation: Mapping[str, Any] = field(default_factory=dict)
