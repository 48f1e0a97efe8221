"""Which columns of a table are learned from, as what, and which are left out and why.

Left out are columns that say nothing of other rows: of one value or none, running numbers, identifiers, free text. What
the user names as categorical is taken so. A column that gives the target away is kept, with an alert. Nothing is left
out without a note that names the evidence; columns of one reason share a note.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt

from clearprop.errors import InputError
from clearprop.foundation.table_cells import listed, number_or_nan, quoted
from clearprop.tables.categorical_features import CategoricalFeatures, named_categorical
from clearprop.tables.column import Column
from clearprop.tables.lookalikes import lookalike
from clearprop.tables.role import Role, Roles, Use
from clearprop.tables.role_notes import notes_on_roles
from clearprop.tables.spelling import as_numbers, canonical, cell_text, counts, is_plain_number, spelled, typed
from clearprop.tables.table import Table

# A column of texts with more different ones than this, in more than half of its known cells, tells rows apart.
MOST_UNREPEATED = 20
# A column with at least this share of numbers among its known cells, and many of them, is meant to hold numbers.
NUMBER_SHARE = 0.8
# So are columns in which no more texts than these stand among them, whatever their share: "." or "unknown".
MOST_BLANKS = 2
# A mean number of words from which on texts are read as sentences.
LEAST_WORDS = 3.0
# Beyond this numbers, one a row, are hashes or accounts, not measurements.
LEAST_IDENTIFIER = 2**53
# That a text is there is worth learning if at least so many cells have none.
LEAST_MISSING = 5

_SAMPLE = 1000
# Parts of names that say that a column counts or names its rows: `id`, `customer_id`, `S.No`, `patientNr`, `#`.
_NAMING = (
    "ids?|idnum|idcase|uuid|guid|index|idx|key|row(?:names?|nr|num|number)?|nr|no|num|number|serial|obs|case|record"
)
_IDENTIFIER_NAME = re.compile(rf"(?:.*[^a-z])?(?:{_NAMING})|#|unnamed(?:: ?0|_0)?|row[ _.]names?|", re.IGNORECASE)
_CAMEL_IDENTIFIER = re.compile(r".*[a-z](?:ID|Id|No|Nr|Num|Key|Index)")


def find_roles(
    table: Table,
    target: Column | None = None,
    categorical_features: CategoricalFeatures = "auto",
    *,
    named: bool = True,
) -> Roles:
    """The role of each column.

    Parameters
    ----------
    table : Table
        The columns to learn from, without the target.
    target : Column, optional
        What is to be predicted, of the same rows, so that columns that give it away are found.
    categorical_features : {"auto", "from_dtype"}, or list of names, indices or booleans
        Which columns are categories beside those that the frame declares as such: "auto": columns of texts, unless all
        of them spell numbers, booleans or dates; "from_dtype": all columns of texts; names, indices, or a boolean a
        column: these too, and they are never taken for identifiers.
    named : bool
        Whether the columns have names; those of an array have none, and are not taken for running numbers.

    Raises
    ------
    InputError
        `categorical_features` names no column or is no such list; no column is left.

    Examples
    --------
    >>> from clearprop.tables.frames import as_table
    >>> table = as_table({"one": [1, 1, 1], "colour": ["red", "blue", "red"], "size": [1.5, 2.5, 0.5]})
    >>> [(role.column.name, role.use) for role in find_roles(table)]
    [('one', 'nothing'), ('colour', 'category'), ('size', 'number')]
    """
    chosen = named_categorical(table, categorical_features)
    as_it_is = isinstance(categorical_features, str) and categorical_features == "from_dtype"
    roles = [
        _checked_categories(column)
        if column.name in chosen
        else _role(column if as_it_is else typed(column), table.rows if named else None)
        for column in table.columns
    ]
    if all(role.use == "nothing" for role in roles):
        roles = [_taken_back(role) for role in roles]
    if all(role.use == "nothing" for role in roles):
        reasons = "; ".join(f"{quoted(role.column.name)}: {role.reason}" for role in roles[:8])
        raise InputError(f"{table.path}: no column is left to learn from ({reasons}): add a column")
    return Roles(tuple(roles), tuple(notes_on_roles(table, roles, target)))


def _checked_categories(column: Column) -> Role:
    own = spelled(column)
    different = int(np.count_nonzero(counts(own)))
    if different == 0 or (different == 1 and column.missing is None):
        return _constant(column, different)
    return Role(own, "category", "category", "as was asked for")


def _constant(column: Column, different: int) -> Role:
    if different == 0:
        return Role(column, "nothing", "empty", "every cell is missing")
    return Role(column, "nothing", "constant", "it has the same value in every row")


def _role(column: Column, rows: npt.NDArray[np.intp] | None) -> Role:
    known = len(column) if column.missing is None else int(len(column) - np.count_nonzero(column.missing))
    if known == 0:
        return _constant(column, 0)
    if column.kind == "text":
        return _role_of_texts(column, known)
    values = column.values if column.missing is None else column.values[~column.missing]
    if (values == values[0]).all():
        if known == len(column):
            return _constant(column, 1)
        value = cell_text(column, int(np.argmin(column.is_missing)))
        return Role(column, "presence", "one value", f"it holds {value} or nothing")
    if column.kind == "number":
        return _role_of_numbers(column, values, rows)
    return Role(column, column.kind, column.kind)


def _role_of_texts(column: Column, known: int) -> Role:
    different = int(np.count_nonzero(counts(column)))
    if different <= MOST_UNREPEATED or 2 * different <= known:
        return _role_of_categories(column, known)
    numbers = _mostly_numbers(column, different)
    if numbers is not None:
        return numbers
    texts = column.texts[:_SAMPLE].tolist()
    kind = "free text" if np.mean([len(text.split()) for text in texts]) >= LEAST_WORDS else "identifier"
    evidence = f"{different:,} different texts in {known:,} known cells"
    missing = len(column) - known
    use: Use = "presence" if min(missing, known) >= LEAST_MISSING else "nothing"
    if use == "presence":
        evidence += f", {missing:,} missing"
    return _doubted(Role(column, use, kind, evidence))


def _role_of_categories(column: Column, known: int) -> Role:
    own = spelled(column)
    often = counts(own)
    different = int(np.count_nonzero(often))
    if different == 1:
        if known == len(column):
            return _constant(column, 1)
        return Role(own, "presence", "one value", f"it holds {own.texts[np.argmax(often)]} or nothing")
    if different > MOST_UNREPEATED and (numbers := _mostly_numbers(column, different)) is not None:
        return numbers
    return _doubted(Role(own, "category", "category"))


def _mostly_numbers(column: Column, different: int) -> Role | None:
    """The role of a column of many numbers with a few texts among them, which then count as missing."""
    sample = [is_plain_number(text.strip()) for text in column.texts[:_SAMPLE].tolist()]
    if column.declared or sum(sample) < NUMBER_SHARE / 2 * len(sample):
        return None
    cells = as_numbers(column)
    plain = np.array([is_plain_number(text.strip()) for text in column.texts.tolist()])
    texts = ~plain[np.where(column.is_missing, 0, column.values)] & ~cells.missing
    unreadable = np.bincount(column.values[texts], minlength=len(column.texts)) > 0
    n_texts, n_known = int(np.count_nonzero(texts)), int(np.count_nonzero(~cells.missing))
    blanks = tuple(dict.fromkeys(map(canonical, column.texts[unreadable].tolist())))
    if different - np.count_nonzero(unreadable) <= MOST_UNREPEATED or any(map(_is_code, blanks)):
        return None
    if n_texts > (1 - NUMBER_SHARE) * n_known and len(blanks) > MOST_BLANKS:
        return None
    numbers = Column(column.name, "number", cells.values, cells.missing | texts)
    reason = f"{n_known - n_texts:,} of {n_known:,} known cells are numbers; {listed(blanks, 4)} count as missing"
    return Role(numbers, "number", "number with texts", reason, blanks, unsure=True)


def _is_code(text: str) -> bool:
    """Whether a text is a number with zeros in front, which a code has and a quantity has not."""
    return text[:1] == "0" and number_or_nan(text) == number_or_nan(text)


def _doubted(role: Role) -> Role:
    """The role of texts that look like numbers or dates in a way of writing that may mean more than one thing."""
    all_texts = role.column.texts[:_SAMPLE].tolist()
    texts = [text for text in all_texts if not (is_plain_number(text.strip()) or _is_code(text))]
    kind = "" if role.column.declared or 2 * len(texts) < len(all_texts) else lookalike(texts)
    if not kind:
        return role
    reason = f"{role.reason}, such as {quoted(texts[0])}".removeprefix(", ")
    return replace(role, kind=f"{kind} in another way of writing", reason=reason, unsure=True)


def _role_of_numbers(column: Column, values: npt.NDArray[Any], rows: npt.NDArray[np.intp] | None) -> Role:
    number = Role(column, "number", "number")
    # Floats as large are all whole, and were measured: 1.9e30 kg.
    as_floats = values.dtype.kind == "f" and len(values) > 0 and np.abs(values).max() > LEAST_IDENTIFIER
    if rows is None or len(values) <= MOST_UNREPEATED or as_floats or not _all_different_whole(values):
        return number
    count = f"{len(values):,} different whole numbers in as many rows"
    if max(int(values.max()), -int(values.min())) > LEAST_IDENTIFIER:
        return Role(column, "nothing", "identifier", f"{count}, beyond {LEAST_IDENTIFIER:,}")
    if _IDENTIFIER_NAME.fullmatch(column.name) or _CAMEL_IDENTIFIER.fullmatch(column.name):
        places = rows if column.missing is None else rows[~column.missing]
        counts_rows = (values - places == values[0] - places[0]).all()
        kind = "running number" if counts_rows else "identifier"
        return Role(column, "nothing", kind, "it counts the rows" if counts_rows else f"{count}, and its name")
    return Role(column, "number", "number", count)


def _all_different_whole(values: npt.NDArray[Any]) -> bool:
    if values.dtype.kind == "f":
        first = values[:1000]
        if not ((first == np.rint(first)).all() and np.isfinite(values).all() and (values == np.rint(values)).all()):
            return False
    if int(values.max()) - int(values.min()) + 1 < len(values):
        return False
    return len(np.unique(values[:1000])) == min(len(values), 1000) and len(np.unique(values)) == len(values)


def _taken_back(role: Role) -> Role:
    """The role of a column of numbers where nothing else is left."""
    if role.column.kind == "number" and role.kind in ("identifier", "running number"):
        return Role(role.column, "number", "number", f"{role.reason}; but nothing else is there to learn from")
    return role
