"""Warnings that stand at the line of whoever called clearprop, however deep in it they arise."""

import sys
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

# scikit-learn wraps `fit`, and may be what calls it; contextlib ends our `with` blocks.
_INSIDE = ("clearprop", "sklearn", "contextlib")

# A warning that has not been given yet.
Kept = tuple[str, type[Warning]]
_of_thread = threading.local()


def warn_caller(message: str, category: type[Warning] = UserWarning) -> None:
    """Warn at the innermost line that is neither clearprop's nor that of what it is wrapped in.

    Examples
    --------
    >>> import warnings
    >>> with warnings.catch_warnings(record=True) as caught:
    ...     warnings.simplefilter("always")
    ...     warn_caller("all targets are 1", UserWarning)
    >>> print(caught[0].message)
    all targets are 1
    """
    kept = getattr(_of_thread, "kept", None)
    if kept is not None:
        kept.append((message, category))
        return
    frame: FrameType | None = sys._getframe()
    level = 1
    while frame is not None and str(frame.f_globals.get("__name__")).partition(".")[0] in _INSIDE:
        frame, level = frame.f_back, level + 1
    warnings.warn(message, category, stacklevel=level)


@contextmanager
def warnings_kept() -> Iterator[list[Kept]]:
    """Within this context, what this thread would warn of is put into the list instead.

    It is for the threads in which we work for a caller, whose line they cannot find: the caller's thread gives it.

    Examples
    --------
    >>> with warnings_kept() as kept:
    ...     warn_caller("all targets are 1", UserWarning)
    >>> kept
    [('all targets are 1', <class 'UserWarning'>)]
    """
    before, _of_thread.kept = getattr(_of_thread, "kept", None), []
    try:
        yield _of_thread.kept
    finally:
        _of_thread.kept = before
