"""A page as a real browser lays it out: Chromium without a window, and what a script in the page measures."""

import html
import json
import re
import subprocess

from .outside import program

MEASURE = """
<script>
addEventListener("load", () => {
  const boxes = selector => [...document.querySelectorAll(selector)].map(e => e.getBoundingClientRect());
  const open = document.querySelectorAll("details"); open.forEach(e => e.open = true);
  const size = list => list.map(b => [b.width, b.height]);
  document.body.setAttribute("data-measured", JSON.stringify({
    math: size(boxes("math")), fractions: size(boxes("mfrac")), images: size(boxes("svg")),
    width: document.documentElement.scrollWidth, window: innerWidth,
    loaded: performance.getEntriesByType("resource").length, text: document.body.innerText,
    scripts: document.scripts.length - 1,
  }));
});
</script>
"""


def measured(page, folder, width=1000):
    """What Chromium makes of the page: sizes of formulas and pictures, its width, its text, what it loaded."""
    chromium = program("Chromium", "chromium", "chromium-browser", "google-chrome")
    path = folder / "page.html"
    path.write_text(page.replace("</body>", MEASURE + "</body>"), encoding="utf-8")
    command = [
        *(chromium, "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-sync"),
        *("--disable-background-networking", "--disable-component-update", "--disable-quic", "--dump-dom"),
        *(f"--user-data-dir={folder / 'profile'}", f"--window-size={width},900", path.as_uri()),
    ]
    dom = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True).stdout
    found = re.search(r'data-measured="([^"]*)"', dom)
    assert found is not None, dom[-500:]
    return json.loads(html.unescape(found[1]))
