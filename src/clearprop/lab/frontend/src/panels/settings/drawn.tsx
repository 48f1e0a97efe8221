/** Points that are drawn into the plane, by pointer or by keyboard. */
import type { JSX } from "preact";
import { useEffect, useLayoutEffect, useState } from "preact/hooks";
import { Button } from "../../parts/button";
import { classPlace } from "../../parts/colours";
import { NumberField, Segments } from "../../parts/field";
import { Swatch } from "../../plane/swatch";
import type { Drawn } from "../../protocol";
import { useControl, useLab } from "../../state";
import { useError } from "./catalogue";
import { startOver } from "./data";

type Point = [number, number, number];
const CLASSES = 5;

export function DrawnData(): JSX.Element {
  const lab = useLab();
  const { data } = lab.settings.value!;
  const drawn: Drawn = data.type === "drawn" ? data : { type: "drawn", points: [], task: "classification" };
  const { help, shown } = useControl("draw_points");
  const tasks = useControl("task");
  const error = useError("data.points");
  const [points, setPoints] = useState<Point[]>(drawn.points);
  const [task, setTask] = useState(drawn.task);
  const [value, setValue] = useState(0);

  useLayoutEffect(() => { // at once: the next point may be set before anything is painted
    lab.drawing.value = value;
    lab.draw.value = (point) => setPoints((before) => [...before, point]);
    return () => { lab.drawing.value = null; lab.draw.value = null; };
  }, [value]);

  const use = (next: Point[], kind = task): void => {
    void lab.configure({ ...(data.type === "drawn" ? {} : startOver), held_out: 0, data: { type: "drawn", points: next, task: kind } });
  };
  const classes = Math.max(2, value + 1, ...points.map((point) => point[2] + 1)); // two have other colours than more
  const enough = points.length >= 2 && (task === "regression" || new Set(points.map((point) => point[2])).size >= 2);
  useEffect(() => { if (enough && points !== drawn.points) use(points); }, [points]);
  useEffect(() => { lab.pending.value = enough ? [] : points; }, [points, enough]);
  useEffect(() => () => { lab.pending.value = []; }, []);
  if (!shown) return <></>;
  return (
    <div class="cp-settings">
      <p class="cp-note">{help} With the keyboard: focus the plane, move with the arrow keys, set a point with Enter.</p>
      {tasks.shown && <Segments
        label={tasks.label} help={tasks.help} value={task} onChange={(kind) => { setTask(kind); setPoints([]); setValue(0); }}
        options={[{ value: "classification", label: "Classes" }, { value: "regression", label: "Numbers" }]}
      />}
      {task === "classification" ? (
        <Segments
          label="Class of the next point" value={value} onChange={(number) => setValue(number)}
          options={Array.from({ length: CLASSES }, (_, number) => ({ value: number, label: String(number), picture: <Swatch place={classPlace(number, Math.max(classes, number + 1))} /> }))}
        />
      ) : <NumberField label="Target of the next point" value={value} onChange={setValue} />}
      <div class="cp-row">
        <Button disabled={points.length === 0} onClick={() => setPoints(points.slice(0, -1))}>Take the last away</Button>
        <Button kind="quiet" disabled={points.length === 0} onClick={() => setPoints([])}>Clear</Button>
      </div>
      <p class="cp-note" role="status">
        {points.length} {points.length === 1 ? "point" : "points"}{enough ? "" : task === "regression" ? ": two are needed" : ": points of two classes are needed"}
      </p>
      {error && <p class="cp-error" role="alert">{error}</p>}
    </div>
  );
}
