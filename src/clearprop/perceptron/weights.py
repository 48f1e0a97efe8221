"""The perceptron's weights as scikit-learn keeps them: a vector and its scale, every sum added up in its order."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]

# The scale of shrinking weights is folded into them when it gets smaller than this.
LEAST_SCALE = {np.dtype("float64"): 1e-9, np.dtype("float32"): 1e-6}


class Weights:
    """A vector times a scale, with its L2 and L1 norms kept as scikit-learn keeps them."""

    def __init__(self, values: Array, keeps_norms: bool) -> None:
        self.values, self.dtype, self.keeps_norms = values, values.dtype.type, keeps_norms
        self.scale = 1.0  # float64, whatever the weights are
        # Both norms are, as in scikit-learn, those of the features that the last row touched.
        self.square = float(np.dot(values, values))
        self.absolute = float(np.abs(values).sum())

    def add(self, features: Any, x: Array, step: float) -> None:
        """Add the row, times the step, to the weights of its features."""
        step64 = np.float64(self.dtype(step) / self.dtype(self.scale))
        changed = self.values[features].astype(np.float64) + x.astype(np.float64) * step64
        self.values[features] = changed
        if not self.keeps_norms:
            return
        kept = self.values[features].astype(np.float64)
        self.square = sum_in_order(kept * kept) * (self.scale * self.scale)
        self.absolute = sum_in_order(np.abs(kept)) * self.scale

    def shrink(self, factor: float) -> None:
        """Multiply all weights, by their scale."""
        factor = float(self.dtype(factor))
        self.scale *= factor
        self.square *= factor * factor
        self.absolute *= factor
        if self.scale < LEAST_SCALE[self.values.dtype]:
            self.fold()

    def fold(self) -> None:
        """Multiply the scale into the weights."""
        if self.scale != 1:
            self.values *= self.dtype(self.scale)
            self.scale = 1.0


def sum_in_order(products: Array) -> float:
    """The sum from the first to the last, rounded after every addition; NumPy's own sum goes by pairs."""
    return float(np.add.accumulate(products, dtype=np.float64)[-1]) if len(products) else 0.0
