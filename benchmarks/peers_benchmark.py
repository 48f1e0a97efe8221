"""clearprop's compiled engine against scikit-learn, PyTorch, JAX, Keras, a scalar program and its own limit.

Peers that are not installed are left out. Writes docs/benchmarks-peers.md; what it is at stands on standard error.
"""

import argparse
import sys
import time
from pathlib import Path

from measuring import measure
from peers import PEERS
from peers_page import page
from starts import first_fit_seconds, import_seconds
from workloads import WORKLOADS

PAGE = Path(__file__).parent.parent / "docs" / "benchmarks-peers.md"


def options():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--workloads", type=_some_of(WORKLOADS), default=list(WORKLOADS), help="some, by commas")
    parser.add_argument("--peers", type=_some_of(PEERS), default=list(PEERS), help="some, by commas")
    parser.add_argument("--runs", type=int, default=5, help="runs of each peer, after one to warm up")
    parser.add_argument("--quick", action="store_true", help="small parts of the workloads, to try the program")
    parser.add_argument("--page", type=Path, default=PAGE, help="where the page is written")
    return parser.parse_args()


def _some_of(known):
    def names(text):
        unknown = [name for name in text.split(",") if name not in known]
        if unknown:
            raise argparse.ArgumentTypeError(f"unknown: {', '.join(unknown)}; there are {', '.join(known)}")
        return text.split(",")

    return names


def say(sentence):
    print(f"{time.strftime('%H:%M:%S')} {sentence}", file=sys.stderr, flush=True)


def main():
    given = options()
    workloads = {name: workload.quick() if given.quick else workload for name, workload in WORKLOADS.items()}
    peers = [PEERS[name] for name in given.peers]
    found = {name: measure(workloads[name], peers, given.runs, given.quick, say) for name in given.workloads}
    imports = import_seconds(given.runs, say)
    first_fits = first_fit_seconds(workloads["digits"], peers, given.runs, given.quick, say)
    text = page(found, imports, first_fits, given.runs, given.quick)
    given.page.write_text(text, encoding="utf-8")
    print(text)


if __name__ == "__main__":
    main()
