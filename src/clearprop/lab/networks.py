"""Network, trainer and rows, built as they were chosen: the same as a `Trainer` of the user's own would have."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt

from clearprop.activations import ACTIVATIONS
from clearprop.foundation.arguments import checked_dtype
from clearprop.lab.data import DataSet
from clearprop.lab.features import apply, features_for
from clearprop.lab.live import Accuracy, Live
from clearprop.lab.protocol import Data, Given, Settings
from clearprop.lab.refusals import Refusal, blaming
from clearprop.lab.rows import rows_of
from clearprop.losses import LOSSES, Loss
from clearprop.metrics import r2
from clearprop.network.layout import dense_size
from clearprop.network.network import Network
from clearprop.network.rows import Rows
from clearprop.schedules import SCHEDULES
from clearprop.training.diagnosis.learnability import check_output
from clearprop.training.run import Training
from clearprop.training.settings import TrainingSettings
from clearprop.training.trainer import Trainer

Array = npt.NDArray[Any]

# Of fewer rows all are trained on: to hold out one of XOR's four would take the lesson away.
FEWEST_DIVIDED = 20
MOST_PARAMETERS = 1_000_000
# Each frame has all rows answered: so many rows times parameters take about a quarter of a second.
MOST_WORK = 1_000_000_000
_FIELD_OF_DATA = {"preset": "data.name", "drawn": "data.points", "pasted": "data.text"}
# Settings that the trainer's own messages begin with.
_NAMED = ("learning_rate", "batch_size", "epochs", "l1", "l2", "clip_norm", "dropout", "optimizer", "schedule")


def build(settings: Settings, given: DataSet | None = None) -> Live:
    """Everything that these settings choose, before the first batch.

    Parameters
    ----------
    given : DataSet, optional
        The rows that `Given` stands for.

    Raises
    ------
    Refusal
        A setting that cannot be; its field is named.
    """
    data = chosen_rows(settings.data, given)
    with blaming("features"):
        features = features_for(settings.features, data.columns.shape[1])
    settings = msgspec.structs.replace(settings, features=features)
    trained, held_out = divided(len(data), settings.held_out, settings.seed)
    raw = apply(features, data.columns)
    shift, scale = standards(raw[trained], settings.standardized)
    network = new_network(settings, data, raw.shape[1])
    check_work(network, len(data))
    with blaming("output_activation" if settings.output_activation else "loss"):
        check_output(network)
    levels = levels_of(network, data)
    live_inputs = ((raw - shift) / scale).astype(network.dtype)
    targets = encoded(data, network, levels, settings, trained)
    trainer = new_trainer(settings, network, data, levels)
    with blaming("loss" if data.task == "classification" or settings.loss else "data"):
        training = started(trainer, live_inputs, targets, trained, held_out)
    names = list(features) or list(data.column_names)
    return Live(
        settings, data, live_inputs, targets, trained, held_out, names, levels, shift, scale, network, trainer, training
    )


def started(trainer: Trainer, inputs: Array, targets: Array, trained: Array, held_out: Array) -> Training:
    """The trainer's run on those of the rows that are trained on."""
    rows = Rows.checked(trainer.network, inputs[trained], targets[trained])
    if not len(held_out):
        return trainer.start(rows)
    held = Rows.checked(trainer.network, inputs[held_out], targets[held_out], which="held-out ")
    return trainer.start(rows, validation=held)


# -- rows ------------------------------------------------------------------------------------------------------------


def chosen_rows(choice: Data, given: DataSet | None) -> DataSet:
    """The rows of a choice; see `rows.rows_of`."""
    if isinstance(choice, Given):
        if given is None:
            raise Refusal("no rows were given to this lab: choose a data set, draw points or paste a table", "data")
        return given
    tag = str(choice.__struct_config__.tag)
    with blaming(_FIELD_OF_DATA.get(tag, "data.formula")):
        return rows_of(choice)


def divided(n_rows: int, share: float, seed: int) -> tuple[Array, Array]:
    """Which rows are trained on and which are held out, each in their order; one at least is trained on.

    Examples
    --------
    >>> trained, held_out = divided(20, 0.25, seed=0)
    >>> len(trained), held_out.tolist()
    (15, [2, 4, 6, 13, 19])
    """
    count = min(round(share * n_rows), n_rows - 1) if n_rows >= FEWEST_DIVIDED else 0
    order = np.random.default_rng(seed).permutation(n_rows)
    return np.sort(order[count:]), np.sort(order[:count])


def standards(columns: Array, standardized: bool) -> tuple[Array, Array]:
    """Mean and deviation of each column, or what leaves them as they are; a constant column is divided by 1."""
    if not standardized:
        return np.zeros(columns.shape[1]), np.ones(columns.shape[1])
    deviation = columns.std(axis=0)
    return columns.mean(axis=0), np.where(deviation > 0, deviation, 1.0)


def levels_of(network: Network, data: DataSet) -> tuple[float, float]:
    """The targets for no and for yes: the loss's own, or the ends of the output's range, or -1 and 1."""
    loss = network.loss_function
    if loss.classification or data.task == "regression":
        return loss.levels
    least = network.activations[-1].output_range[0]
    return (0.0, 1.0) if least >= 0 or data_is_counted(network) else (-1.0, 1.0)


def data_is_counted(network: Network) -> bool:
    """Whether the loss takes no negative targets."""
    return network.loss_function.output_domain[0] >= 0


def encoded(data: DataSet, network: Network, levels: tuple[float, float], settings: Settings, trained: Array) -> Array:
    """Targets in the shape of the network's outputs, in its dtype."""
    if data.task == "regression":
        shift, scale = standards(data.target[trained], settings.standardized)
        return ((data.target - shift) / scale).astype(network.dtype)
    outputs = network.layer_sizes[-1]
    chosen = (data.target == 1)[:, np.newaxis] if outputs == 1 else data.target[:, np.newaxis] == np.arange(outputs)
    return np.where(chosen, levels[1], levels[0]).astype(network.dtype)


# -- network and trainer ---------------------------------------------------------------------------------------------


def new_network(settings: Settings, data: DataSet, inputs: int) -> Network:
    """The network that was chosen, for so many inputs."""
    with blaming("loss"):
        loss = LOSSES.resolve(settings.loss or usual_loss(data))
    with blaming("output_activation"):
        output = ACTIVATIONS.resolve(settings.output_activation or loss.output_activation)
    for number, layer in enumerate(settings.layers):
        with blaming(f"layers.{number}.activation"):
            ACTIVATIONS.resolve(layer.activation)
    sizes = [inputs, *(layer.units for layer in settings.layers), _outputs(data, loss, output.name)]
    if min(sizes) >= 1 and dense_size(sizes) > MOST_PARAMETERS:
        raise Refusal(
            f"layers of {sizes} have {dense_size(sizes):,} parameters: the lab takes {MOST_PARAMETERS:,} at most, "
            "so choose fewer or smaller layers",
            "layers",
        )
    with blaming("dtype"):
        checked_dtype(settings.dtype)
    with blaming("initializer" if settings.initializer else "layers"):
        network = Network(
            sizes,
            [layer.activation for layer in settings.layers],
            output,
            loss,
            settings.initializer or None,
            settings.dtype,
            settings.seed,
        )
    if settings.weights is not None:
        _write_weights(network, settings.weights)
    return network


def usual_loss(data: DataSet) -> str:
    """The loss where none is chosen."""
    if data.task == "regression":
        return "squared_error"
    return "binary_cross_entropy" if len(data.class_names) <= 2 else "cross_entropy"


def _outputs(data: DataSet, loss: Loss, output_activation: str) -> int:
    """How many outputs there are: one for two classes, unless they share a softmax."""
    if data.task == "regression":
        return int(data.target.shape[1])
    shares = "softmax" in (output_activation, loss.output_activation)
    return len(data.class_names) if len(data.class_names) > 2 or shares else 1


def _write_weights(network: Network, weights: Sequence[float]) -> None:
    if len(weights) != network.parameters.size:
        raise Refusal(
            f"{len(weights)} weights are given, and this network has {network.parameters.size} parameters: leave "
            "weights out, or give those of a network of the same layers",
            "weights",
        )
    with blaming("weights"), np.errstate(over="ignore"):
        network.parameters = np.asarray(weights, dtype=np.float64).astype(network.dtype)
    if not np.isfinite(network.parameters).all():
        raise Refusal("a weight is not finite: give finite numbers", "weights")


def new_trainer(settings: Settings, network: Network, data: DataSet, levels: tuple[float, float]) -> Trainer:
    """The trainer that was chosen. It takes its steps by NumPy, whose every number can then be shown within a batch."""
    with blaming("schedule"):
        schedule = SCHEDULES.resolve(settings.schedule)
    metric = r2 if data.task == "regression" else Accuracy(sum(levels) / 2)
    for name in ("learning_rate", "l1", "l2", "clip_norm"):
        if not math.isfinite(getattr(settings, name)):
            raise Refusal(f"{name} must be a finite number, got {getattr(settings, name)}", name)
    with blaming("optimizer", _NAMED):
        trainer = Trainer(
            network,
            optimizer=settings.optimizer,
            learning_rate=settings.learning_rate,
            schedule=schedule,
            batch_size=settings.batch_size or len(data),
            epochs=settings.epochs,
            shuffle=settings.shuffle,
            l1=settings.l1,
            l2=settings.l2,
            dropout=[layer.dropout for layer in settings.layers],
            clip_norm=settings.clip_norm or None,
            patience=None,
            keep_best=False,
            metric=metric,
            engine="numpy",
            rng=settings.seed,
        )
    check_steps(trainer)
    return trainer


def check_steps(trainer: TrainingSettings) -> None:
    """Refuse an optimiser whose steps cannot be taken one at a time."""
    if trainer.finds_steps_itself:
        raise Refusal(
            f"{trainer.optimizer.name} finds its steps itself, from all rows many times over, and cannot be stepped: "
            "choose another optimiser, such as adam",
            "optimizer",
        )


def check_work(network: Network, n_rows: int) -> None:
    """Refuse what a page would have to wait for at every step."""
    parameters = network.parameters.size
    if n_rows * parameters > MOST_WORK:
        raise Refusal(
            f"{n_rows:,} rows and {parameters:,} parameters: the lab computes every row's answer for each picture, and "
            f"takes {MOST_WORK // parameters:,} rows at most with this network, so choose fewer rows, or fewer or "
            "smaller layers",
            "layers",
        )
