"""L-BFGS: SciPy decides the steps, the network gives loss and gradient over all rows."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from clearprop.engines.contract import Diverged, Job, Progress, WholeRunEngine, first_not_finite
from clearprop.engines.whole_batch import WholeBatch
from clearprop.foundation.pieces import nothing
from clearprop.network.rows import Rows
from clearprop.optimizers import LBfgs

Array = npt.NDArray[Any]


class LBfgsEngine(WholeRunEngine):
    """Hands the whole training to `scipy.optimize.minimize`; the job's optimiser is an `LBfgs`, its settings."""

    def run_to_end(
        self,
        job: Job,
        rows: Rows,
        iterations: int,
        tolerance: float,
        after_iteration: Callable[[Progress], bool],
        on_piece: Callable[[], None] = nothing,
    ) -> str:
        """Minimise the loss over all rows; see `WholeRunEngine.run_to_end`. SciPy's words say why it ended."""
        from scipy.optimize import minimize

        network, penalty, method = job.network, job.settings.penalty, job.optimizer
        assert isinstance(method, LBfgs), "each optimiser has its engine, see `engine_for`"
        batch = WholeBatch(network, rows, penalty)
        last, norms = network.parameters.copy(), {}

        def evaluate(parameters: Array) -> tuple[float, Array]:
            on_piece()
            network.parameters[batch.order] = parameters
            with np.errstate(all="ignore"):  # what is not finite is noticed here
                batch.evaluate()
                norm = float(np.sqrt(np.vdot(batch.gradients.flat, batch.gradients.flat)))
                if not (math.isfinite(batch.loss) and math.isfinite(norm)):
                    raise Diverged(0, *first_not_finite(network, batch.trace, batch.gradients))
            norms[batch.loss] = norm
            return batch.loss, batch.gradients.flat[batch.order].astype(np.float64, copy=False)

        def report(intermediate_result: Any) -> None:
            network.parameters[batch.order] = intermediate_result.x
            last[:] = network.parameters
            job.step += 1
            loss, progress = float(intermediate_result.fun), Progress.none()
            share = network.penalty_share(len(rows), rows.sample_weight, penalty)
            progress.add(0, loss, norms[loss], len(rows), share)
            if not after_iteration(progress):
                raise StopIteration

        try:
            result = minimize(
                evaluate,
                network.parameters[batch.order].astype(np.float64),
                method="L-BFGS-B",
                jac=True,
                callback=report,
                options={
                    "maxfun": method.max_evaluations,
                    "maxiter": iterations,
                    "gtol": tolerance,
                    "maxcor": method.memory,
                },
            )
        finally:
            network.parameters[:] = last
        return str(result.message).capitalize()
