"""What a user chooses of training on a cluster."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from clearprop.cluster.connecting import check_form
from clearprop.foundation.arguments import positive, share, whole


@dataclass(frozen=True)
class Cluster:
    """A cluster, and how training goes over it.

    Parameters
    ----------
    where : str, distributed.Client or Executor
        See `connect`.
    mode : {"local", "exact"}
        `local`: each shard takes some steps of its own, and all go on from their mean; `exact`: each step is of all
        shards together, by the whole gradient, or that of `batch_size` rows where it is given.
    shards : int
        Into how many parts the rows are cut, or parts of files are joined, each of which one worker holds at a time;
        what comes out depends on it, and not on how many workers there are.
    steps : int
        Of local steps, how many each shard takes until all go on from their mean.
    outer_momentum : float
        Of local steps, by how much of the last mean's change the next one is lengthened; from 0 to below 1.
    deadline : float
        How many seconds the workers' part of a step, or of training a member, may take; then it is an error, and
        nothing waits for ever.

    Raises
    ------
    ValueError, TypeError
        One cannot be.

    Examples
    --------
    >>> Cluster("local:2", mode="exact").shards
    8
    """

    where: Any
    mode: Literal["local", "exact"] = "local"
    shards: int = 8
    steps: int = 50
    outer_momentum: float = 0.0
    deadline: float = 600.0

    def __post_init__(self) -> None:
        if isinstance(self.where, str):
            check_form(self.where)
        if self.mode not in ("local", "exact"):
            raise ValueError(f"mode must be 'local' or 'exact', got {self.mode!r}")
        whole("shards", self.shards, 1)
        whole("steps", self.steps, 1)
        share("outer_momentum", self.outer_momentum)
        positive("deadline", self.deadline)

    def __deepcopy__(self, memory: object) -> Cluster:
        """Itself, which does not change: so that estimators that have one can be cloned, whatever it holds."""
        return self

    def __getstate__(self) -> dict[str, Any]:
        """What travels; a client or executor does not, and stands for the present Dask client where it is unpacked."""
        return {**vars(self), "where": self.where if isinstance(self.where, str) else "dask"}

    @classmethod
    def of(cls, given: Any) -> Cluster:
        """What was given, as a cluster: one of its own, or where one is."""
        return given if isinstance(given, cls) else cls(given)
