"""Rows from a choice: a data set, points that were drawn, a table, what a curve divides, a curve itself."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from clearprop.errors import InputError
from clearprop.foundation.near_names import did_you_mean, near
from clearprop.lab.data import MOST_CLASSES, TWO, DataSet, classes_of
from clearprop.lab.formulas import Formula
from clearprop.lab.pasted import pasted_rows
from clearprop.lab.presets import DATASETS, REACH
from clearprop.lab.protocol import Curve, Divided, Drawn, Pasted, Preset

Array = npt.NDArray[Any]


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
            return pasted_rows(choice)
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
    return classes_of(numbers[:, :2], classes, names, reach)


def _divided(choice: Divided) -> DataSet:
    rng = np.random.default_rng(choice.seed)
    points = rng.uniform(-1, 1, (choice.rows, 2))
    height = points[:, 1] + rng.normal(size=choice.rows) * choice.noise
    return classes_of(points, height > Formula(choice.formula)(points[:, 0]), ("below", "above"), 1.0)


def _curve(choice: Curve) -> DataSet:
    rng = np.random.default_rng(choice.seed)
    x = np.sort(rng.uniform(-1, 1, choice.rows))
    y = Formula(choice.formula)(x) + rng.normal(size=choice.rows) * choice.noise
    return DataSet(x[:, np.newaxis], y[:, np.newaxis], ("x1",), reach=1.0)
