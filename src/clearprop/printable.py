"""What comes from a file, as it can be shown: whatever steers a terminal, turns a line round or hides is an escape."""

import re
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

# Signs without width or ink that Unicode does not count among the controls and formats.
_INVISIBLE = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]"
)


def printable(text: object) -> str:
    """A text on one line in which every sign can be seen; a text that is so already stays as it is.

    Controls (C0 and C1, line ends among them), signs that turn the direction of writing, signs of no width, half
    surrogate pairs and what Unicode has not assigned become escapes as in Python.

    Examples
    --------
    >>> print(printable("red\\x1b[31m"), printable("two\\nlines"), printable("cba\\u202e"), printable("größe, 大きさ"))
    red\\x1b[31m two\\nlines cba\\u202e größe, 大きさ
    """
    shown = str(text)
    return shown if shown.isascii() and shown.isprintable() else "".join(map(_visible, shown))


@contextmanager
def printable_names(estimator: Any, X: Any) -> Iterator[None]:
    """Let scikit-learn compare the names of X's columns with an estimator's; its error lists them printable."""
    try:
        yield
    except ValueError as error:
        message = str(error)
        for name in (*getattr(estimator, "feature_names_in_", ()), *getattr(X, "columns", ())):
            message = message.replace(f"- {name}\n", f"- {printable(name)}\n")
        if message == str(error):
            raise
        raise ValueError(message) from None  # as the other has the names as they are


def _visible(sign: str) -> str:
    # Blanks wider or narrower than the usual one are seen, though Python does not count them as printable.
    seen = sign.isprintable() or unicodedata.category(sign) == "Zs"
    return sign if seen and not _INVISIBLE.match(sign) else sign.encode("unicode_escape").decode("ascii")
