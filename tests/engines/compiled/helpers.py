"""The same job trained by the compiled engine's kernel and by the NumPy engine, and how near the results are."""

import copy
import ctypes
import os
import subprocess
import sys
from pathlib import Path

import numpy as np

import clearprop
from clearprop import OPTIMIZERS, Penalty
from clearprop.engines import Job, NumpyEngine, Progress, StepSettings, Stretch
from clearprop.engines.compiled.jit import ENABLED
from clearprop.engines.compiled.training import CompiledTraining, not_compilable
from clearprop.network.rows import Rows

# The greatest difference that rounding may make, as a share of the largest number.
ROUNDING = {"float64": 1e-12, "float32": 2e-5}


class Kernel:
    """An engine that is the kernel alone: where the compiled engine would call NumPy for help, this one fails."""

    def __init__(self, threads=None):
        self.threads = threads
        self.training = None

    def run(self, job, rows, stretch):
        missing = not_compilable(job)
        assert missing is None, f"{missing} has no compiled form: write one in clearprop/engines/compiled"
        self.training = self.training or CompiledTraining(job, rows, self.threads)
        good = self.training.run(stretch)
        assert good == stretch.n_batches, f"the numbers were finite after {good} steps of {stretch.n_batches} only"


def job_of(
    network, X, y, optimizer="sgd", batch_size=7, weight=None, penalty=None, decay=0.0, dropout=0.0, clip_norm=None
):
    """A job with a copy of the network, so that each engine can be given its own; and the rows."""
    optimizer = OPTIMIZERS.resolve(optimizer)
    dtype = network.dtype
    masked = [dropout] * (len(network.weights) - 1)
    job = Job(
        network=network.copy(),
        optimizer=optimizer,
        slots=np.zeros((len(optimizer.slots), network.parameters.size), dtype),
        settings=StepSettings(min(batch_size, len(y)), penalty or Penalty(), decay, masked, clip_norm),
        rng=np.random.default_rng(2),
    )
    return job, Rows(X.astype(dtype), y.astype(dtype), None if weight is None else weight.astype(dtype))


def train(engine, job, given, rate, epochs=2, shuffle=True):
    """The sums of each epoch: loss, norm, rows, penalty; the rate is another in each batch."""
    rng, n, sums = np.random.default_rng(3), len(given), []
    for _ in range(epochs):
        orders, progress = rng.permutation(n)[np.newaxis] if shuffle else None, Progress.none()
        rates = rate * rng.uniform(0.5, 1, size=(1, -(-n // job.settings.batch_size)))
        engine.run(job, given, Stretch(orders, 0, n, rates, progress))
        sums.append(progress.sums)
    return np.concatenate(sums)


def difference(one, other, least=0.0):
    """The greatest, as a share of the largest number, or of `least` where all are smaller."""
    largest = np.abs(other).max(initial=least)
    return float(np.abs(np.subtract(one, other, dtype=np.float64)).max(initial=0) / (largest or 1))


def assert_agreement(job_and_rows, rate, threads=None, rounding=None, **settings):
    """The kernel comes to what the NumPy engine comes to: parameters, slots, steps, sums and random numbers drawn."""
    job, given = job_and_rows
    twin = copy.deepcopy(job)
    rounding = rounding or ROUNDING[str(job.network.dtype)]
    before = job.network.parameters.copy()
    expected = train(NumpyEngine(), twin, given, rate, **settings)
    sums = train(Kernel(threads), job, given, rate, **settings)
    assert job.step == twin.step > 0
    assert job.rng.random() == twin.rng.random()
    assert difference(job.network.parameters, twin.network.parameters) <= rounding
    for name, one, other in zip(type(job.optimizer).slots, job.slots, twin.slots, strict=True):
        assert difference(one, other) <= rounding, name
    for name, one, other in zip(("loss", "norm", "rows", "penalty"), sums.T, expected.T, strict=True):
        # A row's loss is what is left of terms of about 1.
        assert difference(one, other, least=len(given) if name == "loss" else 0) <= rounding, name
    return difference(before, job.network.parameters)


def call_block(function, *arguments):
    """Call a compiled function by its address, with arrays and whole numbers; where nothing is compiled, itself."""
    if not ENABLED:
        function(*(x.reshape(-1) if isinstance(x, np.ndarray) else x for x in arguments))
        return
    kinds = [ctypes.c_void_p if isinstance(x, np.ndarray) else ctypes.c_ssize_t for x in arguments]
    values = [x.ctypes.data if isinstance(x, np.ndarray) else x for x in arguments]
    ctypes.CFUNCTYPE(None, *kinds)(function)(*values)


def run_python(code, *arguments, timeout=120, **environment):
    """What a Python of its own prints, the package being the one that is tested here."""
    source = str(Path(clearprop.__file__).parents[1])
    path = os.pathsep.join([source, str(Path(__file__).parents[3]), os.environ.get("PYTHONPATH", "")])
    result = subprocess.run(
        [sys.executable, "-W", "error", "-c", code, *arguments],
        env={**os.environ, "PYTHONPATH": path, **environment},
        capture_output=True,
        text=True,
        timeout=timeout,
        check=False,
    )
    assert result.returncode == 0, result.stdout + result.stderr
    return result.stdout
