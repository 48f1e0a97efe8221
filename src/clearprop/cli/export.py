"""`clearprop export`: a trained model as ONNX, as source in Python or C, or as JSON."""

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from onnx import ModelProto


class Target(StrEnum):
    """What a model can be exported to, by the names that `--to` takes."""

    onnx = "onnx"
    python = "python"
    c = "c"
    json = "json"


class Numbers(StrEnum):
    """The types of numbers that `--dtype` takes."""

    float32 = "float32"
    float64 = "float64"


ENDINGS = {Target.onnx: (".onnx",), Target.python: (".py",), Target.c: (".h", ".c"), Target.json: (".json",)}
WORDS = {Target.onnx: "ONNX", Target.python: "Python", Target.c: "C", Target.json: "JSON"}


def export(
    model: Annotated[Path, typer.Argument(help="A model file, such as `clearprop train` wrote.")],
    to: Annotated[Target, typer.Option(help="What to write: onnx; python or c: source that needs no library; json.")],
    out: Annotated[Path | None, typer.Option(help="The file to write; standard output if left out, or by -.")] = None,
    dtype: Annotated[
        Numbers | None, typer.Option(help="Round the model's numbers to these, and compute in them.")
    ] = None,
) -> None:
    """Write a model for elsewhere: a server, a web page, a microcontroller, or to be read.

    The preparation of a table's columns is part of it.

    Example: clearprop export flowers.model --to c --out flowers.h
    """
    from clearprop.cli.outputs import check_ending, check_not_terminal, checked_outputs, goes_to_standard_output
    from clearprop.foundation.atomic import STANDARD_OUTPUT, write_atomically
    from clearprop.printable import printable
    from clearprop.saving import load

    (place,) = checked_outputs([STANDARD_OUTPUT if out is None else out], inputs=[model])
    assert place is not None
    check_ending(place, ENDINGS[to])
    if to is Target.onnx:
        check_not_terminal(place, "ONNX")
    name = (model if out is None or str(out) == "-" else out).stem
    content = _exported(load(model), to, name, None if dtype is None else dtype.value)
    write_atomically(place, content)
    shown = place if not goes_to_standard_output([place]) else model
    typer.echo(printable(f"{shown}: {WORDS[to]}, {_size(content)}"), err=goes_to_standard_output([place]))


def _exported(model: Any, to: Target, name: str, dtype: str | None) -> bytes | str:
    """The file's content."""
    from clearprop.export import to_c, to_json, to_onnx, to_python

    match to:
        case Target.python:
            return to_python(model, name, dtype)
        case Target.c:
            return to_c(model, name, dtype)
        case Target.json:
            return to_json(model, dtype)
    exported: ModelProto = to_onnx(model, dtype)
    return exported.SerializeToString()


def _size(content: bytes | str) -> str:
    return f"{len(content if isinstance(content, bytes) else content.encode()):,} bytes"
