"""First weights and biases of hidden layers from rows of data: sums of one size, and kinks where the data lie."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from clearprop.foundation.randomness import Rng
from clearprop.foundation.sparse import product
from clearprop.network.passes import shared_value

if TYPE_CHECKING:
    from clearprop.network.network import Network

Array = npt.NDArray[Any]

# More rows than these tell no more of a deviation.
MOST_ROWS = 4096
# A unit's kink falls on a mean of so many rows.
CORNERS = 5


def start_from_rows(network: Network, rows: Array, rng: Rng) -> None:
    """Draw the hidden layers' weights and biases anew, one layer after the other; see `Network.initialize_from`."""
    if rows.shape[0] > MOST_ROWS:
        rows = rows[np.sort(rng.permutation(rows.shape[0])[:MOST_ROWS])]
    fed = network.front.value(rows, network.spans)
    for index in range(len(network.weights) - 1):
        network.weights[index] = rng.normal(size=network.weights[index].shape)
        deviations = np.std(product(fed, network.weights[index]), axis=0, dtype=np.float64)
        # A unit whose sum is the same in all rows has no deviation that could be 1.
        network.weights[index] /= np.where(deviations > 0, deviations, 1.0).astype(network.dtype)
        z = product(fed, network.weights[index])
        network.biases[index] = -_inner_points(z, rng)
        z += network.biases[index]
        fed = shared_value(network.activations[index], z, network.shares[index])


def _inner_points(z: Array, rng: Rng) -> Array:
    """For each unit a mean of the sums of some rows, whose weights are drawn evenly from all that add up to 1."""
    units = z.shape[1]
    rows = (rng.random((units, CORNERS)) * z.shape[0]).astype(np.intp)
    weights = rng.exponential(size=(units, CORNERS))
    weights /= weights.sum(axis=1, keepdims=True)
    points: Array = (z[rows, np.arange(units)[:, np.newaxis]] * weights).sum(axis=1)
    return points
