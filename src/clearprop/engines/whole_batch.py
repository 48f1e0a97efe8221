"""Loss and gradient over all rows, each sum in scikit-learn's order and each function SciPy's, as its lbfgs has them.

A line search multiplies the difference of a last digit by ten or more an iteration, so that only equal bits lead to
equal weights. What is computed here is what `Network.backward` and `Network.loss` give, to rounding.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from clearprop.activations import Sigmoid, Tanh
from clearprop.losses import Loss
from clearprop.network.layout import WEIGHT
from clearprop.network.network import Network
from clearprop.network.rows import Rows
from clearprop.network.trace import Gradients, Trace
from clearprop.penalties import Penalty

Array = npt.NDArray[Any]


class WholeBatch:
    """Loss and gradient over rows as functions of one vector: the weights layer by layer, then the biases.

    Attributes
    ----------
    order : array of int, shape (parameters,)
        Where the vector's entries stand in `Network.parameters`.

    Examples
    --------
    >>> network = Network([1, 2, 1], "tanh", rng=0)
    >>> X, y = np.array([[0.0], [1.0], [2.0]]), np.array([[0.0], [1.0], [4.0]])
    >>> batch = WholeBatch(network, Rows(X, y, None), Penalty(l2=0.1))
    >>> batch.evaluate()
    >>> bool(np.allclose(batch.gradients.flat, network.backward(network.forward(X), y, None, Penalty(l2=0.1)).flat))
    True
    """

    def __init__(self, network: Network, rows: Rows, penalty: Penalty) -> None:
        self.rows, self.penalty = rows, penalty
        same = {"sigmoid": _Expit(), "tanh": _Tanh()}
        # What is written into the parameters of one is in the other.
        self.network: Network = copy.copy(network)
        self.network.activations = [same.get(activation.name, activation) for activation in network.activations]
        self.gradients: Gradients = self.network.empty_gradients(
            [np.empty((len(rows), units), self.network.dtype) for units in self.network.layer_sizes[1:]]
        )
        self.total = float(len(rows) if rows.sample_weight is None else rows.sample_weight.sum())
        layout = network.layout.with_factors(None, penalty.decays)
        decaying = [span for span in layout.spans if span.decay_factor]
        self._decaying = [span.view(self.network.parameters) for span in decaying]
        self._factors = [span.decay_factor for span in decaying]
        self._l1 = Penalty(penalty.l1)
        places = layout.views(np.arange(layout.size))
        kinds = sorted(layout.kinds, key=lambda kind: kind != WEIGHT)  # weights come first
        self.order = np.concatenate([span.ravel() for kind in kinds for span in layout.of_kind(kind, places)])

    def evaluate(self) -> None:
        """Compute `trace`, `loss` and `gradients` at the network's present parameters."""
        rows, network = self.rows, self.network
        self.trace: Trace = network.propagate(rows.X)
        self.loss = self._mean_loss() + self._penalty()
        share = 1.0 if rows.sample_weight is None else rows.sample_weight[:, np.newaxis]
        network.propagate_shares(self.trace, rows.y, share, 1.0, self.penalty, out=self.gradients)
        self.gradients.flat /= self.total  # of sums over the rows, which are divided at the end

    def _mean_loss(self) -> float:
        rows, network = self.rows, self.network
        entries = _entries(network.loss_function) if network.from_logits else None
        if entries is not None:
            y = network.loss_function.smoothed(rows.y)
            return float(np.average(entries(self.trace.outputs, y), weights=rows.sample_weight, axis=0).sum())
        values = network.row_losses(self.trace, rows.y)
        return float(values.sum() if rows.sample_weight is None else values @ rows.sample_weight) / self.total

    def _penalty(self) -> float:
        decaying, factors = self._decaying, self._factors
        squares = sum(factor * float(np.vdot(p, p)) for p, factor in zip(decaying, factors, strict=True))
        return 0.5 * self.penalty.l2 * squares / self.total + self._l1.value(decaying, factors) / self.total


class _Expit(Sigmoid):
    def value(self, z: Array, out: Array | None = None) -> Array:
        from scipy.special import expit

        return expit(z, out=out)

    def delta(self, z: Array, a: Array, output_gradient: Array, out: Array | None = None) -> Array:
        delta = np.multiply(output_gradient, a, out=out)
        delta *= 1 - a
        return delta


class _Tanh(Tanh):
    def slope(self, z: Array, a: Array) -> Array:
        square = a**2
        return np.subtract(1, square, out=square)


def _entries(loss: Loss) -> Callable[[Array, Array], Array] | None:
    """The loss of each output of each row, of those losses that scikit-learn has."""
    from scipy.special import xlogy

    def inside(a: Array) -> Array:
        return np.clip(a, loss.floor, 1 - loss.floor)  # type: ignore[attr-defined]

    def of_two(a: Array, y: Array) -> Array:
        a = inside(a)
        return -(xlogy(y, a) + xlogy(1 - y, 1 - a))

    functions: Mapping[str, Callable[[Array, Array], Array]] = {
        "squared_error": lambda a, y: 0.5 * (y - a) ** 2,
        "poisson": lambda a, y: xlogy(y, y / a) - y + a,
        "binary_cross_entropy": of_two,
        "cross_entropy": lambda a, y: -xlogy(y, inside(a)),
    }
    # Without a floor the cross-entropies are exact, which scikit-learn's are not.
    return functions.get(loss.name) if getattr(loss, "floor", 0.0) is not None else None
