/** Where an arrow key leads: up and down within neurons or edges, left and right from the one to the other. */
import { input, parse, unit, weight } from "../parts/names";
import type { Layout } from "./layout";

export type Arrow = "ArrowUp" | "ArrowDown" | "ArrowLeft" | "ArrowRight";

const nodeName = (layer: number, place: number): string => (layer === 0 ? input(place) : unit("a", layer, place));

/** The edges of a layer as they are walked through: from the first neuron to all, from the second, then the biases. */
function edgeAt(layout: Layout, layer: number, place: number): string {
  const [from, to] = [layout.sizes[layer - 1], layout.sizes[layer]];
  const count = from * to + to;
  const at = (place + count) % count;
  return at < from * to ? weight(layer, Math.floor(at / to), at % to) : unit("b", layer, at - from * to);
}

export function step(layout: Layout, name: string, arrow: Arrow): string {
  const at = parse(name);
  const { sizes } = layout;
  const last = sizes.length - 1;
  if (!at) return arrow === "ArrowLeft" ? nodeName(last, 0) : name; // the loss
  const down = arrow === "ArrowDown" ? 1 : -1;
  if (at.kind === "W" || at.kind === "b") {
    if (arrow === "ArrowRight") return nodeName(at.layer, at.to);
    if (arrow === "ArrowLeft") return at.kind === "W" ? nodeName(at.layer - 1, at.from) : nodeName(at.layer, at.to);
    const place = at.kind === "W" ? at.from * sizes[at.layer] + at.to : sizes[at.layer - 1] * sizes[at.layer] + at.to;
    return edgeAt(layout, at.layer, place + down);
  }
  if (arrow === "ArrowRight") return at.layer < last ? weight(at.layer + 1, at.to, 0) : "loss";
  if (arrow === "ArrowLeft") return at.layer > 0 ? weight(at.layer, 0, at.to) : name;
  return nodeName(at.layer, (at.to + down + sizes[at.layer]) % sizes[at.layer]);
}
