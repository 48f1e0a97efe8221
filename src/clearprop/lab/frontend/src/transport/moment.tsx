/** The four phases of a batch, and the operation that is done at this moment. */
import type { JSX } from "preact";
import { useRef } from "preact/hooks";
import { Math } from "../parts/math";
import { useScrolling } from "../parts/scrolling";
import { useLab } from "../state";

const PHASES = [
  { name: "forward", title: "Forward" },
  { name: "loss", title: "Loss" },
  { name: "backward", title: "Backward" },
  { name: "update", title: "Update" },
] as const;

function Equation({ tex }: { tex: string }): JSX.Element {
  const lab = useLab();
  const box = useRef<HTMLDivElement>(null);
  useScrolling(box, "The operation as an equation");
  return <div ref={box} class="cp-operation-equation"><Math tex={tex} onPick={(name) => { lab.selected.value = name; }} /></div>;
}

export function Moment(): JSX.Element {
  const lab = useLab();
  const { operation, sample, samples, done, total } = lab.frame.value!.place;
  const at = PHASES.findIndex(({ name }) => name === operation?.phase);
  return (
    <div class="cp-moment">
      <ol class="cp-phases" aria-label="Phases of a batch">
        {PHASES.map(({ name, title }, place) => (
          <li
            key={name} class={place === at ? "is-now" : place < at ? "is-done" : ""}
            aria-current={place === at ? "step" : undefined}
          >{title}</li>
        ))}
      </ol>
      {operation ? (
        <div class="cp-operation">
          <p>
            {operation.says}
            <span class="cp-operation-place">
              {sample < samples && `row ${sample + 1} of ${samples}, `}operation {done} of {total}
            </span>
          </p>
          <Equation tex={operation.equation} />
        </div>
      ) : (
        <p class="cp-operation is-none">
          Between two batches. Step by operation, layer or sample to watch the next one from within.
        </p>
      )}
    </div>
  );
}
