/** The number itself, to be changed: by typing, by dragging, by the arrow keys. */
import type { JSX } from "preact";
import { useMemo, useRef } from "preact/hooks";
import { NumberField, Slider } from "../../parts/field";
import { latest } from "../../parts/latest";
import { parameterAt, parse } from "../../parts/names";
import { short } from "../../parts/numerals";
import { useControl, useLab, type Shown } from "../../state";

/** The present value of what can be changed: a parameter, an input, a target; null for all else. */
export function numberOf(name: string, frame: Shown, sizes: readonly number[]): number | null {
  const named = parse(name);
  if (!named) return null;
  const place = parameterAt(sizes, named);
  if (place >= 0) return frame.values.parameters?.[place] ?? null;
  return named.kind === "x" || named.kind === "y" ? frame.values[named.kind]?.[named.to] ?? null : null;
}

export function ChangeNumber({ name }: { name: string }): JSX.Element | null {
  const lab = useLab();
  const { label, help, shown } = useControl("edit_numbers");
  const value = numberOf(name, lab.frame.value!, lab.network.value!.sizes);
  const set = useMemo(() => latest((next: number) => lab.act({ type: "set_number", name, value: next })), [lab, name]);
  const reach = useRef(0);
  const isDragged = useRef("");
  if (value === null || !shown || !lab.can("set_number")) return null;
  if (isDragged.current !== name) reach.current = Math.max(2, 2 * Math.abs(value)); // its ends stand still while it is dragged
  const drag = (next: number, ends: boolean): void => {
    isDragged.current = ends ? "" : name;
    void set(next);
  };
  return (
    <div class="cp-change">
      <NumberField label={`${label}: ${name}`} help={help} value={value} step="any" onChange={(next) => void set(next)} />
      <Slider
        label={`Drag ${name}`} value={value} min={-reach.current} max={reach.current} step={reach.current / 200}
        format={(one) => short(one)} onInput={(next) => drag(next, false)} onChange={(next) => drag(next, true)}
      />
    </div>
  );
}
