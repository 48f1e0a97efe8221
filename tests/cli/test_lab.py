"""`clearprop lab` as it is run: what it prints and refuses, and how it ends."""

import re
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.parse
import urllib.request
import webbrowser

import pytest

from clearprop.cli.signals import WORDS

from ..lab.serving import SESSION, frame


@pytest.fixture
def page(tmp_path_factory, monkeypatch):
    """A front end that does nothing, where the real one may not be built."""
    folder = tmp_path_factory.mktemp("static")
    (folder / "lab.js").write_text("")
    (folder / "lab.css").write_text("")
    monkeypatch.setattr("clearprop.lab.assets.STATIC", folder)
    return folder


@pytest.fixture
def begun(page, begun_server):
    """Run the command up to where it would wait for pages: what it printed, and the server."""
    import clearprop.lab.server

    return lambda *arguments: begun_server(clearprop.lab.server, "lab", *arguments)


PROGRAM = """
import sys, clearprop.lab.assets
from pathlib import Path
clearprop.lab.assets.STATIC = Path(sys.argv.pop(1))
from clearprop.cli import main
main()
"""


@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM"])
def test_it_serves_until_a_signal_ends_it(page, tmp_path, name):
    command = [sys.executable, "-c", PROGRAM, str(page), "lab", "--no-browser"]
    process = subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    address = process.stdout.readline().removeprefix("the lab: ").strip()
    with (
        pytest.raises(urllib.error.HTTPError, match="403"),
        urllib.request.urlopen(address.partition("?")[0], timeout=60),
    ):
        pass
    opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor())
    with opener.open(address, timeout=60) as answer:
        assert answer.status == 200
        assert "token" not in answer.url
    process.send_signal(getattr(signal, name))
    out, err = process.communicate(timeout=60)
    assert process.returncode == 128 + getattr(signal, name)
    assert out == ""
    assert err.splitlines() == ["Ctrl-C ends it.", f"clearprop: {WORDS[name]}; what was not finished is not written"]


UNDER_WAY = """
import sys, threading, clearprop.lab.races
def run_race(begin, request):
    print("it runs", flush=True)
    threading.Event().wait()
import clearprop.lab.asides
clearprop.lab.asides.run_race = run_race
"""


def test_a_race_under_way_is_not_waited_for(page, tmp_path):
    """Nor anything else that takes long: this one would never end."""
    command = [sys.executable, "-c", UNDER_WAY + PROGRAM, str(page), "lab", "--no-browser"]
    process = subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    _, _, address = process.stdout.readline().partition("the lab: ")
    url = urllib.parse.urlsplit(address.strip())
    asked = "\r\n".join([f"GET /?{url.query} HTTP/1.1", f"Host: {url.netloc}", "Connection: close", "", ""])
    with socket.create_connection((url.hostname, url.port), 60) as there:
        there.sendall(asked.encode())
        told = b"".join(iter(lambda: there.recv(4096), b"")).decode()
    cookie = re.search("(?im)^set-cookie: ([^;]+)", told)[1]
    lines = [
        f"GET /socket?session={SESSION} HTTP/1.1",
        *(f"Host: {url.netloc}", f"Origin: http://{url.netloc}", f"Cookie: {cookie}"),
        *("Upgrade: websocket", "Connection: Upgrade", "Sec-WebSocket-Key: MDEyMzQ1Njc4OWFiY2RlZg=="),
        "Sec-WebSocket-Version: 13",
    ]
    with socket.create_connection((url.hostname, url.port), 60) as there:
        there.sendall("\r\n".join([*lines, "", ""]).encode())
        there.sendall(frame(b'{"type": "race", "id": 1, "optimizers": ["sgd"]}'))
        assert process.stdout.readline() == "it runs\n"
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=60)
    assert process.returncode == 128 + signal.SIGINT
    assert err.splitlines() == ["Ctrl-C ends it.", "clearprop: interrupted; what was not finished is not written"]


def test_the_address_is_printed_and_opened(begun, monkeypatch):
    opened = []
    monkeypatch.setattr(webbrowser, "open", opened.append)
    out, err, server = begun()
    assert out == f"the lab: http://127.0.0.1:{server.guard.port}/?token={server.guard.token}\n"
    assert opened == [server.address]
    assert err == "Ctrl-C ends it.\n"


def test_no_browser_is_opened_where_none_is_wanted(begun, monkeypatch):
    monkeypatch.setattr(webbrowser, "open", lambda address: pytest.fail(address))
    assert begun("--no-browser")[0].startswith("the lab: ")


def test_another_host_is_warned_of(begun):
    out, err, server = begun("--no-browser", "--host", "0.0.0.0")
    assert err.startswith("warning: 0.0.0.0: whoever can reach this machine and has this address can use the page")
    assert out.startswith("the lab: http://127.0.0.1:")
    assert server.guard.host == "0.0.0.0"


@pytest.fixture
def model(run, flowers):
    assert (
        run(
            "train",
            flowers,
            "--recipe",
            "plain",
            "--target",
            "kind",
            "--out",
            "f.model",
            "--hidden",
            "4",
            "--epochs",
            "3",
        )[0]
        == 0
    )
    return flowers.parent / "f.model"


def test_a_model_is_shown_with_its_table(begun, model, flowers):
    from clearprop import load

    _, _, server = begun("--no-browser", model, flowers)
    live = server.seats.make_session().session.state
    loaded = load(model)
    assert (live.network.parameters == loaded.network_.parameters).all()
    assert live.data.class_names == ("iris", "lily", "rose")
    assert list(live.data.column_names) == list(loaded.predictor_.preparation.feature_names)
    assert len(live.data) == 300


def test_the_table_is_read_with_the_flags_of_other_commands(begun, refused, model, flowers):
    import gzip

    packed = flowers.with_suffix(".csv.gz")
    packed.write_bytes(gzip.compress(flowers.read_bytes()))
    said = refused("lab", "--no-browser", model, packed, "--largest", "100")
    assert said.endswith("unpacked: where it is meant to, pass --largest 1MB")
    _, _, server = begun("--no-browser", model, packed, "--largest", "1MB")
    assert len(server.seats.make_session().session.state.data) == 300


def test_a_model_without_a_table_is_refused(page, refused, model):
    assert "name the table too that it is to learn from: clearprop lab" in refused("lab", "--no-browser", model)


def test_a_table_that_is_not_the_models_is_refused(page, refused, model, houses):
    assert "length" in refused("lab", "--no-browser", model, houses)


def test_a_host_that_is_none_of_this_machine_is_refused(page, refused):
    assert "192.0.2.1, port 0: cannot be listened at" in refused("lab", "--no-browser", "--host", "192.0.2.1")


def test_without_tornado_the_command_that_installs_it_is_named(refused, monkeypatch):
    for name in ("lab.server", "local_server.server", "local_server.connections"):
        monkeypatch.delitem(sys.modules, f"clearprop.{name}", raising=False)
    monkeypatch.setitem(sys.modules, "tornado.httpserver", None)
    assert refused("lab") == (
        "clearprop: the lab's page needs Tornado, which is not installed: run  pip install 'clearprop[lab]'"
    )


def test_without_the_page_it_is_said_how_to_build_it(page, refused):
    (page / "lab.js").unlink()
    assert "the lab's page is not built: install Node" in refused("lab", "--no-browser")
