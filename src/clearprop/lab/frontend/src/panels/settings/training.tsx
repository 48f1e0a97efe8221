/** How it is trained. */
import type { JSX } from "preact";
import { Select } from "../../parts/field";
import { useControl, useLab } from "../../state";
import { About, options, useError } from "./catalogue";
import { ChoiceSetting, NumberSetting, SwitchSetting } from "./controls";

export function TrainingSettings(): JSX.Element {
  const lab = useLab();
  const settings = lab.settings.value!;
  const lists = lab.catalogue.value!;
  const natural = [{ value: "", label: "As the data have it" }];
  return (
    <div class="cp-settings">
      <Optimizer />
      <NumberSetting name="learning_rate" min={0} />
      <ChoiceSetting name="schedule" options={options(lists.schedules)} />
      <NumberSetting name="batch_size" min={0} max={5000} step={1} />
      <ChoiceSetting name="loss" options={[...natural, ...options(lists.losses)]} />
      <About list="losses" name={settings.loss || lab.network.value!.loss} />
      <div class="cp-settings-pair">
        <NumberSetting name="l1" min={0} />
        <NumberSetting name="l2" min={0} />
      </div>
      <div class="cp-settings-pair">
        <NumberSetting name="clip_norm" min={0} />
        <NumberSetting name="epochs" min={1} step={1} />
      </div>
      <SwitchSetting name="shuffle" />
    </div>
  );
}

/** Another optimiser comes with its own usual rate. */
function Optimizer(): JSX.Element | null {
  const lab = useLab();
  const { label, help, shown } = useControl("optimizer");
  const error = useError("optimizer");
  const list = lab.catalogue.value!.optimizers;
  const chosen = lab.settings.value!.optimizer;
  if (!shown) return null;
  return (
    <>
      <Select
        label={label} help={help} error={error} value={chosen} options={options(list)}
        onChange={(optimizer) => {
          const before = list.find((one) => one.name === chosen)?.number;
          const usual = list.find((one) => one.name === optimizer)?.number;
          const rate = lab.settings.value!.learning_rate;
          void lab.configure({ optimizer, learning_rate: rate === before && usual ? usual : rate });
        }}
      />
      <About list="optimizers" name={chosen} />
    </>
  );
}
