/** From numbers to pixels of the plane, and round numbers for its ticks. */
export interface Scale { least: number; greatest: number; size: number }

export const toPixel = ({ least, greatest, size }: Scale, value: number): number => ((value - least) / (greatest - least || 1)) * size;
export const toNumber = ({ least, greatest, size }: Scale, pixel: number): number => least + (pixel / size) * (greatest - least);

/** About `count` round numbers between the ends. */
export function ticks(least: number, greatest: number, count = 5): number[] {
  const rough = (greatest - least) / count;
  if (!(rough > 0) || !Number.isFinite(rough)) return [least];
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * [1, 2, 2.5, 5, 10].find((one) => one * power >= rough)!;
  const found: number[] = [];
  for (let at = Math.ceil(least / step - 1e-9); at * step <= greatest + 1e-9 * step; at += 1) found.push(Number((at * step).toPrecision(12)));
  return found;
}
