"""Which parameters a network has while its training is interrupted: the best, the last being kept beside them."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from clearprop.network.network import Network

Array = npt.NDArray[Any]


class KeptParameters:
    """The last parameters of a network that shows the best in between; None of `best` stands for none that are kept.

    Examples
    --------
    >>> network = Network([1, 1], initializer="zeros")
    >>> kept, best = KeptParameters(network), np.array([1.0, 2.0])
    >>> kept.interrupt(best)
    >>> network.parameters.tolist(), kept.to_go_on_with(best).tolist()
    ([1.0, 2.0], [0.0, 0.0])
    >>> kept.take_up(best)
    >>> network.parameters.tolist()
    [0.0, 0.0]
    """

    def __init__(self, network: Network) -> None:
        self._network = network
        self._last: Array | None = None

    def show(self, best: Array | None) -> None:
        """Give the network the best."""
        if best is not None:
            self._network.parameters[:] = best

    def interrupt(self, best: Array | None) -> None:
        """Keep the last, and show the best."""
        self._last = self._network.parameters.copy()
        self.show(best)

    def to_go_on_with(self, best: Array | None) -> Array:
        """The network's, unless these are the best, shown by an interruption: what a user has changed counts."""
        shown = self._network.parameters
        if self._last is None or best is None or not np.array_equal(shown, best):
            return shown
        return self._last

    def take_up(self, best: Array | None) -> None:
        """Go on where training was interrupted."""
        if self._last is not None:
            self._network.parameters[:] = self.to_go_on_with(best)
            self._last = None

    def forget(self) -> None:
        """The last are of no use any more: training has ended, or begins at a snapshot."""
        self._last = None
