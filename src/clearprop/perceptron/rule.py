"""The perceptron's rule, row by row: where an output is wrong, the row is added to its weights (Rosenblatt, 1958).

The order of every addition is the same as in scikit-learn's compiled loop, so that the weights are equal to the bit:
weighted sums run from the first feature to the last; weights are kept as a scale times a vector where L2 shrinks them;
L1 cuts weights off at 0 (Tsuruoka and others, 2009). The generator that shuffles is its 32-bit xorshift (Marsaglia,
2003). Loss and gradient come from `losses.PerceptronLoss`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from clearprop.errors import DivergenceError
from clearprop.foundation.sparse import canonical, is_sparse
from clearprop.losses import PerceptronLoss
from clearprop.perceptron.shuffles import XorShift
from clearprop.perceptron.update_log import Update, Updates
from clearprop.perceptron.weights import Weights, sum_in_order

Array = npt.NDArray[Any]

LOSS = PerceptronLoss()
# scikit-learn moves the bias by a hundredth for sparse rows, whose features are rarely not 0.
SPARSE_BIAS_SHARE = 0.01
# The most rows that are looked ahead while nothing is wrong.
LOOK_AHEAD = 256


@dataclass(frozen=True)
class RuleSettings:
    """The rule's settings, by scikit-learn's names.

    Attributes
    ----------
    rate : float
        eta0.
    alpha, l1_ratio : float
        Strength of the penalty, and L1's share of it; alpha 0 for none.
    tolerance, patience : float or None, int
        Training ends after `patience` epochs without a gain of `tolerance`; with None it does not.
    """

    rate: float = 1.0
    alpha: float = 0.0
    l1_ratio: float = 0.0
    fit_intercept: bool = True
    epochs: int = 1000
    tolerance: float | None = 1e-3
    patience: int = 5
    shuffle: bool = True


@dataclass
class TrainedOutput:
    """What was learned of one output.

    Attributes
    ----------
    weights : array, shape (features,)
    bias : float
    epochs, mistakes : int
        How many epochs were gone through, and the updates of the last.
    updates : Updates
        The log of all.
    """

    weights: Array
    bias: float
    epochs: int
    mistakes: int
    updates: Updates


class OnlineRows:
    """Rows as the rule reads them: one at a time, or the scores of several, dense or CSR."""

    def __init__(self, X: Any) -> None:
        self.sparse = is_sparse(X)
        self.X: Any = canonical(X) if self.sparse else np.ascontiguousarray(X)
        self.n = int(self.X.shape[0])

    def row(self, index: int) -> tuple[Any, Array]:
        """The features that are stored and their values."""
        if not self.sparse:
            return slice(None), self.X[index]
        start, end = self.X.indptr[index], self.X.indptr[index + 1]
        return self.X.indices[start:end], self.X.data[start:end]

    def scores(self, indices: Any, weights: Array) -> Array:
        """Weighted sums without bias, each added up from the first feature to the last."""
        if self.sparse:
            return np.array([sum_in_order(weights[f] * x) for f, x in map(self.row, indices)])
        products = self.X[indices] * weights
        return np.add.accumulate(products, axis=1, dtype=np.float64)[:, -1]


def train(
    rows: OnlineRows,
    signs: Array,
    weights: Array,
    bias: float,
    settings: RuleSettings,
    *,
    sample_weight: Array,
    class_weight: tuple[float, float] = (1.0, 1.0),
    learned_from: Array | None = None,
    seed: int = 1,
    output: int = 0,
    validate: Callable[[Array, float], float] | None = None,
    tell: Callable[[str], None] | None = None,
    engine: RuleEngine | None = None,
) -> TrainedOutput:
    """Train one output until its epochs are over or nothing is gained any more.

    Parameters
    ----------
    rows : OnlineRows
    signs : array, shape (n,)
        1 for the output's class, -1 for all others.
    weights : array, shape (features,)
        Where it begins; not changed.
    sample_weight : array, shape (n,)
    class_weight : (float, float)
        What rows of sign 1 and of sign -1 count.
    learned_from : array of bool, shape (n,), optional
        Which rows are learned from; all where not given.
    seed : int
        Of the shuffles: each epoch's starts from it again, and shuffles accumulate.
    validate : callable, optional
        Gives the score of weights and bias on rows that are not learned from; training is then judged by it.
    tell : callable, optional
        Given a line for each epoch.
    engine : RuleEngine, optional
        What runs the epochs; NumPy where not given. The numbers are the same, to the bit.

    Raises
    ------
    DivergenceError
        Weights or bias left the finite numbers.

    Examples
    --------
    >>> X, signs = np.array([[2.0, 0.0], [0.0, 1.0]]), np.array([1.0, -1.0])
    >>> learned = train(OnlineRows(X), signs, np.zeros(2), 0.0, RuleSettings(), sample_weight=np.ones(2))
    >>> learned.weights, learned.bias, learned.mistakes
    (array([ 2., -1.]), 0.0, 0)
    """
    taught = np.ones(rows.n, dtype=bool) if learned_from is None else learned_from
    engine = engine or NumpyRule()
    w = Weights(weights.copy(), settings.alpha > 0)
    run = Run(rows, signs, w, bias, settings, sample_weight, class_weight, output)
    places = np.arange(rows.n)
    standing = Standing(places, engine.permutation(rows.n, seed) if settings.shuffle else places, taught)
    log = Updates()
    while standing.epoch < settings.epochs and standing.stale < settings.patience:
        with np.errstate(all="ignore"):  # what is not finite is noticed below
            if validate is None and tell is None:
                log += engine.advance(run, standing, settings.epochs)
            else:
                log += engine.advance(run, standing, standing.epoch + 1, judges=validate is None)
        if not run.is_finite:
            raise _divergence_error(run, standing)
        if validate is not None:
            standing.weigh(-validate(w.values * w.scale, run.bias), settings)
        if tell is not None:
            norm = float(np.linalg.norm(w.values)) * w.scale
            tell(
                f"Epoch {standing.epoch}: {standing.mistakes} updates, norm {norm:.4g}, bias {run.bias:.6g}, "
                f"objective {standing.current:.6g}"
            )
    w.fold()
    return TrainedOutput(w.values, run.bias, standing.epoch, standing.mistakes, log)


def _divergence_error(run: Run, standing: Standing) -> DivergenceError:
    largest = float(abs(run.rows.X).max())
    step = run.settings.rate * float(run.sample_weight.max()) * max(run.class_weight)
    return DivergenceError(
        f"training diverged in epoch {standing.epoch}: the weights or the bias of output {run.output} were no longer "
        f"finite (the largest input is {largest:.4g}, and a row is added up to {step:.4g} times)",
        standing.epoch,
        None,
        1,
        "Where it began is not changed",
        [("scaled inputs", ""), (f"a lower {{}} than {run.settings.rate:g}", "rate")],
    )


@dataclass
class Standing:
    """Where a training stands.

    Attributes
    ----------
    places : array of int, shape (n,)
        The order of the rows; shuffled anew, by `shuffled`, at the beginning of each epoch.
    taught : array of bool, shape (n,)
        Which rows are learned from.
    epoch, mistakes, stale : int
        Epochs done, updates of the last, and epochs on end without a gain.
    current, best : float
        What training is judged by, in the last epoch and at best.
    """

    places: Array
    shuffled: Array
    taught: Array
    epoch: int = 0
    mistakes: int = 0
    stale: int = 0
    current: float = np.inf
    best: float = np.inf

    def weigh(self, current: float, settings: RuleSettings) -> None:
        """Take note of what an epoch is judged by."""
        no_gain = settings.tolerance is not None and current > self.best - settings.tolerance
        self.stale = self.stale + 1 if no_gain else 0
        self.current, self.best = current, min(self.best, current)


class RuleEngine(Protocol):
    """Runs epochs of the rule; all come to the same bits."""

    def permutation(self, n: int, seed: int) -> Array:
        """The numbers from 0 to n - 1 as scikit-learn shuffles them."""
        ...

    def advance(self, run: Run, standing: Standing, last: int, judges: bool = True) -> Updates:
        """Go on to the last epoch, or until patience is over or a number is not finite; returns the updates.

        An epoch is judged by its objective, a row, unless it is judged elsewhere.
        """
        ...


class NumpyRule:
    """The rule row by row in Python, with the scores of rows that are right computed together."""

    def permutation(self, n: int, seed: int) -> Array:
        """The numbers from 0 to n - 1 as scikit-learn shuffles them."""
        return XorShift(seed).permutation(n)

    def advance(self, run: Run, standing: Standing, last: int, judges: bool = True) -> Updates:
        """Go on to the last epoch, or until patience is over or a number is not finite."""
        updates: list[Update] = []
        settled = False
        while standing.epoch < last and standing.stale < run.settings.patience and run.is_finite:
            standing.places = standing.places[standing.shuffled]
            standing.epoch += 1
            run.objective, before = 0.0, len(updates)
            learned_from = standing.places[standing.taught[standing.places]]
            for row, score, gradient in () if settled else run.mistaken(learned_from):
                step = run.correct(row, score, gradient) if gradient else 0.0
                if step:
                    updates.append(Update(standing.epoch, row, run.output, score, step))
            standing.mistakes = len(updates) - before
            # Where no row was wrong, none will be.
            settled = run.objective == 0 and standing.mistakes == 0 and not run.settings.alpha
            if judges:
                standing.weigh(run.objective / max(int(standing.taught.sum()), 1), run.settings)
        return Updates.of(updates)


class Run:
    """The state of one training."""

    def __init__(
        self,
        rows: OnlineRows,
        signs: Array,
        w: Weights,
        bias: float,
        settings: RuleSettings,
        sample_weight: Array,
        class_weight: tuple[float, float],
        output: int,
    ) -> None:
        self.rows, self.signs, self.w, self.bias = rows, signs.astype(np.float64), w, float(bias)
        self.settings, self.sample_weight, self.class_weight = settings, sample_weight, class_weight
        self.output, self.objective = output, 0.0
        self.bias_share = SPARSE_BIAS_SHARE if rows.sparse else 1.0
        self.cut = 0.0
        self.cut_so_far = np.zeros_like(w.values)

    def mistaken(self, places: Array) -> Iterator[tuple[int, float, float]]:
        """The rows in order, with score and gradient; those that are right may be left out.

        What is corrected in between counts for the rows that follow.
        """
        if self.settings.alpha:
            yield from self._every(places)
            return
        wrong_scores, wrong_signs = [], []
        position, ahead, shown = 0, 1, self.signs[places]
        while position < len(places):
            part = places[position : position + ahead]
            scores = self.rows.scores(part, self.w.values).astype(self.w.dtype).astype(np.float64) + self.bias
            gradients = LOSS.gradient(scores, shown[position : position + ahead])
            first = int((gradients != 0).argmax())
            if not gradients[first]:
                position, ahead = position + len(part), min(2 * ahead, LOOK_AHEAD)
                continue
            score = float(scores[first])
            wrong_scores.append(score)
            wrong_signs.append(shown[position + first])
            yield int(part[first]), score, float(gradients[first])
            position, ahead = position + first + 1, max(1, ahead // 2)
        # The loss is 0 where the output is right.
        losses = LOSS.value(np.array(wrong_scores)[:, np.newaxis], np.array(wrong_signs)[:, np.newaxis])
        self.objective = sum_in_order(losses)

    def _every(self, places: Array) -> Iterator[tuple[int, float, float]]:
        """With a penalty every row changes the weights, wrong or not."""
        settings, w = self.settings, self.w
        l1 = settings.l1_ratio
        for row in places.tolist():
            features, x = self.rows.row(row)
            score = float(w.dtype(sum_in_order(w.values[features] * x) * w.scale)) + self.bias
            pair = np.array([score]), self.signs[row : row + 1]
            self.objective += float(LOSS.value(*pair))
            self.objective += settings.alpha * ((1 - l1) * 0.5 * w.square + l1 * w.absolute)
            if l1 < 1:
                w.shrink(max(0.0, 1.0 - (1.0 - l1) * settings.rate * settings.alpha))
            yield row, score, float(LOSS.gradient(*pair)[0])
            if l1:
                self.cut += l1 * settings.rate * settings.alpha
                self._cut_off(features)

    @property
    def is_finite(self) -> bool:
        """Whether weights and bias are."""
        return bool(np.isfinite(self.bias) and np.isfinite(self.w.values).all())

    def correct(self, row: int, score: float, gradient: float) -> float:
        """Add the row to the weights, times rate, minus the gradient, and what the row counts; returns the step."""
        counts = self.class_weight[0] if self.signs[row] > 0 else self.class_weight[1]
        step = -self.settings.rate * gradient * float(self.w.dtype(counts) * self.w.dtype(self.sample_weight[row]))
        if step == 0:
            return step
        self.w.add(*self.rows.row(row), step)
        if self.settings.fit_intercept:
            self.bias += step * self.bias_share
        return step

    def _cut_off(self, features: Any) -> None:
        """Take from each touched weight what L1 has come to since it was last touched, but not past 0."""
        w, scale = self.w, self.w.scale
        z, q = w.values[features].astype(np.float64), self.cut_so_far[features].astype(np.float64)
        down = np.maximum(0.0, z - (self.cut + q) / scale)
        up = np.minimum(0.0, z + (self.cut - q) / scale)
        w.values[features] = np.where(z > 0, down, np.where(z < 0, up, z))
        self.cut_so_far[features] = q + scale * (w.values[features].astype(np.float64) - z)
