"""What a table's model answers, as a function of its members' last layers: a quantity, or a class's probability."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from clearprop.network.network import Network
from clearprop.network.trace import Trace

Array = npt.NDArray[Any]


class Answer(ABC):
    """The mean of what the members say."""

    @abstractmethod
    def of_member(self, trace: Trace) -> Array:
        """What a member says of each row, (n,)."""

    @abstractmethod
    def slopes(self, network: Network, trace: Trace) -> Array:
        """The slopes of a member's own, by the z of its last layer, (n, outputs); of a class those of its log-odds."""


@dataclass(frozen=True)
class Quantity(Answer):
    """The single output times a scale, plus a shift."""

    scale: float
    shift: float

    def of_member(self, trace: Trace) -> Array:
        """The quantity in the target's own unit."""
        return trace.outputs[:, 0] * self.scale + self.shift

    def slopes(self, network: Network, trace: Trace) -> Array:
        """The output's, times the scale."""
        return network.delta_of(trace, len(trace.z) - 1, np.full_like(trace.z[-1], self.scale))


@dataclass(frozen=True)
class OfClass(Answer):
    """The probability of a class: of softmax(z / temperature), or of one output's logistic function.

    Attributes
    ----------
    number : int
        The class's, from 0.
    temperature : float
    """

    number: int
    temperature: float

    def logs(self, trace: Trace) -> tuple[Array, Array]:
        """The logarithms of the probabilities of the class and of all others, which keep what 1 - p would lose."""
        z = self._logits(trace)
        whole = np.logaddexp.reduce(z, axis=1)
        others = np.logaddexp.reduce(np.delete(z, self.number, axis=1), axis=1)
        return z[:, self.number] - whole, others - whole

    def of_member(self, trace: Trace) -> Array:
        """The probability."""
        return np.exp(self.logs(trace)[0])

    def slopes(self, network: Network, trace: Trace) -> Array:
        """Those of the log-odds: 1 for the class, and less the others' shares of what they have together."""
        z = self._logits(trace)
        others = np.delete(z, self.number, axis=1)
        shares = np.exp(others - np.logaddexp.reduce(others, axis=1, keepdims=True))
        slopes = np.insert(-shares, self.number, 1.0, axis=1) / self.temperature
        return slopes[:, 1:] if trace.z[-1].shape[1] == 1 else slopes  # that of the first class stays 0

    def _logits(self, trace: Trace) -> Array:
        """Each class's, of two classes by one output 0 for the first."""
        z = trace.z[-1] / self.temperature
        return np.column_stack([np.zeros(len(z)), z]) if z.shape[1] == 1 else z
