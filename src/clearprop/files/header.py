"""What a header must say. msgspec is loaded with this module alone, where a file is read."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from msgspec import Meta, Struct

from clearprop.files.limits import DIGITS

_Text = Annotated[str, Meta(min_length=1, max_length=100, description="a short text")]


class Entry(Struct, forbid_unknown_fields=True):
    """What the header says of an array."""

    dtype: str
    shape: Annotated[list[Annotated[int, Meta(ge=0, lt=2**48)]], Meta(max_length=8)]
    data_offsets: tuple[int, int]


class Description(Struct, forbid_unknown_fields=True):
    """What a file says of itself; its config is checked by who knows its kind."""

    checksum: Annotated[str, Meta(min_length=DIGITS, max_length=DIGITS, description="a checksum")]
    version: Annotated[Literal[2], Meta(description="2")]
    kind: _Text
    versions: Annotated[dict[str, _Text], Meta(max_length=20, description="versions by name")]
    config: Annotated[dict[str, Any] | None, Meta(description="a dictionary")] = None


class FirstDescription(Struct, forbid_unknown_fields=True):
    """What a file of version 1 says of itself."""

    version: Annotated[Literal[1], Meta(description="1")]
    kind: _Text
    network: Annotated[Any, Meta(description="a network")]
    extra: Annotated[Any, Meta(description="what a kind of model adds")]
