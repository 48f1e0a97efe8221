"""Names of a network's numbers: `W2[3,1]`, `b2[1]`, `z2[1]`, `a1[2]`, `delta1[3]`, `x[2]`, `loss`, `prediction`.

All are counted from 1, layer 0 being the inputs, as in the article: `W2[3,1]` is the weight from neuron 3 of layer 1 to
neuron 1 of layer 2. `dL/d` (or `∂L/∂`) before a name asks for the gradient with respect to it; a weight, a bias, an
input and a delta mean their gradient anyway, a z, an a, the loss and the prediction mean their value. `dL/dz1[3]` is
`delta1[3]` by another name.

Where more is made of the columns than themselves, `a0[3]` is the third feature, and the inputs' parameters have the
names that the layout has for them, such as `s1[2]` or `E2[3,1]`; so have the shares of activations, `p1[3]`.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from clearprop.errors import InputError
from clearprop.foundation.near_names import did_you_mean
from clearprop.foundation.table_cells import quoted
from clearprop.network.layout import BIAS, WEIGHT, Layout, Span
from clearprop.network.network import Network

_PATTERN = re.compile(r"(?P<gradient>[d∂]L/[d∂])?(?P<kind>W|b|z|a|delta|δ|x)(?P<layer>\d*)\[(?P<places>\d+(?:,\d+)?)\]")
# A parameter of another kind, by its span and places.
_OTHER = re.compile(r"(?:[d∂]L/[d∂])?(?P<span>[^\W\d]+\d+)\[(?P<places>\d+(?:,\d+)*)\]")
_WHOLE = {"loss": "loss", "L": "loss", "prediction": "prediction", "output": "prediction"}
_NO_PARAMETERS = {"z", "a", "delta", "x", *_WHOLE.values()}
# How many places each kind is counted by, beside its layer.
_PLACES = {"W": 2, "b": 1, "z": 1, "a": 1, "delta": 1, "x": 1}


@dataclass(frozen=True)
class Name:
    """A number of a network.

    Attributes
    ----------
    kind : str
        "W", "b", "z", "a", "delta", "x", "loss", "prediction", or the kind of another span of parameters.
    layer : int
        From 1; 0 for inputs and what they have, loss and prediction.
    places : tuple of int
        From 1: (from, to) of a weight, (neuron,) of the others, () of loss and prediction; those of its span.
    gradient : bool
        Whether dL/d(it) is meant, rather than its value.
    number : int, optional
        The place of the input, from 1, whose parameter it is.

    Examples
    --------
    >>> name = parse_name("W2[3,1]", [2, 3, 1])
    >>> name.layer, name.places, name.gradient
    (2, (3, 1), True)
    >>> str(name)
    'W2[3,1]'
    """

    kind: str
    layer: int = 0
    places: tuple[int, ...] = ()
    gradient: bool = False
    number: int | None = field(default=None, repr=False)

    @property
    def is_parameter(self) -> bool:
        """Whether it is a number that is learned."""
        return self.kind not in _NO_PARAMETERS

    @property
    def enters(self) -> int:
        """The layer whose sums it goes into directly, from 1; of a z itself, its own."""
        return self.layer if self.kind in ("W", "b", "z", "delta") else self.layer + 1

    @property
    def of_loss(self) -> bool:
        """Whether it is the loss or one of its gradients, which what rows count has a part in."""
        return self.gradient or self.kind == "loss"

    def __str__(self) -> str:
        if self.kind in ("loss", "prediction"):
            return self.kind
        layer = "" if self.kind == "x" else str(self.layer if self.number is None else self.number)
        asked = "dL/d" if self.gradient and self.kind in ("z", "a") else ""
        return f"{asked}{self.kind}{layer}[{','.join(map(str, self.places))}]"


def name_in(network: Network, text: str) -> Name:
    """The name that a text stands for in a network; see `parse_name`."""
    return parse_name(text, network.layer_sizes, network.layout, columns_of(network))


def columns_of(network: Network) -> int | None:
    """How many columns X has, where its features are others; else None."""
    return None if network.front.is_plain else network.n_columns


def parse_name(text: str, sizes: Sequence[int], layout: Layout | None = None, columns: int | None = None) -> Name:
    """The name that a text stands for, in a network with these layer sizes.

    Parameters
    ----------
    text : str
        Spaces do not matter; δ may stand for delta, φ for phi.
    sizes : sequence of int
        Units by layer, the features first.
    layout : Layout, optional
        The network's, where it has other parameters than weights and biases.
    columns : int, optional
        How many columns X has, where its features are others.

    Raises
    ------
    InputError
        It is no name, or the network has no such number; the message lists the names that there are.

    Examples
    --------
    >>> parse_name("dL/dz1[2]", [2, 3, 1])
    Name(kind='delta', layer=1, places=(2,), gradient=True)
    >>> parse_name("W3[1,1]", [2, 3, 1])
    Traceback (most recent call last):
    clearprop.errors.InputError: 'W3[1,1]' names nothing in this 2-3-1 network. There are: W1[1-2,1-3], ...
    """
    plain = re.sub(r"\s", "", text) if isinstance(text, str) else ""
    if plain in _WHOLE:
        return Name(_WHOLE[plain])
    name = None if layout is None else _other_parameter(plain.replace("φ", "phi"), layout)
    if name is None:
        match = _PATTERN.fullmatch(plain)
        name = None if match is None else _name_of(match)
    if name is None or not _exists(name, sizes, columns):
        shape = "-".join(map(str, sizes))
        hint = did_you_mean(_meant(plain, sizes)) or "."
        there_are = ", ".join(valid_names(sizes, layout, columns))
        raise InputError(f"{quoted(text)} names nothing in this {shape} network{hint} There are: {there_are}")
    return name


def _other_parameter(plain: str, layout: Layout) -> Name | None:
    """A parameter that is neither weight nor bias; None if it is not the name of one."""
    match = _OTHER.fullmatch(plain)
    span = next((span for span in _other_spans(layout) if match and span.name == match["span"]), None)
    if match is None or span is None:
        return None
    places = tuple(int(place) for place in match["places"].split(","))
    if len(places) != len(span.shape) or not all(
        1 <= place <= length for place, length in zip(places, span.shape, strict=True)
    ):
        return None
    number = None if span.layer else int(span.name.removeprefix(span.kind))
    return Name(span.kind, span.layer, places, True, number)


def _other_spans(layout: Layout) -> list[Span]:
    return [span for span in layout.spans if span.kind not in (WEIGHT, BIAS)]


def _meant(plain: str, sizes: Sequence[int]) -> list[str]:
    """The name that is written with other letters or brackets, as w1[1,2], W_1[1][2] and W1(1,2) are."""
    spelled = plain.replace("_", "").replace("][", ",").replace("(", "[").replace(")", "]").casefold()
    if spelled in _WHOLE:
        return [spelled]
    kinds = "|".join(_PLACES).casefold()
    match = _PATTERN.fullmatch(re.sub(rf"(dl/d)?({kinds})", _in_our_letters, spelled, count=1))
    name = None if match is None else _name_of(match)
    return [str(name)] if name is not None and _exists(name, sizes) else []


def _in_our_letters(spelled: re.Match[str]) -> str:
    kind = next(kind for kind in _PLACES if kind.casefold() == spelled[2])
    return f"{'dL/d' if spelled[1] else ''}{kind}"


def _name_of(match: re.Match[str]) -> Name | None:
    kind, layer = match["kind"].replace("δ", "delta"), match["layer"]
    places = tuple(int(place) for place in match["places"].split(","))
    if len(places) != _PLACES[kind] or (kind == "x") == bool(layer):
        return None
    gradient = bool(match["gradient"])
    if kind == "z" and gradient:
        kind = "delta"
    elif kind == "delta" and gradient:
        return None
    return Name(kind, int(layer or 0), places, gradient or kind in ("W", "b", "delta", "x"))


def _exists(name: Name, sizes: Sequence[int], columns: int | None = None) -> bool:
    if name.kind == "x":
        return 1 <= name.places[0] <= (columns or sizes[0])
    if name.kind not in _PLACES:
        return True  # it was found in the layout
    if name.kind == "a" and name.layer == 0 and columns is not None:
        return 1 <= name.places[0] <= sizes[0]
    if not 1 <= name.layer < len(sizes):
        return False
    limits = (sizes[name.layer - 1], sizes[name.layer]) if name.kind == "W" else (sizes[name.layer],)
    return all(1 <= place <= limit for place, limit in zip(name.places, limits, strict=True))


def valid_names(sizes: Sequence[int], layout: Layout | None = None, columns: int | None = None) -> list[str]:
    """What can be asked for, in short: ranges in the place of numbers.

    Examples
    --------
    >>> valid_names([2, 1])
    ['W1[1-2,1]', 'b1[1]', 'delta1[1]', 'dL/da1[1]', 'z1[1]', 'a1[1]', 'x[1-2]', 'loss', 'prediction']
    """
    layers = range(1, len(sizes))
    weights = [f"W{layer}[{_range(sizes[layer - 1])},{_range(sizes[layer])}]" for layer in layers]
    others = [
        f"{kind}{layer}[{_range(sizes[layer])}]" for kind in ("b", "delta", "dL/da", "z", "a") for layer in layers
    ]
    if columns is not None:
        others += [f"a0[{_range(sizes[0])}]", f"dL/da0[{_range(sizes[0])}]"]
    more = [] if layout is None else [span.ranges for span in _other_spans(layout)]
    return [*weights, *more, *others, f"x[{_range(columns or sizes[0])}]", "loss", "prediction"]


def _range(count: int) -> str:
    return "1" if count == 1 else f"1-{count}"
