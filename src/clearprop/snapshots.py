"""Where training stands, and copies of it to go on from."""

from dataclasses import dataclass, field
from typing import Any

import numpy.typing as npt

from clearprop.engines import Progress
from clearprop.history import EpochRecord
from clearprop.stopping import Patience

Array = npt.NDArray[Any]


@dataclass
class State:
    """Where training stands, beside the network's parameters, the optimiser's slots and the generator."""

    patience: Patience
    epoch: int = 0
    samples: int = 0
    stalls: int = 0
    order: Array | None = None
    cursor: int = 0
    progress: Progress = field(default_factory=Progress)
    rate: float = 0.0
    stop_requested: str | None = None
    stop_reason: str | None = None


@dataclass(frozen=True)
class Snapshot:
    """All that is needed to go on as if nothing had been in between, bit for bit."""

    parameters: Array
    slots: Array
    step: int
    generator: dict[str, Any]
    state: State
    records: tuple[EpochRecord, ...]
