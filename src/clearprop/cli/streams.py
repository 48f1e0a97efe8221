"""The standard streams, made so that a command can rely on them."""

import errno
import io
import os
import sys


def prepare_streams() -> None:
    """Have all three open, and print "?" for a sign that a terminal cannot show.

    A closed one becomes the null device, or the next file that is opened would take its place and be printed into.
    Standard output becomes it for reading only, so that what is printed there is not lost in silence: it fails, as it
    does where a disk is full.
    """
    for descriptor, way in enumerate((os.O_RDONLY, os.O_RDONLY, os.O_WRONLY)):
        try:
            os.fstat(descriptor)
        except OSError:
            os.open(os.devnull, way)  # which gets the lowest number that is free, and that is this one
    if sys.stdout is None:
        sys.stdout = open(1, "w", encoding="utf-8", closefd=False)  # noqa: SIM115
    if sys.stderr is None:
        sys.stderr = open(2, "w", encoding="utf-8", closefd=False)  # noqa: SIM115
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")


def give_up_output() -> None:
    """Drop what is left to print on a stream that cannot be written to: Python would try again at its end."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except OSError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def why_not(error: OSError) -> str:
    """Why a stream could not be written to, in words."""
    return "it is closed" if error.errno == errno.EBADF else str(error.strerror)


def complain(message: object) -> None:
    """Print one line to standard error, if anybody hears it."""
    try:
        sys.stderr.write(f"clearprop: {message}\n")
        sys.stderr.flush()
    except OSError:
        give_up_output()
