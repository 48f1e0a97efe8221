"""A training that is under way already, taken into the lab: a copy goes on from where it stands."""

from __future__ import annotations

import copy
from typing import Any

import numpy as np
import numpy.typing as npt

from clearprop.engines import NumpyEngine
from clearprop.foundation.sparse import is_sparse
from clearprop.lab.data import DataSet
from clearprop.lab.networks import Accuracy, Live, check_steps, standards
from clearprop.lab.protocol import Given, LayerChoice, Settings
from clearprop.metrics import accuracy
from clearprop.training.run import Training

Array = npt.NDArray[Any]

# So many epochs more are planned for a training that had ended.
MORE_EPOCHS = 100_000


def live_of_run(training: Training) -> Live:
    """A copy of a run: its network, rows, settings, and all that optimiser and generator remember.

    It takes its steps by NumPy, without callbacks, and its patience does not end; one that had ended goes on.

    Raises
    ------
    Refusal
        Its optimiser finds its steps itself.

    Examples
    --------
    >>> from clearprop import Trainer
    >>> trainer = Trainer(Network([1, 1], rng=0), batch_size=2, shuffle=False)
    >>> training = trainer.start([[0.0], [1.0], [2.0]], [1.0, 3.0, 5.0])
    >>> _ = training.run_epoch()
    >>> live = live_of_run(training)
    >>> _ = live.training.run_epoch(), training.run_epoch()
    >>> bool((live.network.parameters == training.network.parameters).all()), live.training.state.epoch
    (True, 2)
    """
    check_steps(training.settings)
    own = _copied(training)
    parts: list[Any] = [own.rows] if own.validation is None else [own.rows, own.validation]
    inputs = np.concatenate([part.X.toarray() if is_sparse(part.X) else part.X for part in parts])
    targets = np.concatenate([part.y for part in parts])
    levels = _levels(own, targets)
    data = _data(own, inputs, targets, levels)
    shift, scale = standards(data.columns, False)
    places = np.arange(len(inputs))
    return Live(
        settings=_settings(own, len(inputs)),
        data=data,
        inputs=inputs,
        targets=targets,
        trained=places[: len(own.rows)],
        held_out=places[len(own.rows) :],
        input_names=list(data.column_names),
        levels=levels,
        shift=shift,
        scale=scale,
        network=own.network,
        trainer=own.settings,  # type: ignore[arg-type]
        training=own,
    )


def _copied(training: Training) -> Training:
    """The run with a network and a generator of its own."""
    trainer: Any = copy.copy(training.settings)
    trainer.network = training.network.copy()
    trainer.callbacks, trainer.patience, trainer.engine = [], None, NumpyEngine()
    trainer.rng = copy.deepcopy(training.job.rng)
    snapshot = training.snapshot()
    own: Training = trainer.start(training.rows, validation=training.validation)
    if training.stop_reason is None:
        own.restore(snapshot)
    else:
        own.settings.epochs = max(own.settings.epochs, snapshot.state.epoch) + MORE_EPOCHS
        own.resume(snapshot)
    own.state.patience.patience, own.state.patience.keeps_best = None, False
    own.state.patience.best_parameters = None
    return own


def _levels(training: Training, targets: Array) -> tuple[float, float]:
    loss = training.network.loss_function
    return loss.levels if loss.classification else (float(targets.min()), float(targets.max()))


def _data(training: Training, inputs: Array, targets: Array, levels: tuple[float, float]) -> DataSet:
    """The rows, whose targets are classes where the loss or the metric takes them for such."""
    columns, outputs = inputs.astype(np.float64), targets.shape[1]
    names = tuple(f"x{place}" for place in range(1, columns.shape[1] + 1))
    one_each = outputs == 1 or bool(((targets == levels[1]).sum(axis=1) == 1).all())
    classifies = training.network.loss_function.classification or training.metric is accuracy
    if classifies and one_each and set(np.unique(targets).tolist()) <= set(levels):
        classes = Accuracy(sum(levels) / 2).classes(targets)
        return DataSet(columns, classes, names, tuple(map(str, range(max(2, outputs)))))
    of = ("y",) if outputs == 1 else tuple(f"y{place}" for place in range(1, outputs + 1))
    return DataSet(columns, targets.astype(np.float64), names, target_names=of)


def _settings(training: Training, n_rows: int) -> Settings:
    """What was chosen for the run, as far as the page has words for it."""
    network, steps = training.network, training.job.settings
    *hidden, output = network.activations
    dropout = list(steps.dropout) or [0.0] * len(hidden)
    return Settings(
        data=Given(),
        held_out=0.0 if training.validation is None else len(training.validation) / n_rows,
        layers=[
            LayerChoice(units=units, activation=activation.name, dropout=share)
            for units, activation, share in zip(network.layer_sizes[1:-1], hidden, dropout, strict=True)
        ],
        output_activation=output.name,
        loss=network.loss_function.name,
        optimizer=training.optimizer.name,
        learning_rate=training.learning_rate,
        schedule=training.schedule.name,
        batch_size=training.batch_size,
        epochs=min(training.epochs, 1_000_000),
        l1=training.penalty.l1,
        l2=training.penalty.l2,
        clip_norm=steps.clip_norm or 0.0,
        shuffle=training.shuffle,
        dtype=network.dtype.name,  # type: ignore[arg-type]
        weights=network.parameters.tolist(),
    )
