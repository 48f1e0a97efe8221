/** What changed, in words for those who do not see it: each step, and every few seconds while training runs. */
import { effect } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { short } from "../parts/numerals";
import { useLab, type Shown } from "../state";

const SECONDS = 5;

function words(shown: Shown): string {
  const { place } = shown;
  if (place.operation) return place.operation.says;
  return `Epoch ${place.epoch}${place.batch ? `, batch ${place.batch}` : ""}, loss ${short(shown.loss)}`;
}

export function useSaying(): void {
  const lab = useLab();
  useEffect(() => {
    let last = 0;
    let place = "";
    return effect(() => {
      const shown = lab.frame.value!;
      const now = performance.now();
      const { epoch, batch, sample, done } = shown.place;
      const there = [epoch, batch, sample, done].join();
      if (there === place || (lab.playing.peek() && now - last < 1000 * SECONDS)) return;
      place = there;
      last = now;
      lab.said.value = words(shown);
    });
  }, []);
}
