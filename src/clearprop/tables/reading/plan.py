"""Which columns are read as numbers at once, and which as texts that are looked at when all are there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import numpy.typing as npt

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


def plan_of(cells: Mapping[int, pl.Series], delimiter: str, settings: Settings, texts: Iterable[int]) -> Plan:
    """The plan for columns of which the first rows are known as texts, those named being texts whatever they hold."""
    known, kept = settings.known_decimal, set(texts)
    kinds: dict[int, As] = dict.fromkeys(cells, "text")
    points_are_clear = known == "." or (known is None and delimiter == ",")
    plan = Plan(kinds, frozenset(settings.missing), points_are_clear=points_are_clear)
    fields = [field for field in cells if field not in kept]
    if not fields:
        return plan
    every = _stripped([cells[field] for field in fields])
    plan.kinds.update(_kinds(fields, every, plan, known))
    if delimiter != "," and (known == "," or (known is None and _has_decimal_commas(fields, every, plan))):
        plan.decimal_comma = True
        plan.kinds.update(_kinds(fields, _with_points(every), plan, "."))
    return plan


def _stripped(columns: Sequence[pl.Series]) -> pl.Series:
    """The cells of all columns, one column behind the other, as each look at a series has its price."""
    import polars as pl

    return pl.concat([column.alias("") for column in columns]).str.strip_chars()


def _by_column(mask: pl.Series, fields: Sequence[int]) -> npt.NDArray[np.bool_]:
    """A mask of all cells by column, shape (columns, rows)."""
    return mask.fill_null(False).to_numpy().astype(bool).reshape(len(fields), -1)


def _kinds(fields: Sequence[int], every: pl.Series, plan: Plan, known: str | None) -> Iterator[tuple[int, As]]:
    """What columns may be read as; spellings of missing cells that they have are noted in the plan."""
    import polars as pl

    floats = every.cast(pl.Float64, strict=False)
    missing = every.str.to_lowercase().is_in(sorted(MISSING_NUMBERS)) | every.is_in(sorted(plan.nulls))
    spelled = _by_column(missing & floats.is_null(), fields)
    numbers, cells = _by_column(floats.is_not_null(), fields), _by_column(every.is_not_null(), fields)
    are_numbers = numbers.any(axis=1) & ~(cells & ~numbers & ~spelled).any(axis=1)
    for column in np.flatnonzero(are_numbers & spelled.any(axis=1)).tolist():
        own = every.slice(column * numbers.shape[1], numbers.shape[1])
        plan.note_spellings(fields[column], own.filter(spelled[column]).unique().to_list())
    have_zeros = (numbers & _by_column(every.str.contains(r"^[+-]?0\d"), fields)).any(axis=1)
    are_long = (numbers & _by_column(every.str.contains(r"^[+-]?\d{19,}$"), fields)).any(axis=1)
    whole = _by_column(every.cast(pl.Int64, strict=False).is_not_null(), fields)
    are_whole = np.asarray((whole | ~numbers).all(axis=1))
    points = numbers & _by_column(every.str.contains(certain_decimals(".")), fields)
    are_clear = plan.points_are_clear or known == "."
    have_points = (points.any(axis=1) & (known is None)) | are_clear
    may_be_numbers = np.asarray(are_numbers & ~are_long & np.where(are_whole, ~have_zeros, have_points))
    for place, number in enumerate(fields):
        yield number, ("whole" if are_whole[place] else "float") if may_be_numbers[place] else "text"


def _has_decimal_commas(fields: Sequence[int], every: pl.Series, plan: Plan) -> bool:
    """Whether a column has numbers with a comma that can only be a decimal one, and none has a point that can."""
    if plan.fields("float"):
        return False
    fits = _by_column(every.str.contains(decimals(",")), fields).sum(axis=1)
    certain = _by_column(every.str.contains(certain_decimals(",")), fields).any(axis=1)
    are_most = 2 * fits > _by_column(every.is_not_null(), fields).sum(axis=1)
    are_texts = np.array([plan.kinds[field] == "text" for field in fields])
    return bool((certain & are_most & are_texts).any())


def _with_points(cells: pl.Series) -> pl.Series:
    """Numbers with a decimal comma, and nothing else, as Python writes them; others left as what is no number."""
    import polars as pl

    other = cells.str.contains(".", literal=True)
    replaced = cells.str.replace(",", ".", literal=True)
    return pl.select(pl.when(other).then(pl.lit("x1")).otherwise(replaced)).to_series()
