"""Whether what was predicted is, on average, what was found: in bins of equally many rows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from clearprop.tables.evaluation.uncertainty import Z, effective_rows, share_interval, standard_error

Array = npt.NDArray[Any]

MOST_BINS = 10
ROWS_A_BIN = 15  # fewer would show chance


@dataclass(frozen=True, eq=False)
class Calibration:
    """Predictions in bins of equally many rows, and what was found there.

    Attributes
    ----------
    predicted, observed : arrays of shape (bins,)
        The mean prediction, and the share that was of the class, or the mean of the target.
    low, high : arrays of shape (bins,)
        The interval of 95 % for what was observed.
    rows : array of int, shape (bins,)
    error : float
        The mean distance of observed from predicted, over rows: 0 at best.
    """

    predicted: Array
    observed: Array
    low: Array
    high: Array
    rows: Array
    error: float

    def to_json(self) -> dict[str, Any]:
        """The bins as JSON has them."""
        fields = ("predicted", "observed", "low", "high", "rows")
        return {**{name: getattr(self, name).tolist() for name in fields}, "error": self.error}


def calibration(predicted: Array, found: Array, weights: Array, *, shares: bool) -> Calibration:
    """Put rows into bins by what was predicted.

    Parameters
    ----------
    predicted, found, weights : arrays of shape (n,)
        Probabilities and whether they came true (0 or 1), or quantities and the true ones.
    shares : bool
        Whether what is found are shares, whose interval is Wilson's.

    Examples
    --------
    >>> bins = calibration(np.linspace(0, 1, 40), np.arange(40) >= 20, np.ones(40), shares=True)
    >>> bins.rows.tolist(), bins.observed.tolist()
    ([20, 20], [0.0, 1.0])
    """
    used = weights > 0
    predicted, found, weights = predicted[used], found[used].astype(float), weights[used]
    places = _places(predicted, weights, int(np.clip(len(predicted) // ROWS_A_BIN, 1, MOST_BINS)))
    rows = []
    for place in np.unique(places):
        inside = places == place
        w, value = weights[inside], np.average(found[inside], weights=weights[inside])
        if shares:
            ends = share_interval(float(value), effective_rows(w))
        else:
            half = Z * np.nan_to_num(standard_error(found[inside] - value, w))
            ends = value - half, value + half
        rows.append((np.average(predicted[inside], weights=w), value, *ends, inside.sum(), w.sum()))
    means, observed, lows, highs, counts, mass = (np.array(column) for column in zip(*rows, strict=True))
    error = float(np.average(np.abs(means - observed), weights=mass))
    return Calibration(means, observed, lows, highs, counts, error)


def _places(predicted: Array, weights: Array, bins: int) -> Array:
    """The bin of each row: equal predictions are in one."""
    values, inverse = np.unique(predicted, return_inverse=True)
    mass = np.bincount(inverse, weights=weights, minlength=len(values))
    middle = np.cumsum(mass) - mass / 2
    return np.minimum((middle * (bins / mass.sum())).astype(int), bins - 1)[inverse]
