/** What runs while `playing` is true: the page asks for the next piece, and draws it before it asks again. */
import { effect } from "@preact/signals";
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

async function run(lab: Lab): Promise<void> {
  let before = await painted();
  let due = 1; // the first step is taken at once
  while (lab.playing.value) {
    if (due < 1) {
      const now = await painted();
      due += ((now - before) / 1000) * lab.speed.value;
      before = now;
      continue;
    }
    const steps = lab.speed.value === Infinity ? Infinity : Math.floor(due);
    const [{ reply }] = await Promise.all([lab.act(next(lab, steps)), painted()]);
    due = Number.isFinite(steps) ? due - steps : 1;
    if (reply.type === "refused" || (reply.type === "frame" && (reply.alert || reply.stopped))) {
      lab.playing.value = false;
    }
  }
}

/** Follows `lab.playing`; returns what ends it. */
export function play(lab: Lab): () => void {
  let running = false;
  return effect(() => {
    if (!lab.playing.value || running) return;
    running = true;
    void run(lab).finally(() => { running = false; });
  });
}
