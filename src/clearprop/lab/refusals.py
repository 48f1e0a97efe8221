"""What cannot be done, for people: the message, and the setting that is at fault."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager


class Refusal(Exception):
    """A request that cannot be answered; `Session` makes `Refused` of it.

    Attributes
    ----------
    message : str
        With value, rule and remedy.
    field : str
        The setting's path, such as "layers.0.activation"; empty where it is no setting's fault.
    """

    def __init__(self, message: str, field: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.field = field


@contextmanager
def blaming(field: str, fields: Sequence[str] = ()) -> Iterator[None]:
    """Within this context what the library refuses is the fault of a field, or of that of `fields` it begins with.

    Examples
    --------
    >>> with blaming("", ["l2"]):
    ...     raise ValueError("l2 must be a finite number >= 0, got -1")
    Traceback (most recent call last):
    clearprop.lab.refusals.Refusal: l2 must be a finite number >= 0, got -1
    """
    try:
        yield
    except (ValueError, TypeError, OverflowError, IndexError) as error:
        named = next((name for name in fields if str(error).startswith(name)), field)
        raise Refusal(str(error), named) from error
