/** The grids that stand for what is too wide to be drawn one by one. */
import { input, parameterAt, parse, unit, weight } from "../parts/names";
import type { EdgeNumber, Shown } from "../state";
import type { Grid } from "./cells";
import type { Gap, Layout, Strip } from "./layout";
import { edgeNumbers } from "./numbers";

/** A row for each neuron that an edge comes from, the last for the biases; a column for each that it leads to. */
export function matrixGrid(layout: Layout, gap: Gap, which: () => EdgeNumber): Grid {
  const start = parameterAt(layout.sizes, { kind: "W", layer: gap.layer, from: 0, to: 0 });
  return {
    title: `Weights W${gap.layer} and biases b${gap.layer} as a matrix`,
    rows: gap.from + 1,
    columns: gap.to,
    ...gap.matrix!,
    nameAt: (row, column) => (row < gap.from ? weight(gap.layer, row, column) : unit("b", gap.layer, column)),
    cellOf: (name) => {
      const at = parse(name);
      if (at?.layer !== gap.layer || (at.kind !== "W" && at.kind !== "b")) return null;
      return [at.kind === "W" ? at.from : gap.from, at.to];
    },
    values: (shown) => (edgeNumbers(shown, which()) as Float64Array).subarray(start, start + (gap.from + 1) * gap.to),
  };
}

export function stripGrid(layout: Layout, strip: Strip): Grid {
  const name = (place: number): string => (strip.layer === 0 ? input(place) : unit("a", strip.layer, place));
  const start = layout.units[strip.layer];
  return {
    title: strip.layer === 0 ? "Inputs" : `What layer ${strip.layer} answers`,
    rows: strip.units,
    columns: 1,
    x: strip.x, y: strip.y, width: strip.width, height: strip.height,
    nameAt: (row) => name(row),
    cellOf: (other) => {
      const at = parse(other);
      if (!at || at.layer !== strip.layer || !["x", "z", "a", "delta"].includes(at.kind)) return null;
      return [at.to, 0];
    },
    values: (shown: Shown) =>
      strip.layer === 0 ? shown.values.x : (shown.values.a as Float64Array).subarray(start, start + strip.units),
  };
}
