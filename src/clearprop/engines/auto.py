"""The engine that chooses: compiled code, unless the whole job takes NumPy less than loading that takes.

The choice depends on the job's sizes and on what is planned, never on a clock or on what is loaded already, so that the
same job comes to the same numbers wherever it is run, in one go, batch by batch, or stopped and resumed.
"""

from __future__ import annotations

import functools
import math
from importlib.util import find_spec
from typing import Any

import numpy.typing as npt

from clearprop.engines.blas import for_small_products, wakes_threads
from clearprop.engines.compiled_engine import CompiledEngine
from clearprop.engines.contract import Job, Stretch
from clearprop.engines.numpy_engine import NumpyEngine
from clearprop.engines.time_estimate import numpy_seconds
from clearprop.network.network import Network
from clearprop.network.rows import Rows

Array = npt.NDArray[Any]

# The first use of compiled code in a process takes about as many seconds of its time (benchmarks/crossover.py).
LOADING = 0.05


class AutoEngine:
    """Trains by the compiled engine, or by NumPy what takes that less time than loading compiled code."""

    name = "auto"

    def __init__(self) -> None:
        self._numpy, self._compiled = NumpyEngine(), CompiledEngine()

    def run(self, job: Job, rows: Rows, stretch: Stretch) -> None:
        """Take a step for each batch of the stretch; see `Engine.run`."""
        (self._compiled if compiles(self, job, len(rows)) else self._numpy).run(job, rows, stretch)

    def predict(self, network: Network, X: npt.ArrayLike) -> Array:
        """The network's outputs of all rows, shape (n, outputs)."""
        rows = network.checked_rows(X)
        worthwhile = numpy_seconds(network, rows.shape[0]) > LOADING and numba_is_there()
        if worthwhile:
            return self._compiled.predict(network, rows)
        with for_small_products(network, rows.shape[0]):
            return self._numpy.predict(network, rows)


@functools.cache
def numba_is_there() -> bool:
    """Whether Numba is installed, as it is but in a browser's Python."""
    return find_spec("numba") is not None


def compiles(engine: object, job: Job, n_rows: int) -> bool:
    """Whether an engine trains a job with so many rows by compiled code."""
    if not isinstance(engine, AutoEngine):
        return isinstance(engine, CompiledEngine)
    return planned_seconds(job, n_rows) >= LOADING and numba_is_there() and _has_kernels(job)


def needs_no_blas_threads(engine: object, job: Job, n_rows: int) -> bool:
    """Whether a training has workers of its own, or is too short for BLAS's threads to be worth waking."""
    if compiles(engine, job, n_rows):
        return True
    short = isinstance(engine, AutoEngine) and planned_seconds(job, n_rows) < LOADING
    return short and wakes_threads(job.network, n_rows)  # since all rows are judged at the end


def planned_seconds(job: Job, n_rows: int) -> float:
    """About what all planned epochs of so many rows would take NumPy."""
    settings = job.settings
    return settings.epochs * math.ceil(n_rows / settings.batch_size) * numpy_seconds(job.network, settings.batch_size)


def _has_kernels(job: Job) -> bool:
    from clearprop.engines.compiled.training import not_compilable

    return not_compilable(job) is None
