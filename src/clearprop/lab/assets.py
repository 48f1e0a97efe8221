"""Where the built front end is, and what to do where it was not built."""

from __future__ import annotations

from pathlib import Path

from clearprop.errors import InputError

STATIC = Path(__file__).parent / "static"
SCRIPT, STYLE, LICENCES = "lab.js", "lab.css", "licenses.txt"


def asset(name: str) -> bytes:
    """A file of the front end.

    Raises
    ------
    InputError
        It was not built.
    """
    path = STATIC / name
    if not path.is_file():
        raise InputError(
            "the lab's page is not built: install Node (https://nodejs.org, 18 or later) and install clearprop again "
            "(in a clone of it: make), or take a wheel, which has the page in it"
        )
    return path.read_bytes()
