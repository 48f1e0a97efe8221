"""Commands of many options, which stand as the fields of a dataclass instead of as parameters."""

import inspect
from collections.abc import Callable
from typing import Any, TypeVar

Options = TypeVar("Options")


def taking_options(run: Callable[[Options], None], options: type[Options]) -> Callable[..., None]:
    """The function that Typer makes a command of: its parameters are the fields, name and help those of `run`."""

    def command(**values: Any) -> None:
        run(options(**values))

    command.__name__, command.__doc__ = run.__name__, run.__doc__
    command.__annotations__ = options.__annotations__
    command.__signature__ = inspect.signature(options)  # type: ignore[attr-defined]
    return command
