"""Matrix products and their panels against NumPy, for matrices of all small sizes; and nothing else is written."""

import llvmlite.binding
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from clearprop.engines.compiled import products
from clearprop.engines.compiled.blocks import product_block
from clearprop.engines.compiled.jit import ENABLED
from clearprop.engines.compiled.machine_code import X_POINTER, N, address

from ...extent import examples
from .helpers import call_block, run_python

GUARD = 777.0
DTYPES = ["float64", "float32"]


def lanes_of(dtype):
    return products.VECTOR_BYTES // np.dtype(dtype).itemsize


def guarded(size, dtype, before=5, after=200):
    """Room for so many numbers between others that nobody is to touch: all of it, and the room."""
    memory = np.full(before + size + after, GUARD, dtype)
    return memory, memory[before:]


def untouched(memory, room, size):
    before = len(memory) - len(room)
    return bool((memory[:before] == GUARD).all() and (room[size:] == GUARD).all())


def panels_of(b):
    """What the panels of a matrix hold: two vectors' columns each, row by row, the last filled up with 0."""
    width = 2 * lanes_of(b.dtype)
    filled = np.zeros((len(b), -(-b.shape[1] // width) * width), b.dtype)
    filled[:, : b.shape[1]] = b
    return np.concatenate([filled[:, j : j + width].ravel() for j in range(0, filled.shape[1], width)])


SHAPES = {
    "rows": st.integers(1, 20),
    "depth": st.integers(1, 40),
    "columns": st.integers(1, 70),
    "seed": st.integers(0, 10**6),
}


def assert_product(c, a, b):
    """To within what sums of so many rounded terms may be off."""
    exact = a.astype(np.float64) @ b.astype(np.float64)
    size = np.abs(a).astype(np.float64) @ np.abs(b).astype(np.float64)
    assert (np.abs(c - exact) <= (len(b) + 2) * np.finfo(c.dtype).eps * size).all()


@pytest.mark.parametrize("dtype", DTYPES)
@examples(100)
@given(**SHAPES, gap=st.integers(0, 9), is_transposed=st.booleans(), whole_vectors=st.booleans())
def test_product_with_panels(dtype, rows, depth, columns, seed, gap, is_transposed, whole_vectors):
    """The forward pass's, with rows of a and c some numbers apart; and that of the gradient, with a transposed."""
    rng, lanes = np.random.default_rng(seed), lanes_of(dtype)
    a, b = rng.normal(size=(rows, depth)).astype(dtype), rng.normal(size=(depth, columns)).astype(dtype)
    if whole_vectors:  # the padding may be written too, and is 0
        columns = -(-columns // lanes) * lanes
    of_a = np.full((depth, rows + gap) if is_transposed else (rows, depth + gap), GUARD, dtype)
    if is_transposed:
        of_a[:, :rows] = a.T
    else:
        of_a[:, :depth] = a
    a_row, a_step = (1, rows + gap) if is_transposed else (depth + gap, 1)
    c_row, panels = columns + gap, np.append(panels_of(b), np.full(2 * lanes, GUARD)).astype(dtype)
    memory, c = guarded(rows * c_row, dtype)
    call_block(
        product_block(np.dtype(dtype)), c, c_row, of_a, a_row, a_step, panels, 2 * lanes, 2 * lanes * depth, rows,
        depth, columns,
    )  # fmt: skip
    matrix = c[: rows * c_row].reshape(rows, c_row)
    assert_product(matrix[:, : b.shape[1]], a, b)
    assert (matrix[:, b.shape[1] : columns] == 0).all()
    assert (matrix[:, columns:] == GUARD).all()
    assert untouched(memory, c, rows * c_row)


@pytest.mark.parametrize("dtype", DTYPES)
@examples(50)
@given(**SHAPES)
def test_product_with_a_matrix_in_its_place(dtype, rows, depth, columns, seed):
    """The gradient's: b's rows lie whole vectors apart, its panels side by side."""
    rng, lanes = np.random.default_rng(seed), lanes_of(dtype)
    a, b = rng.normal(size=(rows, depth)).astype(dtype), rng.normal(size=(depth, columns)).astype(dtype)
    b_row = -(-columns // lanes) * lanes
    of_b = np.full(depth * b_row + 2 * lanes, np.nan, dtype)
    of_b[: depth * b_row].reshape(depth, b_row)[:, :columns] = b
    memory, c = guarded(rows * columns, dtype)
    call_block(
        product_block(np.dtype(dtype)), c, columns, a, depth, 1, of_b, b_row, 2 * lanes, rows, depth, columns
    )  # fmt: skip
    assert_product(c[: rows * columns].reshape(rows, columns), a, b)
    assert untouched(memory, c, rows * columns)


@pytest.mark.skipif(not ENABLED, reason="where nothing is compiled, one worker has all rows")
@pytest.mark.parametrize("dtype", DTYPES)
def test_product_is_the_same_however_its_rows_are_cut(dtype):
    """Bit for bit, which is why results do not depend on the number of threads."""
    rng, lanes = np.random.default_rng(0), lanes_of(dtype)
    a, b = rng.normal(size=(40, 33)).astype(dtype), rng.normal(size=(33, 21)).astype(dtype)
    panels, function = np.append(panels_of(b), np.zeros(2 * lanes)).astype(dtype), product_block(np.dtype(dtype))
    results = []
    for cut in (40, 8, 16, 1, 7):
        c = np.zeros((40, 21), dtype)
        for first in range(0, 40, cut):
            part = c[first : first + cut]
            call_block(
                function, part, 21, a[first:], 33, 1, panels, 2 * lanes, 2 * lanes * 33, len(part), 33, 21
            )  # fmt: skip
        results.append(c.tobytes())
    assert len(set(results)) == 1


@pytest.mark.parametrize("dtype", DTYPES)
def test_product_without_depth_is_0(dtype):
    memory, c = guarded(9 * 5, dtype)
    nothing = np.full(64, np.nan, dtype)
    call_block(product_block(np.dtype(dtype)), c, 5, nothing, 1, 1, nothing, 1, 1, 9, 0, 5)
    assert (c[:45] == 0).all()
    assert untouched(memory, c, 45)


@pytest.mark.parametrize("dtype", DTYPES)
@examples(50)
@given(rows=st.integers(1, 40), columns=st.integers(1, 70), gap=st.integers(0, 9), data=st.data())
def test_pack(dtype, rows, columns, gap, data):
    """All rows, or some of them: the others stay as they are. Between the rows may lie what is no part of them."""
    first = data.draw(st.integers(0, rows))
    last = data.draw(st.integers(first, rows))
    lanes, m = lanes_of(dtype), np.arange(1, rows * columns + 1, dtype=dtype)
    whole, apart = panels_of(m.reshape(rows, columns)), np.full((rows, columns + gap), GUARD, dtype)
    apart[:, :columns] = m.reshape(rows, columns)
    memory, panels = guarded(len(whole), dtype)
    pack = address(products.pack, (X_POINTER, X_POINTER, *[N] * 5), np.dtype(dtype))
    call_block(pack, panels, apart, columns + gap, first, last, rows, columns)
    got, expected = panels[: len(whole)].reshape(-1, rows, 2 * lanes), whole.reshape(-1, rows, 2 * lanes).copy()
    expected[:, :first] = expected[:, last:] = GUARD
    np.testing.assert_array_equal(got, expected)
    assert untouched(memory, panels, len(whole))


@pytest.mark.parametrize("dtype", DTYPES)
@examples(50)
@given(rows=st.integers(1, 70), columns=st.integers(1, 40), data=st.data())
def test_pack_transposed(dtype, rows, columns, data):
    """Rows become columns of the panels; what fills the last one up is left alone."""
    first = data.draw(st.integers(0, rows))
    last = data.draw(st.integers(first, rows))
    lanes, m = lanes_of(dtype), np.arange(1, rows * columns + 1, dtype=dtype)
    b = np.full((columns, -(-rows // (2 * lanes)) * 2 * lanes), GUARD, dtype)
    b[:, first:last] = m.reshape(rows, columns).T[:, first:last]
    expected = panels_of(b)
    memory, panels = guarded(len(expected), dtype)
    pack = address(products.pack_transposed, (X_POINTER, X_POINTER, *[N] * 3), np.dtype(dtype))
    call_block(pack, panels, m, first, last, columns)
    np.testing.assert_array_equal(panels[: len(expected)], expected)
    assert untouched(memory, panels, len(expected))


@pytest.mark.parametrize("dtype", DTYPES)
@examples(50)
@given(rows=st.integers(1, 40), count=st.integers(1, products.SLICE), gap=st.integers(0, 9))
def test_pack_slice(dtype, rows, count, gap):
    """The columns lie row by row, a slice's width apart; what is behind the last of them is left alone."""
    m = np.arange(rows * (count + gap), dtype=dtype).reshape(rows, count + gap)
    expected = np.full((rows, products.SLICE), GUARD, dtype)
    expected[:, :count] = m[:, :count]
    memory, columns = guarded(expected.size, dtype)
    pack = address(products.pack_slice, (X_POINTER, X_POINTER, *[N] * 3), np.dtype(dtype))
    call_block(pack, columns, m, count + gap, rows, count)
    np.testing.assert_array_equal(columns[: expected.size].reshape(expected.shape), expected)
    assert untouched(memory, columns, expected.size)


# As on a processor without AVX-512, where this one has it: smaller vectors, half as many registers, fewer rows a tile.
WITH_AVX2 = """
import numpy as np
from clearprop.engines.compiled import products
from tests.engines.compiled.test_products import assert_product, panels_of
from tests.engines.compiled.helpers import call_block
from clearprop.engines.compiled.blocks import product_block

rng = np.random.default_rng(0)
for dtype in ("float32", "float64"):
    edges = [(rows, depth, columns) for rows in (5, 6, 7, 13) for depth in (1, 255, 257) for columns in (4, 5, 17, 33)]
    for rows, depth, columns in [(1, 3, 2), (5, 7, 8), (6, 9, 16), (13, 40, 33), *edges]:
        a, b = rng.normal(size=(rows, depth)).astype(dtype), rng.normal(size=(depth, columns)).astype(dtype)
        c, lanes = np.zeros((rows, columns), dtype), products.VECTOR_BYTES // a.itemsize
        panels = np.append(panels_of(b), np.zeros(2 * lanes)).astype(dtype)
        call_block(product_block(a.dtype), c, columns, a, depth, 1, panels, 2 * lanes, 2 * lanes * depth, rows, depth,
                   columns)
        assert_product(c, a, b)
print(products.VECTOR_BYTES, products.ROWS)
"""


@pytest.mark.skipif(not ENABLED, reason="nothing is compiled")
def test_products_of_a_processor_with_avx2_alone(tmp_path):
    features = llvmlite.binding.get_host_cpu_features()
    if not features.get("avx2"):
        pytest.skip("this processor has no AVX2")
    told = ",".join(
        ("+" if there and not name.startswith(("avx512", "avx10", "evex512")) else "-") + name
        for name, there in features.items()
    )
    environment = {"NUMBA_CPU_NAME": "haswell", "NUMBA_CPU_FEATURES": told, "NUMBA_CACHE_DIR": str(tmp_path)}
    assert run_python(WITH_AVX2, **environment) == "32 6\n"
