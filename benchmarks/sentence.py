"""What the README says of speed, drawn from the benchmark's results: ranges with their losing ends."""

import re
import textwrap

from peers import JAX, OURS, PRODUCTS, PYTORCH, SCIKIT_LEARN, TRAINER
from results import times_as_fast

BEGIN, END = "<!-- drawn by benchmarks/peers_benchmark.py -->", "<!-- drawn -->"
WIDTH = 120
_TRAINED = ("tiny", "digits", "tab", "mnist", "wide", "deep", "sigmoid", "sparse")
_LIMITED = ("digits", "tab", "mnist", "wide")


def sentence(results):
    """The sentence, wrapped as the README is."""
    found, fits = (next(iter(results[what].values()), {}) for what in ("sets", "first_fits"))
    trained = ", ".join(name for name in _TRAINED if name in found)
    ranges = "; ".join(filter(None, (_with(name, figures) for name, figures in results["sets"].items())))
    ours = [fits[name] for name in (OURS, TRAINER) if name in fits]
    text = f"On {results['cores']} cores of {results['processor']}, as it comes, it trained the workloads {trained} "
    text += f"so many times as fast as others (least to most; less than 1 is slower): {ranges}."
    text += f" The first fit after installation took {max(ours):.2f} s." if ours else ""
    return "\n".join(textwrap.wrap(text, WIDTH, break_long_words=False, break_on_hyphens=False))


def _with(name, found):
    """What was found with one instruction set."""
    ranges = []
    for peer in (SCIKIT_LEARN, PYTORCH, JAX):
        ratios = {
            workload: ratio
            for workload in _TRAINED
            if workload in found and (ratio := times_as_fast(found[workload], peer)) is not None
        }
        if ratios:
            least, most = min(ratios, key=ratios.get), max(ratios, key=ratios.get)
            ranges.append(f"{peer} {digits(ratios[least])} ({least}) to {digits(ratios[most])} ({most})")
    limits = {
        workload: 1 / ratio
        for workload in _LIMITED
        if workload in found and (ratio := times_as_fast(found[workload], PRODUCTS)) is not None
    }
    if limits:
        most = max(limits, key=limits.get)
        ranges.append(f"in at most {digits(limits[most])} times ({most}) what the bare matrix products take")
    return f"with {name}, {', '.join(ranges)}" if ranges else ""


def put_into(readme, results):
    """The README with the sentence between its marks.

    Raises
    ------
    ValueError
        The marks are not there.
    """
    pattern = re.compile(f"({re.escape(BEGIN)}\n).*?(\n{re.escape(END)})", re.DOTALL)
    if not pattern.search(readme):
        raise ValueError(f"the README has no {BEGIN!r} with {END!r} behind it: put them around its sentence of speed")
    return pattern.sub(lambda found: f"{found[1]}{sentence(results)}{found[2]}", readme)


def drawn_in(readme):
    """What stands between the README's marks."""
    return readme.partition(BEGIN + "\n")[2].partition("\n" + END)[0]


def digits(number):
    """Three digits, or all before the point."""
    return f"{number:,.0f}" if number >= 100 else f"{number:.3g}"
