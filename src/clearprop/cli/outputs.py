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
        if os.path.realpath(path) in taken:
            raise InputError(f"{path}: is named twice, and would overwrite itself: give each file its own name")
        taken.append(os.path.realpath(path))


def checked_pictures(pictures: Sequence[Path | None]) -> None:
    """Refuse a picture whose ending is not known, or that Matplotlib is missing for."""
    wanted = [path for path in pictures if path is not None]
    for path in wanted:
        if path.suffix.lower() not in (".png", ".svg"):
            raise InputError(f"{path}: a picture's name must end in .png or .svg")
    if wanted:
        from clearprop.plots import new_figure

        new_figure()
