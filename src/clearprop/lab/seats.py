"""Sessions and whose they are: a page takes its session's seat, and finds it again after a reload."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Protocol

from clearprop.lab.wire import Answering, answered, joined

# Pages that are open are the user's own; of sessions the oldest that nobody is at makes way for a new one.
MOST_PAGES, MOST_SESSIONS = 16, 32
SECONDS_TO_RELOAD = 60
TAKEN_OVER = 4001


class Connection(Protocol):
    """A page's."""

    def close(self, code: int | None = None, reason: str | None = None) -> None:
        """End it."""
        ...


@dataclass
class Seat:
    """A session, the page that is at it, and when it is forgotten."""

    session: Answering | None = None
    page: Connection | None = None
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    forgetting: asyncio.TimerHandle | None = None


class Seats:
    """All sessions by name.

    Parameters
    ----------
    make_session : callable
        What answers the requests of a page that is newly opened.
    """

    def __init__(self, make_session: Callable[[], Answering]) -> None:
        self.make_session = make_session
        self.seats: dict[str, Seat] = {}
        self._work = ThreadPoolExecutor(MOST_PAGES, "lab")

    def __len__(self) -> int:
        return len(self.seats)

    def has_room(self, name: str) -> bool:
        """Whether a page may take this seat; one whose own page is still there, as in a reload, it takes over."""
        others = (seat for other, seat in self.seats.items() if other != name)
        return sum(seat.page is not None for seat in others) < MOST_PAGES

    def sit_down(self, name: str, page: Connection) -> Seat:
        """The seat of this name for a page, which takes it over; a new one where there is none."""
        if name not in self.seats:
            if len(self.seats) >= MOST_SESSIONS:  # of which MOST_PAGES at most are somebody's
                self.forget(next(old for old, seat in self.seats.items() if seat.page is None))
            self.seats[name] = Seat()
        seat = self.seats[name]
        if seat.forgetting is not None:
            seat.forgetting.cancel()
        if seat.page is not None:
            seat.page.close(TAKEN_OVER, "opened elsewhere")
        seat.page = page
        return seat

    def get_up(self, name: str, page: Connection) -> None:
        """The page is gone; its session is kept for a while, as after a reload it comes back."""
        seat = self.seats.get(name)
        if seat is not None and seat.page is page:
            seat.page = None
            seat.forgetting = asyncio.get_running_loop().call_later(SECONDS_TO_RELOAD, self.forget, name)

    def forget(self, name: str) -> None:
        """The session is nobody's any more."""
        seat = self.seats.pop(name)
        if seat.forgetting is not None:
            seat.forgetting.cancel()

    async def answer(self, seat: Seat, text: str | bytes) -> bytes:
        """A request answered, in a thread, so that other pages need not wait; one after the other in a session."""

        def work() -> bytes:
            if seat.session is None:
                seat.session = self.make_session()
            return joined(*answered(seat.session, text))

        async with seat.turn:
            return await asyncio.get_running_loop().run_in_executor(self._work, work)

    def close(self) -> None:
        """Let all pages go; what is under way is not waited for, what waits is not begun."""
        for seat in self.seats.values():
            if seat.page is not None:
                seat.page.close()
        self._work.shutdown(wait=False, cancel_futures=True)
