"""L-BFGS: SciPy decides the steps, the network gives loss and gradient over all rows."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from clearprop.engines.contract import Diverged, Job, Progress, first_not_finite
from clearprop.engines.whole_batch import WholeBatch
from clearprop.optimizers import LBfgs

Array = npt.NDArray[Any]


def minimise(
    job: Job, method: LBfgs, iterations: int, tolerance: float, after_iteration: Callable[[Progress], bool]
) -> str:
    """Minimise the loss over all rows; the network is left at the last iterate.

    Parameters
    ----------
    iterations : int
        The most iterations.
    tolerance : float
        It is done when no entry of the gradient is greater.
    after_iteration : callable
        Told of each iteration, the network being at its end; training goes on while it returns True.

    Returns
    -------
    str
        Why it ended, in SciPy's words.

    Raises
    ------
    Diverged
        Loss or gradient is not finite; the parameters are those of the last iteration.
    """
    from scipy.optimize import minimize

    network, batch = job.network, WholeBatch(job)
    last, norms = network.parameters.copy(), {}

    def evaluate(parameters: Array) -> tuple[float, Array]:
        network.parameters[batch.order] = parameters
        with np.errstate(all="ignore"):  # what is not finite is noticed here
            batch.evaluate()
            norm = float(np.sqrt(np.vdot(batch.gradients.flat, batch.gradients.flat)))
            if not (np.isfinite(batch.loss) and np.isfinite(norm)):
                raise Diverged(0, *first_not_finite(network, batch.trace, batch.gradients))
        norms[batch.loss] = norm
        return batch.loss, batch.gradients.flat[batch.order].astype(np.float64)

    def report(intermediate_result: Any) -> None:
        network.parameters[batch.order] = intermediate_result.x
        last[:] = network.parameters
        job.step += 1
        loss, progress = float(intermediate_result.fun), Progress.none()
        penalty = network.penalty_share(job.n_rows, job.sample_weight, job.penalty)
        progress.add(0, loss, norms[loss], job.n_rows, penalty)
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
