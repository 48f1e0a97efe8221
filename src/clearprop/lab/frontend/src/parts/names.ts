/** Names such as "W2[3,1]", as explanations write them: layers, neurons, inputs and outputs are counted from 1. */

/** In a formula's \htmlData, [ ] and , are written ( ) and ;. */
export const fromFormula = (written: string): string => written.replace("(", "[").replace(")", "]").replace(";", ",");

export interface Named { kind: "W" | "b" | "z" | "a" | "delta" | "x" | "y"; layer: number; from: number; to: number }

/** What a name speaks of, counted from 0 (layer 0 is the input); null where it is not one neuron's or edge's. */
export function parse(name: string): Named | null {
  const match = /^(W|b|z|a|delta|x|y)(\d*)\[(\d+)(?:,(\d+))?\]$/.exec(name);
  if (!match) return null;
  const [, kind, layer, first, second] = match;
  const one = Number(first) - 1;
  return {
    kind: kind as Named["kind"],
    layer: layer ? Number(layer) : 0,
    from: kind === "W" ? one : -1,
    to: kind === "W" ? Number(second) - 1 : one,
  };
}

export const weight = (layer: number, from: number, to: number): string => `W${layer}[${from + 1},${to + 1}]`;
export const unit = (kind: "b" | "z" | "a" | "delta", layer: number, to: number): string => `${kind}${layer}[${to + 1}]`;
export const input = (place: number): string => `x[${place + 1}]`;

/** Where a weight or bias stands among all parameters: W1 row by row, b1, W2, ...; -1 of anything else. */
export function parameterAt(sizes: readonly number[], { kind, layer, from, to }: Named): number {
  if (kind !== "W" && kind !== "b") return -1;
  let start = 0;
  for (let below = 1; below < layer; below += 1) start += (sizes[below - 1] + 1) * sizes[below];
  return start + (kind === "W" ? from : sizes[layer - 1]) * sizes[layer] + to;
}
