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

from clearprop.network.ensemble import Ensemble
from clearprop.network.network import Network
from clearprop.tables.calibration import probabilities
from clearprop.tables.members import logits
from clearprop.tables.preparation import Preparation
from clearprop.tables.table import Table
from clearprop.tables.targets import ClassTarget, Target

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

    def prepared(self, table: Table, notes: list[str] | None = None) -> Array:
        """The networks' inputs (n, columns) for the rows of a table."""
        return self.preparation.transform(table, notes).astype(self.networks[0].dtype, copy=False)

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
