/** The heat maps of inputs and units: what each answers over the plane. */
import { classPlace, diverge, drawPixels, type Palette } from "../parts/colours";
import type { Session, Shown } from "../state";
import type { Card, Layout } from "./layout";

/** Least and greatest of the scale: the answers' for an output, else around zero and never narrower than -1 to 1. */
function range(session: Session, card: Card, values: ArrayLike<number>, start: number, count: number): [number, number] {
  if (card.layer === session.network.sizes.length - 1) {
    const [least, greatest] = session.data.answers;
    return [least, greatest];
  }
  let most = 1;
  for (let at = start; at < start + count; at += 1) {
    const size = Math.abs(values[at]);
    if (size > most && Number.isFinite(size)) most = size;
  }
  return [-most, most];
}

/** Over one input a map is a line, not a square. */
function line(canvas: HTMLCanvasElement, colours: Palette, values: ArrayLike<number>, start: number, count: number, least: number, greatest: number): void {
  const side = 2 * count;
  if (canvas.width !== side) canvas.width = canvas.height = side;
  const context = canvas.getContext("2d")!;
  const up = (value: number): number => side * (0.9 - (0.8 * (value - least)) / (greatest - least || 1));
  context.clearRect(0, 0, side, side);
  context.fillStyle = colours.faint;
  if (least < 0 && greatest > 0) context.fillRect(0, up(0) - 0.5, side, 1);
  context.strokeStyle = colours.ink;
  context.lineWidth = 2.5;
  context.beginPath();
  for (let at = 0; at < count; at += 1) context.lineTo((at + 0.5) * 2, up(values[start + at]));
  context.stroke();
}

export function paintMap(canvas: HTMLCanvasElement, colours: Palette, session: Session, layout: Layout, shown: Shown, card: Card): void {
  const values = card.layer === 0 ? session.values["data.features"] : shown.values.maps;
  if (!values) { // of many columns: the colour of the input's own value
    const value = shown.values.x[card.place];
    const most = Math.max(1, ...shown.values.x.map(Math.abs));
    drawPixels(canvas, 1, 1, (pixels) => diverge(colours.diverging, [value], 0, 1, -most, most, pixels));
    return;
  }
  const units = card.layer === 0 ? layout.sizes[0] : layout.units[layout.sizes.length - 1] + layout.sizes.at(-1)!;
  const count = values.length / units;
  const start = (card.layer === 0 ? card.place : layout.units[card.layer] + card.place) * count;
  const [least, greatest] = range(session, card, values, start, count);
  if (session.data.one_input) line(canvas, colours, values, start, count, least, greatest);
  else {
    const side = Math.round(Math.sqrt(count));
    const isClass = card.layer === layout.sizes.length - 1 && layout.sizes.at(-1)! > 1 && session.data.task === "classification";
    const scale = isClass ? colours.shares[classPlace(card.place, layout.sizes.at(-1)!)] : colours.diverging;
    drawPixels(canvas, side, side, (pixels) => diverge(scale, values, start, side, least, greatest, pixels));
  }
}
