"""Where a progress bar is drawn: on a terminal by rich, in a notebook as HTML that is written anew as it grows."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from html import escape
from importlib import import_module
from typing import Any, Protocol

# The least seconds between two pictures in a notebook, each of which is a message to the page.
PAUSE = 0.1


class Bar(Protocol):
    """A bar that can be shown, filled and taken away."""

    def start(self, total: int) -> None:
        """Show it empty."""

    def update(self, completed: float, numbers: str) -> None:
        """Fill it so far, with some numbers beside it."""

    def stop(self) -> None:
        """Take it away, which may be away already."""


def bar_here() -> Bar:
    """A bar where the user looks: in the notebook that this runs in, else on the terminal."""
    show = _notebook()
    return TerminalBar() if show is None else NotebookBar(show)


class TerminalBar:
    """On standard error, where that is a terminal."""

    def __init__(self) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

        console = Console(stderr=True)
        self.progress = Progress(
            TextColumn("training"),
            BarColumn(bar_width=30),
            MofNCompleteColumn(),
            TextColumn("{task.fields[numbers]}"),
            TimeRemainingColumn(),
            console=console,
            transient=True,
            disable=not console.is_terminal,
        )
        self._task: Any = None

    def start(self, total: int) -> None:
        """Show it empty."""
        self._task = self.progress.add_task("training", total=total, numbers="")
        self.progress.start()

    def update(self, completed: float, numbers: str) -> None:
        """Fill it so far."""
        self.progress.update(self._task, completed=completed, numbers=numbers)

    def stop(self) -> None:
        """Take it away."""
        self.progress.stop()


class NotebookBar:
    """In the output of a notebook's cell.

    Parameters
    ----------
    show : callable
        Puts HTML where the HTML before it stood.
    """

    def __init__(self, show: Callable[[str], None]) -> None:
        self._show = show
        self._total = 0
        self._started = self._shown = 0.0

    def start(self, total: int) -> None:
        """Show it empty."""
        self._total, self._started = total, time.monotonic()
        self.update(0, "")

    def update(self, completed: float, numbers: str) -> None:
        """Fill it so far, unless that was done a moment ago."""
        now = time.monotonic()
        if completed and now < self._shown + PAUSE:
            return
        self._shown = now
        left = (now - self._started) * (self._total - completed) / completed if completed else None
        told = [
            f"{int(completed):,} of {self._total:,} epochs",
            numbers,
            "" if left is None else f"{_clock(left)} left",
        ]
        self._show(
            '<div style="font: 13px system-ui, sans-serif; font-variant-numeric: tabular-nums">training '
            f'<progress max="{self._total}" value="{completed:g}" style="width: 16em; vertical-align: middle">'
            "</progress> "
            f"{escape(' · '.join(filter(None, told)))}</div>"
        )

    def stop(self) -> None:
        """Take it away."""
        if self._shown:
            self._show("")
        self._shown = 0.0


def _clock(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def _notebook() -> Callable[[str], None] | None:
    """What shows HTML in the notebook that this runs in, in place of what it showed before; None outside of one."""
    marimo = sys.modules.get("marimo")
    if marimo is not None and marimo.running_in_notebook():
        return lambda html: marimo.output.replace(marimo.Html(html))
    shell = sys.modules["IPython"].get_ipython() if "IPython" in sys.modules else None
    if shell is None or not hasattr(shell, "kernel"):  # a console draws on the terminal
        return None
    display: Any = import_module("IPython.display")
    handle = display.DisplayHandle()
    begun = False

    def show(html: str) -> None:
        nonlocal begun
        (handle.update if begun else handle.display)(display.HTML(html))
        begun = True

    return show
