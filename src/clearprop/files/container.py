r"""The container of all that is kept in files: arrays as safetensors, and what they are as JSON in the same file.

A file is the length of its header (8 bytes), the header, and the arrays one behind the other. The header's metadata has
one entry, a text of JSON once more:

    {"__metadata__": {"clearprop": "{\"checksum\": \"...\", \"version\": 2, \"kind\": \"network\", ...}"},
     "W1": {"dtype": "F64", "shape": [2, 3], "data_offsets": [0, 48]}, ...}

The checksum is SHA-256 over the whole file, with zeros where the checksum itself stands, so that no bit can change
unnoticed. It tells of damage, and is no signature: whoever changes a file on purpose can make it anew, so that nothing
in a file is believed for it. A `config` that is long stands among the arrays, as bytes.
"""

from __future__ import annotations

import hashlib
import os
import platform
import struct
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from clearprop import __version__
from clearprop.errors import InputError
from clearprop.files.frame import DTYPES, SEAL, UNSEALED, Frame, damaged, read_frame
from clearprop.files.limits import DIGITS, LARGEST_HEADER, LONG_CONFIG, LONGEST_CONFIG, MOST_TENSORS
from clearprop.files.strict_json import parsed, written
from clearprop.foundation.atomic import write_atomically
from clearprop.foundation.table_cells import quoted

Array = npt.NDArray[Any]

FIRST_VERSION, VERSION = 1, 2
# The array that holds a long config.
CONFIG = "config"


@dataclass(frozen=True)
class Container:
    """What a file holds.

    Attributes
    ----------
    kind : str
        What it is: "network", "checkpoint".
    config : dict
        All but the numbers, as plain values.
    tensors : dict of str to array
        Of float64, float32, int64, int32, uint8 or bool.
    version : int
        Of the format that it was read in. What version 1 says is as it stands there.
    versions : dict of str to str
        Of the libraries that wrote it.
    checksum : str
        SHA-256 of the file that it was read from; empty where there is none.
    """

    kind: str
    config: dict[str, Any]
    tensors: dict[str, Array]
    version: int = VERSION
    versions: Mapping[str, str] = field(default_factory=dict)
    checksum: str = ""


def write_container(path: str | os.PathLike[str], container: Container) -> None:
    """Write a file, whole or not at all: byte by byte the same for the same content and libraries.

    Raises
    ------
    InputError
        The folder is not there, or cannot be written to.
    ValueError, TypeError
        It holds more than a file may, or what a reader would refuse.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write_container(f"{folder}/m", Container("example", {"of": "two"}, {"x": np.array([1.5, -2.5])}))
    ...     read = read_container(f"{folder}/m")
    >>> read.kind, read.config, read.tensors["x"].tolist()
    ('example', {'of': 'two'}, [1.5, -2.5])
    """
    write_atomically(path, content_of(container))


def content_of(container: Container) -> bytes:
    """The bytes of a file; see `write_container`."""
    from safetensors.numpy import save

    tensors = {name: _as_written(name, tensor) for name, tensor in container.tensors.items()}
    if CONFIG in tensors:
        raise ValueError(f"an array in a file must not be called {CONFIG!r}: choose another name")
    versions = {"clearprop": __version__, "numpy": np.__version__, "python": platform.python_version()}
    said = {"checksum": UNSEALED.decode(), "version": VERSION, "kind": container.kind, "versions": versions}
    text = written(container.config)
    if len(text) > LONGEST_CONFIG:
        raise ValueError(f"a file describes what it holds in {LONGEST_CONFIG:,} bytes at most, got {len(text):,}")
    if len(text) > LONG_CONFIG:
        tensors[CONFIG] = np.frombuffer(text.encode(), dtype=np.uint8)
    else:
        said["config"] = container.config
    if len(tensors) > MOST_TENSORS:
        raise ValueError(f"a file holds {MOST_TENSORS:,} arrays at most, got {len(tensors):,}")
    content = save(tensors, metadata={"clearprop": written(said)})
    (length,) = struct.unpack("<Q", content[:8])
    if length > LARGEST_HEADER:
        raise ValueError(f"the header of a file has {LARGEST_HEADER:,} bytes at most, got {length:,}: shorten names")
    place = 8 + len(SEAL)
    assert content[8 : place + DIGITS] == SEAL + UNSEALED, "safetensors writes metadata first"
    return b"".join((content[:place], hashlib.sha256(content).hexdigest().encode(), content[place + DIGITS :]))


def _as_written(name: str, tensor: Array) -> Array:
    """The array as safetensors writes it, which takes memory as it lies."""
    dtype = tensor.dtype.newbyteorder("<")
    if dtype.str not in DTYPES.values():
        raise ValueError(f"a file holds no arrays of {tensor.dtype}, as {name!r} is: convert it")
    return np.asarray(tensor, dtype=dtype, order="C")


def read_container(path: str | os.PathLike[str], what: str = "model file") -> Container:
    """Read a file, and check that it is one, whole and unchanged; what its kind says is its reader's to check.

    Parameters
    ----------
    path : str or path
    what : str
        What it is called in messages.

    Raises
    ------
    InputError
        There is no such file, or it is none of clearprop's, or it is damaged: the message has the path, what is wrong
        and the remedy.
    """
    frame = read_frame(path, what)
    version = frame.description.get("version")
    if type(version) is not int or version not in (FIRST_VERSION, VERSION):
        raise InputError(
            f"{path}: a {what} of version {quoted(version)}, and this clearprop reads versions {FIRST_VERSION} and "
            f"{VERSION}: use the clearprop that wrote it, or train again"
        )
    try:
        return _first(frame) if version == FIRST_VERSION else _second(frame)
    except ValueError as error:
        raise damaged(path, error, what) from None


def _second(frame: Frame) -> Container:
    from clearprop.files.header import Description
    from clearprop.foundation.configs import checked

    said, tensors = checked(frame.description, Description, "description"), dict(frame.tensors)
    config = said.config
    if config is None:
        config = _long_config(tensors)
    elif CONFIG in tensors:
        raise ValueError("it is described twice")
    if not frame.checksum:
        raise ValueError("its checksum does not stand in front")
    return Container(said.kind, config, tensors, VERSION, said.versions, frame.checksum)


def _long_config(tensors: dict[str, Array]) -> dict[str, Any]:
    """The config that stands among the arrays, and is taken out of them."""
    held = tensors.pop(CONFIG, None)
    if held is None or held.dtype != np.uint8 or held.ndim != 1 or held.size > LONGEST_CONFIG:
        raise ValueError("it is not described")
    try:
        config = parsed(held.tobytes().decode("ascii"))
    except UnicodeDecodeError:
        raise ValueError("its description is no JSON") from None
    if not isinstance(config, dict):
        raise ValueError("its description is no object of JSON")
    return config


def _first(frame: Frame) -> Container:
    from clearprop.files.header import FirstDescription
    from clearprop.foundation.configs import checked

    said = checked(frame.description, FirstDescription, "description")
    return Container(
        said.kind, {"network": said.network, "extra": said.extra}, dict(frame.tensors), FIRST_VERSION, {}, ""
    )
