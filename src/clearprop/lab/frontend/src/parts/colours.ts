/** Colours of numbers and classes, read from the style sheet's variables so that both themes have theirs. */

type Rgb = readonly [number, number, number];

export interface Palette {
  /** 256 colours from the most negative over neutral to the most positive, as pixels of ImageData. */
  readonly diverging: Uint32Array;
  /** The same, paler: the ground that points stand on. */
  readonly ground: Uint32Array;
  /** For each class from neutral to its colour. */
  readonly shares: readonly Uint32Array[];
  readonly classes: readonly Rgb[];
  readonly neutral: Rgb;
  readonly ink: string;
  readonly surface: string;
  readonly faint: string;
}

/** A pixel's colour. */
export const cssOf = (made: number): string => css([made & 255, (made >> 8) & 255, (made >> 16) & 255]);

/** The style sheet's variable of each class's colour. */
export const CLASSES = ["--positive", "--negative", "--third", "--fourth", "--fifth", "--sixth", "--seventh", "--eighth"];
// How much of a colour is in a heat map, and in the ground that points stand on.
const STRENGTH = 0.85;
const PALE = 0.5;

const rgb = (hex: string): Rgb => {
  const number = parseInt(hex.trim().slice(1), 16);
  return [(number >> 16) & 255, (number >> 8) & 255, number & 255];
};
const mix = (from: Rgb, to: Rgb, share: number): Rgb =>
  [0, 1, 2].map((place) => from[place] + (to[place] - from[place]) * share) as unknown as Rgb;
const pixel = ([r, g, b]: Rgb): number => ((255 << 24) | (Math.round(b) << 16) | (Math.round(g) << 8) | Math.round(r)) >>> 0;
export const css = ([r, g, b]: Rgb): string => `rgb(${r} ${g} ${b})`;

const palettes = new Map<boolean, Palette>();

/** The palette of a theme, whichever the page has at this moment; `root` is anything on the page. */
export function palette(root: Element, dark: boolean): Palette {
  if (!palettes.has(dark)) {
    const probe = document.createElement("div");
    probe.className = "cp";
    probe.dataset.theme = dark ? "dark" : "light";
    probe.hidden = true;
    root.closest(".cp")!.append(probe);
    palettes.set(dark, read(probe));
    probe.remove();
  }
  return palettes.get(dark)!;
}

function read(root: Element): Palette {
  const style = getComputedStyle(root);
  const value = (name: string): string => style.getPropertyValue(name).trim();
  const neutral = rgb(value("--neutral"));
  const classes = CLASSES.map((name) => rgb(value(name)));
  const scale = (strength: number): Uint32Array => Uint32Array.from({ length: 256 }, (_, at) => {
    const share = (at - 127.5) / 127.5;
    return pixel(mix(neutral, classes[share > 0 ? 0 : 1], strength * Math.abs(share) ** 0.85));
  });
  return { diverging: scale(STRENGTH), ground: scale(PALE),
    shares: classes.map((colour) => Uint32Array.from({ length: 256 }, (_, at) => pixel(mix(neutral, colour, STRENGTH * (at / 255))))),
    classes, neutral, ink: value("--ink"), surface: value("--surface"), faint: value("--zero-line") };
}

/** Of two classes the second, which an output of 1 stands for, is positive: blue; of more, each has the next colour. */
export const classPlace = (which: number, classes: number): number => (classes === 2 ? 1 - which : which % CLASSES.length);

/** Where in a scale of 256 colours a number stands that is from 0 to 255 within its ends; NaN is neither. */
const level = (at: number): number => (at > 255 ? 255 : at >= 0 ? at | 0 : at < 0 ? 0 : 127);

/** Pixels of numbers that lie between `least` and `greatest`; the first row of `values` is drawn at the bottom. */
export function diverge(
  colours: Uint32Array, values: ArrayLike<number>, start: number, side: number, least: number, greatest: number,
  pixels: Uint32Array, rows = side,
): void {
  const scale = 255 / (greatest - least || 1);
  for (let row = 0; row < rows; row += 1) {
    const from = start + (rows - 1 - row) * side;
    for (let column = 0; column < side; column += 1) {
      pixels[row * side + column] = colours[level((values[from + column] - least) * scale)];
    }
  }
}

/** Pixels of (rows, columns, classes) probabilities: the classes' colours in these shares; sharper as they are surer. */
export function blend(
  { classes, neutral }: Palette, values: ArrayLike<number>, side: number, channels: number, pixels: Uint32Array,
): void {
  for (let row = 0; row < side; row += 1) {
    for (let column = 0; column < side; column += 1) {
      const from = ((side - 1 - row) * side + column) * channels;
      let [r, g, b, most] = [0, 0, 0, 0];
      for (let channel = 0; channel < channels; channel += 1) {
        const share = values[from + channel];
        const colour = classes[classPlace(channel, channels)];
        r += share * colour[0];
        g += share * colour[1];
        b += share * colour[2];
        most = Math.max(most, share);
      }
      const sure = PALE * ((most * channels - 1) / (channels - 1)) ** 0.7;
      pixels[row * side + column] = pixel(mix(neutral, [r, g, b], Number.isFinite(sure) ? sure : 0));
    }
  }
}

/** Fills a canvas of `width` by `height` points with what `fill` writes. */
export function drawPixels(canvas: HTMLCanvasElement, width: number, height: number, fill: (pixels: Uint32Array) => void): void {
  if (canvas.width !== width || canvas.height !== height) {
    canvas.width = width;
    canvas.height = height;
  }
  const context = canvas.getContext("2d")!;
  const image = imageOf(width, height);
  fill(new Uint32Array(image.data.buffer));
  context.putImageData(image, 0, 0);
}

const images = new Map<string, ImageData>();
function imageOf(width: number, height: number): ImageData {
  const key = `${width}x${height}`;
  if (!images.has(key)) images.set(key, new ImageData(width, height));
  return images.get(key)!;
}
