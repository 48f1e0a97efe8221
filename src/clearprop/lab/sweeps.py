"""A batch gone through operation by operation, forwards and back; its step is the one that training takes."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt

from clearprop.errors import DivergenceError
from clearprop.lab.equations import show
from clearprop.lab.live import Live
from clearprop.lab.moments import Batch, Moment, Sample, moment
from clearprop.lab.operations import Deed, Plan
from clearprop.lab.protocol import Badge, Grain, Operation

Array = npt.NDArray[Any]


class Sweep:
    """A place within the batch that comes next; the training stands before the batch all the while.

    Parameters
    ----------
    live : Live
    after : array, shape (parameters,), or None
        The parameters after the step; None where it leaves the finite numbers.
    error : DivergenceError or None
        Why there is no such step.

    Attributes
    ----------
    at : int
        So many operations are done; 0 at the beginning.
    last : int
        How many can be done: all, or those up to the first whose result is not finite.
    """

    def __init__(self, live: Live, after: Array | None, error: DivergenceError | None) -> None:
        self._live, self._after, self.error = live, after, error
        self.batch = Batch.next_of(live.training)
        self.plan = Plan.of(live.network.layer_sizes)
        self.samples = len(self.batch.places)
        self.total = self.plan.total(self.samples)
        self.last = self.total if error is None else self._fault(error)
        self.at = 0
        self._sample: tuple[int, Sample] | None = None

    def move(self, grain: Grain, direction: int) -> bool:
        """Go to the end of the next piece; False where the batch has none left in this direction."""
        if self.at == (self.total if direction > 0 else 0):
            return False
        self.at = min(self.plan.stop(self.at, self.samples, grain, direction), self.last)
        return True

    @property
    def faulty(self) -> bool:
        """Whether the last operation made the first number that is not finite."""
        return self.error is not None and self.at == self.last

    @property
    def place(self) -> tuple[int, int, int]:
        """Sample, how many of its operations are done, and how many it has."""
        sample, done, _ = self.plan.last_done(self.at, self.samples)
        return sample, done, len(self.plan.closing if sample == self.samples else self.plan.of_sample)

    @property
    def row(self) -> int:
        """Which of all rows is under way."""
        return self._present.row

    @property
    def operation(self) -> Operation:
        """What was done last."""
        return show(self._deed, self._live, self._present, self.batch)

    @property
    def badge(self) -> Badge:
        """Where the first number stands that is not finite."""
        deed = self._deed
        named = f"The step of {deed.name}" if deed.kind == "update" else deed.name
        return Badge(unit=deed.name, kind="not finite", says=f"{named} is the first that is no longer finite.")

    @property
    def moment(self) -> Moment:
        """The numbers so far; NaN where one has not been computed."""
        live, sample = self._live, self._present
        number, done, deed = self.plan.last_done(self.at, self.samples)
        closing = number == self.samples
        whole = moment(live, sample, self._gradient(number, done))
        if closing:
            return replace(whole, parameters=self._parameters(done))
        left = {kind: np.array(getattr(whole, kind), np.float64) for kind in ("z", "a", "delta")}
        starts = np.concatenate([[0], np.cumsum(live.network.layer_sizes[1:])])
        for later in self.plan.of_sample[done:]:
            if later.kind in left:
                left[later.kind][starts[later.layer - 1] + later.unit - 1] = np.nan
        loss = np.nan if deed.phase == "forward" else whole.loss
        return replace(whole, z=left["z"], a=left["a"], delta=left["delta"], loss=loss)

    # -- numbers ---------------------------------------------------------------------------------------------------

    @property
    def _deed(self) -> Deed:
        return self.plan.last_done(self.at, self.samples)[2]

    @property
    def _present(self) -> Sample:
        """The sample that is under way, or the last."""
        number = min(self.plan.last_done(self.at, self.samples)[0], self.samples - 1)
        if self._sample is None or self._sample[0] != number:
            self._sample = number, self.batch.sample(self._live, number)
        return self._sample[1]

    def _gradient(self, number: int, done: int) -> Array:
        """The gradient so far: the samples' before, a part for each, what this one has added, and the means."""
        network, count = self._live.network, self.samples
        whole = min(number, count)
        gradient = np.full(network.parameters.size, np.nan)
        if whole:
            trace = self.batch.trace
            masks = [None if mask is None else mask[:whole] for mask in trace.masks]
            before = type(trace)(
                trace.inputs[:whole], [z[:whole] for z in trace.z], [a[:whole] for a in trace.a], masks
            )
            with np.errstate(all="ignore"):
                gradient[:] = network.propagate_shares(before, self.batch.rows.y[:whole], 1 / count, float(count)).flat
        deeds = self.plan.closing if number == count else self.plan.of_sample
        for deed in deeds[:done]:
            if deed.kind not in ("gradient", "mean"):
                continue
            for span in network.layout.spans:
                if span.layer == deed.layer:
                    part = slice(span.start, span.stop)
                    if deed.kind == "mean":
                        gradient[part] = self.batch.gradients.flat[part]
                    else:
                        own = self._present.gradients.flat[part] * self.batch.share(number)
                        gradient[part] = own if whole == 0 else gradient[part] + own
        return gradient

    def _parameters(self, done: int) -> Array:
        """The parameters while the layers are stepped one after the other."""
        network = self._live.network
        stepped = {deed.layer for deed in self.plan.closing[:done] if deed.kind == "update"}
        if not stepped or self._after is None:
            return network.parameters
        parameters = network.parameters.copy()
        for span in network.layout.spans:
            if span.layer in stepped:
                parameters[span.start : span.stop] = self._after[span.start : span.stop]
        return parameters

    # -- the first number that is not finite ---------------------------------------------------------------------------

    def _fault(self, error: DivergenceError) -> int:
        """After how many operations there is one."""
        trace, deltas = self.batch.trace, self.batch.gradients.deltas
        with np.errstate(all="ignore"):
            losses = self._live.network.row_losses(trace, self.batch.rows.y)
        numbers = np.column_stack([*trace.z, *trace.a, *deltas, losses])
        for number in np.flatnonzero(~np.isfinite(numbers).all(axis=1)):
            sample = self.batch.sample(self._live, int(number))
            for done, deed in enumerate(self.plan.of_sample, start=1):
                if not self._finite(deed, sample):
                    return int(number) * len(self.plan.of_sample) + done
        kind = "mean" if not self._gradient_is_finite() else "update"
        of_layer = [deed.kind == kind and deed.layer == error.layer for deed in self.plan.closing]
        return self.samples * len(self.plan.of_sample) + of_layer.index(True) + 1

    def _gradient_is_finite(self) -> bool:
        flat = self.batch.gradients.flat
        with np.errstate(all="ignore"):
            return bool(np.isfinite(np.vdot(flat, flat)))

    def _finite(self, deed: Deed, sample: Sample) -> bool:
        layer, at = deed.layer - 1, deed.unit - 1
        match deed.kind:
            case "z":
                return bool(np.isfinite(sample.trace.z[layer][0, at]))
            case "a":
                return bool(np.isfinite(sample.trace.a[layer][0, at]))
            case "loss":
                return bool(np.isfinite(sample.loss))
            case "delta":
                return bool(np.isfinite(sample.gradients.deltas[layer][0, at]))
        return bool(np.isfinite(sample.gradients.weights[layer]).all())
