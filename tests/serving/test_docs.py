"""The programs that docs/deployment.md shows ask a server, and what its page says of one is so."""

import json
import re
import subprocess
from pathlib import Path

import pytest

from clearprop import load
from clearprop.cli.listening import SECONDS_TO_END

from ..local_servers import ask, host
from ..outside import program

TEXT = (Path(__file__).resolve().parents[2] / "docs" / "deployment.md").read_text(encoding="utf-8")
ROWS = [
    {"length": 4.1, "colour": "white", "picked": True, "day": "2024-05-01"},
    {"length": None, "colour": "mauve", "picked": False, "day": None},
]


def shown(language):
    (block,) = re.findall(rf"^```{language}\n(.*?)^```$", TEXT, re.MULTILINE | re.DOTALL)
    return block


@pytest.fixture
def expected(flowers_model):
    model = load(flowers_model)
    rows = {name: [row[name] for row in ROWS] for name in ROWS[0]}
    return model.predict(rows).tolist(), model.predict_proba(rows).T.tolist()


def test_the_client_in_python(server, expected, monkeypatch):
    monkeypatch.setenv("CLEARPROP_TOKEN", server.guard.token)
    names = {}
    exec(shown("python"), names)
    said = names["ask"](ROWS, f"http://{host(server)}")
    assert (said["predicted"], list(said["probabilities"].values())) == expected
    assert any("'mauve'" in note for note in said["notes"])


def test_the_client_in_javascript(server, expected):
    root = f"http://{host(server)}"
    wrong = "await ask([{ length: 1 }], root).catch((error) => error.message)"
    script = f"{shown('js')}\nconst root = {json.dumps(root)};\n"
    script += f"console.log(JSON.stringify([await ask({json.dumps(ROWS)}, root), {wrong}]));"
    done = subprocess.run(
        [program("Node", "node"), "--input-type=module", "-e", script],
        capture_output=True,
        text=True,
        check=False,
        env={"CLEARPROP_TOKEN": server.guard.token},
    )
    assert done.returncode == 0, done.stderr
    said, refused = json.loads(done.stdout)
    assert (said["predicted"], list(said["probabilities"].values())) == expected
    assert "there are no columns 'colour', 'picked', 'day'" in refused


def test_what_is_said_of_hosts_and_time(serving, loaded):
    assert f"for up to {SECONDS_TO_END:.0f} seconds" in TEXT
    with serving(loaded, host="0.0.0.0") as server:
        token, port = f"Authorization: Bearer {server.guard.token}", server.guard.port
        for name, status in {"172.17.0.2": 200, "localhost": 200, "shop.example": 403}.items():
            assert ask(server, "GET /health HTTP/1.1", f"Host: {name}:{port}", token).status == status
