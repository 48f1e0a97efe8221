"""A server on this machine: Tornado on loopback, with a guard at the door and bounds on all that is sent."""

from __future__ import annotations

import re
import socket
from collections.abc import Mapping, Sequence
from typing import Any

from tornado.web import Application

from clearprop.local_server.connections import Connections
from clearprop.local_server.guard import Guard
from clearprop.local_server.handlers import File, Manners, Nothing

MOST_HEADER_BYTES = 16 * 1024
SECONDS_TO_ASK = 20


class LocalServer:
    """The running server.

    Parameters
    ----------
    routes : sequence of (str, type of handler, dict of its arguments)
        The paths that are answered, as regular expressions; the arguments may be left out.
    files : mapping of str to bytes
        Files of the page by name.
    host : str
        Where to listen.
    port : int
        0: one that is free.
    manners : Manners
    most_bytes : int
        The longest body of a request whose handler does not bound it itself.
    nothing : type of handler
        What answers where nothing is.
    guarding : mapping
        Further attributes of the `Guard`.
    **settings
        Of Tornado's application.

    Raises
    ------
    OSError
        The port is taken, or the host is none of this machine.
    """

    def __init__(
        self,
        routes: Sequence[tuple[Any, ...]],
        files: Mapping[str, bytes],
        host: str,
        port: int,
        manners: Manners,
        *,
        most_bytes: int,
        nothing: type[Nothing] = Nothing,
        guarding: Mapping[str, str] | None = None,
        **settings: Any,
    ) -> None:
        listening = socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET)
        listening.setblocking(False)
        self.guard = Guard(host, listening.getsockname()[1], **(guarding or {}))
        application = Application(
            [
                *routes,
                *((f"/{re.escape(name)}", File, {"name": name, "body": body}) for name, body in files.items()),
            ],
            default_handler_class=nothing,
            guard=self.guard,
            manners=manners,
            log_function=lambda handler: None,  # addresses hold the token
            **settings,
        )
        self.connections = Connections(
            application,
            max_body_size=most_bytes,
            max_buffer_size=2 * most_bytes,
            max_header_size=MOST_HEADER_BYTES,
            idle_connection_timeout=SECONDS_TO_ASK,
            body_timeout=SECONDS_TO_ASK,
        )
        self.connections.add_socket(listening)

    @property
    def address(self) -> str:
        """What a browser is to open."""
        return self.guard.address

    async def drained(self, seconds: float) -> None:
        """Listen no longer, and wait for what is under way; of this server nothing is waited for."""
        self.connections.stop()

    def close(self) -> None:
        """Listen no longer."""
        self.connections.stop()
