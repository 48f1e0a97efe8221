"""The lab in a notebook: the same page as anywidget's front end, the same requests over the kernel's channel."""

from __future__ import annotations

import json
from typing import Any

import anywidget

from clearprop.lab.assets import SCRIPT, STYLE, asset
from clearprop.lab.wire import Answering, answered


class LabWidget(anywidget.AnyWidget):
    """Answers each request that the page sends; the page is in this very message's channel, and nowhere else.

    It takes the kernel's time while it answers and not between: a page that is closed asks no more.
    """

    def __init__(self, session: Answering) -> None:
        self._esm, self._css = asset(SCRIPT).decode(), asset(STYLE).decode()
        super().__init__()
        self._session = session
        self.on_msg(self._reply)

    def _reply(self, widget: Any, request: Any, buffers: Any) -> None:
        header, arrays = answered(self._session, json.dumps(request))
        self.send(json.loads(header), arrays)
