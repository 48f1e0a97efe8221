"""`clearprop serve`: a trained model that answers other programs on this machine."""

import os
from pathlib import Path
from typing import Annotated

import typer


def serve(
    model: Annotated[Path, typer.Argument(help="A model file of clearprop.")],
    port: Annotated[int, typer.Option(min=0, max=65535, help="The port to listen at; 0: one that is free.")] = 0,
    host: Annotated[str, typer.Option(help="The address to listen at; others than this machine are not let in.")] = (
        "127.0.0.1"
    ),
    origin: Annotated[
        str, typer.Option(help="One other site whose pages may ask too, such as http://localhost:3000.")
    ] = "",
) -> None:
    """Answer other programs on this machine over HTTP: rows in, predictions out, as JSON or CSV.

    Whoever asks needs the token that is printed, or the one in the environment variable CLEARPROP_TOKEN. It is for
    trying a model out, and no service for the internet. Ctrl-C ends.

    Example: clearprop serve flowers.model
    """
    from clearprop.cli.console import notes, say, working
    from clearprop.cli.listening import run_server
    from clearprop.errors import MissingExtraError

    try:
        from clearprop.serving.server import Server
    except ImportError as error:
        raise MissingExtraError("Tornado", "lab", "serving a model") from error
    from clearprop.serving.curl import curl
    from clearprop.serving.page import TOKEN
    from clearprop.serving.served import served

    with working(f"loading {model}"):
        loaded = served(model)
    chosen = os.environ.get(TOKEN, "")

    def tell(server: Server) -> None:
        guard = server.guard
        if chosen:
            say(f"{model}: {guard.root} (the token is the one in {TOKEN})")
        else:
            say(f"{model}: {server.address}")
        say("The page is at this address; a program asks it as this does:", notes)
        say(curl(guard.root, f"${TOKEN}" if chosen else guard.token, loaded.columns))

    run_server(
        lambda: Server(loaded, model.name, host, port, chosen, origin),
        host,
        port,
        "whoever can reach this machine and has the token can use the model, and nothing that is sent is encrypted",
        tell,
    )
