"""Whether there is memory to train a network, asked before it is made."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from clearprop.foundation.memory import check_memory, many
from clearprop.foundation.table_cells import quoted
from clearprop.network.layout import dense_size
from clearprop.network.network import Network
from clearprop.optimizers import LBfgs, Optimizer

REMEDY = "choose smaller layers or fewer classes, dtype float32, or an optimizer that remembers less, such as sgd"


def check_room(sizes: Sequence[int], dtype: np.dtype[Any], optimizer: Optimizer | LBfgs) -> None:
    """ValueError if there is no memory to train layers of these sizes, which are not made yet.

    It takes the parameters, their gradient, and what the optimiser remembers of each.
    """
    count = dense_size(sizes)
    check_memory(
        (dtype.itemsize + optimizer.bytes_a_parameter(dtype.itemsize)) * count,
        f"the {many(count)} parameters that layer_sizes {quoted(list(sizes))} make, trained by {optimizer.name},",
        REMEDY,
    )


def check_room_beside(network: Network, optimizer: Optimizer | LBfgs) -> None:
    """ValueError if there is none for what training takes beside this network's parameters."""
    count = network.parameters.size
    check_memory(
        optimizer.bytes_a_parameter(network.dtype.itemsize) * count,
        f"the gradient and what {optimizer.name} remembers of {many(count)} parameters",
        REMEDY,
    )
