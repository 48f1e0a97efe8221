/** The numbers behind the stage, as tables. */
import type { JSX } from "preact";
import { unit, weight, input } from "../parts/names";
import { short } from "../parts/numerals";
import { Table } from "../parts/table";
import { useLab } from "../state";

export function StageTables(): JSX.Element {
  const lab = useLab();
  const { sizes } = lab.network.value!;
  const { values } = lab.frame.value!;
  const at = (array: string, place: number): string => short(values[array]?.[place], 4);
  const units: (string | number)[][] = [];
  const edges: (string | number)[][] = [];
  let [counted, parameter] = [0, 0];
  for (let layer = 1; layer < sizes.length; layer += 1) {
    for (let to = 0; to < sizes[layer]; to += 1) {
      units.push([unit("a", layer, to).slice(1), at("z", counted), at("a", counted), at("delta", counted)]);
      counted += 1;
    }
    for (let from = 0; from <= sizes[layer - 1]; from += 1) {
      for (let to = 0; to < sizes[layer]; to += 1) {
        const name = from < sizes[layer - 1] ? weight(layer, from, to) : unit("b", layer, to);
        edges.push([name, at("parameters", parameter), at("gradient", parameter), at("update", parameter)]);
        parameter += 1;
      }
    }
  }
  const inputs = Array.from({ length: sizes[0] }, (_, place) =>
    [input(place), lab.data.value!.input_names[place] ?? "", at("x", place)]);
  return (
    <div class="cp-tables">
      <Table caption="Inputs of the row that is looked at" columns={["Name", "Input", "Value"]} rows={inputs} />
      <Table caption="Neurons, layer[neuron]" columns={["Neuron", "z", "a", "\u03b4"]} rows={units} />
      <Table caption="Weights and biases" columns={["Name", "Value", "Gradient", "Last update"]} rows={edges} />
    </div>
  );
}
