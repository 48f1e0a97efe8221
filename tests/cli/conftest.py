import signal
import sys

import numpy as np
import pytest

import clearprop.cli.commands  # noqa: F401  what is patched in tests is loaded
from clearprop.cli import main
from clearprop.cli.signals import WORDS
from clearprop.tables.writing import write_csv


@pytest.fixture
def signals_as_before():
    """What the command line makes of signals is undone: it makes it for all of a process."""
    before = {name: signal.getsignal(getattr(signal, name)) for name in WORDS if hasattr(signal, name)}
    yield
    for name, handler in before.items():
        signal.signal(getattr(signal, name), handler)


@pytest.fixture
def run(signals_as_before, capsys, monkeypatch, tmp_path):
    """Run a command in an empty folder; its exit status, standard output and standard error."""
    monkeypatch.chdir(tmp_path)

    def run_command(*arguments):
        monkeypatch.setattr(sys, "argv", ["clearprop", *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            main()
        printed = capsys.readouterr()
        return ended.value.code, printed.out, printed.err

    return run_command


@pytest.fixture
def refused(run, tmp_path):
    """Run a command that must fail: one line, no traceback, exit status 2, no file written; the line."""

    def run_command(*arguments):
        before = {path.name: path.read_bytes() for path in tmp_path.iterdir() if path.is_file()}
        status, _, errors = run(*arguments)
        assert status == 2, errors
        lines = [line for line in errors.splitlines() if not line.startswith("note: ")]
        assert len(lines) == 1, errors
        assert lines[0].startswith("clearprop: ")
        assert {path.name: path.read_bytes() for path in tmp_path.iterdir() if path.is_file()} == before
        return lines[0]

    return run_command


@pytest.fixture
def flowers(tmp_path):
    """300 rows of three kinds that two numbers and a text tell apart, some cells missing."""
    rng = np.random.default_rng(0)
    kind = np.repeat(["iris", "lily", "rose"], 100)
    centre = np.repeat([[0.0, 0.0], [4.0, 0.0], [0.0, 4.0]], 100, axis=0)
    length, width = (centre + rng.normal(scale=0.7, size=(300, 2))).T
    colour = np.where(kind == "rose", "red", rng.choice(["blue", "white"], size=300))
    length = [None if index % 29 == 0 else value for index, value in enumerate(length)]
    write_csv(tmp_path / "flowers.csv", ["length", "width", "colour", "kind"], [length, width, colour, kind])
    return tmp_path / "flowers.csv"


@pytest.fixture
def houses(tmp_path):
    """240 rows whose price is a smooth function of two numbers."""
    rng = np.random.default_rng(1)
    size, age = rng.uniform(40, 200, size=240), rng.uniform(0, 80, size=240)
    price = 3.5 * size - 2.0 * age + 0.01 * size * age + rng.normal(scale=4, size=240)
    write_csv(tmp_path / "houses.csv", ["size", "age", "price"], [size, age, price])
    return tmp_path / "houses.csv"


@pytest.fixture
def begun_server(run, monkeypatch):
    """Run a command that serves up to where it would wait: what it printed, and the server, of this module."""

    async def wait(self):
        raise BrokenPipeError  # whoever read the output has gone: an end that a command knows

    def begin(module, *arguments):
        servers = []

        class Server(module.Server):
            def __init__(self, *given):
                super().__init__(*given)
                servers.append(self)

        with monkeypatch.context() as patched:
            patched.setattr("asyncio.Event.wait", wait)
            patched.setattr(module, "Server", Server)
            status, out, err = run(*arguments)
        assert status == 1, err
        (server,) = servers
        return out, err, server

    return begin
