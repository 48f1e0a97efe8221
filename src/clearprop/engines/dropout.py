"""Dropout's masks, drawn once for all engines, so that the same generator leaves out the same units."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from clearprop.engines.contract import Job

Array = npt.NDArray[Any]


def draw_masks(job: Job, rows: int, factor: float = 1.0, out: Array | None = None) -> list[Array | None] | None:
    """A layer's mask each: 0 for a unit left out, 1 / (1 - share) for one that stays, which keeps sums' expectation.

    None for a layer without dropout, and in place of the list where there is none at all. All shares are multiplied by
    the factor; where it is 0, as many numbers are drawn, and no unit is left out. The masks are written side by side to
    `out`, where it is given.
    """
    shares, dtype = job.settings.dropout, job.network.dtype
    if not any(shares):
        return None
    masks: list[Array | None] = []
    at = 0
    for share, units in zip(shares, job.network.layer_sizes[1:], strict=False):
        if not share:
            masks.append(None)
            continue
        left_out = share * factor
        mask = np.empty((rows, units), dtype) if out is None else out[:, at : at + units]
        masks.append(np.multiply(job.rng.random((rows, units)) >= left_out, dtype.type(1 / (1 - left_out)), out=mask))
        at += units
    return [*masks, None]
