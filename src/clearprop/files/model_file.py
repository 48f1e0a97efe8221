"""Model files: the arrays as safetensors, all else as JSON in the same file's header. Nothing in it is ever run.

The header's metadata has one entry, `clearprop`, a JSON object with `version`, `kind`, `network` (what
`Network.to_config` gives) and `extra` (what the kind of model adds). The tensors are the spans of the network's layout,
W1, b1, W2, b2, ..., and those of its inputs (s1, E2, ...) and shares (p1, ...) where it has such; their shapes and
dtype must be those that `network` implies. Of an ensemble, `network` is what its members have in common, `extra` says
how many there are, and each tensor has an axis of the members in front.
"""

from __future__ import annotations

import json
import os
import struct
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from clearprop.errors import InputError
from clearprop.files.limits import MOST_MEMBERS
from clearprop.foundation.atomic import write_atomically
from clearprop.network.ensemble import Ensemble
from clearprop.network.front import parts_of_config
from clearprop.network.layout import dense_size
from clearprop.network.network import Network

if TYPE_CHECKING:
    from clearprop.files.header import Description, NetworkConfig

VERSION = 1
ENSEMBLE = "ensemble"
LARGEST_HEADER = 16 * 2**20
REMEDY = "give a file that clearprop wrote, such as by `clearprop train --out`"

Array = npt.NDArray[Any]


@dataclass
class ModelFile:
    """What a model file holds: a network, or an ensemble of some, and what its kind of model adds, as plain values."""

    model: Network | Ensemble
    kind: str = "network"
    extra: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def of_ensemble(cls, ensemble: Ensemble) -> ModelFile:
        """What an ensemble's file is to hold."""
        return cls(ensemble, ENSEMBLE, {"members": len(ensemble)})

    @property
    def network(self) -> Network:
        """The network, where it is no file of an ensemble."""
        assert isinstance(self.model, Network), "whoever reads a file looks at its kind first"
        return self.model

    def write(self, path: str | os.PathLike[str]) -> None:
        """Write the file, whole or not at all.

        Raises
        ------
        InputError
            The folder is not there, or cannot be written to.
        ValueError
            The network has an activation or loss of the user's own that is not registered, or there are more members
            than a file may hold.
        """
        from safetensors.numpy import save

        one = self.model
        if isinstance(one, Ensemble):
            if len(one) > MOST_MEMBERS:
                raise ValueError(f"a file holds {MOST_MEMBERS:,} members at most, got {len(one):,}: save them in parts")
            one = one.members[0]
        description = {
            "version": VERSION,
            "kind": self.kind,
            "network": one.to_config(),
            "extra": self.extra,
        }
        text = json.dumps(description, allow_nan=False)
        # safetensors writes memory as it lies, and a member's tensors lie apart from one another.
        tensors = {name: np.ascontiguousarray(tensor) for name, tensor in _tensors(self.model).items()}
        write_atomically(path, save(tensors, metadata={"clearprop": text}))

    @classmethod
    def read(cls, path: str | os.PathLike[str]) -> ModelFile:
        """Read a file, and check that it holds just what it says.

        Raises
        ------
        InputError
            There is no such file, or it is not one of clearprop's, or it is damaged.
        """
        from safetensors import SafetensorError
        from safetensors.numpy import load

        from clearprop.files.header import Members, NetworkConfig
        from clearprop.foundation.configs import checked

        content = _content(path)
        description = _description(path, content)
        try:
            extra = description.extra
            # Of an ensemble, there is nothing else; of other kinds of model, no number of them is a single network.
            together = description.kind == ENSEMBLE or (isinstance(extra, dict) and "members" in extra)
            said = {"members": extra["members"]} if together and description.kind != ENSEMBLE else extra
            members = checked(said, Members, "extra").members if together else 1
            _check_size(checked(description.network, NetworkConfig, "network"), members, content)
            network = Network.from_config(description.network)
            model = Ensemble([network] * members) if together else network
            arrays = load(content)
        except InputError as error:
            raise InputError(f"{path}: damaged model file: {error}") from error
        except (TypeError, ValueError, SafetensorError) as error:
            raise InputError(f"{path}: damaged model file ({error}): {REMEDY}") from error
        _fill(path, model, arrays)
        return cls(model, description.kind, description.extra)


def _check_size(network: NetworkConfig, members: int, content: bytes) -> None:
    """Refuse a description of more parameters than the file holds, before memory is taken for them."""
    (header,) = struct.unpack("<Q", content[:8])
    front = parts_of_config(network.inputs)
    shared = [network.trainable_share] * (len(network.layer_sizes) - 2)
    size = members * dense_size(network.layer_sizes, front, shared) * np.dtype(network.dtype).itemsize
    if size != len(content) - 8 - header:
        raise ValueError(f"{size:,} bytes of parameters described, {len(content) - 8 - header:,} there")


def _tensors(model: Network | Ensemble) -> dict[str, Array]:
    """The parameters under their names in the article's notation, as views into the model."""
    layout, parameters = model.layout, model.parameters
    return layout.named_views(parameters) if isinstance(model, Network) else layout.stacked_views(parameters)


def _fill(path: str | os.PathLike[str], model: Network | Ensemble, arrays: dict[str, Array]) -> None:
    expected = _tensors(model)
    if set(arrays) != set(expected):
        raise InputError(f"{path}: damaged model file (arrays {sorted(arrays)}, not {sorted(expected)}): {REMEDY}")
    for name, wanted in expected.items():
        array = arrays[name]
        if array.shape != wanted.shape or array.dtype != wanted.dtype:
            raise InputError(
                f"{path}: damaged model file ({name} is {array.dtype} {array.shape}, not {wanted.dtype} "
                f"{wanted.shape}): {REMEDY}"
            )
        if not np.isfinite(array).all():
            raise InputError(f"{path}: damaged model file ({name} holds numbers that are not finite): {REMEDY}")
    for name, place in expected.items():
        place[...] = arrays[name]


def _content(path: str | os.PathLike[str]) -> bytes:
    try:
        return Path(path).read_bytes()
    except FileNotFoundError as error:
        raise InputError(f"{path}: no such model file: check the name, or write one by `clearprop train`") from error
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror}): {REMEDY}") from error


def _description(path: str | os.PathLike[str], content: bytes) -> Description:
    """What the header says, read before anything is made of the tensors."""
    from clearprop.files.header import description

    foreign = InputError(f"{path}: not a model file of clearprop: {REMEDY}")
    if len(content) < 8:
        raise foreign
    (length,) = struct.unpack("<Q", content[:8])
    if length > min(LARGEST_HEADER, len(content) - 8):
        raise foreign
    try:
        described = description(content[8 : 8 + length])
    except (ValueError, RecursionError) as error:
        raise foreign from error
    if described.version != VERSION:
        raise InputError(
            f"{path}: a model file of version {described.version}, and this clearprop reads version {VERSION}: "
            "use the clearprop that wrote it, or train again"
        )
    return described
