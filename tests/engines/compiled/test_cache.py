"""Compiled code on disk: loaded by the next process, outdated by a change in any kernel, and not needed."""

import itertools
import json
import os
import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

import clearprop
from clearprop import ACTIVATIONS, Network, Trainer
from clearprop.engines.compiled import cache
from clearprop.engines.compiled.jit import ENABLED

from .helpers import run_python

pytestmark = pytest.mark.skipif(not ENABLED, reason="nothing is compiled")

# Two blocks of an activation, which take a fraction of a second to compile: how each was come by, and the value.
ACTIVATE = """
import json
import numpy as np
import clearprop
from clearprop.activations import Softsign
from clearprop.engines.compiled.blocks import activation_blocks
from clearprop.engines.compiled.machine_code import ORIGINS
from tests.engines.compiled.helpers import call_block

value, slope = activation_blocks(Softsign(), np.dtype("float64"))
z, a = np.full(8, 3.0), np.zeros(8)
call_block(value, z, a, 1, 8, 8, np.zeros(8))
print(json.dumps({"origins": list(ORIGINS.values()), "a": a[0], "package": clearprop.__file__}))
"""
COMPILED, LOADED = ["compiled"] * 2, ["loaded"] * 2
NO_FOLDER = {"NUMBA_CACHE_DIR": "", "PYTHONDONTWRITEBYTECODE": "1"}


def copy(folder):
    source = Path(clearprop.__file__).parent
    without = shutil.ignore_patterns("__pycache__", "built", "frontend")  # which npm may have filled
    shutil.copytree(source, folder / "src" / "clearprop", ignore=without)
    (folder / "home").mkdir()
    return folder


@pytest.fixture
def copied(tmp_path):
    """A copy of the package, without what was compiled before."""
    return copy(tmp_path)


@pytest.fixture(scope="module")
def activated(tmp_path_factory):
    """A copy in which both blocks have been compiled, by a process of its own."""
    folder = copy(tmp_path_factory.mktemp("activated"))
    assert activate(folder) == COMPILED
    return folder


@pytest.fixture
def compiled(activated, tmp_path):
    """A copy of the package, with both blocks' files beside its sources."""
    shutil.copytree(activated, tmp_path, dirs_exist_ok=True)
    assert len(files_of(tmp_path)) == 2
    return tmp_path


def activate(copied, before="", **environment):
    """How both blocks were come by, in a process of its own that has run `before`."""
    code = f"import sys; sys.path.insert(0, {str(copied / 'src')!r})\n" + before + ACTIVATE
    given = {"HOME": str(copied / "home"), "XDG_CACHE_HOME": str(copied / "home"), **NO_FOLDER, **environment}
    result = json.loads(run_python(code, **given))
    assert result["package"].startswith(str(copied))
    assert result["a"] == 0.75
    return result["origins"]


def kernels_of(copied):
    return copied / "src" / "clearprop" / "engines" / "compiled"


def files_of(copied):
    return sorted((kernels_of(copied) / "__pycache__").glob("*.code"))


def test_code_is_compiled_once_and_again_after_a_change(compiled):
    assert activate(compiled) == LOADED
    # `like` of the one file, and Selu's constants of the other, are compiled into kernels of others
    for changed in (kernels_of(compiled) / "elementary.py", compiled / "src" / "clearprop" / "activations.py"):
        with changed.open("a") as file:
            file.write("\n# another version\n")
        assert [activate(compiled) for _ in range(2)] == [COMPILED, LOADED]
        assert len(files_of(compiled)) == 2  # those of the earlier sources are gone


def test_a_folder_that_cannot_be_written_to_is_no_error(copied):
    """The package's, then the user's: first the one, then both (a file stands in the way, which stops root too)."""
    (kernels_of(copied) / "__pycache__").write_text("no folder")
    assert [activate(copied) for _ in range(2)] == [COMPILED, LOADED]
    assert len(list((copied / "home" / "clearprop").glob("*.code"))) == 2
    below_a_file = str(kernels_of(copied) / "jit.py" / "home")
    assert [activate(copied, HOME=below_a_file, XDG_CACHE_HOME=below_a_file) for _ in range(2)] == [COMPILED] * 2


def test_code_belongs_to_what_numba_was_told(copied):
    """Code without optimisation is not taken by those who did not ask for it."""
    assert activate(copied, NUMBA_OPT="0") == COMPILED
    assert [activate(copied) for _ in range(2)] == [COMPILED, LOADED]
    assert activate(copied, NUMBA_OPT="0") == LOADED


def test_a_folder_of_the_users_choice(copied):
    chosen = copied / "chosen" / "by the user"
    assert [activate(copied, NUMBA_CACHE_DIR=str(chosen)) for _ in range(2)] == [COMPILED, LOADED]
    assert len(list(chosen.glob("*.code"))) == 2


def test_a_full_disk_is_no_error(copied):
    full = """
import errno, os
def replace(*paths):
    raise OSError(errno.ENOSPC, "No space left on device")
os.replace = replace
"""
    assert [activate(copied, full) for _ in range(2)] == [COMPILED] * 2
    for folder in (kernels_of(copied) / "__pycache__", copied / "home" / "clearprop"):
        assert not list(folder.iterdir())  # nothing is left half-written


FIT = """
import sys
from tests.engines.compiled.test_cache import parameters
from clearprop.engines.compiled.machine_code import ORIGINS

print(parameters().tobytes().hex())
print(sorted(set(ORIGINS.values())), "numba" in sys.modules)
"""


def parameters():
    rng = np.random.default_rng(0)
    network = Network([3, 4, 2], "tanh", loss="cross_entropy", dtype="float32", rng=0)
    Trainer(network, epochs=3, engine="compiled", rng=0).fit(rng.normal(size=(20, 3)), np.arange(20) % 2)
    return network.parameters


def test_a_second_process_loads_all_that_a_training_needs_without_numba():
    here = parameters().tobytes().hex()
    assert run_python(FIT).split("\n") == [
        here, "['loaded'] False", "",
    ]  # fmt: skip


def test_a_name_belongs_to_one_function_of_one_version(tmp_path, monkeypatch):
    """Two versions of the package that compile at a time: nobody is given another's code."""
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path))
    for function in ("product.float32", "product.float64"):
        assert cache.load(function) is None
        cache.save(function, function.encode())
    assert [cache.load(f"product.{dtype}") for dtype in ("float32", "float64")] == [
        b"product.float32", b"product.float64",
    ]  # fmt: skip
    monkeypatch.setattr(cache, "compiled_here", lambda: "another processor")
    assert cache.load("product.float32") is None
    cache.save("product.float32", b"with its instructions")
    assert len(list(tmp_path.iterdir())) == 3
    monkeypatch.setattr(cache, "SOURCES", "0123456789abcdef")
    assert cache.load("product.float32") is None
    cache.save("product.float32", b"newer")
    assert cache.load("product.float32") == b"newer"
    assert len(list(tmp_path.iterdir())) == 2  # the older of this function are gone, the other's is not


def truncated(content):
    return content[:-1]


# What each of the two files becomes.
DAMAGES = [(truncated, lambda _: b"half"), (lambda _: b"\0" * 40, lambda _: b"")]


@pytest.mark.parametrize("damages", DAMAGES, ids=["truncated, other bytes", "zeros, nothing"])
def test_a_damaged_file_is_compiled_anew(compiled, damages):
    for file, damage in zip(files_of(compiled), damages, strict=True):
        file.write_bytes(damage(file.read_bytes()))
    assert [activate(compiled) for _ in range(2)] == [COMPILED, LOADED]


def test_of_processes_that_start_at_once_one_compiles_each_function(compiled):
    """Over what earlier sources left behind, four at a time."""
    with (kernels_of(compiled) / "elementary.py").open("a") as file:
        file.write("\n# another version\n")
    with ThreadPoolExecutor(4) as pool:
        origins = list(pool.map(lambda _: activate(compiled), range(4)))
    assert sorted(itertools.chain(*origins)) == ["compiled"] * 2 + ["loaded"] * 6
    assert len(files_of(compiled)) == 2


def test_a_lock_that_the_system_does_not_give_is_no_error(copied):
    none = """
import fcntl
def flock(*_):
    raise OSError("No locks available")
fcntl.flock = flock
"""
    assert [activate(copied, none) for _ in range(2)] == [COMPILED, LOADED]


def test_a_file_in_the_place_of_another_is_not_taken_for_it(tmp_path, monkeypatch):
    """Each of all that a process may keep over each other: no pair is loaded, but for a file over itself."""
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path))
    names = [f"blocks.{activation}.{dtype}" for activation in ACTIVATIONS for dtype in ("float32", "float64")]
    for name in names:
        cache.save(name, name.encode() * 100)
    files = {name: (tmp_path / cache.name_of(name, cache.compiled_here())).read_bytes() for name in names}
    taken = 0
    for over, name in itertools.product(names, names):
        (tmp_path / cache.name_of(over, cache.compiled_here())).write_bytes(files[name])
        code = cache.load(over)
        assert code == (over.encode() * 100 if over == name else None)
        taken += code is not None
        (tmp_path / cache.name_of(over, cache.compiled_here())).write_bytes(files[over])
    assert taken == len(names) > 30


def test_a_file_over_another_is_compiled_anew(compiled):
    one, other = files_of(compiled)
    other.write_bytes(one.read_bytes())
    assert sorted(activate(compiled)) == ["compiled", "loaded"]
    assert activate(compiled) == LOADED


# What each of the two functions' code becomes; the last has no function of the name.
FORGERIES = [
    (lambda _: b"", lambda _: b"garbage" * 100),
    (lambda _: os.urandom(5000), lambda code: code.replace(b"softsign", b"softplus")),
]


@pytest.mark.parametrize("forgeries", FORGERIES, ids=["nothing, garbage", "random bytes, another's name"])
def test_what_is_no_code_is_compiled_anew_whatever_its_checksum(compiled, monkeypatch, forgeries):
    """LLVM would end the process."""
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(kernels_of(compiled) / "__pycache__"))
    monkeypatch.setattr(cache, "BUILT", compiled)  # what came with the package is not here
    for file, forge in zip(files_of(compiled), forgeries, strict=True):
        name = file.name.removesuffix(cache.name_of("", cache.compiled_here()))
        code = cache.load(name)
        assert code is not None
        forged = forge(code)
        cache.save(name, forged)
        assert cache.load(name) == forged != code
    assert [activate(compiled) for _ in range(2)] == [COMPILED, LOADED]


def test_names_of_functions_are_their_own():
    """No two blocks may share a file: what is loaded for the one would be run for the other."""
    from clearprop import ACTIVATIONS, LOSSES, OPTIMIZERS
    from clearprop.engines.compiled import blocks, machine_code

    for dtype in (np.dtype("float32"), np.dtype("float64")):
        for activation in ACTIVATIONS.values():
            blocks.activation_blocks(activation(), dtype)
        for loss in LOSSES.values():
            for from_logits in (False, True):
                blocks.loss_block(loss(), from_logits, dtype)
        for optimizer in OPTIMIZERS.values():
            blocks.optimizer_blocks(optimizer, dtype)
    at = list(machine_code._addresses.values())
    assert len(set(at)) == len(at) > 100
    assert all(at)


def test_a_package_in_a_zip_file_keeps_its_code_in_the_users_folder(tmp_path):
    shutil.make_archive(str(copy(tmp_path) / "package"), "zip", tmp_path / "src")
    package = str(tmp_path / "package.zip")
    code, home = f"import sys\nsys.path.insert(0, {package!r})\n" + ACTIVATE, str(tmp_path / "home")
    for expected in (COMPILED, LOADED):
        told = json.loads(run_python(code, HOME=home, XDG_CACHE_HOME=home, **NO_FOLDER))
        assert told["package"].startswith(package)
        assert (told["origins"], told["a"]) == (expected, 0.75)
