/** What the network is told of each point. */
import type { JSX } from "preact";
import { Math } from "../../parts/math";
import { useControl, useLab } from "../../state";
import { useError } from "./catalogue";

export function Features(): JSX.Element | null {
  const lab = useLab();
  const { label, help, shown } = useControl("features");
  const error = useError("features");
  const settings = lab.settings.value!;
  if (!shown || lab.data.value!.column_names.length > 2) return null;
  const list = lab.catalogue.value!.features;
  const chosen = new Set(settings.features.length ? settings.features : ["x1", "x2"]);
  const toggle = (name: string): void => {
    const next = list.map((one) => one.name).filter((one) => (one === name ? !chosen.has(one) : chosen.has(one)));
    if (next.length) void lab.configure({ features: next, weights: null });
  };
  return (
    <fieldset class="cp-features" title={help}>
      <legend>{label}</legend>
      <div>
        {list.map((one) => (
          <label key={one.name} title={one.help}>
            <input type="checkbox" checked={chosen.has(one.name)} onChange={() => toggle(one.name)} aria-label={one.title} />
            <span class="cp-chip"><Math tex={one.formula || one.name} /></span>
          </label>
        ))}
      </div>
      {error && <p class="cp-error" role="alert">{error}</p>}
    </fieldset>
  );
}
