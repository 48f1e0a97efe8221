"""Optimisers side by side: from the same start, on the same rows in the same order, by the real trainer."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from time import perf_counter
from typing import Any

import numpy as np
import numpy.typing as npt

from clearprop.engines import numpy_seconds
from clearprop.errors import DivergenceError, InputError
from clearprop.lab.protocol import Race, Raced, Runner
from clearprop.lab.surfaces import parameters_of
from clearprop.optimizers import OPTIMIZERS
from clearprop.training.run import Training

Array = npt.NDArray[Any]

# A race may take so many of NumPy's seconds, all runners together, and then so many of the clock's; what an epoch takes
# of the former beside its batches.
MOST_SECONDS, LONGEST = 20.0, 30.0
EPOCH = 3e-4


def run_race(begin: Callable[[str, float], Training], request: Race) -> tuple[Raced, dict[str, Array]]:
    """The losses of each, at the start and after each epoch, of the rows that are trained on and without penalty.

    Parameters
    ----------
    begin : callable
        Makes a training by an optimiser's name and its rate, which stands before its first batch: always the same.

    Raises
    ------
    InputError
        An optimiser is unknown, the rates are not as many as they, or it would take too long.
    """
    rates = _rates(request)
    names = _called(request.optimizers, rates)
    tracks: list[_Track] = []
    for optimizer, rate in zip(request.optimizers, rates, strict=True):
        training = begin(optimizer, rate)
        _check_time(training, request)
        places = parameters_of(training.network, request.across, request.up) if request.across else []
        tracks.append(_Track(training, places))
    deadline = perf_counter() + LONGEST
    for epoch in range(request.epochs):  # all side by side, so that they end at the same epoch where time is up
        if perf_counter() > deadline:
            for track in tracks:
                track.ended = track.ended or f"stopped after {epoch:,} epochs, when {LONGEST:g} seconds had passed"
            break
        for track in tracks:
            track.run_epoch()
    runners = [
        Runner(name=name, rate=rate, losses=track.padded_losses(request.epochs), ended=track.ended)
        for name, rate, track in zip(names, rates, tracks, strict=True)
    ]
    ways = {f"path.{name}": track.padded_way(request.epochs) for name, track in zip(names, tracks, strict=True)}
    return Raced(runners=runners), ways if request.across else {}


def _rates(request: Race) -> list[float]:
    for name in request.optimizers:
        if name not in OPTIMIZERS:
            OPTIMIZERS.resolve(name)  # says what there is
    if not request.rates:
        return [OPTIMIZERS[name].learning_rate for name in request.optimizers]
    if len(request.rates) != len(request.optimizers):
        raise InputError(
            f"{len(request.rates)} rates are given for {len(request.optimizers)} optimisers: give one each, or none "
            "for their usual ones"
        )
    for rate in request.rates:
        if not 0 < rate < np.inf:
            raise InputError(f"a learning rate must be a finite number > 0, got {rate:g}")
    return list(request.rates)


def _called(optimizers: Sequence[str], rates: Sequence[float]) -> list[str]:
    """What the runners are called: by the rate too where an optimiser runs more than once."""
    names = [
        name if optimizers.count(name) == 1 else f"{name} {rate:g}"
        for name, rate in zip(optimizers, rates, strict=True)
    ]
    if len(set(names)) < len(names):
        raise InputError("two runners are the same optimiser at the same rate: give them different rates")
    return names


def _check_time(training: Training, request: Race) -> None:
    batches = -(-training.n_rows // training.batch_size)
    seconds = (numpy_seconds(training.network, training.batch_size) * batches + EPOCH) * len(request.optimizers)
    if seconds * request.epochs > MOST_SECONDS:
        fitting = max(1, int(MOST_SECONDS / seconds))
        raise InputError(
            f"a race of {len(request.optimizers)} over {request.epochs:,} epochs would take too long: take "
            f"{fitting:,} epochs or fewer, or a greater batch size"
        )


class _Track:
    """A runner under way: its losses, its way over two parameters, and why it has ended, if it has."""

    def __init__(self, training: Training, places: list[int]) -> None:
        self._training, self._places = training, places
        self._losses: list[float | None] = []
        self._way: list[Array] = []
        self.ended = ""
        self._note()

    def run_epoch(self) -> None:
        """Train for an epoch, unless it has ended."""
        if self.ended:
            return
        try:
            self._training.run_epoch()
        except DivergenceError as error:
            self.ended = f"diverged in epoch {error.epoch}: its numbers left the finite range"
            return
        self._note()

    def padded_losses(self, epochs: int) -> list[float | None]:
        """At the start and after each epoch; None where it had ended."""
        return self._losses + [None] * (epochs + 1 - len(self._losses))

    def padded_way(self, epochs: int) -> Array:
        """Likewise, shape (epochs + 1, 2); NaN where it had ended."""
        missing = epochs + 1 - len(self._way)
        return np.array(self._way + [np.full(len(self._places), np.nan)] * missing)

    def _note(self) -> None:
        training = self._training
        loss, _ = training.rows.evaluate(training.network, lambda *_: 0.0)
        self._losses.append(loss if np.isfinite(loss) else None)
        self._way.append(training.network.parameters[self._places].astype(np.float64))
