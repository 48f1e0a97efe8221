"""The one form to which whatever can be explained is brought: a network, and rows in its terms."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from clearprop.errors import InputError
from clearprop.explanation.contributions import Contributions
from clearprop.explanation.ensemble import is_of_all_members
from clearprop.explanation.notation import Name
from clearprop.explanation.original_inputs import OriginalInputs
from clearprop.foundation.arguments import as_array, as_numbers
from clearprop.foundation.sparse import canonical, is_sparse
from clearprop.foundation.table_cells import quoted
from clearprop.network.ensemble import Ensemble
from clearprop.network.network import Network
from clearprop.network.rows import Rows
from clearprop.penalties import Penalty

Array = npt.NDArray[Any]


@dataclass(frozen=True)
class OwnWeight:
    """What a model counts rows for by their classes when it is trained.

    Attributes
    ----------
    by_row : array, shape (n,), or (n, outputs) where each output is trained apart
    note : str
        What a reader should know about it.
    """

    by_row: Array
    note: str

    def of(self, name: Name) -> Array | None:
        """What each row counts in the number of this name; None where that is not one number a row."""
        if self.by_row.ndim == 1:
            return self.by_row
        return None if name.kind in ("loss", "x") else self.by_row[:, name.places[-1] - 1]

    def note_on(self, name: Name) -> str:
        """The note, and whether the number of this name has these weights in it."""
        if self.of(name) is not None:
            return self.note
        return f"{self.note} {name} is of all outputs together, and so is shown without these weights."


@dataclass(frozen=True)
class Subject:
    """A model in the form that is explained.

    Attributes
    ----------
    network : Network
    x, y : arrays or array-likes
        In the network's own terms; y None where there is none.
    feature_names, class_names : sequences of str, or None
    notes : sequence of str
        What a reader should know about how it was brought to this form.
    own_penalty : Penalty
        What it is trained with, as far as it says.
    penalty_by_row : bool
        Whether that is added to each row's loss, as a perceptron's is, rather than to their sum.
    own_weight : OwnWeight or None
        What it counts each row for in training.
    answers : array, shape (n,) or (n, outputs), or None
        What it predicts for each row, where that is in other units than the network's outputs.
    answers_are : str
        What stands in front of them.
    original : callable, or None
        What stood in the place of each input before it was scaled.
    ensemble : Ensemble or None
        Where the network is the first of several members: all of them.
    columns : callable, or None
        What each of a table's columns adds to the prediction of a row, by its place from 0.
    """

    network: Network
    x: Any
    y: npt.ArrayLike | None
    feature_names: Sequence[str] | None = None
    class_names: Sequence[str] | None = None
    notes: Sequence[str] = ()
    own_penalty: Penalty = field(default_factory=Penalty)
    penalty_by_row: bool = False
    own_weight: OwnWeight | None = None
    answers: Array | None = None
    answers_are: str = "In the target's own units the prediction is"
    original: OriginalInputs | None = None
    ensemble: Ensemble | None = None
    columns: Callable[[int], Contributions] | None = None

    def rows(self, sample_weight: npt.ArrayLike | None = None, name: Name | None = None) -> Rows:
        """The rows in the network's dtype, with what each counts in the number of this name.

        Raises
        ------
        InputError
            Shapes do not fit, or something is no number.
        """
        X = self._numbers("x", canonical(self.x).toarray() if is_sparse(self.x) else self.x)
        inputs = self.network.n_columns
        if X.ndim not in (1, 2) or X.shape[-1] != inputs:
            raise InputError(f"x must have shape ({inputs},) for a row or (n, {inputs}) for n, got {X.shape}")
        single = X.ndim == 1
        X = X[np.newaxis] if single else X
        return Rows(X, self._targets(len(X), single), self._weight(sample_weight, name, len(X)))

    def _targets(self, n: int, single: bool) -> Array:
        """The targets of n rows, or of the single one that stands for itself; of shape (n, 0) where there are none."""
        if self.y is None:
            return np.empty((n, 0), self.network.dtype)
        try:
            y = as_array("y", self.y)
            alone = single and y.shape in ((), (self.network.layer_sizes[-1],))
            return self.network.targets(y[np.newaxis] if alone else y, n)
        except (TypeError, ValueError) as error:
            raise InputError(str(error)) from None

    def place_of(self, row: Any, rows: Rows, sample_weight: npt.ArrayLike | None) -> int:
        """Where among the rows the one that is asked for stands, from 0.

        Raises
        ------
        InputError
            There is no such row, or nothing follows from it, since it counts for nothing.
        """
        n = len(rows.X)
        if isinstance(row, bool) or not isinstance(row, int | np.integer):
            raise InputError(f"row must be a whole number, got {quoted(row)}")
        if not -n <= row < n:
            raise InputError(f"row {row} is not there: x has the rows 0 to {n - 1} (counted from 0)")
        place = int(row) % n
        if rows.sample_weight is not None and rows.sample_weight[place] == 0:
            by_row = sample_weight is not None and not np.asarray(sample_weight)[place]
            raise InputError(
                f"row {row} has the weight 0 in {'sample_weight' if by_row else 'class_weight'}, so nothing follows "
                "from it: choose another (rows counted from 0)"
            )
        return place

    def _weight(self, sample_weight: npt.ArrayLike | None, name: Name | None, n: int) -> Array | None:
        """What each row counts in the number named: what it was given, times what the model counts it for."""
        weight = None if sample_weight is None else self._numbers("sample_weight", sample_weight)
        if weight is not None and weight.shape != (n,):
            raise InputError(f"sample_weight must be {n} numbers >= 0, one a row, got shape {weight.shape}")
        own = None if self.own_weight is None or name is None or not name.of_loss else self.own_weight.of(name)
        if own is None:
            return weight
        if not own.any():
            raise InputError(
                "class_weight is 0 for the classes of all rows given, so training learns nothing from them: give rows "
                "of another class"
            )
        return np.asarray(own if weight is None else weight * own, dtype=self.network.dtype)

    def notes_on(self, name: Name, at: int) -> list[str]:
        """What a reader should know about the number of this name, and about the row in this place."""
        notes = list(self.notes)
        if self.ensemble is not None and not is_of_all_members(self.ensemble, name):
            notes.append(f"{name} is of one network, here of the first of {len(self.ensemble)} members.")
        if self.own_weight is not None and name.of_loss:
            notes.append(self.own_weight.note_on(name))
        if self.answers is not None and name.kind == "prediction":
            answer = ", ".join(f"{number:.6g}" for number in np.atleast_1d(self.answers[at]))
            notes.append(f"{self.answers_are} {answer}.")
        return notes

    def _numbers(self, what: str, values: npt.ArrayLike) -> Array:
        try:
            return np.asarray(as_numbers(what, values, self.network.dtype), order="C")
        except (TypeError, ValueError) as error:
            raise InputError(str(error)) from None

    def penalty(self, n_rows: int) -> Penalty:
        """What the model is trained with, so that its share in the mean over this many rows is right."""
        own = self.own_penalty
        if not self.penalty_by_row:
            return own
        return Penalty(own.l1 * n_rows, own.l2 * n_rows)

    def checked_feature_names(self, names: Sequence[str] | None) -> Sequence[str] | None:
        """The inputs' names, those given or the model's own."""
        names = self.feature_names if names is None else names
        count = self.network.n_columns
        if names is not None and not (_are_names(names) and len(names) == count):
            raise InputError(f"feature_names must be {count} texts, one for each input, got {_shown(names)}")
        return names

    def checked_class_names(self, names: Sequence[str] | None) -> Sequence[str] | None:
        """The outputs' names, those given or the model's own; one output may stand for two classes."""
        if names is None:
            return self.class_names
        count = self.network.layer_sizes[-1]
        if not (_are_names(names) and (len(names) == count or (count, len(names)) == (1, 2))):
            two = ", or 2 classes" if count == 1 else ""
            raise InputError(f"class_names must be {count} texts, one for each output{two}, got {_shown(names)}")
        return names


def _are_names(names: object) -> bool:
    """Whether it is a list, or an array, of what things may be called."""
    return hasattr(names, "__len__") and hasattr(names, "__getitem__") and not isinstance(names, str | bytes | Mapping)


def _shown(names: Any) -> str:
    return str(len(names)) if _are_names(names) else quoted(names)
