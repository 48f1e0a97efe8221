"""What was computed, ready to be explained: the rows, the trace, the gradients; a batch with its loss."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from clearprop.errors import InputError
from clearprop.explanation.contributions import Contributions
from clearprop.explanation.notation import Name, name_in
from clearprop.explanation.original_inputs import OriginalInputs
from clearprop.explanation.row import Row
from clearprop.foundation.table_cells import are_numbers
from clearprop.network.network import Network
from clearprop.network.rows import Rows
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
    rows : Rows
        Without targets there is no loss to differentiate, only values to explain.
    penalty : Penalty
    feature_names, class_names : sequences of str, or None
    first_row : int
        The number that the first row goes by in words.
    row_numbers : sequence of int, or None
        The number that each row goes by, where they do not follow one another.
    columns : callable, or None
        What each of a table's columns adds to a row's prediction, by the row's place from 0.
    counting : str
        What rows are counted from, in words; "" where it is not known.
    original : callable, or None
        What stood in the place of each input before it was scaled, by row and place from 0.

    Raises
    ------
    InputError
        A shape does not fit, or a number is not finite.
    """

    network: Network
    rows: Rows
    penalty: Penalty = field(default_factory=Penalty)
    feature_names: Sequence[str] | None = None
    class_names: Sequence[str] | None = None
    first_row: int = 0
    counting: str = ""
    original: OriginalInputs | None = None
    row_numbers: Sequence[int] | None = None
    columns: Callable[[int], Contributions] | None = None

    def __post_init__(self) -> None:
        # A copy, which neither later training nor a change of the rows can reach.
        self.network = self.network.copy()
        weight = self.rows.sample_weight
        self.rows = Rows(np.array(self.rows.X), np.array(self.rows.y), None if weight is None else np.array(weight))
        self.feature_names = None if self.feature_names is None else [printable(name) for name in self.feature_names]
        self.class_names = None if self.class_names is None else [printable(name) for name in self.class_names]
        self._check_rows()
        if not np.isfinite(self.network.parameters).all():
            name = self.network.parameter_name(int(np.argmin(np.isfinite(self.network.parameters))))
            raise InputError(f"the network's {name} is not finite, so nothing that follows from it can be explained")

    def _check_rows(self) -> None:
        inputs = self.network.n_columns
        if self.X.ndim != 2 or self.X.shape[1] != inputs or not len(self.X):
            raise InputError(f"x must have shape ({inputs},) for a row or (n, {inputs}) for n, got {self.X.shape}")
        if len(self.rows.y) != len(self.X):
            raise InputError(f"y must have a row for each of x, which has {len(self.X)}, got {len(self.rows.y)}")
        weight = self.sample_weight
        if weight is not None and (weight.shape != (len(self.X),) or (weight < 0).any() or not weight.any()):
            raise InputError(f"sample_weight must be {len(self.X)} numbers >= 0, one a row and not all 0")
        for name, values in (("x", self.X), ("y", self.rows.y), ("sample_weight", weight)):
            if values is not None and not np.isfinite(values).all():
                place = np.argwhere(~np.isfinite(values))[0]
                named = (self.number(place[0]), *place[1:])
                where = ", ".join(f"{what} {at}" for what, at in zip(("row", "column"), named, strict=False))
                counted = " (counted from 0)" if self.first_row == 0 or self.counting == "counted from 0" else ""
                raise InputError(
                    f"{name} holds {values[tuple(place)]} at {where}{counted}: only finite numbers can be explained"
                )
        try:
            self.network.front.check_rows("x", self.X)
        except ValueError as error:
            raise InputError(str(error)) from None
        if self.y is not None:
            self.network.loss_function.check_targets(self.y)

    def decay_factor(self, name: Name) -> float:
        """What the penalty's strengths are multiplied by for a parameter; 0 for all other numbers."""
        if not name.is_parameter:
            return 0.0
        layout = self.network.layout
        return layout.decay_factors(self.penalty.decays)[layout.number_at(layout.index(str(name)))]

    def name(self, text: str) -> Name:
        """The name that a text stands for in this network."""
        return name_in(self.network, text)

    @property
    def X(self) -> Array:
        """The inputs, shape (n, inputs)."""
        return self.rows.X

    @property
    def y(self) -> Array | None:
        """The targets, shape (n, outputs); None where there are none."""
        return self.rows.y if self.rows.has_targets else None

    @property
    def sample_weight(self) -> Array | None:
        """What each row counts, shape (n,); None where all count the same."""
        return self.rows.sample_weight

    @property
    def n_rows(self) -> int:
        """How many rows there are."""
        return len(self.X)

    def number(self, index: int) -> int:
        """The number that a row goes by."""
        return index + self.first_row if self.row_numbers is None else int(self.row_numbers[index])

    @cached_property
    def trace(self) -> Trace:
        """The forward pass of all rows."""
        return self.network.forward(self.X)

    def check_one_row(self, name: Name) -> None:
        """Refuse several rows for a number that belongs to one.

        Raises
        ------
        InputError
            There are several.
        """
        if self.n_rows > 1:
            raise InputError(
                f"{name} is a number of one row, and there are {self.n_rows}: give one, such as row=0 (the first)"
            )

    @property
    def targets(self) -> Array:
        """The targets, shape (n, outputs).

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
        if self.network.from_logits:
            return loss.value_from_logits(self.trace.z[-1], self.targets)
        return loss.value(self.trace.a[-1], self.targets)

    @cached_property
    def in_float64(self) -> Computation:
        """The same in float64, whose rounding finite differences need."""
        if self.network.dtype == np.float64:
            return self
        rows = Rows(self.X.astype(np.float64), self.rows.y.astype(np.float64), self.sample_weight)
        return replace(self, network=self.network.copy("float64"), rows=rows)

    def row(self, index: int) -> Row:
        """A row alone; each is made once."""
        if index not in self._rows_alone:
            trace, letter = self.trace, "ℓ" if self.n_rows > 1 or self.penalty else "L"
            self._rows_alone[index] = Row(
                self.network,
                trace.inputs[index],
                self.rows.y[index],
                [z[index] for z in trace.z],
                [a[index] for a in trace.a],
                letter,
                lambda: float(self.row_losses[index]),
                lambda: self._deltas_of(index),
                trace.layer_input(0)[index],
            )
        return self._rows_alone[index]

    @cached_property
    def _rows_alone(self) -> dict[int, Row]:
        return {}

    def _deltas_of(self, index: int) -> list[Array]:
        """dl/dz of a row's own loss by layer, shape (units,)."""
        if self.n_rows == 1 and not self.penalty:
            return [delta[0] for delta in self.gradients.deltas]
        one = slice(index, index + 1)
        trace = self.trace
        fed = trace.layer_input(0)[one]
        alone = Trace(trace.inputs[one], [z[one] for z in trace.z], [a[one] for a in trace.a], trace.masks, fed)
        return [delta[0] for delta in self.network.propagate_back(alone, self.targets[one]).deltas]

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
