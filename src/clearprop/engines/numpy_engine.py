"""The readable engine: each batch forward, backward, step, in NumPy, on arrays that are allocated once."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt

from clearprop.engines.contract import Diverged, Job, Stretch, first_not_finite
from clearprop.engines.dropout import draw_masks
from clearprop.engines.update import Update
from clearprop.network.network import Network
from clearprop.network.rows import Rows
from clearprop.network.trace import Gradients, Trace

Array = npt.NDArray[Any]


class NumpyEngine:
    """Trains by `Network.propagate`, `Network.propagate_back` and `Optimizer.update`, batch by batch."""

    name = "numpy"

    def run(self, job: Job, rows: Rows, stretch: Stretch) -> None:
        """Take a step for each batch of the stretch; see `Engine.run`."""
        network, settings = job.network, job.settings
        last_finite = network.parameters.copy()
        size = min(settings.batch_size, stretch.stop - stretch.start)
        full = _buffers(network, rows, size)
        update = Update(job, full[1].flat)
        with np.errstate(all="ignore"):  # what is not finite is noticed below
            for batch, (epoch, places, rate) in enumerate(stretch.steps(settings.batch_size)):
                stretch.on_piece()
                X, y = rows.X[places], rows.y[places]
                weight = None if rows.sample_weight is None else rows.sample_weight[places]
                n_rows, (dropout, decayed) = len(y), stretch.factors(batch)
                trace, gradients = full if n_rows == size else _first_rows(*full, n_rows)

                network.propagate(X, draw_masks(job, n_rows, dropout), out=trace)
                penalty = network.penalty_share(n_rows, weight, settings.penalty)
                loss = network.mean_loss(trace, y, weight) + penalty
                network.propagate_back(trace, y, weight, settings.penalty, out=gradients)
                norm = float(np.sqrt(np.vdot(gradients.flat, gradients.flat)))
                if not (np.isfinite(loss) and np.isfinite(norm)):
                    raise _diverged(job, batch, trace, gradients, last_finite)

                last_finite[:] = network.parameters
                update.step(norm, rate, decayed)
                stretch.progress.add(epoch, loss, norm, n_rows, penalty)
            if not np.isfinite(network.parameters).all():
                raise _diverged(job, stretch.n_batches, trace, gradients, last_finite)

    def predict(self, network: Network, X: npt.ArrayLike) -> Array:
        """The network's outputs of all rows, shape (n, outputs)."""
        return network.outputs(network.checked_rows(X))


def _diverged(job: Job, batch: int, trace: Trace, gradients: Gradients, last_finite: Array) -> Diverged:
    """What went wrong and where; if it was the step before this batch, the parameters before that are put back."""
    layer, what = first_not_finite(job.network, trace, gradients)
    if not np.isfinite(job.network.parameters).all():
        job.network.parameters[:] = last_finite
        batch -= 1
    return Diverged(batch, layer, what)


def _buffers(network: Network, rows: Rows, size: int) -> tuple[Trace, Gradients]:
    z, a, deltas = ([np.empty((size, units), network.dtype) for units in network.layer_sizes[1:]] for _ in range(3))
    gradients = network.empty_gradients(deltas)
    none = rows.X[:0]
    features = none if network.front.is_plain else np.empty((size, network.layer_sizes[0]), network.dtype)
    return Trace(none, z, a, [None] * len(z), features), gradients


def _first_rows(trace: Trace, gradients: Gradients, rows: int) -> tuple[Trace, Gradients]:
    """The same arrays, for a smaller batch."""
    features = None if trace.features is trace.inputs else trace.layer_input(0)[:rows]
    trace = Trace(trace.inputs, [z[:rows] for z in trace.z], [a[:rows] for a in trace.a], trace.masks, features)
    deltas = [delta[:rows] for delta in gradients.deltas]
    return trace, replace(gradients, deltas=deltas)
