"""What is said of the roles of a table's columns: the evidence and the remedy, columns of one kind in one note."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from clearprop.errors import Message
from clearprop.foundation.table_cells import quoted
from clearprop.tables.column import Column
from clearprop.tables.giveaways import Giveaways
from clearprop.tables.notes import Alert, as_categories, ignoring, many_columns
from clearprop.tables.role import Role, Use
from clearprop.tables.table import Table


def notes_on_roles(table: Table, roles: Sequence[Role], target: Column | None) -> Iterator[str]:
    """What is said of a table's columns and their roles, those that give the target away first."""
    by_kind: dict[tuple[Use, str], list[Role]] = {}
    giveaways = None if target is None else Giveaways(target)
    for role in roles:
        by_kind.setdefault((role.use, role.kind), []).append(role)
        if giveaways is not None and role.use != "nothing" and (how := giveaways.how(role.column)):
            remedy = (ignoring(role.column.name), " if it is not known when a prediction is made.")
            yield Alert(f"{table.where(role.column.name)}: it gives the target away ({how}): pass ", *remedy)
    for (use, kind), group in by_kind.items():
        yield from _notes_on(table, use, kind, group)
    yield from _notes_on_types(table, roles)


def _notes_on(table: Table, use: Use, kind: str, group: Sequence[Role]) -> Iterator[str]:
    """What is said of columns of one use and kind."""
    names = [role.column.name for role in group]
    start, categories = many_columns(table.path, names), as_categories(names[0])
    first = group[0].reason if len(group) == 1 else f"{quoted(names[0])}: {group[0].reason}"
    if kind == "constant":
        yield f"{start}: left out, as {'it has' if len(group) == 1 else 'each has'} the same value in every row."
    elif kind == "empty":
        yield f"{start}: left out, as every cell is missing."
    elif kind == "one value":
        yield f"{start}: only whether a cell is there is learned from ({first})."
    elif use in ("nothing", "presence"):
        left = "left out" if use == "nothing" else "only whether a cell is there is learned from"
        looks = f"as {'it looks' if len(group) == 1 else 'each looks'} like"
        remedy = (categories, " to take it as categories all the same.")
        if group[0].unsure:
            yield Alert(f"{start}: {left}, {looks} {kind} ({first}): write it plainly, or pass ", *remedy)
        else:
            yield Message(f"{start}: {left}, {looks} {_a(kind)} ({first}): pass ", *remedy)
    elif group[0].unsure and use == "category":
        yield Alert(f"{start}: taken as categories, and looks like {kind} ({first}): write it plainly if it is so.")
    elif group[0].unsure:
        yield Alert(f"{start}: {first}: pass ", categories, " if they name kinds of things.")
    elif use == "number" and any(role.reason for role in group):
        yield from _notes_on_whole_numbers(table, [role.column.name for role in group if role.reason])


def _notes_on_whole_numbers(table: Table, names: Sequence[str]) -> Iterator[str]:
    start = f"{many_columns(table.path, names)}: every row has another whole number: pass "
    yield Message(start, ignoring(names[0]), " if it is an identifier.")


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
    return kind if kind == "free text" else f"an {kind}" if kind[0] in "aeiou" else f"a {kind}"
