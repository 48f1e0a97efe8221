/** The plane: what the network answers everywhere, and the rows on it. */
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { Select, Switch } from "../parts/field";
import { short } from "../parts/numerals";
import { Chart, Table } from "../parts/table";
import { useControl, useLab } from "../state";
import { Legend } from "./legend";
import { PlanePicture } from "./picture";
import { rowsOf } from "./rows";

function PlaneTable(): JSX.Element {
  const lab = useLab();
  const session = lab.opened.value!;
  const rows = rowsOf(session);
  const { predicted } = lab.frame.value!.values;
  const { class_names: names, task, one_input: oneInput, column_names: columns, target_names: targets } = session.data;
  const [across, up] = lab.view.value.axes;
  const answer = (value: number): string => (task === "classification" ? (names[Math.round(value)] ?? String(value)) : short(value));
  return (
    <Table
      caption="Rows, and what the network answers"
      columns={["Row", columns[across], ...(oneInput ? [] : [columns[up]]), task === "classification" ? "Class" : targets[0], "Answer", "Held out"]}
      rows={Array.from({ length: rows.count }, (_, row) => [
        row, short(rows.x(row)), ...(oneInput ? [] : [short(rows.y(row))]), answer(rows.target(row)), answer(predicted?.[row] ?? NaN),
        rows.heldOut(row) ? "yes" : "no",
      ])}
    />
  );
}

export function Plane(): JSX.Element {
  const lab = useLab();
  const session = lab.opened.value!;
  const [discrete, setDiscrete] = useState(false);
  const [heldOut, setHeldOut] = useState(true);
  const [chosen, setChosen] = useState(0);
  const sharp = useControl("discretize");
  const unseen = useControl("show_test_data");
  const { one_input: oneInput, task, trained, rows, target_names: targets } = session.data;
  const several = task === "regression" && !oneInput && targets.length > 1;
  const output = several && chosen < targets.length ? chosen : 0;
  return (
    <Chart title={task === "classification" && !oneInput ? "Decision boundary" : "What it answers"} class="cp-plane" table={() => <PlaneTable />}>
      <PlanePicture key={session.id} session={session} discrete={discrete} heldOut={heldOut} output={output} />
      <Legend session={session} heldOut={heldOut} output={output} />
      <div class="cp-plane-tools">
        {task === "classification" && !oneInput && sharp.shown && (
          <Switch label={sharp.label} help={sharp.help} value={discrete} onChange={setDiscrete} />
        )}
        {trained < rows && unseen.shown && <Switch label={unseen.label} help={unseen.help} value={heldOut} onChange={setHeldOut} />}
      </div>
      {several && (
        <div class="cp-plane-axes">
          <Select label="Output" value={output} options={targets.map((label, value) => ({ label, value }))} onChange={(value) => setChosen(value)} />
        </div>
      )}
    </Chart>
  );
}
