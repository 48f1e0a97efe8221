"""Settings, weights included, as the fragment of a link, and back: nothing is kept anywhere but in the link itself.

A fragment is the version, a dot, and the settings as JSON, compressed, in the letters that URLs leave alone. It comes
from whoever made the link, so that every part of it is checked, and nothing of it is run.
"""

from __future__ import annotations

import base64
import binascii
import zlib
from collections.abc import Sequence

import msgspec

from clearprop.errors import InputError
from clearprop.lab.protocol import Given, Settings

VERSION = "1"
# What browsers, mail and chats let through, and what a fragment may come to when it is unpacked.
LONGEST, LARGEST = 60_000, 4_000_000
# More weights than these no link holds.
MOST_WEIGHTS = 100_000

_DECODER = msgspec.json.Decoder(Settings)


def fragment_of(settings: Settings, weights: Sequence[float] | None = None) -> str:
    """The fragment, without its #.

    Parameters
    ----------
    weights : sequence of float, optional
        All parameters as they are now; where not given, those of the settings.

    Raises
    ------
    InputError
        It would be too long, or the rows stand in no link.

    Examples
    --------
    >>> fragment = fragment_of(Settings(learning_rate=0.5))
    >>> fragment[:2], settings_of(fragment).learning_rate
    ('1.', 0.5)
    """
    if isinstance(settings.data, Given):
        raise InputError(
            "the rows were given to this lab by a program and stand in no link: take it away as Python, or paste them "
            "as a table first"
        )
    if weights is not None:
        if len(weights) > MOST_WEIGHTS:
            raise InputError(
                f"this network has {len(weights):,} parameters, and a link holds {MOST_WEIGHTS:,} at most: take a "
                "smaller network, or take it away as Python"
            )
        settings = msgspec.structs.replace(settings, weights=[float(weight) for weight in weights])
    packed = zlib.compress(msgspec.json.encode(settings), 9)
    fragment = f"{VERSION}.{base64.urlsafe_b64encode(packed).decode().rstrip('=')}"
    if len(fragment) > LONGEST:
        raise InputError(
            f"the link would have {len(fragment):,} letters, and {LONGEST:,} is what programs let through: take a "
            "smaller network or fewer rows, or take it away as Python"
        )
    return fragment


def settings_of(fragment: str) -> Settings:
    """The settings that a fragment holds; a # before it does not matter.

    Raises
    ------
    InputError
        It is none, or none of this version.

    Examples
    --------
    >>> settings_of("#1.garbage")
    Traceback (most recent call last):
    clearprop.errors.InputError: this link cannot be read: ...
    """
    version, dot, packed = fragment.removeprefix("#").partition(".")
    if dot and version.isdecimal() and version != VERSION:
        raise InputError(
            f"this link is of version {version}, and this lab reads version {VERSION}: ask for a new one, or take the "
            "clearprop that it was made with"
        )
    try:
        if not dot or version != VERSION or len(packed) > LONGEST:
            raise ValueError("it does not begin as one does, or is too long")
        settings = _DECODER.decode(_unpacked(packed))
    except (ValueError, RecursionError, zlib.error, binascii.Error) as error:
        raise InputError(f"this link cannot be read: {error}. Copy the whole of it again, or begin anew") from error
    if isinstance(settings.data, Given):
        raise InputError("this link cannot be read: its rows were given to a program. Copy another one, or begin anew")
    return settings


def _unpacked(packed: str) -> bytes:
    """The text in it, which may be as large as settings are and no larger."""
    data = base64.b64decode(packed.encode("ascii") + b"=" * (-len(packed) % 4), altchars=b"-_", validate=True)
    unpacker = zlib.decompressobj()
    text = unpacker.decompress(data, LARGEST)
    if not unpacker.eof or unpacker.unused_data:
        raise ValueError("it is cut off, or holds more than settings")
    return text
