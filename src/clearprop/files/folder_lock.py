"""A folder that one training at a time may write to; whatever ends its process lets go of it."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from clearprop.errors import InputError

NAME = "lock"


class FolderLock:
    """The right to write to a folder, which is made if it is not there.

    It is the system's own lock on a file in the folder, so that a process that was killed holds none.

    Raises
    ------
    InputError
        Another training has it; or the folder cannot be made or written to.
    """

    def __init__(self, folder: Path) -> None:
        try:
            folder.mkdir(parents=True, exist_ok=True)
            self._descriptor: int | None = os.open(folder / NAME, os.O_RDWR | os.O_CREAT, 0o666)
        except (FileExistsError, NotADirectoryError):
            raise InputError(
                f"{folder}: is a file or lies in one, and checkpoints need a folder: name another"
            ) from None
        except OSError as error:
            raise InputError(
                f"{folder}: no checkpoint can be written there ({error.strerror}): name a folder that you may write to"
            ) from error
        try:
            _lock(self._descriptor)
        except OSError:
            self.release()
            raise InputError(
                f"{folder}: another training writes its checkpoints there: wait until it has ended, or name another "
                "folder"
            ) from None

    def release(self) -> None:
        """Let another have it."""
        descriptor, self._descriptor = self._descriptor, None
        if descriptor is not None:
            os.close(descriptor)

    def __del__(self) -> None:  # of a training that nobody has ended
        if hasattr(self, "_descriptor"):
            self.release()


def _lock(descriptor: int) -> None:
    """Lock a file, or raise OSError where another has it locked."""
    if sys.platform == "win32":
        import msvcrt

        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
    else:
        import fcntl

        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
