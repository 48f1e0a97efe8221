import type { JSX } from "preact";
import { ticks, toPixel, type Scale } from "./scales";

const written = (value: number): string => String(value).replace("-", "\u2212");

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
      <text class="cp-axis-name" x={across.size / 2} y={up.size + 33} text-anchor="middle">{names[0]}</text>
      <text class="cp-axis-name" transform={`translate(-34 ${up.size / 2}) rotate(-90)`} text-anchor="middle">{names[1]}</text>
    </svg>
  );
}
