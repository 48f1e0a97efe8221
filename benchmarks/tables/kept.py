"""The results, as they are kept beside the page: a cell a line, so that a part measured anew changes few lines.

    {"conditions": [text, ...],
     "tables": {name: {"package", "task", "target", "rows", "columns", "categories", "without"}},
     "cells": {table: {peer: {split: figures}}}}

Figures are "error" and "log_loss", or "rmse"; "tested" (rows), "seconds" (of the processor, to learn), "prediction"
(likewise, to predict), "wall"; or "failed", or "limit" (seconds after which it was given up).
"""

import json
from pathlib import Path

DOCS = Path(__file__).parent.parent.parent / "docs"
KEPT, PAGE = DOCS / "benchmarks-tables.json", DOCS / "benchmarks-tables.md"


def load(path=KEPT):
    """What is kept, or nothing yet."""
    if not path.exists():
        return {"conditions": [], "tables": {}, "cells": {}}
    return json.loads(path.read_text(encoding="utf-8"))


def put(path, conditions, table, about, peer, split, figures):
    """Add a split's figures to what is kept by now: several programs may measure different parts."""
    results = load(path)
    if conditions not in results["conditions"]:
        results["conditions"].append(conditions)
    results["tables"][table] = about
    results["cells"].setdefault(table, {}).setdefault(peer, {})[str(split)] = figures
    save(results, path)


def save(results, path=KEPT):
    """Write it, in one go."""
    lines = ["{", f' "conditions": {_text(results["conditions"])},', ' "tables": {']
    lines += _entries(results["tables"], "  ", _text)
    lines += [" },", ' "cells": {']
    blocks = []
    for table, peers in results["cells"].items():
        cells = [f"   {_text(peer)}: {_text(_rounded(found))}" for peer, found in peers.items()]
        blocks.append(f"  {_text(table)}: {{\n" + ",\n".join(cells) + "\n  }")
    lines += [",\n".join(blocks), " }", "}", ""]
    new = path.with_suffix(".new")
    new.write_text("\n".join(lines), encoding="utf-8")
    new.replace(path)


def _entries(given, indent, text):
    return [",\n".join(f"{indent}{_text(name)}: {text(one)}" for name, one in given.items())]


def _rounded(found):
    return {
        split: {name: float(f"{value:.5g}") if isinstance(value, float) else value for name, value in figures.items()}
        for split, figures in found.items()
    }


def _text(value):
    return json.dumps(value, ensure_ascii=False)
