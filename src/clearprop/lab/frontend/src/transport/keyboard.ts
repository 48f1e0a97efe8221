/** Keys that work anywhere on the page, fields and buttons aside. */
import type { RefObject } from "preact";
import { useEffect } from "preact/hooks";
import { useLab } from "../state";
import { seek, step } from "./moving";

// What is typed into has all keys for itself, what is moved or pressed its arrows and space.
const TYPED = "input:not([type=radio], [type=checkbox], [type=range]), select, textarea, [contenteditable], dialog, [role=application]";
const MOVED = "input, [role=slider], [role=tablist]";
const PRESSED = "input, button, [role=button], summary, a";

export function useKeyboard(page: RefObject<HTMLElement | null>): void {
  const lab = useLab();
  useEffect(() => {
    const forward = (): void => { if (lab.shows("forward")) void step(lab, 1); };
    const back = (): void => { if (lab.shows("back")) void step(lab, -1); };
    const keys: Record<string, () => unknown> = {
      " ": () => { if (lab.shows("play")) lab.playing.value = !lab.playing.value; },
      ArrowRight: forward,
      ArrowLeft: back,
      ".": forward,
      ",": back,
      r: () => { if (lab.shows("reset")) void seek(lab, 0); },
      Escape: () => { lab.selected.value = ""; },
    };
    const isOurs = (event: KeyboardEvent): boolean =>
      event.composedPath().includes(page.current!)
      || (event.target === document.body && page.current!.closest("#lab") !== null); // a page of its own
    const onKey = (event: KeyboardEvent): void => {
      const target = event.composedPath()[0] as Element;
      if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || !keys[event.key] || !isOurs(event)) return;
      if (target.closest(TYPED) || (event.key.startsWith("Arrow") && target.closest(MOVED))) return;
      if (event.key === " " && target.closest(PRESSED)) return;
      event.preventDefault();
      event.stopPropagation();
      keys[event.key]();
    };
    document.addEventListener("keydown", onKey);
    return () => document.removeEventListener("keydown", onKey);
  }, []);
}
