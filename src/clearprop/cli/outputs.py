"""Paths that a command will write to, checked before any work is done for them."""

import os
from collections.abc import Sequence
from pathlib import Path

from clearprop.errors import InputError


def checked_outputs(outputs: Sequence[Path | None], inputs: Sequence[Path]) -> None:
    """Refuse an output that could not be written, that is also an input, or that is named twice."""
    taken = [os.path.realpath(path) for path in inputs]
    for path in outputs:
        if path is None:
            continue
        if path.is_dir():
            raise InputError(f"{path}: is a folder: name a file in it, such as {path / 'model'}")
        if not path.parent.is_dir():
            raise InputError(f"{path}: the folder {path.parent} does not exist: create it first, or name another")
        if not os.access(path if path.exists() else path.parent, os.W_OK):
            raise InputError(f"{path}: may not be written to: choose another place, or change the permissions")
        if os.path.realpath(path) in taken:
            raise InputError(f"{path}: is named twice, and would overwrite itself: give each file its own name")
        taken.append(os.path.realpath(path))


def checked_endings(paths: Sequence[Path | None], endings: Sequence[str]) -> None:
    """Refuse a file whose name does not end as its kind does, or that an extra is missing for."""
    wanted = [path for path in paths if path is not None]
    for path in wanted:
        if path.suffix.lower() not in endings:
            raise InputError(f"{path}: its name must end in {' or '.join(endings)}")
    if wanted:
        from clearprop.plots import check_extra

        check_extra()
