"""Numbers brought to one size, by what the training rows have.

"robust": x less the median, over the distance of the quartiles (over half the range where that is 0), and then
x / sqrt(1 + (x/3)^2), which bends what is far out towards 3. "standard": mean 0 and standard deviation 1.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from clearprop.tables.column import Array

Method = Literal["robust", "standard"]

# Squares of larger numbers, summed over a table, come too near to the end of float64.
LARGEST = 1e100
SMALLEST_SCALE = 1e-110
BEND = 3.0
# Further out than training rows can be; so far a square is nowhere near the end of float64.
FARTHEST = 1e6
# Rows whose numbers fit into a processor's cache.
_CHUNK = 8192


@dataclass(frozen=True, kw_only=True)
class Scaling:
    """How numbers are scaled: z = (x - origin - center) / scale, and z / sqrt(1 + (z/3)^2) if `bent`.

    Attributes
    ----------
    origin : int
        Taken off first, and exactly, from whole numbers that are too large for float64; 0 for others.
    center, scale, fill, low, high : float
        All less the origin: what becomes 0, what becomes 1 more, what stands for a missing number, and the range of
        the training rows, whose ends stand for what is infinite or beyond 1e100.
    bent : bool

    Examples
    --------
    >>> scaling = Scaling.learned(np.array([1.0, 2.0, 3.0, 4.0, 5.0]), "robust")
    >>> scaling.center, scaling.scale, scaling(np.array([3.0, 5.0])).round(3).tolist()
    (3.0, 2.0, [0.0, 0.949])
    """

    origin: int
    center: float
    scale: float
    fill: float
    low: float
    high: float
    bent: bool

    @classmethod
    def learned(cls, values: Array, method: Method) -> Scaling:
        """From the known numbers of the training rows, shape (n,), whatever their type."""
        whole = values.dtype.kind in "iu" and len(values) > 0
        origin = int(np.partition(values, len(values) // 2)[len(values) // 2]) if whole else 0
        finite = _less(values, origin)
        if not max(-finite.min(initial=0.0), finite.max(initial=0.0)) <= LARGEST:
            finite = finite[np.abs(finite) <= LARGEST]
        if not len(finite):
            finite = np.zeros(1)
        low, high = float(finite.min()), float(finite.max())
        first, median, third = _quartiles(finite)
        if method == "robust":
            center, scale = median, (third - first) or (high - low) / 2
        else:
            center, scale = float(finite.mean()), float(finite.std())
        scale = scale if scale >= SMALLEST_SCALE else 1.0
        return cls(origin=origin, center=center, scale=scale, fill=median, low=low, high=high, bent=method == "robust")

    def __call__(self, values: Array, missing: npt.NDArray[np.bool_] | None = None) -> npt.NDArray[np.float64]:
        """The scaled numbers, shape (n,); what is missing as `fill`."""
        scaled = np.empty(len(values))
        for start in range(0, len(values), _CHUNK):
            rows = slice(start, start + _CHUNK)
            self._scale(values[rows], None if missing is None else missing[rows], scaled[rows])
        return scaled

    def _scale(self, values: Array, missing: npt.NDArray[np.bool_] | None, z: npt.NDArray[np.float64]) -> None:
        z[:] = _less(values, self.origin)
        if missing is not None:
            z[missing] = self.fill
        if not max(-z.min(), z.max()) <= LARGEST:
            z[z > LARGEST] = self.high
            z[z < -LARGEST] = self.low
        z -= self.center
        z /= self.scale
        np.clip(z, -FARTHEST, FARTHEST, out=z)
        if self.bent:
            bend = z / BEND
            bend *= bend
            bend += 1
            z /= np.sqrt(bend, out=bend)

    def treatment(self) -> str:
        """What is done, for people."""
        center = self.origin + self.center
        less = f"{'plus' if center < 0 else 'minus'} {abs(center):.6g}, over {self.scale:.6g}"
        return f"{less}, bent beyond ±{BEND:g}" if self.bent else less


def _quartiles(values: npt.NDArray[np.float64]) -> tuple[float, float, float]:
    """As of np.percentile, which takes ten times as long for few rows."""
    places = [(len(values) - 1) * share for share in (0.25, 0.5, 0.75)]
    below = [int(place) for place in places]
    above = [min(place + 1, len(values) - 1) for place in below]
    ordered = np.partition(values, sorted({*below, *above}))
    first, median, third = (
        float(ordered[i] + (ordered[j] - ordered[i]) * (place - i))
        for place, i, j in zip(places, below, above, strict=True)
    )
    return first, median, third


def beyond(values: Array) -> npt.NDArray[np.bool_] | None:
    """Which numbers are infinite or too large to be squared; None where none is."""
    if values.dtype.kind != "f" or not len(values):
        return None
    if max(-np.fmin.reduce(values), np.fmax.reduce(values)) <= LARGEST:
        return None
    return np.abs(values) > LARGEST


def _less(values: Array, origin: int) -> npt.NDArray[np.float64]:
    if origin == 0 or values.dtype.kind == "f":
        return np.subtract(values, float(origin), dtype=np.float64)
    # As Python's whole numbers, which never overflow.
    return np.asarray((values.astype(object) - origin), dtype=np.float64)
