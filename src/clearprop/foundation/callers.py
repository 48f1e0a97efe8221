"""Warnings that stand at the line of whoever called clearprop, however deep in it they arise."""

import sys
import warnings
from types import FrameType

# scikit-learn wraps `fit`, and may be what calls it; contextlib ends our `with` blocks.
_INSIDE = ("clearprop", "sklearn", "contextlib")


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
    frame: FrameType | None = sys._getframe()
    level = 1
    while frame is not None and str(frame.f_globals.get("__name__")).partition(".")[0] in _INSIDE:
        frame, level = frame.f_back, level + 1
    warnings.warn(message, category, stacklevel=level)
