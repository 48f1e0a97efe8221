/** Formulas by KaTeX. What \htmlData{name=...} wraps is linked: hovering lights its neuron or edge, and the reverse. */
import { useSignalEffect } from "@preact/signals";
import katex from "katex";
import type { JSX } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";
import { useLab } from "../state";
import { fromFormula } from "./names";
import { useScrolling } from "./scrolling";

export interface MathGiven { tex: string; block?: boolean; onPick?(name: string): void }

const nameAt = (target: EventTarget | null): string => {
  const wrapped = (target as Element | null)?.closest?.<HTMLElement>("[data-name]");
  return wrapped ? fromFormula(wrapped.dataset.name!) : "";
};

export function Math({ tex, block = false, onPick }: MathGiven): JSX.Element {
  const lab = useLab();
  const element = useRef<HTMLSpanElement>(null);
  const show = (lit: ReadonlySet<string>): void => {
    for (const one of element.current?.querySelectorAll<HTMLElement>("[data-name]") ?? []) {
      one.classList.toggle("is-lit", lit.has(fromFormula(one.dataset.name!)));
    }
  };
  useLayoutEffect(() => {
    katex.render(tex, element.current!, {
      displayMode: block,
      throwOnError: false,
      strict: false,
      trust: ({ command }) => command === "\\htmlData",
    });
    show(lab.lit.peek());
  }, [tex, block]);
  useSignalEffect(() => show(lab.lit.value));
  useScrolling(element, "Equation");
  const light = (name: string): void => { lab.lit.value = new Set(name ? [name] : []); };
  return (
    <span
      ref={element} class={`cp-math ${block ? "is-block" : ""} ${onPick ? "is-live" : ""}`}
      onMouseOver={(event) => light(nameAt(event.target))} onMouseLeave={() => light("")}
      onClick={(event) => { const name = nameAt(event.target); if (name) onPick?.(name); }}
    />
  );
}
