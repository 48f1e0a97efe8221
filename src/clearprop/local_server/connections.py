"""Connections: how many there may be, and which one makes way for a new one."""

from __future__ import annotations

from typing import Any

from tornado.httpserver import HTTPServer

# The oldest connection that asks for something is closed for a new one.
MOST_CONNECTIONS = 64


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
