/** What runs while `playing` is true: the page asks for the next piece, and draws it before it asks again. */
import { effect } from "@preact/signals";
import type { Answer } from "../link";
import type { Lab } from "../state";

const painted = (): Promise<number> => new Promise(requestAnimationFrame);

/** So long may a piece take from question to answer, in milliseconds, that there is one for each frame of the screen. */
const CYCLE = 15;
const LEAST_BUDGET = 3;

/** Asks for piece after piece; of the time for one, training has what drawing and the way leave over. */
class Pieces {
  private overhead = 3; // milliseconds, a running mean

  constructor(private readonly lab: Lab) {}

  /** What brings `due` more steps of the grain; training as fast as it goes has no number of steps. */
  async next(due: number): Promise<Answer> {
    const { lab } = this;
    const grain = lab.grain.value;
    const view = lab.view.value;
    if (grain !== "epoch" && grain !== "batch") return lab.ask({ type: "step", grain, direction: 1, view });
    if (Number.isFinite(due)) return lab.ask({ type: "tick", grain, most: Math.max(1, Math.floor(due)), view });
    const budget = Math.max(LEAST_BUDGET, CYCLE - this.overhead);
    const start = performance.now();
    const answer = await lab.ask({ type: "tick", grain: "batch", budget, view });
    this.overhead += 0.1 * (performance.now() - start - budget - this.overhead);
    return answer;
  }
}

/** While a piece is painted, the next one is under way. */
async function run(lab: Lab): Promise<void> {
  const pieces = new Pieces(lab);
  let coming: Promise<Answer> | null = null;
  let before = await painted();
  let due = 1; // the first step is taken at once
  while (lab.playing.value || coming) {
    if (lab.speed.value === Infinity) due = Infinity;
    else if (due === Infinity) due = 1; // it was slowed down
    if (!coming && due < 1) {
      const now = await painted();
      due += ((now - before) / 1000) * lab.speed.value;
      before = now;
      continue;
    }
    const answer: Answer = await (coming ?? pieces.next(due));
    due = due === Infinity ? Infinity : due % 1;
    const { reply } = answer;
    if (reply.type === "refused" || (reply.type === "frame" && (reply.alert || reply.stopped))) lab.playing.value = false;
    coming = lab.playing.value && due >= 1 ? pieces.next(due) : null;
    await painted();
    lab.take(answer);
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
