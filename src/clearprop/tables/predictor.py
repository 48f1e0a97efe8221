"""A trained model of a table: what it takes to apply it to other tables, in the table's own words and units.

It needs neither scikit-learn nor a library of dataframes, so that a command that applies a model loads neither. The
estimators hold one, and delegate to it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from clearprop.foundation.sparse import is_sparse
from clearprop.network.ensemble import Ensemble
from clearprop.network.network import Network
from clearprop.tables.calibration import probabilities
from clearprop.tables.members import logits
from clearprop.tables.notes import Alert, in_front
from clearprop.tables.preparation.preparation import Preparation
from clearprop.tables.table import Table
from clearprop.tables.target import ClassTarget, Target

Array = npt.NDArray[Any]

# Rows are prepared and answered so many numbers at a time, which is little beside the table itself.
NUMBERS_AT_ONCE = 2**22


@dataclass(frozen=True)
class Predictions:
    """A model's answers for the rows of a table, in the words and the unit of the table that it learned from.

    Attributes
    ----------
    values : array, shape (n,)
        Classes, or quantities.
    probabilities : array, shape (n, classes), or None
    notes : list of str
        What was remarkable about the table, such as new categories.
    left_empty : array of bool, shape (n,)
        Rows without an answer, since a cell could not be taken; what stands for them in `values` is of no meaning.
    """

    values: Array
    probabilities: Array | None
    notes: list[str] = field(default_factory=list)
    left_empty: Array | None = None


@dataclass(frozen=True)
class TablePredictor:
    """Networks with all that it takes to apply them to a table.

    Attributes
    ----------
    model : Network or Ensemble
    preparation : Preparation
        From columns to the networks' inputs.
    target : ClassTarget or NumberTarget
        From their outputs to classes or quantities.
    temperature : float or None
        By which the logits of each member are divided.
    limits : (float, float) or None
        The least and the greatest quantity that is answered.
    """

    model: Network | Ensemble
    preparation: Preparation
    target: Target
    temperature: float | None = None
    limits: tuple[float, float] | None = None

    @property
    def networks(self) -> Sequence[Network]:
        """The members, of which there may be a single one."""
        return self.model.members if isinstance(self.model, Ensemble) else (self.model,)

    @property
    def spans(self) -> dict[str, Array]:
        """Which of the prepared columns each of the table's columns has become, by its name."""
        owners = self.preparation.columns_of_features
        return {name: np.flatnonzero([owner == name for owner in owners]) for name in self.preparation.names}

    def prepared(
        self, table: Table, notes: list[str] | None = None, unreadable: npt.NDArray[np.bool_] | None = None
    ) -> Any:
        """The networks' inputs (n, columns) for the rows of a table; sparse only where they are plain."""
        first = self.networks[0]
        X = self.preparation.transform(table, notes, unreadable=unreadable, dtype=first.dtype)
        return X.toarray() if is_sparse(X) and not first.front.is_plain else X

    def predict(self, table: Table, *, keep_going: bool = False) -> Predictions:
        """Answers for all rows; the target's column need not be there.

        Parameters
        ----------
        table : Table
        keep_going : bool
            Whether rows with a cell that cannot be taken are left without an answer, and a note tells of them.

        Raises
        ------
        InputError
            A column is missing, or a cell cannot be taken.
        """
        used = table.drop([self.target.name]) if self.target.name in table.names else table
        notes: list[str] = []
        unreadable = np.zeros(table.n_rows, dtype=bool) if keep_going else None
        answers = self.answers(self.prepared(used, notes, unreadable))
        if unreadable is not None and unreadable.any():
            count, first = int(unreadable.sum()), used.place(int(unreadable.argmax()))
            rows = f"1 row, {first}, has" if count == 1 else f"{count:,} rows, the first in {first}, have"
            notes.append(Alert(f"{table.path}: {rows} a cell that cannot be taken, and no answer."))
        notes = in_front(notes)
        if isinstance(self.target, ClassTarget):
            return Predictions(self.target.decode(answers.argmax(axis=1)), answers, notes, unreadable)
        return Predictions(answers, None, notes, unreadable)

    def answers(self, X: Array) -> Array:
        """Probabilities (n, classes), or quantities (n,), for prepared rows: the mean over the members."""
        first, *others = self.networks
        mean = self.member_answers(first, X)
        for network in others:
            mean += self.member_answers(network, X)
        if others:
            mean /= 1 + len(others)
        return self.limited(mean)

    def member_answers(self, network: Network, X: Array) -> Array:
        """What a member says of prepared rows."""
        if not isinstance(self.target, ClassTarget):
            return self.target.decode(network.outputs(X)[:, 0])
        if self.temperature is not None:
            return probabilities(logits(network, X), self.temperature)
        outputs = network.outputs(X)
        return np.column_stack([1 - outputs, outputs]) if outputs.shape[1] == 1 else outputs

    def limited(self, answers: Array) -> Array:
        """Quantities kept within the limits."""
        return answers if self.limits is None else np.clip(answers, *self.limits)
