import type { JSX } from "preact";
import { ticks, toPixel, type Scale } from "./scales";

const written = (value: number): string => String(value).replace("-", "\u2212");

/** As much of a name as there is room for beside an axis. */
const shortened = (name: string, room: number): string => {
  const most = Math.max(4, Math.floor(room / 8));
  return name.length > most ? `${name.slice(0, most - 1)}\u2026` : name;
};

/** Ticks with their numbers, and the axes' names, around the plane. */
export function Axes({ across, up, names }: { across: Scale; up: Scale; names: readonly [string, string] }): JSX.Element {
  return (
    <svg class="cp-axes" aria-hidden="true" width={across.size} height={up.size}>
      {ticks(across.least, across.greatest).map((value) => (
        <g key={value} transform={`translate(${toPixel(across, value)} ${up.size})`}>
          <path d="M0 0V4" /><text y="16" text-anchor="middle">{written(value)}</text>
        </g>
      ))}
      {ticks(up.least, up.greatest).map((value) => (
        <g key={value} transform={`translate(0 ${up.size - toPixel(up, value)})`}>
          <path d="M0 0H-4" /><text x="-7" y="4" text-anchor="end">{written(value)}</text>
        </g>
      ))}
      <text class="cp-axis-name" x={across.size / 2} y={up.size + 33} text-anchor="middle">{shortened(names[0], across.size)}</text>
      <text class="cp-axis-name" transform={`translate(-34 ${up.size / 2}) rotate(-90)`} text-anchor="middle">{shortened(names[1], up.size)}</text>
    </svg>
  );
}
