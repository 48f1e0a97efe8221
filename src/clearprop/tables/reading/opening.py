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

from clearprop.errors import InputError, Message, Parameter
from clearprop.foundation.memory import amount
from clearprop.foundation.table_cells import quoted

_IN_MEMORY = 2**26  # of a stream; what is longer waits in a temporary file
# What a packed file may come to: so many bytes, or so many times its own; more has to be asked for. Tables come to five
# or twenty times their size, and what is made to fill a memory comes to a thousand times its size.
FREELY_UNPACKED, MOST_TIMES = 2**28, 100


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
    largest : int or None
        The most bytes that it may be unpacked to; None for what such a file usually comes to.
    """

    shown: str
    stream: Callable[[], IO[bytes]]
    path: Path | None = None
    is_text: bool = False
    largest: int | None = None

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
                        n_bytes = file.seek(0, os.SEEK_END)
                        file.seek(0)
                        with unpacked(file) as stream, self._bounded(stream, packing, n_bytes) as bounded:
                            yield bounded
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

    def most_unpacked(self, n_bytes: int) -> int:
        """How many bytes what is packed in so many may come to."""
        return max(FREELY_UNPACKED, MOST_TIMES * n_bytes) if self.largest is None else self.largest

    def too_large(self, packing: str, n_bytes: int) -> InputError:
        """The error for what is packed in so many bytes, and comes to more than it may."""
        most = self.most_unpacked(n_bytes)
        comes_to = f"{self.shown}: the {packing} file of {amount(n_bytes)} comes to more than {amount(most)} unpacked"
        more = Parameter("largest", f"{max(1, 2 * most // 2**20)}MB")
        return InputError(Message(f"{comes_to}: where it is meant to, pass ", more))

    def _bounded(self, stream: IO[bytes], packing: str, n_bytes: int) -> IO[bytes]:
        return io.BufferedReader(
            _Bounded(stream, self.most_unpacked(n_bytes), lambda: self.too_large(packing, n_bytes)), 2**16
        )

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
def file_source(path: str | os.PathLike[str], largest: int | None = None) -> Iterator[Source]:
    """A file, or standard input for "-"; what cannot be read twice is kept in memory or in a temporary file."""
    if str(path) == "-":
        with _kept(sys.stdin.buffer) as again:
            yield Source("standard input", again, largest=largest)
        return
    place = Path(path)
    try:
        exists = place.exists()
    except OSError as error:
        raise InputError(f"{quoted(str(place))}: is no name of a file ({error.strerror}): check it") from error
    if exists and not (place.is_dir() or place.is_file()):
        with place.open("rb") as stream, _kept(stream) as again:
            yield Source(str(place), again, largest=largest)
    else:
        yield Source(str(place), lambda: place.open("rb"), place, largest=largest)


def text_source(text: str, name: str) -> Source:
    """A text, as what a file would hold."""
    try:
        content = text.encode()
    except UnicodeEncodeError as error:
        raise InputError(f"{name}: {error.object[error.start]!r} cannot be written as UTF-8: remove it") from error
    return Source(name, lambda: io.BytesIO(content), is_text=True)


@contextmanager
def _kept(stream: IO[bytes]) -> Iterator[Callable[[], IO[bytes]]]:
    """What opens, as often as needed, what a stream holds."""
    with tempfile.SpooledTemporaryFile(_IN_MEMORY) as kept:
        shutil.copyfileobj(stream, kept, 2**20)

        def again() -> IO[bytes]:
            kept.seek(0)
            return _NotClosed(kept)  # type: ignore[return-value]

        yield again


class _Bounded(io.RawIOBase):
    """What is unpacked, of which no more is handed out than there may be."""

    def __init__(self, stream: IO[bytes], most: int, too_large: Callable[[], InputError]) -> None:
        self._stream, self._most, self._too_large = stream, most, too_large
        self._place = 0

    def readinto(self, buffer: Any) -> int:
        read = self._stream.read(len(buffer))
        buffer[: len(read)] = read
        self._place += len(read)
        if self._place > self._most:
            raise self._too_large()
        return len(read)

    def seek(self, offset: int, whence: int = 0) -> int:
        self._place = self._stream.seek(offset, whence)
        return self._place

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True


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
