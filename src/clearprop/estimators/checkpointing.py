"""The checkpoints that an estimator's parameters ask for."""

from __future__ import annotations

import numbers
from typing import TYPE_CHECKING, Any

from clearprop.foundation.table_cells import quoted

if TYPE_CHECKING:
    from clearprop.files.checkpoints import Checkpoints


def checkpoints_of(estimator: Any) -> Checkpoints | None:
    """What keeps the checkpoints of a fit; None where none are wanted.

    Raises
    ------
    ValueError
        `random_state` is no whole number, without which another process could not begin the same training; or
        `checkpoint_every` is neither a number of epochs nor a time.
    """
    given = estimator.checkpoint
    if estimator.checkpoint_every is not None:
        from clearprop.files.checkpoints import rhythm  # when first used

        rhythm(estimator.checkpoint_every, "checkpoint_every")
    if given is None:
        return None
    seed = estimator.random_state
    if not isinstance(seed, numbers.Integral) or isinstance(seed, bool):
        raise ValueError(
            f"random_state must be a whole number where there are checkpoints, got {quoted(seed)}: only then does "
            "another process begin with the same weights and rows, and can go on. Give random_state=0, say"
        )
    from clearprop.files.checkpoints import EVERY, Checkpoints  # when first used

    one = given if isinstance(given, Checkpoints) else Checkpoints(given, every=EVERY)
    if estimator.checkpoint_every is not None:
        one = Checkpoints(one.folder, every=estimator.checkpoint_every, keep=one.keep, resume=one.resume)
    return one
