/** Lists and words that come from Python: the page has none of its own. */
import type { JSX } from "preact";
import { Math } from "../../parts/math";
import type { Option } from "../../parts/field";
import type { Catalogue, Entry } from "../../protocol";
import { useLab } from "../../state";

type Lists = { [Key in keyof Catalogue]: Catalogue[Key] extends Entry[] ? Key : never }[keyof Catalogue];

export const entry = (list: readonly Entry[], name: string): Entry | undefined => list.find((one) => one.name === name);

export const options = (list: readonly Entry[]): Option<string>[] =>
  list.map(({ name, title, help }) => ({ value: name, label: title, title: help }));

/** A control's label and help, by its name in the catalogue. */
export function useControl(name: string): { label: string; help: string; shown: boolean } {
  const lab = useLab();
  const found = entry(lab.catalogue.value?.controls ?? [], name);
  return { label: found?.title ?? name, help: found?.help ?? "", shown: lab.shows(name) };
}

/** What is refused of a field, by its path in the settings. */
export function useError(field: string): string | undefined {
  const refusal = useLab().refusal.value;
  return refusal?.field === field ? refusal.message : undefined;
}

/** A sentence and the formula of what is chosen. */
export function About({ list, name }: { list: Lists; name: string }): JSX.Element | null {
  const found = entry((useLab().catalogue.value?.[list] ?? []) as Entry[], name);
  if (!found || !(found.help || found.formula)) return null;
  return (
    <div class="cp-about">
      {found.help && <p>{found.help}</p>}
      {found.formula && <Math tex={found.formula} block />}
    </div>
  );
}
