"""Files that are written whole or not at all."""

import contextlib
import os
import shutil
from pathlib import Path

from clearprop.errors import InputError


def write_atomically(path: str | os.PathLike[str], content: bytes | str) -> None:
    """Write a file so that its name leads to the old content or to all of the new one, never to half of it.

    The content goes to a temporary file in the same folder, onto the disk (fsync), and then to its name in
    one step (`os.replace`); the folder is brought onto the disk too. Links are followed, and a file that is
    replaced keeps its permissions. What is no regular file (`/dev/stdout`, a pipe) is written straight into.

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

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder) / "note.txt"
    ...     write_atomically(path, "z = w·a + b")
    ...     path.read_text(encoding="utf-8")
    'z = w·a + b'
    """
    target = Path(path)
    try:
        data = content.encode() if isinstance(content, str) else content
        if target.exists() and not target.is_file():
            target.write_bytes(data)
        else:
            _replace(Path(os.path.realpath(target)), data)
    except UnicodeEncodeError as error:
        raise InputError(
            f"{target}: character {error.start + 1:,} of the text ({content[error.start]!r}) is half of a "
            "surrogate pair, which UTF-8 cannot write: remove it"
        ) from error
    except OSError as error:
        raise InputError(f"{target}: cannot be written: {_reason_and_remedy(target, error)}") from error


def _replace(path: Path, data: bytes) -> None:
    # The name is short because the file's own may be as long as names can be.
    temporary = path.with_name(f".clearprop-{os.urandom(8).hex()}.tmp")
    try:
        with temporary.open("xb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        with contextlib.suppress(FileNotFoundError):
            shutil.copymode(path, temporary)
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)
    _sync_folder(path.parent)


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
        case _:
            return f"{error.strerror}: choose another place, or make room"
