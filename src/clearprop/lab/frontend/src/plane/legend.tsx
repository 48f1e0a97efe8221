import type { JSX } from "preact";
import { classPlace } from "../parts/colours";
import { short } from "../parts/numerals";
import type { Session } from "../state";
import { Swatch } from "./swatch";

export function Legend({ session, heldOut, output }: { session: Session; heldOut: boolean; output: number }): JSX.Element {
  const { task, class_names: names, answers, one_input: oneInput, target_names: targets } = session.data;
  const isClasses = task === "classification";
  const any = session.values["data.held_out"]?.includes(1 as never) && heldOut;
  return (
    <div class="cp-legend">
      {isClasses && (
        <ul aria-label="Classes">
          {names.map((name, which) => (
            <li key={name}><Swatch place={classPlace(which, names.length)} /><span>{name}</span></li>
          ))}
        </ul>
      )}
      {!oneInput && (!isClasses || names.length === 2) && (
        <div class="cp-scale">
          <span>{isClasses ? short(answers[0], 0) : short(answers[0], 1)}</span>
          <i aria-hidden="true" />
          <span>{isClasses ? short(answers[1], 0) : short(answers[1], 1)}</span>
          <span class="cp-scale-name">{isClasses ? `answer: ${names[1]}` : targets[output]}</span>
        </div>
      )}
      <ul aria-label="Marks">
        {any && <li><Swatch place={0} hollow colour="var(--ink-2)" /><span>{isClasses || oneInput ? "held out" : "held out: bold outline"}</span></li>}
        {isClasses && <li><Swatch place={0} ring colour="var(--ink-3)" /><span>wrong</span></li>}
        {oneInput && <li><i class="cp-line" aria-hidden="true" /><span>what it answers</span></li>}
      </ul>
    </div>
  );
}
