"""The engine that chooses: compiled code, unless the whole job is too short for loading it.

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

# Compiled code is worth loading for a job that takes NumPy as many seconds. The first use takes a process 0.012: so the
# first job may take up to 2.7 times as long as by NumPy, while each later one would take 3.3 times as long as compiled;
# a lower limit makes the first of these worse, a higher one the second (benchmarks/crossover.py).
LOADING = 0.005


class AutoEngine:
    """Trains by the compiled engine, or by NumPy what takes that less time than loading compiled code.

    Parameters
    ----------
    lasting : bool
        Whether this process is one that trains again and again, and has taken a second to load what it does that with:
        compiled code is then worth loading for the smallest job.
    """

    name = "auto"

    def __init__(self, lasting: bool = False) -> None:
        self.lasting = lasting
        self._numpy, self._compiled = NumpyEngine(), CompiledEngine()
        self._asked: tuple[Any, ...] = ()
        self._compiles = False

    def run(self, job: Job, rows: Rows, stretch: Stretch) -> None:
        """Take a step for each batch of the stretch; see `Engine.run`."""
        (self._compiled if self.compiles(job, len(rows)) else self._numpy).run(job, rows, stretch)

    def compiles(self, job: Job, n_rows: int) -> bool:
        """Whether compiled code trains a job with so many rows, which is not judged again and again."""
        asked = id(job), id(job.settings), n_rows
        if asked != self._asked:
            worthwhile = self.lasting or planned_seconds(job, n_rows) >= LOADING
            self._asked, self._compiles = asked, worthwhile and numba_is_there() and _has_kernels(job)
        return self._compiles

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
    return engine.compiles(job, n_rows) if isinstance(engine, AutoEngine) else isinstance(engine, CompiledEngine)


def needs_no_blas_threads(engine: object, job: Job, n_rows: int) -> bool:
    """Whether a training has workers of its own, or BLAS's threads would wake for what is over before they pay."""
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
