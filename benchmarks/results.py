"""The results of the peer benchmark, as they are kept beside its page, so that it can be drawn again.

    {"conditions", "processor", "cores", "runs", "quick",
     "sets": {instruction set: {workload: {peer: figures, or why there are none}}},
     "imports": {what: seconds}, "first_fits": {instruction set: {peer: seconds}}}

Figures are those of the peer's better setting: "setting", "seconds" (the median), "runs" (each), "first" (seconds of
the first run, which compiles where something is compiled), "growth" and "peak" (megabytes during the first run: above
those with libraries and data loaded, and in all), "result" (see `Workload.judge`) and "by_setting" (all medians).
"""

import json
from pathlib import Path

from peers import OURS, TRAINER

DOCS = Path(__file__).parent.parent / "docs"
KEPT, PAGE, README = DOCS / "benchmarks-peers.json", DOCS / "benchmarks-peers.md", DOCS.parent / "README.md"


def keep(results, path):
    """Write the results."""
    path.write_text(json.dumps(results, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def kept(path=KEPT):
    """The results that were kept."""
    return json.loads(path.read_text(encoding="utf-8"))


def figures_of(found, peer):
    """A peer's figures for a workload, or None."""
    entry = found.get(peer)
    return entry if isinstance(entry, dict) else None


def our_seconds(found):
    """What a workload takes as it comes: by the estimators or by `Trainer`, the slower of both; None without either."""
    seconds = [entry["seconds"] for peer in (OURS, TRAINER) if (entry := figures_of(found, peer)) is not None]
    return max(seconds, default=None)


def times_as_fast(found, peer):
    """A peer's seconds over ours; None if there are not both."""
    ours, theirs = our_seconds(found), figures_of(found, peer)
    return None if ours is None or theirs is None else theirs["seconds"] / ours
