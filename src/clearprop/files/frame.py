"""The frame of a file: header and arrays, read so that nothing is made before all that is said of it has been checked.

What is read first are the header's length and its beginning, then the header, and then, if the file is just as long as
the header says, the arrays: so however long a file is, one that is none of ours costs no more than its first bytes.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import stat
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from math import prod
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import numpy.typing as npt

from clearprop.errors import InputError
from clearprop.files.limits import DIGITS, LARGEST_FIRST_HEADER, LARGEST_HEADER, LONGEST_DESCRIPTION, MOST_TENSORS
from clearprop.files.strict_json import parsed
from clearprop.foundation.memory import check_memory
from clearprop.foundation.paths import checked_path
from clearprop.foundation.table_cells import quoted

if TYPE_CHECKING:
    from clearprop.files.header import Entry

Array = npt.NDArray[Any]

REMEDY = "give a file that clearprop wrote, such as by `clearprop train --out`"

# How each header begins; and how each since version 2, up to its checksum.
BEGINNING = b'{"__metadata__":{"clearprop":"'
SEAL = BEGINNING + rb"{\"checksum\":\""
UNSEALED = b"0" * DIGITS

DTYPES = {"F64": "<f8", "F32": "<f4", "I64": "<i8", "I32": "<i4", "U8": "|u1", "BOOL": "|b1"}
LONGEST_REASON = 400
# What Python's own module for objects, and archives of such, begin with.
_PICKLES = (b"\x80\x02", b"\x80\x03", b"\x80\x04", b"\x80\x05", b"PK\x03\x04")


class Frame(NamedTuple):
    """A file as it was read: what its header says of it, its arrays, and its checksum, empty where it has none."""

    description: dict[str, Any]
    tensors: dict[str, Array]
    checksum: str


def read_frame(path: str | os.PathLike[str], what: str) -> Frame:
    """Read a file.

    Parameters
    ----------
    what : str
        What it is called in messages: "model file".

    Raises
    ------
    InputError
        There is no such file, or it is none of clearprop's, or it is damaged.
    """
    checked_path(path)
    with _opened(path, what) as file:
        try:
            return _read(file, path, what)
        except ValueError as error:
            if isinstance(error, InputError):
                raise
            raise damaged(path, error, what) from None
        except OSError as error:
            raise _unreadable(path, error.strerror or type(error).__name__) from None


def damaged(path: str | os.PathLike[str], why: ValueError | TypeError, what: str = "model file") -> InputError:
    """The error for a file that breaks a rule: an `InputError` has a remedy of its own."""
    told = str(why)
    if len(told) > LONGEST_REASON:
        told = f"{told[: LONGEST_REASON // 2]} ... {told[-LONGEST_REASON // 4 :]}"
    if isinstance(why, InputError):
        return InputError(f"{path}: damaged {what}: {told}")
    return InputError(f"{path}: damaged {what} ({told}): {REMEDY}")


@contextmanager
def _opened(path: str | os.PathLike[str], what: str) -> Iterator[io.FileIO]:
    try:
        file = open(path, "rb", buffering=0, opener=_open)  # noqa: SIM115 it is closed below
    except FileNotFoundError:
        raise InputError(f"{path}: no such {what}: check the name, or write one by `clearprop train`") from None
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else None
        raise _unreadable(path, reason or "its name is none") from None
    with file:
        kind = os.fstat(file.fileno()).st_mode
        if not stat.S_ISREG(kind):  # others may never come to an end, or to a beginning
            name = "a folder" if stat.S_ISDIR(kind) else "a pipe" if stat.S_ISFIFO(kind) else "a device"
            raise _unreadable(path, f"it is {name}, not a file")
        yield file


def _open(path: str, flags: int) -> int:
    """Without waiting for somebody at the other end of a pipe."""
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0))


def _unreadable(path: str | os.PathLike[str], why: str) -> InputError:
    return InputError(f"{path}: cannot be read ({why}): {REMEDY}")


def _read(file: io.FileIO, path: str | os.PathLike[str], what: str) -> Frame:
    size = os.fstat(file.fileno()).st_size
    start = file.read(8 + len(SEAL))
    length = struct.unpack("<Q", start[:8])[0] if len(start) > 8 else 0
    if not start[8:].startswith(BEGINNING):
        raise _foreign(path, start, what)
    sealed = start[8:].startswith(SEAL)
    most = LARGEST_HEADER if sealed else LARGEST_FIRST_HEADER
    if length > min(most, size - 8):
        raise ValueError(f"a header of {length:,} bytes, of {min(most, size - 8):,} at most")
    header = bytearray(8 + length)
    file.seek(0)
    _fill(file, memoryview(header))
    text, rest = _taken_apart(memoryview(header)[8:])
    if sealed and len(text) > LONGEST_DESCRIPTION:
        raise ValueError(f"a description of {len(text):,} characters, of {LONGEST_DESCRIPTION:,} at most")
    description = parsed(text)
    if not isinstance(description, dict):
        raise ValueError("its description is no object of JSON")
    entries = _entries(rest, size - 8 - length)
    _check_room(size, path)
    tensors = {name: np.empty(entry.shape, DTYPES[entry.dtype]) for name, entry in entries.items()}
    digest = hashlib.sha256()
    checksum = ""
    if sealed:
        place = slice(8 + len(SEAL), 8 + len(SEAL) + DIGITS)
        checksum = header[place].decode("ascii", "replace")
        header[place] = UNSEALED
    digest.update(header)
    for name, tensor in tensors.items():
        view = tensor.reshape(-1).view(np.uint8).data
        _fill(file, view)
        if sealed:
            digest.update(view)
        if tensor.dtype == np.bool_ and tensor.size and tensor.view(np.uint8).max() > 1:
            raise ValueError(f"{quoted(name)} holds truth values that are none")
    if sealed and digest.hexdigest() != checksum:
        raise ValueError("its content is not what its checksum is of: it was changed after it was written")
    return Frame(description, tensors, checksum)


def _check_room(size: int, path: str | os.PathLike[str]) -> None:
    try:
        check_memory(size, "its arrays", "load it where there is more")
    except ValueError as error:
        raise InputError(f"{path}: {error}") from None


def _foreign(path: str | os.PathLike[str], start: bytes, what: str) -> InputError:
    if start.startswith(_PICKLES):
        why = "a pickle or an archive, as of joblib, which is never opened, since that may run what is in it"
        return InputError(f"{path}: not a {what} of clearprop, but {why}: {REMEDY}")
    return InputError(f"{path}: not a {what} of clearprop: {REMEDY}")


def _fill(file: io.FileIO, view: memoryview) -> None:
    """Read as many bytes as there are to be."""
    while view.nbytes:
        count = file.readinto(view)
        if not count:
            raise ValueError("it ends too early")
        view = view[count:]


def _taken_apart(header: memoryview) -> tuple[str, str]:
    """The text that describes the file, and what is said of the arrays, as JSON."""
    try:
        everything = str(header, "utf-8")
        text, end = json.JSONDecoder().raw_decode(everything, len(BEGINNING) - 1)
    except (UnicodeDecodeError, json.JSONDecodeError):
        raise ValueError("its header is no JSON") from None
    rest = everything[end:].rstrip(" ")
    if rest == "}}":
        return text, "{}"
    if not rest.startswith("},") or len(rest) > LARGEST_HEADER:
        raise ValueError("its header has more than a description and arrays")
    return text, "{" + rest[2:]


def _entries(rest: str, size: int) -> dict[str, Entry]:
    """What the header says of each array, in the order of their places, checked against the bytes there."""
    if rest.count("{") + rest.count("[") > 8 * MOST_TENSORS:  # each has three
        raise ValueError(f"more than {MOST_TENSORS:,} arrays")
    import msgspec

    from clearprop.files.header import Entry

    try:
        said = msgspec.convert(parsed(rest), dict[str, Entry])
    except msgspec.ValidationError as error:
        raise ValueError(f"its header says of an array what cannot be: {quoted(str(error))[1:-1]}") from None
    if len(said) > MOST_TENSORS:
        raise ValueError(f"more than {MOST_TENSORS:,} arrays")
    place = 0
    entries = dict(sorted(said.items(), key=lambda item: item[1].data_offsets))
    for name, entry in entries.items():
        if entry.dtype not in DTYPES:
            raise ValueError(f"{quoted(name)} is of the dtype {quoted(entry.dtype)}, not of {', '.join(DTYPES)}")
        if entry.data_offsets != (place, place + np.dtype(DTYPES[entry.dtype]).itemsize * prod(entry.shape)):
            raise ValueError(f"{quoted(name)} does not stand where its shape and the array before it say")
        if prod(max(length, 1) for length in entry.shape) >= 2**48:
            raise ValueError(f"{quoted(name)} has too large a shape")
        place = entry.data_offsets[1]
    if place != size:
        raise ValueError(f"{place:,} bytes of arrays described, {size:,} there")
    return entries
