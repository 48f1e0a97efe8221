/** The rows as points: class by colour and by shape, held-out ones hollow, errors ringed, the present one ringed twice. */
import { classPlace, css, cssOf, type Palette } from "../parts/colours";
import type { Session, Shown } from "../state";
import { errs, type Rows } from "./rows";
import { toPixel, type Scale } from "./scales";

type Draw = (to: Path2D | CanvasRenderingContext2D, x: number, y: number, r: number) => void;

const polygon = (corners: readonly [number, number][]): Draw => (to, x, y, r) => {
  corners.forEach(([right, down], at) => (at ? to.lineTo(x + right * r, y + down * r) : to.moveTo(x + right * r, y + down * r)));
  to.closePath();
};
/** The shape of each class, in the order of the colours. */
export const SHAPES: readonly Draw[] = [
  (to, x, y, r) => { to.moveTo(x + r, y); to.arc(x, y, r, 0, 2 * Math.PI); },
  polygon([[-0.9, -0.9], [0.9, -0.9], [0.9, 0.9], [-0.9, 0.9]]),
  polygon([[0, -1.2], [1.15, 0.85], [-1.15, 0.85]]),
  polygon([[0, -1.3], [1.3, 0], [0, 1.3], [-1.3, 0]]),
  polygon([[0, 1.2], [1.15, -0.85], [-1.15, -0.85]]),
  polygon([[-0.4, -1.1], [0.4, -1.1], [0.4, -0.4], [1.1, -0.4], [1.1, 0.4], [0.4, 0.4], [0.4, 1.1], [-0.4, 1.1], [-0.4, 0.4], [-1.1, 0.4], [-1.1, -0.4], [-0.4, -0.4]]),
  polygon([[0, -1.2], [1.15, -0.35], [0.7, 1], [-0.7, 1], [-1.15, -0.35]]),
  polygon([[-1.1, 0], [-0.55, -1], [0.55, -1], [1.1, 0], [0.55, 1], [-0.55, 1]]),
];

export const radiusOf = (count: number): number => (count > 1000 ? 2.4 : count > 200 ? 3.3 : count > 40 ? 4.2 : 6);

/** So far points may stand out over the plane's edge. */
export const RIM = 14;

export interface Picture { across: Scale; up: Scale; ratio: number }

interface Kind { of(target: number): boolean; place: number; colour: string }
const SHADES = 24;

/** What is drawn alike: the rows of a class; or, where the target is a number, those of about the same number. */
function kinds(session: Session, colours: Palette): Kind[] {
  const { task, class_names: names, answers, one_input: oneInput } = session.data;
  if (task === "classification") {
    return names.map((_, which) => {
      const place = classPlace(which, names.length);
      return { of: (target) => Math.round(target) === which, place, colour: css(colours.classes[place]) };
    });
  }
  if (oneInput) return [{ of: () => true, place: 0, colour: colours.ink }];
  const [least, greatest] = answers;
  const shade = (target: number): number =>
    Math.max(0, Math.min(SHADES - 1, Math.floor((SHADES * (target - least)) / (greatest - least || 1))));
  return Array.from({ length: SHADES }, (_, which) => ({
    of: (target) => shade(target) === which, place: 0, colour: cssOf(colours.diverging[Math.round((255 * (which + 0.5)) / SHADES)]),
  }));
}

export function paintPoints(
  canvas: HTMLCanvasElement, colours: Palette, session: Session, rows: Rows, shown: Shown, { across, up, ratio }: Picture, heldOut: boolean,
): void {
  const [width, height] = [Math.round((across.size + 2 * RIM) * ratio), Math.round((up.size + 2 * RIM) * ratio)];
  if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
  const context = canvas.getContext("2d")!;
  context.setTransform(ratio, 0, 0, ratio, RIM * ratio, RIM * ratio);
  context.clearRect(-RIM, -RIM, across.size + 2 * RIM, up.size + 2 * RIM);
  const radius = radiusOf(rows.count);
  const at = (row: number): [number, number] => [toPixel(across, rows.x(row)), up.size - toPixel(up, rows.y(row))];

  // A number may be so near the middle that its colour is the ground's: then the outline alone shows the point.
  const isNumber = session.data.task === "regression" && !session.data.one_input;
  for (const { of, place, colour } of kinds(session, colours)) {
    for (const hollow of [false, true]) {
      if (hollow && !heldOut) continue;
      context.beginPath();
      for (let row = 0; row < rows.count; row += 1) {
        if (rows.heldOut(row) === hollow && of(rows.target(row))) SHAPES[place](context, ...at(row), radius);
      }
      context.fillStyle = hollow && !isNumber ? colours.surface : colour;
      context.strokeStyle = isNumber ? colours.ink : hollow ? colour : colours.surface;
      context.lineWidth = hollow ? 1.6 : isNumber ? 0.6 : 1;
      context.fill();
      context.stroke();
    }
  }
  context.beginPath();
  for (let row = 0; row < rows.count; row += 1) {
    if ((!heldOut && rows.heldOut(row)) || !errs(session, rows, shown, row)) continue;
    const [x, y] = at(row);
    context.moveTo(x + radius + 2.4, y);
    context.arc(x, y, radius + 2.4, 0, 2 * Math.PI);
  }
  context.strokeStyle = colours.ink;
  context.lineWidth = 1.1;
  context.globalAlpha = 0.8;
  context.stroke();
  context.globalAlpha = 1;

  if (shown.row >= rows.count) return;
  const [x, y] = at(shown.row);
  for (const [more, colour, line] of [[6.5, colours.surface, 7], [4.5, colours.ink, 1.8], [8.5, colours.ink, 1.8]] as const) {
    context.beginPath();
    context.arc(x, y, radius + more, 0, 2 * Math.PI);
    context.strokeStyle = colour;
    context.lineWidth = line;
    context.stroke();
  }
}

/** What the network answers along its one input. */
export function paintCurve(canvas: HTMLCanvasElement, colours: Palette, session: Session, shown: Shown, { across, up, ratio }: Picture): void {
  const [width, height] = [Math.round(across.size * ratio), Math.round(up.size * ratio)];
  if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
  const context = canvas.getContext("2d")!;
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.fillStyle = css(colours.neutral);
  context.fillRect(0, 0, across.size, up.size);
  const info = shown.arrays.find(({ name }) => name === "plane");
  if (!info) return;
  const [side, , channels] = info.shape;
  for (let channel = 0; channel < channels; channel += 1) {
    context.beginPath();
    for (let at = 0; at < side; at += 1) {
      context.lineTo((at / (side - 1)) * across.size, up.size - toPixel(up, shown.values.plane[at * channels + channel]));
    }
    context.strokeStyle = css(colours.classes[classPlace(channel, Math.max(channels, session.data.class_names.length, 1))]);
    context.lineWidth = 2.5;
    context.stroke();
  }
}

/** The row whose point is nearest, within reach; -1 where there is none. */
export function nearestRow(rows: Rows, { across, up }: Picture, x: number, y: number): number {
  let [best, distance] = [-1, Math.max(12, radiusOf(rows.count) + 6)];
  for (let row = 0; row < rows.count; row += 1) {
    const away = Math.hypot(toPixel(across, rows.x(row)) - x, up.size - toPixel(up, rows.y(row)) - y);
    if (away < distance) [best, distance] = [row, away];
  }
  return best;
}
