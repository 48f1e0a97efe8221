"""The columns of a text while they are read: numbers at once, texts to be looked at when all are there."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import TYPE_CHECKING, Any

from clearprop.foundation.table_cells import MISSING
from clearprop.tables.column import Column
from clearprop.tables.reading.batches import Batch, NotOfThisType
from clearprop.tables.reading.candidates import MISSING_NUMBERS
from clearprop.tables.reading.gathering import Numbers, TextPieces, Texts
from clearprop.tables.reading.lines import Lines
from clearprop.tables.reading.notes import Notes, note_missing
from clearprop.tables.reading.plan import Plan

if TYPE_CHECKING:
    import polars as pl


class TypedColumns:
    """Columns of numbers and of texts, by the field of a row that they stand in, as a plan has them.

    A column of numbers in which something else is met is given up, and becomes one of texts in the plan: its texts are
    read when the others are done, from the beginning.
    """

    def __init__(self, plan: Plan, expected: int) -> None:
        self.plan = plan
        self.lines = Lines()
        self._numbers = {field: Numbers(expected) for field in plan.fields("whole", "float")}
        self._texts = {field: TextPieces() for field in plan.fields("text")}

    def take(self, batch: Batch) -> None:
        """Append the rows of a batch."""
        plan, numbers = self.plan, self._numbers
        typed = plan.types("whole", "float") if numbers else {}
        frame, doubtful = _typed(batch, plan, self._texts)
        as_texts = frame
        if frame is None or (self._texts and plan.spellings):
            as_texts = batch.read(strings([*self._texts, *(doubtful if frame is None else ())]))
        assert as_texts is not None
        texts = by_field(as_texts)
        for field, pieces in self._texts.items():
            pieces.add(texts[field])
        looked_at = by_field(batch.read(strings(doubtful))) if doubtful and frame is not None else texts
        read = {} if frame is None else by_field(frame)
        for field in [field for field in typed if field in numbers]:
            piece = _numbers_in(looked_at[field], field, plan) if field in doubtful else read[field]
            if piece is None:
                plan.kinds[field] = "text"
                del numbers[field]
            else:
                numbers[field].add(piece)
        self.lines.extend(len(as_texts), batch.lines())

    @property
    def given_up(self) -> list[int]:
        """The columns that were to be numbers, and are not."""
        return [field for field in self.plan.fields("text") if field not in self._texts]

    def take_given_up(self, batches: Iterable[Batch]) -> None:
        """Read those columns as texts, from the first row."""
        pieces = {field: TextPieces() for field in self.given_up}
        for batch in batches:
            texts = by_field(batch.read(strings(pieces)))
            for field, of_field in pieces.items():
                of_field.add(texts[field])
        self._texts.update(pieces)

    @property
    def decimal(self) -> str | None:
        """The decimal sign that columns of numbers have; None where none has."""
        if not self.plan.fields("float"):
            return None
        return "," if self.plan.decimal_comma else "."

    def note(self, names: Mapping[int, str], notes: Notes) -> None:
        """Say how columns of numbers are written, by field."""
        for field in self.plan.fields("float") if self.plan.decimal_comma else ():
            notes.of_column("a decimal comma", names[field], lambda columns: f"{columns}: numbers have a decimal comma")
        for text in sorted(self.plan.spellings.keys() - MISSING):
            for field in sorted(self.plan.spellings[text] & self._numbers.keys()):
                note_missing(names[field], text, notes)

    def columns(self, names: Mapping[int, str]) -> list[Column | Texts]:
        """The columns in the order of their names, by field."""
        gathered: dict[int, Numbers | TextPieces] = {**self._numbers, **self._texts}
        return [gathered[field].column(name) for field, name in names.items()]


def strings(fields: Iterable[int]) -> dict[int, Any]:
    """Fields as texts."""
    import polars as pl

    return dict.fromkeys(fields, pl.String)


def by_field(frame: pl.DataFrame) -> dict[int, pl.Series]:
    """The columns of a batch by their fields; a look for one by its name takes the longer the more there are."""
    return {int(name): column for name, column in zip(frame.columns, frame.get_columns(), strict=True)}


def _typed(batch: Batch, plan: Plan, texts: Collection[int]) -> tuple[pl.DataFrame | None, set[int]]:
    """The batch as the plan has it, texts with it if no text may be lost; and which fields must be looked at as texts.

    Spellings of missing cells are lost where polars is told of them: then texts are read for themselves.
    """
    typed = plan.types("whole", "float")
    try:
        frame = batch.read(typed if plan.spellings else typed | strings(texts), plan.all_nulls(), plan.decimal_comma)
    except NotOfThisType:
        return None, set(typed)
    # What polars reads where we do not: points beside decimal commas, and zeros in front.
    doubtful = set(plan.fields("float") if plan.decimal_comma and batch.has(b".") else ())
    if plan.fields("whole") and batch.has_leading_zeros():
        doubtful.update(plan.fields("whole"))
    return frame, doubtful


def _numbers_in(cells: pl.Series, field: int, plan: Plan) -> pl.Series | None:
    """The numbers of a column that are not plainly such; None where a cell is none, nor missing."""
    import polars as pl

    cells = cells.str.strip_chars()
    missing = cells.str.to_lowercase().is_in(sorted(MISSING_NUMBERS)) | cells.is_in(sorted(plan.nulls))
    spellings = cells.filter(missing).unique().to_list()
    cells = pl.select(pl.when(missing).then(None).otherwise(cells)).to_series()
    if plan.decimal_comma:
        if cells.str.contains(".", literal=True).any():
            return None
        cells = cells.str.replace(",", ".", literal=True)
    numbers = _whole(cells) if plan.kinds[field] == "whole" else _floats(cells)
    if numbers is None and plan.kinds[field] == "whole" and (plan.points_are_clear or plan.decimal_comma):
        # Whole so far; not so if zeros in front or more digits than float64 has tell that it is none.
        if not cells.str.contains(r"^[+-]?(?:0\d|\d{16})").any():
            numbers = _floats(cells)
        if numbers is not None:
            plan.kinds[field] = "float"
    if numbers is not None:
        plan.note_spellings(field, spellings)
    return numbers


def _whole(cells: pl.Series) -> pl.Series | None:
    import polars as pl

    whole = cells.cast(pl.Int64, strict=False)
    zeros = cells.str.contains(r"^[+-]?0\d").any()
    return None if zeros or whole.null_count() != cells.null_count() else whole


def _floats(cells: pl.Series) -> pl.Series | None:
    import polars as pl

    floats = cells.cast(pl.Float64, strict=False)
    return None if floats.null_count() != cells.null_count() else floats
