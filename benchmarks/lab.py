"""The lab's page in Chromium: how soon it is there, its frames a second, how fast it rewinds, what memory it takes.

    .venv/bin/python benchmarks/lab.py [--minutes 30]

The server is a process of its own, as `clearprop lab` is. It needs Chromium, Playwright and the built page. Writes
docs/benchmarks-lab.md; on standard error it says what it is at.
"""

import argparse
import contextlib
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from time import perf_counter

from playwright.sync_api import Page, sync_playwright

from clearprop.foundation.environment import conditions
from clearprop.lab.assets import SCRIPT, STATIC, STYLE
from clearprop.lab.links import fragment_of
from clearprop.lab.protocol import LayerChoice, Preset, Seek, Settings, Tick, View
from clearprop.lab.session import Session
from clearprop.lab.wire import encoded, joined

PAGE = Path(__file__).parent.parent / "docs" / "benchmarks-lab.md"
SETTINGS = Settings(data=Preset(name="circles", rows=500), layers=[LayerChoice(units=8), LayerChoice(units=8)])
WHOLE_BATCHES = Settings(data=SETTINGS.data, layers=SETTINGS.layers, batch_size=0, epochs=1_000_000)
NOTHING_DRAWN = View(plane=0, maps=0)
RUNS, SECONDS, EPOCHS, SEEKS = 5, 5, 10_000, 12
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
# A frame counts when the numbers on the page have changed in it.
COUNT = """seconds => new Promise(done => {
    const written = () => document.querySelector("[data-number='loss']").textContent
        + document.querySelector(".cp-figures").textContent;
    let [start, painted, all, before] = [0, 0, 0, written()];
    const frame = now => {
        start ||= now;
        const text = written();
        if (text !== before) painted += 1;
        all += 1;
        before = text;
        if (now - start < 1000 * seconds) requestAnimationFrame(frame);
        else done([painted, all]);
    };
    requestAnimationFrame(frame);
})"""
# From the pointer's press on the loss curve to the frame in which the epoch stands there.
SEEK = """share => new Promise(done => {
    const scrubber = document.querySelector(".cp-scrubber"), figure = document.querySelector(".is-epoch dd");
    const { left, top, width } = scrubber.getBoundingClientRect(), before = figure.textContent;
    const place = { clientX: left + share * width, clientY: top + 5, bubbles: true, pointerId: 1 };
    scrubber.setPointerCapture = () => undefined;
    const start = performance.now();
    const look = () => figure.textContent === before && performance.now() - start < 5000
        ? requestAnimationFrame(look) : done(performance.now() - start);
    scrubber.dispatchEvent(new PointerEvent("pointerdown", place));
    requestAnimationFrame(look);
})"""


@dataclass
class Running:
    """A server in a process of its own."""

    process: subprocess.Popen
    address: str

    def cpu(self) -> float:
        """Seconds of processor time so far."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def megabytes(self) -> float:
        """Memory that it has, resident."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(status.partition("VmRSS:")[2].split()[0]) / 1024


@contextlib.contextmanager
def serving():
    """A server, which is gone afterwards."""
    command = [sys.executable, "-m", "clearprop", "lab", "--no-browser"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    try:
        line = next(line for line in process.stdout if "http" in line)
        yield Running(process, "http" + line.partition("http")[2].strip())
    finally:
        process.terminate()
        process.wait()


@contextlib.contextmanager
def opened(browser, server, settings):
    """The page with these settings, its tour over; milliseconds until it painted, and until the network stood there."""
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    page = context.new_page()
    page.add_init_script("localStorage.setItem('clearprop-lab-tour', '1')")
    page.goto(f"{server.address}#{fragment_of(settings)}")
    page.locator(".cp-drawing").wait_for()
    there = page.evaluate("performance.now()")
    painted = page.evaluate("performance.getEntriesByName('first-contentful-paint')[0].startTime")
    yield page, painted, there
    context.close()


def play(page: Page) -> None:
    page.get_by_role("button", name="Play", exact=True).click()
    page.get_by_role("button", name="Pause", exact=True).wait_for()


def pause(page: Page) -> None:
    page.get_by_role("button", name="Pause", exact=True).click()
    page.get_by_role("button", name="Play", exact=True).wait_for()


def epoch(page: Page) -> int:
    return int(page.locator(".is-epoch dd").inner_text().replace("\u2009", ""))


def metrics(session) -> dict[str, float]:
    """Chromium's own counters of the page."""
    return {one["name"]: one["value"] for one in session.send("Performance.getMetrics")["metrics"]}


def measured_frames(browser, server):
    """Frames that changed and frames at all a second, processor milliseconds a frame of page and of server."""
    with opened(browser, server, SETTINGS) as (page, painted, there):
        session = page.context.new_cdp_session(page)
        session.send("Performance.enable")
        play(page)
        page.evaluate(COUNT, 1)
        before, cpu = metrics(session), server.cpu()
        changed, frames = page.evaluate(COUNT, SECONDS)
        after, server_cpu = metrics(session), server.cpu() - cpu
        parts = {
            name: 1e3 * (after[name] - before[name]) / max(1, changed)
            for name in ("TaskDuration", "ScriptDuration", "LayoutDuration", "RecalcStyleDuration")
        }
        return painted, there, changed / SECONDS, frames / SECONDS, parts, 1e3 * server_cpu / max(1, changed)


def measured_seeks(browser, server):
    """Milliseconds of each jump within 10,000 epochs of one batch, from the press to the painted frame."""
    with opened(browser, server, WHOLE_BATCHES) as (page, _, _):
        play(page)
        began = perf_counter()
        while epoch(page) < EPOCHS and perf_counter() - began < 300:
            page.wait_for_timeout(500)
        pause(page)
        reached = epoch(page)
        shares = [(0.17 + 0.61803 * number) % 1 for number in range(SEEKS)]
        return reached, [page.evaluate(SEEK, share) for share in shares]


def measured_replies():
    """Milliseconds of each jump within 10,000 epochs of 50 batches, from the request to the reply's bytes."""
    session, found = Session(None, SETTINGS), []
    while session.answer(Tick(budget=1000, view=NOTHING_DRAWN))[0].place.epoch < EPOCHS:
        pass
    for number in range(SEEKS):
        start = perf_counter()
        joined(*encoded(*session.answer(Seek(epoch=int(EPOCHS * ((0.17 + 0.61803 * number) % 1)), view=View(maps=24)))))
        found.append(1e3 * (perf_counter() - start))
    return found


def measured_memory(browser, server, minutes):
    """Megabytes of the page's heap (after a collection) and of the server, again and again while it trains."""
    found = []
    with opened(browser, server, WHOLE_BATCHES) as (page, _, _):
        session = page.context.new_cdp_session(page)
        session.send("Performance.enable")
        page.locator('.cp-centre [data-name="W1[1,1]"]').first.focus()
        page.keyboard.press("Enter")
        play(page)
        for step in range(9):
            if step:
                page.wait_for_timeout(60_000 * minutes / 8)
            session.send("HeapProfiler.collectGarbage")
            counted = metrics(session)
            found.append(
                (
                    minutes * step / 8,
                    epoch(page),
                    counted["JSHeapUsedSize"] / 2**20,
                    counted["Nodes"],
                    server.megabytes(),
                )
            )
    return found


def main() -> None:
    """Write the page."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--minutes", type=float, default=30, help="how long memory is watched")
    minutes = parser.parse_args().minutes
    size = sum((STATIC / name).stat().st_size for name in (SCRIPT, STYLE))
    load = os.getloadavg()[0]
    with sync_playwright() as playwright, serving() as server:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        print("frames", file=sys.stderr)
        runs = [measured_frames(browser, server) for _ in range(RUNS)]
        print("rewinding", file=sys.stderr)
        reached, seeks = measured_seeks(browser, server)
        replies = measured_replies()
        print("memory", file=sys.stderr)
        memory = measured_memory(browser, server, minutes)
        version = browser.version
        browser.close()
    painted, there, changed, frames = (median(run[place] for run in runs) for place in range(4))
    parts = {name: median(run[4][name] for run in runs) for name in runs[0][4]}
    server_ms = median(run[5] for run in runs)
    rest = parts["TaskDuration"] - parts["ScriptDuration"] - parts["LayoutDuration"] - parts["RecalcStyleDuration"]
    lines = [
        "# Benchmarks of the lab",
        "",
        f"Written by `python benchmarks/lab.py`: the page in Chromium {version} without a graphics card, 1440 by 900, "
        "the server a process of its own.",
        f"Medians of {RUNS} openings. While it was measured {load:.1f} processes wanted the processor beside it: what "
        "waits for a turn",
        "(frames, milliseconds) is worse by as much; processor time and memory are not.",
        "",
        "| what | wanted | measured |",
        "| --- | ---: | ---: |",
        f"| script and style of the page | 1 MB | {size / 1e6:.2f} MB |",
        f"| first paint | 1,500 ms | {painted:.0f} ms |",
        f"| the network stands there | | {there:.0f} ms |",
        f"| 2-8-8-1, 500 points, boundary, 19 heat maps: frames with other numbers | 45/s | {changed:.0f}/s |",
        f"| frames at all | | {frames:.0f}/s |",
        f"| rewinding, press to frame, in {reached:,} epochs of one batch: median of {SEEKS} | 200 ms "
        f"| {median(seeks):.0f} ms |",
        f"| the slowest | 200 ms | {max(seeks):.0f} ms |",
        f"| request to reply, in {EPOCHS:,} epochs of 50 batches: median of {SEEKS} | 200 ms "
        f"| {median(replies):.0f} ms |",
        f"| the slowest | 200 ms | {max(replies):.0f} ms |",
        "",
        "Processor time for a painted frame, of the page's thread: "
        f"{parts['TaskDuration']:.1f} ms ({parts['ScriptDuration']:.1f} scripts, {parts['RecalcStyleDuration']:.1f} "
        f"styles, {parts['LayoutDuration']:.1f} layout, {rest:.1f}",
        f"painting and the rest); of the server: {server_ms:.1f} ms, training included, which takes "
        "what a frame's 15 ms leave over.",
        "",
        f"Memory during {minutes:g} minutes of training at full speed with a derivation open, in MiB: the page's heap "
        "after each collection, and what the server has resident.",
        "",
        "| minute | epoch | page | nodes | server |",
        "| ---: | ---: | ---: | ---: | ---: |",
        *(
            f"| {at:.1f} | {epochs:,} | {heap:.1f} | {nodes:,.0f} | {rss:.0f} |"
            for at, epochs, heap, nodes, rss in memory
        ),
        "",
        conditions("tornado", "msgspec"),
        "",
    ]
    PAGE.write_text("\n".join(lines), encoding="utf-8")
    print("\n".join(lines))


if __name__ == "__main__":
    main()
