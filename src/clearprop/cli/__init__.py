"""The command line: `clearprop COMMAND`. Nothing is loaded here, so that even an early Ctrl-C finds `main` at work."""

import sys


def main() -> None:
    """Run the command line: what goes wrong is one line on standard error and exit status 2.

    A signal is one line too, and the status that shells have for it: 130 for Ctrl-C, 143 for SIGTERM. With the
    environment variable CLEARPROP_TRACEBACK set, errors show where they came from.
    """
    try:
        from clearprop.cli.signals import end_on_signals

        end_on_signals()
        from clearprop.cli.running import run

        status = run()
    except KeyboardInterrupt:  # before the signals were ours
        if sys.stderr is not None:
            sys.stderr.write("clearprop: interrupted; nothing was begun\n")
        status = 130
    sys.exit(status)
