"""Arrays from files, and whether they are such as their place asks for."""

from __future__ import annotations

from typing import Any, TypeGuard

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]


def is_array(array: Array | None, dtype: npt.DTypeLike, shape: tuple[int, ...]) -> TypeGuard[Array]:
    """Whether there is an array, of this dtype and shape.

    Examples
    --------
    >>> is_array(np.zeros(3), "float64", (3,)), is_array(np.zeros(3), "float32", (3,)), is_array(None, "bool", (3,))
    (True, False, False)
    """
    return array is not None and array.dtype == np.dtype(dtype) and array.shape == shape
