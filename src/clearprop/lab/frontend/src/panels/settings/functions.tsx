/** Rows by a formula: two classes above and below y = f(x), or the curve itself. */
import type { JSX } from "preact";
import { useId, useState } from "preact/hooks";
import { Button } from "../../parts/button";
import { Field, Segments } from "../../parts/field";
import type { Curve, Divided } from "../../protocol";
import { useControl, useLab } from "../../state";
import { useError } from "./catalogue";
import { Amounts, startOver, type Amount } from "./data";

const KINDS = [
  { value: "divided" as const, label: "Above or below", title: "Points of two classes: above and below y = f(x)" },
  { value: "curve" as const, label: "The curve", title: "One input x and the number f(x)" },
];

export function FunctionData(): JSX.Element {
  const lab = useLab();
  const id = useId();
  const { data } = lab.settings.value!;
  const known: Divided | Curve | null = data.type === "divided" || data.type === "curve" ? data : null;
  const [kind, setKind] = useState<"divided" | "curve">(known?.type ?? "divided");
  const [formula, setFormula] = useState(known?.formula ?? "sin(3*x)/2");
  const { label, help, shown } = useControl("formula");
  const error = useError("data.formula");
  const use = (change: Partial<Amount> = {}): void => {
    const usual = kind === "curve" ? { rows: 60, noise: 0.1, seed: 0 } : { rows: 300, noise: 0, seed: 0 };
    const { rows, noise, seed } = { ...usual, ...(known ?? {}), ...change };
    void lab.configure({ ...(known?.type === kind ? {} : startOver), data: { type: kind, formula, rows, noise, seed } });
  };
  if (!shown) return <></>;
  return (
    <form class="cp-settings" onSubmit={(event) => { event.preventDefault(); use(); }}>
      <Segments label="Kind" bare value={kind} options={KINDS} onChange={(one) => setKind(one)} />
      <Field id={id} label={`${label}: f(x) =`} help={`${help} There are ${lab.catalogue.value!.functions.join(", ")}.`} error={error}>
        <input
          id={id} class="cp-input cp-code" value={formula} spellcheck={false} autocomplete="off" aria-invalid={error ? true : undefined}
          onInput={(event) => setFormula(event.currentTarget.value)}
        />
      </Field>
      <Button type="submit">Use this formula</Button>
      {known?.type === kind && <Amounts value={known} onChange={(change) => use(change)} />}
    </form>
  );
}
