"""Paths that a user gives: what is none is refused before the system takes it for something else."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from clearprop.errors import InputError
from clearprop.foundation.table_cells import quoted


def checked_path(path: Any, name: str = "path", remedy: str = "name a file") -> Path:
    """A path, or an InputError.

    A whole number would be taken for the descriptor of a file that is open, of which `True` is standard output.

    Parameters
    ----------
    path : str or path
    name : str
        What the parameter is called.
    remedy : str
        What to do instead.

    Examples
    --------
    >>> checked_path(3)
    Traceback (most recent call last):
    clearprop.errors.InputError: path must be a str or a path, got 3: name a file
    """
    if not isinstance(path, str | os.PathLike) or not isinstance(text := os.fspath(path), str):
        shown = quoted(path)
        is_open = hasattr(path, "read") or hasattr(path, "write")
        raise InputError(
            f"{name} must be a str or a path, got {shown}: {remedy}{' by its path, not opened' if is_open else ''}"
        )
    if not text or "\0" in text:
        raise InputError(f"{name} {quoted(text)} is no name of a file, and cannot be read or written: {remedy}")
    return Path(path)
