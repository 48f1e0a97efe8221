"""The checkpoints that an estimator's parameters ask for."""

from __future__ import annotations

import numbers
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from clearprop.files.checkpoints import Checkpoints


def checkpoints_of(estimator: Any) -> Checkpoints | None:
    """What keeps the checkpoints of a fit; None where none are wanted.

    Raises
    ------
    InputError
        `checkpoint_every` is neither a number of epochs nor a time.
    ValueError
        `random_state` is no whole number, without which another process could not begin the same training.
    """
    given, every = estimator.checkpoint, estimator.checkpoint_every
    if given is None and every is None:
        return None
    from clearprop.files.checkpoints import EVERY, Checkpoints, rhythm  # when first used

    if every is not None:
        rhythm(every, "checkpoint_every")
    if given is None:
        return None
    seed = estimator.random_state
    if not isinstance(seed, numbers.Integral) or isinstance(seed, bool):
        raise ValueError(
            f"random_state must be a whole number where there are checkpoints, got {seed!r}: only then does another "
            "process begin with the same weights and rows, and can go on. Give random_state=0, say"
        )
    one = given if isinstance(given, Checkpoints) else Checkpoints(given, every=EVERY)
    if every is not None:
        one = Checkpoints(one.folder, every=every, keep=one.keep, resume=one.resume)
    return one
