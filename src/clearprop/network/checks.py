"""What a network is given, checked: rows, targets, weights and traces, each as it takes them or refused."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from clearprop.activations import Activation
from clearprop.errors import CannotLearnWarning
from clearprop.foundation.arguments import as_rows, check_finite, kind_of, row_weights
from clearprop.foundation.callers import warn_caller
from clearprop.losses import Loss
from clearprop.network.front import Front
from clearprop.network.targets import as_targets
from clearprop.network.trace import Trace

Array = npt.NDArray[Any]


class Checks:
    """What has layers of known sizes, a dtype and a loss."""

    layer_sizes: tuple[int, ...]
    dtype: np.dtype[Any]
    front: Front
    loss_function: Loss

    def checked_rows(self, X: npt.ArrayLike) -> Array:
        """X, dense or CSR, in the network's dtype; an error if it has not the shape (n, columns) or holds no numbers.

        What the inputs cannot take is refused, too.
        """
        rows: Array = as_rows("X", X, self.dtype)
        if rows.ndim != 2 or rows.shape[1] != self.front.n_columns:
            hint = "; for a single row write [row]" if rows.ndim == 1 else ""
            raise ValueError(f"X must have shape (n, {self.front.n_columns}), got {rows.shape}{hint}")
        if not self.front.is_plain:
            self.front.check_rows("X", rows)
        return rows

    def _finite_rows(self, X: npt.ArrayLike) -> Array:
        rows = self.checked_rows(X)
        check_finite("X", rows, "a network")
        return rows

    def _finite_answers(
        self, y: npt.ArrayLike, sample_weight: npt.ArrayLike | None, n_rows: int
    ) -> tuple[Array, Array | None]:
        """Targets and weights, all of them finite."""
        targets = self.targets(y, n_rows)
        check_finite("y", targets, "a loss")
        if sample_weight is None:
            return targets, None
        return targets, row_weights("sample_weight", sample_weight, n_rows, self.dtype)

    def _check_trace(self, trace: Trace, function: str) -> None:
        if not isinstance(trace, Trace):
            rest = ", y" if function != "jacobian" else ""
            raise TypeError(
                f"{function} takes a trace, as forward returns it, got {kind_of(trace)}: write "
                f"network.{function}(network.forward(X){rest})"
            )
        trace.check(self.layer_sizes)

    def targets(self, y: npt.ArrayLike, n_rows: int, name: str = "y") -> Array:
        """Targets as an array of shape (n, outputs) and the network's dtype; messages call them `name`.

        Raises
        ------
        ValueError, TypeError
            The shape does not fit, a class number is none, or something is no number.
        """
        class_numbers = self.loss_function.name == "cross_entropy"
        return as_targets(y, n_rows, self.layer_sizes[-1], self.dtype, class_numbers=class_numbers, name=name)

    def _warn_of_clipped_outputs(self, output: Activation) -> None:
        low, high = self.loss_function.output_domain
        if output.output_range[0] < low or output.output_range[1] > high:
            warn_caller(
                f"{self.loss_function.name} needs outputs between {low:g} and {high:g}, which {output.name} can leave; "
                f"such outputs teach nothing. Its natural output is {self.loss_function.output_activation}: "
                "leave output_activation out to have it",
                CannotLearnWarning,
            )
