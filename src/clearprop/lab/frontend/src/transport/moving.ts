/** Moves by hand: a step, a jump; each pauses what runs. */
import { latest } from "../parts/latest";
import type { Grain } from "../protocol";
import type { Lab } from "../state";

export const GRAINS: readonly { value: Grain; label: string; title: string }[] = [
  { value: "operation", label: "Operation", title: "One weighted sum, activation, delta, gradient or update" },
  { value: "layer", label: "Layer", title: "A whole layer, forwards or back" },
  { value: "sample", label: "Sample", title: "One row of the batch" },
  { value: "batch", label: "Batch", title: "One step of the optimiser" },
  { value: "epoch", label: "Epoch", title: "Once through all rows" },
];
/** How many steps a second are usual: what is done by ones is to be seen. */
export const USUAL_SPEED: Record<Grain, number> = { operation: 1, layer: 1, sample: 0.5, batch: 5, epoch: Infinity };

const stepping = new WeakSet<Lab>();

/** A step by the chosen grain. While one is under way no other is begun: a held key does not pile them up. */
export async function step(lab: Lab, direction: 1 | -1): Promise<void> {
  lab.playing.value = false;
  if (stepping.has(lab)) return;
  stepping.add(lab);
  try {
    await lab.act({ type: "step", grain: lab.grain.value, direction });
  } finally {
    stepping.delete(lab);
  }
}

const seeking = new WeakMap<Lab, (epoch: number) => Promise<void>>();

/** Stands at an epoch. */
export function seek(lab: Lab, epoch: number): Promise<void> {
  lab.playing.value = false;
  if (!seeking.has(lab)) seeking.set(lab, latest((sought) => lab.act({ type: "seek", epoch: sought })));
  return seeking.get(lab)!(epoch);
}
