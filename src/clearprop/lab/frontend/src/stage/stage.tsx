/** The network, in the middle of the page. */
import type { JSX } from "preact";
import { useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import { Segments } from "../parts/field";
import { useScrolling } from "../parts/scrolling";
import { Chart } from "../parts/table";
import { useControl, useLab, type EdgeNumber } from "../state";
import { Drawing } from "./drawing";
import { arrange } from "./layout";
import { StageTables } from "./tables";

const EDGES: { value: EdgeNumber; label: string; title: string }[] = [
  { value: "weight", label: "Weight", title: "Lines show the weights" },
  { value: "gradient", label: "Gradient", title: "Lines show the gradient of the batch that comes next" },
  { value: "update", label: "Update", title: "Lines show what the last step changed" },
];

export function Stage(): JSX.Element {
  const lab = useLab();
  const session = lab.opened.value!;
  const projector = lab.projector.value;
  const edges = useControl("edge_colour");
  const box = useRef<HTMLDivElement>(null);
  const [room, setRoom] = useState(0);
  useScrolling(box, "The network, wider than its place");
  useLayoutEffect(() => {
    const observer = new ResizeObserver(([entry]) => {
      const width = Math.floor(entry.contentRect.width);
      if (width > 0) setRoom(width);
    });
    observer.observe(box.current!);
    return () => observer.disconnect();
  }, []);
  const layout = useMemo(
    () => (room ? arrange(session.network.sizes, room, projector) : null), [session, room, projector],
  );
  return (
    <Chart
      title="Network" class="cp-stage" table={() => <StageTables />}
      tools={edges.shown && (
        <Segments
          bare label={edges.label} help={edges.help} value={lab.edges.value} options={EDGES}
          onChange={(value) => { lab.edges.value = value; }}
        />
      )}
    >
      <div ref={box} class="cp-stage-box">
        {layout && <Drawing key={session.id} session={session} layout={layout} />}
      </div>
    </Chart>
  );
}
