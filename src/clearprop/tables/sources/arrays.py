"""Arrays that are mapped from `.npy` files, or in memory, as tables of numbers with their answers."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from clearprop.errors import InputError
from clearprop.tables.frames import as_column, as_table
from clearprop.tables.sources.source import pieces, rows_a_part, runs_of
from clearprop.tables.table import Table

Array = npt.NDArray[Any]

TARGET = "y"


class ArraySource:
    """Columns `x0`, `x1` and so on of an array, and `y`, in pieces of neighbouring rows.

    Parameters
    ----------
    X : array, shape (n, columns), or path of an `.npy` file
    y : array, shape (n,), or path of an `.npy` file; optional
    path : str
        What messages call it.

    Raises
    ------
    InputError
        A file cannot be mapped, or shapes do not fit.
    """

    named = False

    def __init__(self, X: Any, y: Any = None, path: str = "the array") -> None:
        self.path = path
        self._X, self._y = mapped(X), None if y is None else mapped(y)
        shape = self._X.shape
        if len(shape) != 2 or not shape[0] or not shape[1]:
            raise InputError(f"{path}: an array of shape {shape} is no table: it needs rows and columns")
        if self._y is not None and self._y.shape not in ((shape[0],), (shape[0], 1)):
            raise InputError(f"{path}: X has {shape[0]:,} rows, and y the shape {self._y.shape}: give one value a row")
        self._spans = pieces(shape[0], rows_a_part(shape[1]))
        self.runs = runs_of([1] * len(self._spans))
        self.names = (*(f"x{place}" for place in range(shape[1])), *(() if y is None else (TARGET,)))

    def __len__(self) -> int:
        return len(self._spans)

    def n_rows(self, number: int) -> int:
        """How many rows a part has."""
        start, stop = self._spans[number]
        return stop - start

    def name(self, number: int) -> str:
        """Which rows they are."""
        start, stop = self._spans[number]
        return f"{self.path}, rows {start:,} to {stop - 1:,}"

    def fingerprint(self, number: int) -> str:
        """Size and time of the file, where there is one."""
        file = getattr(self._X, "filename", None)
        status = None if file is None else os.stat(file)
        return "" if status is None else f"{status.st_size}-{status.st_mtime_ns}"

    def table(self, number: int, names: Sequence[str] | None = None) -> Table:
        """The part's columns; see `Source.table`."""
        start, stop = self._spans[number]
        table = as_table(np.asarray(self._X[start:stop]))
        if self._y is not None:
            table = replace(table, columns=(*table.columns, as_column(np.asarray(self._y[start:stop]), TARGET)))
        table = replace(table, path=self.name(number), rows=np.arange(start, stop))
        return table if names is None else table.select(names)


def mapped(array: Any) -> Array:
    """An array; of a file's path, its array, mapped into memory and not read.

    Raises
    ------
    InputError
        There is no such file, or it holds no plain array.
    """
    if not isinstance(array, str | os.PathLike):
        return np.asanyarray(array)
    try:
        found: Array = np.load(Path(array), mmap_mode="r", allow_pickle=False)
    except (OSError, ValueError) as error:
        raise InputError(f"{array}: cannot be mapped ({error}): give an .npy file of numbers or texts") from error
    return found
