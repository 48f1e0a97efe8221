"""The page of the tables: ranks, ratios, seconds and every table's scores, the lost ones and the missing ones too."""

import math
import statistics

from learners import PARTS, PEERS
from sources import CLASSES, NUMBERS, SOURCES

OURS = [name for name, peer in PEERS.items() if peer.ours]
NETWORKS = [name for name, peer in PEERS.items() if peer.network]
SCORES = {CLASSES: ("error", "log_loss"), NUMBERS: ("rmse",)}
TITLES = {"error": "error", "log_loss": "log loss", "rmse": "RMSE"}
DASH = "–"


def page(results):
    """The whole page."""
    cells, tables = results["cells"], {name: one for name, one in results["tables"].items() if name in SOURCES}
    lines = [
        "# Benchmarks on real tables",
        "",
        "Written by `python benchmarks/tables/run.py` from `benchmarks-tables.json`, where each figure stands.",
        "Each table is split three times, four fifths to learn from and one to predict; figures are means of the",
        "splits that all compared have done. Everyone learns as it comes, with its defaults, on one thread; seconds",
        "are the processor's. Scikit-learn's network stands behind scaling, one-hot categories and medians for what is",
        "missing. `ours` is `TableClassifier()` or `TableRegressor()`; `ours, one member` the same with `members=1`.",
        "Its settings were compared on tables of this kind, many of these among them: on others expect less of a lead.",
        "",
    ]
    for task in (CLASSES, NUMBERS):
        for score in SCORES[task]:
            lines += _summary(task, score, tables, cells)
    lines += _networks(tables, cells)
    for task in (CLASSES, NUMBERS):
        for score in SCORES[task]:
            lines += _scores(task, score, tables, cells)
    lines += _seconds(tables, cells)
    lines += _losing(tables, cells)
    lines += _parts(tables, cells)
    lines += _missing(tables, cells)
    lines += _described(tables)
    lines += ["", *(f"{one}  " for one in results["conditions"]), ""]
    return "\n".join(lines)


# -- what the figures are ---------------------------------------------------------------------------------------------


def _common(found, peers):
    """The splits that all of the peers have done."""
    done = [{split for split, figures in found.get(peer, {}).items() if "seconds" in figures} for peer in peers]
    return sorted(set.intersection(*done)) if done else []


def _mean(found, peer, score, splits):
    return statistics.fmean(found[peer][split][score] for split in splits)


def _pair(found, first, second, score):
    """The scores of two on the splits that both have done; None without any. No error at all counts as half a row."""
    splits = _common(found, (first, second))
    if not splits:
        return None
    least = 0.0
    if score == "error":
        least = 0.5 / sum(found[first][split]["tested"] for split in splits)
    return tuple(max(_mean(found, peer, score, splits), least) for peer in (first, second))


def ratio(task, score, tables, cells, first, second):
    """The first's score over the second's, the geometric mean over the tables that both have done; and how many."""
    logs = []
    for name, about in tables.items():
        if about["task"] == task and (pair := _pair(cells.get(name, {}), first, second, score)):
            logs.append(math.log(pair[0] / pair[1]))
    return (math.exp(statistics.fmean(logs)), len(logs)) if logs else None


def ranks(task, score, tables, cells, peers):
    """The mean rank of each of the peers over the tables that all have done, 1 for the best; and how many."""
    places = {peer: [] for peer in peers}
    for name, about in tables.items():
        found = cells.get(name, {})
        splits = _common(found, peers)
        if about["task"] != task or not splits:
            continue
        means = {peer: _mean(found, peer, score, splits) for peer in peers}
        for peer in peers:
            better = sum(other < means[peer] for other in means.values())
            alike = sum(other == means[peer] for other in means.values())
            places[peer].append(better + (alike + 1) / 2)
    counted = len(next(iter(places.values()), []))
    return {peer: statistics.fmean(found) for peer, found in places.items()} if counted else {}, counted


# -- how they are shown -----------------------------------------------------------------------------------------------


def _there(tables, cells, task):
    """The peers that have learned any table of the task."""
    names = [name for name, about in tables.items() if about["task"] == task]
    return [peer for peer in PEERS if any(_common(cells.get(name, {}), (peer,)) for name in names)]


def _companies(peers):
    """Who is ranked together, the slower ones left out from one to the next, as these have done fewer tables."""
    left = [(), ("TabM-D",), [peer for peer in peers if PEERS[peer].slow]]
    titles = ["everyone", "without TabM-D", "without slow ones"]
    return {title: [peer for peer in peers if peer not in out] for title, out in zip(titles, left, strict=True)}


def _ranked(task, score, tables, cells, peers):
    """The mean ranks in each company, by a title that says of how many tables."""
    found = {}
    for title, company in _companies(peers).items():
        places, counted = ranks(task, score, tables, cells, company)
        found[f"{title} ({counted})"] = places
    return found


def _summary(task, score, tables, cells):
    there = _there(tables, cells, task)
    ranked = _ranked(task, score, tables, cells, there)
    ours = [peer for peer in OURS if peer in there]
    titles = [*(f"mean rank, {title}" for title in ranked), *(f"{peer} over it" for peer in ours)]
    lines = [
        f"## {TITLES[score][0].upper()}{TITLES[score][1:]} of {task}",
        "",
        f"| | {' | '.join(titles)} |",
        f"| --- |{' ---: |' * len(titles)}",
    ]
    for peer in there:
        shown = [_number(places.get(peer)) for places in ranked.values()]
        for one in ours:
            found = None if one == peer else ratio(task, score, tables, cells, one, peer)
            shown.append(DASH if found is None else f"{found[0]:.3f} ({found[1]})")
        lines.append(f"| {peer} | {' | '.join(shown)} |")
    explained = [
        "Ranks are means over the tables that all who are ranked together have done (so many). The last columns:",
        "geometric means of the ratio of scores (tables), below 1 where ours is better.",
    ]
    return [*lines, "", *explained, ""]


def _networks(tables, cells):
    """Mean ranks among the networks alone."""
    lines = ["## Ranks among the networks", ""]
    columns = {}
    for task in (CLASSES, NUMBERS):
        peers = [peer for peer in _there(tables, cells, task) if peer in NETWORKS]
        for score in SCORES[task]:
            for title, places in _ranked(task, score, tables, cells, peers).items():
                if not title.startswith("without slow"):
                    columns[f"{TITLES[score]} of {task}, {title}"] = places
    lines += [f"| | {' | '.join(columns)} |", f"| --- |{' ---: |' * len(columns)}"]
    lines += [
        f"| {peer} | {' | '.join(_number(places.get(peer)) for places in columns.values())} |" for peer in NETWORKS
    ]
    return [*lines, ""]


def _scores(task, score, tables, cells):
    there = _there(tables, cells, task)
    lines = [f"## Each table: {TITLES[score]} of {task}", "", f"| table | rows | {' | '.join(there)} |"]
    lines += [f"| --- | ---: |{' ---: |' * len(there)}"]
    for name, about in tables.items():
        if about["task"] != task:
            continue
        found = cells.get(name, {})
        done = {peer: splits for peer in there if (splits := _common(found, (peer,)))}
        means = {peer: _mean(found, peer, score, splits) for peer, splits in done.items()}
        most = max((len(splits) for splits in done.values()), default=0)
        best = min((mean for peer, mean in means.items() if len(done[peer]) == most), default=None)
        shown = [_shown(means[peer], len(done[peer]), most, best) if peer in means else DASH for peer in there]
        lines.append(f"| {name} | {about['rows']:,} | {' | '.join(shown)} |")
    return [*lines, "", "In brackets: of how many splits, where others have done more.", ""]


def _shown(mean, splits, most, best):
    """A mean, bold where it is the best of those of the most splits."""
    if splits < most:
        return f"{_digits(mean)} ({splits})"
    return f"**{_digits(mean)}**" if mean == best else _digits(mean)


def _seconds(tables, cells):
    peers = [peer for peer in PEERS if peer in {*_there(tables, cells, CLASSES), *_there(tables, cells, NUMBERS)}]
    lines = ["## Seconds to learn", "", f"| table | rows | {' | '.join(peers)} |"]
    lines += [f"| --- | ---: |{' ---: |' * len(peers)}"]
    for name, about in tables.items():
        found = cells.get(name, {})
        shown = [
            _digits(_mean(found, peer, "seconds", splits)) if (splits := _common(found, (peer,))) else DASH
            for peer in peers
        ]
        lines.append(f"| {name} | {about['rows']:,} | {' | '.join(shown)} |")
    lines.append("")
    for one in OURS:
        shown = []
        for peer in peers:
            pairs = [_pair(cells.get(name, {}), one, peer, "seconds") for name in tables]
            logs = [math.log(pair[0] / pair[1]) for pair in pairs if pair]
            if peer != one and logs:
                shown.append(f"{peer} {math.exp(statistics.fmean(logs)):.2f} ({len(logs)})")
        if shown:
            lines += [f"Geometric mean of the seconds of {one} over those of: {', '.join(shown)}.", ""]
    return lines


def _losing(tables, cells):
    """Where ours is worse than a peer, table by table."""
    lines = ["## Where ours loses", ""]
    for one in OURS:
        for task in (CLASSES, NUMBERS):
            for score in SCORES[task]:
                lost = _lost(one, task, score, tables, cells)
                if lost:
                    lines += [f"**{one}**, {TITLES[score]} of {task}: {'; '.join(lost)}.", ""]
    return lines if len(lines) > 2 else [*lines, "Nowhere.", ""]


def _lost(one, task, score, tables, cells):
    lost = []
    for name, about in tables.items():
        if about["task"] != task:
            continue
        worse = {}
        for peer in PEERS:
            pair = _pair(cells.get(name, {}), one, peer, score)
            if peer not in OURS and pair and pair[0] > pair[1]:
                worse[peer] = pair[0] / pair[1]
        if worse:
            lost.append(f"{name} ({', '.join(f'{peer} {times:.2f}' for peer, times in worse.items())})")
    return lost


def _parts(tables, cells):
    """What each part of the recipe is worth."""
    there = [part for part in PARTS if any(_common(cells.get(name, {}), (part, OURS[0])) for name in tables)]
    if not there:
        return []
    lines = [
        "## What each part is worth",
        "",
        "The geometric mean of scores and seconds without it over those of ours with it, of so many tables: above 1 it",
        "earns something. These tables are small, and a few per cent are chance.",
        "",
        "| | classes: error | classes: log loss | numbers: RMSE | seconds |",
        "| --- | ---: | ---: | ---: | ---: |",
    ]
    for part in there:
        shown = []
        for task, score in ((CLASSES, "error"), (CLASSES, "log_loss"), (NUMBERS, "rmse")):
            found = ratio(task, score, tables, cells, part, OURS[0])
            shown.append(DASH if found is None else f"{found[0]:.3f} ({found[1]})")
        pairs = [_pair(cells.get(name, {}), part, OURS[0], "seconds") for name in tables]
        times = statistics.fmean(math.log(pair[0] / pair[1]) for pair in pairs if pair)
        lines.append(f"| {part} | {' | '.join(shown)} | {math.exp(times):.2f} |")
    return [*lines, ""]


def _missing(tables, cells):
    """Which figures there are not: not measured yet, given up, or failed."""
    lines = ["## What is missing", ""]
    for peer in PEERS:
        done = {name: cells.get(name, {}).get(peer, {}) for name in tables}
        ended = {name: [one for one in found.values() if "seconds" not in one] for name, found in done.items()}
        few = {
            count: [name for name, found in done.items() if len(found) == count and not ended[name]]
            for count in range(3)
        }
        told = [
            f"{f'{count} of 3 splits' if count else 'not measured'}: {', '.join(names)}"
            for count, names in few.items()
            if names
        ]
        part = [f"{name}: {_why(ends[0])}" for name, ends in ended.items() if ends]
        if told or part:
            lines.append(f"- {peer}: {'; '.join([*told, *part])}.")
    return [*lines, ""] if len(lines) > 2 else [*lines, "Nothing.", ""]


def _why(ended):
    return ended.get("failed") or f"more than {ended['limit']:g} s"


def _described(tables):
    lines = ["## The tables", "", "| table | package | task | target | rows | columns | of categories | left out |"]
    lines += ["| --- | --- | --- | --- | ---: | ---: | ---: | --- |"]
    for name, about in tables.items():
        task = f"{about['classes']} classes" if about["task"] == CLASSES else NUMBERS
        without = "; ".join(f"{column}: {why}" for column, why in about["without"].items())
        lines.append(
            f"| {name} | {about['package']} | {task} | {about['target']} | {about['rows']:,} | {about['columns']} | "
            f"{about['categories']} | {without} |"
        )
    return lines


def _number(value):
    return DASH if value is None else f"{value:.2f}"


def _digits(value):
    return f"{value:,.0f}" if value >= 1000 else f"{value:.4g}"
