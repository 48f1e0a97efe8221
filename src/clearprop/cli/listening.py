"""A server on this machine that a command runs until a signal ends it."""

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from clearprop.local_server.server import LocalServer

Made = TypeVar("Made", bound="LocalServer")


def run_server(make: Callable[[], Made], host: str, port: int, risk: str, tell: Callable[[Made], None]) -> None:
    """Listen until the process is ended.

    Parameters
    ----------
    make : function
        The server, made where an event loop runs.
    host, port
        For messages.
    risk : str
        What others can do where the server listens to more than this machine.
    tell : function of the server
        Says where it is.

    Raises
    ------
    InputError
        The port is taken, or the host is none of this machine.
    """
    import asyncio

    from clearprop.cli.console import notes, say
    from clearprop.errors import InputError
    from clearprop.local_server.guard import LOOPBACK

    async def run() -> None:
        try:
            server = make()
        except OSError as error:
            raise InputError(f"{host}, port {port}: cannot be listened at ({error.strerror or error})") from error
        try:
            if host not in LOOPBACK:
                say(f"warning: {host}: {risk}", notes)
            tell(server)
            say("Ctrl-C ends it.", notes)
            await asyncio.Event().wait()
        finally:
            server.close()

    asyncio.run(run())
