/** What changed, in words for those who do not see it: each step, and every few seconds while training runs. */
import { effect } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { short } from "../parts/numerals";
import type { Grain } from "../protocol";
import { useLab, type Shown } from "../state";

const SECONDS = 5;

function words(shown: Shown, grain: Grain): string {
  const { place } = shown;
  if (place.operation && grain === "sample" && place.sample < place.samples) {
    return `Row ${place.sample + 1} of ${place.samples}, loss ${short(shown.values.row_loss[0])}`;
  }
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
      lab.said.value = words(shown, lab.grain.peek());
    });
  }, []);
}
