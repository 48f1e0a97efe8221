"""Where the records of a block of CSV begin, how many fields each has, and whether its quotes are sound."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

_NEWLINE, _RETURN, _QUOTE = 10, 13, 34
_ZERO = np.uint8(48)
_PIECE = 2**16

Bytes = npt.NDArray[np.uint8]
Places = npt.NDArray[np.intp]


@dataclass(frozen=True, eq=False)
class Records:
    """The records of a block, blank ones too.

    Attributes
    ----------
    starts, ends : arrays of int, shape (n,)
        Where in the block each begins, and where its line end stands.
    fields : array of int, shape (n,)
    lines : array of int, shape (n,)
        On which line each begins, from 0.
    blank : array of bool, shape (n,)
        Which have nothing but white space.
    """

    starts: Places
    ends: Places
    fields: Places
    lines: Places
    blank: npt.NDArray[np.bool_]


def records_of(block: bytes, delimiter: bytes) -> Records:
    """The records of a block that begins and ends with one, and whose quotes are sound.

    Examples
    --------
    >>> records = records_of(b'1,"a\\nb"\\n\\n2,3', b",")
    >>> records.starts.tolist(), records.fields.tolist(), records.lines.tolist(), records.blank.tolist()
    ([0, 8, 9], [2, 1, 2], [0, 2, 3], [False, True, False])
    """
    signs = np.frombuffer(block, np.uint8)
    newlines = np.flatnonzero(signs == _NEWLINE)
    delimiters = np.flatnonzero(signs == ord(delimiter))
    ends = newlines
    if b'"' in block:
        quotes = np.flatnonzero(signs == _QUOTE)
        ends = newlines[~_quoted(newlines, quotes)]
        delimiters = delimiters[~_quoted(delimiters, quotes)]
    if not len(ends) or ends[-1] != len(block) - 1:
        ends = np.append(ends, len(block))
    starts = np.concatenate([[0], ends[:-1] + 1])
    fields = np.diff(np.searchsorted(delimiters, ends), prepend=0) + 1
    written = np.flatnonzero((signs > 32) & (signs != ord(delimiter)))
    blank = (fields == 1) & (np.searchsorted(written, starts) == np.searchsorted(written, ends))
    return Records(starts, ends, fields, np.searchsorted(newlines, starts), blank)


def _quoted(places: Places, quotes: Places) -> npt.NDArray[np.bool_]:
    """Which places stand between a quote and the one that closes it."""
    return np.searchsorted(quotes, places) % 2 == 1


def last_end(block: bytes) -> int:
    """Where the last record that is whole ends, its line end included; 0 if none is."""
    if b'"' not in block:
        return block.rfind(b"\n") + 1
    signs = np.frombuffer(block, np.uint8)
    newlines = np.flatnonzero(signs == _NEWLINE)
    whole = newlines[~_quoted(newlines, np.flatnonzero(signs == _QUOTE))]
    return int(whole[-1]) + 1 if len(whole) else 0


def has_sound_quotes(block: bytes, delimiter: bytes) -> bool:
    """Whether quotes stand only around cells, and doubled in them, in a block that begins and ends with a record.

    Examples
    --------
    >>> [has_sound_quotes(block, b",") for block in (b'"a""b",1', b'"a"b,1', b'5",1', b'1, "a"')]
    [True, False, False, False]
    """
    signs = np.frombuffer(block, np.uint8)
    quotes = np.flatnonzero(signs == _QUOTE)
    if len(quotes) % 2:
        return False
    padded = np.concatenate([[_NEWLINE], signs, [_NEWLINE]])
    before, behind = padded[quotes[::2]], padded[quotes[1::2] + 2]
    opens = (before == ord(delimiter)) | (before == _NEWLINE) | (before == _QUOTE)
    closes = (behind == ord(delimiter)) | (behind == _NEWLINE) | (behind == _RETURN) | (behind == _QUOTE)
    return bool(opens.all() and closes.all())


def leading_zeros(block: bytes) -> bool:
    """Whether somewhere a zero, with no digit or point before it, has a digit behind it.

    Examples
    --------
    >>> leading_zeros(b"1,007"), leading_zeros(b"0,100,0.05,-0")
    (True, False)
    """
    padded = np.frombuffer(b"\n" + block + b"\n", np.uint8)
    # In pieces that fit the cache of a core.
    for start in range(0, len(block), _PIECE):
        signs = padded[start : start + _PIECE + 2]
        digits = (signs - _ZERO) < 10
        zeros = signs[1:-1] == _ZERO
        zeros &= digits[2:] > digits[:-2]
        places = np.flatnonzero(zeros)
        if len(places) and (signs[places] != ord(".")).any():
            return True
    return False
