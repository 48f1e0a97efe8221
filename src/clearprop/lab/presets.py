"""Data sets that can be chosen by name: drawn by a rule, or tables that are known."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any, Literal, NamedTuple

import numpy as np
import numpy.typing as npt

from clearprop.article import ROWS, TARGETS, blobs, class_targets
from clearprop.lab.data import TWO, DataSet, Task, classes_of

Array = npt.NDArray[Any]
Generator = np.random.Generator
Amount = Literal["rows", "noise", "seed"]

# How far the plane of the playground's data sets reaches, and how far their points do.
REACH, RADIUS = 6.0, 5.0


class Drawing(NamedTuple):
    """A data set that can be chosen by name: what it is called, and its rows, of so many with so much noise."""

    title: str
    draw: Callable[[int, float, Generator], DataSet]
    task: Task = "classification"
    amounts: tuple[Amount, ...] = ("rows", "noise", "seed")  # that the rows depend on


# -- rules of the playground -----------------------------------------------------------------------------------------


def _circles(n: int, noise: float, rng: Generator) -> DataSet:
    """A disc within a ring; the class is that of the place that the noise moved the point to."""
    inner = np.arange(n) < n // 2
    radius = np.where(inner, rng.uniform(0, RADIUS / 2, n), rng.uniform(0.7 * RADIUS, RADIUS, n))
    angle = rng.uniform(0, 2 * math.pi, n)
    points = np.column_stack([radius * np.sin(angle), radius * np.cos(angle)])
    moved = points + rng.uniform(-RADIUS, RADIUS, (n, 2)) * noise
    return classes_of(points, np.hypot(*moved.T) < RADIUS / 2, reach=REACH)


def _xor(n: int, noise: float, rng: Generator) -> DataSet:
    """Four quadrants with a gap between them."""
    points = rng.uniform(-RADIUS, RADIUS, (n, 2))
    points += np.where(points > 0, 0.3, -0.3)
    moved = points + rng.uniform(-RADIUS, RADIUS, (n, 2)) * noise
    return classes_of(points, moved[:, 0] * moved[:, 1] >= 0, reach=REACH)


def _gauss(n: int, noise: float, rng: Generator) -> DataSet:
    """Two clouds; noise widens them."""
    classes = np.arange(n) < n // 2
    centres = np.where(classes[:, np.newaxis], 2.0, -2.0)
    return classes_of(centres + rng.normal(size=(n, 2)) * math.sqrt(0.5 + 7 * noise), classes, reach=REACH)


def _spiral(n: int, noise: float, rng: Generator) -> DataSet:
    """Two arms, each 1.75 turns."""
    classes = np.arange(n) < n // 2
    along = np.where(classes, np.arange(n) / (n // 2), (np.arange(n) - n // 2) / (n - n // 2))
    angle = 1.75 * along * 2 * math.pi + np.where(classes, 0.0, math.pi)
    points = RADIUS * along[:, np.newaxis] * np.column_stack([np.sin(angle), np.cos(angle)])
    return classes_of(points + rng.uniform(-1, 1, (n, 2)) * noise, classes, reach=REACH)


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
        return classes_of(points, np.array(answers), ("false", "true"))

    return Drawing(f"{name}, four points", draw, amounts=())


def _blobs(count: int) -> Drawing:
    def draw(n: int, noise: float, rng: Generator) -> DataSet:
        classes = np.arange(n) % count
        angle = 2 * math.pi * classes / count
        centres = 3.5 * np.column_stack([np.cos(angle), np.sin(angle)])
        points = centres + rng.normal(size=(n, 2)) * (0.5 + 2 * noise)
        return classes_of(points, classes, [f"class {number}" for number in range(1, count + 1)], REACH)

    return Drawing(f"Blobs of {count} classes", draw)


def _moons(n: int, noise: float, rng: Generator) -> DataSet:
    """Two half circles, one within the reach of the other."""
    classes = np.arange(n) < n // 2
    angle = rng.uniform(0, math.pi, n)
    upper = np.column_stack([np.cos(angle), np.sin(angle)])
    points = np.where(classes[:, np.newaxis], [1.0, 0.5] - upper, upper)
    return classes_of(points + rng.normal(size=(n, 2)) * noise, classes)


def _article(n: int, noise: float, rng: Generator) -> DataSet:
    return classes_of(np.array(ROWS), np.array(TARGETS), ("0", "1"))


def _article_outputs(n: int, noise: float, rng: Generator) -> DataSet:
    """Class 0 as (0.05, 0.95), the other way round than its text has it: as the article's program encodes them."""
    outputs = np.array([class_targets(target) for target in TARGETS])
    return DataSet(np.array(ROWS), outputs, TWO, target_names=("output 1", "output 2"))


def _article_perceptron(n: int, noise: float, rng: Generator) -> DataSet:
    rows, _, classes, _ = blobs()
    return classes_of(rows, classes, ("0", "1"))


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
