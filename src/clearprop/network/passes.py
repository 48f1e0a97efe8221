"""The two passes, forward and backward, of rows that have been checked, and what is read off them.

z_l = a_(l-1) W_l + b_l and a_l = f_l(z_l) on the way up; delta_l = dL/dz_l = f_l'(z_l) * (delta_(l+1) W_(l+1)^T) on the
way down, and dL/dW_l = a_(l-1)^T delta_l. What is fed to the first layer, a_0, are the features that the inputs make of
X, which without others are X itself.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from clearprop.activations import Activation
from clearprop.foundation.memory import check_memory
from clearprop.foundation.sparse import is_sparse, product
from clearprop.losses import Loss
from clearprop.network.front import Front
from clearprop.network.layout import Layout
from clearprop.network.trace import Gradients, Trace, Views
from clearprop.penalties import Penalty
from clearprop.trainable_share import share_delta, share_value

Array = npt.NDArray[Any]

# The rows that are computed at a time where no trace is kept, which bounds the memory that they take; of sparse ones
# more, of which each part is a copy.
ROWS_AT_ONCE, SPARSE_ROWS_AT_ONCE = 1024, 4096


class Passes:
    """What a network computes of rows, targets and weights that have been checked, as engines ask it batch by batch."""

    layer_sizes: tuple[int, ...]
    dtype: np.dtype[Any]
    activations: list[Activation]
    loss_function: Loss
    from_logits: bool
    front: Front
    layout: Layout
    shares: list[Array | None]
    spans: list[Array]

    @property
    @abstractmethod
    def weights(self) -> Views:
        """By layer, shape (fan_in, fan_out)."""

    @property
    @abstractmethod
    def biases(self) -> Views:
        """By layer, shape (fan_out,)."""

    @abstractmethod
    def empty_gradients(self, deltas: list[Array]) -> Gradients:
        """Arrays for the backward pass to fill."""

    # -- forward and backward ------------------------------------------------------------------------------------

    def propagate(self, rows: Array, masks: Sequence[Array | None] | None = None, out: Trace | None = None) -> Trace:
        """The forward pass of rows that have been checked; see `Network.forward`."""
        n_layers = len(self.activations)
        trace = out or Trace(rows, *([None] * n_layers for _ in range(3)))  # type: ignore[arg-type]
        trace.inputs, trace.masks = rows, list(masks or [None] * n_layers)
        trace.features = self.front.value(rows, self.spans, trace.features)
        return self.propagate_from(trace, 0)

    def propagate_from(self, trace: Trace, first: int) -> Trace:
        """The forward pass through the layers from this index on; arrays that the trace has there are filled."""
        for index in range(first, len(self.activations)):
            z = weighted_sums(trace.layer_input(index), self.weights[index], self.biases[index], trace.z[index])
            trace.z[index] = z
            a, share = self.activations[index].value(z, out=trace.a[index]), self.shares[index]
            trace.a[index] = a if share is None else share_value(z, a, share)
        return trace

    def propagate_back(
        self,
        trace: Trace,
        y: Array,
        sample_weight: Array | None = None,
        penalty: Penalty | None = None,
        out: Gradients | None = None,
    ) -> Gradients:
        """The backward pass for targets and weights that have been checked; see `Network.backward`."""
        return self.propagate_shares(trace, y, *shares(sample_weight, len(y)), penalty, out)

    def propagate_shares(
        self,
        trace: Trace,
        y: Array,
        share: float | Array,
        total: float,
        penalty: Penalty | None = None,
        out: Gradients | None = None,
    ) -> Gradients:
        """The backward pass, each row's loss counting its share, and the penalty over the total; see `shares`."""
        gradients = out or self.empty_gradients([np.empty_like(z) for z in trace.z])
        z, a = trace.z[-1], trace.a[-1]
        if self.from_logits:
            delta = self.loss_function.delta_from_logits(z, a, y)
        else:
            delta = self.activations[-1].delta(z, a, self.loss_function.gradient(a, y))
        delta = np.multiply(delta, share, out=gradients.deltas[-1])
        for index in reversed(range(len(self.weights))):
            product(trace.layer_input(index).T, delta, out=gradients.weights[index])
            np.sum(delta, axis=0, out=gradients.biases[index])
            if index > 0:
                times = (
                    np.multiply if delta.shape[1] == 1 else np.matmul
                )  # of one unit: the same numbers in half the time
                below = times(delta, self.weights[index].T, out=gradients.deltas[index - 1])
                mask = trace.masks[index - 1]
                if mask is not None:
                    below *= mask
                delta = self.delta_of(trace, index - 1, below, below, gradients.shares[index - 1])
                gradients.deltas[index - 1] = delta
        gradients.inputs = None
        if not out or not self.front.is_plain:
            below = delta @ self.weights[0].T
            gradients.inputs = self.front.gradient(trace.inputs, self.spans, below, gradients.spans)
        if penalty:
            factors = self.layout.decay_factors(penalty.decays)
            penalty.add_gradient(gradients.spans, self.spans, total, factors)
        return gradients

    def delta_of(
        self, trace: Trace, index: int, slopes: Array, out: Array | None = None, of_share: Array | None = None
    ) -> Array:
        """dF/dz of the layer at this index from dF/da; the slopes of its share, if it has one, fill `of_share`."""
        activation, z, share = self.activations[index], trace.z[index], self.shares[index]
        if share is None:
            return activation.delta(z, trace.a[index], slopes, out=out)
        delta, slopes_of_share = share_delta(activation, z, share, slopes, out)
        if of_share is not None:
            of_share[...] = slopes_of_share
        return delta

    def feature_slopes(self, trace: Trace, layer: int, slopes: Array) -> Array:
        """dF/da_0 of a number F from its slopes dF/dz of a layer, counted from 1: shape (n, features)."""
        for index in range(layer - 1, 0, -1):
            below = slopes @ self.weights[index].T
            mask = trace.masks[index - 1]
            slopes = self.delta_of(trace, index - 1, below if mask is None else below * mask)
        return slopes @ self.weights[0].T

    def input_slopes(self, trace: Trace, layer: int, slopes: Array) -> Array:
        """dF/dx of a number F from its slopes dF/dz of a layer, counted from 1: shape (n, columns)."""
        return self.front.gradient(trace.inputs, self.spans, self.feature_slopes(trace, layer, slopes))

    # -- outputs -------------------------------------------------------------------------------------------------

    def outputs(self, rows: Array) -> Array:
        """The outputs of rows that have been checked; see `Network.predict`."""
        check_memory(self.output_bytes(rows.shape[0]), "the outputs of these rows", "give fewer rows at once")
        n_rows, at_once = rows.shape[0], SPARSE_ROWS_AT_ONCE if is_sparse(rows) else ROWS_AT_ONCE
        if n_rows <= at_once:
            return self._outputs(rows)
        return np.concatenate([self._outputs(rows[start : start + at_once]) for start in range(0, n_rows, at_once)])

    def _outputs(self, a: Array) -> Array:
        """The outputs that `propagate` has, without the trace: activations take the place of their weighted sums.

        To make a trace of a single row would take a sixth of the time that its outputs do.
        """
        if not self.front.is_plain:
            a = self.front.value(a, self.spans)
        for W, b, activation, share in zip(self.weights, self.biases, self.activations, self.shares, strict=True):
            z = weighted_sums(a, W, b)
            if share is None:
                a = activation.value(z, out=z if activation.in_place else None)
            else:
                a = shared_value(activation, z, share)
        return a

    def output_bytes(self, n_rows: int) -> int:
        """How much memory the outputs of these rows take, and as much their targets."""
        return self.dtype.itemsize * n_rows * self.layer_sizes[-1]

    # -- the loss ------------------------------------------------------------------------------------------------

    def row_losses(self, trace: Trace, y: Array) -> Array:
        """The loss of each row of a forward pass, shape (n,)."""
        if self.from_logits:
            return self.loss_function.value_from_logits(trace.z[-1], y)
        return self.loss_function.value(trace.a[-1], y)

    def mean_loss(
        self, trace: Trace, y: Array, sample_weight: Array | None = None, penalty: Penalty | None = None
    ) -> float:
        """The loss L of a forward pass, for targets and weights that have been checked."""
        share, total = shares(sample_weight, len(y))
        value = mean_of_rows(self.row_losses(trace, y), share)
        return value + (self._penalty(penalty) / total if penalty else 0.0)

    def penalty_share(self, n_rows: int, sample_weight: Array | None, penalty: Penalty) -> float:
        """The penalty's part of the loss L of these rows."""
        return self._penalty(penalty) / shares(sample_weight, n_rows)[1] if penalty else 0.0

    def _penalty(self, penalty: Penalty) -> float:
        return penalty.value(self.spans, self.layout.decay_factors(penalty.decays))


def weighted_sums(fed: Array, W: Array, b: Array, out: Array | None = None) -> Array:
    """z = a W + b: a layer's sums, of what it is fed, dense or sparse."""
    z = product(fed, W, out=out)
    z += b
    return z


def shared_value(activation: Activation, z: Array, share: Array | None, out: Array | None = None) -> Array:
    """A layer's activations: f(z), or a share of it where the layer has one."""
    f = activation.value(z, out=out)
    return f if share is None else share_value(z, f, share)


def mean_of_rows(values: Array, share: float | Array) -> float:
    """The mean of a number a row, each counting its share; see `shares`."""
    if isinstance(share, float):  # in the values' dtype, which NumPy before 2.2 leaves in threads but the first
        return float(values.sum() * values.dtype.type(share))
    return float(values @ share[:, 0])


def shares(sample_weight: Array | None, n_rows: int) -> tuple[float | Array, float]:
    """Each row's share of the loss, one number or a column, and the sum of the sample weights.

    Examples
    --------
    >>> shares(None, 4)
    (0.25, 4.0)
    >>> shares(np.array([1.0, 3.0]), 2)
    (array([[0.25],
           [0.75]]), 4.0)
    """
    if sample_weight is None:
        return 1 / max(n_rows, 1), float(n_rows)
    total = float(sample_weight.sum())
    return sample_weight[:, np.newaxis] / sample_weight.dtype.type(total or 1), total or 1.0
