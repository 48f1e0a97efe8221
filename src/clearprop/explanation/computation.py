"""What was computed, ready to be explained: the rows, the trace, the gradients; a batch with its loss."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from clearprop.activations import ACTIVATIONS
from clearprop.errors import InputError
from clearprop.explanation.given import Givens
from clearprop.explanation.names import Name, parse_name
from clearprop.explanation.row import Row
from clearprop.foundation.entries import are_numbers
from clearprop.network.network import Network
from clearprop.network.trace import Gradients, Trace
from clearprop.penalties import Penalty
from clearprop.printable import printable

Array = npt.NDArray[Any]


@dataclass
class Computation:
    """A network, rows, what they came to, and what they are called.

    Attributes
    ----------
    network : Network
    X : array, shape (n, inputs)
    y : array, shape (n, outputs), or None
        Without targets there is no loss to differentiate, only values to explain.
    sample_weight : array, shape (n,), or None
    penalty : Penalty
    feature_names, class_names : sequences of str, or None
    first_row : int
        The number that the first row goes by in words.
    counting : str
        What rows are counted from, in words; "" where it is not known.
    given : callable, or None
        What stood in the place of each input before it was scaled, by row and place from 0.

    Raises
    ------
    InputError
        A shape does not fit, or a number is not finite.
    """

    network: Network
    X: Array
    y: Array | None = None
    sample_weight: Array | None = None
    penalty: Penalty = field(default_factory=Penalty)
    feature_names: Sequence[str] | None = None
    class_names: Sequence[str] | None = None
    first_row: int = 0
    counting: str = ""
    given: Givens | None = None

    def __post_init__(self) -> None:
        # A copy, which neither later training nor a change of the rows can reach.
        self.network = self.network.copy()
        self.X = np.array(self.X)
        self.y = None if self.y is None else np.array(self.y)
        self.sample_weight = None if self.sample_weight is None else np.array(self.sample_weight)
        self.feature_names = None if self.feature_names is None else [printable(name) for name in self.feature_names]
        self.class_names = None if self.class_names is None else [printable(name) for name in self.class_names]
        self._check_rows()
        if not np.isfinite(self.network.parameters).all():
            name = self.network.parameter_name(int(np.argmin(np.isfinite(self.network.parameters))))
            raise InputError(f"the network's {name} is not finite, so nothing that follows from it can be explained")

    def _check_rows(self) -> None:
        inputs = self.network.layer_sizes[0]
        if self.X.ndim != 2 or self.X.shape[1] != inputs or not len(self.X):
            raise InputError(f"x must have shape ({inputs},) for a row or (n, {inputs}) for n, got {self.X.shape}")
        if self.y is not None and len(self.y) != len(self.X):
            raise InputError(f"y must have a row for each of x, which has {len(self.X)}, got {len(self.y)}")
        weight = self.sample_weight
        if weight is not None and (weight.shape != (len(self.X),) or (weight < 0).any() or not weight.any()):
            raise InputError(f"sample_weight must be {len(self.X)} numbers >= 0, one a row and not all 0")
        for name, values in (("x", self.X), ("y", self.y), ("sample_weight", weight)):
            if values is not None and not np.isfinite(values).all():
                place = np.argwhere(~np.isfinite(values))[0]
                named = (place[0] + self.first_row, *place[1:])
                where = ", ".join(f"{what} {at}" for what, at in zip(("row", "column"), named, strict=False))
                counted = " (counted from 0)" if self.first_row == 0 or self.counting == "counted from 0" else ""
                raise InputError(
                    f"{name} holds {values[tuple(place)]} at {where}{counted}: only finite numbers can be explained"
                )
        if self.y is not None:
            self.network.loss_function.check_targets(self.y)

    def decay_factor(self, name: Name) -> float:
        """What the penalty's strengths are multiplied by for a weight or a bias; 0 for all other numbers."""
        if name.kind not in ("W", "b"):
            return 0.0
        layout = self.network.layout
        return layout.decay_factors(self.penalty.decays)[layout.number_at(layout.index(str(name)))]

    def name(self, text: str) -> Name:
        """The name that a text stands for in this network."""
        return parse_name(text, self.network.layer_sizes)

    @property
    def n_rows(self) -> int:
        """Rows in the batch."""
        return len(self.X)

    @cached_property
    def trace(self) -> Trace:
        """The forward pass of all rows."""
        return self.network.forward(self.X)

    @property
    def targets(self) -> Array:
        """The targets.

        Raises
        ------
        InputError
            None were given.
        """
        if self.y is None:
            raise InputError("a gradient is one of the loss, which needs targets: give y as well")
        return self.y

    @cached_property
    def gradients(self) -> Gradients:
        """The backward pass of all rows, with the penalty."""
        return self.network.backward(self.trace, self.targets, self.sample_weight, self.penalty)

    @cached_property
    def total_weight(self) -> float:
        """The sum of the sample weights, as the engine takes it."""
        return float(self.n_rows if self.sample_weight is None else self.sample_weight.sum())

    @cached_property
    def shares(self) -> Array:
        """What each row counts in the mean, shape (n,)."""
        weight = np.ones(self.n_rows) if self.sample_weight is None else self.sample_weight
        return np.asarray(weight / self.total_weight, dtype=np.float64)

    @cached_property
    def row_losses(self) -> Array:
        """Each row's loss, shape (n,)."""
        loss = self.network.loss_function
        if self.from_logits:
            return loss.value_from_logits(self.trace.z[-1], self.targets)
        return loss.value(self.trace.a[-1], self.targets)

    @cached_property
    def from_logits(self) -> bool:
        """Whether the output activation is the loss's natural one, so that delta comes straight from z, a and y."""
        natural = ACTIVATIONS.resolve(self.network.loss_function.output_activation)
        return self.network.activations[-1] == natural

    @cached_property
    def in_float64(self) -> Computation:
        """The same in float64, whose rounding finite differences need."""
        if self.network.dtype == np.float64:
            return self
        y = None if self.y is None else self.y.astype(np.float64)
        return replace(self, network=self.network.copy("float64"), X=self.X.astype(np.float64), y=y)

    def row(self, index: int) -> Row:
        """A row alone; each is made once."""
        if index not in self._rows:
            self._rows[index] = Row(self, index)
        return self._rows[index]

    @cached_property
    def _rows(self) -> dict[int, Row]:
        return {}

    def feature(self, place: int) -> str:
        """An input's name, "" where it has none."""
        return str(self.feature_names[place - 1]) if self.feature_names is not None else ""

    def class_name(self, place: int) -> str:
        """The class or label that an output speaks for, "" where it has no name; of two classes' one, the second.

        A number is said to be a class's, since it stands among other numbers.
        """
        names = self.class_names
        place = 2 if self.speaks_for_two else place
        name = names[place - 1] if names is not None and place <= len(names) else ""
        return f"class {name}" if are_numbers([name]) else name

    @property
    def speaks_for_two(self) -> bool:
        """Whether one output decides between two classes; it speaks for the second."""
        return self.network.layer_sizes[-1] == 1 and self.class_names is not None and len(self.class_names) == 2

    @property
    def multilabel(self) -> bool:
        """Whether each output is a yes or no of its own, so that the greatest is not the answer."""
        return self.network.layer_sizes[-1] > 1 and self.network.loss_function.name == "binary_cross_entropy"

    def output_meaning(self, place: int, of_sum: bool = False) -> str:
        """What an output, or the sum z before it, says of its class or label, "" where it has no name."""
        name = self.class_name(place)
        if not self.speaks_for_two:
            return name
        probability = self.network.activations[-1].name == "sigmoid" and not of_sum
        return f"the {'probability' if probability else 'score'} of {name}"
