"""One run of the command line."""

import os
import re
import sys

from clearprop.cli.signals import ignore_signals
from clearprop.cli.streams import complain, give_up_output, prepare_streams, why_not
from clearprop.printable import printable


def run() -> int:
    """Run the command that the arguments name; its exit status."""
    prepare_streams()
    status = _status()
    ignore_signals()
    return status


def _status() -> int:
    try:
        try:
            from clearprop.cli.commands import app

            app()
        finally:
            sys.stdout.flush()
    except SystemExit as ended:
        return int(ended.code or 0)
    except BrokenPipeError:
        give_up_output()  # whoever read the output has gone; what was to be written is written by then
        return 1
    except (ValueError, TypeError, ArithmeticError, ImportError, OSError, MemoryError) as error:
        if os.environ.get("CLEARPROP_TRACEBACK"):
            raise
        message = printable(re.sub(r"\s*\n\s*", " ", _said_by(error).strip())) or type(error).__name__
        if isinstance(error, OSError) and error.filename is None:  # errors at files are told as such
            message = f"what was printed could not be written ({why_not(error)}): send it elsewhere, as by  > FILE"
        give_up_output()
        complain(message)
        return 2
    return 0


def _said_by(error: Exception) -> str:
    """The error's message, with flags where it names the library's parameters."""
    from clearprop.cli.flags import FLAGS
    from clearprop.errors import Message

    text = next(iter(error.args), None)
    return text.worded(FLAGS) if isinstance(text, Message) else str(error)
