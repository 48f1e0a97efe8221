"""Text of any encoding as blocks of UTF-8."""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain, pairwise, repeat
from typing import IO

from clearprop.errors import InputError, Message, Parameter

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)


@dataclass(frozen=True)
class Encoding:
    """An encoding, how many bytes of a mark stand in front, and whether it is only the likeliest.

    Attributes
    ----------
    name : str
    mark : int
    guessed : bool
    """

    name: str
    mark: int = 0
    guessed: bool = False


class NotEncodedSo(ValueError):
    """A byte that the encoding does not have, which another may have."""


def recognised(head: bytes, given: str | None) -> Encoding:
    """The encoding that a file begins in: by its mark, by NULs between letters, or UTF-8."""
    for mark, name in _MARKS:
        if head.startswith(mark) and (given is None or _same(given, name)):
            return Encoding(name, len(mark))
    if given is not None:
        return Encoding(codecs.lookup(given).name)
    start = head[: len(head) // 2 * 2]
    if len(start) >= 4:
        for first, name in ((0, "utf-16-be"), (1, "utf-16-le")):
            zeros, letters = start[first::2], start[1 - first :: 2]
            if zeros.count(0) > 0.7 * len(zeros) and letters.count(0) == 0:
                return Encoding(name, guessed=True)
    return Encoding("utf-8")


def _same(given: str, name: str) -> bool:
    """Whether a mark of an encoding goes with the encoding that was given: utf-16 has either mark."""
    canonical = codecs.lookup(given).name
    return name.startswith(canonical) or canonical.startswith(name)


# What is tried for text that is no UTF-8.
WESTERN = ("cp1252", "iso8859-1")


def after(encoding: Encoding) -> Encoding | None:
    """The encoding to try after one that does not fit; None after the last, which has every byte."""
    names = ("utf-8", *WESTERN)
    following = dict(pairwise(names)).get(encoding.name)
    return None if following is None else Encoding(following, guessed=True)


def utf8_blocks(
    stream: IO[bytes], encoding: Encoding, first: int, size: int, shown: str, given: bool
) -> Iterator[bytes]:
    """The text in blocks of UTF-8: the first of about so many bytes, the others of so many.

    Raises
    ------
    NotEncodedSo
        Where another encoding may be tried.
    InputError
        Where none may: the encoding was given, or is UTF-8 in most of its letters.
    """
    stream.read(encoding.mark)
    decoder = codecs.getincrementaldecoder(encoding.name)()
    offset = encoding.mark
    n_letters = 0
    sizes = chain([first], repeat(size))
    while True:
        block = stream.read(next(sizes))
        if encoding.name == "utf-8":
            block += stream.readline(size)
        pending = len(decoder.getstate()[0])
        plain = encoding.name == "utf-8" and block.isascii() and not pending
        if not plain:
            try:
                text = decoder.decode(block, final=not block)
            except UnicodeDecodeError as error:
                before = error.object[: error.start]
                byte = offset - pending + error.start
                where = f"{shown}, line {_line_of(stream, byte)}: byte {byte + 1:,} of the file"
                wrong = f"{where} (0x{error.object[error.start]:02x}) is not {encoding.name}"
                n_letters += len(before) - len(before.decode(encoding.name, "ignore"))
                n_wrong = error.object.decode(encoding.name, "replace").count("\ufffd")
                if given or (encoding.name == "utf-8" and n_letters > n_wrong) or after(encoding) is None:
                    rule = "" if given or after(encoding) is None else ", as its other letters are"
                    remedy = Message(f"{wrong}{rule}: save the file as UTF-8 (in Excel: 'CSV UTF-8'), or name its ")
                    raise InputError(Message(remedy, Parameter("encoding"))) from error
                raise NotEncodedSo(wrong) from error
            except UnicodeError as error:  # an encoding that a mark begins, which is not there
                mark = Message(f"{shown}: it does not begin with the mark of {encoding.name}: name its ")
                remedy = Message(Parameter("encoding"), ", with its order of bytes, as utf-16-le or utf-16-be")
                raise InputError(Message(mark, remedy)) from error
            if encoding.name == "utf-8":
                n_letters += len(block) - len(text)  # bytes that follow the first of a letter
        if not block:
            if not plain and text:
                yield text.encode()
            return
        offset += len(block)
        yield block if encoding.name == "utf-8" else text.encode()


def _line_of(stream: IO[bytes], byte: int) -> int:
    """On which line a byte stands, counted anew, as lines are not while all goes well."""
    stream.seek(0)
    line = 1
    while byte > 0 and (some := stream.read(min(byte, 2**20))):
        line += some.count(b"\n")
        byte -= len(some)
    return line
