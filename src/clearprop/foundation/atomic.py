"""Files that are written whole or not at all."""

import contextlib
import errno
import os
import select
import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from clearprop.errors import InputError

# Files on their way to their names, which whatever ends the process from outside should take away.
UNFINISHED: set[Path] = set()

STANDARD_OUTPUT = Path("/dev/stdout")
_STREAMS = {STANDARD_OUTPUT: 1, Path("/dev/stderr"): 2}
_DESCRIPTORS = ("/dev/fd", "/proc/self/fd", "/proc/thread-self/fd")
_MOST_LINKS = 40  # as many as Linux follows


def write_atomically(path: str | os.PathLike[str], content: bytes | str) -> None:
    """Write a file so that its name leads to the old content or to all of the new one, never to half of it.

    The content goes to a temporary file in the same folder, onto the disk (fsync), and then to its name in
    one step (`os.replace`); the folder is brought onto the disk too. Links are followed, and a file that is
    replaced keeps its permissions. A stream (see `is_stream`) is written to where it stands, after what it has.

    Parameters
    ----------
    path : str or path
    content : bytes or str
        Text is written as UTF-8, its line ends as they are.

    Raises
    ------
    InputError
        The folder does not exist or cannot be written to, the path is a folder, the disk is full, or the
        text holds half of a surrogate pair, which UTF-8 cannot write.
    BrokenPipeError
        It is a pipe, and whoever read from it has gone.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder) / "note.txt"
    ...     write_atomically(path, "z = w·a + b")
    ...     path.read_text(encoding="utf-8")
    'z = w·a + b'
    """
    with written_atomically(path) as write:
        write(content)


@contextlib.contextmanager
def written_atomically(path: str | os.PathLike[str]) -> Iterator[Callable[[bytes | str], None]]:
    """What writes a file piece by piece, which is then whole, or as it was before: see `write_atomically`.

    A stream is written to piece by piece.

    Raises
    ------
    InputError, BrokenPipeError
        See `write_atomically`.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder) / "note.txt"
    ...     with written_atomically(path) as write:
    ...         write("z = w·a")
    ...         write(" + b")
    ...     path.read_text(encoding="utf-8")
    'z = w·a + b'
    """
    target = Path(path)
    with _told(target):
        if target.is_dir():
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
    if is_stream(target):
        yield lambda content: _write_to_stream(target, content)
        return
    # Links are followed. The name is short because the file's own may be as long as names can be.
    place = Path(os.path.realpath(target))
    temporary = place.with_name(f".clearprop-{os.urandom(8).hex()}.tmp")
    UNFINISHED.add(temporary)
    try:
        with _told(target):
            file = temporary.open("xb", buffering=0)
        with file:

            def write(content: bytes | str) -> None:
                with _told(target):
                    _write_all(file.fileno(), _as_bytes(content))

            yield write
            with _told(target):
                os.fsync(file.fileno())
        with _told(target):
            with contextlib.suppress(FileNotFoundError):
                shutil.copymode(place, temporary)
            os.replace(temporary, place)
            _sync_folder(place.parent)
    finally:
        with contextlib.suppress(FileNotFoundError, NotADirectoryError):
            temporary.unlink()
        UNFINISHED.discard(temporary)


@contextlib.contextmanager
def _told(target: Path) -> Iterator[None]:
    """Within this context what cannot be written is an InputError."""
    try:
        yield
    except UnicodeEncodeError as error:
        raise InputError(
            f"{target}: character {error.start + 1:,} of the text ({error.object[error.start]!r}) is half of a "
            "surrogate pair, which UTF-8 cannot write: remove it"
        ) from error
    except BrokenPipeError:
        raise
    except OSError as error:
        raise InputError(f"{target}: cannot be written: {_reason_and_remedy(target, error)}") from error


def _as_bytes(content: bytes | str) -> bytes:
    return content.encode() if isinstance(content, str) else content


def is_stream(path: Path) -> bool:
    """Whether a path is written to where it stands, not replaced: an open descriptor, a pipe, a device.

    Examples
    --------
    >>> is_stream(Path(os.devnull)), is_stream(Path("/dev/stdout")), is_stream(Path("flowers.csv"))
    (True, True, False)
    """
    return open_descriptor(path) is not None or (path.exists() and not path.is_file() and not path.is_dir())


def open_descriptor(path: Path) -> int | None:
    """The number of this process's descriptor that a path names, itself or through links; None if it names none.

    Opened by its path, a file that standard output goes to would be another one, written from its beginning.

    Examples
    --------
    >>> open_descriptor(Path("/dev/stderr")), open_descriptor(Path("flowers.csv"))
    (2, None)
    """
    folders = {os.path.realpath(folder) for folder in _DESCRIPTORS}
    for _ in range(_MOST_LINKS):
        if path in _STREAMS:
            return _STREAMS[path]
        folder = os.path.realpath(path.parent)
        if folder in folders and path.name.isdecimal():
            return int(path.name)
        place = Path(folder, path.name)
        if not place.is_symlink():
            return None
        path = Path(folder, os.readlink(place))
    return None


def _write_to_stream(path: Path, content: bytes | str) -> None:
    with _told(path):
        data, descriptor = _as_bytes(content), open_descriptor(path)
        if descriptor is not None:
            for stream in (sys.stdout, sys.stderr):  # what was printed before comes before
                if stream is not None:
                    stream.flush()
            _write_all(descriptor, data)
            return
        descriptor = os.open(path, os.O_WRONLY | getattr(os, "O_NOCTTY", 0))
        try:
            _write_all(descriptor, data)
        finally:
            os.close(descriptor)


def _write_all(descriptor: int, data: bytes) -> None:
    left = memoryview(data)
    while left:
        try:
            left = left[os.write(descriptor, left) :]
        except BlockingIOError:  # its other end has set it so
            select.select([], [descriptor], [])


def _sync_folder(folder: Path) -> None:
    # Windows cannot open a folder, and needs no fsync of it.
    if os.name == "posix":
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _reason_and_remedy(path: Path, error: OSError) -> str:
    match error:
        case IsADirectoryError():
            return "it is a folder: add the name of a file"
        case FileNotFoundError():
            return f"the folder {str(path.parent)!r} does not exist: create it, or choose another"
        case PermissionError():
            return "permission is denied: choose a folder that you may write to"
        case OSError(errno=errno.EBADF):
            return "no stream is open for writing there: open one, or name a file"
        case _:
            return f"{error.strerror}: choose another place, or make room"
