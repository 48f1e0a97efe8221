import type { ComponentChildren, JSX } from "preact";
import { useId, useState } from "preact/hooks";
import { Button } from "./button";

type Cell = string | number;

export function Table(given: { caption: string; columns: readonly string[]; rows: readonly (readonly Cell[])[]; most?: number }): JSX.Element {
  const { rows, most = 500 } = given;
  return (
    <div class="cp-table" role="group" aria-label={given.caption} tabIndex={0}>
      <table>
        <caption>{given.caption}{rows.length > most && `; the first ${most} of ${rows.length}`}</caption>
        <thead><tr>{given.columns.map((column) => <th key={column} scope="col">{column}</th>)}</tr></thead>
        <tbody>
          {rows.slice(0, most).map((row, at) => (
            <tr key={at}>
              {row.map((cell, place) => (place === 0 ? <th key={place} scope="row">{cell}</th> : <td key={place}>{cell}</td>))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

interface ChartGiven {
  title: string;
  tools?: ComponentChildren; // to the right of the title
  table(): JSX.Element; // the same numbers
  children: ComponentChildren;
  class?: string;
}

/** A chart with its heading, and a button that shows its numbers as a table in its place. */
export function Chart({ title, tools, table, children, class: more = "" }: ChartGiven): JSX.Element {
  const id = useId();
  const [asTable, setAsTable] = useState(false);
  return (
    <section class={`cp-chart ${more}`} aria-labelledby={id}>
      <header>
        <h2 id={id}>{title}</h2>
        <div class="cp-chart-tools">
          {tools}
          <Button kind="quiet" class="cp-as-table" aria-pressed={asTable} onClick={() => setAsTable(!asTable)}>
            {asTable ? "As a picture" : "As a table"}
          </Button>
        </div>
      </header>
      <div class="cp-chart-picture" hidden={asTable}>{children}</div>
      {asTable && table()}
    </section>
  );
}
