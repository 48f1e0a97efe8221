"""A folder with the checkpoints of one training: the last ones and the best, each written whole or not at all."""

from __future__ import annotations

import contextlib
import re
from dataclasses import replace
from pathlib import Path

from clearprop.errors import InputError, TrainingWarning
from clearprop.files.checkpoint import Best, Checkpoint
from clearprop.foundation.callers import warn_caller
from clearprop.training.snapshots import Snapshot

# After so many epochs; and so many rows of the next one.
_NAME = re.compile(r"epoch-(\d+)(?:-row-(\d+))?\.checkpoint")


def name_of(snapshot: Snapshot) -> str:
    """What the file of a snapshot is called: by the epochs that have ended, and the rows of the next."""
    rows = f"-row-{snapshot.state.cursor}" if snapshot.state.cursor else ""
    return f"epoch-{snapshot.state.epoch:06d}{rows}.checkpoint"


def files_in(folder: Path) -> list[Path]:
    """The checkpoints in a folder, the last one last; none where it is not there.

    Examples
    --------
    >>> files_in(Path("no such folder"))
    []
    """
    found = [] if not folder.is_dir() else [(path, _NAME.fullmatch(path.name)) for path in folder.iterdir()]
    places = {path: (int(match[1]), int(match[2] or 0)) for path, match in found if match}
    return sorted(places, key=lambda path: places[path])


class CheckpointFolder:
    """Writes and finds the checkpoints of a training.

    Parameters
    ----------
    folder : Path
    keep : int
        How many of the last ones stay, beside the best.
    """

    def __init__(self, folder: Path, keep: int) -> None:
        self.folder, self.keep = folder, keep
        self.best = Best()

    def newest(self) -> Checkpoint | None:
        """The last checkpoint that can be read; None where there is none at all.

        Raises
        ------
        InputError
            There are some, and none can be read.

        Warns
        -----
        TrainingWarning
            The last one is damaged, and one before it is taken.
        """
        refused: list[InputError] = []
        for path in reversed(files_in(self.folder)):
            try:
                checkpoint = Checkpoint.read(path)
            except InputError as error:
                refused.append(error)
                continue
            if refused:
                warn_caller(f"{refused[0]}. Training goes on from the one before, {path.name}", TrainingWarning)
            self.best = checkpoint.best if (self.folder / checkpoint.best.file).is_file() else Best()
            return checkpoint
        if refused:
            raise refused[0]
        return None

    def read_best(self) -> Checkpoint | None:
        """The best checkpoint, by the last one that can be read; None where there is none at all."""
        newest = self.newest()
        if newest is None or not self.best.file or self.best.file == name_of(newest.snapshot):
            return newest
        return Checkpoint.read(self.folder / self.best.file)

    def write(self, checkpoint: Checkpoint, value: float) -> Path:
        """Write a checkpoint, and remove those that have become old.

        Parameters
        ----------
        value : float
            The monitored number of the epoch that it was taken after, the less the better; infinite for none.

        Raises
        ------
        InputError
            It cannot be written.
        """
        name = name_of(checkpoint.snapshot)
        best = Best(name, value) if value < self.best.value else self.best
        replace(checkpoint, best=best).write(self.folder / name)
        self.best = best
        paths = files_in(self.folder)
        place = paths.index(self.folder / name)
        kept = [*paths[: place + 1][-self.keep :], self.folder / best.file]
        for path in paths:  # those behind it, too: training has gone back to before them
            if path not in kept:
                _remove(path)
        return self.folder / name

    def clear(self) -> None:
        """Remove all checkpoints."""
        for path in files_in(self.folder):
            _remove(path)
        self.best = Best()


def _remove(path: Path) -> None:
    with contextlib.suppress(OSError):  # what stays is only old
        path.unlink()
