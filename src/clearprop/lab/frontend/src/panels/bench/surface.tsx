/** The loss as a landscape over two parameters, and the way that training took across it. */
import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { Button } from "../../parts/button";
import { short } from "../../parts/numerals";
import { Chart, Table } from "../../parts/table";
import type { Arrays } from "../../link";
import type { SurfaceDrawn } from "../../protocol";
import { useControl, useLab } from "../../state";
import { ParameterField, parameterNames } from "./names_field";
import { ground, type Palette } from "./palette";

interface Drawn extends SurfaceDrawn { values: Arrays; names: [string, string] }
const SIDE = 420;
const MARGIN = 64;
const CONTOURS = 14;

export function Surface(): JSX.Element {
  const lab = useLab();
  const names = parameterNames(lab.network.value!.sizes);
  const [across, setAcross] = useState(names[0]);
  const [up, setUp] = useState(names[1] ?? names[0]);
  const [drawn, setDrawn] = useState<Drawn | null>(null);
  const [wrong, setWrong] = useState("");
  const { help } = useControl("surface");
  const draw = async (): Promise<void> => {
    const { reply, arrays } = await lab.ask({ type: "surface", across, up, points: 61 });
    setWrong(reply.type === "refused" ? reply.message : "");
    if (reply.type === "surface_drawn") setDrawn({ ...reply, values: arrays, names: [across, up] });
  };
  useEffect(() => { if (!lab.playing.peek()) void draw(); }, [lab.opened.value]);
  const selected = lab.selected.value;
  return (
    <div class="cp-surface">
      <div class="cp-settings">
        <p class="cp-note">{help}</p>
        <ParameterField label="Across" value={across} onChange={setAcross} />
        <ParameterField label="Up" value={up} onChange={setUp} />
        <div class="cp-row">
          <Button kind="primary" disabled={across === up} onClick={() => void draw()}>Draw the surface</Button>
          {names.includes(selected) && selected !== up && <Button kind="quiet" onClick={() => setAcross(selected)}>Take {selected}</Button>}
        </div>
        {wrong && <p class="cp-error" role="alert">{wrong}</p>}
      </div>
      {drawn && <Picture drawn={drawn} />}
    </div>
  );
}

function Picture({ drawn }: { drawn: Drawn }): JSX.Element {
  const lab = useLab();
  const canvas = useRef<HTMLCanvasElement>(null);
  const { surface, path } = drawn.values;
  const side = Math.round(Math.sqrt(surface.length));
  const [left, right] = drawn.across;
  const [bottom, top] = drawn.up;
  const x = (value: number): number => MARGIN + ((value - left) / (right - left)) * SIDE;
  const y = (value: number): number => 12 + SIDE - ((value - bottom) / (top - bottom)) * SIDE;
  const palette = ground(lab.dark.value);
  useEffect(() => paint(canvas.current!, surface, side, palette), [surface, lab.dark.value]);
  const points = Array.from({ length: path.length / 3 }, (_, at) => [path[3 * at], path[3 * at + 1], path[3 * at + 2]] as const);
  const inside = points.filter(([a, b]) => Number.isFinite(a) && Number.isFinite(b));
  const last = inside[inside.length - 1];
  const ticks = (low: number, high: number): number[] => [0, 0.25, 0.5, 0.75, 1].map((share) => low + share * (high - low));
  const losses = Array.from(surface).filter(Number.isFinite);
  return (
    <Chart
      title={`The loss over ${drawn.names[0]} and ${drawn.names[1]}`}
      tools={<span class="cp-note">from {short(Math.min(...losses))} to {short(Math.max(...losses))}</span>}
      table={() => <Table caption="The way of the training" columns={[drawn.names[0], drawn.names[1], "loss"]} rows={inside.map((point) => point.map((one) => short(one, 5)))} />}
    >
      <figure class="cp-surface-picture">
        <canvas ref={canvas} width={side * 4} height={side * 4} style={{ left: `${(100 * MARGIN) / (SIDE + MARGIN + 12)}%`, top: `${(100 * 12) / (SIDE + 54)}%`, width: `${(100 * SIDE) / (SIDE + MARGIN + 12)}%`, height: `${(100 * SIDE) / (SIDE + 54)}%` }} />
        <svg
          viewBox={`0 0 ${SIDE + MARGIN + 12} ${SIDE + 54}`} role="img"
          aria-label={`The loss over ${drawn.names.join(" and ")}; training went from ${inside.length ? short(inside[0][2]) : "–"} to ${last ? short(last[2]) : "–"}`}
        >
          <g class="cp-axis">
            {ticks(left, right).map((value, at, all) => <text key={at} x={x(value)} y={SIDE + 28} text-anchor={at === 0 ? "start" : at === all.length - 1 ? "end" : "middle"}>{short(value, 2)}</text>)}
            {ticks(bottom, top).map((value, at) => <text key={at} x={MARGIN - 6} y={y(value) + 4} text-anchor="end">{short(value, 2)}</text>)}
            <text class="cp-axis-name" x={MARGIN + SIDE / 2} y={SIDE + 46} text-anchor="middle">{drawn.names[0]}</text>
            <text class="cp-axis-name" transform={`translate(11 ${12 + SIDE / 2}) rotate(-90)`} text-anchor="middle">{drawn.names[1]}</text>
          </g>
          <polyline class="cp-way is-under" points={inside.map(([a, b]) => `${x(a)},${y(b)}`).join(" ")} />
          <polyline class="cp-way" points={inside.map(([a, b]) => `${x(a)},${y(b)}`).join(" ")} />
          {inside.length > 0 && <circle class="cp-way-start" cx={x(inside[0][0])} cy={y(inside[0][1])} r="4.5" />}
          {last && <circle class="cp-way-end" cx={x(last[0])} cy={y(last[1])} r="5.5" />}
        </svg>
      </figure>
      <p class="cp-note">Ring: the start. Disc: where it stands. Lighter is lower; the lines are at equal steps of the loss's logarithm.</p>
    </Chart>
  );
}

/** Levels of the logarithm of the loss, with contours where it passes from one step to the next. */
function paint(canvas: HTMLCanvasElement, surface: ArrayLike<number>, side: number, palette: Palette): void {
  const context = canvas.getContext("2d")!;
  const fine = side * 4;
  const logs = Array.from(surface, (loss) => (Number.isFinite(loss) ? Math.log(Math.max(loss, 1e-12)) : NaN));
  const known = logs.filter((one) => !Number.isNaN(one)).sort((a, b) => a - b);
  const low = known[0] ?? 0;
  const high = known[Math.floor(0.98 * (known.length - 1))] ?? 1;
  const image = context.createImageData(fine, fine);
  const at = (row: number, column: number): number => {
    const fy = Math.min(side - 1.001, Math.max(0, row));
    const fx = Math.min(side - 1.001, Math.max(0, column));
    const [r, c] = [Math.floor(fy), Math.floor(fx)];
    const [dy, dx] = [fy - r, fx - c];
    const mix = (a: number, b: number, share: number): number => a + share * (b - a);
    return mix(mix(logs[r * side + c], logs[r * side + c + 1], dx), mix(logs[(r + 1) * side + c], logs[(r + 1) * side + c + 1], dx), dy);
  };
  const level = new Float64Array(fine * fine);
  for (let row = 0; row < fine; row += 1) {
    for (let column = 0; column < fine; column += 1) {
      level[row * fine + column] = (at(((fine - 1 - row) / (fine - 1)) * (side - 1), (column / (fine - 1)) * (side - 1)) - low) / (high - low || 1);
    }
  }
  for (let place = 0; place < level.length; place += 1) {
    const share = level[place];
    const step = Math.floor(share * CONTOURS);
    const isContour = step !== Math.floor(level[place + 1] * CONTOURS) || step !== Math.floor(level[place + fine] * CONTOURS);
    const colour = palette(Number.isNaN(share) ? 1 : Math.min(1, Math.max(0, share)));
    const dim = isContour ? 0.86 : 1;
    image.data.set([colour[0] * dim, colour[1] * dim, colour[2] * dim, 255], 4 * place);
  }
  context.putImageData(image, 0, 0);
}
