/** Lists and words that come from Python: the page has none of its own. */
import type { JSX } from "preact";
import { Math } from "../../parts/math";
import type { Option } from "../../parts/field";
import type { Catalogue, Entry } from "../../protocol";
import { useLab } from "../../state";

type Lists = { [Key in keyof Catalogue]: Catalogue[Key] extends Entry[] ? Key : never }[keyof Catalogue];

export const options = (list: readonly Entry[]): Option<string>[] =>
  list.map(({ name, title, help }) => ({ value: name, label: title, title: help }));

/** What is refused of a field, by its path in the settings. */
export function useError(field: string): string | undefined {
  const refusal = useLab().refusal.value;
  return refusal?.field === field ? refusal.message : undefined;
}

/** A sentence and the formula of what is chosen. */
export function About({ list, name }: { list: Lists; name: string }): JSX.Element | null {
  const found = ((useLab().catalogue.value?.[list] ?? []) as Entry[]).find((one) => one.name === name);
  if (!found || !(found.help || found.formula)) return null;
  return (
    <div class="cp-about">
      {found.help && <p>{found.help}</p>}
      {found.formula && <Math tex={found.formula} block />}
    </div>
  );
}
