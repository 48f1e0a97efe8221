"""On what the last digits of a training depend, beside its settings and its rows."""

from __future__ import annotations

import numpy as np

from clearprop.engines import blas
from clearprop.engines.auto import compiles
from clearprop.engines.contract import Engine, Job
from clearprop.optimizers import LBfgs


def numerics(engine: Engine, job: Job, n_rows: int) -> dict[str, str]:
    """What trains a job with so many rows here: compiled code by its instruction set, or NumPy by its BLAS.

    How many threads share the compiled code's work makes no difference.

    Examples
    --------
    >>> from clearprop import Network, Trainer
    >>> training = Trainer(Network([1, 1], rng=0), engine="numpy").start([[1.0]], [1.0])
    >>> numerics(training.engine, training.job, 1)
    {'engine': 'numpy', 'NumPy': '...', 'BLAS': '...'}
    """
    if not isinstance(job.optimizer, LBfgs) and compiles(engine, job, n_rows):
        from clearprop.engines.compiled.instructions import USED

        return {"engine": "compiled", "instruction set": USED.name}
    name = engine.name if engine.name not in ("auto", "compiled") else "numpy"
    return {"engine": name, "NumPy": np.__version__, "BLAS": blas.description()}
