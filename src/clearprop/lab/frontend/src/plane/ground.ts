/** What is beneath the points: what the network would answer at every place of the plane. */
import { blend, diverge, drawPixels, type Palette } from "../parts/colours";
import type { Session, Shown } from "../state";

/** To the nearest class: probabilities become 0 and 1. */
function decided(values: ArrayLike<number>, channels: number, middle: number, [least, greatest]: number[]): Float32Array {
  const sharp = new Float32Array(values.length);
  for (let at = 0; at < values.length; at += channels) {
    let best = 0;
    for (let channel = 1; channel < channels; channel += 1) if (values[at + channel] > values[at + best]) best = channel;
    if (channels > 1) sharp[at + best] = 1;
    else sharp[at] = values[at] > middle ? greatest : least;
  }
  return sharp;
}

/** A grid of `fine` points a side from edge to edge, in straight lines from point to point. */
function finer(values: ArrayLike<number>, side: number, channels: number, fine: number): Float32Array {
  const made = new Float32Array(fine * fine * channels);
  const step = (side - 1) / (fine - 1);
  for (let row = 0; row < fine; row += 1) {
    const [low, up] = [Math.floor(row * step), Math.min(Math.floor(row * step) + 1, side - 1)];
    for (let column = 0; column < fine; column += 1) {
      const [left, right] = [Math.floor(column * step), Math.min(Math.floor(column * step) + 1, side - 1)];
      const [x, y] = [column * step - left, row * step - low];
      for (let channel = 0; channel < channels; channel += 1) {
        const at = (r: number, c: number): number => values[(r * side + c) * channels + channel];
        const bottom = at(low, left) + (at(low, right) - at(low, left)) * x;
        const top = at(up, left) + (at(up, right) - at(up, left)) * x;
        made[(row * fine + column) * channels + channel] = bottom + (top - bottom) * y;
      }
    }
  }
  return made;
}

const FINE = 256;

/** Of several channels the numbers of one. */
function channelOf(values: ArrayLike<number>, channels: number, which: number): ArrayLike<number> {
  return channels === 1 ? values : Float32Array.from({ length: values.length / channels }, (_, at) => values[at * channels + which]);
}

/** The grid's outer points lie on the plane's edges: the canvas is as much larger as half a point on each side. */
export function paintGround(
  canvas: HTMLCanvasElement, colours: Palette, session: Session, shown: Shown, discrete: boolean, output: number,
): void {
  const info = shown.arrays.find(({ name }) => name === "plane");
  if (!info) return;
  const [grid, , channels] = info.shape;
  const { answers, task } = session.data;
  const sharp = discrete && task === "classification";
  const side = sharp ? FINE : grid;
  const soft = shown.values.plane;
  const values = sharp ? decided(finer(soft, grid, channels, FINE), channels, (answers[0] + answers[1]) / 2, answers) : soft;
  drawPixels(canvas, side, side, (pixels) => {
    if (channels > 1 && task === "classification") blend(colours, values, side, channels, pixels);
    else diverge(colours.ground, channelOf(values, channels, output), 0, side, answers[0], answers[1], pixels);
  });
  const half = 50 / (side - 1);
  Object.assign(canvas.style, { left: `${-half}%`, top: `${-half}%`, width: `${100 + 2 * half}%`, height: `${100 + 2 * half}%` });
}
