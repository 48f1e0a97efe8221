"""Installs what was built into empty environments, and tries it there as a user has it.

python release/check_installed.py dist [bare] [any] [newest] [lowest]

bare      the wheel and what it needs: the README's lines, what is said where an extra is missing, and some tests
any       likewise the wheel that has no kernels: they are compiled when they are asked for
newest    with all extras, the newest versions of everything: all tests
lowest    with all extras, the lowest versions that pyproject.toml allows: all tests

The tests are those of the unpacked sdist, from a folder where there is no other clearprop than the installed one.
"""

import os
import subprocess
import sys
import tarfile
import tempfile
import time
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
EXTRAS = "plots,lab,notebook,excel,parquet,onnx,cluster,dev"
# They need no more than pytest: names, model files of all versions, kernels, and the commands' start.
SOME_TESTS = [
    "tests/test_public_names.py",
    "tests/files/test_golden_files.py",
    "tests/engines/compiled/test_built.py",
    "tests/cli/test_start_up.py",
]
HOW_COMPILED = """
import numpy as np
from clearprop import Network, Trainer
from clearprop.engines.compiled.machine_code import ORIGINS

Trainer(Network([2, 3, 1], rng=0), epochs=1, engine="compiled").fit(np.zeros((9, 2)), np.zeros((9, 1)))
print(*set(ORIGINS.values()))
"""
# An extra, and a command that asks for it.
MISSING = {
    "plots": ["train", "table.csv", "--target", "y", "--out", "a.model", "--report", "a.html"],
    "lab": ["lab"],
    "parquet": ["predict", "b.model", "table.csv", "--out", "a.parquet"],
    "excel": ["train", "table.xlsx", "--target", "y", "--out", "a.model"],
    "onnx": ["export", "b.model", "--to", "onnx", "--out", "b.onnx"],
    "cluster": ["train", "table.csv", "--target", "y", "--out", "a.model", "--cluster", "tcp://127.0.0.1:9"],
}
# What this process was told about Python and clearprop is not what a user has.
ENVIRONMENT = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "CLEARPROP_"))}


def run(*command, more=None, **where):
    """Run it, and show what it is and how long it takes."""
    print("$", *command, flush=True)
    began = time.monotonic()
    done = subprocess.run(
        [str(part) for part in command], check=True, env=ENVIRONMENT | (more or {}), text=True, **where
    )
    print(f"  {time.monotonic() - began:.0f} s", flush=True)
    return done


class Environment:
    """An empty one, into which the wheel is installed."""

    def __init__(self, folder, wheel, extras="", *options):
        self.folder = folder
        run(sys.executable, "-m", "venv", folder)
        self._programs = folder / ("Scripts" if os.name == "nt" else "bin")
        self.install(f"{wheel}{extras}", *options)
        self.python("-m", "pip", "check")
        where = self.python("-c", "import clearprop; print(clearprop.__file__)", capture_output=True).stdout
        assert Path(where).is_relative_to(folder.resolve()), f"it is {where} that is tested"

    def install(self, *what):
        self.python("-m", "pip", "install", "--quiet", "--disable-pip-version-check", *what)

    def python(self, *arguments, **where):
        return run(self._programs / "python", *arguments, **{"cwd": self.folder.parent, **where})

    def asks(self, *arguments):
        """What the command says that is refused."""
        command = [str(self._programs / "clearprop"), *arguments]
        done = subprocess.run(command, cwd=self.folder.parent, env=ENVIRONMENT, capture_output=True, text=True)
        assert done.returncode == 2, f"{arguments}: {done.returncode} {done.stdout}{done.stderr}"
        return done.stderr

    def clearprop(self, *arguments):
        run(self._programs / "clearprop", *arguments, cwd=self.folder.parent, stdout=subprocess.DEVNULL)


def check_without_extras(environment, sources, comes_by="loaded"):
    """The README's lines, the command, and what it says of what is not there."""
    nothing_kept = {"NUMBA_CACHE_DIR": str(environment.folder / "kernels")}
    said = environment.python("-c", HOW_COMPILED, more=nothing_kept, capture_output=True).stdout.split()
    assert said == [comes_by], f"kernels are {said}"
    environment.python("-m", "doctest", "-o", "ELLIPSIS", "-o", "NORMALIZE_WHITESPACE", sources / "README.md")
    environment.clearprop("--help")
    environment.clearprop("article")
    table = "a,b,y\n" + "".join(f"{row},{row % 7},{'yes' if row % 3 else 'no'}\n" for row in range(60))
    (environment.folder.parent / "table.csv").write_text(table, encoding="utf-8")
    with zipfile.ZipFile(environment.folder.parent / "table.xlsx", "w") as workbook:
        workbook.writestr("xl/workbook.xml", "")
    environment.clearprop("train", "table.csv", "--target", "y", "--out", "b.model")
    environment.clearprop("predict", "b.model", "table.csv", "--out", "answers.csv")
    for extra, command in MISSING.items():
        told = environment.asks(*command)
        assert f"pip install 'clearprop[{extra}]'" in told, f"{extra}: {told}"


def check(kind, wheels, sources, folder):
    """One of the kinds, in a folder that is thrown away."""
    (of_all,) = [path for path in wheels if path.name.endswith("-none-any.whl")] or [None]
    (ours,) = [path for path in wheels if path != of_all] or [of_all]
    if kind in ("bare", "any"):
        environment = Environment(folder / kind, ours if kind == "bare" else of_all)
        check_without_extras(environment, sources, "loaded" if kind == "bare" else "compiled")
        environment.install("pytest", "hypothesis")
        tests = SOME_TESTS
    else:
        options = ["--only-binary", ":all:", "-c", _lowest(folder)] if kind == "lowest" else []
        environment, tests = Environment(folder / kind, ours, f"[{EXTRAS}]", *options), ["-n", "2", "tests"]
    environment.python("-m", "pytest", "-q", "-p", "no:cacheprovider", *tests, cwd=sources)


def _lowest(folder):
    lowest = run(sys.executable, ROOT / "tests" / "lowest_versions.py", capture_output=True).stdout
    (folder / "lowest.txt").write_text(lowest, encoding="utf-8")
    return folder / "lowest.txt"


def main():
    """Check what stands in the folder that the first argument names."""
    built, kinds = Path(sys.argv[1]).resolve(), sys.argv[2:] or ["bare", "any", "newest", "lowest"]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name).resolve()
        sources = ROOT
        for sdist in built.glob("*.tar.gz"):
            with tarfile.open(sdist) as archive:
                archive.extractall(folder, filter="data")
            sources = folder / sdist.name.removesuffix(".tar.gz")
        for kind in kinds:
            check(kind, list(built.glob("*.whl")), sources, folder)
    print(f"It installs and works: {', '.join(kinds)}")


if __name__ == "__main__":
    main()
