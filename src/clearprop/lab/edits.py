"""A number that a person changes: a weight, a bias, an input or a target of a row."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

import numpy as np

from clearprop.errors import InputError
from clearprop.explanation.notation import Name, parse_name
from clearprop.lab.features import plain_column
from clearprop.lab.live import Live, Numbers
from clearprop.lab.refusals import Refusal, blaming

_TARGET = re.compile(r"y\[(\d+)\]")


def change_of(live: Live, row: int, name: str, value: float) -> Callable[[], None]:
    """What changes a number when it is called.

    Parameters
    ----------
    row : int
        Whose input or target is meant, where it is one.
    name : str
        Such as W2[3,1], b1[2], x[1] or y[1].

    Raises
    ------
    Refusal
        There is no such number, it is one that is computed, or it cannot have this value.
    """
    target = _TARGET.fullmatch(name.strip())
    parsed = None if target is not None else _parsed(live, name)
    with np.errstate(over="ignore"):
        number = live.network.dtype.type(value)
    if not np.isfinite(number):
        raise Refusal(f"{name} cannot be {value}: give a finite number that {live.network.dtype} can hold")
    if target is not None:
        return _target_change(live, row, int(target[1]), float(number))
    assert parsed is not None
    if parsed.kind == "x":
        return _input_change(live, row, parsed.places[0] - 1, float(number))
    index = live.network.layout.index(str(parsed))

    def change() -> None:
        live.network.parameters[index] = number

    return change


def _parsed(live: Live, name: str) -> Name:
    """The name of a parameter or an input."""
    try:
        parsed = parse_name(name, live.network.layer_sizes)
    except InputError as error:
        raise Refusal(str(error)) from error
    if parsed.kind not in ("W", "b", "x"):
        raise Refusal(f"{name} is computed: change a weight, a bias, an input or a target, and it follows")
    return parsed


def _target_change(live: Live, row: int, output: int, value: float) -> Callable[[], None]:
    outputs = live.network.layer_sizes[-1]
    if not 1 <= output <= outputs:
        raise Refusal(f"there is no y[{output}]: this network has y[1] to y[{outputs}]")
    targets = live.targets.copy()
    targets[row, output - 1] = value
    with blaming(""):
        live.network.loss_function.check_targets(targets)
    numbers = Numbers(live.data, live.inputs, targets)
    return lambda: live.take_numbers(numbers)


def _input_change(live: Live, row: int, place: int, value: float) -> Callable[[], None]:
    """The input as the network is fed it; the point in the plane moves along where the input is a column as it is."""
    inputs, data = live.inputs.copy(), live.data
    inputs[row, place] = value
    column = plain_column(live.settings.features, place)
    if column is not None:
        columns = data.columns.copy()
        columns[row, column] = value * live.scale[place] + live.shift[place]
        data = replace(data, columns=columns)
    numbers = Numbers(data, inputs, live.targets)
    return lambda: live.take_numbers(numbers)
