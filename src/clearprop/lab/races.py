"""Optimisers side by side: from the same start, on the same rows in the same order, by the real trainer."""

from __future__ import annotations

from collections.abc import Callable, Sequence
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

# A race may take so many of NumPy's seconds, all runners together.
MOST_SECONDS = 20.0


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
    trainings = (begin(optimizer, rate) for optimizer, rate in zip(request.optimizers, rates, strict=True))
    runners, arrays = [], {}
    for name, rate, training in zip(names, rates, trainings, strict=True):
        _check_time(training, request)
        places = parameters_of(training.network, request.across, request.up) if request.across else []
        losses, way, ended = _run(training, request.epochs, places)
        runners.append(Runner(name=name, rate=rate, losses=losses, ended=ended))
        if places:
            arrays[f"path.{name}"] = way
    return Raced(runners=runners), arrays


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
    seconds = numpy_seconds(training.network, training.batch_size) * batches * len(request.optimizers)
    if seconds * request.epochs > MOST_SECONDS:
        fitting = max(1, int(MOST_SECONDS / seconds))
        raise InputError(
            f"a race of {len(request.optimizers)} over {request.epochs:,} epochs would take too long: take "
            f"{fitting:,} epochs or fewer, or a greater batch size"
        )


def _run(training: Training, epochs: int, places: list[int]) -> tuple[list[float | None], Array, str]:
    """Losses, the way over two parameters, and why it ended early."""
    network = training.network
    losses, way = [_loss(training)], [network.parameters[places].astype(np.float64)]
    ended = ""
    for _ in range(epochs):
        try:
            training.run_epoch()
        except DivergenceError as error:
            ended = f"diverged in epoch {error.epoch}: its numbers left the finite range"
            break
        losses.append(_loss(training))
        way.append(network.parameters[places].astype(np.float64))
    missing = epochs + 1 - len(losses)
    return losses + [None] * missing, np.array(way + [np.full(len(places), np.nan)] * missing), ended


def _loss(training: Training) -> float | None:
    loss, _ = training.rows.evaluate(training.network, lambda *_: 0.0)
    return loss if np.isfinite(loss) else None
