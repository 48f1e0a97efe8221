"""A signal ends a command with one line and its customary status, whenever it comes; nothing stays half-written."""

import os
import signal
import subprocess
import sys

import pytest

from clearprop.cli.signals import WORDS

from ..extent import crossed, share

pytestmark = pytest.mark.skipif(os.name != "posix", reason="signals are POSIX's")

NOTHING = "clearprop: interrupted; nothing was begun"
MODULE = [sys.executable, "-m", "clearprop"]
# What pip writes for the console script.
SCRIPT = [sys.executable, "-c", "import re, sys\nfrom clearprop.cli import main\nsys.exit(main())"]
ENDLESS = ("--target", "price", "--out", "m", "--epochs", "1000000", "--patience", "1000000")


def line(name):
    return f"clearprop: {WORDS[name]}; what was not finished is not written"


def start(command, arguments, folder):
    return subprocess.Popen(
        [*command, *map(str, arguments)],
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # which a shell ignores in the background
    )


def end(process, number):
    """Send a signal; the exit status and what standard error had."""
    process.send_signal(number)
    with process:
        _, errors = process.communicate(timeout=60)
    return process.returncode, errors


@pytest.mark.parametrize("command", [MODULE, SCRIPT], ids=["module", "script"])
@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM"])
def test_at_any_moment(houses, tmp_path, command, name):
    number = getattr(signal, name)
    seen = []
    moments = range(0, 500, 500 // share(25))
    for moment in moments:
        process = start(command, ["train", houses, *ENDLESS], tmp_path)
        with pytest.raises(subprocess.TimeoutExpired):
            process.wait(timeout=moment / 1000)
        status, errors = end(process, number)
        if "clearprop" not in errors and status in (-number, 1):
            continue  # Python itself was starting, and had not come to this package
        assert status == 128 + number, errors
        assert errors.splitlines() in ([line(name)], [NOTHING]), moment
        seen.append(moment)
    assert len(seen) > len(moments) // 5
    assert [path.name for path in tmp_path.iterdir()] == ["houses.csv"]


PROGRAM = """
import os, signal, sys
{before}
from clearprop.cli import main
sys.argv = ["clearprop", *sys.argv[1:]]
main()
"""
# The signal comes from within, at the very place.
AT = {
    "before the signals are ours": (
        "import clearprop.cli.signals as s\ns.end_on_signals = lambda: os.kill(os.getpid(), {})"
    ),
    "where the commands are loaded": (
        "class Finder:\n    def find_spec(self, name, *rest):\n"
        "        if name == 'typer': os.kill(os.getpid(), {})\nsys.meta_path.insert(0, Finder())"
    ),
    "where exceptions are dropped": (
        "import clearprop.cli.streams as s\nclass Dropped:\n    def __del__(self): os.kill(os.getpid(), {})\n"
        "s.prepare_streams = Dropped"
    ),
    "while a file is written": "os.fsync = lambda descriptor: os.kill(os.getpid(), {})",
    "where a file has its name": (
        "replace = os.replace\ndef interrupted(*paths):\n    replace(*paths); os.kill(os.getpid(), {})\n"
        "os.replace = interrupted"
    ),
}


@pytest.mark.parametrize(("place", "name"), crossed(AT, ["SIGINT", "SIGTERM", "SIGHUP"]))
def test_at_each_place(houses, tmp_path, place, name):
    if place.startswith("before") and name != "SIGINT":
        pytest.skip("the system's own way then, without a word")
    number = getattr(signal, name)
    (tmp_path / "m").write_text("old")
    program = PROGRAM.format(before=AT[place].format(int(number)))
    arguments = ["train", houses, "--target", "price", "--out", "m", "--epochs", "1"]
    done = subprocess.run(
        [sys.executable, "-c", program, *arguments], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 128 + number
    assert done.stderr.splitlines()[-1] == (NOTHING if place.startswith("before") else line(name))
    assert "Traceback" not in done.stderr
    assert sorted(path.name for path in tmp_path.iterdir()) == ["houses.csv", "m"]
    assert ((tmp_path / "m").read_bytes() == b"old") == (place != "where a file has its name")


def test_what_is_done_stands(houses, tmp_path):
    """A signal while the interpreter winds up changes nothing any more."""
    before = "import atexit; atexit.register(lambda: os.kill(os.getpid(), signal.SIGINT))"
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM.format(before=before), "--version"], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "clearprop 0.1.0\n", "")


def test_what_the_shell_has_ignored_stays_ignored():
    before = "signal.signal(signal.SIGHUP, signal.SIG_IGN); import atexit; os.kill(os.getpid(), signal.SIGHUP)"
    before += "\nimport clearprop.cli.running as r; run = r.run"
    before += "\nr.run = lambda: (os.kill(os.getpid(), signal.SIGHUP), run())[1]"
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM.format(before=before), "--version"], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "clearprop 0.1.0\n", "")


def test_a_benchmark_can_be_ended(tmp_path):
    """An estimator takes KeyboardInterrupt for the end of its training, after which the next would begin."""
    before = (
        "from clearprop import MLPClassifier\nMLPClassifier._run = lambda *rest: os.kill(os.getpid(), signal.SIGINT)"
    )
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM.format(before=before), "bench", "--rows", "100", "--runs", "1"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 130
    assert done.stderr.splitlines() == [line("SIGINT")]
