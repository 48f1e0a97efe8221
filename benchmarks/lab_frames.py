"""How many frames the lab's page paints a second while a 2-8-8-1 network learns 500 points, and how soon it is there.

    .venv/bin/python benchmarks/lab_frames.py

It needs Chromium, Playwright and the built page. A frame counts when the numbers on the stage have changed in it.
"""

from __future__ import annotations

import asyncio
import shutil
import threading
from statistics import median

from playwright.sync_api import Browser, sync_playwright

from clearprop.lab.assets import SCRIPT, STATIC, STYLE
from clearprop.lab.protocol import LayerChoice, Preset, Settings
from clearprop.lab.server import Server
from clearprop.lab.session import Session

SETTINGS = Settings(data=Preset(name="circles", rows=500), layers=[LayerChoice(units=8), LayerChoice(units=8)])
SECONDS, RUNS = 5, 3
COUNT = """seconds => new Promise(done => {
    const written = () => document.querySelector("[data-number='loss']").textContent
        + document.querySelector(".cp-figures").textContent;
    let [start, painted, before] = [0, 0, written()];
    const frame = now => {
        start ||= now;
        const text = written();
        if (text !== before) painted += 1;
        before = text;
        if (now - start < 1000 * seconds) requestAnimationFrame(frame);
        else done([painted / seconds, document.querySelector(".is-epoch dd").textContent]);
    };
    requestAnimationFrame(frame);
})"""
READY = """() => performance.now()"""


def measured(browser: Browser, address: str) -> tuple[float, float, str]:
    """Milliseconds until the network stands there, frames a second, and the epoch that was reached."""
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    page = context.new_page()
    page.goto(address)
    page.locator(".cp-drawing").wait_for()
    ready = page.evaluate(READY)
    page.keyboard.press("Escape")
    page.keyboard.press("Space")
    page.get_by_role("button", name="Pause").wait_for()
    frames, epoch = page.evaluate(COUNT, SECONDS)
    context.close()
    return ready, frames, epoch


def main() -> None:
    """Print the figures."""
    loop = asyncio.new_event_loop()
    threading.Thread(target=loop.run_forever, daemon=True).start()

    async def begin() -> Server:
        return Server(lambda: Session(None, SETTINGS))

    server = asyncio.run_coroutine_threadsafe(begin(), loop).result()
    size = sum((STATIC / name).stat().st_size for name in (SCRIPT, STYLE))
    print(f"page: {size / 1e6:.2f} MB")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-gpu", "--disable-quic"]
        )
        runs = [measured(browser, server.address) for _ in range(RUNS)]
        browser.close()
    for ready, frames, epoch in runs:
        print(f"there after {ready:.0f} ms; {frames:.1f} frames a second; epoch {epoch} after {SECONDS} s")
    print(f"median: {median(frames for _, frames, _ in runs):.1f} frames a second")


if __name__ == "__main__":
    main()
