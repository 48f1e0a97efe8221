"""A table that comes part by part as shards of prepared rows, which any process can read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from clearprop.errors import InputError
from clearprop.foundation.sparse import is_sparse
from clearprop.network.rows import Rows
from clearprop.tables.given_rows import ClassWeights
from clearprop.tables.predictor import n_outputs
from clearprop.tables.preparation.preparation import Preparation
from clearprop.tables.sources.source import Source
from clearprop.tables.streaming.first_pass import Roles, usable, weights
from clearprop.tables.streaming.held_out import HeldOutRows
from clearprop.tables.table import Table
from clearprop.tables.targets import ClassTarget, Target

Array = npt.NDArray[Any]


@dataclass(frozen=True)
class PreparedRows:
    """What makes rows of a table's: for a network of this dtype.

    Attributes
    ----------
    preparation : Preparation
    target : Target
    roles : Roles
    class_weights : ClassWeights
    dtype : dtype
    is_dense : bool
        Whether the network has inputs that read no sparse rows.
    """

    preparation: Preparation
    target: Target
    roles: Roles
    class_weights: ClassWeights
    dtype: np.dtype[Any]
    is_dense: bool

    def __call__(self, table: Table) -> Rows:
        """The rows of a table, of which each has a target.

        Raises
        ------
        InputError
            A cell cannot be taken; the message names the table's path.
        """
        X = self.inputs(table)
        encoded = self.target.encode(table.column(self.roles.target), table.path)
        weight = weights(table, self.roles.weight)
        if isinstance(self.target, ClassTarget):
            weight = self.class_weights(weight, encoded)
        if weight is not None:
            weight = weight.astype(self.dtype)
        return Rows(X, self._outputs(encoded), weight)

    def inputs(self, table: Table) -> Any:
        """The networks' inputs."""
        X = self.preparation.transform(table, dtype=self.dtype)
        return X.toarray() if self.is_dense and is_sparse(X) else X

    def truth(self, table: Table) -> Array:
        """Class numbers, or quantities in their own unit."""
        encoded = self.target.encode(table.column(self.roles.target), table.path)
        return encoded if isinstance(self.target, ClassTarget) else self.target.decode(encoded)

    def _outputs(self, encoded: Array) -> Array:
        outputs = n_outputs(self.target)
        if outputs == 1:
            return encoded.astype(self.dtype)[:, np.newaxis]
        y = np.zeros((len(encoded), outputs), dtype=self.dtype)
        y[np.arange(len(encoded)), encoded] = 1
        return y


class TableShards:
    """The rows of a source that are trained on; its parts that have such are the shards.

    Parameters
    ----------
    source : Source
    prepared : PreparedRows
    held_out : HeldOutRows
    trained : sequence of int
        How many rows of each part are trained on.
    """

    def __init__(self, source: Source, prepared: PreparedRows, held_out: HeldOutRows, trained: tuple[int, ...]) -> None:
        self._source, self._prepared, self._held_out = source, prepared, held_out
        self._parts = [number for number, count in enumerate(trained) if count]
        self._counts = [trained[number] for number in self._parts]
        others = [prepared.roles.target, *([] if prepared.roles.weight is None else [prepared.roles.weight])]
        self._names = tuple(dict.fromkeys([*prepared.preparation.names, *others, *held_out.names]))

    @property
    def runs(self) -> list[range]:
        """Which shards are cheap to read one after the other."""
        place = {part: shard for shard, part in enumerate(self._parts)}
        own = [[place[part] for part in run if part in place] for run in self._source.runs]
        return [range(run[0], run[-1] + 1) for run in own if run]

    def __len__(self) -> int:
        return len(self._parts)

    def n_rows(self, number: int) -> int:
        """How many rows are trained on."""
        return self._counts[number]

    def fingerprint(self, number: int) -> str:
        """The part's."""
        return self._source.fingerprint(self._parts[number])

    def name(self, number: int) -> str:
        """The part's."""
        return self._source.name(self._parts[number])

    def rows(self, number: int) -> Rows:
        """The rows, prepared; see `Shards.rows`."""
        part = self._parts[number]
        table = self._source.table(part, self._names)
        rows = np.flatnonzero(usable(table, self._prepared.roles) & ~self._held_out.mask(part, table))
        if len(rows) < table.n_rows:
            table = table.take(rows)
        try:
            return self._prepared(table)
        except InputError:
            raise
        except ValueError as error:
            raise InputError(f"{self.name(number)}: {error}") from error
