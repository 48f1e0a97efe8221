"""A trained model of a table: what it takes to apply it to other tables, in the table's own words and units.

It needs neither scikit-learn nor a library of dataframes, so that a command that applies a model loads neither. The
estimators hold one, and delegate to it.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from clearprop.errors import InputError
from clearprop.files.model_file import ModelFile
from clearprop.files.model_kinds import TABLE
from clearprop.foundation.sparse import is_sparse
from clearprop.foundation.table_cells import listed
from clearprop.network.ensemble import Ensemble
from clearprop.network.network import Network
from clearprop.network.passes import SPARSE_ROWS_AT_ONCE
from clearprop.tables.calibration import probabilities
from clearprop.tables.cell_notation import CellNotation
from clearprop.tables.members import logits
from clearprop.tables.notes import Alert, in_front
from clearprop.tables.preparation.preparation import Preparation
from clearprop.tables.table import Table
from clearprop.tables.targets import ClassTarget, Target
from clearprop.tables.trained_rows import Comparison, TrainedRows

Array = npt.NDArray[Any]

# Of so many rows networks' inputs are held at once: whole pieces of those that networks take at a time, so that numbers
# are added up in the same order.
ROWS_AT_A_TIME = 16 * SPARSE_ROWS_AT_ONCE


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
    columns : tuple of str
        All columns of the table that was learned from, in their order.
    named : bool
        Whether the table had names of its own for them.
    recipe : str
        By what settings it was learned.
    share : array, shape (classes,), float or None
        The classes' shares, or the mean quantity, of the rows learned from.
    notation : CellNotation
        What was said of how the cells of the training table's file are written: new files are read so, too.
    trained : TrainedRows or None
        By what rows that it was trained on are known again.
    """

    model: Network | Ensemble
    preparation: Preparation
    target: Target
    temperature: float | None = None
    limits: tuple[float, float] | None = None
    columns: tuple[str, ...] = ()
    named: bool = True
    recipe: str = ""
    share: Array | float | None = None
    notation: CellNotation = field(default_factory=CellNotation)
    trained: TrainedRows | None = None

    @property
    def networks(self) -> Sequence[Network]:
        """The members, of which there may be a single one."""
        return self.model.members if isinstance(self.model, Ensemble) else (self.model,)

    @property
    def spans(self) -> dict[str, Array]:
        """Which of the prepared columns each of the table's columns has become, by its name."""
        return self.preparation.spans

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
        used = self.without_target(table)
        notes: list[str] = []
        unreadable = np.zeros(table.n_rows, dtype=bool) if keep_going else None
        answers = self.answers_for(used, notes, unreadable)
        if unreadable is not None and unreadable.any():
            count, first = int(unreadable.sum()), used.place(int(unreadable.argmax()))
            rows = f"1 row, {first}, has" if count == 1 else f"{count:,} rows, the first in {first}, have"
            notes.append(Alert(f"{table.path}: {rows} a cell that cannot be taken, and no answer."))
        notes = in_front(notes)
        if isinstance(self.target, ClassTarget):
            return Predictions(self.target.decode(answers.argmax(axis=1)), answers, notes, unreadable)
        return Predictions(answers, None, notes, unreadable)

    def without_target(self, table: Table) -> Table:
        """The table without the target's column; a column of that name that was learned from is none."""
        name = self.target.name
        return table.drop([name]) if name in table.names and name not in self.columns else table

    def answers_for(
        self,
        table: Table,
        notes: list[str] | None = None,
        unreadable: npt.NDArray[np.bool_] | None = None,
        compared: Comparison | None = None,
    ) -> Array:
        """Probabilities (n, classes), or quantities (n,), for the rows of a table, which are compared if wanted.

        Of a long table only so many rows at a time are numbers for the networks, whose answers have the same bits.
        """
        if table.n_rows <= ROWS_AT_A_TIME:
            return self._answers_compared(self.prepared(table, notes, unreadable), compared)
        self.preparation.look_at(table, notes, unreadable)
        answers: Array = np.empty(())
        for start in range(0, table.n_rows, ROWS_AT_A_TIME):
            rows = slice(start, start + ROWS_AT_A_TIME)
            marked = None if unreadable is None else unreadable[rows]
            some = self._answers_compared(self.prepared(table.between(rows.start, rows.stop), None, marked), compared)
            if start == 0:
                answers = np.empty((table.n_rows, *some.shape[1:]), dtype=some.dtype)
            answers[rows] = some
        return answers

    def _answers_compared(self, X: Array, compared: Comparison | None) -> Array:
        if compared is not None:
            compared.take(X)
        return self.answers(X)

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

    # -- files -------------------------------------------------------------------------------------------------------

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the model to one file, without what its estimator has more; `clearprop.load` reads it."""
        self.file().write(path)

    def file(self, estimator: dict[str, Any] | None = None, tensors: dict[str, Array] | None = None) -> ModelFile:
        """The file that holds the model, and what its estimator has more."""
        return ModelFile(self.model, TABLE, {"predictor": self._config(), "estimator": estimator}, tensors or {})

    def _config(self) -> dict[str, Any]:
        """What the file says beside the networks, as plain values."""
        return {
            "preparation": self.preparation.to_config(),
            "target": self.target.to_config(),
            "columns": list(self.columns),
            "named": self.named,
            "recipe": self.recipe,
            "temperature": self.temperature,
            "limits": None if self.limits is None else list(self.limits),
            "share": self.share if self.share is None else np.asarray(self.share).tolist(),
            **({"notation": said} if (said := self.notation.said()) else {}),
            **({} if self.trained is None else {"trained": asdict(self.trained)}),
        }

    @classmethod
    def from_file(cls, path: str | os.PathLike[str], file: ModelFile) -> TablePredictor:
        """The model in a file that has been read.

        Raises
        ------
        InputError
            The file's parts do not belong together.
        """
        from clearprop.files.frame import damaged
        from clearprop.foundation.configs import checked
        from clearprop.tables.predictor_config import TableConfig

        try:
            predictor = cls._of_config(file.model, checked(file.extra, TableConfig, "table model").predictor)
            predictor._check_belongs_together()
        except (TypeError, ValueError) as error:
            raise damaged(path, error) from error
        return predictor

    @classmethod
    def _of_config(cls, model: Network | Ensemble, config: Any) -> TablePredictor:
        """What `_config` described; InputError if an entry is wrong."""
        from msgspec.structs import asdict as entries

        from clearprop.foundation.configs import checked
        from clearprop.tables.predictor_config import FirstConfig, PredictorConfig

        if isinstance(config, dict) and "preprocessor" in config:
            first = checked(config, FirstConfig, "table model")
            preparation = Preparation.from_config(first.preprocessor)
            return cls(model, preparation, Target.from_config(first.target), columns=preparation.names, recipe="plain")
        said = checked(config, PredictorConfig, "table model")
        return cls(
            model,
            Preparation.from_config(said.preparation),
            Target.from_config(said.target),
            said.temperature,
            said.limits,
            said.columns,
            said.named,
            said.recipe,
            np.asarray(said.share) if isinstance(said.share, list) else said.share,
            CellNotation() if said.notation is None else CellNotation(**entries(said.notation)),
            None if said.trained is None else TrainedRows(said.trained.digests, said.trained.repeated),
        )

    def _check_belongs_together(self) -> None:
        """Refuse parts of different models, which a changed file may have."""
        network, inputs = self.networks[0], len(self.preparation.feature_names)
        outputs = n_outputs(self.target)
        if (network.n_columns, network.layer_sizes[-1]) != (inputs, outputs):
            raise InputError(
                f"the network takes {network.n_columns} columns and has {network.layer_sizes[-1]} outputs, the table's "
                f"columns make {inputs} inputs and {outputs} outputs"
            )
        self._check_answers(network)
        if unknown := set(self.preparation.names) - set(self.columns):
            raise InputError(f"the columns {listed(sorted(unknown))} are prepared, and not among those of the table")

    def _check_answers(self, network: Network) -> None:
        """Refuse outputs that are none of the target's: probabilities of classes, or quantities."""
        loss, output = network.loss_function, network.activations[-1].name
        if not network.from_logits:
            raise InputError(f"the output activation {output} under {loss.name}, whose own is {loss.output_activation}")
        classes = self.target.classes if isinstance(self.target, ClassTarget) else None
        wanted = "cross_entropy" if n_outputs(self.target) > 1 else "binary_cross_entropy"
        if loss.classification if classes is None else loss.name != wanted:
            raise InputError(
                f"the loss {loss.name}, where the target is {'a quantity' if classes is None else 'a class'}"
            )
        share = self.share
        if share is not None and np.shape(share) != (() if classes is None else (len(classes),)):
            raise InputError("the shares of the rows are not those of the classes")


def n_outputs(target: Target) -> int:
    """How many outputs a network needs: one for a quantity or two classes, else one a class."""
    return len(target.classes) if isinstance(target, ClassTarget) and len(target.classes) > 2 else 1
