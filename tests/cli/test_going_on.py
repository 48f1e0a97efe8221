"""`clearprop train --checkpoint FOLDER`: a signal ends it between two steps, and the line that it prints goes on."""

import os
import shlex
import signal
import subprocess
import sys

import pytest

from clearprop.cli.signals import WORDS
from clearprop.files.checkpoint import Checkpoint
from clearprop.files.checkpoint_folder import files_in

from ..extent import WHOLE
from .test_signals import PROGRAM, line

pytestmark = pytest.mark.skipif(os.name != "posix", reason="signals are POSIX's")

TRAIN = ("--target", "price", "--members", "2", "--recipe", "plain", "--epochs", "12", "--patience", "99")
KEPT = ("--checkpoint", "kept", "--checkpoint-every", "3")


@pytest.fixture
def signalled(monkeypatch):
    """Have this process send itself a signal while the so-many-th checkpoint is written."""
    write = Checkpoint.write

    def at(number, count):
        left = [count]
        for name in WORDS:  # which the end of the last command has ignored
            signal.signal(getattr(signal, name), signal.SIG_DFL)

        def signalling(self, path):
            left[0] -= 1
            if left[0] == 0:
                os.kill(os.getpid(), number)
            write(self, path)

        monkeypatch.setattr(Checkpoint, "write", signalling)

    yield at
    monkeypatch.undo()


@pytest.mark.parametrize("name", WORDS)
def test_the_line_that_a_signal_leaves_goes_on(run, houses, tmp_path, signalled, name):
    whole, there = run("train", "houses.csv", "--out", "whole", *TRAIN), {"SIGINT": 1, "SIGTERM": 3, "SIGHUP": 6}[name]
    assert whole[0] == 0
    number = getattr(signal, name)
    signalled(number, there)
    status, printed, errors = run("train", "houses.csv", "--out", "m odel", *TRAIN, *KEPT)
    assert (status, printed) == (128 + number, "")
    said = errors.splitlines()[-1]
    assert said.startswith(f"clearprop: {WORDS[name]}; kept keeps what was done; to go on:  clearprop train houses.csv")
    assert not (tmp_path / "m odel").exists()
    assert files_in(tmp_path / "kept" / "member-1")
    go_on = shlex.split(said.partition("to go on:  clearprop ")[2])
    assert go_on[-1] == "--resume"
    signalled(number, -1)
    status, printed, errors = run(*go_on)
    assert status == 0, errors
    assert printed.replace("m odel", "whole").replace("'whole'", "whole") == whole[1]
    assert (tmp_path / "m odel").read_bytes() == (tmp_path / "whole").read_bytes()
    # All of it is there, so that it takes no time to come to the same again.
    (tmp_path / "m odel").unlink()
    assert run(*go_on)[0] == 0
    assert (tmp_path / "m odel").read_bytes() == (tmp_path / "whole").read_bytes()


AT = {
    "a second signal": (
        "import clearprop.files.checkpoint as c\nwrite = c.Checkpoint.write\n"
        "def signalling(self, path):\n    os.kill(os.getpid(), {0}); os.kill(os.getpid(), {0}); write(self, path)\n"
        "c.Checkpoint.write = signalling"
    ),
    "before training": (
        "import clearprop.tables.roles as r\nfind = r.find_roles\n"
        "def signalling(*given, **more):\n    os.kill(os.getpid(), {0}); return find(*given, **more)\n"
        "import clearprop.tables.learning as l\nl.find_roles = signalling"
    ),
    "when training has ended": (
        "import clearprop.tables.evaluating as e\ne.evaluate_training = lambda *given: os.kill(os.getpid(), {0})"
    ),
}


@pytest.mark.parametrize("place", list(AT) if WHOLE else list(AT)[:1])
def test_where_there_is_nothing_to_be_kept_it_ends_at_once(houses, tmp_path, place):
    program = PROGRAM.format(before=AT[place].format(int(signal.SIGINT)))
    done = subprocess.run(
        [sys.executable, "-c", program, "train", houses, "--out", "m", *TRAIN, *KEPT],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr.splitlines()[-1]) == (130, line("SIGINT")), done.stderr
    assert not (tmp_path / "m").exists()


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (("--resume",), "--resume is of checkpoints, and no folder has them: name one by --checkpoint FOLDER"),
        (("--checkpoint-every", "5"), "--checkpoint-every is of checkpoints, and no folder has them"),
        ((*KEPT[:3], "soon"), "--checkpoint-every must be a number of epochs, or a time such as '30s'"),
        ((*KEPT[:3], "0"), "--checkpoint-every must be a number of epochs, or a time"),
        (
            ("--checkpoint", "houses.csv"),
            "houses.csv/member-1: is a file or lies in one, and",
        ),
        (("--checkpoint", "/proc/nowhere"), "no checkpoint can be written there"),
    ],
)
def test_what_is_wrong_is_refused(refused, houses, given, said):
    assert said in refused("train", "houses.csv", "--out", "m", *TRAIN, *given)


def test_a_folder_that_is_not_empty_is_not_written_over(run, refused, houses, tmp_path):
    assert run("train", "houses.csv", "--out", "m", *TRAIN, *KEPT)[0] == 0
    said = refused("train", "houses.csv", "--out", "n", *TRAIN, *KEPT)
    assert said == (
        "clearprop: kept: holds the checkpoints of a training: go on with it by --resume, or name another folder"
    )
    again = ("train", "houses.csv", "--out", "n", *KEPT, "--resume")
    assert "random_state was 0 and is 5." in refused(*again, *TRAIN, "--seed", "5")
    lines = houses.read_text().splitlines()
    size, *rest = lines[7].split(",")
    houses.write_text("\n".join([*lines[:7], ",".join([str(float(size) + 1), *rest]), *lines[8:]]) + "\n")
    assert "another training: column 'size' holds other values." in refused(*again, *TRAIN)
    houses.write_text("\n".join(lines[:-1]) + "\n")
    assert "another training: the number of rows was 240 and is 239." in refused(*again, *TRAIN)


def test_to_go_on_from_nothing_is_to_begin(run, houses):
    status, _, errors = run("train", "houses.csv", "--out", "m", *TRAIN, *KEPT, "--resume")
    assert status == 0
    assert "note: kept has no checkpoint yet: training begins at its beginning" in errors


def test_a_full_disk_is_told_and_the_model_is_written(run, houses, monkeypatch, tmp_path):
    from clearprop import InputError

    def full(self, path):
        raise InputError(f"{path}: cannot be written: No space left on device: choose another place, or make room")

    monkeypatch.setattr(Checkpoint, "write", full)
    status, _, errors = run("train", "houses.csv", "--out", "m", *TRAIN, *KEPT)
    assert (status, (tmp_path / "m").exists()) == (0, True)
    assert "the checkpoint after 3 epochs is not written: " in errors
