"""What a model file's header must say, checked by msgspec before anything is made of it.

The JSON is read by Python's own module, which takes the numbers that a damaged file may hold, such as NaN, so that
whoever checks them can name them.
"""

from __future__ import annotations

import json
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta, Struct, field


class Metadata(Struct):
    """The strings that safetensors keeps beside the tensors: ours is JSON once more."""

    clearprop: str


class Header(Struct):
    """The header of a file of safetensors; the tensors' own entries are left to safetensors."""

    metadata: Metadata = field(name="__metadata__")


class Description(Struct, forbid_unknown_fields=True):
    """What a model file says of its model; `extra` is checked by what knows its kind."""

    version: int
    kind: str
    network: dict[str, Any]
    extra: Any


class NetworkDescription(Struct):
    """A network without its numbers; whether there are such functions is found out where the network is made."""

    layer_sizes: Annotated[list[Annotated[int, Meta(ge=1)]], Meta(min_length=2)]
    activations: Annotated[list[dict[str, Any]], Meta(min_length=1)]
    loss: dict[str, Any]
    dtype: Literal["float32", "float64"]


def description(header: bytes) -> Description:
    """The description in a header.

    Raises
    ------
    ValueError, RecursionError
        It is no JSON, or has other entries than a model file's.
    """
    text = msgspec.convert(json.loads(header), Header).metadata.clearprop
    return msgspec.convert(json.loads(text), Description)


def described_network(description: Description) -> NetworkDescription:
    """The network that is described, in entries of their types; ValueError if one is not as it must be."""
    return msgspec.convert(description.network, NetworkDescription)
