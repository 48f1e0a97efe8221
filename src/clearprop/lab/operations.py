"""What is done within a batch, one small thing after the other: every number of each sample, then the step.

Of a sample: forward through the layers, all z of a layer and then all its a; the loss; backward, all deltas of a layer
and then the gradients of its weights and biases. After the last sample the gradients' mean of each layer, the penalty
included, and the step of each layer.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal, NamedTuple

from clearprop.lab.protocol import Grain

Phase = Literal["forward", "loss", "backward", "update"]
Kind = Literal["z", "a", "loss", "delta", "gradient", "mean", "update"]


class Deed(NamedTuple):
    """One operation: of a unit, or of all of a layer where the unit is 0."""

    phase: Phase
    kind: Kind
    layer: int
    unit: int = 0

    @property
    def name(self) -> str:
        """The number that it makes; of a layer's gradients, mean or step its weights."""
        if self.kind == "loss":
            return "loss"
        return f"{self.kind}{self.layer}[{self.unit}]" if self.unit else f"W{self.layer}"


@dataclass(frozen=True)
class Plan:
    """The operations of a sample, and those after the last sample.

    Examples
    --------
    >>> [deed.name for deed in Plan.of([1, 2, 1]).of_sample]
    ['z1[1]', 'z1[2]', 'a1[1]', 'a1[2]', 'z2[1]', 'a2[1]', 'loss', 'delta2[1]', 'W2', 'delta1[1]', 'delta1[2]', 'W1']
    >>> [(deed.kind, deed.name) for deed in Plan.of([1, 2, 1]).closing]
    [('mean', 'W1'), ('mean', 'W2'), ('update', 'W1'), ('update', 'W2')]
    """

    of_sample: tuple[Deed, ...]
    closing: tuple[Deed, ...]

    @staticmethod
    def of(sizes: Sequence[int]) -> Plan:
        """For layers of these sizes, the inputs' first."""
        return _plan(tuple(sizes))

    def total(self, samples: int) -> int:
        """How many operations a batch of so many samples has."""
        return samples * len(self.of_sample) + len(self.closing)

    def last_done(self, at: int, samples: int) -> tuple[int, int, Deed]:
        """After so many operations of a batch, at least one: the sample, how many of its own are done, and the last.

        Of those after the last sample, the number of samples, and how many of them are done.
        """
        own = len(self.of_sample)
        if at <= samples * own:
            sample, before = divmod(at - 1, own)
            return sample, before + 1, self.of_sample[before]
        done = at - samples * own
        return samples, done, self.closing[done - 1]

    def stop(self, at: int, samples: int, grain: Grain, direction: int) -> int:
        """Where the next piece of this grain ends, from a place in the batch; 0 and `total` end all of them."""
        total, at = self.total(samples), at + direction
        while 0 < at < total and not self._ends(at, samples, grain):
            at += direction
        return min(max(at, 0), total)

    def _ends(self, at: int, samples: int, grain: Grain) -> bool:
        """Whether a piece of the grain ends after so many operations."""
        sample, done, deed = self.last_done(at, samples)
        last_of_all = sample < samples and done == len(self.of_sample)
        if grain == "operation" or last_of_all:
            return True
        if grain != "layer":
            return False
        following = (self.closing if sample == samples else self.of_sample)[done]
        return (following.phase, following.layer) != (deed.phase, deed.layer)


@lru_cache(maxsize=16)
def _plan(sizes: tuple[int, ...]) -> Plan:
    layers = range(1, len(sizes))
    deeds: list[Deed] = []
    for layer in layers:
        units = range(1, sizes[layer] + 1)
        deeds += [Deed("forward", "z", layer, unit) for unit in units]
        deeds += [Deed("forward", "a", layer, unit) for unit in units]
    deeds.append(Deed("loss", "loss", len(sizes) - 1))
    for layer in reversed(layers):
        deeds += [Deed("backward", "delta", layer, unit) for unit in range(1, sizes[layer] + 1)]
        deeds.append(Deed("backward", "gradient", layer))
    kinds: tuple[Kind, ...] = ("mean", "update")
    return Plan(tuple(deeds), tuple(Deed("update", kind, layer) for kind in kinds for layer in layers))
