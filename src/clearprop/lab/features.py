"""Features: numbers that are made of the columns that span the plane, and fed to the network in their place."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from clearprop.errors import InputError
from clearprop.foundation.near_names import did_you_mean, near

Array = npt.NDArray[Any]


class Feature(NamedTuple):
    """How many of the columns it is made of, its formula in LaTeX, and its numbers from the columns."""

    columns: int
    formula: str
    of: Callable[[Array], Array]


FEATURES: dict[str, Feature] = {
    "x1": Feature(1, "x_1", lambda x: x[:, 0]),
    "x2": Feature(2, "x_2", lambda x: x[:, 1]),
    "x1^2": Feature(1, "x_1^2", lambda x: x[:, 0] * x[:, 0]),
    "x2^2": Feature(2, "x_2^2", lambda x: x[:, 1] * x[:, 1]),
    "x1*x2": Feature(2, "x_1 x_2", lambda x: x[:, 0] * x[:, 1]),
    "sin(x1)": Feature(1, r"\sin x_1", lambda x: np.sin(x[:, 0])),
    "sin(x2)": Feature(2, r"\sin x_2", lambda x: np.sin(x[:, 1])),
    "cos(x1)": Feature(1, r"\cos x_1", lambda x: np.cos(x[:, 0])),
    "cos(x2)": Feature(2, r"\cos x_2", lambda x: np.cos(x[:, 1])),
    "|x1|": Feature(1, "|x_1|", lambda x: np.abs(x[:, 0])),
    "|x2|": Feature(2, "|x_2|", lambda x: np.abs(x[:, 1])),
    "x1^3": Feature(1, "x_1^3", lambda x: x[:, 0] ** 3),
    "x2^3": Feature(2, "x_2^3", lambda x: x[:, 1] ** 3),
    "r": Feature(2, r"\sqrt{x_1^2 + x_2^2}", lambda x: np.hypot(x[:, 0], x[:, 1])),
}


def features_for(names: Sequence[str], columns: int) -> list[str]:
    """Those of the features that so many columns have: none where the columns are more than two, which are fed as such.

    Raises
    ------
    InputError
        A name is none, or stands there twice.

    Examples
    --------
    >>> features_for(["x1", "x1*x2"], 2), features_for(["x1", "x1*x2"], 1), features_for(["x1"], 4)
    (['x1', 'x1*x2'], ['x1'], [])
    """
    for name in names:
        if name not in FEATURES:
            hint = did_you_mean(near(name, FEATURES, {})) or "."
            raise InputError(f"unknown feature {name!r}{hint} There are: {', '.join(FEATURES)}")
        if list(names).count(name) > 1:
            raise InputError(f"the feature {name!r} is chosen twice: choose each once")
    return [name for name in names if columns <= 2 and FEATURES[name].columns <= columns]


def apply(names: Sequence[str], columns: Array) -> Array:
    """The features of rows, a column each; the columns themselves where no features are named."""
    return np.column_stack([FEATURES[name].of(columns) for name in names]) if names else columns


def plain_column(names: Sequence[str], place: int) -> int | None:
    """Which column an input is, as it is; None where it is made of one.

    Examples
    --------
    >>> plain_column([], 3), plain_column(["x1^2", "x2"], 1), plain_column(["x1^2", "x2"], 0)
    (3, 1, None)
    """
    if not names:
        return place
    return {"x1": 0, "x2": 1}.get(names[place])
