"""Histories of trainings as arrays, in which each number keeps its last bit."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from clearprop.files.arrays import is_array
from clearprop.training.history import EpochRecord, History

Array = npt.NDArray[Any]

# The quantities that an epoch may be without.
_OPTIONAL = ("validation_loss", "metric")


def history_tensors(name: str, history: History) -> dict[str, Array]:
    """A history under a name: a row an epoch, and which of the quantities that may be missing are there.

    Examples
    --------
    >>> history = History([EpochRecord(1, 0.7, None, 0.5, 1.0, 0.1)])
    >>> tensors = history_tensors("history/1", history)
    >>> tensors["history/1"].tolist(), tensors["history/1/known"].tolist()
    ([[1.0, 0.7, 0.0, 0.5, 1.0, 0.1, 0.0]], [[False, True]])
    >>> history_of("history/1", tensors)[0]
    EpochRecord(epoch=1, loss=0.7, validation_loss=None, metric=0.5, gradient_norm=1.0, rate=0.1, penalty=0.0)
    """
    columns = history.to_columns()
    rows = [[0.0 if value is None else value for value in columns[field]] for field in EpochRecord._fields]
    known = [[value is not None for value in columns[field]] for field in _OPTIONAL]
    return {
        name: np.array(rows, dtype=np.float64).T.reshape(len(history), len(EpochRecord._fields)),
        f"{name}/known": np.array(known, dtype=np.bool_).T.reshape(len(history), len(_OPTIONAL)),
    }


def history_of(name: str, tensors: Mapping[str, Array]) -> History:
    """The history that stands under a name.

    Raises
    ------
    ValueError
        There is none, or its arrays are not such as it has.
    """
    rows, known = tensors.get(name), tensors.get(f"{name}/known")
    epochs = 0 if rows is None or not rows.ndim else len(rows)
    if not is_array(rows, "float64", (epochs, len(EpochRecord._fields))):
        raise ValueError(f"{name} is no history")
    whole = np.isfinite(rows[:, 0]) & (rows[:, 0] == np.rint(rows[:, 0]))
    if not is_array(known, "bool", (epochs, len(_OPTIONAL))) or not whole.all():
        raise ValueError(f"{name} is no history")
    columns: dict[str, list[Any]] = dict(zip(EpochRecord._fields, rows.T.tolist(), strict=True))
    columns["epoch"] = list(map(int, columns["epoch"]))
    for field, there in zip(_OPTIONAL, known.T.tolist(), strict=True):
        columns[field] = [value if is_there else None for value, is_there in zip(columns[field], there, strict=True)]
    return History(EpochRecord.of_columns(*columns.values()))
