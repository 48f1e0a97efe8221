"""Where an array's numbers begin, as kernels are told."""

import ctypes

import numpy as np
import pytest

from clearprop.engines.compiled.jit import ENABLED
from clearprop.engines.compiled.machine_code import pointer_to

NUMBERS = np.arange(12.0)
ARRAYS = {
    "its own": NUMBERS,
    "a part of another": NUMBERS[5:],
    "a matrix": NUMBERS.reshape(3, 4)[1:],
    "of one": NUMBERS[11:],
    "of none": np.zeros(0),
    "float32": NUMBERS.astype(np.float32),
    "whole numbers": np.arange(4),
    "records": np.zeros(2, dtype=[("row", "i8"), ("score", "f8")]),
}


@pytest.mark.skipif(not ENABLED, reason="nothing is compiled")
@pytest.mark.parametrize("writeable", [True, False])
@pytest.mark.parametrize("name", ARRAYS)
def test_a_pointer_is_where_the_numbers_begin(name, writeable):
    array = ARRAYS[name].view()
    array.flags.writeable = writeable
    at = pointer_to(array)
    assert at == array.ctypes.data
    if array.size:
        assert ctypes.string_at(at, array.nbytes) == array.tobytes()
