"""What makes a network's inputs of a table's cells, in plain Python: column by column, with the numbers in place."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from clearprop.export.columns import Clock, missing_place, missing_texts, number_signs, width
from clearprop.export.names import in_python_comment
from clearprop.export.numerals import lines
from clearprop.export.python.cells import (
    BENT,
    CALENDAR,
    CELL,
    CIRCLE,
    MOMENT,
    NUMBER,
    NUMBER_OR_TEXT,
    ONE_HOT,
    PLACE,
    PLACE_OF_NUMBERS,
    PLAIN,
    SCALED,
    SPELLED,
    TRUTH,
    WALL,
    YEAR_FIRST,
)
from clearprop.tables.cell_notation import CellNotation
from clearprop.tables.preparation.booleans import BooleanPart
from clearprop.tables.preparation.categories import CategoryPart
from clearprop.tables.preparation.dates import DatePart
from clearprop.tables.preparation.numbers import NumberPart
from clearprop.tables.preparation.preparation import Preparation
from clearprop.tables.preparation.presence import PresencePart
from clearprop.tables.preparation.scaling import Scaling
from clearprop.tables.spelling import is_plain_number

_DAY = 86_400_000_000  # microseconds


class ColumnsText:
    """The texts that a preparation is.

    Attributes
    ----------
    constants : list of str
        What counts as missing, and the clocks of time zones.
    functions : list of str
        Definitions of what reads cells, those alone that are needed, and of `inputs_of`, which calls them.
    """

    def __init__(self, preparation: Preparation, notation: CellNotation) -> None:
        self._clocks: dict[str, str] = {}
        self._signs, self._order = number_signs(notation), notation.date_order
        names = ["# The columns.", "COLUMNS = (", *lines(map(repr, preparation.names), "    "), ")"]
        texts = lines(map(repr, missing_texts(notation)), "    ")
        missing = ["# What stands for a missing cell.", "MISSING = (", *texts, ")"]
        self.constants = ["\n".join(names), "\n".join(missing)]
        body = "\n".join(self._body(preparation))
        self.functions = [*self._needed(preparation, body), body]

    def _body(self, preparation: Preparation) -> Iterator[str]:
        yield "def inputs_of(cells):"
        yield '    """The inputs of the network for a row of the table, {column: cell}; a cell left out is missing."""'
        yield "    numbers, flags, codes = [], [], []"
        for part in preparation.parts:
            yield ""
            yield f"    # {in_python_comment(part.name)}: {in_python_comment(part.treatment())}"
            yield from (f"    {line}" for line in WRITERS[type(part)](self, part))
        yield ""
        yield "    return numbers + flags + codes"

    def _needed(self, preparation: Preparation, body: str) -> Iterator[str]:
        """The definitions that are called, each in front of those that call it."""
        kinds = {type(part) for part in preparation.parts}
        yield CELL
        with_texts = any(isinstance(part, NumberPart) and part.blanks for part in preparation.parts)
        if kinds & {CategoryPart, BooleanPart} or with_texts:
            yield SPELLED
        if NumberPart in kinds:
            decimal, thousands = self._signs
            number = NUMBER_OR_TEXT if with_texts else NUMBER
            if thousands is not None:
                split = "whole.split() or ['']" if thousands == " " else f"whole.split({thousands!r})"
                yield PLAIN.format(decimal=repr(decimal), thousands=repr(thousands), split=split)
                number = number.replace("float(value)", "float(plain(value))")
            yield number
        if "scaled(" in body:
            yield SCALED
        if "bent(" in body:
            yield BENT
        if BooleanPart in kinds:
            yield TRUTH
        categories = [one for part in preparation.parts if isinstance(part, CategoryPart) for one in part.categories]
        if CategoryPart in kinds:
            yield PLACE_OF_NUMBERS if any(map(is_plain_number, categories)) else PLACE
        if "one_hot(" in body:
            yield ONE_HOT
        if DatePart in kinds:
            yield CALENDAR
            moment = MOMENT
            if self._order is not None:
                parts = "day, month" if self._order == "day-first" else "month, day"
                yield YEAR_FIRST.format(order=self._order, parts=parts)
                moment = moment.replace("    try:\n", "    try:\n        text = year_first(text)\n")
            yield moment
        if "circle(" in body:
            yield CIRCLE
        if "wall(" in body:
            yield WALL

    # -- one kind of column each ---------------------------------------------------------------------------------

    def number(self, part: NumberPart) -> Iterator[str]:
        """Lines that read a column of numbers."""
        missing = f", missing={part.blanks!r}" if part.blanks else ""
        yield f"x = number(cells, {part.name!r}{missing})"
        yield f"numbers.append({_scaled('x', part.scaling)})"
        if part.marked:
            yield "flags.append(1.0 if x is None else 0.0)"

    def boolean(self, part: BooleanPart) -> Iterator[str]:
        """Lines that read a column of booleans."""
        yield f"flags.append(truth(cells, {part.name!r}))"
        if part.marked:
            yield "flags.append(1.0 if flags[-1] == 0.0 else 0.0)"

    def category(self, part: CategoryPart) -> Iterator[str]:
        """Lines that read a column of categories."""
        categories = [*([None] if part.blank else []), *part.categories]
        listed = list(lines(map(repr, categories), "    "))
        if len(listed) == 1:
            yield f"categories = [{listed[0].strip()}]"
        else:
            yield from ("categories = [", *listed, "]")
        found = f"place(cells, {part.name!r}, categories, {missing_place(part)})"
        if part.form == "codes":
            yield f"codes.append({found})"
        elif part.form == "pair":
            yield f"flags.append([-1.0, 1.0, 0.0][{found}])"
        else:
            yield f"flags += one_hot({found}, {width(part)})"

    def presence(self, part: PresencePart) -> Iterator[str]:
        """Lines that find out whether a cell is there."""
        yield f"flags.append(-1.0 if cell(cells, {part.name!r}) is None else 1.0)"

    def date(self, part: DatePart) -> Iterator[str]:
        """Lines that read a column of dates."""
        yield f"date = moment(cells, {part.name!r}, zoned={bool(part.zone)})"
        yield f"at = {part.first} if date is None else {self._wall(part.zone)}"
        days = _scaled(f"None if date is None else (at - {part.first}) / {_DAY}.0", part.elapsed)
        yield f"numbers.append({days})"
        if part.years or part.seasons or part.weekdays:
            yield f"days = at // {_DAY}"
        if part.years or part.seasons:
            yield "year, month, day = calendar(days)"
        if part.years:
            yield f"numbers.append({_scaled('None if date is None else year', part.year)})"
        if part.seasons:
            yield "flags += [0.0, 0.0] if date is None else circle((month + day / 31.0) / 12.0)"
        if part.weekdays:
            yield "flags += one_hot(-1 if date is None else (days + 3) % 7, 7)"
        if part.hours:
            yield f"flags += [0.0, 0.0] if date is None else circle(at % {_DAY} / {_DAY}.0)"
        if part.marked:
            yield "flags.append(1.0 if date is None else 0.0)"

    def _wall(self, zone: str) -> str:
        """The expression of what clocks show; their changes become constants."""
        clock = Clock.of(zone)
        if clock.is_fixed:
            return "date"
        if zone not in self._clocks:
            name = self._clocks[zone] = f"CLOCK_{len(self._clocks) + 1}"
            text = [f"# {in_python_comment(zone)}: the hours since 1970 that begin another offset, and those (s)."]
            for what, numbers in (("HOURS", clock.hours), ("OFFSETS", clock.offsets)):
                text += [f"{name}_{what} = [", *lines(map(str, numbers), "    "), "]"]
            self.constants.append("\n".join(text))
        return f"wall(date, {self._clocks[zone]}_HOURS, {self._clocks[zone]}_OFFSETS)"


def _scaled(x: str, scaling: Scaling) -> str:
    """The expression of a scaled number."""
    named = {
        "missing": scaling.fill,
        "center": scaling.center,
        "scale": scaling.scale,
        "low": scaling.low,
        "high": scaling.high,
        **({"origin": scaling.origin} if scaling.origin else {}),
    }
    call = f"scaled({x}, {', '.join(f'{name}={value!r}' for name, value in named.items())})"
    return f"bent({call})" if scaling.bent else call


WRITERS: Mapping[type[Any], Callable[[ColumnsText, Any], Iterator[str]]] = {
    NumberPart: ColumnsText.number,
    BooleanPart: ColumnsText.boolean,
    CategoryPart: ColumnsText.category,
    PresencePart: ColumnsText.presence,
    DatePart: ColumnsText.date,
}
