"""A training recorded as one HTML file: the same page, whose requests are answered with what was said then.

The file holds the page, and parts: replies as they go over the wire, compressed. The first part has the frames, each
other one the derivations of a moment, which are taken apart when somebody asks for them.
"""

from __future__ import annotations

import base64
import gzip
import hashlib
import itertools
import os
import re
from collections.abc import Iterator, Sequence
from typing import Any, Literal

import msgspec
import numpy as np

from clearprop.engines import numpy_seconds
from clearprop.foundation.atomic import write_atomically
from clearprop.lab.assets import LICENCES, SCRIPT, STYLE, asset
from clearprop.lab.protocol import (
    AnyRequest,
    Diagnose,
    Explain,
    Frame,
    Look,
    Open,
    Opened,
    Point,
    Refused,
    Reply,
    Seek,
    Step,
    TakeAway,
    TakenAway,
    Tick,
    View,
)
from clearprop.lab.session import Session
from clearprop.lab.wire import Array, encoded, joined

# So many moments of a training at most, and so many bytes of the file for them.
MOST_MOMENTS = 120
MOST_FRAME_BYTES, MOST_DERIVATION_BYTES = 1_500_000, 2_000_000
# Of a replay that is taken away from the page: so many epochs at most, what they may take of NumPy's seconds, and how
# many where none have passed.
MOST_TAKEN_AWAY, MOST_SECONDS, USUAL_EPOCHS = 5_000, 20.0, 100
# Each takes some milliseconds to derive.
MOST_DERIVATIONS = 400
# So many operations from the start are shown one by one.
MOST_OPERATIONS = 400
VIEW = View(plane=48, maps=16, curve=400)
BARE = View(plane=0, maps=0, curve=400)
ANSWERED = ("open", "look", "tick", "step", "seek", "explain", "diagnose")
SCOPES: tuple[Literal["sample"], Literal["batch"]] = ("sample", "batch")
# Of what is only pictured so many bits of the mantissa are kept; the network's own numbers are kept to the last bit.
PICTURED, PICTURED_BITS = ("plane", "maps", "predicted"), 10

Messages = dict[str, tuple[Reply, Sequence[Array]]]


class Recorder:
    """What is said of a training, moment by moment.

    Parameters
    ----------
    session : Session
        As it begins.
    epochs : int
        How many more it trains.
    """

    def __init__(self, session: Session, epochs: int, title: str = "A training, recorded") -> None:
        self._session, self._title = session, title
        self._opened = self._answer(Open(view=VIEW))
        first = session.first_epoch
        self._end = self._run(first + epochs)
        self.derivations_of_a_moment = len(self._names()) * len(SCOPES)
        self.moments = [first + more for more in _chosen(self._end.place.epoch - first, self._most_moments())]

    def frames(self, derived: Sequence[int]) -> bytes:
        """The part with which the page begins; it says which epochs the others are of."""
        opened, arrays = self._opened
        assert isinstance(opened, Opened)
        opened.can, opened.title = list(ANSWERED), self._title
        messages: Messages = {"opened": (opened, arrays)}
        places: list[dict[str, int]] = []
        curve: list[Point] = []
        for frame, numbers in self._walk():
            messages[f"frame/{len(places)}"] = frame, numbers
            place = frame.place
            places.append(
                {"epoch": place.epoch, "batch": place.batch, "whole": int(not place.done or bool(frame.alert))}
            )
            curve, frame.curve = frame.curve, []
        return _part(messages, places=places, curve=curve, derived=derived)

    def derivations(self, epoch: int) -> bytes:
        """The part of what can be asked where so many epochs had passed."""
        self._answer(Seek(epoch=epoch, view=BARE))
        messages = {"diagnose": self._answer(Diagnose())}
        for name in self._names():
            for scope in SCOPES:
                answer = self._answer(Explain(name=name, scope=scope))
                if not isinstance(answer[0], Refused):
                    messages[f"{scope}/{name}"] = answer
        return _part(messages, epoch=epoch)

    def _run(self, last: int) -> Frame:
        """Train up to this epoch; how that ends, which is amid a batch if numbers blew up there."""
        frame, _ = self._frame(Look(view=BARE))
        while not (frame.stopped or frame.alert or frame.place.epoch >= last):
            frame, _ = self._frame(Tick(budget=1_000, most=last - frame.place.epoch, view=BARE))
        return frame

    def _walk(self) -> Iterator[tuple[Frame, Sequence[Array]]]:
        """The start, the first sample's operations one by one, and then the moments."""
        yield self._frame(Seek(epoch=0, view=VIEW))
        for _ in range(MOST_OPERATIONS):
            frame, arrays = self._answer(Step(grain="operation", view=BARE))
            if not isinstance(frame, Frame) or frame.place.sample != 0 or not frame.place.done:
                break
            yield frame, arrays
        for epoch in self.moments[1:]:
            yield self._frame(Seek(epoch=epoch, view=VIEW))
        if self._end.alert:
            self._answer(Seek(epoch=self._end.place.epoch, batch=self._end.place.batch))
            yield self._frame(Tick(most=1, view=VIEW))

    def _most_moments(self) -> int:
        size = len(gzip.compress(joined(*encoded(*self._frame(Seek(epoch=0, view=VIEW)))), 6)) * 4 // 3
        return max(8, min(MOST_MOMENTS, MOST_FRAME_BYTES // size))

    def _names(self) -> list[str]:
        """What can be clicked: parameters, sums, activations, deltas, inputs and targets."""
        sizes = self._session.state.network.layer_sizes
        names = [f"x[{place + 1}]" for place in range(sizes[0])] + [f"y[{place + 1}]" for place in range(sizes[-1])]
        for layer, units in enumerate(sizes[1:], start=1):
            for unit in range(1, units + 1):
                names += [f"{kind}{layer}[{unit}]" for kind in ("b", "z", "a", "delta")]
                names += [f"W{layer}[{place + 1},{unit}]" for place in range(sizes[layer - 1])]
        return names

    def _frame(self, request: Any) -> tuple[Frame, Sequence[Array]]:
        frame, arrays = self._answer(request)
        assert isinstance(frame, Frame), frame
        return frame, arrays

    def _answer(self, request: Any) -> tuple[Reply, Sequence[Array]]:
        reply, arrays = self._session.answer(request)
        return reply, [_rounded(info.name, array) for info, array in zip(reply.arrays, arrays, strict=True)]


def _chosen(last: int, most: int) -> list[int]:
    """Epochs from 0 to the last, each of the first ones and ever fewer of those that follow.

    Examples
    --------
    >>> _chosen(1000, 8)
    [0, 2, 6, 18, 51, 138, 372, 1000]
    >>> _chosen(3, 8)
    [0, 1, 2, 3]
    """
    points, chosen = most, [0, last]
    while points <= 2 * last:
        finer = np.unique(np.rint(np.geomspace(1, last + 1, points) - 1).astype(int)).tolist()
        if len(finer) > most:
            break
        points, chosen = points + 1, finer
    return chosen if last >= most else list(range(last + 1))


def _rounded(name: str, array: Array) -> Array:
    if name not in PICTURED or array.dtype != np.float32:
        return array
    keep = np.uint32((0xFFFFFFFF << (23 - PICTURED_BITS)) & 0xFFFFFFFF)
    return (array.view(np.uint32) & keep).view(np.float32)


def _part(messages: Messages, **more: Any) -> bytes:
    """Messages with their names, compressed."""
    bodies = [joined(*encoded(*message)) for message in messages.values()]
    names = [{"name": name, "size": len(body)} for name, body in zip(messages, bodies, strict=True)]
    header = msgspec.json.encode({"messages": names, **more})
    return gzip.compress(joined(header, bodies), 9, mtime=0)


def _bisected(moments: Sequence[int]) -> Iterator[int]:
    """The last, the first, and then ever those in the middle of what is left."""
    seen: set[int] = set()
    for count in (2, 3, 5, 9, 17, 33, 65, 129):
        for place in np.linspace(len(moments) - 1, 0, min(count, len(moments))).round().astype(int).tolist():
            if place not in seen:
                seen.add(place)
                yield moments[place]


def record(session: Session, epochs: int, **words: str) -> list[bytes]:
    """A training of so many epochs at most, in parts: the frames, and derivations while there is room."""
    recorder = Recorder(session.anew(), epochs, **words)
    derived: dict[int, bytes] = {}
    room, most = MOST_DERIVATION_BYTES, max(1, MOST_DERIVATIONS // recorder.derivations_of_a_moment)
    for epoch in itertools.islice(_bisected(recorder.moments), most):
        part = recorder.derivations(epoch)
        room -= len(part) * 4 // 3
        if room < 0:
            break
        derived[epoch] = part
    return [recorder.frames(list(derived)), *derived.values()]


def replay_page(parts: Sequence[bytes]) -> str:
    """The file: no script but the page's own may run in it, and nothing may be loaded.

    Raises
    ------
    InputError
        The page is not built.
    """
    script, style = _started(asset(SCRIPT).decode()), asset(STYLE).decode()
    policy = (
        f"default-src 'none'; script-src {_hashed(script)}; style-src {_hashed(style)}; img-src data: blob:; "
        "base-uri 'none'; form-action 'none'"
    )
    licences = asset(LICENCES).decode().replace("-->", "-- >")
    data = "\n".join(f'<script type="application/gzip">{base64.b64encode(part).decode()}</script>' for part in parts)
    return f"""<!doctype html>
<!-- What of others is in this file, and on which terms.

{licences}-->
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>clearprop: a training, recorded</title>
<link rel="icon" href="data:,">
<style>{style}</style>
</head>
<body>
<div id="lab"></div>
<noscript>This page replays a training, for which the browser has to run its script.</noscript>
{data}
<script type="module">{script}</script>
</body>
</html>
"""


def write_replay(path: str | os.PathLike[str], session: Session, epochs: int) -> None:
    """Record a training of this session's choice, from the start, and write the file."""
    asset(SCRIPT)  # which is missed before the training rather than after it
    write_atomically(path, replay_page(record(session, epochs)))


class Recordable:
    """A session whose training so far can be taken away as a replay: it is trained once more, from the start.

    Numbers that were changed by hand are as they were drawn then.
    """

    def __init__(self, session: Session) -> None:
        self.session = session

    def answer(self, request: AnyRequest) -> tuple[Reply, Sequence[Array]]:
        """The session's own reply, or the file."""
        if not (isinstance(request, TakeAway) and request.form == "replay"):
            return self.session.answer(request)
        frame, _ = self.session.answer(Look(view=msgspec.structs.replace(BARE, row=self.session.state.row)))
        assert isinstance(frame, Frame)
        so_far, most = frame.place.furthest[0] - self.session.first_epoch, self._most_epochs()
        first = f"The first {most:,} epoch{'s' * (most > 1)} of a training, recorded"
        words = {"title": first} if so_far > most else {}
        page = replay_page(record(self.session, min(so_far or USUAL_EPOCHS, most), **words))
        return TakenAway(id=request.id, text=page, file="replay.html", media="text/html"), []

    def _most_epochs(self) -> int:
        """As many as can be trained once more while somebody waits."""
        training = self.session.state.training
        batches = -(-training.n_rows // training.batch_size)
        seconds = batches * numpy_seconds(training.network, training.batch_size)
        return max(1, min(MOST_TAKEN_AWAY, int(MOST_SECONDS / seconds)))


def _started(script: str) -> str:
    """The bundle, which begins by itself: what it exports is called under the names that it has within."""
    exports = re.search(r"export\s*\{([^}]*)\};?\s*$", script)
    assert exports is not None, "the bundle ends with what it exports"
    names = {exported: own for own, exported in re.findall(r"([\w$]+) as ([\w$]+)", exports[1])}
    begin = f'{names["default"]}.render({{model:{names["recorded"]}(),el:document.getElementById("lab")}});'
    return script[: exports.start()] + begin


def _hashed(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
