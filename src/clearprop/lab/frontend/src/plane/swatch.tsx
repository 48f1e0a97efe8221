/** A point as the plane has it, on its own: for the legend, and for points that are being drawn. */
import type { JSX } from "preact";
import { CLASSES } from "../parts/colours";
import { SHAPES } from "./points";

/** A canvas path, as one of SVG: it takes the same few calls. */
function outline(place: number): string {
  const parts: string[] = [];
  const pen = {
    moveTo: (x: number, y: number) => parts.push(`M${x} ${y}`),
    lineTo: (x: number, y: number) => parts.push(`L${x} ${y}`),
    closePath: () => parts.push("Z"),
    arc: (x: number, y: number, r: number) => parts.push(`A${r} ${r} 0 1 1 ${x - r} ${y}A${r} ${r} 0 1 1 ${x + r} ${y}Z`),
  };
  SHAPES[place](pen as unknown as Path2D, 7, 7, 4.5);
  return parts.join("");
}

export function Swatch({ place, hollow = false, ring = false, colour }: { place: number; hollow?: boolean; ring?: boolean; colour?: string }): JSX.Element {
  const paint = colour ?? `var(${CLASSES[place]})`;
  return (
    <svg width="16" height="16" viewBox="-1 -1 16 16" aria-hidden="true">
      <path d={outline(place)} fill={hollow ? "var(--surface)" : paint} stroke={hollow ? paint : "none"} stroke-width="1.6" />
      {ring && <circle cx="7" cy="7" r="6.700" fill="none" stroke="var(--ink)" stroke-width="1.3" />}
    </svg>
  );
}
