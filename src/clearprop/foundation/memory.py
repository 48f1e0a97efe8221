"""What an array would take of memory, judged against what there is of it, before the array is made."""

import math
import os
from collections.abc import Iterator
from pathlib import Path

from clearprop.errors import Message

# Less than this is not judged: to look takes about a tenth of a millisecond, and so little is there.
SMALL = 2**27

_PROCESS, _GROUPS = Path("/proc"), Path("/sys/fs/cgroup")
# Of a kind of control group: its name in /proc/self/cgroup, its folder, and its files for the limit and the use.
_KINDS = (
    ("", "", "memory.max", "memory.current"),
    ("memory", "memory", "memory.limit_in_bytes", "memory.usage_in_bytes"),
)


def check_memory(size: int, what: str, remedy: str) -> None:
    """Raise ValueError if an array would take more memory than is free.

    Parameters
    ----------
    size : int
        What it would take, in bytes: any number, as numbers of units and classes may be slips.
    what : str
        What would take them, to begin the message with.
    remedy : str
        What to do instead, to end it with; a `Message` where it names parameters.

    Examples
    --------
    >>> check_memory(8 * 10**18, "a matrix of 10**9 x 10**9", "make it smaller")
    Traceback (most recent call last):
    ValueError: a matrix of 10**9 x 10**9 would take 7,450,580,596 GiB of memory, and ... GiB are free: make it smaller
    """
    if size < SMALL:
        return
    free = free_memory()
    if free is not None and size > free:
        short = f"{what} would take {amount(size)} of memory, and {amount(free)} are free: "
        raise ValueError(Message(short, remedy))


def free_memory() -> int | None:
    """How many bytes the machine, its container and the process's own limit leave; None if that is unknown.

    On Linux, memory that only caches files counts as free. Elsewhere it is all that the machine has.
    """
    known = [free for free in (_of_machine(), *_of_groups(), _of_limit()) if free is not None]
    return max(0, min(known)) if known else None


def amount(size: int) -> str:
    """So many bytes, as a message tells them.

    Examples
    --------
    >>> amount(3 * 2**19), amount(2**40), amount(700)
    ('1.5 MiB', '1,024 GiB', '0.6 KiB')
    """
    # In whole numbers, since a float has no place for the largest.
    unit, name = next((one for one in ((2**30, "GiB"), (2**20, "MiB")) if size >= one[0]), (2**10, "KiB"))
    tenths = size * 10 // unit
    return f"{many(tenths // 10)} {name}" if tenths >= 100 else f"{tenths / 10:.1f} {name}"


def many(count: int) -> str:
    """A count as a message tells it: absurd ones, which are slips, by their size alone.

    Examples
    --------
    >>> many(1_000_000), many(10**400)
    ('1,000,000', 'about 10^400')
    """
    return f"{count:,}" if count < 10**60 else f"about 10^{round(math.log10(count))}"


def _of_machine() -> int | None:
    entries = _entries(_PROCESS / "meminfo")
    if "MemAvailable:" in entries:
        return 1024 * (entries["MemAvailable:"] + entries.get("SwapFree:", 0))
    try:
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (AttributeError, ValueError, OSError):  # on Windows
        return None


def _of_groups() -> Iterator[int]:
    """What the control groups leave, by which containers are limited: the process's own, and those above it."""
    for line in _text(_PROCESS / "self" / "cgroup").splitlines():
        _, controllers, place = line.split(":", 2)
        for controller, folder, limit_file, use_file in _KINDS:
            if controller in controllers.split(","):
                root = _GROUPS / folder
                group = root / place.strip("/")
                for each in (group, *group.parents):
                    limit, use = _text(each / limit_file).strip(), _text(each / use_file).strip()
                    if limit.isdigit() and use.isdigit():
                        caches = _entries(each / "memory.stat")
                        yield int(limit) - int(use) + caches.get("inactive_file", 0) + caches.get("active_file", 0)
                    if each == root:
                        break


def _of_limit() -> int | None:
    """What the limit on the process's addresses leaves (`ulimit -v`)."""
    try:
        import resource
    except ImportError:  # on Windows
        return None
    limit, _ = resource.getrlimit(resource.RLIMIT_AS)
    pages = _text(_PROCESS / "self" / "statm").split()
    if limit == resource.RLIM_INFINITY or not pages:
        return None
    return limit - int(pages[0]) * os.sysconf("SC_PAGE_SIZE")


def _entries(path: Path) -> dict[str, int]:
    """The first word of each line, and the number behind it."""
    lines = (line.split() for line in _text(path).splitlines())
    return {line[0]: int(line[1]) for line in lines if len(line) > 1 and line[1].isdigit()}


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except OSError:
        return ""
