"""The order of the parameters in the flat vector, which no other file spells out: named spans, one behind the other.

A span is an array of parameters of one kind: a layer's weights `W2`, its biases `b2` or the trainable shares `p2` of
its activation; or, in front of all layers, what an input has, such as the factors `s1` or the table `E2`. It has two
factors: one on the learning rate of its steps, and one on what makes its numbers smaller (l1, l2 and decoupled decay
alike).
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from itertools import groupby, pairwise
from math import prod
from typing import Any, NamedTuple, TypeVar

import numpy.typing as npt

from clearprop.foundation.arguments import factors
from clearprop.foundation.near_names import did_you_mean, near
from clearprop.foundation.table_cells import quoted

Array = npt.NDArray[Any]
Item = TypeVar("Item")

WEIGHT, BIAS, SHARE = "W", "b", "p"
KINDS_OF_LAYERS = {WEIGHT, BIAS, SHARE}
# Kinds of layers whose numbers penalties and decay make smaller, unless other factors are given.
DECAYING = {WEIGHT}
# What the kinds are called elsewhere.
KNOWN_AS = {
    WEIGHT: ("weights", "weight", "kernel", "coefs", "coefs_"),
    BIAS: ("biases", "bias", "intercepts", "intercepts_"),
    SHARE: ("shares", "share", "trainable_share"),
    "s": ("scale", "factors"),
    "E": ("embedding", "embeddings", "lookup"),
    "c": ("frequencies", "frequency", "periodic"),
    "phi": ("phases", "phase"),
}


class Part(NamedTuple):
    """What a span is made from.

    Attributes
    ----------
    kind, layer, shape
        The layer from 1; 0 of what stands in front of the first.
    number : int, optional
        What stands behind the kind in its name, if not the layer: the place of an input, from 1.
    decays : bool, optional
        Whether penalties and decay make it smaller, unless other factors are given; if not said, as its kind does.
    """

    kind: str
    layer: int
    shape: tuple[int, ...]
    number: int | None = None
    decays: bool | None = None


@dataclass(frozen=True)
class Span:
    """An array of parameters with a name of its own.

    Attributes
    ----------
    name, kind : str
        Such as `W2`, of the kind `W`.
    layer : int
        From 1; 0 for an input's.
    shape : tuple of int
    start, stop : int
        Where its numbers begin in the flat vector, row by row, and before which they end.
    rate_factor : float
        What the learning rate of its steps is multiplied by; with 0 it stays as it is.
    decay_factor : float
        What l1, l2 and decoupled decay are multiplied by.
    """

    name: str
    kind: str
    layer: int
    shape: tuple[int, ...]
    start: int
    stop: int
    rate_factor: float
    decay_factor: float

    @property
    def size(self) -> int:
        """How many parameters there are in it."""
        return self.stop - self.start

    def view(self, flat: Array) -> Array:
        """Its part of a flat vector, in its shape."""
        return flat[self.start : self.stop].reshape(self.shape)

    def index(self, places: Sequence[int]) -> int:
        """Where the parameter at these places, each from 1, stands in the flat vector.

        Raises
        ------
        IndexError
            The span has no such place.
        """
        if len(places) != len(self.shape) or not all(
            1 <= place <= length for place, length in zip(places, self.shape, strict=True)
        ):
            raise IndexError(f"there is no {self.name}[{_listed(places)}]: there is {self.ranges}")
        index = 0
        for place, length in zip(places, self.shape, strict=True):
            index = index * length + place - 1
        return self.start + index

    def name_at(self, index: int) -> str:
        """The name of its parameter that stands at this index of the flat vector."""
        places, rest = [], index - self.start
        for length in reversed(self.shape):
            rest, place = divmod(rest, length)
            places.append(place + 1)
        return f"{self.name}[{_listed(places[::-1])}]"

    @property
    def ranges(self) -> str:
        """The names of its parameters in short, such as W2[1-3,1]."""
        return f"{self.name}[{_listed(f'1-{length}' if length > 1 else '1' for length in self.shape)}]"


@dataclass(frozen=True)
class Layout:
    """Where each parameter stands in the flat vector, what it is called, and the factors on its rate and decay.

    Parameters
    ----------
    spans : tuple of Span
        In the order of the vector, which they fill.

    Examples
    --------
    >>> import numpy as np
    >>> layout = Layout.dense([2, 3, 1])
    >>> [span.name for span in layout.spans], layout.size
    (['W1', 'b1', 'W2', 'b2'], 13)
    >>> layout.name(11), layout.index("W2[3,1]")
    ('W2[3,1]', 11)
    >>> layout.named_views(np.arange(13))["b1"].tolist()
    [6, 7, 8]
    >>> slow = layout.with_factors({"b": 0.1, "b2": 0.0}, {"b": 1.0})
    >>> [(span.name, span.rate_factor, span.decay_factor) for span in slow.spans]
    [('W1', 1.0, 1.0), ('b1', 0.1, 1.0), ('W2', 1.0, 1.0), ('b2', 0.0, 1.0)]
    """

    spans: tuple[Span, ...]

    @classmethod
    def of(cls, parts: Iterable[Part | tuple[str, int, tuple[int, ...]]]) -> Layout:
        """The parts one behind the other, under their kinds and numbers, with the usual factors."""
        spans, start = [], 0
        for kind, layer, shape, number, decays in (Part(*part) for part in parts):
            stop = start + prod(shape)
            name = f"{kind}{layer if number is None else number}"
            decay = float(kind in DECAYING if decays is None else decays)
            spans.append(Span(name, kind, layer, shape, start, stop, 1.0, decay))
            start = stop
        return cls(tuple(spans))

    @staticmethod
    def dense(sizes: Sequence[int], front: Iterable[Part] = (), shared: Sequence[bool] = ()) -> Layout:
        """Of layers of these sizes, the features' first, each of which is joined to the next.

        Parameters
        ----------
        front : parts
            Of the inputs.
        shared : sequence of bool
            For each layer, whether its activation has a trainable share; where not given, none has.
        """
        return _dense_layout(tuple(sizes), tuple(front), tuple(shared))

    @cached_property
    def size(self) -> int:
        """How many parameters there are."""
        return self.spans[-1].stop

    @property
    def kinds(self) -> list[str]:
        """The kinds of spans that there are."""
        return list(self._numbers_of)

    @cached_property
    def most_of_a_layer(self) -> int:
        """How many parameters the largest layer has, whose first numbers are drawn at once."""
        return max(sum(span.size for span in layer) for _, layer in groupby(self.spans, key=lambda span: span.layer))

    # -- views ---------------------------------------------------------------------------------------------------

    def views(self, flat: Array) -> list[Array]:
        """A flat vector's parts, one a span."""
        return [span.view(flat) for span in self.spans]

    def named_views(self, flat: Array) -> dict[str, Array]:
        """A flat vector's parts under the spans' names."""
        return {span.name: span.view(flat) for span in self.spans}

    def stacked_views(self, vectors: Array) -> dict[str, Array]:
        """The parts of flat vectors, one a row, under the spans' names: each with the rows' axis in front."""
        return {span.name: vectors[:, span.start : span.stop].reshape(-1, *span.shape) for span in self.spans}

    def of_kind(self, kind: str, items: Sequence[Item]) -> list[Item]:
        """Of as many items as there are spans, those of one kind: an item a layer."""
        return [items[number] for number in self._numbers_of[kind]]

    def by_layer(self, kind: str, items: Sequence[Item], n_layers: int) -> list[Item | None]:
        """Of as many items as there are spans, that of one kind of each layer, from 1; None where a layer has none."""
        if kind not in self._numbers_of:
            return [None] * n_layers
        found: dict[int, Item] = {self.spans[number].layer: items[number] for number in self._numbers_of[kind]}
        return [found.get(layer) for layer in range(1, n_layers + 1)]

    # -- names ---------------------------------------------------------------------------------------------------

    def span(self, name: str) -> Span:
        """The span of this name.

        Raises
        ------
        IndexError
            There is no such span.
        """
        if name not in self._by_name:
            hint = did_you_mean(near(str(name), self._by_name)) or "."
            raise IndexError(f"no span is called {quoted(name)}{hint} There are: {', '.join(self._by_name)}")
        return self._by_name[name]

    def number_at(self, index: int) -> int:
        """Which span, from 0, the parameter at an index of the flat vector is in."""
        return bisect_right(self._starts, index) - 1

    def name(self, index: int) -> str:
        """The name of the parameter at an index of the flat vector, such as W2[3,1] or b1[2]: places from 1.

        Raises
        ------
        IndexError
            There is no such parameter.
        """
        if not 0 <= index < self.size:
            raise IndexError(f"parameters are counted from 0 to {self.size - 1}, got {index}")
        return self.spans[self.number_at(index)].name_at(index)

    def index(self, name: str) -> int:
        """Where the parameter of a name stands in the flat vector.

        Raises
        ------
        IndexError
            There is no such parameter.
        """
        of_span, _, rest = name.partition("[")
        places = rest.removesuffix("]").split(",")
        if of_span not in self._by_name or not rest.endswith("]") or not all(map(str.isdecimal, places)):
            raise IndexError(
                f"no parameter is called {quoted(name)}. There are: {', '.join(s.ranges for s in self.spans)}"
            )
        return self.span(of_span).index([int(place) for place in places])

    @cached_property
    def _by_name(self) -> dict[str, Span]:
        return {span.name: span for span in self.spans}

    @cached_property
    def _numbers_of(self) -> dict[str, list[int]]:
        """Which spans, from 0, are of each kind."""
        kinds = dict.fromkeys(span.kind for span in self.spans)
        return {kind: [number for number, span in enumerate(self.spans) if span.kind == kind] for kind in kinds}

    @cached_property
    def _starts(self) -> list[int]:
        return [span.start for span in self.spans]

    # -- factors -------------------------------------------------------------------------------------------------

    def with_factors(
        self, rates: Mapping[str, float] | None = None, decays: Mapping[str, float] | None = None
    ) -> Layout:
        """A copy with other factors on the learning rate and the decay; the layout itself where none are given.

        Parameters
        ----------
        rates, decays : mapping of str to float
            By a span's name or by its kind, of which the name counts; what is not named keeps its factors.

        Raises
        ------
        ValueError, TypeError
            A name is none of the layout's, or a factor no finite number >= 0.
        """
        rates, decays = factors("rates", rates), factors("decays", decays)
        if not rates and not decays:
            return self
        own_rates = [span.rate_factor for span in self.spans]
        both = zip(self.spans, self._given("rates", rates, own_rates), self.decay_factors(decays), strict=True)
        return Layout(tuple(replace(span, rate_factor=rate, decay_factor=decay) for span, rate, decay in both))

    def decay_factors(self, decays: Mapping[str, float]) -> Sequence[float]:
        """The spans' factors on decay, where some are given in the place of their own; see `with_factors`."""
        return self._given("decays", decays, self._own_decays) if decays else self._own_decays

    @cached_property
    def groups(self) -> tuple[tuple[slice, float], ...]:
        """The flat vector in as few pieces as have one factor on the learning rate each, and those factors."""
        pieces = [(rate, list(spans)) for rate, spans in groupby(self.spans, key=lambda span: span.rate_factor)]
        return tuple((slice(spans[0].start, spans[-1].stop), rate) for rate, spans in pieces)

    @cached_property
    def _own_decays(self) -> tuple[float, ...]:
        return tuple(span.decay_factor for span in self.spans)

    def _given(self, what: str, given: Mapping[str, float], own: Sequence[float]) -> Sequence[float]:
        """A factor a span: that of its name, else that of its kind, else its own."""
        known = [*self._numbers_of, *self._by_name]
        for name in given:
            if name not in known:
                hint = did_you_mean(near(str(name), known, KNOWN_AS)) or "."
                raise ValueError(
                    f"{what} has {quoted(name)}, which names no parameters{hint} There are: {', '.join(known)}"
                )
        return [
            given.get(span.name, given.get(span.kind, factor)) for span, factor in zip(self.spans, own, strict=True)
        ]


@lru_cache(maxsize=64)  # a tiny network is made in 40 µs, a quarter of which this would be
def _dense_layout(sizes: tuple[int, ...], front: tuple[Part, ...], shared: tuple[bool, ...]) -> Layout:
    return Layout.of(_dense_parts(sizes, front, shared))


def dense_size(sizes: Sequence[int], front: Iterable[Part] = (), shared: Sequence[bool] = ()) -> int:
    """How many parameters layers of these sizes have, however many layers a file or a slip says there are.

    Examples
    --------
    >>> dense_size([2, 3, 1])
    13
    >>> dense_size([2, 3, 1], shared=[True, False])
    16
    """
    return sum(prod(part.shape) for part in _dense_parts(sizes, front, shared))


def _dense_parts(sizes: Sequence[int], front: Iterable[Part], shared: Sequence[bool]) -> Iterator[Part]:
    """What the inputs have; then for each layer its weights, row by row, its biases, and its shares if it has some."""
    yield from front
    for layer, (fan_in, fan_out) in enumerate(pairwise(sizes), start=1):
        yield Part(WEIGHT, layer, (fan_in, fan_out))
        yield Part(BIAS, layer, (fan_out,))
        if layer <= len(shared) and shared[layer - 1]:
            yield Part(SHARE, layer, (fan_out,))


def _listed(places: Iterable[object]) -> str:
    return ",".join(map(str, places))
