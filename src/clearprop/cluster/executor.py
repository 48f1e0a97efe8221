"""What runs tasks: calls of importable functions whose results depend on nothing but their arguments."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Protocol, runtime_checkable


@runtime_checkable
class Executor(Protocol):
    """Runs tasks somewhere; a task may be run twice, or again where its worker was lost, and comes to the same.

    What `hold` and `submit` return stands for a result that may be elsewhere. It can be an argument of other tasks, by
    itself or in a list, and is kept for as long as somebody has it.
    """

    @property
    def workers(self) -> int:
        """How many tasks are run at a time."""
        ...

    @property
    def memory(self) -> int | None:
        """About how many bytes the workers have room for in all; None where that is not known."""
        ...

    def hold(self, value: Any, lane: int | None = None) -> Any:
        """A value that many tasks are given: it travels to each worker once."""
        ...

    def submit(self, function: Callable[..., Any], *arguments: Any, lane: int | None = None) -> Any:
        """Have a function called, at once or later.

        Parameters
        ----------
        lane : int, optional
            Tasks of one lane are about the same data, and best run by the same worker while it is there; those of
            neighbouring lanes by different ones.
        """
        ...

    def gather(self, results: Sequence[Any], names: Sequence[str], deadline: float) -> list[Any]:
        """The results themselves, in their order.

        Parameters
        ----------
        names : sequence of str
            What each is about, for errors: the first error, in their order, is raised with a note that says it.
        deadline : float
            How many seconds all of them may take.

        Raises
        ------
        TimeoutError
            They took longer, or no worker is left.
        """
        ...

    def close(self) -> None:
        """End what was started for this alone."""
        ...

    def __enter__(self) -> Executor: ...

    def __exit__(self, *exception: object) -> None: ...
