"""A step, once its gradient is there: clipping, decay, and the optimiser's update of each group of parameters."""

from __future__ import annotations

from typing import Any

import numpy.typing as npt

from clearprop.engines.contract import Job
from clearprop.optimizers import Optimizer

Array = npt.NDArray[Any]


class Update:
    """Takes a job's steps by a gradient that is written anew before each of them.

    Parameters
    ----------
    job : Job
        Changed in place.
    gradient : array, shape (parameters,)
        Shortened where it is clipped.
    """

    def __init__(self, job: Job, gradient: Array) -> None:
        assert isinstance(job.optimizer, Optimizer), "what decides its steps itself has an engine of its own"
        self._job, self._optimizer, self._gradient = job, job.optimizer, gradient
        slots = job.slots[: len(job.optimizer.slots)]
        # What is stepped at one rate each, and its factor; without what is frozen.
        self._groups = [
            (job.network.parameters[place], gradient[place], slots[:, place], factor)
            for place, factor in job.layout.groups
            if factor
        ]
        # What shrinks before each step: the numbers of each span, its factor on the rate, and its decay.
        decay = job.settings.decoupled_decay
        self._decaying = [
            (span.view(job.network.parameters), span.rate_factor, span.decay_factor * decay)
            for span in job.layout.spans
            if span.rate_factor and span.decay_factor and decay
        ]

    def step(self, norm: float, rate: float, decayed: float) -> None:
        """Take one step.

        Parameters
        ----------
        norm : float
            The length of the gradient.
        decayed : float
            What decoupled decay is multiplied by.
        """
        job, clip_norm = self._job, self._job.settings.clip_norm
        if clip_norm is not None and norm > clip_norm:
            self._gradient *= clip_norm / norm
        for values, factor, decay in self._decaying:
            values *= 1 - rate * factor * (decay * decayed)
        job.step += 1
        for parameters, gradient, slots, factor in self._groups:
            self._optimizer.update(parameters, gradient, slots, rate * factor, job.step)
