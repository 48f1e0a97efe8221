/** The picture of the plane, by pointer and by keyboard: rows are looked at, or points are drawn. */
import { effect, signal, useComputed } from "@preact/signals";
import type { JSX } from "preact";
import { useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import { classPlace, palette } from "../parts/colours";
import { short } from "../parts/numerals";
import { useLab, type Session, type Shown } from "../state";
import { Axes } from "./axes";
import { paintGround } from "./ground";
import { nearestRow, paintCurve, paintPoints, RIM, type Picture } from "./points";
import { errs, rowsOf, type Rows } from "./rows";
import { toNumber, toPixel } from "./scales";
import { Swatch } from "./swatch";

const MARGIN = { left: 44, bottom: 40, top: 6, right: 10 };

function wordsOf(session: Session, rows: Rows, shown: Shown, row: number, output: number): string {
  const { column_names: columns, class_names: names, one_input: oneInput, task, target_names: targets } = session.data;
  const [across, up] = oneInput ? [columns[0], targets[0]] : columns;
  const place = `${across} ${short(rows.x(row), 2)}, ${up} ${short(rows.y(row), 2)}`;
  if (task === "regression") return `Row ${row}: ${place}${oneInput ? "" : `, ${targets[output]} ${short(rows.target(row), 2)}`}`;
  const wrong = errs(session, rows, shown, row) ? `, answered ${names[Math.round(shown.values.predicted[row])]}: wrong` : "";
  return `Row ${row}: ${place}, ${names[Math.round(rows.target(row))]}${wrong}${rows.heldOut(row) ? ", held out" : ""}`;
}

interface Given {
  session: Session;
  discrete: boolean;
  heldOut: boolean;
  output: number; // of a regression of several, the one that is shown
}

export function PlanePicture({ session, discrete, heldOut, output }: Given): JSX.Element {
  const lab = useLab();
  const box = useRef<HTMLDivElement>(null);
  const ground = useRef<HTMLCanvasElement>(null);
  const points = useRef<HTMLCanvasElement>(null);
  const [side, setSide] = useState(0);
  const rows = useMemo(() => rowsOf(session, output), [session, output]);
  const hovered = useMemo(() => signal<{ row: number; x: number; y: number } | null>(null), []);
  const pen = useMemo(() => signal<[number, number]>([0.5, 0.5]), []); // shares of the sides
  // Of a frame only these are rendered, and only when they change: the rest is painted.
  const [left, right, bottom, top] = useComputed(() => lab.frame.value!.span.join()).value.split(",").map(Number);
  const row = useComputed(() => lab.frame.value!.row).value;
  const words = useComputed(() => wordsOf(session, rows, lab.frame.value!, lab.frame.value!.row, output)).value;
  const height = Math.round(side * (session.data.one_input ? 0.8 : 1));
  const picture: Picture = {
    across: { least: left, greatest: right, size: side }, up: { least: bottom, greatest: top, size: height },
    ratio: Math.min(3, globalThis.devicePixelRatio || 1),
  };

  useLayoutEffect(() => {
    const observer = new ResizeObserver(([entry]) => {
      const width = Math.floor(entry.contentRect.width) - MARGIN.left - MARGIN.right;
      if (width > 0) setSide(Math.min(width, 560));
    });
    observer.observe(box.current!);
    return () => observer.disconnect();
  }, []);

  useLayoutEffect(() => {
    if (!side) return undefined;
    let drawn = "";
    const endings = [
      effect(() => {
        const colours = palette(box.current!, lab.dark.value);
        if (session.data.one_input) paintCurve(ground.current!, colours, session, lab.frame.value!, picture);
        else paintGround(ground.current!, colours, session, lab.frame.value!, discrete, output);
      }),
      effect(() => {
        const shown = lab.frame.value!;
        let wrong = `${lab.dark.value}.${shown.row}.`;
        for (let row = 0; row < rows.count; row += 1) wrong += errs(session, rows, shown, row) ? "1" : "0";
        if (wrong === drawn) return; // the points stand as they did
        drawn = wrong;
        paintPoints(points.current!, palette(box.current!, lab.dark.value), session, rows, shown, picture, heldOut);
      }),
    ];
    return () => endings.forEach((end) => end());
  }, [session, side, height, left, right, bottom, top, discrete, heldOut, output]);

  const placeOf = (event: MouseEvent): [number, number] => {
    const area = ground.current!.parentElement!.getBoundingClientRect();
    return [event.clientX - area.left, event.clientY - area.top];
  };
  const look = (row: number): void => {
    if (row < 0 || row >= rows.count) return;
    lab.view.value = { ...lab.view.value, row };
    lab.said.value = wordsOf(session, rows, lab.frame.value!, row, output);
  };
  const put = (x: number, y: number): void => {
    const chosen = lab.drawing.value;
    if (chosen === null) return;
    const rounded = (value: number): number => Number(value.toPrecision(4));
    lab.draw.value?.([rounded(toNumber(picture.across, x)), rounded(toNumber(picture.up, height - y)), chosen]);
    lab.said.value = `Point drawn at ${short(toNumber(picture.across, x), 2)}, ${short(toNumber(picture.up, height - y), 2)}`;
  };
  const onKey = (event: KeyboardEvent): void => {
    const arrows: Record<string, [number, number]> = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };
    const move = arrows[event.key];
    if (lab.drawing.value !== null) {
      const far = event.shiftKey ? 0.1 : 0.02;
      const within = (share: number): number => Math.max(0, Math.min(1, share));
      if (move) pen.value = [within(pen.value[0] + move[0] * far), within(pen.value[1] + move[1] * far)];
      else if (event.key === "Enter" || event.key === " ") put(pen.value[0] * side, (1 - pen.value[1]) * height);
      else if (/^[1-9]$/.test(event.key) && Number(event.key) <= Math.max(2, session.data.class_names.length)) lab.drawing.value = Number(event.key) - 1;
      else return;
    } else if (move) look((lab.frame.value!.row + move[0] + move[1] + rows.count) % rows.count);
    else if (event.key === "Home") look(0);
    else if (event.key === "End") look(rows.count - 1);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };

  const isDrawing = lab.drawing.value !== null;
  const pending = lab.pending.value;
  const classes = Math.max(2, ...pending.map(([, , which]) => which + 1));
  const names: [string, string] = session.data.one_input
    ? [session.data.column_names[0], session.data.target_names[0] ?? "y"]
    : [session.data.column_names[lab.view.value.axes[0]], session.data.column_names[lab.view.value.axes[1]]];
  return (
    <div ref={box} class="cp-plane-box" style={{ height: `${height + MARGIN.top + MARGIN.bottom}px` }}>
      <div
        class={`cp-plane-area ${isDrawing ? "is-drawing" : ""} ${pending.length ? "is-pending" : ""}`} tabIndex={0}
        {...(isDrawing
          ? { role: "application", "aria-label": "Draw points: arrow keys move the pen, Enter puts a point, digits choose the class" }
          : {
            role: "slider", "aria-label": "Row that is looked at", "aria-valuemin": 0, "aria-valuemax": rows.count - 1,
            "aria-valuenow": row, "aria-valuetext": words,
          })}
        style={{ left: `${MARGIN.left}px`, top: `${MARGIN.top}px`, width: `${side}px`, height: `${height}px` }}
        onPointerMove={(event) => {
          const [x, y] = placeOf(event);
          const found = isDrawing ? -1 : nearestRow(rows, picture, x, y);
          if (found !== (hovered.value?.row ?? -1)) {
            hovered.value = found < 0 ? null : { row: found, x: toPixel(picture.across, rows.x(found)), y: height - toPixel(picture.up, rows.y(found)) };
          }
        }}
        onPointerLeave={() => { hovered.value = null; }}
        onClick={(event) => {
          const [x, y] = placeOf(event);
          if (isDrawing) put(x, y);
          else look(nearestRow(rows, picture, x, y));
        }}
        onKeyDown={onKey}
      >
        <div class="cp-ground" aria-hidden="true"><canvas ref={ground} /></div>
        <canvas
          ref={points} class="cp-points" aria-hidden="true"
          style={{ left: `${-RIM}px`, top: `${-RIM}px`, width: `${side + 2 * RIM}px`, height: `${height + 2 * RIM}px` }}
        />
        {pending.map(([x, y, which], at) => (
          <span key={at} class="cp-pending" style={{ left: `${toPixel(picture.across, x)}px`, top: `${height - toPixel(picture.up, y)}px` }}>
            <Swatch place={Number.isInteger(which) ? classPlace(Math.abs(which), classes) : 0} />
          </span>
        ))}
        {isDrawing && <div class="cp-pen" style={{ left: `${100 * pen.value[0]}%`, bottom: `${100 * pen.value[1]}%` }} />}
        {hovered.value && (
          <div class={`cp-tooltip ${hovered.value.y > 70 ? "is-above" : ""}`} aria-hidden="true" style={tooltipPlace(hovered.value, side)}>
            <span>{wordsOf(session, rows, lab.frame.peek()!, hovered.value.row, output)}</span>
          </div>
        )}
      </div>
      {side > 0 && (
        <div class="cp-axes-box" style={{ left: `${MARGIN.left}px`, top: `${MARGIN.top}px` }}>
          <Axes across={picture.across} up={picture.up} names={names} />
        </div>
      )}
    </div>
  );
}

const tooltipPlace = ({ x, y }: { x: number; y: number }, side: number) => ({
  left: `${Math.max(-30, Math.min(side - 190, x - 100))}px`, top: `${y > 70 ? y - 16 : y + 16}px`, width: "200px",
});
