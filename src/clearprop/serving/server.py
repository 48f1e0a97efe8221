"""The server of a model: its routes and its threads."""

from __future__ import annotations

import os
import re
from concurrent.futures import ThreadPoolExecutor

import msgspec

from clearprop.errors import InputError
from clearprop.local_server.guard import LOOPBACK
from clearprop.local_server.server import LocalServer
from clearprop.serving.handlers import MANNERS, ROUTES, NotFound, Service
from clearprop.serving.openapi import openapi
from clearprop.serving.page import STYLE, Page, style
from clearprop.serving.protocol import encoded
from clearprop.serving.served import Served
from clearprop.serving.under_way import UnderWay

# The longest body where no handler bounds it itself.
MOST_BYTES = 64 * 1024
MOST_WORKERS = 4
# 22 of 64 signs are more than 128 bits.
_TOKEN = re.compile(r"[A-Za-z0-9._~+/-]{22,512}=*")
_ORIGIN = re.compile(r"https?://(?:[a-z0-9.-]+|\[[0-9a-f:.]+\])(?::[0-9]{1,5})?")


class Server(LocalServer):
    """The running server.

    Parameters
    ----------
    served : Served
    file : str
        What the model is called.
    host : str
        Where to listen.
    port : int
        0: one that is free.
    token : str, optional
        Otherwise one is drawn.
    origin : str, optional
        Of whose pages scripts may ask, such as "https://example.org".

    Raises
    ------
    InputError
        The token or the origin cannot be one.
    OSError
        The port is taken, or the host is none of this machine.
    """

    def __init__(
        self, served: Served, file: str, host: str = LOOPBACK[0], port: int = 0, token: str = "", origin: str = ""
    ) -> None:
        self._work = ThreadPoolExecutor(min(MOST_WORKERS, os.cpu_count() or 1), "serve")
        self._under_way = UnderWay()
        info = served.info(file)
        described = msgspec.json.encode(openapi(served, file))
        super().__init__(
            ROUTES,
            {STYLE: style()},
            host,
            port,
            MANNERS,
            most_bytes=MOST_BYTES,
            nothing=NotFound,
            guarding={
                **({"token": _checked_token(token)} if token else {}),
                "origin": _checked_origin(origin) if origin else "",
            },
            service=Service(served, Page(info), encoded(info), described, self._work, self._under_way),
        )

    async def drained(self, seconds: float) -> None:
        """Listen no longer, and wait so long at most for the requests that are under way to be answered."""
        self.connections.stop()
        await self._under_way.over(seconds)

    def close(self) -> None:
        """Listen no longer; what is under way is not waited for, what waits is not begun."""
        super().close()
        self._work.shutdown(wait=False, cancel_futures=True)


def _checked_token(token: str) -> str:
    if not _TOKEN.fullmatch(token):
        raise InputError(
            "the token must have 22 to 512 letters, digits or signs of . _ ~ + / -, so that nobody guesses it: draw "
            "one, as by  python -c 'import secrets; print(secrets.token_urlsafe(32))'"
        )
    return token


def _checked_origin(origin: str) -> str:
    if not _ORIGIN.fullmatch(origin):
        raise InputError(
            f"origin {origin!r}: it must be the beginning of one site's addresses, such as https://example.org or "
            "http://localhost:3000, in small letters and without a path"
        )
    return origin
