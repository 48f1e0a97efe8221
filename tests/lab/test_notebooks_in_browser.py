"""The lab in notebooks: JupyterLab and marimo as their users run them, in a real browser."""

import contextlib
import importlib.util
import json
import os
import re
import secrets
import socket
import subprocess
import sys
import urllib.request

import pytest

from ..outside import missing
from .opened_page import expect

CODE = 'from clearprop import Lab\nlab = Lab(data="moons", layers=[3], seed=1)\nlab'


def need(name):
    if importlib.util.find_spec(name) is None:
        missing(name)


def free_port():
    """Below those that the system gives to whoever asks for any, so that nobody is given it in the meantime."""
    while True:
        port = 20_000 + secrets.randbelow(10_000)
        with contextlib.suppress(OSError), socket.create_server(("127.0.0.1", port)):
            return port


@contextlib.contextmanager
def serving(folder, said, *command):
    """A program that serves until the end; from when it says so."""
    home = {"HOME": str(folder), "JUPYTER_CONFIG_DIR": str(folder / "config"), "IPYTHONDIR": str(folder / "ipython")}
    home |= {"JUPYTER_DATA_DIR": str(folder / "data"), "XDG_CONFIG_HOME": str(folder / "xdg"), "NO_COLOR": "1"}
    log = folder / "log"
    with log.open("w") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", *command], cwd=folder, env={**os.environ, **home}, stdout=out, stderr=out
        )
    try:
        while True:
            with contextlib.suppress(OSError), urllib.request.urlopen(said, timeout=60):
                break
            with contextlib.suppress(subprocess.TimeoutExpired):  # a look now and then, else the two share a processor
                process.wait(0.1)
                raise AssertionError(log.read_text())
        yield
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


@pytest.fixture
def jupyter(browser, tmp_path):
    """The address of a notebook of one cell."""
    need("jupyterlab")
    cell = {"cell_type": "code", "source": CODE, "metadata": {}, "outputs": [], "execution_count": None, "id": "one"}
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    book = {"cells": [cell], "metadata": kernel, "nbformat": 4, "nbformat_minor": 5}
    (tmp_path / "lab.ipynb").write_text(json.dumps(book))
    port, token = free_port(), secrets.token_hex(16)
    address = f"http://127.0.0.1:{port}"
    command = [
        *("jupyterlab", "--no-browser", "--allow-root", f"--port={port}", f"--IdentityProvider.token={token}"),
        *("--LabApp.news_url=", "--LabApp.extension_manager=readonly", "--ip=127.0.0.1", f"--notebook-dir={tmp_path}"),
    ]
    with serving(tmp_path, f"{address}/api", *command):
        yield f"{address}/lab/tree/lab.ipynb?token={token}"


@pytest.fixture
def marimo(browser, tmp_path):
    """The address of a notebook of one cell."""
    need("marimo")
    lines = CODE.replace("\n", "\n    ")
    (tmp_path / "lab.py").write_text(
        f"import marimo\n\napp = marimo.App()\n\n\n@app.cell\ndef _():\n    {lines}\n    return\n"
    )
    port = free_port()
    command = ("marimo", "run", "lab.py", "--headless", "--no-token", "--port", str(port), "--host", "127.0.0.1")
    with serving(tmp_path, f"http://127.0.0.1:{port}/health", *command):
        yield f"http://127.0.0.1:{port}/"


def use(page):
    """Play and pause, and step: the kernel answers each time."""
    epoch = page.locator(".is-epoch dd")
    expect(epoch).to_have_text("0")
    page.get_by_role("button", name="Step forward").first.click()
    expect(epoch).to_have_text("1")
    page.locator(".cp-play").click()
    expect(epoch).not_to_have_text("1")
    page.locator(".cp-play").click()


def assert_the_fonts_are_loaded(page):
    """They are the document's own, as those of a shadow root are not loaded."""
    faces = "document.fonts.load('16px \"Inter Variable\"').then((faces) => faces.map((face) => face.status))"
    assert page.evaluate(faces) == ["loaded"]


def test_jupyterlab(visit, jupyter):
    page = visit.page
    page.goto(jupyter)
    expect(page.get_by_role("contentinfo")).to_contain_text("| Idle")  # what is run before the kernel is there is lost
    page.locator(".jp-Notebook .jp-Cell").first.click()
    page.keyboard.press("Shift+Enter")
    use(page)
    assert_the_fonts_are_loaded(page)


def test_jupyterlab_leaves_the_keys_to_the_page_and_a_cell_can_be_run_again(visit, jupyter):
    page = visit.page
    page.goto(jupyter)
    expect(page.get_by_role("contentinfo")).to_contain_text("| Idle")
    cells = page.locator(".jp-Notebook .jp-Cell")
    cells.first.click()
    page.keyboard.press("Shift+Enter")
    expect(page.locator(".is-epoch dd")).to_have_text("0")

    # In JupyterLab's own words: delete the cell, insert one above and one below, cut it.
    count = cells.count()
    page.locator(".cp-drawing [data-name='b1[2]']").first.click()
    for key in ("d", "d", "a", "b", "x"):
        page.keyboard.press(key)
    page.keyboard.press(".")
    expect(page.locator(".is-epoch dd")).to_have_text("1")
    expect(page.locator(".cp-why-name")).to_have_text("b1[2]")
    assert cells.count() == count

    # Run again while it trains: the page that was there asks no more, and the new one begins.
    page.locator(".cp-play").click()
    expect(page.locator(".is-epoch dd")).not_to_have_text(re.compile("^[01]$"))
    cells.first.locator(".cm-content").click()
    page.keyboard.press("Control+Enter")
    expect(page.locator(".is-epoch dd")).to_have_text("0")
    expect(page.locator(".cp-page")).to_have_count(1)
    expect(page.get_by_role("contentinfo")).to_contain_text("| Idle")
    use(page)

    # Shown twice, both are of the one training, and each has the replies to its own questions.
    expect(page.get_by_role("contentinfo")).to_contain_text("| Idle")
    page.get_by_role("button", name="Rewind to the start").click()
    expect(page.locator(".is-epoch dd")).to_have_text("0")
    cells.nth(1).locator(".cm-content").click()
    page.keyboard.type("lab")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".is-epoch dd")).to_have_text(["0", "0"])
    for place, epochs in enumerate([["1", "0"], ["1", "2"]]):
        page.get_by_role("button", name="Step forward").nth(place).click()
        expect(page.locator(".is-epoch dd")).to_have_text(epochs)

    # A kernel that has gone answers nothing, and nobody but the page would say so.
    page.get_by_role("menuitem", name="Kernel", exact=True).click()
    page.get_by_role("menuitem", name=re.compile("^Restart Kernel…")).first.click()
    page.locator(".jp-Dialog .jp-mod-accept").click()
    expect(page.get_by_role("contentinfo")).to_contain_text("| Idle")
    page.get_by_role("button", name="Step forward").first.click()
    expect(page.get_by_text("If the kernel was restarted or has ended, run the cell again.")).to_be_visible()


def test_marimo(visit, marimo):
    page = visit.page
    page.goto(marimo)
    use(page)
    assert_the_fonts_are_loaded(page)
