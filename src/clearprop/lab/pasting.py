"""Tables as people paste them: what spreadsheets and pages write otherwise than CSV has it."""

from __future__ import annotations

import re

from clearprop.tables.text_reading import delimiter_of

# The first line by which Excel tells itself the delimiter; and the minus that pages print, this one too.
_DELIMITER_LINE, _MINUS = re.compile(r"\A(\ufeff?)sep=.(?=\r?\n)", re.IGNORECASE), re.compile("\u2212(?=[0-9.,])")


def as_csv(text: str) -> str:
    """The same table in CSV's own notation, line by line: no `sep=`, a true minus, and points for decimal commas.

    A comma is a decimal one where it stands within a number and another sign divides the cells.

    Examples
    --------
    >>> as_csv("sep=;\\nheight;kind\\n1,25;cat\\n\u22120,5;a, b\\n")
    '\\nheight;kind\\n1.25;cat\\n-0.5;a, b\\n'
    >>> as_csv("height,kind\\n1,25\\n")
    'height,kind\\n1,25\\n'
    """
    text = _MINUS.sub("-", _DELIMITER_LINE.sub(r"\1", text))
    first_line = next((line for line in text.splitlines() if line.strip()), "")
    delimiter = re.escape(delimiter_of(first_line))
    if delimiter == re.escape(","):
        return text
    edge = rf'[ "]*(?:{delimiter}|\r|\n|\Z)'
    decimal = rf'((?:^|(?<={delimiter}))[ "]*[+-]?[0-9]*),([0-9]+(?:[eE][+-]?[0-9]+)?(?={edge}))'
    return re.sub(decimal, r"\1.\2", text, flags=re.MULTILINE)
