"""Tables in JSON, an object a line or a list of objects, and what a frame made of its text would lose."""

from __future__ import annotations

import io
import json
import re
from collections import Counter
from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from clearprop.errors import InputError
from clearprop.foundation.table_cells import quoted
from clearprop.tables.reading.dialect import MOST_COLUMNS
from clearprop.tables.reading.opening import Source

if TYPE_CHECKING:
    import polars as pl

# Deeper than any table in JSON, and less deep than what reads it can go without running out of stack.
DEEPEST = 64
_MARK = b"\xef\xbb\xbf"
_ESCAPED = re.compile(rb"\\.", re.DOTALL)
# A text, whether it is a key, and whether the value of that is null. One that is not closed goes to the end, as each
# quote in it would be looked behind otherwise; nothing is gone back on, which would take memory by the letter.
_TEXT = re.compile(rb'"([^"\\]*+(?:\\.[^"\\]*+)*+)(?:"(\s*:\s*(null\b)?)?|\\?\Z)', re.DOTALL)
_OPENING, _CLOSING = np.frombuffer(b"[{", np.uint8), np.frombuffer(b"]}", np.uint8)
_REMEDY = "write an object a line or a list of objects, and null for what is missing"


def json_frame(source: Source) -> tuple[pl.DataFrame, Callable[[int], int] | None]:
    """The columns in the order in which their keys are met; and the line of a row, where each object has one.

    Raises
    ------
    InputError
        It is no such JSON, has brackets within brackets without end, or comes to more columns or cells than tables
        have; or an object has a key twice.
    """
    import polars as pl

    with source.opened() as stream:
        text = stream.read().removeprefix(_MARK)
    is_list = text.lstrip().startswith(b"[")
    if _depth(text) > DEEPEST:
        raise InputError(
            f"{source.shown}: brackets stand more than {DEEPEST} deep in each other: give a cell one value"
        )
    keys, n_null = _keys(text)
    _check_size(text, len(keys), source)
    try:
        # By all objects: one that is not looked at may have other keys, and numbers that the type of the others lacks.
        read = pl.read_json if is_list else pl.read_ndjson
        frame: pl.DataFrame = read(io.BytesIO(text), infer_schema_length=None)
    except (pl.exceptions.PolarsError, OSError, RuntimeError) as error:
        reason = str(error).split("\n")[0]
        raise InputError(f"{source.shown}: the JSON file cannot be read ({reason}): {_REMEDY}") from error
    if keys.total() - n_null != sum(len(frame) - column.null_count() for column in frame.get_columns()):
        _refuse_doubled_keys(text, is_list, source.shown)
    names = dict.fromkeys((*keys, *frame.columns))
    frame = frame.select(list(filter(set(frame.columns).__contains__, names)))
    return frame, None if is_list else _line_of(text, len(frame))


def _line_of(text: bytes, n_rows: int) -> Callable[[int], int]:
    """The line of each row, where blank lines are none."""
    if text.count(b"\n") + (not text.endswith(b"\n")) == n_rows:
        return _next
    return [number for number, line in enumerate(text.split(b"\n"), 1) if line.strip()].__getitem__


def _next(row: int) -> int:
    return row + 1


def _keys(text: bytes) -> tuple[Counter[str], int]:
    """The keys of all objects, and how many have null for a value.

    Examples
    --------
    >>> _keys(b'{"a": 1, "b": null} {"c": "\\\\"d\\\\": 2", "a": 3}')
    (Counter({'a': 2, 'b': 1, 'c': 1}), 1)
    """
    keys: Counter[bytes] = Counter()
    n_null = 0
    for key, is_key, null in map(re.Match[bytes].groups, _TEXT.finditer(text)):
        if is_key is not None:
            keys[key] += 1
            n_null += null is not None
    named: Counter[str] = Counter()
    for key, count in keys.items():
        named[_name(key)] += count
    return named, n_null


def _name(key: bytes) -> str:
    try:
        return str(json.loads(b'"' + key + b'"', strict=False)) if b"\\" in key else key.decode()
    except ValueError:  # no JSON: what reads it says so
        return key.decode(errors="replace")


def _check_size(text: bytes, n_columns: int, source: Source) -> None:
    """Refuse what comes to absurdly many cells, as each object may have keys of its own."""
    if n_columns > MOST_COLUMNS:
        rule = f"its objects have {n_columns:,} different keys, more than {MOST_COLUMNS:,}"
        raise InputError(f"{source.shown}: {rule}: keep those that are needed")
    if 8 * text.count(b"{") * n_columns > source.most_unpacked(len(text)):
        raise source.too_large("JSON", len(text))


def _refuse_doubled_keys(text: bytes, is_list: bool, shown: str) -> None:
    """Raise an InputError for the first object that has a key twice, of which one value would be lost."""
    line = 1

    def distinct(pairs: list[tuple[str, object]]) -> dict[str, object]:
        counts = Counter(key for key, _ in pairs)
        if len(counts) < len(pairs):
            where = shown if is_list else f"{shown}, line {line}"
            key = quoted(counts.most_common(1)[0][0])
            raise InputError(f"{where}: an object has the key {key} twice: give each value a key of its own")
        return dict(pairs)

    for piece in [text] if is_list else text.split(b"\n"):
        if piece.strip():
            json.loads(piece, object_pairs_hook=distinct)
        line += 1


def _depth(text: bytes) -> int:
    """How deep brackets stand in each other in JSON, those in texts not counted.

    Examples
    --------
    >>> _depth(b'[{"a": 1}, {"b": "[[[[", "c\\"[": [2]}]')
    3
    """
    signs = np.frombuffer(_ESCAPED.sub(b"  ", text) if b"\\" in text else text, np.uint8)
    deepest = depth = quotes = 0
    for start in range(0, len(signs), 2**20):
        piece = signs[start : start + 2**20]
        within = (np.cumsum(piece == ord('"')) + quotes) % 2 == 1
        quotes += int(np.count_nonzero(piece == ord('"')))
        steps = np.isin(piece, _OPENING).astype(np.int64) - np.isin(piece, _CLOSING)
        steps[within] = 0
        depths = depth + np.cumsum(steps)
        deepest, depth = max(deepest, int(depths.max())), int(depths[-1])
    return deepest
