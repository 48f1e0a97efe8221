"""Names of a network's numbers: `W2[3,1]`, `b2[1]`, `z2[1]`, `a1[2]`, `delta1[3]`, `x[2]`, `loss`, `prediction`.

All are counted from 1, layer 0 being the inputs, as in the article: `W2[3,1]` is the weight from neuron 3 of layer 1 to
neuron 1 of layer 2. `dL/d` (or `∂L/∂`) before a name asks for the gradient with respect to it; a weight, a bias, an
input and a delta mean their gradient anyway, a z, an a, the loss and the prediction mean their value. `dL/dz1[3]` is
`delta1[3]` by another name.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from clearprop.errors import InputError
from clearprop.foundation.near_names import did_you_mean

_PATTERN = re.compile(r"(?P<gradient>[d∂]L/[d∂])?(?P<kind>W|b|z|a|delta|δ|x)(?P<layer>\d*)\[(?P<places>\d+(?:,\d+)?)\]")
_WHOLE = {"loss": "loss", "L": "loss", "prediction": "prediction", "output": "prediction"}
# How many places each kind is counted by, beside its layer.
_PLACES = {"W": 2, "b": 1, "z": 1, "a": 1, "delta": 1, "x": 1}


@dataclass(frozen=True)
class Name:
    """A number of a network.

    Attributes
    ----------
    kind : {"W", "b", "z", "a", "delta", "x", "loss", "prediction"}
    layer : int
        From 1; 0 for inputs, loss and prediction.
    places : tuple of int
        From 1: (from, to) of a weight, (neuron,) of the others, () of loss and prediction.
    gradient : bool
        Whether dL/d(it) is meant, rather than its value.

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

    @property
    def of_loss(self) -> bool:
        """Whether it is the loss or one of its gradients, which what rows count has a part in."""
        return self.gradient or self.kind == "loss"

    def __str__(self) -> str:
        if self.kind in ("loss", "prediction"):
            return self.kind
        layer = "" if self.kind == "x" else str(self.layer)
        asked = "dL/d" if self.gradient and self.kind in ("z", "a") else ""
        return f"{asked}{self.kind}{layer}[{','.join(map(str, self.places))}]"


def parse_name(text: str, sizes: Sequence[int]) -> Name:
    """The name that a text stands for, in a network with these layer sizes.

    Parameters
    ----------
    text : str
        Spaces do not matter; δ may stand for delta.
    sizes : sequence of int
        Units by layer, the inputs first.

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
    match = _PATTERN.fullmatch(plain)
    name = None if match is None else _name_of(match)
    if name is None or not _exists(name, sizes):
        shape = "-".join(map(str, sizes))
        hint = did_you_mean(_meant(plain, sizes)) or "."
        raise InputError(
            f"{text!r} names nothing in this {shape} network{hint} There are: {', '.join(valid_names(sizes))}"
        )
    return name


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


def _exists(name: Name, sizes: Sequence[int]) -> bool:
    if name.kind == "x":
        return 1 <= name.places[0] <= sizes[0]
    if not 1 <= name.layer < len(sizes):
        return False
    limits = (sizes[name.layer - 1], sizes[name.layer]) if name.kind == "W" else (sizes[name.layer],)
    return all(1 <= place <= limit for place, limit in zip(name.places, limits, strict=True))


def valid_names(sizes: Sequence[int]) -> list[str]:
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
    return [*weights, *others, f"x[{_range(sizes[0])}]", "loss", "prediction"]


def _range(count: int) -> str:
    return "1" if count == 1 else f"1-{count}"
