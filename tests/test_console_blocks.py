"""The commands that README and docs show are run, in the documents' order, in a folder like a new clone's root."""

import doctest
import os
import re
import shutil
import subprocess
import sys
import sysconfig
from fnmatch import fnmatch
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).resolve().parent.parent
DOCUMENTS = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
CLONED = ("src", "hatch_build.py", "Makefile", "pyproject.toml", "constraints.txt", "README.md", "LICENSE")


class Command(NamedTuple):
    document: str
    line: str
    shown: str


def commands_in(document):
    """The commands of a document's console blocks, each with the output that is shown below it."""
    for block in re.findall(r"^```console\n(.*?)^```$", document.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL):
        assert block.startswith("$ ")
        for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            line, _, shown = part.partition("\n")
            yield Command(document.name, line, shown)


COMMANDS = [command for document in DOCUMENTS for command in commands_in(document)]


@pytest.fixture
def clone(tmp_path):
    """What a clone holds that a command needs, and this environment in the place of the one that make sets up."""
    folder = tmp_path / "clone"
    folder.mkdir()
    for name in CLONED:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, folder / name, ignore=shutil.ignore_patterns("__pycache__", "node_modules"))
        else:
            shutil.copy2(source, folder)
    (folder / ".venv").mkdir()
    (folder / ".venv" / "bin").symlink_to(Path(sys.executable).parent)
    (folder / ".venv" / "demo.stamp").touch()
    return folder


def run_in_one_shell(commands, folder, outputs):
    """Run the commands in a shell, as someone types them, up to the first that fails; the status of each."""
    script = [f"{{ {as_run(command.line)}\n}} >{outputs}/{number} 2>&1" for number, command in enumerate(commands)]
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("MAKE", "MFLAGS"))}
    # pip finds here what an installation needs, and takes nothing from the network.
    here = [os.environ.get("PYTHONPATH", ""), sysconfig.get_path("purelib")]
    environment |= {"PYTHONPATH": os.pathsep.join(filter(None, here)), "PYTHONUTF8": "1", "COLUMNS": "80"}
    ended = subprocess.run(
        ["bash", "-c", "\n".join(f"{step} || exit" for step in script)], cwd=folder, env=environment, check=False
    )
    return ended.returncode


def as_run(line):
    return line.replace("pip install", "pip install --no-index --no-build-isolation --disable-pip-version-check")


def rounded(text):
    """Numbers with a fraction to one decimal: another processor may change later ones."""
    return re.sub(r"(\d+\.\d)\d+", r"\1", text)


def is_shown(shown, output):
    """Whether what was printed is what is shown, where "..." stands for anything; or nothing is shown."""
    flags = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
    return not shown or doctest.OutputChecker().check_output(rounded(shown), rounded(output), flags)


def test_every_command_runs_and_prints_what_is_shown(clone, tmp_path):
    outputs = tmp_path / "outputs"
    outputs.mkdir()
    status = run_in_one_shell(COMMANDS, clone, outputs)
    printed = [path.read_text(encoding="utf-8") for path in sorted(outputs.iterdir(), key=lambda path: int(path.name))]
    last = f"{COMMANDS[len(printed) - 1]}\n{printed[-1]}"
    assert status == 0, last
    assert len(printed) == len(COMMANDS)
    for command, output in zip(COMMANDS, printed, strict=True):
        assert is_shown(command.shown, output), f"{command}\n{output}"
    # Nothing is left in a clone that git would speak of.
    patterns = [line.strip("/") for line in (ROOT / ".gitignore").read_text(encoding="utf-8").splitlines()]
    new = {path.name for path in clone.iterdir()} - {*CLONED}
    assert {name for name in new if not any(fnmatch(name, pattern) for pattern in patterns)} == set()


def test_the_commands_are_found():
    readme = [command.line.split("  ")[0] for command in COMMANDS if command.document == "README.md"]
    assert readme[:2] == ["make demo", ". .venv/bin/activate"]
    for command in ("train", "evaluate", "predict", "explain"):
        assert any(line.startswith(f"clearprop {command} ") for line in readme)
    documents = {"README.md", "explanations.md", "export.md", "model-files.md", "tables.md"}
    assert documents <= {command.document for command in COMMANDS}


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_commands_stand_in_console_blocks(document):
    text = document.read_text(encoding="utf-8")
    assert re.findall(r"^```(?:sh|bash|shell|text)?\n\$? ?(?:clearprop|make|pip) .*", text, re.MULTILINE) == []
    assert re.findall(r"^(?: {4}|\t)\$? ?(?:clearprop|make|pip) .*", text, re.MULTILINE) == []


@pytest.mark.parametrize(
    ("shown", "output", "expected"),
    [
        ("", "anything", True),
        ("a 0.9250\n", "a   0.9251\n", True),
        ("a 0.9250\n", "a 0.82\n", False),
        ("a\n...\nz\n", "a\nb\nc\nz\n", True),
        ("a\n", "a\nb\n", False),
    ],
)
def test_what_counts_as_shown(shown, output, expected):
    assert is_shown(shown, output) == expected
