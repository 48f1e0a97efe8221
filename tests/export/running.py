"""What runs what is exported: ONNX Runtime, a Python without packages, a compiler of C, Node."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np

from ..outside import missing, program

DOCS = Path(__file__).resolve().parents[2] / "docs"
WARNINGS = ["-Wall", "-Wextra", "-Werror", "-pedantic"]


def run_onnx(exported, given):
    """The outputs by name, as ONNX Runtime computes them."""
    try:
        import onnxruntime
    except ImportError:
        missing("onnxruntime")
    session = onnxruntime.InferenceSession(exported.SerializeToString(), providers=["CPUExecutionProvider"])
    names = [output.name for output in session.get_outputs()]
    return dict(zip(names, session.run(names, given), strict=True))


def run_python(text, folder, code, given=None):
    """What code prints as JSON that has the module `model`, run without site packages or environment."""
    (folder / "model.py").write_text(text, encoding="utf-8")
    start = f"import json, sys; sys.path.insert(0, {str(folder)!r}); import model; given = json.load(sys.stdin)\n"
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", start + code],
        input=json.dumps(given),
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
        env={"PYTHONUTF8": "1"},
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def compiled(text, folder, name="model", *, as_cpp=False):
    """The program that the header is, with its own `main`."""
    (folder / f"{name}.h").write_text(text, encoding="utf-8")
    return built(folder / f"{name}.h", folder / name, [f"-D{name.upper()}_MAIN"], as_cpp=as_cpp)


def built(source, target, options=(), *, as_cpp=False):
    """A program compiled with all warnings as errors."""
    compiler = program("a compiler of C++", "g++") if as_cpp else program("a compiler of C", "gcc")
    language = ["-x", "c++", "-std=c++11"] if as_cpp else ["-x", "c", "-std=c99"]
    command = [compiler, *language, *WARNINGS, *options, str(source), "-o", str(target), "-lm"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return target


def run_program(path, lines):
    """The lines that a program prints for lines of input, taken apart at tabs."""
    done = subprocess.run(
        [str(path)], input="\n".join(lines) + "\n", capture_output=True, text=True, encoding="utf-8", check=True
    )
    return [line.split("\t") for line in done.stdout.splitlines()]


def as_lines(columns):
    """Columns of cells as lines, with a tab between cells and nothing for a missing one."""
    return ["\t".join(_cell(cell) for cell in row) for row in zip(*columns, strict=True)]


def _cell(cell):
    if isinstance(cell, str):
        return cell
    return "" if np.isnan(cell) else repr(float(cell))


def run_node(code, given):
    """What code prints as JSON that has docs/predict.mjs imported, and what it is given."""
    start = f"""import {{ predict }} from {json.dumps((DOCS / "predict.mjs").as_uri())};
import fs from "node:fs"; const given = JSON.parse(fs.readFileSync(0, "utf-8"));"""
    done = subprocess.run(
        [program("Node", "node"), "--input-type=module", "-e", start + code],
        input=json.dumps(given),
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)
