/** Keeps the derivation of what is selected up to date: at once while training stands, a few times a second while it runs. */
import { effect, signal, type Signal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { latest } from "../../parts/latest";
import type { Lab } from "../../state";

export type Scope = "sample" | "batch";
export interface Asked { scope: Signal<Scope>; digits: Signal<number>; refused: Signal<string> }

const PAUSE = 300; // milliseconds

export const makeAsked = (): Asked => ({ scope: signal<Scope>("sample"), digits: signal(5), refused: signal("") });

export function useDerivation(lab: Lab, { scope, digits, refused }: Asked): void {
  useEffect(() => {
    let last = 0;
    let waiting: ReturnType<typeof setTimeout> | undefined;
    const ask = latest(async (): Promise<void> => {
      last = performance.now();
      const name = lab.selected.peek();
      if (!name) return;
      const { reply } = await lab.ask({
        type: "explain", name, scope: scope.peek(), row: lab.frame.peek()!.row, digits: digits.peek(),
      });
      if (lab.selected.peek() !== name) return; // another has been selected since
      if (reply.type === "derivation") lab.derivation.value = reply;
      refused.value = reply.type === "refused" ? reply.message : "";
    });
    const end = effect(() => {
      const name = lab.selected.value;
      void [lab.frame.value, scope.value, digits.value];
      clearTimeout(waiting);
      if (!name || !lab.can("explain")) {
        lab.derivation.value = null;
        return;
      }
      const wait = lab.playing.peek() ? Math.max(0, last + PAUSE - performance.now()) : 0;
      waiting = setTimeout(() => void ask(undefined), wait);
    });
    return () => { end(); clearTimeout(waiting); };
  }, [lab]);
}
