"""The page of the peer benchmark: Markdown tables of what was measured, losing rows and missed targets included."""

from clearprop.foundation.environment import conditions
from measuring import NOT_INSTALLED, Measured
from peers import OURS, PEERS, PRODUCTS, SCIKIT_LEARN
from starts import COLD, WARM
from targets import AT_LEAST, AT_MOST, FIRST_FIT_COLD, FIRST_FIT_WARM
from workloads import WORKLOADS

MISSED = "✗"
# Losses further apart than this, relatively and at all, are marked; the order of the rows is each peer's own.
ALIKE, CLOSE = 0.1, 0.01


def page(found, imports, first_fits, runs, quick):
    """The whole page from each workload's figures by peer, and the seconds of imports and first fits."""
    lines = [
        "# Benchmarks against other libraries",
        "",
        "Written by `python benchmarks/peers_benchmark.py`; losing rows stand here too, and missed targets are marked "
        f"{MISSED}.",
        "",
        f"Every peer has a process of its own, and they take turns. Medians of {runs} runs after one to warm up, each",
        "at its better setting (in brackets: threads). All begin with the same weights and train by Adam at 1e-3 in",
        "float32, unless said otherwise; each shuffles by its own generator. `clearprop` is the compiled engine. The",
        "bare products are the workload's matrix products alone, by NumPy. A run of less than a tenth of a second is",
        "done twice, and the second counts: the first finds a processor that slept.",
        "",
    ]
    if quick:
        lines += ["**Measured on small parts of the workloads, to try the program: the figures mean nothing.**", ""]
    lines += _by_peer("## Milliseconds", found, _milliseconds)
    lines += _ratios(found)
    lines += _by_peer("## What came of it", found, _result, without=(PRODUCTS,))
    lines += [
        "The mean loss over all rows after training; of a perceptron the share of wrong rows, of a search the best",
        f"score. More than {ALIKE:.0%} from ours: ≠. The article's network does not descend its loss's gradient, and",
        "its perceptron does not shuffle.",
        "",
    ]
    lines += _by_peer("## Memory of the first run, MB", found, _memory)
    lines += [
        "The most in use above interpreter, libraries and data, compiled code included; in brackets the whole",
        f"process's peak. {MISSED} where the peak of ours is above scikit-learn's by more than a megabyte.",
        "",
    ]
    lines += _by_peer("## The first run, milliseconds", found, _first)
    lines += [
        "What it takes longer than the later ones is compilation; ours is taken from the disk where it is there.",
        "",
    ]
    lines += _starts(imports, first_fits)
    lines += ["## Workloads", ""]
    lines += [f"- {name}: {WORKLOADS[name].what}" for name in found]
    lines += ["- scalar program: a hundred row passes, scaled up", "", conditions("numba", "torch", "jax", "keras"), ""]
    return "\n".join(lines)


def _by_peer(title, found, cell, without=()):
    names = [name for name in PEERS if name not in without and any(name in figures for figures in found.values())]
    lines = [title, "", f"| workload | {' | '.join(names)} |", f"| --- |{' ---: |' * len(names)}"]
    reasons = {}
    for workload, figures in found.items():
        cells = []
        for name in names:
            entry = figures.get(name)
            if isinstance(entry, Measured):
                cells.append(cell(workload, figures, name))
            else:
                cells.append(NOT_INSTALLED if entry == NOT_INSTALLED else "-")
                if entry not in (None, NOT_INSTALLED):
                    reasons[name, workload] = entry
        lines.append(f"| {workload} | {' | '.join(cells)} |")
    lines.append("")
    if reasons and cell is _milliseconds:
        lines += [f"- {name} on {workload}: {reason}." for (name, workload), reason in reasons.items()]
        lines.append("")
    return lines


def _milliseconds(workload, figures, name):
    entry = figures[name]
    setting = "" if entry.setting is None else f" ({entry.setting})"
    return f"{_digits(1000 * entry.seconds)}{setting}"


def _first(workload, figures, name):
    return _digits(1000 * figures[name].first)


def _memory(workload, figures, name):
    entry, theirs = figures[name], figures.get(SCIKIT_LEARN)
    missed = name == OURS and isinstance(theirs, Measured) and entry.peak > theirs.peak + 1
    return f"{entry.growth:.0f} ({entry.peak:.0f}){' ' + MISSED if missed else ''}"


def _result(workload, figures, name):
    result, ours = figures[name].result, figures.get(OURS)
    if result is None:
        return "-"
    exact = WORKLOADS[workload].kind == "estimator"
    shown = f"{result:.8f}" if exact else f"{result:.4f}"
    if not isinstance(ours, Measured):
        return shown
    allowed = 1e-8 if exact else ALIKE * abs(ours.result) + CLOSE
    return f"{shown}{' ≠' if abs(result - ours.result) > allowed else ''}"


def _ratios(found):
    """How many times as long as ours each peer takes, beside what is wanted."""
    names = [
        name
        for name in PEERS
        if name not in (OURS, PRODUCTS) and any(isinstance(figures.get(name), Measured) for figures in found.values())
    ]
    lines = [
        "## Times as fast",
        "",
        "A peer's milliseconds over ours, and the target in brackets; the last column is ours over the bare products.",
        "",
        f"| workload | {' | '.join(names)} | limit |",
        f"| --- |{' ---: |' * (len(names) + 1)}",
    ]
    for workload, figures in found.items():
        ours = figures.get(OURS)
        if not isinstance(ours, Measured):
            continue
        cells = []
        for name in names:
            ratio = figures[name].seconds / ours.seconds if isinstance(figures.get(name), Measured) else None
            cells.append(_against(ratio, AT_LEAST.get(workload, {}).get(name), "≥"))
        products = figures.get(PRODUCTS)
        ratio = ours.seconds / products.seconds if isinstance(products, Measured) else None
        cells.append(_against(ratio, AT_MOST.get(workload, {}).get(PRODUCTS), "≤"))
        lines.append(f"| {workload} | {' | '.join(cells)} |")
    return [*lines, ""]


def _against(ratio, target, sign):
    if ratio is None:
        return "-"
    if target is None:
        return _digits(ratio)
    missed = ratio < target if sign == "≥" else ratio > target
    return f"{_digits(ratio)} ({sign} {target:g}){' ' + MISSED if missed else ''}"


def _starts(imports, first_fits):
    lines = ["## A new process, seconds", "", "| import | seconds |", "| --- | ---: |"]
    lines += [f"| {name} | {seconds:.2f} |" for name, seconds in imports.items()]
    lines += ["", "| first training, `digits`, from the start of the process | seconds |", "| --- | ---: |"]
    targets = {COLD: FIRST_FIT_COLD, WARM: FIRST_FIT_WARM}
    lines += [f"| {name} | {_against(seconds, targets.get(name), '≤')} |" for name, seconds in first_fits.items()]
    return [*lines, ""]


def _digits(number):
    """Three digits, or all before the point."""
    return f"{number:,.0f}" if number >= 100 else f"{number:.3g}"
