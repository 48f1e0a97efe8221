"""Training that has blown up and yet ended with finite numbers, as after too large a step."""

import numpy as np

from clearprop.diagnosis import loss_of_constant
from clearprop.training import Trainer

# So many rows are enough to know the size of a loss.
LOOKED_AT = 200
# What the loss has to be times as large as it was, and as that of a constant output, to have blown up.
MANIFOLD = 1e4


class FirstLoss:
    """The loss of the first rows before the first step, without penalty.

    Parameters
    ----------
    trainer : Trainer
        Started, and not yet run.
    """

    def __init__(self, trainer: Trainer) -> None:
        rows, first = trainer.rows, slice(LOOKED_AT)
        weight = None if rows.sample_weight is None else rows.sample_weight[first]
        with np.errstate(all="ignore"):
            self.loss = trainer.network.loss(rows.X[first], rows.y[first], weight)

    def has_blown_up(self, trainer: Trainer) -> bool:
        """Whether the loss of the last epoch, or of the best where that was kept, is past all that is sound.

        It is where it is 10,000 times what it was at the beginning, and 10,000 times what the best constant output
        would have (1 where that is not known): a loss that began near 0 may grow, and one that began large stay so.
        """
        losses = [record.loss - record.penalty for record in trainer.history]
        if not losses:
            return False
        reached = min(losses) if trainer.keep_best else losses[-1]
        return reached > MANIFOLD * max(self.loss, loss_of_constant(trainer.network, trainer.rows) or 1.0)
