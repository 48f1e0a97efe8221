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

/** A grid with `times` as many points a side, in straight lines from point to point. */
function finer(values: ArrayLike<number>, side: number, channels: number, times: number): Float32Array {
  const fine = side * times;
  const made = new Float32Array(fine * fine * channels);
  for (let row = 0; row < fine; row += 1) {
    const y = Math.min(Math.max((row + 0.5) / times - 0.5, 0), side - 1);
    const [low, up] = [Math.floor(y), Math.min(Math.floor(y) + 1, side - 1)];
    for (let column = 0; column < fine; column += 1) {
      const x = Math.min(Math.max((column + 0.5) / times - 0.5, 0), side - 1);
      const [left, right] = [Math.floor(x), Math.min(Math.floor(x) + 1, side - 1)];
      for (let channel = 0; channel < channels; channel += 1) {
        const at = (r: number, c: number): number => values[(r * side + c) * channels + channel];
        const bottom = at(low, left) + (at(low, right) - at(low, left)) * (x - left);
        const top = at(up, left) + (at(up, right) - at(up, left)) * (x - left);
        made[(row * fine + column) * channels + channel] = bottom + (top - bottom) * (y - low);
      }
    }
  }
  return made;
}

export function paintGround(canvas: HTMLCanvasElement, colours: Palette, session: Session, shown: Shown, discrete: boolean): void {
  const info = shown.arrays.find(({ name }) => name === "plane");
  if (!info) return;
  const [side, , channels] = info.shape;
  const { answers } = session.data;
  const soft = shown.values.plane;
  const sharp = discrete && session.data.task === "classification";
  const times = sharp ? 4 : 1;
  const values = sharp ? decided(finer(soft, side, channels, times), channels, (answers[0] + answers[1]) / 2, answers) : soft;
  const fine = side * times;
  drawPixels(canvas, fine, fine, (pixels) => {
    if (channels > 1) blend(colours, values, fine, channels, pixels);
    else diverge(colours, values, 0, fine, answers[0], answers[1], pixels);
  });
}
