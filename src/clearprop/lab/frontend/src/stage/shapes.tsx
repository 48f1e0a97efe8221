/** The shapes of the stage. What bears `data-name` is a number that can be pointed at, focused and derived. */
import type { JSX } from "preact";
import { input, unit, weight } from "../parts/names";
import type { Session } from "../state";
import { curve, ends, lineHeight, lossEnds, type Card, type Gap, type Layout } from "./layout";

const SIGNS = { z: "z", a: "a", y: "y", delta: "\u03b4" };

export function Headings({ layout, session }: { layout: Layout; session: Session }): JSX.Element {
  const last = layout.sizes.length - 1;
  const { activations } = session.network;
  const title = (layer: number): string => {
    if (layer === 0) return layout.sizes[0] > 1 ? "Inputs" : "Input";
    if (layer > last) return "Loss";
    if (layer === last) return "Output";
    return layout.full || layout.sizes.length < 6 ? `Hidden ${layer}` : `H${layer}`;
  };
  return (
    <g class="cp-headings" aria-hidden="true">
      {layout.gaps.map(({ layer, from, to, matrix }) => matrix && (
        <g key={layer} transform={`translate(${matrix.x + matrix.width / 2} ${14 * layout.scale})`}>
          <text class="cp-heading">{`W${layer}, b${layer}`}</text>
          <text class="cp-subheading" y={15 * layout.scale}>{matrix.width > 90 ? `${from} + 1 rows, ${to} columns` : `${from}+1 \u00d7 ${to}`}</text>
        </g>
      ))}
      {layout.headings.map(({ x, layer }) => (
        <g key={layer} transform={`translate(${x} ${14 * layout.scale})`}>
          <text class="cp-heading">{title(layer)}</text>
          {layer > 0 && layer <= last && <text class="cp-subheading" y={15 * layout.scale}>{activations[layer - 1].replaceAll("_", " ")}</text>}
        </g>
      ))}
    </g>
  );
}

export function Edge({ layout, gap, from, to }: { layout: Layout; gap: Gap; from: number; to: number }): JSX.Element {
  const d = curve(ends(layout, gap, from, to));
  const name = weight(gap.layer, from, to);
  return (
    <g class="cp-edge" data-name={name} tabindex={-1} role="button" aria-label={name}>
      <path class="cp-halo" d={d} />
      <path class="cp-stroke" d={d} />
    </g>
  );
}

export function LossEdge({ layout, place }: { layout: Layout; place: number }): JSX.Element | null {
  const way = lossEnds(layout, place);
  return way && <path class="cp-loss-edge" data-name={unit("a", layout.sizes.length - 1, place)} d={curve(way)} />;
}

export function Bias({ layout, card }: { layout: Layout; card: Card }): JSX.Element {
  const name = unit("b", card.layer, card.place);
  const [x, y] = layout.full ? [card.x + 14 * layout.scale, card.y - 11 * layout.scale] : [card.x - 1, card.y - 5];
  return (
    <g class="cp-bias" data-name={name} tabindex={-1} role="button" aria-label={name} transform={`translate(${x} ${y})`}>
      <rect class="cp-target" x="-12" y="-12" width="24" height="24" />
      {layout.full && <path class="cp-bias-stem" d={`M0 0V${11 * layout.scale}`} />}
      <circle class="cp-halo" r="9" />
      <path class="cp-stroke" d="" />
    </g>
  );
}

const BADGES: Record<string, string> = {
  saturated: "M-5 -4H5V4H-5Z", // a square: flat above and below
  dead: "M-4 -4L4 4M4 -4L-4 4",
  exploding: "M0 -6L5.500 4H-5.500Z",
  "not finite": "M0 -6L6 0L0 6L-6 0Z",
  constant: "M-5 0H5",
};

/** What ails a neuron, by a sign at its map's corner; the words stand in its tooltip and in its name. */
export function Badge({ card }: { card: Card }): JSX.Element {
  return (
    <g
      class="cp-badge" data-badge={unit("a", card.layer, card.place)} data-kind=""
      transform={`translate(${card.x + card.map - 2} ${card.y + (card.height - card.map) / 2 + 2})`}
    >
      <circle r="10" />
      {Object.entries(BADGES).map(([kind, d]) => <path key={kind} data-of={kind} d={d} />)}
    </g>
  );
}

export function CardNode({ layout, card, session }: { layout: Layout; card: Card; session: Session }): JSX.Element {
  const { scale, full } = layout;
  const isInput = card.layer === 0;
  const isOutput = card.layer === layout.sizes.length - 1;
  const name = isInput ? input(card.place) : unit("a", card.layer, card.place);
  const line = lineHeight(scale);
  const wide = full ? card.width - card.map - 8 : 60 * scale;
  const start = (card.height - card.numbers.length * line) / 2;
  const outputName = isOutput && layout.sizes.at(-1)! > 1
    ? session.data.class_names[card.place] ?? session.data.target_names[card.place] ?? "" : "";
  return (
    <g transform={`translate(${card.x} ${card.y})`} class="cp-node">
      <g class="cp-card" data-name={name} tabindex={-1} role="button" aria-label={name}>
        <rect class="cp-card-ground" width={card.width} height={card.height} rx="8" />
      </g>
      {isInput && <InputTexts layout={layout} card={card} title={session.data.input_names[card.place] ?? name} />}
      {card.numbers.map((kind, at) => {
        const number = kind === "y" ? `y[${card.place + 1}]` : unit(kind, card.layer, card.place);
        const [x, y] = full ? [card.map + 4, start + at * line] : [card.width / 2 - wide / 2, card.height + 2 + at * line];
        return (
          <g key={kind} class="cp-number" data-name={number} transform={`translate(${x} ${y})`}>
            <rect width={wide} height={line} rx="3" />
            <text class="cp-sign" x={4} y={line * 0.75}>{SIGNS[kind]}</text>
            <text class="cp-value" x={wide - 4} y={line * 0.75} data-number={number}>0</text>
          </g>
        );
      })}
      {outputName && full && (
        <text class="cp-output-name" x={card.width / 2} y={card.height + 13 * scale}>{shortened(outputName, 16)}</text>
      )}
    </g>
  );
}

const shortened = (text: string, most: number): string => (text.length > most ? `${text.slice(0, most - 1)}\u2026` : text);

function InputTexts({ layout, card, title }: { layout: Layout; card: Card; title: string }): JSX.Element {
  const { scale, full } = layout;
  const number = input(card.place);
  if (!full) return <text class="cp-value is-below" x={card.width / 2} y={card.height + 13 * scale}>{pretty(title, 7)}</text>;
  return (
    <g class="cp-number" data-name={number} transform={`translate(${-8 * scale} ${card.height / 2})`}>
      {title.length > 6
        ? <text class="cp-input-name" x={card.width + 8 * scale} y={card.height / 2 + 14 * scale}>{pretty(title, 13)}</text>
        : <text class="cp-input-name" y={-3 * scale}>{pretty(title, 6)}</text>}
      <text class="cp-value" y={(title.length > 6 ? 4 : 12) * scale} data-number={number}>0</text>
    </g>
  );
}

/** x1^2 as x₁². */
const pretty = (title: string, most: number): string =>
  shortened(
    title
      .replace(/x(\d)/g, (_, digit: string) => `x${String.fromCharCode(0x2080 + Number(digit))}`)
      .replace("^2", "\u00b2").replace("^3", "\u00b3").replaceAll("*", "\u00b7"),
    most,
  );

export function Loss({ layout }: { layout: Layout }): JSX.Element {
  const { x, y, radius } = layout.loss;
  const { full, scale } = layout;
  return (
    <g class="cp-loss" transform={`translate(${x} ${y})`}>
      <g class="cp-loss-node" data-name="loss" tabindex={-1} role="button" aria-label="loss"><circle r={radius} /></g>
      <g data-name="loss" aria-hidden="true">
        <text class="cp-sign" y={full ? -4 * scale : 4}>L</text>
        <text class="cp-value" y={full ? 12 * scale : radius + 13 * scale} data-number="loss">0</text>
      </g>
    </g>
  );
}
