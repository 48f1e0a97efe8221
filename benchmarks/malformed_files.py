"""How much time of a processor, and how much memory, until a file that is no model is refused: 100 ms, 64 MB at most.

    .venv/bin/python benchmarks/malformed_files.py

The files are those of the tests, and some that would be large if anything were made of them.
"""

from __future__ import annotations

import struct
import sys
import tempfile
import time
import tracemalloc
from collections.abc import Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from tests.files.tampering import compact, put_together
from tests.files.test_container import MALFORMED, said

from clearprop import InputError, load
from clearprop.files.frame import BEGINNING, SEAL
from clearprop.files.limits import MOST_NESTED
from clearprop.foundation.environment import conditions

REPEATS = 5
HOLES = 2**30


def files(folder: Path) -> Iterator[tuple[str, str | Path]]:
    """A name and a path for each file."""
    for name, content in MALFORMED.items():
        yield name, _written(folder, content)
    many = ",".join(f'"t{n}":{{"dtype":"F64","shape":[0],"data_offsets":[0,0]}}' for n in range(220_000))
    yield "220,000 arrays", _written(folder, put_together(said(), many, b""))
    yield "220,000 arrays, version 1", _written(folder, put_together('{"version": 1}', many, b""))
    yield "1 GB of holes", _written(folder, b"", HOLES)
    yield "1 GB of holes behind a header's length", _written(folder, struct.pack("<Q", 2**29) + SEAL, HOLES)
    yield "1 GB of holes behind a header", _written(folder, put_together(said(), {}, b""), HOLES)
    yield "16 MB of holes in a header of version 1", _written(folder, struct.pack("<Q", 2**24) + BEGINNING, HOLES)
    for piece in ("[],", "{},", '{"a":[]},', '"a",', "1,"):
        for count in (MOST_NESTED // 2 - 10, 2**20 // len(piece)):
            inner = '{"version":1,"kind":"network","extra":{},"network":[' + piece * count + "0]}"
            yield f"{count:,} times {piece} in version 1", _written(folder, put_together(inner, {}, b""))
    yield "a long text", _written(folder, put_together(compact(said(kind="x" * 2**19)), {}, b""))
    yield "/dev/zero", "/dev/zero"
    yield "a folder", folder


def _written(folder: Path, content: bytes, size: int = 0) -> Path:
    path = folder / str(len(list(folder.iterdir())))
    with path.open("wb") as file:
        file.write(content)
        if size:
            file.truncate(size)
    return path


def refusal(path: str | Path) -> str:
    """The message of the error, which there must be."""
    try:
        load(path)
    except InputError as error:
        return str(error)
    raise AssertionError(f"{path} was taken")


def main() -> None:
    """Print a line for each file, the slowest first."""
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        for name, path in files(Path(folder)):
            refusal(path)
            times = []
            for _ in range(REPEATS):
                start = time.process_time()
                message = refusal(path)
                times.append(time.process_time() - start)
            tracemalloc.start()
            refusal(path)
            memory = tracemalloc.get_traced_memory()[1]
            tracemalloc.stop()
            rows.append((min(times), memory, len(message), name))
    rows.sort(reverse=True)
    print(f"{'file':44} {'ms':>8} {'MB':>8} {'message':>8}")
    for seconds, memory, length, name in rows:
        print(f"{name:44} {1000 * seconds:8.2f} {memory / 2**20:8.2f} {length:8}")
    longest, most = rows[0][0], max(memory for _, memory, _, _ in rows)
    print(f"{len(rows)} files; the longest took {1000 * longest:.1f} ms, the most {most / 2**20:.1f} MB")
    print(conditions("msgspec", "safetensors"))


if __name__ == "__main__":
    main()
