"""Networks for one table, trained side by side, each on its own part of the rows."""

from __future__ import annotations

import copy
import math
import pickle
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from clearprop.cluster import Cluster, connect
from clearprop.errors import DivergenceError, InputError, Message, Parameter
from clearprop.foundation.callers import Kept, warn_caller, warnings_kept
from clearprop.foundation.randomness import Rng
from clearprop.network.network import Network
from clearprop.network.passes import ROWS_AT_ONCE
from clearprop.network.rows import Rows
from clearprop.tables.folds import Part
from clearprop.training.callbacks import Callback
from clearprop.training.diagnosis.findings import TABLES
from clearprop.training.run import Training
from clearprop.training.settings import progress_bar
from clearprop.training.side_by_side import run_side_by_side, warn_together
from clearprop.training.snapshots import Snapshot
from clearprop.training.spreading import Spread, spread_over
from clearprop.training.trainer import Trainer, run_and_judge

Array = npt.NDArray[Any]

# With its sign and its power of ten.
_NUMBER = re.compile(r"[-+]?\d+(?:[.,]\d+)*(?:e[-+]?\d+)?")


def train_members(
    networks: Sequence[Network],
    rows: Rows,
    parts: Sequence[Part],
    settings: Mapping[str, Any],
    *,
    validation: Rows | None = None,
    rngs: Sequence[Rng],
    callbacks: Sequence[Callback] = (),
    progress: bool = False,
    workers: int | None = None,
    cluster: Cluster | None = None,
) -> list[Training]:
    """Train each network on its part of the rows, as many at a time as there are workers.

    Parameters
    ----------
    networks : sequence of Network
        Changed in place.
    rows : Rows
        All rows.
    parts : sequence of Part
        One a network.
    settings : dict
        Keywords of `Trainer`, the same for all.
    validation : Rows, optional
        Rows of their own that judge all networks, in the place of those that are held out.
    rngs : sequence of Generator
        For each network's order of rows, and dropout.
    cluster : Cluster, optional
        Whose workers train: several networks one by one each, one network together.

    Returns
    -------
    list of Training
        They have ended.

    Raises
    ------
    DivergenceError
        One has diverged.
    """
    bar = progress_bar(len(networks)) if progress else None
    told = [*callbacks, *([] if bar is None else [bar])]
    members = [
        Member(number, network, rows, part, validation, settings, rng)
        for number, (network, part, rng) in enumerate(zip(networks, parts, rngs, strict=True))
    ]
    told_at_end: list[Kept] = []
    try:
        if cluster is None:
            trainings = _each(members, lambda member: member.start(told))
            with warnings_kept() as told_at_end:
                run_side_by_side(trainings, workers, run_and_judge, "member")
        elif len(members) == 1:
            with spread_over(cluster) as spread:
                trainings = [members[0].start(told, spread)]
                with trainings[0].undisturbed():
                    run_and_judge(trainings[0])
        else:
            trainings = _on_cluster(members, cluster, told)
    finally:
        if bar is not None:
            bar.close()
        _warn_once(told_at_end, len(networks))
    return trainings


def _warn_once(kept: Sequence[Kept], members: int) -> None:
    """Give warnings of members for one reason, whatever the numbers, as one, in the words of the first."""
    alike: dict[tuple[str, Any], list[str]] = {}
    for message, category in kept:
        whose_and_why = _NUMBER.sub("", message).split(": ")[:2]  # the evidence follows
        alike.setdefault((": ".join(whose_and_why), category), []).append(message)
    for (_, category), messages in alike.items():
        many = f"in {len(messages)} of {members} members, as in " if len(messages) > 1 else ""
        warn_caller(f"{many}{messages[0]}", category)


@dataclass(frozen=True)
class Member:
    """A network, counted from 0, and what it is trained on and how."""

    number: int
    network: Network
    rows: Rows
    part: Part
    validation: Rows | None
    settings: Mapping[str, Any]
    rng: Rng

    def start(self, callbacks: Sequence[Callback], spread: Spread | None = None) -> Training:
        """A run that stands before the first batch."""
        rows, part, judges = self.rows, self.part, self.validation
        if judges is None and part.held_out is not None:
            judges = rows.part(part.held_out, which="held-out ")
        own = rows if len(part.trained_on) == len(rows) else rows.part(part.trained_on)
        told = [callback.of_member(self.number) for callback in callbacks]
        trainer = Trainer(self.network, callbacks=told, rng=self.rng, **self.settings)
        trainer.names = TABLES
        return trainer.start(own if spread is None else spread(own), validation=judges)


def _each(members: Sequence[Member], start: Callable[[Member], Training]) -> list[Training]:
    """A run of each member; what they warn of is given once."""
    trainings, kept = [], {}
    for member in members:
        with warnings_kept() as kept[member.number]:
            trainings.append(start(member))
    warn_together(kept, len(members), "member")
    return trainings


def _on_cluster(members: Sequence[Member], cluster: Cluster, callbacks: Sequence[Callback]) -> list[Training]:
    """Have a cluster's workers train the members, each one of them; their runs, as they have ended.

    Callbacks that read the history alone are told here, of each member when it has ended; others go with each.
    """
    if any(callback.looks_within_epochs for callback in callbacks):
        raise InputError(
            Message(
                Parameter("checkpoint"),
                " is for what is trained in this process, and a cluster's workers train several members: leave ",
                Parameter("checkpoint"),
                " or ",
                Parameter("cluster"),
                " out, or train one member",
            )
        )
    here = [callback for callback in callbacks if callback.reads_history_only]
    there = [callback for callback in callbacks if not callback.reads_history_only]
    first, trainings, warned = members[0], [], {}
    with connect(cluster.where) as executor:
        try:
            data = executor.hold((first.rows, first.validation, dict(first.settings), there))
        except (TypeError, AttributeError, pickle.PicklingError) as error:
            named = ", ".join(type(callback).__name__ for callback in there) or "a setting"
            why = error.__cause__ or type(error).__name__
            raise InputError(
                f"{named} cannot travel to the cluster's workers ({why}): leave out of it what "
                "cannot be pickled; a callback with reads_history_only=True stays here, and is told at the end"
            ) from error
        tasks = [
            executor.submit(_trained, data, member.number, member.network, member.part, member.rng)
            for member in members
        ]
        for member, task in zip(members, tasks, strict=True):
            name = f"member {member.number + 1} of {len(members)}"
            ((snapshot, warned[member.number]),) = executor.gather([task], [name], deadline=math.inf)
            if isinstance(snapshot, Exception):
                snapshot.add_note(f"This was {name}.")
                raise snapshot
            with warnings_kept():  # which were given where it was trained
                trainings.append(member.start(()))
            trainings[-1].restore(snapshot)
            trainings[-1].replay([callback.of_member(member.number) for callback in here])
    warn_together(warned, len(members), "member")
    return trainings


def _trained(
    data: tuple[Rows, Rows | None, Mapping[str, Any], Sequence[Callback]],
    number: int,
    network: Network,
    part: Part,
    rng: Rng,
) -> tuple[Snapshot | Exception, list[Kept]]:
    """A task: train a member to its end; where it stands then, or why it diverged, and what was warned of."""
    rows, validation, settings, callbacks = data
    member = Member(number, network.copy(), rows, part, validation, settings, copy.deepcopy(rng))
    with warnings_kept() as kept:
        training = member.start(copy.deepcopy(list(callbacks)))
        try:
            with training.undisturbed():
                run_and_judge(training)
        except DivergenceError as error:
            return error, kept
    return training.snapshot(), kept


def logits(network: Network, X: Array) -> Array:
    """The last layer's weighted sums, shape (n, outputs)."""
    starts = range(0, max(1, X.shape[0]), ROWS_AT_ONCE)
    return np.concatenate([network.propagate(X[start : start + ROWS_AT_ONCE]).z[-1] for start in starts])
