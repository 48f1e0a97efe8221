/** The drawing itself: what stands is rendered once for a shape of network, numbers are painted into it. */
import { batch, effect, signal } from "@preact/signals";
import type { JSX } from "preact";
import { useLayoutEffect, useMemo, useRef } from "preact/hooks";
import { palette } from "../parts/colours";
import { input, unit } from "../parts/names";
import { useLab, type Session, type Shown } from "../state";
import { Cells } from "./cells";
import { matrixGrid, stripGrid } from "./grids";
import { cardOf, type Layout } from "./layout";
import { paintMap } from "./maps";
import { labelFor } from "./numbers";
import { Painter } from "./painter";
import { nearestEdge } from "./pointing";
import { Badge, Bias, CardNode, Edge, Headings, Loss, LossEdge } from "./shapes";
import { Tooltip, type Pointed } from "./tooltip";
import { ofOperation, ofSample, travel } from "./travelling";
import { step, type Arrow } from "./walking";

const KEYS: Record<string, "z" | "a" | "delta"> = { z: "z", a: "a", d: "delta" };

export function Drawing({ session, layout }: { session: Session; layout: Layout }): JSX.Element {
  const lab = useLab();
  const root = useRef<HTMLDivElement>(null);
  const svg = useRef<SVGSVGElement>(null);
  const painter = useRef<Painter | null>(null);
  const current = useRef(""); // the name that Tab leads to
  const pointed = useMemo(() => signal<Pointed | null>(null), []);
  const grids = useMemo(() => [
    ...layout.gaps.filter((gap) => gap.matrix).map((gap) => matrixGrid(layout, gap, () => lab.edges.value)),
    ...layout.strips.map((strip) => stripGrid(layout, strip)),
  ], [layout]);

  useLayoutEffect(() => {
    painter.current = new Painter(root.current!, layout);
    current.current = painter.current.elementOf(current.current) ? current.current : input(0);
    painter.current.elementOf(current.current)?.setAttribute("tabindex", "0");
    const endings = follow(lab, session, layout, root.current!, svg.current!, painter.current);
    return () => endings.forEach((end) => end());
  }, [session, layout]);

  /** Tells what is pointed at: its tooltip, and its light in formulas. */
  const point = (name: string, at: DOMRect | null): void => {
    if (name === (pointed.value?.name ?? "")) return;
    const box = root.current!.getBoundingClientRect();
    batch(() => {
      lab.lit.value = new Set(name ? [name] : []);
      pointed.value = name && at
        ? { name, x: at.left + at.width / 2 - box.left, top: at.top - box.top, bottom: at.bottom - box.top }
        : null;
    });
  };
  const under = (event: MouseEvent): string => {
    const element = (event.target as Element).closest<SVGElement>("[data-name]");
    if (element) return element.dataset.name!;
    const { left, top } = svg.current!.getBoundingClientRect();
    return nearestEdge(layout, event.clientX - left, event.clientY - top);
  };
  const pick = (name: string): void => { lab.selected.value = lab.selected.value === name ? "" : name; };
  const focus = (name: string): void => {
    const element = painter.current!.elementOf(name);
    if (element) {
      painter.current!.elementOf(current.current)?.setAttribute("tabindex", "-1");
      element.setAttribute("tabindex", "0");
      current.current = name;
      element.focus();
      return;
    }
    const place = grids.findIndex((grid) => grid.cellOf(name));
    const grid = root.current!.querySelectorAll<HTMLElement>(".cp-cells")[place];
    if (!grid) return;
    grid.dataset.wanted = name;
    grid.focus();
  };
  const onKey = (event: KeyboardEvent): void => {
    const name = (event.target as SVGElement).dataset?.name;
    if (!name || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key.startsWith("Arrow")) focus(step(layout, name, event.key as Arrow));
    else if (event.key === "Enter") pick(name);
    else if (KEYS[event.key] && /^a\d/.test(name)) pick(name.replace("a", KEYS[event.key]));
    else return;
    event.preventDefault();
    event.stopPropagation();
  };

  const last = layout.sizes.length - 1;
  return (
    <div ref={root} class={`cp-drawing ${layout.full ? "" : "is-compact"}`} style={{ width: `${layout.width}px`, height: `${layout.height}px`, "--scale": layout.scale }}>
      <svg
        ref={svg} width={layout.width} height={layout.height} role="group"
        aria-label={`Network of ${layout.sizes.join(", ")} neurons. Arrow keys move, Enter derives a number.`}
        onPointerMove={(event) => {
          const name = under(event);
          point(name, name ? around(event) : null);
        }}
        onPointerLeave={() => point("", null)}
        onClick={(event) => { const name = under(event); if (name) { pick(name); focus(name); } }}
        onKeyDown={onKey}
        onFocusIn={(event) => {
          const element = event.target as SVGElement;
          const name = element.dataset.name;
          if (!name) return;
          element.setAttribute("aria-label", labelFor(session, layout, lab.frame.value!, name));
          if (element.matches(":focus-visible")) point(name, element.getBoundingClientRect());
        }}
        onFocusOut={() => point("", null)}
      >
        <Headings layout={layout} session={session} />
        <g>
          {layout.gaps.filter((gap) => !gap.matrix).map((gap) =>
            Array.from({ length: gap.from * gap.to }, (_, at) => (
              <Edge key={`${gap.layer}.${at}`} layout={layout} gap={gap} from={Math.floor(at / gap.to)} to={at % gap.to} />
            )))}
          {Array.from({ length: layout.sizes[last] }, (_, place) => <LossEdge key={place} layout={layout} place={place} />)}
        </g>
        {layout.cards.map((card) => <CardNode key={`${card.layer}.${card.place}`} layout={layout} card={card} session={session} />)}
        {layout.cards.filter((card) => card.layer && !layout.gaps[card.layer - 1].matrix).map((card) => (
          <Bias key={`${card.layer}.${card.place}`} card={card} layout={layout} />
        ))}
        <Loss layout={layout} />
      </svg>
      {layout.cards.map((card) => (
        <canvas
          key={`${card.layer}.${card.place}`} class="cp-map" aria-hidden="true" width="1" height="1"
          data-card={`${card.layer}.${card.place}`} data-node={card.layer ? unit("a", card.layer, card.place) : input(card.place)}
          style={{ left: `${card.x}px`, top: `${card.y + (card.height - card.map) / 2}px`, width: `${card.map}px`, height: `${card.map}px` }}
        />
      ))}
      {grids.map((grid) => (
        <Cells
          key={grid.title} grid={grid} layout={layout} onPoint={point} onPick={pick}
          onLeave={(name, arrow) => focus(step(layout, name, arrow))}
        />
      ))}
      <svg class="cp-above" width={layout.width} height={layout.height} aria-hidden="true">
        {layout.cards.filter(({ layer }) => layer).map((card) => <Badge key={`${card.layer}.${card.place}`} card={card} />)}
        <g class="cp-travellers" />
      </svg>
      <Tooltip pointed={pointed} layout={layout} />
    </div>
  );
}

const around = (event: PointerEvent): DOMRect => new DOMRect(event.clientX, event.clientY - 10, 0, 26);

/** Paints what changes; returns what ends it. */
function follow(
  lab: ReturnType<typeof useLab>, session: Session, layout: Layout, root: HTMLElement, svg: SVGSVGElement, painter: Painter,
): (() => void)[] {
  const maps = [...root.querySelectorAll<HTMLCanvasElement>(".cp-map")].map((canvas) => {
    const [layer, place] = canvas.dataset.card!.split(".").map(Number);
    return { canvas, card: cardOf(layout, layer, place)! };
  });
  const travellers = root.querySelector<SVGGElement>(".cp-travellers")!;
  let stop = (): void => undefined;
  let before: Shown | null = null;
  let relabel = 0;
  return [
    effect(() => {
      const shown = lab.frame.value!;
      painter.numbers(shown);
      painter.badge(shown);
      if (before !== shown) {
        stop();
        if (before) stop = letTravel(lab, layout, before, shown, travellers);
        before = shown;
      }
      clearTimeout(relabel); // what has no focus is labelled anew when numbers have come to rest
      relabel = window.setTimeout(() => {
        for (const name of painter.focusables()) painter.label(name, labelFor(session, layout, shown, name));
      }, 250);
    }),
    effect(() => painter.edges(lab.frame.value!, lab.edges.value)),
    effect(() => {
      const shown = lab.frame.value!;
      const colours = palette(root, lab.dark.value);
      for (const { canvas, card } of maps) paintMap(canvas, colours, session, layout, shown, card);
    }),
    effect(() => {
      // Of a whole sample the last operation is no more to be seen than the others.
      const operation = lab.grain.value === "sample" ? null : lab.frame.value!.place.operation;
      painter.mark("is-lit", [...lab.lit.value, ...(operation?.lit ?? [])]);
    }),
    effect(() => {
      const name = lab.selected.value;
      const derivation = lab.derivation.value;
      const path = name && derivation?.name === name ? [...derivation.path, name] : name ? [name] : [];
      painter.mark("is-selected", [name]);
      painter.mark("is-on-path", path);
      svg.parentElement!.classList.toggle("has-path", path.length > 1);
      for (const { canvas } of maps) canvas.classList.toggle("is-on-path", painter.isMarked("is-on-path", canvas.dataset.node!));
    }),
    () => { clearTimeout(relabel); stop(); },
  ];
}

function letTravel(lab: ReturnType<typeof useLab>, layout: Layout, before: Shown, shown: Shown, layer: SVGGElement): () => void {
  const grain = lab.grain.value;
  const { operation, done, sample, epoch, batch: batches } = shown.place;
  const earlier = before.place;
  const way = [epoch - earlier.epoch, batches - earlier.batch, sample - earlier.sample, done - earlier.done];
  if ((way.find((change) => change !== 0) ?? 0) <= 0) return () => undefined; // back, or nowhere
  if (operation && (grain === "operation" || grain === "layer")) {
    return travel(layer, ofOperation(layout, shown, operation, grain === "layer"), layout.scale);
  }
  if (grain === "sample") return travel(layer, ofSample(layout, shown), layout.scale);
  return () => undefined;
}
