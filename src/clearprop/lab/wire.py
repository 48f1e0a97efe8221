"""Requests as they come in, replies as they go out: bytes with a cap, and structs."""

from __future__ import annotations

import os
import re
import traceback
from collections.abc import Sequence
from typing import Protocol

import msgspec
import numpy as np
import numpy.typing as npt

from clearprop.lab.protocol import AnyRequest, Count, Refused, Reply
from clearprop.printable import printable

# No request is larger: a pasted table has its own cap below this.
MOST_BYTES = 2**20
ALIGNMENT = 8
# How much of what is wrong with a request is told.
MOST_TOLD = 200

Array = npt.NDArray[np.generic]


class Answering(Protocol):
    """What answers requests: a session, or a recording."""

    def answer(self, request: AnyRequest) -> tuple[Reply, Sequence[Array]]:
        """The reply, and the arrays that it announces."""
        ...


_requests = msgspec.json.Decoder(AnyRequest)
_encoder = msgspec.json.Encoder()


class _Numbered(msgspec.Struct):
    """What can be read of a request that is otherwise none."""

    id: Count = 0


_numbers = msgspec.json.Decoder(_Numbered)


def answered(by: Answering, text: str | bytes) -> tuple[bytes, list[bytes]]:
    """A request answered: the reply's header as JSON, and the bytes of each array that it announces.

    Whatever goes wrong is a reply, too, as the page waits for one.
    """
    request = decode(text)
    if isinstance(request, Refused):
        return encoded(request, [])
    try:
        return encoded(*by.answer(request))
    except Exception as error:
        if os.environ.get("CLEARPROP_TRACEBACK"):
            traceback.print_exc()
        said = f"clearprop failed here, which should not be: {type(error).__name__}: {error}"
        return encoded(Refused(id=request.id, message=printable(said)), [])


def decode(text: str | bytes) -> AnyRequest | Refused:
    """The request that a text is, or why it is none.

    Examples
    --------
    >>> decode('{"type": "diagnose", "id": 7}')
    Diagnose(id=7)
    >>> decode('{"type": "look", "id": 8, "view": {"plane": 1000}}').message
    'view.plane: Expected `int` <= 128'
    """
    if len(text) > MOST_BYTES:
        return Refused(message=f"a request has at most {MOST_BYTES:,} bytes, and this one has {len(text):,}")
    try:
        return _requests.decode(text)
    except (msgspec.MsgspecError, RecursionError, UnicodeError) as error:
        return _refusal(text, str(error))


def _refusal(text: str | bytes, said: str) -> Refused:
    try:
        number = _numbers.decode(text).id
    except (msgspec.MsgspecError, RecursionError, UnicodeError):
        number = 0
    what, _, where = said.partition(" - at `$")
    if len(what) > MOST_TOLD:  # it has the value in it
        what = f"{what[:MOST_TOLD]}..."
    place = re.sub(r"\[(\d+)\]", r".\1", where.rstrip("`").removeprefix("."))
    field = place.removeprefix("settings.") if place.startswith("settings.") else ""
    return Refused(id=number, message=f"{place}: {what}" if place else what, field=field)


def encoded(reply: Reply, arrays: Sequence[Array]) -> tuple[bytes, list[bytes]]:
    """The reply's header as JSON, and the bytes of each array that it announces, little-endian."""
    return _encoder.encode(reply), [_little_endian(array).tobytes() for array in arrays]


def joined(header: bytes, buffers: list[bytes]) -> bytes:
    """One message of them: the header's length (u32), the header, and the arrays, each at a multiple of eight bytes.

    Examples
    --------
    >>> joined(b"{}", [b"ab"])
    b'\\x02\\x00\\x00\\x00{}\\x00\\x00ab\\x00\\x00\\x00\\x00\\x00\\x00'
    """
    parts = [len(header).to_bytes(4, "little") + header, *buffers]
    return b"".join(part + bytes(-len(part) % ALIGNMENT) for part in parts)


def _little_endian(array: Array) -> Array:
    return np.asarray(array, dtype=array.dtype.newbyteorder("<"))
