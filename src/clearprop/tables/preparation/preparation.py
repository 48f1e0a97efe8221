"""All columns of a table as one matrix for a network, as learned from the training rows and applied to others.

The matrix has the quantities first, then the flags, then the codes of embeddings, each in the order of the table.
What was learned is a handful of numbers and texts, which goes through JSON without losing a bit.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from clearprop.errors import InputError, Message, Parameter
from clearprop.foundation.memory import check_memory
from clearprop.foundation.table_cells import listed, quoted
from clearprop.tables.notes import Remarks
from clearprop.tables.preparation.booleans import BooleanPart
from clearprop.tables.preparation.categories import CategoryPart
from clearprop.tables.preparation.dates import DatePart
from clearprop.tables.preparation.matrix import dense_matrix, sparse_matrix
from clearprop.tables.preparation.numbers import NumberPart
from clearprop.tables.preparation.part import Part
from clearprop.tables.preparation.presence import PresencePart
from clearprop.tables.preparation.scaling import Method
from clearprop.tables.preparation.typical import column_of_cell, middle_cell, typical_cell
from clearprop.tables.role import Role, Roles
from clearprop.tables.roles import find_roles
from clearprop.tables.spelling import cell_text
from clearprop.tables.table import Table

PARTS: Mapping[str, Any] = {
    "number": NumberPart,
    "boolean": BooleanPart,
    "date": DatePart,
    "category": CategoryPart,
    "presence": PresencePart,
}
_BLOCKS = ("numbers", "flags")
# A sparse matrix is made of so many columns or more, where it takes less than this share of a dense one's memory.
LEAST_SPARSE = 100
SPARSE_SHARE = 0.25
_SPARSE_ENTRY = 12  # bytes: a number of 8 and its column of 4


@dataclass(frozen=True)
class InputColumns:
    """Neighbouring columns of the matrix that a network's input stage reads in one way.

    Attributes
    ----------
    kind : {"numbers", "flags", "codes"}
    columns : int
        How many they are; 1 for codes.
    categories : int
        How many categories codes stand for; 0 for others.
    """

    kind: Literal["numbers", "flags", "codes"]
    columns: int
    categories: int = 0


@dataclass(frozen=True)
class Fact:
    """What a column of the training table was.

    Attributes
    ----------
    name : str
    kind : str
        What it is, for people: "number", "identifier".
    missing : int
        How many of its cells are missing.
    reason : str
        Why it is taken so, with evidence; empty where its type says all.
    typical : str or None
        What its typical cell says (`clearprop.tables.preparation.typical`), "" where that is missing; None of columns
        that are not used, and in the first files, which do not tell.
    """

    name: str
    kind: str
    missing: int
    reason: str
    typical: str | None = None

    def to_config(self) -> dict[str, Any]:
        """What was found, as a dictionary for JSON; of the typical cell, only where it is known."""
        return {name: value for name, value in asdict(self).items() if name != "typical" or value is not None}


@dataclass(frozen=True)
class Preparation:
    """What turns a table into the numbers that a network takes.

    Attributes
    ----------
    parts : tuple of Part
        The columns that are used, in the order of the training table.
    facts : tuple of Fact
        What each column of the training table was, those that are left out among them.

    Examples
    --------
    >>> from clearprop.tables.frames import as_table
    >>> table = as_table({"age": [30, 40, None, 50], "colour": ["red", "blue", "red", "green"]})
    >>> preparation = Preparation.fit(table)
    >>> preparation.feature_names
    ('age', 'age is missing', 'colour=blue', 'colour=green', 'colour=red')
    >>> preparation.transform(table).round(3).tolist()[2]
    [0.0, 1.0, 0.0, 0.0, 1.0]
    >>> preparation.inputs
    (InputColumns(kind='numbers', columns=1, categories=0), InputColumns(kind='flags', columns=4, categories=0))
    """

    parts: tuple[Part, ...]
    facts: tuple[Fact, ...] = ()

    @classmethod
    def fit(
        cls,
        table: Table,
        roles: Roles | None = None,
        *,
        scaling: Method = "robust",
        embed_from: int | None = 9,
        notes: list[str] | None = None,
    ) -> Preparation:
        """Learn from the training rows.

        Parameters
        ----------
        table : Table
            Without the target.
        roles : Roles, optional
            As `find_roles` found them of these rows; found here where not given.
        scaling : {"robust", "standard"}
            How numbers are brought to one size (`clearprop.tables.preparation.scaling`).
        embed_from : int or None
            From how many categories on, a missing one counted, a column becomes codes for an embedding; None for never.
        notes : list of str, optional
            Receives what was noticed.

        Raises
        ------
        InputError
            No column is left to learn from.
        """
        found = find_roles(table) if roles is None else roles
        if notes is not None:
            notes.extend(found.notes)
        learned = [None if role.use == "nothing" else _learned(role, scaling, embed_from) for role in found]
        facts = (_fact(role, part) for role, part in zip(found, learned, strict=True))
        return cls(tuple(part for part in learned if part is not None), tuple(facts))

    @property
    def left_out(self) -> tuple[str, ...]:
        """The names of the columns of training that are not used."""
        used = set(self.names)
        return tuple(fact.name for fact in self.facts if fact.name not in used)

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the columns that a table must have."""
        return tuple(part.name for part in self.parts)

    @cached_property
    def typical_row(self) -> Table:
        """A row of the columns' typical cells: what a prediction is explained against.

        Examples
        --------
        >>> from clearprop.tables.frames import as_table
        >>> table = as_table({"age": [30, 40, 90], "colour": ["red", None, "red"]})
        >>> Preparation.fit(table).typical_row.columns[0].texts.tolist()
        ['40']
        """
        known = {fact.name: fact.typical for fact in self.facts if fact.typical is not None}
        texts = ((part.name, known[part.name] if part.name in known else middle_cell(part)) for part in self.parts)
        return Table(tuple(column_of_cell(*named) for named in texts), np.arange(1), "the typical row")

    @cached_property
    def _places(self) -> tuple[tuple[str, int], ...]:
        """The name of each feature, and which part it is of, in the order of the matrix."""
        numbers = [(name, place) for place, part in enumerate(self.parts) for name in part.numbers]
        flags = [(name, place) for place, part in enumerate(self.parts) for name in part.flags]
        codes = [(part.name, place) for place, part in enumerate(self.parts) if part.n_codes]
        return (*numbers, *flags, *codes)

    @property
    def feature_names(self) -> tuple[str, ...]:
        """The names of the matrix's columns, such as `age` and `colour=red`."""
        return tuple(name for name, _ in self._places)

    @property
    def columns_of_features(self) -> tuple[str, ...]:
        """The table's column that each of the matrix's columns is made of."""
        return tuple(self.parts[place].name for _, place in self._places)

    @property
    def spans(self) -> dict[str, npt.NDArray[np.intp]]:
        """Which of the matrix's columns each of the table's columns has become, by its name."""
        places: dict[str, list[int]] = {name: [] for name in self.names}
        for place, owner in enumerate(self.columns_of_features):
            places[owner].append(place)
        return {name: np.array(own, dtype=np.intp) for name, own in places.items()}

    @property
    def inputs(self) -> tuple[InputColumns, ...]:
        """What the matrix's columns are, from the first on."""
        n_numbers = sum(len(part.numbers) for part in self.parts)
        n_flags = sum(len(part.flags) for part in self.parts)
        codes = [InputColumns("codes", 1, part.n_codes) for part in self.parts if part.n_codes]
        numbers = [InputColumns("numbers", n_numbers)] if n_numbers else []
        return (*numbers, *([InputColumns("flags", n_flags)] if n_flags else []), *codes)

    @cached_property
    def is_sparse(self) -> bool:
        """Whether the matrix is sparse: where most of it is zeros of categories that a row does not have."""
        one_hot = [len(part.flags) for part in self.parts if isinstance(part, CategoryPart) and len(part.flags) > 1]
        width = len(self._places)
        entries = width - sum(one_hot) + len(one_hot)
        return width >= LEAST_SPARSE and entries * _SPARSE_ENTRY < SPARSE_SHARE * width * 8

    def transform(
        self,
        table: Table,
        notes: list[str] | None = None,
        *,
        unreadable: npt.NDArray[np.bool_] | None = None,
        dtype: npt.DTypeLike = np.float64,
    ) -> Any:
        """The numbers of each row.

        Columns are found by their names, in any order, and may be of other types as long as their cells can be read
        as those of training: the number 1 and the text "1.0" are the same category.

        Parameters
        ----------
        table : Table
            Columns that training did not have are passed over.
        notes : list of str, optional
            Receives a sentence on columns passed over, and on each with unknown categories or newly missing cells.
        unreadable : array of bool, shape (n,), optional
            Rows are marked in it that have a cell which cannot be taken, which then counts as missing.
        dtype : dtype
            Of the matrix.

        Returns
        -------
        array of shape (n, features), or a csr_array of SciPy's (see `is_sparse`)

        Raises
        ------
        InputError
            A column is not there, or a cell cannot be read as in training and `unreadable` is not given.
        """
        remarks = Remarks(table, [] if notes is None else notes, unreadable)
        wanted = table.select(self.names)
        self._note_passed_over(table, remarks)
        self._check_memory(table, np.dtype(dtype))
        encoded = (part.encode(column, remarks) for part, column in zip(self.parts, wanted.columns, strict=True))
        if self.is_sparse:
            X = sparse_matrix(encoded, dtype)
        else:
            n_numbers, n_flags = (sum(part.columns for part in self.inputs if part.kind == kind) for kind in _BLOCKS)
            X = dense_matrix(encoded, (table.n_rows, len(self._places)), n_numbers, n_flags, dtype)
        remarks.finish()
        return X

    def look_at(
        self, table: Table, notes: list[str] | None = None, unreadable: npt.NDArray[np.bool_] | None = None
    ) -> None:
        """What `transform` says of a table, notes and refusals, without the numbers of more than a column at a time.

        Raises
        ------
        InputError
            See `transform`.
        """
        remarks = Remarks(table, [] if notes is None else notes, unreadable)
        wanted = table.select(self.names)
        self._note_passed_over(table, remarks)
        for part, column in zip(self.parts, wanted.columns, strict=True):
            part.encode(column, remarks)
        remarks.finish()

    def refusal(self, table: Table) -> InputError | None:
        """The error of all cells that cannot be taken, in the columns that are there; None where all can be."""
        there = set(table.names)
        known = Preparation(tuple(part for part in self.parts if part.name in there), self.facts)
        try:
            known.look_at(table)
        except InputError as error:
            return error
        return None

    def _note_passed_over(self, table: Table, remarks: Remarks) -> None:
        known = {*self.names, *(fact.name for fact in self.facts)}
        passed_over = [name for name in table.names if name not in known]
        if passed_over:
            noun = "column is" if len(passed_over) == 1 else "columns are"
            remarks.notes.append(f"{table.path}: {len(passed_over)} {noun} not used: {listed(passed_over)}.")

    def _check_memory(self, table: Table, dtype: np.dtype[Any]) -> None:
        width = len(self._places)
        size = dtype.itemsize * table.n_rows * width
        if self.is_sparse:
            size = int(size * SPARSE_SHARE)
        remedy = Message("leave out (", Parameter("ignore"), ") a column with very many texts, or give fewer rows")
        check_memory(size, f"{table.path}: {table.n_rows:,} rows of {width:,} numbers", remedy)

    def cell(self, table: Table, row: int, feature: int) -> str:
        """What the table itself says in the cell that a feature of a row was made of.

        Examples
        --------
        >>> from clearprop.tables.frames import as_table
        >>> table = as_table({"age": [30, 40, 50]})
        >>> Preparation.fit(table).cell(table, 1, 0)
        '40'
        """
        return cell_text(table.column(self.columns_of_features[feature]), row)

    def cells(self, table: Table, row: int) -> list[str]:
        """What the table itself says in the cells of a row, in the order of the columns that are used."""
        return [cell_text(column, row) for column in table.select(self.names).columns]

    def to_config(self) -> dict[str, Any]:
        """All that was learned, as a dictionary for JSON; floats come back from it to the last bit."""
        return {
            "parts": [{"kind": part.kind, **asdict(part)} for part in self.parts],
            "facts": [fact.to_config() for fact in self.facts],
        }

    @classmethod
    def from_config(cls, config: object) -> Preparation:
        """The preparation that `to_config` described, checked in every entry.

        Raises
        ------
        InputError
            An entry is missing, unknown, of another type, not finite, or named twice.

        Examples
        --------
        >>> from clearprop.tables.frames import as_table
        >>> preparation = Preparation.fit(as_table({"age": [30, 40, 50]}))
        >>> Preparation.from_config(preparation.to_config()) == preparation
        True
        """
        from clearprop.foundation.configs import checked, refuse
        from clearprop.tables.preparation.configs import FactConfig, PreparationConfig, arguments
        from clearprop.tables.preparation.first_files import of_first_files

        if isinstance(config, dict) and "columns" in config:
            config = of_first_files(config)
        entries = checked(config, PreparationConfig, "preparation")
        parts = tuple(
            _part(part, f"preparation, column {number}") for number, part in enumerate(entries.parts, start=1)
        )
        names = [part.name for part in parts]
        if len(set(names)) < len(names):
            raise refuse("preparation, columns", "a name stands there twice")
        return cls(parts, tuple(Fact(**arguments(fact, FactConfig, "preparation, facts")) for fact in entries.facts))


def _fact(role: Role, part: Part | None) -> Fact:
    column = role.column
    typical = None if part is None else typical_cell(column, part)
    return Fact(column.name, role.kind, int(np.count_nonzero(column.is_missing)), role.reason, typical)


def _learned(role: Role, scaling: Method, embed_from: int | None) -> Part:
    column = role.column
    if role.use == "number":
        return NumberPart.learned(column, scaling, role.blanks)
    if role.use == "boolean":
        return BooleanPart.learned(column)
    if role.use == "date":
        return DatePart.learned(column, scaling)
    if role.use == "presence":
        return PresencePart(name=column.name)
    return CategoryPart.learned(column, embed_from)


def _part(config: object, what: str) -> Part:
    from clearprop.foundation.configs import refuse
    from clearprop.tables.preparation.configs import CONFIGS, arguments

    kind = str(config.get("kind")) if isinstance(config, dict) else ""
    if kind not in PARTS:
        raise refuse(what, f"its kind, {quoted(kind)}, is none of {listed(list(PARTS))}")
    entries = arguments(config, CONFIGS[kind], what)
    part: Part = PARTS[kind](**{name: value for name, value in entries.items() if name != "kind"})
    return part
