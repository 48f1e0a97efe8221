"""The column that a network learns to predict: classes or a quantity, as numbers for training and back."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar, Literal

import numpy as np
import numpy.typing as npt

from clearprop.errors import InputError, Message, Parameter
from clearprop.foundation.table_cells import listed, quoted
from clearprop.tables.column import Array, Column
from clearprop.tables.notes import Alert
from clearprop.tables.objects import column_of_objects
from clearprop.tables.preparation.scaling import LARGEST, SMALLEST_SCALE
from clearprop.tables.spelling import as_numbers, canonical, cell_text, counts, places_among, spelled, typed

Task = Literal["classification", "regression"]
Label = bool | int | float | str
Rows = npt.NDArray[np.intp]

MOST_CLASSES = 1000
# Fewer classes are never taken for an identifier.
MOST_UNREPEATED = 20
# Whole numbers are guessed to be classes if at most ten differ, with five rows or more for each on average.
MOST_GUESSED_CLASSES = 10
LEAST_ROWS_A_GUESSED_CLASS = 5


@dataclass(frozen=True)
class Target(ABC):
    """What is predicted: a `ClassTarget` or a `NumberTarget`, as `Target.recognise` finds out.

    Examples
    --------
    >>> kind = Column("kind", "text", np.array([1, 0, 0]), texts=np.array(["no", "yes"]))
    >>> Target.recognise(kind)
    ClassTarget(name='kind', classes=('no', 'yes'))
    >>> Target.recognise(Column("price", "number", np.array([1.5, 3.5, 2.5])))
    NumberTarget(name='price', mean=2.5, scale=0.816..., low=1.5, high=3.5)
    """

    name: str
    task: ClassVar[Task]

    @staticmethod
    def recognise(
        column: Column, task: Task | None = None, notes: list[str] | None = None, path: str = "the table"
    ) -> ClassTarget | NumberTarget:
        """The target that a column of training rows holds; rows where it is missing count for nothing.

        Without a task, texts, booleans and what the frame declares categorical are classification, and so are whole
        numbers if there are two different ones, or at most 10 and five rows or more for each. Other numbers, and texts
        that all spell numbers, are regression.

        Parameters
        ----------
        column : Column
        task : "classification" or "regression", optional
            What it is, if that is known.
        notes : list of str, optional
            Receives a sentence on what was recognised and why, if no task is given.
        path : str
            What messages call the table.

        Raises
        ------
        InputError
            Every cell is missing; all rows have the same value; there are more classes than 1,000, or more than 20 and
            than half of the rows; a quantity is text, a date, infinite or beyond 1e100.
        """
        if column.is_missing.all():
            raise InputError(f"{path}, column {quoted(column.name)}: the target is missing in every row: fill it in")
        if task is None:
            task, why = guessed_task(column)
            if notes is not None:
                notes.append(why)
        if task == "classification":
            return ClassTarget.learned(column, path)
        if task == "regression":
            return NumberTarget.learned(column, path=path)
        raise InputError(f"the task is {quoted(task)}: it must be 'classification' or 'regression'")

    def rows(self, column: Column, notes: list[str] | None = None, path: str = "the table") -> Rows:
        """Which rows can be learned from or judged, counted from 0; a note says how many are left out and why."""
        missing = self._missing(column)
        count = int(np.count_nonzero(missing))
        if count and notes is not None:
            rows = "1 row is" if count == 1 else f"{count:,} of {len(column):,} rows are"
            notes.append(f"{path}: {rows} left out, as the target {quoted(self.name)} is missing there.")
        return np.flatnonzero(~missing)

    def _missing(self, column: Column) -> npt.NDArray[np.bool_]:
        return column.is_missing

    @abstractmethod
    def encode(self, column: Column, path: str = "the table") -> Array:
        """The cells as numbers (n,) for training; InputError when a cell is missing or breaks a rule."""

    @abstractmethod
    def decode(self, numbers: Array) -> Array:
        """What numbers (n,) such as `encode` gives stand for: `encode` undone."""

    @abstractmethod
    def to_config(self) -> dict[str, Any]:
        """All that was learned, as a dictionary for JSON; floats come back from it to the last bit."""

    @staticmethod
    def from_config(config: object) -> ClassTarget | NumberTarget:
        """The target that `to_config` described, checked in every entry.

        Raises
        ------
        InputError
            An entry is missing, unknown, of another type, not finite, or stands there twice.

        Examples
        --------
        >>> target = NumberTarget("price", mean=2.5, scale=0.5, low=1.0, high=4.0)
        >>> Target.from_config(target.to_config()) == target
        True
        """
        from clearprop.foundation.configs import checked, refuse
        from clearprop.tables.target_config import ClassConfig, NumberConfig

        task = config.get("task") if isinstance(config, dict) else None
        if task == ClassTarget.task:
            entries = checked(config, ClassConfig, "target")
            target = ClassTarget(entries.name, entries.classes)
            if any(label != label for label in target.classes):
                raise refuse("target, classes", "nan is no label")
            if len(set(target.spellings)) < max(2, len(target.classes)):
                raise refuse("target, classes", f"{listed(target.classes)} are not two or more different classes")
            return target
        if task == NumberTarget.task:
            assert isinstance(config, dict)
            # The first model files do not say which range was seen.
            numbers = checked({"low": -LARGEST, "high": LARGEST, **config}, NumberConfig, "target")
            return NumberTarget(numbers.name, numbers.mean, numbers.scale, numbers.low, numbers.high)
        raise refuse("target", f"its task, {quoted(task)}, is neither 'classification' nor 'regression'")


@dataclass(frozen=True)
class ClassTarget(Target):
    """One of several classes. Labels are the user's own: texts, whole numbers, numbers or booleans, in their order.

    Labels are compared by their one spelling (`clearprop.tables.spelling`): a file that has `1.0` for the class `1` can
    be evaluated.

    Examples
    --------
    >>> target = ClassTarget("kind", (9, 10))
    >>> column = Column("kind", "text", np.array([1, 0, 2]), texts=np.array(["9", "10", "9.0"]))
    >>> target.encode(column).tolist(), target.decode(np.array([1, 0])).tolist()
    ([1, 0, 0], [10, 9])
    """

    classes: tuple[Label, ...]
    task: ClassVar[Task] = "classification"

    @classmethod
    def learned(cls, column: Column, path: str = "the table") -> ClassTarget:
        """The classes of the training rows; `Target.recognise` lists what is refused."""
        where = f"{path}, column {quoted(column.name)}"
        labels = _labels(column)
        n_rows = len(column) - int(np.count_nonzero(column.is_missing))
        if len(labels) == 1:
            raise InputError(f"{where}: every row has the class {quoted(labels[0])}: two classes or more are needed")
        if len(labels) > min(MOST_CLASSES, max(MOST_UNREPEATED, n_rows / 2)):
            meaning = (
                Message("a quantity: pass ", Parameter("task", "regression"), ", or take TableRegressor")
                if typed(column).kind == "number"
                else "an identifier or free text: name another target"
            )
            rule = f"{len(labels):,} classes in {n_rows:,} rows are too many (at most {MOST_CLASSES:,}, and half of "
            raise InputError(Message(f"{where}: {rule}the rows); the column looks like ", meaning))
        return cls(column.name, labels)

    @cached_property
    def spellings(self) -> tuple[str, ...]:
        """The one spelling of each label."""
        column = column_of_labels(self.name, self.classes)
        texts = spelled(column)
        return tuple(texts.texts[texts.values].tolist())

    @property
    def labels(self) -> Array:
        """The labels as an array, shape (classes,), of the type that they have in common."""
        return np.array(self.classes)

    def rows(self, column: Column, notes: list[str] | None = None, path: str = "the table") -> Rows:
        """The rows that have one of the classes."""
        known = super().rows(column, notes, path)
        places = places_among(column, self.spellings)[known]
        unknown = known[places < 0]
        if len(unknown) and notes is not None:
            example = quoted(cell_text(column, int(unknown[0])))
            rows = "1 row is" if len(unknown) == 1 else f"{len(unknown):,} of {len(column):,} rows are"
            rule = (
                f"{path}: {rows} left out, as the target {quoted(self.name)} is none of the classes of training there"
            )
            notes.append(Alert(f"{rule} (such as {example}; there are {listed(self.classes)})."))
        return known[places >= 0]

    def encode(self, column: Column, path: str = "the table") -> npt.NDArray[np.int64]:
        """The number of each cell's class (n,), from 0.

        Raises
        ------
        InputError
            A cell is missing or none of the classes.
        """
        places = places_among(column, self.spellings)
        unknown = np.flatnonzero(places < 0)
        if len(unknown):
            row = int(unknown[0])
            where = f"{path}, row {row} (counted from 0), column {quoted(column.name)}"
            rule = f"{quoted(cell_text(column, row))} is none of the classes {listed(self.classes)}"
            raise InputError(f"{where}: {rule}: correct it, or remove the row")
        return places

    def decode(self, numbers: Array) -> Array:
        """The labels (n,) of class numbers (n,)."""
        return self.labels[numbers]

    def to_config(self) -> dict[str, Any]:
        """The classes, for JSON."""
        return {"task": self.task, "name": self.name, "classes": list(self.classes)}


@dataclass(frozen=True)
class NumberTarget(Target):
    """A quantity y, learned as (y - mean) / scale; `low` and `high` are the least and the greatest of training.

    Examples
    --------
    >>> column = Column("price", "number", np.array([1.0, 3.0]))
    >>> target = NumberTarget.learned(column)
    >>> target.encode(column).tolist(), target.decode(np.array([-1.0, 0.5])).tolist()
    ([-1.0, 1.0], [1.0, 2.5])
    """

    mean: float
    scale: float
    low: float
    high: float
    task: ClassVar[Task] = "regression"

    @classmethod
    def learned(cls, column: Column, *, standardised: bool = True, path: str = "the table") -> NumberTarget:
        """Mean, standard deviation and range of the training rows; `Target.recognise` lists what is refused.

        Without `standardised`, as for counts, whose logarithm is learned, y stays as it is.
        """
        values = _quantities(column, path)[~as_numbers(column).missing]
        low, high = float(values.min()), float(values.max())
        if high - low < SMALLEST_SCALE:
            where = f"{path}, column {quoted(column.name)}"
            if len(np.unique(column.values[~column.is_missing])) > 1:
                finest = max(SMALLEST_SCALE, np.spacing(abs(low)))
                rule = f"all values are {low:.17g}, but for differences below {finest:.2g}"
                raise InputError(f"{where}: {rule}: subtract what they have in common, or give them in a smaller unit")
            raise InputError(f"{where}: every row has the value {quoted(low)}: there is nothing to learn")
        mean, scale = (float(values.mean()), float(values.std())) if standardised else (0.0, 1.0)
        return cls(column.name, mean, scale, low, high)

    def encode(self, column: Column, path: str = "the table") -> npt.NDArray[np.float64]:
        """The numbers (n,), less their mean and over their scale.

        Raises
        ------
        InputError
            A cell is missing, text, infinite or beyond 1e100.
        """
        if (missing := self._missing(column)).any():
            raise InputError(f"{_place(column, missing, path)} is missing: fill it in, or remove the row")
        return (_quantities(column, path) - self.mean) / self.scale

    def _missing(self, column: Column) -> npt.NDArray[np.bool_]:
        return as_numbers(column).missing

    def decode(self, numbers: Array) -> npt.NDArray[np.float64]:
        """The quantities (n,) of numbers (n,) that the network gave."""
        return np.asarray(numbers, dtype=np.float64) * self.scale + self.mean

    def to_config(self) -> dict[str, Any]:
        """What was learned, for JSON."""
        numbers = {"mean": self.mean, "scale": self.scale, "low": self.low, "high": self.high}
        return {"task": self.task, "name": self.name, **numbers}


def _labels(column: Column) -> tuple[Label, ...]:
    """The different labels of a column in their order; of texts that are one class, the most frequent one."""
    known = ~column.is_missing
    if column.kind == "text":
        often = counts(column)
        chosen: dict[str, str] = {}
        for place in np.argsort(-often, kind="stable").tolist():
            if often[place]:
                text = str(column.texts[place])
                chosen.setdefault(canonical(text), text)
        return tuple(sorted(chosen.values()))
    if column.kind == "date" or len(column.texts):
        own = spelled(column)
        return tuple(own.texts[np.flatnonzero(counts(own))].tolist())
    different = np.unique(column.values[known])
    if different.dtype.kind == "f" and (different == np.rint(different)).all() and np.isfinite(different).all():
        return tuple(map(int, different.tolist()))
    return tuple(different.tolist())


def column_of_labels(name: str, labels: tuple[Label, ...]) -> Column:
    """Labels as a column, each a row."""
    return column_of_objects(name, labels)


def _quantities(column: Column, path: str) -> npt.NDArray[np.float64]:
    """The numbers of a column; InputError for the first known cell that is none, or is too large."""
    cells = as_numbers(column)
    values = cells.values.astype(np.float64, copy=False)
    if cells.unreadable.any():
        rule = "is no number, and a quantity is to be predicted: correct it, or remove the row"
        raise InputError(f"{_place(column, cells.unreadable, path)} {rule}")
    beyond = (np.abs(values) > LARGEST) & ~cells.missing
    if beyond.any():
        rule = f"is infinite or beyond {LARGEST:g}: correct it, or remove the row"
        raise InputError(f"{_place(column, beyond, path)} {rule}")
    return values


def _place(column: Column, cells: npt.NDArray[np.bool_], path: str) -> str:
    """The first of the cells, to begin a message with."""
    row = int(np.argmax(cells))
    where = f"{path}, row {row} (counted from 0), column {quoted(column.name)}"
    return f"{where}: the target {quoted(cell_text(column, row))}"


def guessed_task(column: Column) -> tuple[Task, str]:
    """Classification or regression, and a sentence why."""
    name = quoted(column.name)
    own = typed(column)
    if column.declared or own.kind != "number":
        kind = "categories" if column.declared else {"boolean": "booleans", "date": "dates"}.get(own.kind, "text")
        return "classification", f"{name} holds {kind}: classification."
    values = own.values[~own.is_missing]
    if (values != np.rint(values)).any():
        return "regression", _guess(f"{name} holds numbers with fractions", "regression", "classification")
    n_rows, n_different = len(values), len(np.unique(values))
    holds = f"{name} holds {n_different:,} different whole numbers in {n_rows:,} rows"
    enough_rows = n_rows >= LEAST_ROWS_A_GUESSED_CLASS * n_different
    if n_different <= 2 or (n_different <= MOST_GUESSED_CLASSES and enough_rows):
        return "classification", _guess(holds, "classification", "regression")
    return "regression", _guess(holds, "regression", "classification")


def _guess(holds: str, task: Task, other: Task) -> str:
    return Message(f"{holds}: {task} (pass ", Parameter("task", other), " if that is wrong).")
