"""Signals that end a command: nothing stays half-written, one line says so, and the status is the customary one."""

import os
import signal
import sys
from contextlib import contextmanager

TYPE_CHECKING = False  # as in `typing`, which is not loaded for it
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import NoReturn

# What the line says of each; the shell's status for it is 128 and the signal's number.
WORDS = {"SIGINT": "interrupted", "SIGTERM": "terminated", "SIGHUP": "cut off from its terminal"}


def end_on_signals() -> None:
    """From here on, each of the signals ends the process; one that is ignored stays ignored."""
    _handle(lambda number, frame: end(number))


@contextmanager
def heard_by(hear: "Callable[[int], bool]") -> "Iterator[None]":
    """Within this context a signal is first offered to a function; the process ends where that does not take it."""

    def offer(number: int, frame: object) -> None:
        if not hear(number):
            end(number)

    before = _handle(offer)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def name_of(number: int) -> str:
    """What a signal is called, as in `WORDS`."""
    return signal.Signals(number).name


def ignore_signals() -> None:
    """The work is done, and its status stands: a signal while the interpreter winds up makes no noise."""
    _handle(signal.SIG_IGN)


def end(number: int) -> "NoReturn":
    """Clear up and end at once, as by this signal.

    An exception would be lost where Python drops them, as in the callbacks of an import, and the command would go on.
    """
    atomic = sys.modules.get("clearprop.foundation.atomic")  # which is loaded before a file is written
    for path in list(getattr(atomic, "UNFINISHED", ())):
        path.unlink(missing_ok=True)
    line = f"clearprop: {WORDS[name_of(number)]}; what was not finished is not written\n"
    try:
        # A terminal may have a bar on its last line, and no cursor.
        os.write(2, (("\r\x1b[K\x1b[?25h" if os.isatty(2) else "") + line).encode())
    finally:  # whether anybody hears it or not
        os._exit(128 + number)


def _handle(handler: "signal._HANDLER") -> "dict[int, signal._HANDLER]":
    """Have the signals handled so; how each of them was before."""
    before = {}
    for name in WORDS:
        number = getattr(signal, name, None)  # Windows has no SIGHUP
        if number is not None and signal.getsignal(number) is not signal.SIG_IGN:
            before[number] = signal.signal(number, handler)
    return before
