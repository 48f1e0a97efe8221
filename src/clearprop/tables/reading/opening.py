"""Where a table's bytes come from: a file, packed or not, standard input, or a text; each can be read again."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import os
import shutil
import sys
import tempfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from clearprop.errors import InputError

_IN_MEMORY = 2**26  # of a stream; what is longer waits in a temporary file


def _zstd(file: IO[bytes]) -> IO[bytes]:
    try:
        from compression import zstd  # type: ignore[import-not-found, unused-ignore]
    except ModuleNotFoundError:
        from backports import zstd  # type: ignore[import-not-found, no-redef, unused-ignore]
    opened: IO[bytes] = zstd.ZstdFile(file)
    return opened


_PACKED: tuple[tuple[bytes, str, Callable[[Any], Any]], ...] = (
    (b"\x1f\x8b", "gzip", lambda file: gzip.GzipFile(fileobj=file)),
    (b"BZh", "bz2", bz2.BZ2File),
    (b"\xfd7zXZ\0", "xz", lzma.LZMAFile),
    (b"\x28\xb5\x2f\xfd", "zstd", _zstd),
)


@dataclass(frozen=True)
class Source:
    """Bytes by name, that can be read from their beginning as often as needed.

    Attributes
    ----------
    shown : str
        What messages call it.
    stream : function
        The bytes from the beginning, not unpacked.
    path : Path or None
        The file, where there is one.
    is_text : bool
        Whether it is known for a text, and so is not packed, whatever it begins with.
    """

    shown: str
    stream: Callable[[], IO[bytes]]
    path: Path | None = None
    is_text: bool = False

    @contextmanager
    def opened(self) -> Iterator[IO[bytes]]:
        """The bytes from the beginning, unpacked; what goes wrong with files is an InputError."""
        packing = ""
        try:
            with self.stream() as file:
                head = file.read(6)
                file.seek(0)
                for signature, packing_name, unpacked in _PACKED:
                    if head.startswith(signature) and not self.is_text:
                        packing = packing_name
                        with unpacked(file) as stream:
                            yield stream
                        return
                yield file
        except FileNotFoundError as error:
            raise InputError(
                f"{self.shown}: there is no such file: check its name and the folder you are in ({os.getcwd()})"
            ) from error
        except IsADirectoryError as error:
            raise InputError(
                f"{self.shown}: this is a folder: name a file in it, or several as in {self.shown}/*.csv"
            ) from error
        except (EOFError, zlib.error, lzma.LZMAError, gzip.BadGzipFile) as error:
            raise self._damaged(packing) from error
        except ModuleNotFoundError as error:
            raise InputError(f"{self.shown}: to unpack it run  pip install backports-zstd") from error
        except OSError as error:
            if packing and error.errno is None:
                raise self._damaged(packing) from error
            raise InputError(f"{self.shown}: cannot be read ({error.strerror}): check its permissions") from error
        except Exception as error:
            if type(error).__name__ == "ZstdError":
                raise self._damaged(packing) from error
            raise

    def _damaged(self, packing: str) -> InputError:
        return InputError(f"{self.shown}: the {packing} file is cut short or damaged: fetch or pack it again")

    def head(self, n_bytes: int) -> bytes:
        """The first bytes, unpacked."""
        with self.opened() as stream:
            return stream.read(n_bytes)

    @property
    def size(self) -> int | None:
        """How many bytes there are, where that is known without reading."""
        if self.path is None:
            return None
        with self.path.open("rb") as file:
            packed = any(file.read(6).startswith(signature) for signature, *_ in _PACKED)
            return None if packed else os.fstat(file.fileno()).st_size


@contextmanager
def file_source(path: str | os.PathLike[str]) -> Iterator[Source]:
    """A file, or standard input for "-"; what cannot be read twice is kept in memory or in a temporary file."""
    if str(path) == "-":
        with _kept("standard input", sys.stdin.buffer) as source:
            yield source
        return
    place = Path(path)
    if place.exists() and not (place.is_dir() or place.is_file()):
        with place.open("rb") as stream, _kept(str(place), stream) as source:
            yield source
    else:
        yield Source(str(place), lambda: place.open("rb"), place)


def text_source(text: str, name: str) -> Source:
    """A text, as what a file would hold."""
    try:
        content = text.encode()
    except UnicodeEncodeError as error:
        raise InputError(f"{name}: {error.object[error.start]!r} cannot be written as UTF-8: remove it") from error
    return Source(name, lambda: io.BytesIO(content), is_text=True)


@contextmanager
def _kept(shown: str, stream: IO[bytes]) -> Iterator[Source]:
    with tempfile.SpooledTemporaryFile(_IN_MEMORY) as kept:
        shutil.copyfileobj(stream, kept, 2**20)

        def again() -> IO[bytes]:
            kept.seek(0)
            return _NotClosed(kept)  # type: ignore[return-value]

        yield Source(shown, again)


class _NotClosed(io.BufferedIOBase):
    """A file that stays open when a reader of it is done."""

    def __init__(self, file: Any) -> None:
        self._file = file

    def read(self, size: int | None = -1) -> bytes:
        return bytes(self._file.read(-1 if size is None else size))

    def seek(self, offset: int, whence: int = 0) -> int:
        return int(self._file.seek(offset, whence))

    def tell(self) -> int:
        return int(self._file.tell())

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True
