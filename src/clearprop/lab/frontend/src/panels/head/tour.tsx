/** A minute's walk around the page, on first opening. */
import type { JSX } from "preact";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { Button } from "../../parts/button";
import { useLab } from "../../state";

const SEEN = "clearprop-lab-tour";
const STOPS: { at: string; title: string; text: string }[] = [
  { at: ".cp-centre", title: "The network", text: "Inputs at the left, answers at the right. Every neuron shows what it answers over the plane; every line is a weight. Click any of them." },
  { at: ".cp-transport", title: "Let it learn", text: "Play, pause, and step: by an epoch, a batch, a row, a layer or one single operation; forwards, and back." },
  { at: ".cp-side", title: "What it answers", text: "The plane with its rows, and beneath it the loss. Drag along the loss curve to go back to any moment." },
  { at: ".cp-derivation", title: "Why?", text: "The number that you clicked: its formula, the numbers in it, its way back to the loss, and a check by finite differences." },
  { at: ".cp-rail", title: "Change anything", text: "Data, network, training. Other rows, more layers, a rate that is too great: try to break it, and see below what the doctor says." },
];

const read = (): boolean => { try { return localStorage.getItem(SEEN) !== null; } catch { return true; } };
const write = (): void => { try { localStorage.setItem(SEEN, "1"); } catch { /* a page without storage shows it once a visit */ } };

export function Tour({ asked, onEnd }: { asked: boolean; onEnd(): void }): JSX.Element | null {
  const lab = useLab();
  const [at, go] = useState(() => (read() || lab.lesson.peek() ? -1 : 0));
  const card = useRef<HTMLDivElement>(null);
  const before = useRef<Element | null>(null);
  useEffect(() => { if (asked) go(0); }, [asked]);
  const stop = at >= 0 ? STOPS[at] : null;
  useLayoutEffect(() => {
    if (!stop) return undefined;
    const page = card.current!.closest(".cp")!;
    const shown = page.querySelector<HTMLElement>(stop.at);
    shown?.classList.add("is-toured");
    shown?.scrollIntoView({ block: "nearest", behavior: "smooth" });
    before.current ??= document.activeElement;
    card.current!.focus({ preventScroll: true });
    return () => shown?.classList.remove("is-toured");
  }, [stop]);
  if (!stop) return null;
  const isLast = at === STOPS.length - 1;
  const end = (): void => {
    write();
    go(-1);
    onEnd();
    (before.current as HTMLElement | null)?.focus?.();
    before.current = null;
  };
  return (
    <div
      ref={card} class="cp-tour" role="dialog" aria-label={`Tour: ${stop.title}`} tabIndex={-1}
      onKeyDown={(event) => {
        event.stopPropagation();
        if (event.key === "Escape") end();
        if (event.key === "ArrowRight" && !isLast) go(at + 1);
        if (event.key === "ArrowLeft" && at > 0) go(at - 1);
      }}
    >
      <h2>{stop.title}</h2>
      <p>{stop.text}</p>
      <div class="cp-row">
        <span class="cp-note">{at + 1} of {STOPS.length}</span>
        {!isLast && <Button kind="quiet" onClick={end}>Skip</Button>}
        {at > 0 && <Button onClick={() => go(at - 1)}>Back</Button>}
        <Button kind="primary" onClick={() => (isLast ? end() : go(at + 1))}>{isLast ? "Begin" : "Next"}</Button>
      </div>
    </div>
  );
}
