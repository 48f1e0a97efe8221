/** What the number is the sum of: paths of a row, rows of a batch, penalties; largest first. */
import type { JSX } from "preact";
import { Button } from "../../parts/button";
import { Math as Tex } from "../../parts/math";
import { figures } from "../../parts/numerals";
import { Chart, Table } from "../../parts/table";
import { useLab } from "../../state";
import type { Explanation, Term } from "./explanation";

export function Terms({ explanation }: { explanation: Explanation }): JSX.Element | null {
  const { terms, rest } = explanation;
  if (terms.length === 0) return null;
  const largest = Math.max(...terms.map((term) => Math.abs(term.value ?? 0)), 1e-300);
  const what = explanation.kind === "gradient" && explanation.path_count > 0 && !terms[0].label.startsWith("row") ? "Path by path" : "What it is the sum of";
  return (
    <Chart
      title={what} class="cp-terms"
      table={() => <Table caption={what} columns={["term", "value", "paths"]} rows={terms.map((term) => [term.label, figures(term.value), term.paths])} />}
    >
      <ol>{terms.map((term, place) => <OneTerm key={place} term={term} largest={largest} />)}</ol>
      <p class="cp-terms-sum">
        {rest.count > 0 && <>and {rest.count} more, which come to {figures(rest.value)}; </>}
        sum <strong>{figures(explanation.sum)}</strong>
      </p>
    </Chart>
  );
}

function OneTerm({ term, largest }: { term: Term; largest: number }): JSX.Element {
  const lab = useLab();
  const value = term.value ?? NaN;
  const share = Math.abs(value) / largest;
  const factors = term.factors.filter((factor) => factor.formula.latex !== "1");
  const tex = factors.map((factor) => `\\underbrace{${factor.formula.latex}}_{${factor.symbol.latex}}`).join("\\cdot");
  return (
    <li>
      <details>
        <summary>
          <span class="cp-term-name">{term.label}{term.paths > 1 && ` (${term.paths} paths)`}</span>
          <span class="cp-term-bar" aria-hidden="true"><i class={value < 0 ? "is-negative" : ""} style={{ width: `${100 * share}%` }} /></span>
          <span class="cp-term-value">{figures(value)}</span>
        </summary>
        {factors.length > 0 && <Tex tex={tex} block onPick={(name) => { lab.selected.value = name; }} />}
        {term.opens && <Button kind="quiet" onClick={() => { lab.selected.value = term.opens; }}>Unfold {term.opens}</Button>}
      </details>
    </li>
  );
}
