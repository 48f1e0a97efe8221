"""What several estimators document alike, written once, in the docstring of the class that they have in common."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from inspect import cleandoc
from typing import Any, TypeVar

Estimator = TypeVar("Estimator", bound=type[Any])


def with_shared_entries(base: type[Any]) -> Callable[[Estimator], Estimator]:
    """Have a class's docstring, as `help` shows it, hold what that of its base class says.

    Where the source of a docstring has the line "Those of `Base`." in a section, the entries of the section of the same
    name in the docstring of `Base` take its place. Whoever reads the source alone is told where to look.

    Examples
    --------
    >>> class Base:
    ...     '''Common.
    ...
    ...     Parameters
    ...     ----------
    ...     alpha : float
    ...         A strength.
    ...     '''
    >>> @with_shared_entries(Base)
    ... class One(Base):
    ...     '''One of them.
    ...
    ...     Parameters
    ...     ----------
    ...     Those of `Base`.
    ...     beta : float
    ...     '''
    >>> print(One.__doc__)
    One of them.
    <BLANKLINE>
    Parameters
    ----------
    alpha : float
        A strength.
    beta : float
    """

    def document(cls: Estimator) -> Estimator:
        if cls.__doc__ and base.__doc__:  # there are none where Python runs without docstrings
            shared = dict(_sections(base.__doc__))
            line = f"Those of `{base.__name__}`."
            own = [(title, text.replace(line, shared.get(title, line))) for title, text in _sections(cls.__doc__)]
            cls.__doc__ = "\n\n".join(f"{title}\n{'-' * len(title)}\n{text}" if title else text for title, text in own)
        return cls

    return document


def _sections(docstring: str) -> Iterator[tuple[str, str]]:
    """The sections of a docstring, as title and text; what stands before the first has no title."""
    title, lines = "", cleandoc(docstring).splitlines()
    text: list[str] = []
    for line, below in zip(lines, [*lines[1:], ""], strict=True):
        if line and below == "-" * len(line):
            yield title, "\n".join(text).strip("\n")
            title, text = line, []
        elif line != "-" * len(title) or text:
            text.append(line)
    yield title, "\n".join(text).strip("\n")
