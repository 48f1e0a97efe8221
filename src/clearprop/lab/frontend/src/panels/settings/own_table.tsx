/** An own table, pasted or from a file: looked at first, then trained on. */
import type { JSX } from "preact";
import { useId, useState } from "preact/hooks";
import { Button } from "../../parts/button";
import { Field, Select } from "../../parts/field";
import { Table } from "../../parts/table";
import { whole } from "../../parts/numerals";
import type { Pasted, TableRead } from "../../protocol";
import { useControl, useLab } from "../../state";
import { useError } from "./catalogue";
import { startOver } from "./data";

const MOST_LETTERS = 900_000;
const TASKS: { value: Pasted["task"]; label: string }[] = [
  { value: "", label: "As the target looks" }, { value: "classification", label: "Classes" }, { value: "regression", label: "Numbers" },
];

const shortened = (name: string): string => (name.length > 24 ? `${name.slice(0, 23)}\u2026` : name);

export function TableData(): JSX.Element {
  const lab = useLab();
  const id = useId();
  const { data } = lab.settings.value!;
  const pasted: Pasted | null = data.type === "pasted" ? data : null;
  const [text, setText] = useState(pasted?.text ?? "");
  const [read, setRead] = useState<TableRead | null>(null);
  const [target, setTarget] = useState(pasted?.target ?? "");
  const [task, setTask] = useState<Pasted["task"]>(pasted?.task ?? "");
  const [left, setLeft] = useState<ReadonlySet<string>>(new Set());
  const [wrong, setWrong] = useState("");
  const { label, help, shown } = useControl("table");
  const targets = useControl("target");
  const tasks = useControl("task");
  const error = useError("data.text") ?? useError("data.target") ?? useError("data.inputs") ?? useError("data");

  const look = async (whole: string): Promise<void> => {
    setText(whole);
    setRead(null);
    if (whole.length > MOST_LETTERS) {
      setWrong(`The table has ${whole.length} signs; up to ${MOST_LETTERS} can be taken: give fewer rows or columns.`);
      return;
    }
    const { reply } = await lab.ask({ type: "read_table", text: whole });
    if (reply.type === "table_read") {
      setRead(reply);
      setTarget(reply.target);
      setLeft(new Set());
      setWrong("");
    } else if (reply.type === "refused") setWrong(reply.message);
  };
  const inputs = (read?.columns ?? []).filter((column) => column.name !== target && column.kind === "number" && !left.has(column.name));
  const use = (): void => void lab.configure({
    ...startOver, standardized: true, data: { type: "pasted", text, inputs: inputs.map((column) => column.name), target, task },
  });
  if (!shown) return <></>;
  return (
    <div class="cp-settings">
      <Field id={id} label={label} help={help} error={wrong || error}>
        <textarea
          id={id} class="cp-input cp-code" rows={6} value={text} spellcheck={false}
          placeholder={"height,weight,kind\n1.2,30,cat\n4.1,210,dog"} onInput={(event) => setText(event.currentTarget.value)}
        />
      </Field>
      <div class="cp-row">
        <Button disabled={!text.trim()} onClick={() => void look(text)}>Look at it</Button>
        <label class="cp-button is-quiet cp-file">
          Open a file
          <input
            type="file" accept=".csv,.tsv,.txt,text/csv,text/plain"
            onChange={async (event) => { const file = event.currentTarget.files?.[0]; if (file) await look(await file.text()); }}
          />
        </label>
      </div>
      {read && (
        <>
          {targets.shown && (
            <Select
              label={targets.label} help={targets.help} value={target} onChange={(name) => setTarget(name)}
              options={read.columns.map((column) => ({ value: column.name, label: column.name }))}
            />
          )}
          {tasks.shown && <Select label={tasks.label} help={tasks.help} value={task} options={TASKS} onChange={(one) => setTask(one)} />}
          <fieldset class="cp-features is-list">
            <legend>Inputs</legend>
            <div>
              {read.columns.filter((column) => column.name !== target).map((column) => (
                <label key={column.name}>
                  <input
                    type="checkbox" disabled={column.kind === "text"} checked={column.kind === "number" && !left.has(column.name)}
                    onChange={() => setLeft(new Set(left.has(column.name) ? [...left].filter((one) => one !== column.name) : [...left, column.name]))}
                  />
                  <span>{column.name}{column.kind === "text" && " (text: left out)"}</span>
                </label>
              ))}
            </div>
          </fieldset>
          <Table
            caption={`${whole(read.rows)} rows`} columns={["column", "first values", "different"]}
            rows={read.columns.map((column) => [column.name, column.values.join(", "), column.distinct])}
          />
          <Button kind="primary" disabled={inputs.length === 0} onClick={use}>Learn {shortened(target)} from {inputs.length} {inputs.length === 1 ? "column" : "columns"}</Button>
        </>
      )}
    </div>
  );
}
