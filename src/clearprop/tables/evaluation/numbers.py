"""How good predicted quantities are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from clearprop.tables.evaluation.calibration import Calibration, calibration
from clearprop.tables.evaluation.scores import NO_BETTER, Evaluation, Score, checked_finite, checked_weights
from clearprop.tables.evaluation.uncertainty import (
    mean_influence,
    median_interval,
    positive_interval,
    standard_error,
)

Array = npt.NDArray[Any]

MOST_KEPT = 2000  # rows, for pictures
BINS = 30
QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)


@dataclass(frozen=True, eq=False)
class Errors:
    """How the errors, truth less prediction, are spread.

    Attributes
    ----------
    mean : float
        Far from 0, the model answers too much or too little.
    quantiles : dict of float to float
        The errors below which 5, 25, 50, 75 and 95 % of them are.
    within : dict of float to float
        How far off the nearest 50 and 90 % of the answers are at most.
    counts : array, shape (bins,)
    edges : array, shape (bins + 1,)
        How many errors, or their weights, are in each of bins of one width.
    """

    mean: float
    quantiles: dict[float, float]
    within: dict[float, float]
    counts: Array
    edges: Array

    @classmethod
    def of(cls, errors: Array, weights: Array) -> Errors:
        """The spread of errors (n,) with weights (n,)."""
        edges = np.histogram_bin_edges(errors, BINS)
        counts, _ = np.histogram(errors, edges, weights=weights)
        within = _quantiles(np.abs(errors), weights, (0.5, 0.9))
        mean = float(np.average(errors, weights=weights))
        return cls(mean, _quantiles(errors, weights, QUANTILES), within, counts, edges)


@dataclass(frozen=True, eq=False, kw_only=True, repr=False)
class NumberEvaluation(Evaluation):
    """How good predicted quantities are on rows whose quantity is known.

    Attributes
    ----------
    scores : dict of str to Score
        R2, MAE, RMSE and the median size of the error.
    constant : float
        What the baseline always answers.
    truth, predicted : arrays of shape (at most 2,000,)
        Some of the rows, drawn evenly.
    errors : Errors
    calibration : Calibration
        By what was predicted.
    """

    constant: float
    truth: Array
    predicted: Array
    errors: Errors
    calibration: Calibration

    @property
    def task(self) -> str:
        """Regression."""
        return "regression"

    def _details(self) -> dict[str, Any]:
        errors = self.errors
        return {
            "constant": self.constant,
            "errors": {
                "mean": errors.mean,
                "quantiles": {f"{share:g}": value for share, value in errors.quantiles.items()},
                "within": {f"{share:g}": value for share, value in errors.within.items()},
                "counts": errors.counts.tolist(),
                "edges": errors.edges.tolist(),
            },
            "calibration": self.calibration.to_json(),
        }


def evaluate_numbers(
    y: npt.ArrayLike,
    predicted: npt.ArrayLike,
    *,
    sample_weight: npt.ArrayLike | None = None,
    baseline: float | None = None,
) -> NumberEvaluation:
    """Judge predicted quantities by the true ones.

    Parameters
    ----------
    y, predicted : array-like, shape (n,)
    sample_weight : array-like, shape (n,), optional
    baseline : float, optional
        The target's mean over the rows trained on, which the baseline always answers. Without it that over these rows.

    Raises
    ------
    ValueError
        There are no rows, lengths differ, or a number is not finite.

    Examples
    --------
    >>> evaluation = evaluate_numbers([1.0, 2.0, 3.0, 6.0], [1.0, 3.0, 3.0, 5.0])
    >>> {name: round(score.value, 4) for name, score in evaluation.scores.items()}
    {'R2': 0.8571, 'MAE': 0.5, 'RMSE': 0.7071, 'median error': 0.5}
    >>> evaluation.scores["MAE"].baseline
    1.5
    """
    count = np.size(y)
    weights = checked_weights(sample_weight, count)
    truth = checked_finite("y", y, (count,))
    answers = checked_finite("predicted", predicted, (count,))
    same = float(np.average(truth, weights=weights)) if baseline is None else float(baseline)
    scores = _scores(truth, answers, weights, same)
    notes = []
    if "R2" not in scores:
        notes.append("no R2, since the target does not vary in these rows")
    if not scores["RMSE"].beats_baseline:
        notes.append(f"{NO_BETTER} {same:.6g}")
    shown = np.arange(count)
    if count > MOST_KEPT:
        shown = np.sort(np.random.default_rng(0).choice(count, MOST_KEPT, replace=False))
    return NumberEvaluation(
        n_rows=count,
        scores=scores,
        weighted=sample_weight is not None,
        notes=tuple(notes),
        constant=same,
        truth=truth[shown],
        predicted=answers[shown],
        errors=Errors.of(truth - answers, weights),
        calibration=calibration(answers, truth, weights, shares=False),
    )


def _scores(truth: Array, answers: Array, weights: Array, same: float) -> dict[str, Score]:
    usual = np.full(len(truth), same)
    used = weights > 0
    found = [_mae(truth, answers, usual, weights), _rmse(truth, answers, usual, weights)]
    found.append(_median(truth, answers, usual, weights))
    if used.sum() > 1 and np.ptp(truth[used]) > 0:
        found.insert(0, _r2(truth, answers, usual, weights))
    return {score.name: score for score in found}


def _r2(truth: Array, answers: Array, usual: Array, weights: Array) -> Score:
    """1 less a ratio of means, squared errors over squared distances from the mean."""
    from sklearn.metrics import r2_score

    value = float(r2_score(truth, answers, sample_weight=weights))
    spread = np.square(truth - np.average(truth, weights=weights))
    influence = (np.square(truth - answers) - (1 - value) * spread) / np.average(spread, weights=weights)
    interval = positive_interval(1 - value, standard_error(influence, weights))
    turned = None if interval is None else (1 - interval[1], 1 - interval[0])
    return Score("R2", value, turned, float(r2_score(truth, usual, sample_weight=weights)), True)


def _mae(truth: Array, answers: Array, usual: Array, weights: Array) -> Score:
    from sklearn.metrics import mean_absolute_error

    value = float(mean_absolute_error(truth, answers, sample_weight=weights))
    error = standard_error(mean_influence(np.abs(truth - answers), weights), weights)
    baseline = float(mean_absolute_error(truth, usual, sample_weight=weights))
    return Score("MAE", value, positive_interval(value, error), baseline, False)


def _rmse(truth: Array, answers: Array, usual: Array, weights: Array) -> Score:
    from sklearn.metrics import mean_squared_error, root_mean_squared_error

    square = float(mean_squared_error(truth, answers, sample_weight=weights))
    error = standard_error(mean_influence(np.square(truth - answers), weights), weights)
    squares = positive_interval(square, error)
    interval = None if squares is None else (squares[0] ** 0.5, squares[1] ** 0.5)
    value = float(root_mean_squared_error(truth, answers, sample_weight=weights))
    baseline = float(root_mean_squared_error(truth, usual, sample_weight=weights))
    return Score("RMSE", value, interval, baseline, False)


def _median(truth: Array, answers: Array, usual: Array, weights: Array) -> Score:
    from sklearn.metrics import median_absolute_error

    # With weights of one size it gives the lower of two middle values: without weights, their mean.
    given = None if np.ptp(weights) == 0 else weights
    value = float(median_absolute_error(truth, answers, sample_weight=given))
    baseline = float(median_absolute_error(truth, usual, sample_weight=given))
    interval = median_interval(np.abs(truth - answers), weights)
    return Score("median error", value, interval, baseline, False)


def _quantiles(values: Array, weights: Array, shares: tuple[float, ...]) -> dict[float, float]:
    found = np.quantile(values, shares, weights=weights, method="inverted_cdf")
    return dict(zip(shares, found.tolist(), strict=True))
