"""Networks for one table, trained side by side, each on its own part of the rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from clearprop.foundation.callers import warnings_kept
from clearprop.foundation.randomness import Rng
from clearprop.network.network import Network
from clearprop.network.passes import ROWS_AT_ONCE
from clearprop.network.rows import Rows
from clearprop.tables.folds import Part
from clearprop.training.callbacks import Callback
from clearprop.training.run import Training
from clearprop.training.settings import progress_bar
from clearprop.training.side_by_side import run_side_by_side, warn_together
from clearprop.training.trainer import Trainer, run_and_judge

Array = npt.NDArray[Any]


def train_members(
    networks: Sequence[Network],
    rows: Rows,
    parts: Sequence[Part],
    settings: Mapping[str, Any],
    *,
    validation: Rows | None = None,
    rngs: Sequence[Rng],
    callbacks: Sequence[Callback] = (),
    progress: bool = False,
    workers: int | None = None,
) -> list[Training]:
    """Train each network on its part of the rows, as many at a time as there are workers.

    Parameters
    ----------
    networks : sequence of Network
        Changed in place.
    rows : Rows
        All rows.
    parts : sequence of Part
        One a network.
    settings : dict
        Keywords of `Trainer`, the same for all.
    validation : Rows, optional
        Rows of their own that judge all networks, in the place of those that are held out.
    rngs : sequence of Generator
        For each network's order of rows, and dropout.

    Returns
    -------
    list of Training
        They have ended.

    Raises
    ------
    DivergenceError
        One has diverged.
    """
    bar = progress_bar(len(networks)) if progress else None
    told = [*callbacks, *([] if bar is None else [bar])]
    trainings, kept = [], {}
    for number, (network, part, rng) in enumerate(zip(networks, parts, rngs, strict=True)):
        judges = validation
        if judges is None and part.held_out is not None:
            judges = rows.part(part.held_out, which="held-out ")
        whole = len(part.trained_on) == len(rows)
        with warnings_kept() as kept[number]:
            own = [callback.of_member(number) for callback in told]
            trainer = Trainer(network, callbacks=own, rng=rng, **settings)
            trainings.append(trainer.start(rows if whole else rows.part(part.trained_on), validation=judges))
    warn_together(kept, len(networks), "member")
    try:
        run_side_by_side(trainings, workers, run_and_judge, "member")
    finally:
        if bar is not None:
            bar.close()
    return trainings


def logits(network: Network, X: Array) -> Array:
    """The last layer's weighted sums, shape (n, outputs)."""
    starts = range(0, max(1, X.shape[0]), ROWS_AT_ONCE)
    return np.concatenate([network.propagate(X[start : start + ROWS_AT_ONCE]).z[-1] for start in starts])
