"""Names from outside, such as a table's columns and classes, made fit for a program's text: nothing of them is run."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Sequence

from clearprop.printable import printable

_NO_LETTER = re.compile(r"[^a-z0-9]+")


def identifiers(names: Sequence[str], otherwise: str, reserved: Collection[str] = ()) -> list[str]:
    """An identifier for each name, of small Latin letters, digits and underscores, all different.

    Parameters
    ----------
    names : sequence of str
    otherwise : str
        What one is called, with its number behind it, that has no such letter.
    reserved : collection of str
        Words that are taken.

    Examples
    --------
    >>> identifiers(["Petal length", "petal-length", "Größe", "大きさ", "int", "2nd"], "column", {"int"})
    ['petal_length', 'petal_length_2', 'grosse', 'column_4', 'int_', 'column_2nd']
    """
    taken = set(reserved)
    found = []
    for number, name in enumerate(names, start=1):
        plain = unicodedata.normalize("NFKD", name.replace("ß", "ss")).encode("ascii", "ignore").decode().lower()
        word = _NO_LETTER.sub("_", plain).strip("_")[:40].strip("_") or f"{otherwise}_{number}"
        word = f"{otherwise}_{word}" if word[0].isdigit() else word
        word = f"{word}_" if word in reserved else word
        chosen, count = word, 1
        while chosen in taken:
            count += 1
            chosen = f"{word.rstrip('_')}_{count}"
        taken.add(chosen)
        found.append(chosen)
    return found


def in_python_comment(text: str) -> str:
    """A text as it may stand behind a # in Python: on one line, every sign of it to be seen."""
    return printable(text)


def in_python_docstring(text: str) -> str:
    r"""A text as it may stand between three quotation marks.

    Examples
    --------
    >>> print(in_python_docstring('a "quoted" name'))
    a \"quoted\" name
    """
    return printable(text).replace("\\", "\\\\").replace('"', '\\"')


def in_c_comment(text: str) -> str:
    """A text as it may stand in a comment of C: it neither ends the comment nor begins another, and is no trigraph.

    Examples
    --------
    >>> in_c_comment("size */ int main() /* ??/")
    'size * / int main() / * ? ?/'
    """
    shown = printable(text)
    for pair in ("*/", "/*", "??"):
        while pair in shown:
            shown = shown.replace(pair, f"{pair[0]} {pair[1]}")
    return shown


def c_string(text: str) -> str:
    r"""A text as a string of C, in UTF-8: what is not plain ASCII stands in octal, and no trigraph comes about.

    Examples
    --------
    >>> print(c_string('say "größe??"\n1'))
    "say \"gr\303\266\303\237e?\?\"\0121"
    """
    signs: list[str] = []
    for byte in text.encode():
        sign = chr(byte)
        if sign in '"\\' or (sign == "?" and signs and signs[-1] in ("?", "\\?")):
            signs.append(f"\\{sign}")
        else:
            signs.append(sign if 32 <= byte < 127 else f"\\{byte:03o}")
    return f'"{"".join(signs)}"'
