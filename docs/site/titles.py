"""Sphinx: a page's title, which a browser shows by itself, says whose `Table` it is, and networks in which list."""

import re

# By where a page is, what it is one of.
PLACES = [
    (r"reference/api/(?!index$).+", "every name"),
    (r"gallery/(?!index$).+", "gallery"),
    (r"lessons/(?!README$).+", "a lesson"),
]


def setup(app):
    """When a page is written."""
    app.connect("html-page-context", entitle)
    return {"parallel_read_safe": True}


def entitle(app, page, template, context, doctree):
    """The title by which a page is told from others."""
    context["title"] = title_of(page, context.get("title", ""))


def title_of(page, title):
    """A page's own title, with its place.

    >>> title_of("reference/api/generated/clearprop.article.Table", "Table")
    'clearprop.article.Table'
    >>> title_of("reference/api/losses", "Losses"), title_of("losses", "Losses")
    ('Losses: every name', 'Losses')
    """
    if name := re.fullmatch(r"reference/api/generated/(.+)", page):
        return name[1]
    for pattern, place in PLACES:
        if re.fullmatch(pattern, page):
            return f"{title}: {place}"
    return title
