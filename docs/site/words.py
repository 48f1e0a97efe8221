"""Sphinx: what people look for, in their words, and the page that answers: entries of the index, asked by the search.

A page may be said with one of its headings, "page#Heading".
"""

import tomllib
from pathlib import Path

from docutils import nodes
from sphinx import addnodes
from sphinx.transforms import SphinxTransform
from sphinx.util import logging

WORDS = Path(__file__).parent / "words.toml"


def setup(app):
    """The entries are put into pages before Sphinx gathers those of all pages."""
    app.add_transform(AddWords)
    return {"parallel_read_safe": True}


class AddWords(SphinxTransform):
    """Puts a page's words in front of it, or below the heading that they are said with."""

    default_priority = 700

    def apply(self, **kwargs):
        """One entry a word, the page's own heading its target where no other is named."""
        self.env.note_dependency(str(WORDS))
        for where, words in tomllib.loads(WORDS.read_text(encoding="utf-8")).items():
            page, _, heading = where.partition("#")
            if page != self.env.docname:
                continue
            sections = list(self.document.findall(nodes.section))
            found = [one for one in sections if not heading or one.next_node(nodes.title).astext() == heading]
            if not found:
                logging.getLogger(__name__).warning("%s: %s has no such heading", WORDS, where)
                continue
            section = found[0]
            target = section["ids"][0] if heading else ""
            entries = [("single", word, target, "main", None) for word in words]
            section.insert(1, addnodes.index(entries=entries))
