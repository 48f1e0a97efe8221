"""What keeps a network from learning and is certain before the first step: activations, first weights, targets.

A softmax over a single output is refused, since nobody can want it trained; of all else `Trainer.start` warns.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt

from clearprop.activations import Activation, Softmax
from clearprop.losses import Loss
from clearprop.network.network import Network
from clearprop.training.diagnosis.findings import Finding

Array = npt.NDArray[Any]

# Weighted sums near and far on both sides, where an activation with a slope shows it.
_SUMS = np.concatenate([[0.3, -0.4], np.linspace(-6.3, 6.3, 43), np.geomspace(7, 700, 7), -np.geomspace(7, 700, 7)])
_PAIRS = np.column_stack([_SUMS, -0.5 * _SUMS])
_GRADIENTS = np.column_stack([np.ones(len(_SUMS)), np.full(len(_SUMS), -2.0)])
# All of them, and the first two, for one unit and for two.
_ALL, _FIRST = (
    {size: (_PAIRS[rows, :size], _GRADIENTS[rows, :size]) for size in (1, 2)} for rows in (slice(None), slice(2))
)
# By how much of its size a target may lie outside of an activation's range: rounding.
_ROUNDING = 1e-6


def check_output(network: Network) -> None:
    """Refuse to train an output that is the same whatever the parameters.

    Raises
    ------
    ValueError
        It is a softmax over one output.
    """
    if network.layer_sizes[-1] > 1 or not isinstance(network.activations[-1], Softmax):
        return
    natural = network.loss_function.output_activation
    remedy = f"leave output_activation out, which is {natural} then"
    if natural == Softmax.name:
        remedy = "take loss='binary_cross_entropy', whose one output tells two classes apart, or an output a class"
    raise ValueError(f"{Softmax.name} over one output is always 1: {remedy}")


def obstacles(network: Network, targets: Array, dropout: Sequence[float]) -> list[Finding]:
    """What cannot be learned, and why; empty where nothing is in the way.

    Parameters
    ----------
    network : Network
        As training begins with it.
    targets : array, shape (n, outputs)
    dropout : sequence of float
        By hidden layer; units of which some are left out do not stay alike.

    Examples
    --------
    >>> obstacles(Network([2, 3, 1], "tanh", rng=0), np.array([[0.0], [1.0]]), [0.0])
    []
    >>> network = Network([2, 1], output_activation="sigmoid", rng=0)
    >>> print(*obstacles(network, np.array([[0.0], [5.0]]), []))
    targets out of reach: 1 of 2, such as 5, are outside of what sigmoid can be, from 0 to 1. Remedy: scale ...
    """
    return [*_flat_layers(network), *_same_units(network, dropout), *_unreachable(network, targets)]


def _flat_layers(network: Network) -> Iterator[Finding]:
    """Layers that let no gradient through: those below, and they themselves, stay as they are."""
    sizes = network.layer_sizes[1:]
    layers = zip(network.activations, sizes, network.shares, strict=True)
    flat = [share is None and is_flat(activation, size) for activation, size, share in layers]
    if network.from_logits and type(network.loss_function).delta_from_logits is not Loss.delta_from_logits:
        flat[-1] = False  # the loss knows the gradient itself
    if not any(flat):
        return
    last = max(layer for layer, is_flat in enumerate(flat, start=1) if is_flat)
    activation, size = network.activations[last - 1], sizes[last - 1]
    why = "over one unit is always 1" if isinstance(activation, Softmax) and size == 1 else "has slope 0 everywhere"
    what = "the output" if last == len(flat) else f"layer {last}"
    yield Finding(
        "no gradient",
        f"{activation.name}, the activation of {what}, {why}, so that the weights of {_layers(range(1, last + 1))} "
        "stay as they began",
        "take an activation with a slope, such as " + ("sigmoid" if last == len(flat) else "sigmoid or relu"),
    )


def is_flat(activation: Activation, size: int) -> bool:
    """Whether an activation lets no gradient through, whatever comes into a layer of so many units."""
    asked = _lets_none_through if vars(activation) else _known_to_let_none_through
    return asked(activation, min(size, 2))


def _lets_none_through(activation: Activation, size: int) -> bool:
    z, gradient = _FIRST[size]
    if activation.delta(z, activation.value(z), gradient).any():  # as nearly always
        return False
    z, gradient = _ALL[size]
    with np.errstate(all="ignore"):
        return not activation.delta(z, activation.value(z), gradient).any()


# Of activations without parameters, of which all of a class are equal: each network would ask again.
_known_to_let_none_through = lru_cache(maxsize=64)(_lets_none_through)


def _same_units(network: Network, dropout: Sequence[float]) -> Iterator[Finding]:
    """Hidden layers that begin so that their units, or their weights, get the same gradient for ever."""
    closed, alike = [], []
    for layer, share in enumerate(dropout, start=1):
        if _is_closed(network, layer - 1):
            closed.append(layer)
        elif share == 0 and network.layer_sizes[layer] > 1 and _are_alike(network, layer - 1):
            alike.append(layer)
    remedy = "take another initializer, such as 'glorot_uniform'"
    if closed:
        evidence = (
            f"{_layers(closed)} {'begins' if len(closed) == 1 else 'begin'} with weights of 0, whose gradient is 0"
        )
        yield Finding("closed layers", f"{evidence} and stays so: no input has an effect on an output", remedy)
    if alike:
        evidence = f"the units of {_layers(alike)} begin with the same weights before and after them"
        yield Finding("units alike", f"{evidence}, and so stay alike: the layer can do no more than one unit", remedy)


def _is_closed(network: Network, index: int) -> bool:
    """Whether nothing goes through a hidden layer, forward or backward, and training cannot change that."""
    if network.weights[index].any() or network.shares[index] is not None:
        return False
    z = network.biases[index][np.newaxis]
    activation = network.activations[index]
    a = activation.value(z)
    if not network.weights[index + 1].any():
        return not a.any()
    return not activation.delta(z, a, network.weights[index + 1].sum(axis=1)[np.newaxis]).any()


def _are_alike(network: Network, index: int) -> bool:
    before, bias, after = network.weights[index], network.biases[index], network.weights[index + 1]
    return bool((before[0] == before[0, 0]).all() and (bias == bias[0]).all()) and bool(
        (before == before[:, :1]).all() and (after == after[:1]).all()
    )


def _unreachable(network: Network, targets: Array) -> Iterator[Finding]:
    """Targets that the output activation cannot come to."""
    low, high = network.activations[-1].output_range
    least, greatest = float(targets.min()), float(targets.max())
    slack = _ROUNDING * max(1.0, abs(least), abs(greatest))
    if least >= low - slack and greatest <= high + slack:
        return
    outside = int(((targets < low - slack) | (targets > high + slack)).sum())
    worst = greatest if greatest - high > low - least else least
    name, loss = network.activations[-1].name, network.loss_function
    remedies = [] if loss.classification else ["scale the targets"]
    if not network.from_logits:
        remedies.append(f"leave output_activation out, which is {loss.output_activation} then")
    yield Finding(
        "targets out of reach",
        f"{outside} of {targets.size}, such as {worst:g}, are outside of what {name} can be, from {low:g} "
        + ("on" if np.isinf(high) else f"to {high:g}"),
        " or ".join(remedies),
    )


def _layers(numbers: Sequence[int]) -> str:
    *first, last = map(str, numbers)
    return f"layers {', '.join(first)} and {last}" if first else f"layer {last}"
