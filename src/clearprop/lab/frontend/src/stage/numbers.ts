/** A number of the present frame by its name, and what it is called in words. */
import { parameterAt, parse } from "../parts/names";
import { short, signed } from "../parts/numerals";
import type { EdgeNumber, Session, Shown } from "../state";
import type { Layout } from "./layout";

const EDGE_ARRAYS: Record<EdgeNumber, string> = { weight: "parameters", gradient: "gradient", update: "update" };
export const EDGE_WORDS: Record<EdgeNumber, string> = { weight: "weight", gradient: "gradient", update: "last update" };

export function edgeNumbers(shown: Shown, which: EdgeNumber): ArrayLike<number> {
  return shown.values[EDGE_ARRAYS[which]] ?? [];
}

export function numberOf(layout: Layout, shown: Shown, name: string): number {
  const named = parse(name);
  if (!named) return name === "loss" ? (shown.values.row_loss?.[0] ?? NaN) : NaN;
  const parameter = parameterAt(layout.sizes, named);
  if (parameter >= 0) return shown.values.parameters[parameter];
  if (named.kind === "x" || named.kind === "y") return shown.values[named.kind]?.[named.to];
  return shown.values[named.kind]?.[layout.units[named.layer] + named.to];
}

function unitWords(session: Session, layer: number, place: number): string {
  const { sizes } = session.network;
  if (layer === 0) return `input ${session.data.input_names[place] ?? place + 1}`;
  if (layer < sizes.length - 1) return `neuron ${place + 1} of hidden layer ${layer}`;
  if (sizes[layer] === 1) return "the output";
  return `output ${session.data.class_names[place] ?? session.data.target_names[place] ?? place + 1}`;
}

/** What a name is, without its number. */
export function wordsFor(session: Session, name: string): string {
  const named = parse(name);
  if (!named) return "Loss of the row that is looked at";
  const { kind, layer, from, to } = named;
  const at = unitWords(session, layer, to);
  switch (kind) {
    case "W": return `Weight from ${unitWords(session, layer - 1, from)} to ${at}`;
    case "b": return `Bias of ${at}`;
    case "x": return `Value of ${at}`;
    case "y": return `Target of ${at}`;
    case "z": return `Weighted sum z of ${at}`;
    case "a": return layer === session.network.sizes.length - 1 ? `Answer of ${at}` : `Activation a of ${at}`;
    default: return `Delta of ${at}: the loss's derivative with respect to its z`;
  }
}

/** The lines that a tooltip shows beneath the words. */
export function linesFor(layout: Layout, shown: Shown, name: string): [string, string][] {
  const named = parse(name);
  if (!named) return [["loss", short(shown.values.row_loss?.[0], 4)]];
  const parameter = parameterAt(layout.sizes, named);
  if (parameter >= 0) {
    const of = (array: string): number => shown.values[array]?.[parameter];
    return [
      [named.kind === "W" ? "weight" : "bias", short(of("parameters"), 4)],
      ["gradient", signed(of("gradient"), 4)],
      ["last update", signed(of("update"), 4)],
    ];
  }
  if (named.layer === 0) return [[named.kind, short(numberOf(layout, shown, name), 4)]];
  const at = layout.units[named.layer] + named.to;
  return (["z", "a", "delta"] as const).map((kind) => [kind === "delta" ? "\u03b4" : kind, short(shown.values[kind]?.[at], 4)]);
}

/** For those who do not see the stage. */
export function labelFor(session: Session, layout: Layout, shown: Shown, name: string): string {
  const badge = shown.badges.find((one) => one.unit === name);
  const numbers = linesFor(layout, shown, name).map(([what, value]) => `${what.replace("\u03b4", "delta")} ${value}`);
  return `${wordsFor(session, name)}: ${numbers.join(", ")}${badge ? `. ${badge.says}` : ""}`;
}
