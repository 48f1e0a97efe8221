/** One control a setting: what is chosen is asked for at once, and training begins anew with it. */
import type { JSX } from "preact";
import { NumberField, Select, Slider, Switch, type Option } from "../../parts/field";
import type { Settings } from "../../protocol";
import { useControl, useLab } from "../../state";
import { useError } from "./catalogue";

type Numeric = "learning_rate" | "l1" | "l2" | "clip_norm" | "epochs" | "batch_size" | "seed" | "held_out";
type Choice = "loss" | "output_activation" | "initializer" | "optimizer" | "schedule" | "dtype";

export function NumberSetting(given: { name: Numeric; min?: number; max?: number; step?: number | "any" }): JSX.Element | null {
  const lab = useLab();
  const { label, help, shown } = useControl(given.name);
  const error = useError(given.name);
  if (!shown) return null;
  return (
    <NumberField
      {...given} label={label} help={help} error={error} value={lab.settings.value![given.name]}
      onChange={(value) => void lab.configure({ [given.name]: value } as Partial<Settings>)}
    />
  );
}

export function ShareSetting({ name, max }: { name: "held_out"; max: number }): JSX.Element | null {
  const lab = useLab();
  const { label, help, shown } = useControl(name);
  const error = useError(name);
  if (!shown) return null;
  return (
    <Slider
      label={label} help={help} error={error} value={lab.settings.value![name]} min={0} max={max} step={0.05}
      format={(share) => `${Math.round(100 * share)} %`} onChange={(value) => void lab.configure({ [name]: value })}
    />
  );
}

export function ChoiceSetting(given: { name: Choice; options: readonly Option<string>[] }): JSX.Element | null {
  const lab = useLab();
  const { label, help, shown } = useControl(given.name);
  const error = useError(given.name);
  if (!shown) return null;
  return (
    <Select
      label={label} help={help} error={error} value={lab.settings.value![given.name] as string} options={given.options}
      onChange={(value) => void lab.configure({ [given.name]: value } as Partial<Settings>)}
    />
  );
}

export function SwitchSetting({ name }: { name: "shuffle" | "standardized" }): JSX.Element | null {
  const lab = useLab();
  const { label, help, shown } = useControl(name);
  if (!shown) return null;
  return (
    <Switch label={label} help={help} value={lab.settings.value![name]} onChange={(value) => void lab.configure({ [name]: value })} />
  );
}
