"""The column that a network learns to predict: classes or a quantity, as numbers for training and back."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar, Literal

import numpy as np
from numpy.typing import NDArray

from clearprop.errors import InputError, Message, Parameter
from clearprop.foundation.table_cells import (
    MISSING,
    Cells,
    are_numbers,
    as_cells,
    in_order,
    listed,
    number_or_nan,
    quoted,
)
from clearprop.tables.text_columns import SMALLEST_SPAN, Column

Task = Literal["classification", "regression"]

MOST_CLASSES = 1000
# Whole numbers are guessed to be classes if at most ten differ, with five rows or more for each on average.
MOST_GUESSED_CLASSES = 10
LEAST_ROWS_A_GUESSED_CLASS = 5


@dataclass(frozen=True)
class Target(ABC):
    """What is predicted: a `ClassTarget` or a `NumberTarget`, as `Target.recognise` finds out.

    Examples
    --------
    >>> from clearprop.tables.text_table import Table
    >>> table = Table.from_columns(["kind", "price"], [["yes", "no", "no"], [1.5, 3.5, 2.5]])
    >>> Target.recognise(table.column("kind"))
    ClassTarget(name='kind', classes=('no', 'yes'))
    >>> Target.recognise(table.column("price"))
    NumberTarget(name='price', mean=2.5, scale=0.816...)
    """

    name: str
    task: ClassVar[Task]

    @staticmethod
    def recognise(column: Column, task: Task | None = None, notes: list[str] | None = None) -> Target:
        """The target that a column of training rows holds.

        Without a task, text is classification, and so are whole numbers if there are two different ones, or
        at most 10 and five rows or more for each. Other numbers are regression.

        Parameters
        ----------
        column : Column
        task : "classification" or "regression", optional
            What it is, if that is known.
        notes : list of str, optional
            Receives a sentence on what was recognised and why, if no task is given.

        Raises
        ------
        InputError
            A cell is missing; all rows have the same value; there are more classes than 1,000 or than half
            of the rows (two are always allowed); two classes are the same number; a quantity is text or
            infinite; a few cells are text and the others numbers.
        """
        _refuse_missing_cells(column)
        if task is None:
            task, why = _guessed_task(column)
            if notes is not None:
                notes.append(why)
        if task == "classification":
            return ClassTarget.learned(column)
        if task == "regression":
            return NumberTarget.learned(column)
        raise InputError(f"the task is {quoted(task)}: it must be 'classification' or 'regression'")

    @abstractmethod
    def encode(self, column: Column) -> NDArray[Any]:
        """The cells as numbers (n_rows,) for training; InputError when a cell is missing or breaks a rule."""

    @abstractmethod
    def decode(self, numbers: NDArray[Any]) -> NDArray[Any]:
        """What numbers (n_rows,) such as `encode` gives stand for: `encode` undone."""

    @abstractmethod
    def to_config(self) -> dict[str, Any]:
        """All that was learned, as a dictionary for JSON; floats come back from it to the last bit."""

    @staticmethod
    def from_config(config: object) -> Target:
        """The target that `to_config` described, checked in every entry.

        Raises
        ------
        InputError
            An entry is missing, unknown, of another type, not finite, or stands there twice.

        Examples
        --------
        >>> Target.from_config({"task": "regression", "name": "price", "mean": 2.5, "scale": 0.5})
        NumberTarget(name='price', mean=2.5, scale=0.5)
        """
        task = config.get("task") if isinstance(config, dict) else None
        if task == ClassTarget.task:
            return ClassTarget.from_entries(config)
        if task == NumberTarget.task:
            return NumberTarget.from_entries(config)
        from clearprop.foundation.configs import refuse

        raise refuse("target", f"its task, {quoted(task)}, is neither 'classification' nor 'regression'")


@dataclass(frozen=True)
class ClassTarget(Target):
    """One of several classes. Labels stay as the file has them, by size if all are numbers, as text otherwise.

    Labels that are numbers are compared as numbers: a table that has `1.0` for the class `1` can be evaluated.

    Examples
    --------
    >>> from clearprop.tables.text_table import Table
    >>> column = Table.from_columns(["kind"], [["9", "10", "9.0"]]).column("kind")
    >>> target = ClassTarget("kind", ("9", "10"))
    >>> target.encode(column).tolist(), target.decode(np.array([1, 0])).tolist()
    ([0, 1, 0], ['10', '9'])
    """

    classes: tuple[str, ...]
    task: ClassVar[Task] = "classification"

    @classmethod
    def learned(cls, column: Column) -> ClassTarget:
        """The classes of the training rows; `Target.recognise` lists what is refused."""
        labels = set(column.cells.tolist())
        n_rows = len(column.cells)
        if len(labels) == 1:
            raise InputError(
                f"{column.where()}: every row has the class {quoted(labels.pop())}: two classes or more are needed"
            )
        if len(labels) > min(MOST_CLASSES, max(2, n_rows / 2)):
            meaning = (
                Message("a quantity: pass ", Parameter("task", "regression"))
                if are_numbers(labels)
                else "an identifier or free text: name another target"
            )
            rule = f"{len(labels):,} classes in {n_rows:,} rows are too many (at most {MOST_CLASSES:,}, and half of "
            raise InputError(Message(f"{column.where()}: {rule}the rows); the column looks like ", meaning))
        target = cls(column.name, tuple(in_order(labels)))
        alike = [
            pair
            for pair in zip(target.classes, target.classes[1:], strict=False)
            if target.key(pair[0]) == target.key(pair[1])
        ]
        if alike:
            raise InputError(f"{column.where()}: the classes {listed(alike[0])} are the same number: write them alike")
        return target

    @cached_property
    def labels_are_numbers(self) -> bool:
        """Whether all labels are finite numbers, and so `1.0` and `1` are the same class."""
        return are_numbers(self.classes)

    def key(self, label: str) -> float | str:
        """What stands for a label in comparisons: its number where all labels are numbers, else itself."""
        return number_or_nan(label) if self.labels_are_numbers else label

    def encode(self, column: Column) -> NDArray[np.int64]:
        """The number of each cell's class (n_rows,), from 0.

        Raises
        ------
        InputError
            A cell is missing or none of the classes.
        """
        _refuse_missing_cells(column)
        number_of = {self.key(label): number for number, label in enumerate(self.classes)}
        cells = column.cells.tolist()
        numbers = np.fromiter((number_of.get(self.key(cell), -1) for cell in cells), np.int64, len(cells))
        unknown = np.flatnonzero(numbers < 0)
        if len(unknown):
            row = unknown[0]
            raise InputError(
                f"{column.where(row)}: {quoted(cells[row])} is none of the classes {listed(self.classes)}: correct "
                "it, or remove the row"
            )
        return numbers

    def decode(self, numbers: NDArray[Any]) -> Cells:
        """The labels (n_rows,) of class numbers (n_rows,)."""
        return as_cells(self.classes)[numbers]

    def to_config(self) -> dict[str, Any]:
        """The classes, for JSON."""
        return {"task": self.task, "name": self.name, "classes": list(self.classes)}

    @classmethod
    def from_entries(cls, config: object) -> ClassTarget:
        """The target of a checked configuration; `Target.from_config` chooses it."""
        from clearprop.foundation.configs import checked, refuse
        from clearprop.tables.config import ClassTargetConfig, refuse_repeats

        entries = checked(config, ClassTargetConfig, "target")
        refuse_repeats(entries.classes, "target, classes")
        target = cls(entries.name, entries.classes)
        if any(label in MISSING for label in target.classes):
            raise refuse("target, classes", f"one of {listed(sorted(MISSING), 20)} is among them")
        if len({target.key(label) for label in target.classes}) < max(2, len(target.classes)):
            raise refuse("target, classes", f"{listed(target.classes)} are not two or more different classes")
        return target


@dataclass(frozen=True)
class NumberTarget(Target):
    """A quantity y, learned as (y - mean) / scale.

    Examples
    --------
    >>> from clearprop.tables.text_table import Table
    >>> column = Table.from_columns(["price"], [[1, 3]]).column("price")
    >>> target = NumberTarget.learned(column)
    >>> target.encode(column).tolist(), target.decode(np.array([-1.0, 0.5])).tolist()
    ([-1.0, 1.0], [1.0, 2.5])
    """

    mean: float
    scale: float
    task: ClassVar[Task] = "regression"

    @classmethod
    def learned(cls, column: Column) -> NumberTarget:
        """Mean and standard deviation of the training rows; `Target.recognise` lists what is refused."""
        values = column.numbers()
        if values.max() - values.min() < SMALLEST_SPAN:
            raise InputError(
                f"{column.where()}: every row has the value {quoted(column.cells[0])}: there is nothing to learn"
            )
        return cls(column.name, float(values.mean()), float(values.std()))

    def encode(self, column: Column) -> NDArray[np.float64]:
        """The numbers (n_rows,), less their mean and over their scale.

        Raises
        ------
        InputError
            A cell is missing, text, infinite or beyond `LARGEST_NUMBER`.
        """
        _refuse_missing_cells(column)
        return (column.numbers() - self.mean) / self.scale

    def decode(self, numbers: NDArray[Any]) -> NDArray[np.float64]:
        """The quantities (n_rows,) of numbers (n_rows,) that the network gave."""
        return np.asarray(numbers, dtype=np.float64) * self.scale + self.mean

    def to_config(self) -> dict[str, Any]:
        """Mean and scale, for JSON."""
        return {"task": self.task, "name": self.name, "mean": self.mean, "scale": self.scale}

    @classmethod
    def from_entries(cls, config: object) -> NumberTarget:
        """The target of a checked configuration; `Target.from_config` chooses it."""
        from clearprop.foundation.configs import checked
        from clearprop.tables.config import NumberTargetConfig

        entries = checked(config, NumberTargetConfig, "target")
        return cls(entries.name, entries.mean, entries.scale)


def _guessed_task(column: Column) -> tuple[Task, str]:
    """Classification or regression, and a sentence why."""
    name, n_rows = quoted(column.name), len(column.cells)
    if column.kind(otherwise=Message("pass ", Parameter("task", "classification"))) == "category":
        return "classification", f"{name} holds text: classification."
    values = column.numbers()
    if (values != np.rint(values)).any():
        return "regression", _guess(f"{name} holds numbers with fractions", "regression", "classification")
    n_different = len(np.unique(values))
    holds = f"{name} holds {n_different:,} different whole numbers in {n_rows:,} rows"
    enough_rows = n_rows >= LEAST_ROWS_A_GUESSED_CLASS * n_different
    if n_different <= 2 or (n_different <= MOST_GUESSED_CLASSES and enough_rows):
        return "classification", _guess(holds, "classification", "regression")
    return "regression", _guess(holds, "regression", "classification")


def _guess(holds: str, task: Task, other: Task) -> str:
    return Message(f"{holds}: {task} (pass ", Parameter("task", other), " if that is wrong).")


def _refuse_missing_cells(column: Column) -> None:
    rows = np.flatnonzero(column.missing)
    if len(rows):
        more = f" and {len(rows) - 8:,} more" if len(rows) > 8 else ""
        raise InputError(
            f"{column.where()}: the target is missing in {column.places(rows[:8])}{more} (first: "
            f"{quoted(column.cells[rows[0]])}): fill it in, or remove the rows"
        )
