"""Replays of the lab for the pages: recorded while the site is built, played in the page."""

from pathlib import Path

from IPython.display import HTML

from clearprop import Lab

FOLDER = Path(__file__).parent.parent / "_replays" / "replays"


def replay(name, epochs, **lab):
    """A frame in which a training plays that can be stepped, rewound and asked; `lab` says what `Lab` shows."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    path = FOLDER / f"{name}.html"
    Lab(**lab).to_html(path, epochs=epochs)
    title = f"The lab: {name}"
    return HTML(f'<iframe class="replay" src="../replays/{path.name}" title="{title}" loading="lazy"></iframe>')
