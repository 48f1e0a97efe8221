"""Looks into the sdist and the wheels that were built: what belongs in them is there, and nothing else.

python release/check_files.py dist
"""

import subprocess
import sys
import tarfile
import tempfile
import zipfile
from email.parser import Parser
from pathlib import Path, PurePosixPath

ROOT = Path(__file__).resolve().parent.parent
PACKAGE, PAGE, KERNELS = "clearprop", "clearprop/lab/static/", "clearprop/engines/compiled/built/"
PAGE_FILES = {f"{PAGE}{name}" for name in ("lab.js", "lab.css", "licenses.txt")}
# Of every folder of code, which is one for each instruction set of such machines, so many files at least.
LEAST_KERNELS = 100
# No file in a wheel names a place of the machine that it was built on.
PLACES = {str(place) for place in (ROOT, Path.home(), Path(tempfile.gettempdir()).resolve())} - {"/"}


def tracked():
    """What git keeps, which all belongs to the sources of a release."""
    said = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True, text=True).stdout
    return {name for name in said.split("\0") if name}


def look_into_sdist(path):
    """The sources: what git keeps, what the packaging system wants, and the page; the names of what is in it."""
    with tarfile.open(path) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    wanted = tracked() | {"PKG-INFO"} | {f"src/{name}" for name in PAGE_FILES}
    _same(path, names, wanted)


def look_into_wheel(path):
    """The package without the page's sources, with the page, with kernels where the name is of a system."""
    with zipfile.ZipFile(path) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    described = {name: text for name, text in files.items() if not name.startswith(f"{PACKAGE}/")}
    code = {name for name in files if name.startswith(KERNELS)}
    _same(path, files.keys() - described.keys() - code, _sources() | PAGE_FILES)
    _check_kernels(path, code)
    _check_described(path, {PurePosixPath(name).name: text.decode() for name, text in described.items()})
    for name, content in files.items():
        told = [place for place in PLACES if f"{place}/".encode() in content]
        assert not told, f"{path.name}: {name} speaks of {told}"


def _sources():
    within = {name.removeprefix("src/") for name in tracked() if name.startswith(f"src/{PACKAGE}/")}
    return {name for name in within if not name.startswith("clearprop/lab/frontend/")}


def _same(path, names, wanted):
    assert names == wanted, f"{path.name}: missing {sorted(wanted - names)}, too much {sorted(names - wanted)}"


def _check_kernels(path, code):
    folders = {}
    for name in code:
        folders.setdefault(name.removeprefix(KERNELS).split("/")[0], []).append(name)
    if path.name.endswith("-none-any.whl"):
        assert not code, f"{path.name}: machine code, {sorted(folders)}, for whatever machine"
        return
    sys.path.insert(0, str(ROOT / "src"))
    from clearprop.engines.compiled.cache import SOURCES
    from clearprop.engines.compiled.instructions import of_this_machine

    _same(path, folders.keys(), {one.folder for one in of_this_machine()})
    for folder, names in folders.items():
        assert len(names) >= LEAST_KERNELS, f"{path.name}: {folder} has {len(names)} files"
        assert all(f".{SOURCES}." in name for name in names), f"{path.name}: {folder} has code of other sources"


def _check_described(path, texts):
    wanted = {"METADATA", "WHEEL", "RECORD", "entry_points.txt", "LICENSE", "licenses.txt"}
    _same(path, texts.keys(), wanted)
    (tag,) = Parser().parsestr(texts["WHEEL"]).get_all("Tag")
    assert path.name.endswith(f"-{tag}.whl"), f"{path.name} calls itself {tag}"
    assert "linux_x86_64" not in path.name.replace("manylinux_2_17", ""), f"{path.name}: no index takes this tag"
    version = Parser().parsestr(texts["METADATA"])["Version"]
    assert f"-{version}-" in path.name, f"{path.name} says that it is {version}"


def main():
    """Look into all that stands in the folder that the first argument names."""
    built = Path(sys.argv[1])
    for path in sorted(built.glob("*.tar.gz")):
        look_into_sdist(path)
    wheels = sorted(built.glob("*.whl"))
    assert wheels, f"there is no wheel in {built}"
    for path in wheels:
        look_into_wheel(path)
    for path in sorted(built.iterdir()):
        print(f"{path.name}: {path.stat().st_size / 1e6:.1f} MB, all in it and nothing else")


if __name__ == "__main__":
    main()
