"""What is under way: the choice, the rows as they are now, network and training."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from clearprop.lab.data import DataSet
from clearprop.lab.features import apply
from clearprop.lab.protocol import Settings
from clearprop.losses import Loss
from clearprop.network.network import Network
from clearprop.network.rows import Rows
from clearprop.training.run import Training
from clearprop.training.trainer import Trainer

Array = npt.NDArray[Any]

# How much of the rows' span is left around them where the plane is drawn to fit.
MARGIN = 0.1


@dataclass(frozen=True)
class Accuracy:
    """The share of rows of the right class: of one output by its side of the middle, of several by the greatest.

    A metric for `Trainer`. Its own, since the library's takes 0 for the middle of a squared error's targets.

    Examples
    --------
    >>> from clearprop.losses import LOSSES
    >>> y, outputs = np.array([[0.0], [1.0]]), np.array([[0.4], [0.45]])
    >>> Accuracy(0.5)(LOSSES.resolve("squared_error"), y, outputs), Accuracy(0.5).classes(outputs).tolist()
    (0.5, [0, 0])
    """

    middle: float

    def classes(self, outputs: Array) -> Array:
        """The number of each row's class."""
        if outputs.shape[1] > 1:
            return outputs.argmax(axis=1)
        return (outputs[:, 0] > self.middle).astype(np.intp)

    def __call__(self, loss: Loss, y: Array, outputs: Array, sample_weight: Array | None = None) -> float:
        """The weighted share."""
        return float(np.average(self.classes(y) == self.classes(outputs), weights=sample_weight))


class Numbers(NamedTuple):
    """All rows, raw and as the network is fed; a change by hand makes new arrays."""

    data: DataSet
    inputs: Array
    targets: Array


@dataclass(eq=False)
class Live:
    """What is under way: the choice, the rows and the training.

    Attributes
    ----------
    settings : Settings
        As they were chosen, without features that the rows have no columns for.
    data : DataSet
    inputs, targets : arrays, shapes (n, inputs) and (n, outputs)
        All rows as the network is fed, in its dtype.
    trained, held_out : arrays of int
        Which rows are trained on, and which are not.
    input_names : list of str
    levels : (float, float)
        The targets that stand for no and for yes, of a classification.
    shift, scale : arrays, shape (inputs,)
        What is taken off the inputs, and what they are then divided by.
    network, trainer, training
    row : int
        That is looked at.
    """

    settings: Settings
    data: DataSet
    inputs: Array
    targets: Array
    trained: Array
    held_out: Array
    input_names: list[str]
    levels: tuple[float, float]
    shift: Array
    scale: Array
    network: Network
    trainer: Trainer
    training: Training
    row: int = 0

    @property
    def rows(self) -> Rows:
        """What is trained on."""
        return self.training.rows

    @property
    def validation(self) -> Rows | None:
        """What is not trained on; None where that is nothing."""
        held_out = self.training.validation
        assert held_out is None or isinstance(held_out, Rows), "what is watched is in memory"
        return held_out

    @property
    def middle(self) -> float:
        """What divides no from yes, where there is one output."""
        return sum(self.levels) / 2

    def feed(self, columns: Array) -> Array:
        """Columns of the raw data as the network is fed them."""
        return self.scaled(apply(self.settings.features, columns))

    def scaled(self, inputs: Array) -> Array:
        """Inputs shifted and scaled, in the network's dtype."""
        return ((inputs - self.shift) / self.scale).astype(self.network.dtype)

    @property
    def numbers(self) -> Numbers:
        """The rows as they are now."""
        return Numbers(self.data, self.inputs, self.targets)

    def take_numbers(self, numbers: Numbers) -> None:
        """Have these rows in the place of the ones before: as many, of which the same are trained on."""
        self.data, self.inputs, self.targets = numbers
        training, held_out = self.training, self.validation
        training.rows = Rows(self.inputs[self.trained], self.targets[self.trained], training.rows.sample_weight)
        if held_out is not None:
            weight = held_out.sample_weight
            training.validation = Rows(self.inputs[self.held_out], self.targets[self.held_out], weight)


def plane_of(live: Live, axes: tuple[int, int]) -> list[list[float]]:
    """From where to where the plane of these columns reaches; of one column, it and the target."""
    data = live.data
    if data.columns.shape[1] == 1:
        across = [-data.reach, data.reach] if data.reach else _around(data.columns[:, 0])
        return [across, answers_of(live)]
    if data.reach:
        return [[-data.reach, data.reach]] * 2
    return [_around(data.columns[:, axis]) for axis in axes]


def answers_of(live: Live) -> list[float]:
    """The least and the greatest answer that is drawn."""
    return list(live.levels) if live.data.task == "classification" else _around(live.targets)


def _around(numbers: Array) -> list[float]:
    least, greatest = float(numbers.min()), float(numbers.max())
    margin = MARGIN * (greatest - least) or 1.0
    return [least - margin, greatest + margin]
