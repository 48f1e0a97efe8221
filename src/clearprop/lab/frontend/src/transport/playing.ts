/** What runs while `playing` is true: the page asks for the next piece, and draws it before it asks again. */
import { effect } from "@preact/signals";
import type { Answer } from "../link";
import type { AnyRequest } from "../protocol";
import type { Lab } from "../state";

const painted = (): Promise<number> => new Promise(requestAnimationFrame);

/** The request that brings `due` more steps of the grain; training as fast as it goes has no number of steps. */
function next(lab: Lab, due: number): AnyRequest {
  const grain = lab.grain.value;
  if (grain === "epoch" || grain === "batch") {
    return Number.isFinite(due) ? { type: "tick", grain, most: due } : { type: "tick", grain: "batch" };
  }
  return { type: "step", grain, direction: 1 };
}

/** While a piece is painted, the next one is under way. */
async function run(lab: Lab): Promise<void> {
  let coming: Promise<Answer> | null = null;
  let before = await painted();
  let due = 1; // the first step is taken at once
  while (lab.playing.value || coming) {
    if (!coming && due < 1) {
      const now = await painted();
      due += ((now - before) / 1000) * lab.speed.value;
      before = now;
      continue;
    }
    coming ??= ask(lab, due);
    const answer: Answer = await coming;
    due = lab.speed.value === Infinity ? Infinity : due % 1;
    const { reply } = answer;
    if (reply.type === "refused" || (reply.type === "frame" && (reply.alert || reply.stopped))) lab.playing.value = false;
    coming = lab.playing.value && due >= 1 ? ask(lab, due) : null;
    await painted();
    lab.take(answer);
  }
}

const ask = (lab: Lab, due: number): Promise<Answer> =>
  lab.ask({ view: lab.view.value, ...next(lab, lab.speed.value === Infinity ? Infinity : Math.max(1, Math.floor(due))) } as AnyRequest);

/** Follows `lab.playing`; returns what ends it. */
export function play(lab: Lab): () => void {
  let running = false;
  return effect(() => {
    if (!lab.playing.value || running) return;
    running = true;
    void run(lab).finally(() => { running = false; });
  });
}
