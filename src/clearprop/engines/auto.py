"""The engine that chooses: NumPy while there is little to do, compiled code when loading it is worth its while.

The choice depends on the job's sizes and on how many steps were taken before, never on a clock, so that the same job
comes to the same numbers, in one go, batch by batch, or stopped and resumed.
"""

from __future__ import annotations

import functools
import math
from importlib.util import find_spec
from typing import Any

import numpy.typing as npt

from clearprop.engines.compiled_engine import CompiledEngine
from clearprop.engines.contract import Diverged, Job, Stretch
from clearprop.engines.cost import numpy_seconds
from clearprop.engines.numpy_engine import NumpyEngine
from clearprop.network.network import Network
from clearprop.network.rows import Rows

Array = npt.NDArray[Any]

# Loading the kernels is put at so many seconds: it takes 0.05 from a filled cache, and 7 once after installation.
LOADING = 0.5
# A job whose epochs take NumPy so many seconds each is compiled from the first step: it will have more of them.
LONG_EPOCH = 0.1


class AutoEngine:
    """Trains by the NumPy engine until the compiled one would have been loaded in that time, then by that one."""

    name = "auto"

    def __init__(self) -> None:
        self._numpy, self._compiled = NumpyEngine(), CompiledEngine()

    def run(self, job: Job, rows: Rows, stretch: Stretch) -> None:
        """Take a step for each batch of the stretch; see `Engine.run`."""
        n_batches = stretch.n_batches
        first = max(0, min(n_batches, steps_by_numpy(job, len(rows)) - job.step))
        if first < n_batches and not self._can_compile(job):
            first = n_batches
        begun = 0
        for engine, begin, end in ((self._numpy, 0, first), (self._compiled, first, n_batches)):
            for part in stretch.between(begin, end, job.settings.batch_size):
                try:
                    engine.run(job, rows, part)
                except Diverged as diverged:
                    raise diverged.after(begun) from None
                begun += part.n_batches

    def predict(self, network: Network, X: npt.ArrayLike) -> Array:
        """The network's outputs of all rows, shape (n, outputs)."""
        rows = network.checked_rows(X)
        compiles = numpy_seconds(network, rows.shape[0]) > LOADING and numba_is_there()
        return (self._compiled if compiles else self._numpy).predict(network, rows)

    @staticmethod
    def _can_compile(job: Job) -> bool:
        if not numba_is_there():
            return False
        from clearprop.engines.compiled.training import not_compilable

        return not_compilable(job) is None


@functools.cache
def numba_is_there() -> bool:
    """Whether Numba is installed, as it is but in a browser's Python."""
    return find_spec("numba") is not None


def compiles(engine: object, job: Job, n_rows: int) -> bool:
    """Whether an engine trains a job with so many rows by compiled code from its first step."""
    if isinstance(engine, AutoEngine):
        return numba_is_there() and steps_by_numpy(job, n_rows) == 0
    return isinstance(engine, CompiledEngine)


def steps_by_numpy(job: Job, n_rows: int) -> int:
    """How many steps of a job with so many rows are NumPy's."""
    seconds = numpy_seconds(job.network, job.settings.batch_size)
    if seconds * math.ceil(n_rows / job.settings.batch_size) >= LONG_EPOCH:
        return 0
    return math.ceil(LOADING / seconds)
