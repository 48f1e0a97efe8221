"""Rows of inputs with their targets and weights, checked for a network, and how well the network does on them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from clearprop.foundation.arguments import as_rows, check_finite, row_weights
from clearprop.foundation.pieces import nothing
from clearprop.metrics import Metric
from clearprop.network.network import Network
from clearprop.network.passes import ROWS_AT_ONCE

Array = npt.NDArray[Any]


@dataclass(frozen=True)
class Rows:
    """X of shape (n, inputs), dense or CSR; y of shape (n, outputs); sample_weight of shape (n,) or None.

    All are in the network's dtype, and were found to be what it can be trained on, by `checked` or `with_answers`.
    Where there are no targets, y has the shape (n, 0).
    """

    X: Array
    y: Array
    sample_weight: Array | None

    @classmethod
    def checked(
        cls,
        network: Network,
        X: npt.ArrayLike,
        y: npt.ArrayLike,
        sample_weight: npt.ArrayLike | None = None,
        *,
        which: str = "",
    ) -> Rows:
        """The rows as arrays.

        Parameters
        ----------
        which : str
            What stands before the names in messages, such as "validation ".

        Raises
        ------
        ValueError
            Shapes do not fit the network, a number is not finite, a target is none that the loss can take, or
            weights are negative or all 0.
        TypeError
            Something is no number.
        """
        rows = as_rows(f"{which}X", X, network.dtype)
        columns = network.n_columns
        if rows.ndim != 2 or rows.shape[1] != columns or rows.shape[0] == 0:
            raise ValueError(f"{which}X must have shape (n, {columns}) with n >= 1, got {rows.shape}")
        check_finite(f"{which}X", rows)
        network.front.check_rows(f"{which}X", rows)
        return cls.with_answers(network, rows, y, sample_weight, which=which)

    @classmethod
    def with_answers(
        cls,
        network: Network,
        X: Array,
        y: npt.ArrayLike,
        sample_weight: npt.ArrayLike | None = None,
        *,
        which: str = "",
    ) -> Rows:
        """Inputs that have been checked, with targets and weights that are checked now; see `checked`."""
        targets = network.targets(y, X.shape[0], f"{which}y")
        check_finite(f"{which}y", targets)
        try:
            network.loss_function.check_targets(targets)
        except ValueError as error:
            raise ValueError(f"{which}{error}") from None
        if sample_weight is None:
            return cls(X, targets, None)
        weight = row_weights(f"{which}sample_weight", sample_weight, len(targets), network.dtype)
        _check_weights(f"{which}sample_weight", weight)
        return cls(X, targets, weight)

    def check_fits(self, network: Network, *, which: str = "") -> None:
        """Refuse a network that these rows have not been checked for.

        Raises
        ------
        ValueError
            It has more or fewer inputs or outputs, or another dtype.
        """
        inputs, outputs = network.n_columns, network.layer_sizes[-1]
        X, y = self.X, self.y
        if (X.shape[1], y.shape[1], X.dtype, y.dtype) != (inputs, outputs, network.dtype, network.dtype):
            raise ValueError(
                f"the {which}Rows have {X.shape[1]} inputs and {y.shape[1]} targets in {X.dtype}, and the network has "
                f"{inputs} inputs and {outputs} outputs in {network.dtype}: make them by Rows.checked(network, X, y)"
            )

    def take(self, places: slice | Array) -> Rows:
        """The rows in these places."""
        weight = None if self.sample_weight is None else self.sample_weight[places]
        return Rows(self.X[places], self.y[places], weight)

    def part(self, places: Array, *, which: str = "") -> Rows:
        """The rows in these places, to be trained on or judged by.

        Raises
        ------
        ValueError
            All of them weigh 0.
        """
        rows = self.take(places)
        if rows.sample_weight is not None:
            _check_weights(f"{which}sample_weight", rows.sample_weight)
        return rows

    def __len__(self) -> int:
        return len(self.y)

    def counted(self) -> Rows:
        """Those that weigh something."""
        if self.sample_weight is None or self.sample_weight.all():
            return self
        return self.take(np.flatnonzero(self.sample_weight))

    @property
    def has_targets(self) -> bool:
        """Whether it is known what the network should answer."""
        return self.y.shape[1] > 0

    def evaluate(self, network: Network, metric: Metric, on_piece: Callable[[], None] = nothing) -> tuple[float, float]:
        """The loss, without penalty, and the metric of the network on these rows; `on_piece` is called now and then."""
        loss_sum, weight_sum, outputs = 0.0, 0.0, []
        for start in range(0, len(self.y), ROWS_AT_ONCE):
            on_piece()
            part = slice(start, start + ROWS_AT_ONCE)
            weight = None if self.sample_weight is None else self.sample_weight[part]
            with np.errstate(all="ignore"):  # huge parameters make an infinite loss, which says enough
                trace = network.propagate(self.X[part])
                total = float(trace.n_rows if weight is None else weight.sum())
                loss_sum += network.mean_loss(trace, self.y[part], weight) * total
            weight_sum += total
            outputs.append(trace.outputs)
        with np.errstate(all="ignore"):
            value = metric(network.loss_function, self.y, np.concatenate(outputs), self.sample_weight)
        return loss_sum / weight_sum, value


def _check_weights(name: str, weight: Array) -> None:
    if (weight < 0).any() or not weight.any():
        raise ValueError(f"{name} must be >= 0 and not all 0, its least is {weight.min()}")
