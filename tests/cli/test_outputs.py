"""Where output goes: redirections, pipes, devices, terminals; with real shells and real processes."""

import os
import pty
import subprocess
import sys
import threading

import numpy as np
import pytest

from clearprop import Network, TableClassifier, load, read_table, write_csv
from clearprop.cli.outputs import checked_outputs, goes_to_standard_output
from clearprop.errors import InputError
from clearprop.foundation.atomic import STANDARD_OUTPUT, is_stream, open_descriptor, write_atomically
from clearprop.tables.frames import as_column

pytestmark = pytest.mark.skipif(os.name != "posix", reason="descriptors have paths there only")

ROWS = [[i % 7 for i in range(40)], [i % 5 for i in range(40)], ["p" if i % 7 > 3 else "q" for i in range(40)]]


def learned(columns, kinds, target):
    model = TableClassifier(recipe="plain", hidden_layer_sizes=[3], max_epochs=1, random_state=0)
    return model.fit(columns, as_column(kinds, target))


@pytest.fixture
def shell(tmp_path):
    """Run a script of bash in a folder with d.csv and its model m; `clearprop` is the command."""
    learned({"a": ROWS[0], "b": ROWS[1]}, ROWS[2], "y").save(tmp_path / "m")
    lines = [",".join(map(str, row)) for row in [("a", "b", "y"), *zip(*ROWS, strict=True)]]
    (tmp_path / "d.csv").write_text("\n".join(lines) + "\n")

    def run(script, **settings):
        preamble = f'clearprop() {{ "{sys.executable}" -m clearprop "$@"; }}\n'
        return subprocess.run(
            ["bash", "-c", preamble + script], cwd=tmp_path, capture_output=True, text=True, check=False, **settings
        )

    return run


WRITE = """
import sys; from clearprop.foundation.atomic import write_atomically
sys.stdout.write("printed before\\n"); write_atomically(sys.argv[1], "data\\n"); print("printed after")
"""


@pytest.mark.parametrize(
    "target",
    ["/dev/stdout", "/dev/fd/1", "/proc/self/fd/1", "/proc/thread-self/fd/1", "/dev/../dev/stdout", "link", "far"],
)
def test_what_is_appended_to_is_appended_to(tmp_path, target):
    (tmp_path / "link").symlink_to("/dev/stdout")
    (tmp_path / "far").symlink_to("link")
    all_of_it = tmp_path / "all"
    all_of_it.write_text("KEEP\n")
    inode = all_of_it.stat().st_ino
    with all_of_it.open("a") as file:
        subprocess.run([sys.executable, "-c", WRITE, target], cwd=tmp_path, stdout=file, check=True)
    assert all_of_it.read_text() == "KEEP\nprinted before\ndata\nprinted after\n"
    assert all_of_it.stat().st_ino == inode
    assert sorted(os.listdir(tmp_path)) == ["all", "far", "link"]


@pytest.mark.parametrize(
    ("target", "redirected"), [("/dev/stderr", "2>> f"), ("/dev/fd/3", "3>> f"), ("/dev/fd/7", "7<> f")]
)
def test_other_descriptors(tmp_path, target, redirected):
    (tmp_path / "f").write_text("KEEP\n")
    script = f'exec {redirected}; echo shell >&{redirected[0]}; "$0" -c "$1" {target}; echo shell >&{redirected[0]}'
    subprocess.run(["bash", "-c", script, sys.executable, WRITE], cwd=tmp_path, check=True, stdout=subprocess.DEVNULL)
    # What is opened for reading and writing begins at its beginning, as the shell has it.
    expected = "shell\ndata\nshell\n" if "<>" in redirected else "KEEP\nshell\ndata\nshell\n"
    assert (tmp_path / "f").read_text() == expected


@pytest.mark.parametrize(
    ("save", "begins"),
    [
        ("save(Network([1, 1], rng=0), '/dev/stdout')", b'{"__metadata__":{"clearprop":'),
        ("Network([1, 1], rng=0).draw().save('picture.svg')", b"<svg"),
        ("write_csv('/dev/stdout', ['a'], [[1]])", b"a\n1\n"),
    ],
)
def test_whatever_saves_appends(tmp_path, save, begins):
    (tmp_path / "picture.svg").symlink_to("/dev/stdout")
    (tmp_path / "f").write_bytes(b"KEEP\n")
    with (tmp_path / "f").open("ab") as file:
        program = f"from clearprop import *; {save}"
        subprocess.run([sys.executable, "-c", program], cwd=tmp_path, stdout=file, check=True)
    content = (tmp_path / "f").read_bytes()
    assert content.startswith(b"KEEP\n")
    assert begins in content


def test_a_pipe_that_is_full_and_set_not_to_wait_is_waited_for(tmp_path):
    reader, writer = os.pipe()
    os.set_blocking(writer, False)
    got = []

    def read():
        while piece := os.read(reader, 1 << 16):
            got.append(piece)

    thread = threading.Thread(target=read)
    data = bytes(range(256)) * 4096
    thread.start()
    write_atomically(f"/dev/fd/{writer}", data)
    os.close(writer)
    thread.join()
    os.close(reader)
    assert b"".join(got) == data


def test_descriptors_that_are_not_there(tmp_path):
    with pytest.raises(InputError, match="/dev/fd/987: cannot be written: no stream is open for writing there"):
        write_atomically("/dev/fd/987", "data")
    with open(os.devnull) as file, pytest.raises(InputError, match="no stream is open for writing there"):
        write_atomically(f"/dev/fd/{file.fileno()}", "data")


def test_what_is_a_stream(tmp_path):
    (tmp_path / "file").write_text("")
    (tmp_path / "round").symlink_to("round")
    os.mkfifo(tmp_path / "pipe")
    assert [is_stream(tmp_path / name) for name in ("file", "none", "round", "pipe")] == [False, False, False, True]
    assert open_descriptor(tmp_path / "round") is None
    assert goes_to_standard_output([None, tmp_path / "file"]) is False
    assert goes_to_standard_output([STANDARD_OUTPUT]) is True
    assert is_stream(tmp_path / "file" / "below") is False


def test_what_goes_to_the_null_device_may_go_there_twice(tmp_path):
    null = tmp_path.__class__(os.devnull)
    assert checked_outputs([null, None, null], []) == [null, None, null]


def test_predictions_stand_between_the_lines_before_and_after(shell, tmp_path):
    done = shell(
        "clearprop predict m d.csv --out p.csv; echo KEEP > f; clearprop predict m d.csv --out - >> f;"
        "{ echo before; clearprop predict m d.csv --out /dev/stdout; echo after; } > g"
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout == ""
    plain = (tmp_path / "p.csv").read_text()
    assert len(plain.splitlines()) == 41
    assert (tmp_path / "f").read_text() == "KEEP\n" + plain
    assert (tmp_path / "g").read_text() == f"before\n{plain}after\n"
    assert done.stderr.count("40 predictions") == 3


def test_pipes_links_and_named_pipes(shell, tmp_path):
    done = shell(
        "mkfifo pipe; cat pipe > b & clearprop predict m d.csv --out pipe; wait $!; clearprop predict m d.csv --out - |"
        "cat > a; ln -s real.csv link; echo old > real.csv; clearprop predict m d.csv --out link;"
        "clearprop predict m d.csv --out >(cat > c); wait $!"
    )
    assert done.returncode == 0, done.stderr
    plain = (tmp_path / "real.csv").read_text()
    assert len(plain.splitlines()) == 41
    assert [(tmp_path / name).read_text() for name in "abc"] == [plain] * 3
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "pipe").is_fifo()


TRAIN = "clearprop train d.csv --target y --epochs 1 --hidden 3"


def test_each_output_of_train_may_be_standard_output(shell, tmp_path):
    done = shell(
        f"for name in m r l b; do echo KEEP > $name; done;"
        f"{TRAIN} --out m1 --report r.html --loss-curve l.svg --boundary b.svg > said;"
        f"{TRAIN} --out - --report /dev/fd/3 --loss-curve /dev/fd/4 --boundary /dev/fd/5 >> m 3>> r 4>> l 5>> b;"
        f"{TRAIN} --out m1 --loss-curve - >> l"
    )
    assert done.returncode == 0, done.stderr
    picture = (tmp_path / "l.svg").read_bytes()
    assert (tmp_path / "m").read_bytes() == b"KEEP\n" + (tmp_path / "m1").read_bytes()
    assert (tmp_path / "l").read_bytes() == b"KEEP\n" + picture + picture
    assert (tmp_path / "b").read_bytes() == b"KEEP\n" + (tmp_path / "b.svg").read_bytes()
    report = (tmp_path / "r").read_text(encoding="utf-8")
    assert report.startswith("KEEP\n<!doctype html>")
    assert report.endswith("</html>")
    # Results give way to data, to standard error.
    assert "accuracy" in (tmp_path / "said").read_text()
    assert done.stderr.count("\n accuracy") == 2
    assert done.stderr.count("model: /dev/stdout") == 1


def test_other_commands_append(shell, tmp_path):
    done = shell(
        "echo KEEP > e; clearprop explain m d.csv --row 1 --out - >> e; clearprop explain m d.csv --row 1 > plain;"
        "echo KEEP > v; clearprop evaluate m d.csv >> v; echo KEEP > a; clearprop article --json >> a"
    )
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "e").read_text() == "KEEP\n" + (tmp_path / "plain").read_text()
    assert done.stderr.startswith("/dev/stdout: The prediction\n")
    assert (tmp_path / "v").read_text().startswith("KEEP\nOn 40 rows of d.csv (about ")
    assert (tmp_path / "a").read_text().startswith("KEEP\n[\n")


COMMANDS = [
    "evaluate m d.csv",
    "predict m d.csv --out -",
    "explain m d.csv --row 1",
    "article --json",
    "train d.csv --target y --epochs 1 --out n",
    "--version",
]


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="there is no full device")
@pytest.mark.parametrize("command", COMMANDS)
def test_output_that_cannot_be_written_is_told(shell, tmp_path, command):
    done = shell(
        f"clearprop {command} > /dev/full 2> full; echo $?; clearprop {command} >&- 2> closed; echo $?;"
        f"clearprop {command} 2> broken | true; echo ${{PIPESTATUS[0]}}"
    )
    full, closed, broken = done.stdout.split()
    assert (full, closed) == ("2", "2")
    for name, reason in (("full", "No space left on device"), ("closed", "it is closed")):
        line = errors(tmp_path / name)
        assert line.startswith("clearprop: "), line
        assert reason in line
        assert "\n" not in line
    assert broken in ("0", "1")  # some have written all before whoever reads has gone
    assert "clearprop: " not in (tmp_path / "broken").read_text()
    assert "Traceback" not in "".join((tmp_path / name).read_text() for name in ("full", "closed", "broken"))
    if command.endswith("--out n"):
        assert load(tmp_path / "n").predictor_.target.name == "y"


def errors(path):
    lines = path.read_text().splitlines()
    return "\n".join(line for line in lines if not line.startswith("note: "))


def test_no_file_takes_the_place_of_a_closed_stream(shell, tmp_path):
    done = shell("clearprop predict m d.csv --out p.csv <&- >&- 2>&-; echo $?")
    assert done.stdout == "0\n"
    assert read_table(tmp_path / "p.csv").n_rows == 40
    done = shell(f"{TRAIN} --out n <&- >&- 2>&-; echo $?")
    assert done.stdout == "2\n"  # its results are lost
    assert load(tmp_path / "n").predictor_.target.name == "y"


def terminal(command, folder):
    """Run a command whose standard output is a terminal; its exit status, and what the two streams had."""
    master, slave = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "clearprop", *command], cwd=folder, stdout=slave, stderr=subprocess.PIPE, text=True
    )
    os.close(slave)
    shown = b""
    while True:
        try:
            piece = os.read(master, 4096)
        except OSError:  # Linux ends a terminal so
            break
        if not piece:
            break
        shown += piece
    os.close(master)
    with process:
        said = process.stderr.read()
    return process.returncode, shown.decode().replace("\r\n", "\n"), said


def test_a_terminal(shell, tmp_path):
    assert shell("clearprop predict m d.csv --out p.csv").returncode == 0
    status, shown, said = terminal(["predict", "m", "d.csv", "--out", "-"], tmp_path)
    assert status == 0, said
    assert shown == (tmp_path / "p.csv").read_text()
    status, shown, said = terminal(["train", "not-there.csv", "--target", "y", "--out", "-"], tmp_path)
    assert (status, shown) == (2, "")
    refused = "clearprop: /dev/stdout: is a terminal, and a model file is no text: "
    assert said == refused + "redirect it, as by  > FILE, or name a file\n"


def test_a_terminal_is_shown_what_would_steer_it(shell, tmp_path):
    """Into a file or a pipe cells and labels go as they are."""
    bad = "\x1b]0;owned\x07\x9b2J"
    texts = [f"{bad}{i % 2}" for i in range(40)]
    kinds = [f"{bad}{kind}" for kind in ROWS[2]]
    learned({"a": ROWS[0], f"t{bad}": texts}, kinds, f"y{bad}").save(tmp_path / "esc")
    write_csv(tmp_path / "esc.csv", ["a", f"t{bad}", f"y{bad}"], [ROWS[0], texts, kinds])
    command = ["predict", "esc", "esc.csv", "--keep", f"t{bad}", "--out"]
    raw = subprocess.run([sys.executable, "-m", "clearprop", *command, "-"], cwd=tmp_path, capture_output=True).stdout
    assert raw.decode().count(bad) == 1 + 1 + 2 + 2 * 40
    for place in ("-", "/dev/stdout"):
        status, shown, said = terminal([*command, place], tmp_path)
        assert status == 0, said
        assert shown == raw.decode().replace("\x1b", r"\x1b").replace("\x07", r"\x07").replace("\x9b", r"\x9b")


@pytest.mark.parametrize("out", ["-", "/dev/stdout"])
def test_what_comes_next_is_not_said_of_a_model_that_went_through_a_stream(shell, out):
    done = shell(f"{TRAIN} --out {out} 2>&1 >x; cat x", errors="replace")
    assert "next: clearprop predict" not in done.stdout
    assert "1 epochs" in done.stdout


@pytest.mark.parametrize(("out", "names_it"), [("/dev/null", False), ("m2", True), ("a-b", True)])
def test_what_comes_next_is_said_of_a_file_that_stays(shell, run, out, names_it):
    status, printed, said = run(*TRAIN.split()[1:], "--out", out)
    assert status == 0, said
    assert ("next: clearprop predict" in printed + said) is names_it
    assert "1 epochs" in printed + said


@pytest.mark.parametrize(
    ("script", "message"),
    [
        (f"{TRAIN} --out - --report - > x", "/dev/stdout: is named twice"),
        (f"{TRAIN} --out /dev/stdout --loss-curve /dev/fd/1 > x", "/dev/fd/1: is named twice"),
        ("cp d.csv e.csv; clearprop predict m e.csv --out - >> e.csv", "would overwrite itself"),
        (f"{TRAIN} --out /dev/fd/9", "/dev/fd/9: cannot be written to (it is closed)"),
        ("clearprop predict m d.csv --out /dev/full", "No space left on device"),
        (f"{TRAIN} --out dangling", "does not exist: create it first"),
        (f"{TRAIN} --out m3 --report d.pdf", "must end in .html"),
    ],
)
def test_outputs_that_are_refused_before_any_work(shell, tmp_path, script, message):
    (tmp_path / "dangling").symlink_to("nowhere/m")
    done = shell(script)
    assert done.returncode == 2
    assert message in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert not (tmp_path / "m3").exists()


def test_the_network_saved_is_the_network_loaded_through_a_pipe(tmp_path):
    program = "import sys; from clearprop import *; save(Network([2, 3, 1], rng=int(sys.argv[1])), '/dev/stdout')"
    done = subprocess.run([sys.executable, "-c", program, "5"], capture_output=True, check=True)
    (tmp_path / "n").write_bytes(done.stdout)
    np.testing.assert_array_equal(load(tmp_path / "n").parameters, Network([2, 3, 1], rng=5).parameters)
