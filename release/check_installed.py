"""Installs the wheel that was built into empty environments, and runs the tests that came with the sources against it.

python release/check_installed.py dist [newest] [lowest]

Once with the newest versions of all that it needs, once with the lowest that pyproject.toml allows. They run in the
unpacked sdist, where there is no other clearprop than the installed one.
"""

import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
EXTRAS = "plots,lab,notebook,excel,parquet,onnx,cluster,dev"


def run(*command, **where):
    print("$", *command, flush=True)
    subprocess.run([str(part) for part in command], check=True, **where)


def check(wheel, sources, kind, folder):
    """Install and test, in a folder that is thrown away."""
    environment = folder / kind
    python = environment / "bin" / "python"
    run(sys.executable, "-m", "venv", environment)
    wanted = [f"{wheel}[{EXTRAS}]"]
    if kind == "lowest":
        lowest = subprocess.run(
            [sys.executable, ROOT / "tests" / "lowest_versions.py"], check=True, capture_output=True, text=True
        ).stdout
        (folder / "lowest.txt").write_text(lowest, encoding="utf-8")
        wanted += ["--only-binary", ":all:", "-c", folder / "lowest.txt"]
    run(python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *wanted)
    where = "import clearprop, pathlib; print(pathlib.Path(clearprop.__file__).parent)"
    installed = subprocess.run([python, "-c", where], check=True, capture_output=True, text=True, cwd=folder).stdout
    assert "site-packages" in installed, installed
    run(environment / "bin" / "clearprop", "--version", cwd=folder)
    run(environment / "bin" / "clearprop", "article", cwd=folder)
    run(python, "-m", "pytest", "-q", "-n", "2", "-p", "no:cacheprovider", "tests", cwd=sources)


def main():
    """Check what stands in the folder that the first argument names."""
    built, kinds = Path(sys.argv[1]), sys.argv[2:] or ["newest", "lowest"]
    (wheel,), (sdist,) = built.glob("*.whl"), built.glob("*.tar.gz")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with tarfile.open(sdist) as archive:
            archive.extractall(folder, filter="data")
        (sources,) = (path for path in folder.iterdir() if path.is_dir())
        (sources / "src").rename(folder / "sources-that-no-test-may-import")
        for kind in kinds:
            check(wheel.resolve(), sources, kind, folder)
    print(f"{wheel.name} installs, and its tests pass with the {' and the '.join(kinds)} versions")


if __name__ == "__main__":
    main()
