"""Code that comes with the package: of all that is registered, for each instruction set, and loaded without Numba."""

import json
import os
import shutil
from pathlib import Path

import numpy as np
import pytest

from clearprop.engines.compiled import cache
from clearprop.engines.compiled.instructions import (
    AVX2,
    AVX512,
    BUILT,
    CHOICE,
    NEON,
    OTHER,
    USED,
    InstructionSet,
    of_this_machine,
    usable,
)
from clearprop.engines.compiled.jit import ENABLED

from .helpers import run_python

HERE = Path(cache.__file__).parent / "built"


def is_built(one):
    return bool(list((HERE / one.folder).glob(f"*.{cache.SOURCES}.{one.name}.code")))


pytestmark = pytest.mark.skipif(not ENABLED, reason="nothing is compiled")
# The package is built for these sources when it is installed, and not again when a source is edited.
needs_built = pytest.mark.skipif(
    os.environ.get("CLEARPROP_REQUIRE_ALL") != "1" and not all(map(is_built, of_this_machine())),
    reason="a source was edited since the package was installed",
)
# Those that this processor can run, USED and lesser ones.
USABLE = [one for one in of_this_machine() if one.needs <= USED.needs]

# Trains with every activation, loss and optimiser that is registered, and says how all code was come by.
TRAIN_ALL = """
import sys
sys.modules["numba"] = None
import json
import warnings
import numpy as np
warnings.simplefilter("ignore")
from clearprop import ACTIVATIONS, LOSSES, OPTIMIZERS, Network, Trainer
from clearprop.engines.compiled import building
from clearprop.engines.compiled.machine_code import ORIGINS
from clearprop.engines.compiled.products import ROWS, VECTOR_BYTES

building.compile_all()
rng = np.random.default_rng(0)
X, y = rng.normal(size=(70, 9)), rng.integers(0, 3, 70)
outputs = {}
for dtype in ("float32", "float64"):
    network = Network([9, 40, 17, 3], "tanh", loss="cross_entropy", dtype=dtype, rng=1)
    Trainer(network, batch_size=32, epochs=3, engine="compiled", rng=2).fit(X, y)
    outputs[dtype] = network.parameters.tolist()
print(json.dumps([sorted(set(ORIGINS.values())), len(ORIGINS), ROWS, VECTOR_BYTES, outputs]))
"""


@needs_built
def test_every_instruction_set_has_code_of_all_that_is_registered():
    """And all come to the same numbers but for rounding."""
    found = {one: json.loads(run_python(TRAIN_ALL, **{CHOICE: one.name})) for one in USABLE}
    parameters = []
    for one, (origins, count, rows, vector_bytes, outputs) in found.items():
        assert origins == ["loaded"]
        assert count == len(list((HERE / one.folder).glob("*.code"))) > 120
        assert (rows, vector_bytes) == (6 if one.registers == 16 else 8, one.vector_bytes)
        parameters.append(outputs)
    for other in parameters[1:]:
        np.testing.assert_allclose(other["float64"], parameters[0]["float64"], rtol=1e-10, atol=1e-12)
        np.testing.assert_allclose(other["float32"], parameters[0]["float32"], rtol=1e-3, atol=1e-5)


@needs_built
@pytest.mark.parametrize("damage", [lambda content: content[:-1], lambda _: b"", lambda content: content[:40]])
def test_a_damaged_file_is_not_loaded(tmp_path, monkeypatch, damage):
    file = min((HERE / USED.folder).glob("blocks._activate-_relu.float64.*"))
    function = file.name.removesuffix(cache.name_of("", USED.name))
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path))
    monkeypatch.setattr(cache, "BUILT", tmp_path)
    shutil.copy(file, tmp_path)
    assert cache.load(function) == file.read_bytes()[cache.CHECKSUM_BYTES :]
    (tmp_path / file.name).write_bytes(damage(file.read_bytes()))
    assert cache.load(function) is None


@needs_built
def test_a_file_in_the_place_of_another_is_not_loaded(tmp_path, monkeypatch):
    one, other = sorted((HERE / USED.folder).glob("blocks._activate-*.float32.*"))[:2]
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path))
    monkeypatch.setattr(cache, "BUILT", tmp_path)
    shutil.copy(other, tmp_path / one.name)
    assert cache.load(one.name.removesuffix(cache.name_of("", USED.name))) is None


def test_an_instruction_set_that_is_not_there_is_refused():
    loud = """
import clearprop
try:
    import clearprop.engines.compiled.instructions
except clearprop.InputError as error:
    print(error)
"""
    names = ", ".join(one.name for one in USABLE)
    assert run_python(loud, **{CHOICE: "mmx"}) == (
        f"{CHOICE}=mmx is no instruction set that this processor has and code is built for: choose one of {names}\n"
    )


def test_an_instruction_set_that_is_asked_for_in_no_word_is_the_best():
    """A container that passes a variable on sets it, empty, where it was not set."""
    said = "from clearprop.engines.compiled.instructions import USED; print(USED.name)"
    assert run_python(said, **{CHOICE: ""}) == f"{USABLE[0].name}\n"


def test_the_best_comes_first():
    by_machine = {}
    for one in BUILT:
        assert isinstance(one, InstructionSet)
        for better in by_machine.get(one.machines, []):
            assert better.needs > one.needs
        by_machine.setdefault(one.machines, []).append(one)
    assert USABLE[0] == USED if USABLE else USED.name == "other"


@pytest.mark.parametrize(
    ("one", "expected"), [(OTHER, (16, 16)), (AVX2, (32, 16)), (AVX512, (64, 32)), (NEON, (16, 32))]
)
def test_what_a_processor_holds(one, expected):
    assert (one.vector_bytes, one.registers) == expected


@pytest.mark.parametrize(
    ("machine", "features", "expected"),
    [
        ("x86_64-unknown-linux-gnu", AVX512.needs, [AVX512, AVX2]),
        ("x86_64-apple-darwin23.6.0", AVX2.needs, [AVX2]),
        ("aarch64-unknown-linux-gnu", {"neon", "sve"}, [NEON]),
        ("arm64-apple-darwin23.6.0", set(), [NEON]),  # of whose features LLVM says nothing
        ("armv7l-unknown-linux-gnueabihf", {"neon"}, []),
        ("riscv64-unknown-linux-gnu", set(), []),
    ],
)
def test_which_machines_are_of_a_kind(machine, features, expected, monkeypatch):
    monkeypatch.setattr("platform.machine", lambda: machine.partition("-")[0])
    assert usable(set(features)) == expected


PRODUCT = """
import numpy as np
from clearprop.engines.compiled.blocks import product_block

product_block(np.dtype("float32"))
"""


@pytest.mark.skipif(AVX2 not in of_this_machine(), reason="all processors of this kind multiply and add at once")
def test_a_processor_that_cannot_multiply_and_add_at_once_calls_no_function_for_it(tmp_path):
    """For each number there is, the standard library's `fmaf` would be called, which takes ten times the time."""
    run_python(PRODUCT, NUMBA_CPU_NAME="nehalem", NUMBA_CPU_FEATURES="+sse4.2", NUMBA_CACHE_DIR=str(tmp_path))
    (file,) = tmp_path.glob("products.product.float32.*.code")
    assert b"fmaf" not in file.read_bytes()


@pytest.mark.parametrize(
    ("features", "expected"),
    [
        ({"sse2"}, []),
        ({"avx2", "fma"}, []),
        (AVX2.needs, [AVX2]),
        (AVX2.needs | {"avx512f"}, [AVX2]),
        (AVX512.needs | {"sse2"}, [AVX512, AVX2]),
    ],
)
def test_what_a_processor_can_run(features, expected, monkeypatch):
    monkeypatch.setattr("clearprop.engines.compiled.instructions.of_this_machine", lambda: [AVX512, AVX2])
    assert usable(set(features)) == expected
