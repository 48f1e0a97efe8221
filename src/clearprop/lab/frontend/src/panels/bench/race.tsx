/** Several optimisers from the same start, on the same rows in the same order. */
import type { JSX } from "preact";
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import uPlot from "uplot";
import { Button } from "../../parts/button";
import { NumberField, Switch } from "../../parts/field";
import { short } from "../../parts/numerals";
import { Chart, Table } from "../../parts/table";
import type { Runner } from "../../protocol";
import { useControl, useLab } from "../../state";

const HEIGHT = 300;
const NAMES_BESIDE = 112;
/** Told apart by dashes as well as by colour. */
const LOOKS = [
  { colour: "--positive", dash: [] }, { colour: "--negative", dash: [7, 4] }, { colour: "--third", dash: [2, 3] },
  { colour: "--fourth", dash: [9, 3, 2, 3] }, { colour: "--ink-2", dash: [12, 5] },
] as const;

export function Race(): JSX.Element {
  const lab = useLab();
  const list = lab.catalogue.value!.optimizers;
  const { help } = useControl("race");
  const [chosen, setChosen] = useState<readonly string[]>(["sgd", "momentum", "adam"]);
  const [epochs, setEpochs] = useState(100);
  const [same, setSame] = useState(false);
  const [runners, setRunners] = useState<Runner[]>([]);
  const [wrong, setWrong] = useState("");
  const [running, setRunning] = useState(false);
  const run = async (): Promise<void> => {
    setRunning(true);
    lab.playing.value = false;
    const rate = lab.settings.value!.learning_rate;
    const { reply } = await lab.ask({ type: "race", optimizers: [...chosen], rates: same ? chosen.map(() => rate) : [], epochs });
    setRunning(false);
    setWrong(reply.type === "refused" ? reply.message : "");
    if (reply.type === "raced") setRunners(reply.runners);
  };
  const toggle = (name: string): void =>
    setChosen(chosen.includes(name) ? chosen.filter((one) => one !== name) : [...chosen, name].slice(-LOOKS.length));
  return (
    <div class="cp-surface">
      <div class="cp-settings">
        <p class="cp-note">{help}</p>
        <fieldset class="cp-features is-list">
          <legend>Optimisers, up to {LOOKS.length}</legend>
          <div>
            {list.map((one) => (
              <label key={one.name} title={one.help}>
                <input type="checkbox" checked={chosen.includes(one.name)} onChange={() => toggle(one.name)} />
                <span>{one.title}</span>
              </label>
            ))}
          </div>
        </fieldset>
        <NumberField label="Epochs" value={epochs} min={1} max={10_000} step={1} onChange={setEpochs} />
        <Switch label={`All at the rate ${short(lab.settings.value!.learning_rate)}, not at their usual ones`} value={same} onChange={setSame} />
        <Button kind="primary" disabled={running || chosen.length === 0} onClick={() => void run()}>{running ? "They run…" : "Start the race"}</Button>
        {wrong && <p class="cp-error" role="alert">{wrong}</p>}
      </div>
      {runners.length > 0 && <Curves runners={runners} />}
    </div>
  );
}

function Curves({ runners }: { runners: Runner[] }): JSX.Element {
  const lab = useLab();
  const titles = new Map(lab.catalogue.value!.optimizers.map((one) => [one.name, one.title]));
  const box = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(0);
  const dark = lab.dark.value;
  const last = (runner: Runner): number | null => [...runner.losses].reverse().find((loss) => loss !== null) ?? null;

  useLayoutEffect(() => {
    const observer = new ResizeObserver(([entry]) => { if (entry.contentRect.width > 0) setWidth(Math.floor(entry.contentRect.width)); });
    observer.observe(box.current!);
    return () => observer.disconnect();
  }, []);
  useLayoutEffect(() => {
    if (!width) return undefined;
    const style = getComputedStyle(box.current!);
    const colour = (name: string): string => style.getPropertyValue(name).trim();
    const font = `11px ${style.fontFamily}`;
    const axis = { stroke: colour("--ink-3"), font, ticks: { show: false }, grid: { stroke: colour("--hairline"), width: 1 } };
    const drawn = runners.map((runner) => runner.losses.map((loss) => (loss !== null && loss > 0 ? loss : null)));
    const longest = Math.max(...drawn.map((losses) => losses.length));
    const data: uPlot.AlignedData = [
      Array.from({ length: longest }, (_, epoch) => epoch), ...drawn.map((losses) => [...losses, ...Array(longest - losses.length).fill(null)]),
    ];
    const names = (plot: uPlot): void => writeNames(plot, runners.map((runner, at) => ({ text: titles.get(runner.name) ?? runner.name, losses: drawn[at], colour: colour(LOOKS[at].colour) })), font);
    const made = new uPlot({
      width, height: HEIGHT, legend: { show: false }, cursor: { show: false }, padding: [8, NAMES_BESIDE, 0, 0],
      scales: { x: { time: false }, y: { distr: 3 } },
      axes: [{ ...axis, grid: { show: false }, size: 24 }, { ...axis, size: 50, values: (_, found) => found.map((value) => (value === null ? "" : short(value, 3))) }],
      series: [{}, ...runners.map((_, at) => ({ stroke: colour(LOOKS[at].colour), dash: [...LOOKS[at].dash], width: 2, points: { show: false } }))],
      hooks: { draw: [names] },
    }, data, box.current!);
    return () => made.destroy();
  }, [runners, width, dark]);

  return (
    <Chart
      title="Loss after each epoch"
      table={() => (
        <Table
          caption="Loss after each epoch" columns={["epoch", ...runners.map((runner) => titles.get(runner.name) ?? runner.name)]}
          rows={runners[0].losses.map((_, epoch) => [epoch, ...runners.map((runner) => short(runner.losses[epoch], 5))])}
        />
      )}
    >
      <div ref={box} role="img" aria-label={runners.map((runner) => `${titles.get(runner.name)} came to ${short(last(runner), 4)}`).join(", ")} />
      <ul class="cp-remarks">
        {runners.map((runner) => (
          <li key={runner.name}>
            {titles.get(runner.name)} at rate {short(runner.rate)}: {short(last(runner), 4)}{runner.ended && `; ${runner.ended}`}
          </li>
        ))}
      </ul>
    </Chart>
  );
}

interface Name { text: string; losses: (number | null)[]; colour: string }

/** Each name at the end of its line, moved apart where they would meet. */
function writeNames(plot: uPlot, names: Name[], font: string): void {
  const ratio = devicePixelRatio || 1;
  const { ctx, bbox } = plot;
  const places = names
    .map((name) => {
      const end = name.losses.map((loss) => loss !== null).lastIndexOf(true);
      return { ...name, y: end < 0 ? bbox.top : plot.valToPos(name.losses[end]!, "y", true) };
    })
    .sort((a, b) => a.y - b.y);
  const gap = 14 * ratio;
  for (let at = 1; at < places.length; at += 1) places[at].y = Math.max(places[at].y, places[at - 1].y + gap);
  const over = places.length ? Math.max(0, places[places.length - 1].y - (bbox.top + bbox.height)) : 0;
  for (let at = places.length - 1; over > 0 && at >= 0; at -= 1) {
    places[at].y = Math.min(places[at].y, bbox.top + bbox.height - (places.length - 1 - at) * gap);
  }
  ctx.save();
  ctx.font = font.replace("11px", `${11 * ratio}px`);
  ctx.textAlign = "left";
  ctx.textBaseline = "middle";
  for (const { text, y, colour } of places) {
    ctx.fillStyle = colour;
    ctx.fillText(text, bbox.left + bbox.width + 8 * ratio, y);
  }
  ctx.restore();
}
