"""The page of the peer benchmark: Markdown tables of what was measured, losing rows and missed targets included."""

from measuring import FEW, NOT_INSTALLED
from peers import OURS, PEERS, PRODUCTS, SCIKIT_LEARN, TRAINER
from results import figures_of, our_seconds, times_as_fast
from sentence import digits, sentence
from starts import IMPORTS
from targets import AT_LEAST, AT_MOST, FIRST_FIT, MEMORY, TWO_JOBS
from workloads import WORKLOADS

MISSED = "✗"
# Losses further apart than this, relatively and at all, are marked; the order of the rows is each peer's own.
ALIKE, CLOSE = 0.1, 0.01


def page(results):
    """The whole page from the results (see `results`)."""
    sets = results["sets"]
    own = next(iter(sets))
    lines = [
        "# Benchmarks against other libraries",
        "",
        "Written by `python benchmarks/peers_benchmark.py` from one run on one machine, whose results stand in",
        f"`benchmarks-peers.json`; losing rows stand here too, and missed targets are marked {MISSED}.",
        "",
        sentence(results),
        "",
        "`clearprop` and `its Trainer` are what users get: `MLPClassifier(...)` or `MLPRegressor(...)`, and",
        "`Trainer(...)`, as they come. Beside them stand the engines that can be asked for by name. Every peer has a",
        f"process of its own, and they take turns. Medians of {results['runs']} runs after one to warm up ({FEW} of",
        "peers that are in no target), each at its better setting (in brackets: threads, or jobs). All begin with",
        "the same weights and train by Adam at 1e-3 in float32, unless said otherwise; each shuffles by its own",
        "generator. The bare products are the workload's matrix products alone, by NumPy. A run of less than a tenth",
        "of a second is done twice, and the second counts: the first finds a processor that slept.",
        "",
    ]
    if results["quick"]:
        lines += ["**Measured on small parts of the workloads, to try the program: the figures mean nothing.**", ""]
    for name, found in sets.items():
        held = "" if name == own else ", to which every peer was held"
        lines += _by_peer(f"## Milliseconds, {name}{held}", found, _milliseconds)
        lines += _ratios(name, found)
    found = sets[own]
    lines += _jobs(found)
    lines += _by_peer("## What came of it", found, _result, without=(PRODUCTS,))
    lines += [
        "The mean loss over all rows after training; of a perceptron the share of wrong rows, of a search the best",
        f"score. More than {ALIKE:.0%} from ours: ≠. The article's network does not descend its loss's gradient, and",
        "its perceptron does not shuffle.",
        "",
    ]
    lines += _by_peer("## Memory of the first run, MB", found, _memory)
    lines += [
        "The most in use above interpreter, libraries and data, compiled code and what loads it included; in brackets",
        f"the whole process's peak. {MISSED} where the peak of ours is above scikit-learn's by more than {MEMORY} MB.",
        "",
    ]
    lines += _by_peer("## The first run, milliseconds", found, _first)
    lines += ["What it takes longer than the later ones is compilation, or the loading of compiled code.", ""]
    lines += _starts(results)
    lines += ["## Workloads", ""]
    lines += [f"- {name}: {WORKLOADS[name].what}" for name in found]
    lines += ["- scalar program: a hundred row passes, scaled up", "", results["conditions"], ""]
    return "\n".join(lines)


def _by_peer(title, found, cell, without=()):
    names = [name for name in PEERS if name not in without and any(name in figures for figures in found.values())]
    lines = [title, "", f"| workload | {' | '.join(names)} |", f"| --- |{' ---: |' * len(names)}"]
    reasons = {}
    for workload, figures in found.items():
        cells = []
        for name in names:
            entry = figures.get(name)
            if isinstance(entry, dict):
                cells.append(cell(workload, figures, name))
            else:
                cells.append(NOT_INSTALLED if entry == NOT_INSTALLED else "-")
                if entry not in (None, NOT_INSTALLED):
                    reasons.setdefault((name, entry), []).append(workload)
        lines.append(f"| {workload} | {' | '.join(cells)} |")
    lines.append("")
    if reasons and cell is _milliseconds:
        lines += [f"- {name} on {', '.join(which)}: {reason}." for (name, reason), which in reasons.items()]
        lines.append("")
    return lines


def _milliseconds(workload, figures, name):
    entry = figures[name]
    setting = "" if entry["setting"] is None else f" ({entry['setting']})"
    return f"{digits(1000 * entry['seconds'])}{setting}"


def _first(workload, figures, name):
    return digits(1000 * figures[name]["first"])


def _memory(workload, figures, name):
    entry, theirs = figures[name], figures_of(figures, SCIKIT_LEARN)
    missed = name == OURS and theirs is not None and entry["peak"] > theirs["peak"] + MEMORY
    return f"{entry['growth']:.0f} ({entry['peak']:.0f}){' ' + MISSED if missed else ''}"


def _result(workload, figures, name):
    result = figures[name]["result"]
    ours = figures_of(figures, OURS) or figures_of(figures, TRAINER)
    if result is None:
        return "-"
    exact = WORKLOADS[workload].kind == "estimator"
    shown = f"{result:.8f}" if exact else f"{result:.4f}"
    if ours is None:
        return shown
    allowed = 1e-8 if exact else ALIKE * abs(ours["result"]) + CLOSE
    return f"{shown}{' ≠' if abs(result - ours['result']) > allowed else ''}"


def _ratios(name, found):
    """How many times as long as ours each peer takes, beside what is wanted, and which rows lose."""
    names = [
        peer
        for peer in PEERS
        if peer not in (OURS, TRAINER, PRODUCTS) and any(figures_of(figures, peer) for figures in found.values())
    ]
    lines = [
        f"## Times as fast, {name}",
        "",
        "A peer's milliseconds over ours as it comes (the slower of estimator and `Trainer`), and the target in",
        "brackets; the last column is ours over the bare products.",
        "",
        f"| workload | {' | '.join(names)} | limit |",
        f"| --- |{' ---: |' * (len(names) + 1)}",
    ]
    losing = []
    for workload, figures in found.items():
        ours = our_seconds(figures)
        if ours is None:
            continue
        cells = []
        for peer in names:
            ratio = times_as_fast(figures, peer)
            cells.append(_against(ratio, AT_LEAST.get(workload, {}).get(peer), "≥"))
            if ratio is not None and ratio < 1:
                losing.append(f"{workload} to {peer} ({digits(ratio)})")
        products = times_as_fast(figures, PRODUCTS)
        limit = None if products is None else 1 / products
        cells.append(_against(limit, AT_MOST.get(workload, {}).get(PRODUCTS), "≤"))
        lines.append(f"| {workload} | {' | '.join(cells)} |")
    return [*lines, "", f"Losing: {', '.join(losing) or 'none'}.", ""]


def _against(ratio, target, sign):
    if ratio is None:
        return "-"
    if target is None:
        return digits(ratio)
    missed = ratio < target if sign == "≥" else ratio > target
    return f"{digits(ratio)} ({sign} {target:g}){' ' + MISSED if missed else ''}"


def _jobs(found):
    """How a search gains by two jobs, of each peer that does one."""
    ways = {
        peer: by_setting
        for figures in found.values()
        for peer in PEERS
        if len(by_setting := (figures_of(figures, peer) or {}).get("by_setting", {})) > 1
        and any("process" in str(setting) for setting in by_setting)
    }
    if not ways:
        return []
    lines = [
        "## Many models at a time",
        "",
        "The search by one job and by two, milliseconds; in brackets how many times as fast two are, and the target.",
        "Processes are warm, NumPy has one BLAS thread, and all scores are the same.",
        "",
        "| | 1 process | 2 threads | 2 processes |",
        "| --- | ---: | ---: | ---: |",
    ]
    for peer, seconds in ways.items():
        alone, cells = seconds["1 process"], []
        for way in ("2 threads", "2 processes"):
            gain = alone / seconds[way]
            target = TWO_JOBS if peer == OURS else None
            cells.append(
                f"{digits(1000 * seconds[way])} ({_against(gain, target, '≥').replace('(', '').replace(')', '')})"
            )
        lines.append(f"| {peer} | {digits(1000 * alone)} | {' | '.join(cells)} |")
    return [*lines, ""]


def _starts(results):
    imports = results["imports"]
    lines = ["## A new process, seconds", "", "| import | seconds |", "| --- | ---: |"]
    lines += [f"| {name} | {imports[name]:.2f} |" for name in IMPORTS if name in imports]
    sets = results["first_fits"]
    names = [name for name in PEERS if any(name in fits for fits in sets.values())]
    lines += [
        "",
        "The first training after installation, of `digits`, nothing having been run or compiled on the machine",
        "before: from the start of the process to the end, imports included.",
        "",
        f"| first fit | {' | '.join(sets)} |",
        f"| --- |{' ---: |' * len(sets)}",
    ]
    for name in names:
        target = FIRST_FIT if name in (OURS, TRAINER) else None
        lines.append(f"| {name} | {' | '.join(_against(fits.get(name), target, '≤') for fits in sets.values())} |")
    return [*lines, ""]
