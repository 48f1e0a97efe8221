"""Machine code on disk: a file for each function, named by all that it was made of.

What ours are made of is known when the package is built, and their code comes with it, for each instruction set of
`instructions`. Code that does not is compiled when it is asked for, and kept: that of sources that were changed since,
and of processors that nothing is built for.

A name belongs to one content, and the checksum in the file covers both, so that a file is right or not there, whoever
else writes, and one in the place of another is not taken for it. Of processes that start at once, one compiles a
function and the others wait for it. Versions of the package that use one folder in turn remove each other's files, and
compile again.
"""

import contextlib
import functools
import hashlib
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None  # type: ignore[assignment]

from clearprop.engines.compiled.instructions import TOLD, USED
from clearprop.errors import InputError
from clearprop.foundation.atomic import write_atomically


def _digest_of_sources() -> str:
    """Of all that is compiled into kernels, Selu's constants and the order of the optimisers' settings among them."""
    package: Any = Path(__file__).parents[2]
    if not package.is_dir():  # it stands in a zip file
        import importlib.resources

        package = importlib.resources.files("clearprop")
    digest = hashlib.sha256()
    here = sorted(package.joinpath("engines", "compiled").iterdir(), key=lambda file: file.name)
    others = [package.joinpath(path) for path in ("activations.py", "optimizers.py", "engines/contract.py")]
    for file in (*(file for file in here if file.name.endswith(".py")), *others):
        digest.update(file.read_bytes())
    return digest.hexdigest()[:16]


@functools.cache
def compiled_here() -> str:
    """How code is named that was compiled here: the digest of the compiler, what its user tells it, and the processor.

    The compiler uses the processor's instructions to the full.
    """
    import llvmlite
    import llvmlite.binding as llvm

    # Numba itself, and what the standard library knows of its version, would take longer to load than all kernels.
    installed = sorted(path.name for path in Path(llvmlite.__file__).parents[1].glob("numba-*"))
    processor = f"{llvm.get_default_triple()} {llvm.get_host_cpu_name()} {llvm.get_host_cpu_features().flatten()}"
    told = sorted(one for one in os.environ.items() if one[0].startswith("NUMBA_") and one[0] != "NUMBA_CACHE_DIR")
    made_by = f"{installed} {llvmlite.__version__} {processor} {told} {USED.name}"
    return hashlib.sha256(made_by.encode()).hexdigest()[:16]


# Of the files as they are imported: a function that is compiled into another must outdate it when it changes.
SOURCES = _digest_of_sources()
# What came with the package is not asked for where the user tells the compiler of another processor.
BUILT = Path(__file__).parent / "built" / USED.folder
_asks_for_built = not any(name in os.environ for name in TOLD)
CHECKSUM_BYTES = 32


def folders() -> Iterator[Path]:
    """Where code may be kept, the best first: NUMBA_CACHE_DIR, or beside the sources, or in the user's cache."""
    chosen = os.environ.get("NUMBA_CACHE_DIR")
    if chosen:
        yield Path(chosen)
        return
    yield Path(__file__).parent / "__pycache__"
    with contextlib.suppress(RuntimeError):  # there is no home
        yield _users_cache() / "clearprop"


def _users_cache() -> Path:
    if os.name == "nt":
        return Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local")
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches"
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")


def name_of(function: str, made_by: str) -> str:
    """The file's name."""
    return f"{function}.{SOURCES}.{made_by}.code"


def load(function: str) -> bytes | None:
    """The code of a function; None if no folder has it, or it is damaged or another's."""
    for folder, made_by in _places():
        name = name_of(function, made_by)
        with contextlib.suppress(OSError):
            content = (folder / name).read_bytes()
            checksum, code = content[:CHECKSUM_BYTES], content[CHECKSUM_BYTES:]
            if checksum == _checksum(name, code):
                return code
    return None


def _places() -> Iterator[tuple[Path, str]]:
    """Where code may be, and what it was made by; LLVM is loaded where it did not come with the package."""
    if _asks_for_built:
        yield BUILT, USED.name
    for folder in folders():
        yield folder, compiled_here()


def _checksum(name: str, code: bytes) -> bytes:
    """Of the code and the name that it is kept under."""
    return hashlib.sha256(name.encode() + b"\0" + code).digest()


def content_of(name: str, code: bytes) -> bytes:
    """What a file of this name holds."""
    return _checksum(name, code) + code


def save(function: str, code: bytes) -> None:
    """Keep the code, and remove that of the function's earlier sources.

    Where no folder can be written to, or the disk is full, the next process compiles anew, and nothing else is lost.
    """
    for folder in folders():
        with contextlib.suppress(OSError, InputError):
            folder.mkdir(parents=True, exist_ok=True)
            name = name_of(function, compiled_here())
            write_atomically(folder / name, content_of(name, code))
            _remove_older(folder, function)
            return


@contextlib.contextmanager
def alone() -> Iterator[None]:
    """Within it no other process is that keeps code in the same folder, where the system can lock folders.

    The system gives the lock of a process that ends to the next, however that ended.
    """
    folder = None
    for path in folders() if fcntl is not None else ():
        with contextlib.suppress(OSError):
            path.mkdir(parents=True, exist_ok=True)
            folder = os.open(path, os.O_RDONLY)
            break
    try:
        if folder is not None:
            with contextlib.suppress(OSError):  # a folder of a network that has no locks
                fcntl.flock(folder, fcntl.LOCK_EX)
        yield
    finally:
        if folder is not None:
            os.close(folder)


def _remove_older(folder: Path, function: str) -> None:
    for file in folder.glob(f"{function}.*.code"):
        if SOURCES not in file.name:
            with contextlib.suppress(OSError):
                file.unlink(missing_ok=True)
