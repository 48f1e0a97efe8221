"""What the network and each of its units answer over the plane: the decision boundary and the heat maps."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt

from clearprop.lab.live import Live, plane_of
from clearprop.network.network import Network

Array = npt.NDArray[Any]

# So many numbers are drawn in all heat maps together, at most: of wide layers the maps are coarser.
MOST_NUMBERS = 1_000_000


class Planes:
    """Grids over the plane as the network is fed them, kept for as long as the rows and the view are the same."""

    def __init__(self, live: Live) -> None:
        self._live, self._columns = live, live.data.columns
        self._grids: dict[tuple[int, tuple[int, int]], tuple[Array | None, Array]] = {}

    def boundary(self, network: Network, side: int, axes: tuple[int, int], row: int) -> Array:
        """The outputs, float32 (side, side, channels), first row at the bottom; of one input (side, 1, channels)."""
        with np.errstate(all="ignore"):
            outputs = network.outputs(self._grid(side, axes, row))
        return outputs.astype(np.float32).reshape(side, -1, outputs.shape[1])

    def maps(self, network: Network, side: int, axes: tuple[int, int], row: int) -> Array:
        """Every unit's activation, float32 (units, side, side); of one input (units, side)."""
        units = sum(network.layer_sizes[1:])
        side = max(2, min(side, math.isqrt(MOST_NUMBERS // units)))
        with np.errstate(all="ignore"):
            trace = network.propagate(self._grid(side, axes, row))
        maps = np.concatenate([a.T for a in trace.a]).astype(np.float32)
        return maps if self._live.data.columns.shape[1] == 1 else maps.reshape(units, side, side)

    def features(self, side: int, axes: tuple[int, int]) -> Array:
        """Each input over the plane, as it is fed: float32 (inputs, side, side); of one column (inputs, side)."""
        columns = self._live.data.columns.shape[1]
        maps = self._grid(side, axes, 0).T.astype(np.float32)
        return maps if columns == 1 else maps.reshape(-1, side, side)

    def _grid(self, side: int, axes: tuple[int, int], row: int) -> Array:
        """The points of the plane, a row each; the other columns are those of the row that is looked at."""
        columns = self._live.data.columns
        if columns is not self._columns:  # a point was moved
            self._columns, self._grids = columns, {}
        base = columns[row] if columns.shape[1] > 2 else None
        kept = self._grids.get((side, axes))
        if kept is not None and (base is None or (kept[0] is not None and np.array_equal(base, kept[0]))):
            return kept[1]
        across, up = (np.linspace(least, greatest, side) for least, greatest in plane_of(self._live, axes))
        if columns.shape[1] == 1:
            points = across[:, np.newaxis]
        else:
            points = np.tile(np.zeros(2) if base is None else base, (side * side, 1))
            points[:, axes[0]], points[:, axes[1]] = np.tile(across, side), np.repeat(up, side)
        grid = self._live.feed(points)
        self._grids = {key: grid for key, grid in self._grids.items() if key[1] == axes}
        self._grids[side, axes] = base, grid
        return grid
