"""Which columns are read as numbers at once, and which as texts that are looked at when all are there."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from clearprop.tables.reading.candidates import MISSING_NUMBERS
from clearprop.tables.reading.notation import certain_decimals, decimals
from clearprop.tables.reading.settings import Settings

if TYPE_CHECKING:
    import polars as pl

As = Literal["whole", "float", "text"]


@dataclass
class Plan:
    """How each field is read; columns that turn out otherwise become texts.

    Attributes
    ----------
    kinds : dict of int to {"whole", "float", "text"}
    nulls : set of str
        What is told to stand for a missing cell.
    spellings : dict of str to set of int
        What else was met that does, in columns of numbers, and in which fields.
    decimal_comma : bool
    points_are_clear : bool
        Whether a decimal point with three digits behind it cannot be one between thousands.
    """

    kinds: dict[int, As]
    nulls: frozenset[str] = frozenset()
    spellings: dict[str, set[int]] = field(default_factory=dict)
    decimal_comma: bool = False
    points_are_clear: bool = True

    def all_nulls(self) -> list[str]:
        """All that stands for a missing cell in columns of numbers, as far as met."""
        return sorted(self.nulls | self.spellings.keys())

    def note_spellings(self, number: int, texts: Iterable[str | None]) -> None:
        """Keep what stands for a missing cell in a column of numbers."""
        for text in texts:
            if text and text not in self.nulls:
                self.spellings.setdefault(text, set()).add(number)

    def fields(self, *kinds: As) -> list[int]:
        """The fields that are read so."""
        return [number for number, kind in self.kinds.items() if kind in kinds]

    def types(self, *kinds: As) -> dict[int, Any]:
        """The types of polars of the fields that are read so."""
        import polars as pl

        types = {"whole": pl.Int64, "float": pl.Float64, "text": pl.String}
        return {number: types[kind] for number, kind in self.kinds.items() if kind in kinds}


def plan_of(sample: pl.DataFrame, delimiter: str, settings: Settings, texts: Iterable[int]) -> Plan:
    """The plan for columns of which the first rows are known as texts, those named being texts whatever they hold."""
    kept = set(texts)
    known = settings.known_decimal
    plan = Plan({}, frozenset(settings.missing), points_are_clear=known == "." or (known is None and delimiter == ","))
    series = {int(name): sample[name] for name in sample.columns}
    for number, cells in series.items():
        plan.kinds[number] = "text" if number in kept else _kind(number, cells, plan, known)
    if delimiter != "," and (known == "," or (known is None and _has_decimal_commas(series, plan))):
        plan.decimal_comma = True
        for number, cells in series.items():
            if number not in kept:
                plan.kinds[number] = _kind(number, _with_points(cells), plan, ".")
    return plan


def _kind(number: int, cells: pl.Series, plan: Plan, known: str | None) -> As:
    """What a column may be read as; spellings of missing cells that it has are noted in the plan."""
    import polars as pl

    n_empty = cells.null_count()
    numbers = cells.cast(pl.Float64, strict=False)
    n_others = numbers.null_count() - n_empty
    if n_others:
        others = cells.filter(numbers.is_null() & cells.is_not_null())
        if n_others == len(cells) - n_empty and not others.str.contains(r"\d").any():
            return "text"
        stripped = cells.str.strip_chars()
        numbers = stripped.cast(pl.Float64, strict=False)
        others = stripped.filter(numbers.is_null() & stripped.is_not_null()).unique()
        missing = others.str.to_lowercase().is_in(sorted(MISSING_NUMBERS)) | others.is_in(sorted(plan.nulls))
        if not missing.all() or numbers.null_count() == len(cells):
            return "text"
        plan.note_spellings(number, others.to_list())
        cells = stripped.filter(numbers.is_not_null())
    elif n_empty == len(cells):
        return "text"
    if cells.str.contains(r"^\s*[+-]?\d{19,}\s*$").any():
        return "text"
    if cells.cast(pl.Int64, strict=False).null_count() == cells.null_count():
        return "text" if cells.str.contains(r"^\s*[+-]?0\d").any() else "whole"
    if plan.points_are_clear or known == ".":
        return "float"
    return "float" if known is None and cells.str.contains(certain_decimals(".")).any() else "text"


def _has_decimal_commas(series: dict[int, pl.Series], plan: Plan) -> bool:
    """Whether a column has numbers with a comma that can only be a decimal one, and none has a point that can."""
    if plan.fields("float"):
        return False
    for number in plan.fields("text"):
        cells = series[number].drop_nulls().str.strip_chars()
        fits = cells.str.contains(decimals(","))
        if 2 * int(fits.sum()) > len(fits) and cells.str.contains(certain_decimals(",")).any():
            return True
    return False


def _with_points(cells: pl.Series) -> pl.Series:
    """Numbers with a decimal comma, and nothing else, as Python writes them; others left as what is no number."""
    import polars as pl

    other = cells.str.contains(".", literal=True)
    replaced = cells.str.replace(",", ".", literal=True)
    return pl.select(pl.when(other).then(pl.lit("x1")).otherwise(replaced)).to_series()
