"""clearprop as it comes against scikit-learn, PyTorch, JAX, Keras, a scalar program and its own limit.

Peers that are not installed are left out. Writes docs/benchmarks-peers.json, and draws docs/benchmarks-peers.md and the
README's sentence from it; what it is at stands on standard error.
"""

import argparse
import os
import sys
import time
from pathlib import Path

import results as kept_results
from clearprop.foundation.environment import conditions, processor
from instruction_sets import OWN, environments
from measuring import measure
from peers import PEERS
from peers_page import page
from sentence import put_into
from starts import first_fit_seconds, import_seconds
from workloads import WORKLOADS


def options():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--workloads", type=_some_of(WORKLOADS), default=list(WORKLOADS), help="some, by commas")
    parser.add_argument("--peers", type=_some_of(PEERS), default=list(PEERS), help="some, by commas")
    parser.add_argument("--runs", type=int, default=5, help="runs of ours and the main peers, after one to warm up")
    parser.add_argument("--quick", action="store_true", help="small parts of the workloads, to try the program")
    parser.add_argument("--redraw", action="store_true", help="draw page and sentence from the results that were kept")
    parser.add_argument("--into", type=Path, help="a folder for results and page; the README is then left alone")
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


def measure_all(given):
    """The results, as `results` describes them."""
    workloads = {name: workload.quick() if given.quick else workload for name, workload in WORKLOADS.items()}
    peers = [PEERS[name] for name in given.peers]
    results = {
        "conditions": conditions("numba", "torch", "jax", "keras"),
        "processor": processor(),
        "cores": os.cpu_count(),
        "runs": given.runs,
        "quick": given.quick,
        "sets": {},
        "imports": import_seconds(given.runs, say),
        "first_fits": {},
    }
    for name, environment in environments().items():
        own = name == OWN
        say(f"with {name}")
        results["sets"][name] = {
            workload: measure(
                *(workloads[workload], [peer for peer in peers if own or peer.main]),
                *(given.runs, given.quick, say, environment),
            )
            for workload in given.workloads
            if own or workloads[workload].kind == "training"
        }
        arguments = workloads["digits"], [peer for peer in peers if own or peer.main], given.runs, given.quick, say
        results["first_fits"][name] = first_fit_seconds(*arguments, environment)
    return results


def main():
    given, begun = options(), time.perf_counter()
    folder = given.into or kept_results.DOCS
    kept, drawn = (folder / path.name for path in (kept_results.KEPT, kept_results.PAGE))
    if given.redraw:
        results = kept_results.kept(kept)
    else:
        results = measure_all(given)
        kept_results.keep(results, kept)
        say(f"measured in {(time.perf_counter() - begun) / 60:.0f} minutes")
    drawn.write_text(page(results), encoding="utf-8")
    if given.into is None and not results["quick"]:
        readme = kept_results.README
        readme.write_text(put_into(readme.read_text(encoding="utf-8"), results), encoding="utf-8")
    print(page(results))


if __name__ == "__main__":
    main()
