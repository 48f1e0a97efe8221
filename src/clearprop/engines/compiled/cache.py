"""Compiled code on disk: a file for each function, named by all that it was made of.

Numba numbers its files, in an index that it writes before them and counts anew when sources change: a process that
compiles beside another may then load another function's code, or an old one's. Here a name belongs to one content, so
that a file is right or not there, whoever else writes.
"""

import contextlib
import hashlib
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import llvmlite
import numba
from numba.core.caching import (
    CompileResultCacheImpl,
    FunctionCache,
    IndexDataCacheFile,
    InTreeCacheLocator,
    UserProvidedCacheLocator,
    UserWideCacheLocator,
)


def _digest_of_sources() -> str:
    """Of the sources of all that is compiled into kernels; Selu's constants stand in the activations'."""
    here = Path(__file__).parent
    digest = hashlib.sha256(f"{numba.__version__} {llvmlite.__version__}".encode())
    for file in (*sorted(here.glob("*.py")), here.parents[1] / "activations.py"):
        digest.update(file.read_bytes())
    return digest.hexdigest()[:16]


# Of the files as they are imported: a function that is compiled into another must outdate it when it changes.
SOURCES = _digest_of_sources()


class _WhereTheUserSays(UserProvidedCacheLocator):
    """The folder of NUMBA_CACHE_DIR."""

    def get_source_stamp(self) -> str:
        return SOURCES


class _BesideTheSources(InTreeCacheLocator):
    def get_source_stamp(self) -> str:
        return SOURCES


class _InTheUsersCache(UserWideCacheLocator):
    def get_source_stamp(self) -> str:
        return SOURCES


class _Implementation(CompileResultCacheImpl):
    _locator_classes = (_WhereTheUserSays, _BesideTheSources, _InTheUsersCache)


class _Files(IndexDataCacheFile):
    """One function's files, one for each signature and machine, without an index."""

    def __init__(self, cache_path: str, filename_base: str) -> None:
        super().__init__(cache_path, filename_base, SOURCES)
        self._base = filename_base

    def _name(self, key: Any) -> str:
        return f"{self._base}.{SOURCES}.{hashlib.sha256(repr(key).encode()).hexdigest()[:16]}.nbc"

    def save(self, key: Any, data: Any) -> None:
        """Write a file, and remove those of the function's earlier sources."""
        self._save_data(self._name(key), data)
        for file in Path(self._cache_path).glob(f"{self._base}.*.nb?"):
            if not file.name.startswith(f"{self._base}.{SOURCES}."):
                file.unlink(missing_ok=True)

    def load(self, key: Any) -> Any:
        """What is in the file; None if there is none, or if it is damaged."""
        try:
            return self._load_data(self._name(key))
        except (OSError, EOFError, pickle.UnpicklingError):
            return None


class _Cache(FunctionCache):
    """Compiled code on disk, outdated by a change in any kernel; without a folder to write to there is none."""

    _impl_class = _Implementation

    def __init__(self, function: Callable[..., Any]) -> None:
        super().__init__(function)
        self._cache_file = _Files(self._cache_path, self._impl.filename_base)

    def save_overload(self, sig: Any, data: Any) -> None:
        try:
            super().save_overload(sig, data)
        except OSError:  # a full or read-only disk costs the next process a compilation, and nothing else
            self.disable()


def cached(dispatcher: Any, function: Callable[..., Any]) -> Any:
    """The same, looking on disk before it compiles."""
    with contextlib.suppress(RuntimeError, OSError):  # no folder can be written to: each process compiles for itself
        dispatcher._cache = _Cache(function)
    return dispatcher
