"""Replays of the lab for the pages: recorded while the site is built, played in the page."""

import os
from pathlib import Path

from IPython.display import HTML

from clearprop import Lab

PAGES = Path(__file__).parent.parent
FOLDER = PAGES / "_replays" / "replays"


def replay(name, epochs, **lab):
    """A frame in which a training plays that can be stepped, rewound and asked; `lab` says what `Lab` shows."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    path = FOLDER / f"{name}.html"
    Lab(**lab).to_html(path, epochs=epochs)
    address = f"{Path(os.path.relpath(PAGES)).as_posix()}/replays/{path.name}"  # as the page has it, where cells run
    frame = f'<iframe class="replay" src="{address}" title="The lab: {name}" loading="lazy"></iframe>'
    return HTML(f"<div>{frame}</div>")  # of a bare frame IPython warns, in the page
