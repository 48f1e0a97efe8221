/** A parameter to choose, by its name. */
import type { JSX } from "preact";
import { useId } from "preact/hooks";
import { Field } from "../../parts/field";
import { unit, weight } from "../../parts/names";
import { useLab } from "../../state";

const MOST = 400;

/** All weights and biases by name; of wide networks the first ones. */
export function parameterNames(sizes: readonly number[]): string[] {
  const names: string[] = [];
  for (let layer = 1; layer < sizes.length; layer += 1) {
    for (let from = 0; from < sizes[layer - 1]; from += 1) {
      for (let to = 0; to < sizes[layer] && names.length < MOST; to += 1) names.push(weight(layer, from, to));
    }
    for (let to = 0; to < sizes[layer] && names.length < MOST; to += 1) names.push(unit("b", layer, to));
  }
  return names;
}

export function ParameterField({ label, value, onChange }: { label: string; value: string; onChange(name: string): void }): JSX.Element {
  const id = useId();
  const names = parameterNames(useLab().network.value!.sizes);
  return (
    <Field id={id} label={label}>
      <input id={id} class="cp-input cp-code" list={`${id}-names`} value={value} onChange={(event) => onChange(event.currentTarget.value.trim())} />
      <datalist id={`${id}-names`}>{names.map((name) => <option key={name} value={name} />)}</datalist>
    </Field>
  );
}
