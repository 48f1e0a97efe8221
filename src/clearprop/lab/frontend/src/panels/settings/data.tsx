/** What it learns from: ready-made rows, drawn points, an own table, a function. */
import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { NumberField, Segments, Select, Slider } from "../../parts/field";
import { whole } from "../../parts/numerals";
import type { Control, Data, Preset } from "../../protocol";
import { useControl, useLab } from "../../state";
import { About, options, useError } from "./catalogue";
import { ShareSetting, SwitchSetting } from "./controls";
import { DrawnData } from "./drawn";
import { Features } from "./features";
import { FunctionData } from "./functions";
import { TableData } from "./own_table";

type Source = "preset" | "drawn" | "table" | "function" | "given";
const SOURCE: Record<Data["type"], Source> = {
  preset: "preset", drawn: "drawn", pasted: "table", divided: "function", curve: "function", given: "given",
};

const SOURCES: readonly { value: Source; label: string; control?: Control }[] = [
  { value: "preset", label: "Ready" },
  { value: "drawn", label: "Draw", control: "draw_points" },
  { value: "table", label: "Table", control: "table" },
  { value: "function", label: "Formula", control: "formula" },
];

export function DataSettings(): JSX.Element {
  const lab = useLab();
  const { data } = lab.opened.value!.settings; // not what was asked for and may be refused
  const info = lab.data.value!;
  const { label, shown } = useControl("dataset");
  const [chosen, setChosen] = useState<Source>(SOURCE[data.type]);
  const used = SOURCE[data.type];
  useEffect(() => setChosen(used), [used]); // a lesson or a link brings data of its own
  const sources = SOURCES.filter(({ control }) => !control || lab.shows(control));
  const body = {
    preset: () => <Presets />,
    drawn: () => <DrawnData />,
    table: () => <TableData />,
    function: () => <FunctionData />,
    given: () => <p class="cp-note">The rows that were given to the lab.</p>,
  };
  return (
    <div class="cp-settings">
      {shown && data.type !== "given" && <Segments label="Source" help={label} value={chosen} options={sources} onChange={(source) => setChosen(source)} />}
      {shown && body[data.type === "given" && chosen === "given" ? "given" : chosen]()}
      {chosen === used && <Axes />}
      {chosen === used && !info.one_input && <Features />}
      <SwitchSetting name="standardized" />
      <ShareSetting name="held_out" max={0.9} />
      <p class="cp-note">
        {chosen !== used && "At present: "}{whole(info.rows)} rows, {whole(info.trained)} of them trained on; {info.class_names.length > 0 ? `${info.class_names.length} classes` : "a regression"}
      </p>
    </div>
  );
}

function Presets(): JSX.Element {
  const lab = useLab();
  const { data } = lab.settings.value!;
  const preset: Preset = data.type === "preset" ? data : { type: "preset", name: "", rows: 300, noise: 0.1, seed: 0 };
  const { help } = useControl("dataset");
  const error = useError("data.name");
  const change = (other: Partial<Preset>): void =>
    void lab.configure({ data: { ...preset, ...other }, ...(other.name ? startOver : {}) });
  return (
    <>
      <Select
        label="Data set" help={help} error={error} value={preset.name}
        options={[...(preset.name ? [] : [{ value: "", label: "Choose one" }]), ...options(lab.catalogue.value!.datasets)]}
        onChange={(name) => { if (name) change({ name }); }}
      />
      <About list="datasets" name={preset.name} />
      {preset.name && <Amounts value={preset} which={lab.catalogue.value!.datasets.find((one) => one.name === preset.name)?.amounts} onChange={change} />}
    </>
  );
}

/** With other rows, what was chosen for the former ones is chosen anew. */
export const startOver = { features: [], loss: "", output_activation: "", weights: null };

export interface Amount { rows: number; noise: number; seed: number }

interface AmountsGiven { value: Amount; which?: readonly (keyof Amount)[]; onChange(change: Partial<Amount>): void }

/** Rows, noise and seed of data that are drawn, or those of them on which the data depend. */
export function Amounts({ value, which = ["rows", "noise", "seed"], onChange }: AmountsGiven): JSX.Element {
  const rows = useControl("rows");
  const noise = useControl("noise");
  const seeds = useControl("seed");
  const errors = { rows: useError("data.rows"), noise: useError("data.noise") };
  return (
    <>
      {rows.shown && which.includes("rows") && (
        <Slider
          label={rows.label} help={rows.help} error={errors.rows} value={value.rows} min={4} max={1000} step={4}
          format={whole} onChange={(count) => onChange({ rows: count })}
        />
      )}
      {noise.shown && which.includes("noise") && (
        <Slider
          label={noise.label} help={noise.help} error={errors.noise} value={value.noise} min={0} max={1} step={0.05}
          format={(share) => share.toFixed(2)} onChange={(amount) => onChange({ noise: amount })}
        />
      )}
      {seeds.shown && which.includes("seed") && (
        <NumberField
          label="Seed of the data" help="The same seed draws the same points again." value={value.seed} min={0} step={1}
          onChange={(seed) => onChange({ seed })}
        />
      )}
    </>
  );
}

/** Of more than two columns, those that span the plane. */
function Axes(): JSX.Element | null {
  const lab = useLab();
  const { label, help, shown } = useControl("axes");
  const names = lab.data.value!.column_names;
  const [across, up] = lab.view.value.axes;
  if (!shown || names.length <= 2) return null;
  const columns = names.map((name, place) => ({ value: place, label: name }));
  const choose = (axes: [number, number]): void => {
    lab.view.value = { ...lab.view.value, axes };
    void lab.act({ type: "look" });
  };
  return (
    <div class="cp-settings-pair">
      <Select label={`${label}: across`} help={help} value={across} options={columns} onChange={(place) => choose([place, up])} />
      <Select label="Up" value={up} options={columns} onChange={(place) => choose([across, place])} />
    </div>
  );
}

