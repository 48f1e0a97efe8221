"""A score, how sure it is, and what always the same answer would have had; and what every evaluation has."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Self

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]

NO_BETTER = "no better than always answering"  # how the note begins that says so


@dataclass(frozen=True)
class Score:
    """One number that says how good a model is.

    Attributes
    ----------
    name : str
    value : float
    interval : pair of float, or None
        Where the score over all rows of the kind lies, with 95 % confidence; None where these rows do not tell.
    baseline : float or None
        The score of always giving the same answer.
    higher_is_better : bool

    Examples
    --------
    >>> Score("log loss", 0.3, (0.2, 0.45), 0.69, higher_is_better=False).beats_baseline
    True
    """

    name: str
    value: float
    interval: tuple[float, float] | None
    baseline: float | None
    higher_is_better: bool

    @property
    def beats_baseline(self) -> bool:
        """Whether the score is better than that of always giving the same answer."""
        if self.baseline is None:
            return True
        return self.value > self.baseline if self.higher_is_better else self.value < self.baseline


@dataclass(frozen=True, eq=False, kw_only=True, repr=False)
class Evaluation(ABC):
    """What every evaluation has.

    Attributes
    ----------
    n_rows : int
    scores : dict of str to Score
        By their names, the one to look at first before the others.
    weighted : bool
        Whether the rows have weights.
    notes : tuple of str
        What was left out and why, and what is remarkable.
    trained_on : float or None
        The share of the rows that the model was trained on; None where that is not known.
    """

    n_rows: int
    scores: Mapping[str, Score]
    weighted: bool
    notes: tuple[str, ...] = ()
    trained_on: float | None = None

    @property
    @abstractmethod
    def task(self) -> str:
        """Either "classification" or "regression"."""

    def __repr__(self) -> str:
        scores = ", ".join(f"{score.name} {score.value:.4g}" for score in self.scores.values())
        rows = f"{self.n_rows:,} {'row' if self.n_rows == 1 else 'rows'}"
        return f"<{type(self).__name__} of {rows}: {scores}; to_json() has all>"

    def with_notes(self, notes: Iterable[str]) -> Self:
        """The same with these notes before its own."""
        return replace(self, notes=(*notes, *self.notes))

    def to_json(self) -> dict[str, Any]:
        """Everything as dictionaries, lists, texts and numbers, which JSON has."""
        scores = self.scores.values()
        return {
            "task": self.task,
            "rows": self.n_rows,
            "scores": {score.name: score.value for score in scores},
            "intervals": {score.name: list(score.interval) for score in scores if score.interval is not None},
            "baseline": {score.name: score.baseline for score in scores if score.baseline is not None},
            **self._details(),
            "trained on": self.trained_on,
            "notes": [str(note) for note in self.notes],
        }

    @abstractmethod
    def _details(self) -> dict[str, Any]:
        """What its task alone has, for JSON."""


def checked_weights(sample_weight: npt.ArrayLike | None, n_rows: int) -> Array:
    """The rows' weights (n,), 1 where none are given; ValueError for what cannot be weights."""
    if n_rows == 0:
        raise ValueError("there are no rows to judge by")
    if sample_weight is None:
        return np.ones(n_rows)
    weights = np.asarray(sample_weight, dtype=float)
    if weights.shape != (n_rows,):
        raise ValueError(f"sample_weight must be one number a row, ({n_rows},), got shape {weights.shape}")
    if not np.isfinite(weights).all() or weights.min() < 0 or weights.sum() <= 0:
        raise ValueError("sample_weight must be finite numbers from 0 up, not all of them 0")
    return weights


def checked_finite(name: str, values: npt.ArrayLike, shape: tuple[int, ...]) -> Array:
    """An array of this shape whose numbers are all finite; ValueError otherwise."""
    array = np.asarray(values, dtype=float)
    if array.shape != shape:
        raise ValueError(f"{name} must have shape {shape}, got {array.shape}")
    if not np.isfinite(array).all():
        raise ValueError(f"{name} must be finite numbers, and row {int(np.argwhere(~np.isfinite(array))[0, 0])} is not")
    return array
