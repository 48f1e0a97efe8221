"""The network and the training that an estimator's parameters ask for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from clearprop.activations import ACTIVATIONS
from clearprop.engines import AutoEngine
from clearprop.estimators.epoch_report import reported, reported_outputs
from clearprop.estimators.parameters import called
from clearprop.estimators.settings import (
    batch_size,
    hidden_activations,
    layer_initializers,
    optimizer,
    patience,
    schedule,
)
from clearprop.foundation.arguments import checked_dtype
from clearprop.losses import Loss
from clearprop.network.network import Network
from clearprop.network.rows import Rows
from clearprop.training.callbacks import Callback
from clearprop.training.history import EpochRecord
from clearprop.training.memory_check import check_room
from clearprop.training.row_source import RowSource
from clearprop.training.run import Training
from clearprop.training.trainer import Trainer

# What the estimators call the trainer's settings that have other names there.
NAMES = {
    "epochs": "max_iter",
    "learning_rate": "learning_rate_init",
    "l2": "alpha",
    "optimizer": "solver",
    "patience": "n_iter_no_change",
    "tolerance": "tol",
}


def new_network(
    estimator: Any, sizes: list[int], loss: str | Loss, dtype: np.dtype[Any], random: np.random.RandomState
) -> Network:
    """A network with layers of these sizes, its first parameters drawn as scikit-learn draws them.

    Raises
    ------
    ValueError
        An activation or initialiser does not fit, or there is no memory to train so large a network.
    """
    activations = hidden_activations(estimator.activation, len(sizes) - 2)
    check_room(sizes, dtype, optimizer(estimator))
    initializers = layer_initializers(estimator.initializer, estimator.activation, activations)
    return Network(sizes, activations, estimator.output_activation, loss, initializers, dtype, random)


def check_same_network(estimator: Any, sizes: list[int], loss: Loss) -> None:
    """Refuse parameters that training cannot go on with, since the network was made with others.

    Parameters
    ----------
    sizes : list of int
        Of the layers that parameters and data ask for.

    Raises
    ------
    ValueError
        Layers, activations, loss or dtype would be others.
    """
    network = estimator.network_
    output = loss.output_activation if estimator.output_activation is None else estimator.output_activation
    functions = [*hidden_activations(estimator.activation, len(sizes) - 2), ACTIVATIONS.resolve(output)]
    for what, has, asked in (
        ("layers", list(network.layer_sizes), sizes),
        ("activations", network.activations, functions),
        ("loss", network.loss_function, loss),
        ("dtype", network.dtype, network.dtype if estimator.dtype is None else checked_dtype(estimator.dtype)),
    ):
        if has != asked:
            raise ValueError(
                f"training goes on with a network of {what} {has}, but the parameters and the data ask for "
                f"{asked}: set warm_start=False and call fit to begin anew"
            )


def start_training(
    estimator: Any,
    rows: Rows | RowSource,
    judged_by: Rows | None,
    metric: Any,
    random: np.random.RandomState,
    callbacks: Sequence[Callback],
) -> Training:
    """A run that stands before the first batch.

    Parameters
    ----------
    judged_by : Rows, optional
        Validation rows.
    metric : callable, optional
        What is measured on them.
    callbacks : sequence of Callback
    """
    network, stochastic = estimator.network_, estimator._is_stochastic()
    early = bool(estimator.early_stopping) and stochastic
    monitor: Any = "loss"
    if early:
        monitor = "validation_loss" if estimator.scoring == "loss" else "metric"
    if monitor != "metric" and reported_outputs(network) > 1:
        monitor = _Reported(monitor, reported_outputs(network))
    by_steps: dict[str, Any] = {}
    if stochastic:
        dropout = estimator.dropout
        by_steps = {
            "learning_rate": estimator.learning_rate_init,
            "schedule": schedule(estimator),
            "batch_size": batch_size(estimator.batch_size, len(rows)),
            "decoupled_decay": estimator.decoupled_decay,
            "dropout": list(dropout) if isinstance(dropout, tuple) else dropout,
            "clip_norm": estimator.clip_norm,
            "patience": patience(estimator.n_iter_no_change),
        }
    engine = estimator.engine
    with called(NAMES):
        trainer = Trainer(
            network,
            optimizer=optimizer(estimator),
            epochs=estimator.max_iter,
            shuffle=estimator.shuffle,
            l1=estimator.l1,
            l2=estimator.alpha,
            tolerance=estimator.tol,
            monitor=monitor,
            keep_best=early,
            metric=metric,
            callbacks=callbacks,
            engine=AutoEngine(lasting=True) if isinstance(engine, str) and engine == AutoEngine.name else engine,
            rng=random,
            **({"patience": None} | by_steps),
        )
    return trainer.start(rows, validation=judged_by, samples=estimator.t_)


@dataclass(frozen=True)
class _Reported:
    """A loss on scikit-learn's scale, as what the trainer monitors."""

    name: str
    n_outputs: int

    def __call__(self, record: EpochRecord) -> float:
        value: float = getattr(reported(record, self.n_outputs), self.name)
        return value
