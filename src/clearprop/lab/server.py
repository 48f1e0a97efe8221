"""The lab's page and its socket on this machine: a session for each page."""

from __future__ import annotations

from collections.abc import Callable

from clearprop.lab.assets import SCRIPT, STYLE, asset
from clearprop.lab.handlers import MANNERS, START, Page, Socket
from clearprop.lab.seats import Seats
from clearprop.lab.wire import MOST_BYTES, Answering
from clearprop.local_server.guard import LOOPBACK
from clearprop.local_server.server import LocalServer


class Server(LocalServer):
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
        self.seats = Seats(make_session)
        super().__init__(
            [(r"/", Page), (r"/socket", Socket)],
            {SCRIPT: asset(SCRIPT), STYLE: asset(STYLE), "page.js": START.encode()},
            host,
            port,
            MANNERS,
            most_bytes=MOST_BYTES,
            seats=self.seats,
            websocket_max_message_size=MOST_BYTES,
            websocket_ping_interval=20,
        )

    def close(self) -> None:
        """Listen no longer, and let all pages go."""
        super().close()
        self.seats.close()
