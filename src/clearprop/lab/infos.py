"""What the page is told of the network and the rows, in the protocol's words."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from clearprop.lab.live import Accuracy, Live, answers_of, plane_of
from clearprop.lab.protocol import DataInfo, NetworkInfo

Array = npt.NDArray[Any]


def network_info(live: Live) -> NetworkInfo:
    """The network and its training in the protocol's words."""
    network, training = live.network, live.training
    return NetworkInfo(
        sizes=list(network.layer_sizes),
        activations=[activation.name for activation in network.activations],
        loss=network.loss_function.name,
        optimizer=training.optimizer.name,
        parameters=network.parameters.size,
        batch_size=training.batch_size,
        batches=-(-training.n_rows // training.batch_size),
    )


def is_perceptron(live: Live) -> bool:
    """Whether each step is the perceptron's rule: a row that is wrong is added to the weights, times the rate."""
    network, training = live.network, live.training
    return (
        len(network.layer_sizes) == 2
        and network.layer_sizes[-1] == 1
        and network.loss_function.name == "perceptron"
        and network.activations[-1].name == "identity"
        and training.optimizer.name == "sgd"
        and training.batch_size == 1
        and not training.penalty
        and training.clip_norm is None
    )


def data_info(live: Live) -> DataInfo:
    """The rows in the protocol's words; `data_arrays` go with it."""
    data, outputs = live.data, live.network.layer_sizes[-1]
    return DataInfo(
        task=data.task,
        rows=len(data),
        trained=len(live.trained),
        input_names=live.input_names,
        column_names=list(data.column_names),
        class_names=list(data.class_names),
        target_names=list(data.target_names) if data.task == "regression" else list(data.class_names)[-outputs:],
        plane=plane_of(live, (0, 1)),
        answers=answers_of(live),
        one_input=data.columns.shape[1] == 1,
    )


def data_arrays(live: Live, axes: tuple[int, int] = (0, 1)) -> dict[str, Array]:
    """Where each row stands in the plane, its target, and whether it is held out."""
    data = live.data
    held_out = np.zeros(len(data), np.uint8)
    held_out[live.held_out] = 1
    if data.task == "regression":
        target = live.targets.astype(np.float64)
    else:
        target = Accuracy(live.middle).classes(live.targets)[:, np.newaxis].astype(np.float64)
    columns = data.columns
    places = np.column_stack([columns[:, 0], target[:, 0]]) if columns.shape[1] == 1 else columns[:, list(axes)]
    return {"data.plane": places.astype(np.float64), "data.target": target, "data.held_out": held_out}
