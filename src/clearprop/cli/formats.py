"""The forms that an explanation is printed or written in."""

import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from clearprop.explanation.writing.rendered import Rendered


class Format(StrEnum):
    """The forms by the names that `--format` takes."""

    text = "text"
    latex = "latex"
    markdown = "markdown"
    html = "html"
    json = "json"


def write(
    explanation: "Rendered", format: Format, most: int | None = 4, out: Path | None = None, *, err: bool = False
) -> None:
    """Print an explanation, to standard error if so asked, or write it to a file whole or not at all."""
    text = rendered(explanation, format, most)
    if out is not None:
        from clearprop.cli.outputs import goes_to_standard_output
        from clearprop.foundation.atomic import write_atomically
        from clearprop.printable import printable

        write_atomically(out, text)
        typer.echo(printable(f"{out}: {explanation.document().title}"), err=goes_to_standard_output([out]))
        return
    try:
        text.encode(encoding())
    except UnicodeEncodeError:
        from clearprop.explanation.writing.text import to_ascii

        text = to_ascii(text)
    typer.echo(text.rstrip("\n"), err=err)


def rendered(explanation: "Rendered", format: Format, most: int | None = 4) -> str:
    """The explanation as the text of a whole file, with at most `most` terms of a sum, or all for None."""
    match format:
        case Format.latex:
            return explanation.to_latex(most=most, standalone=True)
        case Format.markdown:
            return explanation.to_markdown(most=most)
        case Format.html:
            return explanation.to_html(most=most)
        case Format.json:
            return explanation.to_json() + "\n"
    return explanation.to_text(most=most) + "\n"


def encoding() -> str:
    """The encoding of standard output; UTF-8 where it has none."""
    return sys.stdout.encoding or "utf-8"
