"""What makes a network's inputs of a table's cells, in C: a struct with a field for each column, and what reads it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from clearprop.errors import InputError
from clearprop.export.c.cells import BENT, CALENDAR, IS_MISSING, SCALED, TEXT, WALL
from clearprop.export.c.language import Language
from clearprop.export.c.words import RESERVED
from clearprop.export.columns import Clock, missing_place, places_of_texts, width
from clearprop.export.names import c_string, identifiers, in_c_comment
from clearprop.export.numerals import digits, lines
from clearprop.foundation.table_cells import quoted
from clearprop.tables.preparation.booleans import BooleanPart
from clearprop.tables.preparation.categories import CategoryPart
from clearprop.tables.preparation.dates import DatePart
from clearprop.tables.preparation.numbers import NumberPart
from clearprop.tables.preparation.part import Part
from clearprop.tables.preparation.preparation import Preparation
from clearprop.tables.preparation.presence import PresencePart
from clearprop.tables.preparation.scaling import Scaling

# The longest string that every compiler of C99 takes.
LONGEST_STRING = 4095


class ColumnsText:
    """The texts that a preparation is.

    Attributes
    ----------
    fields : list of str
        What the columns are called in the struct.
    struct : str
        Its definition.
    functions : list of str
        Definitions of what reads cells, those alone that are needed, and of `inputs`, which calls them.
    """

    def __init__(self, preparation: Preparation, language: Language, missing: Sequence[str]) -> None:
        self.preparation, self.language, self._missing = preparation, language, missing
        self.fields = identifiers(preparation.names, "column", RESERVED)
        self._constants: list[str] = []
        self._clocks: dict[str, str] = {}
        counts = {part.kind: part.columns for part in preparation.inputs if part.kind != "codes"}
        self._next = {"numbers": 0, "flags": counts.get("numbers", 0), "codes": sum(counts.values())}
        self.width = len(preparation.feature_names)
        self.struct = "\n".join(self._struct())
        body = "\n".join(self._body())
        self.functions = [*self._needed(body), *self._constants, body]

    def _struct(self) -> Iterator[str]:
        yield "/* A row of the table, its columns in the order that they have there. */"
        yield f"struct {self.language.prefix}_row {{"
        for name, part in zip(self.fields, self.preparation.parts, strict=True):
            kind = "const char *" if isinstance(part, CategoryPart | PresencePart) else "double "
            yield f"    {kind}{name};  /* {in_c_comment(part.name)}: {GIVEN[type(part)](part)} */"
        yield "};"

    def _body(self) -> Iterator[str]:
        p, real = self.language.prefix, self.language.real
        yield "/* The inputs of the network for a row of the table. */"
        yield f"static inline void {p}_inputs(const struct {p}_row *row, {real} *x)"
        yield "{"
        if any(map(_one_hot, self.preparation.parts)):
            yield f"    for (int i = 0; i < {self.width}; i++) {{"
            yield "        x[i] = 0;"
            yield "    }"
        for number, (name, part) in enumerate(zip(self.fields, self.preparation.parts, strict=True)):
            yield from [""] if number else []
            yield f"    /* {in_c_comment(part.name)}: {in_c_comment(part.treatment())} */"
            yield from (f"    {line}" for line in WRITERS[type(part)](self, part, name))
        yield "}"

    def _needed(self, body: str) -> Iterator[str]:
        p = self.language.prefix
        texts = {type(part) for part in self.preparation.parts} & {CategoryPart, PresencePart}
        if texts:
            missing = "\n".join(lines(map(c_string, self._missing), "        "))
            yield self.language.text(IS_MISSING.replace("${missing}", "@")).replace("@", missing)
        if CategoryPart in texts:
            yield self.language.text(TEXT)
        for called, definition in (("scaled", SCALED), ("bent", BENT), ("calendar", CALENDAR), ("wall", WALL)):
            if f"{p}_{called}(" in body:
                yield self.language.text(definition)

    def _x(self, block: str, count: int = 1) -> int:
        """The first of the next inputs of a block."""
        first = self._next[block]
        self._next[block] += count
        return first

    def _scaled(self, x: str, scaling: Scaling) -> str:
        p, given = self.language.prefix, f"{x} - {digits(scaling.origin)}" if scaling.origin else x
        numbers = (scaling.fill, scaling.center, scaling.scale, scaling.low, scaling.high)
        call = f"{p}_scaled({given}, {', '.join(map(digits, numbers))})"
        return self._real(f"{p}_bent({call})" if scaling.bent else call)

    def _real(self, value: str) -> str:
        """A double in the type of the networks."""
        return value if self.language.real == "double" else f"({self.language.real}){value}"

    # -- one kind of column each ---------------------------------------------------------------------------------

    def number(self, part: NumberPart, name: str) -> Iterator[str]:
        """Statements that read a column of numbers."""
        yield f"x[{self._x('numbers')}] = {self._scaled(f'row->{name}', part.scaling)};"
        if part.marked:
            yield f"x[{self._x('flags')}] = isnan(row->{name}) ? 1 : 0;"

    def boolean(self, part: BooleanPart, name: str) -> Iterator[str]:
        """Statements that read a column of booleans."""
        sign = self._x("flags")
        yield f"x[{sign}] = row->{name} == 1 ? 1 : row->{name} == 0 ? -1 : 0;"
        if part.marked:
            yield f"x[{self._x('flags')}] = x[{sign}] == 0 ? 1 : 0;"

    def category(self, part: CategoryPart, name: str) -> Iterator[str]:
        """Statements that read a column of categories."""
        p, known = self.language.prefix, places_of_texts(part)
        texts = [f"{{{self._string(text, part)}, {place}}}" for text, place in known.items()]
        head = f"static const struct {p}_text {p}_known_{name}[{len(known)}] = {{"
        self._constants.append("\n".join([head, *lines(texts, "    "), "};"]))
        found = f"{p}_place(row->{name}, {p}_known_{name}, {len(known)}, {missing_place(part)})"
        if part.form == "codes":
            yield f"x[{self._x('codes')}] = ({self.language.real}){found};"
            return
        yield "{"
        yield f"    int place = {found};"
        if part.form == "pair":
            yield f"    x[{self._x('flags')}] = place == 0 ? -1 : place == 1 ? 1 : 0;"
        else:
            yield "    if (place >= 0) {"
            yield f"        x[{self._x('flags', width(part))} + place] = 1;"
            yield "    }"
        yield "}"

    def presence(self, part: PresencePart, name: str) -> Iterator[str]:
        """Statements that find out whether a cell is there."""
        yield f"x[{self._x('flags')}] = {self.language.prefix}_is_missing(row->{name}) ? -1 : 1;"

    def date(self, part: DatePart, name: str) -> Iterator[str]:
        """Statements that read a column of dates."""
        p, first = self.language.prefix, digits(part.first / 1e6)
        yield "{"
        yield f"    int missing = !(fabs(row->{name}) < 1e13);"
        yield f"    double seconds = missing ? {first} : {self._wall(f'row->{name}', part.zone)};"
        days = self._scaled(f"missing ? NAN : (seconds - {first}) / 86400.0", part.elapsed)
        yield f"    x[{self._x('numbers')}] = {days};"
        if part.years or part.seasons or part.weekdays or part.hours:
            yield "    long days = (long)floor(seconds / 86400.0);"
        if part.years or part.seasons:
            yield "    long year, month, day;"
            yield f"    {p}_calendar(days, &year, &month, &day);"
        if part.years:
            yield f"    x[{self._x('numbers')}] = {self._scaled('missing ? NAN : (double)year', part.year)};"
        if part.seasons:
            yield from self._circle("(month + day / 31.0) / 12.0")
        if part.weekdays:
            yield "    if (!missing) {"
            yield f"        x[{self._x('flags', 7)} + ((days + 3) % 7 + 7) % 7] = 1;"
            yield "    }"
        if part.hours:
            yield from self._circle("(seconds - days * 86400.0) / 86400.0")
        if part.marked:
            yield f"    x[{self._x('flags')}] = missing;"
        yield "}"

    def _circle(self, turns: str) -> Iterator[str]:
        for function in ("sin", "cos"):
            value = self._real(f"{function}(6.283185307179586 * ({turns}))")
            yield f"    x[{self._x('flags')}] = missing ? 0 : {value};"

    def _wall(self, seconds: str, zone: str) -> str:
        """The expression of what clocks show; their changes become constants."""
        clock = Clock.of(zone)
        if clock.is_fixed:
            return seconds
        p = self.language.prefix
        if zone not in self._clocks:
            name = self._clocks[zone] = f"clock_{len(self._clocks) + 1}"
            hours, offsets = (np.array(numbers, dtype=np.float64) for numbers in (clock.hours or (0,), clock.offsets))
            self._constants.append(
                f"/* {in_c_comment(zone)}: the hours since 1970 that begin another offset, and the offsets (s). */\n"
                + self.language.array(f"{name}_hours", hours, "double")
                + "\n"
                + self.language.array(f"{name}_offsets", offsets, "double")
            )
        name = f"{p}_{self._clocks[zone]}"
        return f"{p}_wall({seconds}, {name}_hours, {name}_offsets, {len(clock.hours)})"

    def _string(self, text: str, part: CategoryPart) -> str:
        if "\0" in text or len(text.encode()) > LONGEST_STRING:
            rule = "has a NUL in it" if "\0" in text else f"is longer than {LONGEST_STRING:,} bytes"
            raise InputError(
                f"column {quoted(part.name)}: the category {quoted(text)} {rule}, which no string of C99 takes: export "
                "to another form, or leave the column out in training"
            )
        return c_string(text)


def _one_hot(part: Part) -> int:
    """How many inputs a column has of which one at most is not 0."""
    if isinstance(part, CategoryPart) and part.form == "one-hot":
        return width(part)
    return 7 if isinstance(part, DatePart) and part.weekdays else 0


def _given_date(part: DatePart) -> str:
    return f"seconds since 1970-01-01, {'UTC' if part.zone else 'as clocks show them'}; NAN: missing"


GIVEN: Mapping[type[Any], Callable[[Any], str]] = {
    NumberPart: lambda part: "NAN: missing",
    BooleanPart: lambda part: "1: true, 0: false, NAN: missing",
    CategoryPart: lambda part: "a category; NULL: missing",
    PresencePart: lambda part: "any text; NULL: missing",
    DatePart: _given_date,
}
WRITERS: Mapping[type[Any], Callable[[ColumnsText, Any, str], Iterator[str]]] = {
    NumberPart: ColumnsText.number,
    BooleanPart: ColumnsText.boolean,
    CategoryPart: ColumnsText.category,
    PresencePart: ColumnsText.presence,
    DatePart: ColumnsText.date,
}
