"""Rows to learn from: drawn by a rule, drawn with the pointer, pasted, divided by a curve, or tables that are known."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

import numpy as np
import numpy.typing as npt

from clearprop.article import ROWS, TARGETS, blobs, class_targets
from clearprop.errors import InputError
from clearprop.foundation.near_names import did_you_mean, near
from clearprop.lab.formulas import Formula
from clearprop.lab.protocol import Column, Curve, Divided, Drawn, Pasted, Preset, TableRead
from clearprop.printable import printable
from clearprop.tables.column import Column as TableColumn
from clearprop.tables.reading import read_table_text
from clearprop.tables.spelling import cell_text, typed
from clearprop.tables.table import Table
from clearprop.tables.targets import ClassTarget, Target

Array = npt.NDArray[Any]
Generator = np.random.Generator
Task = Literal["classification", "regression"]
Amount = Literal["rows", "noise", "seed"]

# How far the plane of the playground's data sets reaches, and how far their points do.
REACH, RADIUS = 6.0, 5.0
MOST_COLUMNS, MOST_CLASSES = 256, 64
MOST_PASTED, LONGEST_NAME = 20_000, 200


@dataclass(frozen=True, eq=False)
class DataSet:
    """Rows as they were drawn or read, before features and scaling.

    Attributes
    ----------
    columns : array, shape (n, columns)
    target : array, shape (n,) of class numbers, or (n, targets)
    column_names, class_names, target_names : tuples of str
        No class names: it is a regression.
    reach : float
        The plane that is drawn goes from -reach to reach; 0 for one that fits the rows.
    """

    columns: Array
    target: Array
    column_names: tuple[str, ...]
    class_names: tuple[str, ...] = ()
    target_names: tuple[str, ...] = ("y",)
    reach: float = 0.0

    @property
    def task(self) -> Task:
        """What is to be learned."""
        return "classification" if self.class_names else "regression"

    def __len__(self) -> int:
        return len(self.columns)

    def part(self, places: Array) -> DataSet:
        """The rows in these places."""
        names = self.column_names, self.class_names, self.target_names, self.reach
        return DataSet(self.columns[places], self.target[places], *names)


class Drawing(NamedTuple):
    """A data set that can be chosen by name: what it is called, and its rows, of so many with so much noise."""

    title: str
    draw: Callable[[int, float, Generator], DataSet]
    task: Task = "classification"
    amounts: tuple[Amount, ...] = ("rows", "noise", "seed")  # that the rows depend on


TWO = ("x1", "x2")


def _classes(columns: Array, classes: Array, names: Sequence[str] = ("orange", "blue"), reach: float = 0.0) -> DataSet:
    return DataSet(columns, classes.astype(np.int64), TWO, tuple(names), reach=reach)


# -- rules of the playground -----------------------------------------------------------------------------------------


def _circles(n: int, noise: float, rng: Generator) -> DataSet:
    """A disc within a ring; the class is that of the place that the noise moved the point to."""
    inner = np.arange(n) < n // 2
    radius = np.where(inner, rng.uniform(0, RADIUS / 2, n), rng.uniform(0.7 * RADIUS, RADIUS, n))
    angle = rng.uniform(0, 2 * math.pi, n)
    points = np.column_stack([radius * np.sin(angle), radius * np.cos(angle)])
    moved = points + rng.uniform(-RADIUS, RADIUS, (n, 2)) * noise
    return _classes(points, np.hypot(*moved.T) < RADIUS / 2, reach=REACH)


def _xor(n: int, noise: float, rng: Generator) -> DataSet:
    """Four quadrants with a gap between them."""
    points = rng.uniform(-RADIUS, RADIUS, (n, 2))
    points += np.where(points > 0, 0.3, -0.3)
    moved = points + rng.uniform(-RADIUS, RADIUS, (n, 2)) * noise
    return _classes(points, moved[:, 0] * moved[:, 1] >= 0, reach=REACH)


def _gauss(n: int, noise: float, rng: Generator) -> DataSet:
    """Two clouds; noise widens them."""
    classes = np.arange(n) < n // 2
    centres = np.where(classes[:, np.newaxis], 2.0, -2.0)
    return _classes(centres + rng.normal(size=(n, 2)) * math.sqrt(0.5 + 7 * noise), classes, reach=REACH)


def _spiral(n: int, noise: float, rng: Generator) -> DataSet:
    """Two arms, each 1.75 turns."""
    classes = np.arange(n) < n // 2
    along = np.where(classes, np.arange(n) / (n // 2), (np.arange(n) - n // 2) / (n - n // 2))
    angle = 1.75 * along * 2 * math.pi + np.where(classes, 0.0, math.pi)
    points = RADIUS * along[:, np.newaxis] * np.column_stack([np.sin(angle), np.cos(angle)])
    return _classes(points + rng.uniform(-1, 1, (n, 2)) * noise, classes, reach=REACH)


def _plane(n: int, noise: float, rng: Generator) -> DataSet:
    """A slope from -1 in one corner to 1 in the other."""
    points = rng.uniform(-REACH, REACH, (n, 2))
    moved = points + rng.uniform(-REACH, REACH, (n, 2)) * noise
    return DataSet(points, moved.sum(axis=1, keepdims=True) / 10, TWO, reach=REACH)


def _multi_gauss(n: int, noise: float, rng: Generator) -> DataSet:
    """Hills and hollows in two rows of three."""
    points = rng.uniform(-REACH, REACH, (n, 2))
    moved = points + rng.uniform(-REACH, REACH, (n, 2)) * noise
    centres = np.array([[-4, 2.5], [0, 2.5], [4, 2.5], [-4, -2.5], [0, -2.5], [4, -2.5]])
    signs = np.array([1, -1, 1, -1, 1, -1])
    distance = np.hypot(*(moved[:, np.newaxis] - centres).transpose(2, 0, 1))
    heights = signs * np.clip(1 - distance / 2, 0, 1)
    target = heights[np.arange(n), np.abs(heights).argmax(axis=1)]
    return DataSet(points, target[:, np.newaxis], TWO, reach=REACH)


# -- other rules -----------------------------------------------------------------------------------------------------


def _logic(name: str, answers: Sequence[int]) -> Drawing:
    points = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])

    def draw(n: int, noise: float, rng: Generator) -> DataSet:
        return _classes(points, np.array(answers), ("false", "true"))

    return Drawing(f"{name}, four points", draw, amounts=())


def _blobs(count: int) -> Drawing:
    def draw(n: int, noise: float, rng: Generator) -> DataSet:
        classes = np.arange(n) % count
        angle = 2 * math.pi * classes / count
        centres = 3.5 * np.column_stack([np.cos(angle), np.sin(angle)])
        points = centres + rng.normal(size=(n, 2)) * (0.5 + 2 * noise)
        return _classes(points, classes, [f"class {number}" for number in range(1, count + 1)], REACH)

    return Drawing(f"Blobs of {count} classes", draw)


def _moons(n: int, noise: float, rng: Generator) -> DataSet:
    """Two half circles, one within the reach of the other."""
    classes = np.arange(n) < n // 2
    angle = rng.uniform(0, math.pi, n)
    upper = np.column_stack([np.cos(angle), np.sin(angle)])
    points = np.where(classes[:, np.newaxis], [1.0, 0.5] - upper, upper)
    return _classes(points + rng.normal(size=(n, 2)) * noise, classes)


def _article(n: int, noise: float, rng: Generator) -> DataSet:
    return _classes(np.array(ROWS), np.array(TARGETS), ("0", "1"))


def _article_outputs(n: int, noise: float, rng: Generator) -> DataSet:
    """Class 0 as (0.05, 0.95), the other way round than its text has it: as the article's program encodes them."""
    outputs = np.array([class_targets(target) for target in TARGETS])
    return DataSet(np.array(ROWS), outputs, TWO, target_names=("output 1", "output 2"))


def _article_perceptron(n: int, noise: float, rng: Generator) -> DataSet:
    rows, _, classes, _ = blobs()
    return _classes(rows, classes, ("0", "1"))


# -- tables that come with scikit-learn ------------------------------------------------------------------------------


def _known(title: str, loader: str, task: Task = "classification") -> Drawing:
    """At most so many rows of a table, drawn without repeats."""

    def draw(n: int, noise: float, rng: Generator) -> DataSet:
        from sklearn import datasets

        table = getattr(datasets, loader)()
        names = tuple(str(name) for name in table.feature_names)
        target = np.asarray(table.target)
        if task == "classification":
            every = DataSet(table.data, target.astype(np.int64), names, tuple(str(one) for one in table.target_names))
        else:
            every = DataSet(table.data, target[:, np.newaxis].astype(np.float64), names, target_names=("progression",))
        return every if len(every) <= n else every.part(np.sort(rng.permutation(len(every))[:n]))

    return Drawing(title, draw, task, ("rows", "seed"))


DATASETS: dict[str, Drawing] = {
    "circles": Drawing("Circles", _circles),
    "xor": Drawing("Exclusive or, quadrants", _xor),
    "gauss": Drawing("Two clouds", _gauss),
    "spiral": Drawing("Spiral", _spiral),
    "moons": Drawing("Moons", _moons),
    "blobs3": _blobs(3),
    "blobs5": _blobs(5),
    "and": _logic("AND", [0, 0, 0, 1]),
    "or": _logic("OR", [0, 1, 1, 1]),
    "xor_points": _logic("XOR", [0, 1, 1, 0]),
    "article": Drawing("The article's ten rows", _article, amounts=()),
    "article_outputs": Drawing("The article's ten rows, two outputs", _article_outputs, "regression", ()),
    "article_perceptron": Drawing("The article's perceptron: 75 rows", _article_perceptron, amounts=()),
    "plane": Drawing("A slope", _plane, "regression"),
    "multi_gauss": Drawing("Hills and hollows", _multi_gauss, "regression"),
    "iris": _known("Iris flowers", "load_iris"),
    "wine": _known("Wine", "load_wine"),
    "breast_cancer": _known("Breast cancer", "load_breast_cancer"),
    "digits": _known("Handwritten digits", "load_digits"),
    "diabetes": _known("Diabetes", "load_diabetes", "regression"),
}


# -- rows from a choice ----------------------------------------------------------------------------------------------


def rows_of(choice: Preset | Drawn | Pasted | Divided | Curve) -> DataSet:
    """The rows that were chosen.

    Raises
    ------
    InputError
        There is no such data set; a formula or a table is none; there are too few rows, or rows of one class only.

    Examples
    --------
    >>> xor = rows_of(Preset(name="xor_points"))
    >>> xor.columns.tolist(), xor.target.tolist()
    ([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]], [0, 1, 1, 0])
    """
    match choice:
        case Preset():
            return _preset(choice)
        case Drawn():
            return _drawn(choice)
        case Pasted():
            return _pasted(choice)
        case Divided():
            return _divided(choice)
        case Curve():
            return _curve(choice)


def _preset(choice: Preset) -> DataSet:
    if choice.name not in DATASETS:
        hint = did_you_mean(near(choice.name, DATASETS, {})) or "."
        raise InputError(f"unknown data set {choice.name!r}{hint} There are: {', '.join(DATASETS)}")
    return DATASETS[choice.name].draw(choice.rows, choice.noise, np.random.default_rng(choice.seed))


def _drawn(choice: Drawn) -> DataSet:
    if not choice.points:
        raise InputError("no points are drawn: draw at least one")
    numbers = np.array(choice.points, dtype=np.float64)
    if not np.isfinite(numbers).all() or (np.abs(numbers) > 1e6).any():
        raise InputError("a point's numbers must be from -1e6 to 1e6: draw it again")
    reach = next((size for size in (1.0, REACH) if (np.abs(numbers[:, :2]) <= size).all()), 0.0)
    if choice.task == "regression":
        return DataSet(numbers[:, :2], numbers[:, 2:], TWO, reach=reach)
    classes = numbers[:, 2]
    if (classes != np.rint(classes)).any() or classes.min() < 0 or classes.max() >= MOST_CLASSES:
        raise InputError(f"a point's class must be a whole number from 0 to {MOST_CLASSES - 1}, got {classes.max():g}")
    count = max(2, int(classes.max()) + 1)
    names = ("orange", "blue") if count == 2 else [f"class {number}" for number in range(1, count + 1)]
    return _classes(numbers[:, :2], classes, names, reach)


def _divided(choice: Divided) -> DataSet:
    rng = np.random.default_rng(choice.seed)
    points = rng.uniform(-1, 1, (choice.rows, 2))
    height = points[:, 1] + rng.normal(size=choice.rows) * choice.noise
    return _classes(points, height > Formula(choice.formula)(points[:, 0]), ("below", "above"), 1.0)


def _curve(choice: Curve) -> DataSet:
    rng = np.random.default_rng(choice.seed)
    x = np.sort(rng.uniform(-1, 1, choice.rows))
    y = Formula(choice.formula)(x) + rng.normal(size=choice.rows) * choice.noise
    return DataSet(x[:, np.newaxis], y[:, np.newaxis], ("x1",), reach=1.0)


# -- tables as text --------------------------------------------------------------------------------------------------


def read_table(text: str) -> TableRead:
    """What columns a table has, and what would be learned from it.

    Raises
    ------
    InputError
        It is no table; the message names line and column.
    """
    table = _table(text)
    columns = []
    for column in table.columns:
        kind: Literal["number", "text"] = "number" if _is_number(column) else "text"
        values = ["" if column.is_missing[row] else cell_text(column, row) for row in range(min(5, len(column)))]
        distinct = len({"" if column.is_missing[row] else cell_text(column, row) for row in range(len(column))})
        columns.append(Column(name=column.name, kind=kind, values=values, distinct=distinct))
    target = table.names[-1]
    task = Target.recognise(table.column(target), path=table.path).task
    return TableRead(rows=table.n_rows, columns=columns, target=target, task=task)


def _table(text: str) -> Table:
    table = read_table_text(text, "the pasted table")
    long = next((name for name in table.names if len(name) > LONGEST_NAME), None)
    if long is not None:
        raise InputError(
            f"the pasted table: the column {printable(long[:20])!r}... has a name of {len(long)} letters: "
            f"shorten it to {LONGEST_NAME} or fewer"
        )
    if len(table.names) < 2:
        raise InputError(
            "the pasted table has one column: it needs one to predict and others to predict it from, with comma, "
            "semicolon or tab between them"
        )
    if table.n_rows > MOST_PASTED:
        raise InputError(f"the pasted table has {table.n_rows:,} rows: the lab takes {MOST_PASTED:,} at most")
    return table


def _pasted(choice: Pasted) -> DataSet:
    table = _table(choice.text)
    target_name = choice.target or table.names[-1]
    column = table.column(target_name)
    _check_full(table, column)
    target = Target.recognise(column, choice.task or None, path=table.path)
    others = table.drop([target_name])
    names = list(choice.inputs) or [one.name for one in others.columns if _is_number(one)]
    if target_name in names:
        raise InputError(f"the column {target_name!r} is the target and an input: choose it as one of them")
    if not names:
        raise InputError("no column of numbers is left for an input: paste a table that has one beside the target")
    if len(names) > MOST_COLUMNS:
        raise InputError(f"{len(names)} input columns are chosen: the lab takes {MOST_COLUMNS} at most")
    columns = np.column_stack([_full(table, name) for name in names])
    encoded = target.encode(column, table.path)
    if isinstance(target, ClassTarget):
        if len(target.classes) > MOST_CLASSES:
            raise InputError(
                f"the column {target_name!r} has {len(target.classes)} classes: the lab takes {MOST_CLASSES} at most"
            )
        return DataSet(columns, encoded, tuple(names), tuple(map(str, target.classes)))
    return DataSet(columns, target.decode(encoded)[:, np.newaxis], tuple(names), target_names=(target_name,))


def _is_number(column: TableColumn) -> bool:
    """Whether a column holds numbers, whole ones that stand for something else included."""
    return typed(column).kind == "number"


def _full(table: Table, name: str) -> Array:
    """A column of numbers, none of which is missing."""
    column = typed(table.column(name))
    if column.kind != "number":
        raise InputError(f"{table.where(name)}: this column is text, and inputs are numbers: choose others")
    _check_full(table, column)
    return column.values.astype(np.float64)


def _check_full(table: Table, column: TableColumn) -> None:
    missing = np.flatnonzero(column.is_missing)
    if len(missing):
        where = table.where(column.name, int(missing[0]))
        raise InputError(f"{where}: the cell is empty: fill it in, or leave out its line or column")
