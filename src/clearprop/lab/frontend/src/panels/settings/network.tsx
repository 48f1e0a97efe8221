/** Layers, from the first hidden one to the output. */
import type { JSX } from "preact";
import { Button, Icon, IconButton } from "../../parts/button";
import { NumberField, Select, Slider } from "../../parts/field";
import { whole } from "../../parts/numerals";
import type { LayerChoice } from "../../protocol";
import { useControl, useLab } from "../../state";
import { About, options, useError } from "./catalogue";
import { ChoiceSetting, NumberSetting } from "./controls";

const MOST_LAYERS = 12;
const MOST_UNITS = 1024;

export function NetworkSettings(): JSX.Element {
  const lab = useLab();
  const settings = lab.settings.value!;
  const network = lab.network.value!;
  const lists = lab.catalogue.value!;
  const { label, shown } = useControl("layers");
  const hasLayers = (["layers", "units", "activation", "dropout"] as const).some(lab.shows);
  const change = (layers: LayerChoice[]): void => void lab.configure({ layers, weights: null });
  const { layers } = settings;
  const last = layers[layers.length - 1];
  return (
    <div class="cp-settings">
      {hasLayers && (
        <section class="cp-layers" aria-label={label}>
          <header>
            <h2>{label}</h2>
            {shown && (
              <Button
                kind="quiet" disabled={layers.length >= MOST_LAYERS}
                onClick={() => change([...layers, last ? { ...last } : { units: 4, activation: "tanh", dropout: 0 }])}
              >Add a layer</Button>
            )}
          </header>
          {layers.length === 0 && <p class="cp-note">None: the inputs lead straight to the output.</p>}
          <ol>
            {layers.map((layer, place) => (
              <Layer
                key={place} layer={layer} place={place}
                onChange={(other) => change(layers.map((one, at) => (at === place ? { ...one, ...other } : one)))}
                onRemove={() => change(layers.filter((_, at) => at !== place))}
              />
            ))}
          </ol>
        </section>
      )}
      <ChoiceSetting
        name="output_activation" options={[{ value: "", label: "As the loss has it" }, ...options(lists.activations)]}
      />
      <About list="activations" name={network.activations[network.activations.length - 1]} />
      <ChoiceSetting
        name="initializer" options={[{ value: "", label: "As the activation has it" }, ...options(lists.initializers)]}
      />
      <div class="cp-settings-pair">
        <NumberSetting name="seed" min={0} step={1} />
        <ChoiceSetting name="dtype" options={[{ value: "float64", label: "float64" }, { value: "float32", label: "float32" }]} />
      </div>
      <p class="cp-note">{network.sizes.join(" – ")}: {whole(network.parameters)} parameters</p>
    </div>
  );
}

interface LayerGiven { layer: LayerChoice; place: number; onChange(change: Partial<LayerChoice>): void; onRemove(): void }

function Layer({ layer, place, onChange, onRemove }: LayerGiven): JSX.Element {
  const lab = useLab();
  const units = useControl("units");
  const activation = useControl("activation");
  const dropout = useControl("dropout");
  const path = `layers.${place}`;
  const errors = { units: useError(`${path}.units`), activation: useError(`${path}.activation`), dropout: useError(`${path}.dropout`) };
  return (
    <li class="cp-layer">
      <div class="cp-layer-head">
        <span>Layer {place + 1}</span>
        {units.shown && <IconButton kind="quiet" label={`One neuron less in layer ${place + 1}`} disabled={layer.units <= 1} onClick={() => onChange({ units: layer.units - 1 })}>−</IconButton>}
        <output aria-label={`Neurons of layer ${place + 1}`}>{layer.units}</output>
        {units.shown && <IconButton kind="quiet" label={`One neuron more in layer ${place + 1}`} disabled={layer.units >= MOST_UNITS} onClick={() => onChange({ units: layer.units + 1 })}>+</IconButton>}
        {lab.shows("layers") && <IconButton kind="quiet" label={`Remove layer ${place + 1}`} onClick={onRemove}><Icon name="close" /></IconButton>}
      </div>
      <details>
        <summary>{lab.catalogue.value!.activations.find((one) => one.name === layer.activation)?.title ?? layer.activation}{layer.dropout > 0 && `, dropout ${layer.dropout}`}</summary>
        {activation.shown && (
          <Select
            label={activation.label} help={activation.help} error={errors.activation} value={layer.activation}
            options={options(lab.catalogue.value!.activations)} onChange={(value) => onChange({ activation: value })}
          />
        )}
        <About list="activations" name={layer.activation} />
        {units.shown && (
          <NumberField
            label={units.label} help={units.help} error={errors.units} value={layer.units} min={1} max={MOST_UNITS} step={1}
            onChange={(value) => onChange({ units: value })}
          />
        )}
        {dropout.shown && (
          <Slider
            label={dropout.label} help={dropout.help} error={errors.dropout} value={layer.dropout} min={0} max={0.9} step={0.05}
            format={(share) => `${Math.round(100 * share)} %`} onChange={(value) => onChange({ dropout: value })}
          />
        )}
      </details>
    </li>
  );
}
