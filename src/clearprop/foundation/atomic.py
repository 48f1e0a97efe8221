"""Files that are written whole or not at all.

What is on its way has a hidden name, `.clearprop-HOST-RANDOM.tmp`, and its writer holds a lock on it. A process that is
killed leaves such a file, and loses the lock, by which the next that writes in the folder knows and removes it. HOST
stands for the running system: whether a lock that another machine holds is seen here, no file system of a network
promises, so that files of others are removed when they have not been written to for a day.
"""

import contextlib
import errno
import functools
import hashlib
import os
import platform
import re
import select
import shutil
import stat
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO

try:
    import fcntl
except ImportError:  # Windows, where nobody can remove a file that is open
    fcntl = None  # type: ignore[assignment]

from clearprop.errors import InputError
from clearprop.foundation.paths import checked_path

# Files on their way to their names, which whatever ends the process from outside should take away.
UNFINISHED: set[Path] = set()

STANDARD_OUTPUT = Path("/dev/stdout")
_STREAMS = {STANDARD_OUTPUT: 1, Path("/dev/stderr"): 2}
_DESCRIPTORS = ("/dev/fd", "/proc/self/fd", "/proc/thread-self/fd")
_MOST_LINKS = 40  # as many as Linux follows
# Of earlier versions too, which had no host in the name and held no lock.
_TEMPORARY = re.compile(r"\.clearprop-(?:([0-9a-f]{8})-)?[0-9a-f]{16}\.tmp")
_DAY = 24 * 60 * 60.0


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
        The path is none, the folder does not exist or cannot be written to, the path is a folder, the disk is full,
        or the text holds half of a surrogate pair, which UTF-8 cannot write.
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
    target = checked_path(path)
    with _told(target):
        if target.is_dir():
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
    if is_stream(target):
        yield lambda content: _write_to_stream(target, content)
        return
    place = Path(os.path.realpath(target))  # links are followed
    with contextlib.ExitStack() as stack:
        with _told(target):
            temporary, file = stack.enter_context(_temporary(place.parent))
            remove_leftovers(place.parent, os.fstat(file.fileno()).st_mtime)

        def write(content: bytes | str) -> None:
            with _told(target):
                _write_all(file.fileno(), _as_bytes(content))

        yield write
        with _told(target):
            os.fsync(file.fileno())
            with contextlib.suppress(FileNotFoundError):
                shutil.copymode(place, temporary)
            if fcntl is not None:  # with the lock on it
                os.replace(temporary, place)
            file.close()
            if fcntl is None:  # which renames no open file
                os.replace(temporary, place)
            _sync_folder(place.parent)


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


@contextlib.contextmanager
def _temporary(folder: Path) -> Iterator[tuple[Path, IO[bytes]]]:
    """A new file of a hidden name, locked; it is taken away if its name still leads to it at the end."""
    while True:
        # The name is short because the file's own may be as long as names can be.
        temporary = folder / f".clearprop-{_host()}-{os.urandom(8).hex()}.tmp"
        UNFINISHED.add(temporary)
        try:
            with temporary.open("xb") as file:
                if _is_held(file, temporary):
                    yield temporary, file
                    return
        finally:
            temporary.unlink(missing_ok=True)
            UNFINISHED.discard(temporary)


def _is_held(file: IO[bytes], path: Path) -> bool:
    """Lock a new file; whether its name leads to it still, which another may have removed before it was locked."""
    if fcntl is None:
        return True
    with contextlib.suppress(OSError):  # a file system without locks
        fcntl.flock(file.fileno(), fcntl.LOCK_EX)
    try:
        return os.path.samestat(os.fstat(file.fileno()), os.stat(path))
    except FileNotFoundError:
        return False


@functools.cache
def _host() -> str:
    """The running system, told apart from others that share a disk, and from itself before it was started anew."""
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii")
    except OSError:
        boot = ""
    return hashlib.sha256(f"{platform.node()} {boot}".encode()).hexdigest()[:8]


def remove_leftovers(folder: Path, now: float) -> None:
    """Remove the files that killed writers have left in a folder; none of a living one, and no others.

    Parameters
    ----------
    now : float
        The time by the clock of the folder's disk, which may be another machine's.
    """
    with contextlib.suppress(OSError), os.scandir(folder) as entries:
        for entry in entries:
            named = _TEMPORARY.fullmatch(entry.name)
            if named and Path(entry.path) not in UNFINISHED:
                with contextlib.suppress(OSError):
                    _remove_if_left(entry.path, named[1] == _host(), now)


def _remove_if_left(path: str, of_this_host: bool, now: float) -> None:
    if fcntl is None:
        os.unlink(path)  # which fails where it is open
        return
    descriptor = os.open(path, os.O_RDWR | os.O_NONBLOCK | os.O_NOFOLLOW)
    try:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            return
        is_locked = _lock_at_once(descriptor)
        if is_locked is False or (not (of_this_host and is_locked) and now - status.st_mtime < _DAY):
            return
        os.unlink(path)
    finally:
        os.close(descriptor)


def _lock_at_once(descriptor: int) -> bool | None:
    """Whether the lock could be had, which nobody else holds then; None where there are no locks."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:
        return None
    return True


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
