import type { JSX } from "preact";
import { classPlace } from "../parts/colours";
import { short } from "../parts/numerals";
import type { Session } from "../state";
import { SHAPES } from "./points";

const VARIABLES = ["--positive", "--negative", "--third", "--fourth", "--fifth", "--sixth", "--seventh", "--eighth"];

/** A canvas path, as one of SVG: it takes the same few calls. */
function outline(place: number): string {
  const parts: string[] = [];
  const pen = {
    moveTo: (x: number, y: number) => parts.push(`M${x} ${y}`),
    lineTo: (x: number, y: number) => parts.push(`L${x} ${y}`),
    closePath: () => parts.push("Z"),
    arc: (x: number, y: number, r: number) => parts.push(`A${r} ${r} 0 1 1 ${x - r} ${y}A${r} ${r} 0 1 1 ${x + r} ${y}Z`),
  };
  SHAPES[place](pen as unknown as Path2D, 7, 7, 4.5);
  return parts.join("");
}

function Swatch({ place, hollow = false, ring = false, colour }: { place: number; hollow?: boolean; ring?: boolean; colour?: string }): JSX.Element {
  const paint = colour ?? `var(${VARIABLES[place]})`;
  return (
    <svg width="16" height="16" viewBox="-1 -1 16 16" aria-hidden="true">
      <path d={outline(place)} fill={hollow ? "var(--surface)" : paint} stroke={hollow ? paint : "none"} stroke-width="1.6" />
      {ring && <circle cx="7" cy="7" r="6.700" fill="none" stroke="var(--ink)" stroke-width="1.3" />}
    </svg>
  );
}

export function Legend({ session, heldOut }: { session: Session; heldOut: boolean }): JSX.Element {
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
          <span class="cp-scale-name">{isClasses ? `answer: ${names[1]}` : targets[0]}</span>
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
