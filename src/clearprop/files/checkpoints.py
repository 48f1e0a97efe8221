"""`Checkpoints`: keeps a training in a folder while it goes on, so that another process can go on with it."""

from __future__ import annotations

import copy
import math
import numbers
import os
import re
import time
from dataclasses import dataclass
from itertools import zip_longest
from typing import TYPE_CHECKING, Any

from clearprop import __version__
from clearprop.engines.numerics import numerics
from clearprop.errors import InputError, Message, Parameter, TrainingWarning
from clearprop.files.folder_lock import FolderLock
from clearprop.foundation.arguments import whole
from clearprop.foundation.callers import warn_caller
from clearprop.foundation.near_names import SaysNearKeywords
from clearprop.foundation.paths import checked_path
from clearprop.foundation.table_cells import quoted
from clearprop.training.callbacks import Callback, ObservedTraining
from clearprop.training.run import Training
from clearprop.training.snapshots import Snapshot, State

if TYPE_CHECKING:  # what reads and writes files is loaded when it is first used
    from clearprop.files.checkpoint import Checkpoint
    from clearprop.files.checkpoint_folder import CheckpointFolder
    from clearprop.files.fingerprint import Fingerprint

EVERY = "60s"
UNITS = {"s": 1, "min": 60, "h": 3600}
_TIME = re.compile(r"(\d+(?:\.\d+)?) ?(s|min|h)")


class Checkpoints(SaysNearKeywords, Callback):
    """A callback that keeps checkpoints in a folder, and has a training that is there already go on where it was.

    What goes on comes to the same as if it had not been interrupted, bit for bit. A training is the same if its rows
    and settings are, whatever the number of epochs that are planned; another one is refused.

    Parameters
    ----------
    folder : str or path
        A folder of its own; made if it is not there. One training at a time may write to it.
    every : int or str
        After so many epochs, or as much time, such as "30s", "10min" or "1h", within an epoch too. Whatever it is,
        there is a checkpoint at the end, and where training is interrupted.
    keep : int
        How many of the last ones stay; beside them the one after the best epoch that has one.
    resume : bool
        Whether what is in the folder is gone on with; else it is replaced.

    Raises
    ------
    InputError
        `every` is neither a number of epochs nor a time.

    Notes
    -----
    Where a checkpoint cannot be written at the beginning (a folder that may not be written to, another training that
    does), training is refused. Where one cannot be written later (a full disk), there is a warning, and training goes
    on; the last one stays. What other callbacks remember is theirs to keep.

    Examples
    --------
    >>> import tempfile
    >>> from clearprop import Checkpoints, Network, Trainer
    >>> X, y = [[0.0], [1.0], [2.0]], [1.0, 3.0, 5.0]
    >>> def trained(epochs, folder):
    ...     callbacks = [Checkpoints(folder, every=5)]
    ...     trainer = Trainer(Network([1, 4, 1], rng=0), epochs=epochs, patience=None, callbacks=callbacks, rng=0)
    ...     return trainer.fit(X, y)
    >>> with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryDirectory() as other:
    ...     history = trained(10, folder)
    ...     trained(20, folder).loss == trained(20, other).loss
    True
    """

    reads_history_only = True
    looks_within_epochs = True

    def __init__(
        self, folder: str | os.PathLike[str], *, every: int | str = EVERY, keep: int = 2, resume: bool = True
    ) -> None:
        self.folder = checked_path(folder, "folder", "name a folder")
        self.every, self.keep, self.resume = every, whole("keep", keep, 1), resume
        self._epochs, self._seconds = rhythm(every)
        self._facts: Fingerprint | None = None
        self._start_counts: bool | None = None
        self._several = False
        self._following: _Following | None = None

    def __repr__(self) -> str:
        return f"Checkpoints({str(self.folder)!r}, every={self.every!r}, keep={self.keep}, resume={self.resume})"

    def __getstate__(self) -> dict[str, Any]:
        """The settings, without the training that is followed."""
        return {**vars(self), "_following": None}

    # -- variants --------------------------------------------------------------------------------------------------

    def of_member(self, number: int) -> Checkpoints:
        """The same in a folder of its own below this one, for a member of an ensemble, counted from 0."""
        return self.of_part(f"member-{number + 1}")

    def of_part(self, name: str) -> Checkpoints:
        """The same in a folder of this name below this one."""
        part = copy.copy(self)
        part.folder = self.folder / name
        return part

    def compared_by(self, facts: Fingerprint, several: bool = False) -> Checkpoints:
        """The same for a training that begins with the same numbers whenever it is the same, which then count.

        Parameters
        ----------
        facts : Fingerprint
            What it is of besides, which is compared first.
        several : bool
            Whether there are several, of which it is nothing remarkable that some have ended.
        """
        one = copy.copy(self)
        one._facts, one._start_counts, one._several = facts, True, several
        return one

    # -- what is there -----------------------------------------------------------------------------------------------

    def restore(self, training: Training, best: bool = False) -> None:
        """Have a run stand where the last checkpoint was taken, whatever its settings: with a lower rate, say.

        Parameters
        ----------
        best : bool
            Whether it is the best checkpoint instead.

        Raises
        ------
        InputError
            There is none that can be read.
        ValueError
            See `Training.restore`.
        """
        from clearprop.files.checkpoint_folder import CheckpointFolder

        folder = CheckpointFolder(self.folder, self.keep)
        checkpoint = folder.read_best() if best else folder.newest()
        if checkpoint is None:
            raise InputError(f"{self.folder}: there is no checkpoint: name a folder that a training wrote some to")
        training.restore(checkpoint.snapshot_for(training))

    # -- while training goes on ----------------------------------------------------------------------------------------

    def start_from(self, training: ObservedTraining) -> Snapshot | None:
        """Where the last checkpoint was taken, if this is the same training; None where there is none.

        Raises
        ------
        InputError
            The folder's checkpoints are of another training, or cannot be read; or none can be written there.
        ValueError
            The generator is none of NumPy's.
        """
        from clearprop.files.checkpoint_folder import CheckpointFolder
        from clearprop.files.fingerprint import of_training

        assert isinstance(training, Training)
        self._let_go()
        counts = training.settings.is_seeded if self._start_counts is None else self._start_counts
        fingerprint = of_training(training, counts)
        folder = CheckpointFolder(self.folder, self.keep)
        fingerprints = (fingerprint,) if self._facts is None else (self._facts, fingerprint)
        following = self._following = _Following(folder, fingerprints, _numerics(training), FolderLock(self.folder))
        following.due = time.monotonic() + self._seconds
        try:
            if not self.resume:
                folder.clear()
                return None
            checkpoint = folder.newest()
            if checkpoint is None:
                return None
            self._check_same(checkpoint, training, following)
        except BaseException:
            self._let_go()
            raise
        training.learning_rate, state = checkpoint.learning_rate, checkpoint.snapshot.state
        if not self._several and _has_ended(training, state):
            warn_caller(
                f"{self.folder}: holds this training to its end, after {state.epoch:,} epochs: nothing is trained, and "
                "what it came to is taken. Plan for more epochs, name another folder, or give resume=False",
                TrainingWarning,
            )
        following.saved = state.epoch, state.cursor, checkpoint.snapshot.step
        return checkpoint.snapshot_for(training)

    def _check_same(self, checkpoint: Checkpoint, training: Training, following: _Following) -> None:
        from clearprop.files.fingerprint import Fingerprint, listed_differences

        state = checkpoint.snapshot.state
        for was, is_ in zip_longest(checkpoint.fingerprints, following.fingerprints, fillvalue=Fingerprint({}, {})):
            if differences := was.differences(is_):
                raise InputError(
                    f"{self.folder}: holds checkpoints of another training: {listed_differences(differences)}. Go on "
                    "with the same rows and settings, name another folder, or remove them"
                )
        if state.epoch > training.epochs:
            raise InputError(
                f"{self.folder}: holds a training of {state.epoch:,} epochs, and epochs is {training.epochs:,}: plan "
                "for as many or more, or name another folder"
            )
        if checkpoint.numerics != following.numerics:
            now = Fingerprint({**following.numerics}, {})
            other = listed_differences(Fingerprint({**checkpoint.numerics}, {}).differences(now))
            warn_caller(
                f"{self.folder}: training goes on by other means than before, so that last digits may be others than "
                f"those of a training that was not interrupted: {other}",
                TrainingWarning,
            )

    def epochs_to_rest(self, epoch: int) -> float:
        """So many epochs until the next checkpoint."""
        return math.inf if self._epochs is None else self._epochs - epoch % self._epochs

    def on_rest(self, training: ObservedTraining) -> None:
        """Write a checkpoint, where it is time."""
        assert isinstance(training, Training)
        following = self._following
        if following is not None and self._is_due(training, following):
            self._save(training, following)

    def on_finish(self, training: ObservedTraining) -> None:
        """Write a checkpoint where training is interrupted; at its end there is one. The folder is free again."""
        assert isinstance(training, Training)
        following = self._following
        try:
            if following is not None and training.stop_reason is None and training.can_be_left:
                self._save(training, following)
        finally:
            if following is not None:
                following.unlock()

    def _is_due(self, training: Training, following: _Following) -> bool:
        state = training.state
        if _has_ended(training, state):
            return True
        if self._epochs is None:
            return time.monotonic() >= following.due
        return state.cursor == 0 and state.epoch % self._epochs == 0

    def _save(self, training: Training, following: _Following) -> None:
        from clearprop.files.checkpoint import Checkpoint

        state = training.state
        place = state.epoch, state.cursor, training.job.step
        if place == following.saved:
            return
        try:
            following.lock = following.lock or FolderLock(self.folder)
            checkpoint = Checkpoint(
                training.snapshot(), following.fingerprints, training.learning_rate, following.numerics
            )
            following.folder.write(checkpoint, _value(training))
            following.saved = place
        except (InputError, MemoryError) as error:
            if not following.warned:
                warn_caller(
                    f"the checkpoint after {len(training.history):,} epochs is not written: {error}. Training goes on, "
                    "and the last one that was written stays",
                    TrainingWarning,
                )
            following.warned = True
        following.due = time.monotonic() + self._seconds

    def _let_go(self) -> None:
        if self._following is not None:
            self._following.unlock()
        self._following = None


@dataclass
class _Following:
    """The training that is followed, and how far it is kept."""

    folder: CheckpointFolder
    fingerprints: tuple[Fingerprint, ...]
    numerics: dict[str, str]
    lock: FolderLock | None
    due: float = math.inf
    saved: tuple[int, int, int] | None = None
    warned: bool = False

    def unlock(self) -> None:
        """Let another training have the folder."""
        if self.lock is not None:
            self.lock.release()
        self.lock = None


def rhythm(every: int | str, name: str = "every") -> tuple[int | None, float]:
    """After how many epochs, or else seconds.

    Raises
    ------
    InputError
        It is neither; the message calls it by this name.

    Examples
    --------
    >>> rhythm(10), rhythm("1.5min")
    ((10, inf), (None, 90.0))
    """
    if isinstance(every, numbers.Integral) and not isinstance(every, bool) and every >= 1:
        return int(every), math.inf
    match = _TIME.fullmatch(every.strip()) if isinstance(every, str) else None
    if match is None or float(match[1]) == 0:
        rule = (
            f" must be a number of epochs, or a time such as '30s', '10min' or '1h', got {quoted(every)}: try 10, "
            "or '10min'"
        )
        raise InputError(Message(Parameter(name), rule))
    return None, float(match[1]) * UNITS[match[2]]


def _numerics(training: Training) -> dict[str, str]:
    return {"clearprop": __version__, **numerics(training.engine, training.job, training.n_rows)}


def _has_ended(training: Training, state: State) -> bool:
    """Whether there is nothing left to train."""
    return state.cursor == 0 and (state.stop_requested is not None or state.epoch >= training.epochs)


def _value(training: Training) -> float:
    """The monitored number of the epoch that has just ended, the less the better; infinite where there is none."""
    if training.state.cursor or not len(training.history):
        return math.inf
    record, monitor = training.history[-1], training.state.patience.monitor
    value = monitor(record) if callable(monitor) else getattr(record, monitor)
    value = -value if monitor == "metric" else value
    return float(value) if math.isfinite(value) else math.inf
