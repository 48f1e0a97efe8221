"""Sphinx: every chapter of the book as a notebook, to be downloaded beside its page."""

from pathlib import Path

import jupytext


def setup(app):
    """Have them written before pages are read."""
    app.connect("builder-inited", write_notebooks)
    return {"parallel_read_safe": True}


def write_notebooks(app):
    """A notebook of each chapter that has cells, without outputs."""
    chapters = Path(app.srcdir) / "learn"
    folder = chapters / "notebooks"
    folder.mkdir(exist_ok=True)
    for chapter in sorted(chapters.glob("*.md")):
        text = chapter.read_text(encoding="utf-8")
        if "{code-cell}" in text:
            jupytext.write(jupytext.reads(text, fmt="md:myst"), folder / f"{chapter.stem}.ipynb")
