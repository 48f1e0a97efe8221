"""A server on this machine that a command runs until a signal ends it."""

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from clearprop.local_server.server import LocalServer

# Less than whoever stops services waits before it kills them: Docker 10, systemd 90.
SECONDS_TO_END = 8.0
Made = TypeVar("Made", bound="LocalServer")


def run_server(make: Callable[[], Made], host: str, port: int, risk: str, tell: Callable[[Made], None]) -> None:
    """Listen until a signal comes: what is under way is still answered, if it is within `SECONDS_TO_END`.

    A second signal ends the process at once.

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
    from clearprop.cli.signals import end, heard_by
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
            loop, heard = asyncio.get_running_loop(), asyncio.Event()
            signals: list[int] = []

            def hear(number: int) -> bool:
                signals.append(number)
                loop.call_soon_threadsafe(heard.set)
                return len(signals) == 1

            with heard_by(hear):
                await heard.wait()
                await server.drained(SECONDS_TO_END)
            end(signals[0])
        finally:
            server.close()

    asyncio.run(run())
