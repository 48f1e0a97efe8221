"""What is said where numbers have left the finite range, and what may keep them in it."""

from __future__ import annotations

import math

import numpy as np

from clearprop.engines import Diverged, Job
from clearprop.errors import DivergenceError
from clearprop.network.rows import Rows
from clearprop.training.settings import TrainingSettings

# Inputs and targets past this are worth scaling where numbers have left the finite ones.
LARGE = 100.0


def divergence_error(
    diverged: Diverged, settings: TrainingSettings, job: Job, rows: Rows, epoch: int, batch: int, kept: str
) -> DivergenceError:
    """The error for a training that diverged.

    Parameters
    ----------
    epoch, batch : int
        Where, both counted from 1.
    kept : str
        Which parameters the network keeps, as in "last finite".
    """
    inputs, targets = float(abs(rows.X).max()), float(abs(rows.y).max())
    where = f"layer {diverged.layer}" if diverged.layer else "the inputs"
    return DivergenceError(
        f"training diverged in epoch {epoch}, batch {batch}: {diverged.what} of {where} were the "
        f"first numbers that were not finite (the largest input is {inputs:.4g}, the largest target {targets:.4g})",
        epoch,
        batch,
        diverged.layer,
        f"The network keeps its {kept} parameters",
        _remedies(settings, job, inputs, targets),
    )


def _remedies(settings: TrainingSettings, job: Job, inputs: float, targets: float) -> list[tuple[str, str]]:
    """What may keep numbers finite, given the largest input and target."""
    network = job.network
    limit = math.sqrt(np.finfo(network.dtype).max)
    sizes = {"scaled inputs": inputs, "scaled targets": targets}
    if max(inputs, targets) > limit:
        why = f": {network.dtype} cannot hold squares of numbers beyond {limit:.2g}"
        return [(" and ".join(what for what, size in sizes.items() if size > limit) + why, "")]
    scaled = [(what, "") for what, size in sizes.items() if size > LARGE]
    if settings.finds_steps_itself:
        return [(f"a higher {{}} than {settings.penalty.l2:g}", "l2"), ("another {}", "optimizer"), *scaled]
    if job.step == 0:  # it is not the steps that are too long
        largest = float(abs(network.parameters).max())
        return scaled or [(f"smaller weights to begin with (the largest is {largest:.3g})", "")]
    clipped = [] if settings.clip_norm is not None else [("{}", "clip_norm=1.0")]
    return [(f"a lower {{}} than {settings.learning_rate:g}", "learning_rate"), *clipped, *scaled]
