"""From tables to the numbers that a network takes: what is learned from the training rows, and applied to others.

Columns of numbers have their missing cells filled by the median, then mean 0 and standard deviation 1.
Columns of categories become one column of 0 and 1 a value; a missing cell is a value of its own, since that a
cell was left empty often says something. scikit-learn's imputer and scaler learn the columns of numbers. What was
learned is a handful of numbers and strings, which goes through JSON without losing a bit, and is applied without
scikit-learn: loading it takes longer than most predictions.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from clearprop.errors import InputError, Message, Parameter
from clearprop.foundation.memory import check_memory
from clearprop.foundation.table_cells import MISSING, listed, quoted
from clearprop.tables.identifiers import distinct_values, note_identifier
from clearprop.tables.text_columns import SMALLEST_SPAN, Column
from clearprop.tables.text_table import Table


@dataclass(frozen=True)
class NumberColumn:
    """A column of numbers: missing cells become `median`, then x becomes (x - mean) / scale.

    Examples
    --------
    >>> NumberColumn("age", median=40.0, mean=42.0, scale=10.0).features
    ['age']
    """

    name: str
    median: float
    mean: float
    scale: float
    kind: ClassVar[str] = "number"

    @property
    def features(self) -> list[str]:
        """The names of the features that the column becomes: one."""
        return [self.name]

    def encode(self, column: Column, notes: list[str]) -> NDArray[np.float64]:
        """The feature (n_rows, 1); InputError when a cell is text or infinite."""
        return self.scaled(column.numbers())[:, np.newaxis]

    def scaled(self, numbers: NDArray[np.float64]) -> NDArray[np.float64]:
        """The feature of each number (n_rows,); NaN stands for a missing one."""
        return (np.where(np.isnan(numbers), self.median, numbers) - self.mean) / self.scale

    def to_config(self) -> dict[str, Any]:
        """What was learned, for JSON."""
        return {
            "kind": self.kind,
            "name": self.name,
            "median": self.median,
            "mean": self.mean,
            "scale": self.scale,
        }

    @classmethod
    def from_config(cls, config: object, what: str) -> NumberColumn:
        """The column that `to_config` described; InputError when an entry is not as it must be."""
        from clearprop.foundation.configs import checked
        from clearprop.tables.config import NumberColumnConfig

        column = checked(config, NumberColumnConfig, what)
        return cls(column.name, column.median, column.mean, column.scale)


@dataclass(frozen=True)
class CategoryColumn:
    """A column of categories, one feature a value; "" stands for missing cells, if the training rows had any.

    Examples
    --------
    >>> CategoryColumn("colour", ("", "blue", "red")).features
    ['colour=(missing)', 'colour=blue', 'colour=red']
    """

    name: str
    values: tuple[str, ...]
    kind: ClassVar[str] = "category"

    @property
    def features(self) -> list[str]:
        """The names of the features that the column becomes, one a value."""
        return [f"{self.name}={value or '(missing)'}" for value in self.values]

    def encode(self, column: Column, notes: list[str]) -> NDArray[np.float64]:
        """1 in the feature of each cell's value, else 0 (n_rows, values); notes on what training did not know."""
        number_of = {value: number for number, value in enumerate(self.values)}
        number_of |= dict.fromkeys(MISSING, number_of.get("", -1))
        cells = column.cells.tolist()
        numbers = np.fromiter((number_of.get(cell, -1) for cell in cells), np.intp, len(cells))
        new = np.flatnonzero((numbers < 0) & ~column.missing)
        if len(new):
            count = "1 cell holds a category" if len(new) == 1 else f"{len(new):,} cells hold categories"
            notes.append(
                f"{column.where()}: {count} that the training rows did not have, for instance "
                f"{quoted(cells[new[0]])} in {column.places(new[:1])}; the network is shown none instead."
            )
        return (numbers[:, np.newaxis] == np.arange(len(self.values))).astype(np.float64)

    def to_config(self) -> dict[str, Any]:
        """What was learned, for JSON."""
        return {"kind": self.kind, "name": self.name, "values": list(self.values)}

    @classmethod
    def from_config(cls, config: object, what: str) -> CategoryColumn:
        """The column that `to_config` described; InputError when an entry is not as it must be."""
        from clearprop.foundation.configs import checked, refuse
        from clearprop.tables.config import CategoryColumnConfig, refuse_repeats

        column = checked(config, CategoryColumnConfig, what)
        refuse_repeats(column.values, f"{what}, values")
        never_met = [value for value in column.values if value and value in MISSING]
        if never_met:
            raise refuse(f"{what}, values", f"{listed(never_met)} counts as a missing cell, which is written ''")
        return cls(column.name, column.values)


@dataclass(frozen=True)
class Preprocessor:
    """What turns a table into the features of a network, as learned from the training rows.

    Attributes
    ----------
    columns : tuple of NumberColumn and CategoryColumn
        The columns of numbers, then those of categories, both in the order of the training table.

    Examples
    --------
    >>> table = Table.from_columns(["age", "colour"], [[30, 40, None], ["red", "blue", "red"]])
    >>> preprocessor = Preprocessor.fit(table)
    >>> preprocessor.feature_names
    ['age', 'colour=blue', 'colour=red']
    >>> preprocessor.transform(table).round(3).tolist()
    [[-1.225, 0.0, 1.0], [1.225, 1.0, 0.0], [0.0, 0.0, 1.0]]
    """

    columns: tuple[NumberColumn | CategoryColumn, ...]

    def __post_init__(self) -> None:
        assert self.columns
        assert _numbers_come_first(self.columns)

    @classmethod
    def fit(
        cls,
        table: Table,
        *,
        ignore: Collection[str] = (),
        categories: Collection[str] = (),
        max_categories: int = 1000,
        notes: list[str] | None = None,
    ) -> Preprocessor:
        """Learn from the training rows.

        Parameters
        ----------
        table : Table
        ignore : collection of str
            Columns to leave out, the target among them.
        categories : collection of str
            Columns of categories, even if their cells are numbers.
        max_categories : int
            A column of categories may have this many values.
        notes : list of str, optional
            Receives a sentence on each column that is left out since it is constant.

        Raises
        ------
        InputError
            A column is not there, all missing, a mixture of numbers and text, has more than
            `max_categories` values, or almost only different texts; or no column is left.
        """
        notes = [] if notes is None else notes
        kept = table.drop(ignore)
        forced = set(kept.select(categories).names)
        numbers: dict[str, NDArray[np.float64]] = {}
        category_columns = []
        for column in map(kept.column, kept.names):
            if column.name not in forced and column.kind() == "number":
                numbers_of_column = column.numbers()
                constant = bool(np.nanmax(numbers_of_column) - np.nanmin(numbers_of_column) < SMALLEST_SPAN)
                if not constant:
                    numbers[column.name] = numbers_of_column
                    note_identifier(column, numbers_of_column, notes)
            else:
                values = distinct_values(column, max_categories, column.name in forced)
                learned = CategoryColumn(column.name, values)
                constant = len(learned.values) == 1
                if not constant:
                    category_columns.append(learned)
            if constant:
                notes.append(f"{column.where()}: left out, as it has the same value in every row.")
        if not numbers and not category_columns:
            raise InputError(
                f"{table.path}: no column is left to learn from: each of {listed(table.names)} is ignored or has "
                "the same value in every row: ignore fewer, or add a column"
            )
        return cls((*_scaled_columns(numbers), *category_columns))

    @property
    def names(self) -> list[str]:
        """The names of the columns that a table must have."""
        return [column.name for column in self.columns]

    @property
    def is_plane(self) -> bool:
        """Whether it is two columns of numbers and no others, so that answers can be drawn over them."""
        return [column.kind for column in self.columns] == [NumberColumn.kind] * 2

    @property
    def feature_names(self) -> list[str]:
        """The names of the features (n_features,), like `age` and `colour=red`."""
        return [feature for column in self.columns for feature in column.features]

    def transform(self, table: Table, notes: list[str] | None = None) -> NDArray[np.float64]:
        """The features of each row.

        Columns are found by their names, in any order, and others are passed over. Missing numbers become
        the median of the training rows. A category that the training rows did not have, and a missing cell
        where they had none, is 0 in all features of its column.

        Parameters
        ----------
        table : Table
        notes : list of str, optional
            Receives a sentence on columns passed over and on each column with new categories.

        Returns
        -------
        array of float64 (n_rows, n_features)

        Raises
        ------
        InputError
            A column is not there, or a cell in a column of numbers is text or infinite.
        """
        notes = [] if notes is None else notes
        wanted = table.select(self.names)
        passed_over = [name for name in table.names if name not in set(wanted.names)]
        if passed_over:
            noun = "column is" if len(passed_over) == 1 else "columns are"
            notes.append(f"{table.path}: {len(passed_over)} {noun} not used: {listed(passed_over)}.")
        n_features = len(self.feature_names)
        check_memory(
            8 * table.n_rows * n_features,
            f"{table.path}: {table.n_rows:,} rows of {n_features:,} features",
            Message(
                *("pass ", Parameter("ignore"), " for a column with very many texts, a smaller "),
                *(Parameter("max_categories"), ", or fewer rows"),
            ),
        )
        features = np.empty((table.n_rows, n_features))
        start = 0
        for column in self.columns:
            stop = start + len(column.features)
            features[:, start:stop] = column.encode(wanted.column(column.name), notes)
            start = stop
        return features

    def to_config(self) -> dict[str, Any]:
        """All that was learned, as a dictionary for JSON; floats come back from it to the last bit.

        Examples
        --------
        >>> table = Table.from_columns(["age"], [[30, 40, 50]])
        >>> Preprocessor.fit(table).to_config()
        {'columns': [{'kind': 'number', 'name': 'age', 'median': 40.0, 'mean': 40.0, 'scale': 8.16...}]}
        """
        return {"columns": [column.to_config() for column in self.columns]}

    @classmethod
    def from_config(cls, config: object) -> Preprocessor:
        """The preprocessor that `to_config` described, checked in every entry.

        Raises
        ------
        InputError
            An entry is missing, unknown, of another type, not finite, or named twice.

        Examples
        --------
        >>> table = Table.from_columns(["age"], [[30, 40, 50]])
        >>> preprocessor = Preprocessor.fit(table)
        >>> Preprocessor.from_config(preprocessor.to_config()) == preprocessor
        True
        """
        from clearprop.foundation.configs import checked, refuse
        from clearprop.tables.config import PreprocessorConfig

        entries = checked(config, PreprocessorConfig, "preprocessing").columns
        columns = tuple(
            _column_from_config(entry, f"preprocessing, column {number}")
            for number, entry in enumerate(entries, start=1)
        )
        names = [column.name for column in columns]
        if len(set(names)) < len(names):
            raise refuse("preprocessing, columns", "a name stands there twice")
        if not _numbers_come_first(columns):
            raise refuse("preprocessing, columns", "a column of numbers follows one of categories")
        return cls(columns)


def _column_from_config(config: object, what: str) -> NumberColumn | CategoryColumn:
    kind = config.get("kind") if isinstance(config, dict) else None
    if kind == NumberColumn.kind:
        return NumberColumn.from_config(config, what)
    if kind == CategoryColumn.kind:
        return CategoryColumn.from_config(config, what)
    from clearprop.foundation.configs import refuse

    raise refuse(what, f"its kind, {quoted(kind)}, is neither 'number' nor 'category'")


def _numbers_come_first(columns: Sequence[NumberColumn | CategoryColumn]) -> bool:
    kinds = [column.kind for column in columns]
    return kinds == sorted(kinds, reverse=True)  # "number", then "category"


def _scaled_columns(numbers: dict[str, NDArray[np.float64]]) -> list[NumberColumn]:
    """What scikit-learn learns from columns of numbers, each (n_rows,)."""
    if not numbers:
        return []
    from sklearn.impute import SimpleImputer
    from sklearn.preprocessing import StandardScaler

    # Their output stays an array, whatever sklearn.set_config says.
    imputer = SimpleImputer(strategy="median").set_output(transform="default")
    scaler = StandardScaler().fit(imputer.fit_transform(np.column_stack(list(numbers.values()))))
    learned = zip(numbers, imputer.statistics_.tolist(), scaler.mean_.tolist(), scaler.scale_.tolist(), strict=True)
    return [NumberColumn(*column) for column in learned]
