"""What was done in reading, said once for all the columns that it was done to."""

from __future__ import annotations

from collections.abc import Callable

from clearprop.foundation.table_cells import listed, quoted


class Notes:
    """Notes in the order in which they were first made; those of one kind become one.

    Examples
    --------
    >>> notes = Notes()
    >>> for name in ("a", "b"):
    ...     notes.of_column("decimal", name, lambda columns: f"{columns}: numbers have a decimal comma")
    >>> notes.say("the delimiter is ';'")
    >>> print(*notes.texts(), sep="\\n")
    columns 'a', 'b': numbers have a decimal comma
    the delimiter is ';'
    """

    def __init__(self) -> None:
        self._kinds: dict[str, tuple[list[str], Callable[[str], str]]] = {}

    def say(self, text: str) -> None:
        """Add a note that is of no column."""
        self._kinds.setdefault(text, ([], lambda _: text))

    def of_column(self, kind: str, name: str, note: Callable[[str], str]) -> None:
        """Add a column to the note of a kind, of which the first says the words."""
        self._kinds.setdefault(kind, ([], note))[0].append(name)

    def texts(self) -> tuple[str, ...]:
        """The notes."""
        return tuple(note(_columns(names)) for names, note in self._kinds.values())


def _columns(names: list[str]) -> str:
    return f"column{'s' * (len(names) != 1)} {listed(names)}"


def note_missing(name: str, text: str, notes: Notes) -> None:
    """Say that a text stands for a missing cell in a column."""
    notes.of_column(f"missing {text}", name, lambda columns: f"{columns}: {quoted(text)} is taken for a missing cell")
