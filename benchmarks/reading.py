"""How long reading a file takes, and the memory of it: ours, polars and pandas, each in a process of its own, in turn.

python benchmarks/reading.py            writes docs/benchmarks-reading.md
"""

import json
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pandas as pd
import polars as pl

RUNS = 3
PAGE = Path(__file__).parents[1] / "docs" / "benchmarks-reading.md"
MIB = 2**20
# Rows of numbers, digits of each, and how they are written.
ROWS, COLUMNS = 1_000_000, 20


def numbers(rng, path, **settings):
    pl.DataFrame({f"c{i}": rng.normal(size=ROWS) for i in range(COLUMNS)}).write_csv(path, **settings)


def with_missing(rng, path):
    columns = {f"c{i}": np.where(rng.random(ROWS) < 0.1, np.nan, rng.normal(size=ROWS)) for i in range(COLUMNS)}
    pl.DataFrame(columns).fill_nan(None).write_csv(path, null_value="NA", float_precision=4)


def mixed(rng, path):
    n = ROWS // 4
    days = np.datetime64("2020-01-01") + rng.integers(0, 2000, n)
    pl.DataFrame(
        {
            "id": np.arange(n),
            "town": rng.choice(["Ulm", "Bonn", "Kiel", "Bad Honnef"], n),
            "day": days,
            "paid": rng.choice(["yes", "no"], n),
            "name": [f"customer {k}" for k in rng.integers(0, 10**6, n)],
            **{f"c{i}": rng.normal(size=n) for i in range(5)},
        }
    ).write_csv(path, quote_style="non_numeric")


FILES = {
    "1,000,000 x 20 numbers, 17 digits": (numbers, ROWS * COLUMNS * 8),
    "1,000,000 x 20 numbers, 3 decimals": (lambda rng, path: numbers(rng, path, float_precision=3), ROWS * COLUMNS * 8),
    "1,000,000 x 20 numbers, 4 decimals, a tenth of them NA": (with_missing, ROWS * COLUMNS * 8),
    "1,000,000 x 20 numbers, decimal commas": (
        lambda rng, path: numbers(rng, path, separator=";", decimal_comma=True, float_precision=6),
        ROWS * COLUMNS * 8,
    ),
    "250,000 x 10, numbers, dates and quoted texts": (mixed, None),
}
READERS = {
    "clearprop": "from clearprop.tables.reading import read_table as read",
    "polars": "from polars import read_csv as read",
    "pandas": "from pandas import read_csv as read",
}
OTHERS = {
    "1,000,000 x 20 numbers, 4 decimals, a tenth of them NA": {"polars": {"null_values": "NA"}},
    "1,000,000 x 20 numbers, decimal commas": {
        "polars": {"separator": ";", "decimal_comma": True},
        "pandas": {"sep": ";", "decimal": ","},
    },
    "250,000 x 10, numbers, dates and quoted texts": {"polars": {"try_parse_dates": True}},
}
# Reads a small table first, so that what imports take counts for nobody.
CHILD = """
import json, sys, tempfile, time
from pathlib import Path
def memory(name):
    return int(next(line for line in open("/proc/self/status") if line.startswith(name)).split()[1]) * 1024
{imported}
with tempfile.TemporaryDirectory() as folder:
    small = Path(folder) / "small.csv"
    small.write_text("a,b\\n1,x\\n2,y\\n")
    read(small)
before, wall, processor = memory("VmRSS"), time.perf_counter(), time.process_time()
table = read({path!r}, **{settings!r})
seconds = time.perf_counter() - wall, time.process_time() - processor
print(json.dumps([*seconds, memory("VmHWM") - before]))
"""


def run(reader, path, settings):
    program = CHILD.format(imported=READERS[reader], path=str(path), settings=settings)
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    return json.loads(ended.stdout)


def measured(path, settings):
    """The median seconds, processor seconds and bytes of each reader."""
    runs = {reader: [] for reader in READERS}
    for _ in range(RUNS):
        for reader, of_reader in runs.items():
            of_reader.append(run(reader, path, settings.get(reader, {})))
            time.sleep(0.2)
    return {
        reader: [statistics.median(one) for one in zip(*of_reader, strict=True)] for reader, of_reader in runs.items()
    }


def main():
    lines = [
        "# Reading files: time and memory",
        "",
        f"Written by `benchmarks/reading.py` on {datetime.now(UTC):%Y-%m-%d}: {platform.machine()}, "
        f"Python {platform.python_version()}, polars {pl.__version__}, pandas {pd.__version__}; medians of {RUNS} runs "
        "in processes of their own, in turn. Memory is the peak beyond what the imports and a small table take. "
        "Where other programs run beside, as they did here, the processor seconds are what compares. Only clearprop "
        "reads dates, booleans, decimal commas and spellings of missing cells without being told.",
        "",
        "| file | reader | seconds | processor seconds | peak memory, MiB | of the numbers' own |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    with tempfile.TemporaryDirectory() as folder:
        for name, (write, n_bytes) in FILES.items():
            path = Path(folder) / "data.csv"
            write(np.random.default_rng(0), path)
            print(name, f"{path.stat().st_size / MIB:.0f} MiB", flush=True)
            for reader, (wall, processor, peak) in measured(path, OTHERS.get(name, {})).items():
                share = f"{peak / n_bytes:.2f}" if n_bytes else ""
                lines.append(f"| {name} | {reader} | {wall:.2f} | {processor:.2f} | {peak / MIB:.0f} | {share} |")
                print(lines[-1], flush=True)
    PAGE.write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
