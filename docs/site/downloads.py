"""Sphinx: every chapter of the book as a notebook that runs as it is, to be downloaded from its page.

And whatever notebook a page links to is a download: it is none of the site's pages.
"""

import re
from pathlib import Path

import jupytext

CHAPTERS = "{code-cell}"


def setup(app):
    """Have them written before pages are read."""
    app.connect("builder-inited", write_notebooks)
    app.connect("source-read", link_notebooks)
    return {"parallel_read_safe": True}


def write_notebooks(app):
    """A notebook of each chapter that has cells, without outputs."""
    chapters = Path(app.srcdir) / "learn"
    folder = chapters / "notebooks"
    folder.mkdir(exist_ok=True)
    for chapter in sorted(chapters.glob("*.md")):
        text = chapter.read_text(encoding="utf-8")
        if CHAPTERS in text:
            jupytext.write(as_notebook(text), folder / f"{chapter.stem}.ipynb")


def link_notebooks(app, page, source):
    """`[a notebook](folder/some.ipynb)`, which a page says so that other readers of Markdown find it, too."""
    source[0] = re.sub(r"\[([^\]]+)\]\(([\w./-]+\.ipynb)\)", r"{download}`\1 <\2>`", source[0])


def as_notebook(text):
    """The chapter's cells, with what only a page can show in a notebook's own way."""
    text = re.sub(
        r":::\{dropdown\} (.*?)\n(.*?)\n:::\n",
        r"<details><summary>\1</summary>\n\n\2\n\n</details>\n",
        text,
        flags=re.S,
    )
    text = re.sub(r"\n{download}`Take this chapter.*?\n", "\n", text)
    notebook = jupytext.reads(text, fmt="md:myst")
    for cell in notebook.cells:
        if found := re.search(r"^replay\(\"[\w-]+\", (.*), epochs=\d+\)", cell.source, flags=re.M):
            cell.source = f"from clearprop import Lab\n\nLab({found[1]})"
        cell.metadata.pop("tags", None)
    return notebook
