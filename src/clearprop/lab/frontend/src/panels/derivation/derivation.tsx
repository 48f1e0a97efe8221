/** Beneath the stage: why the selected number is what it is, in symbols, in numbers, and checked. */
import { useEffect, useMemo, useRef } from "preact/hooks";
import type { JSX, RefObject } from "preact";
import { Icon, IconButton } from "../../parts/button";
import { Segments, Slider } from "../../parts/field";
import { Math as Tex } from "../../parts/math";
import { figures } from "../../parts/numerals";
import { useControl, useLab } from "../../state";
import { CopyButton } from "../head/copying";
import { makeAsked, useDerivation, type Scope } from "./asking";
import { Lines } from "./equations";
import type { Explanation } from "./explanation";
import { ChangeNumber } from "./number";
import { Terms } from "./terms";

const SCOPES: { value: Scope; label: string; title: string }[] = [
  { value: "sample", label: "This row", title: "The row that is looked at, alone" },
  { value: "batch", label: "Batch and step", title: "The mean over the batch that comes next, with the penalty and the optimiser's step" },
];

export function Derivation(): JSX.Element | null {
  const lab = useLab();
  const asked = useMemo(makeAsked, []);
  useDerivation(lab, asked);
  const { label, help, shown } = useControl("derivation");
  const scope = useControl("scope");
  const digits = useControl("digits");
  const name = lab.selected.value;
  if (!shown || !lab.can("explain")) return null;
  if (!name) return <section class="cp-why is-empty"><h2>{label}</h2><p class="cp-note">{help} Click a neuron, a line or a bias on the stage, or choose one with Enter.</p></section>;
  const derivation = lab.derivation.value;
  const isCurrent = derivation !== null && derivation.name === name;
  return (
    <section class="cp-why" aria-label={`Why is ${name} what it is?`}>
      <header>
        <h2>{label} <span class="cp-why-name">{name}</span></h2>
        {scope.shown && (
          <Segments label={scope.label} help={scope.help} bare value={asked.scope.value} options={SCOPES} onChange={(one) => { asked.scope.value = one; }} />
        )}
        <IconButton kind="quiet" label="Close the derivation" onClick={() => { lab.selected.value = ""; }}><Icon name="close" /></IconButton>
      </header>
      {asked.refused.value && <p class="cp-error" role="alert">{asked.refused.value}</p>}
      {derivation && isCurrent
        ? <Body name={name} explanation={derivation.explanation as Explanation} />
        : asked.refused.value && <ChangeNumber name={name} />}
      {derivation && isCurrent && (
        <footer class="cp-row">
          {digits.shown && (
            <Slider label={digits.label} help={digits.help} value={asked.digits.value} min={2} max={17} onChange={(count) => { asked.digits.value = count; }} />
          )}
          <CopyButton label="Copy as text" text={() => derivation.text} />
          <CopyButton
            label="Copy as LaTeX"
            text={async () => {
              const { reply } = await lab.ask({ type: "take_away", form: "latex", name, scope: derivation.scope });
              return reply.type === "taken_away" ? reply.text : "";
            }}
          />
        </footer>
      )}
    </section>
  );
}

/** Has what was chosen on the stage in sight, and of the stage as much as there is room for. */
function useSight(name: string): RefObject<HTMLDivElement | null> {
  const element = useRef<HTMLDivElement | null>(null);
  useEffect(() => {
    const root = element.current!.getRootNode() as Document | ShadowRoot;
    if (root.activeElement?.closest(".cp-drawing")) element.current!.scrollIntoView({ block: "nearest" });
  }, [name]);
  return element;
}

function Body({ name, explanation }: { name: string; explanation: Explanation }): JSX.Element {
  const lab = useLab();
  const lines = useSight(name);
  const derivation = lab.derivation.value!;
  const pick = (name: string): void => { lab.selected.value = name; };
  const { equations, step, remarks } = explanation;
  const own = equations[equations.length - 1];
  const isMean = derivation.scope === "batch" && derivation.rows.length > 1;
  const before = equations.slice(0, -1).reverse();
  const check = useControl("check");
  return (
    <>
      <div ref={lines} class="cp-why-lines">
        {(isMean || !own) && <Tex tex={derivation.headline} block onPick={pick} />}
        {isMean && own && <h3>Of the row that adds most</h3>}
        {own && <Lines equation={own} />}
      </div>
      <ChangeNumber name={name} />
      {before.length > 0 && (
        <details class="cp-unfold" open={before.length <= 4}>
          <summary>{explanation.kind === "gradient" ? "Unfold, back to the loss" : "Unfold, back to the inputs"}</summary>
          {before.map((equation, place) => <Lines key={place} equation={equation} />)}
        </details>
      )}
      <Terms explanation={explanation} />
      {step && (
        <section class="cp-step">
          <h2>The step that comes next ({step.optimizer})</h2>
          <p class="cp-note">Step {step.step} at rate {figures(step.rate)}: {figures(step.old, 8)} becomes <strong>{figures(step.new, 8)}</strong>.</p>
          {step.lines.map((equation, place) => <Lines key={place} equation={equation} />)}
        </section>
      )}
      {check.shown && derivation.verdict && (
        <section class="cp-check">
          <h2>{check.label}</h2>
          {derivation.difference !== null && (
            <dl>
              <div><dt>gradient</dt><dd>{figures(derivation.value, 10)}</dd></div>
              <div><dt>finite difference</dt><dd>{figures(derivation.difference, 10)}</dd></div>
              <div><dt>relative error</dt><dd>{figures(derivation.relative_error, 2)}</dd></div>
            </dl>
          )}
          <p class="cp-note">{derivation.verdict}</p>
        </section>
      )}
      {remarks.length > 0 && <ul class="cp-remarks">{remarks.map((remark) => <li key={remark}>{remark}</li>)}</ul>}
    </>
  );
}
