"""Texts that look like numbers or dates, but are written in a way that could mean more than one thing."""

from __future__ import annotations

import re
from collections.abc import Sequence

# From this share of the different texts on they are meant so.
SHARE = 0.8

_MONEY = r"[$€£¥%\s]*"
_NUMBER = re.compile(rf"{_MONEY}[+-]?{_MONEY}(?:\d+(?:[.,]\d+)?|\d{{1,3}}(?:[.,'\s]\d{{3}})+(?:[.,]\d+)?){_MONEY}")
_DATE = re.compile(r"\d{1,4}[./-]\d{1,2}[./-]\d{1,4}(?:[ T].*)?|\d{1,2}[ -][A-Za-z]{3,9}[ -]\d{2,4}(?: .*)?")


def lookalike(texts: Sequence[str]) -> str:
    """What texts seem to be, "numbers" or "dates"; empty if neither.

    Examples
    --------
    >>> lookalike(["$0.99", "1,000"]), lookalike(["31.12.2024", "1.2.2025"]), lookalike(["red", "1"])
    ('numbers', 'dates', '')
    """
    for kind, pattern in (("dates", _DATE), ("numbers", _NUMBER)):
        if texts and sum(pattern.fullmatch(text.strip()) is not None for text in texts) >= SHARE * len(texts):
            return kind
    return ""
