"""Compiled code on disk: loaded by the next process, outdated by a change in any kernel, and not needed."""

import json
import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

import clearprop
from clearprop import Network, Trainer
from clearprop.engines.compiled import cache
from clearprop.engines.compiled.jit import ENABLED

from .helpers import run_python

# Kernels of an activation, which take a fraction of a second to compile: hits and misses, the folder, the value.
ACTIVATE = """
import json, sys
import numpy as np
import clearprop
from clearprop.activations import Softsign
from clearprop.engines.compiled import jit
from clearprop.engines.compiled.blocks import activation_blocks
from compiled.helpers import call_block

value, slope = activation_blocks(Softsign(), np.dtype("float64"))
z, a = np.full(8, 3.0), np.zeros(8)
call_block(value, z, a, 1, 8, 8, np.zeros(8))
kept = [compiled for compiled in jit._KEPT]
print(json.dumps({
    "hits": sum(compiled.cache_hits for compiled in kept),
    "folders": [str(compiled._cache.cache_path) for compiled in kept],
    "a": a[0],
    "package": clearprop.__file__,
}))
"""
NO_FOLDER = {"NUMBA_CACHE_DIR": "", "PYTHONDONTWRITEBYTECODE": "1"}


@pytest.fixture
def copied(tmp_path):
    """A copy of the package, without what was compiled before."""
    source = Path(clearprop.__file__).parent
    shutil.copytree(source, tmp_path / "src" / "clearprop", ignore=shutil.ignore_patterns("__pycache__"))
    (tmp_path / "home").mkdir()
    return tmp_path


def activate(copied, **environment):
    code = f"import sys; sys.path.insert(0, {str(copied / 'src')!r})\n" + ACTIVATE
    given = {"HOME": str(copied / "home"), "XDG_CACHE_HOME": str(copied / "home"), **NO_FOLDER, **environment}
    result = json.loads(run_python(code, **given))
    assert result["package"].startswith(str(copied))
    assert result["a"] == 0.75
    return result


def kernels_of(copied):
    return copied / "src" / "clearprop" / "engines" / "compiled"


def test_code_is_compiled_once_and_again_after_a_change(copied):
    beside = str(kernels_of(copied) / "__pycache__")
    assert [activate(copied)["hits"] for _ in range(2)] == [0, 2]
    # `like` of the one file, and Selu's constants of the other, are compiled into kernels of others
    for changed in (kernels_of(copied) / "elementary.py", copied / "src" / "clearprop" / "activations.py"):
        with changed.open("a") as file:
            file.write("\n# another version\n")
        results = [activate(copied) for _ in range(2)]
        assert [result["hits"] for result in results] == [0, 2]
        assert results[0]["folders"] == [beside, beside]


def test_a_folder_that_cannot_be_written_to_is_no_error(copied):
    """The package's, then the user's: first the one, then both (a file stands in the way, which stops root too)."""
    (kernels_of(copied) / "__pycache__").write_text("no folder")
    results = [activate(copied) for _ in range(2)]
    assert [result["hits"] for result in results] == [0, 2]
    assert all(folder.startswith(str(copied / "home")) for folder in results[0]["folders"])
    below_a_file = str(kernels_of(copied) / "jit.py" / "home")
    code = ACTIVATE.replace("str(compiled._cache.cache_path)", "type(compiled._cache).__name__")
    code = f"import sys; sys.path.insert(0, {str(copied / 'src')!r})\n" + code
    result = json.loads(run_python(code, HOME=below_a_file, XDG_CACHE_HOME=below_a_file, **NO_FOLDER))
    assert result["hits"] == 0
    assert result["folders"] == ["NullCache", "NullCache"]
    assert result["a"] == 0.75


def test_a_folder_of_the_users_choice(copied):
    results = [activate(copied, NUMBA_CACHE_DIR=str(copied / "chosen")) for _ in range(2)]
    assert [result["hits"] for result in results] == [0, 2]
    assert all(folder.startswith(str(copied / "chosen")) for folder in results[0]["folders"])


def test_a_full_disk_is_no_error(copied):
    full = """
import errno
from numba.core import caching
def save(self, key, data):
    raise OSError(errno.ENOSPC, "No space left on device")
caching.IndexDataCacheFile.save = save
"""
    code = f"import sys; sys.path.insert(0, {str(copied / 'src')!r})\n" + full + ACTIVATE
    result = json.loads(run_python(code, HOME=str(copied / "home"), **NO_FOLDER))
    assert result["a"] == 0.75
    assert result["hits"] == 0


FIT = """
import sys
from compiled.test_cache import parameters
from clearprop.engines.compiled import jit, kernel

print(parameters().tobytes().hex())
print(dict(kernel.train.stats.cache_hits) and sum(kernel.train.stats.cache_hits.values()))
print(sum(kernel.train.stats.cache_misses.values()))
print({compiled.cache_hits for compiled in jit._KEPT})
"""


def parameters():
    rng = np.random.default_rng(0)
    network = Network([3, 4, 2], "tanh", loss="cross_entropy", dtype="float32", rng=0)
    Trainer(network, epochs=3, engine="compiled", rng=0).fit(rng.normal(size=(20, 3)), np.arange(20) % 2)
    return network.parameters


def test_a_second_process_loads_all_that_a_training_needs():
    here = parameters().tobytes().hex()
    assert run_python(FIT).split("\n") == [here, "1", "0", "{1}", ""]


def test_a_file_belongs_to_one_function_whoever_else_writes(tmp_path, monkeypatch):
    """Two processes that compile at a time, the second of them with newer sources: nobody is given another's code."""
    one, other = (cache._Files(str(tmp_path), "products.product-1.py311") for _ in range(2))
    beside = cache._Files(str(tmp_path), "products.product-1.py312")
    beside.save("key", "another Python's")
    for files, key in ((one, "float32"), (other, "float64")):
        assert files.load(key) is None
        files.save(key, f"code for {key}")
    assert [files.load(key) for files in (one, other) for key in ("float32", "float64")] == [
        *("code for float32", "code for float64") * 2
    ]
    monkeypatch.setattr(cache, "SOURCES", "0123456789abcdef")
    newer = cache._Files(str(tmp_path), "products.product-1.py311")
    assert newer.load("float32") is None
    (tmp_path / "products.product-1.py311.1.nbc").write_bytes(b"numbered")
    newer.save("float64", "new code")
    assert newer.load("float64") == "new code"
    assert newer.load("float32") is None
    assert beside.load("key") is None  # of newer sources too
    assert len(list(tmp_path.iterdir())) == 2


@pytest.mark.parametrize("damage", [b"", b"\x80\x04", b"not a pickle"])
def test_a_damaged_file_is_compiled_anew(tmp_path, damage):
    files = cache._Files(str(tmp_path), "base")
    files.save("key", "code")
    (file,) = tmp_path.iterdir()
    file.write_bytes(damage)
    assert files.load("key") is None
    files.save("key", "code")
    assert files.load("key") == "code"


@pytest.mark.skipif(not ENABLED, reason="nothing is compiled")
def test_processes_that_compile_at_the_same_time_come_to_the_same(copied):
    """Over what earlier sources left behind, eight at a time, each of its own functions first."""
    activate(copied)
    with (kernels_of(copied) / "elementary.py").open("a") as file:
        file.write("\n# another version\n")
    with ThreadPoolExecutor(4) as pool:
        results = list(pool.map(lambda _: activate(copied), range(8)))
    assert {result["a"] for result in results} == {0.75}
    files = list((kernels_of(copied) / "__pycache__").glob("*.nb?"))
    assert len(files) == 2
