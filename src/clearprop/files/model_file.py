"""Model files: networks in a container, which is read without running anything, and checked in full.

The config has `network` (what `Network.to_config` gives), `members` where there are several alike, and `extra`, what
the kind of model adds. The tensors are the spans of the network's layout, W1, b1, W2, b2, ..., and those of its inputs
(s1, E2, ...) and shares (p1, ...) where it has such; their shapes and dtype must be those that `network` implies. With
members, each has their axis in front. What a kind of model keeps more has a / in its name, such as `history/1`.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from clearprop.files.limits import MOST_MEMBERS
from clearprop.files.model_kinds import BARE, ENSEMBLE, NAMES, NETWORK, TABLE
from clearprop.foundation.table_cells import listed, quoted
from clearprop.network.ensemble import Ensemble
from clearprop.network.front import parts_of_config
from clearprop.network.layout import dense_size
from clearprop.network.network import Network

if TYPE_CHECKING:
    from clearprop.files.configs import ModelConfig, NetworkConfig
    from clearprop.files.container import Container

Array = npt.NDArray[Any]

# What stands in the names of tensors that are no parameters.
APART = "/"


@dataclass
class ModelFile:
    """What a model file holds: a network, or an ensemble of some, and what its kind of model adds.

    Attributes
    ----------
    model : Network or Ensemble
    kind : str
    extra : dict
        Plain values.
    tensors : dict of str to array
        Under names with a /.
    """

    model: Network | Ensemble
    kind: str = NETWORK
    extra: dict[str, Any] = field(default_factory=dict)
    tensors: dict[str, Array] = field(default_factory=dict)

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
            The network has an activation, loss or input of the user's own that is not registered, or a number that is
            not finite; or there are more members, or is more of something else, than a file may hold.
        """
        from clearprop.files.container import Container, write_container

        one, config = self.model, dict[str, Any]()
        if isinstance(one, Ensemble):
            if len(one) > MOST_MEMBERS:
                raise ValueError(f"a file holds {MOST_MEMBERS:,} members at most, got {len(one):,}: save them in parts")
            config["members"] = len(one)
            one = one.members[0]
        for name, tensor in _tensors(self.model).items():
            if not np.isfinite(tensor).all():
                raise ValueError(f"{name} holds numbers that are not finite, which no model file does: train again")
        config = {"network": one.to_config(), "extra": self.extra, **config}
        write_container(path, Container(self.kind, config, _tensors(self.model) | self.tensors))

    @classmethod
    def read(cls, path: str | os.PathLike[str]) -> ModelFile:
        """Read a file, and check that it holds just what it says.

        Raises
        ------
        InputError
            There is no such file, or it is not one of clearprop's, or it is damaged.
        """
        from clearprop.files.container import read_container

        return cls.of(path, read_container(path))

    @classmethod
    def of(cls, path: str | os.PathLike[str], container: Container) -> ModelFile:
        """What a container holds, read from this path.

        Raises
        ------
        InputError
            It says what cannot be, or holds something else than it says.
        """
        from clearprop.files.configs import ModelConfig, NetworkConfig
        from clearprop.files.container import FIRST_VERSION
        from clearprop.files.first_version import of_first_version
        from clearprop.files.frame import damaged
        from clearprop.foundation.configs import checked

        arrays = {name: tensor for name, tensor in container.tensors.items() if APART not in name}
        config = container.config
        try:
            if container.version == FIRST_VERSION:
                config = of_first_version(container.kind, config)
            said = checked(config, ModelConfig, "model")
            network = checked(said.network, NetworkConfig, "network")
            _check_size(network, said.members or 1, arrays)
            model = _model(container.kind, said)
            _fill(model, arrays)
            tensors = {name: tensor for name, tensor in container.tensors.items() if APART in name}
            if container.kind in BARE and (said.extra or tensors) and container.version != FIRST_VERSION:
                raise ValueError(f"more than {NAMES[container.kind]} has")
        except (TypeError, ValueError) as error:
            raise damaged(path, error) from error
        return cls(model, container.kind, said.extra, tensors)


def _model(kind: str, said: ModelConfig) -> Network | Ensemble:
    """What a file describes, all its parameters 0."""
    network = Network.from_config(said.network)
    if kind == ENSEMBLE and said.members is None:
        raise ValueError("an ensemble that does not say how many members it has")
    if kind not in (ENSEMBLE, TABLE) and said.members is not None:
        raise ValueError(f"members, which {NAMES.get(kind, quoted(kind))} has not")
    return network if said.members is None else Ensemble([network] * said.members)


def _check_size(network: NetworkConfig, members: int, arrays: dict[str, Array]) -> None:
    """Refuse a description of more parameters than the file holds, before memory is taken for them."""
    front = parts_of_config(network.inputs)
    shared = [network.trainable_share] * (len(network.layer_sizes) - 2)
    size = members * dense_size(network.layer_sizes, front, shared) * np.dtype(network.dtype).itemsize
    there = sum(array.nbytes for array in arrays.values())
    if size != there:
        raise ValueError(f"{size:,} bytes of parameters described, {there:,} there")


def _tensors(model: Network | Ensemble) -> dict[str, Array]:
    """The parameters under their names in the article's notation, as views into the model."""
    layout, parameters = model.layout, model.parameters
    return layout.named_views(parameters) if isinstance(model, Network) else layout.stacked_views(parameters)


def _fill(model: Network | Ensemble, arrays: dict[str, Array]) -> None:
    expected = _tensors(model)
    if set(arrays) != set(expected):
        raise ValueError(f"arrays {listed(sorted(arrays))}, not {listed(sorted(expected))}")
    for name, wanted in expected.items():
        array = arrays[name]
        if array.shape != wanted.shape or array.dtype != wanted.dtype:
            raise ValueError(f"{name} is {array.dtype} {array.shape}, not {wanted.dtype} {wanted.shape}")
        if not np.isfinite(array).all():
            raise ValueError(f"{name} holds numbers that are not finite")
    for name, place in expected.items():
        place[...] = arrays[name]
