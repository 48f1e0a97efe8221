/** Where everything on the stage stands, in pixels; the network's shape and the room decide. */

/** Layers of more units than this are drawn as a strip, and their weights as a matrix. */
export const WIDE = 10;

export interface Card {
  layer: number; // 0: the inputs
  place: number;
  x: number;
  y: number;
  width: number;
  height: number;
  map: number; // side of its heat map
  numbers: readonly ("z" | "a" | "y" | "delta")[];
}
export interface Strip { layer: number; units: number; x: number; y: number; width: number; height: number }
export interface Gap {
  layer: number; // of the units that its weights lead to
  from: number;
  to: number;
  left: number; // where its edges begin, and end
  right: number;
  matrix: { x: number; y: number; width: number; height: number } | null;
}
export interface Heading { x: number; layer: number }
export interface Layout {
  width: number;
  height: number;
  scale: number; // of type
  full: boolean; // whether numbers stand beside the heat map, else beneath
  sizes: readonly number[];
  cards: readonly Card[];
  strips: readonly Strip[];
  gaps: readonly Gap[];
  headings: readonly Heading[];
  loss: { x: number; y: number; radius: number };
  /** The first of a layer's units in z, a and delta. */
  units: readonly number[];
}

/** Large type is for at least so much room. */
const ROOMY = 480;
const HEAD = 48;
const LINE = 14;

export function lineHeight(scale: number): number { return LINE * scale; }

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
const clamp = (value: number, least: number, most: number): number => Math.max(least, Math.min(most, value));

export function arrange(sizes: readonly number[], room: number, projector: boolean): Layout {
  const scale = projector && room >= ROOMY ? 1.3 : 1;
  const last = sizes.length - 1;
  const tallest = Math.max(1, ...sizes.filter((size) => size <= WIDE));
  const pitch = clamp((480 * scale) / tallest, 62 * scale, 104 * scale);
  const height = Math.max(330 * scale, tallest * pitch) + HEAD;
  const wide = (layer: number): boolean => sizes[layer] > WIDE;

  const attempt = (full: boolean, small: boolean) => {
    const map = full ? Math.min(pitch - 20 * scale, clamp(room / (3.7 * sizes.length), 40 * scale, 60 * scale)) : Math.min(pitch - 24 * scale, (small ? 32 : 40) * scale);
    const label = full ? 44 * scale : 0;
    const widths = sizes.map((_, layer) => {
      if (wide(layer)) return 22 * scale;
      if (layer === 0) return label + map * 0.84;
      return full ? map + 65 * scale : map;
    });
    const matrices = sizes.slice(1).map((size, at) =>
      wide(at) || wide(at + 1) ? clamp(size * 9, 60, Math.max(90, room / (sizes.length + 1))) + 28 : 0);
    const loss = (full ? 26 : 17) * scale;
    const toLoss = (full ? 40 : 24) * scale;
    const free = room - sum(widths) - sum(matrices) - toLoss - 2 * loss - 12;
    const gaps = matrices.filter((one) => !one).length;
    return { map, label, widths, matrices, loss, toLoss, gap: free / Math.max(1, gaps) };
  };
  const wished = attempt(true, false);
  const full = wished.gap >= 40 * scale;
  const compact = attempt(false, false);
  const chosen = full ? wished : compact.gap >= 36 ? compact : attempt(false, true);
  const { map, label, widths, matrices, loss, toLoss } = chosen;
  const gap = clamp(chosen.gap, 26, 190);

  const tall = !full && gap >= 34 && pitch >= map + (3 * LINE + 12) * scale;
  const lines = full ? 0 : tall ? 3 : 1;
  const middle = HEAD + (height - HEAD) / 2 - (lines * LINE * scale) / 2;
  const cards: Card[] = [];
  const strips: Strip[] = [];
  const gaps: Gap[] = [];
  const headings: Heading[] = [];
  const used = sum(widths) + sum(matrices) + matrices.filter((one) => !one).length * gap + toLoss + 2 * loss + 12;
  let x = Math.max(4, (room - used) / 2);
  for (let layer = 0; layer <= last; layer += 1) {
    if (layer > 0) {
      const room = matrices[layer - 1] || gap;
      const matrix = matrices[layer - 1]
        ? { x: x + 14, y: HEAD, width: room - 28, height: height - HEAD - 8 }
        : null;
      gaps.push({ layer, from: sizes[layer - 1], to: sizes[layer], left: x, right: x + room, matrix });
      x += room;
    }
    headings.push({ x: x + (layer === 0 ? label / 2 : 0) + widths[layer] / 2, layer });
    if (wide(layer)) {
      strips.push({ layer, units: sizes[layer], x, y: HEAD, width: widths[layer], height: height - HEAD - 8 });
    } else {
      const numbers: Card["numbers"] = layer === 0 ? [] : !full && !tall ? ["a"] : full && layer === last ? ["z", "a", "y", "delta"] : ["z", "a", "delta"];
      const own = layer === 0 ? map * 0.84 : full ? Math.max(map, numbers.length * lineHeight(scale) + 4) : map;
      for (let place = 0; place < sizes[layer]; place += 1) {
        const y = middle + (place - (sizes[layer] - 1) / 2) * pitch - own / 2;
        const left = layer === 0 ? x + label : x;
        cards.push({
          layer, place, x: left, y, width: widths[layer] - (layer === 0 ? label : 0), height: own,
          map: layer === 0 ? map * 0.84 : full ? Math.min(map, own) : map, numbers,
        });
      }
    }
    x += widths[layer];
  }
  x += toLoss;
  headings.push({ x: x + loss, layer: last + 1 });
  const units: number[] = [];
  let counted = 0;
  for (let layer = 1; layer <= last; layer += 1) {
    units[layer] = counted;
    counted += sizes[layer];
  }
  return {
    width: Math.max(room, x + 2 * loss + 8), height, scale, full, sizes, cards, strips, gaps, headings,
    loss: { x: x + loss, y: middle, radius: loss }, units,
  };
}

export const cardOf = (layout: Layout, layer: number, place: number): Card | undefined =>
  layout.cards.find((card) => card.layer === layer && card.place === place);

export interface Ends { x0: number; y0: number; x1: number; y1: number }

/** Where an edge of a gap begins and ends: the ends fan out a little, so that each can be told from its neighbour. */
export function ends(layout: Layout, gap: Gap, from: number, to: number): Ends {
  const start = cardOf(layout, gap.layer - 1, from)!;
  const end = cardOf(layout, gap.layer, to)!;
  const fan = (card: Card, place: number, count: number): number =>
    card.y + card.height / 2 + (count > 1 ? (place / (count - 1) - 0.5) * Math.min(card.height * 0.62, (count - 1) * 7) : 0);
  return { x0: gap.left, y0: fan(start, to, gap.to), x1: gap.right, y1: fan(end, from, gap.from) };
}

/** From an output to the loss. */
export function lossEnds(layout: Layout, place: number): Ends | null {
  const card = cardOf(layout, layout.sizes.length - 1, place);
  if (!card) return null;
  return { x0: card.x + card.width, y0: card.y + card.height / 2, x1: layout.loss.x - layout.loss.radius, y1: layout.loss.y };
}

export const curve = ({ x0, y0, x1, y1 }: Ends): string => {
  const middle = (x0 + x1) / 2;
  return `M${x0} ${y0}C${middle} ${y0} ${middle} ${y1} ${x1} ${y1}`;
};

/** The point of the curve at a share of its way. */
export function along({ x0, y0, x1, y1 }: Ends, share: number): [number, number] {
  const rest = 1 - share;
  const middle = (x0 + x1) / 2;
  const inner = 3 * rest * share;
  return [
    rest ** 3 * x0 + inner * middle + share ** 3 * x1,
    (rest ** 3 + inner * rest) * y0 + (share ** 3 + inner * share) * y1,
  ];
}

/** The share of the way at which all curves of a gap are at `x`: by halving, since x grows along each. */
export function shareAt(left: number, right: number, x: number): number {
  let [low, high] = [0, 1];
  for (let round = 0; round < 20; round += 1) {
    const half = (low + high) / 2;
    if (along({ x0: left, y0: 0, x1: right, y1: 0 }, half)[0] < x) low = half;
    else high = half;
  }
  return (low + high) / 2;
}
