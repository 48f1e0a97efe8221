"""A model as a program in C99 that needs no library but math.h and string.h, for whatever has a compiler."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy.typing as npt

from clearprop import __version__
from clearprop.export.answers import Classes, Quantities
from clearprop.export.c.answers import AnswerText
from clearprop.export.c.columns import ColumnsText
from clearprop.export.c.language import TYPE_OF_LABELS, Language
from clearprop.export.c.network import NetworkText
from clearprop.export.columns import example_cell, missing_texts
from clearprop.export.model import Model, model_of
from clearprop.export.names import c_string, identifiers, in_c_comment
from clearprop.export.numerals import digits
from clearprop.tables.preparation.categories import CategoryPart
from clearprop.tables.preparation.dates import DatePart
from clearprop.tables.preparation.part import Part
from clearprop.tables.preparation.presence import PresencePart

_LONGEST_LINE = 65536  # that `main` reads, in bytes
_MOST_SHOWN = 8  # of many columns so many have an example


def to_c(model: Any, name: str = "model", dtype: npt.DTypeLike | None = None) -> str:
    """A model as the text of a header in C99, which C++ takes too: constants and functions, no memory but the stack.

    All names begin with `name`. Of a network or estimator there is `name_predict(x, out)`; of classes it returns the
    number of the class, which `name_class` says, and writes probabilities, or scores, to `out`. Of a table's model the
    row is a `struct name_row` with a field for each column. With NAME_MAIN defined there is a `main`, which answers the
    rows on standard input. A float32 model is computed in float, a float64 one in double.

    Parameters
    ----------
    model : Network, Ensemble, or a fitted estimator
    name : str
    dtype : {"float32", "float64"}, optional
        In which it is computed; the model's own where not given.

    Raises
    ------
    InputError
        The model is not fitted, has an activation or input of the user's own, or a category or class that no string of
        C99 can be.
    TypeError
        It is no model that can be exported.

    Examples
    --------
    >>> from clearprop import Network
    >>> text = to_c(Network([2, 3, 1], activation="tanh", rng=0), "xor")
    >>> next(line for line in text.splitlines() if line.startswith("static inline void xor_predict"))
    'static inline void xor_predict(const double *x, double *out)'
    """
    exported = model_of(model, dtype)
    (prefix,) = identifiers([name], "model")
    language = Language(prefix, {"float32": "float", "float64": "double"}[exported.first.dtype.name])
    network = NetworkText(exported, language)
    preparation = exported.preparation
    columns = None if preparation is None else ColumnsText(preparation, language, missing_texts(exported.notation))
    answer = AnswerText(exported, language, network, columns)
    guard = f"{prefix.upper()}_H"
    parts = [
        "\n".join(_head(exported, prefix)),
        f"#ifndef {guard}\n#define {guard}\n\n#include <math.h>\n#include <string.h>",
        *([] if columns is None else [columns.struct]),
        *network.functions,
        *network.numbers,
        network.loop,
        *([] if columns is None else columns.functions),
        *answer.functions,
        "\n".join([f"#ifdef {prefix.upper()}_MAIN", *_main(exported, language, network, columns), "#endif"]),
        "#endif",
    ]
    return "\n\n".join(parts) + "\n"


def _head(model: Model, prefix: str) -> Iterator[str]:
    sizes = "-".join(map(str, model.first.layer_sizes))
    members = len(model.networks)
    what = f"a network of {sizes} units" if members == 1 else f"{members} networks of {sizes} units"
    yield f"/* Predicts {in_c_comment(model.predicted)}: {what}, written by clearprop {__version__}."
    yield ""
    yield "   C99, or C++; it needs math.h and string.h, and no memory but the stack. Include it, and call"
    yield ""
    yield from (f"       {line}" for line in _usage(model, prefix))
    yield ""
    yield f"   To try it: cc -std=c99 -D{prefix.upper()}_MAIN -x c {prefix}.h -lm; what comes of it answers the rows on"
    if model.preparation is None:
        yield f"   standard input, each of {model.first.n_columns:,} numbers with blanks between."
        if model.inputs:
            yield f"   The numbers: {in_c_comment(', '.join(model.inputs))}."
    else:
        yield "   standard input, each a line, with a tab between cells and nothing for a missing one."
    yield "*/"


def _usage(model: Model, prefix: str) -> Iterator[str]:
    real = "double" if model.preparation is not None or model.first.dtype.itemsize == 8 else "float"
    answer, columns, row = model.answer, model.first.n_columns, "x"
    if model.preparation is None:
        yield f"{real} x[{columns}] = {{...}};"
    else:
        yield f"struct {prefix}_row row = {{{_example(model.preparation.parts)}}};"
        row = "&row"
    if isinstance(answer, Quantities):
        if model.preparation is not None:
            yield f"double prediction = {prefix}_predict(&row);"
        else:
            yield f"{real} out[{model.answers}];"
            yield f"{prefix}_predict(x, out);"
        return
    numbers = "probabilities" if answer.probable else "scores"
    yield f"{real} {numbers}[{model.answers}];"
    if isinstance(answer, Classes):
        yield f"int number = {prefix}_predict({row}, {numbers});"
        yield f"{TYPE_OF_LABELS[answer.labels.dtype.kind]}name = {prefix}_class(number);"
    else:
        yield f"int labels[{model.answers}];"
        yield f"{prefix}_predict({row}, labels, {numbers});"


def _example(parts: Sequence[Part]) -> str:
    """The cells of a row, or the first of them."""
    cells = [_example_cell(part) for part in parts[:_MOST_SHOWN]]
    return in_c_comment(", ".join([*cells, *(["..."] if len(parts) > _MOST_SHOWN else [])]))


def _example_cell(part: Part) -> str:
    if isinstance(part, DatePart):
        return digits(part.first / 1e6)
    cell = example_cell(part)
    return c_string(cell) if isinstance(cell, str) else "1" if cell is True else digits(cell)


def _main(model: Model, language: Language, network: NetworkText, columns: ColumnsText | None) -> Iterator[str]:
    """A program that answers the rows on standard input, a line each."""
    yield "#include <stdio.h>"
    yield "#include <stdlib.h>"
    yield ""
    yield "int main(void)"
    yield "{"
    if columns is None:
        yield from _rows_of_numbers(model, language)
    else:
        yield from _rows_of_cells(columns, language)
    yield from (f"        {line}" for line in _printed(model, language, columns))
    yield "    }"
    if columns is None:
        yield "    if (i || !feof(stdin)) {"
        yield f'        fputs("a row has {model.first.n_columns} numbers, such as 1.5, blanks between\\n", stderr);'
        yield "        return 1;"
        yield "    }"
    yield "    return 0;"
    yield "}"


def _rows_of_numbers(model: Model, language: Language) -> Iterator[str]:
    columns = model.first.n_columns
    yield f"    {language.real} x[{columns}];"
    yield "    double number;"
    yield "    int i = 0;"
    yield '    while (scanf("%lf", &number) == 1) {'
    yield f"        x[i++] = ({language.real})number;"
    yield f"        if (i < {columns}) {{"
    yield "            continue;"
    yield "        }"
    yield "        i = 0;"


def _rows_of_cells(columns: ColumnsText, language: Language) -> Iterator[str]:
    count = len(columns.fields)
    yield f"    static char line[{_LONGEST_LINE}];"
    yield "    while (fgets(line, sizeof line, stdin) != NULL) {"
    yield f"        struct {language.prefix}_row row;"
    yield f"        char *cells[{count}], *rest = line;"
    yield "        int n = 0;"
    yield '        line[strcspn(line, "\\r\\n")] = 0;'
    yield f"        while (n < {count}) {{"
    yield "            cells[n++] = rest;"
    yield '            rest += strcspn(rest, "\\t");'
    yield "            if (!*rest) {"
    yield "                break;"
    yield "            }"
    yield "            *rest++ = 0;"
    yield "        }"
    yield f"        if (n < {count} || *rest) {{"
    yield f'            fputs("a row has {count} cells, with a tab between them\\n", stderr);'
    yield "            return 1;"
    yield "        }"
    for number, (name, part) in enumerate(zip(columns.fields, columns.preparation.parts, strict=True)):
        if isinstance(part, CategoryPart | PresencePart):
            yield f"        row.{name} = cells[{number}];"
            continue
        yield f"        row.{name} = *cells[{number}] ? strtod(cells[{number}], &rest) : NAN;"
        yield f"        if (*cells[{number}] && *rest) {{"
        yield f'            fprintf(stderr, "{name}: %s is no number, such as 1.5\\n", cells[{number}]);'
        yield "            return 1;"
        yield "        }"


def _printed(model: Model, language: Language, columns: ColumnsText | None) -> Iterator[str]:
    """Statements that print the answer for a row: the class or labels, then numbers, with tabs between."""
    p, count, answer = language.prefix, model.answers, model.answer
    row = "x" if columns is None else "&row"
    kind = language.real if columns is None else "double"
    if isinstance(answer, Quantities):
        if columns is not None:
            yield f'printf("%.17g\\n", {p}_predict(&row));'
            return
        yield f"{kind} numbers[{count}];"
        yield f"{p}_predict(x, numbers);"
    elif isinstance(answer, Classes):
        yield f"{kind} numbers[{count}];"
        form = {"U": "%s", "f": "%.17g", "b": "%d", "i": "%lld"}[answer.labels.dtype.kind]
        yield f'printf("{form}\\t", {p}_class({p}_predict({row}, numbers)));'
    else:
        yield f"{kind} numbers[{count}];"
        yield f"int labels[{count}];"
        yield f"{p}_predict({row}, labels, numbers);"
        yield f"for (int k = 0; k < {count}; k++) {{"
        yield '    printf("%d\\t", labels[k]);'
        yield "}"
    yield f"for (int k = 0; k < {count}; k++) {{"
    yield f"    printf(\"%.17g%c\", numbers[k], k < {count - 1} ? '\\t' : '\\n');"
    yield "}"
