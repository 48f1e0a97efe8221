"""A model as a program in Python that needs no library: the article's loop with the trained numbers, to be read."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy.typing as npt

from clearprop import __version__
from clearprop.export.answers import Labels, Quantities
from clearprop.export.model import Model, model_of
from clearprop.export.names import in_python_docstring
from clearprop.export.python.answers import AnswerText
from clearprop.export.python.columns import ColumnsText
from clearprop.export.python.functions import with_needed
from clearprop.export.python.network import NetworkText

_MOST_SHOWN = 12  # of many columns so many are named


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
    network = NetworkText(exported)
    answer = AnswerText(exported, network)
    columns = None if exported.preparation is None else ColumnsText(exported.preparation)
    activations = [*network.functions, *(function.text for function in with_needed(answer.needs))]
    parts = [
        _docstring(exported, name),
        *(answer.constants + ([] if columns is None else columns.constants)),
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
    sizes = "-".join(map(str, model.first.layer_sizes))
    what = (
        f"a network of {sizes} units"
        if len(model.networks) == 1
        else f"{len(model.networks)} networks of {sizes} units"
    )
    predicts = f"{in_python_docstring(model.predicted)}{_from_what(model)}"
    text = [
        f'"""Predicts {predicts}: {what}, written by clearprop {__version__}.',
        "",
        "It needs nothing but Python 3.8 or later, or MicroPython:",
        "",
        f"    import {name}",
        f"    {name}.predict({_example(model)})",
    ]
    if not isinstance(model.answer, Quantities):
        numbers = "probabilities" if model.answer.probable else "scores"
        names = "LABELS" if isinstance(model.answer, Labels) else "CLASSES"
        text.append(f"    {name}.{numbers}({_example(model)})   # in the order of {name}.{names}")
    if model.preparation is None and model.inputs:
        text += ["", "x is the list of these numbers: " + in_python_docstring(", ".join(model.inputs)) + "."]
    return "\n".join([*text, '"""', "", "import math"])


def _from_what(model: Model) -> str:
    if model.preparation is None:
        return f" from {model.first.n_columns:,} numbers"
    names = [in_python_docstring(name) for name in model.preparation.names]
    if len(names) > _MOST_SHOWN:
        return f" from {len(names):,} columns"
    return f" from {' and '.join(filter(None, [', '.join(names[:-1]), names[-1]]))}"


def _example(model: Model) -> str:
    if model.preparation is not None:
        return "{column: cell, ...}"
    return (
        "["
        + ", ".join(f"x{number}" for number in range(1, min(model.first.n_columns, 3) + 1))
        + (", ...]" if model.first.n_columns > 3 else "]")
    )


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
    yield "        for row in csv.DictReader(file):"
    yield "            print(predict(row))"
