"""A model as a program in Python that needs no library: the article's loop with the trained numbers, to be read."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from textwrap import wrap
from typing import Any

import numpy.typing as npt

from clearprop import __version__
from clearprop.export.answers import Labels, Quantities
from clearprop.export.columns import example_cell, number_signs
from clearprop.export.model import Model, model_of
from clearprop.export.names import identifiers, in_python_docstring
from clearprop.export.python.answers import AnswerText
from clearprop.export.python.columns import ColumnsText
from clearprop.export.python.functions import with_needed
from clearprop.export.python.network import NetworkText

_MOST_SHOWN = 20  # of many columns so many are named


def to_python(model: Any, name: str = "model", dtype: npt.DTypeLike | None = None) -> str:
    """A model as the text of a Python module, which needs Python 3.8 or MicroPython, and no library.

    It has `predict(x)` for the numbers of a row; of a table's model `predict(cells)` for a dictionary of cells as a
    file has them, in which a missing one is left out, None or such as "NA"; and `probabilities`, or `scores`, for all
    classes. It computes in Python's numbers, float64. Those of a float32 model have float32's shortest digits, so that
    its answers differ as much as float32's rounding makes them, about 1e-6 of their size.

    Parameters
    ----------
    model : Network, Ensemble, or a fitted estimator
    name : str
        What the module is called.
    dtype : {"float32", "float64"}, optional
        To which the numbers are rounded; the model's own where not given.

    Raises
    ------
    InputError
        The model is not fitted, or has an activation or input of the user's own.
    TypeError
        It is no model that can be exported.

    Examples
    --------
    >>> from clearprop import Network
    >>> network = Network([2, 3, 1], activation="tanh", rng=0)
    >>> module = {"__name__": "model"}
    >>> exec(to_python(network), module)
    >>> abs(module["predict"]([0.5, -1.0]) - network.predict([[0.5, -1.0]]).item()) < 1e-15
    True
    """
    exported = model_of(model, dtype)
    name = name if name.isidentifier() else identifiers([name], "model")[0]
    network = NetworkText(exported)
    answer = AnswerText(exported, network)
    columns = None if exported.preparation is None else ColumnsText(exported.preparation, exported.notation)
    activations = [*network.functions, *(function.text for function in with_needed(answer.needs))]
    constants = [*answer.constants, *([] if columns is None else columns.constants)]
    parts = [
        _docstring(exported, name),
        *(["\n\n".join(constants)] if constants else []),
        *_chapter("Activations: from a neuron's sum z to what it gives, a", list(dict.fromkeys(activations))),
        *_chapter("The network as it was trained", [network.numbers, *network.loop]),
        *_chapter("From a row of the table to the inputs of the network", [] if columns is None else columns.functions),
        *_chapter("From the outputs of the network to an answer", answer.functions),
        "\n".join(_main(exported, name)),
    ]
    return "\n\n\n".join(parts) + "\n"


def _chapter(title: str, parts: Sequence[str]) -> Iterator[str]:
    """Parts of the module behind a line that says what they are."""
    for number, part in enumerate(parts):
        rule = f"# ---- {title} {'-' * (112 - len(title))}\n\n" if number == 0 else ""
        yield rule + part


def _docstring(model: Model, name: str) -> str:
    sizes, members = "-".join(map(str, model.first.layer_sizes)), len(model.networks)
    what = f"a network of {sizes} units" if members == 1 else f"{members} networks of {sizes} units"
    row = _example(model)
    text = [
        f"Predicts {in_python_docstring(model.predicted)}: {what}, written by clearprop {__version__}.",
        "",
        "It needs nothing but Python 3.8 or later, or MicroPython:",
        "",
        f"    import {name}",
        f"    {name}.predict({row})",
    ]
    if not isinstance(model.answer, Quantities):
        numbers = "probabilities" if model.answer.probable else "scores"
        names = "LABELS" if isinstance(model.answer, Labels) else "CLASSES"
        text.append(f"    {name}.{numbers}({row})  # in the order of {name}.{names}")
    text += _what_is_given(model)
    return "\n".join([f'"""{text[0]}', *text[1:], '"""', "", "import math"])


def _what_is_given(model: Model) -> list[str]:
    """Which columns or numbers a row has, where they have names."""
    names = model.inputs if model.preparation is None else model.preparation.names
    if not names:
        return []
    start = "The numbers: " if model.preparation is None else "The columns: "
    shown = in_python_docstring(start + ", ".join(names[:_MOST_SHOWN]) + (", ..." if len(names) > _MOST_SHOWN else "."))
    return ["", *wrap(shown, 116, break_long_words=False, break_on_hyphens=False), *_how_written(model)]


def _how_written(model: Model) -> Iterator[str]:
    """How texts of cells are read, where that was said of the table's file."""
    notation = model.notation
    if model.preparation is None or not notation.said():
        return
    decimal, thousands = number_signs(notation)
    said = [f"{decimal!r} stands in front of fractions"] if notation.known_decimal else []
    said += [f"{thousands!r} between thousands"] if thousands else []
    said += [f"{in_python_docstring(repr(text))} for a missing cell" for text in notation.missing[:_MOST_SHOWN]]
    if notation.date_order is not None:
        said.append(f"dates are {notation.date_order}, or as 2024-03-31")
    elif notation.dates is not None:
        said.append(f"dates are as 2024-03-31 (in the table as {in_python_docstring(notation.dates)})")
    yield from ("", *wrap(f"Texts are read as in the table: {'; '.join(said)}.", 116, break_long_words=False))


def _example(model: Model) -> str:
    """A row as it is given, or the beginning of one."""
    if model.preparation is None:
        columns = model.first.n_columns
        shown = ", ".join(f"x{number}" for number in range(1, min(columns, 3) + 1))
        return f"[{shown}, ...]" if columns > 3 else f"[{shown}]"
    parts = model.preparation.parts
    shown = ", ".join(f"{part.name!r}: {example_cell(part)!r}" for part in parts[:2])
    return in_python_docstring(f"{{{shown}, ...}}" if len(parts) > 2 else f"{{{shown}}}")


def _main(model: Model, name: str) -> Iterator[str]:
    """What is done where the module is run by itself."""
    yield 'if __name__ == "__main__":'
    if model.preparation is None:
        yield "    import sys"
        yield ""
        yield f"    # python {name}.py 0.5 -1.0 ...: the numbers of a row"
        yield "    print(predict([float(argument) for argument in sys.argv[1:]]))"
        return
    yield "    import csv"
    yield "    import sys"
    yield ""
    yield f"    # python {name}.py rows.csv: a line for each row of a table in CSV, whose first line names the columns"
    yield '    with open(sys.argv[1], newline="", encoding="utf-8-sig") as file:'
    yield "        # What most often stands in the names stands between cells."
    yield '        delimiter = max(",;\\t|", key=file.readline().count)'
    yield "        file.seek(0)"
    yield "        rows = csv.DictReader(file, delimiter=delimiter, skipinitialspace=True)"
    yield "        lacking = [column for column in COLUMNS if column not in (rows.fieldnames or [])]"
    yield "        if lacking:"
    yield '            sys.exit("%s has no column %s" % (sys.argv[1], ", ".join(map(repr, lacking))))'
    yield "        for row in rows:"
    yield "            print(predict(row))"
