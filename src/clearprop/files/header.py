"""What a model file's header must say.

The JSON is read by Python's own module, which takes the numbers that a damaged file may hold, such as NaN, so that
whoever checks them can name them.
"""

from __future__ import annotations

import json
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta, Struct, field

from clearprop.files.limits import MOST_MEMBERS


class Metadata(Struct):
    """The strings that safetensors keeps beside the tensors: ours is JSON once more."""

    clearprop: str


class Header(Struct):
    """The header of a file of safetensors; the tensors' own entries are left to safetensors."""

    metadata: Metadata = field(name="__metadata__")


class Description(Struct, forbid_unknown_fields=True):
    """What a model file says of its model; all but the version is checked by who knows that version and kind."""

    version: Any
    kind: Any
    network: Any
    extra: Any


_Size = Annotated[int, Meta(ge=1, description="a whole number of at least 1")]
_Function = Annotated[dict[str, Any], Meta(description="a dictionary")]


class NetworkConfig(Struct):
    """A network without its numbers; whether there are such functions is found out where the network is made."""

    layer_sizes: Annotated[list[_Size], Meta(min_length=2, description="a list of two sizes or more")]
    activations: Annotated[list[_Function], Meta(min_length=1, description="a list of functions")]
    loss: _Function
    dtype: Annotated[Literal["float32", "float64"], Meta(description="'float32' or 'float64'")]
    inputs: Annotated[list[_Function], Meta(description="a list of inputs")] = field(default_factory=list)
    trainable_share: Annotated[bool, Meta(description="true or false")] = False


class Members(Struct, forbid_unknown_fields=True):
    """What the file of an ensemble has beside its networks' description."""

    members: Annotated[int, Meta(ge=1, le=MOST_MEMBERS, description=f"a whole number from 1 to {MOST_MEMBERS:,}")]


def description(header: bytes) -> Description:
    """The description in a header.

    Raises
    ------
    ValueError, RecursionError
        It is no JSON, or has other entries than a model file's.
    """
    try:
        text = msgspec.convert(json.loads(header), Header).metadata.clearprop
        return msgspec.convert(json.loads(text), Description)
    except msgspec.ValidationError as error:  # which is no ValueError before msgspec 0.21
        raise ValueError(str(error)) from error
