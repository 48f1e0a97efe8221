/** A ground of one hue whose lightness falls evenly, so that equal steps look equal; the way stands out on it. */
export type Palette = (share: number) => [number, number, number];

const LIGHT: [number, number, number][] = [[247, 250, 252], [205, 223, 236], [150, 187, 213], [94, 143, 180], [48, 96, 138]];
const DARK: [number, number, number][] = [[176, 205, 226], [120, 160, 190], [74, 113, 145], [43, 73, 99], [25, 42, 58]];

export function ground(dark: boolean): Palette {
  const stops = dark ? DARK : LIGHT;
  return (share) => {
    const place = share * (stops.length - 1);
    const below = Math.min(stops.length - 2, Math.floor(place));
    const rest = place - below;
    return [0, 1, 2].map((channel) => stops[below][channel] + rest * (stops[below + 1][channel] - stops[below][channel])) as [number, number, number];
  };
}
