"""Tasks run in this process, one after the other: what a cluster comes to on one machine."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from clearprop.foundation.memory import free_memory


class Inline:
    """Runs each task when it is submitted.

    Examples
    --------
    >>> with Inline() as executor:
    ...     executor.gather([executor.submit(pow, 2, 3), executor.submit(pow, 3, 2)], ["2³", "3²"], deadline=1.0)
    [8, 9]
    """

    workers = 1

    @property
    def memory(self) -> int | None:
        """What is free on this machine."""
        return free_memory()

    def hold(self, value: Any, lane: int | None = None) -> Any:
        """The value."""
        return value

    def submit(self, function: Callable[..., Any], *arguments: Any, lane: int | None = None) -> Any:
        """Its result."""
        return function(*arguments)

    def gather(self, results: Sequence[Any], names: Sequence[str], deadline: float) -> list[Any]:
        """The results, which are there."""
        return list(results)

    def close(self) -> None:
        """There is nothing to end."""

    def __enter__(self) -> Inline:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()
