"""Dropout's masks, drawn once for all engines, so that the same generator leaves out the same units."""

from __future__ import annotations

from typing import Any

import numpy.typing as npt

from clearprop.engines.contract import Job

Array = npt.NDArray[Any]


def draw_masks(job: Job, rows: int, factor: float = 1.0) -> list[Array | None] | None:
    """A layer's mask each: 0 for a unit left out, 1 / (1 - share) for one that stays, which keeps sums' expectation.

    None for a layer without dropout, and in place of the list where there is none at all. All shares are multiplied by
    the factor; where it is 0, as many numbers are drawn, and no unit is left out.
    """
    shares = job.settings.dropout
    if not any(shares):
        return None
    masks: list[Array | None] = []
    for share, units in zip(shares, job.network.layer_sizes[1:], strict=False):
        left_out = share * factor
        stays = job.rng.random((rows, units)) >= left_out if share else None
        masks.append(None if stays is None else (stays / (1 - left_out)).astype(job.network.dtype))
    return [*masks, None]
