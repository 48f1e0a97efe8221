"""How `clearprop train` with checkpoints ends by a signal, and goes on when it is asked again."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

from clearprop.cli.signals import WORDS, heard_by, name_of
from clearprop.cli.streams import complain
from clearprop.training.callbacks import Callback, ObservedTraining

if TYPE_CHECKING:
    from clearprop.cli.train_options import TrainOptions


def check_folder(options: TrainOptions) -> None:
    """Refuse to write over the checkpoints that are there, unless they are to be gone on with.

    Raises
    ------
    InputError
        There are some; or something is said of checkpoints, and no folder is named.
    """
    from clearprop.errors import InputError

    folder = options.checkpoint
    if folder is None:
        if options.resume or options.checkpoint_every is not None:
            said = "--resume" if options.resume else "--checkpoint-every"
            raise InputError(f"{said} is of checkpoints, and no folder has them: name one by --checkpoint FOLDER")
        return
    from clearprop.cli.console import notes, say
    from clearprop.files.checkpoint_folder import files_in

    there = files_in(folder) or [path for part in folder.glob("*") for path in files_in(part)]
    if there and not options.resume:
        raise InputError(
            f"{folder}: holds the checkpoints of a training: go on with it by --resume, or name another folder"
        )
    if options.resume and not there:
        say(f"note: {folder} has no checkpoint yet: training begins at its beginning", notes)


class _Ended(KeyboardInterrupt):
    """A signal has ended the training, which stands between two steps."""


class _StopsOnSignals(Callback):
    """Ends the training between two steps when a signal has come; another signal ends the process at once."""

    reads_history_only = True
    looks_within_epochs = True

    def __init__(self) -> None:
        self.number: int | None = None
        self._under_way = 0

    def hear(self, number: int) -> bool:
        """Take note of a signal; whether the training will end by it."""
        taken = self.number is None and self._under_way > 0
        if taken:
            self.number = number
        return taken

    def on_start(self, training: ObservedTraining) -> None:
        """From here on signals are heard."""
        self._under_way += 1

    def on_rest(self, training: ObservedTraining) -> None:
        """End it here, if a signal has come."""
        if self.number is not None:
            raise _Ended

    def on_finish(self, training: ObservedTraining) -> None:
        """When all have ended, there is nothing to be kept of a training."""
        self._under_way -= 1


@contextmanager
def ended_to_go_on(options: TrainOptions, caught: Sequence[warnings.WarningMessage] | None) -> Iterator[list[Callback]]:
    """Within this context a signal ends a training with checkpoints so that it can be gone on with, and says how.

    It gives the callbacks that do so: none without checkpoints, where a signal ends the process at once.
    """
    if options.checkpoint is None:
        yield []
        return
    from clearprop.cli.console import print_notes

    stops = _StopsOnSignals()
    try:
        with heard_by(stops.hear):
            yield [stops]
    except _Ended:
        assert stops.number is not None
        print_notes([str(warning.message) for warning in caught or ()])
        command = replace(options, resume=True).command()
        complain(f"{WORDS[name_of(stops.number)]}; {options.checkpoint} keeps what was done; to go on:  {command}")
        raise SystemExit(128 + stops.number) from None
