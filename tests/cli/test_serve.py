"""`clearprop serve` as it is run: what it prints and refuses, that what it prints works, and how it ends."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request

import pytest

from clearprop import Network, load, save
from clearprop.cli.signals import WORDS


@pytest.fixture
def model(tmp_path):
    save(Network([2, 3, 1], rng=0), tmp_path / "bare.model")
    return tmp_path / "bare.model"


def started(tmp_path, *arguments, **environment):
    command = [sys.executable, "-m", "clearprop", "serve", *map(str, arguments)]
    environment = {name: text for name, text in os.environ.items() if name != "CLEARPROP_TOKEN"} | environment
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    return subprocess.Popen(command, cwd=tmp_path, text=True, env=environment, **pipes)


def ended(process, name):
    process.send_signal(getattr(signal, name))
    out, err = process.communicate(timeout=60)
    assert process.returncode == 128 + getattr(signal, name)
    assert out == ""
    assert err.splitlines()[-1] == f"clearprop: {WORDS[name]}; what was not finished is not written"
    return err


def answer_of(request):
    with urllib.request.urlopen(request, timeout=60) as answer:
        return json.loads(answer.read())


@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM"])
def test_it_answers_until_a_signal_ends_it(model, tmp_path, name):
    process = started(tmp_path, model)
    first, command = process.stdout.readline(), process.stdout.readline()
    shown, _, address = first.strip().rpartition(": ")
    assert shown == str(model)
    root, _, token = address.partition("/?token=")
    with pytest.raises(urllib.error.HTTPError, match="401"):
        answer_of(f"{root}/health")
    assert answer_of(urllib.request.Request(f"{root}/health", headers={"Authorization": f"Bearer {token}"})) == {
        "status": "ok"
    }
    assert token in command
    if shutil.which("curl"):  # what is printed works as it stands
        run = subprocess.run(["sh", "-c", command], capture_output=True, text=True, timeout=60, check=True)
        expected = load(model).predict([[0.5, 0.5]]).tolist()
        assert json.loads(run.stdout) == {"target": "output", "predicted": expected[0]}
    err = ended(process, name)
    assert token not in err
    assert err.splitlines()[:-1] == ["The page is at this address; a program asks it as this does:", "Ctrl-C ends it."]


def test_a_token_of_the_environment_is_not_printed(model, tmp_path):
    token = "of-the-environment-" + "x" * 22
    process = started(tmp_path, model, CLEARPROP_TOKEN=token)
    first, command = process.stdout.readline(), process.stdout.readline()
    root = first.split()[1]
    assert first == f"{model}: {root} (the token is the one in CLEARPROP_TOKEN)\n"
    assert answer_of(urllib.request.Request(f"{root}/health", headers={"Authorization": f"Bearer {token}"}))
    if shutil.which("curl"):
        run = subprocess.run(
            ["sh", "-c", command],
            capture_output=True,
            timeout=60,
            check=True,
            env=os.environ | {"CLEARPROP_TOKEN": token},
        )
        assert b'"predicted"' in run.stdout
    assert token not in first + command + ended(process, "SIGINT")


@pytest.fixture
def begun(begun_server):
    """Run the command up to where it would wait: what it printed, and the server."""
    import clearprop.serving.server

    return lambda *arguments: begun_server(clearprop.serving.server, "serve", *arguments)


def test_another_host_is_warned_of(begun, model):
    out, err, server = begun(model, "--host", "0.0.0.0")
    assert err.startswith(
        "warning: 0.0.0.0: whoever can reach this machine and has the token can use the model, and nothing that is "
        "sent is encrypted\n"
    )
    assert out.startswith(f"{model}: http://127.0.0.1:")
    assert server.guard.host == "0.0.0.0"


def test_a_port_and_an_origin_are_taken(begun, model):
    _, _, first = begun(model)
    out, err, server = begun(model, "--port", str(first.guard.port), "--origin", "http://localhost:3000")
    assert f"http://127.0.0.1:{first.guard.port}/?token={server.guard.token}" in out
    assert server.guard.origin == "http://localhost:3000"
    assert "warning" not in err


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["no.model"], "no.model: no such model file"),
        (["flowers.csv"], "flowers.csv: not a model file of clearprop"),
        (["bare.model", "--host", "192.0.2.1"], "192.0.2.1, port 0: cannot be listened at"),
        (["bare.model", "--origin", "*"], "origin '*': it must be the beginning of one site's addresses"),
    ],
)
def test_what_cannot_be_served_is_refused(refused, model, flowers, arguments, words):
    assert words in refused("serve", *arguments)


def test_a_token_that_can_be_guessed_is_refused(refused, model, monkeypatch):
    monkeypatch.setenv("CLEARPROP_TOKEN", "secret")
    said = refused("serve", model)
    assert "the token must have 22 to 512 letters" in said
    assert "secret'" not in said


def test_without_tornado_the_command_that_installs_it_is_named(refused, model, monkeypatch):
    for name in ("serving.server", "local_server.server", "local_server.connections"):
        monkeypatch.delitem(sys.modules, f"clearprop.{name}", raising=False)
    monkeypatch.setitem(sys.modules, "tornado.httpserver", None)
    assert refused("serve", model) == (
        "clearprop: serving a model needs Tornado, which is not installed: run  pip install 'clearprop[lab]'"
    )


@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM"])
def test_a_request_that_is_under_way_is_answered_before_it_ends(model, tmp_path, name):
    """As a service manager restarts it: its headers have come, and its body comes when the signal is heard."""
    process = started(tmp_path, model)
    first, _ = process.stdout.readline(), process.stdout.readline()
    address, _, token = first.strip().rpartition(": ")[2].partition("/?token=")
    host, port = address.removeprefix("http://").split(":")
    body = b'{"x0": 0.5, "x1": 0.5}'
    lines = [
        "POST /predict HTTP/1.1", f"Host: {host}:{port}", f"Authorization: Bearer {token}",
        "Content-Type: application/json", f"Content-Length: {len(body)}", "Expect: 100-continue", "", "",
    ]  # fmt: skip
    with socket.create_connection((host, int(port)), timeout=60) as asking:
        asking.sendall("\r\n".join(lines).encode())
        assert asking.recv(1000).startswith(b"HTTP/1.1 100")  # it has the headers
        process.send_signal(getattr(signal, name))
        while listens(int(port)):  # it has heard the signal
            pass
        asking.sendall(body)
        answer = b"".join(iter(lambda: asking.recv(10_000), b""))
    assert answer.startswith(b"HTTP/1.1 200")
    assert json.loads(answer.partition(b"\r\n\r\n")[2])["predicted"] == load(model).predict([[0.5, 0.5]])[0].tolist()
    _, err = process.communicate(timeout=60)
    assert process.returncode == 128 + getattr(signal, name)
    assert err.splitlines()[-1] == f"clearprop: {WORDS[name]}; what was not finished is not written"


def listens(port):
    """Whether somebody listens there, told without a connection: of these there may be so many."""
    with socket.socket() as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            other.bind(("127.0.0.1", port))
        except OSError:
            return True
    return False


def test_a_second_signal_ends_it_at_once(model, tmp_path):
    process = started(tmp_path, model)
    first, _ = process.stdout.readline(), process.stdout.readline()
    address, _, token = first.strip().rpartition(": ")[2].partition("/?token=")
    host, port = address.removeprefix("http://").split(":")
    lines = [
        "POST /predict HTTP/1.1", f"Host: {host}:{port}", f"Authorization: Bearer {token}",
        "Content-Type: application/json", "Content-Length: 10", "Expect: 100-continue", "", "",
    ]  # fmt: skip
    with socket.create_connection((host, int(port)), timeout=60) as asking:
        asking.sendall("\r\n".join(lines).encode())
        assert asking.recv(1000).startswith(b"HTTP/1.1 100")
        process.send_signal(signal.SIGTERM)
        while listens(int(port)):
            pass
        assert process.poll() is None
        process.send_signal(signal.SIGINT)
        assert asking.recv(1000) == b""
    process.communicate(timeout=60)
    assert process.returncode == 128 + signal.SIGINT
