"""The lab's page and its socket on this machine: Tornado on loopback, a session for each page."""

from __future__ import annotations

import re
import socket
from collections.abc import Callable
from typing import Any

from tornado.httpserver import HTTPServer
from tornado.web import Application

from clearprop.lab.assets import SCRIPT, STYLE, asset
from clearprop.lab.guard import LOOPBACK, Guard
from clearprop.lab.handlers import START, File, Nothing, Page, Socket
from clearprop.lab.seats import Seats
from clearprop.lab.wire import MOST_BYTES, Answering

MOST_HEADER_BYTES = 16 * 1024
# The oldest connection that asks for files is closed for a new one.
MOST_CONNECTIONS, SECONDS_TO_ASK = 64, 20


class Server:
    """The running server.

    Parameters
    ----------
    make_session : callable
        What answers the requests of a page that is newly opened.
    host : str
        Where to listen.
    port : int
        0: one that is free.

    Raises
    ------
    OSError
        The port is taken, or the host is none of this machine.
    """

    def __init__(self, make_session: Callable[[], Answering], host: str = LOOPBACK[0], port: int = 0) -> None:
        files = {SCRIPT: asset(SCRIPT), STYLE: asset(STYLE), "page.js": START.encode()}
        self.seats = Seats(make_session)
        listening = socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET)
        listening.setblocking(False)
        self.guard = Guard(host, listening.getsockname()[1])
        application = Application(
            [
                (r"/", Page),
                (r"/socket", Socket),
                *((f"/{re.escape(name)}", File, {"name": name, "body": body}) for name, body in files.items()),
            ],
            default_handler_class=Nothing,
            guard=self.guard,
            seats=self.seats,
            log_function=lambda handler: None,  # addresses hold the token
            websocket_max_message_size=MOST_BYTES,
            websocket_ping_interval=20,
        )
        self.connections = Connections(
            application,
            max_body_size=MOST_BYTES,
            max_buffer_size=2 * MOST_BYTES,
            max_header_size=MOST_HEADER_BYTES,
            idle_connection_timeout=SECONDS_TO_ASK,
            body_timeout=SECONDS_TO_ASK,
        )
        self.connections.add_socket(listening)

    @property
    def address(self) -> str:
        """What a browser is to open."""
        return self.guard.address

    def close(self) -> None:
        """Listen no longer, and let all pages go."""
        self.connections.stop()
        self.seats.close()


class Connections(HTTPServer):
    """Closes the connection that has been there longest, rather than refuse a new one."""

    def initialize(self, *arguments: Any, **settings: Any) -> None:
        """Tornado's constructor."""
        super().initialize(*arguments, **settings)
        self.streams: dict[Any, None] = {}

    def handle_stream(self, stream: Any, address: Any) -> None:
        """A new connection."""
        if len(self.streams) >= MOST_CONNECTIONS:
            longest = next(iter(self.streams))
            del self.streams[longest]
            longest.close()
        self.streams[stream] = None
        super().handle_stream(stream, address)

    def on_close(self, server_conn: Any) -> None:
        """A connection has ended, or has become a WebSocket."""
        self.streams.pop(server_conn.stream, None)
        super().on_close(server_conn)
