"""The compiled engine: runs of batches in machine code; what has no compiled form is left to NumPy."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy.typing as npt

from clearprop.engines.contract import Diverged, Job, Stretch
from clearprop.engines.numpy_engine import NumpyEngine
from clearprop.engines.time_estimate import multiplied
from clearprop.foundation.callers import warn_caller
from clearprop.foundation.randomness import Mark
from clearprop.network.network import Network
from clearprop.network.rows import Rows

if TYPE_CHECKING:
    from clearprop.engines.compiled.training import CompiledTraining

Array = npt.NDArray[Any]

# So many multiplications are not worth the preparation.
LEAST_PREDICTED = 500_000


class CompiledEngine:
    """Trains by machine code, a whole run of batches at a time.

    Numbers agree with the NumPy engine's but for rounding, and are the same however many threads there are. What only
    a user's Python function can compute is trained by NumPy, with a warning.

    Parameters
    ----------
    threads : int, optional
        Workers that share each batch; where not given, as many as the batch is worth and the machine has.
    """

    name = "compiled"

    def __init__(self, threads: int | None = None) -> None:
        self.threads = threads
        self._training: CompiledTraining | None = None
        self._warned = False

    def run(self, job: Job, rows: Rows, stretch: Stretch) -> None:
        """Take a step for each batch of the stretch; see `Engine.run`."""
        training = self._training
        if training is None or not training.takes(job, rows):
            from clearprop.engines.compiled.training import CompiledTraining, not_compilable

            without = not_compilable(job)
            if without is not None:
                self._warn(without)
                NumpyEngine().run(job, rows, stretch)
                return
            training = self._training = CompiledTraining(job, rows, self.threads)
        if not stretch.is_kept:
            job.keep()
        mark = Mark(job.rng) if any(job.settings.dropout) else None
        if mark is not None:
            mark.set()
        good = training.run(stretch)
        if good == stretch.n_batches:
            return
        # All but the last step that was still good, which may have been too long, are taken again; where the numbers
        # left the finite ones is then found by the readable engine.
        good = max(0, good - 1)
        job.put_back()
        if mark is not None:
            mark.go_back()
        for part in stretch.between(0, good, job.settings.batch_size):
            training.run(part)
        for part in stretch.between(good, stretch.n_batches, job.settings.batch_size):
            try:
                NumpyEngine().run(job, rows, part)
            except Diverged as diverged:
                raise diverged.after(good) from None
            good += part.n_batches

    def predict(self, network: Network, X: npt.ArrayLike) -> Array:
        """The network's outputs of all rows, shape (n, outputs); a few rows are NumPy's, which is at hand."""
        rows = network.checked_rows(X)
        work = int(rows.shape[0]) * multiplied(network)
        if work < LEAST_PREDICTED:
            return network.outputs(rows)
        from clearprop.engines.compiled import training

        if training.without_kernels(network) is not None:
            return network.outputs(rows)
        return training.CompiledPrediction(network, rows, self.threads).predict()

    def _warn(self, what: str) -> None:
        if not self._warned:
            warn_caller(
                f"{what} has no compiled form, so the NumPy engine trains. An activation or loss may bring `kernels`, "
                "a value and a slope that Numba can compile; engine='numpy' goes without this warning"
            )
        self._warned = True

    def __getstate__(self) -> dict[str, Any]:
        """Without the memory of a training, which is made anew where it goes on."""
        return {**vars(self), "_training": None}
