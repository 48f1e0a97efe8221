"""Columns that are refused, and what else becomes of cells that cannot be read."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from clearprop.errors import InputError, Message, Parameter
from clearprop.foundation.table_cells import listed, quoted
from clearprop.tables.column import Column, objects
from clearprop.tables.reading.candidates import Candidate

Mask = npt.NDArray[np.bool_]


class Refusal(Exception):
    """A column that cannot be read: the row that shows why, and the message behind its place."""

    def __init__(self, row: int, *message: str | Parameter) -> None:
        super().__init__(row, *message)
        self.row, self.message = row, Message(*message)


def not_all(candidate: Candidate, bad: Mask, wanted: str) -> Refusal:
    """The refusal of a column most of whose cells are what is wanted, and some are not."""
    text, known = candidate.example(bad), candidate.known
    n_good = known - int(candidate.counts[bad].sum())
    others = int(bad.sum()) - 1
    more = f" (nor are {listed(candidate.texts.filter(bad).to_list()[1:], 3)})" if others else ""
    return Refusal(
        candidate.source.row_of(int(np.argmax(bad))),
        f"{quoted(text)} is not {wanted}{more}, and {n_good:,} of the {known:,} known cells are: correct it, leave it "
        "empty or pass ",
        Parameter("missing", quoted(text), many=True),
        " if it is not known, or pass ",
        Parameter("categorical_features", quoted(candidate.name), many=True),
        " if the column names kinds of things",
    )


def kept_as_texts(candidate: Candidate, spellings: list[str], bad: Mask) -> Column:
    """A column some of whose cells cannot be read, as texts: these as they stand, the others in their one spelling."""
    places: dict[str, int] = {}
    of_text = [
        -1 if is_missing else places.setdefault(own if is_bad else spelling, len(places))
        for own, spelling, is_bad, is_missing in zip(
            candidate.texts.to_list(), spellings, bad.tolist(), candidate.missing.tolist(), strict=True
        )
    ]
    codes = np.array([*of_text, -1], dtype=np.int32)[candidate.source.codes]
    missing = codes < 0
    values = np.where(missing, 0, codes)
    return Column(candidate.name, "text", values, missing if missing.any() else None, objects(list(places)))


def refused(refusals: list[tuple[str, Refusal]], also: InputError | None = None) -> InputError:
    """One error for all the columns that are refused, each by the place that shows why; and what else is wrong."""
    shown = [part for where, refusal in refusals[:8] for part in ("; ", f"{where}: ", refusal.message)][1:]
    if len(refusals) > 8:
        shown.append(f"; and {len(refusals) - 8:,} columns more")
    return InputError(Message(*shown, *(() if also is None else ("; ", *also.args))))
