import type { ReadonlySignal } from "@preact/signals";
import type { JSX } from "preact";
import { useLab } from "../state";
import type { Layout } from "./layout";
import { linesFor, wordsFor } from "./numbers";

export interface Pointed { name: string; x: number; top: number; bottom: number }
const WIDTH = 208;

export function Tooltip({ pointed, layout }: { pointed: ReadonlySignal<Pointed | null>; layout: Layout }): JSX.Element | null {
  const lab = useLab();
  if (!pointed.value || pointed.value.name === lab.selected.value) return null; // that is told beneath the stage
  const { name, x, top, bottom } = pointed.value;
  const shown = lab.frame.value!;
  const badge = shown.badges.find((one) => one.unit === name);
  const lines = linesFor(layout, shown, name);
  const above = top > 40 + 22 * lines.length + (badge ? 60 : 0);
  const left = Math.max(0, Math.min(layout.width - WIDTH, x - WIDTH / 2));
  return (
    <div
      class={`cp-tooltip ${above ? "is-above" : ""}`} aria-hidden="true"
      style={{ left: `${left}px`, top: `${above ? top - 8 : bottom + 8}px`, width: `${WIDTH}px` }}
    >
      <strong>{name}</strong>
      <span>{wordsFor(lab.opened.value!, name)}</span>
      <dl>
        {lines.map(([what, value]) => <div key={what}><dt>{what}</dt><dd>{value}</dd></div>)}
      </dl>
      {badge && <span class="cp-tooltip-badge">{badge.says}</span>}
    </div>
  );
}
