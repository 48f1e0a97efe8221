"""What becomes of the networks' outputs: a class, several labels, or quantities."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]


@dataclass(frozen=True)
class Quantities:
    """Numbers: of each member its outputs times `scale` plus `mean`; then the mean over the members, within limits.

    Attributes
    ----------
    scale, mean : float
    limits : (float, float) or None
        The least and the greatest that is answered.
    """

    scale: float = 1.0
    mean: float = 0.0
    limits: tuple[float, float] | None = None


@dataclass(frozen=True)
class Classes:
    """One class of several.

    Attributes
    ----------
    labels : array, shape (classes,)
        As `plain_labels` gives them.
    given : {"logits", "outputs", "shares", "scores"}
        What each class's number is made of, member by member, before the mean is taken: the softmax of the last
        layer's sums z over the temperature, where a single one stands beside a 0; the outputs a, of a single one 1 - a
        and a; the outputs over their sum, all alike where that is 0; or the outputs, which are then no probabilities,
        of a single one 2 t - a and a, where t is the threshold. The greatest decides.
    temperature : float
    threshold : float or None
        Above which a single output means the second class; where None, and of several, the greatest number decides.
    """

    labels: Array
    given: Literal["logits", "outputs", "shares", "scores"]
    temperature: float = 1.0
    threshold: float | None = None

    @property
    def probable(self) -> bool:
        """Whether there are probabilities."""
        return self.given != "scores"


@dataclass(frozen=True)
class Labels:
    """Several yes-or-no labels at once: each is there where its output is above the threshold.

    Attributes
    ----------
    labels : array, shape (labels,)
        What they are called.
    threshold : float
    probable : bool
        Whether the outputs are probabilities.
    """

    labels: Array
    threshold: float
    probable: bool


Answer = Quantities | Classes | Labels


def plain_labels(labels: Any) -> Array:
    """Labels as an array of booleans, int64, float64 or texts: what every language has.

    Examples
    --------
    >>> plain_labels(np.array(["b", 1], dtype=object)), plain_labels(np.array([3, 5], dtype=np.uint8))
    (array(['b', '1'], dtype='<U1'), array([3, 5]))
    """
    array = np.asarray(labels)
    if array.dtype.kind in "iu" and (not array.size or array.max() <= np.iinfo(np.int64).max):
        return array.astype(np.int64)
    if array.dtype.kind == "f":
        return array.astype(np.float64)
    return array if array.dtype.kind in "bU" else np.array([str(label) for label in array.tolist()])
