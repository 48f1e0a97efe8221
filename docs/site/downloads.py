"""Sphinx: every chapter of the book as a notebook that runs as it is, to be downloaded from its page.

And whatever notebook a page links to is a download: it is none of the site's pages.
"""

import re
from doctest import DocTestParser
from pathlib import Path

import jupytext
from nbformat.v4 import new_markdown_cell

import clearprop

CHAPTERS = "{code-cell}"
NEEDS = (
    f"A chapter of clearprop's book, written for version {clearprop.__version__}. It needs clearprop with its extras "
    "`plots` and `notebook`, and pandas; it loads nothing from the network. Run the cells from top to bottom."
)


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
    for chapter in [Path(app.srcdir) / "back-propagation.md", *sorted(chapters.glob("*.md"))]:
        text = chapter.read_text(encoding="utf-8")
        if CHAPTERS in text:
            jupytext.write(as_notebook(text), folder / f"{chapter.stem}.ipynb")


def link_notebooks(app, page, source):
    """`[a notebook](folder/some.ipynb)`, which a page says so that other readers of Markdown find it, too."""
    source[0] = re.sub(r"\[([^\]]+)\]\(([\w./-]+\.ipynb)\)", r"{download}`\1 <\2>`", source[0])


def as_notebook(text):
    """The chapter's cells, with what only a page can show in a notebook's own way."""
    for pattern, instead in PAGE_ONLY:
        text = re.sub(pattern, instead, text, flags=re.S)
    notebook = jupytext.reads(text, fmt="md:myst")
    notebook.cells = [cell for cell in notebook.cells if "remove-cell" not in cell.metadata.get("tags", ())]
    for cell in notebook.cells:
        if found := re.search(r"^replay\(\"[\w-]+\", (.*), epochs=\d+\)", cell.source, flags=re.M):
            cell.source = f"from clearprop import Lab\n\nLab({found[1]})"
        if "hide-cell" in cell.metadata.pop("tags", ()):
            cell.metadata["jupyter"] = {"source_hidden": True}
    notebook.cells.insert(0, new_markdown_cell(NEEDS))
    return notebook


def as_cell(examples):
    """Code of examples at Python's prompt, whose outputs the notebook will have anew."""
    code = "".join(example.source for example in DocTestParser().get_examples(examples[1]))
    return f"```{{code-cell}} python3\n{code}```\n"


PAGE_ONLY = [
    (r":::\{dropdown\} (.*?)\n(.*?)\n:::\n", r"<details><summary>\1</summary>\n\n\2\n\n</details>\n"),
    (r"\n\{download\}`Take this chapter.*?\n", "\n"),
    (r"\{doc\}`([^<`]*?)\s*<[^>`]*>`", r"*\1*"),
    (r"(?<!\!)\[([^\]]*)\]\([^)\s]*\.md[^)\s]*\)", r"*\1*"),  # pages that are not beside the notebook
    (r"```python\n(>>> .*?)```\n", as_cell),
]
