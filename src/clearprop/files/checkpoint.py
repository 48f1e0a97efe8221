"""A checkpoint: a snapshot of a training in a file, with what it is of.

The numbers stand in tensors: `parameters`, `slots`, `best_parameters`, the `order` of the rows in the present epoch,
the epochs so far (`records`) and those under way (`progress`, `rates`), `best`, and the arrays of the generator's
state. What is empty is left out. All else is what `CheckpointConfig` declares.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from typing import Annotated, Any, Literal

import numpy as np
import numpy.typing as npt
from msgspec import Meta, Struct

from clearprop.engines import Progress
from clearprop.engines.contract import PENALTY_SUM
from clearprop.errors import InputError
from clearprop.files.container import Container, read_container, write_container
from clearprop.files.fingerprint import Fingerprint
from clearprop.files.histories import history_of, history_tensors
from clearprop.files.random_state import from_values, to_values
from clearprop.foundation.configs import checked, refuse
from clearprop.training.history import EpochRecord, History
from clearprop.training.row_source import InMemory
from clearprop.training.run import Training
from clearprop.training.snapshots import Snapshot, State
from clearprop.training.stopping import Patience

Array = npt.NDArray[Any]

KIND = "checkpoint"
WHAT = "checkpoint"
MOST = 2**53

_Count = Annotated[int, Meta(ge=0, le=MOST, description="a whole number of at least 0")]
_Number = Annotated[float, Meta(ge=0, description="a number of at least 0")]
_Text = Annotated[str, Meta(description="a text")]
_Maybe = Annotated[str | None, Meta(description="a text or null")]
_MaybeCount = Annotated[
    Annotated[int, Meta(ge=0, le=MOST)] | None, Meta(description="a whole number of at least 0, or null")
]
_Values = Annotated[dict[str, Any], Meta(description="a dictionary")]
_Texts = Annotated[dict[str, str], Meta(description="a dictionary of texts")]
_Truth = Annotated[bool, Meta(description="true or false")]


class CheckpointConfig(Struct, forbid_unknown_fields=True):
    """What a checkpoint says beside its numbers."""

    slot_names: Annotated[list[str], Meta(description="a list of texts")]
    step: _Count
    n_rows: _Count
    state: _Values
    patience: _Values
    generator: _Values
    learning_rate: _Number
    fingerprints: Annotated[list[dict[str, Any]], Meta(description="a list of dictionaries")]
    numerics: _Texts
    best_file: _Text


class FingerprintConfig(Struct, forbid_unknown_fields=True):
    """`Fingerprint`."""

    settings: _Values
    contents: _Texts


class StateConfig(Struct, forbid_unknown_fields=True):
    """`State` without its arrays."""

    epoch: _Count
    samples: _Count
    stalls: _Count
    cursor: _Count
    stop_requested: _Maybe
    stop_reason: _Maybe
    told_of_end: _Count


class PatienceConfig(Struct, forbid_unknown_fields=True):
    """`Patience` without its arrays; a monitor that is a function is null."""

    monitor: Annotated[
        Literal["loss", "validation_loss", "metric"] | None, Meta(description="what can be monitored, or null")
    ]
    tolerance: _Number
    patience: _MaybeCount
    keeps_best: _Truth
    epochs_without_gain: _Count
    best_epoch: _MaybeCount


@dataclass(frozen=True)
class Best:
    """Which of a folder's checkpoints is the best so far, and its monitored number; a metric's has its sign turned."""

    file: str = ""
    value: float = float("inf")


@dataclass(frozen=True)
class Checkpoint:
    """What is kept of a training, to go on with it.

    Attributes
    ----------
    snapshot : Snapshot
        What it monitors, if that is a function, is not in the file.
    fingerprints : tuple of Fingerprint
        Of the training's beginning; those that are compared first, first.
    learning_rate : float
        The base as it is now, which a callback may have changed.
    numerics : dict of str to str
        On what else the last digits depend.
    best : Best
    """

    snapshot: Snapshot
    fingerprints: tuple[Fingerprint, ...]
    learning_rate: float
    numerics: dict[str, str]
    best: Best = Best()

    def snapshot_for(self, training: Training) -> Snapshot:
        """The snapshot, monitoring what this training monitors.

        Raises
        ------
        InputError
            Its order is none of these rows.
        """
        order = self.snapshot.state.order
        if order is not None and isinstance(training.source, InMemory):
            _check_places(order, self.snapshot.n_rows)
        patience = self.snapshot.state.patience
        if not callable(patience.monitor):
            return self.snapshot
        state = replace(self.snapshot.state, patience=replace(patience, monitor=training.state.patience.monitor))
        return replace(self.snapshot, state=state)

    def write(self, path: str | os.PathLike[str]) -> None:
        """Write the file, whole or not at all.

        Raises
        ------
        InputError
            It cannot be written.
        ValueError
            The generator is none of NumPy's.
        """
        snapshot, state = self.snapshot, self.snapshot.state
        patience = state.patience
        tensors = {
            "parameters": snapshot.parameters,
            "slots": snapshot.slots,
            "progress": state.progress.sums,
            "rates": np.array(state.rates, dtype=np.float64),
            "best": np.array([patience.best, self.best.value]),
            **history_tensors("records", History(snapshot.records)),
        }
        if patience.best_parameters is not None:
            tensors["best_parameters"] = patience.best_parameters
        if state.order is not None:
            tensors["order"] = np.asarray(state.order, dtype=np.int64)
        config = {
            "slot_names": list(snapshot.slot_names),
            "step": snapshot.step,
            "n_rows": snapshot.n_rows,
            "state": {name: getattr(state, name) for name in StateConfig.__struct_fields__},
            "patience": {
                **{name: getattr(patience, name) for name in PatienceConfig.__struct_fields__},
                "monitor": None if callable(patience.monitor) else patience.monitor,
            },
            "generator": to_values(snapshot.generator, tensors),
            "learning_rate": self.learning_rate,
            "fingerprints": [{"settings": one.settings, "contents": one.contents} for one in self.fingerprints],
            "numerics": self.numerics,
            "best_file": self.best.file,
        }
        there = {name: np.ascontiguousarray(tensor) for name, tensor in tensors.items() if tensor.size}
        write_container(path, Container(KIND, config, there))

    @classmethod
    def read(cls, path: str | os.PathLike[str]) -> Checkpoint:
        """Read a file, and check that all in it belongs together.

        Raises
        ------
        InputError
            There is no such file, it is no checkpoint, or it is damaged.
        """
        container = read_container(path)
        if container.kind != KIND:
            raise InputError(
                f"{path}: holds a {container.kind} and no checkpoint: give a file of a checkpoint folder, such as "
                "epoch-000010.checkpoint"
            )
        try:
            return _of(container.config, container.tensors)
        except InputError as error:
            raise InputError(f"{path}: damaged checkpoint: {error}") from error


def _of(entries: dict[str, Any], tensors: dict[str, Array]) -> Checkpoint:
    config = checked(entries, CheckpointConfig, WHAT)
    said = checked(config.state, StateConfig, f"{WHAT}, state")
    watched = checked(config.patience, PatienceConfig, f"{WHAT}, patience")
    compared = [checked(one, FingerprintConfig, f"{WHAT}, fingerprints") for one in config.fingerprints]
    parameters = _tensor(tensors, "parameters")
    size = (parameters.size,)
    _check(parameters, "parameters", size, parameters.dtype if parameters.dtype.kind == "f" else np.dtype(float))
    slots = _tensor(tensors, "slots", (len(config.slot_names), parameters.size), parameters.dtype)
    best = _tensor(tensors, "best", (2,), float)
    order, best_parameters = tensors.get("order"), tensors.get("best_parameters")
    if best_parameters is not None:
        _check(best_parameters, "best_parameters", size, parameters.dtype)
    if order is not None:
        _check_order(order, config.n_rows)
    if said.cursor > config.n_rows:
        raise refuse(WHAT, f"row {said.cursor:,} of {config.n_rows:,} comes next")
    try:
        records = tuple(history_of("records", tensors)) if "records" in tensors else ()
    except ValueError as error:
        raise refuse(WHAT, str(error)) from error
    rates = _tensor(tensors, "rates")
    _check(rates, "rates", (rates.size,), float)
    patience = Patience(
        watched.monitor or _not_in_the_file,
        watched.tolerance,
        watched.patience,
        watched.keeps_best,
        watched.epochs_without_gain,
        float(best[0]),
        watched.best_epoch,
        best_parameters,
    )
    state = State(
        patience,
        epoch=said.epoch,
        samples=said.samples,
        stalls=said.stalls,
        order=None if order is None else order.astype(np.intp),
        cursor=said.cursor,
        progress=Progress(_tensor(tensors, "progress", (rates.size, PENALTY_SUM + 1), float)),
        rates=rates.tolist(),
        stop_requested=said.stop_requested,
        stop_reason=said.stop_reason,
        told_of_end=said.told_of_end,
    )
    snapshot = Snapshot(
        parameters=parameters,
        slots=slots,
        slot_names=tuple(config.slot_names),
        step=config.step,
        generator=from_values(config.generator, tensors),
        state=state,
        records=records,
        n_rows=config.n_rows,
    )
    return Checkpoint(
        snapshot,
        tuple(Fingerprint(one.settings, one.contents) for one in compared),
        config.learning_rate,
        config.numerics,
        Best(config.best_file, float(best[1])),
    )


def _not_in_the_file(record: EpochRecord) -> float:
    raise AssertionError("what is monitored is the training's own function: see Checkpoint.snapshot_for")


def _tensor(
    tensors: dict[str, Array], name: str, shape: tuple[int, ...] | None = None, dtype: npt.DTypeLike = float
) -> Array:
    """The tensor of this name, which is left out where it is empty; checked, if it is said what it must be."""
    tensor = tensors.get(name)
    if tensor is None:
        if shape is None or np.prod(shape):
            raise refuse(WHAT, f"there is no tensor {name}")
        return np.empty(shape, dtype=dtype)
    if shape is not None:
        _check(tensor, name, shape, dtype, finite=name == "parameters")
    return tensor


def _check(tensor: Array, name: str, shape: tuple[int, ...], dtype: npt.DTypeLike, finite: bool = True) -> None:
    if tensor.shape != shape or tensor.dtype != dtype:
        raise refuse(WHAT, f"{name} is {tensor.dtype} {tensor.shape}, not {np.dtype(dtype)} {shape}")
    if finite and not np.isfinite(tensor).all():
        raise refuse(WHAT, f"{name} holds numbers that are not finite")


def _check_order(order: Array, n_rows: int) -> None:
    """Refuse what is neither an order of so many rows, which engines follow without a look, nor the seed of one."""
    if order.shape == (1,) and order.dtype == np.int64 and order[0] >= 0:
        return  # whether it is for these rows, `Checkpoint.snapshot_for` knows
    _check_places(order, n_rows)


def _check_places(order: Array, n_rows: int) -> None:
    _check(order, "order", (n_rows,), np.int64)
    if not (np.sort(order) == np.arange(n_rows)).all():
        raise refuse(WHAT, f"order is none of {n_rows:,} rows")
