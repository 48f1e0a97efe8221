"""How sure a score is that was had on some rows: intervals of 95 %, without drawing at random.

Each score is a mean over rows, or a ratio of means, or (the area under a curve) nearly one: what a row adds to it, its
influence, gives the standard error. Intervals are taken where the score is nearest to normal: shares by Wilson's
formula, which holds at 0 and 1 too, sizes of errors by their logarithm, areas by their logit. So they are inside what
the score can be, and the same each time. A bootstrap over rows agrees, and takes a thousand times as long.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]
Interval = tuple[float, float]

Z = 1.959963984540054  # of the normal distribution, 95 % lie within so many deviations


def effective_rows(weights: Array) -> float:
    """How many rows of one weight tell as much as these: (sum w)² / sum w²."""
    return float(weights.sum() ** 2 / np.square(weights).sum())


def standard_error(influence: Array, weights: Array) -> float:
    """The standard error of a score with these influences (n,), whose weighted mean is 0; NaN for a single row."""
    n = effective_rows(weights)
    if n <= 1 + 1e-9:
        return math.nan
    return float(np.sqrt(np.square(weights * influence).sum()) / weights.sum() * math.sqrt(n / (n - 1)))


def share_interval(share: float, n: float) -> Interval:
    """Wilson's interval for a share found in n rows.

    Examples
    --------
    >>> low, high = share_interval(1.0, 30)
    >>> round(low, 3), high
    (0.886, 1.0)
    """
    centre = (share + Z**2 / (2 * n)) / (1 + Z**2 / n)
    half = Z / (1 + Z**2 / n) * math.sqrt(share * (1 - share) / n + Z**2 / (4 * n**2))
    # At the ends the formula gives 0 and 1 but for rounding.
    return (0.0 if share == 0 else centre - half, 1.0 if share == 1 else centre + half)


def mean_share_interval(shares: Sequence[float], rows: Sequence[float]) -> Interval:
    """The interval for the mean of shares found in different rows, from Wilson's for each (Donner and Zou's MOVER)."""
    ends = [share_interval(share, n) for share, n in zip(shares, rows, strict=True)]
    mean, count = sum(shares) / len(shares), len(shares)
    below = math.hypot(*(share - low for share, (low, _) in zip(shares, ends, strict=True))) / count
    above = math.hypot(*(high - share for share, (_, high) in zip(shares, ends, strict=True))) / count
    return max(mean - below, 0.0), min(mean + above, 1.0)


def positive_interval(value: float, error: float) -> Interval | None:
    """The interval for a size that cannot be below 0, by its logarithm; None where nothing varies."""
    if not (value > 0 and error > 0):
        return None
    factor = math.exp(min(Z * error / value, 700.0))
    return value / factor, value * factor


def area_interval(area: float, error: float) -> Interval | None:
    """The interval for an area under a curve, by its logit; None where nothing varies."""
    if not (0 < area < 1 and error > 0):
        return None
    logit, half = math.log(area / (1 - area)), Z * error / (area * (1 - area))
    low, high = (1 / (1 + math.exp(-min(max(end, -700.0), 700.0))) for end in (logit - half, logit + half))
    return low, high


def median_interval(values: Array, weights: Array) -> Interval | None:
    """The interval for a median, by the rows' order alone: from quantile 0.5 - h to 0.5 + h, h = 1.96 / (2 sqrt(n)).

    None for fewer than six rows, all of which may lie on one side of it.
    """
    n = effective_rows(weights)
    if n < 6:
        return None
    half = Z / (2 * math.sqrt(n))
    low, high = np.quantile(values, [0.5 - half, 0.5 + half], weights=weights, method="inverted_cdf")
    return float(low), float(high)


def mean_influence(values: Array, weights: Array) -> Array:
    """What each row adds to a mean: its distance from it, (n,)."""
    return values - np.average(values, weights=weights)


def area_influence(positive: Array, scores: Array, weights: Array) -> Array:
    """What each row adds to the area under the ROC curve: DeLong's structural components, less the area, (n,).

    Parameters
    ----------
    positive : array of bool, shape (n,)
    scores : array, shape (n,)
        What speaks for being positive.
    weights : array, shape (n,)
    """
    order = np.argsort(scores, kind="stable")
    ordered = scores[order]
    starts = np.flatnonzero(np.r_[True, ordered[1:] != ordered[:-1]])
    lengths = np.diff(np.r_[starts, len(ordered)])

    def below(mass: Array) -> Array:
        """The share of a mass at lower scores, half of that at the same, for each row."""
        groups = np.add.reduceat(mass[order], starts)
        shares = (np.cumsum(groups) - groups / 2) / groups.sum()
        answer = np.empty(len(mass))
        answer[order] = np.repeat(shares, lengths)
        return answer

    ones, others = weights * positive, weights * ~positive
    won = np.where(positive, below(others), 1 - below(ones))
    area = np.average(won, weights=ones)
    share = ones.sum() / weights.sum()
    return (won - area) / np.where(positive, share, 1 - share)
