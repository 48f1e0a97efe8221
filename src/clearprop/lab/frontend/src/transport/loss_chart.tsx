/** The loss curve. Dragging along it, or arrow keys, rewind everything. */
import { effect } from "@preact/signals";
import type { JSX } from "preact";
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import uPlot from "uplot";
import { Switch } from "../parts/field";
import { short, whole } from "../parts/numerals";
import { Chart, Table } from "../parts/table";
import { useLab, type Lab, type Shown } from "../state";
import { seek } from "./moving";

const HEIGHT = 150;
const MILLISECONDS = 100; // while training runs the curve is drawn anew so often

function LossTable(): JSX.Element {
  const lab = useLab();
  const shown = lab.frame.value!;
  return (
    <Table
      caption="Loss by epoch" columns={["Epoch", "Loss", "Held-out loss", shown.metric_name, "Rate"]}
      rows={shown.curve.map((point) => [point.epoch, short(point.loss, 4), short(point.validation_loss, 4), short(point.metric, 4), short(point.rate, 4)])}
    />
  );
}

const seriesOf = ({ curve }: Shown, log: boolean): uPlot.AlignedData => {
  const drawn = (value: number | null): number | null => (value === null || (log && value <= 0) ? null : value);
  return [curve.map(({ epoch }) => epoch), curve.map(({ loss }) => drawn(loss)), curve.map(({ validation_loss: loss }) => drawn(loss))];
};

const lastEpoch = (shown: Shown): number => Math.max(shown.place.furthest[0], shown.place.epoch);

function options(root: Element, width: number, log: boolean, lab: Lab): uPlot.Options {
  const style = getComputedStyle(root);
  const colour = (name: string): string => style.getPropertyValue(name).trim();
  const font = `11px ${style.fontFamily}`;
  const axis = { stroke: colour("--ink-3"), font, ticks: { show: false }, grid: { stroke: colour("--hairline"), width: 1 } };
  return {
    width, height: HEIGHT, legend: { show: false }, cursor: { show: false }, select: { show: false, left: 0, top: 0, width: 0, height: 0 },
    padding: [8, 10, 0, 0],
    scales: {
      x: { time: false, range: () => [0, Math.max(10, lastEpoch(lab.frame.peek()!))] },
      y: log ? { distr: 3 } : { range: (_, __, most) => [0, (most || 1) * 1.05] },
    },
    axes: [
      { ...axis, grid: { show: false }, size: 24, space: 60, values: (_, found) => found.map((value) => (Number.isInteger(value) ? whole(value) : "")) },
      { ...axis, size: 44, space: 36, values: (_, found) => found.map((value) => (value === null ? "" : short(value, 2).replace(/(\.\d*?)0+$/, "$1").replace(/\.$/, ""))) },
    ],
    series: [
      {},
      { stroke: colour("--ink"), width: 1.75, points: { show: false } },
      { stroke: colour("--third"), width: 1.75, dash: [5, 3], points: { show: false } },
    ],
  };
}

export function LossChart(): JSX.Element {
  const lab = useLab();
  const session = lab.opened.value!;
  const [log, setLog] = useState(false);
  const [width, setWidth] = useState(0);
  const box = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  const scrubber = useRef<HTMLDivElement>(null);
  const marker = useRef<HTMLDivElement>(null);
  const dark = lab.dark.value;

  useLayoutEffect(() => {
    const observer = new ResizeObserver(([entry]) => { if (entry.contentRect.width > 0) setWidth(Math.floor(entry.contentRect.width)); });
    observer.observe(box.current!);
    return () => observer.disconnect();
  }, []);

  useLayoutEffect(() => {
    if (!width) return undefined;
    const made = new uPlot(options(box.current!, width, log, lab), seriesOf(lab.frame.peek()!, log), box.current!);
    plot.current = made;
    let [drawn, later] = [0, 0];
    const draw = (): void => {
      drawn = performance.now();
      made.setData(seriesOf(lab.frame.peek()!, log));
      place();
    };
    const place = (): void => {
      const shown = lab.frame.peek()!;
      const { left, top, width: wide, height } = made.bbox;
      const ratio = devicePixelRatio || 1;
      Object.assign(scrubber.current!.style, { left: `${left / ratio}px`, top: `${top / ratio}px`, width: `${wide / ratio}px`, height: `${height / ratio}px` });
      marker.current!.style.left = `${(100 * shown.place.epoch) / Math.max(10, lastEpoch(shown))}%`;
    };
    const end = effect(() => {
      void lab.frame.value;
      clearTimeout(later);
      const wait = lab.playing.peek() ? MILLISECONDS - (performance.now() - drawn) : 0;
      if (wait <= 0) draw();
      else later = window.setTimeout(draw, wait);
    });
    return () => { end(); clearTimeout(later); made.destroy(); plot.current = null; };
  }, [session, width, log, dark]);

  const epochAt = (event: PointerEvent): number => {
    const { left, width: wide } = scrubber.current!.getBoundingClientRect();
    const most = lastEpoch(lab.frame.value!);
    return Math.round(Math.max(0, Math.min(1, ((event.clientX - left) / wide) * Math.max(10, most) / Math.max(1, most))) * most);
  };
  const onKey = (event: KeyboardEvent): void => {
    const { epoch } = lab.frame.value!.place;
    const most = lastEpoch(lab.frame.value!);
    const page = Math.max(1, Math.round(most / 10));
    const to: Record<string, number> = {
      ArrowLeft: epoch - 1, ArrowDown: epoch - 1, ArrowRight: epoch + 1, ArrowUp: epoch + 1,
      PageDown: epoch - page, PageUp: epoch + page, Home: 0, End: most,
    };
    if (to[event.key] === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    void seek(lab, Math.max(0, Math.min(most, to[event.key])));
  };
  const shown = lab.frame.value!;
  return (
    <Chart
      title="Loss" class="cp-loss-chart" table={() => <LossTable />}
      tools={<Switch label="Log" help="The loss by powers of ten, so that small ones can be told apart" value={log} onChange={setLog} />}
    >
      <div ref={box} class="cp-plot" style={{ height: `${HEIGHT}px` }}>
        <div
          ref={scrubber} class="cp-scrubber" role="slider" tabIndex={0} aria-label="Epoch: rewind or replay"
          aria-valuemin={0} aria-valuemax={lastEpoch(shown)} aria-valuenow={shown.place.epoch}
          aria-valuetext={`Epoch ${shown.place.epoch}, loss ${short(shown.loss)}`}
          onPointerDown={(event) => { event.currentTarget.setPointerCapture(event.pointerId); void seek(lab, epochAt(event)); }}
          onPointerMove={(event) => { if (event.buttons) void seek(lab, epochAt(event)); }}
          onKeyDown={onKey}
        >
          <div ref={marker} class="cp-scrubber-mark" />
        </div>
      </div>
      <ul class="cp-legend" aria-label="Curves">
        <li><i class="cp-line is-loss" aria-hidden="true" /><span>trained on</span></li>
        {shown.validation_loss !== null && <li><i class="cp-line is-held-out" aria-hidden="true" /><span>held out</span></li>}
        <li class="cp-hint">drag to rewind</li>
      </ul>
    </Chart>
  );
}
