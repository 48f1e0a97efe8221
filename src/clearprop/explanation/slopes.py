"""The slopes of a network's number by its columns; of codes, by the features that it looks up for them."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from clearprop.network.network import Network
from clearprop.network.trace import Trace

Array = npt.NDArray[Any]


class Slopes:
    """A network, in float64, on the straight line between two rows.

    A code has no slope. In its place stand the features that the network looks up for it, which go in a straight line
    from the first row's to the last's; the code's part is that of its features together.

    Parameters
    ----------
    network : Network
    start, end : arrays, shape (columns,)
    """

    def __init__(self, network: Network, start: Array, end: Array) -> None:
        self.network, self.start, self.end = network, start, end
        front = network.front
        self._coded = np.array([front.is_coded(column) for column in range(front.n_columns)])
        self._columns = np.array([front.column_of(feature) for feature in range(front.n_features)])
        self._of_codes = self._coded[self._columns]

    def features(self, row: Array) -> Array:
        """What the inputs make of a row."""
        features: Array = self.network.forward(row[np.newaxis]).layer_input(0)[0]
        return features

    def by_code(self, parts: Array) -> Array:
        """Of parts of all features those of codes, added up by column."""
        return np.bincount(self._columns, np.where(self._of_codes, parts, 0.0), self.network.n_columns)

    def trace(self, shares: Array) -> Trace:
        """The forward pass at these shares of the way."""
        along = self.start + shares[:, np.newaxis] * (self.end - self.start)
        along[:, self._coded] = self.end[self._coded]
        trace = self.network.forward(along)
        if self._of_codes.any():
            first, last = self.features(self.start), self.features(self.end)
            between = first + shares[:, np.newaxis] * (last - first)
            trace.features = np.where(self._of_codes, between, trace.layer_input(0))
            trace = self.network.propagate_from(trace, 0)
        return trace

    def slopes(self, trace: Trace, layer: int, slopes: Array) -> tuple[Array, Array]:
        """The slopes by each column and by each feature, from those by the z of a layer, counted from 1."""
        by_feature = self.network.feature_slopes(trace, layer, slopes)
        return self.network.front.gradient(trace.inputs, self.network.spans, by_feature), by_feature

    def changes(self, trace: Trace, layer: int, slopes: Array) -> Array:
        """What the way of each column adds, a whole way's worth at each point: shape (points, columns)."""
        by_column, by_feature = self.slopes(trace, layer, slopes)
        changes = by_column * (self.end - self.start)
        if self._of_codes.any():
            parts = by_feature * (self.features(self.end) - self.features(self.start))
            changes += np.stack([self.by_code(part) for part in parts])
        return changes
