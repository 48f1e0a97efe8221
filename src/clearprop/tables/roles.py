"""Which columns of a table are learned from, as what, and which are left out and why.

Left out are columns that say nothing of other rows: of one value or none, running numbers, identifiers, free text. What
the user names as categorical is taken so. A column that gives the target away is kept, with an alert. Nothing is left
out without a note that names the evidence; columns of one reason share a note.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from clearprop.errors import InputError, Message
from clearprop.foundation.table_cells import listed, number_or_nan, quoted
from clearprop.tables.column import Column
from clearprop.tables.giveaways import Giveaways
from clearprop.tables.lookalikes import lookalike
from clearprop.tables.notes import Alert, as_categories, ignoring, many_columns
from clearprop.tables.spelling import as_numbers, canonical, cell_text, counts, is_plain_number, spelled, typed
from clearprop.tables.table import Table

Use = Literal["number", "boolean", "date", "category", "presence", "nothing"]
CategoricalFeatures = Literal["auto", "from_dtype"] | Sequence[str] | Sequence[int] | npt.NDArray[Any]

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


@dataclass(frozen=True)
class Role:
    """What becomes of a column.

    Attributes
    ----------
    column : Column
        As it is learned from: texts that all are numbers or dates are those.
    use : {"number", "boolean", "date", "category", "presence", "nothing"}
        "presence": only whether a cell is there; "nothing": it is left out.
    kind : str
        What it is, for people: "number", "category", "identifier", "free text", "constant", "empty".
    reason : str
        Why, with evidence; empty where its type says all.
    blanks : tuple of str
        The texts among numbers that count as missing.
    """

    column: Column
    use: Use
    kind: str
    reason: str = ""
    blanks: tuple[str, ...] = ()


@dataclass(frozen=True)
class Roles:
    """The role of each column, in the table's order, and what was noticed."""

    roles: tuple[Role, ...]
    notes: tuple[str, ...] = field(default=())

    def __iter__(self) -> Iterator[Role]:
        return iter(self.roles)


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
    chosen = _chosen(table, categorical_features)
    roles = []
    for column in table.columns:
        if column.name in chosen:
            roles.append(_checked_categories(column))
        else:
            own = (
                column
                if isinstance(categorical_features, str) and categorical_features == "from_dtype"
                else typed(column)
            )
            roles.append(_role(own, table.rows if named else None))
    if all(role.use == "nothing" for role in roles):
        roles = [_taken_back(role) for role in roles]
    if all(role.use == "nothing" for role in roles):
        reasons = "; ".join(f"{quoted(role.column.name)}: {role.reason}" for role in roles[:8])
        raise InputError(f"{table.path}: no column is left to learn from ({reasons}): add a column")
    return Roles(tuple(roles), tuple(_notes(table, roles, target)))


def _chosen(table: Table, given: CategoricalFeatures) -> set[str]:
    """The names of the columns that the user calls categorical."""
    if isinstance(given, str):
        if given not in ("auto", "from_dtype"):
            raise InputError(
                f"categorical_features is {quoted(given)}: it must be 'auto', 'from_dtype', or a list of names, of "
                "indices or of booleans, one a column"
            )
        return set()
    if given is None:
        return set()
    items = np.asarray(given)
    if items.ndim != 1:
        raise InputError(
            f"categorical_features has shape {items.shape}: it must be a list of names, indices or booleans"
        )
    if items.dtype.kind == "b":
        if len(items) != len(table.columns):
            raise InputError(
                f"categorical_features has {len(items)} booleans, and the table {len(table.columns)} columns: give one "
                "a column"
            )
        return {name for name, wanted in zip(table.names, items.tolist(), strict=True) if wanted}
    if items.dtype.kind in "iu":
        wrong = [place for place in items.tolist() if not -len(table.columns) <= place < len(table.columns)]
        if wrong:
            raise InputError(
                f"categorical_features has the index {wrong[0]}, and the table {len(table.columns)} columns: count "
                "them from 0"
            )
        return {table.names[place] for place in items.tolist()}
    return set(table.select([str(name) for name in items.tolist()]).names)


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
    evidence = f"{different:,} different texts in {known:,} known cells{_in_another_way(column, ', ')}"
    missing = len(column) - known
    use: Use = "presence" if min(missing, known) >= LEAST_MISSING else "nothing"
    return Role(column, use, kind, f"{evidence}, {missing:,} missing" if use == "presence" else evidence)


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
    return Role(own, "category", "category", _in_another_way(own))


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
    return Role(numbers, "number", "number with texts", reason, blanks)


def _is_code(text: str) -> bool:
    """Whether a text is a number with zeros in front, which a code has and a quantity has not."""
    return text[:1] == "0" and number_or_nan(text) == number_or_nan(text)


def _in_another_way(column: Column, before: str = "") -> str:
    texts = [text for text in column.texts[:_SAMPLE].tolist() if not (is_plain_number(text.strip()) or _is_code(text))]
    kind = "" if column.declared or len(texts) < len(column.texts[:_SAMPLE]) / 2 else lookalike(texts)
    return f"{before}which look like {kind} in another way of writing, such as {quoted(texts[0])}" if kind else ""


def _role_of_numbers(column: Column, values: npt.NDArray[Any], rows: npt.NDArray[np.intp] | None) -> Role:
    number = Role(column, "number", "number")
    if rows is None or len(values) <= MOST_UNREPEATED or not _all_different_whole(values):
        return number
    count = f"{len(values):,} different whole numbers in as many rows"
    if max(abs(int(values.max())), abs(int(values.min()))) > LEAST_IDENTIFIER:
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


def _notes(table: Table, roles: Sequence[Role], target: Column | None) -> Iterator[str]:
    by_kind: dict[tuple[str, str], list[Role]] = {}
    giveaways = None if target is None else Giveaways(target)
    for role in roles:
        by_kind.setdefault((role.use, role.kind), []).append(role)
        if giveaways is not None and role.use != "nothing" and (how := giveaways.how(role.column)):
            remedy = (ignoring(role.column.name), " if it is not known when a prediction is made.")
            yield Alert(f"{table.where(role.column.name)}: it gives the target away ({how}): pass ", *remedy)
    for (use, kind), group in by_kind.items():
        names = [role.column.name for role in group]
        start = many_columns(table.path, names)
        first = group[0].reason if len(group) == 1 else f"{quoted(names[0])}: {group[0].reason}"
        if kind == "constant":
            yield f"{start}: left out, as {'it has' if len(group) == 1 else 'each has'} the same value in every row."
        elif kind == "empty":
            yield f"{start}: left out, as every cell is missing."
        elif kind == "one value":
            yield f"{start}: only whether a cell is there is learned from ({first})."
        elif use == "nothing":
            rule = f"{start}: left out as {_a(kind)} ({first}): pass "
            yield Message(rule, as_categories(names[0]), " to take it as categories all the same.")
        elif use == "presence":
            rule = (
                f"{start}: only whether a cell is there is learned from, as it looks like {_a(kind)} ({first}): pass "
            )
            yield Message(rule, as_categories(names[0]), " to take it as categories all the same.")
        elif kind == "number with texts":
            yield Alert(f"{start}: {first}: pass ", as_categories(names[0]), " if they name kinds of things.")
        elif use == "number":
            yield from _notes_on_numbers(table, group)
        elif kind == "category":
            yield from _notes_on_lookalikes(table, [role for role in group if role.reason])
    yield from _notes_on_types(table, roles)


def _notes_on_numbers(table: Table, group: Sequence[Role]) -> Iterator[str]:
    unsure = [role for role in group if role.reason]
    if unsure:
        names = [role.column.name for role in unsure]
        start = f"{many_columns(table.path, names)}: every row has another whole number: pass "
        yield Message(start, ignoring(names[0]), " if it is an identifier.")


def _notes_on_lookalikes(table: Table, group: Sequence[Role]) -> Iterator[str]:
    if group and group[0].reason.startswith("which"):
        names = [role.column.name for role in group]
        rule = f"{many_columns(table.path, names)}: taken as categories texts {group[0].reason}"
        yield Alert(f"{rule}: turn them into numbers or dates if they are meant so.")


def _notes_on_types(table: Table, roles: Sequence[Role]) -> Iterator[str]:
    """Which columns of texts were taken as something else."""
    for kind, plural in (("number", "numbers"), ("boolean", "booleans"), ("date", "dates")):
        names = [
            role.column.name
            for role, column in zip(roles, table.columns, strict=True)
            if column.kind == "text" and role.column.kind == kind and role.use != "nothing" and not role.blanks
        ]
        if names:
            start = f"{many_columns(table.path, names)}: texts that are all {plural}, taken as {plural}: pass "
            yield Message(start, as_categories(names[0]), " if they name kinds of things.")


def _a(kind: str) -> str:
    return f"an {kind}" if kind[0] in "aeiou" else ("free text" if kind == "free text" else f"a {kind}")
