"""What a file says of its networks, checked by types and bounds; functions are checked where they are made."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from msgspec import Meta, Struct, field

from clearprop.files.limits import MOST_MEMBERS

_Size = Annotated[int, Meta(ge=1, description="a whole number of at least 1")]
_Function = Annotated[dict[str, Any], Meta(description="a dictionary")]
_Members = Annotated[int, Meta(ge=1, le=MOST_MEMBERS, description=f"a whole number from 1 to {MOST_MEMBERS:,}")]


class NetworkConfig(Struct, forbid_unknown_fields=True):
    """A network without its numbers, as `Network.to_config` gives it."""

    layer_sizes: Annotated[list[_Size], Meta(min_length=2, description="a list of two sizes or more")]
    activations: Annotated[list[_Function], Meta(min_length=1, description="a list of functions")]
    loss: _Function
    dtype: Annotated[Literal["float32", "float64"], Meta(description="'float32' or 'float64'")]
    inputs: Annotated[list[_Function], Meta(description="a list of inputs")] = field(default_factory=list)
    trainable_share: Annotated[bool, Meta(description="true or false")] = False


class ModelConfig(Struct, forbid_unknown_fields=True):
    """A network, or how many alike make an ensemble, and what its kind of model adds, which that kind checks."""

    network: Annotated[Any, Meta(description="a network")]
    extra: Annotated[dict[str, Any], Meta(description="a dictionary")]
    members: Annotated[_Members | None, Meta(description=f"a whole number from 1 to {MOST_MEMBERS:,}, or null")] = None


class Members(Struct, forbid_unknown_fields=True):
    """What a file of version 1 says of an ensemble beside its networks."""

    members: _Members
