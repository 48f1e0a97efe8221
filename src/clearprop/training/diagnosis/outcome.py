"""How a training went, in three numbers: its loss before the first step, the loss that it came to, and a constant's."""

import math
from dataclasses import dataclass

import numpy as np

from clearprop.network.network import Network
from clearprop.network.rows import Rows
from clearprop.network.trace import Trace
from clearprop.training.history import History

# So many rows are enough to know the size of a loss.
LOOKED_AT = 200
# What the loss has to be times as large as it was, and as that of a constant output, to have blown up.
MANIFOLD = 1e4
# Who has not got the loss below this share of a constant's has learned next to nothing.
POOR = 0.75
# A loss that was near 0 before the first step says nothing of those that follow.
LEAST = 1e-8
# Targets whose constant has a loss below this share of their mean square are all the same.
ALIKE = 1e-14
# And so are those whose constant has a loss of no more than a probability's floor leaves.
TINY = 1e-290
# A loss below this share of the penalty is lost in the rounding of their sum, and computed anew.
ROUNDING = 1e-6


def loss_now(network: Network, rows: Rows) -> float:
    """The loss of some rows, evenly spread, without penalty and dropout."""
    some = slice(None, None, max(1, len(rows.y) // LOOKED_AT))
    weight = None if rows.sample_weight is None else rows.sample_weight[some]
    with np.errstate(all="ignore"):
        return network.mean_loss(network.propagate(rows.X[some]), rows.y[some], weight)


def loss_of_constant(network: Network, rows: Rows) -> float | None:
    """The loss of the mean target as an output, where the loss is least there; None where it is not."""
    if network.loss_function.name not in ("squared_error", "binary_cross_entropy", "cross_entropy", "poisson"):
        return None
    targets, weight = np.asarray(rows.y, dtype=np.float64), rows.sample_weight
    n_rows = len(targets)
    mean = targets.sum(axis=0) / n_rows if weight is None else np.average(targets, axis=0, weights=weight)
    values = network.loss_function.value(mean[np.newaxis], targets)
    value = float(values.sum() / n_rows if weight is None else np.average(values, weights=weight))
    return value if value > max(ALIKE * float(np.vdot(targets, targets)) / targets.size, TINY) else None


@dataclass(frozen=True)
class Outcome:
    """What a training came to; losses are without penalty.

    Parameters
    ----------
    before : float, optional
        `loss_now` before the first step; None where it was not computed.
    reached : float
        The loss of the last epoch, or of the best where that is kept.
    constant : float, optional
        `loss_of_constant`.
    penalty : float
        What the penalty added to `reached`.

    Examples
    --------
    >>> [Outcome(before=0.8, reached=reached, constant=0.69).is_poor for reached in (0.68, 0.1)]
    [True, False]
    """

    before: float | None
    reached: float
    constant: float | None
    penalty: float = 0.0

    @classmethod
    def of(
        cls, network: Network, rows: Rows, history: History, before: float | None, keeps_best: bool = False
    ) -> "Outcome | None":
        """The outcome of a training with this history; None where it has no epoch, or its loss is not finite."""
        if not len(history) or not math.isfinite(history[-1].loss):
            return None
        record = min(history, key=lambda record: record.loss - record.penalty) if keeps_best else history[-1]
        reached = record.loss - record.penalty
        if abs(reached) < ROUNDING * record.penalty:
            reached = loss_now(network, rows)
        return cls(before, reached, loss_of_constant(network, rows), record.penalty)

    def measured(self, network: Network, trace: Trace, rows: Rows) -> "Outcome":
        """With the loss that the network has now, which, unlike an epoch's, dropout and later steps have no part in.

        Parameters
        ----------
        trace : Trace
            What the network makes of these rows, of those that it was trained on.
        """
        with np.errstate(all="ignore"):
            reached = network.mean_loss(trace, rows.y, rows.sample_weight)
        return Outcome(self.before, reached, self.constant, self.penalty)

    @property
    def has_exploded(self) -> bool:
        """Whether the loss is past all that is sound.

        It is where it is 10,000 times what it was at the beginning, and 10,000 times what the best constant output
        would have (1 where that is not known): a loss that began near 0 may grow, and one that began large stay so.
        """
        return self.before is not None and self.reached > MANIFOLD * max(self.before, self.constant or 1.0)

    @property
    def has_risen(self) -> bool:
        """Whether it is well above what it was before the first step, and above a constant's."""
        if self.before is None or self.before < LEAST:
            return False
        return self.reached > 1.2 * self.before and self.reached > 1.5 * (self.constant or self.before)

    def __str__(self) -> str:
        if self.constant is None:
            return f"training came to a loss of {self.reached:.4g}, from {self.before:.4g} before the first step"
        return f"training came to a loss of {self.reached:.4g}, and the best constant output has {self.constant:.4g}"

    @property
    def is_poor(self) -> bool:
        """Whether next to nothing was learned."""
        return self.has_risen if self.constant is None else self.reached > POOR * self.constant
