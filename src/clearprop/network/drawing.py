"""A network drawn as SVG: units as circles, weights as lines by sign (colour and dash) and size (width)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy as np
import numpy.typing as npt

from clearprop.foundation.atomic import write_atomically
from clearprop.foundation.table_cells import quoted
from clearprop.printable import printable

Array = npt.NDArray[Any]

# From the palette of Okabe and Ito, which colour-blind people can tell apart; negative weights are dashed as well.
POSITIVE, NEGATIVE = "#0072B2", "#D55E00"
MOST_DRAWN = 10  # units of a layer; of a wider one the first and the last are drawn, and a gap
COLUMN, RADIUS, MARGIN = 170.0, 15.0, 60.0
ROW, WIDE_ROW = 46.0, 64.0  # the wide one where it leaves the picture small
NUMBERED_ROW = 92.0  # where what a row made of each unit is written below it
FADED = "0.12"  # how much is seen of what does not lie on the path that is shown
# Ink and paper of the page around it: JupyterLab's paper, that of VS Code or marimo, or the browser's.
THEMED = """
.clearprop-drawing svg{--ink:currentColor;--paper:var(--jp-layout-color0,var(--vscode-editor-background,
var(--background,Canvas)));background:none!important}
.clearprop-drawing text{fill:var(--ink);stroke:var(--paper)!important}
.clearprop-drawing text:not([style]){stroke:none!important}
.clearprop-drawing circle{stroke:var(--ink)}
.clearprop-drawing circle[fill="#fff"]{fill:var(--paper)}
"""
LABELLED = 9  # the most weights that a layer may have for its numbers to be written beside the lines

# What a path may name: a weight by its layer and two places, a unit by its layer and one, an input by its place.
_ON_THE_PATH = re.compile(r"W([0-9]+)\[([0-9]+),([0-9]+)\]|(?:b|z|a|delta)([0-9]+)\[([0-9]+)\]|x\[([0-9]+)\]")


class Drawing(str):
    """SVG text that notebooks show as a picture."""

    __slots__ = ()

    def __repr__(self) -> str:
        return f"<Drawing, {len(self):,} characters of SVG: a notebook shows it, save('network.svg') writes it>"

    def _repr_svg_(self) -> str:
        return str(self)

    def _repr_html_(self) -> str:
        """The picture in the colours of the notebook that it stands in, whose theme need not be the system's."""
        return f'<div class="clearprop-drawing"><style>{THEMED}</style>{self}</div>'

    def save(self, path: str | Path) -> None:
        """Write the picture to a file, whose name must end in .svg, whole or not at all."""
        if Path(path).suffix.lower() != ".svg":
            raise ValueError(f"{path}: a drawing is SVG, so its name must end in .svg")
        write_atomically(path, self)


@dataclass(frozen=True)
class RowNumbers:
    """What one row made of a network, to be written beside its units: its inputs, and z, a and delta by layer."""

    inputs: Array
    z: Sequence[Array]
    a: Sequence[Array]
    deltas: Sequence[Array] | None = None

    def lines(self, layer: int, unit: int) -> list[str]:
        """What is written below a unit."""
        if layer == 0:
            return [f"{self.inputs[unit]:.3g}"]
        written = [f"z {self.z[layer - 1][unit]:.3g} · a {self.a[layer - 1][unit]:.3g}"]
        return written if self.deltas is None else [*written, f"δ {self.deltas[layer - 1][unit]:.3g}"]

    def answer(self, layer: int, unit: int) -> float:
        """What a unit hands on."""
        return float(self.inputs[unit] if layer == 0 else self.a[layer - 1][unit])


def draw_network(
    weights: Sequence[Array],
    biases: Sequence[Array],
    functions: Sequence[str],
    input_names: Sequence[str] | None = None,
    output_names: Sequence[str] | None = None,
    row: RowNumbers | None = None,
    slopes: Sequence[Array] | None = None,
    path: Sequence[str] = (),
    given: str = "x[{}]",
) -> Drawing:
    """Draw the layers from left to right; each line and circle tells its name and number when pointed at.

    Parameters
    ----------
    weights, biases, functions
        By layer; functions are the names of the activations.
    input_names, output_names : sequences of str, optional
    row : RowNumbers, optional
        Written below the units, which are coloured by what they hand on.
    slopes : arrays, optional
        The loss's gradient by each weight, which the lines then tell too.
    path : sequence of str
        Weights and units, such as W2[3,1] and z1[3], that stand out, while the others step back.
    given : str
        What the first layer's inputs are called, by their place.

    Raises
    ------
    ValueError
        The names are not as many as the inputs or outputs, or the path has what the network has not.
    """
    sizes = [weights[0].shape[0], *(W.shape[1] for W in weights)]
    input_names = _checked_names(input_names, sizes[0], "input_names")
    output_names = _checked_names(output_names, sizes[-1], "output_names")
    functions = [printable(function) for function in functions]
    lit = _places_of(path, sizes)
    drawn = [_drawn_units(size) for size in sizes]
    tallest = max(len(units) for units in drawn)
    row_height = NUMBERED_ROW if row is not None else WIDE_ROW if tallest <= 5 else ROW
    height = MARGIN * 2 + row_height * (tallest - 1)
    sides = [max((7.0 * len(name) for name in names or ()), default=0) for names in (input_names, output_names)]
    sides = [MARGIN + min(side, 220.0) for side in sides]
    width = sides[0] + COLUMN * (len(sizes) - 1) + sides[1]
    places = [
        {
            unit: (sides[0] + COLUMN * layer, height / 2 + row_height * (at - (len(units) - 1) / 2))
            for at, unit in enumerate(units)
            if unit is not None
        }
        for layer, units in enumerate(drawn)
    ]
    svg = ElementTree.Element(
        "svg",
        xmlns="http://www.w3.org/2000/svg",
        viewBox=f"0 0 {width:g} {height:g}",
        width=f"{width:g}",
        height=f"{height:g}",
        role="img",
        style="font-family: system-ui, sans-serif; background: #fff; max-width: 100%; height: auto",
    )
    svg.set("aria-label", "network of " + ", ".join(map(str, sizes)) + " units")
    for layer, W in enumerate(weights, start=1):
        slope = None if slopes is None else slopes[layer - 1]
        _draw_weights(svg, layer, W, slope, places[layer - 1], places[layer], lit, numbered=row is None and not lit)
    for layer, size in enumerate(sizes):
        _draw_units(svg, layer, places[layer], biases[layer - 1] if layer else None, row, lit, given)
        x = sides[0] + COLUMN * layer
        if size > MOST_DRAWN:
            hidden = size - len(places[layer])
            _text(svg, x, height / 2 + 4, f"⋮ {hidden:,} more", size=12, halo=True)
        _text(svg, x, 20, _called(layer, given), size=12, weight="bold")
        _text(svg, x, 35, f"{size:,}" if layer == 0 else f"{size:,} {functions[layer - 1]}", size=11)
    for names, layer, anchor, shift in (
        (input_names, 0, "end", -RADIUS - 6),
        (output_names, -1, "start", RADIUS + 6),
    ):
        for unit, (x, y) in places[layer].items() if names else ():
            _text(svg, x + shift, y + 4, _shortened(names[unit]), size=12, anchor=anchor)  # type: ignore[index]
    return Drawing(ElementTree.tostring(svg, encoding="unicode"))


def _called(layer: int, given: str) -> str:
    """What stands above a column of units."""
    if layer:
        return f"layer {layer}"
    return "inputs" if given.startswith("x") else "features"


def _places_of(path: Sequence[str], sizes: Sequence[int]) -> set[tuple[int, ...]]:
    """The units (layer, unit) and weights (layer, from, to) that a path names; a weight brings its two units."""
    found: set[tuple[int, ...]] = set()
    for name in path:
        match = _ON_THE_PATH.fullmatch(name)
        numbers = [int(number) for number in match.groups() if number is not None] if match is not None else [0]
        layer, *places = numbers if len(numbers) > 1 else [0, *numbers]
        ends = sizes[max(layer - len(places) + 1, 0) : layer + 1]
        if len(ends) != len(places) or not all(1 <= at <= size for at, size in zip(places, ends, strict=True)):
            raise ValueError(
                f"path must name this network's weights and units, as W1[1,1] or z1[1], got {quoted(name)}"
            )
        places = [at - 1 for at in places]
        found.add((layer, *places))
        if len(places) == 2:
            found |= {(layer - 1, places[0]), (layer, places[1])}
    return found


def _checked_names(names: Sequence[str] | None, count: int, what: str) -> list[str] | None:
    """The names as they can be shown, of which XML holds every sign."""
    if names is not None and len(names) != count:
        raise ValueError(f"{what} must be {count}, one a unit, got {len(names)}")
    return None if names is None else [printable(name) for name in names]


def _drawn_units(size: int) -> list[int | None]:
    """Indices of the units that are drawn, None for the gap."""
    if size <= MOST_DRAWN:
        return list(range(size))
    half = (MOST_DRAWN - 1) // 2
    return [*range(half), None, *range(size - half, size)]


def _draw_weights(
    svg: ElementTree.Element,
    layer: int,
    W: Array,
    slopes: Array | None,
    sources: dict[int, tuple[float, float]],
    sinks: dict[int, tuple[float, float]],
    lit: set[tuple[int, ...]],
    numbered: bool,
) -> None:
    largest = float(np.max(np.abs(W))) or 1.0
    for i, (x1, y1) in sources.items():
        for j, (x2, y2) in sinks.items():
            weight = float(W[i, j])
            share = abs(weight) / largest
            line = ElementTree.SubElement(
                svg,
                "line",
                x1=f"{x1:g}",
                y1=f"{y1:g}",
                x2=f"{x2:g}",
                y2=f"{y2:g}",
                opacity=f"{0.25 + 0.65 * share:.3f}",
            )
            line.set("stroke", POSITIVE if weight >= 0 else NEGATIVE)
            line.set("stroke-width", f"{0.6 + 3.4 * share:.3f}")
            if weight < 0:
                line.set("stroke-dasharray", "7 4")
            told = f"W{layer}[{i + 1},{j + 1}] = {weight:.6g}"
            ElementTree.SubElement(line, "title").text = (
                told if slopes is None else f"{told}, gradient {slopes[i, j]:.6g}"
            )
            stands_out = (layer, i, j) in lit
            if lit and not stands_out:
                line.set("opacity", FADED)
            if stands_out or (numbered and W.size <= LABELLED):
                # Spread over the line by the neuron it leads to, so that numbers on crossing lines part.
                at = 0.24 + 0.5 * j / max(W.shape[1] - 1, 1)
                _text(svg, x1 + at * (x2 - x1), y1 + at * (y2 - y1) - 3, f"{weight:.3g}", size=10, halo=True)


def _draw_units(
    svg: ElementTree.Element,
    layer: int,
    places: dict[int, tuple[float, float]],
    biases: Array | None,
    row: RowNumbers | None,
    lit: set[tuple[int, ...]],
    given: str,
) -> None:
    largest = max((abs(row.answer(layer, unit)) for unit in places), default=0.0) if row is not None else 0.0
    for unit, (x, y) in places.items():
        seen = svg
        if lit and (layer, unit) not in lit:
            seen = ElementTree.SubElement(svg, "g", opacity="0.35")
        circle = ElementTree.SubElement(seen, "circle", cx=f"{x:g}", cy=f"{y:g}", r=f"{RADIUS:g}", fill="#fff")
        circle.set("stroke", "#333")
        circle.set("stroke-width", "1.5")
        name = given.format(unit + 1) if biases is None else f"b{layer}[{unit + 1}] = {biases[unit]:.6g}"
        ElementTree.SubElement(circle, "title").text = name
        if row is not None:
            answer = row.answer(layer, unit)
            tint = ElementTree.SubElement(seen, "circle", cx=f"{x:g}", cy=f"{y:g}", r=f"{RADIUS - 1:g}")
            tint.set("fill", POSITIVE if answer >= 0 else NEGATIVE)
            tint.set("opacity", f"{0.55 * abs(answer) / (largest or 1.0):.3f}")
            tint.set("stroke", "none")
            tint.set("pointer-events", "none")
        _text(seen, x, y + 4, str(unit + 1), size=11)
        below = [] if biases is None else [f"b {biases[unit]:.2g}"]
        for line, text in enumerate([*below, *([] if row is None else row.lines(layer, unit))]):
            _text(seen, x, y + RADIUS + 11 + 12 * line, text, size=9 if row is None else 10, halo=True)


def _text(
    svg: ElementTree.Element,
    x: float,
    y: float,
    text: str,
    *,
    size: int,
    anchor: str = "middle",
    weight: str = "normal",
    halo: bool = False,
) -> None:
    element = ElementTree.SubElement(svg, "text", x=f"{x:g}", y=f"{y:g}", fill="#222")
    element.set("font-size", str(size))
    element.set("font-weight", weight)
    element.set("text-anchor", anchor)
    element.set("pointer-events", "none")
    if halo:
        element.set("style", "paint-order: stroke; stroke: #fff; stroke-width: 3px")
    element.text = text


def _shortened(name: str) -> str:
    return name if len(name) <= 30 else name[:29] + "…"
