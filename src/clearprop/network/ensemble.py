"""An ensemble: several networks in one array, whose outputs are averaged."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from html import escape
from typing import TYPE_CHECKING, Any, NoReturn

import numpy as np
import numpy.typing as npt

from clearprop.foundation.memory import check_memory
from clearprop.foundation.near_names import SaysNearKeywords, no_attribute
from clearprop.foundation.table_cells import quoted
from clearprop.network.checks import Checks
from clearprop.network.network import Network
from clearprop.network.passes import mean_of_rows, shares
from clearprop.network.trace import Trace, write_numbers

Array = npt.NDArray[Any]

CACHE_LINE = 64  # bytes

# What is often tried on an ensemble, and what to write instead.
INSTEAD = {
    "fit": "an EnsembleTrainer trains it, as in EnsembleTrainer(ensemble).fit(X, y)",
    "train": "an EnsembleTrainer trains it, as in EnsembleTrainer(ensemble).fit(X, y)",
    "networks": "its networks are ensemble.members",
    "models": "its networks are ensemble.members",
    "estimators_": "its networks are ensemble.members",
    "weights": "each member has its own, as in ensemble.members[0].weights",
    "biases": "each member has its own, as in ensemble.members[0].biases",
    "backward": "each member has its own, as in ensemble.members[0].backward(trace, y)",
    "predict_proba": "write ensemble.predict(X), the means of the members' outputs",
    "info": "each member has its own, as in ensemble.members[0].info()",
    "draw": "each member has its own, as in ensemble.members[0].draw()",
}


class Ensemble(Checks, SaysNearKeywords):
    """Several networks of the same layers, whose prediction is the mean of theirs.

    Parameters
    ----------
    networks : sequence of Network
        One or more, of the same layer sizes, activations, loss and dtype. Their parameters are copied.

    Attributes
    ----------
    members : tuple of Network
        The parameters of each are a row of `parameters` itself: what is written into the one is in the other.
    parameters : array, shape (members, layout.size)
    layout : Layout
        Where a row has which weights and biases.
    layer_sizes : tuple of int
    activations : list of Activation
        By layer.
    loss_function : Loss
    dtype : dtype

    Raises
    ------
    ValueError, TypeError
        There is no network, or something else, or one differs from the first; the message says in what.

    Examples
    --------
    >>> ensemble = Ensemble([Network([2, 8, 1], rng=seed) for seed in range(8)])
    >>> ensemble.parameters.shape
    (8, 33)
    >>> outputs = ensemble.predict_members([[0.5, -1.0], [1.0, 2.0]])
    >>> outputs.shape, bool(np.allclose(ensemble.predict([[0.5, -1.0], [1.0, 2.0]]), outputs.mean(axis=0)))
    ((8, 2, 1), True)
    >>> ensemble.members[3].biases[1] = 5.0
    >>> ensemble.parameters[3, -1].item()
    5.0

    Notes
    -----
    The prediction is a(x) = (a_1(x) + ... + a_m(x)) / m, added up in the members' order.
    """

    def __init__(self, networks: Sequence[Network]) -> None:
        if isinstance(networks, Network) or not isinstance(networks, Iterable):
            remedy = "give it as in Ensemble([Network([2, 8, 1]), ...])"
            raise TypeError(f"networks must be a list of Network objects, got {quoted(networks)}: {remedy}")
        networks = tuple(networks)
        _check_alike(networks)
        parameters = _rows_of([network.parameters for network in networks])
        self._hold(parameters, tuple(map(Network.over, networks, parameters)))

    def _hold(self, parameters: Array, members: tuple[Network, ...]) -> None:
        """Have these numbers, whose rows the members hold, and what the members have in common."""
        self._parameters, self.members, first = parameters, members, members[0]
        self.layer_sizes, self.front, self.layout, self.dtype = (
            first.layer_sizes,
            first.front,
            first.layout,
            first.dtype,
        )
        self.activations, self.loss_function = first.activations, first.loss_function

    @property
    def parameters(self) -> Array:
        """All members' parameters, a row each; assigning writes the numbers into it."""
        return self._parameters

    @parameters.setter
    def parameters(self, values: npt.ArrayLike) -> None:
        write_numbers("parameters", self._parameters, values)

    # -- what it computes ----------------------------------------------------------------------------------------

    def predict(self, X: npt.ArrayLike) -> Array:
        """The mean of the members' outputs, shape (n, outputs).

        Raises
        ------
        ValueError, TypeError
            See `Network.forward`; or the outputs would take more memory than there is.
        """
        rows = self._finite_rows(X)
        return mean_of_outputs(member.outputs(rows) for member in self.members)

    def predict_members(self, X: npt.ArrayLike) -> Array:
        """The outputs of each member, shape (members, n, outputs).

        Raises
        ------
        ValueError, TypeError
            See `predict`.
        """
        rows = self._finite_rows(X)
        size = 2 * len(self) * self.members[0].output_bytes(rows.shape[0])
        check_memory(size, "all members' outputs of these rows", "give fewer rows at once, or call predict")
        return np.stack([member.outputs(rows) for member in self.members])

    def forward(self, X: npt.ArrayLike) -> list[Trace]:
        """Every z and a of every member: a trace each, in their order.

        Raises
        ------
        ValueError, TypeError
            See `Network.forward`.
        """
        rows = self._finite_rows(X)
        size = 2 * self.dtype.itemsize * rows.shape[0] * sum(self.layer_sizes[1:]) * len(self)
        check_memory(size, "every z and a of these rows in all members", "give fewer rows at once, or call predict")
        return [member.propagate(rows) for member in self.members]

    def loss(self, X: npt.ArrayLike, y: npt.ArrayLike, sample_weight: npt.ArrayLike | None = None) -> float:
        """The loss of the averaged outputs: the weighted mean over the rows of the sum over the outputs.

        Raises
        ------
        ValueError, TypeError
            A shape does not fit, something is no finite number, or a target is none that the loss can take.
        """
        outputs = self.predict(X)
        targets, weight = self._finite_answers(y, sample_weight, len(outputs))
        self.loss_function.check_targets(targets)
        return mean_of_rows(self.loss_function.value(outputs, targets), shares(weight, len(targets))[0])

    # -- copies and words ----------------------------------------------------------------------------------------

    def copy(self) -> Ensemble:
        """An ensemble of its own with the same parameters."""
        return Ensemble(self.members)

    __copy__ = copy

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the ensemble to one file, whole or not at all; see `clearprop.save`."""
        import clearprop

        clearprop.save(self, path)

    def __getstate__(self) -> dict[str, Any]:
        """What pickling and `copy.deepcopy` take: the members, each with its parameters, and not their array too."""
        return {"members": self.members}

    def __setstate__(self, state: dict[str, Any]) -> None:
        members = state["members"]
        parameters = _rows_of([member.parameters for member in members])
        for member, row in zip(members, parameters, strict=True):
            member.hold(row)
        self._hold(parameters, members)

    def __len__(self) -> int:
        return len(self.members)

    def __repr__(self) -> str:
        sizes = "-".join(map(str, self.layer_sizes))
        functions = ", ".join(activation.name for activation in self.activations)
        networks = "1 network" if len(self) == 1 else f"{len(self)} networks"
        return (
            f"<Ensemble of {networks} {sizes}: {functions}; {self.loss_function.name}; "
            f"{len(self)} x {self.layout.size:,} parameters, {self.dtype}>"
        )

    def _repr_html_(self) -> str:
        return f"<p><code>{escape(repr(self))}</code></p>"

    if not TYPE_CHECKING:  # to whom a name that is not there is an error by itself

        def __getattr__(self, name: str) -> NoReturn:
            raise no_attribute(self, name, INSTEAD)


def mean_of_outputs(outputs: Iterable[Array]) -> Array:
    """The mean of arrays of one shape, added up in their order; the first is not written into.

    Examples
    --------
    >>> mean_of_outputs([np.array([1.0, 2.0]), np.array([3.0, 7.0])]).tolist()
    [2.0, 4.5]
    """
    left = iter(outputs)
    total, count = next(left).copy(), 1
    for more in left:
        total += more
        count += 1
    total /= count
    return total


def _check_alike(networks: Sequence[Network]) -> None:
    """Refuse what is no ensemble, by the first network that differs from the one before all others."""
    if not networks:
        raise ValueError("an ensemble has one network or more: give them as in Ensemble([Network([2, 8, 1]), ...])")
    for number, network in enumerate(networks, start=1):
        if not isinstance(network, Network):
            raise TypeError(
                f"an ensemble is made of networks, and number {number} is {quoted(network)}: give a Network"
            )
        for what, own, first in zip(
            ("layer sizes", "activations", "loss", "dtype", "inputs", "trainable share"),
            _features(network),
            _features(networks[0]),
            strict=True,
        ):
            if own != first:
                raise ValueError(
                    f"the networks of an ensemble are alike, and number {number} has the {what} {_shown(own)} where "
                    f"the first has {_shown(first)}: make all of the same layers, activations, loss and dtype"
                )


def _features(network: Network) -> tuple[object, ...]:
    own = network.layer_sizes, network.activations, network.loss_function, network.dtype
    return *own, network.inputs, network.trainable_share


def _shown(feature: object) -> str:
    """Layer sizes, activations, a loss or a dtype in few words."""
    return str(list(feature)) if isinstance(feature, tuple) else str(feature)


def _rows_of(vectors: Sequence[Array]) -> Array:
    """Vectors as the rows of one array, each of which begins at a cache line.

    Workers that train members side by side then write to no line of each other's, and products come to the same bits
    as over a vector of its own: in some libraries of linear algebra they depend on where numbers lie.
    """
    lane = CACHE_LINE // vectors[0].itemsize
    width = -(-vectors[0].size // lane) * lane
    space = np.empty(len(vectors) * width + lane, dtype=vectors[0].dtype)
    first = -space.ctypes.data % CACHE_LINE // space.itemsize
    rows = space[first : first + len(vectors) * width].reshape(len(vectors), width)[:, : vectors[0].size]
    np.stack(vectors, out=rows)
    return rows
