"""`clearprop lab`: the page in which a network is watched while it learns, stepped, and asked why."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from clearprop.cli.reading import ReadingOptions

if TYPE_CHECKING:
    from clearprop.lab.data import DataSet
    from clearprop.lab.protocol import Settings


def lab(
    model: Annotated[Path | None, typer.Argument(help="A model file that `clearprop train` wrote.")] = None,
    data: Annotated[Path | None, typer.Argument(help="A CSV file with the model's columns and target.")] = None,
    port: Annotated[int, typer.Option(min=0, max=65535, help="The page's port; 0: one that is free.")] = 0,
    browser: Annotated[bool, typer.Option(help="Open the page in the browser.")] = True,
    host: Annotated[str, typer.Option(help="The address to listen at; others than this machine are not let in.")] = (
        "127.0.0.1"
    ),
    *,
    reading: ReadingOptions,
) -> None:
    """Open a page on this machine in which a network learns: watch it, step it, click any weight and see why.

    With a model and a table the page begins with those; the model's file stays as it is. Ctrl-C ends.

    Example: clearprop lab flowers.model flowers.csv
    """
    from clearprop.cli.console import say
    from clearprop.cli.listening import run_server
    from clearprop.errors import MissingExtraError
    from clearprop.lab.replay import Recordable
    from clearprop.lab.session import Session

    try:
        from clearprop.lab.server import Server
    except ImportError as error:
        raise MissingExtraError("Tornado", "lab", "the lab's page") from error
    rows, settings = _given(model, data, reading)

    def tell(server: Server) -> None:
        say(f"the lab: {server.address}")
        if browser:
            _open(server.address)

    run_server(
        lambda: Server(lambda: Recordable(Session(rows, settings)), host, port),
        host,
        port,
        "whoever can reach this machine and has this address can use the page",
        tell,
    )


def _given(model: Path | None, data: Path | None, reading: ReadingOptions) -> "tuple[DataSet | None, Settings]":
    """What the page begins with."""
    from clearprop.cli.models import load_predictor
    from clearprop.errors import InputError
    from clearprop.lab.given import given

    if model is None:
        return given(None, None, None)
    if data is None:
        raise InputError(f"{model}: name the table too that it is to learn from: clearprop lab {model} TABLE.csv")
    loaded = load_predictor(model)
    return given(loaded, reading.read_for(loaded, data, loaded.target.name), None)


def _open(address: str) -> None:
    """In a thread: some browsers hold up the one that opens them."""
    import threading
    import webbrowser

    threading.Thread(target=webbrowser.open, args=(address,), daemon=True).start()
