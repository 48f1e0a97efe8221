"""Object files of Linux on x86-64, brought into memory as a linker would, without one.

LLVM can do that, too, but takes 30 milliseconds to load itself, more than everything else that a first training needs.
What is here is all that the kernels' code asks for: sections side by side in memory of their own, addresses filled in,
and what is run no more written to. Other systems' files are LLVM's (see `machine_code`).
"""

import ctypes
import functools
import mmap
import platform
import struct
import sys
from typing import Any, NamedTuple

HERE = sys.platform == "linux" and platform.machine() == "x86_64" and sys.maxsize > 1 << 32
# How a file begins: 64 bits, the least byte first; its kind, "relocatable"; and the machine.
BEGINNING = b"\x7fELF\x02\x01\x01" + bytes(9) + struct.pack("<HH", 1, 62)
HEADER, SECTION = struct.Struct("<40xQ12xHH"), struct.Struct("<IIQQQQIIQQ")
SYMBOL, RELOCATION = struct.Struct("<IBBHQQ"), struct.Struct("<QQq")
# Kinds of sections, and flags: it is written to when the code runs; it has a place in memory.
SYMBOLS, RELOCATIONS, ZEROS = 2, 4, 8
WRITTEN, IN_MEMORY = 1, 2
# The one kind of relocation there is: 8 bytes that are a symbol's address plus a number.
ADDRESS = 1
# Where an exception is caught, which kernels do not raise; it has relocations of its own.
UNUSED = ".eh_frame"

# What stands in memory, for as long as the process lives.
_kept: list[mmap.mmap] = []


class Section(NamedTuple):
    """An entry of the file's table of sections."""

    name: str
    kind: int
    flags: int
    offset: int
    size: int
    link: int
    info: int
    alignment: int


def load(code: bytes, symbol: str) -> int:
    """Where the function stands in memory, once the code does.

    Raises
    ------
    ValueError
        It is no object file of this kind of machine, has no such function, or something that is not provided for.
    """
    try:
        sections = _sections(code)
        places, unwritten, size = _places(sections)
        memory = mmap.mmap(-1, size, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
        base = ctypes.addressof(ctypes.c_char.from_buffer(memory))
        for at, place in places.items():
            section = sections[at]
            if section.kind != ZEROS:
                memory[place : place + section.size] = code[section.offset : section.offset + section.size]
        symbols = {
            at: _symbols(code, sections, at, {section: base + place for section, place in places.items()})
            for at, section in enumerate(sections)
            if section.kind == SYMBOLS
        }
        for section in sections:
            if section.kind == RELOCATIONS and section.info in places:
                table = symbols[section.link][0]
                _fill_in(memory, code, section, places[section.info], sections[section.info].size, table)
        at = next(named[symbol] for _, named in symbols.values() if symbol in named)
    except (struct.error, KeyError, IndexError, StopIteration, ValueError, OverflowError, UnicodeDecodeError) as error:
        raise ValueError(f"this is no object file with the function {symbol}") from error
    if _c_library().mprotect(ctypes.c_void_p(base), ctypes.c_size_t(unwritten), mmap.PROT_READ | mmap.PROT_EXEC):
        raise OSError(ctypes.get_errno(), "this system lets no code be loaded: engine='numpy' does without")
    _kept.append(memory)
    return at


def _sections(code: bytes) -> list[Section]:
    if not code.startswith(BEGINNING):
        raise ValueError("another kind of file")
    table, count, of_names = HEADER.unpack_from(code)
    entries = [SECTION.unpack_from(code, table + at * SECTION.size) for at in range(count)]
    names = entries[of_names][4]
    return [
        Section(_text(code, names + name), kind, flags, offset, size, link, info, max(1, alignment))
        for name, kind, flags, _, offset, size, link, info, alignment, _ in entries
    ]


def _places(sections: list[Section]) -> tuple[dict[int, int], int, int]:
    """Where in memory each section stands that has a place there; how much those take that are not written to, and all.

    Those that are begin at a page.
    """
    places, size, unwritten = {}, 0, 0
    for written in (0, WRITTEN):
        for at, section in enumerate(sections):
            if section.flags & (IN_MEMORY | WRITTEN) == IN_MEMORY | written and section.size and section.name != UNUSED:
                size = -(-size // section.alignment) * section.alignment
                places[at] = size
                size += section.size
        if not written:
            size = unwritten = -(-size // mmap.PAGESIZE) * mmap.PAGESIZE
    return places, unwritten, size


def _symbols(code: bytes, sections: list[Section], at: int, places: dict[int, int]) -> tuple[list[Any], dict[str, int]]:
    """The address of each symbol in a table, by number, None where it stands nowhere; and of those with a name."""
    table, addresses, named = sections[at], list[Any](), dict[str, int]()
    for entry in range(table.offset, table.offset + table.size, SYMBOL.size):
        name_at, _, _, section, value, _ = SYMBOL.unpack_from(code, entry)
        name = _text(code, sections[table.link].offset + name_at)
        if section in places:
            addresses.append(places[section] + value)
            named[name] = addresses[-1]
        else:
            addresses.append(_of_standard_library(name) if section == 0 and name else None)
    return addresses, named


def _fill_in(memory: mmap.mmap, code: bytes, section: Section, place: int, size: int, addresses: list[Any]) -> None:
    for entry in range(section.offset, section.offset + section.size, RELOCATION.size):
        offset, info, more = RELOCATION.unpack_from(code, entry)
        address = addresses[info >> 32]
        if info & 0xFFFFFFFF != ADDRESS or address is None or not 0 <= offset <= size - 8:
            raise ValueError("an address of another kind, or of nothing")
        struct.pack_into("<Q", memory, place + offset, address + more)


def _text(code: bytes, at: int) -> str:
    return code[at : code.index(b"\0", at)].decode()


@functools.cache
def _c_library() -> Any:
    return ctypes.CDLL(None, use_errno=True)


@functools.cache
def _of_standard_library(name: str) -> int | None:
    """Where a function is that every process has; None if it has not."""
    try:
        return ctypes.cast(getattr(_c_library(), name), ctypes.c_void_p).value
    except AttributeError:
        return None
