/** Equations whose symbols and numbers are linked with the stage: clicking one opens its own derivation. */
import type { JSX } from "preact";
import { useRef } from "preact/hooks";
import { Math } from "../../parts/math";
import { useScrolling } from "../../parts/scrolling";
import { useLab } from "../../state";
import type { Equation } from "./explanation";

/** Symbols, numbers, result: a line each. */
export function Lines({ equation }: { equation: Equation }): JSX.Element {
  const lab = useLab();
  const sign = equation.sign === "=" ? "=" : "\\leftarrow";
  const pick = (name: string): void => { lab.selected.value = name; };
  const box = useRef<HTMLDivElement>(null);
  useScrolling(box, `Equation of ${equation.left.text}`);
  return (
    <div ref={box} class="cp-equation">
      {equation.forms.map((form, place) => (
        <div class="cp-equation-line" key={place}>
          <span class="cp-equation-left">{place === 0 && <Math tex={`\\displaystyle ${equation.left.latex}`} onPick={pick} />}</span>
          <span class="cp-equation-right">
            <Math tex={`\\displaystyle ${place === 0 ? sign : "="}\\;${form.latex}`} onPick={pick} />
            <span class="cp-equation-note">{equation.reasons[place] ?? (place === equation.forms.length - 1 ? equation.note : "")}</span>
          </span>
        </div>
      ))}
    </div>
  );
}
