/** Numbers as a grid of colours: the weights of wide layers, and what their many neurons answer. */
import { effect } from "@preact/signals";
import type { JSX } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";
import { diverge, drawPixels, palette } from "../parts/colours";
import { useLab, type Shown } from "../state";
import { labelFor } from "./numbers";
import type { Layout } from "./layout";
import type { Arrow } from "./walking";

export interface Grid {
  title: string;
  rows: number;
  columns: number;
  x: number; y: number; width: number; height: number;
  nameAt(row: number, column: number): string;
  /** The cell of a name, or null where it is not here. */
  cellOf(name: string): [number, number] | null;
  values(shown: Shown): ArrayLike<number>;
}

interface Given {
  grid: Grid;
  layout: Layout;
  onPoint(name: string, at: DOMRect | null): void;
  onPick(name: string): void;
  onLeave(name: string, arrow: Arrow): void; // an arrow key at the grid's edge
}

export function Cells({ grid, layout, onPoint, onPick, onLeave }: Given): JSX.Element {
  const lab = useLab();
  const box = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const cursor = useRef<HTMLDivElement>(null);
  const chosen = useRef<HTMLDivElement>(null);
  const cell = useRef<[number, number]>([0, 0]);

  const frameOf = (element: HTMLElement, at: [number, number] | null): void => {
    element.hidden = !at;
    if (!at) return;
    Object.assign(element.style, {
      left: `${(100 * at[1]) / grid.columns}%`, width: `${100 / grid.columns}%`,
      top: `${(100 * at[0]) / grid.rows}%`, height: `${100 / grid.rows}%`,
    });
  };
  const go = (row: number, column: number): void => {
    cell.current = [row, column];
    frameOf(cursor.current!, cell.current);
    const name = grid.nameAt(row, column);
    box.current!.setAttribute("aria-label", `${grid.title}. ${labelFor(lab.opened.value!, layout, lab.frame.value!, name)}`);
    onPoint(name, cursor.current!.getBoundingClientRect());
  };
  const under = (event: PointerEvent | MouseEvent): [number, number] => {
    const { left, top, width, height } = box.current!.getBoundingClientRect();
    const place = (share: number, count: number): number => Math.max(0, Math.min(count - 1, Math.floor(share * count)));
    return [place((event.clientY - top) / height, grid.rows), place((event.clientX - left) / width, grid.columns)];
  };
  useLayoutEffect(() => {
    const endings = [
      effect(() => {
        const shown = lab.frame.value!;
        lab.edges.value;
        const values = grid.values(shown);
        let most = 1e-9;
        for (let at = 0; at < values.length; at += 1) {
          const size = Math.abs(values[at]);
          if (size > most && Number.isFinite(size)) most = size;
        }
        const colours = palette(canvas.current!, lab.dark.value);
        drawPixels(canvas.current!, grid.columns, grid.rows, (pixels) => {
          const upright = new Uint32Array(pixels.length);
          diverge(colours.diverging, values, 0, grid.columns, -most, most, upright, grid.rows);
          for (let row = 0; row < grid.rows; row += 1) { // the first row stands at the top here
            pixels.set(upright.subarray((grid.rows - 1 - row) * grid.columns, (grid.rows - row) * grid.columns), row * grid.columns);
          }
        });
      }),
      effect(() => {
        const name = [lab.selected.value, ...lab.lit.value].find((one) => one && grid.cellOf(one));
        frameOf(chosen.current!, name ? grid.cellOf(name) : null);
      }),
    ];
    return () => endings.forEach((end) => end());
  }, [grid, layout]);

  const onKey = (event: KeyboardEvent): void => {
    const [row, column] = cell.current;
    const moves: Record<string, [number, number]> = {
      ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1],
    };
    if (event.key === "Enter" || event.key === " ") onPick(grid.nameAt(row, column));
    else if (moves[event.key]) {
      const [down, right] = [row + moves[event.key][0], column + moves[event.key][1]];
      if (down < 0 || down >= grid.rows) return;
      if (right < 0 || right >= grid.columns) onLeave(grid.nameAt(row, column), event.key as Arrow);
      else go(down, right);
    } else return;
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <div
      ref={box} class="cp-cells" tabIndex={0} role="button" aria-label={grid.title} data-grid={grid.title}
      style={{ left: `${grid.x}px`, top: `${grid.y}px`, width: `${grid.width}px`, height: `${grid.height}px` }}
      onPointerMove={(event) => { const at = under(event); frameOf(cursor.current!, at); cell.current = at; onPoint(grid.nameAt(...at), cursor.current!.getBoundingClientRect()); }}
      onPointerLeave={() => { frameOf(cursor.current!, null); onPoint("", null); }}
      onClick={(event) => { if (event.detail) onPick(grid.nameAt(...under(event))); }}
      onFocus={(event) => {
        const wanted = (event.currentTarget as HTMLElement).dataset.wanted;
        go(...((wanted && grid.cellOf(wanted)) || cell.current));
        delete (event.currentTarget as HTMLElement).dataset.wanted;
      }}
      onBlur={() => { frameOf(cursor.current!, null); onPoint("", null); }} onKeyDown={onKey}
    >
      <canvas ref={canvas} aria-hidden="true" />
      <div ref={chosen} class="cp-cell is-lit" hidden />
      <div ref={cursor} class="cp-cell" hidden />
    </div>
  );
}
