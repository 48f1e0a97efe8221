"""What the passes leave behind: every number of a forward pass, every number of a backward pass, by layer."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NoReturn

import numpy as np
import numpy.typing as npt

from clearprop.foundation.arguments import as_numbers

Array = npt.NDArray[Any]


class Views(list[Array]):
    """A list of views into the flat parameter vector, an array a layer for good.

    Assigning to an entry writes the numbers into the vector. A copy is a plain list.

    Parameters
    ----------
    views : iterable of arrays
    what : str
        What messages call it.
    """

    def __init__(self, views: Iterable[Array], what: str) -> None:
        super().__init__(views)
        self.what = what

    def __setitem__(self, layer: Any, values: Any) -> None:
        if isinstance(layer, slice):
            arrays: list[Any] = list(self)
            arrays[layer] = values
            self.write(arrays)
        else:
            write_numbers(f"{self.what}[{layer}]", self[layer], values)

    def write(self, values: Sequence[npt.ArrayLike]) -> None:
        """Write an array a layer into the vector; nothing is written if one does not fit."""
        what = self.what
        if not isinstance(values, Sequence) or len(values) != len(self):
            got = f"{len(values)}" if isinstance(values, Sequence) else f"a {type(values).__name__}"
            raise ValueError(f"{what} must be a list of {len(self)} arrays, one a layer, got {got}")
        arrays = [as_numbers(f"{what}[{layer}]", value, self[layer].dtype) for layer, value in enumerate(values)]
        if [array.shape for array in arrays] != [view.shape for view in self]:
            raise ValueError(
                f"{what} must have the shapes {[view.shape for view in self]}, an array a layer, got "
                f"{[array.shape for array in arrays]}"
            )
        # Copies first: they may be these very views, in another order.
        for view, array in zip(self, [array.copy() for array in arrays], strict=True):
            view[...] = array

    def __reduce_ex__(self, protocol: Any) -> tuple[Any, ...]:
        return list, (list(self),)

    def _stays(self, *args: Any, **keywords: Any) -> NoReturn:
        """There are as many layers as the network was made with, in their order."""
        raise ValueError(
            f"{self.what} stays a list of {len(self)} arrays, one a layer, of the shapes "
            f"{[view.shape for view in self]}: write numbers into them, as in {self.what}[0] = values; other layers "
            "are another network's"
        )

    if not TYPE_CHECKING:  # to whom these have the signatures of a list's
        append = extend = insert = pop = remove = clear = sort = reverse = _stays
        __delitem__ = __iadd__ = __imul__ = _stays


def write_numbers(name: str, place: Array, values: Any) -> None:
    """Write numbers into an array, in its shape or broadcast to it.

    Raises
    ------
    ValueError, TypeError
        They are of another shape, or no numbers.
    """
    array = as_numbers(name, values, place.dtype)
    try:
        place[...] = array
    except ValueError:
        raise ValueError(
            f"{name} must have shape {place.shape}, or one that broadcasts to it, got {array.shape}"
        ) from None


@dataclass(repr=False)
class Trace:
    """All that one forward pass computed, kept for whoever wants to look.

    Attributes
    ----------
    inputs : array or SciPy CSR matrix, shape (n, columns)
        The rows X.
    z, a : list of arrays, shape (n, units)
        Weighted sums and activations by layer.
    masks : list of (array or None)
        Dropout by layer: 0 where a unit was left out, 1 / (1 - rate) elsewhere; None where there was none.
    features : array or SciPy CSR matrix, shape (n, features)
        What the inputs made of X, a_0: the same array where all are plain.
    """

    inputs: Array
    z: list[Array]
    a: list[Array]
    masks: list[Array | None]
    features: Array | None = None

    @property
    def n_rows(self) -> int:
        """How many rows were fed."""
        return int(self.inputs.shape[0])

    @property
    def outputs(self) -> Array:
        """The last layer's activations, shape (n, outputs)."""
        return self.a[-1]

    def check(self, layer_sizes: Sequence[int]) -> None:
        """Raise ValueError if it is not of a network with layers of these sizes."""
        sizes = (self.layer_input(0).shape[1], *(a.shape[1] for a in self.a))
        if sizes != tuple(layer_sizes):
            raise ValueError(
                f"the trace is not of this network, whose layers have {tuple(layer_sizes[1:])} units on "
                f"{layer_sizes[0]} inputs, but of one of {sizes}"
            )

    def layer_input(self, index: int) -> Array:
        """What the layer at this index was fed: the features, or the activations below it after dropout."""
        if index == 0:
            return self.inputs if self.features is None else self.features
        a, mask = self.a[index - 1], self.masks[index - 1]
        return a if mask is None else a * mask

    def __repr__(self) -> str:
        sizes = "-".join(str(width) for width in (self.layer_input(0).shape[1], *(a.shape[1] for a in self.a)))
        dropped = ", with dropout" if any(mask is not None for mask in self.masks) else ""
        return f"<Trace of {self.n_rows:,} {'row' if self.n_rows == 1 else 'rows'} through {sizes} units{dropped}>"


@dataclass(repr=False)
class Gradients:
    """All that one backward pass computed.

    Attributes
    ----------
    flat : array, shape (parameters,)
        dL/dp in the order of `Network.parameters`.
    weights, biases : list of arrays
        The same by layer, as views.
    deltas : list of arrays, shape (n, units)
        dL/dz by layer: each row's part in the loss L of the whole batch.
    inputs : array, shape (n, columns), or None
        dL/dX; 0 in columns of codes.
    spans : list of arrays
        `flat` once more, a view for each span of the network's layout.
    shares : list of (array or None)
        dL/dp by layer, as views, where an activation has a trainable share.
    """

    flat: Array
    weights: Views
    biases: Views
    deltas: list[Array]
    inputs: Array | None
    spans: list[Array]
    shares: list[Array | None]

    def __repr__(self) -> str:
        length = float(np.linalg.norm(self.flat))
        rows = len(self.deltas[0])
        return f"<Gradients of {self.flat.size:,} parameters over {rows:,} rows, length {length:.4g}>"
