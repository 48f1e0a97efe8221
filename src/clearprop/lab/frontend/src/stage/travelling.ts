/** The numbers that travel: forwards along the edges what a neuron answers, backwards its delta. */
import { parse, unit, input, weight } from "../parts/names";
import { tight } from "../parts/numerals";
import type { Operation } from "../protocol";
import type { Shown } from "../state";
import { along, ends, lossEnds, type Ends, type Layout } from "./layout";
import { numberOf } from "./numbers";

interface Traveller { ends: Ends; back: boolean; text: string; wave: number; edge: string }
const NAMESPACE = "http://www.w3.org/2000/svg";
const MOST_TEXTS = 24; // more would lie upon each other: then they are dots
const MOST = 400;

/** The pairs of neurons that an operation joins: those of the named neuron, or of the whole layer. */
function joined(layout: Layout, layer: number, only: number, back: boolean): [number, number][] {
  const gap = layout.gaps[back ? layer : layer - 1];
  if (!gap || gap.matrix) return [];
  const pairs: [number, number][] = [];
  for (let from = 0; from < gap.from; from += 1) {
    for (let to = 0; to < gap.to; to += 1) {
      if (only < 0 || only === (back ? from : to)) pairs.push([from, to]);
    }
  }
  return pairs;
}

function forwards(layout: Layout, shown: Shown, layer: number, only: number, wave: number): Traveller[] {
  return joined(layout, layer, only, false).map(([from, to]) => {
    const name = layer === 1 ? input(from) : unit("a", layer - 1, from);
    return {
      ends: ends(layout, layout.gaps[layer - 1], from, to), back: false, wave, edge: weight(layer, from, to),
      text: tight(numberOf(layout, shown, name)),
    };
  });
}

function backwards(layout: Layout, shown: Shown, layer: number, only: number, wave: number): Traveller[] {
  const last = layout.sizes.length - 1;
  if (layer === last) return toLoss(layout, shown, true, wave, only);
  return joined(layout, layer, only, true).map(([from, to]) => ({
    ends: ends(layout, layout.gaps[layer], from, to), back: true, wave, edge: weight(layer + 1, from, to),
    text: tight(numberOf(layout, shown, unit("delta", layer + 1, to))),
  }));
}

function toLoss(layout: Layout, shown: Shown, back: boolean, wave: number, only = -1): Traveller[] {
  const last = layout.sizes.length - 1;
  return Array.from({ length: layout.sizes[last] }, (_, place) => place)
    .filter((place) => only < 0 || place === only)
    .flatMap((place) => {
      const way = lossEnds(layout, place);
      const name = unit(back ? "delta" : "a", last, place);
      return way ? [{ ends: way, back, wave, edge: "", text: tight(numberOf(layout, shown, name)) }] : [];
    });
}

/** What travels for an operation; with `whole` for all of its layer. */
export function ofOperation(layout: Layout, shown: Shown, operation: Operation, whole: boolean): Traveller[] {
  const only = whole ? -1 : (parse(operation.name)?.to ?? -1);
  if (operation.phase === "loss") return toLoss(layout, shown, false, 0);
  if (operation.phase === "forward" && (whole || operation.kind === "z")) return forwards(layout, shown, operation.layer, only, 0);
  if (operation.phase === "backward" && (whole || operation.kind === "delta")) return backwards(layout, shown, operation.layer, only, 0);
  return [];
}

/** Of a whole sample: one layer after the other, and back. */
export function ofSample(layout: Layout, shown: Shown): Traveller[] {
  const last = layout.sizes.length - 1;
  const travellers: Traveller[] = [];
  for (let layer = 1; layer <= last; layer += 1) travellers.push(...forwards(layout, shown, layer, -1, layer - 1));
  travellers.push(...toLoss(layout, shown, false, last));
  for (let layer = last; layer >= 1; layer -= 1) travellers.push(...backwards(layout, shown, layer, -1, 2 * last + 1 - layer));
  return travellers;
}

function make(text: string, isBack: boolean, scale: number): SVGGElement {
  const group = document.createElementNS(NAMESPACE, "g");
  group.setAttribute("class", `cp-traveller ${isBack ? "is-back" : ""}`);
  if (!text) {
    const dot = document.createElementNS(NAMESPACE, "circle");
    dot.setAttribute("r", String(3.5 * scale));
    group.append(dot);
    return group;
  }
  const width = (10 + 6.4 * text.length) * scale;
  const pill = document.createElementNS(NAMESPACE, "rect");
  for (const [name, value] of Object.entries({ x: -width / 2, y: -9 * scale, width, height: 18 * scale, rx: 9 * scale })) {
    pill.setAttribute(name, String(value));
  }
  const written = document.createElementNS(NAMESPACE, "text");
  written.setAttribute("y", String(4 * scale));
  written.append(text);
  group.append(pill, written);
  return group;
}

/** Lets them travel in `layer`; returns what takes them away. Where motion is not wanted they stand half way. */
export function travel(layer: SVGGElement, travellers: Traveller[], scale: number): () => void {
  layer.replaceChildren();
  if (!travellers.length || travellers.length > MOST) return () => undefined;
  const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
  const waves = Math.max(...travellers.map(({ wave }) => wave)) + 1;
  const length = waves === 1 ? 750 : 340;
  const inWave = new Map<number, number>();
  for (const { wave } of travellers) inWave.set(wave, (inWave.get(wave) ?? 0) + 1);
  const shown = travellers.map((one) => {
    const element = make(inWave.get(one.wave)! <= MOST_TEXTS ? one.text : "", one.back, scale);
    element.style.display = "none";
    layer.append(element);
    return { ...one, element };
  });
  const place = (one: (typeof shown)[number], share: number): void => {
    const eased = share * share * (3 - 2 * share);
    const [x, y] = along(one.ends, one.back ? 1 - eased : eased);
    one.element.setAttribute("transform", `translate(${x.toFixed(1)} ${y.toFixed(1)})`);
  };
  if (still) {
    if (waves > 1) { layer.replaceChildren(); return () => undefined; }
    for (const one of shown) { one.element.style.display = ""; place(one, 0.5); }
    return () => layer.replaceChildren();
  }
  let stopped = false;
  let start = 0;
  const move = (now: number): void => {
    if (stopped) return;
    start ||= now;
    const time = (now - start) / length;
    for (const one of shown) {
      const share = time - one.wave;
      const visible = share >= 0 && share <= 1;
      one.element.style.display = visible ? "" : "none";
      if (visible) place(one, share);
    }
    if (time < waves) requestAnimationFrame(move);
    else layer.replaceChildren();
  };
  requestAnimationFrame(move);
  return () => { stopped = true; layer.replaceChildren(); };
}
