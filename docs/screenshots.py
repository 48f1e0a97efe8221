"""Takes the pictures of the lab that the docs show: `python docs/screenshots.py`, with the extra dev, and Chromium.

Each is a real page of a real server, at a moment that is always the same; the moving one is of such moments.
"""

from __future__ import annotations

import io
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from shutil import which

from PIL import Image
from playwright.sync_api import Page, expect, sync_playwright

IMAGES = Path(__file__).parent / "images"
FLAGS = ["--no-sandbox", "--disable-gpu"]
SIZE = {"width": 1360, "height": 860}


def learned(page: Page, epochs: int = 60) -> None:
    """After so many epochs."""
    for epoch in range(epochs):
        page.keyboard.press(".")
        expect(page.locator(".is-epoch dd")).to_have_text(str(epoch + 1))


def derived(page: Page, name: str) -> None:
    """With the derivation of a number open."""
    page.locator(f'.cp-centre [data-name="{name}"]').first.focus()
    page.keyboard.press("Enter")
    page.wait_for_selector(".cp-why-name")
    page.wait_for_timeout(500)


def overview(page: Page) -> None:
    """The page after some epochs."""
    learned(page)


def why(page: Page) -> None:
    """A weight's derivation."""
    learned(page, 20)
    derived(page, "W2[3,1]")
    page.locator(".cp-centre").scroll_into_view_if_needed()
    page.evaluate("scrollBy(0, 150)")


def doctor(page: Page) -> None:
    """After a rate that is too great."""
    page.get_by_role("tab", name="Training").click()
    rate = page.get_by_label("Learning rate", exact=True)
    rate.fill("30")
    rate.press("Enter")
    page.locator("h1").click()
    learned(page, 12)
    page.get_by_role("tab", name="Doctor").click()
    page.wait_for_selector(".cp-doctor li")
    page.locator(".cp-bench").scroll_into_view_if_needed()


def surface(page: Page) -> None:
    """The loss over two weights, with the path."""
    learned(page)
    page.get_by_role("tab", name="Loss surface").click()
    page.get_by_role("button", name="Draw the surface").click()
    page.wait_for_selector(".cp-surface-picture")
    page.wait_for_timeout(300)
    page.locator(".cp-surface").scroll_into_view_if_needed()


PICTURES: dict[str, tuple[str, Callable[[Page], None]]] = {
    "lab": ("light", overview),
    "lab-dark": ("dark", overview),
    "lab-why": ("light", why),
    "lab-doctor": ("light", doctor),
    "lab-surface": ("light", surface),
    "lab-learning": ("light", lambda page: None),
}
MOVING = "lab-learning"


EPOCHS_SHOWN = [*range(0, 24), *range(26, 60, 2)]
MOVING_WIDTH, COLOURS = 760, 40
FRAME_MS, LAST_MS = 160, 2500


def moving_picture(page: Page, path: Path) -> None:
    """The page as it learns, a frame for some epochs; few colours, so that it is quick to load."""
    frames = []
    for before, epoch in zip([0, *EPOCHS_SHOWN], EPOCHS_SHOWN, strict=False):
        for number in range(before, epoch):
            page.keyboard.press(".")
            expect(page.locator(".is-epoch dd")).to_have_text(str(number + 1))
        picture = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
        height = round(picture.height * MOVING_WIDTH / picture.width)
        frames.append(picture.resize((MOVING_WIDTH, height), Image.Resampling.LANCZOS))
    palette = frames[-1].quantize(COLOURS)
    first, *others = (frame.quantize(palette=palette, dither=Image.Dither.NONE) for frame in frames)
    times = [FRAME_MS] * len(others) + [LAST_MS]
    first.save(path, save_all=True, append_images=others, duration=times, loop=0, optimize=True)


def main() -> None:
    """Take all of them."""
    command = [sys.executable, "-u", "-m", "clearprop", "lab", "--no-browser"]
    server = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    try:
        assert server.stdout is not None
        address = next(found.group() for line in server.stdout if (found := re.search(r"http://\S+", line)))
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=which("chromium"), args=FLAGS)
            first = browser.new_context()
            first.new_page().goto(address)  # which is good once; the cookie is, after it
            for name, (scheme, prepare) in PICTURES.items():
                context = browser.new_context(
                    viewport=SIZE, color_scheme=scheme, device_scale_factor=1.5, reduced_motion="reduce"
                )
                context.add_cookies(first.cookies())
                context.add_init_script("localStorage.setItem('clearprop-lab-tour', '1')")
                page = context.new_page()
                page.goto(address.partition("?")[0])
                page.wait_for_selector(".cp-page")
                prepare(page)
                if name == MOVING:
                    moving_picture(page, IMAGES / f"{name}.gif")
                else:
                    page.screenshot(path=IMAGES / f"{name}.png")
                context.close()
            browser.close()
    finally:
        server.terminate()
        server.wait()


if __name__ == "__main__":
    main()
