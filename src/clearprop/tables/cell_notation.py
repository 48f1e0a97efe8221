"""How the cells of a file are written, as far as its owner said it: what holds for other files of its source, too."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from typing import Any, Literal

from clearprop.errors import InputError, Message, Parameter
from clearprop.foundation.table_cells import quoted

DATE_ORDERS = ("day-first", "month-first")
_THOUSANDS = {"space": " ", "apostrophe": "'"}


@dataclass(frozen=True, kw_only=True)
class CellNotation:
    """What was said of cells, where a file does not say it or says it wrongly; None is for what the file shows.

    Attributes
    ----------
    missing : tuple of str
        What else stands for a missing cell.
    decimal, thousands : str or None
        The signs in front of fractions, and between thousands.
    dates : str or None
        The order of day and month, or a form such as "%d.%m.%Y".

    Examples
    --------
    >>> trained = CellNotation(missing=("k.A.",), decimal=",")
    >>> CellNotation(decimal=".").completed_by(trained)
    CellNotation(missing=('k.A.',), decimal='.', thousands=None, dates=None)
    """

    missing: tuple[str, ...] = ()
    decimal: str | None = None
    thousands: str | None = None
    dates: str | None = None

    def __post_init__(self) -> None:
        """Raise an InputError for what none of them can be."""
        for name in ("decimal", "thousands", "dates"):
            given = getattr(self, name)
            if not isinstance(given, str | None):
                raise InputError(Message(Parameter(name), f" must be a text, got {quoted(given)}: write it in quotes"))
        object.__setattr__(self, "thousands", _THOUSANDS.get(self.thousands or "", self.thousands))
        if self.decimal not in (None, ".", ","):
            raise InputError(f"decimal must be '.' or ',', got {quoted(self.decimal)}")
        if self.thousands not in (None, ".", ",", " ", "'"):
            raise InputError(f"thousands must be '.', ',', \"'\" or ' ' (space), got {quoted(self.thousands)}")
        if self.thousands is not None and self.thousands == self.decimal:
            raise InputError(f"decimal and thousands are both {self.decimal!r}: they must differ")
        if self.dates is not None and self.dates not in DATE_ORDERS and "%" not in self.dates:
            orders = " or ".join(map(repr, DATE_ORDERS))
            raise InputError(f"dates must be {orders}, or a form such as '%d.%m.%Y', got {quoted(self.dates)}")

    @property
    def known_decimal(self) -> str | None:
        """The decimal sign, where it follows from what is given."""
        if self.decimal is None and self.thousands in (".", ","):
            return "," if self.thousands == "." else "."
        return self.decimal

    @property
    def date_order(self) -> Literal["day-first", "month-first"] | None:
        """The order of day and month, where it is given."""
        return self.dates if self.dates in ("day-first", "month-first") else None  # type: ignore[return-value]

    def completed_by(self, other: CellNotation) -> CellNotation:
        """With what another says of what this one does not; of the signs in numbers both, or none."""
        signs = self if (self.decimal, self.thousands) != (None, None) else other
        return CellNotation(
            missing=self.missing or other.missing,
            decimal=signs.decimal,
            thousands=signs.thousands,
            dates=self.dates or other.dates,
        )

    def said(self) -> dict[str, Any]:
        """What it says, by the names of the parameters that say it: without what is left to the file."""
        return {name: value for name, value in asdict(self).items() if value}


def taken_over(own: CellNotation, trained: CellNotation, overrule: str) -> Message | None:
    """What to say where cells are read as those of training; None where they are not.

    Parameters
    ----------
    own : CellNotation
        What is said of the cells themselves.
    trained : CellNotation
        What was said of those of training.
    overrule : str
        What says otherwise, in words.

    Examples
    --------
    >>> trained = CellNotation(missing=("k.A.",), decimal=",")
    >>> print(taken_over(CellNotation(decimal="."), trained, "flags given here"))
    cells are read as those of the training table were: missing='k.A.'; flags given here overrule
    """
    completed = own.completed_by(trained).said()
    taken = {name: value for name, value in completed.items() if not getattr(own, name)}
    each = [
        Parameter(name, one)
        for name, value in taken.items()
        for one in (value if isinstance(value, tuple) else (value,))
    ]
    if not each:
        return None
    spaced = [part for parameter in each for part in (", ", parameter)][1:]
    return Message("cells are read as those of the training table were: ", *spaced, f"; {overrule} overrule")


@contextmanager
def in_errors(taken: Message | None, reached: Callable[[], object] = lambda: True) -> Iterator[None]:
    """Within this context what is refused says how cells were read, where that was taken over and they were reached."""
    try:
        yield
    except InputError as error:
        if taken is None or not reached():
            raise
        raise InputError(Message(*error.args, " (", taken, ")")) from None
