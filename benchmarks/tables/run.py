"""Real tables, learned by ours and by the peers, each as it comes, on one thread of the same processor.

Writes docs/benchmarks-tables.json, a cell at a time, and draws docs/benchmarks-tables.md from it. What is there is not
measured again, unless --again says so. Wants the packages of benchmarks/tables/requirements.txt.
"""

import argparse
import json
import os
import queue
import subprocess
import sys
import threading
import time
from pathlib import Path

import kept
from learners import EVERYONE, PARTS, PEERS
from page import page
from sources import ALL, SOURCES

SPLITS = (0, 1, 2)
ONE_THREAD = {f"{library}_NUM_THREADS": "1" for library in ("OMP", "OPENBLAS", "MKL", "NUMBA", "POLARS")}
GROUPS = {
    "ours": [name for name, peer in PEERS.items() if peer.ours],
    "quick": [name for name, peer in PEERS.items() if not peer.ours and not peer.slow],
    "slow": [name for name, peer in PEERS.items() if peer.slow],
    "parts": list(PARTS),
}


def options():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", choices=GROUPS, help="one group of those that learn")
    parser.add_argument("--peers", type=_some_of(EVERYONE), help="some, by semicolons")
    parser.add_argument("--tables", type=_some_of(ALL), default=list(SOURCES), help="some, by semicolons")
    parser.add_argument("--rows", type=int, help="tables of at most so many rows")
    parser.add_argument("--splits", type=int, default=len(SPLITS), help="how many of the three")
    parser.add_argument("--limit", type=float, default=3600, help="seconds after which a split is given up")
    parser.add_argument("--again", action="store_true", help="measure again what is there")
    parser.add_argument("--redraw", action="store_true", help="draw the page from the results that are kept")
    parser.add_argument("--into", type=Path, default=kept.DOCS, help="the folder of results and page")
    return parser.parse_args()


def _some_of(known):
    def names(text):
        unknown = [name for name in text.split(";") if name not in known]
        if unknown:
            raise argparse.ArgumentTypeError(f"unknown: {'; '.join(unknown)}. There are {'; '.join(known)}")
        return text.split(";")

    return names


def say(sentence):
    print(f"{time.strftime('%H:%M:%S')} {sentence}", file=sys.stderr, flush=True)


def described(name):
    """What the page tells of a table."""
    source = ALL[name]
    X, y = source.rows()
    return {
        "package": source.package,
        "task": source.task,
        "target": source.target,
        "rows": len(X),
        "columns": X.shape[1],
        "categories": int((X.dtypes == "category").sum()),
        "classes": len(set(y)) if source.task == "classes" else 0,
        "without": dict(source.without),
    }


def measure(table, peer, splits, limit):
    """A split's figures after the other, each as soon as it is there; one that takes too long ends it."""
    task = json.dumps({"table": table, "peer": peer, "splits": splits})
    here = Path(__file__).parent
    with subprocess.Popen(
        [sys.executable, str(here / "worker.py"), task],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env={**os.environ, **ONE_THREAD},
    ) as process:
        lines = queue.Queue()
        threading.Thread(target=_pass_on, args=(process.stdout, lines), daemon=True).start()
        for split in splits:
            try:
                line = lines.get(timeout=limit)
            except queue.Empty:
                process.kill()
                yield split, {"limit": limit}
                return
            if not line:
                yield split, {"failed": f"the process ended with {process.wait()}"}
                return
            found = json.loads(line)
            yield found.pop("split"), found


def _pass_on(stream, lines):
    for line in stream:
        lines.put(line)
    lines.put("")


def main():
    given = options()
    path = given.into / kept.KEPT.name
    if not given.redraw:
        _measure_all(given, path)
    (given.into / kept.PAGE.name).write_text(page(kept.load(path)), encoding="utf-8")


def _measure_all(given, path):
    from clearprop.foundation.environment import conditions

    line = conditions("pandas", "torch", "pytabkit", "lightgbm", "xgboost", "catboost")
    peers = given.peers or (GROUPS[given.only] if given.only else list(PEERS))
    for table in given.tables:
        about = described(table)
        if given.rows is not None and about["rows"] > given.rows:
            continue
        for peer in peers:
            there = kept.load(path)["cells"].get(table, {}).get(peer, {})
            splits = [split for split in SPLITS[: given.splits] if given.again or str(split) not in there]
            for split, figures in measure(table, peer, splits, given.limit) if splits else ():
                kept.put(path, line, table, about, peer, split, figures)
                shown = {name: round(value, 4) for name, value in figures.items() if isinstance(value, float)}
                say(f"{table}, {peer}, split {split}: {figures.get('failed') or shown}")


if __name__ == "__main__":
    main()
