/** The rows as points: class by colour and by shape, held-out ones hollow, errors ringed, the present one ringed twice. */
import { classPlace, colourOf, css, type Palette } from "../parts/colours";
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

interface Drawing {
  readonly context: CanvasRenderingContext2D;
  readonly colours: Palette;
  readonly session: Session;
  readonly rows: Rows;
  readonly radius: number;
  at(row: number): [number, number];
  shows(row: number): boolean;
}

export function paintPoints(
  canvas: HTMLCanvasElement, colours: Palette, session: Session, rows: Rows, shown: Shown, { across, up, ratio }: Picture, heldOut: boolean,
): void {
  const [width, height] = [Math.round((across.size + 2 * RIM) * ratio), Math.round((up.size + 2 * RIM) * ratio)];
  if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
  const context = canvas.getContext("2d")!;
  context.setTransform(ratio, 0, 0, ratio, RIM * ratio, RIM * ratio);
  context.clearRect(-RIM, -RIM, across.size + 2 * RIM, up.size + 2 * RIM);
  const drawing: Drawing = {
    context, colours, session, rows, radius: radiusOf(rows.count),
    at: (row) => [toPixel(across, rows.x(row)), up.size - toPixel(up, rows.y(row))],
    shows: (row) => heldOut || !rows.heldOut(row),
  };
  if (session.data.task === "classification") {
    const classes = Math.max(2, session.data.class_names.length);
    for (let which = 0; which < classes; which += 1) {
      const place = classPlace(which, classes);
      paintAlike(drawing, place, css(colours.classes[place]), (row) => Math.round(rows.target(row)) === which);
    }
  } else if (session.data.one_input) paintAlike(drawing, 0, colours.ink, () => true);
  else paintTargets(drawing);
  ringErrors(drawing, shown);
  if (shown.row < rows.count) ringPresent(drawing, shown.row);
}

/** All that have one shape and colour; held-out ones hollow. */
function paintAlike({ context, colours, rows, radius, at, shows }: Drawing, shape: number, colour: string, isMeant: (row: number) => boolean): void {
  for (const hollow of [false, true]) {
    context.beginPath();
    for (let row = 0; row < rows.count; row += 1) {
      if (rows.heldOut(row) === hollow && shows(row) && isMeant(row)) SHAPES[shape](context, ...at(row), radius);
    }
    context.fillStyle = hollow ? colours.surface : colour;
    context.strokeStyle = hollow ? colour : colours.surface;
    context.lineWidth = hollow ? 1.6 : 1;
    context.fill();
    context.stroke();
  }
}

/** Each in the colour of its target, on the scale that the ground has for answers. */
function paintTargets({ context, colours, session, rows, radius, at, shows }: Drawing): void {
  const [least, greatest] = session.data.answers;
  const disc = (row: number, size: number, fill: string): void => {
    context.beginPath();
    SHAPES[0](context, ...at(row), size);
    context.fillStyle = fill;
    context.fill();
  };
  context.lineWidth = 1;
  context.strokeStyle = colours.ink;
  for (let row = 0; row < rows.count; row += 1) {
    if (!shows(row)) continue;
    disc(row, radius, css(colourOf(colours.diverging, rows.target(row), least, greatest)));
    context.stroke();
    if (rows.heldOut(row)) disc(row, radius / 2, colours.surface);
  }
}

function ringErrors({ context, colours, session, rows, radius, at, shows }: Drawing, shown: Shown): void {
  context.beginPath();
  for (let row = 0; row < rows.count; row += 1) {
    if (!shows(row) || !errs(session, rows, shown, row)) continue;
    const [x, y] = at(row);
    context.moveTo(x + radius + 2.4, y);
    context.arc(x, y, radius + 2.4, 0, 2 * Math.PI);
  }
  context.strokeStyle = colours.ink;
  context.lineWidth = 1.1;
  context.globalAlpha = 0.8;
  context.stroke();
  context.globalAlpha = 1;
}

function ringPresent({ context, colours, radius, at }: Drawing, row: number): void {
  const [x, y] = at(row);
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
