"""What a table's training is of, so that it is gone on with by the same table and the same choices only."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import fields
from typing import TYPE_CHECKING, Any

from clearprop.foundation.table_cells import quoted
from clearprop.tables.choices import Choices
from clearprop.tables.column import Column
from clearprop.tables.given_rows import GivenRows
from clearprop.tables.sources.source import Source

if TYPE_CHECKING:
    from clearprop.files.fingerprint import Fingerprint

# Choices that do not change the numbers, or are compared one by one.
NOT_COMPARED = ("workers", "progress", "callbacks", "checkpoints", "cluster", "recipe_changes", "trainer_changes")
# What some are called by the estimators.
CALLED = {"seed": "random_state", "hidden": "hidden_layer_sizes", "patience": "n_iter_no_change"}


def fingerprint_of(given: GivenRows, choices: Choices, validation: GivenRows | None) -> Fingerprint:
    """What can be compared of a table, column by column, and of what was chosen; epochs may become more."""
    from clearprop.files.fingerprint import Fingerprint

    contents = dict(_of_rows(given, "", choices.ignore))
    counts = {"the number of rows": given.table.n_rows}
    if validation is not None:
        contents |= _of_rows(validation, "validation ", choices.ignore)
        counts["the number of validation rows"] = validation.table.n_rows
    return Fingerprint({**_chosen(choices), **counts, "the columns": list(given.table.names)}, contents)


def fingerprint_of_parts(source: Source, choices: Choices) -> Fingerprint:
    """The same of a table that comes part by part, which each part's own fingerprint stands for."""
    from clearprop.files.fingerprint import Fingerprint, digest

    parts = [(source.name(number), source.fingerprint(number)) for number in range(len(source))]
    return Fingerprint({**_chosen(choices), "the columns": list(source.names)}, {"the table": digest(repr(parts))})


def _chosen(choices: Choices) -> dict[str, Any]:
    from clearprop.files.fingerprint import plain

    chosen = {one.name: getattr(choices, one.name) for one in fields(choices) if one.name not in NOT_COMPARED}
    chosen |= {**choices.recipe_changes, **choices.trainer_changes}
    chosen.pop("epochs", None)
    return {CALLED.get(name, name): plain(value) for name, value in chosen.items()}


def _of_rows(given: GivenRows, which: str, ignored: Collection[str]) -> Iterator[tuple[str, str]]:
    from clearprop.files.fingerprint import NOT_LOOKED_AT, digest

    for column in given.table.columns:
        own = NOT_LOOKED_AT if column.name in ignored else _digest(column)
        yield f"{which}column {quoted(column.name)}", own
    yield f"{which}target {quoted(given.column.name)}", _digest(given.column)
    if given.weight is not None:
        yield f"{which}sample_weight", digest(given.weight)


def _digest(column: Column) -> str:
    from clearprop.files.fingerprint import digest

    parts: list[Any] = [column.values, column.is_missing, column.texts]
    return digest(f"{column.kind} {column.declared} {column.zone} {[digest(part) for part in parts]}")
