"""What stands in front of the first layer: inputs side by side, each with its own columns, features and parameters."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import accumulate, pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

from clearprop.foundation.randomness import Rng
from clearprop.foundation.sparse import is_sparse
from clearprop.foundation.table_cells import quoted
from clearprop.inputs import INPUTS, Input, Plain
from clearprop.network.layout import KINDS_OF_LAYERS, Layout, Part

Array = npt.NDArray[Any]


class Front:
    """Inputs side by side: the columns of X one behind the other, their features, and their spans of parameters.

    Parameters
    ----------
    inputs : tuple of Input

    Attributes
    ----------
    columns, features, spans : list of slice
        Of each input: its columns of X, its features of a_0, and its spans, which are the first of the layout.
    is_plain : bool
        Whether the features are the columns themselves.
    parts : tuple of Part
        The inputs' spans, which are numbered by the input's place, from 1.

    Examples
    --------
    >>> from clearprop.inputs import Lookup, Scale
    >>> front = Front((Scale(2), Lookup(categories=3, size=2)))
    >>> front.n_columns, front.n_features, front.features
    (3, 4, [slice(0, 2, None), slice(2, 4, None)])
    >>> X, s, E = np.array([[1.0, 2.0, 2.0]]), np.array([1.0, 10.0]), np.arange(6.0).reshape(3, 2)
    >>> front.value(X, [s, E]).tolist()
    [[1.0, 20.0, 4.0, 5.0]]
    """

    def __init__(self, inputs: tuple[Input, ...]) -> None:
        self.inputs = inputs
        self.columns = _behind_one_another([one.columns for one in inputs])
        self.features = _behind_one_another([one.features for one in inputs])
        self.spans = _behind_one_another([len(one.parts) for one in inputs])
        self.n_columns, self.n_features, self.n_spans = (
            parts[-1].stop for parts in (self.columns, self.features, self.spans)
        )
        self.is_plain = all(isinstance(one, Plain) for one in inputs)
        self.parts = tuple(
            Part(kind, 0, shape, number, kind in one.decaying)
            for number, one in enumerate(inputs, start=1)
            for kind, shape in one.parts
        )

    def layout(self, sizes: Sequence[int], shared: Sequence[bool] = ()) -> Layout:
        """The layout of a network that has layers of these sizes behind these inputs."""
        return Layout.dense(sizes, self.parts, shared)

    def start(self, spans: Sequence[Array], rng: Rng) -> None:
        """Draw the first numbers of all parameters, input by input."""
        for one, of_one in zip(self.inputs, self.spans, strict=True):
            for span, numbers in zip(spans[of_one], one.start(rng), strict=True):
                span[...] = numbers

    # -- forward and backward ------------------------------------------------------------------------------------

    def value(self, rows: Array, spans: Sequence[Array], out: Array | None = None) -> Array:
        """The features a_0 of rows, shape (n, features): the rows themselves where all is plain.

        Parameters
        ----------
        spans : sequence of arrays
            The network's, of which the first are the inputs'.
        out : array, optional
            Which is filled, where not all is plain.
        """
        if self.is_plain:
            return rows
        if out is None:
            out = np.empty((len(rows), self.n_features), np.result_type(rows, *spans[: self.n_spans]))
        for one, columns, features, of_one in self._each():
            one.value(rows[:, columns], spans[of_one], out[:, features])
        return out

    def gradient(
        self, rows: Array, spans: Sequence[Array], output_gradient: Array, out: Sequence[Array] | None = None
    ) -> Array:
        """dL/dX, shape (n, columns), from dL/da_0; the inputs' spans of `out` are filled with dL/dp."""
        if self.is_plain:
            return output_gradient
        gradient = np.empty(rows.shape, output_gradient.dtype)
        for one, columns, features, of_one in self._each():
            gradient[:, columns] = one.gradient(
                rows[:, columns], spans[of_one], output_gradient[:, features], None if out is None else out[of_one]
            )
        return gradient

    def _each(self) -> Iterator[tuple[Input, slice, slice, slice]]:
        return zip(self.inputs, self.columns, self.features, self.spans, strict=True)

    # -- what it takes -------------------------------------------------------------------------------------------

    def check_rows(self, name: str, rows: Array) -> None:
        """Refuse rows, of as many columns as there are to be, that the inputs cannot take.

        Raises
        ------
        TypeError
            They are sparse, and not all inputs are plain.
        ValueError
            A column holds what its input cannot take.
        """
        if self.is_plain:
            return
        if is_sparse(rows):
            kinds = ", ".join(dict.fromkeys(one.name for one in self.inputs if not isinstance(one, Plain)))
            raise TypeError(
                f"{name} is sparse, which only plain inputs take, and this network has others ({kinds}): give "
                f"{name}.toarray()"
            )
        for one, columns, _, _ in self._each():
            names = [f"column {column} of {name}" for column in range(columns.start, columns.stop)]
            one.check_columns(rows[:, columns], names)

    def column_of(self, feature: int) -> int:
        """Which column of X, from 0, a feature (from 0) is made of."""
        number = self.input_of(feature)
        return self.columns[number].start + self.inputs[number].column(feature - self.features[number].start)

    def is_coded(self, column: int) -> bool:
        """Whether a column of X, from 0, holds codes."""
        return next(one.coded for one, columns, _, _ in self._each() if column < columns.stop)

    def input_of(self, feature: int) -> int:
        """Which input, from 0, a feature (from 0) is of."""
        return next(number for number, features in enumerate(self.features) if feature < features.stop)


@lru_cache(maxsize=256)  # of the plain ones, that a tiny network is made in no more time than without
def front_of(inputs: tuple[Input, ...]) -> Front:
    """The front that has these inputs."""
    return Front(inputs)


@lru_cache(maxsize=256)
def plain_front(columns: int) -> Front:
    """The front that hands so many columns on as they are."""
    return Front((Plain(columns),))


def checked_front(inputs: Sequence[str | Input] | None, features: int) -> Front:
    """What a network with so many features has in front; the columns themselves where nothing is given.

    Raises
    ------
    ValueError, TypeError
        Something is no input, or they give more or fewer features; or one has parameters of a kind that layers have.
    """
    if inputs is None:
        return plain_front(features)
    if isinstance(inputs, str | Input) or not isinstance(inputs, Iterable):
        remedy = f"write [{quoted(inputs)}]" if isinstance(inputs, str | Input) else "leave it out for none"
        raise TypeError(f"inputs must be a list of inputs, one behind the other, got {quoted(inputs)}: {remedy}")
    front = front_of(tuple(INPUTS.resolve(one, "each of inputs") for one in inputs) or (Plain(features),))
    for one in front.inputs:
        if taken := KINDS_OF_LAYERS.intersection(kind for kind, _ in one.parts):
            raise ValueError(f"input {one!r} has parameters of the kind {min(taken)!r}, which is that of layers")
    if front.n_features != features:
        given = " + ".join(str(one.features) for one in front.inputs)
        raise ValueError(
            f"layer_sizes[0] must be the number of features that the inputs give, {given} = {front.n_features}, got "
            f"{features}"
        )
    return front


def parts_of_config(inputs: Iterable[Mapping[str, Any]]) -> tuple[Part, ...]:
    """The spans of inputs that a file describes, which take no memory yet.

    Raises
    ------
    ValueError, TypeError
        Something is no input.
    """
    described = tuple(INPUTS.from_config(one) for one in inputs)
    return front_of(described).parts if described else ()


def _behind_one_another(lengths: Sequence[int]) -> list[slice]:
    return [slice(start, stop) for start, stop in pairwise(accumulate(lengths, initial=0))]
