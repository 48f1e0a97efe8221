"""Requests that are under way: who ends the server waits for them."""

from __future__ import annotations

import asyncio
import contextlib


class UnderWay:
    """Requests whose headers have come, and whose answers have not gone out."""

    def __init__(self) -> None:
        self._requests: set[object] = set()
        self._over = asyncio.Event()
        self._over.set()

    def begin(self, request: object) -> None:
        """One has come."""
        self._requests.add(request)
        self._over.clear()

    def end(self, request: object) -> None:
        """It is answered, or whoever asked has gone."""
        self._requests.discard(request)
        if not self._requests:
            self._over.set()

    async def over(self, seconds: float) -> None:
        """Wait until none is left, so long at most."""
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._over.wait(), seconds)
