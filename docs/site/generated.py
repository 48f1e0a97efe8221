"""Sphinx: what pages hold that is made of the code, in the place of a comment such as `<!-- made: commands -->`.

It is part of the page before the page is read, so that its headings are headings.
"""

import re

import formula_index
import typer
from typer.cli import get_docs_for_click
from typer.main import get_command

from clearprop.cli.commands import app as commands


def setup(app):
    """Before a page is read."""
    app.connect("source-read", fill_in)
    return {"parallel_read_safe": True}


def fill_in(app, page, source):
    """Replace the comments."""
    source[0] = filled(source[0])


def filled(text):
    """The text of a page with its comments replaced."""
    if "<!-- made:" not in text:
        return text
    made = {"commands": command_line(), **formula_index.sections()}
    return re.sub(r"<!-- made: (\w+) -->", lambda found: made[found[1]], text)


def command_line():
    """What `clearprop COMMAND --help` says, a heading a command."""
    command = get_command(commands)
    text = get_docs_for_click(obj=command, ctx=typer.Context(command, info_name="clearprop"), name="clearprop")
    text = text[text.index("\n## ") :]  # what stands before is the list of commands, which the headings are
    text = text.replace("<list[str]>", "<str>")  # which may be repeated, as its sentence says
    text = re.sub(r"^```console$", "```text", text, flags=re.MULTILINE)
    return re.sub(r"^## `clearprop (.*)`", r"## \1", text, flags=re.MULTILINE)
