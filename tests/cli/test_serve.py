"""`clearprop serve` as it is run: what it prints and refuses, that what it prints works, and how it ends."""

import json
import os
import shutil
import signal
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
