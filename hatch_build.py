"""What is made when the package is built: kernels for each instruction set of such machines, and the lab's page."""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface
from packaging.tags import platform_tags

SOURCES = Path(__file__).parent / "src"
PLACE = Path("clearprop", "engines", "compiled", "built")

FRONTEND = SOURCES / "clearprop" / "lab" / "frontend"
PAGE = SOURCES / "clearprop" / "lab" / "static"


class BuildHook(BuildHookInterface):  # type: ignore[misc]
    """Puts machine code and the page into the wheel.

    Where the one cannot be made, kernels are compiled when they are first used; where the other cannot, the lab says
    what to do.
    """

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Make what is not there yet."""
        self._bundle_page()
        self._compile_kernels(build_data)

    def _bundle_page(self) -> None:
        """Have Node put the page's TypeScript and style sheets into one file each."""
        if not _page_is_old():
            return
        npm = shutil.which("npm")
        if npm is None:
            self.app.display_warning("Node is not installed: the lab's page is not built, all else is")
            return
        for command in ([npm, "ci"], [npm, "run", "build"]):
            done = subprocess.run(command, cwd=FRONTEND, capture_output=True, text=True, check=False)
            if done.returncode:
                said = f"{done.stdout}{done.stderr}"[-2000:]
                self.app.display_warning(f"the lab's page is not built, all else is: {' '.join(command)}: {said}")
                return

    def _compile_kernels(self, build_data: dict[str, Any]) -> None:
        """Compile for all instruction sets at a time."""
        sys.path.insert(0, str(SOURCES))
        try:
            from clearprop.engines.compiled import cache
            from clearprop.engines.compiled.instructions import of_this_machine
        except ImportError as error:  # a system that Numba is not made for
            self.app.display_warning(f"kernels are not compiled now, but when they are first used: {error}")
            return
        finally:
            sys.path.pop(0)
        folders = [(one, SOURCES / PLACE / one.folder) for one in of_this_machine()]
        missing = [(one, folder) for one, folder in folders if not any(folder.glob(f"*.{cache.SOURCES}.*"))]
        with tempfile.TemporaryDirectory() as kept:
            under_way = [self._compile(one, folder, kept) for one, folder in missing]
            errors = [process.communicate()[1] for process in under_way]  # of all, so that none outlives the building
        for (one, folder), process, said in zip(missing, under_way, errors, strict=True):
            if process.returncode:
                self.app.display_warning(f"the kernels for {one.name} were not compiled: {said[-2000:]}")
            else:
                self.app.display_info(f"{len(list(folder.iterdir()))} kernels compiled for {one.name}")
        files = [file for _, folder in folders for file in folder.glob(f"*.{cache.SOURCES}.*")]
        if files:
            build_data["artifacts"] += [f"/{file.relative_to(SOURCES.parent).as_posix()}" for file in files]
            build_data["pure_python"] = False
            build_data["tag"] = f"py3-none-{_platform(list(platform_tags()))}"

    @staticmethod
    def _compile(one: Any, folder: Path, kept: str) -> "subprocess.Popen[str]":
        # What the user asks for in this process (a lesser instruction set, no compilation) is not what is built.
        own = {name: value for name, value in os.environ.items() if not name.startswith(("NUMBA_", "CLEARPROP_"))}
        environment = {
            **own,
            "PYTHONPATH": os.pathsep.join([str(SOURCES), *_packages()]),
            "NUMBA_CPU_NAME": one.name,
            "NUMBA_CPU_FEATURES": one.features,
            "NUMBA_CACHE_DIR": os.path.join(kept, one.name),
            "PYTHONHASHSEED": "0",  # Numba names what it compiles by sets of options: the same file each time
        }
        command = [sys.executable, "-m", "clearprop.engines.compiled.building", str(folder)]
        return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def _platform(tags: list[str]) -> str:
    """Of this machine's, the oldest that Numba is made for: kernels call what the C library of each version has."""
    return next((tag for tag in tags if tag.startswith(("manylinux_2_17_", "macosx_11_0_"))), tags[0])


def _page_is_old() -> bool:
    """Whether a source of the page is newer than what was made of it."""
    made = PAGE / "lab.js"
    sources = [*FRONTEND.glob("*.*"), *(path for path in FRONTEND.glob("src/**/*") if path.is_file())]
    return not made.exists() or any(path.stat().st_mtime > made.stat().st_mtime for path in sources)


def _packages() -> list[str]:
    """Where the packages of this environment are found, without the folder by which pip sets it up."""
    return [folder for folder in sys.path if folder and not Path(folder, "sitecustomize.py").exists()]
