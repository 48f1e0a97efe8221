"""Paths that a command will write to, checked before any work is done for them."""

import errno
import os
from collections.abc import Sequence
from pathlib import Path

from clearprop.cli.streams import why_not
from clearprop.errors import InputError
from clearprop.foundation.atomic import STANDARD_OUTPUT, is_stream, open_descriptor

BY_A_STREAM = "redirect it, as by  > FILE"


def checked_outputs(outputs: Sequence[Path | None], inputs: Sequence[Path]) -> list[Path | None]:
    """The outputs, standard output in the place of -.

    Raises
    ------
    InputError
        One could not be written to, is also an input, or is named twice.
    """
    checked = [STANDARD_OUTPUT if path is not None and str(path) == "-" else path for path in outputs]
    taken = [os.path.realpath(path) for path in inputs if os.path.isfile(path)]  # False for a name too long
    for path in checked:
        if path is None:
            continue
        if is_stream(path):
            _check_stream(path)
        else:
            _check_file(path)
        place = os.path.realpath(path)
        if place in taken:
            raise InputError(f"{path}: is named twice, and would overwrite itself: give each file its own name")
        if place != os.path.realpath(os.devnull):
            taken.append(place)
    return checked


def _check_stream(path: Path) -> None:
    descriptor = open_descriptor(path)
    try:
        if descriptor is not None:
            os.write(descriptor, b"")  # which fails where it is not open for writing
        elif not os.access(path, os.W_OK):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
    except OSError as error:
        raise InputError(f"{path}: cannot be written to ({why_not(error)}): {BY_A_STREAM}, or name a file") from error


def _check_file(path: Path) -> None:
    if path.is_dir():
        raise InputError(f"{path}: is a folder: name a file in it, such as {path / 'model'}")
    # A link is followed, and what it leads to is replaced by a new file in its own folder.
    for folder in (path.parent, Path(os.path.realpath(path)).parent):
        if not folder.is_dir():
            raise InputError(f"{path}: the folder {folder} does not exist: create it first, or name another")
    if not os.access(folder, os.W_OK) or (path.exists() and not os.access(path, os.W_OK)):
        raise InputError(f"{path}: may not be written to: choose another place, or change the permissions")


def is_terminal(path: Path) -> bool:
    """Whether what is written to a path is shown, and obeyed, by a terminal."""
    descriptor = open_descriptor(path)
    if descriptor is not None:
        return os.isatty(descriptor)
    if not path.is_char_device():
        return False
    descriptor = os.open(path, os.O_WRONLY | getattr(os, "O_NOCTTY", 0))
    try:
        return os.isatty(descriptor)
    finally:
        os.close(descriptor)


def check_not_terminal(path: Path, what: str) -> None:
    """Refuse to send what is not text to a terminal, which would obey parts of it."""
    if is_terminal(path):
        raise InputError(f"{path}: is a terminal, and {what} is no text: {BY_A_STREAM}, or name a file")


def goes_to_standard_output(paths: Sequence[Path | None]) -> bool:
    """Whether one of the files is written to standard output, which then carries nothing else."""
    descriptors = [open_descriptor(path) for path in paths if path is not None]
    return any(
        descriptor == 1 or os.path.sameopenfile(descriptor, 1) for descriptor in descriptors if descriptor is not None
    )


def checked_endings(paths: Sequence[Path | None], endings: Sequence[str]) -> None:
    """Refuse a file whose name does not end as its kind does, or that an extra is missing for."""
    wanted = [path for path in paths if path is not None]
    for path in wanted:
        check_ending(path, endings)
    if wanted:
        from clearprop.plots import check_extra

        check_extra()


def check_ending(path: Path, endings: Sequence[str]) -> None:
    """Refuse a file whose name does not end as its kind does."""
    if path.suffix.lower() not in endings and not is_stream(path):
        raise InputError(f"{path}: its name must end in {' or '.join(endings)}")
